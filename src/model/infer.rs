//! Extension schemas derived from profiles: for a store that has none, from what is to be imported; for a server that does
//! not tell its schemas, from the customer who is worked on.
//!
//! Law: where no problem is found, every profile that was seen validates against the derived schemas. `unique` is never
//! derived: records that happen to differ in an attribute are no proof that it identifies them, and a guessed key would
//! let later records replace each other. Nor are lengths, defaults and mandatory attributes.

mod customer;

use super::json::{Json, Kind, View, quoted, same_name};
use super::profile::CUSTOMER_ID;
use super::schema::{AttributeSchema, AttributeType, Schema, SchemaError, Schemas};
use super::value::check;

pub use customer::of_customer;

/// The types in the order in which they are tried: the first that accepts every value is the attribute's.
const TRIED: [AttributeType; 8] = [
    AttributeType::Boolean,
    AttributeType::Integer,
    AttributeType::Long,
    AttributeType::Double,
    AttributeType::Currency,
    AttributeType::Datetime,
    AttributeType::Date,
    AttributeType::String,
];

/// What profiles tell about the schemas that they need.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inferred {
    /// One schema an extension, in the order in which the extensions appeared.
    pub schemas: Vec<Schema>,
    /// Sentences about what no schema can say, so that some profiles will be refused.
    pub problems: Vec<String>,
    /// Sentences about attributes that are left out of their schema; their values are kept as they are.
    pub notes: Vec<String>,
}

/// The schemas that these profiles need.
pub fn infer(profiles: &[&Json]) -> Inferred {
    let mut inference = Inference::default();
    for profile in profiles {
        inference.see(profile.view());
    }
    inference.finish(&Schemas::default())
}

/// Sees profiles one after the other and keeps only what their schemas need: its size grows with the number of names.
#[derive(Clone, Debug, Default)]
pub struct Inference {
    members: Vec<Member>,
}

/// A member of profiles: an extension if a record was ever seen in it.
#[derive(Clone, Debug)]
struct Member {
    name: String,
    shapes: Vec<Shape>,
    attributes: Vec<Seen>,
}

/// What a member's value looked like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Record,
    ArrayOfRecords,
    EmptyArray,
    Null,
    /// No record.
    Other,
}

/// An attribute and which of [`TRIED`] accept all its values so far.
#[derive(Clone, Debug)]
struct Seen {
    name: String,
    fits: [bool; TRIED.len()],
    only_null: bool,
}

impl Inference {
    /// Takes in a profile or the body of an insert; anything but an object says nothing.
    pub fn see(&mut self, profile: View<'_>) {
        self.see_unknown(profile, &Schemas::default());
    }

    /// The same without the extensions that `known` has a schema of.
    pub fn see_unknown(&mut self, profile: View<'_>, known: &Schemas) {
        for (name, value) in profile.members() {
            let name = name.decoded();
            if !same_name(&name, CUSTOMER_ID) && known.get(&name).is_none() {
                self.member(&name).see(value);
            }
        }
    }

    /// The schemas of all extensions that `known` has none of.
    pub fn finish(self, known: &Schemas) -> Inferred {
        let mut inferred = Inferred::default();
        let is_extension = |member: &Member| member.has(Shape::Record) || member.has(Shape::ArrayOfRecords);
        for member in self.members.into_iter().filter(is_extension) {
            if known.get(&member.name).is_none() {
                member.finish(&mut inferred);
            }
        }
        inferred
    }

    /// Leaves attributes out of which nothing but null was seen.
    fn forget_nulls(&mut self) {
        for member in &mut self.members {
            member.attributes.retain(|seen| !seen.only_null);
        }
    }

    fn member(&mut self, name: &str) -> &mut Member {
        let at = self.members.iter().position(|member| same_name(&member.name, name));
        let at = at.unwrap_or_else(|| {
            self.members.push(Member { name: name.to_owned(), shapes: Vec::new(), attributes: Vec::new() });
            self.members.len() - 1
        });
        &mut self.members[at]
    }
}

