//! Everything that the window shows, as of now. Drawing reads it; only commands and outcomes change it.

use super::command::Make;
use super::connections::{Ask, Passwords, Tested, first_password};
use super::draft::Draft;
use super::edits::Edits;
use super::entry::{Entry, text_of};
use super::history::History;
use super::importing::Importing;
use super::jobs::{DraftKey, Epoch, Hit, KeptDraft, Opened, Outcome, Preview};
use super::labels::{Handed, Shown, named};
use super::probing::Probing;
use super::review::{KeyIndex, Review, Spot};
use super::settings::{Lists, Settings, Zone};
use super::telling::{Later, Notice};
use super::waiting::Stops;
use crate::model::json::{View, folded};
use crate::model::labels::Labels;
use crate::model::profile::{CustomerId, Profile};
use crate::model::reconcile::Conflict;
use crate::model::request::Request;
use crate::model::schema::Schemas;
use crate::target::{Address, Connection, Loaded, Password, Stop, TargetError};
use jiff::tz::TimeZone;
use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;

/// What the editor takes from outside: clock and randomness.
pub struct Surroundings {
    /// The zone of this computer.
    pub zone: TimeZone,
    /// Makes the ID of a customer who is created without one.
    pub make_id: Box<dyn Fn() -> String>,
    /// The time of day on this computer, `HH:MM`.
    pub clock: Box<dyn Fn() -> String>,
    /// The user's own store.
    pub own_store: PathBuf,
    /// Where the sample store is, or will be.
    pub sample: PathBuf,
    /// The password that the environment names: for the user of the target that is opened first, and nobody else.
    pub password: Option<Password>,
}

/// The editor.
pub struct App {
    pub(super) around: Surroundings,
    pub(super) epoch: Epoch,
    /// The target.
    pub target: TargetState,
    /// The customer who is open.
    pub open: Option<Open>,
    /// A customer who is being read, to be opened.
    pub opening: Option<CustomerId>,
    /// Drafts of other customers of this target.
    pub parked: BTreeMap<CustomerId, Draft>,
    /// Drafts of other targets, and those that could not be read.
    pub elsewhere: Vec<KeptDraft>,
    /// What was looked for.
    pub search: Search,
    /// Names of customers that were met.
    pub names: BTreeMap<CustomerId, String>,
    /// What is remembered.
    pub settings: Settings,
    /// The last message.
    pub notice: Option<Notice>,
    /// A history that is shown.
    pub history: Option<History>,
    pub(super) asked_history: u64,
    /// An import, from the look at its files to its report.
    pub import: Option<Importing>,
    /// The labels of each target, by its place.
    pub(super) labelled: BTreeMap<String, Labels>,
    /// A file of labels that was asked for.
    pub handed: Option<Handed>,
    /// Whether attributes that labels hide are shown.
    pub shows_hidden: bool,
    /// Whether drafts are on disk.
    pub keeping: Keeping,
    /// The connections to servers that are kept.
    pub connections: Vec<Connection>,
    /// The connection that was tested last.
    pub tested: Option<Tested>,
    /// The server whose reading was found out last.
    pub probing: Option<Probing>,
    /// What the window should ask next; it takes this away.
    pub asks: Option<Ask>,
    /// Where the window should go next; it takes this away.
    pub attention: Option<(Spot, Option<String>)>,
    /// What is being sent.
    pub(super) sending: BTreeMap<DraftKey, Sending>,
    /// The number of the last reading that was shown.
    pub(super) reading: u64,
    /// The target that was open last.
    pub(super) former: Option<Address>,
    pub(super) passwords: Passwords,
    /// What is to be done once somebody signed in.
    pub(super) after_signing: Option<Later>,
    pub(super) stops: Stops,
    /// What was asked to be kept on disk last.
    pub(super) asked_to_keep: Option<(DraftKey, Option<u64>)>,
    /// Whether drafts and settings of an earlier start are there.
    pub(super) restored: bool,
    /// The target that was opened before they were.
    pub(super) waiting: Option<Outcome>,
    /// Outcomes that would take the text from under the hands of somebody who types.
    pub(super) held: Vec<Outcome>,
}

/// What is on its way to a target.
pub(super) struct Sending {
    pub epoch: Epoch,
    /// The edits that were sent: those of the draft's base, which stays until the outcome is there.
    pub edits: Edits,
    pub schemas: Schemas,
    /// Asks the target to stop.
    pub stop: Stop,
}

/// The target, or why there is none.
#[derive(Clone, Debug)]
pub enum TargetState {
    /// It is being opened.
    Opening(Address, Make),
    /// There is no store at this address yet.
    Missing(Address),
    /// It cannot be opened.
    Failed(Address, Lack),
    /// It is there.
    Ready(Opened),
}

/// Why a target is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lack {
    /// A sentence.
    pub sentence: String,
    /// What it lacks.
    pub kind: Lacking,
}

/// What a target lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lacking {
    /// It wants credentials, or others.
    Credentials,
    /// It takes nothing now.
    Time,
    /// It was not reached, or cannot be read.
    Contact,
}

