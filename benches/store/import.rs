//! Importing: time, memory, and what lies on the disk afterwards.

use crate::data::Data;
use crate::sqlite::Sqlite;
use crate::table::{ROUNDS, Table, Target};
use crate::{Places, process, raw, timed, tree};
use profile_desk::app::import::{Ended, Options, Sourced, run};
use profile_desk::target::{self, Stamp};
use profile_desk::transfer::lines::Items;
use std::fs::File;
use std::io::BufReader;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

/// From here on SQLite fills its full-text search once only: it takes many times as long as all else.
const MANY: u64 = 100_000;

pub fn measure(data: &Data, places: &Places, table: &mut Table) {
    times(data, places, table);
    let mebibytes = |customers: u64| 64.0 + 100.0 * customers as f64 / f64::from(1 << 20);
    let peaks: Vec<f64> = (0..ROUNDS.min(3)).map(|_| peak(data, places)).collect();
    let target = (Target::AtMost(mebibytes), "≤ 64 MiB + 100 bytes a customer");
    table.figure(data.customers, "`import`, its most memory", target, "MiB", &peaks);
    let size = raw::size(&places.store) as f64 / data.bytes as f64;
    let target = (Target::AtMost(|_| 1.25), "≤ 1.25 ×");
    table.figure(
        data.customers,
        "the store on the disk, index included, to the JSON imported",
        target,
        "×",
        &[size],
    );
}

fn times(data: &Data, places: &Places, table: &mut Table) {
    let (mut copy, mut ours, mut sqlite, mut searching, mut redb) = (vec![], vec![], vec![], vec![], vec![]);
    for round in 0..ROUNDS {
        copy.push(fresh(&places.folder.join("copy"), |to| raw::copied(&data.file, to)));
        ours.push(fresh(&places.store, |store| timed(|| import(data, store))));
        sqlite.push(fresh(&places.sqlite, |to| timed_open(|| Sqlite::import(&data.file, to, false))));
        redb.push(fresh(&places.redb, |to| timed_open(|| tree::import(&data.file, to))));
        if data.customers < MANY || round + 1 == ROUNDS {
            searching.push(fresh(&places.sqlite, |to| timed_open(|| Sqlite::import(&data.file, to, true))));
        }
    }
    remove(&places.folder.join("copy"));
    let times = [
        ("import", &ours),
        ("a durable copy", &copy),
        ("SQLite", &sqlite),
        ("SQLite with FTS5", &searching),
        ("redb", &redb),
    ];
    table.times(data.customers, "import", times);
    let rates = |times: &[f64]| times.iter().map(|seconds| 1.0 / seconds).collect::<Vec<_>>();
    let at_most = (Target::AtMost(|_| 5.0), "≤ 5 ×");
    table.ratio(
        data.customers,
        "import, time to that of a durable copy of the same bytes",
        at_most,
        (&ours, &copy),
    );
    let own = rates(&ours);
    let last = &own[own.len() - searching.len()..];
    for (peer, own, times) in [
        ("SQLite in one transaction, without FTS5", &own[..], &sqlite),
        ("SQLite in one transaction, with FTS5 as here", last, &searching),
        ("redb in one transaction", &own[..], &redb),
    ] {
        let what = format!("import, speed to that of {peer}");
        table.ratio(data.customers, &what, (Target::AtLeast(|_| 5.0), "≥ 5 ×"), (own, &rates(times)));
    }
}

/// The way of every import, from a file to a store that is durable and closed.
fn import(data: &Data, store: &Path) {
    let target = target::create(store).unwrap();
    let file: Arc<str> = data.file.display().to_string().into();
    let items = Items::new(BufReader::with_capacity(1 << 16, File::open(&data.file).unwrap()));
    let items = items.map(|item| Ok(Sourced { file: file.clone(), item: item.unwrap() }));
    let options = Options { schemas: data.schemas.clone(), ..Options::default() };
    let stamp = || Stamp { by: "bench".into(), at: "2026-11-24T09:30:00.000Z".into() };
    let (tally, ended) = run(target.as_ref(), items, &options, &stamp, &mut |_, _| ControlFlow::Continue(()));
    assert!(matches!(ended, Ok(Ended::Finished)), "{ended:?}");
    assert_eq!(tally.new as u64, data.customers);
}

/// Until it is committed; what it does when it is closed is not counted.
fn timed_open<T>(import: impl FnOnce() -> T) -> f64 {
    let mut open = None;
    let seconds = timed(|| open = Some(import()));
    drop(open);
    seconds
}

/// Measures something that makes what is not there before.
fn fresh(place: &Path, make: impl FnOnce(&Path) -> f64) -> f64 {
    remove(place);
    raw::settle();
    make(place)
}

fn remove(place: &Path) {
    if place.is_dir() {
        std::fs::remove_dir_all(place).unwrap();
    } else {
        for file in crate::sqlite::files(place) {
            std::fs::remove_file(file).unwrap();
        }
    }
}

fn peak(data: &Data, places: &Places) -> f64 {
    let store = places.folder.join("peak");
    let files = [data.schemas_file.to_str().unwrap(), data.file.to_str().unwrap()];
    let peak = process::peak(process::program(&["import", files[0], files[1]], Some(&store)));
    remove(&store);
    peak
}
