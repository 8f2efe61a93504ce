//! The one place that carries out what is wanted of a customer: read, reconcile, plan, send, read back.
//!
//! What is wanted is kept as base and wanted profile; requests are planned anew at each try. On our own stores a plan goes
//! whole or not at all, and names the version that it started from: if the customer has moved, all is read, reconciled and
//! planned again. A foreign server has no versions, so the plan goes in phases, and each phase starts from a fresh reading:
//! inserts and updates first; removals only once a reading shows everything that they leave; core attributes last.

mod goal;
mod rounds;

use super::{Capabilities, Loaded, Stamp, Target, TargetError};
use crate::model::apply::Rejection;
use crate::model::plan::{CannotExpress, Rules, plan};
use crate::model::profile::{CustomerId, Profile};
use crate::model::reconcile::Conflict;
use crate::model::request::Request;
use crate::model::schema::Schemas;

/// What is wanted of one customer. `base` is the profile that the edits started from (`None`: the customer was not there),
/// `mine` the wanted one (`None`: delete).
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// What the edits started from.
    pub base: Option<&'a Profile>,
    /// What is wanted.
    pub mine: Option<&'a Profile>,
}

/// How a submit ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Submitted {
    /// Nothing differs; nothing was sent.
    NothingToSend {
        /// The customer as of now.
        now: Option<Loaded>,
    },
    /// All steps were accepted and read back.
    Done {
        /// The steps.
        sent: Vec<Request>,
        /// The customer as read back.
        now: Option<Loaded>,
        /// Somebody else's changes were joined in.
        joined: bool,
    },
    /// Somebody else changed the same things. Nothing was sent to a store of our own; on a foreign server earlier steps of
    /// the plan may stand, which `now` shows. Whoever decides goes on with `now` as the base.
    Conflict {
        /// The customer as of now.
        now: Option<Loaded>,
        /// Both sides' edits joined, mine where they conflict; `None` where one side has no profile.
        joined: Option<Profile>,
        /// What only a person can decide. The first one has no place where the customer itself is at stake: deleted by one
        /// side, or made by both.
        conflicts: Vec<Conflict>,
        /// The steps that stand, on a foreign server.
        sent: Vec<Request>,
        /// The ID under which a foreign server made the customer, by one of these steps: who is wanted is that one by now.
        made: Option<CustomerId>,
    },
    /// The target refused a step; `sent` are the steps that stand.
    Refused {
        /// Why.
        rejection: Rejection,
        /// The steps that stand.
        sent: Vec<Request>,
        /// The ID under which a foreign server made the customer, by one of these steps: who is wanted is that one by now.
        made: Option<CustomerId>,
        /// The customer as of now.
        now: Option<Loaded>,
    },
    /// No safe requests express the change.
    Cannot(CannotExpress),
}

/// Carries out what is wanted of one customer.
///
/// - What somebody else changed since `base` is joined in, and both sides' edits of the same thing are a conflict.
/// - A new customer who exists by now is a conflict, never joined silently: it may be another person. If it is the same
///   profile (a repeated submit), there is nothing to send.
/// - A delete of a customer whom somebody changed since is a conflict; one who is gone already is nothing to send.
/// - An error after some steps were accepted is [`TargetError::Unclear`] and names them; [`TargetError::Made`] once a foreign
///   server made the customer under an ID of its own.
pub fn submit(target: &dyn Target, wanted: &Wanted<'_>, stamp: &Stamp) -> Result<Submitted, TargetError> {
    match wanted.customer() {
        None => Ok(Submitted::NothingToSend { now: None }),
        Some(Err(error)) => Ok(Submitted::Cannot(error)),
        Some(Ok(id)) => rounds::run(target, wanted, stamp, id),
    }
}

/// The requests that [`submit`] would send now if nobody else changed anything: pure, for Review and `--dry-run`.
pub fn preview(
    capabilities: &Capabilities,
    schemas: &Schemas,
    wanted: &Wanted<'_>,
) -> Result<Vec<Request>, CannotExpress> {
    plan(wanted.base, wanted.mine, schemas, &rules(*capabilities, schemas))
}

/// What a plan for this target may count on. A foreign server that shows no schema at all counts as not asked.
fn rules(capabilities: Capabilities, schemas: &Schemas) -> Rules {
    let Capabilities { reading, own, schemas: told, .. } = capabilities;
    let known = told && !schemas.is_empty() && !schemas.is_inferred();
    Rules { reading, own_store: own, schemas_known: own || known }
}

/// The steps that stand of a submit that ended otherwise than was wanted, in a sentence; `None` where none does.
pub fn standing(sent: &[Request], made: Option<&CustomerId>) -> Option<String> {
    let made = made.map_or(String::new(), |id| format!(" The server made the customer as {id}."));
    (!sent.is_empty()).then(|| format!("These requests were accepted and stand: {}.{made}", steps(sent)))
}

/// Requests by method and path.
fn steps(requests: &[Request]) -> String {
    let step = |request: &Request| format!("{} {}", request.method().as_str(), request.path());
    requests.iter().map(step).collect::<Vec<_>>().join(", ")
}

impl<'a> Wanted<'a> {
    /// Whose profile it is; `None` where nothing is wanted of nobody.
    fn customer(&self) -> Option<Result<&'a CustomerId, CannotExpress>> {
        match (self.base, self.mine) {
            (None, None) => None,
            (Some(base), Some(mine)) if base.id != mine.id => {
                let (before, after) = (base.id.clone(), mine.id.clone());
                Some(Err(CannotExpress::OtherCustomer { before, after }))
            }
            (Some(profile), _) | (None, Some(profile)) => Some(Ok(&profile.id)),
        }
    }
}