impl Member {
    fn see(&mut self, value: View<'_>) {
        match value.kind() {
            Kind::Object => self.note(Shape::Record),
            Kind::Null => self.note(Shape::Null),
            Kind::Array if value.elements().next().is_none() => self.note(Shape::EmptyArray),
            Kind::Array => {
                for element in value.elements() {
                    let is_record = element.kind() == Kind::Object;
                    self.note(if is_record { Shape::ArrayOfRecords } else { Shape::Other });
                    self.record(element);
                }
            }
            _ => self.note(Shape::Other),
        }
        self.record(value);
    }

    fn note(&mut self, shape: Shape) {
        if !self.has(shape) {
            self.shapes.push(shape);
        }
    }

    fn has(&self, shape: Shape) -> bool {
        self.shapes.contains(&shape)
    }

    fn record(&mut self, record: View<'_>) {
        for (name, value) in record.members() {
            let name = name.decoded();
            let at = self.attributes.iter().position(|seen| same_name(&seen.name, &name));
            let at = at.unwrap_or_else(|| {
                self.attributes.push(Seen {
                    name: name.into_owned(),
                    fits: [true; TRIED.len()],
                    only_null: true,
                });
                self.attributes.len() - 1
            });
            self.attributes[at].see(value);
        }
    }

    fn finish(self, inferred: &mut Inferred) {
        let name = &self.name;
        match self.schema(&mut inferred.notes) {
            Err(error) => return inferred.problems.push(format!("no schema can be derived: {error}")),
            Ok(schema) => inferred.schemas.push(schema),
        }
        if self.has(Shape::Record) && (self.has(Shape::ArrayOfRecords) || self.has(Shape::EmptyArray)) {
            inferred.problems.push(format!(
                "{name} is one record in some profiles and an array of records in others; its schema can take only one of both"
            ));
        }
        if self.has(Shape::Other) || (self.has(Shape::Null) && self.has(Shape::ArrayOfRecords)) {
            inferred
                .problems
                .push(format!("{name} holds records in some profiles and other values in others"));
        }
    }

    fn schema(&self, notes: &mut Vec<String>) -> Result<Schema, SchemaError> {
        let arity = if self.has(Shape::ArrayOfRecords) { "multi-valued" } else { "single-valued" };
        let mut attributes = Vec::new();
        for seen in &self.attributes {
            match seen.kind() {
                Some(kind) => attributes.push(format!(
                    "{{\"name\":{},\"type\":\"{}\"}}",
                    quoted(&seen.name),
                    kind.name()
                )),
                None => notes.push(format!(
                    "{} {}: its values are of different kinds, so the schema leaves it out; they are kept as they are",
                    self.name, seen.name
                )),
            }
        }
        let (name, attributes) = (quoted(&self.name), attributes.join(","));
        let text = format!("{{\"name\":{name},\"type\":\"{arity}\",\"attributes\":[{attributes}]}}");
        let json = Json::parse(&text).map_err(|error| SchemaError(error.to_string()))?;
        Schema::from_json(&json)
    }
}

impl Seen {
    fn see(&mut self, value: View<'_>) {
        self.only_null &= value.is_null();
        for (fits, kind) in self.fits.iter_mut().zip(TRIED) {
            *fits = *fits && accepts(kind, value);
        }
    }

    /// `None` where no type accepts every value.
    fn kind(&self) -> Option<AttributeType> {
        let first = || self.fits.iter().zip(TRIED).find(|(fits, _)| **fits).map(|(_, kind)| kind);
        if self.only_null { Some(AttributeType::String) } else { first() }
    }
}

