//! A server as a target: any that speaks the API, and our own team server with its additions.

use super::connection::{Connection, Password};
use super::{Capabilities, Loaded, Stamp, Target, TargetError, Version};
use crate::model::apply::Rejection;
use crate::model::plan::KnownReading;
use crate::model::profile::{CustomerId, Profile};
use crate::model::request::Request;
use crate::model::schema::Schemas;

/// A server that answered.
pub struct HttpTarget {
    connection: Connection,
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
    let _ = (connection, password);
    vec![Tried { step: Step::Address, result: Err("not here yet".into()) }]
}

impl HttpTarget {
    /// Asks the server what it is; changes nothing on it.
    pub fn open(connection: &Connection, password: Option<&Password>) -> Result<Self, TargetError> {
        let _ = password;
        Err(TargetError::NotReached(format!(
            "{}: not here yet",
            Self { connection: connection.clone() }.place()
        )))
    }
}

impl Target for HttpTarget {
    fn place(&self) -> String {
        self.connection.url.clone()
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            reading: KnownReading::Unknown,
            own: false,
            text_search: false,
            listing: false,
            history: false,
            schemas: false,
        }
    }

    fn schemas(&self) -> Result<Schemas, TargetError> {
        Ok(Schemas::default())
    }

    fn load(&self, _: &CustomerId) -> Result<Option<Loaded>, TargetError> {
        Ok(None)
    }

    fn customers(&self) -> Result<Vec<CustomerId>, TargetError> {
        Ok(Vec::new())
    }

    fn find(&self, _: &str, _: usize) -> Result<Vec<Profile>, TargetError> {
        Ok(Vec::new())
    }

    fn send(
        &self,
        _: &[Request],
        _: Option<Version>,
        _: &Stamp,
    ) -> Result<Vec<Result<super::Accepted, Rejection>>, TargetError> {
        Err(TargetError::NotOffered("not here yet".into()))
    }

    fn damage(&self) -> Option<String> {
        None
    }
}
