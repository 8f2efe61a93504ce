//! What goes into `aside/`: it never takes a name that is taken, and nothing there is ever removed.

use super::disk::{Access, Disk, DiskFile};
use std::io;
use std::path::{Path, PathBuf};

/// How many bytes are copied or written at once.
const PIECE: usize = 1 << 20;

/// The folder `aside/` of a store.
pub struct Aside<'a> {
    disk: &'a dyn Disk,
    folder: &'a Path,
    /// What was put there.
    pub put: Vec<PathBuf>,
}

impl<'a> Aside<'a> {
    /// That of the store in a folder.
    pub fn new(disk: &'a dyn Disk, folder: &'a Path) -> Self {
        Self { disk, folder, put: Vec::new() }
    }

    /// A free name there, made of a name and its ending.
    pub fn free(&mut self, stem: &str, ending: &str) -> io::Result<PathBuf> {
        let aside = self.folder.join("aside");
        self.disk.create_folder(&aside)?;
        self.disk.sync_folder(self.folder)?;
        let names = self.disk.list(&aside)?;
        let mut free = (1..).map(|number: u64| format!("{stem}-{number}.{ending}"));
        let free = free.find(|name| names.iter().all(|taken| taken != name.as_str()));
        let path = aside.join(free.unwrap_or_default());
        self.put.push(path.clone());
        Ok(path)
    }

    /// Begins a file there.
    pub fn begin(&mut self, stem: &str, ending: &str) -> io::Result<Sink> {
        let path = self.free(stem, ending)?;
        Sink::open(self.disk, &path)
    }

    /// Keeps a copy of a file, durable before it returns.
    pub fn copy(&mut self, stem: &str, file: &dyn DiskFile) -> io::Result<()> {
        let (mut copy, size) = (self.begin(stem, "jsonl")?, file.size()?);
        let mut at = 0;
        while at < size {
            let bytes = file.read_at(at, PIECE)?;
            if bytes.is_empty() {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            copy.write(&bytes)?;
            at += bytes.len() as u64;
        }
        copy.finish()?;
        self.sync()
    }

    /// Moves a file there.
    pub fn take(&mut self, stem: &str, path: &Path) -> io::Result<()> {
        let to = self.free(stem, "jsonl")?;
        self.take_as(path, &to)
    }

    /// Moves a file to a name there that is free.
    pub fn take_as(&self, path: &Path, to: &Path) -> io::Result<()> {
        self.disk.rename(path, to)?;
        self.sync()?;
        self.disk.sync_folder(self.folder)
    }

    /// Makes the names there durable.
    pub fn sync(&self) -> io::Result<()> {
        if self.put.is_empty() { Ok(()) } else { self.disk.sync_folder(&self.folder.join("aside")) }
    }
}

/// A file that is written from its beginning to its end, in pieces.
pub struct Sink {
    file: Box<dyn DiskFile>,
    at: u64,
    pending: Vec<u8>,
}

impl Sink {
    /// Begins a file; what it held is over.
    pub fn open(disk: &dyn Disk, path: &Path) -> io::Result<Self> {
        let mut file = disk.open(path, Access::Make)?;
        file.truncate(0)?;
        Ok(Self { file, at: 0, pending: Vec::new() })
    }

    /// Writes on.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.pending.extend_from_slice(bytes);
        if self.pending.len() < PIECE { Ok(()) } else { self.flush() }
    }

    /// Writes a line and its newline.
    pub fn line(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write(bytes)?;
        self.write(b"\n")
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.write_at(self.at, &self.pending)?;
        self.at += self.pending.len() as u64;
        self.pending.clear();
        Ok(())
    }

    /// Makes it durable, and gives it back.
    pub fn finish(mut self) -> io::Result<Box<dyn DiskFile>> {
        self.flush()?;
        self.file.sync_data()?;
        Ok(self.file)
    }
}
