//! Where the records of an extension stand: found by their unique attributes, whatever their number.

use crate::model::profile::Record;
use crate::model::schema::Schema;
use crate::model::value::{UniqueKey, unique_key};
use std::collections::{HashMap, HashSet};

/// The places of one extension's records. One that is taken away leaves a hole, so that the others stay where they are.
#[derive(Default)]
pub struct Places {
    /// Of several records with the same key the first.
    by_key: HashMap<UniqueKey, usize>,
    /// Whether several records have the same key.
    pub shared: bool,
    holes: HashSet<usize>,
}

impl Places {
    /// The places of these records, none of which is a hole.
    pub fn of(schema: &Schema, records: &[Record]) -> Self {
        let mut places = Self::default();
        for (at, record) in records.iter().enumerate() {
            places.note(unique_key(schema, record), at);
        }
        places
    }

    /// Where the first record with this key stands.
    pub fn get(&self, key: Option<&UniqueKey>) -> Option<usize> {
        self.by_key.get(key?).copied()
    }

    /// A record with this key was added there.
    pub fn note(&mut self, key: Option<UniqueKey>, at: usize) {
        if let Some(key) = key {
            self.shared |= *self.by_key.entry(key).or_insert(at) != at;
        }
    }

    /// The record with this key, which stands there, is taken away.
    pub fn dig(&mut self, key: &UniqueKey, at: usize) {
        self.by_key.remove(key);
        self.holes.insert(at);
    }

    /// How many records were taken away.
    pub fn holes(&self) -> usize {
        self.holes.len()
    }

    /// Takes the holes out of the records, and with that the places lose their meaning.
    pub fn close(self, records: &mut Vec<Record>) {
        let mut at = 0_usize..;
        records.retain(|_| at.next().is_none_or(|at| !self.holes.contains(&at)));
    }
}
