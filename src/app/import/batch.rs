//! Items planned and judged, and sent a batch at a time: while one is on its way the next is planned.

use super::identify::Identifier;
use super::planner::{Plan, Planner, Work, sentences};
use super::post::{Answer, Parcel, Post};
use super::{Done, Ended, ImportError, OnError, Options, Outcome, Sourced, Tally, Unreadable, Watch};
use crate::model::apply::{Rejection, RejectionKind};
use crate::model::profile::CustomerId;
use crate::model::request::Request;
use crate::target::{Stamp, Target, TargetError};
use crate::transfer::read::Content;
use std::collections::HashSet;
use std::ops::ControlFlow;

/// How many bytes of items are held before they are sent.
const BATCH_BYTES: usize = 4 << 20;

/// How often a batch is planned anew because somebody else writes to its customers.
const ATTEMPTS: usize = 20;

pub(super) struct Importer<'a> {
    post: &'a Post,
    options: &'a Options,
    stamp: &'a dyn Fn() -> Stamp,
    watch: Watch<'a>,
    tally: Tally,
    identifier: Identifier<'a>,
    planner: Planner<'a>,
    /// The most items of a batch.
    most: usize,
    batch: Batch,
    /// The batch before it, on its way.
    sent: Option<Batch>,
    /// Whether most customers of the last batch were there already: then everyone is looked up first.
    looks: bool,
    cancelled: bool,
}

/// Items that are planned and sent together.
#[derive(Default)]
struct Batch {
    items: Vec<Pending>,
    bytes: usize,
    /// Its customers: the next item of the same customer needs the outcome first.
    held: HashSet<CustomerId>,
}

/// An item on its way.
struct Pending {
    source: Sourced,
    customer: Option<CustomerId>,
    work: Work,
    plan: Plan,
}

impl<'a> Importer<'a> {
    pub fn new(
        target: &'a dyn Target,
        post: &'a Post,
        options: &'a Options,
        stamp: &'a dyn Fn() -> Stamp,
        watch: Watch<'a>,
    ) -> Self {
        Self {
            post,
            options,
            stamp,
            watch,
            tally: Tally::default(),
            identifier: Identifier::new(target, options.match_by.as_deref()),
            planner: Planner::new(target, options),
            most: target.batch(),
            batch: Batch::default(),
            sent: None,
            looks: false,
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
        let ended = self.each(items);
        let arrived = self.arrive(); // however it ended, what is on its way counts
        let ended = ended?;
        arrived?;
        Ok(self.ended().unwrap_or(ended))
    }

    fn each(
        &mut self,
        items: impl Iterator<Item = Result<Sourced, Unreadable>>,
    ) -> Result<Ended, ImportError> {
        self.planner.refresh()?;
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
        Ok(Ended::Finished)
    }

    fn ended(&self) -> Option<Ended> {
        if self.cancelled {
            return Some(Ended::Cancelled);
        }
        (self.tally.refused > 0 && self.options.on_error == OnError::Stop).then_some(Ended::Stopped)
    }

    fn make_schemas(&mut self) -> Result<(), ImportError> {
        for schema in &self.options.schemas {
            if let Err(rejection) = self.planner.make_schema(&schema.json, &(self.stamp)())? {
                return Err(ImportError::Schema(schema.name.clone(), rejection.to_string()));
            }
        }
        Ok(())
    }

    fn take(&mut self, source: Sourced) -> Result<(), ImportError> {
        let (customer, work, plan) = match &source.item.content {
            Content::NotJson(_, error) => (None, Work::Nothing, Plan::refused(error.to_string())),
            Content::Refused(_, reason) => (None, Work::Nothing, Plan::refused(reason.clone())),
            Content::Schema(json) => {
                self.flush()?;
                if self.ended().is_some() {
                    return Ok(());
                }
                (None, Work::Nothing, self.planner.schema(json, &(self.stamp)())?)
            }
            Content::Profile(json) => match self.identifier.identify(&source.file, json)? {
                Err(reason) => (None, Work::Nothing, Plan::refused(reason)),
                Ok((id, json)) => self.planned(id, Work::Profile(json))?,
            },
            Content::Insert(id, body) => self.planned(id.clone(), Work::Insert(body.clone()))?,
        };
        let is_last = plan.is_refused() && self.options.on_error == OnError::Stop;
        self.batch.bytes += size(&source.item.content);
        self.batch.items.push(Pending { source, customer, work, plan });
        if is_last {
            self.flush()?;
        } else if self.batch.items.len() >= self.most || self.batch.bytes >= BATCH_BYTES {
            self.dispatch()?;
        }
        Ok(())
    }

    fn planned(
        &mut self,
        id: CustomerId,
        work: Work,
    ) -> Result<(Option<CustomerId>, Work, Plan), TargetError> {
        let sent = self.sent.as_ref().is_some_and(|sent| sent.held.contains(&id));
        let held = self.batch.held.contains(&id);
        if held {
            self.flush()?;
        } else if sent {
            self.arrive()?;
        }
        let guessed = if self.looks || held || sent { None } else { self.planner.new_customer(&work) };
        let plan = match guessed {
            Some(plan) => plan,
            None => self.planner.plan(&id, &work)?,
        };
        self.batch.held.insert(id.clone());
        Ok((Some(id), work, plan))
    }

    /// Sends the batch and waits for what comes of it.
    fn flush(&mut self) -> Result<(), TargetError> {
        self.dispatch()?;
        self.arrive()
    }

    /// Sends the batch once the former one has arrived, unless that ended the import.
    fn dispatch(&mut self) -> Result<(), TargetError> {
        self.arrive()?;
        let batch = std::mem::take(&mut self.batch);
        if self.ended().is_some() {
            return Ok(());
        }
        if !self.options.dry_run {
            self.post(&batch);
        }
        self.sent = Some(batch);
        Ok(())
    }

    fn post(&self, batch: &Batch) {
        let requests: Vec<Request> = batch.requests().cloned().collect();
        if !requests.is_empty() {
            let planned_from = batch.items.iter().filter_map(|pending| pending.plan.version()).min();
            self.post.send(Parcel { requests, planned_from, stamp: (self.stamp)() });
        }
    }

    /// Waits for what was sent, and tells of each item in the order in which it came.
    fn arrive(&mut self) -> Result<(), TargetError> {
        let Some(mut batch) = self.sent.take() else { return Ok(()) };
        if !self.options.dry_run {
            self.deliver(&mut batch)?;
        }
        let (all, new) = (self.tally.read, self.tally.new);
        for pending in batch.items {
            let (outcome, reasons) = match pending.plan {
                Plan::Send { outcome, .. } => (outcome, Vec::new()),
                Plan::Settled(outcome, reasons) => (outcome, reasons),
            };
            self.tally.count(outcome);
            let customer = pending.customer.as_ref();
            let done = Done { source: &pending.source, customer, outcome, reasons: &reasons };
            self.cancelled |= (self.watch)(&done, &self.tally) == ControlFlow::Break(());
        }
        self.looks = (self.tally.read - all) > 2 * (self.tally.new - new);
        self.planner.refresh()
    }

    /// Until nothing of a batch is to be sent any more; what moved, or came into being meanwhile, is planned anew.
    fn deliver(&mut self, batch: &mut Batch) -> Result<(), TargetError> {
        let mut attempts = 1..ATTEMPTS;
        while batch.requests().next().is_some() {
            let again = batch.settle(self.post.answer())?;
            if again.is_empty() {
                break;
            }
            self.planner.refresh()?;
            for pending in again {
                if let Some(id) = &pending.customer {
                    pending.plan = self.planner.plan(id, &pending.work)?;
                }
            }
            if attempts.next().is_none() {
                batch.give_up();
            }
            self.post(batch);
        }
        Ok(())
    }
}

impl Batch {
    fn requests(&self) -> impl Iterator<Item = &Request> {
        self.items.iter().flat_map(|pending| pending.plan.requests())
    }

