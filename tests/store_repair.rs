//! A damaged store: what `check` finds, what can still be read, what `--repair` rescues, and that writing goes on afterwards.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

#[path = "support/damaged.rs"]
mod damaged;
#[path = "support/faulty_disk.rs"]
#[allow(dead_code, reason = "shared")]
mod faulty_disk;

use damaged::{Made, Shown, expected, made, made_of, open_shows, shown, write_one};
use faulty_disk::{Fault, FaultyDisk};
use profile_desk::store::{Options, RepairError, Repaired, Store, check, repair_on};
use std::path::Path;
use std::sync::Arc;

/// In how many segments the store is.
const SEGMENTS: [usize; 2] = [1, 3];

/// Without the syncs: nobody pulls the plug.
fn repair(folder: &Path) -> Result<Repaired, RepairError> {
    repair_on(&FaultyDisk::default(), folder)
}

/// In how few requests every bit is tried.
const FEW: usize = 9;

/// Of so many flipped bits, one store is opened and written.
const EACH: usize = 50;

/// The lines of a file, without its header.
fn lines_in(folder: &Path, name: &str) -> Vec<String> {
    std::fs::read_to_string(folder.join(name)).unwrap().lines().skip(1).map(str::to_owned).collect()
}

/// Repairs, and asserts what must be so after every repair.
fn repaired(folder: &Path, why: &str) -> (Shown, Vec<String>) {
    let done = repair(folder).unwrap_or_else(|error| panic!("{why}: {error}"));
    let report = check(folder).unwrap();
    assert!(report.findings.is_empty(), "{why}: {:?}\n{done:?}", report.findings);
    let now = shown(folder);
    assert_eq!(repair(folder).unwrap().told, Vec::<String>::new(), "{why}: repairing twice");
    assert_eq!(shown(folder), now, "{why}");
    write_one(folder);
    (now, done.told)
}

/// What `check` finds, as sentences.
fn found(folder: &Path) -> Vec<String> {
    check(folder).unwrap().findings.iter().map(ToString::to_string).collect()
}

#[test]
fn a_whole_store_is_left_as_it_is() {
    for segments in SEGMENTS {
        let made = made(segments);
        assert_eq!(found(made.path()), Vec::<String>::new());
        assert_eq!(shown(made.path()), expected(&made.lines, &[]));
        let before = made.bytes();
        assert_eq!(repair(made.path()).unwrap(), Repaired::default());
        assert_eq!(made.bytes(), before);
        assert!(!made.path().join("aside").exists());
    }
}

#[test]
fn every_flipped_bit_is_found_and_put_right() {
    for segments in SEGMENTS {
        let made = made_of(segments, FEW);
        let whole = expected(&made.lines, &[]);
        let mut tried = 0;
        for (name, bytes) in made.bytes() {
            for at in 0..bytes.len() {
                // One bit of each byte, all of what begins or ends a line.
                let is_edge = |at: Option<&u8>| at.is_none_or(|byte| b"\n{}".contains(byte));
                let bits = if is_edge(bytes.get(at)) { 0..8 } else { at % 8..at % 8 + 1 };
                for bit in bits {
                    let mut flipped = bytes.clone();
                    flipped[at] ^= 1 << bit;
                    let folder = made.with(&name, &flipped);
                    let why = format!("{name}, byte {at}, bit {bit}");
                    assert!(!found(folder.path()).is_empty(), "{why}: nothing is found");
                    if tried % EACH == 0 {
                        open_shows(folder.path(), &why);
                        assert_eq!(repaired(folder.path(), &why).0, whole, "{why}");
                    } else {
                        repair(folder.path()).unwrap();
                        assert_eq!(lines_in(folder.path(), &name), lines_in(made.path(), &name), "{why}");
                    }
                    tried += 1;
                }
            }
        }
        println!("{tried} flipped bits in {segments} segments");
    }
}

