//! Sending to servers that are not ours: one phase of the plan a round, one request after the other.

use super::{Ended, Next, Rounds, Start};
use crate::model::apply::{Rejection, RejectionKind};
use crate::model::finding::{Finding, Severity};
use crate::model::plan::plan_with_sets;
use crate::model::read_back::differences;
use crate::model::request::Request;
use crate::target::{Accepted, TargetError};

const NO_ID: &str =
    "the server made the customer and did not say its ID; look for the customer before you send it again";
const NOT_KEPT: &str = "the server accepted what was sent, but reading back shows that it did not keep it";

impl Rounds<'_> {
    /// The steps of the first phase, one by one; the next round reads what came of them.
    pub(super) fn send_phase(&mut self, start: Start) -> Ended {
        let Some(first) = start.requests.first().map(phase) else { return Ok(Next::Round) };
        let requests: Vec<Request> =
            start.requests.iter().take_while(|request| phase(request) == first).cloned().collect();
        if requests == self.latest {
            let rejection = not_kept(&start);
            return Ok(self.refused(rejection, start.now).into());
        }
        self.latest.clone_from(&requests);
        self.note_insert(&start, &requests);
        for request in requests {
            let answer = match self.send_one(&request) {
                Err(error @ TargetError::Unclear(_)) => {
                    self.lost(error, vec![request]);
                    return Ok(Next::Round);
                }
                answer => answer?,
            };
            match answer {
                Ok(accepted) => {
                    let made = matches!(request, Request::CreateProfile(_));
                    self.sent.push(request);
                    if made {
                        return accepted
                            .customer
                            .map(Next::Made)
                            .ok_or_else(|| TargetError::Unclear(NO_ID.into()));
                    }
                }
                Err(rejection) if says_not_there(&rejection) && self.doubt(&request) => {
                    self.latest.clear();
                    return Ok(Next::Round);
                }
                Err(rejection) => {
                    let now = self.now()?;
                    return Ok(self.refused(rejection, now).into());
                }
            }
        }
        Ok(Next::Round)
    }

    fn send_one(&self, request: &Request) -> Result<Result<Accepted, Rejection>, TargetError> {
        let refused = |kind, sentence: String| Ok(Err(Rejection::new(kind, sentence)));
        match self.target.send(std::slice::from_ref(request), None, self.stamp) {
            Err(TargetError::NotOffered(sentence)) if is_update(request) => {
                refused(RejectionKind::UnknownRecord, sentence)
            }
            // Nothing came of this step, earlier ones stand.
            Err(
                TargetError::NotOffered(sentence)
                | TargetError::Forbidden(sentence)
                | TargetError::Credentials(sentence)
                | TargetError::Unavailable(sentence),
            ) if !self.sent.is_empty() => refused(RejectionKind::Invalid, sentence),
            answers => Ok(answers?
                .pop()
                .unwrap_or_else(|| Err(Rejection::new(RejectionKind::Invalid, "the server gave no answer")))),
        }
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
    pub(super) fn without_doubted_updates(&self, start: &Start) -> Vec<Request> {
        let updated = |request: &Request| match request {
            Request::UpdateRecord(_, name, _) => Some(name.clone()),
            _ => None,
        };
        let sets: Vec<String> = self.doubted.iter().filter_map(updated).collect();
        let (before, after) = (start.seen.as_ref(), start.goal.as_ref());
        let plan = || plan_with_sets(before, after, &start.schemas, &start.rules, &sets).ok();
        Some(&sets)
            .filter(|sets| !sets.is_empty())
            .and_then(|_| plan())
            .unwrap_or_else(|| start.requests.clone())
    }
}

fn not_kept(start: &Start) -> Rejection {
    let shown = start.goal.as_ref().zip(start.profile());
    let places = shown.map(|(goal, now)| differences(goal, now, &start.schemas)).unwrap_or_default();
    let finding = |place| Finding { place, severity: Severity::Error, sentence: NOT_KEPT.into() };
    if places.is_empty() {
        return Rejection::new(RejectionKind::Invalid, NOT_KEPT);
    }
    Rejection { kind: RejectionKind::Invalid, findings: places.into_iter().map(finding).collect() }
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
