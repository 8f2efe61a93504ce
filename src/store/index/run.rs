//! A written run: its head is read at once, everything else when it is asked for, by pages.

use super::super::disk::{Access, Disk, DiskFile};
use super::super::position::Position;
use super::bytes::{Bytes, Reader, count, halves, low, size};
use super::cover::Cover;
use super::grams::Needle;
use super::pages::{PAGE, Pages, ROOM, Section};
use super::rows::{Bits, Records};
use super::table::{Packing, Page, pages_of};
use super::{Key, Mark, Unusable, damaged};
use crate::model::profile::CustomerId;
use std::collections::BTreeSet;
use std::io;
use std::ops::Range;
use std::path::Path;
use std::sync::OnceLock;

/// The first bytes of a run. The last one is the version of this layout.
const MAGIC: u64 = u64::from_le_bytes(*b"PDINDEX\x02");

/// Pages in the order of a key, and the first key of each.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sorted {
    pub section: Section,
    pub firsts: Stretch,
}

/// Bytes of what is kept aside: lists that go on over pages.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stretch {
    pub start: u64,
    pub bytes: u64,
}

/// What the first pages tell.
pub struct Head {
    pub cover: Cover,
    pub lines: u64,
    pub packing: Packing,
    /// Whether any name may be that of a core attribute.
    pub any_name: bool,
    /// How many pages the file has.
    pub end: u32,
    /// Marks by the hash of their customer.
    pub customers: Sorted,
    /// Marks by the hash of their value.
    pub values: Sorted,
    /// Rows of bits over blocks.
    pub rows: Sorted,
    /// The pages of what is kept aside: the following, and the first keys.
    pub aside: Section,
    /// Where blocks begin.
    pub blocks: Stretch,
    /// Where lines about schemas begin.
    pub schemas: Stretch,
    /// The names of core attributes.
    pub names: Stretch,
}

impl Head {
    pub fn new(cover: Cover, lines: u64, packing: Packing, any_name: bool) -> Self {
        let (none, sorted) = (Stretch::default(), Sorted::default());
        Self {
            cover,
            lines,
            packing,
            any_name,
            end: 0,
            customers: sorted,
            values: sorted,
            rows: sorted,
            aside: Section::default(),
            blocks: none,
            schemas: none,
            names: none,
        }
    }

    /// How many pages it takes itself.
    pub fn pages(&self) -> u32 {
        count(self.to_bytes().len().div_ceil(ROOM))
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Bytes::default();
        let any_name = u64::from(self.any_name);
        let offset_bits = u64::from(self.packing.offset_bits);
        for number in [self.lines, offset_bits, any_name, u64::from(self.end)] {
            out.number(number);
        }
        let sorted = [self.customers, self.values, self.rows];
        for section in sorted.map(|sorted| sorted.section).into_iter().chain([self.aside]) {
            out.number(u64::from(section.first) << 32 | u64::from(section.pages));
        }
        let lists = [self.blocks, self.schemas, self.names];
        for stretch in sorted.map(|sorted| sorted.firsts).into_iter().chain(lists) {
            out.number(stretch.start);
            out.number(stretch.bytes);
        }
        out.0.extend(self.cover.to_bytes());
        let mut whole = Bytes::default();
        whole.number(MAGIC);
        whole.number(out.0.len() as u64);
        whole.0.extend(out.0);
        whole.0
    }

    fn read(file: Box<dyn DiskFile>) -> Result<(Box<dyn DiskFile>, Self), Unusable> {
        let bytes = file.size()?;
        let pages = Pages::new(file, 0);
        let first = pages.read(Section { first: 0, pages: 1 })?;
        let mut reader = Reader(&first);
        if reader.number()? != MAGIC {
            return Err(Unusable::Other("of another version"));
        }
        let length = size(reader.number()?);
        let more = (length.saturating_add(16)).div_ceil(ROOM);
        if more as u64 > bytes / PAGE as u64 {
            return Err(damaged().into());
        }
        let first = pages.read(Section { first: 0, pages: count(more) })?;
        let head = Self::parsed(&mut Reader(first.get(16..16 + length).ok_or_else(damaged)?))?;
        if bytes != u64::from(head.end) * PAGE as u64 {
            return Err(damaged().into());
        }
        Ok((pages.into_file(), head))
    }

