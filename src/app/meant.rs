//! Requests meant as our own stores mean them (docs/API.md), for targets that may mean something else by them: what they make
//! of a customer, for [`crate::target::submit`] to reach.

use super::import::with_id;
use crate::model::apply::{Reading, Rejection, State, apply};
use crate::model::json::Json;
use crate::model::profile::{CustomerId, Profile};
use crate::model::request::Request;
use crate::model::schema::{Arity, Schemas};
use crate::target::submit::{Wanted, preview};
use crate::target::{Target, TargetError, schemas_for};

/// A customer as it was read, and as it is meant to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meant {
    /// As read.
    pub base: Profile,
    /// As meant.
    pub mine: Profile,
}

impl Meant {
    /// What requests about one customer, who was read as `base`, make of it.
    pub fn by(requests: &[Request], base: Profile, schemas: &Schemas) -> Result<Self, Rejection> {
        let id = base.id.clone();
        let profiles = [(id.clone(), base.clone())].into_iter().collect();
        let mut state = State { schemas: schemas.clone(), profiles };
        requests.iter().try_for_each(|request| apply(&mut state, request, Reading::Upsert))?;
        let mine = state.profiles.remove(&id).unwrap_or_else(|| base.clone());
        Ok(Self { base, mine })
    }

    /// The requests that a submit to a server that is not ours would send if nobody else changed anything. The error is a
    /// sentence: no safe requests express it, or the complete profile alone does, which somebody must agree to.
    pub fn requests(&self, target: &dyn Target, schemas: &Schemas) -> Result<Vec<Request>, String> {
        let requests =
            preview(&target.capabilities(), schemas, &self.wanted()).map_err(|cannot| cannot.to_string())?;
        let extensions = &self.mine.extensions;
        let overridden = extensions.iter().find(|extension| {
            let named = |body: &Json| body.view().get(&extension.name).is_some();
            requests.iter().any(|request| matches!(request, Request::UpdateProfile(_, body) if named(body)))
        });
        if let Some(extension) = overridden {
            return Err(only_complete(&self.base.id, &extension.name));
        }
        let doubtful = extensions.iter().find(|extension| self.is_doubtful(&extension.name, schemas));
        doubtful.map_or(Ok(requests), |extension| Err(unknown_key(&self.base.id, &extension.name)))
    }

    /// Whether records are added to stored ones and nothing is known that tells them apart: some of those may be meant to be
    /// replaced.
    fn is_doubtful(&self, extension: &str, schemas: &Schemas) -> bool {
        let stored = self.base.records(extension);
        let schema = schemas.get(extension).filter(|schema| schema.arity == Arity::Multi);
        schema.is_some_and(|schema| schema.unique.is_empty())
            && !stored.is_empty()
            && self.mine.records(extension).len() > stored.len()
    }

    /// For a submit.
    pub fn wanted(&self) -> Wanted<'_> {
        Wanted { base: Some(&self.base), mine: Some(&self.mine) }
    }
}

fn unknown_key(id: &CustomerId, extension: &str) -> String {
    format!(
        "which stored records of {extension} of customer {id} are meant is not known, since the server does not tell its unique attributes: an insert could lose or double them; declare them with the connection, or submit the change in the window"
    )
}

fn only_complete(id: &CustomerId, extension: &str) -> String {
    format!(
        "what tells the records of {extension} apart is not known, so only the complete profile of customer {id} would express this, and that can undo what somebody else writes meanwhile; declare the unique attributes of {extension} with the connection, or submit the change in the window"
    )
}

/// The schemas for a customer and the records in a body that is meant for it.
pub fn schemas_of(target: &dyn Target, known: &Profile, body: &Json) -> Result<Schemas, TargetError> {
    let in_body = profile_in(&known.id, body);
    schemas_for(target, [known].into_iter().chain(&in_body))
}

/// A body with this customer's ID as a profile, as far as it has the form of one.
fn profile_in(id: &CustomerId, body: &Json) -> Option<Profile> {
    Profile::from_json(&with_id(id, body), |_| false).ok()
}
