//! The document's file: noticing that it changed, and saving it in one step with the former one kept as `.bak`.

use crate::store::disk::{Disk, Lock, OsDisk};
use crate::target::TargetError;
use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

/// How long a writer waits for its turn.
const PATIENCE: Duration = Duration::from_secs(5);
/// File systems count time in ticks of up to some 10 ms. (FAT counts 2 s: there a second edit of the same size shows late. A
/// save compares the content in any case.)
const COARSE: Duration = Duration::from_millis(50);
/// The largest document, in bytes.
pub const MAX_SIZE: u64 = 64 << 20;

/// What tells one content of a file from the next without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    modified: Option<SystemTime>,
    size: u64,
    number: u64,
}

impl Mark {
    fn of(metadata: &Metadata) -> Self {
        #[cfg(unix)]
        let number = std::os::unix::fs::MetadataExt::ino(metadata);
        #[cfg(not(unix))]
        let number = 0;
        Self { modified: metadata.modified().ok(), size: metadata.len(), number }
    }

    /// Whether the next change must show: clocks of file systems are coarse, so a change soon after this one may not.
    pub fn is_settled(&self) -> bool {
        self.modified.and_then(|at| at.elapsed().ok()).is_some_and(|age| age > COARSE)
    }
}

/// How a save ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Saved {
    /// It is there, durably.
    Done,
    /// Somebody had written since the file was read: theirs is there, nothing of this save is.
    Overtaken,
}

/// The file, its names resolved.
pub struct DocumentFile {
    pub path: PathBuf,
}

impl DocumentFile {
    fn beside(&self, suffix: &str) -> PathBuf {
        let mut name = self.path.as_os_str().to_owned();
        name.push(suffix);
        name.into()
    }

    pub fn mark(&self) -> io::Result<Mark> {
        Ok(Mark::of(&std::fs::metadata(&self.path)?))
    }

