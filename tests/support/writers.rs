//! Processes that write to one store again and again, and say what was acknowledged. Each of their writers has customers of
//! its own, and its requests follow from its number, so what must be there is known.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
#![allow(clippy::print_stdout, reason = "the acknowledgements")]
#![allow(dead_code, reason = "not every test needs all of it")]

use profile_desk::model::apply::{Reading, State, apply};
use profile_desk::model::json::Json;
use profile_desk::model::profile::CustomerId;
use profile_desk::model::request::Request;
use profile_desk::model::schema::Schemas;
use profile_desk::store::disk::OsDisk;
use profile_desk::store::{Options, Store};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

/// Where a child process finds what it has to do; without it the test that is one has nothing to do.
const TASK: &str = "PROFILE_DESK_TEST_WRITERS";
/// How many writers a process has.
const THREADS: u32 = 2;

pub const SCHEMA: &str = r#"{"name":"Phone","type":"multi-valued","attributes":[{"name":"PhoneType","type":"integer","mandatory":true},{"name":"number","type":"string","length":40000}],"unique":["PhoneType"]}"#;

fn json(text: &str) -> Json {
    Json::parse(text).unwrap()
}

/// A writer's customers: one all the time, another one who is merged into the first or deleted.
pub fn customers(writer: u32) -> [CustomerId; 2] {
    [format!("w{writer}"), format!("w{writer}b")].map(|id| CustomerId::new(&id).unwrap())
}

fn phones(phones: &[(u32, String)]) -> String {
    let record = |(kind, number): &(u32, String)| format!(r#"{{"PhoneType":{kind},"number":"{number}"}}"#);
    format!(r#""Phone":[{}]"#, phones.iter().map(record).collect::<Vec<_>>().join(","))
}

/// The request of a writer that has this number, from 0. Each is accepted after those before it.
pub fn request(writer: u32, number: usize) -> Request {
    let [own, other] = customers(writer);
    let n = number.to_string();
    let create = |id: &CustomerId, rest: &str| {
        Request::CreateProfile(json(&format!(r#"{{"customer_id":"{id}","Name":"{n}",{rest}}}"#)))
    };
    let insert = |id: &CustomerId, records: &[(u32, String)]| {
        Request::InsertRecords(id.clone(), json(&format!("{{{}}}", phones(records))))
    };
    match number % 13 {
        0 => create(&own, &phones(&[(1, n.clone()), (2, n.clone())])),
        1 => insert(&own, &[(1, n.clone()), (3, n)]),
        2 => Request::UpdateProfile(own, json(&format!(r#"{{"Name":"{n}","Mail":["{n}@example.com"]}}"#))),
        3 => insert(&own, &[(7, n.repeat(6_000 / n.len())), (8, n)]),
        4 => create(&other, &phones(&[(4, n.clone()), (1, n.clone())])),
        5 => insert(&other, &[(5, n)]),
        6 => Request::MergeProfiles { dst: own, src: other, body: json("{}") },
        7 => {
            Request::UpdateRecord(own, "Phone".into(), json(&format!(r#"{{"PhoneType":4,"number":"{n}"}}"#)))
        }
        8 => Request::DeleteRecord(own, "Phone".into(), json(r#"{"PhoneType":5}"#)),
        9 => create(&other, &phones(&[(9, n.clone())])),
        10 => Request::DeleteProfile(other),
        11 => insert(&own, &[(1, n.clone()), (7, n)]),
        _ => Request::DeleteProfile(own),
    }
}

/// How many requests a writer sends at once, from this one on.
pub fn together(number: usize) -> usize {
    if number.is_multiple_of(4) { 3 } else { 1 }
}

/// What a writer's requests make, one by one.
#[derive(Clone)]
pub struct Course {
    pub writer: u32,
    /// How many requests were carried out.
    pub done: usize,
    pub state: State,
}

impl Course {
    pub fn new(writer: u32) -> Self {
        let mut state = State { schemas: Schemas::default(), ..State::default() };
        apply(&mut state, &Request::CreateSchema(json(SCHEMA)), Reading::Upsert).unwrap();
        Self { writer, done: 0, state }
    }

    pub fn advance(&mut self) {
        apply(&mut self.state, &request(self.writer, self.done), Reading::Upsert).unwrap();
        self.done += 1;
    }
}

/// Opens a store, with segments that are soon full.
pub fn opened(folder: &Path) -> Store {
    Store::open_with(Arc::new(OsDisk), folder, Options { segment: 40_000, tail: 30_000 }, &mut |_| {})
        .unwrap()
}

/// Makes a store for writers.
pub fn made(folder: &Path) -> Store {
    let store = Store::create(folder).unwrap();
    let schema = [Request::CreateSchema(json(SCHEMA))];
    store.append(&schema, "tester", "now").unwrap().remove(0).unwrap();
    store
}

/// How many requests of each writer were acknowledged.
pub type Acknowledged = Arc<Mutex<BTreeMap<u32, usize>>>;

/// A child process, and the thread that hears it.
pub struct Writers {
    pub first: u32,
    child: Child,
    ear: JoinHandle<()>,
}

impl Writers {
    /// Starts a process with [`THREADS`] writers, numbered from `first` on: this test binary, as the test of that name.
    pub fn start(test: &str, folder: &Path, first: u32, acknowledged: &Acknowledged) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args([test, "--exact", "--nocapture"]).env(TASK, format!("{first} {}", folder.display()));
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        acknowledged.lock().unwrap().extend((first..first + THREADS).map(|writer| (writer, 0)));
        let heard = acknowledged.clone();
        let ear = std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                let Some((writer, done)) = line.strip_prefix("kept ").and_then(|kept| kept.split_once(' '))
                else {
                    continue;
                };
                heard.lock().unwrap().insert(writer.parse().unwrap(), done.parse().unwrap());
            }
        });
        Self { first, child, ear }
    }

    pub fn numbers(&self) -> std::ops::Range<u32> {
        self.first..self.first + THREADS
    }

    /// Kills the process; afterwards all that it said is known.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        let status = self.child.wait().unwrap();
        self.ear.join().unwrap();
        assert!(!status.success() && status.code().is_none(), "it ended by itself: {status}");
    }
}

/// The child process: writes until it is killed. Without a task there is nothing to do.
pub fn write_until_killed() {
    let Ok(task) = std::env::var(TASK) else { return };
    let (first, folder) = task.split_once(' ').unwrap();
    let first: u32 = first.parse().unwrap();
    let store = opened(Path::new(folder));
    std::thread::scope(|scope| {
        for writer in first..first + THREADS {
            let store = &store;
            scope.spawn(move || write(store, writer));
        }
    });
}

fn write(store: &Store, writer: u32) {
    let mut done = 0;
    loop {
        let next = done + together(done);
        let requests: Vec<Request> = (done..next).map(|number| request(writer, number)).collect();
        let answers = store.append(&requests, "tester", "2026-11-24T09:30:00.000Z").unwrap();
        assert!(answers.iter().all(Result::is_ok), "{writer} {done}: {answers:?}");
        done = next;
        println!("\nkept {writer} {done}");
        if done.is_multiple_of(60) {
            // Two at once get in each other's way, which changes nothing.
            let _ = store.compact(Some("2026-11-25T00:00:00.000Z").filter(|_| writer.is_multiple_of(2)));
        }
    }
}
