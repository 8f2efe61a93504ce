//! What every request passes on its way in and every answer on its way out.

use super::answer::Answer;
use super::body;
use super::browser::refuse_pages;
use super::desk::{By, Desk};
use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// Lets in who may come, and writes the answer.
pub async fn gate(State(desk): State<Arc<Desk>>, mut request: Request, next: Next) -> Response {
    let (method, uri) = (request.method().to_string(), request.uri().to_string());
    if let Some(simulation) = desk.simulation() {
        tokio::time::sleep(simulation.latency).await;
    }
    let headers = request.headers();
    let signs_in = desk.options.users.is_some();
    let let_in = refuse_pages(headers, signs_in).and_then(|()| signed_in(&desk, headers));
    let mut response = match let_in {
        Ok(by) => {
            request.extensions_mut().insert(by);
            next.run(request).await
        }
        Err(answer) => {
            body::forget(request.into_body()).await;
            answer.into_response()
        }
    };
    match response.extensions_mut().remove::<Answer>() {
        Some(answer) => answer.written(&method, &uri, desk.simulation()),
        None => response,
    }
}

fn signed_in(desk: &Desk, headers: &HeaderMap) -> Result<By, Answer> {
    let Some(users) = &desk.options.users else { return Ok(By(desk.options.by.clone())) };
    let shown = headers.get(AUTHORIZATION).map(axum::http::HeaderValue::as_bytes);
    users.signed_in(shown).map(|user| By(user.to_owned())).ok_or_else(|| {
        let sentence = if shown.is_none() {
            "this server wants a user and a password"
        } else {
            "the user or the password is wrong"
        };
        Answer::error(StatusCode::UNAUTHORIZED, "credentials", sentence)
            .header(WWW_AUTHENTICATE, "Basic realm=\"Profile Desk\"")
    })
}

/// A path that there is not.
pub async fn unknown_path(request: Request) -> Answer {
    let sentence = format!("there is no {} on this server", request.uri().path());
    body::forget(request.into_body()).await;
    Answer::error(StatusCode::NOT_FOUND, "not_found", sentence)
}

/// A method that a path does not know.
pub async fn wrong_method(request: Request) -> Answer {
    let sentence = format!("{} does not take {}", request.uri().path(), request.method());
    body::forget(request.into_body()).await;
    Answer::error(StatusCode::METHOD_NOT_ALLOWED, "not_allowed", sentence)
}
