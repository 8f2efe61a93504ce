//! The laws of `apply`, tried with generated profiles and requests. proptest prints the seed of a failure.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use profile_desk::model::apply::{Reading, RejectionKind, State, apply};
use profile_desk::model::finding::Severity;
use profile_desk::model::json::Json;
use profile_desk::model::profile::CustomerId;
use profile_desk::model::request::Request;
use profile_desk::model::validate::validate;
use proptest::prelude::*;

fn json(text: &str) -> Json {
    Json::parse(text).unwrap()
}

fn id() -> CustomerId {
    CustomerId::new("0004Va58A92T0017").unwrap()
}

fn start() -> State {
    let mut state = State::default();
    let schemas = [
        r#"{"name":"Phone","type":"multi-valued","attributes":[{"name":"PhoneType","type":"integer","default":0,"mandatory":true},
            {"name":"number","type":"string","length":"15","mandatory":"true"},{"name":"note","type":"string"}],"unique":["PhoneType"]}"#,
        r#"{"name":"Address","type":"single-valued","attributes":[{"name":"City","type":"string","length":32}]}"#,
        r#"{"name":"Notes","type":"multi-valued","attributes":[{"name":"text","type":"string"}]}"#,
    ];
    for schema in schemas {
        apply(&mut state, &Request::CreateSchema(json(schema)), Reading::Upsert).unwrap();
    }
    let body = r#"{"customer_id":"0004Va58A92T0017","FirstName":"Bruce","Notes":[{"text":"first"}]}"#;
    apply(&mut state, &Request::CreateProfile(json(body)), Reading::Upsert).unwrap();
    state
}

fn phone() -> impl Strategy<Value = String> {
    let number = prop_oneof!["\"[0-9]{1,17}\"", Just("null".to_owned()), Just("7".to_owned())];
    (prop::option::of(0..4u8), number, prop::option::of("[a-zé]{0,3}")).prop_map(|(kind, number, note)| {
        let kind = kind.map_or(String::new(), |kind| format!("\"phonetype\":{kind},"));
        let note = note.map_or(String::new(), |note| format!(",\"note\":\"{note}\""));
        format!("{{{kind}\"number\":{number}{note}}}")
    })
}

fn body() -> impl Strategy<Value = Json> {
    let address = prop::option::of("[A-Za-z]{0,40}");
    (prop::collection::vec(phone(), 0..4), address).prop_map(|(phones, city)| {
        let city = city.map_or(String::new(), |city| format!(",\"Address\":{{\"City\":\"{city}\"}}"));
        json(&format!("{{\"Phone\":[{}]{city}}}", phones.join(",")))
    })
}

fn reading() -> impl Strategy<Value = Reading> {
    prop_oneof![Just(Reading::Upsert), Just(Reading::Replace)]
}

