//! A profile read back after something was sent: what is there of it, and what is not.

use super::compare::{core_shown, same_record, same_records};
use super::finding::Place;
use super::json::{Json, folded, same_name};
use super::profile::{CUSTOMER_ID, CoreAttribute, Extension, Profile, Record, Records, records_of};
use super::request::Request;
use super::schema::{Arity, Schema, Schemas};
use super::stored::spelled;
use super::value::{coerced, unique_key};
use std::collections::HashSet;

/// What a server that is not ours showed, with names spelled and values written as its schemas want them.
#[must_use]
pub fn by_schema(mut profile: Profile, schemas: &Schemas) -> Profile {
    for extension in &mut profile.extensions {
        let Some(schema) = schemas.get(&extension.name) else { continue };
        match &mut extension.records {
            Records::Single(record) => *record = record_by_schema(schema, record),
            Records::Multi(records) => {
                for record in records {
                    *record = record_by_schema(schema, record);
                }
            }
        }
    }
    profile
}

/// A record with names spelled and values written as its schema wants them.
pub(super) fn record_by_schema(schema: &Schema, record: &Record) -> Record {
    let spelled = spelled(schema, record);
    schema.attributes.iter().fold(spelled, |record, attribute| {
        let said = record.get(&attribute.name).and_then(|value| coerced(attribute, value));
        said.map_or(record.clone(), |value| record.with(&attribute.name, Some(&value)))
    })
}

/// What was read, with the values that were sent in the form in which they were sent, where the server shows the same: it may
/// have made null of `""`, or written a date in another form. What was not sent stays as it was read.
#[must_use]
pub fn as_sent(now: &Profile, sent: &[Request], schemas: &Schemas) -> Profile {
    let mut bodies = Bodies { schemas, records: Vec::new(), core: None };
    for request in sent.iter().rev() {
        bodies.see(request);
    }
    let mut seen = now.clone();
    if let Some(sent) = &bodies.core {
        seen.core = core_as_sent(&now.core, sent);
    }
    bodies.cleared(&mut seen);
    for extension in &mut seen.extensions {
        let (schema, mut sent) = (schemas.get(&extension.name), bodies.of(&extension.name));
        match &mut extension.records {
            Records::Single(record) => take(schema, std::slice::from_mut(record), &mut sent),
            Records::Multi(records) => take(schema, records, &mut sent),
        }
    }
    seen
}

/// Each record takes the form of one that was sent: of that with its key, else of one that a server may show like that.
fn take(schema: Option<&Schema>, records: &mut [Record], sent: &mut Vec<&Record>) {
    let key = |record: &Record| schema.and_then(|schema| unique_key(schema, record));
    let mut open: Vec<&mut Record> = records.iter_mut().collect();
    for by_key in [true, false] {
        open.retain_mut(|record| {
            let fits =
                |sent: &&Record| same_record(schema, sent, record) && (!by_key || key(sent) == key(record));
            let at = sent.iter().position(fits);
            if let Some(at) = at {
                **record = sent.remove(at).clone();
            }
            at.is_none()
        });
    }
}

/// What requests carried, the latest first.
struct Bodies<'a> {
    schemas: &'a Schemas,
    records: Vec<(String, Record)>,
    /// All core attributes, where they were sent.
    core: Option<Vec<CoreAttribute>>,
}

impl Bodies<'_> {
    fn see(&mut self, request: &Request) {
        match request {
            Request::CreateProfile(body) | Request::UpdateProfile(_, body) => self.members(body, true),
            Request::InsertRecords(_, body) => self.members(body, false),
            Request::UpdateRecord(_, name, body) => {
                self.records.extend(Record::new(body.clone()).map(|record| (name.clone(), record)));
            }
            _ => {}
        }
    }

    fn members(&mut self, body: &Json, with_core: bool) {
        let mut core = Vec::new();
        for (name, value) in body.view().members() {
            let name = name.decoded().into_owned();
            match records_of(value, self.schemas.get(&name).is_some()) {
                Some(Ok(records)) => {
                    let records = records.as_slice().iter().cloned();
                    self.records.extend(records.map(|record| (name.clone(), record)));
                }
                _ if same_name(&name, CUSTOMER_ID) => {}
                _ => core.push(CoreAttribute { name, value: value.to_json() }),
            }
        }
        if with_core && self.core.is_none() {
            self.core = Some(core);
        }
    }

    fn of(&self, extension: &str) -> Vec<&Record> {
        self.records.iter().filter(|(name, _)| same_name(name, extension)).map(|(_, record)| record).collect()
    }

    /// A record of a single-valued extension that says nothing may be shown as none.
    fn cleared(&self, seen: &mut Profile) {
        for (name, record) in &self.records {
            let schema = self.schemas.get(name).filter(|schema| schema.arity == Arity::Single);
            let says_nothing =
                |record| Record::new(Json::object([])).is_some_and(|none| same_record(schema, &none, record));
            if schema.is_some() && seen.extension(name).is_none() && says_nothing(record) {
                seen.extensions
                    .push(Extension { name: name.clone(), records: Records::Single(record.clone()) });
            }
        }
    }
}