    fn parsed(from: &mut Reader<'_>) -> Result<Self, Unusable> {
        let [lines, offset_bits, any_name, end] = from.numbers()?;
        let section = |packed| {
            let (first, pages) = halves(packed);
            Section { first, pages }
        };
        let sections = from.numbers::<4>()?.map(section);
        let mut lists = [Stretch::default(); 6];
        for list in &mut lists {
            let [start, bytes] = from.numbers()?;
            *list = Stretch { start, bytes };
        }
        let cover = Cover::read(from)?;
        if !from.is_at_end() || offset_bits > u64::from(Packing::MOST_BITS) {
            return Err(damaged().into());
        }
        let packing = Packing::new(cover.from, cover.to, low(offset_bits));
        let sorted = |at: usize| Sorted { section: sections[at], firsts: lists[at] };
        Ok(Self {
            end: low(end),
            customers: sorted(0),
            values: sorted(1),
            rows: sorted(2),
            aside: sections[3],
            blocks: lists[3],
            schemas: lists[4],
            names: lists[5],
            ..Self::new(cover, lines, packing, any_name != 0)
        })
    }
}

/// A run of the index, open.
pub struct Run {
    pages: Pages,
    head: Head,
    key: Key,
    customers: OnceLock<Vec<u32>>,
    values: OnceLock<Vec<u32>>,
    rows: OnceLock<Vec<u32>>,
    blocks: OnceLock<Vec<Position>>,
}

impl Run {
    /// Opens a run of the store with this ID. It may still be of another journal: see [`Self::cover`].
    pub fn open(disk: &dyn Disk, path: &Path, store: &str) -> Result<Self, Unusable> {
        let (file, head) = Head::read(disk.open(path, Access::Read)?)?;
        if head.cover.store == store {
            Ok(Self::new(file, head))
        } else {
            Err(Unusable::Other("of another store"))
        }
    }

    pub(super) fn new(file: Box<dyn DiskFile>, head: Head) -> Self {
        Self {
            pages: Pages::new(file, head.cover.salt()),
            key: Key::new(&head.cover.store),
            head,
            customers: OnceLock::new(),
            values: OnceLock::new(),
            rows: OnceLock::new(),
            blocks: OnceLock::new(),
        }
    }

    /// What it is for.
    pub fn cover(&self) -> &Cover {
        &self.head.cover
    }

    /// How many lines it is of.
    pub fn lines(&self) -> u64 {
        self.head.lines
    }

    /// Reads all of it, and says whether each page is as it was written.
    pub fn verify(&self) -> io::Result<()> {
        let head = self.head.to_bytes().len().saturating_add(16).div_ceil(ROOM);
        let all = Section { first: 0, pages: self.head.end }.part(count(head), self.head.end);
        self.pages.scan(all).try_for_each(|page| page.map(drop))
    }

    /// The size of its file. In bytes.
    pub fn size(&self) -> u64 {
        u64::from(self.head.end) * PAGE as u64
    }

