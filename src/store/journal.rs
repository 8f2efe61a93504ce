//! The journal's file: read line by line, appended under the lock, one sync a write.

use super::StoreError;
use super::disk::{Access, Disk, DiskFile, Lock, wait_for_lock};
use super::line::{Line, LineError, check_header, is_sealed};
use super::synced::Notes;
use super::{recover, synced};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// The journal's name in its folder.
pub const JOURNAL: &str = "journal-000001.jsonl";
/// The lock's name in its folder.
pub const LOCK: &str = "lock";
/// How long a writer waits for its turn.
const PATIENCE: Duration = Duration::from_secs(5);
/// How many bytes are read at once, unless a line is longer.
const CHUNK: usize = 1 << 20;

pub struct Journal {
    disk: Arc<dyn Disk>,
    folder: PathBuf,
    path: PathBuf,
    /// Whole lines up to here have been read.
    read: u64,
    /// How many lines that is, the header included.
    lines: u64,
    /// Whether the last of them was whole, but had no newline yet.
    unended: bool,
    /// Bytes read ahead; from `at` on they are not yet taken.
    ahead: Vec<u8>,
    at: usize,
    /// Why nothing can be written.
    stopped: Option<Stop>,
}

enum Stop {
    Damage { line: u64, reason: String },
    Unclear { reason: String },
}

/// What reading met.
pub enum Next {
    /// A whole line.
    Line(Line),
    /// A line with a wrong checksum, as it stands there.
    Damaged(Vec<u8>),
}

/// The journal's file while its owner writes; the lock is held as long.
pub struct Writing {
    file: Box<dyn DiskFile>,
    notes: Notes,
}

impl Journal {
    pub fn open(disk: Arc<dyn Disk>, folder: &Path) -> Result<Self, StoreError> {
        let path = folder.join(JOURNAL);
        match disk.open(&path, Access::Read) {
            Ok(_) => {}
            Err(error) if is_absent(&error) => return Err(StoreError::Missing(folder.to_owned())),
            Err(source) => return Err(StoreError::Disk { path, source }),
        }
        let folder = folder.to_owned();
        Ok(Self {
            disk,
            folder,
            path,
            read: 0,
            lines: 0,
            unended: false,
            ahead: Vec::new(),
            at: 0,
            stopped: None,
        })
    }

    /// The same journal from its beginning.
    pub fn again(&self) -> Result<Self, StoreError> {
        Self::open(self.disk.clone(), &self.folder)
    }

    /// The next line that was not read yet, whole or with a wrong checksum.
    pub fn next_line(&mut self) -> Result<Option<Next>, StoreError> {
        while self.stopped.is_none() {
            let Some(bytes) = self.next_bytes()? else {
                if self.lines == 0 {
                    self.damaged("the header line is missing".into());
                }
                return Ok(None);
            };
            let read = if self.lines == 1 {
                check_header(&bytes).map(|()| None)
            } else {
                Line::from_bytes(&bytes).map(Some)
            };
            match read {
                Ok(None) => {}
                Ok(Some(line)) => return Ok(Some(Next::Line(line))),
                Err(LineError::Checksum) if self.lines > 1 => return Ok(Some(Next::Damaged(bytes))),
                Err(error) => self.damaged(error.to_string()),
            }
        }
        Ok(None)
    }

    /// Where the line read last stands, as `file:line`.
    pub fn place(&self) -> String {
        format!("{}:{}", self.path.display(), self.lines)
    }

    /// The line read last is damage: nothing behind it is served.
    pub fn damaged(&mut self, reason: String) {
        self.stopped = Some(Stop::Damage { line: self.lines.max(1), reason });
    }

    fn next_bytes(&mut self) -> Result<Option<Vec<u8>>, StoreError> {
        loop {
            let mut end = self.newline();
            if end.is_none() {
                self.refill()?;
                end = self.newline();
            }
            match (self.unended, end) {
                (false, _) => return Ok(self.take_line(end)),
                // The newline of a line that was whole without it.
                (true, Some(0)) => {
                    self.take(1);
                    self.unended = false;
                }
                (true, Some(_)) => {
                    self.damaged("something else follows it on the same line".into());
                    return Ok(None);
                }
                (true, None) => return Ok(None),
            }
        }
    }

    /// Where the next newline is among the bytes not yet taken.
    fn newline(&self) -> Option<usize> {
        memchr::memchr(b'\n', &self.ahead[self.at..])
    }

    /// Takes the first line of what was read ahead; at the end of the file a whole one may lack its newline.
    fn take_line(&mut self, end: Option<usize>) -> Option<Vec<u8>> {
        let rest = &self.ahead[self.at..];
        self.unended = end.is_none();
        let line = match end {
            Some(end) => rest[..end].to_vec(),
            None if is_sealed(rest) => rest.to_vec(),
            None => {
                self.unended = false;
                return None;
            }
        };
        self.take(line.len() + usize::from(end.is_some()));
        self.lines += 1;
        Some(line)
    }

    fn take(&mut self, bytes: usize) {
        self.at += bytes;
        self.read += bytes as u64;
    }

