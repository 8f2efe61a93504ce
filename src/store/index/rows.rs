//! Rows of bits over the blocks of a run: which blocks set a row. Of the ones and the zeroes of a row, whichever are fewer are
//! written as the gaps between them, each gap in a Rice code, so that a row takes about as much as it tells.
//!
//! A page is a row number and then records. A row that does not fit goes on in the next page, with a record of its own.

use super::bytes::{self, number, size};
use super::damaged;
use super::pages::{PageWriter, ROOM};
use std::io;

/// Bits over blocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bits {
    words: Vec<u64>,
    len: usize,
}

impl Bits {
    /// So many zeroes.
    pub fn new(len: usize) -> Self {
        Self { words: vec![0; len.div_ceil(64)], len }
    }

    /// So many ones.
    pub fn all(len: usize) -> Self {
        let mut bits = Self::new(len);
        (0..len).for_each(|at| bits.put(at, true));
        bits
    }

    pub fn len(&self) -> usize {
        self.len
    }

    /// Makes it a one, or a zero.
    pub fn put(&mut self, at: usize, is_one: bool) {
        if at < self.len {
            let (word, bit) = (&mut self.words[at / 64], 1 << (at % 64));
            *word = if is_one { *word | bit } else { *word & !bit };
        }
    }

    /// How many are ones.
    pub fn count(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Keeps the ones that are ones in the other too.
    pub fn and(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(word, other)| *word &= other);
    }

    /// Sets what the other has, that many bits further on.
    pub fn or_at(&mut self, other: &Self, shift: usize) {
        let (words, bits) = (shift / 64, shift % 64);
        for (at, word) in other.words.iter().enumerate() {
            let parts = [word << bits, if bits == 0 { 0 } else { word >> (64 - bits) }];
            for (part, to) in parts.into_iter().zip(at + words..) {
                if let Some(to) = self.words.get_mut(to) {
                    *to |= part;
                }
            }
        }
    }

    /// The places of the ones, or of the zeroes, from one on.
    pub fn places(&self, ones: bool, from: usize) -> impl Iterator<Item = usize> {
        let flip = if ones { 0 } else { u64::MAX };
        let mut at = from / 64;
        let mut word = self.words.get(at).map_or(0, |word| (word ^ flip) & (u64::MAX << (from % 64)));
        std::iter::from_fn(move || {
            while word == 0 {
                at += 1;
                word = self.words.get(at)? ^ flip;
            }
            let place = at * 64 + word.trailing_zeros() as usize;
            word &= word - 1;
            (place < self.len).then_some(place)
        })
    }
}

/// The bytes before the records of a page: the first row, and where the records end.
const HEAD: usize = 6;
/// More than what stands before the codes of a record.
const RECORD: usize = 20;
/// Less room than this for codes is not worth a record.
const LEAST: usize = 16;
/// In the first byte of a record: the zeroes are written.
const ZEROES: u8 = 0x80;
/// In the first byte of a record: it is of all blocks.
const WHOLE: u8 = 0x40;

/// Writes rows that come in order; gives the first row of each page.
pub fn write(
    pages: &mut PageWriter,
    rows: impl Iterator<Item = io::Result<(u32, Bits)>>,
) -> io::Result<Vec<u32>> {
    let mut writer = RowWriter { pages, room: Vec::new(), last: 0, firsts: Vec::new() };
    for row in rows {
        let (row, bits) = row?;
        writer.put(row, &bits)?;
    }
    writer.finish()
}

struct RowWriter<'a> {
    pages: &'a mut PageWriter,
    room: Vec<u8>,
    last: u32,
    /// The first row of each page.
    firsts: Vec<u32>,
}

