//! The journal for reading: the segments that count, and how far what they hold is durable. The files stay open; a clone shares
//! them, and each stays as it is until it is refreshed.

use super::StoreError;
use super::disk::{Access, Disk, DiskFile};
use super::line::is_sealed;
use super::position::Position;
use super::segments::{Found, Segment, Trouble, look, name};
use super::synced::{self, Note};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The lock's name in its folder.
pub const LOCK: &str = "lock";

/// What may be chosen about a store.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// A segment that has this size gets no more lines. In bytes.
    pub segment: u64,
    /// What is behind the index is written to it once it is so long: a start reads no more than that. In bytes.
    pub tail: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { segment: 64 << 20, tail: 1 << 20 }
    }
}

/// The journal as of its last refresh.
#[derive(Clone)]
pub struct Journal {
    pub(super) disk: Arc<dyn Disk>,
    pub(super) folder: Arc<Path>,
    pub(super) options: Options,
    store: Arc<str>,
    segments: Arc<Vec<Segment>>,
    trouble: Option<Trouble>,
    /// The file of the note, where there is one.
    note: Option<Arc<dyn DiskFile>>,
    /// What was there when it was refreshed: the note, and the size of the last segment.
    seen: (Vec<u8>, u64),
    /// What the note said of the files when these were looked at.
    pub(super) files: u64,
    /// The end of the whole lines that may be shown in the last segment.
    end: u64,
    /// Whether the last of them has no newline yet.
    pub(super) unended: bool,
    /// Whether the end is durable, and noted where the system has notes.
    pub(super) noted: bool,
    /// Another number whenever files were opened.
    pub(super) opened: u64,
}

impl Journal {
    /// Opens the journal of a store for what it holds now; changes no byte.
    pub fn open(disk: Arc<dyn Disk>, folder: &Path, options: Options) -> Result<Self, StoreError> {
        let mut journal = Self {
            disk,
            folder: Arc::from(folder),
            options,
            store: Arc::from(""),
            segments: Arc::default(),
            trouble: None,
            note: None,
            seen: (Vec::new(), 0),
            files: 0,
            end: 0,
            unended: false,
            noted: false,
            opened: 0,
        };
        match journal.look_again() {
            Ok(()) => Ok(journal),
            Err(error) if is_absent(&error) => Err(StoreError::Missing(folder.to_owned())),
            Err(source) => Err(journal.failed(source)),
        }
    }

    /// The ID of the store; empty where no header can be read.
    pub fn store_id(&self) -> &str {
        &self.store
    }

    /// The segments that count, in order.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// Why the journal ends before its last file: nothing can be written then.
    pub fn trouble(&self) -> Option<&Trouble> {
        self.trouble.as_ref()
    }

    /// Where the first line begins.
    pub fn start(&self) -> Position {
        self.segments.first().map_or(Position::new(1, 0), |first| Position::new(first.number, first.start))
    }

    /// Behind the last line that may be shown.
    pub fn end(&self) -> Position {
        self.segments.last().map_or(Position::new(1, 0), |last| Position::new(last.number, self.end))
    }

    /// Whether all places in an earlier look at it are places in this one: no segment was put in the place of others since.
    pub fn continues(&self, earlier: &Self) -> bool {
        let same = |(now, then): (&Segment, &Segment)| (now.number, now.crc) == (then.number, then.crc);
        self.segments.len() >= earlier.segments.len()
            && self.segments.iter().zip(earlier.segments.iter()).all(same)
    }

    /// Whether a line at a place may have this `seq` behind that of the line before it, 0 behind none.
    pub fn follows(&self, at: Position, last: u64, seq: u64) -> bool {
        let index = self.segments.partition_point(|segment| segment.number < at.segment());
        let Some(segment) = self.segments.get(index) else { return false };
        let has_gaps = |index: usize| self.segments.get(index).is_some_and(|other| other.replaces.is_some());
        let begins = at.offset() <= segment.start;
        if has_gaps(index) || (begins && index > 0 && has_gaps(index - 1)) {
            seq > last && seq >= segment.first_seq
        } else {
            Some(seq) == last.checked_add(1) && (!begins || seq == segment.first_seq)
        }
    }