#[test]
fn a_line_that_is_beyond_repair_costs_its_request_alone() {
    for segments in SEGMENTS {
        let made = made(segments);
        for lost in 0..made.lines.len() {
            let (name, line) = made.place_of(lost);
            let folder = made.changed(&name, |text| Made::garbled(text, line));
            let why = format!("{name}:{line}");
            let found = found(folder.path());
            assert!(
                found.iter().any(|finding| finding.contains(&format!("{name}:{line}: its checksum"))),
                "{found:?}"
            );
            open_shows(folder.path(), &why);
            let original = std::fs::read(folder.path().join(&name)).unwrap();
            let (now, told) = repaired(folder.path(), &why);
            assert_eq!(now, expected(&made.lines, &[lost]), "{why}: {told:?}");
            assert!(
                told.iter().any(|told| told.contains(&format!("{name}:{line}: lost"))),
                "{why}: {told:?}"
            );
            let kept = folder.path().join("aside").join(name.replace(".jsonl", "-1.jsonl"));
            assert_eq!(std::fs::read(kept).unwrap(), original, "{why}");
        }
    }
}

#[test]
fn the_customer_of_a_lost_request_is_named_and_what_needs_it_is_kept_for_a_person() {
    let made = made(1);
    let create =
        made.lines.iter().position(|line| line.contains("\"/profiles\"") && line.contains("\"B\"")).unwrap();
    let insert = made.lines.iter().position(|line| line.contains("/profiles/A/extensions\"")).unwrap();
    for (lost, sentence) in
        [(insert, "it was one request of customer A"), (create, "nothing tells whose it was")]
    {
        let (name, line) = made.place_of(lost);
        let folder = made.changed(&name, |text| Made::garbled(text, line));
        let (_, told) = repaired(folder.path(), &name);
        assert!(told[0].ends_with(sentence), "{told:?}");
        let aside = |name: &str| std::fs::read_to_string(folder.path().join("aside").join(name)).unwrap();
        assert_eq!(aside("damaged-1.txt").lines().count(), 1);
        if lost == create {
            assert!(
                told.iter().any(|told| told.contains("requests of customer B cannot be carried out")),
                "{told:?}"
            );
            let of_b = made.lines.iter().filter(|line| line.contains("/profiles/B"));
            assert_eq!(aside("lost-1.jsonl").lines().collect::<Vec<_>>(), of_b.collect::<Vec<_>>());
        }
    }
}

#[test]
fn an_unfinished_end_is_no_damage_and_is_cut_off() {
    for segments in SEGMENTS {
        let made = made_of(segments, FEW);
        let (name, _) = made.place_of(made.lines.len() - 1);
        let bytes = std::fs::read(made.path().join(&name)).unwrap();
        let last = made.lines.last().unwrap().len();
        let before = expected(&made.lines, &[made.lines.len() - 1]);
        for left in 0..=last {
            let cut = &bytes[..bytes.len() - 1 - last + left];
            let with_zeroes = [cut, &[0; 50]].concat();
            for torn in [cut, if left == 0 { with_zeroes.as_slice() } else { cut }] {
                let folder = made.with(&name, torn);
                let why = format!("{left} bytes of the last line");
                let report = check(folder.path()).unwrap();
                let is_torn = usize::from(torn.last() != Some(&b'\n') && left < last);
                assert_eq!((report.findings.len(), report.notes.len()), (0, is_torn), "{why}: {report:?}");
                let (now, told) = repaired(folder.path(), &why);
                assert_eq!((now == before, told.len()), (left < last, is_torn), "{why}");
            }
        }
    }
}

type Change = fn(&str) -> String;

fn lines(text: &str, change: impl FnOnce(&mut Vec<String>)) -> String {
    let mut lines = text.lines().map(str::to_owned).collect();
    change(&mut lines);
    lines.iter().fold(String::new(), |text, line| text + line + "\n")
}

