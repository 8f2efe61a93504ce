//! The journal folder as a target: two handles on one folder, and requests that were planned from an older state.
#![allow(clippy::unwrap_used, reason = "tests")]

use profile_desk::model::json::Json;
use profile_desk::model::profile::CustomerId;
use profile_desk::model::request::Request;
use profile_desk::target::{self, Accepted, LocalStore, Stamp, Target, TargetError, Version};
use std::path::Path;

const SCHEMA: &str = r#"{"name":"Phone","type":"multi-valued","attributes":[{"name":"PhoneType","type":"integer","mandatory":true},{"name":"number","type":"string"}],"unique":["PhoneType"]}"#;

fn id(text: &str) -> CustomerId {
    CustomerId::new(text).unwrap()
}

fn json(text: &str) -> Json {
    Json::parse(text).unwrap()
}

fn create(who: &str) -> Request {
    Request::CreateProfile(json(&format!(r#"{{"customer_id":"{who}","FirstName":"Ada"}}"#)))
}

fn insert(who: &str, number: &str) -> Request {
    Request::InsertRecords(id(who), json(&format!(r#"{{"Phone":[{{"PhoneType":1,"number":"{number}"}}]}}"#)))
}

fn merge(dst: &str, src: &str) -> Request {
    Request::MergeProfiles { dst: id(dst), src: id(src), body: json("{}") }
}

fn send(
    target: &dyn Target,
    requests: &[Request],
    from: Option<Version>,
) -> Result<Vec<Accepted>, TargetError> {
    let stamp = Stamp { by: "tester".into(), at: "2026-11-24T09:30:00.000Z".into() };
    Ok(target.send(requests, from, &stamp)?.into_iter().map(Result::unwrap).collect())
}

fn version(target: &dyn Target, who: &str) -> Option<Version> {
    target.load(&id(who)).unwrap().unwrap().version
}

/// Two handles on one folder with customers A, B and C.
fn pair(folder: &Path) -> (LocalStore, LocalStore) {
    let store = LocalStore::create(folder).unwrap();
    let requests = [Request::CreateSchema(json(SCHEMA)), create("A"), create("B"), create("C")];
    send(&store, &requests, None).unwrap();
    (store, LocalStore::open(folder).unwrap())
}

#[test]
fn what_one_handle_sends_the_other_shows_with_a_later_version() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = pair(folder.path());
    let before = version(&second, "A");
    let accepted = send(&first, &[insert("A", "111")], None).unwrap();
    assert_eq!(accepted, [Accepted { customer: Some(id("A")) }]);
    let found = second.find("111", 10).unwrap();
    assert_eq!(found.iter().map(|profile| &profile.id).collect::<Vec<_>>(), [&id("A")]);
    assert!(version(&second, "A") > before);
    assert_eq!(second.load(&id("Z")).unwrap(), None);
    assert_eq!(second.customers().unwrap(), [id("A"), id("B"), id("C")]);
    assert_eq!(second.damage(), None);
}

#[test]
fn requests_planned_before_somebody_elses_change_do_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (mine, theirs) = pair(folder.path());
    let journal = folder.path().join("journal-000001.jsonl");
    let touches: [(Request, &str); 5] = [
        (insert("A", "222"), "A"),
        (Request::UpdateProfile(id("A"), json(r#"{"FirstName":"Eve"}"#)), "A"),
        (merge("A", "B"), "A"),
        (Request::DeleteSchema("Phone".into()), "A"),
        (Request::CreateSchema(json(SCHEMA)), "A"),
    ];
    for (request, who) in touches {
        let from = version(&mine, who);
        send(&theirs, std::slice::from_ref(&request), None).unwrap();
        let before = std::fs::read(&journal).unwrap();
        let error = send(&mine, &[insert("A", "333")], from).unwrap_err();
        assert!(matches!(&error, TargetError::Moved(moved) if *moved == id("A")), "{request:?}: {error}");
        assert_eq!(std::fs::read(&journal).unwrap(), before, "{request:?}");
    }
    let from = version(&mine, "A");
    send(&mine, &[insert("A", "333")], from).unwrap();
}

#[test]
fn both_customers_of_a_merge_count_and_others_do_not() {
    let folder = tempfile::tempdir().unwrap();
    let (mine, theirs) = pair(folder.path());
    let from = version(&mine, "A");
    send(&theirs, &[insert("C", "111")], None).unwrap();
    send(&mine, &[insert("A", "222")], from).unwrap();
    let from = version(&mine, "A");
    send(&theirs, &[insert("B", "111")], None).unwrap();
    assert!(
        matches!(send(&mine, &[merge("A", "B")], from), Err(TargetError::Moved(moved)) if moved == id("B"))
    );
    let from = version(&mine, "B");
    send(&theirs, &[merge("A", "B")], None).unwrap();
    assert!(
        matches!(send(&mine, &[insert("B", "1")], from), Err(TargetError::Moved(moved)) if moved == id("B"))
    );
}

#[test]
fn requests_about_schemas_alone_move_with_the_schemas_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (mine, theirs) = pair(folder.path());
    let from = version(&mine, "A");
    send(&theirs, &[insert("A", "1"), create("D")], None).unwrap();
    send(&mine, &[Request::DeleteSchema("Phone".into())], from).unwrap();
    let create = Request::CreateSchema(json(SCHEMA));
    assert!(matches!(send(&theirs, &[create], from), Err(TargetError::SchemasMoved)));
}

#[test]
fn no_store_is_told_from_a_store_that_cannot_be_read() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(target::open(&folder.path().join("x")), Err(TargetError::Missing(_))));
    target::create(&folder.path().join("x")).unwrap();
    assert!(target::open(&folder.path().join("x")).is_ok());
    let again = target::create(&folder.path().join("x"));
    assert!(matches!(again, Err(TargetError::NotReached(_))));
}