    /// Whether a refresh would find something.
    pub fn is_stale(&self) -> io::Result<bool> {
        let Some(last) = self.segments.last().filter(|_| self.trouble.is_none()) else { return Ok(false) };
        let has_next = || self.disk.open(&self.folder.join(name(last.number + 1)), Access::Read).is_ok();
        Ok(self.is_noted_anew()?
            || last.file.size()? != self.seen.1
            || ((self.note.is_none() || !self.noted) && has_next()))
    }

    /// Notices what was appended, new segments, and a file that was cut off; says whether there was anything.
    pub fn refresh(&mut self) -> Result<bool, StoreError> {
        self.forget_lost_note();
        if !self.is_stale().map_err(|source| self.failed(source))? {
            return Ok(false);
        }
        let (end, path, store) = (self.end(), self.path(), self.store.clone());
        self.look_with(Self::look_on).map_err(|source| self.failed(source))?;
        let reason = match &self.trouble {
            None if self.store != store => "another store is in its place now; open it again",
            None if self.end() < end => "the file is shorter than it was; it was cut off or replaced",
            Some(_) | None => return Ok(true),
        };
        self.trouble = Some(Trouble { path, reason: reason.into() });
        Ok(true)
    }

    /// Looks at the folder and all its files.
    pub(super) fn look_again(&mut self) -> io::Result<()> {
        self.look_with(Self::look_at_all)
    }

    /// A look that fails changes nothing, so that it is not taken for one that found nothing.
    fn look_with(&mut self, look: impl FnOnce(&mut Self) -> io::Result<()>) -> io::Result<()> {
        let mut new = self.clone();
        look(&mut new)?;
        *self = new;
        Ok(())
    }

    /// Looks at the note and at the last segment, and at all files where the note says so or there is none.
    fn look_on(&mut self) -> io::Result<()> {
        let note = self.read_note()?;
        let is_same = |note: &Note| note.files == self.files && note.segment == self.end().segment();
        if note.as_ref().is_some_and(is_same) && self.measure(note)? { Ok(()) } else { self.look_at_all() }
    }

    /// Looks at the folder and opens its segments. Where no note counts, a writer makes one before it writes: so what is there is
    /// looked at again if one was made meanwhile, else lines that are not durable yet could be taken for whole ones.
    fn look_at_all(&mut self) -> io::Result<()> {
        for _ in 0..10 {
            let note = self.read_note()?;
            let found = look(self.disk.as_ref(), &self.folder)?;
            let Found { store, segments, trouble, .. } = found.ok_or(io::ErrorKind::NotFound)?;
            self.store = Arc::from(store);
            (self.segments, self.trouble) = (Arc::new(segments), trouble);
            self.files = note.map_or_else(another, |note| note.files);
            self.opened += 1;
            if self.measure(note)? || !self.is_noted_anew()? {
                break;
            }
        }
        Ok(())
    }

    fn is_noted_anew(&self) -> io::Result<bool> {
        match &self.note {
            Some(note) => Ok(synced::raw(note.as_ref())? != self.seen.0),
            None => Ok(self.open_note()?.is_some()),
        }
    }

    /// Reads the note anew.
    fn read_note(&mut self) -> io::Result<Option<Note>> {
        if self.note.is_none() {
            self.note = self.open_note()?;
            self.opened += 1;
        }
        let Some(file) = &self.note else { return Ok(None) };
        let (bytes, note) = synced::read(self.disk.as_ref(), file.as_ref())?;
        self.seen.0 = bytes;
        Ok(note)
    }

