//! Sending requests to a server, and what its answers mean.

use super::HttpTarget;
use super::calls::doing;
use super::client::Answer;
use crate::model::apply::Rejection;
use crate::model::profile::CustomerId;
use crate::model::request::Request;
use crate::target::{Accepted, TargetError, wire};
use percent_encoding::percent_decode_str;

impl HttpTarget {
    /// Sends requests one after the other; each is judged for itself. Where one fails, those before it stand.
    pub(super) async fn send_each(
        &self,
        requests: &[Request],
    ) -> Result<Vec<Result<Accepted, Rejection>>, TargetError> {
        let mut answers = Vec::new();
        for request in requests {
            match self.send_one(request).await {
                Ok(answer) => answers.push(answer),
                Err(error) if answers.is_empty() => return Err(error),
                Err(error) => {
                    let (done, all) = (answers.len(), requests.len());
                    return Err(TargetError::Unclear(format!(
                        "{error}; of {all} requests the first {done} were answered"
                    )));
                }
            }
        }
        Ok(answers)
    }

    async fn send_one(&self, request: &Request) -> Result<Result<Accepted, Rejection>, TargetError> {
        if matches!(request, Request::Checkpoint(..)) {
            return Err(TargetError::NotOffered(format!(
                "{} is a line of a local store, which no server takes",
                doing(request)
            )));
        }
        let answer = self.calls.change(request.method(), &request.path(), request.body()).await?;
        let doing = doing(request);
        match answer.status {
            // A page to sign in, perhaps: it is not the server who answers so.
            200..=299 if answer.is_page() => Err(self.calls.unclear(&doing, "a web page answered")),
            200..=299 => Ok(Ok(Accepted { customer: changed(request, &answer) })),
            401 | 403 | 405 | 407 => Err(self.calls.error(&doing, &answer).await),
            404 => {
                self.is_its_own_404(&doing, &answer)?;
                Ok(Err(self.refusal(request, &answer)))
            }
            400..=499 => Ok(Err(self.refusal(request, &answer))),
            _ => Err(self.calls.error(&doing, &answer).await),
        }
    }

    /// The server's refusal, in its words.
    fn refusal(&self, request: &Request, answer: &Answer) -> Rejection {
        let mut said = wire::read_error(&answer.body);
        said.text = Some(format!("{} refused it ({})", self.calls.place(), self.calls.seen(answer)));
        for finding in &mut said.findings {
            finding.sentence = self.calls.line(&finding.sentence);
        }
        let other = || Rejection::new(crate::model::apply::RejectionKind::Invalid, "the server refused it");
        wire::read_refusal(answer.status, request, &said).unwrap_or_else(other)
    }
}

/// The customer whom an accepted request changed; of a create the one that the server made, where it tells that.
fn changed(request: &Request, answer: &Answer) -> Option<CustomerId> {
    if !matches!(request, Request::CreateProfile(_)) {
        return request.customer();
    }
    wire::read_created(&answer.body).or_else(|| {
        let path = answer.location()?.split(['?', '#']).next()?.trim_end_matches('/');
        let (before, last) = path.rsplit_once('/')?;
        let id = percent_decode_str(last).decode_utf8().ok()?;
        before.ends_with("/profiles").then(|| CustomerId::new(&id).ok())?
    })
}