    /// The lines that touch a customer, newest first, read as they are asked for.
    pub fn marks(&self, id: &CustomerId) -> io::Result<Marks<'_>> {
        let firsts = self.firsts(&self.customers, self.head.customers)?;
        Ok(self.found(self.head.customers, firsts, self.key.customer(id)))
    }

    /// The lines with a value that has an `@` in it, letter case ignored, newest first.
    pub fn exact(&self, value: &str) -> io::Result<impl Iterator<Item = io::Result<Position>>> {
        let firsts = self.firsts(&self.values, self.head.values)?;
        let found = self.found(self.head.values, firsts, self.key.value(value));
        Ok(found.map(|mark| mark.map(|mark| mark.position)))
    }

    fn found(&self, table: Sorted, firsts: &[u32], hash: u64) -> Marks<'_> {
        let (hash, _) = halves(hash);
        let (from, to) = pages_of(firsts, hash);
        Marks { run: self, left: table.section.part(from, to), hash, ready: Vec::new() }
    }

    /// Where lines begin that may hold a text. An end beyond that of a segment stands for it.
    pub fn candidates(&self, needle: &Needle) -> io::Result<Vec<Range<Position>>> {
        let starts = self.blocks()?;
        let mut bits = Bits::all(starts.len());
        for row in needle.rows() {
            bits.and(&self.row(count(*row), starts.len())?);
            if bits.count() == 0 {
                break;
            }
        }
        Ok(ranges(starts, &bits, self.head.cover.to))
    }

    fn row(&self, row: u32, blocks: usize) -> io::Result<Bits> {
        let (from, to) = pages_of(self.firsts(&self.rows, self.head.rows)?, row);
        let mut bits = Bits::new(blocks);
        for room in self.pages.scan(self.head.rows.section.part(from, to)) {
            for record in Records::of(&room?)? {
                let record = record?;
                if record.row == row {
                    record.put_into(&mut bits);
                }
            }
        }
        Ok(bits)
    }

    /// Where blocks begin.
    pub(super) fn blocks(&self) -> io::Result<&[Position]> {
        if let Some(blocks) = self.blocks.get() {
            return Ok(blocks);
        }
        let blocks = self.positions(self.head.blocks)?;
        Ok(self.blocks.get_or_init(|| blocks))
    }

    /// Where the lines about schemas begin.
    pub fn schema_lines(&self) -> io::Result<Vec<Position>> {
        self.positions(self.head.schemas)
    }

    /// The folded names of all core attributes that lines set, maybe more; `None` stands for any name.
    pub fn core_names(&self) -> io::Result<Option<BTreeSet<String>>> {
        if self.head.any_name {
            return Ok(None);
        }
        let bytes = self.bytes(self.head.names)?;
        let (mut reader, mut names) = (Reader(&bytes), BTreeSet::new());
        while !reader.is_at_end() {
            names.insert(reader.text().map_err(|_| damaged())?.to_owned());
        }
        Ok(Some(names))
    }

    pub(super) fn head(&self) -> &Head {
        &self.head
    }

    pub(super) fn pages(&self) -> &Pages {
        &self.pages
    }

    fn bytes(&self, of: Stretch) -> io::Result<Vec<u8>> {
        let (start, end) = (of.start, of.start.saturating_add(of.bytes));
        let page = |at: u64| count(size(at));
        let (from, to) = (page(start / ROOM as u64), page(end.div_ceil(ROOM as u64)));
        let mut bytes = self.pages.read(self.head.aside.part(from, to))?;
        bytes.drain(..bytes.len().min(size(start % ROOM as u64)));
        bytes.truncate(size(of.bytes));
        Ok(bytes)
    }

    fn positions(&self, of: Stretch) -> io::Result<Vec<Position>> {
        let bytes = self.bytes(of)?;
        Ok(bytes.as_chunks().0.iter().map(|at| Position::unpacked(u64::from_le_bytes(*at))).collect())
    }

    /// The first key of each page.
    fn firsts<'a>(&self, kept: &'a OnceLock<Vec<u32>>, of: Sorted) -> io::Result<&'a [u32]> {
        if let Some(firsts) = kept.get() {
            return Ok(firsts);
        }
        let bytes = self.bytes(of.firsts)?;
        Ok(kept.get_or_init(|| bytes.as_chunks().0.iter().map(|key| u32::from_le_bytes(*key)).collect()))
    }
}

/// Marks, newest first.
pub struct Marks<'a> {
    run: &'a Run,
    /// The pages that were not read yet.
    left: Section,
    hash: u32,
    /// Those of the page that was read last, oldest first.
    ready: Vec<Mark>,
}

impl Marks<'_> {
    fn read(&mut self) -> io::Result<()> {
        let last = self.left.pages - 1;
        let room = self.run.pages.read(self.left.part(last, last + 1))?;
        self.left = self.left.part(0, last);
        let page = Page::new(room, self.run.head.packing)?;
        self.ready = page.range(self.hash).map(|at| page.entry(at).mark).collect();
        Ok(())
    }
}

impl Iterator for Marks<'_> {
    type Item = io::Result<Mark>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.ready.is_empty() && self.left.pages > 0 {
            if let Err(error) = self.read() {
                self.left.pages = 0;
                return Some(Err(error));
            }
        }
        self.ready.pop().map(Ok)
    }
}

/// The stretches of the blocks whose bits are set; those that follow one another are one.
pub fn ranges(starts: &[Position], bits: &Bits, end: Position) -> Vec<Range<Position>> {
    let mut ranges: Vec<Range<Position>> = Vec::new();
    for at in bits.places(true, 0) {
        let start = starts[at];
        let end = starts.get(at + 1).copied().unwrap_or(end);
        let end = if end.segment() == start.segment() { end } else { Position::end_of(start.segment()) };
        match ranges.last_mut() {
            Some(last) if last.end == start => last.end = end,
            _ => ranges.push(start..end),
        }
    }
    ranges
}
