//! The additions that only our own team server has (docs/API.md, "Local additions").

use super::answer::Answer;
use super::body;
use super::desk::{By, Desk};
use super::query::{self, Query};
use crate::model::json::Json;
use crate::model::profile::Profile;
use crate::model::request::Request;
use crate::target::wire;
use axum::body::Body;
use axum::extract::{Extension, State};
use axum::http::Uri;
use std::sync::Arc;

type Told = Result<Answer, Answer>;
type Shared = State<Arc<Desk>>;

/// How many customers a search finds, unless it says otherwise.
const FOUND: usize = 200;

/// `GET /x/customers`
pub async fn customers(State(desk): Shared) -> Told {
    desk.ask(|target| Ok(Answer::json(wire::customers(&target.customers()?)))).await
}

/// `GET /x/find?text=…&limit=…`
pub async fn find(State(desk): Shared, uri: Uri) -> Told {
    let mut query = Query::of(&uri)?;
    let text =
        query.take("text").ok_or_else(|| Answer::invalid("no text is looked for: ?text=… is wanted"))?;
    let limit = match query.take("limit") {
        Some(limit) => limit.parse().map_err(|_| Answer::invalid("limit is no whole number"))?,
        None => FOUND,
    };
    desk.ask(move |target| {
        let found: Vec<Json> = target.find(&text, limit)?.iter().map(Profile::to_json).collect();
        Ok(Answer::json(Json::array(found.iter().map(Json::view))))
    })
    .await
}

/// `GET /x/history/{id}`
pub async fn history(State(desk): Shared, uri: Uri) -> Told {
    let id = query::customer(&uri)?;
    desk.ask(move |target| {
        let history: Vec<Json> = target.history(&id)?.iter().map(wire::past).collect();
        Ok(Answer::json(Json::array(history.iter().map(Json::view))))
    })
    .await
}

/// `POST /x/send`
pub async fn send(State(desk): Shared, Extension(By(by)): Extension<By>, body: Body) -> Told {
    let body = body::json(body, desk.limits(), wire::BATCH_DEPTH).await?;
    let body = body.ok_or_else(|| Answer::invalid("the body with the requests is missing"))?;
    let (requests, planned_from) = wire::read_batch(body.view()).map_err(Answer::invalid)?;
    if requests.iter().any(|request| matches!(request, Request::Checkpoint(..))) {
        return Err(Answer::invalid("a checkpoint is a store's own line: nobody can send one"));
    }
    let answers = desk.writer.write(requests, planned_from, by).await?;
    Ok(Answer::json(wire::answers(&answers)))
}
