//! Where a line begins: its segment, and the offset in it.

use std::fmt;

/// A place in the journal. Places order as the lines do.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position(u64);

/// How many bits the offset takes; the segment has the others. In bits.
const OFFSET: u32 = 40;

impl Position {
    /// The highest number of a segment that has a place here.
    pub const LAST_SEGMENT: u32 = (1 << 22) - 1;

    /// The byte at `offset` of a segment.
    pub fn new(segment: u32, offset: u64) -> Self {
        Self((u64::from(segment) << OFFSET) | (offset & ((1 << OFFSET) - 1)))
    }

    /// Behind every byte that a segment can have.
    pub fn end_of(segment: u32) -> Self {
        Self::new(segment, u64::MAX)
    }

    /// The number of the segment.
    pub fn segment(self) -> u32 {
        u32::try_from(self.0 >> OFFSET).unwrap_or(u32::MAX)
    }

    /// The offset in it, in bytes.
    pub fn offset(self) -> u64 {
        self.0 & ((1 << OFFSET) - 1)
    }

    /// As one number, of which the two highest bits are never used.
    pub fn packed(self) -> u64 {
        self.0
    }

    /// The same back.
    pub fn unpacked(packed: u64) -> Self {
        Self(packed)
    }
}

impl fmt::Debug for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.segment(), self.offset())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_come_back_and_order_as_the_lines_do() {
        let places = [(1, 0), (1, 7), (2, 0), (2, (1 << OFFSET) - 1), (Position::LAST_SEGMENT, 1)];
        let packed: Vec<Position> = places.iter().map(|(segment, at)| Position::new(*segment, *at)).collect();
        assert!(packed.is_sorted());
        for (place, (segment, at)) in packed.iter().zip(places) {
            let back = Position::unpacked(place.packed());
            assert_eq!((back.segment(), back.offset()), (segment, at));
        }
    }
}
