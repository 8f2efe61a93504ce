//! The index: what lets a store open and answer without reading its journal. It is derived, in files named
//! `index-<first seq>-<last seq>.run`, each for a stretch of the journal that it is tied to (see [`Cover`]), and never trusted over
//! the journal: whoever follows a [`Mark`] compares the line's checksum and whose it is.
//!
//! A [`Building`] takes lines; it answers at any time, and is how the end of the journal is kept in memory. Written, it is a
//! [`Run`], which answers by reading single pages. Runs that follow one another are joined into one.

mod building;
mod bytes;
mod choose;
mod cover;
mod grams;
mod join;
mod pages;
mod rows;
mod run;
mod table;
mod write;

use super::position::Position;
use crate::model::profile::CustomerId;
use siphasher::sip::SipHasher13;
use std::hash::Hasher;
use std::io;

pub use building::Building;
pub use choose::{Chosen, choose};
pub use cover::Cover;
pub use grams::Needle;
pub use join::join;
pub use run::{Marks, Run};

/// What customers and values are hashed with: each store has its own, so that nobody can make up IDs that meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key(u64, u64);

impl Key {
    /// That of the store with this ID.
    pub fn new(store: &str) -> Self {
        let half = |which| Self(0, which).hash(store.as_bytes());
        Self(half(0), half(1))
    }

    /// The hash of a customer's ID.
    fn customer(self, id: &CustomerId) -> u64 {
        self.hash(id.as_str().as_bytes())
    }

    /// The hash of a value, letter case ignored.
    fn value(self, value: &str) -> u64 {
        self.hash(value.to_lowercase().as_bytes())
    }

    fn hash(self, bytes: &[u8]) -> u64 {
        let mut hasher = SipHasher13::new_with_keys(self.0, self.1);
        hasher.write(bytes);
        hasher.finish()
    }
}

/// That a line touches a customer: hashes may meet, so whoever reads the line looks whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    /// Where the line begins.
    pub position: Position,
    /// Whether the profile begins there anew: a create or a checkpoint.
    pub begins: bool,
    /// Whether the customer is gone from there on: deleted, or merged into another.
    pub gone: bool,
}

impl Mark {
    const BEGINS: u64 = 1 << 63;
    const GONE: u64 = 1 << 62;

    /// As one number.
    pub fn packed(self) -> u64 {
        let flag = |is: bool, flag| if is { flag } else { 0 };
        self.position.packed() | flag(self.begins, Self::BEGINS) | flag(self.gone, Self::GONE)
    }

    /// The same back.
    pub fn unpacked(packed: u64) -> Self {
        Self {
            position: Position::unpacked(packed & !(Self::BEGINS | Self::GONE)),
            begins: packed & Self::BEGINS != 0,
            gone: packed & Self::GONE != 0,
        }
    }
}

/// Why a file of the index cannot be used. The journal has everything that it had.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    /// The disk refused.
    #[error(transparent)]
    Disk(#[from] io::Error),
    /// It is of another store, or of another version of the program.
    #[error("it is {0}")]
    Other(&'static str),
}

/// That a page is not as it was written.
fn damaged() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the index is damaged")
}

#[cfg(test)]
mod tests;
