//! The journal for writing: appended under the lock, one sync a write; what that needs stays open. A full segment is followed by the
//! next one.

use super::StoreError;
use super::create::make_segment;
use super::disk::{Access, DiskFile, Lock, wait_for_lock};
use super::header::Header;
use super::journal::{Journal, LOCK, another, is_absent};
use super::mend::begins_whole;
use super::recover;
use super::segments::name;
use super::synced::{self, COMPARED, Note, Notes};
use std::borrow::Cow;
use std::io;
use std::path::Path;
use std::time::Duration;

/// How long a writer waits for its turn.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// Who appends to a journal, one at a time.
pub struct Writer {
    journal: Journal,
    kept: Option<Kept>,
    /// Why it is unclear what is on the disk.
    unclear: Option<String>,
}

/// What stays open between two writes.
struct Kept {
    /// As of which opening of the journal's files.
    opened: u64,
    file: Box<dyn DiskFile>,
    notes: Notes,
}

/// A write that is ready: nothing more has to be opened. Dropped, it changed no line.
pub struct Writing<'a> {
    journal: &'a mut Journal,
    kept: &'a mut Kept,
    unclear: &'a mut Option<String>,
}

impl Writer {
    /// Who appends to this journal.
    pub fn new(journal: Journal) -> Self {
        Self { journal, kept: None, unclear: None }
    }

    /// The journal as this writer knows it: what it appended is in it.
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// See [`Journal::refresh`].
    pub fn refresh(&mut self) -> Result<bool, StoreError> {
        self.journal.refresh()
    }

    /// After a write that failed, what is in memory may never have been kept.
    pub fn clear(&self) -> Result<(), StoreError> {
        let unclear =
            |reason: &String| StoreError::Unclear { path: self.journal.path(), reason: reason.clone() };
        self.unclear.as_ref().map(unclear).map_or(Ok(()), Err)
    }

    /// Refuses where nothing can be written: it is unclear what is there, or the journal is not whole.
    pub fn writable(&self) -> Result<(), StoreError> {
        self.clear()?;
        self.journal.trouble().map_or(Ok(()), |trouble| Err(trouble.clone().into()))
    }

    /// Waits for this writer's turn.
    pub fn lock(&self) -> Result<Lock, StoreError> {
        let path = self.journal.folder.join(LOCK);
        match wait_for_lock(self.journal.disk.as_ref(), &path, PATIENCE) {
            Ok(lock) => lock.ok_or_else(|| self.locked()),
            Err(source) => Err(StoreError::refused(path, source)),
        }
    }

    /// What a writer left behind the noted end, because it died or its sync failed, is copied into a file of its own and so made
    /// durable. The caller holds the lock; it knows all lines afterwards.
    pub fn settle(&mut self) -> Result<(), StoreError> {
        self.writable()?;
        self.journal.refresh()?;
        let copied = recover::settle(&self.journal);
        if copied.map_err(|source| StoreError::refused(self.journal.path(), source))? {
            self.journal.refresh()?;
        }
        self.writable()
    }

    /// Gets ready to append: opens all that appending needs, sets a torn tail aside, and makes the next segment where the last is
    /// full. No line is written yet, so a failure changes none. The caller holds the lock, has settled, and knows all lines, so that
    /// the next has this `seq`.
    pub fn begin(&mut self, seq: u64) -> Result<Writing<'_>, StoreError> {
        self.writable()?;
        let path = self.journal.path();
        if !self.prepare(seq).map_err(|source| StoreError::refused(path, source))? {
            return Err(self.locked());
        }
        self.writable()?;
        let Self { journal, kept: Some(kept), unclear } = self else { return Err(self.locked()) };
        Ok(Writing { journal, kept, unclear })
    }

    /// Ends the last segment, if it has lines, and gives the number of the last one that is sealed; 0 where there is none. The
    /// caller holds the lock, has settled, and knows all lines, so that the next has this `seq`.
    pub fn seal(&mut self, seq: u64) -> Result<u32, StoreError> {
        self.begin(seq)?;
        let path = self.journal.path();
        let end = self.journal.end();
        let has_lines = self.journal.segments().last().is_some_and(|last| end.offset() > last.start);
        if has_lines && !self.roll_over(seq).map_err(|source| StoreError::refused(path, source))? {
            return Err(self.locked());
        }
        self.writable()?;
        Ok(self.journal.end().segment() - 1)
    }

    /// Puts a finished file, which was synced, in the place of a segment, durable before it returns. The caller holds the lock and has
    /// settled.
    pub fn replace(&mut self, number: u32, finished: &Path) -> Result<(), StoreError> {
        self.writable()?;
        let folder = self.journal.folder.clone();
        let path = folder.join(name(number));
        let replaced = opened(&mut self.kept, &self.journal).and_then(|kept| {
            let end = self.journal.end();
            let before = synced::before(kept.file.as_ref(), end.offset())?;
            kept.notes.clear()?; // whoever comes after an owner that dies here looks at the files
            self.journal.disk.rename(finished, &path)?;
            self.journal.disk.sync_folder(&folder)?;
            kept.notes.note(Note::new(end.segment(), another(), end.offset(), &before))
        });
        replaced.map_err(|source| StoreError::refused(path, source))?;
        self.refresh().map(drop)
    }

    /// Says whether nobody wrote without the lock.
    fn prepare(&mut self, seq: u64) -> io::Result<bool> {
        let kept = opened(&mut self.kept, &self.journal)?;
        if !self.journal.noted {
            kept.note_the_beginning(&mut self.journal)?;
        }
        if !kept.cut_the_tail(&self.journal)? {
            return Ok(false);
        }
        if self.journal.is_full() && !self.roll_over(seq)? {
            return Ok(false);
        }
        self.journal.expect(seq);
        Ok(true)
    }

    /// Makes the next segment, where none is there; the folder is looked at first, so that no file is ever replaced by it.
    fn roll_over(&mut self, seq: u64) -> io::Result<bool> {
        let end = self.journal.end();
        self.journal.look_again()?;
        if self.journal.trouble().is_some() {
            return Ok(true); // it says itself why nothing can be written
        }
        if self.journal.end() != end {
            return Ok(false);
        }
        let header = Header {
            store: self.journal.store_id().to_owned(),
            segment: end.segment() + 1,
            replaces: None,
            first_seq: seq,
        };
        let kept = opened(&mut self.kept, &self.journal)?;
        make_segment(self.journal.disk.as_ref(), &self.journal.folder, &header, &mut kept.notes)?;
        self.journal.look_again()?;
        opened(&mut self.kept, &self.journal)?;
        Ok(true)
    }

    fn locked(&self) -> StoreError {
        StoreError::Locked(self.journal.folder.to_path_buf())
    }
}

