//! The lines of a journal, as they stand there: one by its place, or all in order.

use super::journal::Journal;
use super::line::is_sealed;
use super::position::Position;
use super::segments::Segment;
use std::cmp::Ordering;
use std::io;
use std::ops::Range;
use std::path::PathBuf;

/// Most lines are shorter. In bytes.
const SHORT: u64 = 4096;
/// How many bytes are read at once. In bytes.
const CHUNK: u64 = 1 << 20;

impl Journal {
    /// The line at a place, without its newline; `None` where no whole line is.
    pub fn line_at(&self, at: Position) -> io::Result<Option<Vec<u8>>> {
        let index = self.index_of(at.segment());
        let Some((segment, end)) = self.nth(index).filter(|(segment, _)| segment.number == at.segment())
        else {
            return Ok(None);
        };
        let (mut line, mut most) = (Vec::new(), SHORT);
        loop {
            let known = line.len();
            let from = at.offset() + known as u64;
            let wanted = to_usize(most.min(end.saturating_sub(from)));
            let bytes = segment.file.read_at(from, wanted)?;
            let is_last = bytes.len() < wanted || from + bytes.len() as u64 >= end;
            if known == 0 {
                line = bytes;
            } else {
                line.extend(bytes);
            }
            if let Some(newline) = memchr::memchr(b'\n', &line[known..]) {
                line.truncate(known + newline);
                return Ok(Some(line));
            }
            if is_last {
                return Ok(is_sealed(&line).then_some(line));
            }
            most = (most * 16).min(CHUNK);
        }
    }

    /// The lines from a place on, up to [`Self::end`].
    pub fn scan(&self, from: Position) -> Scan<'_> {
        let mut scan = Scan {
            journal: self,
            until: self.end(),
            index: 0,
            base: 0,
            buffer: Vec::new(),
            filled: 0,
            taken: 0,
            begins: true,
        };
        scan.begin(self.index_of(from.segment()), from);
        scan
    }

    /// The lines from a place up to another, which is read no further than needed.
    pub fn scan_part(&self, part: Range<Position>) -> Scan<'_> {
        Scan { until: part.end, ..self.scan(part.start) }
    }

    /// The file and the number of the line at a place, from 1, for a message: the file is read up to there.
    pub fn place(&self, at: Position) -> io::Result<(PathBuf, u64)> {
        let Some((segment, _)) = self.nth(self.index_of(at.segment())) else { return Ok((self.path(), 1)) };
        let (mut from, mut lines) = (0, 1);
        while from < at.offset() {
            let bytes = segment.file.read_at(from, to_usize(CHUNK.min(at.offset() - from)))?;
            if bytes.is_empty() {
                break;
            }
            lines += memchr::memchr_iter(b'\n', &bytes).count() as u64;
            from += bytes.len() as u64;
        }
        Ok((segment.path.clone(), lines))
    }

    /// The same as `file:line`.
    pub fn named_place(&self, at: Position) -> String {
        match self.place(at) {
            Ok((path, line)) => format!("{}:{line}", path.display()),
            Err(_) => format!("byte {} of segment {}", at.offset(), at.segment()),
        }
    }

    /// The first segment of this number or a higher one.
    fn index_of(&self, number: u32) -> usize {
        self.segments().partition_point(|segment| segment.number < number)
    }

    /// A segment, and where what may be shown of it ends: a sealed one is shown whole.
    fn nth(&self, index: usize) -> Option<(&Segment, u64)> {
        let segment = self.segments().get(index)?;
        let is_last = index + 1 == self.segments().len();
        Some((segment, if is_last { self.end().offset() } else { u64::MAX }))
    }
}

/// Gives the lines of a journal in order, whole or damaged.
pub struct Scan<'a> {
    journal: &'a Journal,
    /// Lines that begin here or behind are not given.
    until: Position,
    /// Which segment is read.
    index: usize,
    /// Where the buffer begins in its file.
    base: u64,
    buffer: Vec<u8>,
    /// How much of it was read, and how much of that was given.
    filled: usize,
    taken: usize,
    /// Whether nothing was read yet, so that the first byte read is the one before the line.
    begins: bool,
}

impl Scan<'_> {
    /// The next line without its newline, and its place.
    pub fn next(&mut self) -> io::Result<Option<(Position, &[u8])>> {
        let Some((at, range)) = self.advance()? else { return Ok(None) };
        Ok(Some((at, &self.buffer[range])))
    }

    fn advance(&mut self) -> io::Result<Option<(Position, Range<usize>)>> {
        while let Some((segment, end)) = self.journal.nth(self.index) {
            let end = match segment.number.cmp(&self.until.segment()) {
                Ordering::Less => end,
                Ordering::Equal => end.min(self.until.offset()),
                Ordering::Greater => return Ok(None),
            };
            let from = self.taken;
            let at = Position::new(segment.number, self.base + from as u64);
            if let Some(length) = self.newline() {
                self.taken += length + 1;
                return Ok(Some((at, from..from + length)));
            }
            if self.read_on(segment, end)? {
                continue;
            }
            // What follows the last newline: at the end of the journal this is whole.
            let rest = self.taken..self.filled;
            let at = Position::new(segment.number, self.base + self.taken as u64);
            self.begin(self.index + 1, Position::new(0, 0));
            if !rest.is_empty() {
                return Ok(Some((at, rest)));
            }
        }
        Ok(None)
    }

    /// Where the next newline is among the bytes not yet given.
    fn newline(&self) -> Option<usize> {
        memchr::memchr(b'\n', &self.buffer[self.taken..self.filled]).filter(|_| !self.begins)
    }

    /// Goes to a segment: to a place in it, or to its first line.
    fn begin(&mut self, index: usize, from: Position) {
        self.index = index;
        (self.filled, self.taken, self.begins) = (0, 0, true);
        let Some((segment, _)) = self.journal.nth(index) else { return };
        let wanted = if segment.number == from.segment() { from.offset() } else { 0 };
        self.base = wanted.max(segment.start).saturating_sub(1);
    }

    /// Reads more of a segment behind what is not yet given; says whether there was more.
    fn read_on(&mut self, segment: &Segment, end: u64) -> io::Result<bool> {
        self.buffer.copy_within(self.taken..self.filled, 0);
        self.base += self.taken as u64;
        self.filled -= self.taken;
        self.taken = 0;
        let from = self.base + self.filled as u64;
        let room = CHUNK.max(2 * self.filled as u64);
        let wanted = to_usize(room.min(end.saturating_sub(from)));
        if self.buffer.len() < self.filled + wanted {
            let mut longer = vec![0; self.filled + wanted]; // zeroes that nobody writes, unlike those of a resize
            longer[..self.filled].copy_from_slice(&self.buffer[..self.filled]);
            self.buffer = longer;
        }
        let read = segment.file.read_into(from, &mut self.buffer[self.filled..self.filled + wanted])?;
        self.filled += read;
        if self.begins && read > 0 {
            self.pass_the_byte_before();
        }
        Ok(read > 0)
    }

    /// The byte before a line is a newline. Where the line before was whole without one, it follows; and if something else does, that
    /// is no line of its own.
    fn pass_the_byte_before(&mut self) {
        self.begins = false;
        self.taken = match (self.buffer.first(), self.buffer[..self.filled].get(1)) {
            (Some(b'\n'), _) | (_, None) => 1,
            (_, Some(b'\n')) => 2,
            _ => 0,
        };
    }
}

fn to_usize(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}