proptest! {
    #[test]
    fn accepted_exactly_when_nothing_is_found(first in body(), second in body(), reading in reading()) {
        let mut state = start();
        for body in [first, second] {
            let before = state.clone();
            let request = Request::InsertRecords(id(), body);
            let good = validate(&request, &state.schemas).iter().all(|finding| finding.severity != Severity::Error);
            let answer = apply(&mut state, &request, reading);
            prop_assert_eq!(answer.is_ok(), good);
            if answer.is_err() {
                prop_assert_eq!(state.clone(), before);
            }
        }
    }

    #[test]
    fn inserting_twice_is_inserting_once(first in body(), second in body(), reading in reading()) {
        let mut state = start();
        let _ = apply(&mut state, &Request::InsertRecords(id(), first), reading);
        let request = Request::InsertRecords(id(), second);
        if apply(&mut state, &request, reading).is_ok() {
            let once = state.clone();
            apply(&mut state, &request, reading).unwrap();
            prop_assert_eq!(state, once);
        }
    }

    #[test]
    fn what_is_not_named_is_not_touched(body in body(), reading in reading()) {
        let mut state = start();
        let _ = apply(&mut state, &Request::InsertRecords(id(), body), reading);
        let profile = &state.profiles[&id()];
        prop_assert_eq!(profile.records("notes")[0].json().as_str(), r#"{"text":"first"}"#);
        prop_assert_eq!(profile.core("firstname").unwrap().as_str(), "\"Bruce\"");
    }

    #[test]
    fn no_two_records_share_a_key(bodies in prop::collection::vec(body(), 1..5), reading in reading()) {
        let mut state = start();
        for body in bodies {
            let _ = apply(&mut state, &Request::InsertRecords(id(), body), reading);
        }
        let kinds: Vec<&str> = state.profiles[&id()].records("Phone").iter().map(|r| r.get("PhoneType").unwrap().as_str()).collect();
        let mut distinct = kinds.clone();
        distinct.sort_unstable();
        distinct.dedup();
        prop_assert_eq!(distinct.len(), kinds.len());
    }
}

#[test]
fn a_record_with_the_same_key_is_replaced_whole_in_its_place() {
    let mut state = start();
    let mut send =
        |text: &str| apply(&mut state, &Request::InsertRecords(id(), json(text)), Reading::Upsert).unwrap();
    send(r#"{"Phone":[{"PhoneType":0,"number":"1","note":"x"},{"PhoneType":2,"number":"2"}]}"#);
    send(r#"{"Phone":[{"PhoneType":5,"number":"5"},{"phonetype":0,"number":"9"}]}"#);
    let records = state.profiles[&id()].extension("Phone").unwrap().records.to_json();
    assert_eq!(
        records.as_str(),
        r#"[{"PhoneType":0,"number":"9"},{"PhoneType":2,"number":"2"},{"PhoneType":5,"number":"5"}]"#
    );
}

#[test]
fn an_unknown_customer_is_refused_before_the_body_is_judged() {
    let nobody = CustomerId::new("nobody").unwrap();
    let answer =
        apply(&mut start(), &Request::InsertRecords(nobody, json("[]")), Reading::Upsert).unwrap_err();
    assert_eq!(answer.kind, RejectionKind::UnknownCustomer);
}

#[test]
fn records_are_updated_and_deleted_by_their_key() {
    let mut state = start();
    let mut send = |request: Request| apply(&mut state, &request, Reading::Upsert);
    send(Request::InsertRecords(
        id(),
        json(r#"{"Phone":[{"PhoneType":0,"number":"1"},{"PhoneType":2,"number":"2"}]}"#),
    ))
    .unwrap();
    send(Request::UpdateRecord(id(), "phone".into(), json(r#"{"PhoneType":2,"number":"22"}"#))).unwrap();
    send(Request::DeleteRecord(id(), "Phone".into(), json(r#"{"PhoneType":0}"#))).unwrap();
    let gone = send(Request::DeleteRecord(id(), "Phone".into(), json(r#"{"PhoneType":0}"#))).unwrap_err();
    assert_eq!(gone.kind, RejectionKind::UnknownRecord);
    let single = send(Request::DeleteRecord(id(), "Address".into(), json("{}"))).unwrap_err();
    assert_eq!(single.kind, RejectionKind::Invalid);
    assert_eq!(
        state.profiles[&id()].extension("Phone").unwrap().records.to_json().as_str(),
        r#"[{"PhoneType":2,"number":"22"}]"#
    );
}

#[test]
fn an_unknown_extension_is_told_from_a_bad_record() {
    let kind = |request| apply(&mut start(), &request, Reading::Upsert).unwrap_err().kind;
    let insert = |text: &str| kind(Request::InsertRecords(id(), json(text)));
    assert_eq!(insert(r#"{"Fax":[{}],"Phone":[{}]}"#), RejectionKind::UnknownExtension);
    assert_eq!(insert(r#"{"Phone":[{}]}"#), RejectionKind::Invalid);
    let update = Request::UpdateRecord(id(), "Fax".into(), json("{}"));
    assert_eq!(kind(update), RejectionKind::UnknownExtension);
}

#[test]
fn what_is_no_record_has_no_unique_attributes() {
    let insert = Request::InsertRecords(id(), json(r#"{"Phone":[1,1]}"#));
    let refused = apply(&mut start(), &insert, Reading::Upsert).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "Phone 1: a record must be an object; Phone 2: a record must be an object"
    );
}

#[test]
fn a_delete_must_name_every_unique_attribute() {
    let mut state = start();
    let body = r#"{"Phone":[{"number":"1"}]}"#;
    apply(&mut state, &Request::InsertRecords(id(), json(body)), Reading::Upsert).unwrap();
    let delete = |body: &str| Request::DeleteRecord(id(), "Phone".into(), json(body));
    let refused = apply(&mut state, &delete("{}"), Reading::Upsert).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "Phone PhoneType: a delete must name every unique attribute of the record"
    );
    apply(&mut state, &delete(r#"{"PhoneType":0}"#), Reading::Upsert).unwrap();
}

#[test]
fn a_default_must_fit_its_type() {
    let schema =
        r#"{"name":"Fax","type":"single-valued","attributes":[{"name":"n","type":"integer","default":"0"}]}"#;
    let refused = apply(&mut start(), &Request::CreateSchema(json(schema)), Reading::Upsert).unwrap_err();
    assert!(refused.to_string().starts_with("Fax n: the default does not fit"), "{refused}");
}
