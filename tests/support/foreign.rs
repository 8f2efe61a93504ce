//! A server that is not ours, in memory: no versions, and a reading of insert that it does not tell.

use profile_desk::model::apply::{Reading, Rejection, RejectionKind, State, apply};
use profile_desk::model::plan::KnownReading;
use profile_desk::model::profile::{CustomerId, Profile};
use profile_desk::model::request::Request;
use profile_desk::model::schema::Schemas;
use profile_desk::target::{Accepted, Capabilities, Loaded, Stamp, Target, TargetError, Version};
use std::sync::Mutex;

/// What happens in a server just before a request: the number of the request, from 0, and the request.
type Before = Box<dyn FnMut(usize, &Request, &mut State) -> Answer + Send>;

/// What the server does with a request.
#[derive(Clone, Copy, PartialEq)]
pub enum Answer {
    /// What is asked.
    Honest,
    /// It says that there is no such thing.
    NotThere,
    /// It says that it was done, and does nothing.
    Ignored,
    /// It does what is asked, and the answer is lost.
    DoneAndLost,
    /// It does nothing, and the answer is lost.
    Lost,
}

pub struct Foreign {
    pub known: KnownReading,
    reading: Reading,
    state: Mutex<State>,
    asked: Mutex<Vec<Request>>,
    before: Mutex<Before>,
}

impl Foreign {
    pub fn new(reading: Reading, known: KnownReading, schemas: Schemas, profile: Option<&Profile>) -> Self {
        let profiles = profile.map(|profile| (profile.id.clone(), profile.clone())).into_iter().collect();
        Self {
            known,
            reading,
            state: Mutex::new(State { schemas, profiles }),
            asked: Mutex::new(Vec::new()),
            before: Mutex::new(Box::new(|_, _, _| Answer::Honest)),
        }
    }

    #[must_use]
    pub fn before(self, before: impl FnMut(usize, &Request, &mut State) -> Answer + Send + 'static) -> Self {
        *self.before.lock().unwrap() = Box::new(before);
        self
    }

    pub fn asked(&self) -> Vec<Request> {
        self.asked.lock().unwrap().clone()
    }
}

impl Target for Foreign {
    fn place(&self) -> String {
        "http://foreign.example".into()
    }
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            reading: self.known,
            own: false,
            text_search: false,
            listing: false,
            history: false,
            schemas: true,
        }
    }
    fn schemas(&self) -> Result<Schemas, TargetError> {
        Ok(self.state.lock().unwrap().schemas.clone())
    }
    fn load(&self, id: &CustomerId) -> Result<Option<Loaded>, TargetError> {
        let state = self.state.lock().unwrap();
        Ok(state.profiles.get(id).map(|profile| Loaded { profile: profile.clone(), version: None }))
    }
    fn customers(&self) -> Result<Vec<CustomerId>, TargetError> {
        Err(TargetError::NotOffered("this server does not list its customers".into()))
    }
    fn find(&self, _: &str, _: usize) -> Result<Vec<Profile>, TargetError> {
        Err(TargetError::NotOffered("this server does not search for text".into()))
    }
    fn identify(&self, wanted: &[(String, String)], limit: usize) -> Result<Vec<Profile>, TargetError> {
        let state = self.state.lock().unwrap();
        let has = |profile: &&Profile| wanted.iter().all(|(name, value)| profile.has(name, value));
        Ok(state.profiles.values().filter(has).take(limit).cloned().collect())
    }
    fn send(
        &self,
        requests: &[Request],
        planned_from: Option<Version>,
        _: &Stamp,
    ) -> Result<Vec<Result<Accepted, Rejection>>, TargetError> {
        assert_eq!(
            (requests.len(), planned_from),
            (1, None),
            "a foreign server gets its requests one by one"
        );
        let request = &requests[0];
        let mut asked = self.asked.lock().unwrap();
        let mut state = self.state.lock().unwrap();
        let answer = (self.before.lock().unwrap())(asked.len(), request, &mut state);
        asked.push(request.clone());
        let done = match answer {
            Answer::NotThere => Err(Rejection { kind: RejectionKind::UnknownRecord, findings: Vec::new() }),
            Answer::Ignored | Answer::Lost => Ok(()),
            Answer::Honest | Answer::DoneAndLost => apply(&mut state, request, self.reading),
        };
        if matches!(answer, Answer::Lost | Answer::DoneAndLost) {
            return Err(TargetError::Unclear("the answer was lost".into()));
        }
        Ok(vec![done.map(|()| Accepted { customer: request.customer() })])
    }
    fn damage(&self) -> Option<String> {
        None
    }
}
