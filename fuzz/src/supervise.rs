//! The targets side by side, each in a process of its own that may panic, hang or run out of memory; what went wrong is kept.

use crate::case::Case;
use crate::{NOW, TARGETS, Target, corpus, named};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// How long the targets are tried, in seconds, if nothing else is asked.
const SECONDS: u64 = 40;
/// No case takes longer, in milliseconds.
const LONGEST: u64 = 20_000;
/// The address space of a process, in KiB: no case needs more.
const MEMORY: u64 = 1 << 20;

struct Asked {
    seconds: u64,
    seed: u64,
    targets: Vec<&'static Target>,
    replay: Option<PathBuf>,
}

/// Tries what the arguments ask for.
pub fn all(args: &[String]) -> ExitCode {
    let Some(asked) = asked(args) else {
        let names: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
        eprintln!(
            "usage: profile-desk-fuzz [--seconds N] [--seed N] [TARGET…] | TARGET --replay FOLDER\ntargets: {}",
            names.join(" ")
        );
        return ExitCode::from(2);
    };
    let scratch = scratch();
    let (asked, scratch) = (&asked, scratch.path());
    let each = |target: &'static Target| match &asked.replay {
        Some(case) => replayed(target, case, scratch),
        None => tried(target, asked, scratch),
    };
    let good = std::thread::scope(|scope| {
        let all: Vec<_> = asked.targets.iter().map(|target| scope.spawn(move || each(target))).collect();
        all.into_iter().all(|one| one.join().is_ok_and(|good| good))
    });
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn asked(args: &[String]) -> Option<Asked> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let mut asked = Asked { seconds: SECONDS, seed: now.as_secs(), targets: Vec::new(), replay: None };
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--seconds" => asked.seconds = args.next()?.parse().ok()?,
            "--seed" => asked.seed = args.next()?.parse().ok()?,
            "--replay" => asked.replay = Some(args.next()?.into()),
            name => asked.targets.push(named(name)?),
        }
    }
    if asked.targets.is_empty() {
        asked.targets.extend(&TARGETS);
    }
    (asked.replay.is_none() || asked.targets.len() == 1).then_some(asked)
}

/// In memory where there is such a file system: nothing here is to survive, and a sync costs nothing there.
fn scratch() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    made.expect("a folder for what is tried")
}

/// First what once went wrong, then new cases.
fn tried(target: &Target, asked: &Asked, scratch: &Path) -> bool {
    let scratch = scratch.join(target.name);
    std::fs::create_dir_all(&scratch).unwrap();
    let cases = corpus(target);
    let good = cases.iter().filter(|case| replayed(target, case, &scratch)).count();
    if !cases.is_empty() {
        println!("{}: {good} of {} cases that once went wrong are right", target.name, cases.len());
    }
    let (seed, seconds) = (asked.seed.to_string(), asked.seconds.to_string());
    let work = [target.name, &seed, &seconds, scratch.to_str().unwrap()];
    if bounded("work", &work) {
        return good == cases.len();
    }
    let kept = keep(target, asked.seed, &scratch.join(NOW));
    println!("{}: FAILED, seed {}; the case is {}", target.name, asked.seed, kept.display());
    println!(
        "again: cargo run --manifest-path fuzz/Cargo.toml -- {} --replay {}",
        target.name,
        kept.display()
    );
    false
}

fn replayed(target: &Target, case: &Path, scratch: &Path) -> bool {
    let good = bounded("replay", &[target.name, case.to_str().unwrap(), scratch.to_str().unwrap()]);
    if !good {
        println!("{}: FAILED: {}", target.name, case.display());
    }
    good
}

/// This program again, with bounded memory.
fn bounded(what: &str, args: &[&str]) -> bool {
    let own = std::env::current_exe().unwrap();
    let limit = format!("ulimit -v {MEMORY}; exec \"$@\"");
    let mut command = Command::new("sh");
    command.args(["-c", &limit, "sh"]).arg(own).arg(what).args(args).env("RUST_BACKTRACE", "1");
    command.status().is_ok_and(|status| status.success())
}

fn keep(target: &Target, seed: u64, case: &Path) -> PathBuf {
    let to = Path::new(env!("CARGO_MANIFEST_DIR")).join("found").join(format!("{}-{seed}", target.name));
    if case.is_dir() {
        Case::read(case).write(&to);
    }
    to
}

/// Ends this process where a case takes too long.
pub struct Watch {
    epoch: Instant,
    /// When the case of now began, in milliseconds since the epoch; 0 between cases.
    began: Arc<AtomicU64>,
}

impl Watch {
    pub fn begin(&self) {
        self.began.store(millis(self.epoch) + 1, Ordering::Relaxed);
    }

    pub fn end(&self) {
        self.began.store(0, Ordering::Relaxed);
    }
}

pub fn watch() -> Watch {
    let watch = Watch { epoch: Instant::now(), began: Arc::default() };
    watch.begin();
    let (epoch, began) = (watch.epoch, watch.began.clone());
    std::thread::spawn(move || {
        loop {
            std::thread::sleep(Duration::from_millis(500));
            let since = began.load(Ordering::Relaxed);
            if since > 0 && millis(epoch).saturating_sub(since) > LONGEST {
                eprintln!("a case takes longer than {LONGEST} ms");
                std::process::abort();
            }
        }
    });
    watch
}

fn millis(epoch: Instant) -> u64 {
    u64::try_from(epoch.elapsed().as_millis()).unwrap_or(u64::MAX)
}