/// All core attributes were sent: what is shown without having been sent was added, unless it says nothing.
fn core_as_sent(now: &[CoreAttribute], sent: &[CoreAttribute]) -> Vec<CoreAttribute> {
    let of = |list: &[CoreAttribute], name: &str| {
        list.iter().find(|core| same_name(&core.name, name)).map(|core| core.value.clone())
    };
    let shown = |value: Option<&Json>| core_shown(value.map(Json::view));
    let mut seen = Vec::new();
    for core in now {
        let was = of(sent, &core.name);
        if shown(was.as_ref()) == shown(Some(&core.value)) {
            seen.extend(was.map(|value| CoreAttribute { name: core.name.clone(), value }));
        } else {
            seen.push(core.clone());
        }
    }
    let nulled = |core: &&CoreAttribute| of(now, &core.name).is_none() && shown(Some(&core.value)).is_empty();
    seen.extend(sent.iter().filter(nulled).cloned());
    seen
}

/// The core attributes and extensions of which a server shows something else than what is wanted.
pub fn differences(wanted: &Profile, now: &Profile, schemas: &Schemas) -> Vec<Place> {
    let view = |profile: &Profile, name: &str| core_shown(profile.core(name).map(Json::view));
    let core = wanted.core.iter().chain(&now.core).map(|core| core.name.as_str());
    let core = core.filter(|name| view(wanted, name) != view(now, name));
    let of_core = |name: &str| Place { attribute: Some(name.to_owned()), ..Place::default() };
    let extensions = wanted.extensions.iter().chain(&now.extensions).map(|extension| extension.name.as_str());
    let extensions =
        extensions.filter(|name| !same_records(schemas.get(name), wanted.records(name), now.records(name)));
    let of_extension = |name: &str| Place { extension: Some(name.to_owned()), ..Place::default() };
    let mut places: Vec<Place> = core.map(of_core).chain(extensions.map(of_extension)).collect();
    let mut met = HashSet::new();
    places.retain(|place| met.insert(folded(&place.to_string())));
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(members: &str) -> Profile {
        let json = Json::parse(&format!("{{\"customer_id\":\"A\",{members}}}")).unwrap();
        Profile::from_json(&json, |_| false).unwrap()
    }

    fn schemas() -> Schemas {
        let text = r#"{"name":"Phone","type":"multi-valued","attributes":[{"name":"PhoneType","type":"integer"},{"name":"on","type":"datetime"},{"name":"note","type":"string"}],"unique":["PhoneType"]}"#;
        [Schema::from_json(&Json::parse(text).unwrap()).unwrap()].into_iter().collect()
    }

    #[test]
    fn what_a_server_shows_is_spelled_and_written_as_its_schema_wants_it() {
        let shown = r#""Phone":[{"PHONETYPE":"1","ON":"2026-01-01T01:00:00+01:00","Odd":"1"}]"#;
        let wanted = r#""Phone":[{"PhoneType":1,"on":"2026-01-01T00:00:00.000Z","Odd":"1"}]"#;
        assert_eq!(by_schema(profile(shown), &schemas()), profile(wanted));
    }

    #[test]
    fn only_what_was_sent_takes_its_form() {
        let id = crate::model::profile::CustomerId::new("A").unwrap();
        let body = Json::parse(r#"{"Phone":[{"PhoneType":1,"note":""}]}"#).unwrap();
        let now = profile(r#""Name":null,"Phone":[{"PhoneType":1,"note":null},{"PhoneType":2,"note":null}]"#);
        let seen = as_sent(&now, &[Request::InsertRecords(id, body)], &schemas());
        assert_eq!(
            seen,
            profile(r#""Name":null,"Phone":[{"PhoneType":1,"note":""},{"PhoneType":2,"note":null}]"#)
        );
    }

    #[test]
    fn what_differs_is_named_once() {
        let (wanted, now) =
            (r#""Name":"x","Phone":[{"PhoneType":1}]"#, r#""name":"y","Phone":[],"Other":null"#);
        let places = differences(&profile(wanted), &profile(now), &schemas());
        assert_eq!(places.iter().map(ToString::to_string).collect::<Vec<_>>(), ["Name", "Phone"]);
    }
}
