//! The files that windows left which are gone: read as far as they go, and put away once their drafts are safe elsewhere.

use super::entry::Entry;
use super::live::Live;
use crate::store::disk::{Access, Disk, Lock, wait_for_lock};
use crate::store::journal::is_absent;
use crate::store::line::{format_of, is_sealed};
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

/// A file that was taken over; nobody else gets it meanwhile.
pub struct Taken {
    name: String,
    damaged: bool,
    _lock: Lock,
}

/// What was found.
#[derive(Default)]
pub struct Found {
    pub live: Vec<Live>,
    pub taken: Vec<Taken>,
    pub notes: Vec<String>,
}

/// How long all files together are waited for whose window may be about to go: it was closed or killed this moment.
const PATIENCE: Duration = Duration::from_secs(1);

/// Takes over every file whose lock is free. The caller has its turn in the folder.
pub fn take(disk: &dyn Disk, folder: &Path) -> io::Result<Found> {
    let mut found = Found::default();
    let start = Instant::now();
    for name in names(&disk.list(folder)?) {
        let path = folder.join(format!("{name}.jsonl"));
        let lock = wait_for_lock(
            disk,
            &folder.join(format!("{name}.lock")),
            PATIENCE.saturating_sub(start.elapsed()),
        );
        let read = lock.and_then(|lock| match lock {
            Some(lock) => Ok(Some((lock, content(disk, &path)?))),
            None => Ok(None),
        });
        let (lock, bytes) = match read {
            Ok(Some(read)) => read,
            Ok(None) => continue,
            Err(error) => {
                let path = path.display();
                found
                    .notes
                    .push(format!("{path}: {error}; the drafts in it could not be read and stay there"));
                continue;
            }
        };
        let read = Reading::of(&bytes, &path);
        found.notes.extend(read.notes);
        if !read.newer {
            found.live.push(read.live);
            found.taken.push(Taken { name, damaged: read.damaged, _lock: lock });
        }
    }
    Ok(found)
}

/// A file's bytes; none where there is no file, as when its window ended before the first draft.
fn content(disk: &dyn Disk, path: &Path) -> io::Result<Vec<u8>> {
    match disk.open(path, Access::Read) {
        Err(error) if is_absent(&error) => Ok(Vec::new()),
        file => file?.read_at(0, usize::MAX),
    }
}

/// The windows' names among those of a folder: 16 hex digits before the ending.
fn names(all: &[OsString]) -> BTreeSet<String> {
    let name = |file: &OsString| {
        let (name, ending) = file.to_str()?.split_once('.')?;
        let is_ours = name.len() == 16 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
        (is_ours && ["jsonl", "lock", "new"].contains(&ending)).then(|| name.to_owned())
    };
    all.iter().filter_map(name).collect()
}

impl Taken {
    /// Removes the file, or moves it to `aside/` if it was damaged: its drafts are durable elsewhere now.
    pub fn put_away(&self, disk: &dyn Disk, folder: &Path) -> io::Result<()> {
        let path = |ending: &str| folder.join(format!("{}.{ending}", self.name));
        let gone = |result: io::Result<()>| match result {
            Err(error) if !is_absent(&error) => Err(error),
            _ => Ok(()),
        };
        if self.damaged {
            gone(self.set_aside(disk, folder))?;
        } else {
            gone(disk.remove(&path("jsonl")))?;
        }
        gone(disk.remove(&path("new")))?;
        gone(disk.remove(&path("lock")))
    }

    fn set_aside(&self, disk: &dyn Disk, folder: &Path) -> io::Result<()> {
        let aside = folder.join("aside");
        disk.create_folder(&aside)?;
        let used = disk.list(&aside)?;
        let numbered = (2_u32..).map(|number| format!("{}-{number}.jsonl", self.name));
        let mut free = std::iter::once(format!("{}.jsonl", self.name)).chain(numbered);
        let name = free.find(|name| !used.iter().any(|used| used == name.as_str())).unwrap_or_default();
        disk.rename(&folder.join(format!("{}.jsonl", self.name)), &aside.join(name))?;
        disk.sync_folder(&aside)
    }
}

/// What a file holds.
#[derive(Default)]
struct Reading {
    live: Live,
    notes: Vec<String>,
    damaged: bool,
    /// A later version of the program wrote it.
    newer: bool,
}

impl Reading {
    fn of(bytes: &[u8], path: &Path) -> Self {
        let mut reading = Self::default();
        let end = memchr::memrchr(b'\n', bytes).map_or(0, |at| at + 1);
        let (whole, tail) = bytes.split_at(end);
        let mut lines = 0_u64;
        for line in whole.split_inclusive(|byte| *byte == b'\n') {
            lines += 1;
            reading.line(line.strip_suffix(b"\n").unwrap_or(line), path, lines);
        }
        if is_sealed(tail) {
            reading.line(tail, path, lines + 1);
        } else if !tail.is_empty() {
            let (path, tail) = (path.display(), tail.len());
            reading.notes.push(format!("{path}: its last line was not finished; {tail} bytes were left out"));
        }
        reading
    }

    fn line(&mut self, bytes: &[u8], path: &Path, number: u64) {
        let place = format!("{}:{number}", path.display());
        match format_of(bytes) {
            Ok(Some(format)) if format != "1" => {
                self.newer = true;
                self.notes.push(format!(
                    "{place}: these drafts have format {format}, this program knows 1; they stay there"
                ));
            }
            Ok(Some(_)) => {}
            Ok(None) | Err(_) => match Entry::from_bytes(bytes) {
                Ok((entry, at)) => self.live.apply(entry, &at),
                Err(error) => {
                    self.damaged = true;
                    self.notes.push(format!(
                        "{place}: this line of a draft is damaged: {error}; the others were read, the file is kept in aside/"
                    ));
                }
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read_as_far_as_they_go(bytes: Vec<u8>) {
            let reading = Reading::of(&bytes, Path::new("f"));
            proptest::prop_assert!(reading.live.drafts().is_empty());
            proptest::prop_assert_eq!(reading.notes.is_empty(), bytes.is_empty());
        }
    }
}
