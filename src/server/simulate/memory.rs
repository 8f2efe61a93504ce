//! Where a simulated server keeps its profiles: in memory, whatever reading it has.

use super::{Faults, Simulation, dates};
use crate::model::apply::{Rejection, RejectionKind, State, apply};
use crate::model::finding::Severity;
use crate::model::json::{Json, same_name};
use crate::model::plan::KnownReading;
use crate::model::profile::{CUSTOMER_ID, CustomerId, Profile};
use crate::model::request::Request;
use crate::model::schema::Schemas;
use crate::model::validate::validate;
use crate::target::{self, Accepted, Capabilities, Loaded, Stamp, Target, TargetError, Version};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A server that is not ours.
pub struct Simulated {
    simulation: Simulation,
    faults: Faults,
    state: Mutex<State>,
}

impl Simulated {
    /// One that holds `state` at first.
    pub fn new(state: State, simulation: Simulation) -> Self {
        Self { faults: Faults::of(&simulation), simulation, state: Mutex::new(state) }
    }

    /// One that holds what a target holds now. The target is only read.
    pub fn from_target(target: &dyn Target, simulation: Simulation) -> Result<Self, TargetError> {
        let mut state = State { schemas: target.schemas()?, ..State::default() };
        for id in target.customers()? {
            state.profiles.extend(target.load(&id)?.map(|loaded| (id, loaded.profile)));
        }
        Ok(Self::new(state, simulation))
    }

    /// What it holds now.
    pub fn state(&self) -> State {
        self.held().clone()
    }

    /// How it differs from a server of ours.
    pub fn simulation(&self) -> &Simulation {
        &self.simulation
    }

    /// What goes wrong.
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    fn held(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner) // `apply` refuses whole or does all
    }

    fn carry_out(&self, state: &mut State, request: &Request) -> Result<Accepted, Rejection> {
        let request = if self.simulation.own_ids { without_id(request) } else { request.clone() };
        let mut request = target::with_id(&request);
        if self.simulation.lenient_dates {
            request = dates::in_utc(&request, &state.schemas);
        }
        if self.simulation.strict {
            known(&request, state)?;
        }
        apply(state, &request, self.simulation.reading)?;
        Ok(Accepted { customer: request.customer() })
    }
}

/// What our own store keeps with a warning is refused; that the customer is there is asked first.
fn known(request: &Request, state: &State) -> Result<(), Rejection> {
    let unknown = request.customers().iter().any(|id| !state.profiles.contains_key(id));
    let findings: Vec<_> = validate(request, &state.schemas);
    let all_warn = findings.iter().all(|finding| finding.severity == Severity::Warning);
    if findings.is_empty() || !all_warn || (unknown && !matches!(request, Request::CreateProfile(_))) {
        return Ok(()); // `apply` says what else is wrong, in its own order
    }
    let refused = findings.into_iter().map(|mut finding| {
        finding.severity = Severity::Error;
        finding.sentence = "the schema does not know this attribute".into();
        finding
    });
    Err(Rejection { kind: RejectionKind::Invalid, findings: refused.collect() })
}

fn without_id(request: &Request) -> Request {
    let Request::CreateProfile(body) = request else { return request.clone() };
    let others = body.view().members().filter(|(name, _)| !same_name(&name.decoded(), CUSTOMER_ID));
    match body.view().kind() {
        crate::model::json::Kind::Object => {
            Request::CreateProfile(Json::object(others.map(|(name, value)| (name.as_str(), value))))
        }
        _ => request.clone(),
    }
}

impl Target for Simulated {
    fn place(&self) -> String {
        "memory".into()
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            reading: KnownReading::Unknown,
            own: false,
            text_search: false,
            listing: false,
            history: false,
            schemas: true,
        }
    }

    fn schemas(&self) -> Result<Schemas, TargetError> {
        Ok(self.held().schemas.clone())
    }

    fn load(&self, id: &CustomerId) -> Result<Option<Loaded>, TargetError> {
        let profile = self.held().profiles.get(id).cloned();
        Ok(profile.map(|profile| Loaded { profile, version: None }))
    }

    fn customers(&self) -> Result<Vec<CustomerId>, TargetError> {
        Ok(self.held().profiles.keys().cloned().collect())
    }

    fn find(&self, _: &str, _: usize) -> Result<Vec<Profile>, TargetError> {
        Err(TargetError::NotOffered("this server does not search for text".into()))
    }

    fn send(
        &self,
        requests: &[Request],
        _: Option<Version>,
        _: &Stamp,
    ) -> Result<Vec<Result<Accepted, Rejection>>, TargetError> {
        let mut state = self.held();
        Ok(requests.iter().map(|request| self.carry_out(&mut state, request)).collect())
    }

    fn damage(&self) -> Option<String> {
        None
    }
}
