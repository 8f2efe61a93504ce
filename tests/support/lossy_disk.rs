//! A disk in memory for the store: every operation can fail in several ways, and every state that it goes through is kept, so
//! that the processes can be killed, or the power lost, at each of them.
#![allow(dead_code, reason = "not every test needs all of it")]

use crate::platter::{Loss, Platter};
use profile_desk::store::disk::{Access, Disk, DiskFile, Lock};
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How an operation fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// EIO, and nothing was done.
    Refused,
    /// EIO, but it was done.
    Done,
    /// ENOSPC, and nothing was done.
    Full,
    /// ENOSPC in the middle of a write.
    Half,
    /// EROFS: the system has given up the disk for writing.
    ReadOnly,
}

impl Failure {
    /// Those that an operation can have.
    pub fn all_of(operation: Operation) -> &'static [Self] {
        match operation {
            Operation::Look => &[Self::Refused],
            Operation::Write => &[Self::Refused, Self::Done, Self::Full, Self::Half, Self::ReadOnly],
            Operation::Name => &[Self::Refused, Self::Done, Self::Full, Self::ReadOnly],
            Operation::Shrink | Operation::Sync => &[Self::Refused, Self::Done, Self::ReadOnly],
        }
    }

    fn error(self) -> io::Error {
        io::Error::from_raw_os_error(match self {
            Self::Refused | Self::Done => 5,
            Self::Full | Self::Half => 28,
            Self::ReadOnly => 30,
        })
    }
}

/// What is asked of the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    Look,
    Write,
    Name,
    Shrink,
    Sync,
}

#[derive(Clone, Copy, Debug)]
pub struct Fault {
    pub at: usize,
    pub failure: Failure,
    pub for_ever: bool,
}

/// The disk as it was right after an operation.
#[derive(Clone)]
pub struct Moment {
    /// Which part of the test that was.
    pub mark: usize,
    pub operation: Operation,
    pub path: PathBuf,
    /// How many bytes were written.
    pub bytes: usize,
    pub platter: Platter,
}

#[derive(Default)]
struct Inner {
    platter: Platter,
    boot: u64,
    locked: BTreeSet<usize>,
    fault: Option<Fault>,
    operations: Vec<(Operation, PathBuf)>,
    hit: bool,
    mark: usize,
    moments: Option<Vec<Moment>>,
}

#[derive(Clone, Default)]
pub struct LossyDisk(Arc<Mutex<Inner>>);

impl LossyDisk {
    /// The machine with this disk, after what happened; another start of the system, unless only the processes died.
    pub fn after(platter: &Platter, loss: Loss) -> Self {
        let disk = Self::default();
        disk.inner().platter = platter.after(loss);
        disk.inner().boot = u64::from(loss != Loss::Kill);
        disk
    }

    pub fn platter(&self) -> Platter {
        self.inner().platter.clone()
    }

    /// A bit in the middle of a file turns over, durably.
    pub fn flip(&self, path: &Path) {
        let platter = &mut self.inner().platter;
        let file = platter.file(path).unwrap();
        platter.flip(file, platter.content(file).len() / 2, 1);
    }

    /// Lets an operation fail; they are counted from here on.
    pub fn fail(&self, fault: Option<Fault>) {
        let mut inner = self.inner();
        (inner.fault, inner.hit) = (fault, false);
        inner.operations.clear();
    }

    /// Whether the operation that should fail was met.
    pub fn failed(&self) -> bool {
        self.inner().hit
    }

    /// What was asked since [`Self::fail`].
    pub fn operations(&self) -> Vec<(Operation, PathBuf)> {
        self.inner().operations.clone()
    }

    /// Keeps the moments from here on under this mark.
    pub fn mark(&self, mark: usize) {
        let mut inner = self.inner();
        inner.mark = mark;
        inner.moments.get_or_insert_default();
    }

