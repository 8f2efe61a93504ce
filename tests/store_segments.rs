//! A journal of many segments: whatever fails while the next one is made nothing is lost, and a file that is missing, doubled or of
//! another store is named.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "support/faulty_disk.rs"]
mod faulty_disk;

use faulty_disk::{Fault, FaultyDisk};
use profile_desk::model::json::Json;
use profile_desk::model::profile::CustomerId;
use profile_desk::model::request::Request;
use profile_desk::store::disk::{Disk, OsDisk};
use profile_desk::store::{Options, Store, StoreError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A segment has room for the header and two lines.
const SMALL: Options = Options { segment: 300, tail: 1 << 20 };

fn open_on(disk: Arc<dyn Disk>, folder: &Path) -> Result<Store, StoreError> {
    Store::open_with(disk, folder, SMALL, &mut |_| {})
}

/// On a disk whose syncs cost no time.
fn open(folder: &Path) -> Store {
    open_on(Arc::new(FaultyDisk::default()), folder).unwrap()
}

fn append(store: &Store, id: &str) -> Result<(), StoreError> {
    let body = Json::parse(&format!(r#"{{"customer_id":"{id}","Name":"Ada"}}"#)).unwrap();
    let answers = store.append(&[Request::CreateProfile(body)], "tester", "2026-11-24T09:30:00.000Z")?;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    Ok(())
}

fn ids(store: &Store) -> Vec<String> {
    store.customers().unwrap().iter().map(ToString::to_string).collect()
}

fn segment(folder: &Path, number: u32) -> PathBuf {
    folder.join(format!("journal-{number:06}.jsonl"))
}

fn segments(folder: &Path) -> u32 {
    (1..1000).find(|number| !segment(folder, *number).exists()).unwrap() - 1
}

/// A store with customers C10, C11 and so on in several segments.
fn made(folder: &Path, customers: u32) -> Vec<String> {
    drop(Store::create_on(Arc::new(FaultyDisk::default()), folder).unwrap());
    let store = open(folder);
    let all: Vec<String> = (10..10 + customers).map(|number| format!("C{number}")).collect();
    for id in &all {
        append(&store, id).unwrap();
    }
    assert!(segments(folder) * 3 > customers, "{} segments", segments(folder));
    all
}

#[test]
fn lines_of_many_segments_come_back_in_order_and_older_ones_are_never_changed() {
    let folder = tempfile::tempdir().unwrap();
    let all = made(folder.path(), 10);
    let sealed = |number| std::fs::read(segment(folder.path(), number)).unwrap();
    let before: Vec<Vec<u8>> = (1..segments(folder.path())).map(sealed).collect();
    assert_eq!(ids(&open(folder.path())), all);
    append(&open(folder.path()), "D1").unwrap();
    append(&Store::open(folder.path()).unwrap(), "D2").unwrap();
    assert_eq!((1..).map(sealed).take(before.len()).collect::<Vec<_>>(), before);
    let history = open(folder.path()).history(&CustomerId::new("C12").unwrap()).unwrap();
    assert_eq!(history.iter().map(|line| line.seq).collect::<Vec<_>>(), [3]);
}

#[test]
fn whatever_operation_fails_while_the_next_segment_is_made_nothing_is_lost_or_half_there() {
    let (mut tried, mut killed) = (0, 0);
    for (quarters, for_ever) in [(0, false), (2, false), (4, false), (2, true)] {
        for at in 0.. {
            let folder = tempfile::tempdir().unwrap();
            let mut expected = made(folder.path(), 2);
            let others = [open(folder.path()), open(folder.path())];
            assert_eq!((ids(&others[0]), segments(folder.path())), (expected.clone(), 1));
            append(&others[1], "C12").unwrap(); // it keeps its files open
            expected.push("C12".into());
            append(&others[1], "C13").unwrap();
            expected.push("C13".into());
            let made = segments(folder.path());
            let disk = FaultyDisk::default();
            let store = open_on(Arc::new(disk.clone()), folder.path()).unwrap();
            let next = disk.0.lock().unwrap().operations;
            disk.0.lock().unwrap().fault = Some(Fault { at: next + at, quarters, for_ever });
            let answer = append(&store, "F");
            let why = format!("operation {at}, {quarters} quarters, {for_ever}: {answer:?}");
            if !disk.0.lock().unwrap().failed {
                assert!(at > 15 && segments(folder.path()) == made + 1, "{why}");
                break;
            }
            tried += 1;
            killed += u32::from(for_ever);
            let unclear = answer.as_ref().is_err_and(StoreError::is_unclear);
            assert!(
                unclear || answer.is_ok() || answer.unwrap_err().to_string().ends_with("nothing was changed")
            );
            let shown = ids(&others[0]); // a reader that noticed nothing of it until now
            // The one that knows the last note is first.
            for (other, id) in [(&others[1], "Y"), (&others[0], "X")] {
                append(other, id).unwrap_or_else(|error| panic!("{why}: {error}"));
            }
            if !for_ever && !unclear {
                append(&store, "Z").unwrap_or_else(|error| panic!("{why}: {error}"));
                expected.push("Z".into());
            }
            expected.extend(["X".into(), "Y".into()]);
            let found = ids(&open(folder.path()));
            if found.contains(&"F".to_owned()) {
                expected.push("F".into());
            }
            assert!(shown.iter().all(|id| found.contains(id)), "{why}: {shown:?}");
            expected.sort();
            assert_eq!(found, expected, "{why}");
            assert_eq!(ids(&others[0]), expected, "{why}");
            assert_eq!(open(folder.path()).damage(), None, "{why}");
        }
    }
    println!("{tried} failures of an operation, {killed} of them for ever");
}

#[test]
fn an_acknowledged_line_is_there_whatever_operation_of_many_roll_overs_fails() {
    let mut tried = 0;
    for at in 0.. {
        let folder = tempfile::tempdir().unwrap();
        drop(Store::create_on(Arc::new(FaultyDisk::default()), folder.path()).unwrap());
        let disk = FaultyDisk::failing(Fault { at, quarters: 2, for_ever: false });
        let mut acknowledged = Vec::new();
        let mut store = None;
        for number in 10..18 {
            let id = format!("C{number}");
            let opened = store.take().or_else(|| open_on(Arc::new(disk.clone()), folder.path()).ok());
            let Some(opened) = opened else { continue };
            match append(&opened, &id) {
                Ok(()) => acknowledged.push(id),
                Err(error) if error.is_unclear() => continue, // it is opened again
                Err(_) => {}
            }
            store = Some(opened);
        }
        let found = ids(&open(folder.path()));
        assert!(acknowledged.iter().all(|id| found.contains(id)), "{at}: {acknowledged:?}, {found:?}");
        assert!(found.len() <= acknowledged.len() + 1 && open(folder.path()).damage().is_none(), "{at}");
        if !disk.0.lock().unwrap().failed {
            break;
        }
        tried += 1;
    }
    println!("{tried} failures of an operation");
    assert!(tried > 80, "{tried}");
}

#[test]
fn many_stores_on_one_folder_lose_nothing_while_they_make_segments() {
    let folder = tempfile::tempdir().unwrap();
    made(folder.path(), 2);
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let store = open_on(Arc::new(OsDisk), folder.path()).unwrap();
            scope.spawn(move || (0..25).for_each(|n| append(&store, &format!("T{thread}-{n:02}")).unwrap()));
        }
        let reader = open(folder.path());
        scope.spawn(move || {
            let mut before = 0;
            while before < 102 {
                let now = ids(&reader).len();
                assert!(now >= before, "a reader lost what it had seen");
                before = now;
            }
        });
    });
    assert_eq!(ids(&open(folder.path())).len(), 102);
    assert!(segments(folder.path()) > 30 && open(folder.path()).damage().is_none());
}

