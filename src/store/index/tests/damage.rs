//! Runs that are damaged, cut off, half written, or of something else.

use super::super::pages::{PAGE, PageWriter, ROOM};
use super::super::{Key, Run, Unusable, choose, join};
use super::Memory;
use super::model::{Answers, Journal, STORE, needle};
use crate::model::json::Json;
use crate::model::profile::CustomerId;
use crate::model::request::Request;
use crate::store::disk::{Access, Disk};
use crate::store::position::Position;
use std::ffi::OsString;
use std::io;
use std::ops::Range;
use std::path::Path;

/// That many customers, each with a line of each kind in turn.
fn journal(lines: usize) -> Journal {
    let request = |number: usize| {
        let id = ["A", "b/ü", "王"][number % 3];
        let body = |text: &str| Json::parse(&text.replace("ID", id)).unwrap();
        match number % 5 {
            0 => Request::CreateProfile(body(r#"{"customer_id":"ID","mail":"a@x","n":["+49 123-4567"]}"#)),
            1 => Request::CreateSchema(body(r#"{"name":"Phone"}"#)),
            2 => Request::DeleteProfile(CustomerId::new(id).unwrap()),
            _ => Request::InsertRecords(CustomerId::new(id).unwrap(), body(r#"{"Phone":[{"x":"Ü@ß.de"}]}"#)),
        }
    };
    Journal::new((0..lines).map(request).collect())
}

/// Everything that a run answers.
fn all(run: &Run) -> io::Result<(Answers, Vec<Range<Position>>)> {
    Ok((Answers::run(run)?, run.candidates(&needle("234-567").0)?))
}

fn opened(disk: &Memory, name: &str) -> Result<(Answers, Vec<Range<Position>>), Unusable> {
    Ok(all(&Run::open(disk, Path::new(name), STORE)?)?)
}

#[test]
fn a_flipped_byte_is_never_another_answer() {
    let (disk, journal) = (Memory::default(), journal(12));
    let whole = all(&journal.run(&disk, 0..12)).unwrap();
    assert!(!whole.1.is_empty(), "something is found");
    let content = disk.content("index-1-12.run");
    let size = content.lock().unwrap().len();
    let mut noticed = 0;
    for at in 0..size {
        let flip = || content.lock().unwrap()[at] ^= 1 << (at % 8);
        flip();
        match opened(&disk, "index-1-12.run") {
            Ok(answers) => assert_eq!(answers, whole, "byte {at}"),
            Err(_) => noticed += 1,
        }
        flip();
    }
    assert_eq!(noticed, size, "every page was read");
}

#[test]
fn a_run_that_is_cut_off_or_goes_on_is_refused() {
    let (disk, journal) = (Memory::default(), journal(12));
    journal.run(&disk, 0..12);
    let whole = disk.content("index-1-12.run").lock().unwrap().clone();
    for length in 0..whole.len() {
        disk.put("index-1-12.run", whole[..length].to_vec());
        assert!(Run::open(&disk, Path::new("index-1-12.run"), STORE).is_err(), "{length} bytes");
    }
    disk.put("index-1-12.run", [whole, vec![0; PAGE]].concat());
    assert!(Run::open(&disk, Path::new("index-1-12.run"), STORE).is_err());
}

#[test]
fn a_run_of_another_store_or_version_is_refused() {
    let (disk, journal) = (Memory::default(), journal(12));
    journal.run(&disk, 0..12);
    let path = Path::new("index-1-12.run");
    let said = |store| Run::open(&disk, path, store).err().unwrap().to_string();
    assert_eq!(said("another"), "it is of another store");
    let mut first = disk.content("index-1-12.run").lock().unwrap()[..ROOM].to_vec();
    first[7] += 1;
    let mut pages = PageWriter::new(disk.open(path, Access::Change).unwrap(), 0, 0);
    pages.put(&first).unwrap();
    pages.finish().unwrap();
    assert_eq!(said(STORE), "it is of another version");
}

#[test]
fn a_page_of_another_run_is_noticed() {
    let (disk, journal) = (Memory::default(), journal(24));
    journal.run(&disk, 0..12);
    journal.run(&disk, 12..24);
    let other = disk.content("index-13-24.run").lock().unwrap().clone();
    for page in 1..other.len() / PAGE {
        let content = disk.content("index-1-12.run");
        let own = content.lock().unwrap().clone();
        let place = page * PAGE..(page + 1) * PAGE;
        content.lock().unwrap()[place.clone()].copy_from_slice(&other[place]);
        assert!(opened(&disk, "index-1-12.run").is_err(), "page {page}");
        *content.lock().unwrap() = own;
    }
}

#[test]
fn pages_that_changed_places_are_noticed() {
    let (disk, journal) = (Memory::default(), journal(12));
    journal.run(&disk, 0..12);
    let content = disk.content("index-1-12.run");
    let pages = content.lock().unwrap().len() / PAGE;
    for page in 2..pages {
        let swap = || content.lock().unwrap()[PAGE..(page + 1) * PAGE].rotate_left(PAGE);
        swap();
        assert!(opened(&disk, "index-1-12.run").is_err(), "pages 1 to {page}");
        (1..page).for_each(|_| swap());
    }
    assert!(opened(&disk, "index-1-12.run").is_ok(), "they are back in their places");
}

#[test]
fn whatever_fails_while_writing_leaves_nothing_under_the_name() {
    let journal = journal(24);
    let mut tried = 0;
    for joins in [false, true] {
        for left in 0.. {
            let disk = Memory::default();
            let runs = [journal.run(&disk, 0..12), journal.run(&disk, 12..24)];
            let before = disk.names();
            *disk.left.lock().unwrap() = Some(left);
            let written = if joins {
                join(&disk, Path::new(""), &[&runs[0], &runs[1]])
            } else {
                journal.building(0..24).write(&disk, Path::new(""), &journal.cover(0..24))
            };
            *disk.left.lock().unwrap() = None;
            if written.is_ok() {
                break;
            }
            assert_eq!(disk.names(), before, "after {left} operations");
            tried += 1;
        }
    }
    assert!(tried > 5, "{tried} failures");
}

#[test]
fn the_runs_that_go_furthest_are_chosen_and_the_others_left() {
    let (disk, journal) = (Memory::default(), journal(40));
    for range in [0..4, 0..10, 0..12, 4..10, 10..20, 10..15, 20..30, 31..40] {
        journal.run(&disk, range);
    }
    disk.content("index-1-12.run").lock().unwrap()[100] ^= 1;
    for other in ["index-21-99.run", "index-1-4.run.0123.new", "journal-000001.jsonl", "index-x-2.run"] {
        disk.put(other, vec![1; PAGE]);
    }
    let names = |mut runs: Vec<String>| {
        runs.sort();
        runs
    };
    let choose = |last| {
        let fits = |cover: &super::super::Cover, former: Option<&super::super::Cover>| {
            cover.last_seq <= last && former.is_none_or(|former| former.last_seq + 1 == cover.first_seq)
        };
        choose(&disk, Path::new(""), &disk.names(), STORE, fits)
    };
    let chosen = choose(100);
    let seqs = |run: &Run| (run.cover().first_seq, run.cover().last_seq);
    assert_eq!(chosen.runs.iter().map(seqs).collect::<Vec<_>>(), [(1, 10), (11, 20), (21, 30)]);
    let left = chosen.left.into_iter().map(|name: OsString| name.into_string().unwrap()).collect();
    let wanted = [
        "index-1-12.run",
        "index-1-4.run",
        "index-1-4.run.0123.new",
        "index-11-15.run",
        "index-21-99.run",
        "index-32-40.run",
        "index-5-10.run",
        "index-x-2.run",
    ];
    assert_eq!(names(left), wanted);
    let seqs: Vec<_> = choose(15).runs.iter().map(seqs).collect();
    assert_eq!(seqs, [(1, 10), (11, 15)], "what the journal does not bear out is passed over");
}

#[test]
fn another_store_hashes_otherwise() {
    assert_ne!(Key::new(STORE), Key::new("another"));
    let hash = |store| Key::new(store).customer(&CustomerId::new("A").unwrap());
    assert_ne!(hash(STORE), hash("another"));
}
