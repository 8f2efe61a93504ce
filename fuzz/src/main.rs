//! Opens journals, indexes and documents that were changed at random, and looks whether anything panics, hangs, takes memory
//! without bound, or shows what it should not: see README.md.

mod case;
mod document;
mod index;
mod journal;
mod mutate;
mod random;
mod repair;
mod seeds;
mod shown;
mod supervise;

use case::Case;
use random::Random;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// Changes a file; others of the same kind give parts.
type Change = fn(&[u8], &[&[u8]], &mut Random) -> Vec<u8>;

/// What is tried.
struct Target {
    name: &'static str,
    /// Cases to begin with; they may be made in this folder.
    seeds: fn(&Path) -> Vec<Case>,
    /// The files that are changed begin so.
    files: &'static str,
    change: Change,
    run: fn(&Path, &Case),
}

const TARGETS: [Target; 5] = [
    Target {
        name: "journal",
        seeds: seeds::journals,
        files: "journal-",
        change: mutate::mutated_lines,
        run: journal::run,
    },
    Target {
        name: "repair",
        seeds: seeds::journals,
        files: "journal-",
        change: mutate::mutated_lines,
        run: repair::run,
    },
    Target {
        name: "index",
        seeds: seeds::indexes,
        files: index::FILES,
        change: index::changed,
        run: index::damaged,
    },
    Target {
        name: "forged-index",
        seeds: seeds::indexes,
        files: index::FILES,
        change: index::made_up,
        run: index::forged,
    },
    Target {
        name: "document",
        seeds: |_| seeds::documents(),
        files: document::FILE,
        change: mutate::mutated,
        run: document::run,
    },
];

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["work", target, seed, seconds, scratch] => {
            let seconds = Duration::from_secs(seconds.parse().unwrap());
            work(named(target).expect("a target"), seed.parse().unwrap(), seconds, Path::new(scratch));
            ExitCode::SUCCESS
        }
        ["replay", target, case, scratch] => {
            replay(named(target).expect("a target"), &Case::read(Path::new(case)), Path::new(scratch));
            ExitCode::SUCCESS
        }
        _ => supervise::all(&args),
    }
}

fn named(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}

/// Cases that once went wrong.
fn corpus(target: &Target) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target.name);
    let mut cases: Vec<PathBuf> =
        folder.read_dir().into_iter().flatten().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    cases
}

/// The case of now, for whoever asks when this process is gone.
const NOW: &str = "now";
const FOLDER: &str = "folder";

fn replay(target: &Target, case: &Case, scratch: &Path) {
    supervise::watch();
    (target.run)(&scratch.join(FOLDER), case);
}

/// Tries cases until the time is over. The first that goes wrong ends the process.
fn work(target: &Target, seed: u64, seconds: Duration, scratch: &Path) {
    let (mut random, began, mut tried) = (Random::new(seed), Instant::now(), 0_u64);
    let seeds = (target.seeds)(&scratch.join("seeds"));
    let watch = supervise::watch();
    for case in &seeds {
        (target.run)(&scratch.join(FOLDER), case);
    }
    while began.elapsed() < seconds {
        let case = changed(target, &seeds, &mut random);
        case.write(&scratch.join(NOW));
        watch.begin();
        (target.run)(&scratch.join(FOLDER), &case);
        watch.end();
        tried += 1;
    }
    println!("{}: {tried} cases, seed {seed}", target.name);
}

/// One of the seeds with one of its files changed.
fn changed(target: &Target, seeds: &[Case], random: &mut Random) -> Case {
    let mut case = random.pick(seeds).clone();
    let all = seeds.iter().flat_map(|case| &case.0);
    let others: Vec<&[u8]> =
        all.filter(|(name, _)| name.starts_with(target.files)).map(|(_, bytes)| &bytes[..]).collect();
    let names: Vec<String> = case.0.keys().filter(|name| name.starts_with(target.files)).cloned().collect();
    if let Some(bytes) = case.0.get_mut(random.pick(&names)) {
        *bytes = (target.change)(bytes, &others, random);
    }
    case
}
