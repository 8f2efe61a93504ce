//! What the machine does at best: the floor under every store.

use rustix::fs::{Advice, fadvise};
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// A durable copy of a file, written from the beginning; in seconds.
pub fn copied(from: &Path, to: &Path) -> f64 {
    let began = Instant::now();
    let (mut from, mut to) = (File::open(from).unwrap(), File::create(to).unwrap());
    let mut piece = vec![0; 1 << 20];
    loop {
        match from.read(&mut piece).unwrap() {
            0 => break,
            count => to.write_all(&piece[..count]).unwrap(),
        }
    }
    to.sync_data().unwrap();
    began.elapsed().as_secs_f64()
}

/// A file that is appended to and synced.
pub struct Appended(File);

impl Appended {
    pub fn at(path: &Path) -> Self {
        Self(OpenOptions::new().create(true).append(true).open(path).unwrap())
    }

    /// One append and its sync; in seconds.
    pub fn append(&mut self, bytes: &[u8]) -> f64 {
        let began = Instant::now();
        self.0.write_all(bytes).unwrap();
        self.0.sync_data().unwrap();
        began.elapsed().as_secs_f64()
    }
}

/// The journal of a store, its segments in order.
pub fn journal(store: &Path) -> Vec<PathBuf> {
    let is_journal = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        name.starts_with("journal-") && path.extension().is_some_and(|ending| ending == "jsonl")
    };
    let mut files: Vec<PathBuf> = files(store).into_iter().filter(is_journal).collect();
    files.sort();
    files
}

/// The files in a folder.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = folder.read_dir().unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.is_file()).collect()
}

/// The bytes of all files in a folder.
pub fn size(folder: &Path) -> u64 {
    files(folder).iter().map(|file| file.metadata().unwrap().len()).sum()
}

/// Writes out what is in memory only, so that it does not disturb what is measured next.
pub fn settle() {
    rustix::fs::sync();
}

/// Drops the pages of files from the system's cache.
pub fn forget(files: &[PathBuf]) {
    for path in files {
        let file = File::open(path).unwrap();
        file.sync_all().unwrap();
        fadvise(&file, 0, None, Advice::DontNeed).unwrap();
    }
}

/// Reads 4 KiB at some page of a file; in seconds.
pub fn read_page(file: &Path, random: u64) -> f64 {
    let file = File::open(file).unwrap();
    let pages = (file.metadata().unwrap().len() / 4096).max(1);
    let began = Instant::now();
    let _ = file.read_at(&mut [0; 4096], random % pages * 4096).unwrap();
    began.elapsed().as_secs_f64()
}

/// Whether a page that was dropped comes from the disk again; not so in a file system that lives in memory.
pub fn forgets(file: &PathBuf) -> bool {
    let before = disk_reads();
    forget(std::slice::from_ref(file));
    read_page(file, 0);
    disk_reads() > before
}

/// The bytes that this process had the disk read.
fn disk_reads() -> u64 {
    let io = std::fs::read_to_string("/proc/self/io").unwrap_or_default();
    let line = io.lines().find_map(|line| line.strip_prefix("read_bytes: "));
    line.and_then(|bytes| bytes.parse().ok()).unwrap_or(0)
}
