//! How a command fails: an exit status, one `error:` line, then causes and places.

use crate::model::apply::{Rejection, RejectionKind};
use crate::model::json::JsonError;
use crate::model::profile::CustomerId;
use crate::model::reconcile::Conflict;
use crate::model::request::Request;
use crate::store::StoreError;
use crate::target::TargetError;
use std::fmt;
use std::path::Path;

/// The exit status of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Done.
    Done = 0,
    /// Refused: bad input, validation.
    Refused = 1,
    /// The command line is wrong.
    Usage = 2,
    /// Not reached: lock, disk, unreadable file. Nothing changed.
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

    /// A customer whom somebody else changed in the same places.
    pub fn conflict(id: &CustomerId, conflicts: &[Conflict]) -> Self {
        let sentence = format!("customer {id} was changed by somebody else meanwhile, in the same places");
        let places = conflicts.iter().map(|conflict| conflict.place.to_string());
        let failure = places.filter(|place| !place.is_empty()).fold(Self::refused(sentence), Self::with);
        failure.with("Look at the customer, and try again.")
    }

    /// A plan of which the next request was refused after these were accepted.
    pub fn stopped(rejection: Rejection, sent: &[Request]) -> Self {
        if sent.is_empty() {
            return Self::from(rejection);
        }
        let sentence = format!("{} of the requests stand, the next was refused", sent.len());
        let reasons = rejection.findings.iter().map(ToString::to_string);
        let step = |request: &Request| format!("Accepted: {} {}", request.method().as_str(), request.path());
        reasons.chain(sent.iter().map(step)).fold(Self::refused(sentence), Self::with)
    }

    /// One more line of detail.
    #[must_use]
    pub fn with(mut self, detail: impl Into<String>) -> Self {
        self.details.push(detail.into());
        self
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let status = if error.is_unclear() { Status::Unclear } else { Status::NotReached };
        Self { status, sentence: error.to_string(), details: Vec::new() }
    }
}

impl From<TargetError> for Failure {
    fn from(error: TargetError) -> Self {
        let status = match error {
            TargetError::NotReached(_)
            | TargetError::Missing(_)
            | TargetError::Moved(_)
            | TargetError::SchemasMoved => Status::NotReached,
            TargetError::NotOffered(_) | TargetError::Credentials(_) | TargetError::Forbidden(_) => {
                Status::Refused
            }
            TargetError::Unclear(_) => Status::Unclear,
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
