//! Finding out what a server does with an insert, once somebody agreed to a scratch customer there.

use super::connections::Connection;
use super::jobs::Job;
use super::state::App;
use crate::target::Password;
use crate::target::probe::Probed;

/// A server whose reading is or was found out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probing {
    /// The server, as it was asked.
    pub connection: Connection,
    /// What came of it; the error is a sentence. `None` while it is asked.
    pub result: Option<Result<Probed, String>>,
}

impl Probing {
    /// Whether it is about this server and user, whatever else is said of the connection.
    pub fn is_of(&self, connection: &Connection) -> bool {
        (&self.connection.url, &self.connection.user) == (&connection.url, &connection.user)
    }
}

impl App {
    pub(super) fn find_out_reading(
        &mut self,
        connection: Box<Connection>,
        typed: Option<Password>,
    ) -> Vec<Job> {
        let password = typed.or_else(|| self.password_of(&connection));
        self.probing = Some(Probing { connection: (*connection).clone(), result: None });
        vec![Job::FindOutReading(connection, password)]
    }

    /// What was seen at a server that is not the last one asked says nothing.
    pub(super) fn reading_found_out(
        &mut self,
        connection: &Connection,
        result: Result<Probed, String>,
    ) -> Vec<Job> {
        if let Some(probing) = self.probing.as_mut().filter(|probing| probing.connection == *connection) {
            probing.result = Some(result);
        }
        Vec::new()
    }
}
