//! From the start of a process to one customer, as whole processes.

use crate::data::Data;
use crate::process::{program, reader, run};
use crate::table::{Table, Target};
use crate::{Places, in_turn, raw, sqlite};
use std::path::PathBuf;

/// In each round.
const STARTS: usize = 8;

pub fn measure(data: &Data, places: &Places, table: &mut Table) {
    warm(data, places, table);
    if raw::forgets(&data.file) {
        cold(data, places, table);
    } else {
        eprintln!("  nothing cached: not measured, for here no page comes from a disk again");
    }
    rebuilt(data, places, table);
}

fn warm(data: &Data, places: &Places, table: &mut Table) {
    let [ours, version, sqlite, redb] = in_turn(
        STARTS,
        [
            &mut |at| run(show(data, places, at)),
            &mut |_| run(program(&["--version"], None)),
            &mut |at| run(reader(&["sqlite-show", places.sqlite.to_str().unwrap(), &data.sample(at).id])),
            &mut |at| run(reader(&["redb-show", places.redb.to_str().unwrap(), &data.sample(at).id])),
        ],
    );
    let told = [
        ("`show`", &ours),
        ("`--version`", &version),
        ("a reader of SQLite", &sqlite),
        ("a reader of redb", &redb),
    ];
    table.times(data.customers, "start to one customer", told);
    let what = "start to one customer, time to that of `--version`";
    table.ratio(data.customers, what, (Target::AtMost(|_| 1.3), "≤ 1.3 ×"), (&ours, &version));
    for (peer, values) in [("SQLite", &sqlite), ("redb", &redb)] {
        let what = format!("the same, to a process that reads it from {peer}");
        table.ratio(data.customers, &what, (Target::AtMost(|_| 1.0), "≤ 1 ×"), (&ours, values));
    }
}

/// What is dropped from the cache are the pages of the stores' files; the program, the names and sizes of files, and what the host
/// of a virtual disk caches, stay.
fn cold(data: &Data, places: &Places, table: &mut Table) {
    let after = |files: Vec<PathBuf>, command| {
        raw::forget(&files);
        run(command)
    };
    let [ours, sqlite, redb, page] = in_turn(
        STARTS,
        [
            &mut |at| after(raw::files(&places.store), show(data, places, at)),
            &mut |at| {
                let show = reader(&["sqlite-show", places.sqlite.to_str().unwrap(), &data.sample(at).id]);
                after(sqlite::files(&places.sqlite), show)
            },
            &mut |at| {
                let show = reader(&["redb-show", places.redb.to_str().unwrap(), &data.sample(at).id]);
                after(vec![places.redb.clone()], show)
            },
            &mut |at| {
                let journal = raw::journal(&places.store);
                raw::forget(&journal);
                raw::read_page(&journal[at % journal.len()], crate::data::mixed(at as u64))
            },
        ],
    );
    let told = [
        ("`show`", &ours),
        ("a reader of SQLite", &sqlite),
        ("a reader of redb", &redb),
        ("one page of 4 KiB", &page),
    ];
    table.times(data.customers, "nothing cached", told);
    let what = "the same with nothing of the files cached, to redb";
    table.ratio(data.customers, what, (Target::AtMost(|_| 2.0), "≤ 2 ×"), (&ours, &redb));
    table.ratio(
        data.customers,
        "… to SQLite, nothing of it cached either",
        (Target::None, ""),
        (&ours, &sqlite),
    );
}

fn rebuilt(data: &Data, places: &Places, table: &mut Table) {
    let without_index = |at| {
        let is_index = |file: &&PathBuf| {
            file.file_name().is_some_and(|name| name.to_string_lossy().starts_with("index-"))
        };
        raw::files(&places.store)
            .iter()
            .filter(is_index)
            .for_each(|file| std::fs::remove_file(file).unwrap());
        run(show(data, places, at))
    };
    let [ours, version] = in_turn(1, [&mut { without_index }, &mut |_| run(program(&["--version"], None))]);
    table.seconds(data.customers, "rebuilding the index: `show`", &ours);
    let limit = |customers| if customers <= 100_000 { 7.0 } else { 60.0 };
    let target = (Target::AtMost(limit), "≤ 7 × up to 100 000, ≤ 60 × beyond");
    table.ratio(
        data.customers,
        "`show` without index, time to that of `--version`",
        target,
        (&ours, &version),
    );
}

fn show(data: &Data, places: &Places, at: usize) -> std::process::Command {
    program(&["show", &data.sample(at).id], Some(&places.store))
}
