//! What the worker is asked to do, and what came of it. A job carries what its outcome must be matched with.

use super::command::Make;
use super::connections::Change;
use super::history::{Chronicle, Look, Question};
use super::import::{Ended, Survey, Tally};
use super::labels::Written;
use super::settings::Settings;
use crate::model::json::Json;
use crate::model::labels::Labels;
use crate::model::profile::{CustomerId, Profile};
use crate::model::request::Request;
use crate::model::schema::{Schema, Schemas};
use crate::target::probe::Probed;
use crate::target::submit::Submitted;
use crate::target::{Address, Capabilities, Connection, Loaded, Password, Stop, TargetError, Tried};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Which target: raised at each switch, so that a late outcome of the former one is told apart.
pub type Epoch = u64;

/// Something that takes time.
#[derive(Debug)]
pub enum Job {
    /// Open a target with this password, or make a store.
    OpenTarget(Epoch, Address, Make, Option<Password>),
    /// Test a connection with this password.
    TestConnection(Box<Connection>, Option<Password>),
    /// Find out what a server does with an insert.
    FindOutReading(Box<Connection>, Option<Password>),
    /// Look for customers.
    Find(Epoch, String, Stop),
    /// Find out the names of customers.
    Names(Epoch, Vec<CustomerId>),
    /// Read a customer.
    Load(Epoch, CustomerId, Why, Stop),
    /// Read the history of a customer, of this asking.
    History(Epoch, u64, CustomerId, Stop),
    /// Look at a request of that history.
    Look(Epoch, u64, Box<Question>),
    /// Read, reconcile, plan, send, read back.
    Submit(Epoch, CustomerId, Box<Wish>, Stop),
    /// Keep a draft on disk.
    Keep(DraftKey, Keep),
    /// Keep the settings on disk.
    KeepSettings(Settings),
    /// Keep a change of the connections on disk.
    KeepConnections(Change),
    /// Keep the labels of the target at this place on disk.
    KeepLabels(String, Labels),
    /// Read a file of labels that was handed on.
    ReadLabels(PathBuf),
    /// Write labels into a file to be handed on; over one that is there only with `true`.
    WriteLabels(PathBuf, Labels, bool),
    /// Show a dialog for files to import.
    PickFiles,
    /// Look files for import through.
    Survey(Epoch, Vec<PathBuf>),
    /// Import files, with these schemas first, until the flag is raised.
    Import(Epoch, Vec<PathBuf>, Vec<Schema>, Arc<AtomicBool>),
    /// Say again what the target holds.
    Describe(Epoch),
}

/// How an import ended.
#[derive(Debug)]
pub struct ImportReport {
    /// What became of the items.
    pub tally: Tally,
    /// The first refused items: place and reason.
    pub refused: Vec<(String, String)>,
    /// With the last item, earlier, or because of an error; a sentence.
    pub ended: Result<Ended, String>,
}

/// Why a customer is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// To be opened.
    Open,
    /// To be opened if there is such a customer; else this was only a text to look for.
    Try,
    /// To be read again.
    Reload,
    /// To be read again without a word, since it may have changed.
    Refresh,
}

/// What is wanted of a customer.
#[derive(Clone, Debug)]
pub struct Wish {
    /// The profile that the edits started from.
    pub base: Option<Profile>,
    /// The wanted one; `None`: the customer is to be deleted.
    pub mine: Option<Profile>,
}

/// Which draft.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DraftKey {
    /// The target's place.
    pub target: String,
    /// The customer's ID.
    pub customer: String,
}

/// What to do with a draft on disk.
#[derive(Clone, Debug)]
pub enum Keep {
    /// It starts from this profile, or from none (null), and these are its edits; the number is the draft's revision.
    Whole(Json, Json, u64),
    /// These are its edits now; the number is the draft's revision.
    Edits(Json, u64),
    /// It was sent or thrown away.
    Done,
}

