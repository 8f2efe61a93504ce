//! A server as a target: any that speaks the API, and our own team server with its additions.
//!
//! [`Client`] is the one client of every call; [`HttpTarget`] waits for it. What a server answers is judged in `reading`,
//! `writing` and `search`; `own` is what only our own team server has; `trial` tests a connection step by step.

mod address;
mod calls;
mod client;
mod own;
mod reading;
mod runtime;
mod search;
mod trial;
mod trouble;
mod writing;

use super::connection::{Connection, Declared, Password};
use super::stop::Stop;
use super::{Accepted, Capabilities, Loaded, Past, Stamp, Target, TargetError, Version, wire};
use crate::model::apply::Rejection;
use crate::model::plan::KnownReading;
use crate::model::profile::{CustomerId, Profile};
use crate::model::request::Request;
use crate::model::schema::Schemas;
use calls::Calls;
use reading::STATUS;
use runtime::Engine;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

pub use address::exposes_credentials;
pub use client::{Answer, Client};
pub use trouble::{Layer, Trouble};

/// A server that answered. Any number of threads may call it at once, and none from asynchronous code; a clone is the same.
#[derive(Clone)]
pub struct HttpTarget {
    calls: Calls,
    connection: Arc<Connection>,
    known: Arc<Mutex<Known>>,
    engine: Arc<Engine>,
}

/// What the server said of itself.
#[derive(Clone, Debug, Default)]
struct Known {
    /// Its status when it was opened.
    status: Option<wire::Status>,
    /// Whether it ever told its schemas.
    listed: bool,
    /// Whether all of them could be read, the last time.
    complete: bool,
    /// The extensions that were asked for with a profile, the last time.
    asked: Option<Vec<String>>,
}

/// What is tried, in this order, when a connection is tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The address can be read, and credentials may go there.
    Address,
    /// The host's name is known.
    Name,
    /// Something listens there.
    Connect,
    /// Its certificate fits.
    Tls,
    /// It answers as such a server does.
    Status,
    /// The credentials are right.
    Credentials,
    /// It tells its schemas.
    Schemas,
}

/// How a step of a test went; both are sentences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    /// The step.
    pub step: Step,
    /// What was seen, or why it failed and what to do.
    pub result: Result<String, String>,
}

/// Tests a connection step by step, changing nothing on the server. The last one may have failed; none follows a failed one.
pub fn test(connection: &Connection, password: Option<&Password>) -> Vec<Tried> {
    trial::test(connection, password)
}

impl HttpTarget {
    /// Asks the server what it is; changes nothing on it.
    pub fn open(connection: &Connection, password: Option<&Password>) -> Result<Self, TargetError> {
        let client = Client::new(connection, password).map_err(TargetError::NotReached)?;
        wanted_password(connection, password).map_err(TargetError::Credentials)?;
        let engine = Engine::start().map_err(TargetError::NotReached)?;
        let target = Self {
            calls: Self::calls(client, connection, password),
            connection: Arc::new(connection.clone()),
            known: Arc::default(),
            engine: Arc::new(engine),
        };
        target.engine.wait(target.look())?;
        Ok(target)
    }

    fn calls(client: Client, connection: &Connection, password: Option<&Password>) -> Calls {
        let secrets = address::secrets(connection, password);
        Calls { client, user: connection.user.clone(), secrets, stop: None }
    }

    /// Learns what the server is, whether it lets this user in, and whether it tells its schemas.
    async fn look(&self) -> Result<(), TargetError> {
        let answer = self.calls.get(STATUS).await?;
        match answer.status {
            200..=299 => self.note(|known| known.status = wire::read_status(&answer.body)),
            401 | 407 | 300..=399 | 500 | 502..=599 => {
                return Err(self.calls.error(&format!("GET {STATUS}"), &answer).await);
            }
            _ => {}
        }
        match self.ask_schemas().await {
            Err(TargetError::NotOffered(_)) | Ok(_) => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn known(&self) -> Known {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note(&self, note: impl FnOnce(&mut Known)) {
        note(&mut self.known.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn own(&self) -> Option<wire::OwnStatus> {
        self.known().status.and_then(|status| status.own)
    }

    /// Whether it is a team server of our own.
    fn is_own(&self) -> bool {
        self.own().is_some()
    }

    fn wait<T>(&self, future: impl Future<Output = Result<T, TargetError>>) -> Result<T, TargetError> {
        self.engine.wait(future)
    }

    fn not_offered(&self, what: &str) -> TargetError {
        TargetError::NotOffered(format!("{} {what}", self.calls.place()))
    }
}

/// A user without a password cannot sign in.
fn wanted_password(connection: &Connection, password: Option<&Password>) -> Result<(), String> {
    match &connection.user {
        Some(user) if password.is_none() => {
            Err(format!("{} wants the password of the user {user}", connection.url))
        }
        _ => Ok(()),
    }
}

impl Target for HttpTarget {
    fn place(&self) -> String {
        self.calls.place().to_owned()
    }

    fn capabilities(&self) -> Capabilities {
        let known = self.known();
        let own = known.status.and_then(|status| status.own);
        Capabilities {
            reading: if own.is_some() { KnownReading::Upsert } else { self.connection.reading },
            own: own.is_some(),
            text_search: own.as_ref().is_some_and(|own| own.text_search),
            listing: own.is_some(),
            history: own.is_some_and(|own| own.history),
            schemas: known.complete,
        }
    }

    fn schemas(&self) -> Result<Schemas, TargetError> {
        self.wait(self.ask_schemas()).map(|told| told.schemas)
    }

    fn declared(&self) -> &[Declared] {
        &self.connection.extensions
    }

    fn load(&self, id: &CustomerId) -> Result<Option<Loaded>, TargetError> {
        self.wait(self.read_profile(id))
    }

    fn customers(&self) -> Result<Vec<CustomerId>, TargetError> {
        if !self.is_own() {
            return Err(
                self.not_offered("does not list its customers; open one by ID, or find one by a value")
            );
        }
        self.wait(self.list())
    }

    fn find(&self, text: &str, limit: usize) -> Result<Vec<Profile>, TargetError> {
        if self.own().is_some_and(|own| own.text_search) {
            self.wait(self.find_text(text, limit))
        } else {
            self.wait(self.find_whole(text, limit))
        }
    }

    fn send(
        &self,
        requests: &[Request],
        planned_from: Option<Version>,
        _: &Stamp,
    ) -> Result<Vec<Result<Accepted, Rejection>>, TargetError> {
        if self.is_own() {
            self.wait(self.send_together(requests, planned_from))
        } else {
            self.wait(self.send_each(requests))
        }
    }

    fn identify(&self, wanted: &[(String, String)], limit: usize) -> Result<Vec<Profile>, TargetError> {
        self.wait(self.identify_by(wanted, limit))
    }

    fn history(&self, id: &CustomerId) -> Result<Vec<Past>, TargetError> {
        if !self.own().is_some_and(|own| own.history) {
            return Err(self.not_offered(&format!("keeps no history, so none of {id}")));
        }
        self.wait(self.read_history(id))
    }

    fn stopped_by(&self, stop: &Stop) -> Option<Arc<dyn Target>> {
        let mut stopped = self.clone();
        stopped.calls.stop = Some(stop.clone());
        Some(Arc::new(stopped))
    }

    fn damage(&self) -> Option<String> {
        self.own()?.damage
    }
}
