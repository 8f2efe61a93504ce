//! A server that is not ours, in memory: no versions, and a reading of insert that it does not tell.

use profile_desk::model::apply::{Reading, Rejection, RejectionKind, State, apply};
use profile_desk::model::json::{Json, same_name};
use profile_desk::model::plan::KnownReading;
use profile_desk::model::profile::{CustomerId, Profile};
use profile_desk::model::request::Request;
use profile_desk::model::schema::{Declared, Schemas};
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
    /// It does what is asked, and does not say the ID of who was made.
    WithoutId,
    /// It does not offer this.
    NotOffered,
}

/// The ID that the server gives to the first customer whom it makes.
pub const MADE: &str = "00001b8BBKDX000D";

/// What the server makes of a profile that it is asked for.
type Shows = Box<dyn Fn(Profile) -> Profile + Send + Sync>;

pub struct Foreign {
    pub known: KnownReading,
    reading: Reading,
    state: Mutex<State>,
    asked: Mutex<Vec<Request>>,
    before: Mutex<Before>,
    shows: Shows,
    /// `None`: it tells its schemas.
    declared: Option<Vec<Declared>>,
}

#[allow(dead_code, reason = "each test uses a part")]
impl Foreign {
    pub fn new(reading: Reading, known: KnownReading, schemas: Schemas, profile: Option<&Profile>) -> Self {
        let profiles = profile.map(|profile| (profile.id.clone(), profile.clone())).into_iter().collect();
        Self {
            known,
            reading,
            state: Mutex::new(State { schemas, profiles }),
            asked: Mutex::new(Vec::new()),
            before: Mutex::new(Box::new(|_, _, _| Answer::Honest)),
            shows: Box::new(|profile| profile),
            declared: None,
        }
    }

    /// It shows profiles in a form of its own.
    #[must_use]
    pub fn shows(self, shows: impl Fn(Profile) -> Profile + Send + Sync + 'static) -> Self {
        Self { shows: Box::new(shows), ..self }
    }

    /// It does not tell its schemas; this much a person knows.
    #[must_use]
    pub fn without_schemas(self, declared: &[(&str, &[&str])]) -> Self {
        let declared = declared.iter().map(|(name, unique)| Declared {
            name: (*name).into(),
            unique: unique.iter().map(|name| (*name).into()).collect(),
        });
        Self { declared: Some(declared.collect()), ..self }
    }

    pub fn state(&self) -> State {
        self.state.lock().unwrap().clone()
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
            schemas: self.declared.is_none(),
        }
    }
    fn schemas(&self) -> Result<Schemas, TargetError> {
        if self.declared.is_some() {
            return Err(TargetError::NotOffered("this server does not tell its schemas".into()));
        }
        Ok(self.state.lock().unwrap().schemas.clone())
    }
    fn declared(&self) -> &[Declared] {
        self.declared.as_deref().unwrap_or_default()
    }
    fn load(&self, id: &CustomerId) -> Result<Option<Loaded>, TargetError> {
        let state = self.state.lock().unwrap();
        let mut profile = state.profiles.get(id).cloned();
        if let (Some(profile), Some(declared)) = (&mut profile, &self.declared) {
            profile.extensions.retain(|own| declared.iter().any(|asked| same_name(&asked.name, &own.name)));
        }
        Ok(profile.map(|profile| Loaded { profile: (self.shows)(profile), version: None }))
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
            Answer::NotOffered => return Err(TargetError::NotOffered("this server does not do that".into())),
            Answer::Honest | Answer::DoneAndLost | Answer::WithoutId => match request {
                Request::CreateProfile(body) => {
                    assert_eq!(body.view().get("customer_id"), None, "a foreign server makes the ID");
                    apply(&mut state, &Request::CreateProfile(with_id(body)), self.reading)
                }
                request => apply(&mut state, request, self.reading),
            },
        };
        if matches!(answer, Answer::Lost | Answer::DoneAndLost) {
            return Err(TargetError::Unclear("the answer was lost".into()));
        }
        let made = matches!(request, Request::CreateProfile(_)).then(|| CustomerId::new(MADE).unwrap());
        let customer = request.customer().or(made).filter(|_| answer != Answer::WithoutId);
        Ok(vec![done.map(|()| Accepted { customer })])
    }
    fn damage(&self) -> Option<String> {
        None
    }
}

fn with_id(body: &Json) -> Json {
    let members = body.view().members().map(|(name, value)| (name.as_str(), value));
    let id = Json::string(MADE);
    Json::object(std::iter::once(("\"customer_id\"", id.view())).chain(members.collect::<Vec<_>>()))
}
