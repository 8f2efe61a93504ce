//! What our own team server has beyond the API (docs/API.md, "Local additions"); no other server is asked for it.

use super::HttpTarget;
use super::client::Answer;
use super::reading::read_json;
use crate::model::apply::Rejection;
use crate::model::profile::{CustomerId, Profile};
use crate::model::request::{Method, Request, encode};
use crate::target::wire::{self, own};
use crate::target::{Accepted, Past, TargetError, Version};

impl HttpTarget {
    /// Sends requests together. They are judged there, each for itself, in one turn.
    pub(super) async fn send_together(
        &self,
        requests: &[Request],
        planned_from: Option<Version>,
    ) -> Result<Vec<Result<Accepted, Rejection>>, TargetError> {
        if requests.is_empty() {
            return Ok(Vec::new());
        }
        let body = wire::batch(requests, planned_from);
        let answer = self.calls.change(Method::Post, own::SEND, Some(&body)).await?;
        if answer.is_success() {
            let answers = wire::read_answers(&answer.body).filter(|answers| answers.len() == requests.len());
            return answers.ok_or_else(|| {
                let place = self.calls.place();
                TargetError::Unclear(format!(
                    "{place} took {} requests and answered something else; read the customer again",
                    requests.len()
                ))
            });
        }
        Err(self.own_error(&format!("POST {}", own::SEND), &answer, requests).await)
    }

    async fn own_error(&self, doing: &str, answer: &Answer, requests: &[Request]) -> TargetError {
        let said = wire::read_error(&answer.body);
        let first = || requests.iter().find_map(Request::customer);
        match (answer.status, said.code.as_deref(), said.customer.clone().or_else(first)) {
            (409, Some("moved"), Some(customer)) => TargetError::Moved(customer),
            (409, Some("moved" | "schemas_moved"), _) => TargetError::SchemasMoved,
            _ => self.calls.error(doing, answer).await,
        }
    }

    /// The IDs of all customers.
    pub(super) async fn list(&self) -> Result<Vec<CustomerId>, TargetError> {
        self.read_own(own::CUSTOMERS, own::CUSTOMERS, |bytes| {
            wire::read_customers(bytes).ok_or_else(|| "it is no list of customers".into())
        })
        .await
    }

    /// At most `limit` customers who have a text.
    pub(super) async fn find_text(&self, text: &str, limit: usize) -> Result<Vec<Profile>, TargetError> {
        let told = self.told().await?;
        let path = format!("{}?text={}&limit={limit}", own::FIND, encode(text));
        self.read_own(&path, own::FIND, |bytes| wire::read_profiles(bytes, |view| self.profile(view, &told)))
            .await
    }

    /// The requests that a customer had.
    pub(super) async fn read_history(&self, id: &CustomerId) -> Result<Vec<Past>, TargetError> {
        let path = format!("{}/{}", own::HISTORY, encode(id.as_str()));
        self.read_own(&path, &path, wire::read_history).await
    }

    /// Reads a path of our own; `named` is how sentences name it, without what was searched for.
    async fn read_own<T>(
        &self,
        path: &str,
        named: &str,
        read: impl FnOnce(&[u8]) -> Result<T, String>,
    ) -> Result<T, TargetError> {
        let answer = self.calls.get(path).await?;
        let doing = format!("GET {named}");
        if !answer.is_success() {
            return Err(self.calls.error(&doing, &answer).await);
        }
        read_json(&answer, read).map_err(|why| self.cannot_mean(&doing, &why))
    }
}
