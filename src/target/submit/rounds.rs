//! The rounds of a submit: each reads, reconciles and plans anew, and sends as much as is safe from that reading.

use super::goal::{Goal, goal, same};
use super::{Submitted, Wanted, rules};
use crate::model::apply::{Reading, Rejection, RejectionKind, State, apply};
use crate::model::finding::{Finding, Place, Severity};
use crate::model::json::same_name;
use crate::model::plan::{CannotExpress, Rules, plan};
use crate::model::profile::{CustomerId, Profile};
use crate::model::request::Request;
use crate::model::schema::Schemas;
use crate::target::{Accepted, Loaded, Stamp, Target, TargetError, schemas_for};

/// How often all is read and planned again before giving up: a foreign server needs four rounds at most when nobody
/// interferes.
const ROUNDS: usize = 10;

pub fn run(
    target: &dyn Target,
    wanted: &Wanted<'_>,
    stamp: &Stamp,
    id: &CustomerId,
) -> Result<Submitted, TargetError> {
    let mut rounds = Rounds {
        target,
        wanted,
        stamp,
        id: id.clone(),
        sent: Vec::new(),
        joined: false,
        doubted: Vec::new(),
        latest: Vec::new(),
        unclear: None,
    };
    for _ in 0..ROUNDS {
        match rounds.round() {
            Ok(Some(end)) => return Ok(end),
            Ok(None) => {}
            Err(error) => return Err(rounds.with_steps(error)),
        }
    }
    Err(rounds.with_steps(TargetError::Moved(id.clone())))
}

struct Rounds<'a> {
    target: &'a dyn Target,
    wanted: &'a Wanted<'a>,
    stamp: &'a Stamp,
    id: CustomerId,
    /// The steps that were accepted.
    sent: Vec<Request>,
    joined: bool,
    /// Steps that a foreign server answered with "not there"; a second such answer counts.
    doubted: Vec<Request>,
    /// What the last round sent to a foreign server.
    latest: Vec<Request>,
    /// The answer to the last step was lost: only reading back can settle it.
    unclear: Option<TargetError>,
}

/// What a round starts from.
struct Start {
    now: Option<Loaded>,
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

type Ended = Result<Option<Submitted>, TargetError>;

impl Rounds<'_> {
    fn round(&mut self) -> Ended {
        let now = match self.target.load(&self.id) {
            Err(error) => return Err(self.unclear.take().unwrap_or(error)),
            Ok(now) => now,
        };
        let profile = now.as_ref().map(|loaded| &loaded.profile);
        // After the profile: a store of ours refuses the plan if they moved after the profile was read.
        let everybody = [profile, self.wanted.base, self.wanted.mine].into_iter().flatten();
        let schemas = schemas_for(self.target, everybody)?;
        let rules = rules(self.target.capabilities(), &schemas);
        let goal = match goal(self.wanted, profile, &schemas, rules) {
            Goal::Reach(goal) => goal,
            Goal::Decide { joined, conflicts } => {
                self.settled()?;
                return Ok(Some(Submitted::Conflict { now, joined, conflicts }));
            }
        };
        self.joined = match (self.wanted.mine, &goal) {
            (Some(mine), Some(goal)) => !same(mine, goal, &schemas, rules),
            _ => false,
        };
        let requests = match plan(profile, goal.as_ref(), &schemas, &rules) {
            Ok(requests) => requests,
            Err(cannot) => return self.cannot(cannot, now),
        };
        if requests.is_empty() {
            return Ok(Some(self.ended(now)));
        }
        self.settled()?;
        let start = Start { now, schemas, rules, requests, goal };
        if rules.own_store { self.send_whole(start) } else { self.send_phase(start) }
    }

    fn ended(&mut self, now: Option<Loaded>) -> Submitted {
        if self.sent.is_empty() {
            return Submitted::NothingToSend { now };
        }
        Submitted::Done { sent: std::mem::take(&mut self.sent), now, joined: self.joined }
    }

    fn refused(&mut self, rejection: Rejection, now: Option<Loaded>) -> Submitted {
        let sent = std::mem::take(&mut self.sent);
        Submitted::Refused { rejection, sent, now }
    }

    /// Before anything was sent the plan cannot be expressed; later the steps that stand are named.
    fn cannot(&mut self, cannot: CannotExpress, now: Option<Loaded>) -> Ended {
        self.settled()?;
        if self.sent.is_empty() {
            return Ok(Some(Submitted::Cannot(cannot)));
        }
        Ok(Some(self.refused(rejection(cannot.to_string()), now)))
    }

    /// Reading back did not show what the lost answer was about.
    fn settled(&mut self) -> Result<(), TargetError> {
        self.unclear.take().map_or(Ok(()), Err)
    }

    /// Own stores: all steps are judged on a copy, then go in one write.
    fn send_whole(&mut self, start: Start) -> Ended {
        let profiles =
            start.profile().map(|profile| (self.id.clone(), profile.clone())).into_iter().collect();
        let mut state = State { schemas: start.schemas, profiles };
        for request in &start.requests {
            if let Err(rejection) = apply(&mut state, request, Reading::Upsert) {
                return Ok(Some(self.refused(rejection, start.now)));
            }
        }
        let from = start.now.as_ref().and_then(|loaded| loaded.version);
        let answers = match self.target.send(&start.requests, from, self.stamp) {
            Err(TargetError::Moved(_) | TargetError::SchemasMoved) => return Ok(None),
            Err(error @ TargetError::Unclear(_)) => {
                self.lost(error, &start.requests);
                return Ok(None);
            }
            answers => answers?,
        };
        for (request, answer) in start.requests.into_iter().zip(answers) {
            match answer {
                Ok(_) => self.sent.push(request),
                // Somebody was first: the next round sees it.
                Err(rejection) if rejection.kind == RejectionKind::AlreadyExists => return Ok(None),
                Err(rejection) => {
                    let now = self.target.load(&self.id)?;
                    return Ok(Some(self.refused(rejection, now)));
                }
            }
        }
        let now = self.target.load(&self.id)?;
        Ok(Some(self.ended(now)))
    }

