//! A plain copy of the folder, taken file by file while processes write to it and compact it, opens as a prefix of the truth: what was
//! acknowledged before the copy began is there, and each customer is as of some request.
//!
//! `PROFILE_DESK_COPIES=10000 cargo test --test store_copies` takes so many.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
#![allow(clippy::print_stdout, reason = "how much was tried is part of the result")]

#[path = "support/random.rs"]
mod random;
#[path = "support/writers.rs"]
mod writers;

use profile_desk::store::{Store, check};
use random::Random;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;
use writers::{Acknowledged, Course, Writers, customers, made};

/// After so many copies another store is taken, so that a copy stays small.
const PER_STORE: usize = 10;

/// Not a test by itself: the process that writes.
#[test]
fn the_writers() {
    writers::write_until_killed();
}

/// Copies what is listed, in any order, with pauses. A file that is gone meanwhile was derived or replaced.
fn copy(from: &Path, to: &Path, random: &mut Random) -> usize {
    let names: Vec<_> = from.read_dir().unwrap().map(|entry| entry.unwrap().file_name()).collect();
    let files = names.into_iter().filter(|name| from.join(name).is_file()).collect();
    let mut copied = 0;
    for name in random.shuffled(files) {
        if random.one_in(4) {
            std::thread::sleep(Duration::from_micros(random.next() % 3_000));
        }
        match std::fs::copy(from.join(&name), to.join(&name)) {
            Ok(_) => copied += 1,
            Err(error) => {
                let is_derived = Path::new(&name).extension().is_none_or(|ending| ending != "jsonl");
                assert!(is_derived, "{}: {error}", name.display());
            }
        }
    }
    copied
}

/// Whether any segment stands for others.
fn is_compacted(folder: &Path) -> bool {
    let stands = |path: &Path| {
        let header = std::fs::read_to_string(path).unwrap_or_default();
        header.lines().next().is_some_and(|line| line.contains("\"replaces\":"))
    };
    folder.read_dir().unwrap().any(|entry| stands(&entry.unwrap().path()))
}

/// Each customer of a writer is as of one of its requests, none before the last that was acknowledged.
fn is_on_course(store: &Store, writer: u32, done: usize) {
    let mut course = Course::new(writer);
    while course.done < done {
        course.advance();
    }
    for id in customers(writer) {
        let shown = store.load(&id).unwrap().map(|(profile, _)| profile);
        let mut course = course.clone();
        while course.state.profiles.get(&id) != shown.as_ref() {
            assert!(course.done < done + 2_000, "{id} is as it never was after {done} requests: {shown:?}");
            course.advance();
        }
    }
}

#[test]
fn a_copy_taken_at_any_moment_opens_as_a_prefix_of_the_truth() {
    let copies =
        std::env::var("PROFILE_DESK_COPIES").ok().and_then(|copies| copies.parse().ok()).unwrap_or(1_000);
    let mut random = Random::seeded();
    let (mut taken, mut files, mut compacted) = (0, 0, 0);
    while taken < copies {
        let folder = tempfile::tempdir().unwrap();
        drop(made(folder.path()));
        let acknowledged = Acknowledged::default();
        let start = |first| Writers::start("the_writers", folder.path(), first, &acknowledged);
        let alive = [start(1), start(3)];
        for _ in 0..PER_STORE.min(copies - taken) {
            std::thread::sleep(Duration::from_micros(random.next() % 30_000));
            let before: BTreeMap<u32, usize> = acknowledged.lock().unwrap().clone();
            let to = tempfile::tempdir().unwrap();
            files += copy(folder.path(), to.path(), &mut random);
            let store = Store::open(to.path()).unwrap();
            assert_eq!(store.damage(), None);
            for (writer, done) in before {
                is_on_course(&store, writer, done);
            }
            let report = check(to.path()).unwrap();
            assert!(report.findings.is_empty(), "{report:?}");
            compacted += usize::from(is_compacted(to.path()));
            taken += 1;
        }
        alive.into_iter().for_each(Writers::kill);
    }
    println!("{taken} copies of {files} files, {compacted} of them after a compaction");
    assert!(compacted > taken / 4, "compactions go on meanwhile");
}
