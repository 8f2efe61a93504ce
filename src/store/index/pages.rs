//! A file of pages, each with a checksum over its number and what makes one file different from others.

use super::super::disk::DiskFile;
use super::damaged;
use std::io;

/// The size of a page. In bytes.
pub const PAGE: usize = 4096;
/// What a page has room for, before its checksum. In bytes.
pub const ROOM: usize = PAGE - 4;
/// So many pages are written, or read in order, at once.
const AT_ONCE: u32 = 64;

/// Pages that follow one another in a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Section {
    /// The number of the first.
    pub first: u32,
    /// How many there are.
    pub pages: u32,
}

impl Section {
    /// Those from one to before another of its pages.
    pub fn part(self, from: u32, to: u32) -> Self {
        let (from, to) = (from.min(self.pages), to.min(self.pages));
        Self { first: self.first + from, pages: to.saturating_sub(from) }
    }
}

fn checksum(salt: u32, number: u32, room: &[u8]) -> [u8; 4] {
    let mut hasher = crc32fast::Hasher::new_with_initial(salt);
    hasher.update(&number.to_le_bytes());
    hasher.update(room);
    hasher.finalize().to_le_bytes()
}

/// Writes a file page by page.
pub struct PageWriter {
    file: Box<dyn DiskFile>,
    salt: u32,
    /// The number of the next page.
    next: u32,
    /// Pages that are not written yet, the last of which are `next - 1` and so on.
    waiting: Vec<u8>,
}

impl PageWriter {
    /// From this page on.
    pub fn new(file: Box<dyn DiskFile>, salt: u32, next: u32) -> Self {
        Self { file, salt, next, waiting: Vec::new() }
    }

    /// The number of the next page.
    pub fn next(&self) -> u32 {
        self.next
    }

    /// Another page; what is left of its room is filled with zeroes.
    pub fn put(&mut self, room: &[u8]) -> io::Result<()> {
        let start = self.waiting.len();
        self.waiting.extend(&room[..room.len().min(ROOM)]);
        self.waiting.resize(start + ROOM, 0);
        let crc = checksum(self.salt, self.next, &self.waiting[start..]);
        self.waiting.extend(crc);
        self.next += 1;
        if self.waiting.len() >= AT_ONCE as usize * PAGE { self.flush() } else { Ok(()) }
    }

    /// These bytes, over as many pages as they need.
    pub fn stream(&mut self, bytes: &[u8]) -> io::Result<Section> {
        let first = self.next;
        bytes.chunks(ROOM).try_for_each(|room| self.put(room))?;
        Ok(self.since(first))
    }

    /// What was put since a page.
    pub fn since(&self, first: u32) -> Section {
        Section { first, pages: self.next - first }
    }

    /// Writes what waits, and gives the file back.
    pub fn finish(mut self) -> io::Result<Box<dyn DiskFile>> {
        self.flush()?;
        Ok(self.file)
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let start = u64::from(self.next) * PAGE as u64 - self.waiting.len() as u64;
        self.file.write_at(start, &self.waiting)?;
        self.waiting.clear();
        Ok(())
    }
}

/// Reads a file of pages.
pub struct Pages {
    file: Box<dyn DiskFile>,
    salt: u32,
}

impl Pages {
    /// Of this file.
    pub fn new(file: Box<dyn DiskFile>, salt: u32) -> Self {
        Self { file, salt }
    }

    /// The file.
    pub fn into_file(self) -> Box<dyn DiskFile> {
        self.file
    }

    /// What is in these pages, one behind the other.
    pub fn read(&self, section: Section) -> io::Result<Vec<u8>> {
        let size = section.pages as usize * PAGE;
        let mut bytes = self.file.read_at(u64::from(section.first) * PAGE as u64, size)?;
        if bytes.len() != size {
            return Err(damaged());
        }
        for (at, number) in (0..section.pages as usize).zip(section.first..) {
            let page = &bytes[at * PAGE..(at + 1) * PAGE];
            if checksum(self.salt, number, &page[..ROOM]) != page[ROOM..] {
                return Err(damaged());
            }
            bytes.copy_within(at * PAGE..at * PAGE + ROOM, at * ROOM);
        }
        bytes.truncate(section.pages as usize * ROOM);
        Ok(bytes)
    }

    /// Gives the pages of a section in order, reading many at once.
    pub fn scan(&self, section: Section) -> impl Iterator<Item = io::Result<Vec<u8>>> {
        let parts = (0..section.pages).step_by(AT_ONCE as usize);
        parts.flat_map(move |from| {
            let read = self.read(section.part(from, from + AT_ONCE));
            let (rooms, error) = match read {
                Ok(bytes) => (bytes, None),
                Err(error) => (Vec::new(), Some(Err(error))),
            };
            let rooms: Vec<_> = rooms.chunks(ROOM).map(|room| Ok(room.to_vec())).collect();
            rooms.into_iter().chain(error)
        })
    }
}
