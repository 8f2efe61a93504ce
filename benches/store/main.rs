//! The local JSON store beside SQLite, redb and what the machine does at best, in one run: `cargo bench --bench store`.
//!
//! The sizes are numbers of customers, by default 1 000, 10 000 and 100 000: `cargo bench --bench store -- 1000000`. What is compared
//! is measured in turn, and told as the median of the ratios: times by themselves say more about the machine than about the
//! program, and stand in a table of their own. What is written goes to a new folder in `TMPDIR`, which should be on a real disk;
//! a million customers take some 6 GB there. Measure on a quiet machine: where all cores are busy a sync costs a tick of the
//! scheduler, and everything looks alike.
//!
//! Everybody gets the same customers. SQLite and redb parse each of them once, to know ID, e-mail and phone numbers, and judge
//! nothing; the store judges each by its schemas. SQLite has WAL, synchronous FULL, the customer as JSON text, an index by ID and one by
//! e-mail, and for searching an FTS5 table of trigrams (texts, and the digits of phone numbers). redb has a table by ID, and one by e-mail.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a measurement stops at the first surprise")]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it tells what it measured")]

mod data;
mod import;
mod insert;
mod process;
mod raw;
mod read;
mod sqlite;
mod start;
mod table;
mod tree;

use data::Data;
use std::path::{Path, PathBuf};
use table::{ROUNDS, Table};

const CUSTOMERS: [u64; 3] = [1_000, 10_000, 100_000];

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["sqlite-show", database, id] => {
            println!("{}", sqlite::Sqlite::open(Path::new(database)).load(id).unwrap());
        }
        ["redb-show", database, id] => {
            tree::Tree::open(Path::new(database)).load(id, |json| println!("{json}")).unwrap();
        }
        _ => measure_all(&args),
    }
}

/// Cargo adds an argument of its own, `--bench`.
fn measure_all(args: &[String]) {
    let asked: Vec<u64> = args.iter().filter_map(|arg| arg.replace(['_', ' '], "").parse().ok()).collect();
    let mut table = Table::default();
    for customers in if asked.is_empty() { CUSTOMERS.to_vec() } else { asked } {
        measure(customers, &mut table);
    }
    table.print();
}

fn measure(customers: u64, table: &mut Table) {
    eprintln!("{} customers", table::grouped(customers));
    let folder = tempfile::tempdir().unwrap();
    let data = Data::make(folder.path(), customers);
    let places = Places::below(folder.path());
    import::measure(&data, &places, table);
    start::measure(&data, &places, table);
    read::measure(&data, &places, table);
    insert::measure(&data, &places, table);
}

/// Where each of those who are compared keeps its customers.
struct Places {
    folder: PathBuf,
    store: PathBuf,
    sqlite: PathBuf,
    redb: PathBuf,
}

impl Places {
    fn below(folder: &Path) -> Self {
        let at = |name: &str| folder.join(name);
        Self { folder: folder.to_owned(), store: at("store"), sqlite: at("sqlite.db"), redb: at("redb.db") }
    }
}

/// Seconds that a thing takes.
fn timed<T>(thing: impl FnOnce() -> T) -> f64 {
    let began = std::time::Instant::now();
    std::hint::black_box(thing());
    began.elapsed().as_secs_f64()
}

/// Several things measured in turn, `times` in each round; of each the medians of the rounds. They are told how often they were
/// asked before.
fn in_turn<const N: usize>(times: usize, mut things: [&mut dyn FnMut(usize) -> f64; N]) -> [Vec<f64>; N] {
    let mut medians = [const { Vec::new() }; N];
    for round in 0..ROUNDS {
        let mut values = [const { Vec::new() }; N];
        for time in 0..times {
            for (thing, values) in things.iter_mut().zip(&mut values) {
                values.push(thing(round * times + time));
            }
        }
        for (medians, values) in medians.iter_mut().zip(&values) {
            medians.push(table::median(values));
        }
    }
    medians
}