impl RowWriter<'_> {
    /// Another row; one without ones is left out.
    fn put(&mut self, row: u32, bits: &Bits) -> io::Result<()> {
        let ones = bits.count();
        if ones == 0 {
            return Ok(());
        }
        let fewer_ones = ones <= bits.len() / 2;
        let parameter = parameter(bits.len(), if fewer_ones { ones } else { bits.len() - ones });
        let mut from = 0;
        while from < bits.len() {
            if self.room.is_empty() || self.room.len() + RECORD + LEAST > ROOM {
                self.turn(row)?;
            }
            let budget = ROOM - self.room.len() - RECORD;
            let (codes, to) = encoded(bits, fewer_ones, parameter, from, budget);
            self.record(row, (from, to), bits.len(), fewer_ones, parameter, &codes);
            from = to;
        }
        Ok(())
    }

    /// Writes the last page.
    fn finish(mut self) -> io::Result<Vec<u32>> {
        self.turn(0)?;
        self.firsts.pop();
        Ok(self.firsts)
    }

    /// Writes the page, and begins another with this row.
    fn turn(&mut self, row: u32) -> io::Result<()> {
        if !self.room.is_empty() {
            let end = self.room.len().to_le_bytes();
            self.room[4..HEAD].copy_from_slice(&end[..HEAD - 4]);
            self.pages.put(&self.room)?;
        }
        self.room.clear();
        self.room.extend(row.to_le_bytes());
        self.room.extend([0; 2]);
        self.last = row;
        self.firsts.push(row);
        Ok(())
    }

    fn record(
        &mut self,
        row: u32,
        (from, to): (usize, usize),
        len: usize,
        ones: bool,
        parameter: u8,
        codes: &[u8],
    ) {
        let whole = from == 0 && to == len;
        self.room.push(parameter | if ones { 0 } else { ZEROES } | if whole { WHOLE } else { 0 });
        put_number(&mut self.room, (row - self.last) as usize);
        if !whole {
            put_number(&mut self.room, from);
            put_number(&mut self.room, to - from);
        }
        put_number(&mut self.room, codes.len());
        self.room.extend(codes);
        self.last = row;
    }
}

/// The number of low bits that suits so many places.
fn parameter(len: usize, places: usize) -> u8 {
    let gap = len * 7 / (places.max(1) * 10);
    gap.checked_ilog2().map_or(0, |bits| bits.min(31).to_le_bytes()[0])
}

/// The codes of the places from one on, as many as there is room for, and the block before which they end.
fn encoded(bits: &Bits, ones: bool, parameter: u8, from: usize, budget: usize) -> (Vec<u8>, usize) {
    let mut writer = BitWriter::default();
    let mut next = from;
    for place in bits.places(ones, from) {
        let gap = place - next;
        let high = gap >> parameter;
        if writer.bits + high + 1 + usize::from(parameter) > budget * 8 {
            // What lies between is of the other kind, so the record may end anywhere before this place.
            return if next > from { (writer.finish(), next) } else { (Vec::new(), place) };
        }
        writer.zeroes(high);
        writer.put(1 | ((gap & ((1 << parameter) - 1)) as u64) << 1, 1 + u32::from(parameter));
        next = place + 1;
    }
    (writer.finish(), bits.len())
}

/// Bits, the lowest of a byte first.
#[derive(Default)]
struct BitWriter {
    bytes: Vec<u8>,
    word: u64,
    used: u32,
    /// How many there are.
    bits: usize,
}

impl BitWriter {
    fn put(&mut self, value: u64, count: u32) {
        self.word |= value << self.used;
        self.used += count;
        self.bits += count as usize;
        if self.used >= 32 {
            let [a, b, c, d, ..] = self.word.to_le_bytes();
            self.bytes.extend([a, b, c, d]);
            self.word >>= 32;
            self.used -= 32;
        }
    }

    fn zeroes(&mut self, mut count: usize) {
        while count > 0 {
            let some = count.min(32);
            self.put(0, bytes::count(some));
            count -= some;
        }
    }

    fn finish(mut self) -> Vec<u8> {
        self.bytes.extend(&self.word.to_le_bytes()[..self.used.div_ceil(8) as usize]);
        self.bytes
    }
}

