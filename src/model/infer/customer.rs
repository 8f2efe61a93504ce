//! The schemas of one customer on a server that does not tell any.

use super::Inference;
use crate::model::json::{Json, quoted, same_name};
use crate::model::profile::Profile;
use crate::model::schema::{Arity, AttributeSchema, AttributeType, Declared, Schema, Schemas};

/// The schemas to work with for one customer, where no server tells them, with the unique attributes that a person declared.
/// Types are those of the values, in the first of these profiles that has some: what was read tells more than what was typed.
/// An attribute that no value shows yet is text.
pub fn of_customer<'a>(profiles: impl IntoIterator<Item = &'a Profile>, declared: &[Declared]) -> Schemas {
    let (mut schemas, mut all) = (Vec::new(), Inference::default());
    for profile in profiles {
        let (json, mut inference) = (profile.to_json(), Inference::default());
        inference.see(json.view());
        all.see(json.view());
        inference.forget_nulls();
        join(&mut schemas, inference);
    }
    join(&mut schemas, all);
    for declared in declared.iter().filter(|declared| !declared.unique.is_empty()) {
        match schemas.iter_mut().find(|schema| same_name(&schema.name, &declared.name)) {
            Some(schema) if schema.arity == Arity::Multi => identify(schema, declared),
            Some(_) => {}
            // Only where there are several records does something tell them apart.
            None => schemas.extend(nothing_seen(&declared.name).map(|mut schema| {
                identify(&mut schema, declared);
                schema
            })),
        }
    }
    let asked = declared.iter().map(|declared| declared.name.clone()).collect();
    Schemas::inferred(schemas, asked)
}

/// Adds the extensions and attributes that were not known yet.
fn join(schemas: &mut Vec<Schema>, seen: Inference) {
    for schema in seen.finish(&Schemas::default()).schemas {
        match schemas.iter_mut().find(|known| same_name(&known.name, &schema.name)) {
            None => schemas.push(schema),
            Some(known) => {
                let news = schema
                    .attributes
                    .into_iter()
                    .filter(|attribute| known.attribute(&attribute.name).is_none());
                let news: Vec<AttributeSchema> = news.collect();
                known.attributes.extend(news);
            }
        }
    }
}

/// A multi-valued schema of which no record was seen; `None` where no extension can have this name.
fn nothing_seen(name: &str) -> Option<Schema> {
    let text = format!("{{\"name\":{},\"type\":\"multi-valued\",\"attributes\":[]}}", quoted(name));
    Schema::from_json(&Json::parse(&text).ok()?).ok()
}

/// Declares the unique attributes of a schema, and those attributes where no value showed them.
fn identify(schema: &mut Schema, declared: &Declared) {
    for name in &declared.unique {
        let seen = schema.attribute(name).map(|attribute| attribute.name.clone());
        if seen.is_none() {
            let (name, kind) = (name.clone(), AttributeType::String);
            schema.attributes.push(AttributeSchema {
                name,
                kind,
                length: None,
                mandatory: false,
                default: None,
            });
        }
        schema.unique.push(seen.unwrap_or_else(|| name.clone()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_one_customer_the_unique_attributes_are_those_that_a_person_declared() {
        let json =
            Json::parse(r#"{"customer_id":"A","Phone":[{"Type":0,"number":"1"}],"Address":{"City":"x"}}"#);
        let profile = Profile::from_json(&json.unwrap(), |_| false).unwrap();
        let declared = |name: &str, unique: &[&str]| Declared {
            name: name.into(),
            unique: unique.iter().map(|name| (*name).into()).collect(),
        };
        let known = [
            declared("phone", &["type", "prefix"]),
            declared("Fax", &["number"]),
            declared("Notes", &[]),
            declared("Address", &["City"]),
        ];
        let schemas = of_customer([&profile], &known);
        assert!(schemas.is_inferred());
        let phone = schemas.get("Phone").unwrap();
        assert_eq!(phone.unique, ["Type", "prefix"]);
        assert_eq!(phone.attribute("Type").unwrap().kind, AttributeType::Integer);
        assert_eq!(phone.attribute("prefix").unwrap().kind, AttributeType::String);
        assert_eq!(schemas.get("Fax").map(|fax| (fax.arity, fax.unique.len())), Some((Arity::Multi, 1)));
        assert!(schemas.get("Address").unwrap().unique.is_empty() && schemas.get("Notes").is_none());
        assert!(schemas.was_read("NOTES") && schemas.was_read("Phone") && !schemas.was_read("Mail"));
    }

    #[test]
    fn of_one_customer_what_was_read_tells_more_than_what_was_typed() {
        let of = |record: &str| {
            let json = Json::parse(&format!("{{\"customer_id\":\"A\",\"P\":[{record}]}}"));
            Profile::from_json(&json.unwrap(), |_| false).unwrap()
        };
        let read = of(r#"{"n":1,"on":"2026-01-01T00:00:00.000Z","none":null,"no":null}"#);
        let typed = of(r#"{"n":1.5,"on":"2026-01-01T01:00:00+01:00","none":7,"more":true}"#);
        let schemas = of_customer([&read, &typed], &[]);
        let kind = |name: &str| schemas.get("P").unwrap().attribute(name).unwrap().kind;
        assert_eq!(
            ["n", "on", "none", "more", "no"].map(kind),
            [
                AttributeType::Integer,
                AttributeType::Datetime,
                AttributeType::Integer,
                AttributeType::Boolean,
                AttributeType::String,
            ]
        );
    }
}
