//! The history of a customer: replayed on an empty store it gives the same profile.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use profile_desk::model::apply::{Reading, State, apply};
use profile_desk::model::json::Json;
use profile_desk::model::profile::CustomerId;
use profile_desk::model::request::Request;
use profile_desk::store::Store;
use profile_desk::target::{LocalStore, Target};
use proptest::prelude::*;
use std::path::Path;

const AT: &str = "2026-11-24T09:30:00.000Z";

fn json(text: &str) -> Json {
    Json::parse(text).unwrap()
}

fn id(text: &str) -> CustomerId {
    CustomerId::new(text).unwrap()
}

fn request(method: &str, path: &str, body: &str) -> Request {
    Request::from_parts(method, path, Some(json(body))).unwrap()
}

/// Who asked for what: number, method and path.
fn said(store: &Store, customer: &str) -> Vec<String> {
    let lines = store.history(&id(customer)).unwrap();
    let said = |line: &profile_desk::store::line::Line| {
        format!("{} {} {}", line.seq, line.request.method().as_str(), line.request.path())
    };
    lines.iter().map(said).collect()
}

const PHONE: &str =
    r#"{"name":"Phone","type":"multi-valued","attributes":[{"name":"t","type":"integer"}],"unique":["t"]}"#;
const NOTE: &str = r#"{"name":"Note","type":"multi-valued","attributes":[{"name":"t","type":"integer"}]}"#;
const SINGLE: &str =
    r#"{"name":"Single","type":"single-valued","attributes":[{"name":"t","type":"integer"}]}"#;

fn store(folder: &Path, requests: &[Request]) -> Store {
    let store = Store::create(folder).unwrap();
    for answer in store.append(requests, "agent7", AT).unwrap() {
        answer.unwrap();
    }
    store
}

#[test]
fn it_has_the_customers_own_lines_and_those_of_the_schemas_that_they_name() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(
        folder.path(),
        &[
            request("POST", "/metadata/profiles/extensions", PHONE),
            request("POST", "/metadata/profiles/extensions", NOTE),
            request("POST", "/profiles", r#"{"customer_id":"A"}"#),
            request("POST", "/profiles", r#"{"customer_id":"B"}"#),
            request("POST", "/profiles/B/extensions", r#"{"Note":[{"t":1}]}"#),
            request("POST", "/profiles/A/extensions", r#"{"PHONE":[{"t":1}]}"#),
            Request::DeleteSchema("phone".into()),
        ],
    );
    assert_eq!(
        said(&store, "A"),
        [
            "1 POST /metadata/profiles/extensions",
            "3 POST /profiles",
            "6 POST /profiles/A/extensions",
            "7 DELETE /metadata/profiles/extensions/phone",
        ]
    );
    assert_eq!(said(&store, "C"), Vec::<String>::new());
    let past = LocalStore::open(folder.path()).unwrap().history(&id("A")).unwrap();
    assert_eq!((past[1].seq, past[1].stamp.by.as_str(), past[1].stamp.at.as_str()), (3, "agent7", AT));
}

#[test]
fn of_a_customer_who_was_merged_into_it_the_lines_before_the_merge_count() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(
        folder.path(),
        &[
            request("POST", "/profiles", r#"{"customer_id":"A"}"#),
            request("POST", "/profiles", r#"{"customer_id":"B"}"#),
            request("PUT", "/profiles/A/merge/B", "{}"),
            request("POST", "/profiles", r#"{"customer_id":"B"}"#),
        ],
    );
    // 4 is the checkpoint that follows the merge.
    assert_eq!(said(&store, "A"), ["1 POST /profiles", "2 POST /profiles", "3 PUT /profiles/A/merge/B"]);
    assert_eq!(said(&store, "B").last().unwrap(), "5 POST /profiles");
}

#[test]
fn a_damaged_line_is_left_out_with_what_was_passed_over_behind_it_and_is_named() {
    let folder = tempfile::tempdir().unwrap();
    drop(store(
        folder.path(),
        &[
            request("POST", "/metadata/profiles/extensions", PHONE),
            request("POST", "/profiles", r#"{"customer_id":"A"}"#),
            request("POST", "/profiles", r#"{"customer_id":"B"}"#),
            request("POST", "/profiles/A/extensions", r#"{"Phone":[{"t":777}]}"#),
            request("PUT", "/profiles/A/extensions/Phone/by/unique", r#"{"t":777}"#),
            request("POST", "/profiles/B/extensions", r#"{"Phone":[{"t":2}]}"#),
        ],
    ));
    let journal = folder.path().join("journal-000001.jsonl");
    let text = std::fs::read_to_string(&journal).unwrap();
    std::fs::write(&journal, text.replacen("{\"t\":777}", "{\"t\":779}", 1)).unwrap();
    let store = Store::open(folder.path()).unwrap();
    assert_eq!(said(&store, "A"), ["2 POST /profiles"]);
    assert_eq!(said(&store, "B").len(), 3);
    let damage = store.damage().unwrap();
    assert!(damage.contains("customer A") && damage.contains("journal-000001.jsonl:5"), "{damage}");
}

/// Requests about three customers and three extensions, some of which a store refuses.
fn any_request() -> impl Strategy<Value = Request> {
    let customer = || prop::sample::select(vec!["A", "B", "C"]).prop_map(id);
    let extension = || prop::sample::select(vec!["Phone", "note", "SINGLE"]);
    let number = 0..3_u8;
    let records = (extension(), number.clone()).prop_map(|(extension, number)| match extension {
        "SINGLE" => format!("\"{extension}\":{{\"t\":{number}}}"),
        _ => format!("\"{extension}\":[{{\"t\":{number}}}]"),
    });
    prop_oneof![
        3 => prop::sample::select(vec![PHONE, NOTE, SINGLE]).prop_map(|text| Request::CreateSchema(json(text))),
        1 => extension().prop_map(|name| Request::DeleteSchema(name.into())),
        3 => (customer(), number.clone()).prop_map(|(id, number)| {
            Request::CreateProfile(json(&format!("{{\"customer_id\":\"{id}\",\"Name\":[\"{number}\"]}}")))
        }),
        6 => (customer(), records.clone()).prop_map(|(id, records)| {
            Request::InsertRecords(id, json(&format!("{{{records}}}")))
        }),
        1 => (customer(), records).prop_map(|(id, records)| {
            Request::UpdateProfile(id, json(&format!("{{\"Name\":\"x\",{records}}}")))
        }),
        1 => (customer(), extension(), number).prop_map(|(id, name, number)| {
            Request::DeleteRecord(id, name.into(), json(&format!("{{\"t\":{number}}}")))
        }),
        1 => customer().prop_map(Request::DeleteProfile),
        2 => (customer(), customer())
            .prop_map(|(dst, src)| Request::MergeProfiles { dst, src, body: json("{}") }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn replayed_it_gives_the_same_profile(requests in prop::collection::vec(any_request(), 1..40)) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::create(folder.path()).unwrap();
        let _ = store.append(&requests, "agent7", AT).unwrap();
        for customer in ["A", "B", "C"].map(id) {
            let mut replayed = State::default();
            for line in store.history(&customer).unwrap() {
                prop_assert!(!matches!(line.request, Request::Checkpoint(..)));
                let done = apply(&mut replayed, &line.request, Reading::Upsert);
                prop_assert!(done.is_ok(), "{} {:?}: {:?}", customer, line.request, done);
            }
            let kept = store.load(&customer).unwrap().map(|(profile, _)| profile);
            prop_assert_eq!(replayed.profiles.get(&customer), kept.as_ref());
        }
    }
}
