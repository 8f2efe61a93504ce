//! Every kind of target, fresh and with the same schemas.

use crate::memory::Memory;
use crate::profiles::{json, schemas};
use crate::served::Served;
use profile_desk::model::apply::{Reading, RejectionKind, State};
use profile_desk::model::profile::CustomerId;
use profile_desk::model::request::Request;
use profile_desk::model::schema::Schemas;
use profile_desk::target::{self, Connection, HttpTarget, Stamp, Target};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;

pub const ID: &str = "0004Va58A92T0017";
pub const OTHER: &str = "00001b8BBKDX000D";

/// A target under test.
pub struct On {
    name: &'static str,
    target: Arc<dyn Target>,
    reading: Reading,
    /// What the target lives in.
    _kept: Box<dyn Any>,
}

/// How a target is made: itself, its reading, and what it lives in.
type Made = (Arc<dyn Target>, Reading, Box<dyn Any>);

/// How a target is called, and how it is made.
type Kind = (&'static str, fn() -> Made);

/// All targets. A new one stands here, and nowhere else.
const TARGETS: [Kind; 6] = [
    ("in memory", || (Arc::new(Memory::default()), Reading::Upsert, Box::new(()))),
    ("a journal", || store("store")),
    ("a document", || store("store.json")),
    ("our own server over a journal", || {
        let (store, reading, folder) = store("store");
        let served = Served::own(store);
        (client(&served), reading, Box::new((served, folder)))
    }),
    ("a server that upserts", || foreign(Reading::Upsert, "upsert")),
    ("a server that replaces", || foreign(Reading::Replace, "replace")),
];

fn store(name: &str) -> Made {
    let folder = tempfile::tempdir().unwrap();
    let target = target::create(&folder.path().join(name)).unwrap();
    (Arc::from(target), Reading::Upsert, Box::new(folder))
}

fn foreign(reading: Reading, switches: &str) -> Made {
    let served = Served::simulated(State::default(), switches);
    (client(&served), reading, Box::new(served))
}

fn client(served: &Served) -> Arc<dyn Target> {
    Arc::new(HttpTarget::open(&Connection::to(&served.url), None).unwrap())
}

/// Runs a clause of the contract on every target; the one on which it fails is named.
pub fn every(clause: impl Fn(&On)) {
    for (name, make) in TARGETS {
        let (target, reading, kept) = make();
        let on = On { name, target, reading, _kept: kept };
        for schema in &schemas() {
            on.ask(&Request::CreateSchema(schema.json.clone())).unwrap();
        }
        if let Err(failed) = catch_unwind(AssertUnwindSafe(|| clause(&on))) {
            eprintln!("this was on {}", on.name);
            resume_unwind(failed);
        }
    }
}

/// A refusal.
#[derive(Debug)]
pub struct Refused {
    kind: RejectionKind,
    findings: Vec<String>,
}

impl Refused {
    pub fn is_of(&self, kind: RejectionKind) {
        assert_eq!(self.kind, kind, "{:?}", self.findings);
        assert!(!self.findings.is_empty());
    }

    /// Its kind, and every reason with its place.
    pub fn is(&self, kind: RejectionKind, findings: &[&str]) {
        let findings: Vec<String> = findings.iter().map(|finding| (*finding).to_owned()).collect();
        assert_eq!((self.kind, &self.findings), (kind, &findings));
    }
}

impl On {
    fn sent(&self, request: &Request) -> Result<target::Accepted, Refused> {
        let stamp = Stamp { by: "tester".into(), at: "2026-11-24T09:30:00.000Z".into() };
        let mut answers = self.target.send(std::slice::from_ref(request), None, &stamp).unwrap();
        assert_eq!(answers.len(), 1);
        answers.remove(0).map_err(|rejection| Refused {
            kind: rejection.kind,
            findings: rejection.findings.iter().map(ToString::to_string).collect(),
        })
    }

    pub fn ask(&self, request: &Request) -> Result<(), Refused> {
        self.sent(request).map(|_| ())
    }

    /// Creates a customer from a body; its ID.
    pub fn made(&self, body: &str) -> CustomerId {
        self.sent(&Request::CreateProfile(json(body))).unwrap().customer.unwrap()
    }

    /// There is the customer with these members.
    pub fn holds(&self, members: &str) {
        self.holds_as(ID, members);
    }

    pub fn holds_as(&self, id: &str, members: &str) {
        assert_eq!(self.made(&body(id, members)).as_str(), id);
    }

    /// The customer has exactly these members, token for token and in this order.
    pub fn shows(&self, members: &str) {
        assert_eq!(self.load(ID).unwrap(), json(&body(ID, members)).to_string());
    }

    /// The two readings of insert differ here.
    pub fn shows_either(&self, upsert: &str, replace: &str) {
        self.shows(if self.reading == Reading::Upsert { upsert } else { replace });
    }

    pub fn is_own(&self) -> bool {
        self.target.capabilities().own
    }

    pub fn load(&self, id: &str) -> Option<String> {
        let loaded = self.target.load(&CustomerId::new(id).unwrap()).unwrap();
        loaded.map(|loaded| loaded.profile.to_json().to_string())
    }

    pub fn schemas(&self) -> Schemas {
        self.target.schemas().unwrap()
    }

    /// Who has these values, sorted.
    pub fn identified(&self, wanted: &[(&str, &str)]) -> Vec<String> {
        let wanted: Vec<_> =
            wanted.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let found = self.target.identify(&wanted, 10).unwrap();
        let mut ids: Vec<String> = found.iter().map(|profile| profile.id.to_string()).collect();
        ids.sort_by_key(|id| *id != ID);
        ids
    }
}

fn body(id: &str, members: &str) -> String {
    let comma = if members.is_empty() { "" } else { "," };
    format!("{{\"customer_id\":\"{id}\"{comma}{members}}}")
}
