//! A disk in memory.

use super::super::bytes;
use crate::store::disk::{Access, Disk, DiskFile, Lock};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

pub type Content = Arc<Mutex<Vec<u8>>>;

/// Files in memory, of which the operation after so many fails.
#[derive(Default)]
pub struct Memory {
    files: Mutex<BTreeMap<PathBuf, Content>>,
    /// How many may still succeed.
    pub left: Arc<Mutex<Option<usize>>>,
}

impl Memory {
    fn count(left: &Mutex<Option<usize>>) -> io::Result<()> {
        match left.lock().unwrap().as_mut() {
            Some(0) => Err(io::Error::other("full")),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// What a file holds, to be changed.
    pub fn content(&self, name: &str) -> Content {
        Arc::clone(&self.files.lock().unwrap()[Path::new(name)])
    }

    pub fn put(&self, name: &str, bytes: Vec<u8>) {
        self.files.lock().unwrap().insert(name.into(), Arc::new(Mutex::new(bytes)));
    }

    pub fn names(&self) -> Vec<OsString> {
        self.files.lock().unwrap().keys().map(|path| path.file_name().unwrap().to_owned()).collect()
    }
}

struct MemoryFile(Content, Arc<Mutex<Option<usize>>>);

impl Disk for Memory {
    fn open(&self, path: &Path, access: Access) -> io::Result<Box<dyn DiskFile>> {
        Self::count(&self.left)?;
        let mut files = self.files.lock().unwrap();
        if access == Access::Make {
            files.entry(path.to_owned()).or_default();
        }
        let file = files.get(path).ok_or(io::ErrorKind::NotFound)?;
        Ok(Box::new(MemoryFile(Arc::clone(file), Arc::clone(&self.left))))
    }

    fn list(&self, _: &Path) -> io::Result<Vec<OsString>> {
        Ok(self.names())
    }

    fn create_folder(&self, _: &Path) -> io::Result<()> {
        Ok(())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        Self::count(&self.left)?;
        let mut files = self.files.lock().unwrap();
        let file = files.remove(from).ok_or(io::ErrorKind::NotFound)?;
        files.insert(to.to_owned(), file);
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.files.lock().unwrap().remove(path).map(drop).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn sync_folder(&self, _: &Path) -> io::Result<()> {
        Ok(())
    }

    fn try_lock(&self, _: &Path) -> io::Result<Option<Lock>> {
        Ok(None)
    }
}

impl DiskFile for MemoryFile {
    fn size(&self) -> io::Result<u64> {
        Ok(self.0.lock().unwrap().len() as u64)
    }

    fn read_at(&self, offset: u64, most: usize) -> io::Result<Vec<u8>> {
        let bytes = self.0.lock().unwrap();
        let from = bytes.len().min(bytes::size(offset));
        Ok(bytes[from..bytes.len().min(from + most)].to_vec())
    }

    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        Memory::count(&self.1)?;
        let mut to = self.0.lock().unwrap();
        let start = bytes::size(offset);
        let end = start + bytes.len();
        if to.len() < end {
            to.resize(end, 0);
        }
        to[start..end].copy_from_slice(bytes);
        Ok(())
    }

    fn truncate(&mut self, size: u64) -> io::Result<()> {
        self.0.lock().unwrap().truncate(bytes::size(size));
        Ok(())
    }

    fn sync_data(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn is_linked(&self) -> io::Result<bool> {
        Ok(true)
    }
}