    /// The content, and the mark that it had before it was read.
    pub fn read(&self) -> io::Result<(Mark, Vec<u8>)> {
        let file = File::open(&self.path)?;
        let mark = Mark::of(&file.metadata()?);
        let mut bytes = Vec::new();
        file.take(MAX_SIZE + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > MAX_SIZE {
            return Err(io::Error::new(
                io::ErrorKind::FileTooLarge,
                "it is larger than 64 MiB (setting: document size)",
            ));
        }
        Ok((mark, bytes))
    }

    /// Waits for this writer's turn.
    pub fn lock(&self) -> Result<Lock, TargetError> {
        let start = Instant::now();
        loop {
            match OsDisk.try_lock(&self.beside(".lock")) {
                Ok(Some(lock)) => return Ok(lock),
                Ok(None) if start.elapsed() > PATIENCE => {
                    let sentence = "is being written by somebody else; nothing was changed, try again";
                    return Err(TargetError::NotReached(format!(
                        "the document {} {sentence}",
                        self.path.display()
                    )));
                }
                Ok(None) => std::thread::sleep(Duration::from_millis(5)),
                Err(error) => return Err(self.not_written(&error)),
            }
        }
    }

    /// A new file, for its owner alone; the caller holds the lock.
    pub fn make(&self, text: &str) -> Result<(), TargetError> {
        let part = self.beside(".new");
        self.set_aside(&part).map_err(|error| self.not_written(&error))?;
        let made = write_whole(&part, text, None).and_then(|()| {
            if self.path.try_exists()? {
                return Err(io::Error::from(io::ErrorKind::AlreadyExists));
            }
            std::fs::rename(&part, &self.path)
        });
        made.map_err(|error| self.gave_up(&part, &error))?;
        self.sync_folder()
    }

    /// Puts a text in the place of what was read; the caller holds the lock, which editors of text do not know. So the new
    /// file and the old one are exchanged, and what was displaced is compared with what was read.
    pub fn save(&self, text: &str, read: &[u8]) -> Result<Saved, TargetError> {
        let part = self.beside(".new");
        let mode = std::fs::metadata(&self.path).map(|metadata| metadata.permissions());
        let mode = mode.and_then(|mode| {
            let kind = io::ErrorKind::PermissionDenied;
            if mode.readonly() { Err(io::Error::new(kind, "it is marked as read-only")) } else { Ok(mode) }
        });
        let mode = mode.map_err(|error| self.not_written(&error))?;
        self.set_aside(&part).map_err(|error| self.not_written(&error))?;
        let ready = write_whole(&part, text, Some(mode));
        ready.map_err(|error| self.gave_up(&part, &error))?;
        match exchange(&part, &self.path) {
            Ok(true) => {}
            Ok(false) => return self.replace(&part, read),
            Err(error) => return Err(self.gave_up(&part, &error)),
        }
        let displaced = std::fs::read(&part).map_err(|error| self.unclear(&error))?;
        if displaced != read {
            self.give_back(&part, text).map_err(|error| self.unclear(&error))?;
            return Ok(Saved::Overtaken);
        }
        // The former generation is a convenience: the document itself is in place.
        let _ = std::fs::rename(&part, self.beside(".bak"));
        self.sync_folder()?;
        Ok(Saved::Done)
    }

    /// What a save that was killed left behind may be somebody's edit that it displaced: it is kept as `.left`.
    fn set_aside(&self, part: &Path) -> io::Result<()> {
        match std::fs::symlink_metadata(part) {
            Ok(metadata) if !metadata.is_dir() => std::fs::rename(part, self.beside(".left")),
            _ => Ok(()),
        }
    }

    /// Somebody's content was displaced: it goes back. Had it been followed by yet another, that one stays and the
    /// displaced one is kept as `.bak`.
    fn give_back(&self, part: &Path, text: &str) -> io::Result<()> {
        exchange(part, &self.path)?;
        if std::fs::read(part)? == text.as_bytes() {
            return std::fs::remove_file(part);
        }
        exchange(part, &self.path)?;
        std::fs::rename(part, self.beside(".bak"))
    }

    /// Where files cannot be exchanged there is a moment between comparing and renaming.
    fn replace(&self, part: &Path, read: &[u8]) -> Result<Saved, TargetError> {
        let replaced = || -> io::Result<Saved> {
            if std::fs::read(&self.path)? != read {
                std::fs::remove_file(part)?;
                return Ok(Saved::Overtaken);
            }
            let former = self.beside(".bak.new");
            std::fs::copy(&self.path, &former)?;
            File::open(&former)?.sync_all()?;
            std::fs::rename(&former, self.beside(".bak"))?;
            std::fs::rename(part, &self.path)?;
            Ok(Saved::Done)
        };
        let saved = replaced().map_err(|error| self.gave_up(part, &error))?;
        self.sync_folder()?;
        Ok(saved)
    }

    fn sync_folder(&self) -> Result<(), TargetError> {
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        OsDisk.sync_folder(folder.unwrap_or(Path::new("."))).map_err(|error| self.unclear(&error))
    }

    fn gave_up(&self, part: &Path, error: &io::Error) -> TargetError {
        let _ = std::fs::remove_file(part); // the first error is the one to tell
        self.not_written(error)
    }

    fn not_written(&self, error: &io::Error) -> TargetError {
        TargetError::NotReached(format!(
            "{} cannot be written: {error}; nothing was changed",
            self.path.display()
        ))
    }

    fn unclear(&self, error: &io::Error) -> TargetError {
        let path = self.path.display();
        TargetError::Unclear(format!(
            "{path} could not be saved whole ({error}): it is unclear whether the last change was kept; look at {path} and {path}.new"
        ))
    }
}

fn write_whole(path: &Path, text: &str, mode: Option<std::fs::Permissions>) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    if let Some(mode) = mode {
        file.set_permissions(mode)?;
    }
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// Exchanges two files; false where the system or the file system cannot.
#[cfg(target_os = "linux")]
fn exchange(one: &Path, other: &Path) -> io::Result<bool> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    use rustix::io::Errno;
    match renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE) {
        Ok(()) => Ok(true),
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(target_os = "linux"))]
fn exchange(_: &Path, _: &Path) -> io::Result<bool> {
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(folder: &tempfile::TempDir) -> DocumentFile {
        DocumentFile { path: folder.path().join("all.json") }
    }

    fn names(folder: &tempfile::TempDir) -> Vec<String> {
        let entries = folder.path().read_dir().unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn what_somebody_wrote_meanwhile_is_not_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let file = file(&folder);
        file.make("first").unwrap();
        std::fs::write(&file.path, "theirs").unwrap();
        assert_eq!(file.save("mine", b"first").unwrap(), Saved::Overtaken);
        assert_eq!(
            (std::fs::read_to_string(&file.path).unwrap(), names(&folder)),
            ("theirs".into(), vec!["all.json".to_owned()])
        );
        assert_eq!(file.save("mine", b"theirs").unwrap(), Saved::Done);
        assert_eq!(std::fs::read_to_string(&file.path).unwrap(), "mine");
        assert_eq!(std::fs::read_to_string(file.beside(".bak")).unwrap(), "theirs");
    }

    #[test]
    fn without_an_exchange_the_same_holds() {
        let folder = tempfile::tempdir().unwrap();
        let file = file(&folder);
        file.make("first").unwrap();
        let part = file.beside(".new");
        for (read, saved, content) in
            [(&b"other"[..], Saved::Overtaken, "first"), (b"first", Saved::Done, "mine")]
        {
            std::fs::write(&part, "mine").unwrap();
            assert_eq!(file.replace(&part, read).unwrap(), saved);
            assert_eq!(std::fs::read_to_string(&file.path).unwrap(), content);
        }
        assert_eq!(std::fs::read_to_string(file.beside(".bak")).unwrap(), "first");
        assert_eq!(names(&folder), ["all.json", "all.json.bak"]);
    }
}
