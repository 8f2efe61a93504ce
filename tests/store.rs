//! The journal store on a real disk: what was answered is there, what was torn is set aside, what is damaged is named.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use profile_desk::model::json::Json;
use profile_desk::model::profile::CustomerId;
use profile_desk::model::request::Request;
use profile_desk::store::{Store, StoreError};
use std::path::Path;

const SCHEMA: &str = r#"{"name":"Phone","type":"multi-valued","attributes":[{"name":"PhoneType","type":"integer","mandatory":true},{"name":"number","type":"string","length":15}],"unique":["PhoneType"]}"#;

fn id() -> CustomerId {
    CustomerId::new("A").unwrap()
}

fn insert(kind: u32, number: &str) -> Request {
    let body = format!(r#"{{"Phone":[{{"PhoneType":{kind},"number":"{number}"}}]}}"#);
    Request::InsertRecords(id(), Json::parse(&body).unwrap())
}

fn send(store: &Store, requests: &[Request]) {
    for answer in store.append(requests, "tester", "2026-11-24T09:30:00.000Z").unwrap() {
        answer.unwrap();
    }
}

fn made(folder: &Path) -> Store {
    let store = Store::create(folder).unwrap();
    let create = Json::parse(r#"{"customer_id":"A","FirstName":"Ada"}"#).unwrap();
    send(&store, &[Request::CreateSchema(Json::parse(SCHEMA).unwrap()), Request::CreateProfile(create)]);
    store
}

fn numbers(store: &Store) -> Vec<String> {
    let (profile, _) = store.load(&id()).unwrap().unwrap();
    let number = |record: &profile_desk::model::profile::Record| {
        record.get("number").unwrap().text().unwrap().into_owned()
    };
    profile.records("Phone").iter().map(number).collect()
}

#[test]
fn what_was_answered_is_there_after_opening_again_and_in_another_store_value() {
    let folder = tempfile::tempdir().unwrap();
    let first = made(folder.path());
    let second = Store::open(folder.path()).unwrap();
    send(&first, &[insert(1, "111")]);
    send(&second, &[insert(2, "222")]);
    assert_eq!(numbers(&first), ["111", "222"]);
    assert_eq!(numbers(&Store::open(folder.path()).unwrap()), ["111", "222"]);
}

#[test]
fn opening_and_looking_changes_no_byte() {
    let folder = tempfile::tempdir().unwrap();
    drop(made(folder.path()));
    let journal = folder.path().join("journal-000001.jsonl");
    let before = std::fs::read(&journal).unwrap();
    let store = Store::open(folder.path()).unwrap();
    assert_eq!(store.find_text("ADA", 10).unwrap(), [id()]);
    assert!(store.customers().unwrap().contains(&id()));
    assert_eq!(std::fs::read(&journal).unwrap(), before);
}

#[test]
fn a_last_line_torn_at_any_byte_is_ignored_and_then_set_aside() {
    let folder = tempfile::tempdir().unwrap();
    let store = made(folder.path());
    let journal = folder.path().join("journal-000001.jsonl");
    let before = std::fs::read(&journal).unwrap();
    send(&store, &[insert(1, "111")]);
    let after = std::fs::read(&journal).unwrap();
    for cut in before.len()..after.len() {
        std::fs::write(&journal, &after[..cut]).unwrap();
        let whole = cut + 1 == after.len();
        let store = Store::open(folder.path()).unwrap();
        assert_eq!(numbers(&store).len(), usize::from(whole), "cut at {cut}");
        send(&store, &[insert(2, "222")]);
        let store = Store::open(folder.path()).unwrap();
        assert_eq!(numbers(&store).last().unwrap(), "222", "cut at {cut}");
        assert_eq!(store.damage(), None);
    }
    assert!(folder.path().join("aside").read_dir().unwrap().next().is_some());
}

#[test]
fn a_changed_byte_is_named_and_stops_writing_but_not_reading() {
    let folder = tempfile::tempdir().unwrap();
    let store = made(folder.path());
    send(&store, &[insert(1, "111")]);
    send(&store, &[insert(2, "222")]);
    let journal = folder.path().join("journal-000001.jsonl");
    let text = std::fs::read_to_string(&journal).unwrap().replace("\"222\"", "\"223\"");
    std::fs::write(&journal, text).unwrap();
    let store = Store::open(folder.path()).unwrap();
    assert_eq!(numbers(&store), ["111"]);
    let error = store.append(&[insert(3, "333")], "tester", "now").unwrap_err();
    assert!(matches!(error, StoreError::Damaged { line: 5, .. }), "{error}");
}

#[test]
fn a_refused_request_leaves_no_line() {
    let folder = tempfile::tempdir().unwrap();
    let store = made(folder.path());
    let journal = folder.path().join("journal-000001.jsonl");
    let before = std::fs::read(&journal).unwrap();
    let answers = store.append(&[insert(1, "12345678901234567")], "tester", "now").unwrap();
    assert_eq!(
        answers[0].as_ref().unwrap_err().to_string(),
        "Phone 1 number: 17 characters, the schema allows 15"
    );
    assert_eq!(std::fs::read(&journal).unwrap(), before);
}

#[test]
fn writers_in_many_threads_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    drop(made(folder.path()));
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let store = Store::open(folder.path()).unwrap();
            scope.spawn(move || (0..25).for_each(|n| send(&store, &[insert(thread * 100 + n, "1")])));
        }
    });
    assert_eq!(numbers(&Store::open(folder.path()).unwrap()).len(), 100);
}

#[test]
fn a_missing_store_and_a_folder_in_use_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(Store::open(folder.path()), Err(StoreError::Missing(_))));
    std::fs::write(folder.path().join("letter.txt"), "dear").unwrap();
    assert!(matches!(Store::create(folder.path()), Err(StoreError::NotEmpty(_))));
}

#[test]
fn a_tail_longer_than_the_next_line_is_cut_off() {
    let folder = tempfile::tempdir().unwrap();
    drop(made(folder.path()));
    let journal = folder.path().join("journal-000001.jsonl");
    let mut bytes = std::fs::read(&journal).unwrap();
    bytes.extend([0; 4096]);
    std::fs::write(&journal, bytes).unwrap();
    send(&Store::open(folder.path()).unwrap(), &[insert(1, "111")]);
    let store = Store::open(folder.path()).unwrap();
    assert_eq!(numbers(&store), ["111"]);
    assert!(std::fs::read(&journal).unwrap().ends_with(b"\"}\n"));
}
