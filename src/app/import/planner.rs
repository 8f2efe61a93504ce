//! What an item asks of its customer, planned over what the target holds and judged before it is sent.

use super::{Options, Outcome};
use crate::model::apply::{Reading, Rejection, State, apply};
use crate::model::finding::Severity;
use crate::model::json::Json;
use crate::model::profile::{CustomerId, Profile};
use crate::model::request::Request;
use crate::model::schema::{Schema, Schemas};
use crate::model::validate::validate;
use crate::target::{Stamp, Target, TargetError, Version};
use crate::transfer::merge;

pub(super) struct Planner<'a> {
    target: &'a dyn Target,
    options: &'a Options,
    /// The schemas as of now; in a dry run also the customers as they would be.
    state: State,
}

/// What an item asks for.
pub(super) enum Work {
    Profile(Json),
    Insert(Json),
    Nothing,
}

/// What will become, or became, of it.
pub(super) enum Plan {
    Send { requests: Vec<Request>, outcome: Outcome, version: Option<Version> },
    Settled(Outcome, Vec<String>),
}

impl Plan {
    pub fn refused(reason: impl Into<String>) -> Self {
        Self::Settled(Outcome::Refused, vec![reason.into()])
    }

    pub fn is_refused(&self) -> bool {
        matches!(self, Self::Settled(Outcome::Refused, _))
    }

    pub fn requests(&self) -> &[Request] {
        if let Self::Send { requests, .. } = self { requests } else { &[] }
    }

    pub fn version(&self) -> Option<Version> {
        if let Self::Send { version, .. } = self { *version } else { None }
    }
}

impl<'a> Planner<'a> {
    pub fn new(target: &'a dyn Target, options: &'a Options) -> Self {
        Self { target, options, state: State::default() }
    }

    /// Reads the schemas; those that a dry run would have made stay.
    pub fn refresh(&mut self) -> Result<(), TargetError> {
        let mut schemas: Schemas = self.target.schemas()?;
        if self.options.dry_run {
            for made in &self.state.schemas {
                if schemas.get(&made.name).is_none() {
                    schemas.push(made.clone());
                }
            }
        }
        self.state.schemas = schemas;
        Ok(())
    }

    /// The target judges a schema, since it knows all customers; a dry run judges it by the schemas alone.
    pub fn make_schema(&mut self, json: &Json, stamp: &Stamp) -> Result<Result<(), Rejection>, TargetError> {
        let request = Request::CreateSchema(json.clone());
        if self.options.dry_run {
            return Ok(apply(&mut self.state, &request, Reading::Upsert));
        }
        let answer = self.target.send(&[request], None, stamp)?.pop();
        self.refresh()?;
        Ok(answer.map_or(Ok(()), |answer| answer.map(|_| ())))
    }

    /// A schema that is there already in the same words changes nothing; in other words it is refused.
    pub fn schema(&mut self, json: &Json, stamp: &Stamp) -> Result<Plan, TargetError> {
        let schema = match Schema::from_json(json) {
            Ok(schema) => schema,
            Err(error) => return Ok(Plan::refused(error.to_string())),
        };
        Ok(match self.state.schemas.get(&schema.name) {
            None => match self.make_schema(json, stamp)? {
                Ok(()) => Plan::Settled(Outcome::New, Vec::new()),
                Err(rejection) => Plan::Settled(Outcome::Refused, sentences(&rejection)),
            },
            Some(known) if Schema { json: json.clone(), ..known.clone() } == schema => {
                Plan::Settled(Outcome::Same, Vec::new())
            }
            Some(known) => {
                Plan::refused(format!("the store has another schema of the extension {}", known.name))
            }
        })
    }

    /// A profile for a customer who is not there yet, as it seems: nobody looks. The target says if that is wrong.
    pub fn new_customer(&self, work: &Work) -> Option<Plan> {
        let Work::Profile(json) = work else { return None };
        let requests = vec![Request::CreateProfile(json.clone())];
        let is_right = !self.options.dry_run && self.errors(&requests).is_empty();
        is_right.then_some(Plan::Send { requests, outcome: Outcome::New, version: None })
    }

    /// Plans and judges an item: it goes whole or not at all, so all its requests are judged before the first is sent.
    pub fn plan(&mut self, id: &CustomerId, work: &Work) -> Result<Plan, TargetError> {
        let (known, version) = self.known(id)?;
        let (requests, outcome) = match (work, &known) {
            (Work::Nothing, _) => return Ok(Plan::Settled(Outcome::Same, Vec::new())),
            (Work::Insert(_), None) => return Ok(Plan::refused(format!("there is no customer {id}"))),
            (Work::Insert(body), Some(_)) => {
                (vec![Request::InsertRecords(id.clone(), body.clone())], Outcome::Changed)
            }
            (Work::Profile(json), None) => (vec![Request::CreateProfile(json.clone())], Outcome::New),
            (Work::Profile(json), Some(known)) => {
                match Profile::from_json(json, |name| self.state.schemas.get(name).is_some()) {
                    Err(reason) => return Ok(Plan::refused(reason)),
                    Ok(file) => (merge::requests(known, &file, &self.state.schemas), Outcome::Changed),
                }
            }
        };
        let errors = self.errors(&requests);
        if !errors.is_empty() {
            return Ok(Plan::Settled(Outcome::Refused, errors));
        }
        let is_same = self.applied(id, known, &requests);
        let same = Plan::Settled(Outcome::Same, Vec::new());
        Ok(if is_same { same } else { Plan::Send { requests, outcome, version } })
    }

    /// The customer as of now; in a dry run as it would be.
    fn known(&self, id: &CustomerId) -> Result<(Option<Profile>, Option<Version>), TargetError> {
        if let Some(profile) = self.state.profiles.get(id) {
            return Ok((Some(profile.clone()), None));
        }
        let loaded = self.target.load(id)?;
        Ok(loaded.map_or((None, None), |loaded| (Some(loaded.profile), loaded.version)))
    }

    fn errors(&self, requests: &[Request]) -> Vec<String> {
        let findings = requests.iter().flat_map(|request| validate(request, &self.state.schemas));
        findings.filter(|f| f.severity == Severity::Error).map(|finding| finding.to_string()).collect()
    }

    /// Carries out judged requests on a copy; says whether nothing changed. A dry run keeps the copy where it needs it again.
    fn applied(&mut self, id: &CustomerId, known: Option<Profile>, requests: &[Request]) -> bool {
        if requests.is_empty() || (known.is_none() && !self.options.keeps(id)) {
            return requests.is_empty();
        }
        let before = known.clone();
        self.state.profiles.extend(known.map(|known| (id.clone(), known)));
        for request in requests {
            // What validation finds was asked before; what the target finds beyond it is its own answer.
            let _ = apply(&mut self.state, request, Reading::Upsert);
        }
        let is_same = before.as_ref() == self.state.profiles.get(id);
        if !self.options.keeps(id) {
            self.state.profiles.remove(id);
        }
        is_same
    }
}

pub(super) fn sentences(rejection: &Rejection) -> Vec<String> {
    rejection.findings.iter().map(ToString::to_string).collect()
}
