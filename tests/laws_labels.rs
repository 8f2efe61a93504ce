//! Laws of labels: whatever they say, the same values make the same requests; and their file keeps every token.
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "support/profiles.rs"]
mod support;

use jiff::tz::TimeZone;
use profile_desk::app::draft::Draft;
use profile_desk::app::entry::Entry;
use profile_desk::app::labels::named;
use profile_desk::model::json::{Json, View, quoted};
use profile_desk::model::labels::{AttributeLabels, Labels};
use profile_desk::model::profile::Profile;
use proptest::prelude::*;
use std::collections::HashSet;
use std::fmt::Write;
use support::{profiles, schemas};

const EXTENSIONS: [&str; 3] = ["Phone", "Address", "Notes"];
const ATTRIBUTES: [&str; 5] = ["PhoneType", "number", "NUMBER", "text", "unheard_of"];
const TEXTS: [&str; 8] = ["", "0", "1", "2", "7x", "work", "home", "2 work"];

/// A value that this version does not know.
fn unknown() -> impl Strategy<Value = String> {
    prop::sample::select(&["1E0", "10.10", "\"\\u0061\"", "[{}, 1e400]", "null", "{\"x\":-0}"][..])
        .prop_map(str::to_owned)
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![prop::sample::select(&TEXTS[..]).prop_map(str::to_owned), "\\PC{0,6}"]
}

fn object(members: &[(String, String)]) -> String {
    let mut out = String::from("{");
    let mut met: HashSet<String> = HashSet::new();
    for (name, value) in members.iter().filter(|(name, _)| met.insert(name.to_lowercase())) {
        let comma = if out.len() > 1 { ", " } else { "" };
        write!(out, "{comma}{}: {value}", quoted(name)).unwrap();
    }
    out + "}"
}

/// What is said of an attribute, as a file would say it.
fn said() -> impl Strategy<Value = String> {
    let values = prop::collection::vec((text(), text().prop_map(|name| quoted(&name))), 0..4);
    let some = prop::collection::vec(any::<bool>(), 6);
    (text(), text(), -3..9_i64, any::<bool>(), values, unknown(), some).prop_map(
        |(label, help, order, hidden, values, unknown, some)| {
            let all = [
                ("label", quoted(&label)),
                ("help", quoted(&help)),
                ("order", order.to_string()),
                ("hidden", hidden.to_string()),
                ("values", object(&values)),
                ("later", unknown),
            ];
            let some = all.into_iter().zip(some).filter(|(_, some)| *some);
            object(&some.map(|((name, value), _)| (name.to_owned(), value)).collect::<Vec<_>>())
        },
    )
}

fn attributes() -> impl Strategy<Value = String> {
    let name = prop::sample::select(&ATTRIBUTES[..]).prop_map(str::to_owned);
    prop::collection::vec((name, said()), 0..4).prop_map(|members| object(&members))
}

fn labels() -> impl Strategy<Value = Json> {
    let extension = (attributes(), text(), unknown()).prop_map(|(attributes, label, unknown)| {
        let all = [("label", quoted(&label)), ("x", unknown), ("attributes", attributes)];
        object(&all.map(|(name, value)| (name.to_owned(), value)))
    });
    let name = prop::sample::select(&EXTENSIONS[..]).prop_map(str::to_owned);
    let extensions = prop::collection::vec((name, extension), 0..3).prop_map(|all| object(&all));
    (extensions, attributes(), unknown()).prop_map(|(extensions, core, unknown)| {
        let all = [("extensions", extensions), ("y", unknown), ("core", core)];
        Json::parse(&object(&all.map(|(name, value)| (name.to_owned(), value)))).unwrap()
    })
}

/// What the window makes of a text in these labels.
fn typed(labels: &Labels, extension: &str, attribute: &str, text: &str) -> Entry {
    let schemas = schemas();
    let schema = schemas.get(extension).and_then(|schema| schema.attribute(attribute));
    named(labels, Some(extension), attribute, text, |text| Entry::typed(schema, None, text, &TimeZone::UTC))
}

/// A profile with texts typed into its first records and into a new one.
fn wanted(base: &Profile, labels: &Labels, edits: &[(usize, usize, String)]) -> Profile {
    let mut draft = Draft::new(base.id.clone(), Some(base.clone()));
    for (extension, attribute, text) in edits {
        let (extension, attribute) = (EXTENSIONS[*extension], ATTRIBUTES[*attribute]);
        let key = draft.row(extension, 0).map(|row| row.key);
        let key = key.unwrap_or_else(|| draft.add(extension));
        draft.set(extension, key, attribute, typed(labels, extension, attribute, text));
    }
    draft.wanted(&schemas(), &HashSet::new(), &HashSet::new())
}

