//! How the reading of a server is found out: two records go into an extension one after the other, and what is there then
//! tells whether the second replaced the first.

use super::compare::same_record;
use super::json::{Json, quoted};
use super::plan::KnownReading;
use super::profile::Record;
use super::schema::{Arity, AttributeSchema, AttributeType, Schema, Schemas};
use super::value::check;

/// What is sent to find out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trial {
    /// The schema of the extension.
    pub schema: Schema,
    /// Two records that differ in their unique attributes.
    pub records: [Record; 2],
}

impl Trial {
    /// A trial with the first extension that can tell: one with several records, which unique attributes tell apart.
    pub fn of(schemas: &Schemas) -> Option<Self> {
        let suits = |schema: &&Schema| schema.arity == Arity::Multi && !schema.unique.is_empty();
        schemas.iter().filter(suits).find_map(|schema| {
            let records = [record(schema, 1)?, record(schema, 2)?];
            Some(Self { schema: schema.clone(), records })
        })
    }

    /// What the records tell that are there after both inserts, each made alone.
    pub fn reading(&self, shown: &[Record]) -> KnownReading {
        let has = |record: &Record| shown.iter().any(|shown| same_record(Some(&self.schema), record, shown));
        match (has(&self.records[0]), has(&self.records[1]), shown.len()) {
            (true, true, 2) => KnownReading::Upsert,
            (false, true, 1) => KnownReading::Replace,
            _ => KnownReading::Unknown,
        }
    }
}

/// A record with its unique and its mandatory attributes; `None` where no value of ours is valid.
fn record(schema: &Schema, number: u8) -> Option<Record> {
    let needed = |attribute: &&AttributeSchema| attribute.mandatory || schema.is_unique(&attribute.name);
    let members: Option<Vec<(String, Json)>> = schema
        .attributes
        .iter()
        .filter(needed)
        .map(|attribute| {
            let default = attribute.default.clone().filter(|_| !schema.is_unique(&attribute.name));
            let value = default.or_else(|| Json::parse(&token(attribute.kind, number)).ok())?;
            check(attribute, value.view()).is_ok().then(|| (quoted(&attribute.name), value))
        })
        .collect();
    Record::new(Json::object(members?.iter().map(|(name, value)| (name.as_str(), value.view()))))
}

fn token(kind: AttributeType, number: u8) -> String {
    match kind {
        AttributeType::String => format!("\"{number}\""),
        AttributeType::Boolean => (number == 1).to_string(),
        AttributeType::Date => format!("\"2000-01-0{number}\""),
        AttributeType::Datetime => format!("\"2000-01-0{number}T00:00:00.000Z\""),
        AttributeType::Integer | AttributeType::Long | AttributeType::Double | AttributeType::Currency => {
            number.to_string()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schemas(text: &str) -> Schemas {
        [Schema::from_json(&Json::parse(text).unwrap()).unwrap()].into_iter().collect()
    }

    #[test]
    fn two_records_hold_what_they_must_and_differ_in_what_is_unique() {
        let text = r#"{"name":"P","type":"multi-valued","attributes":[{"name":"k","type":"integer"},{"name":"on","type":"date"},
            {"name":"must","type":"string","mandatory":true},{"name":"kind","type":"integer","default":7,"mandatory":true},{"name":"may","type":"string"}],
            "unique":["k","on"]}"#;
        let trial = Trial::of(&schemas(text)).unwrap();
        let texts: Vec<&str> = trial.records.iter().map(|record| record.json().as_str()).collect();
        assert_eq!(texts[0], r#"{"k":1,"on":"2000-01-01","must":"1","kind":7}"#);
        assert_eq!(texts[1], r#"{"k":2,"on":"2000-01-02","must":"2","kind":7}"#);
        let [first, second] = trial.records.clone();
        assert_eq!(trial.reading(&[first.clone(), second.clone()]), KnownReading::Upsert);
        assert_eq!(trial.reading(std::slice::from_ref(&second)), KnownReading::Replace);
        for odd in [vec![], vec![first.clone()], vec![first, second.clone(), second]] {
            assert_eq!(trial.reading(&odd), KnownReading::Unknown, "{odd:?}");
        }
    }

    #[test]
    fn an_extension_in_which_nothing_can_be_told_apart_is_of_no_use() {
        let of = |rest: &str| Trial::of(&schemas(&format!("{{\"name\":\"P\",{rest}}}")));
        assert_eq!(of(r#""type":"multi-valued","attributes":[{"name":"k","type":"integer"}]"#), None);
        assert_eq!(
            of(r#""type":"single-valued","attributes":[{"name":"k","type":"integer"}],"unique":["k"]"#),
            None
        );
        let empty =
            r#""type":"multi-valued","attributes":[{"name":"k","type":"string","length":0}],"unique":["k"]"#;
        assert_eq!(of(empty), None);
    }
}