/// Gives the gaps of codes back.
struct Gaps<'a> {
    bytes: &'a [u8],
    word: u64,
    have: u32,
    parameter: u32,
}

impl Gaps<'_> {
    fn fill(&mut self) {
        if self.have < 32 {
            let (four, rest) = self.bytes.split_at(self.bytes.len().min(4));
            self.word |= number(four) << self.have;
            self.have += 8 * bytes::count(four.len());
            self.bytes = rest;
        }
    }

    fn take(&mut self, count: u32) -> u64 {
        let value = self.word & ((1 << count) - 1);
        self.word >>= count;
        self.have = self.have.saturating_sub(count);
        value
    }
}

impl Iterator for Gaps<'_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        let mut high = 0;
        loop {
            self.fill();
            if self.word != 0 {
                break;
            }
            if self.have == 0 {
                return None;
            }
            high += self.have as usize;
            self.have = 0;
        }
        let zeroes = self.word.trailing_zeros();
        high += zeroes as usize;
        self.take(zeroes);
        self.take(1);
        self.fill();
        Some((high << self.parameter) | size(self.take(self.parameter)))
    }
}

/// Records of one page.
pub struct Records<'a> {
    rest: &'a [u8],
    row: u32,
}

/// A stretch of a row.
pub struct Record<'a> {
    pub row: u32,
    from: usize,
    /// How many blocks; `None` for all of them.
    count: Option<usize>,
    ones: bool,
    parameter: u8,
    codes: &'a [u8],
}

impl<'a> Records<'a> {
    /// Those of this page.
    pub fn of(room: &'a [u8]) -> io::Result<Self> {
        let (row, end) = room.split_first_chunk::<4>().ok_or_else(damaged)?;
        let end = end.first_chunk::<2>().map(|end| usize::from(u16::from_le_bytes(*end)));
        let rest = end.and_then(|end| room.get(HEAD..end)).ok_or_else(damaged)?;
        Ok(Self { rest, row: u32::from_le_bytes(*row) })
    }

    fn record(&mut self) -> Option<Record<'a>> {
        let (flags, rest) = self.rest.split_first()?;
        self.rest = rest;
        self.row = self.row.checked_add(u32::try_from(self.number()?).ok()?)?;
        let whole = flags & WHOLE != 0;
        let (from, count) = if whole { (0, None) } else { (self.number()?, Some(self.number()?)) };
        let length = self.number()?;
        let (codes, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        let parameter = flags & !(WHOLE | ZEROES);
        Some(Record { row: self.row, from, count, ones: flags & ZEROES == 0, parameter, codes })
    }

    fn number(&mut self) -> Option<usize> {
        let mut number = 0;
        for shift in (0..63).step_by(7) {
            let (byte, rest) = self.rest.split_first()?;
            self.rest = rest;
            number |= usize::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = io::Result<Record<'a>>;

    fn next(&mut self) -> Option<Self::Item> {
        let is_more = !self.rest.is_empty();
        is_more.then(|| {
            self.record().ok_or_else(|| {
                self.rest = &[];
                damaged()
            })
        })
    }
}

impl Record<'_> {
    /// Puts it where it belongs.
    pub fn put_into(&self, bits: &mut Bits) {
        let end = self.count.map_or(bits.len(), |count| self.from.saturating_add(count).min(bits.len()));
        if !self.ones {
            (self.from..end).for_each(|at| bits.put(at, true));
        }
        let gaps = Gaps { bytes: self.codes, word: 0, have: 0, parameter: u32::from(self.parameter) };
        let mut next = self.from;
        for gap in gaps {
            next = next.saturating_add(gap);
            if next >= end {
                return;
            }
            bits.put(next, self.ones);
            next += 1;
        }
    }
}

fn put_number(out: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        out.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    out.push(number.to_le_bytes()[0]);
}

#[cfg(test)]
mod tests;
