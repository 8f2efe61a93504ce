//! Loading, editing and submitting over HTTP, to a server that simulates what documents leave open: every switch alone and in
//! pairs. What was wanted is there afterwards; or it is said in words why not, and no record is lost, doubled or invented.
//!
//! `SIMULATE=replace,busy cargo test --test simulate` tries these switches alone.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::expect_used,
    reason = "a test stops at the first surprise"
)]
#![allow(clippy::print_stdout, reason = "how much was tried is part of the result")]

#[path = "support/edits.rs"]
mod edits;
#[path = "support/profiles.rs"]
mod profiles;
#[path = "support/served.rs"]
mod served;

use edits::{EDITS, Edit, initial, schemas};
use profile_desk::model::apply::{Reading, State, apply};
use profile_desk::model::compare::{same_profile, same_record};
use profile_desk::model::plan::KnownReading;
use profile_desk::model::profile::{CustomerId, Profile, Record};
use profile_desk::model::request::Request;
use profile_desk::model::schema::{Declared, Schemas};
use profile_desk::server::Simulation;
use profile_desk::target::submit::{Submitted, Wanted, submit};
use profile_desk::target::{Connection, HttpTarget, Stamp, Target, TargetError, read};
use proptest::prelude::*;
use served::Served;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Threads that try combinations; each has a server of its own.
const THREADS: usize = 3;
/// Switches that make only the first changes fail: what failed is submitted again.
const PASSING: [&str; 3] = ["busy", "cut-before", "cut-after-commit"];

/// A simulated server with customers, and the client of it.
struct Bench {
    switches: String,
    served: Served,
    target: HttpTarget,
    schemas: Schemas,
    reading: KnownReading,
}

fn stamp() -> Stamp {
    Stamp { by: "tester".into(), at: "2026-11-24T09:30:00.000Z".into() }
}

impl Bench {
    fn with(switches: &str, reading: KnownReading, profiles: &[Profile], schemas: Schemas) -> Self {
        let state = State {
            schemas: schemas.clone(),
            profiles: profiles.iter().map(|profile| (profile.id.clone(), profile.clone())).collect(),
        };
        let served = Served::simulated(state, switches);
        let mut connection = Connection::to(&served.url);
        connection.reading = reading;
        connection.extensions = schemas
            .iter()
            .map(|schema| Declared { name: schema.name.clone(), unique: schema.unique.clone() })
            .collect();
        let target = HttpTarget::open(&connection, None).unwrap();
        Self { switches: switches.into(), served, target, schemas, reading }
    }

    fn has(&self, switch: &str) -> bool {
        has(&self.switches, switch)
    }

    /// A customer as the server holds it.
    fn held(&self, id: &CustomerId) -> Profile {
        self.served.state().profiles[id].clone()
    }

    fn submit(&self, base: Option<&Profile>, mine: Option<&Profile>) -> Result<Submitted, TargetError> {
        submit(&self.target, &Wanted { base, mine }, &stamp())
    }
}

fn has(switches: &str, switch: &str) -> bool {
    switches.split(',').any(|one| one.split('=').next() == Some(switch))
}

/// Every switch alone and every pair that can be, with small numbers.
fn combinations() -> Vec<String> {
    if let Ok(switches) = std::env::var("SIMULATE") {
        return vec![switches];
    }
    let short = |name: &str| if name == "latency" { "latency=1".to_owned() } else { name.to_owned() };
    let names: Vec<String> = Simulation::NAMES.into_iter().map(short).collect();
    let pairs = names
        .iter()
        .enumerate()
        .flat_map(|(at, one)| names[at + 1..].iter().map(move |two| format!("{one},{two}")));
    names.iter().cloned().chain(pairs).filter(|switches| Simulation::parse(switches).is_ok()).collect()
}

/// How a submit ended, in a word.
fn word(end: &Result<Submitted, TargetError>) -> &'static str {
    match end {
        Ok(Submitted::Done { .. }) => "done",
        Ok(Submitted::NothingToSend { .. }) => "nothing to send",
        Ok(Submitted::Conflict { .. }) => "conflict",
        Ok(Submitted::Refused { .. }) => "refused",
        Ok(Submitted::Cannot(_)) => "cannot",
        Err(TargetError::Made(..) | TargetError::Unclear(_)) => "unclear",
        Err(TargetError::NotReached(_)) => "not reached",
        Err(TargetError::Unavailable(_)) => "not available",
        Err(_) => "another error",
    }
}

