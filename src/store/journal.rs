//! The journal's file: read line by line, appended under the lock, one sync a write.

use super::line::{Line, LineError, check_header, header, is_sealed};
use super::{StoreError, random_hex};
use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How long a writer waits for its turn.
const PATIENCE: Duration = Duration::from_secs(5);

pub struct Journal {
    folder: PathBuf,
    path: PathBuf,
    /// Whole lines up to here have been read.
    read: u64,
    /// How many lines that is, the header included.
    lines: u64,
    /// Bytes read behind that, not yet a whole line.
    ahead: Vec<u8>,
    /// Why nothing can be written.
    stopped: Option<Stop>,
}

enum Stop {
    Damage { line: u64, reason: String },
    Unclear,
}

/// The lock, released when dropped.
pub struct Held(File);

impl Drop for Held {
    fn drop(&mut self) {
        let _ = self.0.unlock(); // closing the file releases it too
    }
}

impl Journal {
    pub fn create(folder: &Path) -> Result<(), StoreError> {
        let fail = |source| StoreError::Disk { path: folder.to_owned(), source };
        if folder.read_dir().is_ok_and(|mut entries| entries.next().is_some()) {
            return Err(StoreError::NotEmpty(folder.to_owned()));
        }
        private_folder().create(folder).map_err(fail)?;
        let text = format!("{}\n", header(&random_hex(16).to_lowercase()));
        let path = journal_path(folder);
        let temporary = folder.join("journal-000001.new");
        let write = || -> std::io::Result<()> {
            let mut file = private_file().write(true).create_new(true).open(&temporary)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            private_file().write(true).create(true).truncate(false).open(folder.join("lock"))?;
            std::fs::rename(&temporary, &path)?;
            sync_folder(folder)
        };
        write().map_err(fail)
    }

    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        let path = journal_path(folder);
        if !path.is_file() {
            return Err(StoreError::Missing(folder.to_owned()));
        }
        Ok(Self { folder: folder.to_owned(), path, read: 0, lines: 0, ahead: Vec::new(), stopped: None })
    }

    /// The next whole line that was not read yet.
    pub fn next_line(&mut self) -> Result<Option<Line>, StoreError> {
        loop {
            if self.stopped.is_some() {
                return Ok(None);
            }
            if !self.ahead.contains(&b'\n') && !self.refill()? {
                return Ok(None);
            }
            let Some(bytes) = self.take_line() else { return Ok(None) };
            let read = if self.lines == 1 {
                check_header(&bytes).map(|()| None)
            } else {
                Line::from_bytes(&bytes).map(Some)
            };
            match read {
                Ok(None) => {}
                Ok(line) => return Ok(line),
                Err(error) => self.damaged_by(&error),
            }
        }
    }

    fn damaged_by(&mut self, error: &LineError) {
        self.damaged(error.to_string());
    }

    /// The line read last is damage: nothing behind it is served.
    pub fn damaged(&mut self, reason: String) {
        self.stopped = Some(Stop::Damage { line: self.lines, reason });
    }

    /// Takes the first line of what was read ahead; at the end of the file a whole one may lack its newline.
    fn take_line(&mut self) -> Option<Vec<u8>> {
        let (line, taken) = match memchr::memchr(b'\n', &self.ahead) {
            Some(at) => (self.ahead[..at].to_vec(), at + 1),
            None if is_sealed(&self.ahead) => (self.ahead.clone(), self.ahead.len()),
            None => return None,
        };
        self.ahead.drain(..taken);
        self.read += taken as u64;
        self.lines += 1;
        if line.is_empty() && self.lines > 1 {
            self.lines -= 1; // the newline of a line that was whole without it
            return self.take_line();
        }
        Some(line)
    }

    /// Reads what the file has behind what is known; says whether there is any.
    fn refill(&mut self) -> Result<bool, StoreError> {
        let fail = |source| StoreError::Disk { path: self.path.clone(), source };
        let mut file = File::open(&self.path).map_err(fail)?;
        file.seek(SeekFrom::Start(self.read)).map_err(fail)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(fail)?;
        self.ahead = bytes;
        Ok(!self.ahead.is_empty())
    }

    pub fn writable(&self) -> Result<(), StoreError> {
        match &self.stopped {
            None => Ok(()),
            Some(Stop::Unclear) => Err(StoreError::Unclear(self.path.clone())),
            Some(Stop::Damage { line, reason }) => {
                Err(StoreError::Damaged { path: self.path.clone(), line: *line, reason: reason.clone() })
            }
        }
    }

    /// Waits for this writer's turn.
    pub fn lock(&self) -> Result<Held, StoreError> {
        let path = self.folder.join("lock");
        let fail = |source| StoreError::Disk { path: path.clone(), source };
        let file = private_file().write(true).create(true).truncate(false).open(&path).map_err(fail)?;
        let start = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Held(file)),
                Err(TryLockError::Error(error)) => return Err(fail(error)),
                Err(TryLockError::WouldBlock) if start.elapsed() > PATIENCE => {
                    return Err(StoreError::Locked(self.folder.clone()));
                }
                Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(5)),
            }
        }
    }

    /// Appends whole lines behind the last one and syncs. The caller holds the lock and has read everything.
    pub fn append(&mut self, text: &[u8]) -> Result<(), StoreError> {
        if text.is_empty() {
            return Ok(());
        }
        // From here on the state in memory is ahead of the disk: any failure latches.
        let opened = OpenOptions::new().read(true).write(true).open(&self.path);
        let Ok(written) = opened.and_then(|mut file| self.write(&mut file, text)) else {
            self.stopped = Some(Stop::Unclear);
            return Err(StoreError::Unclear(self.path.clone()));
        };
        self.read += written;
        self.lines += memchr::memchr_iter(b'\n', text).count() as u64;
        self.ahead.clear();
        Ok(())
    }

    fn write(&self, file: &mut File, text: &[u8]) -> std::io::Result<u64> {
        self.move_tail_aside(file)?;
        let needs_newline = self.read > 0 && last_byte(file, self.read)? != b'\n';
        let mut bytes = if needs_newline { vec![b'\n'] } else { Vec::new() };
        bytes.extend_from_slice(text);
        file.seek(SeekFrom::Start(self.read))?;
        file.write_all(&bytes)?;
        file.sync_data()?;
        Ok(bytes.len() as u64)
    }

    /// What a writer that died left behind the last whole line is kept in `aside/` and cut off.
    fn move_tail_aside(&self, file: &mut File) -> std::io::Result<()> {
        let mut tail = Vec::new();
        file.seek(SeekFrom::Start(self.read))?;
        file.read_to_end(&mut tail)?;
        if tail.is_empty() {
            return Ok(());
        }
        let aside = self.folder.join("aside");
        private_folder().create(&aside)?;
        let mut kept =
            private_file().append(true).create(true).open(aside.join(format!("tail-{}", self.read)))?;
        kept.write_all(&tail)?;
        kept.sync_all()?;
        sync_folder(&aside)?;
        file.set_len(self.read)
    }
}

fn last_byte(file: &mut File, end: u64) -> std::io::Result<u8> {
    let mut byte = [0];
    file.seek(SeekFrom::Start(end - 1))?;
    file.read_exact(&mut byte)?;
    Ok(byte[0])
}

fn journal_path(folder: &Path) -> PathBuf {
    folder.join("journal-000001.jsonl")
}

/// Makes a folder's entries durable.
fn sync_folder(folder: &Path) -> std::io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

#[cfg(unix)]
fn private_file() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = OpenOptions::new();
    options.mode(0o600);
    options
}

#[cfg(not(unix))]
fn private_file() -> OpenOptions {
    OpenOptions::new()
}

fn private_folder() -> DirBuilder {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}