fn accepts(kind: AttributeType, value: View<'_>) -> bool {
    let attribute =
        AttributeSchema { name: String::new(), kind, length: None, mandatory: false, default: None };
    check(&attribute, value).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::finding::Severity;
    use crate::model::request::Request;
    use crate::model::validate::validate;
    use proptest::prelude::*;

    fn of(texts: &[&str]) -> Inferred {
        let profiles: Vec<Json> = texts.iter().map(|text| Json::parse(text).unwrap()).collect();
        infer(&profiles.iter().collect::<Vec<_>>())
    }

    #[test]
    fn names_order_arity_and_types_come_from_the_values() {
        let inferred = of(&[
            r#"{"customer_id":"A","First":"x","Phone":[{"type":0,"number":"1","since":"2026-01-01"}],"Address":{"City":null}}"#,
            r#"{"customer_id":"B","Tags":["a"],"phone":[{"TYPE":2147483648,"at":"2026-01-01T00:00:00.000Z","on":true,"w":1.5,"huge":1e400}]}"#,
        ]);
        let texts: Vec<&str> = inferred.schemas.iter().map(|schema| schema.json.as_str()).collect();
        assert_eq!(
            texts,
            [
                r#"{"name":"Phone","type":"multi-valued","attributes":[{"name":"type","type":"long"},{"name":"number","type":"string"},{"name":"since","type":"date"},{"name":"at","type":"datetime"},{"name":"on","type":"boolean"},{"name":"w","type":"double"},{"name":"huge","type":"currency"}]}"#,
                r#"{"name":"Address","type":"single-valued","attributes":[{"name":"City","type":"string"}]}"#,
            ]
        );
        assert!(inferred.problems.is_empty() && inferred.notes.is_empty());
    }

    #[test]
    fn what_no_schema_can_say_is_said_in_a_sentence() {
        let inferred = of(&[r#"{"P":[{"a":1},{"a":"1"}],"9":{"a":1}}"#, r#"{"P":{"a":null}}"#, r#"{"P":7}"#]);
        assert_eq!(
            inferred.schemas[0].json.as_str(),
            r#"{"name":"P","type":"multi-valued","attributes":[]}"#
        );
        assert!(inferred.notes[0].starts_with("P a: its values are of different kinds"));
        assert_eq!(inferred.problems.len(), 3, "{:?}", inferred.problems);
    }

    fn value() -> impl Strategy<Value = &'static str> {
        prop::sample::select(vec![
            "null",
            "true",
            "0",
            "-0",
            "1E0",
            "2147483648",
            "9223372036854775808",
            "1e400",
            "\"\"",
            "\"x\"",
            "\"2026-02-28\"",
            "\"2026-02-31\"",
            "\"2026-01-01T00:00:00.000Z\"",
            "[1]",
            "{\"b\":1}",
        ])
    }

    fn record() -> impl Strategy<Value = String> {
        prop::collection::btree_map(prop::sample::select(vec!["a", "b", "Ã"]), value(), 0..3).prop_map(
            |map| {
                let members: Vec<String> =
                    map.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
                format!("{{{}}}", members.join(","))
            },
        )
    }

    fn member() -> impl Strategy<Value = String> {
        let many =
            prop::collection::vec(record(), 0..4).prop_map(|records| format!("[{}]", records.join(",")));
        prop_oneof![4 => many, 2 => record(), 1 => value().prop_map(str::to_owned)]
    }

    fn profile() -> impl Strategy<Value = Json> {
        let names = prop::sample::select(vec!["Phone", "Address", "Notes", "9"]);
        prop::collection::btree_map(names, member(), 0..4).prop_map(|map| {
            let members =
                map.iter().fold(String::new(), |text, (name, value)| format!("{text},\"{name}\":{value}"));
            Json::parse(&format!("{{\"customer_id\":\"A\"{members}}}")).unwrap()
        })
    }

    proptest! {
        #[test]
        fn every_profile_that_was_seen_validates_where_no_problem_was_found(
            profiles in prop::collection::vec(profile(), 0..4),
        ) {
            let inferred = infer(&profiles.iter().collect::<Vec<_>>());
            let schemas: Schemas = inferred.schemas.iter().cloned().collect();
            for profile in profiles.iter().filter(|_| inferred.problems.is_empty()) {
                let findings = validate(&Request::CreateProfile(profile.clone()), &schemas);
                let errors: Vec<_> = findings.iter().filter(|f| f.severity == Severity::Error).collect();
                prop_assert!(errors.is_empty(), "{profile}: {errors:?}");
            }
        }
    }
}