/// What a submit that did not end well says, and whether it says that nothing was changed.
fn failure(end: &Result<Submitted, TargetError>) -> (String, bool) {
    match end {
        Ok(Submitted::Refused { rejection, sent, .. }) => (rejection.to_string(), sent.is_empty()),
        Ok(Submitted::Conflict { conflicts, sent, .. }) => {
            (conflicts.iter().map(|conflict| conflict.place.to_string()).collect(), sent.is_empty())
        }
        Ok(Submitted::Cannot(reason)) => (reason.to_string(), true),
        Ok(_) => (String::new(), false),
        Err(error) => (error.to_string(), !matches!(error, TargetError::Made(..) | TargetError::Unclear(_))),
    }
}

/// No record was lost, doubled or invented on the way from one profile to the other.
fn is_between(was: &Profile, wanted: &Profile, now: &Profile, schemas: &Schemas) -> Result<(), String> {
    for schema in schemas {
        let count = |profile: &Profile, record: &Record| {
            let records = profile.records(&schema.name).iter();
            records.filter(|other| same_record(Some(schema), record, other)).count()
        };
        let everybody = [was, wanted, now].into_iter().flat_map(|profile| profile.records(&schema.name));
        for record in everybody {
            let (was, wanted, now) = (count(was, record), count(wanted, record), count(now, record));
            if now < was.min(wanted) || now > was.max(wanted) {
                return Err(format!("{} {record:?}: {was} before, {wanted} wanted, {now} now", schema.name));
            }
        }
    }
    let names = [was, wanted, now].into_iter().flat_map(|profile| profile.core.iter().map(|core| &core.name));
    for name in names {
        let only = |profile: &Profile| {
            let core =
                profile.core.iter().filter(|core| core.name.eq_ignore_ascii_case(name)).cloned().collect();
            Profile { id: was.id.clone(), core, extensions: Vec::new() }
        };
        let now = only(now);
        if !same_profile(&now, &only(was), schemas) && !same_profile(&now, &only(wanted), schemas) {
            return Err(format!("{name} is {:?}", now.core));
        }
    }
    Ok(())
}

/// One edit of one customer; what failed for a while is submitted again. The words of all ends.
fn one(bench: &Bench, was: &Profile, edit: &Edit) -> Vec<&'static str> {
    let (id, place) =
        (&was.id, format!("--simulate {} ({:?}): {}", bench.switches, bench.reading, edit.name));
    let base = read(&bench.target, id, &[]).unwrap().0.unwrap().profile;
    assert!(same_profile(&base, was, &bench.schemas), "{place}: read as {base:?}");
    if let Some(theirs) = edit.theirs {
        let answers = bench.served.held().send(&theirs(id), None, &stamp()).unwrap();
        assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    }
    let was = bench.held(id);
    let (mine, wanted) = ((edit.mine)(&base), (edit.mine)(&was));
    let mut words = Vec::new();
    for _ in 0..3 {
        let end = bench.submit(Some(&base), Some(&mine));
        words.push(word(&end));
        let now = bench.held(id);
        if let Err(fault) = is_between(&was, &wanted, &now, &bench.schemas) {
            panic!("{place}: {fault}\nended: {end:?}");
        }
        if matches!(end, Ok(Submitted::Done { .. } | Submitted::NothingToSend { .. })) {
            let reached = same_profile(&now, &wanted, &bench.schemas);
            assert!(reached, "{place}: {now:?}\nwanted: {wanted:?}\nended: {end:?}");
            break;
        }
        let (sentence, unchanged) = failure(&end);
        assert!(sentence.len() > 10, "{place}: {end:?} has no words");
        assert!(!unchanged || now == was, "{place}: it says that nothing was changed: {end:?}");
        if !PASSING.iter().any(|switch| bench.has(switch)) {
            break;
        }
    }
    words
}

