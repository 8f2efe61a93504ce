//! What the store asks of a disk. Tests put their own in place and let each operation fail.

use std::ffi::OsString;
use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// So much memory may be taken without asking how much there is to read. In bytes.
const SMALL: usize = 64 << 10;

/// What a file is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Reading; the file is there.
    Read,
    /// Reading and writing; the file is there.
    Change,
    /// Reading and writing; a missing file is made, for its owner alone (0600), what is there is kept.
    Make,
}

/// Folders, names and locks.
pub trait Disk: Send + Sync {
    /// Opens a file.
    fn open(&self, path: &Path, access: Access) -> io::Result<Box<dyn DiskFile>>;
    /// The names in a folder, in no order.
    fn list(&self, folder: &Path) -> io::Result<Vec<OsString>>;
    /// Makes a folder and those above it, for their owner alone (0700); one that is there stays as it is.
    fn create_folder(&self, folder: &Path) -> io::Result<()>;
    /// Renames a file within its file system, replacing what has the new name.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Removes a file.
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// How long ago a file was changed last, by the clock; no time at all where that cannot be told.
    fn age(&self, _path: &Path) -> io::Result<Duration> {
        Ok(Duration::ZERO)
    }
    /// Makes the names in a folder durable.
    fn sync_folder(&self, folder: &Path) -> io::Result<()>;
    /// Takes the lock on a file, which is made if missing; `None` while somebody else has it.
    fn try_lock(&self, path: &Path) -> io::Result<Option<Lock>>;
    /// Which start of the system this is; `None` where it does not tell.
    fn boot(&self) -> Option<String> {
        // A process does not outlive it.
        static BOOT: OnceLock<Option<String>> = OnceLock::new();
        let read = || std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok();
        BOOT.get_or_init(|| read().map(|id| id.trim().to_owned())).clone()
    }
}

/// Waits for the lock on a file, at most so long; `None` while somebody else still has it.
pub fn wait_for_lock(disk: &dyn Disk, path: &Path, patience: Duration) -> io::Result<Option<Lock>> {
    let start = Instant::now();
    loop {
        match disk.try_lock(path)? {
            None if start.elapsed() <= patience => std::thread::sleep(Duration::from_millis(5)),
            answer => return Ok(answer),
        }
    }
}

/// Puts these bytes in the place of a file, which need not exist: whole or not at all, durable when it returns.
pub fn replace_file(disk: &dyn Disk, folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let new = folder.join(format!("{name}.new"));
    let mut file = disk.open(&new, Access::Make)?;
    file.truncate(0)?;
    file.write_at(0, bytes)?;
    file.sync_data()?;
    disk.rename(&new, &folder.join(name))?;
    disk.sync_folder(folder)
}

/// One open file, read at positions so that many can read at once. Offsets and sizes are in bytes.
pub trait DiskFile: Send + Sync {
    /// Its size.
    fn size(&self) -> io::Result<u64>;
    /// The bytes from an offset, `most` of them or, at the end of the file, fewer.
    fn read_at(&self, offset: u64, most: usize) -> io::Result<Vec<u8>>;
    /// The same into a buffer; says how many bytes these are.
    fn read_into(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.read_at(offset, buffer.len())?;
        buffer[..bytes.len()].copy_from_slice(&bytes);
        Ok(bytes.len())
    }
    /// Whether it still has a name: it was neither removed nor replaced by another.
    fn is_linked(&self) -> io::Result<bool>;
    /// Writes all bytes at an offset.
    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()>;
    /// Cuts the file off.
    fn truncate(&mut self, size: u64) -> io::Result<()>;
    /// Makes the content and the size durable.
    fn sync_data(&mut self) -> io::Result<()>;
}

/// A lock, released when dropped.
pub struct Lock {
    _held: Box<dyn Send + Sync>,
}

impl Lock {
    /// A lock that is held as long as this lives.
    pub fn new(held: impl Send + Sync + 'static) -> Self {
        Self { _held: Box::new(held) }
    }
}

/// A file on which the system holds a lock.
struct LockedFile(File);

impl Drop for LockedFile {
    fn drop(&mut self) {
        let _ = self.0.unlock(); // closing the file releases it too
    }
}

/// The operating system's disk.
#[derive(Clone, Copy, Debug, Default)]
pub struct OsDisk;

impl Disk for OsDisk {
    fn open(&self, path: &Path, access: Access) -> io::Result<Box<dyn DiskFile>> {
        let file = private_file()
            .read(true)
            .write(access != Access::Read)
            .create(access == Access::Make)
            .truncate(false)
            .open(path)?;
        Ok(Box::new(file))
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<OsString>> {
        folder.read_dir()?.map(|entry| entry.map(|entry| entry.file_name())).collect()
    }

    fn create_folder(&self, folder: &Path) -> io::Result<()> {
        private_folder().create(folder)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        std::fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        std::fs::remove_file(path)
    }

    fn age(&self, path: &Path) -> io::Result<Duration> {
        let changed = std::fs::metadata(path)?.modified()?;
        Ok(changed.elapsed().unwrap_or_default()) // a clock that went backwards makes it young
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
    }

    fn try_lock(&self, path: &Path) -> io::Result<Option<Lock>> {
        let file = private_file().write(true).create(true).truncate(false).open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Lock::new(LockedFile(file)))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

impl DiskFile for File {
    fn size(&self) -> io::Result<u64> {
        Ok(self.metadata()?.len())
    }

    fn read_at(&self, offset: u64, most: usize) -> io::Result<Vec<u8>> {
        // No more memory than there is to read, whatever a damaged file says of its lengths.
        let left = || Ok::<_, io::Error>(self.metadata()?.len().saturating_sub(offset));
        let most =
            if most <= SMALL { most } else { most.min(usize::try_from(left()?).unwrap_or(usize::MAX)) };
        let mut bytes = vec![0; most];
        let read = self.read_into(offset, &mut bytes)?;
        bytes.truncate(read);
        Ok(bytes)
    }

    fn read_into(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let mut read = 0;
        while read < buffer.len() {
            match positioned_read(self, &mut buffer[read..], offset + read as u64) {
                Ok(0) => break,
                Ok(count) => read += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(read)
    }

    #[cfg(unix)]
    fn is_linked(&self) -> io::Result<bool> {
        Ok(std::os::unix::fs::MetadataExt::nlink(&self.metadata()?) > 0)
    }

    #[cfg(not(unix))]
    fn is_linked(&self) -> io::Result<bool> {
        Ok(true) // what is open keeps its name
    }

    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let mut written = 0;
        while written < bytes.len() {
            match positioned_write(self, &bytes[written..], offset + written as u64) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(count) => written += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn truncate(&mut self, size: u64) -> io::Result<()> {
        self.set_len(size)
    }

    fn sync_data(&mut self) -> io::Result<()> {
        File::sync_data(self)
    }
}

#[cfg(unix)]
fn positioned_read(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, bytes, offset)
}

#[cfg(unix)]
fn positioned_write(file: &File, bytes: &[u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::write_at(file, bytes, offset)
}

#[cfg(windows)]
fn positioned_read(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, bytes, offset)
}

#[cfg(windows)]
fn positioned_write(file: &File, bytes: &[u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_write(file, bytes, offset)
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
