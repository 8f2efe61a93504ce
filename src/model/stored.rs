//! A record as a profile keeps it.

use super::json::{Json, View, quoted};
use super::profile::Record;
use super::schema::Schema;

/// A record as the profile keeps it: names spelled as the schema does, defaults of missing mandatory attributes filled in.
/// `None` for what is no object.
pub fn stored(schema: &Schema, value: View<'_>) -> Option<Record> {
    let record = Record::new(value.to_json())?;
    let respelled = record.attributes().any(|(name, _)| {
        let name = name.decoded();
        schema.attribute(&name).is_some_and(|attribute| attribute.name != name)
    });
    let record = if respelled { spelled(schema, &record) } else { record };
    let missing = schema.attributes.iter().filter(|attribute| attribute.mandatory);
    Some(missing.fold(record, |record, attribute| match &attribute.default {
        Some(default) if record.get(&attribute.name).is_none() => record.with(&attribute.name, Some(default)),
        _ => record,
    }))
}

/// With the names spelled as the schema does.
pub fn spelled(schema: &Schema, record: &Record) -> Record {
    let members: Vec<(String, View<'_>)> = record
        .attributes()
        .map(|(token, value)| match schema.attribute(&token.decoded()) {
            Some(attribute) => (quoted(&attribute.name), value),
            None => (token.as_str().to_owned(), value),
        })
        .collect();
    let json = Json::object(members.iter().map(|(name, value)| (name.as_str(), *value)));
    Record::new(json).unwrap_or_else(|| record.clone())
}