#[test]
fn what_a_hand_does_to_the_order_of_whole_lines_is_undone() {
    let changes: [(&str, Change, &str); 8] = [
        ("swapped", |text| lines(text, |lines| lines.swap(3, 6)), "it follows"),
        ("turned round", |text| lines(text, |lines| lines.reverse()), "it follows"),
        ("twice", |text| lines(text, |lines| lines.insert(5, lines[4].clone())), "it follows"),
        ("once more at the end", |text| lines(text, |lines| lines.push(lines[4].clone())), "it follows"),
        ("blank", |text| lines(text, |lines| lines.insert(4, String::new())), ":5: the line is blank"),
        ("ended like elsewhere", |text| text.replace('\n', "\r\n"), ":1: its checksum"),
        ("with a mark in front", |text| format!("\u{feff}{text}"), ":1: its checksum"),
        (
            "without a header",
            |text| lines(text, |lines| drop(lines.remove(0))),
            ":1: the header line is missing",
        ),
    ];
    for segments in SEGMENTS {
        let made = made(segments);
        for (what, change, finding) in changes {
            for name in made.names() {
                let folder = made.changed(&name, change);
                let found = found(folder.path());
                assert!(found.iter().any(|found| found.contains(finding)), "{what}, {name}: {found:?}");
                open_shows(folder.path(), what);
                assert_eq!(repaired(folder.path(), what).0, expected(&made.lines, &[]), "{what}, {name}");
            }
        }
    }
}

#[test]
fn the_last_line_is_never_taken_for_unfinished_because_its_newline_is_damaged() {
    let made = made(1);
    let name = "journal-000001.jsonl";
    let folder = made.changed(name, |text| format!("{}*", text.trim_end()));
    let store = Store::open(folder.path()).unwrap();
    let refused = store.append(&[damaged::create("new")], "agent", damaged::AT).unwrap_err().to_string();
    assert!(refused.contains("`check --repair` puts it right; nothing was changed"), "{refused}");
    assert_eq!(repaired(folder.path(), name).0, expected(&made.lines, &[]));
    // Zeroes are what a loss of power leaves of a newline that was never durable.
    let folder = made.changed(name, |text| format!("{}\0\0", text.trim_end()));
    assert_eq!(found(folder.path()), [""; 0]);
    write_one(folder.path());
}

#[test]
fn what_is_missing_between_lines_is_noticed() {
    let made = made(1);
    for lost in 0..made.lines.len() - 1 {
        let (name, line) = made.place_of(lost);
        let folder = made.changed(&name, |text| lines(text, |lines| drop(lines.remove(line - 1))));
        let finding = format!("{name}:{line}: its seq is {}, it follows {}", lost + 2, lost);
        assert!(
            found(folder.path()).iter().any(|found| found.contains(&finding)),
            "{finding}: {:?}",
            found(folder.path())
        );
        assert_eq!(repaired(folder.path(), &finding).0, expected(&made.lines, &[lost]));
    }
}

#[test]
fn a_whole_line_that_cannot_be_carried_out_is_set_aside() {
    let made = made(1);
    let mut tried = 0;
    for line in [
        r#""method":"POST","path":"/profiles/Z/extensions","body":{"Phone":[]}"#,
        r#""method":"POST","path":"/profiles/A/extensions","body":{"Fax":[]}"#,
        r#""method":"PUT","path":"/profiles/A/extensions/Phone/by/unique","body":{"PhoneType":9,"number":"1"}"#,
        r#""method":"PUT","path":"/profiles/A/extensions/Phone/delete/by/unique","body":{"PhoneType":9}"#,
        r#""method":"PUT","path":"/profiles/A/merge/A","body":{}"#,
        r#""method":"DELETE","path":"/profiles/Z""#,
        r#""method":"DELETE","path":"/metadata/profiles/extensions/Fax""#,
        r#""method":"PATCH","path":"/profiles/A","body":{}"#,
    ] {
        let line = profile_desk::store::line::sealed(format!(
            "{{\"seq\":{},\"at\":\"\",\"by\":\"\",{line}",
            made.lines.len() + 1
        ));
        let folder = made.changed("journal-000001.jsonl", |text| format!("{text}{line}\n"));
        let found = found(folder.path());
        assert_eq!(found.len(), 1, "{line}: {found:?}");
        open_shows(folder.path(), &line);
        assert_eq!(repaired(folder.path(), &line).0, expected(&made.lines, &[]));
        let lost = std::fs::read_to_string(folder.path().join("aside/lost-1.jsonl")).unwrap();
        assert_eq!(lost, format!("{line}\n"));
        tried += 1;
    }
    assert_eq!(tried, 8);
}