impl Lack {
    pub(super) fn of(error: &TargetError) -> Self {
        let kind = match error {
            TargetError::Credentials(_) => Lacking::Credentials,
            TargetError::Unavailable(_) => Lacking::Time,
            _ => Lacking::Contact,
        };
        Self { sentence: error.to_string(), kind }
    }
}

/// What was looked for.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// The text.
    pub text: String,
    /// Who has it; `None` while nothing was looked for, or it still is.
    pub hits: Option<Vec<Hit>>,
    /// Why the target does not look for such a text; a sentence.
    pub hint: Option<String>,
    /// Whether an answer is awaited.
    pub asked: bool,
    /// Whether the only hit is to be opened.
    pub open_only: bool,
    /// Whether the target is searching, for this text or a former one: one search at a time.
    pub(super) under_way: bool,
}

/// Whether what was typed is on disk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Keeping {
    /// Nothing was typed yet.
    #[default]
    Nothing,
    /// On its way.
    Writing,
    /// On disk since this time.
    Kept(String),
    /// It could not be written; a sentence.
    Failed(String),
}

/// A customer who is open.
pub struct Open {
    /// The draft.
    pub draft: Draft,
    /// The schemas as of the reading.
    pub schemas: Schemas,
    /// What the draft amounts to.
    pub review: Review,
    pub(super) keys: KeyIndex,
    /// The attributes of each extension: those of the schema in order, then others that stored records have.
    pub columns: BTreeMap<String, Vec<String>>,
    /// The attributes that are shown, in the order of the labels.
    pub shown: Shown,
    /// The exact requests, while they are shown.
    pub requests: Option<Preview>,
    /// Whether a submit sends the complete profile to a server that is not ours: what others wrote since can be lost.
    pub complete: bool,
    /// When the customer was read, `HH:MM`.
    pub read_at: String,
    /// What somebody else changed too.
    pub conflict: Option<Clash>,
    /// Whether it is being read again. What was asked before a submit is out of date after it.
    pub(super) reloading: bool,
    /// Whether sending was tried: from then on everything is judged.
    pub tried: bool,
    /// Raised with every reading: widgets forget what they remember of the former one.
    pub reading: u64,
}

/// Somebody else changed the same things.
#[derive(Clone, Debug)]
pub struct Clash {
    /// What only a person can decide.
    pub conflicts: Vec<Conflict>,
    /// The customer as of now; `None`: deleted.
    pub theirs: Option<Loaded>,
}

impl App {
    /// An editor without a target.
    pub fn new(mut around: Surroundings, address: Address) -> Self {
        let passwords = first_password(&address, around.password.take());
        Self {
            around,
            epoch: 0,
            target: TargetState::Opening(address, Make::Nothing),
            open: None,
            opening: None,
            parked: BTreeMap::new(),
            elsewhere: Vec::new(),
            search: Search::default(),
            names: BTreeMap::new(),
            settings: Settings::default(),
            notice: None,
            history: None,
            asked_history: 0,
            import: None,
            labelled: BTreeMap::new(),
            handed: None,
            shows_hidden: false,
            keeping: Keeping::default(),
            connections: Vec::new(),
            tested: None,
            probing: None,
            asks: None,
            attention: None,
            sending: BTreeMap::new(),
            reading: 0,
            former: None,
            passwords,
            after_signing: None,
            stops: Stops::default(),
            asked_to_keep: None,
            restored: false,
            waiting: None,
            held: Vec::new(),
        }
    }

    /// The zone in which date-times are shown and typed.
    pub fn zone(&self) -> TimeZone {
        match self.settings.zone {
            Zone::Local => self.around.zone.clone(),
            Zone::Utc => TimeZone::UTC,
        }
    }

    /// The zone's name for a column header.
    pub fn zone_name(&self) -> String {
        let zone = self.zone();
        let name = zone.iana_name().map(|name| name.rsplit('/').next().unwrap_or(name).replace('_', " "));
        match (self.settings.zone, name) {
            (Zone::Local, Some(name)) if name != "UTC" => name,
            (Zone::Local, None) => "local".into(),
            _ => "UTC".into(),
        }
    }

    /// The address of the target, whether it is there or not.
    pub fn address(&self) -> &Address {
        match &self.target {
            TargetState::Opening(address, _)
            | TargetState::Missing(address)
            | TargetState::Failed(address, _)
            | TargetState::Ready(Opened { address, .. }) => address,
        }
    }

    pub(super) fn set_address(&mut self, to: Address) {
        match &mut self.target {
            TargetState::Opening(address, _)
            | TargetState::Missing(address)
            | TargetState::Failed(address, _)
            | TargetState::Ready(Opened { address, .. }) => *address = to,
        }
    }

    /// Whose drafts and lists these are.
    fn place(&self) -> String {
        self.ready().map_or_else(|| self.address().place(), |ready| ready.place.clone())
    }

    /// The target, if it is there.
    pub fn ready(&self) -> Option<&Opened> {
        match &self.target {
            TargetState::Ready(opened) => Some(opened),
            _ => None,
        }
    }

