//! Where profiles live: one trait for stores and servers, and what each says it can do.
//!
//! The methods block until the answer is there; nobody calls them while drawing.

pub mod connection;
mod document;
pub mod http;
mod local;
pub mod probe;
mod schemas;
pub mod stop;
pub mod submit;
pub mod wire;

use crate::model::apply::Rejection;
use crate::model::plan::KnownReading;
use crate::model::profile::{CustomerId, Profile};
use crate::model::request::Request;
use crate::model::schema::{Declared, Schemas};
use std::path::{Path, PathBuf};

pub use crate::store::with_id;
pub use connection::{Connection, Password};
pub use document::DocumentStore;
pub use http::{HttpTarget, Step, Tried, exposes_credentials};
pub use local::LocalStore;
pub use schemas::{read, schemas_for};
pub use stop::Stop;

/// Where to work: what a person chooses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// A local store: a folder, or a document `FILE.json`.
    Store(PathBuf),
    /// A server.
    Server(Box<Connection>),
}

impl Address {
    /// Where it is, for a person, and whose the drafts and lists there are: as [`Target::place`].
    pub fn place(&self) -> String {
        match self {
            Self::Store(path) => path.display().to_string(),
            Self::Server(connection) => connection.url.clone(),
        }
    }
}

/// What a target can do. Code asks for the capability, never for the kind of target.
#[allow(clippy::struct_excessive_bools, reason = "independent abilities, each asked for by its name")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// What is known of its reading of insert.
    pub reading: KnownReading,
    /// Whether it is a store or team server of our own: it has versions, keeps every token, and sets core attributes whole.
    pub own: bool,
    /// Whether it finds customers by a part of any value.
    pub text_search: bool,
    /// Whether it lists its customers.
    pub listing: bool,
    /// Whether it knows the requests that each customer had.
    pub history: bool,
    /// Whether it tells its schemas: then the list of its extensions is known.
    pub schemas: bool,
}

/// A version of a target: what was read is as of this. Later versions are greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(pub u64);

/// A customer's profile as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loaded {
    /// The profile.
    pub profile: Profile,
    /// As of when; `None` where the target has no versions.
    pub version: Option<Version>,
}

/// Who sends a request, and when: what a journal line says about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// The login name.
    pub by: String,
    /// RFC 3339 in UTC with milliseconds.
    pub at: String,
}

/// A request that a customer had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Past {
    /// Its number in the store.
    pub seq: u64,
    /// Who sent it, and when.
    pub stamp: Stamp,
    /// The request.
    pub request: Request,
}

/// An accepted request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// The customer whom it changed, if it changed one; for a create without an ID the one that the target gave.
    pub customer: Option<CustomerId>,
}

/// Why a target did not do what was asked: a sentence for a person, and what is known of the outcome.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// It could not be reached or read, or is being written by somebody else. Nothing was changed.
    #[error("{0}")]
    NotReached(String),
    /// There is no store.
    #[error("{0} holds no store; `import` and `schema create` make one")]
    Missing(PathBuf),
    /// The customer or a schema was changed since the version that the requests were planned from. Nothing was changed.
    #[error("customer {0}, or a schema, was changed by somebody else meanwhile; nothing was changed")]
    Moved(CustomerId),
    /// The same for requests that name no customer.
    #[error("a schema was changed by somebody else meanwhile; nothing was changed")]
    SchemasMoved,
    /// It answered that it takes nothing now: it is busy, or in another mode. Nothing was changed, as far as it says.
    #[error("{0}")]
    Unavailable(String),
    /// It does not offer this. Nothing was changed.
    #[error("{0}")]
    NotOffered(String),
    /// It wants credentials, or others. Nothing was changed.
    #[error("{0}")]
    Credentials(String),
    /// It does not let this user do this. Nothing was changed.
    #[error("{0}")]
    Forbidden(String),
    /// A customer was made under this ID; something else may have been written.
    #[error("{1}")]
    Made(CustomerId, String),
    /// Something may have been written.
    #[error("{0}")]
    Unclear(String),
}