impl Journal {
    /// Why nothing can be written here at all, as far as can be told without changing a byte: the journal cannot be opened for
    /// that, or there are no locks.
    #[allow(dead_code, reason = "for the window")]
    pub fn refusal(&self) -> Option<StoreError> {
        let (disk, path) = (self.disk.as_ref(), self.path());
        let lock = self.folder.join(LOCK);
        let tried = disk.open(&path, Access::Change).and_then(|_| match disk.open(&lock, Access::Change) {
            Err(error) if is_absent(&error) => Ok(()), // it would be made
            opened => opened.and_then(|_| disk.try_lock(&lock)).map(drop),
        });
        let refused = tried.err().map(|source| StoreError::refused(path, source));
        refused.filter(|error| matches!(error, StoreError::ReadOnly { .. }))
    }
}

/// What is kept open, opened anew where the journal's files were.
fn opened<'a>(kept: &'a mut Option<Kept>, journal: &Journal) -> io::Result<&'a mut Kept> {
    let current = match kept.take().filter(|kept| kept.opened == journal.opened) {
        Some(current) => current,
        None => Kept::open(journal)?,
    };
    Ok(kept.insert(current))
}

impl Kept {
    fn open(journal: &Journal) -> io::Result<Self> {
        let disk = journal.disk.as_ref();
        let file = disk.open(&journal.path(), Access::Change)?;
        let notes = Notes::open(disk, &journal.folder.join(LOCK))?;
        Ok(Self { opened: journal.opened, file, notes })
    }

    /// Readers must know the end of what is durable before there is more. The name of the segment may not be durable either.
    fn note_the_beginning(&mut self, journal: &mut Journal) -> io::Result<()> {
        self.file.sync_data()?;
        journal.disk.sync_folder(&journal.folder)?;
        let end = journal.end();
        let before = synced::before(self.file.as_ref(), end.offset())?;
        let note = Note::new(end.segment(), journal.files, end.offset(), &before);
        self.note(note, journal)
    }

    /// Sets a torn tail aside; where whole lines came since the last look, somebody writes without the lock, and the answer is no.
    fn cut_the_tail(&mut self, journal: &Journal) -> io::Result<bool> {
        let (end, size) = (journal.end(), self.file.size()?);
        if size == end.offset() {
            return Ok(true);
        }
        let most = usize::try_from(size.saturating_sub(end.offset())).unwrap_or(usize::MAX);
        let tail = self.file.read_at(end.offset(), most)?;
        if tail.is_empty() || memchr::memchr(b'\n', &tail).is_some() {
            return Ok(false);
        }
        if begins_whole(&tail) {
            return Err(io::Error::other(
                "the newline of its last line is damaged; `check --repair` puts it right",
            ));
        }
        recover::set_aside(journal.disk.as_ref(), &journal.folder, end.segment(), end.offset(), &tail)?;
        self.file.truncate(end.offset())?;
        self.file.sync_data()?;
        Ok(true)
    }

    fn note(&mut self, note: Note, journal: &mut Journal) -> io::Result<()> {
        let bytes = self.notes.note(note)?;
        let noted = !bytes.is_empty() || !self.notes.are_kept();
        journal.note_end(note.end, bytes, noted);
        Ok(())
    }

    fn append(&mut self, bytes: &[u8], journal: &mut Journal) -> io::Result<()> {
        let (segment, from) = (journal.end().segment(), journal.end().offset());
        self.file.write_at(from, bytes)?;
        self.file.sync_data()?;
        let end = from + bytes.len() as u64;
        let before = match bytes.len().checked_sub(COMPARED) {
            Some(at) => Cow::from(&bytes[at..]),
            None => Cow::from(synced::before(self.file.as_ref(), end)?),
        };
        self.note(Note::new(segment, journal.files, end, &before), journal)
    }
}

impl Writing<'_> {
    /// Where the first line will begin.
    #[cfg(test)]
    pub fn position(&self) -> super::position::Position {
        let end = self.journal.end();
        super::position::Position::new(end.segment(), end.offset() + u64::from(self.journal.unended))
    }

    /// Appends whole lines behind the last one and syncs. A failure latches: it is unclear what is on the disk.
    pub fn append(self, text: &str) -> Result<(), StoreError> {
        if text.is_empty() {
            return Ok(());
        }
        let Self { journal, kept, unclear } = self;
        let bytes = if journal.unended { Cow::from(format!("\n{text}")) } else { Cow::from(text) };
        kept.append(bytes.as_bytes(), journal).map_err(|error| {
            let reason = unclear.insert(error.to_string()).clone();
            StoreError::Unclear { path: journal.path(), reason }
        })
    }
}
