//! The index of lines that were just read or written, in memory: the end of the journal, or a run before it is written.

use super::super::disk::Disk;
use super::super::glance::Glance;
use super::super::glance::tokens::{Scalar, Token};
use super::super::position::Position;
use super::bytes::{count, halves};
use super::cover::Cover;
use super::grams::{Needle, Signature, WORDS};
use super::rows::Bits;
use super::table::Entry;
use super::write::{Content, write};
use super::{Key, Mark, Run};
use crate::model::profile::{CUSTOMER_ID, CustomerId};
use std::collections::{BTreeSet, HashMap};
use std::hash::{BuildHasherDefault, Hasher};
use std::io;
use std::ops::Range;
use std::path::Path;

/// A block ends with the line that makes it this long. In bytes.
const BLOCK: u64 = 40 << 10;
/// With more different names of core attributes than this, any name may be one.
const MOST_NAMES: usize = 4096;

/// The index of a stretch of the journal, taken line by line.
#[derive(Clone)]
pub struct Building {
    key: Key,
    lines: u64,
    bytes: u64,
    customers: Chains,
    values: Chains,
    blocks: Vec<(Position, Signature)>,
    end: Position,
    schemas: Vec<Position>,
    names: Names,
}

impl Building {
    /// Of no line yet.
    pub fn new(key: Key) -> Self {
        Self {
            key,
            lines: 0,
            bytes: 0,
            customers: Chains::default(),
            values: Chains::default(),
            blocks: Vec::new(),
            end: Position::new(0, 0),
            schemas: Vec::new(),
            names: Names::default(),
        }
    }

    /// Takes the line that begins at a position, which is behind all that were taken.
    pub fn add(&mut self, position: Position, line: &Glance<'_>) {
        self.lines += 1;
        let bytes = line.bytes as u64 + 1;
        self.bytes += bytes;
        self.end = Position::new(position.segment(), position.offset() + bytes);
        if line.is_schema() {
            self.schemas.push(position);
            return;
        }
        for touch in line.touches() {
            let mark = Mark { position, begins: touch.begins, gone: touch.gone };
            self.customers.add(self.key.customer(&touch.customer), mark);
        }
        self.begin_block(position);
        self.add_body(position, line);
    }

    fn begin_block(&mut self, position: Position) {
        let goes_on = self.blocks.last().is_some_and(|(start, _)| {
            start.segment() == position.segment() && position.offset() - start.offset() < BLOCK
        });
        if !goes_on {
            self.blocks.push((position, Signature::new()));
        }
    }

    /// Takes the values of a body, and the names of its core attributes: members that hold scalars only.
    fn add_body(&mut self, position: Position, line: &Glance<'_>) {
        let (mut depth, mut name) = (0_usize, None);
        for token in line.tokens() {
            match token {
                Token::Name(of) if depth == 1 && line.sets_core() => name = Some(of),
                Token::Name(_) => {}
                Token::Open(b'[') if depth == 1 => depth = 2,
                Token::Open(_) => (depth, name) = (depth + 1, None),
                Token::Close => depth = depth.saturating_sub(1),
                Token::Value(value) => self.add_value(position, value),
            }
            if depth == 1 && !matches!(token, Token::Name(_)) {
                name.take().into_iter().for_each(|name| self.names.add(name));
            }
        }
    }

    fn add_value(&mut self, position: Position, value: Scalar<'_>) {
        let text = value.text();
        if let Some((_, signature)) = self.blocks.last_mut() {
            signature.add(&text, value.is_plain());
        }
        if text.bytes().any(|byte| byte == b'@') {
            self.values.add(self.key.value(&text), Mark { position, begins: false, gone: false });
        }
    }

    /// The lines that touch a customer, newest first.
    pub fn marks(&self, id: &CustomerId) -> impl Iterator<Item = Mark> {
        self.customers.marks(self.key.customer(id))
    }

    /// The lines with a value that has an `@` in it, letter case ignored, newest first.
    pub fn exact(&self, value: &str) -> impl Iterator<Item = Position> {
        self.values.marks(self.key.value(value)).map(|mark| mark.position)
    }

    /// Where lines begin that may hold a text. An end beyond that of a segment stands for it.
    pub fn candidates(&self, needle: &Needle) -> Vec<Range<Position>> {
        let mut bits = Bits::new(self.blocks.len());
        let having = self.blocks.iter().enumerate().filter(|(_, (_, signature))| signature.has(needle));
        having.for_each(|(at, _)| bits.put(at, true));
        let starts: Vec<Position> = self.blocks.iter().map(|(start, _)| *start).collect();
        super::run::ranges(&starts, &bits, self.end)
    }

    /// Where the lines about schemas begin.
    pub fn schema_lines(&self) -> &[Position] {
        &self.schemas
    }

