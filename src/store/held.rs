//! Customers of whom a line is damaged: they are as of before it, and read-only.

use super::position::Position;
use crate::model::apply::{Rejection, RejectionKind};
use crate::model::profile::CustomerId;
use crate::model::request::Request;
use std::collections::BTreeMap;

/// Each with its first damaged line, and those who are gone all the same.
#[derive(Default)]
pub struct Held {
    held: BTreeMap<CustomerId, Hold>,
    /// Who was held, and is gone by a later line: up to that line nothing of them counts.
    gone: BTreeMap<CustomerId, Position>,
}

struct Hold {
    from: Position,
    place: String,
}

/// Which lines of one customer count.
#[derive(Clone, Copy, Debug)]
pub struct Counting {
    before: Option<Position>,
    behind: Option<Position>,
}

impl Counting {
    /// Whether the line at a place counts.
    pub fn counts(self, position: Position) -> bool {
        self.before.is_none_or(|before| position < before)
            && self.behind.is_none_or(|behind| position > behind)
    }
}

impl Held {
    /// Whether nothing was ever damaged.
    pub fn is_empty(&self) -> bool {
        self.held.is_empty() && self.gone.is_empty()
    }

    /// A line of these customers is damaged.
    pub fn hold(&mut self, customers: &[CustomerId], from: Position, place: &str) {
        for id in customers {
            self.held.entry(id.clone()).or_insert_with(|| Hold { from, place: place.to_owned() });
        }
    }

    /// Which lines of a customer count.
    pub fn of(&self, id: &CustomerId) -> Counting {
        Counting { before: self.held.get(id).map(|hold| hold.from), behind: self.gone.get(id).copied() }
    }

    /// A request of a customer who is held is not carried out; what is certain of it all the same is: the customer who is
    /// gone by it, if one is, and that whoever took that one in is not whole either.
    pub fn pass_over(&mut self, request: &Request, position: Position) {
        if !request.customers().iter().any(|id| self.held.contains_key(id)) {
            return;
        }
        let gone = match request {
            Request::DeleteProfile(id) => id,
            Request::MergeProfiles { dst, src, .. } => {
                let place = self.held.get(dst).or_else(|| self.held.get(src)).map(|hold| hold.place.clone());
                self.hold(std::slice::from_ref(dst), position, &place.unwrap_or_default());
                src
            }
            _ => return,
        };
        self.held.remove(gone);
        self.gone.insert(gone.clone(), position);
    }

    /// Refuses a request of a customer who is held.
    pub fn refuse(&self, request: &Request) -> Result<(), Rejection> {
        if self.held.is_empty() {
            return Ok(());
        }
        let customers = request.customers();
        let held = customers.iter().find_map(|id| self.held.get(id).map(|hold| read_only(id, &hold.place)));
        held.map_or(Ok(()), |sentence| Err(Rejection::new(RejectionKind::ReadOnly, sentence)))
    }

    /// Who is held, and why, for a person; `None` where nobody is.
    pub fn damage(&self) -> Option<String> {
        let all: Vec<String> = self.held.iter().map(|(id, hold)| read_only(id, &hold.place)).collect();
        (!all.is_empty()).then(|| all.join("; "))
    }
}

/// Why a customer takes no changes, for a person.
pub fn read_only(id: &CustomerId, place: &str) -> String {
    format!(
        "customer {id} takes no changes: {place} is damaged, and {id} is shown as of before that line; `check --repair` rescues what is whole, or put the line back from a copy of the store; all other customers are whole"
    )
}