    /// Foreign servers: the steps of the first phase, one by one; the next round reads what came of them.
    fn send_phase(&mut self, start: Start) -> Ended {
        let requests = self.without_doubted_updates(&start);
        let Some(first) = requests.first().map(phase) else { return Ok(None) };
        let now = start.now;
        let requests: Vec<Request> =
            requests.into_iter().take_while(|request| phase(request) == first).collect();
        if requests == self.latest {
            let sentence =
                "the server accepted what was sent, but reading back shows that it did not keep it";
            return Ok(Some(self.refused(rejection(sentence.into()), now)));
        }
        self.latest.clone_from(&requests);
        for request in requests {
            let answer = match self.target.send(std::slice::from_ref(&request), None, self.stamp) {
                Err(TargetError::NotOffered(sentence)) if is_update(&request) => {
                    Err(Rejection { kind: RejectionKind::UnknownRecord, ..rejection(sentence) })
                }
                Err(error @ TargetError::Unclear(_)) => {
                    self.lost(error, &[request]);
                    return Ok(None);
                }
                answers => {
                    answers?.pop().unwrap_or_else(|| Err(rejection("the server gave no answer".into())))
                }
            };
            match answer {
                Ok(accepted) => {
                    let made = matches!(request, Request::CreateProfile(_));
                    self.sent.push(request);
                    if made {
                        return self.made(&accepted);
                    }
                }
                Err(rejection) if says_not_there(&rejection) && self.doubt(&request) => {
                    self.latest.clear();
                    return Ok(None);
                }
                Err(rejection) => {
                    let now = self.target.load(&self.id)?;
                    return Ok(Some(self.refused(rejection, now)));
                }
            }
        }
        Ok(None)
    }

    /// A server may have made its own ID: that customer is read back.
    fn made(&mut self, accepted: &Accepted) -> Ended {
        let now = self.target.load(accepted.customer.as_ref().unwrap_or(&self.id))?;
        Ok(Some(self.ended(now)))
    }

    /// Whether an answer "not there" to this step is the first: then all is read again.
    fn doubt(&mut self, request: &Request) -> bool {
        let addressed = matches!(request, Request::UpdateRecord(..) | Request::DeleteRecord(..));
        let first = addressed && !self.doubted.contains(request);
        self.doubted.push(request.clone());
        first
    }

    /// A record whose update answered "not there" and that is there all the same goes in the complete set of its
    /// extension, which is right under both readings. Had it gone, the round would have met a conflict.
    fn without_doubted_updates(&self, start: &Start) -> Vec<Request> {
        let doubted = |extension: &str| {
            self.doubted.iter().any(
                |request| matches!(request, Request::UpdateRecord(_, name, _) if same_name(name, extension)),
            )
        };
        let is_doubted =
            |request: &Request| matches!(request, Request::UpdateRecord(_, name, _) if doubted(name));
        if !start.requests.iter().any(is_doubted) {
            return start.requests.clone();
        }
        let mut emptied = start.profile().cloned();
        if let Some(profile) = &mut emptied {
            profile.extensions.retain(|extension| !doubted(&extension.name));
        }
        let complete = plan(emptied.as_ref(), start.goal.as_ref(), &start.schemas, &start.rules);
        let inserts = |request: &Request| matches!(request, Request::InsertRecords(..));
        let rest = start.requests.iter().filter(|request| !is_doubted(request) && !inserts(request));
        complete.unwrap_or_default().into_iter().filter(inserts).chain(rest.cloned()).collect()
    }

    /// The answer was lost: the next round reads whether the steps are there.
    fn lost(&mut self, error: TargetError, requests: &[Request]) {
        self.sent.extend_from_slice(requests);
        self.unclear = Some(error);
    }

    /// An error says what stands of the plan.
    fn with_steps(&self, error: TargetError) -> TargetError {
        if self.sent.is_empty() {
            return error;
        }
        let step = |request: &Request| format!("{} {}", request.method().as_str(), request.path());
        let steps: Vec<String> = self.sent.iter().map(step).collect();
        TargetError::Unclear(format!(
            "{error}; read the customer again: these steps were sent: {}",
            steps.join(", ")
        ))
    }
}

/// Inserts and updates, then removals, then core attributes.
fn phase(request: &Request) -> u8 {
    match request {
        Request::DeleteRecord(..) => 1,
        Request::UpdateProfile(..) | Request::DeleteProfile(_) => 2,
        _ => 0,
    }
}

fn is_update(request: &Request) -> bool {
    matches!(request, Request::UpdateRecord(..))
}

fn says_not_there(rejection: &Rejection) -> bool {
    use RejectionKind::{UnknownCustomer, UnknownExtension, UnknownRecord};
    matches!(rejection.kind, UnknownRecord | UnknownCustomer | UnknownExtension)
}

fn rejection(sentence: String) -> Rejection {
    let finding = Finding { place: Place::default(), severity: Severity::Error, sentence };
    Rejection { kind: RejectionKind::Invalid, findings: vec![finding] }
}
