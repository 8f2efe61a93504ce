//! Records as a foreign server gets them: what was dropped is said, because what is left out may be kept.

use crate::model::json::{Json, View, quoted};
use crate::model::profile::Record;
use crate::model::read_back::record_by_schema;
use crate::model::schema::{AttributeSchema, AttributeType, Schema};

/// The whole wanted record, with what it drops of the stored one: a unique attribute keeps its value, others go as null. Where
/// null is refused, because the attribute is mandatory, the default goes instead, else `""` for a string.
pub(super) fn outgoing(schema: Option<&Schema>, old: Option<&Record>, new: &Record) -> Record {
    let mut sent = schema.map_or_else(|| new.clone(), |schema| record_by_schema(schema, new));
    for (name, value) in old.into_iter().flat_map(Record::attributes).filter(|(_, value)| !value.is_null()) {
        let name = name.decoded();
        if new.get(&name).is_none() {
            let is_unique = schema.is_some_and(|schema| schema.is_unique(&name));
            let said = if is_unique { value.to_json() } else { Json::null() };
            sent = sent.with(&name, Some(&said));
        }
    }
    let mandatory = schema.into_iter().flat_map(|schema| &schema.attributes).filter(|a| a.mandatory);
    for attribute in mandatory {
        let is_null = sent.get(&attribute.name).is_some_and(View::is_null);
        if let Some(said) = instead_of_null(attribute).filter(|_| is_null) {
            sent = sent.with(&attribute.name, Some(&said));
        }
    }
    sent
}

fn instead_of_null(attribute: &AttributeSchema) -> Option<Json> {
    let empty = || (attribute.kind == AttributeType::String).then(|| Json::string(""));
    attribute.default.clone().or_else(empty)
}

/// The unique attributes of a record, the body that deletes it. One that is absent goes as what it counts as.
pub(super) fn key_attributes(schema: &Schema, record: &Record) -> Json {
    let record = record_by_schema(schema, record);
    let members: Vec<(String, Json)> = schema
        .unique
        .iter()
        .map(|name| {
            let default = || schema.attribute(name).and_then(|attribute| attribute.default.clone());
            let value = record.get(name).map(View::to_json).or_else(default);
            (quoted(name), value.unwrap_or_else(Json::null))
        })
        .collect();
    Json::object(members.iter().map(|(name, value)| (name.as_str(), value.view())))
}