proptest! {
    #[test]
    fn a_file_keeps_every_token(json in labels()) {
        let labels = Labels::from_json(&json).unwrap();
        prop_assert_eq!(labels.json(), &json);
        // Setting what is set already writes nothing anew.
        for extension in EXTENSIONS {
            for attribute in ATTRIBUTES {
                let said = labels.attribute(Some(extension), attribute).cloned().unwrap_or_default();
                let set = labels.with_attribute(Some(extension), attribute, &said);
                prop_assert_eq!(set.json(), &json);
            }
        }
        prop_assert_eq!(&labels.joined(&labels), &labels);
        let again = Json::parse(&profile_desk::model::json::pretty(json.view())).unwrap();
        prop_assert_eq!(again, json);
    }

    #[test]
    fn what_is_set_is_read_and_nothing_else_changes(json in labels(), other in labels()) {
        let (labels, other) = (Labels::from_json(&json).unwrap(), Labels::from_json(&other).unwrap());
        let said = other.attribute(Some("Phone"), "PhoneType").cloned().unwrap_or_default();
        let set = labels.with_attribute(Some("phone"), "PHONETYPE", &said);
        prop_assert_eq!(set.attribute(Some("Phone"), "PhoneType").cloned().unwrap_or_default(), said);
        for attribute in &ATTRIBUTES[1..] {
            prop_assert_eq!(set.attribute(Some("Phone"), attribute), labels.attribute(Some("Phone"), attribute));
        }
        let unknown = |labels: &Labels| labels.json().view().get("y").map(View::to_json);
        prop_assert_eq!(unknown(&set), unknown(&labels));
        // Everything can be read again.
        Labels::from_json(&Json::parse(set.json().as_str()).unwrap()).unwrap();
        let joined = labels.joined(&other);
        prop_assert!(joined.joined(&other) == joined);
        Labels::from_json(&Json::parse(joined.json().as_str()).unwrap()).unwrap();
    }

    #[test]
    fn values_make_the_same_requests_in_any_labels(
        base in profiles(),
        json in labels(),
        edits in prop::collection::vec((0..3_usize, 0..5_usize, text()), 0..6),
    ) {
        let labels = Labels::from_json(&json).unwrap();
        let is_value = |(extension, attribute, text): &&(usize, usize, String)| {
            typed(&Labels::default(), EXTENSIONS[*extension], ATTRIBUTES[*attribute], text).token().is_ok()
        };
        let values: Vec<_> = edits.iter().filter(is_value).cloned().collect();
        prop_assert_eq!(wanted(&base, &labels, &values), wanted(&base, &Labels::default(), &values));
    }

    #[test]
    fn what_is_no_value_is_what_its_name_stands_for_or_stays_wrong(json in labels(), text in text()) {
        let labels = Labels::from_json(&json).unwrap();
        for (extension, attribute) in [("Phone", "PhoneType"), ("Phone", "number"), ("Notes", "text")] {
            let (with, without) = (
                typed(&labels, extension, attribute, &text),
                typed(&Labels::default(), extension, attribute, &text),
            );
            let named = labels.value_named(Some(extension), attribute, &text).map(str::to_owned);
            let value = named.map(|value| typed(&Labels::default(), extension, attribute, &value));
            if let (Err(_), Some(Ok(token))) = (without.token(), value.as_ref().map(Entry::token)) {
                prop_assert_eq!(with.token(), Ok(token));
            } else {
                prop_assert_eq!(&with, &without);
            }
            // What was typed stays as it was typed.
            let kept = matches!(&with, Entry::Typed { text: kept, .. } if *kept == text);
            prop_assert!(kept);
        }
    }
}

#[test]
fn the_sample_labels_name_what_the_sample_store_has() {
    let read = |path: &str| Json::parse(&std::fs::read_to_string(path).unwrap()).unwrap();
    let labels = Labels::from_json(&read("assets/samples/labels.json")).unwrap();
    let store = read("assets/samples/store.json");
    let schemas: Vec<_> = store
        .view()
        .get("schemas")
        .unwrap()
        .elements()
        .map(|schema| profile_desk::model::schema::Schema::from_json(&schema.to_json()).unwrap())
        .collect();
    let extensions = labels.json().view().get("extensions").unwrap().members();
    for (name, _) in extensions {
        let name = name.decoded().into_owned();
        let schema = schemas.iter().find(|schema| schema.name == name).unwrap();
        for attribute in labels.attributes(Some(&name)) {
            let attribute = schema.attribute(attribute).unwrap();
            let said = labels.attribute(Some(&name), &attribute.name).unwrap();
            assert_ne!(*said, AttributeLabels::default());
            for (value, _) in &said.values {
                profile_desk::model::value::parse_typed(attribute, value).unwrap();
            }
        }
    }
    assert_eq!(labels.json().view().get("extensions").unwrap().members().count(), schemas.len());
}
