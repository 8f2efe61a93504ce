//! Items planned, judged, and sent a batch at a time.

use super::identify::Identifier;
use super::{Done, Ended, ImportError, OnError, Options, Outcome, Sourced, Tally, Unreadable, Watch};
use crate::model::apply::{Reading, Rejection, RejectionKind, State, apply};
use crate::model::finding::Severity;
use crate::model::json::Json;
use crate::model::profile::{CustomerId, Profile};
use crate::model::request::Request;
use crate::model::schema::{Schema, Schemas};
use crate::model::validate::validate;
use crate::target::{Stamp, Target, TargetError, Version};
use crate::transfer::merge;
use crate::transfer::read::Content;
use std::collections::HashSet;
use std::ops::ControlFlow;

/// How many items are planned and sent together.
const BATCH: usize = 1_000;

/// How many bytes of items are held before they are sent.
const BATCH_BYTES: usize = 8 << 20;

/// How often a batch is planned anew because somebody else writes to its customers.
const ATTEMPTS: usize = 20;

pub(super) struct Importer<'a> {
    target: &'a dyn Target,
    options: &'a Options,
    stamp: &'a dyn Fn() -> Stamp,
    watch: Watch<'a>,
    tally: Tally,
    identifier: Identifier<'a>,
    /// The schemas as of this batch; in a dry run also the customers as they would be.
    state: State,
    batch: Vec<Pending>,
    bytes: usize,
    /// Customers in the batch: the next item of the same customer needs the outcome first.
    held: HashSet<CustomerId>,
    cancelled: bool,
}

/// An item on its way.
struct Pending {
    source: Sourced,
    customer: Option<CustomerId>,
    work: Work,
    plan: Plan,
}

/// What an item asks for.
enum Work {
    Profile(Json),
    Insert(Json),
    Nothing,
}

/// What will become, or became, of it.
enum Plan {
    Send { requests: Vec<Request>, outcome: Outcome, version: Option<Version> },
    Settled(Outcome, Vec<String>),
}

impl Plan {
    fn refused(reason: impl Into<String>) -> Self {
        Self::Settled(Outcome::Refused, vec![reason.into()])
    }

    fn requests(&self) -> &[Request] {
        if let Self::Send { requests, .. } = self { requests } else { &[] }
    }

    fn version(&self) -> Option<Version> {
        if let Self::Send { version, .. } = self { *version } else { None }
    }
}

impl<'a> Importer<'a> {
    pub fn new(
        target: &'a dyn Target,
        options: &'a Options,
        stamp: &'a dyn Fn() -> Stamp,
        watch: Watch<'a>,
    ) -> Self {
        Self {
            target,
            options,
            stamp,
            watch,
            tally: Tally::default(),
            identifier: Identifier::new(target, options.match_by.as_deref()),
            state: State::default(),
            batch: Vec::new(),
            bytes: 0,
            held: HashSet::new(),
            cancelled: false,
        }
    }

    pub fn tally(&self) -> Tally {
        self.tally
    }

    pub fn all(
        &mut self,
        items: impl Iterator<Item = Result<Sourced, Unreadable>>,
    ) -> Result<Ended, ImportError> {
        self.refresh()?;
        self.make_schemas()?;
        for source in items {
            match source {
                Ok(source) => self.take(source)?,
                Err(error) => {
                    self.flush()?;
                    return Err(error.into());
                }
            }
            if let Some(ended) = self.ended() {
                return Ok(ended);
            }
        }
        self.flush()?;
        Ok(self.ended().unwrap_or(Ended::Finished))
    }

    fn ended(&self) -> Option<Ended> {
        if self.cancelled {
            return Some(Ended::Cancelled);
        }
        (self.tally.refused > 0 && self.options.on_error == OnError::Stop).then_some(Ended::Stopped)
    }

    fn make_schemas(&mut self) -> Result<(), ImportError> {
        for schema in &self.options.schemas {
            if let Err(rejection) = self.make_schema(&schema.json)? {
                return Err(ImportError::Schema(schema.name.clone(), rejection.to_string()));
            }
        }
        Ok(())
    }