/// A draft as it was found on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptDraft {
    /// Which.
    pub key: DraftKey,
    /// Whose. The key of an earlier draft of the same customer has more than the ID.
    pub customer: String,
    /// When it was last edited, RFC 3339.
    pub at: String,
    /// The profile it started from, or null.
    pub base: Json,
    /// The edits.
    pub edits: Json,
}

/// What an earlier start left.
#[derive(Clone, Debug, Default)]
pub struct Restored {
    /// Drafts.
    pub drafts: Vec<KeptDraft>,
    /// Settings.
    pub settings: Settings,
    /// Connections to servers.
    pub connections: Vec<Connection>,
    /// The labels of each target, by its place.
    pub labels: BTreeMap<String, Labels>,
    /// For a person: what could not be read.
    pub notes: Vec<String>,
}

/// A target that was opened.
#[derive(Clone, Debug, PartialEq)]
pub struct Opened {
    /// The address that was asked for.
    pub address: Address,
    /// Where it is, for a person.
    pub place: String,
    /// What it can do.
    pub capabilities: Capabilities,
    /// Its schemas.
    pub schemas: Schemas,
    /// Whether waiting for it can be cancelled.
    pub can_stop: bool,
    /// How many customers it has, where it says.
    pub customers: Option<usize>,
    /// What is wrong with it, if anything.
    pub damage: Option<String>,
}

/// A customer in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The ID.
    pub id: CustomerId,
    /// A name for a person; empty where the profile has none.
    pub name: String,
}

/// What came of a job.
#[derive(Debug)]
pub enum Outcome {
    /// A target was opened; `Ok(None)`: there is none at this address.
    TargetOpened(Epoch, Address, Result<Option<Opened>, TargetError>),
    /// What an earlier start left.
    Restored(Box<Restored>),
    /// The steps of a test of a connection.
    Tested(Box<Connection>, Vec<Tried>),
    /// What a server does with an insert; the error is a sentence.
    ReadingFoundOut(Box<Connection>, Result<Probed, String>),
    /// The connections could not be kept; a sentence.
    ConnectionsNotKept(String),
    /// Who was found.
    Found(Epoch, String, Result<Vec<Hit>, TargetError>),
    /// Names of customers.
    Named(Epoch, Vec<Hit>),
    /// A customer was read, and the schemas with it.
    Loaded(Epoch, CustomerId, Why, Result<(Option<Loaded>, Schemas), TargetError>),
    /// A history was read, of this asking.
    HistoryRead(Epoch, u64, Result<Chronicle, TargetError>),
    /// A request of that history was looked at; `None`: too much was under way.
    Looked(Epoch, u64, Option<Box<Look>>),
    /// A submit ended.
    Submitted(Epoch, CustomerId, Box<Wish>, Result<Submitted, TargetError>),
    /// A draft was kept up to this revision, at this time (`HH:MM:SS`).
    Kept(DraftKey, Option<u64>, String),
    /// A draft could not be kept.
    NotKept(DraftKey, String),
    /// Labels could not be kept; a sentence.
    LabelsNotKept(String),
    /// A file of labels was read; the error is a sentence.
    LabelsRead(PathBuf, Result<Labels, String>),
    /// A file of labels was written, or not.
    LabelsWritten(PathBuf, Written),
    /// Files were chosen in a dialog; none, or the dialog could not be shown.
    Picked(Vec<PathBuf>),
    /// Files for import were looked through; the error is a sentence.
    Surveyed(Epoch, Vec<PathBuf>, Result<Survey, String>),
    /// An import goes on.
    ImportGoesOn(Epoch, Tally),
    /// An import ended.
    Imported(Epoch, ImportReport),
    /// The worker has more to do than it takes; the job was not begun.
    Busy(&'static str),
}

/// The requests that would be sent, or why there are none.
pub type Preview = Result<Vec<Request>, String>;
