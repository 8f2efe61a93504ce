//! The journal store on a disk that fails: each operation in turn, writes torn in the middle, power lost after it. What was
//! acknowledged is there afterwards, what was refused is not, and nothing is half there.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "support/faulty_disk.rs"]
mod faulty_disk;

use faulty_disk::{Fault, FaultyDisk};
use profile_desk::model::json::Json;
use profile_desk::model::request::Request;
use profile_desk::store::disk::{Disk, OsDisk};
use profile_desk::store::{Store, StoreError, check};
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn create(id: &str) -> Request {
    Request::CreateProfile(Json::parse(&format!(r#"{{"customer_id":"{id}","Name":"Ada"}}"#)).unwrap())
}

fn journal(folder: &Path) -> PathBuf {
    folder.join("journal-000001.jsonl")
}

fn add_bytes(folder: &Path, bytes: &[u8]) {
    let mut all = std::fs::read(journal(folder)).unwrap();
    all.extend(bytes);
    std::fs::write(journal(folder), all).unwrap();
}

fn append(store: &Store, ids: &[&str]) -> Result<(), StoreError> {
    let requests: Vec<Request> = ids.iter().map(|id| create(id)).collect();
    let answers = store.append(&requests, "tester", "now")?;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    Ok(())
}

fn ids(store: &Store) -> Vec<String> {
    store.customers().unwrap().iter().map(ToString::to_string).collect()
}

/// The batches that are sent, in an order in which IDs are sorted. Before the third one a writer dies in the middle of a line.
const BATCHES: [&[&str]; 4] = [&["A"], &["B", "C", "D"], &["E", "F"], &["G"]];

/// What became of the work: whose lines must be there, and whose may be.
#[derive(Default)]
struct Outcome {
    acknowledged: Vec<String>,
    unclear: Vec<String>,
}

fn work(disk: &FaultyDisk, folder: &Path) -> Outcome {
    let mut outcome = Outcome::default();
    let disk: Arc<dyn Disk> = Arc::new(disk.clone());
    let made = Store::create_on(disk.clone(), folder).or_else(|_| Store::open_on(disk.clone(), folder));
    let Ok(store) = made.or_else(|_| Store::create_on(disk, folder)) else { return outcome };
    for (number, batch) in BATCHES.iter().enumerate() {
        if number == 2 && outcome.unclear.is_empty() {
            add_bytes(folder, br#"{"seq":5,"at":"#);
        }
        let names = batch.iter().map(ToString::to_string);
        match append(&store, batch) {
            Ok(()) => outcome.acknowledged.extend(names),
            Err(StoreError::Unclear { .. }) if outcome.unclear.is_empty() => outcome.unclear.extend(names),
            // Once unclear, always unclear, and nothing more is written.
            Err(StoreError::Unclear { .. }) => {}
            Err(error) => assert!(error.to_string().ends_with("nothing was changed"), "{error}"),
        }
        if !outcome.unclear.is_empty() {
            assert!(store.customers().is_err(), "an unclear change must not be shown");
        } else if let Ok(shown) = store.customers() {
            assert_eq!(shown.iter().map(ToString::to_string).collect::<Vec<_>>(), outcome.acknowledged);
        }
    }
    outcome
}

fn verify(folder: &Path, outcome: &Outcome, why: &str) {
    let disk: Arc<dyn Disk> = Arc::new(FaultyDisk::default());
    let store = match Store::open_on(disk.clone(), folder) {
        Err(StoreError::Missing(_)) => {
            assert!(outcome.acknowledged.is_empty(), "{why}");
            Store::create_on(disk, folder).unwrap()
        }
        opened => opened.unwrap(),
    };
    assert_eq!(store.damage(), None, "{why}");
    let found = ids(&store);
    let (certain, rest) = found.split_at(outcome.acknowledged.len().min(found.len()));
    assert_eq!(certain, outcome.acknowledged, "{why}");
    assert!(outcome.unclear.starts_with(rest), "{why}: {rest:?}");
    append(&store, &["Z"]).unwrap();
    assert_eq!(ids(&Store::open(folder).unwrap()).last().unwrap(), "Z", "{why}");
    let report = check(folder).unwrap();
    assert!(report.findings.is_empty() && report.notes.is_empty(), "{why}: {report:?}");
}

#[test]
fn whatever_operation_fails_what_was_acknowledged_is_there_and_nothing_else() {
    for (quarters, for_ever) in [0, 2, 3, 4].into_iter().flat_map(|part| [(part, false), (part, true)]) {
        for at in 0.. {
            let folder = tempfile::tempdir().unwrap();
            let folder = folder.path().join("store");
            let fault = Fault { at, quarters, for_ever };
            let disk = FaultyDisk::failing(fault);
            let outcome = work(&disk, &folder);
            if !disk.0.lock().unwrap().failed {
                assert!(at > 30, "the work has more operations than {at}");
                break;
            }
            verify(&folder, &outcome, &format!("{fault:?}"));
        }
    }
}

#[test]
fn after_a_loss_of_power_at_any_operation_what_was_acknowledged_is_there() {
    for at in 0.. {
        let folder = tempfile::tempdir().unwrap();
        let disk = FaultyDisk::failing(Fault { at, quarters: 4, for_ever: true });
        let outcome = work(&disk, folder.path());
        let record = disk.0.lock().unwrap();
        if !record.failed {
            break;
        }
        let Ok(bytes) = std::fs::read(journal(folder.path())) else { continue };
        let durable = usize::try_from(record.durable[&journal(folder.path())]).unwrap();
        for cut in durable.min(bytes.len())..=bytes.len() {
            for zeroes in [0, bytes.len() - cut] {
                let lost = [&bytes[..cut], &vec![0; zeroes]].concat();
                std::fs::write(journal(folder.path()), lost).unwrap();
                verify(folder.path(), &outcome, &format!("operation {at}, cut at {cut}, {zeroes} zeroes"));
            }
        }
    }
}

#[test]
fn an_append_of_many_requests_syncs_once() {
    let folder = tempfile::tempdir().unwrap();
    let disk = FaultyDisk::default();
    let store = Store::create_on(Arc::new(disk.clone()), folder.path()).unwrap();
    let before = disk.0.lock().unwrap().syncs;
    append(&store, &["A", "B", "C"]).unwrap();
    assert_eq!(disk.0.lock().unwrap().syncs, before + 1);
}

#[test]
fn a_full_disk_is_named_and_latches_until_the_store_is_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let disk = FaultyDisk::default();
    let store = Store::create_on(Arc::new(disk.clone()), folder.path()).unwrap();
    append(&store, &["A"]).unwrap();
    let mut kept = vec!["A".to_owned()];
    let sentence = (10..)
        .find_map(|before| {
            let at = disk.0.lock().unwrap().operations + before - 10;
            disk.0.lock().unwrap().fault = Some(Fault { at, quarters: 2, for_ever: false });
            let id = format!("B{before}");
            match append(&store, &[&id]) {
                Ok(()) => kept.push(id), // what failed can be done without
                Err(error) => return Some(error).filter(StoreError::is_unclear), // before the write it is clear
            }
            None
        })
        .unwrap()
        .to_string();
    let path = journal(folder.path()).display().to_string();
    assert!(sentence.starts_with(&path) && sentence.contains("No space left on device"), "{sentence}");
    assert!(append(&store, &["C"]).unwrap_err().is_unclear());
    let store = Store::open(folder.path()).unwrap();
    assert_eq!(ids(&store), kept);
    append(&store, &["C"]).unwrap();
}

#[test]
fn a_failure_before_the_write_changes_nothing_and_does_not_latch() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::create(folder.path()).unwrap();
    add_bytes(folder.path(), b"{\"seq\"");
    std::fs::write(folder.path().join("aside"), "in the way").unwrap();
    let error = append(&store, &["A"]).unwrap_err();
    assert!(matches!(error, StoreError::Disk { .. }), "{error}");
    assert!(ids(&store).is_empty());
    std::fs::remove_file(folder.path().join("aside")).unwrap();
    append(&store, &["A"]).unwrap();
    assert_eq!(ids(&store), ["A"]);
}

#[test]
fn a_writer_waits_five_seconds_for_its_turn_and_then_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::create(folder.path()).unwrap();
    let held = OsDisk.try_lock(&folder.path().join("lock")).unwrap().unwrap();
    let start = std::time::Instant::now();
    assert!(matches!(append(&store, &["A"]), Err(StoreError::Locked(_))));
    assert!((5..8).contains(&start.elapsed().as_secs()));
    assert!(ids(&store).is_empty(), "readers need no lock");
    drop(held);
    append(&store, &["A"]).unwrap();
}