    /// The target judges a schema, since it knows all customers; a dry run judges it by the schemas alone.
    fn make_schema(&mut self, json: &Json) -> Result<Result<(), Rejection>, TargetError> {
        let request = Request::CreateSchema(json.clone());
        if self.options.dry_run {
            return Ok(apply(&mut self.state, &request, Reading::Upsert));
        }
        let answer = self.target.send(&[request], None, &(self.stamp)())?.pop();
        self.refresh()?;
        Ok(answer.map_or(Ok(()), |answer| answer.map(|_| ())))
    }

    /// Reads the schemas; those that a dry run would have made stay.
    fn refresh(&mut self) -> Result<(), TargetError> {
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

    fn take(&mut self, source: Sourced) -> Result<(), ImportError> {
        let (customer, work, plan) = match &source.item.content {
            Content::NotJson(_, error) => (None, Work::Nothing, Plan::refused(error.to_string())),
            Content::Refused(_, reason) => (None, Work::Nothing, Plan::refused(reason.clone())),
            Content::Schema(json) => {
                self.flush()?;
                (None, Work::Nothing, self.schema(json)?)
            }
            Content::Profile(json) => match self.identifier.identify(&source.file, json)? {
                Err(reason) => (None, Work::Nothing, Plan::refused(reason)),
                Ok((id, json)) => self.planned(id, Work::Profile(json))?,
            },
            Content::Insert(id, body) => self.planned(id.clone(), Work::Insert(body.clone()))?,
        };
        let is_refused = matches!(plan, Plan::Settled(Outcome::Refused, _));
        self.bytes += size(&source.item.content);
        self.batch.push(Pending { source, customer, work, plan });
        let is_last = is_refused && self.options.on_error == OnError::Stop;
        if is_last || self.batch.len() >= BATCH || self.bytes >= BATCH_BYTES { self.flush() } else { Ok(()) }
    }

    /// A schema that is there already in the same words changes nothing; in other words it is refused.
    fn schema(&mut self, json: &Json) -> Result<Plan, ImportError> {
        let schema = match Schema::from_json(json) {
            Ok(schema) => schema,
            Err(error) => return Ok(Plan::refused(error.to_string())),
        };
        Ok(match self.state.schemas.get(&schema.name) {
            None => match self.make_schema(json)? {
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

    fn planned(
        &mut self,
        id: CustomerId,
        work: Work,
    ) -> Result<(Option<CustomerId>, Work, Plan), ImportError> {
        if self.held.contains(&id) {
            self.flush()?;
        }
        self.held.insert(id.clone());
        let plan = self.plan(&id, &work)?;
        Ok((Some(id), work, plan))
    }

    /// Plans and judges an item: it goes whole or not at all, so all its requests are judged before the first is sent.
    fn plan(&mut self, id: &CustomerId, work: &Work) -> Result<Plan, TargetError> {
        let (known, version) = self.known(id)?;
        let (requests, outcome) = match (work, &known) {
            (Work::Nothing, _) => return Ok(Plan::Settled(Outcome::Same, Vec::new())),
            (Work::Insert(body), _) => {
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
        let reasons = self.judge(id, known.as_ref(), &requests);
        if !reasons.is_empty() {
            return Ok(Plan::Settled(Outcome::Refused, reasons));
        }
        let is_same = self.applied(id, known.as_ref(), &requests);
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

    fn judge(&self, id: &CustomerId, known: Option<&Profile>, requests: &[Request]) -> Vec<String> {
        let is_insert = matches!(requests, [Request::InsertRecords(..)]);
        if known.is_none() && is_insert {
            return vec![format!("there is no customer {id}")];
        }
        let findings = requests.iter().flat_map(|request| validate(request, &self.state.schemas));
        findings.filter(|f| f.severity == Severity::Error).map(|finding| finding.to_string()).collect()
    }

    /// Carries out judged requests on a copy; says whether nothing changed. A dry run keeps the copy.
    fn applied(&mut self, id: &CustomerId, known: Option<&Profile>, requests: &[Request]) -> bool {
        if requests.is_empty() || (known.is_none() && !self.options.dry_run) {
            return requests.is_empty();
        }
        if let Some(known) = known {
            self.state.profiles.insert(id.clone(), known.clone());
        }
        for request in requests {
            // What validation finds was asked before; what the target finds beyond it is its own answer.
            let _ = apply(&mut self.state, request, Reading::Upsert);
        }
        let is_same = known == self.state.profiles.get(id);
        if !self.options.dry_run {
            self.state.profiles.remove(id);
        }
        is_same
    }

    /// Sends the batch, and tells of each item in the order in which it came.
    fn flush(&mut self) -> Result<(), ImportError> {
        if !self.options.dry_run {
            self.send()?;
        }
        for pending in std::mem::take(&mut self.batch) {
            let (outcome, reasons) = match pending.plan {
                Plan::Send { outcome, .. } => (outcome, Vec::new()),
                Plan::Settled(outcome, reasons) => (outcome, reasons),
            };
            self.tally.count(outcome);
            let customer = pending.customer.as_ref();
            let done = Done { source: &pending.source, customer, outcome, reasons: &reasons };
            self.cancelled |= (self.watch)(&done, &self.tally) == ControlFlow::Break(());
        }
        self.bytes = 0;
        self.held.clear();
        Ok(self.refresh()?)
    }

    /// Sends what has requests until nothing of it has; what moved, or came into being meanwhile, is planned anew.
    fn send(&mut self) -> Result<(), TargetError> {
        for _ in 0..ATTEMPTS {
            let requests: Vec<Request> =
                self.batch.iter().flat_map(|pending| pending.plan.requests().iter().cloned()).collect();
            if requests.is_empty() {
                return Ok(());
            }
            let version = self.batch.iter().filter_map(|pending| pending.plan.version()).min();
            match self.target.send(&requests, version, &(self.stamp)()) {
                Ok(answers) => {
                    let overtaken = self.settle(answers.into_iter().map(Result::err));
                    self.plan_anew(&overtaken)?;
                }
                Err(TargetError::Moved(_) | TargetError::SchemasMoved) => {
                    let open = |at: &usize| !self.batch[*at].plan.requests().is_empty();
                    let all: Vec<usize> = (0..self.batch.len()).filter(open).collect();
                    self.plan_anew(&all)?;
                }
                Err(error) => return Err(error),
            }
        }
        for pending in &mut self.batch {
            if !pending.plan.requests().is_empty() {
                pending.plan =
                    Plan::refused("somebody else changed this customer again and again; import it once more");
            }
        }
        Ok(())
    }

    /// Takes the answers in; the places of items whose customer was made by somebody else meanwhile.
    fn settle(&mut self, mut answers: impl Iterator<Item = Option<Rejection>>) -> Vec<usize> {
        let mut overtaken = Vec::new();
        for (at, pending) in self.batch.iter_mut().enumerate() {
            let Plan::Send { requests, outcome, .. } = &pending.plan else { continue };
            let refused: Vec<Rejection> = answers.by_ref().take(requests.len()).flatten().collect();
            let is_create = matches!(requests[..], [Request::CreateProfile(_)]);
            if is_create && refused.iter().any(|rejection| rejection.kind == RejectionKind::AlreadyExists) {
                overtaken.push(at);
            } else if refused.is_empty() {
                pending.plan = Plan::Settled(*outcome, Vec::new());
            } else {
                pending.plan = Plan::Settled(Outcome::Refused, refused.iter().flat_map(sentences).collect());
            }
        }
        overtaken
    }

    fn plan_anew(&mut self, places: &[usize]) -> Result<(), TargetError> {
        if !places.is_empty() {
            self.refresh()?;
        }
        for at in places {
            let Some(id) = self.batch[*at].customer.clone() else { continue };
            let work = std::mem::replace(&mut self.batch[*at].work, Work::Nothing);
            let plan = self.plan(&id, &work)?;
            let pending = &mut self.batch[*at];
            (pending.work, pending.plan) = (work, plan);
        }
        Ok(())
    }
}

fn sentences(rejection: &Rejection) -> Vec<String> {
    rejection.findings.iter().map(ToString::to_string).collect()
}

/// Bytes of an item, roughly.
fn size(content: &Content) -> usize {
    match content {
        Content::Schema(json)
        | Content::Profile(json)
        | Content::Insert(_, json)
        | Content::Refused(json, _) => json.as_str().len(),
        Content::NotJson(bytes, _) => bytes.len(),
    }
}
