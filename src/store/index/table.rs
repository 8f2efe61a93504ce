//! Marks by hash: sorted, packed into pages, so that a lookup reads one page. The first hash of each page is kept aside.

use super::super::position::Position;
use super::bytes::{count, low, number};
use super::pages::{PageWriter, Pages, ROOM, Section};
use super::{Mark, damaged};
use std::io;

/// A mark, and the hash of whom or what it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// The hash, of which the high half is kept.
    pub hash: u32,
    /// The mark.
    pub mark: Mark,
}

/// How marks are packed in one run: no wider than its places need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packing {
    /// The lowest number of a segment.
    pub segment: u32,
    /// The bits of an offset.
    pub offset_bits: u32,
    /// The bytes of a mark.
    pub width: usize,
}

impl Packing {
    /// An offset has no more bits.
    pub const MOST_BITS: u32 = 40;

    /// For places from the one to the other, at offsets below `1 << offset_bits`.
    pub fn new(from: Position, to: Position, offset_bits: u32) -> Self {
        let segments = to.segment().saturating_sub(from.segment());
        let bits = 2 + offset_bits + (u32::BITS - segments.leading_zeros());
        Self { segment: from.segment(), offset_bits, width: bits.div_ceil(8).min(8) as usize }
    }

    fn pack(self, mark: Mark) -> u64 {
        let segment = u64::from(mark.position.segment().saturating_sub(self.segment));
        let place = (segment << self.offset_bits) | mark.position.offset();
        place << 2 | u64::from(mark.begins) << 1 | u64::from(mark.gone)
    }

    fn unpack(self, packed: u64) -> Mark {
        let place = packed >> 2;
        let segment = u32::try_from(place >> self.offset_bits).unwrap_or(u32::MAX);
        let offset = place & ((1 << self.offset_bits) - 1);
        let position = Position::new(segment.saturating_add(self.segment), offset);
        Mark { position, begins: packed & 2 != 0, gone: packed & 1 != 0 }
    }
}

/// The bytes before the entries of a page: how many there are, the bytes of a hash, of a mark, and the first hash.
const HEAD: usize = 8;

/// Writes entries that come in order; gives the first hash of each page.
pub fn write(
    pages: &mut PageWriter,
    packing: Packing,
    entries: impl Iterator<Item = io::Result<Entry>>,
) -> io::Result<Vec<u32>> {
    let mut firsts = Vec::new();
    let mut page: Vec<Entry> = Vec::new();
    for entry in entries {
        let entry = entry?;
        let first = page.first().map_or(entry.hash, |first| first.hash);
        if HEAD + (page.len() + 1) * (width(entry.hash.wrapping_sub(first)) + packing.width) > ROOM {
            put(pages, packing, &page, &mut firsts)?;
            page.clear();
        }
        page.push(entry);
    }
    put(pages, packing, &page, &mut firsts)?;
    Ok(firsts)
}

fn put(pages: &mut PageWriter, packing: Packing, page: &[Entry], firsts: &mut Vec<u32>) -> io::Result<()> {
    let (Some(first), Some(last)) = (page.first(), page.last()) else { return Ok(()) };
    let wide = width(last.hash.wrapping_sub(first.hash));
    let mut room = Vec::with_capacity(ROOM);
    room.extend(&page.len().to_le_bytes()[..2]);
    room.extend([wide.to_le_bytes()[0], packing.width.to_le_bytes()[0]]);
    room.extend(first.hash.to_le_bytes());
    for entry in page {
        room.extend(&entry.hash.wrapping_sub(first.hash).to_le_bytes()[..wide]);
        room.extend(&packing.pack(entry.mark).to_le_bytes()[..packing.width]);
    }
    firsts.push(first.hash);
    pages.put(&room)
}

/// The bytes that a number needs.
fn width(number: u32) -> usize {
    (u32::BITS - number.leading_zeros()).div_ceil(8) as usize
}

/// Which pages may hold a key, by the first key of each.
pub fn pages_of(firsts: &[u32], key: u32) -> (u32, u32) {
    let from = firsts.partition_point(|first| *first < key).saturating_sub(1);
    let to = firsts.partition_point(|first| *first <= key);
    (count(from), count(to))
}

/// A page that was read.
pub struct Page {
    room: Vec<u8>,
    count: usize,
    wide: usize,
    packing: Packing,
    first: u32,
}

impl Page {
    pub fn new(room: Vec<u8>, packing: Packing) -> io::Result<Self> {
        let count = usize::from(u16::from_le_bytes([room[0], room[1]]));
        let (wide, marks) = (usize::from(room[2]), usize::from(room[3]));
        if room.len() < ROOM || wide > 4 || marks != packing.width || HEAD + count * (wide + marks) > ROOM {
            return Err(damaged());
        }
        let first = u32::from_le_bytes([room[4], room[5], room[6], room[7]]);
        Ok(Self { room, count, wide, packing, first })
    }

    /// How many entries it has.
    pub fn len(&self) -> usize {
        self.count
    }

    pub fn entry(&self, at: usize) -> Entry {
        let start = HEAD + at * (self.wide + self.packing.width) + self.wide;
        let mark = number(&self.room[start..start + self.packing.width]);
        Entry { hash: self.hash(at), mark: self.packing.unpack(mark) }
    }

    fn hash(&self, at: usize) -> u32 {
        let start = HEAD + at * (self.wide + self.packing.width);
        self.first.wrapping_add(low(number(&self.room[start..start + self.wide])))
    }

    /// Which entries have this hash.
    pub fn range(&self, hash: u32) -> std::ops::Range<usize> {
        let point = |is_before: &dyn Fn(u32) -> bool| {
            let (mut low, mut high) = (0, self.count);
            while low < high {
                let middle = usize::midpoint(low, high);
                if is_before(self.hash(middle)) { low = middle + 1 } else { high = middle }
            }
            low
        };
        point(&|other| other < hash)..point(&|other| other <= hash)
    }
}

/// All entries in order.
pub fn entries(pages: &Pages, section: Section, packing: Packing) -> impl Iterator<Item = io::Result<Entry>> {
    pages.scan(section).flat_map(move |room| {
        let (page, error) = match room.and_then(|room| Page::new(room, packing)) {
            Ok(page) => (Some(page), None),
            Err(error) => (None, Some(Err(error))),
        };
        let entries = page.into_iter().flat_map(|page| (0..page.len()).map(move |at| Ok(page.entry(at))));
        entries.chain(error)
    })
}
