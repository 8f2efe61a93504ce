//! Requests put into a store's folder by hand: carried out once by the next writer, whatever fails meanwhile.

#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "support/faulty_disk.rs"]
#[allow(dead_code, reason = "shared")]
mod faulty_disk;

use faulty_disk::{Fault, FaultyDisk};
use profile_desk::model::json::Json;
use profile_desk::model::profile::CustomerId;
use profile_desk::model::request::Request;
use profile_desk::store::{Store, StoreError, check};
use std::path::Path;
use std::sync::Arc;

const AT: &str = "2026-11-24T09:30:00.000Z";
/// Nothing tells its records apart, so one that is inserted twice stands there twice.
const SCHEMA: &str =
    r#"{"name":"Note","type":"multi-valued","attributes":[{"name":"text","type":"string"}]}"#;
const INBOX: &str = r#"{"method":"POST","path":"/profiles/B/extensions","body":{"Note":[{"text":"too early"}]}}
{"method":"POST","path":"/profiles","body":{"customer_id":"B"}}
{"method":"POST","path":"/profiles/B/extensions","body":{"Note":[{"text":"one"}]}}
no request
{"method":"POST","path":"/profiles/B/extensions","body":{"Fax":[{"text":"no schema"}]}}
{"method":"POST","path":"/profiles/B/extensions","body":{"Note":[{"text":"two"}]}}
{"method":"POST","path":"/profiles","body":{"name":"without an ID"}}
"#;

fn create(id: &str) -> Request {
    let body = Json::parse(&format!(r#"{{"customer_id":"{id}"}}"#)).unwrap();
    Request::from_parts("POST", "/profiles", Some(body)).unwrap()
}

fn made(folder: &Path) {
    let store = Store::create_on(Arc::new(FaultyDisk::default()), folder).unwrap();
    let schema =
        Request::from_parts("POST", "/metadata/profiles/extensions", Some(Json::parse(SCHEMA).unwrap()));
    store.append(&[schema.unwrap(), create("A")], "agent", AT).unwrap();
    std::fs::write(folder.join("inbox.jsonl"), INBOX).unwrap();
}

fn write(disk: FaultyDisk, folder: &Path, id: &str) -> Result<(), StoreError> {
    let answers = Store::open_on(Arc::new(disk), folder)?.append(&[create(id)], "agent", AT)?;
    for answer in answers {
        answer.unwrap();
    }
    Ok(())
}

fn aside(folder: &Path) -> Vec<String> {
    let names = folder.join("aside").read_dir().unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<String> = names.map(|name| name.into_string().unwrap()).collect();
    names.retain(|name| name.starts_with("inbox"));
    names.sort();
    names
}

/// What must be there in the end, once.
fn verify(folder: &Path, why: &str) {
    let store = Store::open(folder).unwrap();
    let (profile, _) = store.load(&CustomerId::new("B").unwrap()).unwrap().unwrap();
    let notes = r#"{"customer_id":"B","Note":[{"text":"one"},{"text":"two"}]}"#;
    assert_eq!(profile.to_json().to_string(), notes, "{why}");
    assert_eq!(store.find_text("without an ID", 9).unwrap().len(), 1, "{why}");
    assert_eq!(aside(folder), ["inbox-1.jsonl", "inbox-1.refused.jsonl"], "{why}");
    assert_eq!(std::fs::read_to_string(folder.join("aside/inbox-1.jsonl")).unwrap(), INBOX, "{why}");
    let refused = std::fs::read_to_string(folder.join("aside/inbox-1.refused.jsonl")).unwrap();
    let lines: Vec<&str> = refused.lines().map(|line| &line[..10]).collect();
    assert_eq!(lines, [r#"{"line":1,"#, r#"{"line":4,"#, r#"{"line":5,"#], "{why}");
    let report = check(folder).unwrap();
    assert!(report.findings.is_empty() && report.notes.is_empty(), "{why}: {report:?}");
}

#[test]
fn the_next_writer_carries_out_what_is_good_and_gives_the_reasons_for_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    made(folder.path());
    let note = &check(folder.path()).unwrap().notes[0];
    assert!(note.to_string().ends_with("inbox.jsonl: it waits for the next writer"), "{note}");
    let store = Store::open(folder.path()).unwrap();
    assert!(store.load(&CustomerId::new("B").unwrap()).unwrap().is_none(), "readers leave it alone");
    write(FaultyDisk::default(), folder.path(), "C").unwrap();
    verify(folder.path(), "");
    let lines = Store::open(folder.path()).unwrap().history(&CustomerId::new("B").unwrap()).unwrap();
    assert!(lines.iter().filter(|line| line.seq > 1).all(|line| line.by == "inbox"), "{lines:?}");
}

#[test]
fn whatever_operation_fails_each_request_is_carried_out_once() {
    let mut tried = 0;
    for (quarters, for_ever) in [0, 1, 2, 3, 4].into_iter().flat_map(|part| [(part, true), (part, false)]) {
        for at in 0.. {
            let folder = tempfile::tempdir().unwrap();
            made(folder.path());
            let fault = Fault { at, quarters, for_ever };
            let disk = FaultyDisk::failing(fault);
            let answer = write(disk.clone(), folder.path(), "C");
            if !disk.0.lock().unwrap().failed {
                answer.unwrap();
                assert!(at > 20, "there are more operations than {at}");
                break;
            }
            tried += 1;
            write(FaultyDisk::default(), folder.path(), "D").unwrap();
            verify(folder.path(), &format!("{fault:?}"));
        }
    }
    println!("{tried} operations failed");
}

#[test]
fn a_compaction_does_not_hide_what_was_carried_out_of_a_file_before_an_interruption() {
    let folder = tempfile::tempdir().unwrap();
    made(folder.path());
    write(FaultyDisk::default(), folder.path(), "C").unwrap();
    // As if whoever took it had died before the file was moved.
    std::fs::rename(folder.path().join("aside/inbox-1.jsonl"), folder.path().join("inbox-3.taking")).unwrap();
    std::fs::remove_dir_all(folder.path().join("aside")).unwrap();
    let store = Store::open(folder.path()).unwrap();
    let refused = store.compact(Some("2027")).unwrap_err().to_string();
    assert!(refused.contains("inbox-3.taking: whoever took it was interrupted"), "{refused}");
    write(FaultyDisk::default(), folder.path(), "D").unwrap();
    store.compact(Some("2027")).unwrap();
    verify(folder.path(), "");
}
