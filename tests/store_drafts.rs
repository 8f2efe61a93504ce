//! Drafts on disk, as the windows of one person leave and find them.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "support/faulty_disk.rs"]
mod faulty_disk;

use faulty_disk::{Fault, FaultyDisk};
use profile_desk::model::json::Json;
use profile_desk::store::drafts::{DraftKey, Drafts, DraftsError, Kept, Opened};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn key(customer: &str) -> DraftKey {
    DraftKey { target: "/home/agent 7/store".into(), customer: customer.into() }
}

fn json(text: &str) -> Json {
    Json::parse(text).unwrap()
}

fn at(millis: u32) -> String {
    format!("2026-11-24T09:30:00.{millis:03}Z")
}

/// Customer and edits of each draft, in order.
fn seen(opened: &Opened) -> Vec<(&str, &str)> {
    opened.kept.iter().map(|kept| (kept.key.customer.as_str(), kept.edits.as_str())).collect()
}

/// The files of a folder with this ending.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let Ok(names) = folder.read_dir() else { return Vec::new() };
    let paths = names.map(|entry| entry.unwrap().path());
    paths.filter(|path| path.extension().is_some_and(|found| found == ending)).collect()
}

/// A window that has typed this and is gone.
fn window(folder: &Path, typed: &[(&str, &str, u32)]) -> Opened {
    let (mut drafts, opened) = Drafts::open(folder).unwrap();
    for (customer, edits, millis) in typed {
        drafts.begin(&key(customer), &json(r#"{"b":1E0}"#), &at(*millis)).unwrap();
        drafts.edits(&key(customer), &json(edits), &at(*millis)).unwrap();
    }
    opened
}

#[test]
fn what_was_typed_last_is_there_in_the_next_window_oldest_first_and_token_for_token() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("made/drafts");
    let (mut drafts, opened) = Drafts::open(&folder).unwrap();
    assert_eq!(opened, Opened::default());
    for (number, customer) in ["B", "A", "sent", "thrown"].into_iter().enumerate() {
        drafts.begin(&key(customer), &json(r#"{"n":10.10}"#), &at(u32::try_from(number).unwrap())).unwrap();
    }
    drafts.edits(&key("A"), &json("1"), &at(10)).unwrap();
    drafts.edits(&key("B"), &json(r#"{"\u0030":[1E400,"not a dat"]}"#), &at(20)).unwrap();
    drafts.edits(&key("A"), &json("2"), &at(15)).unwrap();
    drafts.edits(&key("sent"), &json("3"), &at(16)).unwrap();
    drafts.done(&key("sent"), &at(17)).unwrap();
    drop(drafts);
    let (_drafts, opened) = Drafts::open(&folder).unwrap();
    assert_eq!(opened.notes, [""; 0]);
    let edits = json(r#"{"\u0030":[1E400,"not a dat"]}"#);
    let base = json(r#"{"n":10.10}"#);
    assert_eq!(seen(&opened), [("A", "2"), ("B", edits.as_str())]);
    assert_eq!(opened.kept[1], Kept { key: key("B"), at: at(20), base, edits });
}

#[cfg(unix)]
#[test]
fn the_folder_and_its_files_are_the_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("drafts");
    window(&folder, &[("A", "1", 1)]);
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    assert!(files(&folder, "jsonl").iter().all(|file| mode(file) == 0o600));
}

#[test]
fn a_window_leaves_those_of_a_running_one_alone_and_no_file_when_nothing_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let (mut first, _) = Drafts::open(folder.path()).unwrap();
    first.edits(&key("A"), &json("1"), &at(1)).unwrap();
    assert!(seen(&window(folder.path(), &[("B", "2", 2)])).is_empty());
    first.edits(&key("A"), &json("3"), &at(3)).unwrap();
    drop(first);
    let (mut third, opened) = Drafts::open(folder.path()).unwrap();
    assert_eq!(seen(&opened), [("B", "2"), ("A", "3")]);
    assert_eq!(files(folder.path(), "jsonl").len(), 1);
    third.done(&key("A"), &at(4)).unwrap();
    third.done(&key("B"), &at(4)).unwrap();
    drop(third);
    let left: Vec<_> = folder.path().read_dir().unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["lock"]);
}

#[test]
fn a_new_base_keeps_what_was_typed_and_can_come_with_new_edits() {
    let folder = tempfile::tempdir().unwrap();
    window(folder.path(), &[("A", "1", 1)]);
    let (mut drafts, _) = Drafts::open(folder.path()).unwrap();
    drafts.begin(&key("A"), &json("[2]"), &at(2)).unwrap();
    drop(drafts);
    let (mut drafts, opened) = Drafts::open(folder.path()).unwrap();
    assert_eq!((opened.kept[0].base.as_str(), opened.kept[0].edits.as_str()), ("[2]", "1"));
    drafts.rebase(&key("A"), &json("[3]"), &json("3"), &at(3)).unwrap();
    drop(drafts);
    let (_, opened) = Drafts::open(folder.path()).unwrap();
    assert_eq!((opened.kept[0].base.as_str(), opened.kept[0].edits.as_str()), ("[3]", "3"));
}

#[test]
fn equal_drafts_of_two_files_count_once_and_different_ones_are_both_kept() {
    let folder = tempfile::tempdir().unwrap();
    window(folder.path(), &[("A", "1", 1), ("B", "2", 2)]);
    let file = files(folder.path(), "jsonl").pop().unwrap();
    let copy = folder.path().join("00112233445566ff.jsonl");
    std::fs::copy(&file, &copy).unwrap();
    assert_eq!(seen(&window(folder.path(), &[])), [("A", "1"), ("B", "2")]);

    let other = tempfile::tempdir().unwrap();
    window(other.path(), &[("A", "3", 3)]);
    std::fs::copy(files(other.path(), "jsonl").pop().unwrap(), &copy).unwrap();
    let opened = window(folder.path(), &[]);
    assert_eq!(seen(&opened), [("A, earlier draft 2", "1"), ("B", "2"), ("A", "3")]);
    assert_eq!(opened.kept[0].key.of_customer(), "A");
    assert!(opened.notes[0].contains("several drafts of customer A"), "{:?}", opened.notes);
    // Crash after copying, before removing: the copy is there once more, and still there are two.
    std::fs::copy(files(other.path(), "jsonl").pop().unwrap(), &copy).unwrap();
    let (mut drafts, opened) = Drafts::open(folder.path()).unwrap();
    assert_eq!(seen(&opened), [("A, earlier draft 2", "1"), ("B", "2"), ("A", "3")]);
    drafts.done(&opened.kept[2].key, &at(4)).unwrap();
    drop(drafts);
    assert_eq!(seen(&window(folder.path(), &[])), [("A", "1"), ("B", "2")]);
}

#[test]
fn a_torn_tail_is_named_and_left_out() {
    for tail in [&b"{\"seq\":9,\"at\""[..], &[0; 4096]] {
        let folder = tempfile::tempdir().unwrap();
        window(folder.path(), &[("A", "1", 1)]);
        let file = files(folder.path(), "jsonl").pop().unwrap();
        let mut bytes = std::fs::read(&file).unwrap();
        bytes.extend(tail);
        std::fs::write(&file, bytes).unwrap();
        let opened = window(folder.path(), &[]);
        assert_eq!(seen(&opened), [("A", "1")]);
        assert!(
            opened.notes[0].contains(&format!("{} bytes were left out", tail.len())),
            "{:?}",
            opened.notes
        );
        assert_eq!(window(folder.path(), &[]).notes, [""; 0]);
    }
}

#[test]
fn a_last_line_without_its_newline_counts() {
    let folder = tempfile::tempdir().unwrap();
    window(folder.path(), &[("A", "1", 1)]);
    let file = files(folder.path(), "jsonl").pop().unwrap();
    let bytes = std::fs::read(&file).unwrap();
    std::fs::write(&file, bytes.strip_suffix(b"\n").unwrap()).unwrap();
    let opened = window(folder.path(), &[]);
    assert_eq!((seen(&opened), opened.notes.len()), (vec![("A", "1")], 0));
}

/// Breaks one byte of each line in turn: everything else is there, and the file is kept.
#[test]
fn a_damaged_line_is_named_everything_else_is_read_and_the_file_is_kept_aside() {
    for line in 1..=7 {
        let folder = tempfile::tempdir().unwrap();
        window(folder.path(), &[("A", "1", 1), ("B", "22", 2), ("C", "333", 3)]);
        let file = files(folder.path(), "jsonl").pop().unwrap();
        let text = std::fs::read_to_string(&file).unwrap();
        let mut lines: Vec<String> = text.lines().map(ToString::to_string).collect();
        assert_eq!(lines.len(), 7, "{text}");
        lines[line - 1].replace_range(1..2, "x");
        let broken = lines.join("\n") + "\n";
        std::fs::write(&file, &broken).unwrap();
        let opened = window(folder.path(), &[]);
        let all = [("A", "1", 3), ("B", "22", 5), ("C", "333", 7)];
        let left: Vec<_> =
            all.iter().filter(|draft| draft.2 != line).map(|draft| (draft.0, draft.1)).collect();
        assert_eq!(seen(&opened), left, "line {line}");
        assert_eq!(opened.notes.len(), 1, "{:?}", opened.notes);
        assert!(opened.notes[0].starts_with(&format!("{}:{line}: ", file.display())), "{:?}", opened.notes);
        let aside = folder.path().join("aside").join(file.file_name().unwrap());
        assert_eq!(std::fs::read_to_string(aside).unwrap(), broken);
        let again = window(folder.path(), &[]);
        assert_eq!((seen(&again), again.notes.len()), (left, 0));
    }
}

#[test]
fn drafts_of_a_later_version_stay_where_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("00112233445566ff.jsonl");
    let header = r#"{"format":2,"drafts":"00112233445566ff","crc":"e0b6c0a0"}"#;
    let content = header.rsplit_once(",\"crc").unwrap().0;
    let header = format!("{content},\"crc\":\"{:08x}\"}}\n", crc32fast::hash(content.as_bytes()));
    std::fs::write(&file, &header).unwrap();
    let opened = window(folder.path(), &[]);
    assert!(opened.notes[0].contains("format 2"), "{:?}", opened.notes);
    assert_eq!(std::fs::read_to_string(file).unwrap(), header);
}

#[test]
fn what_could_not_be_read_back_is_refused_and_the_former_edits_stay() {
    let folder = tempfile::tempdir().unwrap();
    let (mut drafts, _) = Drafts::open(folder.path()).unwrap();
    drafts.edits(&key("A"), &json("1"), &at(1)).unwrap();
    let one = json("1");
    let twice = Json::object([("\"note\"", one.view()), ("\"Note\"", one.view())]);
    let error = drafts.edits(&key("A"), &twice, &at(2)).unwrap_err();
    assert!(matches!(error, DraftsError::Unreadable { .. }), "{error}");
    drop(drafts);
    assert_eq!(seen(&window(folder.path(), &[])), [("A", "1")]);
}

#[test]
fn the_file_stays_small_however_much_is_typed() {
    let folder = tempfile::tempdir().unwrap();
    let (mut drafts, _) = Drafts::open(folder.path()).unwrap();
    for number in 0..400_u32 {
        let edits = Json::string(&format!("{number}{}", "x".repeat(20_000)));
        drafts.edits(&key("A"), &edits, &at(number)).unwrap();
        let size = files(folder.path(), "jsonl").pop().unwrap().metadata().unwrap().len();
        assert!(size < 1_200_000, "{size} bytes after {number} edits");
    }
    drop(drafts);
    assert!(window(folder.path(), &[]).kept[0].edits.as_str().starts_with("\"399xxx"));
}

#[test]
fn each_change_is_one_write_and_no_sync() {
    let folder = tempfile::tempdir().unwrap();
    let disk = FaultyDisk::default();
    let (mut drafts, _) = Drafts::open_on(Arc::new(disk.clone()), folder.path()).unwrap();
    drafts.begin(&key("A"), &json("0"), &at(0)).unwrap();
    let count = || {
        let record = disk.0.lock().unwrap();
        (record.operations, record.syncs)
    };
    let before = count();
    drafts.edits(&key("A"), &json("1"), &at(1)).unwrap();
    assert_eq!(count(), (before.0 + 1, before.1));
    drafts.sync().unwrap();
    assert_eq!(count(), (before.0 + 2, before.1 + 1));
}

#[test]
fn drafts_survive_a_full_disk_that_is_freed_later() {
    let folder = tempfile::tempdir().unwrap();
    window(folder.path(), &[("A", "1", 1)]);
    let disk = FaultyDisk::default();
    let (mut drafts, _) = Drafts::open_on(Arc::new(disk.clone()), folder.path()).unwrap();
    let full = |is: bool| {
        disk.0.lock().unwrap().fault = is.then_some(Fault { at: 0, quarters: 2, for_ever: true });
    };
    full(true);
    let sentence = drafts.edits(&key("B"), &json("2"), &at(2)).unwrap_err().to_string();
    assert!(sentence.contains("No space left") && sentence.contains("kept in this window"), "{sentence}");
    assert!(drafts.edits(&key("A"), &json("3"), &at(3)).is_err() && drafts.sync().is_err());
    full(false);
    drafts.sync().unwrap();
    full(true);
    drop(drafts);
    assert_eq!(seen(&window(folder.path(), &[])), [("B", "2"), ("A", "3")]);
}

#[test]
fn a_window_that_starts_on_a_full_disk_still_shows_the_drafts() {
    let folder = tempfile::tempdir().unwrap();
    window(folder.path(), &[("A", "1", 1)]);
    let disk = FaultyDisk::default();
    // Folder, lock, list, lock, open, read: what follows writes.
    disk.0.lock().unwrap().fault = Some(Fault { at: 6, quarters: 0, for_ever: true });
    let (mut drafts, opened) = Drafts::open_on(Arc::new(disk.clone()), folder.path()).unwrap();
    assert_eq!(seen(&opened), [("A", "1")]);
    assert!(opened.notes[0].contains("No space left"), "{:?}", opened.notes);
    assert!(seen(&window(folder.path(), &[])).is_empty(), "they are the first window's");
    disk.0.lock().unwrap().fault = None;
    drafts.edits(&key("B"), &json("2"), &at(2)).unwrap();
    assert_eq!(files(folder.path(), "jsonl").len(), 1);
    drop(drafts);
    assert_eq!(seen(&window(folder.path(), &[])), [("A", "1"), ("B", "2")]);
}

/// What may be there of each customer afterwards: what was acknowledged last, or what was attempted since.
#[derive(Default)]
struct Model {
    memory: BTreeMap<String, Option<String>>,
    allowed: BTreeMap<String, BTreeSet<Option<String>>>,
    clock: u32,
}

impl Model {
    fn answered(&mut self, customer: &str, edits: Option<&str>, ok: bool) {
        let edits = edits.map(ToString::to_string);
        self.memory.insert(customer.into(), edits.clone());
        self.allowed.entry(customer.into()).or_insert_with(|| [None].into()).insert(edits);
        if ok {
            // One write that succeeds keeps all that failed before it.
            let known =
                self.memory.iter().map(|(customer, edits)| (customer.clone(), [edits.clone()].into()));
            self.allowed = known.collect();
        }
    }

    fn edits(&mut self, drafts: &mut Drafts, customer: &str, edits: &str) {
        self.clock += 1;
        let ok = drafts.edits(&key(customer), &json(edits), &at(100 + self.clock)).is_ok();
        self.answered(customer, Some(edits), ok);
    }

    fn done(&mut self, drafts: &mut Drafts, customer: &str) {
        let ok = drafts.done(&key(customer), &at(999)).is_ok();
        self.answered(customer, None, ok);
    }
}

/// What other windows left: two files, one of them with damage.
fn prepare(folder: &Path, model: &mut Model) {
    window(folder, &[("A", "1", 1), ("B", "2", 2)]);
    let file = files(folder, "jsonl").pop().unwrap();
    let kept = std::fs::read(&file).unwrap();
    for file in files(folder, "jsonl").iter().chain(&files(folder, "lock")) {
        std::fs::remove_file(file).unwrap();
    }
    window(folder, &[("C", "3", 3)]);
    std::fs::write(file, [&kept[..], b"damage\n"].concat()).unwrap();
    for (customer, edits) in [("A", "1"), ("B", "2"), ("C", "3")] {
        model.answered(customer, Some(edits), true);
    }
}

fn work(disk: &FaultyDisk, folder: &Path, model: &mut Model) {
    let open = || Drafts::open_on(Arc::new(disk.clone()), folder);
    let Ok((mut drafts, opened)) = open().or_else(|_| open()) else { return };
    if opened.kept.len() < 3 {
        return; // a file could not be read, and stays there
    }
    model.edits(&mut drafts, "A", "11");
    model.edits(&mut drafts, "D", "4");
    model.done(&mut drafts, "B");
    let _ = drafts.sync();
    model.edits(&mut drafts, "D", "44");
    model.edits(&mut drafts, "A", "111");
    model.done(&mut drafts, "C");
    let _ = drafts.sync();
}

fn verify(folder: &Path, model: &Model, may_double: bool, why: &str) {
    let opened = window(folder, &[]);
    let kept: BTreeMap<_, _> = seen(&opened).into_iter().collect();
    assert_eq!(kept.len(), opened.kept.len(), "{why}");
    for (customer, allowed) in &model.allowed {
        let found = kept.get(customer.as_str()).map(ToString::to_string);
        let revived = may_double && allowed.contains(&None);
        assert!(allowed.contains(&found) || revived, "{why}: {customer} {found:?}, not {allowed:?}");
    }
    let known = kept.keys().all(|customer| model.allowed.contains_key(*customer));
    assert!(known || may_double, "{why}: {kept:?}");
    let again = window(folder, &[]);
    assert_eq!(seen(&again), seen(&opened), "{why}");
    assert!(again.notes.iter().all(|note| may_double && note.contains("several drafts")), "{why}: {again:?}");
    let aside = files(&folder.join("aside"), "jsonl");
    assert_eq!(aside.len(), 1, "{why}: the damage is not aside");
    assert!(std::fs::read_to_string(&aside[0]).unwrap().contains("damage"), "{why}");
}

#[test]
fn whatever_operation_fails_what_was_acknowledged_is_there() {
    for (quarters, for_ever) in [0, 2, 4].into_iter().flat_map(|part| [(part, false), (part, true)]) {
        for at in 0.. {
            let folder = tempfile::tempdir().unwrap();
            let fault = Fault { at, quarters, for_ever };
            let (disk, mut model) = (FaultyDisk::failing(fault), Model::default());
            prepare(folder.path(), &mut model);
            work(&disk, folder.path(), &mut model);
            if !disk.0.lock().unwrap().failed {
                assert!(at > 30, "the work has more operations than {at}");
                break;
            }
            verify(folder.path(), &model, for_ever, &format!("{fault:?}"));
        }
    }
}

/// After a loss of power the file is whole up to the last sync; behind it, anything may be missing.
#[test]
fn after_a_loss_of_power_what_was_synced_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let disk = FaultyDisk::default();
    let (mut drafts, _) = Drafts::open_on(Arc::new(disk.clone()), folder.path()).unwrap();
    drafts.begin(&key("A"), &json("0"), &at(0)).unwrap();
    drafts.edits(&key("A"), &json("1"), &at(1)).unwrap();
    drafts.sync().unwrap();
    drafts.edits(&key("A"), &json("2"), &at(2)).unwrap();
    drafts.done(&key("A"), &at(3)).unwrap();
    drafts.edits(&key("A"), &json("3"), &at(3)).unwrap();
    let file = files(folder.path(), "jsonl").pop().unwrap();
    // The disk knows the file by the name that it was opened under.
    let durable = usize::try_from(disk.0.lock().unwrap().durable[&file.with_extension("new")]).unwrap();
    let bytes = std::fs::read(&file).unwrap();
    let copy = tempfile::tempdir().unwrap();
    for cut in durable..=bytes.len() {
        for zeroes in [0, bytes.len() - cut] {
            let lost = [&bytes[..cut], &vec![0; zeroes]].concat();
            std::fs::write(copy.path().join(file.file_name().unwrap()), lost).unwrap();
            let (mut drafts, opened) = Drafts::open(copy.path()).unwrap();
            let edits: Vec<&str> = opened.kept.iter().map(|kept| kept.edits.as_str()).collect();
            assert!(matches!(edits[..], [] | ["1" | "2" | "3"]), "cut at {cut}: {edits:?}");
            assert!(cut > durable || edits == ["1"], "cut at {cut}: {edits:?}");
            drafts.done(&key("A"), &at(4)).unwrap();
        }
    }
}