    pub fn moments(&self) -> Vec<Moment> {
        self.inner().moments.take().unwrap_or_default()
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The file of this name, made if it is missing and may be.
    fn file(&self, path: &Path, make: bool) -> io::Result<usize> {
        if make && self.inner().platter.file(path).is_err() {
            self.act((Operation::Name, path, 0), |inner, _| inner.platter.make(path))
        } else {
            self.act((Operation::Look, path, 0), |inner, _| inner.platter.file(path))
        }
    }

    /// Counts an operation, and carries it out unless it should fail.
    fn act<T>(
        &self,
        (operation, path, bytes): (Operation, &Path, usize),
        act: impl FnOnce(&mut Inner, Option<Failure>) -> io::Result<T>,
    ) -> io::Result<T> {
        let inner = &mut *self.inner();
        let failure = inner.failure(operation, path);
        let answer = match failure {
            None | Some(Failure::Done | Failure::Half) => act(inner, failure)?,
            Some(failure) if operation == Operation::Sync => {
                act(inner, Some(failure))?; // in doubt from here on
                return Err(failure.error());
            }
            Some(failure) => return Err(failure.error()),
        };
        if let Some(moments) = &mut inner.moments
            && operation != Operation::Look
        {
            let (mark, path, platter) = (inner.mark, path.to_owned(), inner.platter.clone());
            moments.push(Moment { mark, operation, path, bytes, platter });
        }
        failure.map_or(Ok(answer), |failure| Err(failure.error()))
    }
}

impl Inner {
    fn failure(&mut self, operation: Operation, path: &Path) -> Option<Failure> {
        let number = self.operations.len();
        self.operations.push((operation, path.to_owned()));
        let Fault { at, failure, for_ever } = self.fault?;
        let grows = matches!(operation, Operation::Write | Operation::Name);
        let hit = match failure {
            _ if number == at => true,
            _ if number < at || !for_ever => false,
            Failure::Refused => true,
            Failure::Full | Failure::Half => grows,
            Failure::ReadOnly | Failure::Done => operation != Operation::Look,
        };
        self.hit |= hit;
        let later = if failure == Failure::Half && number > at { Failure::Full } else { failure };
        hit.then_some(later)
    }
}

fn place(offset: u64) -> usize {
    usize::try_from(offset).unwrap_or(usize::MAX)
}

/// Held until it is dropped.
struct Held(LossyDisk, usize);

impl Drop for Held {
    fn drop(&mut self) {
        self.0.inner().locked.remove(&self.1);
    }
}

impl Disk for LossyDisk {
    fn open(&self, path: &Path, access: Access) -> io::Result<Box<dyn DiskFile>> {
        let file = self.file(path, access == Access::Make)?;
        Ok(Box::new(LossyFile { disk: self.clone(), file, path: path.to_owned(), access }))
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<OsString>> {
        self.act((Operation::Look, folder, 0), |inner, _| inner.platter.list(folder))
    }

    fn create_folder(&self, folder: &Path) -> io::Result<()> {
        self.act((Operation::Name, folder, 0), |inner, _| inner.platter.create_folder(folder))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.act((Operation::Name, to, 0), |inner, _| inner.platter.rename(from, to))
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.act((Operation::Shrink, path, 0), |inner, _| inner.platter.remove(path))
    }

    fn age(&self, _: &Path) -> io::Result<std::time::Duration> {
        Ok(std::time::Duration::from_hours(2))
    }
    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        self.act((Operation::Sync, folder, 0), |inner, failure| match failure {
            None | Some(Failure::Done) => inner.platter.sync_folder(folder),
            Some(_) => Ok(()),
        })
    }

    fn try_lock(&self, path: &Path) -> io::Result<Option<Lock>> {
        let file = self.file(path, true)?;
        let taken = self.inner().locked.insert(file);
        Ok(taken.then(|| Lock::new(Held(self.clone(), file))))
    }

    fn boot(&self) -> Option<String> {
        Some(format!("start {}", self.inner().boot))
    }
}

struct LossyFile {
    disk: LossyDisk,
    file: usize,
    path: PathBuf,
    access: Access,
}

impl LossyFile {
    fn changed(&self) -> io::Result<()> {
        if self.access == Access::Read { Err(io::ErrorKind::PermissionDenied.into()) } else { Ok(()) }
    }
}

impl DiskFile for LossyFile {
    fn size(&self) -> io::Result<u64> {
        self.disk.act((Operation::Look, &self.path, 0), |inner, _| {
            Ok(inner.platter.content(self.file).len() as u64)
        })
    }

    fn read_at(&self, offset: u64, most: usize) -> io::Result<Vec<u8>> {
        self.disk.act((Operation::Look, &self.path, 0), |inner, _| {
            let content = inner.platter.content(self.file);
            let from = place(offset).min(content.len());
            Ok(content[from..from.saturating_add(most).min(content.len())].to_owned())
        })
    }

    fn is_linked(&self) -> io::Result<bool> {
        self.disk.act((Operation::Look, &self.path, 0), |inner, _| Ok(inner.platter.is_named(self.file)))
    }

    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.changed()?;
        self.disk.act((Operation::Write, &self.path, bytes.len()), |inner, failure| {
            let kept = if failure == Some(Failure::Half) { bytes.len() / 2 } else { bytes.len() };
            inner.platter.write(self.file, place(offset), &bytes[..kept]);
            Ok(())
        })
    }

    fn truncate(&mut self, size: u64) -> io::Result<()> {
        self.changed()?;
        self.disk.act((Operation::Shrink, &self.path, 0), |inner, _| {
            inner.platter.truncate(self.file, place(size));
            Ok(())
        })
    }

    fn sync_data(&mut self) -> io::Result<()> {
        self.disk.act((Operation::Sync, &self.path, 0), |inner, failure| {
            match failure {
                None | Some(Failure::Done) => inner.platter.sync(self.file),
                Some(_) => inner.platter.doubt(self.file),
            }
            Ok(())
        })
    }
}