    /// Takes the answers in. What is to be planned anew: items whose customer was made by somebody else meanwhile, and all where
    /// a customer or the schemas moved.
    fn settle(&mut self, answer: Answer) -> Result<Vec<&mut Pending>, TargetError> {
        let mut answers = match answer {
            Ok(answers) => answers.into_iter().map(Result::err),
            Err(TargetError::Moved(_) | TargetError::SchemasMoved) => {
                return Ok(self.items.iter_mut().filter(|pending| pending.is_open()).collect());
            }
            Err(error) => return Err(error),
        };
        let settled = self.items.iter_mut().map(|pending| pending.settle(&mut answers));
        Ok(settled.filter(|pending| pending.is_open()).collect())
    }

    fn give_up(&mut self) {
        for pending in self.items.iter_mut().filter(|pending| pending.is_open()) {
            pending.plan =
                Plan::refused("somebody else changed this customer again and again; import it once more");
        }
    }
}

impl Pending {
    /// Takes the answers to its requests in. It stays open where its customer is there already, though it should be made.
    fn settle(&mut self, answers: &mut impl Iterator<Item = Option<Rejection>>) -> &mut Self {
        let Plan::Send { requests, outcome, .. } = &self.plan else { return self };
        let refused: Vec<Rejection> = answers.take(requests.len()).flatten().collect();
        let is_create = matches!(requests[..], [Request::CreateProfile(_)]);
        if refused.is_empty() {
            self.plan = Plan::Settled(*outcome, Vec::new());
        } else if !is_create || refused.iter().all(|rejection| rejection.kind != RejectionKind::AlreadyExists)
        {
            self.plan = Plan::Settled(Outcome::Refused, refused.iter().flat_map(sentences).collect());
        }
        self
    }

    fn is_open(&self) -> bool {
        !self.plan.requests().is_empty()
    }
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
