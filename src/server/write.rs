//! The API's requests that change something.

use super::answer::Answer;
use super::body;
use super::desk::{By, Desk};
use super::read::permitted;
use super::simulate::{Faults, Simulated};
use crate::model::json::{Json, MAX_DEPTH, quoted};
use crate::model::request::{self, Method, Request};
use crate::target::{Accepted, wire};
use axum::extract::{self, State};
use axum::http::StatusCode;
use std::sync::Arc;

/// A request of the API, whichever it is.
pub async fn write(State(desk): State<Arc<Desk>>, incoming: extract::Request) -> Result<Answer, Answer> {
    let (parts, body) = incoming.into_parts();
    let by = parts.extensions.get::<By>().map_or_else(|| desk.options.by.clone(), |By(by)| by.clone());
    let (method, path) = (parts.method.as_str(), parts.uri.path());
    let is_schema = path.starts_with("/metadata/");
    let faults = desk.simulated.as_deref().map(Simulated::faults);
    let allowed = if is_schema { permitted(&desk) } else { Ok(()) };
    if let Err(answer) = allowed.and_then(|()| faults.map_or(Ok(()), |faults| faults.before(is_schema))) {
        body::forget(body).await;
        return Err(answer);
    }
    let body = if method == Method::Delete.as_str() {
        body::forget(body).await;
        None
    } else {
        Some(body::json(body, desk.limits(), MAX_DEPTH).await?.ok_or_else(|| no_body(method, path))?)
    };
    let request = Request::from_parts(method, path, body).map_err(Answer::invalid)?;
    if faults.is_some_and(Faults::cuts_before) {
        return Err(Answer::cut());
    }
    let mut answers = desk.writer.write(vec![request.clone()], None, by).await?;
    let missing = || Answer::error(StatusCode::INTERNAL_SERVER_ERROR, "unclear", "the store gave no answer");
    let accepted = answers.pop().ok_or_else(missing)??;
    if faults.is_some_and(Faults::cuts_after) {
        return Err(Answer::cut());
    }
    Ok(done(&desk, &request, &accepted))
}

fn no_body(method: &str, path: &str) -> Answer {
    Answer::error(
        StatusCode::BAD_REQUEST,
        "not_json",
        format!("{method} {path} needs a body, and it is empty"),
    )
}

/// The documented answer to an accepted request.
fn done(desk: &Desk, request: &Request, accepted: &Accepted) -> Answer {
    let at = |path: String| format!("{}{path}", desk.options.prefix);
    match request {
        Request::CreateProfile(_) => match &accepted.customer {
            Some(id) => {
                let location = at(format!("/profiles/{}", request::encode(id.as_str())));
                Answer::created(&location, wire::created(id))
            }
            None => done_with_200(desk),
        },
        Request::CreateSchema(body) => {
            let name = body.view().get("name").and_then(|name| name.text().map(std::borrow::Cow::into_owned));
            let name = name.unwrap_or_default();
            let told =
                Json::parse(&format!("{{\"name\":{}}}", quoted(&name))).unwrap_or_else(|_| Json::null());
            Answer::created(&at(format!("/metadata/profiles/extensions/{}", request::encode(&name))), told)
        }
        Request::UpdateRecord(..)
        | Request::DeleteRecord(..)
        | Request::MergeProfiles { .. }
        | Request::DeleteSchema(_) => Answer::nothing(),
        _ => done_with_200(desk),
    }
}

fn done_with_200(desk: &Desk) -> Answer {
    let silent = desk.simulation().is_some_and(|simulation| simulation.no_content);
    if silent { Answer::nothing() } else { Answer::json(Json::object(std::iter::empty())) }
}
