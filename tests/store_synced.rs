//! Nobody is shown what is not durable yet, and what was left behind by a failed sync is never trusted as it is.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
#![cfg(target_os = "linux")]

#[path = "support/faulty_disk.rs"]
mod faulty_disk;

use faulty_disk::{Fault, FaultyDisk};
use profile_desk::model::json::Json;
use profile_desk::model::request::Request;
use profile_desk::store::{Store, StoreError, check};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};

fn append(store: &Store, id: &str) -> Result<(), StoreError> {
    let body = Json::parse(&format!(r#"{{"customer_id":"{id}","Name":"Ada"}}"#)).unwrap();
    let answers = store.append(&[Request::CreateProfile(body)], "tester", "now")?;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    Ok(())
}

fn ids(store: &Store) -> Vec<String> {
    store.customers().unwrap().iter().map(ToString::to_string).collect()
}

fn seen(folder: &Path) -> Vec<String> {
    ids(&Store::open(folder).unwrap())
}

/// Whether another process sees a customer.
fn another_process_sees(folder: &Path, id: &str) -> bool {
    let mut command = Command::new(env!("CARGO_BIN_EXE_profile-desk"));
    command.args(["show", id, "--store"]).arg(folder).output().unwrap().status.success()
}

fn journal(folder: &Path) -> PathBuf {
    folder.join("journal-000001.jsonl")
}

/// How many operations an append has, and which of them is its sync.
fn operations() -> (usize, usize) {
    let folder = tempfile::tempdir().unwrap();
    let disk = FaultyDisk::default();
    let store = Store::create_on(Arc::new(disk.clone()), folder.path()).unwrap();
    append(&store, "A").unwrap();
    let before = disk.0.lock().unwrap().operations;
    append(&store, "B").unwrap();
    let all = disk.0.lock().unwrap().operations - before;
    for at in 0..all {
        let folder = tempfile::tempdir().unwrap();
        let disk = FaultyDisk::default();
        let store = Store::create_on(Arc::new(disk.clone()), folder.path()).unwrap();
        append(&store, "A").unwrap();
        let next = disk.0.lock().unwrap().operations + at;
        disk.0.lock().unwrap().fault = Some(Fault { at: next, quarters: 4, for_ever: false });
        let size = std::fs::metadata(journal(folder.path())).unwrap().len();
        if append(&store, "B").is_err_and(|error| error.is_unclear()) {
            assert!(std::fs::metadata(journal(folder.path())).unwrap().len() > size);
            return (all, at + 1); // the write is the first that is unclear, its sync comes next
        }
    }
    unreachable!("an append writes");
}

/// A store with A, and a B whose sync failed.
fn failed_sync(folder: &Path) {
    let disk = FaultyDisk::default();
    let store = Store::create_on(Arc::new(disk.clone()), folder).unwrap();
    append(&store, "A").unwrap();
    let at = disk.0.lock().unwrap().operations + operations().1;
    disk.0.lock().unwrap().fault = Some(Fault { at, quarters: 4, for_ever: false });
    assert!(append(&store, "B").unwrap_err().is_unclear());
    assert!(std::fs::read_to_string(journal(folder)).unwrap().contains("\"B\""));
}

#[test]
fn between_a_write_and_its_sync_nobody_sees_it() {
    let folder = tempfile::tempdir().unwrap();
    let disk = FaultyDisk::default();
    let store = Store::create_on(Arc::new(disk.clone()), folder.path()).unwrap();
    append(&store, "A").unwrap();
    let at = disk.0.lock().unwrap().operations + operations().1;
    let met = Arc::new(Mutex::new(None));
    let (path, said) = (folder.path().to_owned(), met.clone());
    let look = move || {
        let written = std::fs::read_to_string(journal(&path)).unwrap().contains("\"B\"");
        *said.lock().unwrap() = Some((written, seen(&path), another_process_sees(&path, "B")));
    };
    disk.0.lock().unwrap().meanwhile = Some((at, Box::new(look)));
    append(&store, "B").unwrap();
    assert_eq!(met.lock().unwrap().take(), Some((true, vec!["A".into()], false)));
    assert_eq!(seen(folder.path()), ["A", "B"]);
    assert!(another_process_sees(folder.path(), "B"));
}

#[test]
fn what_a_failed_sync_left_is_hidden_until_the_next_writer_copied_it() {
    let folder = tempfile::tempdir().unwrap();
    failed_sync(folder.path());
    assert_eq!(seen(folder.path()), ["A"]);
    assert!(!another_process_sees(folder.path(), "B"));
    let report = check(folder.path()).unwrap();
    assert_eq!((report.findings.len(), report.notes.len(), report.requests), (0, 1, 1), "{report:?}");
    let reader = Store::open(folder.path()).unwrap();
    let before = std::fs::metadata(journal(folder.path())).unwrap().ino();
    append(&Store::open(folder.path()).unwrap(), "C").unwrap();
    assert_ne!(std::fs::metadata(journal(folder.path())).unwrap().ino(), before, "it is a new file");
    assert_eq!(ids(&reader), ["A", "B", "C"]);
    assert!(check(folder.path()).unwrap().notes.is_empty());
}

#[test]
fn what_is_behind_the_noted_end_and_not_whole_goes_aside() {
    let folder = tempfile::tempdir().unwrap();
    failed_sync(folder.path());
    let mut bytes = std::fs::read(journal(folder.path())).unwrap();
    bytes.extend(b"{\"seq\":3,\"at\":\"no\nwhat is this?\n{");
    std::fs::write(journal(folder.path()), bytes).unwrap();
    append(&Store::open(folder.path()).unwrap(), "C").unwrap();
    assert_eq!(seen(folder.path()), ["A", "B", "C"]);
    let aside = folder.path().join("aside").read_dir().unwrap().next().unwrap().unwrap().path();
    assert_eq!(std::fs::read(aside).unwrap(), b"{\"seq\":3,\"at\":\"no\nwhat is this?\n{");
}

#[test]
fn a_note_that_cannot_be_right_hides_nothing() {
    let folder = tempfile::tempdir().unwrap();
    failed_sync(folder.path());
    let lock = folder.path().join("lock");
    let note = std::fs::read_to_string(&lock).unwrap();
    let other_boot = FaultyDisk::default();
    other_boot.0.lock().unwrap().boot = Some("another".into());
    assert_eq!(ids(&Store::open_on(Arc::new(other_boot), folder.path()).unwrap()), ["A", "B"]);
    for garbage in ["", "x", "{}\n", &note.replace("\"end\":", "\"end\":9")] {
        std::fs::write(&lock, garbage).unwrap();
        assert_eq!(seen(folder.path()), ["A", "B"], "{garbage}");
    }
    std::fs::remove_file(&lock).unwrap();
    assert_eq!(seen(folder.path()), ["A", "B"]);
    append(&Store::open(folder.path()).unwrap(), "C").unwrap();
    assert!(check(folder.path()).unwrap().notes.is_empty());
}

#[test]
fn a_note_of_a_journal_that_was_put_back_hides_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::create(folder.path()).unwrap();
    append(&store, "A").unwrap();
    append(&store, "B").unwrap();
    let longer = std::fs::read(journal(folder.path())).unwrap();
    std::fs::remove_dir_all(folder.path()).unwrap();
    append(&Store::create(folder.path()).unwrap(), "C").unwrap();
    std::fs::write(journal(folder.path()), longer).unwrap();
    assert_eq!(seen(folder.path()), ["A", "B"]);
    append(&Store::open(folder.path()).unwrap(), "C").unwrap();
    assert_eq!(seen(folder.path()), ["A", "B", "C"]);
}

#[test]
fn whatever_fails_while_the_next_writer_takes_over_nothing_is_lost_or_half_there() {
    for (quarters, for_ever) in [(0, false), (2, false), (4, false), (0, true), (2, true), (4, true)] {
        for at in 0.. {
            let folder = tempfile::tempdir().unwrap();
            failed_sync(folder.path());
            let disk = FaultyDisk::failing(Fault { at, quarters, for_ever });
            let answer = Store::open_on(Arc::new(disk.clone()), folder.path());
            let answer = answer.and_then(|store| append(&store, "C"));
            let why = format!("operation {at}, {quarters} quarters, {for_ever}: {answer:?}");
            let unclear = answer.as_ref().is_err_and(StoreError::is_unclear);
            let healthy = Store::open_on(Arc::new(FaultyDisk::default()), folder.path()).unwrap();
            append(&healthy, "D").unwrap();
            let found = seen(folder.path());
            let expected: &[&str] = if answer.is_ok() || (unclear && found.len() == 4) {
                &["A", "B", "C", "D"]
            } else {
                &["A", "B", "D"]
            };
            assert_eq!(found, expected, "{why}");
            let report = check(folder.path()).unwrap();
            assert!(report.findings.is_empty() && report.notes.is_empty(), "{why}: {report:?}");
            if !disk.0.lock().unwrap().failed {
                assert!(at > 25, "there are more operations than {at}");
                break;
            }
        }
    }
}

#[test]
fn a_writer_that_takes_no_lock_is_noticed_and_nothing_is_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let disk = FaultyDisk::default();
    let store = Store::create_on(Arc::new(disk.clone()), folder.path()).unwrap();
    append(&store, "A").unwrap();
    for before in 0..operations().1 - 1 {
        let path = journal(folder.path());
        let foreign = move || {
            let text = std::fs::read_to_string(&path).unwrap();
            std::fs::write(&path, format!("{text}a foreign line\n")).unwrap();
        };
        let at = disk.0.lock().unwrap().operations + before;
        disk.0.lock().unwrap().meanwhile = Some((at, Box::new(foreign)));
        match append(&store, &format!("N{before}")) {
            Err(StoreError::Locked(_)) => {
                let text = std::fs::read_to_string(journal(folder.path())).unwrap();
                assert!(text.ends_with("a foreign line\n"), "{before}");
            }
            answer => answer.unwrap(),
        }
        append(&store, &format!("Z{before}")).unwrap();
    }
    let kept: Vec<Vec<u8>> = folder
        .path()
        .join("aside")
        .read_dir()
        .unwrap()
        .map(|entry| std::fs::read(entry.unwrap().path()).unwrap())
        .collect();
    let kept = String::from_utf8(kept.concat()).unwrap();
    assert_eq!(kept.matches("a foreign line\n").count(), operations().1 - 1, "{kept}");
    assert!(check(folder.path()).unwrap().findings.is_empty());
}

#[test]
fn what_is_written_and_synced_needs_no_further_file_handle() {
    let folder = tempfile::tempdir().unwrap();
    let disk = FaultyDisk::default();
    let store = Store::create_on(Arc::new(disk.clone()), folder.path()).unwrap();
    let other = Store::open_on(Arc::new(disk.clone()), folder.path()).unwrap();
    disk.0.lock().unwrap().without_handles = Some(false);
    append(&store, "A").unwrap();
    append(&store, "B").unwrap(); // what the first write opened is still open
    assert!(
        matches!(append(&other, "C").unwrap_err(), StoreError::Disk { .. }),
        "and before, nothing is changed"
    );
    disk.0.lock().unwrap().without_handles = None;
    append(&store, "D").unwrap();
    assert_eq!(ids(&store), ["A", "B", "D"]);
}
