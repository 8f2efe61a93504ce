//! The rounds of a submit: each reads, reconciles and plans anew, and sends as much as is safe from that reading.

mod misread;
mod phases;

use super::goal::{Goal, goal, same};
use super::{Submitted, Wanted, rules};
use crate::model::apply::{Reading, Rejection, RejectionKind, State, apply};
use crate::model::plan::{CannotExpress, Rules, plan};
use crate::model::profile::{CustomerId, Profile};
use crate::model::read_back::as_sent;
use crate::model::request::Request;
use crate::model::schema::Schemas;
use crate::target::{Loaded, Stamp, Target, TargetError, read};

/// How often all is read and planned again before giving up: a foreign server needs four rounds at most when nobody
/// interferes.
const ROUNDS: usize = 10;

pub fn run(
    target: &dyn Target,
    wanted: &Wanted<'_>,
    stamp: &Stamp,
    id: &CustomerId,
) -> Result<Submitted, TargetError> {
    let mut rounds = Rounds::new(target, wanted, stamp, id.clone());
    match rounds.all() {
        Ok(Next::End(end)) => Ok(*end),
        Ok(Next::Made(id)) => read_back_as(&id, rounds),
        Ok(Next::Round) => rounds.given_up(),
        Err(error) => Err(rounds.with_steps(error)),
    }
}

/// A foreign server made the customer under an ID of its own: that one is read, and what it lacks is sent.
fn read_back_as(id: &CustomerId, earlier: Rounds<'_>) -> Result<Submitted, TargetError> {
    let empty = Profile::empty(id.clone());
    let mine = earlier.wanted.mine.map(|mine| Profile { id: id.clone(), ..mine.clone() });
    let wanted = Wanted { base: Some(&empty), mine: mine.as_ref() };
    let fresh = Rounds::new(earlier.target, &wanted, earlier.stamp, id.clone());
    let mut rounds = Rounds { sent: earlier.sent, made: true, ..fresh };
    match rounds.all() {
        Ok(Next::End(end)) => Ok(*end),
        Ok(Next::Made(_) | Next::Round) => rounds.given_up(),
        Err(error) => Err(rounds.with_steps(error)),
    }
}

struct Rounds<'a> {
    target: &'a dyn Target,
    wanted: &'a Wanted<'a>,
    stamp: &'a Stamp,
    id: CustomerId,
    /// The steps that were accepted.
    sent: Vec<Request>,
    joined: bool,
    /// The customer was made by the first step, under the ID that the server gave.
    made: bool,
    /// Steps that a foreign server answered with "not there"; a second such answer counts.
    doubted: Vec<Request>,
    /// What the last round sent to a foreign server.
    latest: Vec<Request>,
    /// What the latest insert met, where its meaning was taken for known.
    met: Option<Profile>,
    /// The server has another reading than its connection says: the sentence for a person.
    misread: Option<&'static str>,
    /// The answer to these steps was lost: only reading back can settle it.
    unclear: Option<(TargetError, Vec<Request>)>,
}

/// What a round starts from.
struct Start {
    now: Option<Loaded>,
    /// The profile as it counts: what was sent in the form in which it was sent.
    seen: Option<Profile>,
    schemas: Schemas,
    rules: Rules,
    requests: Vec<Request>,
    goal: Option<Profile>,
}

impl Start {
    fn profile(&self) -> Option<&Profile> {
        self.now.as_ref().map(|loaded| &loaded.profile)
    }
}

/// What comes after a round.
enum Next {
    Round,
    End(Box<Submitted>),
    /// The customer was made under this ID.
    Made(CustomerId),
}

impl From<Submitted> for Next {
    fn from(end: Submitted) -> Self {
        Self::End(Box::new(end))
    }
}

type Ended = Result<Next, TargetError>;