/// Why an edit need not be reached; everything else must be.
fn excused(switches: &str, reading: KnownReading, edit: &Edit) -> bool {
    let without_metadata = has(switches, "no-metadata");
    has(switches, "maintenance")
        // Nothing tells notes apart, and the complete profile is not known.
        || (without_metadata && edit.of == "Notes" && reading != KnownReading::Replace)
        // Values that come as text are taken for text, which the server refuses where a whole record goes back.
        || (without_metadata && has(switches, "string-values") && edit.of != "core")
        // Nobody knows that null stands for a mandatory text.
        || (without_metadata && has(switches, "null-strings") && edit.of == "Phone")
}

/// All edits, each of a customer of its own. Where the first changes fail, each has a server of its own.
fn tried(switches: &str, reading: KnownReading, ends: &mut BTreeMap<String, usize>) {
    let only_phone = has(switches, "one-schema-object");
    let in_pairs = |edit: &&Edit| edit.in_pairs || !switches.contains(',');
    let edits = EDITS.iter().filter(in_pairs);
    let edits = edits.filter(|edit| !only_phone || ["Phone", "core"].contains(&edit.of));
    let customer = |number: usize| initial(&CustomerId::new(&format!("C{number}")).unwrap(), only_phone);
    // Each edit would wait for the end of the maintenance.
    let most = if has(switches, "maintenance") { 2 } else { EDITS.len() };
    let works: Vec<(Profile, &Edit)> =
        edits.take(most).enumerate().map(|(number, edit)| (customer(number), edit)).collect();
    let together = if PASSING.iter().any(|switch| has(switches, switch)) { 1 } else { works.len() };
    for works in works.chunks(together) {
        let profiles: Vec<Profile> = works.iter().map(|(profile, _)| profile.clone()).collect();
        let bench = Bench::with(switches, reading, &profiles, schemas(only_phone));
        for (was, edit) in works {
            let ended = one(&bench, was, edit);
            let last = *ended.last().unwrap();
            assert!(
                ["done", "nothing to send"].contains(&last) || excused(switches, reading, edit),
                "--simulate {switches} ({reading:?}): {} ended as {ended:?}",
                edit.name
            );
            *ends.entry(last.to_owned()).or_default() += 1;
        }
    }
}

/// Tries all of these on a few threads, each with servers of its own.
fn all(tries: &[(String, KnownReading)]) {
    let (next, ends, failed) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                let mut mine = BTreeMap::new();
                while let Some((switches, reading)) = tries.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let run = AssertUnwindSafe(|| tried(switches, *reading, &mut mine));
                    if catch_unwind(run).is_err() {
                        failed.lock().unwrap().push(switches.clone());
                    }
                }
                for (word, count) in mine {
                    *ends.lock().unwrap().entry(word).or_insert(0) += count;
                }
            });
        }
    });
    let (ends, failed) = (ends.into_inner().unwrap(), failed.into_inner().unwrap());
    let total: usize = ends.values().sum();
    println!("{} combinations, {total} customers: {ends:?}", tries.len());
    assert!(failed.is_empty(), "{} failed: {failed:?}", failed.len());
}

#[test]
fn no_switch_loses_doubles_or_invents_a_record_whether_the_reading_is_known_or_not() {
    let known =
        |switches: &str| if has(switches, "replace") { KnownReading::Replace } else { KnownReading::Upsert };
    let alone = combinations().into_iter().filter(|switches| !switches.contains(','));
    let with_replace = alone.clone().filter_map(|one| {
        let two = format!("replace,{one}");
        Simulation::parse(&two).is_ok().then_some(two)
    });
    let tries = alone
        .clone()
        .chain(with_replace)
        .flat_map(|one| [(one.clone(), KnownReading::Unknown), (one.clone(), known(&one))]);
    all(&tries.collect::<Vec<_>>());
}

#[test]
fn no_pair_of_switches_loses_doubles_or_invents_a_record() {
    let pairs = combinations().into_iter().filter(|switches| switches.contains(','));
    all(&pairs.map(|switches| (switches, KnownReading::Unknown)).collect::<Vec<_>>());
}