#[test]
fn notes_are_no_damage() {
    let made = made(1);
    let notes =
        |folder: &Path| check(folder).unwrap().notes.iter().map(ToString::to_string).collect::<Vec<_>>();
    let folder = made.changed("journal-000001.jsonl", str::to_owned);
    for name in ["journal-000007.new", "inbox.jsonl"] {
        std::fs::write(folder.path().join(name), "x").unwrap();
    }
    assert_eq!(notes(folder.path()).len(), 2);
    assert!(notes(folder.path())[0].contains("inbox.jsonl: it waits for the next writer"));
    let back =
        Made::resealed(&made.lines, |at, line| if at == 9 { line.replace("\"2026", "\"2020") } else { line });
    let folder =
        made.changed("journal-000001.jsonl", |text| format!("{}\n{back}", text.lines().next().unwrap()));
    assert!(notes(folder.path())[0].contains(":11: the clock went backwards"), "{:?}", notes(folder.path()));
    assert_eq!((found(folder.path()).len(), notes(folder.path()).len()), (0, 1));
    // The index is derived.
    let folder = made.changed("journal-000001.jsonl", str::to_owned);
    let options = Options { tail: 1, ..Options::default() };
    drop(Store::open_with(Arc::new(FaultyDisk::default()), folder.path(), options, &mut |_| {}).unwrap());
    assert_eq!(notes(folder.path()), [""; 0]);
    let is_run = |path: &std::path::PathBuf| path.extension().is_some_and(|ending| ending == "run");
    let run = folder.path().read_dir().unwrap().map(|entry| entry.unwrap().path()).find(is_run).unwrap();
    let mut bytes = std::fs::read(&run).unwrap();
    for at in (0..bytes.len()).step_by(997) {
        bytes[at] ^= 1;
        std::fs::write(&run, &bytes).unwrap();
        let notes = notes(folder.path());
        assert!(
            notes.len() == 1 && notes[0].contains("this part of the index cannot be used"),
            "{at}: {notes:?}"
        );
        bytes[at] ^= 1;
    }
    assert_eq!(found(folder.path()), [""; 0]);
}