/// Asserts that the store is read up to some customers, that nothing can be written, and that a file is named.
fn is_read_only(folder: &Path, customers: &[String], sentence: &str) {
    let names = |folder: &Path| {
        let mut names: Vec<_> = folder.read_dir().unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    let before = names(folder);
    let store = open(folder);
    assert_eq!(ids(&store), customers);
    let error = append(&store, "NEW").unwrap_err();
    assert!(matches!(error, StoreError::Broken(_)) && error.to_string().contains(sentence), "{error}");
    assert!(store.damage().unwrap().contains(sentence));
    assert_eq!((ids(&store), names(folder)), (customers.to_vec(), before));
}

#[test]
fn a_missing_segment_ends_the_journal_and_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let all = made(folder.path(), 10);
    std::fs::rename(segment(folder.path(), 3), folder.path().join("away")).unwrap();
    is_read_only(
        folder.path(),
        &all[..4],
        "journal-000003.jsonl: this file is missing; what stands before it",
    );
    std::fs::rename(segment(folder.path(), 1), folder.path().join("first")).unwrap();
    is_read_only(folder.path(), &[], "journal-000001.jsonl: this file is missing");
    std::fs::rename(folder.path().join("away"), segment(folder.path(), 3)).unwrap();
    std::fs::rename(folder.path().join("first"), segment(folder.path(), 1)).unwrap();
    append(&open(folder.path()), "D").unwrap();
}