    /// The folded names of all core attributes that lines set, maybe more; `None` stands for any name.
    pub fn core_names(&self) -> Option<&BTreeSet<String>> {
        self.names.folded.as_ref()
    }

    /// How many lines were taken.
    pub fn lines(&self) -> u64 {
        self.lines
    }

    /// How long they are, newlines included. In bytes.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Writes a run for what was taken; on an error no file has its name.
    pub fn write(&self, disk: &dyn Disk, folder: &Path, cover: &Cover) -> io::Result<Run> {
        let entries = self.customers.entries.iter().chain(&self.values.entries);
        let highest = entries.map(|link| link.mark.position.offset()).max().unwrap_or(0);
        let content = Content {
            cover: cover.clone(),
            lines: self.lines,
            offset_bits: u64::BITS - highest.leading_zeros(),
            blocks: self.blocks.iter().map(|(start, _)| *start).collect(),
            schemas: self.schemas.clone(),
            names: self.names.folded.clone(),
        };
        write(disk, folder, content, self.customers.sorted(), self.values.sorted(), self.rows())
    }

    /// The rows over all blocks, in order.
    fn rows(&self) -> impl Iterator<Item = io::Result<(u32, Bits)>> {
        let is_set = |word: &usize| self.blocks.iter().any(|(_, signature)| signature.word(*word) != 0);
        (0..WORDS).filter(is_set).flat_map(move |word| {
            let rows = self.rows_of(word).into_iter().zip(count(word * 64)..);
            rows.filter(|(bits, _)| bits.count() > 0).map(|(bits, row)| Ok((row, bits)))
        })
    }

    /// 64 rows.
    fn rows_of(&self, word: usize) -> Vec<Bits> {
        let mut rows = vec![Bits::new(self.blocks.len()); 64];
        for (at, (_, signature)) in self.blocks.iter().enumerate() {
            let mut word = signature.word(word);
            while word != 0 {
                rows[word.trailing_zeros() as usize].put(at, true);
                word &= word - 1;
            }
        }
        rows
    }
}

/// Marks by hash, each with the one before it of the same hash.
#[derive(Clone, Default)]
struct Chains {
    last: HashMap<u64, u32, BuildHasherDefault<AsIs>>,
    entries: Vec<Link>,
}

#[derive(Clone, Copy)]
struct Link {
    hash: u64,
    mark: Mark,
    before: Option<u32>,
}

impl Chains {
    fn add(&mut self, hash: u64, mark: Mark) {
        let before = self.last.get(&hash).copied();
        let last = before.and_then(|at| self.entries.get(at as usize));
        if last.is_some_and(|last| last.mark == mark) {
            return; // the value stands twice in the line
        }
        if let Ok(at) = u32::try_from(self.entries.len()) {
            self.last.insert(hash, at);
            self.entries.push(Link { hash, mark, before });
        }
    }

    fn marks(&self, hash: u64) -> impl Iterator<Item = Mark> {
        let link = |at: Option<u32>| at.and_then(|at| self.entries.get(at as usize));
        let last = link(self.last.get(&hash).copied());
        std::iter::successors(last, move |at| link(at.before)).map(|link| link.mark)
    }

    /// As they stand in a run.
    fn sorted(&self) -> impl Iterator<Item = io::Result<Entry>> {
        let entry = |link: &Link| Entry { hash: halves(link.hash).0, mark: link.mark };
        let mut entries: Vec<Entry> = self.entries.iter().map(entry).collect();
        entries.sort_unstable();
        entries.into_iter().map(Ok)
    }
}

/// What is a hash already is not hashed again.
#[derive(Clone, Copy, Default)]
struct AsIs(u64);

impl Hasher for AsIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {} // only `u64` is hashed

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }
}

/// The names of core attributes.
#[derive(Clone)]
struct Names {
    /// The tokens that were met. Most lines have the same names in the same order, so that the one behind the last is tried first.
    met: Vec<Box<str>>,
    next: usize,
    places: HashMap<Box<str>, usize>,
    folded: Option<BTreeSet<String>>,
}

impl Default for Names {
    fn default() -> Self {
        Self { met: Vec::new(), next: 0, places: HashMap::new(), folded: Some(BTreeSet::new()) }
    }
}

impl Names {
    fn add(&mut self, name: Scalar<'_>) {
        let Some(folded) = &mut self.folded else { return };
        let is_next = self.met.get(self.next).is_some_and(|next| **next == *name.token);
        let place = if is_next { Some(self.next) } else { self.places.get(name.token).copied() };
        self.next = place.unwrap_or(self.met.len()) + 1;
        if place.is_none() {
            self.places.insert(name.token.into(), self.met.len());
            self.met.push(name.token.into());
            folded.insert(crate::model::json::folded(&name.text()));
            folded.remove(CUSTOMER_ID);
        }
        if self.met.len() > MOST_NAMES {
            *self = Self { folded: None, ..Self::default() };
        }
    }
}