    /// Finds the end of the last segment: the noted one if the note counts, which is answered, else that of its whole lines.
    fn measure(&mut self, note: Option<Note>) -> io::Result<bool> {
        let Some(last) = self.segments.last() else { return Ok(true) };
        let (file, number, start) = (last.file.clone(), last.number, last.start);
        let size = file.size()?;
        let may_count = |note: &Note| note.segment == number && (start..=size).contains(&note.end);
        let at = |end| synced::before(file.as_ref(), end).map(|before| (end, before));
        let noted = match note.filter(may_count) {
            Some(note) => Some(at(note.end)?).filter(|(_, before)| note.fits(before)),
            None => None,
        };
        (self.seen.1, self.noted) = (size, noted.is_some());
        let (end, before) = noted.map_or_else(|| at(whole_lines(file.as_ref(), start, size)?), Ok)?;
        (self.end, self.unended) = (end, before.last().is_some_and(|byte| *byte != b'\n'));
        Ok(self.noted)
    }

    /// Forgets the file of the note where that lost its name: what is noted in it nobody reads.
    fn forget_lost_note(&mut self) {
        self.note.take_if(|file| !file.is_linked().unwrap_or(false));
    }

    /// Its owner has made the end durable and noted it: these bytes are the note, none where it could not be.
    pub(super) fn note_end(&mut self, end: u64, note: Vec<u8>, noted: bool) {
        if self.end != end {
            (self.end, self.unended, self.seen.1) = (end, false, end);
        }
        (self.seen.0, self.noted) = (note, noted);
    }

    /// Whether the last segment gets no more lines.
    pub(super) fn is_full(&self) -> bool {
        self.segments.last().is_some_and(|last| self.end > last.start && self.end >= self.options.segment)
    }

    /// The next line has this `seq`: a segment without lines that expects another one is trouble.
    pub(super) fn expect(&mut self, seq: u64) {
        let Some(last) = self.segments.last().filter(|last| last.start == self.end) else { return };
        if !self.follows(self.end(), seq.saturating_sub(1), seq) {
            let reason = format!("its first seq is {}, {seq} should follow", last.first_seq);
            self.trouble = Some(Trouble { path: last.path.clone(), reason });
        }
    }

    /// The size of the last segment when it was refreshed.
    pub(super) fn size(&self) -> u64 {
        self.seen.1
    }

    fn open_note(&self) -> io::Result<Option<Arc<dyn DiskFile>>> {
        synced::open(self.disk.as_ref(), &self.folder.join(LOCK))
    }

    /// The last file, or the first that there should be.
    pub(super) fn path(&self) -> PathBuf {
        self.segments.last().map_or_else(|| self.folder.join(name(1)), |last| last.path.clone())
    }

    pub(super) fn failed(&self, source: io::Error) -> StoreError {
        StoreError::Disk { path: self.path(), source }
    }
}

/// A number that was not there before, as far as chance goes.
pub fn another() -> u64 {
    let mut bytes = [0; 4];
    let _ = getrandom::fill(&mut bytes); // without randomness it is 0, and every reader looks when the next segment begins
    u64::from(u32::from_le_bytes(bytes))
}

/// The end of the whole lines in a file: behind its last newline, or behind all of it if a whole line follows that.
fn whole_lines(file: &dyn DiskFile, start: u64, size: u64) -> io::Result<u64> {
    let mut most = 4096;
    loop {
        let from = size.saturating_sub(most).max(start);
        let bytes = file.read_at(from, usize::try_from(size.saturating_sub(from)).unwrap_or(usize::MAX))?;
        let newline = memchr::memrchr(b'\n', &bytes);
        if newline.is_some() || from <= start {
            let rest = newline.map_or(0, |newline| newline + 1);
            let end = from + rest as u64;
            return Ok(if is_sealed(&bytes[rest..]) { size } else { end });
        }
        most *= 4;
    }
}

/// Whether an error says that there is no such file.
pub fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

#[cfg(test)]
mod tests;