/// The local store at a path, a journal folder or a document `FILE.json`, for what it holds now; changes no byte. [`TargetError::Missing`] where there is none.
pub fn open(path: &Path) -> Result<Box<dyn Target>, TargetError> {
    if is_document(path) {
        return Ok(Box::new(DocumentStore::open(path)?));
    }
    Ok(Box::new(LocalStore::open(path)?))
}

/// The same for an address; `password` is for the user of a server.
pub fn open_address(address: &Address, password: Option<&Password>) -> Result<Box<dyn Target>, TargetError> {
    match address {
        Address::Store(path) => open(path),
        Address::Server(connection) => Ok(Box::new(HttpTarget::open(connection, password)?)),
    }
}

/// A new local store at a path where nothing is yet.
pub fn create(path: &Path) -> Result<Box<dyn Target>, TargetError> {
    if is_document(path) {
        return Ok(Box::new(DocumentStore::create(path)?));
    }
    Ok(Box::new(LocalStore::create(path)?))
}

/// Whether a path is that of a document: a file; where nothing is yet, by its name.
pub fn is_document(path: &Path) -> bool {
    let named = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    path.is_file() || (named && !path.is_dir())
}

/// A place where profiles live.
pub trait Target: Send + Sync {
    /// Where it is, for a person: a folder, a file, an address.
    fn place(&self) -> String;

    /// What it can do.
    fn capabilities(&self) -> Capabilities;

    /// Its schemas as of now. Who works on a customer asks [`read`].
    fn schemas(&self) -> Result<Schemas, TargetError>;

    /// What a person knows of its extensions. Where it does not tell its schemas, a customer is read with these.
    fn declared(&self) -> &[Declared] {
        &[]
    }

    /// A customer's profile as of now; `None` where there is no such customer.
    fn load(&self, id: &CustomerId) -> Result<Option<Loaded>, TargetError>;

    /// The IDs of all customers, sorted.
    fn customers(&self) -> Result<Vec<CustomerId>, TargetError>;

    /// At most `limit` customers who have `text` in their ID or a value, letter case and the punctuation of numbers ignored.
    fn find(&self, text: &str, limit: usize) -> Result<Vec<Profile>, TargetError>;

    /// Carries requests out in this order, each judged for itself, durable before it returns; one answer a request. With
    /// `planned_from` nothing is done if a customer named in the requests, or any schema, has changed since: [`TargetError::Moved`].
    fn send(
        &self,
        requests: &[Request],
        planned_from: Option<Version>,
        stamp: &Stamp,
    ) -> Result<Vec<Result<Accepted, Rejection>>, TargetError>;

    /// How many requests it takes well in one [`Self::send`], where they are small: a store writes them all with one sync, a
    /// server is asked for each, and nobody can end that sooner.
    fn batch(&self) -> usize {
        1_000
    }

    /// At most `limit` customers of whom every named attribute has its value: of the profile, or of an extension as
    /// `Extension.attribute`; letter case counts in values, not in names.
    fn identify(&self, wanted: &[(String, String)], limit: usize) -> Result<Vec<Profile>, TargetError> {
        let mut found = Vec::new();
        for id in self.customers()? {
            let loaded = self.load(&id)?;
            let has = |profile: &Profile| wanted.iter().all(|(name, value)| profile.has(name, value));
            found.extend(loaded.map(|loaded| loaded.profile).filter(has));
            if found.len() >= limit {
                break;
            }
        }
        Ok(found)
    }

    /// The accepted requests that made a customer what it is, oldest first, those about the schemas of its extensions
    /// included. [`TargetError::NotOffered`] where the target keeps none.
    fn history(&self, id: &CustomerId) -> Result<Vec<Past>, TargetError> {
        Err(TargetError::NotOffered(format!("{} keeps no history, so none of {id}", self.place())))
    }

    /// The same target, of which every call ends early once `stop` is raised: with [`TargetError::NotReached`] where nothing
    /// was sent, [`TargetError::Unclear`] where a change was. `None` where no call waits for anybody.
    fn stopped_by(&self, stop: &Stop) -> Option<std::sync::Arc<dyn Target>> {
        let _ = stop;
        None
    }

    /// What is wrong with what it holds, if anything: it can be read as far as it says, and takes no requests, or none of the
    /// customers named there.
    fn damage(&self) -> Option<String>;
}