impl<'a> Rounds<'a> {
    fn new(target: &'a dyn Target, wanted: &'a Wanted<'a>, stamp: &'a Stamp, id: CustomerId) -> Self {
        Self {
            target,
            wanted,
            stamp,
            id,
            sent: Vec::new(),
            joined: false,
            made: false,
            doubted: Vec::new(),
            latest: Vec::new(),
            met: None,
            misread: None,
            unclear: None,
        }
    }

    fn all(&mut self) -> Ended {
        for _ in 0..ROUNDS {
            let next = self.round()?;
            if !matches!(next, Next::Round) {
                return Ok(next);
            }
        }
        Ok(Next::Round)
    }

    fn round(&mut self) -> Ended {
        let others: Vec<&Profile> = self.wanted.base.into_iter().chain(self.wanted.mine).collect();
        let (now, schemas) = match read(self.target, &self.id, &others) {
            Err(error) => return Err(self.unclear.take().map_or(error, |(unclear, _)| unclear)),
            Ok(read) => read,
        };
        if self.made && now.is_none() {
            let sentence = format!("the server says that it made customer {}, but does not show it", self.id);
            return Err(self.unclear.take().map_or(TargetError::Unclear(sentence), |(unclear, _)| unclear));
        }
        let profile = now.as_ref().map(|loaded| &loaded.profile);
        let mut rules = rules(self.target.capabilities(), &schemas);
        // Own stores keep every token; others show what was sent in forms of their own.
        let seen =
            profile.map(|now| if rules.own_store { now.clone() } else { as_sent(now, &self.sent, &schemas) });
        let as_meant = self.read_again(seen.as_ref(), &schemas, &mut rules);
        if as_meant.is_some() {
            // What the server shows came of the insert: its answer may be lost, it has arrived.
            let is_insert = |lost: &Request| matches!(lost, Request::InsertRecords(..));
            self.unclear.take_if(|(_, lost)| lost.iter().all(is_insert));
        }
        let goal = match goal(self.wanted, as_meant.as_ref().or(seen.as_ref()), &schemas, rules) {
            Goal::Reach(goal) => goal,
            Goal::Decide { joined, conflicts } => {
                self.settled(None)?;
                let (sent, made) = (std::mem::take(&mut self.sent), self.made_as());
                return Ok(Submitted::Conflict { now, joined, conflicts, sent, made }.into());
            }
        };
        self.joined = match (self.wanted.mine, &goal) {
            (Some(mine), Some(goal)) => !self.made && !same(mine, goal, &schemas, rules),
            _ => false,
        };
        let requests = match plan(seen.as_ref(), goal.as_ref(), &schemas, &rules) {
            Ok(requests) => requests,
            Err(cannot) => return self.cannot(cannot, now),
        };
        let mut start = Start { now, seen, schemas, rules, requests, goal };
        start.requests = self.without_doubted_updates(&start);
        self.settled(Some(&start.requests))?;
        if start.requests.is_empty() {
            return Ok(self.ended(start.now).into());
        }
        if rules.own_store { self.send_whole(start) } else { self.send_phase(start) }
    }

    /// The customer as of now.
    fn now(&self) -> Result<Option<Loaded>, TargetError> {
        read(self.target, &self.id, &[]).map(|(now, _)| now)
    }

    fn ended(&mut self, now: Option<Loaded>) -> Submitted {
        if self.sent.is_empty() {
            return Submitted::NothingToSend { now };
        }
        if self.misread.is_some() {
            return self.refused(Rejection { kind: RejectionKind::Invalid, findings: Vec::new() }, now);
        }
        Submitted::Done { sent: std::mem::take(&mut self.sent), now, joined: self.joined }
    }

    fn refused(&mut self, mut rejection: Rejection, now: Option<Loaded>) -> Submitted {
        rejection.findings.extend(self.misread_finding());
        let (sent, made) = (std::mem::take(&mut self.sent), self.made_as());
        Submitted::Refused { rejection, sent, made, now }
    }

    /// The ID that the server gave to who was made.
    fn made_as(&self) -> Option<CustomerId> {
        self.made.then(|| self.id.clone())
    }

