//! What was typed is never lost, sent twice, or shown on another customer: the editor against outcomes that come late, out
//! of order, or not as hoped.

mod conflicts;
mod drafts;
mod history;
mod labels;
mod laws;
mod outcomes;
mod targets;

use super::command::{Command, Make};
use super::draft::FIRST_NEW_KEY;
use super::entry::Entry;
use super::jobs::{DraftKey, Job, Keep, KeptDraft, Opened, Outcome, Restored, Why, Wish};
use super::state::{App, Surroundings};
use crate::model::json::Json;
use crate::model::plan::KnownReading;
use crate::model::profile::{CustomerId, Profile};
use crate::model::schema::{Schema, Schemas};
use crate::target::submit::Submitted;
use crate::target::{Address, Capabilities, Loaded};
use jiff::tz::TimeZone;

const PHONE: &str = r#"{"name":"Phone","type":"multi-valued","attributes":[{"name":"number","type":"string","mandatory":true},
    {"name":"comment","type":"string"}],"unique":["number"]}"#;
const NOTE: &str = r#"{"name":"Note","type":"multi-valued","attributes":[{"name":"text","type":"string"}]}"#;
const CARD: &str = r#"{"name":"Card","type":"single-valued","attributes":[{"name":"limit","type":"string"},{"name":"kind","type":"string"}]}"#;

/// Its key has a default, so a record that says nothing has a key too.
const LINE: &str = r#"{"name":"Line","type":"multi-valued","attributes":[{"name":"type","type":"integer","default":0,"mandatory":true},
    {"name":"number","type":"string"}],"unique":["type"]}"#;

fn schemas() -> Schemas {
    let mut schemas = Schemas::default();
    for text in [PHONE, NOTE, CARD, LINE] {
        schemas.push(Schema::from_json(&Json::parse(text).unwrap()).unwrap());
    }
    schemas
}

fn id(text: &str) -> CustomerId {
    CustomerId::new(text).unwrap()
}

/// A profile from its members after the ID.
fn profile(customer: &str, members: &str) -> Profile {
    let comma = if members.is_empty() { "" } else { "," };
    let json = Json::parse(&format!("{{\"customer_id\":\"{customer}\"{comma}{members}}}")).unwrap();
    Profile::from_json(&json, |name| schemas().get(name).is_some()).unwrap()
}

fn loaded(profile: Profile) -> Loaded {
    Loaded { profile, version: None }
}

fn opened(place: &str) -> Opened {
    Opened {
        address: Address::Store(place.into()),
        place: place.into(),
        capabilities: Capabilities {
            reading: KnownReading::Upsert,
            own: true,
            text_search: true,
            listing: true,
            history: false,
            schemas: true,
        },
        schemas: schemas(),
        can_stop: false,
        customers: None,
        damage: None,
    }
}

fn store(path: &str) -> Address {
    Address::Store(path.into())
}

fn surroundings() -> Surroundings {
    Surroundings {
        zone: TimeZone::UTC,
        make_id: Box::new(|| "MADE".into()),
        clock: Box::new(|| "09:30".into()),
        own_store: "own".into(),
        sample: "sample".into(),
        password: None,
    }
}

fn new_app() -> App {
    App::new(surroundings(), store("a"))
}

fn restored(drafts: Vec<KeptDraft>) -> Outcome {
    Outcome::Restored(Box::new(Restored { drafts, ..Restored::default() }))
}

/// An editor with the store `a` open, and drafts of an earlier start.
fn app_with(drafts: Vec<KeptDraft>) -> (App, Vec<Job>) {
    let mut app = new_app();
    app.absorb(restored(drafts));
    let jobs = app.absorb(Outcome::TargetOpened(0, store("a"), Ok(Some(opened("a")))));
    (app, jobs)
}

fn app() -> App {
    app_with(Vec::new()).0
}

fn read(app: &mut App, profile: Profile, why: Why) -> Vec<Job> {
    let id = profile.id.clone();
    app.absorb(Outcome::Loaded(app.epoch, id, why, Ok((Some(loaded(profile)), schemas()))))
}

fn open(app: &mut App, profile: Profile) -> Vec<Job> {
    app.handle(Command::Open(profile.id.clone()));
    read(app, profile, Why::Open)
}

fn type_into(app: &mut App, extension: &str, key: u64, attribute: &str, text: &str) -> Vec<Job> {
    let entry = app.entry(extension, key, attribute, text);
    app.handle(Command::Edit(extension.into(), key, attribute.into(), entry))
}

/// What the open draft wants.
fn wanted(app: &App) -> String {
    let open = app.open.as_ref().unwrap();
    super::update::whole(&open.draft, &open.schemas).to_json().to_string()
}

fn customer(app: &App) -> &str {
    app.open.as_ref().unwrap().draft.id().as_str()
}

fn is_changed(app: &App) -> bool {
    app.open.as_ref().unwrap().draft.is_changed()
}

/// Submits; what was asked for.
fn submit(app: &mut App) -> (CustomerId, Box<Wish>) {
    let jobs = app.handle(Command::Submit);
    let sent = jobs.into_iter().find_map(|job| match job {
        Job::Submit(_, id, wish, _) => Some((id, wish)),
        _ => None,
    });
    sent.unwrap()
}

/// The submit was accepted and read back as what was wanted.
fn accept(app: &mut App, epoch: u64, (id, wish): (CustomerId, Box<Wish>)) -> Vec<Job> {
    let now = wish.mine.clone().map(loaded);
    let done = Submitted::Done { sent: Vec::new(), now, joined: false };
    app.absorb(Outcome::Submitted(epoch, id, wish, Ok(done)))
}

/// Whether the last job about a customer's draft on disk says that it is done with.
fn is_done_with(jobs: &[Job], target: &str, customer: &str) -> bool {
    let of = |key: &DraftKey| key.target == target && key.customer == customer;
    let mut kept = jobs.iter().filter_map(|job| match job {
        Job::Keep(key, what) if of(key) => Some(what),
        _ => None,
    });
    matches!(kept.next_back(), Some(Keep::Done))
}