    /// The customers of the target that stand in the rail.
    pub fn lists(&self) -> Lists {
        self.settings.lists.get(&self.place()).cloned().unwrap_or_default()
    }

    pub(super) fn lists_mut(&mut self) -> &mut Lists {
        let place = self.place();
        self.settings.lists.entry(place).or_default()
    }

    /// Whether a submit of the open customer is under way.
    pub fn is_sending(&self) -> bool {
        self.open_sending().is_some()
    }

    pub(super) fn open_sending(&self) -> Option<&Sending> {
        self.sending.get(&self.key_of(self.open.as_ref()?.draft.id())?)
    }

    /// Whether a customer is to be created.
    pub fn is_new(&self, id: &CustomerId) -> bool {
        let open = self.open.as_ref().map(|open| &open.draft).filter(|draft| draft.id() == id);
        open.or_else(|| self.parked.get(id)).is_some_and(|draft| draft.base().is_none())
    }

    pub(super) fn is_being_sent(&self, id: &CustomerId) -> bool {
        self.key_of(id).is_some_and(|key| self.sending.contains_key(&key))
    }

    /// What typing a text into an attribute of a row of the open customer means. The text that stands for what was loaded
    /// means exactly that; the name that labels give a value means the value.
    pub fn entry(&self, extension: &str, key: u64, attribute: &str, text: &str) -> Entry {
        let zone = self.zone();
        let Some(open) = &self.open else { return Entry::Absent };
        let schema = open.schemas.get(extension).and_then(|schema| schema.attribute(attribute));
        let loaded = open.draft.row_by_key(extension, key).and_then(|row| row.record.get(attribute));
        named(self.labels(), Some(extension), attribute, text, |text| match loaded {
            Some(value)
                if !value.is_null() && text_of(schema.map(|schema| schema.kind), value, &zone) == text =>
            {
                Entry::Typed { text: text.to_owned(), token: Ok(value.to_json()) }
            }
            _ => Entry::typed(schema, loaded.map(View::kind), text, &zone),
        })
    }

    /// A name of a customer for a list: their own, else the ID.
    pub fn name_of<'a>(&'a self, id: &'a CustomerId) -> &'a str {
        self.names.get(id).map_or(id.as_str(), String::as_str)
    }

    /// Whether a customer is to be created and gets an ID from the target only then.
    pub fn is_nameless(&self, id: &CustomerId) -> bool {
        self.makes_ids() && self.is_new(id)
    }

    /// Customers with a draft that was not sent, the open one included; also while the target is not there.
    pub fn drafts(&self) -> Vec<CustomerId> {
        let open =
            self.open.iter().filter(|open| open.draft.is_changed()).map(|open| open.draft.id().clone());
        let mut ids: Vec<CustomerId> = self.parked.keys().cloned().chain(open).collect();
        if self.ready().is_none() {
            let place = self.place();
            let kept = self.elsewhere.iter().filter(|kept| kept.key.target == place);
            ids.extend(kept.filter_map(|kept| CustomerId::new(&kept.customer).ok()));
        }
        ids.sort();
        ids.dedup();
        ids
    }
}

/// A name for a person from the core attributes: first and last name, else any name; empty where there is none.
pub fn display_name(profile: &Profile) -> String {
    let first = |name: &str| {
        let value = profile.core(name)?.view();
        let text = value.text().or_else(|| value.elements().next()?.text())?;
        Some(text.into_owned()).filter(|text| !text.is_empty())
    };
    let parts = [["FirstName", "first_name", "GivenName"], ["LastName", "last_name", "FamilyName"]];
    let parts = parts.iter().filter_map(|names| names.iter().find_map(|name| first(name)));
    let joined = parts.collect::<Vec<_>>().join(" ");
    if joined.is_empty() {
        ["Name", "FullName", "DisplayName"].iter().find_map(|name| first(name)).unwrap_or_default()
    } else {
        joined
    }
}

/// What a submit did, in a sentence.
pub(super) fn done(sent: &[Request], joined: bool) -> String {
    let count = match sent.len() {
        1 => "1 request was".to_owned(),
        count => format!("{count} requests were"),
    };
    let joined = if joined { " Changes that somebody else made meanwhile were kept." } else { "" };
    format!("Submitted: {count} accepted and read back.{joined}")
}

/// The attributes of each extension of a draft.
pub(super) fn columns(draft: &Draft, schemas: &Schemas) -> BTreeMap<String, Vec<String>> {
    let of = |name: &String| {
        let schema = schemas.get(name);
        let mut names: Vec<String> = schema
            .into_iter()
            .flat_map(|schema| &schema.attributes)
            .map(|attribute| attribute.name.clone())
            .collect();
        let mut known: HashSet<String> = names.iter().map(|name| folded(name)).collect();
        for row in (0..draft.row_count(name)).filter_map(|at| draft.row(name, at)) {
            for (token, _) in row.record.attributes() {
                let attribute = token.decoded();
                if known.insert(folded(&attribute)) {
                    names.push(attribute.into_owned());
                }
            }
        }
        names
    };
    draft.extensions(schemas).into_iter().map(|name| (name.clone(), of(&name))).collect()
}