#[test]
fn a_new_customer_is_made_once_and_whole() {
    let singles = combinations().into_iter().filter(|switches| !switches.contains(','));
    let cases = singles.flat_map(|one| [one.clone(), format!("own-ids,{one}"), format!("replace,{one}")]);
    let mut ends: BTreeMap<&str, usize> = BTreeMap::new();
    for switches in cases.filter(|switches| Simulation::parse(switches).is_ok()) {
        let only_phone = has(&switches, "one-schema-object");
        let mine = initial(&CustomerId::new("NEW").unwrap(), only_phone);
        let bench = Bench::with(&switches, KnownReading::Unknown, &[], schemas(only_phone));
        let end = bench.submit(None, Some(&mine));
        let held: Vec<Profile> = bench.served.state().profiles.into_values().collect();
        let whole = |held: &Profile| {
            let named = Profile { id: held.id.clone(), ..mine.clone() };
            assert!(same_profile(held, &named, &bench.schemas), "{switches}: {held:?}");
        };
        match &end {
            Ok(Submitted::Done { now: Some(now), joined: false, .. }) => {
                assert_eq!((held.len(), &held[0].id), (1, &now.profile.id), "{switches}");
                whole(&held[0]);
            }
            // Only who looks can tell whether it was made, so it is not sent again.
            Err(TargetError::Unclear(_)) if PASSING.iter().any(|switch| bench.has(switch)) => {
                assert_eq!(held.len(), usize::from(bench.has("cut-after-commit")), "{switches}");
                held.iter().for_each(whole);
            }
            end => {
                let (sentence, unchanged) = failure(end);
                assert!(bench.has("maintenance") || bench.has("busy"), "{switches}: {end:?}");
                assert!(sentence.len() > 10 && unchanged && held.is_empty(), "{switches}: {end:?}");
            }
        }
        *ends.entry(word(&end)).or_default() += 1;
    }
    println!("new customers: {ends:?}");
}

#[test]
fn a_customer_is_deleted_or_stays_as_it_was() {
    for switches in combinations().into_iter().filter(|switches| !switches.contains(',')) {
        let only_phone = has(&switches, "one-schema-object");
        let was = initial(&CustomerId::new("OLD").unwrap(), only_phone);
        let bench =
            Bench::with(&switches, KnownReading::Unknown, std::slice::from_ref(&was), schemas(only_phone));
        let base = read(&bench.target, &was.id, &[]).unwrap().0.unwrap().profile;
        let mut end = bench.submit(Some(&base), None);
        if PASSING.iter().any(|switch| bench.has(switch)) && end.is_err() {
            end = bench.submit(Some(&base), None);
        }
        let held = bench.served.state().profiles;
        match end {
            Ok(Submitted::Done { now: None, .. } | Submitted::NothingToSend { now: None }) => {
                assert!(held.is_empty());
            }
            end => assert!(bench.has("maintenance") && held[&was.id] == was, "{switches}: {end:?}"),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn what_anybody_wants_under_any_switches_is_reached_or_refused_in_words(
        before in profiles::profiles(),
        mine in profiles::profiles(),
        at in prop::collection::vec(any::<prop::sample::Index>(), 1..4),
        known: bool,
    ) {
        let alone: Vec<String> = combinations().into_iter().filter(|switches| !switches.contains(',')).collect();
        let switches: Vec<&str> = at.iter().map(|at| at.get(&alone).as_str()).collect();
        let switches = switches.join(",");
        prop_assume!(Simulation::parse(&switches).is_ok());
        let replaces = has(&switches, "replace");
        let reading = match known {
            false => KnownReading::Unknown,
            true if replaces => KnownReading::Replace,
            true => KnownReading::Upsert,
        };
        let schemas = profiles::schemas();
        let mut state = State { schemas: schemas.clone(), ..State::default() };
        apply(&mut state, &Request::CreateProfile(before.to_json()), Reading::Upsert).unwrap();
        let was = state.profiles[&before.id].clone();
        let bench = Bench::with(&switches, reading, std::slice::from_ref(&was), schemas.clone());
        let base = read(&bench.target, &was.id, &[]).unwrap().0.unwrap().profile;
        let end = bench.submit(Some(&base), Some(&mine));
        let now = bench.held(&was.id);
        prop_assert_eq!(is_between(&was, &mine, &now, &schemas), Ok(()), "{} {:?}", switches, end);
        if matches!(end, Ok(Submitted::Done { .. } | Submitted::NothingToSend { .. })) {
            prop_assert!(same_profile(&now, &mine, &schemas), "{} {:?}: {:?}", switches, end, now);
        } else {
            let (sentence, unchanged) = failure(&end);
            prop_assert!(sentence.len() > 10 && (!unchanged || now == was), "{} {:?}", switches, end);
        }
    }
}
