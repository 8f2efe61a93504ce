//! Schemas and generated profiles for the laws of plan and reconcile: few values, so that two profiles often share records.
#![allow(dead_code, reason = "each test uses a part")]

use profile_desk::model::json::Json;
use profile_desk::model::profile::Profile;
use profile_desk::model::schema::{Schema, Schemas};
use proptest::prelude::*;
use std::collections::HashSet;

pub fn json(text: &str) -> Json {
    Json::parse(text).unwrap()
}

/// Phone is keyed by two attributes, one of them mandatory with a default; Address has one record; Notes have no key.
pub fn schemas() -> Schemas {
    let texts = [
        r#"{"name":"Phone","type":"multi-valued","attributes":[{"name":"PhoneType","type":"integer","default":0,"mandatory":true},
            {"name":"prefix","type":"string","default":"555"},{"name":"number","type":"string","length":15,"mandatory":true},
            {"name":"note","type":"string"}],"unique":["PhoneType","prefix"]}"#,
        r#"{"name":"Address","type":"single-valued","attributes":[{"name":"City","type":"string"},{"name":"Zip","type":"string"},
            {"name":"Kind","type":"integer","default":0}]}"#,
        r#"{"name":"Notes","type":"multi-valued","attributes":[{"name":"text","type":"string"},{"name":"by","type":"string"}]}"#,
    ];
    texts.iter().map(|text| Schema::from_json(&json(text)).unwrap()).collect()
}

/// A profile of one and the same customer with these members.
pub fn profile(members: &str) -> Profile {
    let comma = if members.is_empty() { "" } else { "," };
    let body = json(&format!("{{\"customer_id\":\"0004Va58A92T0017\"{comma}{members}}}"));
    Profile::from_json(&body, |name| schemas().get(name).is_some()).unwrap()
}

/// A member that is absent, or one of these tokens.
fn member(name: &'static str, tokens: &'static [&'static str]) -> impl Strategy<Value = Option<String>> {
    prop::option::of(prop::sample::select(tokens).prop_map(move |token| format!("\"{name}\":{token}")))
}

fn object(members: Vec<Option<String>>) -> String {
    format!("{{{}}}", members.into_iter().flatten().collect::<Vec<_>>().join(","))
}

/// A phone, and what its key counts as.
fn phone() -> impl Strategy<Value = (String, String)> {
    let number = prop::sample::select(&["\"1\"", "\"22\"", "\"\""][..]);
    let kind = prop_oneof![member("PhoneType", &["0", "1", "2"]), member("phonetype", &["0", "2"])];
    let note = member("note", &["\"x\"", "\"y\"", "\"\"", "null"]);
    (kind, member("prefix", &["\"555\"", "\"+33\"", "null"]), number, note).prop_map(
        |(kind, prefix, number, note)| {
            let value = |member: &Option<String>, default: &str| {
                member
                    .as_ref()
                    .and_then(|member| member.split_once(':'))
                    .map_or(default.to_owned(), |(_, value)| value.to_owned())
            };
            let key = format!("{} {}", value(&kind, "0"), value(&prefix, "\"555\""));
            (object(vec![kind, prefix, Some(format!("\"number\":{number}")), note]), key)
        },
    )
}

fn phones() -> impl Strategy<Value = Option<String>> {
    prop::collection::vec(phone(), 0..4).prop_map(|phones| {
        let mut met = HashSet::new();
        let records: Vec<String> =
            phones.into_iter().filter(|(_, key)| met.insert(key.clone())).map(|(record, _)| record).collect();
        (!records.is_empty()).then(|| format!("\"Phone\":[{}]", records.join(",")))
    })
}

fn notes() -> impl Strategy<Value = Option<String>> {
    let note = (member("text", &["\"a\"", "\"b\""]), member("by", &["\"c\"", "null"]));
    prop::collection::vec(note.prop_map(|(text, by)| object(vec![text, by])), 0..3)
        .prop_map(|records| (!records.is_empty()).then(|| format!("\"Notes\":[{}]", records.join(","))))
}

fn address() -> impl Strategy<Value = Option<String>> {
    let kind = member("Kind", &["0", "1", "null"]);
    let members = (member("City", &["\"Paris\"", "\"Rome\""]), member("Zip", &["\"1\"", "null"]), kind);
    prop::option::of(
        members.prop_map(|(city, zip, kind)| format!("\"Address\":{}", object(vec![city, zip, kind]))),
    )
}

/// A valid profile.
pub fn profiles() -> impl Strategy<Value = Profile> {
    let first = member("FirstName", &["\"Bruce\"", "\"Ann\"", "null"]);
    let mail = member("EmailAddress", &["[\"a@example.com\"]", "[\"b@example.com\",\"a@example.com\"]"]);
    (first, mail, phones(), address(), notes()).prop_map(|(first, mail, phones, address, notes)| {
        let members: Vec<String> = [first, mail, phones, address, notes].into_iter().flatten().collect();
        profile(&members.join(","))
    })
}
