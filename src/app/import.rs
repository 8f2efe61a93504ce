//! Importing: items of files planned over what the target holds, sent in batches, every item told what became of it.
//!
//! First [`survey`] says what the files hold and which schemas they miss; then [`run`] carries them out. A batch is planned
//! while the one before it is written. It names the version that it was planned from, so what somebody else writes meanwhile is
//! seen and the batch is planned anew.
//! A server that is not ours takes an item at a time.

mod batch;
mod foreign;
mod identify;
mod planner;
mod post;
mod survey;

pub use identify::{derived_id, repeated, with_id};
pub use survey::{Problem, Survey, survey};

use crate::model::profile::CustomerId;
use crate::model::schema::Schema;
use crate::target::{Stamp, Target, TargetError};
use crate::transfer::lines::ReadError;
use crate::transfer::read::Item;
use post::Post;
use std::collections::HashSet;
use std::fmt;
use std::ops::ControlFlow;
use std::sync::Arc;

/// An item and the name of its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sourced {
    /// The file, as the person named it.
    pub file: Arc<str>,
    /// The item.
    pub item: Item,
}

impl Sourced {
    /// `people.jsonl:9: profile 3`
    pub fn place(&self) -> String {
        format!("{}:{}", self.file, self.item.place())
    }
}

/// A file that cannot be read on.
#[derive(Debug, thiserror::Error)]
#[error("{file}:{error}")]
pub struct Unreadable {
    /// The file, as the person named it.
    pub file: Arc<str>,
    /// Why.
    pub error: ReadError,
}

/// What became of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A customer or a schema was made.
    New,
    /// A known customer was changed.
    Changed,
    /// It was there already in the same words.
    Same,
    /// It was refused whole; nothing of it was kept, except on a server that is not ours what the reasons say.
    Refused,
}

impl Outcome {
    /// The word for it in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Changed => "changed",
            Self::Same => "same",
            Self::Refused => "refused",
        }
    }
}

/// An item that is done with.
#[derive(Debug)]
pub struct Done<'a> {
    /// The item.
    pub source: &'a Sourced,
    /// The customer, where one is known.
    pub customer: Option<&'a CustomerId>,
    /// What became of it.
    pub outcome: Outcome,
    /// Why it was refused, a sentence each.
    pub reasons: &'a [String],
}

/// What became of the items so far; `read` is the sum of the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// All that are done with.
    pub read: usize,
    /// [`Outcome::New`]
    pub new: usize,
    /// [`Outcome::Changed`]
    pub changed: usize,
    /// [`Outcome::Same`]
    pub same: usize,
    /// [`Outcome::Refused`]
    pub refused: usize,
}

impl Tally {
    fn count(&mut self, outcome: Outcome) {
        self.read += 1;
        *match outcome {
            Outcome::New => &mut self.new,
            Outcome::Changed => &mut self.changed,
            Outcome::Same => &mut self.same,
            Outcome::Refused => &mut self.refused,
        } += 1;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { read, new, changed, same, refused } = self;
        write!(f, "{read} read = {new} new + {changed} changed + {same} same + {refused} refused")
    }
}

/// What a refused item does to the rest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnError {
    /// The import ends there; what came before stays.
    #[default]
    Stop,
    /// The rest goes on.
    Skip,
}

/// How to import.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Judge and count, but change nothing.
    pub dry_run: bool,
    /// What a refused item does to the rest.
    pub on_error: OnError,
    /// The core attribute that finds the customer of an item without ID.
    pub match_by: Option<String>,
    /// Schemas to make before the first item, such as those that a survey derived.
    pub schemas: Vec<Schema>,
    /// The customers of whom a dry run keeps what they would be, as [`repeated`] tells them; `None`: all.
    pub again: Option<HashSet<CustomerId>>,
}

impl Options {
    /// Whether what this customer would be is asked for again.
    fn keeps(&self, id: &CustomerId) -> bool {
        self.dry_run && self.again.as_ref().is_none_or(|again| again.contains(id))
    }
}

/// How an import ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// With the last item.
    Finished,
    /// With a refused item, as [`OnError::Stop`] asks.
    Stopped,
    /// Because the caller asked.
    Cancelled,
}

/// Why an import could not go on. What the tally counts stands.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The target.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// A file.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// A schema of [`Options::schemas`] was refused: its name, and why.
    #[error("the derived schema of {0} was refused: {1}")]
    Schema(String, String),
}

/// Told of every item that is done with, in the order of the files; [`ControlFlow::Break`] ends the import after the batch.
pub type Watch<'a> = &'a mut dyn FnMut(&Done<'_>, &Tally) -> ControlFlow<()>;

/// Imports items. The tally is what was done, also where the import could not go on.
pub fn run(
    target: &dyn Target,
    items: impl Iterator<Item = Result<Sourced, Unreadable>>,
    options: &Options,
    stamp: &dyn Fn() -> Stamp,
    watch: Watch<'_>,
) -> (Tally, Result<Ended, ImportError>) {
    if target.capabilities().own {
        let ended = Post::during(target, |post| {
            let mut importer = batch::Importer::new(target, post, options, stamp, watch);
            let ended = importer.all(items);
            (importer.tally(), ended)
        });
        return ended.unwrap_or_else(|error| (Tally::default(), Err(error.into())));
    }
    let mut importer = foreign::Foreign::new(target, options, stamp, watch);
    let ended = importer.all(items);
    (importer.tally(), ended)
}