#[test]
fn files_that_are_missing_or_in_a_wrong_place_are_named_and_the_others_rescued() {
    let made = made(3);
    let name = |at: usize| format!("journal-{at:06}.jsonl");
    let without = |at: usize| made.lines_of(at).collect::<Vec<_>>();
    for at in [1, 2] {
        let folder = made.changed(&name(3), str::to_owned);
        std::fs::remove_file(folder.path().join(name(at))).unwrap();
        let found = found(folder.path());
        assert!(found[0].ends_with(&format!("{}: this file is missing", name(at))), "{found:?}");
        if at > 1 {
            open_shows(folder.path(), "missing");
        }
        assert_eq!(repaired(folder.path(), "missing").0, expected(&made.lines, &without(at)));
    }
    // One stands twice; one has another's place; one is of another store.
    let (first, second) = (made.bytes()[0].1.clone(), made.bytes()[1].1.clone());
    let other = String::from_utf8(second.clone())
        .unwrap()
        .replace(&damaged::header(2, made.lines_of(2).start + 1), "");
    let foreign = format!(
        "{}{other}",
        profile_desk::store::line::sealed(format!(
            "{{\"format\":1,\"store\":\"{}\",\"segment\":2,\"first_seq\":{}",
            "7".repeat(32),
            made.lines_of(2).start + 1
        ))
    );
    for (at, bytes, reason, lost) in [
        (4, first.clone(), "it says that it is journal-000001.jsonl", vec![]),
        (2, first, "it says that it is journal-000001.jsonl", without(2)),
        (2, foreign.into_bytes(), "it belongs to another store", without(2)),
    ] {
        let folder = made.with(&name(at), &bytes);
        let found = found(folder.path());
        assert!(found.iter().any(|found| found.ends_with(reason)), "{reason}: {found:?}");
        open_shows(folder.path(), reason);
        assert_eq!(repaired(folder.path(), reason).0, expected(&made.lines, &lost), "{reason}");
        let kept = folder.path().join("aside").join(name(at).replace(".jsonl", "-1.jsonl"));
        assert_eq!(std::fs::read(kept).unwrap(), bytes);
    }
    let folder = made.changed(&name(2), str::to_owned);
    std::fs::rename(folder.path().join(name(2)), folder.path().join(name(5))).unwrap();
    assert!(
        found(folder.path())
            .iter()
            .any(|found| found.ends_with("journal-000005.jsonl: it says that it is journal-000002.jsonl"))
    );
    assert_eq!(repaired(folder.path(), "renamed").0, expected(&made.lines, &[]));
}

#[test]
fn whatever_operation_fails_repair_can_be_done_again_with_the_same_result() {
    let made = made(3);
    let (second, third) = (made.place_of(9), made.place_of(made.lines.len() - 3));
    let damage = || {
        let folder = made.changed(&second.0, |text| Made::garbled(text, second.1));
        let bytes = std::fs::read_to_string(made.path().join(&third.0)).unwrap();
        std::fs::write(folder.path().join(&third.0), Made::garbled(&bytes, third.1) + "{\"seq\":").unwrap();
        std::fs::write(folder.path().join("journal-000004.jsonl"), made.bytes()[0].1.clone()).unwrap();
        std::fs::write(folder.path().join("index-1-9.run"), "x").unwrap();
        folder
    };
    let whole = damage();
    let (wanted, _) = repaired(whole.path(), "whole");
    let mut tried = 0;
    for (quarters, for_ever) in [(0, true), (2, true), (4, true), (0, false), (2, false)] {
        for at in 0.. {
            let folder = damage();
            let before = rescued(folder.path());
            let fault = Fault { at, quarters, for_ever };
            let disk = FaultyDisk::failing(fault);
            let done = repair_on(&disk, folder.path());
            if !disk.0.lock().unwrap().failed {
                done.unwrap();
                assert!(at > 50, "repair has more operations than {at}");
                break;
            }
            tried += 1;
            let now = rescued(folder.path());
            assert!(before.is_subset(&now), "{fault:?}: {:?}", before.difference(&now).collect::<Vec<_>>());
            assert_eq!(repaired(folder.path(), &format!("{fault:?}")).0, wanted, "{fault:?}");
            assert!(before.is_subset(&rescued(folder.path())), "{fault:?}");
        }
    }
    println!("{tried} operations failed");
}

/// Every line that there is anywhere in a store.
fn rescued(folder: &Path) -> std::collections::BTreeSet<Vec<u8>> {
    let mut lines = std::collections::BTreeSet::new();
    for folder in [folder.to_owned(), folder.join("aside")] {
        for entry in folder.read_dir().into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.file_name().unwrap().to_str().unwrap().starts_with("journal-")
                && path.extension().unwrap() == "jsonl"
            {
                lines.extend(std::fs::read(path).unwrap().split(|byte| *byte == b'\n').map(<[u8]>::to_vec));
            }
        }
    }
    lines
}
