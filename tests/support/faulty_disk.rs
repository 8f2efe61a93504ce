//! A disk of which a chosen operation fails, and that notes what is durable.

use profile_desk::store::disk::{Access, Disk, DiskFile, Lock, OsDisk};
use std::collections::HashMap;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// How the chosen operation fails. A failing write leaves so many quarters of its bytes.
#[derive(Clone, Copy, Debug)]
pub struct Fault {
    pub at: usize,
    pub quarters: usize,
    pub for_ever: bool,
}

#[derive(Default)]
pub struct Record {
    pub fault: Option<Fault>,
    pub operations: usize,
    pub syncs: usize,
    pub failed: bool,
    /// After the next sync the system has no file handles left.
    pub without_handles: Option<bool>,
    /// Sizes as of the last sync.
    pub durable: HashMap<PathBuf, u64>,
    /// What somebody else does before this operation.
    pub meanwhile: Option<(usize, Box<dyn FnOnce() + Send>)>,
    /// Why this disk gives no locks.
    pub without_locks: Option<io::ErrorKind>,
    /// Which start of the system this pretends to be.
    pub boot: Option<String>,
}

impl Record {
    fn step(&mut self) -> io::Result<()> {
        let number = self.operations;
        self.operations += 1;
        if let Some((_, act)) = self.meanwhile.take_if(|(at, _)| *at == number) {
            act();
        }
        let hit = |fault: Fault| number == fault.at || (fault.for_ever && number > fault.at);
        if self.fault.is_some_and(hit) {
            self.failed = true;
            return Err(io::Error::new(io::ErrorKind::StorageFull, "No space left on device"));
        }
        Ok(())
    }
}

#[derive(Clone, Default)]
pub struct FaultyDisk(pub Arc<Mutex<Record>>);

pub struct FaultyFile {
    file: Box<dyn DiskFile>,
    path: PathBuf,
    disk: FaultyDisk,
}

impl FaultyDisk {
    pub fn failing(fault: Fault) -> Self {
        let disk = Self::default();
        disk.0.lock().unwrap().fault = Some(fault);
        disk
    }

    fn step(&self) -> io::Result<()> {
        self.0.lock().unwrap().step()
    }
}

impl Disk for FaultyDisk {
    fn open(&self, path: &Path, access: Access) -> io::Result<Box<dyn DiskFile>> {
        self.step()?;
        if self.0.lock().unwrap().without_handles == Some(true) {
            return Err(io::Error::other("Too many open files"));
        }
        Ok(Box::new(FaultyFile { file: OsDisk.open(path, access)?, path: path.into(), disk: self.clone() }))
    }
    fn list(&self, folder: &Path) -> io::Result<Vec<OsString>> {
        self.step().and_then(|()| OsDisk.list(folder))
    }
    fn create_folder(&self, folder: &Path) -> io::Result<()> {
        self.step().and_then(|()| OsDisk.create_folder(folder))
    }
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.step().and_then(|()| OsDisk.rename(from, to))?;
        let durable = &mut self.0.lock().unwrap().durable;
        if let Some(size) = durable.remove(from) {
            durable.insert(to.into(), size);
        }
        Ok(())
    }
    fn remove(&self, path: &Path) -> io::Result<()> {
        self.step().and_then(|()| OsDisk.remove(path))
    }
    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        self.step().map(|()| assert!(folder.is_dir()))
    }
    fn try_lock(&self, path: &Path) -> io::Result<Option<Lock>> {
        self.step()?;
        match self.0.lock().unwrap().without_locks {
            Some(kind) => Err(kind.into()),
            None => OsDisk.try_lock(path),
        }
    }
    fn boot(&self) -> Option<String> {
        self.0.lock().unwrap().boot.clone().or_else(|| OsDisk.boot())
    }
}

impl DiskFile for FaultyFile {
    fn size(&self) -> io::Result<u64> {
        self.disk.step().and_then(|()| self.file.size())
    }
    fn read_at(&self, offset: u64, most: usize) -> io::Result<Vec<u8>> {
        self.disk.step().and_then(|()| self.file.read_at(offset, most))
    }
    fn is_linked(&self) -> io::Result<bool> {
        self.disk.step().and_then(|()| self.file.is_linked())
    }
    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let failure = self.disk.step().err();
        let quarters = self.disk.0.lock().unwrap().fault.map_or(0, |fault| fault.quarters);
        let kept = if failure.is_some() { bytes.len() * quarters / 4 } else { bytes.len() };
        self.file.write_at(offset, &bytes[..kept])?;
        failure.map_or(Ok(()), Err)
    }
    fn truncate(&mut self, size: u64) -> io::Result<()> {
        self.disk.step().and_then(|()| self.file.truncate(size))
    }
    fn sync_data(&mut self) -> io::Result<()> {
        self.disk.step()?; // a real sync would only cost time: nobody pulls the plug
        let mut record = self.disk.0.lock().unwrap();
        record.syncs += 1;
        record.without_handles = record.without_handles.map(|_| true);
        let size = self.file.size()?;
        record.durable.insert(self.path.clone(), size);
        Ok(())
    }
}
