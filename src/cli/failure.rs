//! How a command fails: an exit status, one `error:` line, then causes and places.

use crate::model::apply::{Rejection, RejectionKind};
use crate::model::json::JsonError;
use crate::model::profile::CustomerId;
use crate::model::reconcile::Conflict;
use crate::model::request::Request;
use crate::store::{RepairError, StoreError};
use crate::target::TargetError;
use std::fmt;
use std::path::Path;

/// The exit status of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Done.
    Done = 0,
    /// Refused: bad input, validation, a server's refusal (4xx, 503), somebody else's change.
    Refused = 1,
    /// The command line is wrong.
    Usage = 2,
    /// Not reached: network, TLS, lock, disk, unreadable file. Nothing changed.
    NotReached = 3,
    /// Unclear: something may have been written.
    Unclear = 4,
}

/// Why a command ended without doing what was asked.
#[derive(Debug)]
pub struct Failure {
    /// The exit status.
    pub status: Status,
    /// One sentence.
    pub sentence: String,
    /// Causes, places, what to do next.
    pub details: Vec<String>,
}

impl Failure {
    /// A refusal without details.
    pub fn refused(sentence: impl Into<String>) -> Self {
        Self { status: Status::Refused, sentence: sentence.into(), details: Vec::new() }
    }

    /// A file that cannot be read or written.
    pub fn file(path: &Path, what: &str, error: &std::io::Error) -> Self {
        let sentence = format!("{} cannot be {what}: {error}", path.display());
        Self { status: Status::NotReached, sentence, details: vec!["Nothing was changed.".into()] }
    }

    /// Text that is not JSON, with its place.
    pub fn json(name: &str, error: &JsonError) -> Self {
        let sentence = format!("{name}:{}:{}: {error}", error.line, error.column);
        Self { status: Status::Refused, sentence, details: vec!["Nothing was changed.".into()] }
    }

    /// A customer whom somebody else changed in the same places, after these requests were accepted.
    pub fn conflict(id: &CustomerId, conflicts: &[Conflict], sent: &[Request]) -> Self {
        let sentence = format!("customer {id} was changed by somebody else meanwhile, in the same places");
        let places = conflicts.iter().map(|conflict| conflict.place.to_string());
        let failure = places.filter(|place| !place.is_empty()).fold(Self::refused(sentence), Self::with);
        sent.iter().map(step).fold(failure, Self::with).with("Look at the customer, and try again.")
    }

    /// A plan of which the next request was refused after these were accepted.
    pub fn stopped(rejection: Rejection, sent: &[Request]) -> Self {
        if sent.is_empty() {
            return Self::from(rejection);
        }
        let sentence =
            format!("the next request was refused; accepted before it, and standing: {}", sent.len());
        let reasons = rejection.findings.iter().map(ToString::to_string);
        reasons.chain(sent.iter().map(step)).fold(Self::refused(sentence), Self::with)
    }

    /// One more line of detail.
    #[must_use]
    pub fn with(mut self, detail: impl Into<String>) -> Self {
        self.details.push(detail.into());
        self
    }
}

/// A request that stands.
fn step(request: &Request) -> String {
    format!("Accepted: {} {}", request.method().as_str(), request.path())
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let status = match error {
            StoreError::Unclear { .. } => Status::Unclear,
            StoreError::Moved(_) => Status::Refused,
            _ => Status::NotReached,
        };
        Self { status, sentence: error.to_string(), details: Vec::new() }
    }
}

impl From<RepairError> for Failure {
    fn from(error: RepairError) -> Self {
        match error {
            RepairError::Store(error) => Self::from(error),
            RepairError::Stopped { .. } => {
                Self { status: Status::NotReached, sentence: error.to_string(), details: Vec::new() }
            }
        }
    }
}

impl From<TargetError> for Failure {
    fn from(error: TargetError) -> Self {
        let status = match error {
            TargetError::NotReached(_) | TargetError::Missing(_) => Status::NotReached,
            TargetError::Moved(_)
            | TargetError::SchemasMoved
            | TargetError::NotOffered(_)
            | TargetError::Unavailable(_)
            | TargetError::Credentials(_)
            | TargetError::Forbidden(_) => Status::Refused,
            TargetError::Made(..) | TargetError::Unclear(_) => Status::Unclear,
        };
        Self { status, sentence: error.to_string(), details: Vec::new() }
    }
}

impl From<Rejection> for Failure {
    fn from(rejection: Rejection) -> Self {
        let sentence = match rejection.kind {
            RejectionKind::Invalid => "the request was refused; nothing was changed".into(),
            _ => rejection.to_string(),
        };
        let details =
            rejection.findings.iter().map(ToString::to_string).filter(|detail| *detail != sentence).collect();
        Self { status: Status::Refused, sentence, details }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        let sentence = format!("the output cannot be written: {error}");
        Self { status: Status::NotReached, sentence, details: Vec::new() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "error: {}", self.sentence)?;
        self.details.iter().try_for_each(|detail| writeln!(f, "  {detail}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::finding::Place;
    use crate::model::json::Json;

    #[test]
    fn a_plan_that_stopped_names_what_stands_and_why_it_stopped() {
        let id = CustomerId::new("A b").unwrap();
        let sent = [Request::InsertRecords(id, Json::parse(r#"{"Phone":[{"number":"951"}]}"#).unwrap())];
        let rejection = || Rejection::new(RejectionKind::UnknownRecord, "there is no such record");
        let stopped = Failure::stopped(rejection(), &sent);
        assert_eq!(
            stopped.to_string(),
            "error: the next request was refused; accepted before it, and standing: 1\n  there is no such record\n  Accepted: POST /profiles/A%20b/extensions\n"
        );
        assert_eq!(stopped.status, Status::Refused);
        assert_eq!(Failure::stopped(rejection(), &[]).to_string(), "error: there is no such record\n");
    }

    #[test]
    fn a_conflict_names_its_places_what_stands_and_no_value() {
        let place =
            Place { extension: Some("Phone".into()), record: Some(2), attribute: Some("number".into()) };
        let value = Some(Json::string("951"));
        let conflict = Conflict { place, base: value.clone(), mine: value.clone(), theirs: value };
        let id = CustomerId::new("A").unwrap();
        let sent =
            [Request::InsertRecords(id.clone(), Json::parse(r#"{"Phone":[{"number":"951"}]}"#).unwrap())];
        let failure = Failure::conflict(&id, &[conflict], &sent);
        assert!(failure.to_string().contains("\n  Phone 2 number\n"), "{failure}");
        assert!(failure.to_string().contains("\n  Accepted: POST /profiles/A/extensions\n"), "{failure}");
        assert!(failure.status == Status::Refused && !failure.to_string().contains("951"), "{failure}");
    }
}