    /// Before anything was sent the plan cannot be expressed; later the steps that stand are named.
    fn cannot(&mut self, cannot: CannotExpress, now: Option<Loaded>) -> Ended {
        self.settled(None)?;
        if self.sent.is_empty() {
            return Ok(Submitted::Cannot(cannot).into());
        }
        Ok(self.refused(Rejection::new(RejectionKind::Invalid, cannot.to_string()), now).into())
    }

    /// Whether the steps whose answer was lost are there: a plan from a fresh reading does not have them any more.
    fn settled(&mut self, plan: Option<&[Request]>) -> Result<(), TargetError> {
        match self.unclear.take() {
            Some((error, lost)) if plan.is_none_or(|plan| lost.iter().any(|lost| is_open(lost, plan))) => {
                Err(error)
            }
            _ => Ok(()),
        }
    }

    /// Own stores: all steps are judged on a copy, then go in one write.
    fn send_whole(&mut self, start: Start) -> Ended {
        let profiles =
            start.profile().map(|profile| (self.id.clone(), profile.clone())).into_iter().collect();
        let mut state = State { schemas: start.schemas, profiles };
        for request in &start.requests {
            if let Err(rejection) = apply(&mut state, request, Reading::Upsert) {
                return Ok(self.refused(rejection, start.now).into());
            }
        }
        let from = start.now.as_ref().and_then(|loaded| loaded.version);
        let answers = match self.target.send(&start.requests, from, self.stamp) {
            Err(TargetError::Moved(_) | TargetError::SchemasMoved) => return Ok(Next::Round),
            Err(error @ TargetError::Unclear(_)) => {
                self.lost(error, start.requests);
                return Ok(Next::Round);
            }
            answers => answers?,
        };
        for (request, answer) in start.requests.into_iter().zip(answers) {
            match answer {
                Ok(_) => self.sent.push(request),
                // Somebody was first: the next round sees it.
                Err(rejection) if rejection.kind == RejectionKind::AlreadyExists => return Ok(Next::Round),
                Err(rejection) => {
                    let now = self.now()?;
                    return Ok(self.refused(rejection, now).into());
                }
            }
        }
        let now = self.now()?;
        Ok(self.ended(now).into())
    }

    /// The answer was lost: the next round reads whether the steps are there.
    fn lost(&mut self, error: TargetError, requests: Vec<Request>) {
        self.sent.extend_from_slice(&requests);
        self.unclear = Some((error, requests));
    }

    /// Somebody writes to this customer all the time.
    fn given_up(mut self) -> Result<Submitted, TargetError> {
        if self.sent.is_empty() {
            return Err(TargetError::Moved(self.id));
        }
        let now = self.now().map_err(|error| self.with_steps(error))?;
        let sentence = format!("customer {} was changed again and again while it was being sent", self.id);
        Ok(self.refused(Rejection::new(RejectionKind::Invalid, sentence), now))
    }

    /// An error says what stands of the plan.
    fn with_steps(&self, error: TargetError) -> TargetError {
        if self.sent.is_empty() {
            return error;
        }
        let made =
            if self.made { format!("; the server made the customer as {}", self.id) } else { String::new() };
        let steps = super::steps(&self.sent);
        let sentence = format!(
            "{error}{made}; read the customer again before you send more: these steps were sent: {steps}"
        );
        match self.made_as() {
            Some(id) => TargetError::Made(id, sentence),
            None => TargetError::Unclear(sentence),
        }
    }
}

/// Whether a plan made after a lost step would take it again. Updates and removals of records are told apart by their
/// bodies; an insert, or an update of the profile, is the only one in its plan.
fn is_open(lost: &Request, plan: &[Request]) -> bool {
    let addressed = matches!(lost, Request::UpdateRecord(..) | Request::DeleteRecord(..));
    let same_kind = |other: &&Request| other.method() == lost.method() && other.path() == lost.path();
    plan.iter().filter(same_kind).any(|other| !addressed || other == lost)
}
