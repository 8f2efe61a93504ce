//! A target in memory, in which somebody else can write just before a request arrives.

use profile_desk::model::apply::{Reading, Rejection, RejectionKind, State, apply};
use profile_desk::model::plan::KnownReading;
use profile_desk::model::profile::{CustomerId, Profile};
use profile_desk::model::request::Request;
use profile_desk::model::schema::Schemas;
use profile_desk::target::{Accepted, Capabilities, Loaded, Stamp, Target, TargetError, Version, with_id};
use std::collections::HashMap;
use std::sync::Mutex;

#[derive(Default)]
pub struct Memory(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    state: State,
    version: u64,
    moved: HashMap<CustomerId, u64>,
    meanwhile: Vec<Request>,
    batch: Option<usize>,
    refuses: Option<&'static str>,
}

impl Inner {
    fn carry_out(&mut self, request: &Request) -> Result<Accepted, Rejection> {
        let request = &with_id(request);
        if request.customer().is_some_and(|id| self.refuses == Some(id.as_str())) {
            return Err(Rejection::new(RejectionKind::ReadOnly, "refused"));
        }
        apply(&mut self.state, request, Reading::Upsert)?;
        self.version += 1;
        self.moved.extend(request.customer().map(|id| (id, self.version)));
        Ok(Accepted { customer: request.customer() })
    }
}

#[allow(dead_code, reason = "each test uses a part")]
impl Memory {
    /// Somebody else sends these just before the next request arrives.
    pub fn meanwhile(&self, requests: Vec<Request>) {
        self.0.lock().unwrap().meanwhile = requests;
    }

    /// It takes nothing for this customer.
    pub fn refuse(&self, id: &'static str) {
        self.0.lock().unwrap().refuses = Some(id);
    }

    /// It takes so many requests at once.
    pub fn with_batch(batch: usize) -> Self {
        Self(Mutex::new(Inner { batch: Some(batch), ..Inner::default() }))
    }

    pub fn state(&self) -> State {
        self.0.lock().unwrap().state.clone()
    }
}

impl Target for Memory {
    fn place(&self) -> String {
        "memory".into()
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            reading: KnownReading::Upsert,
            own: true,
            text_search: false,
            listing: true,
            history: false,
            schemas: true,
        }
    }

    fn schemas(&self) -> Result<Schemas, TargetError> {
        Ok(self.state().schemas)
    }

    fn load(&self, id: &CustomerId) -> Result<Option<Loaded>, TargetError> {
        let inner = self.0.lock().unwrap();
        let version = Some(Version(inner.version));
        Ok(inner.state.profiles.get(id).cloned().map(|profile| Loaded { profile, version }))
    }

    fn customers(&self) -> Result<Vec<CustomerId>, TargetError> {
        Ok(self.state().profiles.into_keys().collect())
    }

    fn find(&self, _: &str, _: usize) -> Result<Vec<Profile>, TargetError> {
        Err(TargetError::NotOffered("no search".into()))
    }

    fn send(
        &self,
        requests: &[Request],
        planned_from: Option<Version>,
        _: &Stamp,
    ) -> Result<Vec<Result<Accepted, Rejection>>, TargetError> {
        let mut inner = self.0.lock().unwrap();
        for request in std::mem::take(&mut inner.meanwhile) {
            inner.carry_out(&request).unwrap();
        }
        let since = planned_from.map_or(u64::MAX, |version| version.0);
        let moved = |id: &CustomerId| inner.moved.get(id).is_some_and(|at| *at > since);
        if let Some(id) = requests.iter().filter_map(Request::customer).find(moved) {
            return Err(TargetError::Moved(id));
        }
        Ok(requests.iter().map(|request| inner.carry_out(request)).collect())
    }

    fn batch(&self) -> usize {
        self.0.lock().unwrap().batch.unwrap_or(1_000)
    }

    fn damage(&self) -> Option<String> {
        None
    }
}
