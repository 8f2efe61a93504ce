//! What is done to a store, step by step, and what may stand in it afterwards.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
#![allow(dead_code, reason = "not every test needs all of it")]

use crate::lossy_disk::LossyDisk;
use profile_desk::model::apply::{Reading, State, apply};
use profile_desk::model::json::Json;
use profile_desk::model::request::Request;
use profile_desk::store::{Options, Store, StoreError, repair_on};
use std::path::Path;
use std::sync::Arc;

/// Where the store is.
pub const FOLDER: &str = "/store";

/// Segments and runs of the index of a few lines, so that the next one is often begun.
const OPTIONS: Options = Options { segment: 600, tail: 1_600 };

/// One thing that is done.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    /// The store is made.
    Create,
    /// Requests are sent in one batch, each as `METHOD path body`.
    Send(&'static [&'static str]),
    /// The same by another process that has had the store open for long.
    Elsewhere(&'static [&'static str]),
    /// The process ends, and another one opens the store.
    Reopen,
    /// A bit in the middle of this file turns over, and the store is repaired.
    Repair(&'static str),
    /// Of the requests before this moment only what they made is kept.
    Compact(&'static str),
}

/// A request from its text.
pub fn request(text: &str) -> Request {
    let mut parts = text.splitn(3, ' ');
    let (method, path) = (parts.next().unwrap(), parts.next().unwrap());
    Request::from_parts(method, path, parts.next().map(|body| Json::parse(body).unwrap())).unwrap()
}

impl Step {
    pub fn requests(self) -> Vec<Request> {
        match self {
            Self::Send(texts) | Self::Elsewhere(texts) => texts.iter().map(|text| request(text)).collect(),
            Self::Create | Self::Reopen | Self::Repair(_) | Self::Compact(_) => Vec::new(),
        }
    }
}

/// What may stand in the store: one state, or after an unclear answer several; and whether it certainly is there.
#[derive(Clone, Default)]
pub struct Model {
    pub states: Vec<State>,
    pub made: bool,
    /// There is damage that repair may not have put right yet.
    pub damaged: bool,
    /// The requests of which nobody was told how they went, and what was there before them.
    pub open: (Vec<State>, Vec<Request>),
}

impl Model {
    pub fn new() -> Self {
        Self { states: vec![State::default()], ..Self::default() }
    }

    /// After a step of which nobody was told how it went: any beginning of its requests counts.
    #[must_use]
    pub fn unclear(&self, requests: &[Request]) -> Self {
        let mut states = self.states.clone();
        for state in &self.states {
            let mut state = state.clone();
            for request in requests {
                if apply(&mut state, request, Reading::Upsert).is_ok() {
                    states.push(state.clone());
                }
            }
        }
        Self { states, open: (self.states.clone(), requests.to_vec()), ..self.clone() }
    }

    /// After a repair that may have left out any line that nobody was told of: each of these requests counts or not.
    #[must_use]
    pub fn repaired(&self) -> Self {
        let (before, requests) = &self.open;
        let mut states = before.clone();
        for request in requests {
            let mut with = states.clone();
            with.retain_mut(|state| apply(state, request, Reading::Upsert).is_ok());
            states.extend(with);
        }
        Self { states: states.into_iter().chain(self.states.clone()).collect(), ..self.clone() }
    }

    /// After an answer that says of each request whether it was accepted.
    pub fn answered(&mut self, requests: &[Request], accepted: &[bool]) -> Result<(), String> {
        let after = |mut state: State| {
            let mut answers =
                requests.iter().map(|request| apply(&mut state, request, Reading::Upsert).is_ok());
            let agrees = answers.by_ref().eq(accepted.iter().copied());
            agrees.then_some(state)
        };
        self.states = std::mem::take(&mut self.states).into_iter().filter_map(after).collect();
        if self.states.is_empty() {
            Err(format!("{accepted:?} is none of the right answers"))
        } else {
            Ok(())
        }
    }

    /// Whether this may be what stands in the store; after a settled write nothing else can any more.
    pub fn met(&mut self, shown: &State, settled: bool) -> Result<(), String> {
        if !self.states.contains(shown) {
            return Err(format!("{shown:#?}\nis shown; what counts is\n{:#?}", self.states));
        }
        if settled {
            self.states = vec![shown.clone()];
        }
        Ok(())
    }

    /// Whether every customer is as of some state that counts: where a damaged line holds some of them.
    pub fn met_each(&self, shown: &State) -> Result<(), String> {
        let mut ids = self.states.iter().flat_map(|state| state.profiles.keys()).chain(shown.profiles.keys());
        let differs =
            |id: &&_| !self.states.iter().any(|state| state.profiles.get(id) == shown.profiles.get(id));
        ids.find(differs).map_or(Ok(()), |id| Err(format!("customer {id} is as never before")))
    }
}

/// All that a store shows.
pub fn shown(store: &Store) -> Result<State, StoreError> {
    let mut state = State { schemas: store.schemas()?, ..State::default() };
    for id in store.customers()? {
        if let Some((profile, _)) = store.load(&id)? {
            state.profiles.insert(id, profile);
        }
    }
    Ok(state)
}

/// Those who do the steps: one process that sends them, and another one.
pub struct Actors {
    disk: LossyDisk,
    store: Option<Store>,
    other: Option<Store>,
    /// What was said last of a request that could not be written.
    pub said: String,
}

impl Actors {
    pub fn new(disk: LossyDisk) -> Self {
        Self { disk, store: None, other: None, said: String::new() }
    }

    /// Does a step and holds its answer against the model. An error of the answer is part of it; one of this is a failed test.
    pub fn step(&mut self, step: Step, model: &mut Model) -> Result<(), String> {
        match step {
            Step::Create => {
                self.create(model);
                Ok(())
            }
            Step::Reopen => {
                self.store = None;
                self.look(model)
            }
            _ if model.damaged => Ok(()),
            Step::Repair(name) => {
                self.disk.flip(&Path::new(FOLDER).join(name));
                model.damaged = true;
                (self.store, self.other) = (None, None);
                let repaired = repair_on(&self.disk, Path::new(FOLDER));
                model.damaged = repaired.is_err();
                self.look(model)
            }
            Step::Compact(since) => {
                if let Some(store) = self.open(model)?
                    && let Err(error) = store.compact(Some(since))
                {
                    self.said = error.to_string();
                }
                self.look(model)
            }
            Step::Send(_) => self.send(&step.requests(), model),
            Step::Elsewhere(_) => {
                std::mem::swap(&mut self.store, &mut self.other);
                let answer = self.send(&step.requests(), model);
                std::mem::swap(&mut self.store, &mut self.other);
                answer
            }
        }
    }

    fn opened(&self) -> Result<Store, StoreError> {
        Store::open_with(Arc::new(self.disk.clone()), Path::new(FOLDER), OPTIONS, &mut |_| {})
    }

    fn create(&mut self, model: &mut Model) {
        let made = Store::create_on(Arc::new(self.disk.clone()), Path::new(FOLDER));
        model.made |= made.is_ok();
        self.store = made.and_then(|_| self.opened()).ok();
    }

    /// The store, opened if it is not; `None` where that fails, which it may on a disk that fails.
    fn open(&mut self, model: &mut Model) -> Result<Option<&Store>, String> {
        if self.store.is_none() {
            match self.opened() {
                Ok(store) => self.store = Some(store),
                Err(StoreError::Missing(_)) if model.made => return Err("the store is gone".into()),
                Err(StoreError::Missing(_)) => self.create(model),
                Err(StoreError::Damaged { reason, .. }) => return Err(reason),
                Err(_) => {}
            }
        }
        Ok(self.store.as_ref())
    }

    pub fn send(&mut self, requests: &[Request], model: &mut Model) -> Result<(), String> {
        let Some(store) = self.open(model)? else { return Ok(()) };
        match store.append(requests, "tester", "2026-11-24T09:30:00.000Z") {
            Ok(answers) => {
                let accepted: Vec<bool> = answers.iter().map(Result::is_ok).collect();
                model.answered(requests, &accepted)?;
                model.made = true;
                shown(store).map_or(Ok(()), |shown| model.met(&shown, true))
            }
            Err(error) if error.is_unclear() => {
                if store.customers().is_ok() {
                    return Err("what is unclear must not be shown".into());
                }
                *model = model.unclear(requests);
                self.store = None;
                Ok(())
            }
            Err(error) if error.to_string().ends_with("nothing was changed") => {
                self.said = error.to_string();
                self.look(model)
            }
            Err(error) => Err(error.to_string()),
        }
    }

    /// What is shown must be what counts.
    pub fn look(&mut self, model: &mut Model) -> Result<(), String> {
        if model.damaged {
            return Ok(());
        }
        let Some(store) = self.open(model)? else { return Ok(()) };
        match shown(store) {
            Ok(shown) => model.met(&shown, false),
            Err(_) => Ok(()),
        }
    }

    /// Whether a store could be opened at all.
    pub fn is_open(&self) -> bool {
        self.store.is_some()
    }

    /// What the store says of damage, opened if it is not.
    pub fn damage(&mut self, model: &mut Model) -> Result<Option<String>, String> {
        Ok(self.open(model)?.and_then(Store::damage))
    }

    /// The same as [`Self::look`], where a damaged line holds some customers; gives what is shown.
    pub fn look_at_each(&mut self, model: &Model) -> Result<State, String> {
        let store = self.store.as_ref().ok_or("it cannot be opened")?;
        let shown = shown(store).map_err(|error| error.to_string())?;
        model.met_each(&shown).map(|()| shown)
    }
}
