//! Which stretch of the journal a run is for, and what ties it to that.

use super::super::position::Position;
use super::bytes::{Bytes, Reader, halves};
use super::{Unusable, damaged};

/// A stretch of the journal, whole lines from one place to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cover {
    /// The ID of the store.
    pub store: String,
    /// Where its first line begins.
    pub from: Position,
    /// Behind its last line.
    pub to: Position,
    /// The `seq` of its first line.
    pub first_seq: u64,
    /// The `seq` of its last line.
    pub last_seq: u64,
    /// The segments that it is of: number, and checksum of the header.
    pub segments: Vec<(u32, u32)>,
    /// The checksum of the 64 bytes before its end.
    pub last: u32,
}

impl Cover {
    /// The name of the file of a run for it.
    pub fn file_name(&self) -> String {
        format!("index-{}-{}.run", self.first_seq, self.last_seq)
    }

    /// The two as one, if `newer` begins where this ends.
    pub fn joined(&self, newer: &Self) -> Option<Self> {
        let follows = self.store == newer.store
            && self.last_seq < newer.first_seq
            && (self.to == newer.from || self.to.segment() < newer.from.segment());
        let mut segments = self.segments.clone();
        segments.extend(newer.segments.iter().filter(|segment| !self.segments.contains(segment)));
        follows.then(|| Self {
            store: self.store.clone(),
            from: self.from,
            to: newer.to,
            first_seq: self.first_seq,
            last_seq: newer.last_seq,
            segments,
            last: newer.last,
        })
    }

    /// What keeps pages of one run from being taken for those of another.
    pub fn salt(&self) -> u32 {
        crc32fast::hash(&self.to_bytes())
    }

    /// As it stands in a file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Bytes::default();
        out.text(&self.store);
        for number in [self.from.packed(), self.to.packed(), self.first_seq, self.last_seq] {
            out.number(number);
        }
        out.number(u64::from(self.last));
        out.number(self.segments.len() as u64);
        for (number, crc) in &self.segments {
            out.number(u64::from(*number) << 32 | u64::from(*crc));
        }
        out.0
    }

    /// The same back.
    pub fn read(from: &mut Reader<'_>) -> Result<Self, Unusable> {
        let store = from.text()?.to_owned();
        let [start, to, first_seq, last_seq, last] = from.numbers()?;
        let last = u32::try_from(last).map_err(|_| damaged())?;
        let mut segments = Vec::new();
        for _ in 0..from.number()? {
            segments.push(halves(from.number()?));
        }
        let (start, to) = (Position::unpacked(start), Position::unpacked(to));
        Ok(Self { store, from: start, to, first_seq, last_seq, segments, last })
    }
}
