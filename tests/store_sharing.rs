//! Several who share one store: what they write comes to the same as its lines one after the other, whoever deletes schemas or erases
//! customers meanwhile, and readers never wait for the one who has the lock.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
#![allow(clippy::print_stdout, reason = "how much was tried is part of the result")]

#[path = "support/random.rs"]
mod random;

use profile_desk::model::apply::{Reading, State, apply};
use profile_desk::model::json::Json;
use profile_desk::model::profile::CustomerId;
use profile_desk::model::request::Request;
use profile_desk::store::disk::{Disk, OsDisk};
use profile_desk::store::line::Line;
use profile_desk::store::{Options, Store, StoreError};
use random::Random;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

const PHONE: &str =
    r#"{"name":"Phone","type":"multi-valued","attributes":[{"name":"t","type":"integer"}],"unique":["t"]}"#;

fn opened(folder: &Path) -> Store {
    Store::open_with(Arc::new(OsDisk), folder, Options { segment: 9_000, tail: 4_000 }, &mut |_| {}).unwrap()
}

fn request(method: &str, path: &str, body: &str) -> Request {
    Request::from_parts(method, path, Some(Json::parse(body).unwrap())).unwrap()
}

fn any_request(who: u64, random: &mut Random) -> Request {
    let id = format!("c{}", random.below(6));
    let kind = random.below(4);
    let body = format!(r#"{{"Phone":[{{"t":{kind},"n":{}}}]}}"#, random.below(1_000));
    match (who, random.below(5)) {
        // One deletes the schema and makes it again, one erases customers.
        (0, 0) => Request::DeleteSchema("Phone".into()),
        (0, 1) => request("POST", "/metadata/profiles/extensions", PHONE),
        (1, 0) => Request::DeleteProfile(CustomerId::new(&id).unwrap()),
        (_, 1) => request("POST", "/profiles", &format!(r#"{{"customer_id":"{id}"}}"#)),
        (_, 2) => request(
            "PUT",
            &format!("/profiles/{id}/extensions/Phone/delete/by/unique"),
            &format!(r#"{{"t":{kind}}}"#),
        ),
        _ => request("POST", &format!("/profiles/{id}/extensions"), &body),
    }
}

/// The lines of all segments, in order.
fn lines(folder: &Path) -> Vec<Line> {
    let names = (1..).map(|number| folder.join(format!("journal-{number:06}.jsonl")));
    let texts = names.map_while(|name| std::fs::read_to_string(name).ok());
    texts
        .flat_map(|text| {
            text.lines().skip(1).map(|line| Line::from_bytes(line.as_bytes()).unwrap()).collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn what_several_write_comes_to_the_same_as_the_lines_one_after_the_other() {
    let mut random = Random::seeded();
    let (mut written, rounds) = (0, 8);
    for _ in 0..rounds {
        let folder = tempfile::tempdir().unwrap();
        drop(Store::create(folder.path()).unwrap());
        let seeds: Vec<Random> = (0..4).map(|_| Random::of(random.next())).collect();
        let accepted: Vec<u64> = std::thread::scope(|scope| {
            let work = |(who, mut random): (u64, Random)| {
                let store = opened(folder.path());
                let mut accepted = Vec::new();
                for _ in 0..40 {
                    let batch: Vec<Request> =
                        (0..=random.below(3)).map(|_| any_request(who, &mut random)).collect();
                    let answers = store.append(&batch, "tester", "now").unwrap();
                    accepted.extend(answers.into_iter().flatten().map(|accepted| accepted.seq));
                }
                accepted
            };
            let threads: Vec<_> = (0..).zip(seeds).map(|one| scope.spawn(move || work(one))).collect();
            threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
        });
        let (lines, mut state) = (lines(folder.path()), State::default());
        for line in &lines {
            apply(&mut state, &line.request, Reading::Upsert).unwrap();
        }
        let acknowledged = |line: &&Line| !matches!(line.request, Request::Checkpoint(..));
        let mut seqs: Vec<u64> = lines.iter().filter(acknowledged).map(|line| line.seq).collect();
        let mut told = accepted;
        seqs.sort_unstable();
        told.sort_unstable();
        assert_eq!(seqs, told, "each acknowledged line is there, and no other");
        let store = opened(folder.path());
        let shown = store.customers().unwrap();
        assert_eq!(shown, state.profiles.keys().cloned().collect::<Vec<_>>());
        for id in shown {
            assert_eq!(
                store.load(&id).unwrap().map(|(profile, _)| profile).as_ref(),
                state.profiles.get(&id)
            );
        }
        written += lines.len();
    }
    println!("{rounds} rounds, {written} lines");
}

#[test]
fn readers_do_not_wait_for_who_has_the_lock() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::create(folder.path()).unwrap();
    let create = request("POST", "/profiles", r#"{"customer_id":"A"}"#);
    store.append(&[create], "tester", "now").unwrap().remove(0).unwrap();
    let lock = OsDisk.try_lock(&folder.path().join("lock")).unwrap().unwrap();
    let waited = AtomicBool::new(false);
    std::thread::scope(|scope| {
        // In the same process and handle somebody waits to write, until it gives up.
        let writer = scope.spawn(|| {
            let refused = store.append(&[request("PUT", "/profiles/A", "{}")], "tester", "now");
            waited.store(true, Ordering::Relaxed);
            refused
        });
        let until = Instant::now() + Duration::from_secs(2);
        let mut loads = 0;
        while Instant::now() < until {
            assert!(store.load(&CustomerId::new("A").unwrap()).unwrap().is_some());
            assert_eq!(Store::open(folder.path()).unwrap().customers().unwrap().len(), 1);
            loads += 1;
        }
        assert!(!waited.load(Ordering::Relaxed), "the writer still waits");
        assert!(loads > 10, "{loads}");
        assert!(matches!(writer.join().unwrap(), Err(StoreError::Locked(_))));
    });
    drop(lock);
}
