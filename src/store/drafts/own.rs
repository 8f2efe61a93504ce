//! The drafts file of this window: appended to, and written anew when it holds too much that is over, or after a write failed.

use super::entry::{Entry, header};
use super::live::Live;
use super::{DraftsError, take_turn};
use crate::store::disk::{Access, Disk, DiskFile, Lock};
use crate::store::random_hex;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How much of a file may be over before it is written anew, in bytes; and how many times what is alive.
const DEAD: u64 = 1 << 20;
const DEAD_TIMES: u64 = 4;

pub struct Own {
    disk: Arc<dyn Disk>,
    folder: PathBuf,
    /// 16 hex digits.
    name: String,
    /// Held while the window lives, so that no other takes the file over.
    lock: Option<Lock>,
    /// The file, whole up to `size`; `None` before the first write and after one that failed.
    file: Option<Box<dyn DiskFile>>,
    size: u64,
    seq: u64,
}

impl Own {
    pub fn new(disk: Arc<dyn Disk>, folder: &Path) -> Self {
        let name = random_hex(8).to_lowercase();
        Self { disk, folder: folder.to_owned(), name, lock: None, file: None, size: 0, seq: 0 }
    }

    fn path(&self, ending: &str) -> PathBuf {
        self.folder.join(format!("{}.{ending}", self.name))
    }

    fn fail(&self, source: io::Error) -> DraftsError {
        DraftsError::Disk { path: self.path("jsonl"), source }
    }

    /// Takes the lock of this window's file. The caller has its turn in the folder.
    pub fn claim(&mut self) -> Result<(), DraftsError> {
        let lock = self.disk.try_lock(&self.path("lock")).map_err(|source| self.fail(source))?;
        self.lock = Some(lock.ok_or_else(|| DraftsError::Locked(self.folder.clone()))?);
        Ok(())
    }

    /// Whether a line can be appended: the file holds everything up to now.
    pub fn is_ready(&self) -> bool {
        self.file.is_some()
    }

    /// Whether there is no file of this window yet.
    pub fn is_new(&self) -> bool {
        self.size == 0
    }

    /// Writes one line behind the others.
    pub fn append(&mut self, entry: &Entry, at: &str) -> Result<(), DraftsError> {
        let line = format!("{}\n", entry.to_text(self.seq + 1, at));
        let Some(mut file) = self.file.take() else { return Ok(()) };
        file.write_at(self.size, line.as_bytes()).map_err(|source| self.fail(source))?;
        self.size += line.len() as u64;
        self.seq += 1;
        self.file = Some(file);
        Ok(())
    }

    /// Writes the living drafts into a new file, durable, in the place of the former.
    pub fn rewrite(&mut self, live: &Live) -> Result<(), DraftsError> {
        if self.lock.is_none() {
            let _turn = take_turn(self.disk.as_ref(), &self.folder)?;
            self.claim()?;
        }
        let (new, path) = (self.path("new"), self.path("jsonl"));
        let (text, lines) = self.text(live);
        let written = self.write_new(&new, &text).and_then(|file| {
            self.disk.rename(&new, &path)?;
            Ok(file)
        });
        let file = written.map_err(|source| {
            let _ = self.disk.remove(&new); // it only takes room; the next attempt begins it again
            self.fail(source)
        })?;
        (self.file, self.size, self.seq) = (None, text.len() as u64, lines);
        self.disk.sync_folder(&self.folder).map_err(|source| self.fail(source))?;
        self.file = Some(file);
        Ok(())
    }

    fn text(&self, live: &Live) -> (String, u64) {
        let mut text = format!("{}\n", header(&self.name));
        let mut seq = 0;
        for draft in live.drafts() {
            seq += 1;
            let (key, base) = (draft.key.clone(), draft.base.clone());
            text.push_str(&Entry::Begin { key, base, edits: draft.edits.clone() }.to_text(seq, &draft.at));
            text.push('\n');
        }
        (text, seq)
    }

    fn write_new(&self, path: &Path, text: &str) -> io::Result<Box<dyn DiskFile>> {
        let mut file = self.disk.open(path, Access::Make)?;
        file.truncate(0)?;
        file.write_at(0, text.as_bytes())?;
        file.sync_data()?;
        Ok(file)
    }

    /// Makes what was appended durable. A failure leaves open what is on the disk, so the next write is a whole one.
    pub fn sync(&mut self) -> Result<(), DraftsError> {
        let Some(mut file) = self.file.take() else { return Ok(()) };
        file.sync_data().map_err(|source| self.fail(source))?;
        self.file = Some(file);
        Ok(())
    }

    /// Whether most of the file is over.
    pub fn is_bloated(&self, live: &Live) -> bool {
        let living = live.bytes();
        let dead = self.size.saturating_sub(living);
        dead > DEAD && dead > living.saturating_mul(DEAD_TIMES)
    }

    /// Removes the files, where nothing in them is alive. What cannot be removed is taken over by the next window.
    pub fn remove(&mut self) {
        if self.lock.is_some() {
            self.file = None;
            let _ = self.disk.remove(&self.path("jsonl"));
            let _ = self.disk.remove(&self.path("lock"));
        }
    }
}