    /// Reads what the file has behind what is known: up to a newline at least, or all of it that is durable.
    fn refill(&mut self) -> Result<(), StoreError> {
        let (bytes, size) = self.read_on().map_err(|source| self.failed(source))?;
        (self.ahead, self.at) = (bytes, 0);
        if size < self.read {
            self.damaged("the file is shorter than it was; it was cut off or replaced".into());
        }
        Ok(())
    }

    fn read_on(&self) -> io::Result<(Vec<u8>, u64)> {
        let file = self.disk.open(&self.path, Access::Read)?;
        let size = file.size()?;
        let end = synced::end(self.disk.as_ref(), &self.folder.join(LOCK), file.as_ref())?;
        let left = usize::try_from(end.unwrap_or(size).saturating_sub(self.read)).unwrap_or(usize::MAX);
        let mut most = CHUNK.min(left);
        loop {
            let bytes = file.read_at(self.read, most)?;
            if most == left || bytes.len() < most || memchr::memchr(b'\n', &bytes).is_some() {
                return Ok((bytes, size));
            }
            most = most.saturating_mul(2).min(left);
        }
    }

    fn failed(&self, source: io::Error) -> StoreError {
        StoreError::Disk { path: self.path.clone(), source }
    }

    /// After a write that failed, what is in memory may never have been kept.
    pub fn clear(&self) -> Result<(), StoreError> {
        if matches!(self.stopped, Some(Stop::Unclear { .. })) { self.writable() } else { Ok(()) }
    }

    pub fn writable(&self) -> Result<(), StoreError> {
        let path = self.path.clone();
        match &self.stopped {
            None => Ok(()),
            Some(Stop::Unclear { reason }) => Err(StoreError::Unclear { path, reason: reason.clone() }),
            Some(Stop::Damage { line, reason }) => {
                Err(StoreError::Damaged { path, line: *line, reason: reason.clone() })
            }
        }
    }

    /// Waits for this writer's turn.
    pub fn lock(&self) -> Result<Lock, StoreError> {
        let path = self.folder.join(LOCK);
        match wait_for_lock(self.disk.as_ref(), &path, PATIENCE) {
            Ok(lock) => lock.ok_or_else(|| StoreError::Locked(self.folder.clone())),
            Err(source) => Err(StoreError::Disk { path, source }),
        }
    }

    /// What a writer left behind the noted end, because it died or its sync failed, is copied into a file of its own and so made
    /// durable. The caller holds the lock.
    pub fn settle(&self) -> Result<(), StoreError> {
        recover::settle(self.disk.as_ref(), &self.folder, &self.path).map_err(|source| self.failed(source))
    }

    /// Gets ready to append: opens all that appending needs and sets a torn tail aside. No line is written yet, so a failure changes none.
    /// The caller holds the lock and has read everything.
    pub fn begin(&self) -> Result<Writing, StoreError> {
        let begin = || -> io::Result<Option<Writing>> {
            let mut file = self.disk.open(&self.path, Access::Change)?;
            let mut notes = Notes::open(self.disk.as_ref(), &self.folder.join(LOCK))?;
            self.note_the_beginning(file.as_mut(), &mut notes)?;
            let size = file.size()?;
            if size == self.read {
                return Ok(Some(Writing { file, notes }));
            }
            let most = usize::try_from(size.saturating_sub(self.read)).unwrap_or(usize::MAX);
            let tail = file.read_at(self.read, most)?;
            if memchr::memchr(b'\n', &tail).is_some() {
                return Ok(None); // whole lines since the last look: somebody writes without the lock
            }
            recover::set_aside(self.disk.as_ref(), &self.folder, self.read, &tail)?;
            file.truncate(self.read)?;
            file.sync_data()?;
            Ok(Some(Writing { file, notes }))
        };
        let writing = begin().map_err(|source| self.failed(source))?;
        writing.ok_or_else(|| StoreError::Locked(self.folder.clone()))
    }

    /// Appends whole lines behind the last one and syncs. A failure latches: it is unclear what is on the disk.
    pub fn append(&mut self, mut writing: Writing, text: &str) -> Result<(), StoreError> {
        if text.is_empty() {
            return Ok(());
        }
        let bytes = if self.unended { format!("\n{text}") } else { text.to_owned() };
        let Writing { file, notes } = &mut writing;
        let written = file.write_at(self.read, bytes.as_bytes()).and_then(|()| file.sync_data());
        if written.is_ok() {
            self.read += bytes.len() as u64;
        }
        if let Err(error) = written.and_then(|()| notes.note(file.as_ref(), self.read)) {
            self.stopped = Some(Stop::Unclear { reason: error.to_string() });
            return self.writable();
        }
        self.lines += memchr::memchr_iter(b'\n', text.as_bytes()).count() as u64;
        self.unended = false;
        (self.ahead, self.at) = (Vec::new(), 0);
        Ok(())
    }

    /// Readers must know the end of what is durable before there is more.
    fn note_the_beginning(&self, file: &mut dyn DiskFile, notes: &mut Notes) -> io::Result<()> {
        if synced::end(self.disk.as_ref(), &self.folder.join(LOCK), file)? == Some(self.read) {
            return Ok(());
        }
        file.sync_data()?;
        notes.note(file, self.read)
    }
}

/// Whether an error says that there is no such file.
pub fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}