#[test]
fn a_doubled_segment_counts_once_and_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let all = made(folder.path(), 10);
    let next = segments(folder.path()) + 1;
    let sentence = "it says that it is segment 1, so it is a copy of journal-000001.jsonl";
    for (number, left) in [(next, all.len()), (next + 1, all.len()), (3, 4)] {
        let before = std::fs::read(segment(folder.path(), number)).ok();
        std::fs::copy(segment(folder.path(), 1), segment(folder.path(), number)).unwrap();
        let named = format!("journal-{number:06}.jsonl: {sentence}");
        is_read_only(folder.path(), &all[..left], &named);
        match before {
            Some(bytes) => std::fs::write(segment(folder.path(), number), bytes).unwrap(),
            None => std::fs::remove_file(segment(folder.path(), number)).unwrap(),
        }
    }
    append(&open(folder.path()), "D").unwrap();
}

#[test]
fn a_segment_of_another_store_does_not_count_and_is_named() {
    let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let all = made(folder.path(), 10);
    made(other.path(), 12);
    let sentence = |number: u32| format!("journal-{number:06}.jsonl: it belongs to another store");
    let next = segments(folder.path()) + 1;
    for (number, left) in [(next, all.len()), (2, 2)] {
        let before = std::fs::read(segment(folder.path(), number)).ok();
        std::fs::copy(segment(other.path(), number), segment(folder.path(), number)).unwrap();
        is_read_only(folder.path(), &all[..left], &sentence(number));
        match before {
            Some(bytes) => std::fs::write(segment(folder.path(), number), bytes).unwrap(),
            None => std::fs::remove_file(segment(folder.path(), number)).unwrap(),
        }
    }
}

#[test]
fn a_segment_that_came_from_nowhere_is_never_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let all = made(folder.path(), 2);
    let store = open(folder.path());
    std::fs::copy(segment(folder.path(), 1), segment(folder.path(), 2)).unwrap();
    let before = std::fs::read(segment(folder.path(), 2)).unwrap();
    let error = append(&store, "D").unwrap_err();
    assert!(error.to_string().contains("journal-000002.jsonl: it says that it is segment 1"), "{error}");
    assert_eq!(std::fs::read(segment(folder.path(), 2)).unwrap(), before);
    assert_eq!(ids(&store), all);
}

#[test]
fn what_was_cut_off_an_older_segment_is_missed_where_the_next_begins() {
    let folder = tempfile::tempdir().unwrap();
    let all = made(folder.path(), 10);
    let bytes = std::fs::read_to_string(segment(folder.path(), 2)).unwrap();
    let last = bytes.trim_end().rfind('\n').unwrap();
    std::fs::write(segment(folder.path(), 2), &bytes[..=last]).unwrap();
    let store = open(folder.path());
    assert_eq!(ids(&store), all[..3]);
    let error = append(&store, "D").unwrap_err().to_string();
    assert!(
        error.contains("journal-000003.jsonl:2: this line is damaged: its seq is 5, 4 should follow"),
        "{error}"
    );
}

#[test]
fn without_locks_the_store_is_read_only_and_says_so() {
    for (kind, why) in [
        (ErrorKind::Unsupported, "its file system has no locks to keep two writers apart"),
        (ErrorKind::ReadOnlyFilesystem, "read-only"),
        (ErrorKind::PermissionDenied, "permission denied"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let all = made(folder.path(), 5);
        let disk = FaultyDisk::default();
        disk.0.lock().unwrap().without_locks = Some(kind);
        let store = open_on(Arc::new(disk), folder.path()).unwrap();
        assert_eq!(ids(&store), all);
        let error = append(&store, "D").unwrap_err();
        let sentence = error.to_string();
        assert!(matches!(error, StoreError::ReadOnly { .. }) && sentence.contains(why), "{sentence}");
        assert!(sentence.ends_with("; nothing was changed"), "{sentence}");
        assert_eq!(ids(&store), all);
    }
}
