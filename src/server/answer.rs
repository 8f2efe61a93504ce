//! What a handler answers, before it is written: method and path of an error, and the form that a simulation gives to all,
//! are added where it leaves.

use super::simulate::{ErrorForm, Simulation};
use crate::model::apply::Rejection;
use crate::model::finding::Finding;
use crate::model::json::Json;
use crate::model::profile::CustomerId;
use crate::target::{TargetError, wire};
use axum::body::Body;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};
use axum::response::{IntoResponse, Response};

/// An answer.
#[derive(Clone, Debug)]
pub struct Answer {
    status: StatusCode,
    headers: Vec<(HeaderName, HeaderValue)>,
    said: Said,
}

#[derive(Clone, Debug)]
enum Said {
    Nothing,
    Json(Json),
    Trouble(Box<Trouble>),
    /// The connection ends without an answer.
    Cut,
}

#[derive(Clone, Debug)]
struct Trouble {
    code: &'static str,
    sentence: String,
    findings: Vec<Finding>,
    customer: Option<CustomerId>,
}

/// On a response: the connection is to be cut in its place.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the connection is cut without an answer")]
pub struct Cut;

impl Answer {
    /// 200 with a body.
    pub fn json(json: Json) -> Self {
        Self::with(StatusCode::OK, Said::Json(json))
    }

    /// 201 with a body and where the new thing is.
    pub fn created(location: &str, json: Json) -> Self {
        let answer = Self::with(StatusCode::CREATED, Said::Json(json));
        answer.header(axum::http::header::LOCATION, location)
    }

    /// 204.
    pub fn nothing() -> Self {
        Self::with(StatusCode::NO_CONTENT, Said::Nothing)
    }

    /// An error with its code and a sentence.
    pub fn error(status: StatusCode, code: &'static str, sentence: impl Into<String>) -> Self {
        let trouble = Trouble { code, sentence: sentence.into(), findings: Vec::new(), customer: None };
        Self::with(status, Said::Trouble(Box::new(trouble)))
    }

    /// 500: this program is wrong.
    pub fn broken() -> Self {
        Self::error(StatusCode::INTERNAL_SERVER_ERROR, "broken", "the server has a fault")
    }

    /// 400: the request itself is wrong.
    pub fn invalid(sentence: impl Into<String>) -> Self {
        Self::error(StatusCode::BAD_REQUEST, "invalid", sentence)
    }

    /// No answer at all.
    pub fn cut() -> Self {
        Self::with(StatusCode::INTERNAL_SERVER_ERROR, Said::Cut)
    }

    /// One more header. A value that no header can hold is left out.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: &str) -> Self {
        self.headers.extend(HeaderValue::from_str(value).ok().map(|value| (name, value)));
        self
    }

    fn with(status: StatusCode, said: Said) -> Self {
        Self { status, headers: Vec::new(), said }
    }

    /// The bytes of the answer to `method uri`, in the form of `simulation` where there is one.
    pub fn written(self, method: &str, uri: &str, simulation: Option<&Simulation>) -> Response {
        let (kind, text) = match &self.said {
            Said::Nothing => (None, String::new()),
            Said::Json(json) => (Some("application/json"), json.to_string()),
            Said::Trouble(trouble) => {
                let body = trouble.body(method, uri, self.status);
                simulation.map_or(ErrorForm::Own, |simulation| simulation.errors).written(&body)
            }
            Said::Cut => return Cut.into_response(),
        };
        let mut response = Response::new(Body::from(text));
        *response.status_mut() = self.status;
        response.headers_mut().extend(self.headers);
        if let Some(kind) = kind {
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        }
        response
    }
}

impl Trouble {
    fn body(&self, method: &str, uri: &str, status: StatusCode) -> Json {
        let (status, customer) = (status.as_u16(), self.customer.as_ref());
        wire::error(method, uri, status, self.code, &self.sentence, &self.findings, customer)
    }
}

impl From<Rejection> for Answer {
    fn from(rejection: Rejection) -> Self {
        let (status, code) = wire::refusal(rejection.kind);
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
        let sentence = rejection.to_string();
        let trouble = Trouble { code, sentence, findings: rejection.findings, customer: None };
        Self::with(status, Said::Trouble(Box::new(trouble)))
    }
}

impl From<TargetError> for Answer {
    fn from(error: TargetError) -> Self {
        let (status, code) = match &error {
            TargetError::NotReached(_) | TargetError::Unavailable(_) | TargetError::Missing(_) => {
                (StatusCode::SERVICE_UNAVAILABLE, "not_reached")
            }
            TargetError::Moved(_) => (StatusCode::CONFLICT, "moved"),
            TargetError::SchemasMoved => (StatusCode::CONFLICT, "schemas_moved"),
            TargetError::NotOffered(_) => (StatusCode::NOT_IMPLEMENTED, "not_offered"),
            TargetError::Credentials(_) | TargetError::Forbidden(_) => (StatusCode::FORBIDDEN, "forbidden"),
            TargetError::Made(..) | TargetError::Unclear(_) => (StatusCode::INTERNAL_SERVER_ERROR, "unclear"),
        };
        let sentence = error.to_string();
        let customer = if let TargetError::Moved(id) = error { Some(id) } else { None };
        let trouble = Trouble { code, sentence, findings: Vec::new(), customer };
        let answer = Self::with(status, Said::Trouble(Box::new(trouble)));
        if status == StatusCode::SERVICE_UNAVAILABLE { answer.header(RETRY_AFTER, "1") } else { answer }
    }
}

/// Carried to the edge, where it is written.
impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        response.extensions_mut().insert(self);
        response
    }
}

impl IntoResponse for Cut {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        response.extensions_mut().insert(self);
        response
    }
}
