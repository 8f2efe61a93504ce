//! Customers of whom a line is damaged: they are as of before it, and read-only.

use crate::model::apply::{Rejection, RejectionKind};
use crate::model::profile::CustomerId;
use crate::model::request::Request;
use std::collections::BTreeMap;

/// Each with the place of its damaged line.
#[derive(Default)]
pub struct Held(BTreeMap<CustomerId, String>);

impl Held {
    /// A line of these customers is damaged.
    pub fn hold(&mut self, customers: &[CustomerId], place: &str) {
        for id in customers {
            self.0.entry(id.clone()).or_insert_with(|| place.to_owned());
        }
    }

    /// Whether a request touches a customer who is held.
    pub fn holds(&self, request: &Request) -> bool {
        request.customers().iter().any(|id| self.0.contains_key(id))
    }

    /// A request of a customer who is held is not carried out; what is certain of it all the same is: the customer who is
    /// gone by it, if one is, is given back.
    pub fn pass_over(&mut self, request: &Request) -> Option<CustomerId> {
        let gone = match request {
            Request::DeleteProfile(id) => id,
            Request::MergeProfiles { dst, src, .. } => {
                let place = self.0.get(dst).or_else(|| self.0.get(src)).cloned().unwrap_or_default();
                self.0.insert(dst.clone(), place);
                src
            }
            _ => return None,
        };
        self.0.remove(gone);
        Some(gone.clone())
    }

    /// Refuses a request of a customer who is held.
    pub fn refuse(&self, request: &Request) -> Result<(), Rejection> {
        let customers = request.customers();
        let held = customers.iter().find_map(|id| self.0.get(id).map(|place| read_only(id, place)));
        held.map_or(Ok(()), |sentence| Err(Rejection::new(RejectionKind::ReadOnly, sentence)))
    }

    /// Who is held, and why, for a person; `None` where nobody is.
    pub fn damage(&self) -> Option<String> {
        let all: Vec<String> = self.0.iter().map(|(id, place)| read_only(id, place)).collect();
        (!all.is_empty()).then(|| all.join("; "))
    }
}

fn read_only(id: &CustomerId, place: &str) -> String {
    format!(
        "customer {id} takes no changes: {place} is damaged, and {id} is shown as of before that line; put the line back from a copy of the store, all other customers are whole"
    )
}
