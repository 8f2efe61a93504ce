//! The connections to servers that a person keeps, and passwords, which live in memory for this run alone.

use super::command::Make;
use super::jobs::Job;
use super::state::App;
use super::telling::Later;
use crate::target::{Tried, exposes_credentials};
use std::collections::BTreeMap;

pub use crate::model::plan::KnownReading;
pub use crate::target::connection::{Colour, Connection, Declared, TIMEOUT_SECS};
pub use crate::target::{Address, Password, Step};

/// What the window is to ask the person.
#[derive(Clone, Debug)]
pub enum Ask {
    /// Who signs in at the target, and with which password; a sentence says why.
    SignIn(String),
    /// Whether credentials may go over plain http, where others can read them.
    PlainHttp(Box<Connection>, Make),
    /// Whether to send the complete profile, which can undo what others wrote since.
    Complete,
}

/// A connection that is or was tested.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tested {
    /// As it was tested.
    pub connection: Connection,
    /// The steps; `None` while they are tried.
    pub steps: Option<Vec<Tried>>,
}

/// What becomes of the kept connections.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The connection of this title, or a new one, is this now.
    Put(Option<String>, Box<Connection>),
    /// The connection of this title goes.
    Remove(String),
}

/// The connection of an address whose credentials others could read on the way, if nobody agreed to that yet.
pub(super) fn must_agree(address: &Address) -> Option<Box<Connection>> {
    let Address::Server(connection) = address else { return None };
    (!connection.plain_http && exposes_credentials(connection)).then(|| connection.clone())
}

/// Passwords by URL and user.
pub(super) type Passwords = BTreeMap<(String, String), Password>;

/// The password of the environment is meant for the target that the window is started with: no other server ever gets it.
pub(super) fn first_password(address: &Address, password: Option<Password>) -> Passwords {
    let Address::Server(connection) = address else { return Passwords::new() };
    let of_user = connection.user.clone().zip(password);
    of_user.into_iter().map(|(user, password)| ((connection.url.clone(), user), password)).collect()
}

impl Change {
    /// Makes the change in a list.
    pub fn apply(&self, connections: &mut Vec<Connection>) {
        let place = |title: &str| connections.iter().position(|known| known.title() == title);
        match self {
            Self::Remove(title) => connections.retain(|known| known.title() != title),
            Self::Put(former, connection) => match former.as_deref().and_then(place) {
                Some(at) => connections[at] = (**connection).clone(),
                None => connections.push((**connection).clone()),
            },
        }
    }
}

impl App {
    /// The password of a connection's user, as this run knows it.
    pub(super) fn password_of(&self, connection: &Connection) -> Option<Password> {
        let user = connection.user.clone()?;
        self.passwords.get(&(connection.url.clone(), user)).cloned()
    }

    /// The job that opens the target, with the password of its user.
    pub(super) fn open_target(&self, make: Make) -> Job {
        let address = self.address().clone();
        let password = match &address {
            Address::Server(connection) => self.password_of(connection),
            Address::Store(_) => None,
        };
        Job::OpenTarget(self.epoch, address, make, password)
    }

    pub(super) fn keep_connection(
        &mut self,
        former: Option<String>,
        connection: Box<Connection>,
        password: Option<Password>,
    ) -> Vec<Job> {
        if let (Some(user), Some(password)) = (connection.user.clone(), password) {
            self.passwords.insert((connection.url.clone(), user), password);
        }
        self.redress(former.as_deref(), &connection);
        self.change_connections(Change::Put(former, connection))
    }

    /// Name and colour of the target that is open may change; all else counts from the next time that it is opened.
    fn redress(&mut self, former: Option<&str>, connection: &Connection) {
        let Address::Server(mut open) = self.address().clone() else { return };
        if former == Some(open.title()) && open.url == connection.url {
            open.name.clone_from(&connection.name);
            open.colour = connection.colour;
            self.set_address(Address::Server(open));
        }
    }

    pub(super) fn change_connections(&mut self, change: Change) -> Vec<Job> {
        change.apply(&mut self.connections);
        vec![Job::KeepConnections(change)]
    }

    pub(super) fn test_connection(
        &mut self,
        connection: Box<Connection>,
        typed: Option<Password>,
    ) -> Vec<Job> {
        let password = typed.or_else(|| self.password_of(&connection));
        self.tested = Some(Tested { connection: (*connection).clone(), steps: None });
        vec![Job::TestConnection(connection, password)]
    }

    /// Steps of a test that is not the last one asked for say nothing.
    pub(super) fn connection_tested(&mut self, connection: &Connection, steps: Vec<Tried>) -> Vec<Job> {
        if let Some(tested) = self.tested.as_mut().filter(|tested| tested.connection == *connection) {
            tested.steps = Some(steps);
        }
        Vec::new()
    }

    // ---- signing in

    /// The target wants credentials: they are asked for, and then this is done.
    pub(super) fn wants_credentials(&mut self, sentence: &str, then: Option<Later>) {
        self.asks = Some(Ask::SignIn(sentence.to_owned()));
        self.after_signing = then;
    }

    /// Who signs in at the target, as far as it is known.
    pub fn user(&self) -> &str {
        match self.address() {
            Address::Server(connection) => connection.user.as_deref().unwrap_or_default(),
            Address::Store(_) => "",
        }
    }

    /// A target that is open stays so: it is only opened anew, with the customer and the draft before one's eyes.
    pub(super) fn sign_in(&mut self, user: &str, password: Password) -> Vec<Job> {
        let Address::Server(mut connection) = self.address().clone() else { return Vec::new() };
        connection.user = Some(user.to_owned());
        self.passwords.insert((connection.url.clone(), user.to_owned()), password);
        let mut jobs = self.said_of(&connection);
        if self.ready().is_none() {
            jobs.extend(self.switch_target(Address::Server(connection), Make::Nothing));
            return jobs;
        }
        if let Some(exposed) = must_agree(&Address::Server(connection.clone())) {
            self.asks = Some(Ask::PlainHttp(exposed, Make::Nothing));
            return jobs;
        }
        self.set_address(Address::Server(connection));
        jobs.push(self.open_target(Make::Nothing));
        jobs
    }

    pub(super) fn agree(&mut self, mut connection: Box<Connection>, make: Make) -> Vec<Job> {
        connection.plain_http = true;
        let mut jobs = self.said_of(&connection);
        let address = Address::Server(connection);
        if self.ready().is_some_and(|ready| ready.address.place() == address.place()) {
            self.set_address(address);
            jobs.push(self.open_target(make));
        } else {
            jobs.extend(self.switch_target(address, make));
        }
        jobs
    }

    /// What was said of a connection is kept with it, if it is one of those that are kept.
    fn said_of(&mut self, connection: &Connection) -> Vec<Job> {
        let known = self.connections.iter().find(|known| known.title() == connection.title());
        if known.is_none_or(|known| known == connection) {
            return Vec::new();
        }
        let title = connection.title().to_owned();
        self.change_connections(Change::Put(Some(title), Box::new(connection.clone())))
    }
}
