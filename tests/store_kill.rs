//! Real processes killed at random moments while several of them write to one store: every acknowledged request is there, none
//! is half there, nothing else is, and no line is damaged.
//!
//! `PROFILE_DESK_KILLS=10000 cargo test --test store_kill` kills so many.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]
#![allow(clippy::print_stdout, reason = "how much was tried is part of the result")]

#[path = "support/random.rs"]
mod random;
#[path = "support/writers.rs"]
mod writers;

use profile_desk::model::profile::{CustomerId, Profile};
use profile_desk::store::{Spot, Store, check};
use random::Random;
use std::collections::BTreeMap;
use std::time::Duration;
use writers::{Acknowledged, Course, Writers, customers, made, together};

/// Processes that write at once.
const PROCESSES: usize = 3;
/// After so many kills another store is taken, so that reading it all stays quick.
const PER_STORE: usize = 12;

/// Not a test by itself: the process that is killed.
#[test]
fn the_writers_that_are_killed() {
    writers::write_until_killed();
}

/// A store, those who write to it, and what is known of it.
struct Arena {
    folder: tempfile::TempDir,
    alive: Vec<Writers>,
    acknowledged: Acknowledged,
    courses: BTreeMap<u32, Course>,
    next: u32,
}

/// What was counted.
#[derive(Debug, Default)]
struct Count {
    kills: usize,
    looks: usize,
    acknowledged: usize,
    /// Requests that nobody was told of, and that are there.
    unclear: usize,
}

impl Arena {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        drop(made(folder.path()));
        let (acknowledged, courses) = (Acknowledged::default(), BTreeMap::new());
        Self { folder, alive: Vec::new(), acknowledged, courses, next: 1 }
    }

    fn fill(&mut self) {
        while self.alive.len() < PROCESSES {
            let test = "the_writers_that_are_killed";
            let started = Writers::start(test, self.folder.path(), self.next, &self.acknowledged);
            self.courses.extend(started.numbers().map(|writer| (writer, Course::new(writer))));
            self.next = started.numbers().end;
            self.alive.push(started);
        }
    }

    /// Kills one process, or now and then all of them at once.
    fn kill(&mut self, random: &mut Random) -> usize {
        if random.one_in(6) {
            let all = self.alive.len();
            self.alive.drain(..).for_each(Writers::kill);
            return all;
        }
        self.alive.swap_remove(random.below(self.alive.len())).kill();
        1
    }

    /// Opens the store and holds what it shows of every writer against what this writer did.
    fn look(&mut self, count: &mut Count) {
        let acknowledged = self.acknowledged.lock().unwrap().clone();
        let store = Store::open(self.folder.path()).unwrap();
        assert_eq!(store.damage(), None);
        let ids = store.customers().unwrap();
        let known: Vec<CustomerId> = self.courses.keys().flat_map(|writer| customers(*writer)).collect();
        assert!(ids.iter().all(|id| known.contains(id)), "nobody made one of {ids:?}");
        for (writer, done) in acknowledged {
            let course = self.courses.get_mut(&writer).unwrap();
            let lives = self.alive.iter().any(|process| process.numbers().contains(&writer));
            if lives {
                is_on_course(&store, course, done);
            } else {
                count.unclear += ended(&store, course, done);
            }
        }
        count.looks += 1;
        let report = check(self.folder.path()).unwrap();
        assert!(report.findings.is_empty(), "{report:?}");
        // What a killed process was making has no meaning, and the index is made anew.
        let is_leftover = |spot: &&Spot| {
            spot.sentence.contains("was left behind") || spot.sentence.contains("of the index cannot be used")
        };
        let others = report.notes.iter().filter(|spot| !is_leftover(spot)).count();
        assert!(!self.alive.is_empty() || others <= 1, "{report:?}");
    }
}

fn profile(store: &Store, id: &CustomerId) -> Option<Profile> {
    store.load(id).unwrap().map(|(profile, _)| profile)
}

/// A writer that goes on has done all that it said, and each of its customers is as of one of the requests from there on.
fn is_on_course(store: &Store, course: &mut Course, done: usize) {
    while course.done < done {
        course.advance();
    }
    for id in customers(course.writer) {
        let (shown, mut course) = (profile(store, &id), course.clone());
        while course.state.profiles.get(&id) != shown.as_ref() {
            assert!(course.done < done + 5_000, "{id} is as it never was after {done} requests: {shown:?}");
            course.advance();
        }
    }
}

/// A writer that was killed did what it said and at most what it was at, from the beginning on: says how much of this came to
/// light.
fn ended(store: &Store, course: &mut Course, done: usize) -> usize {
    while course.done < done {
        course.advance();
    }
    let before = course.done;
    let of = customers(course.writer);
    let shown: Vec<Option<Profile>> = of.iter().map(|id| profile(store, id)).collect();
    while !of.iter().zip(&shown).all(|(id, shown)| course.state.profiles.get(id) == shown.as_ref()) {
        assert!(course.done < done + together(done), "{of:?}, {done} requests acknowledged: {shown:?}");
        course.advance();
    }
    course.done - before
}

#[test]
fn what_was_acknowledged_survives_a_kill() {
    let kills =
        std::env::var("PROFILE_DESK_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(1_000);
    let mut random = Random::seeded();
    let mut count = Count::default();
    while count.kills < kills {
        let mut arena = Arena::new();
        let end = (count.kills + PER_STORE).min(kills);
        while count.kills < end {
            arena.fill();
            std::thread::sleep(Duration::from_micros(random.next() % 60_000));
            count.kills += arena.kill(&mut random);
            if arena.alive.is_empty() || random.one_in(8) {
                arena.look(&mut count);
            }
        }
        arena.alive.drain(..).for_each(Writers::kill);
        arena.look(&mut count);
        count.acknowledged += arena.acknowledged.lock().unwrap().values().sum::<usize>();
    }
    println!("{count:?}");
    assert!(count.acknowledged > count.kills, "more was acknowledged before the kills");
}
