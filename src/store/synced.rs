//! How far the journal is durable: the writer's note in `lock`, written after each sync and not synced itself.

use super::disk::{Access, Disk, DiskFile};
use super::line::{is_sealed, sealed};
use crate::model::json::{Json, View, quoted, text_of};
use std::io;
use std::path::Path;
use std::sync::Arc;

/// A note always has this size, so that a new one overwrites the former in place. In bytes.
const SIZE: usize = 192;
/// So many bytes before the end are compared, so that a note does not count for a journal that was changed by other means.
pub const COMPARED: usize = 64;

/// How far the journal is durable, as its writer noted it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Note {
    /// The last segment.
    pub segment: u32,
    /// Another number whenever a file was put in the place of a segment.
    pub files: u64,
    /// The end of what is durable in the last segment, in bytes.
    pub end: u64,
    /// The checksum of the bytes before the end.
    last: u32,
}

impl Note {
    /// A note of an end; `before` are the last bytes before it, [`COMPARED`] of them or all there are.
    pub fn new(segment: u32, files: u64, end: u64, before: &[u8]) -> Self {
        Self { segment, files, end, last: crc32fast::hash(before) }
    }

    /// Whether these are the bytes before the end.
    pub fn fits(&self, before: &[u8]) -> bool {
        self.last == crc32fast::hash(before)
    }

    fn to_text(self, boot: &str) -> String {
        let Self { segment, files, end, last } = self;
        let boot = quoted(boot);
        let text = sealed(format!(
            "{{\"boot\":{boot},\"segment\":{segment},\"files\":{files},\"end\":{end},\"last\":\"{last:08x}\""
        ));
        format!("{text:<SIZE$}")
    }

    /// The note, and the start of the system in which it was written.
    fn parse(bytes: &[u8]) -> Option<(Self, String)> {
        let json =
            text_of(bytes).ok().filter(|_| is_sealed(bytes)).and_then(|text| Json::parse(text).ok())?;
        let number = |name: &str| json.view().get(name)?.as_str().parse::<u64>().ok();
        let text = |name: &str| json.view().get(name).and_then(View::text).map(std::borrow::Cow::into_owned);
        let last = u32::from_str_radix(&text("last")?, 16).ok()?;
        let segment = u32::try_from(number("segment")?).ok()?;
        Some((Self { segment, files: number("files")?, end: number("end")?, last }, text("boot")?))
    }
}

/// The last bytes before an end, which a note compares.
pub fn before(file: &dyn DiskFile, end: u64) -> io::Result<Vec<u8>> {
    let from = end.saturating_sub(COMPARED as u64);
    file.read_at(from, usize::try_from(end - from).unwrap_or(COMPARED))
}

/// The file of the note, for reading; `None` where the system does not tell one start from another, and where there is none that
/// may be read.
pub fn open(disk: &dyn Disk, lock: &Path) -> io::Result<Option<Arc<dyn DiskFile>>> {
    if disk.boot().is_none() {
        return Ok(None);
    }
    match disk.open(lock, Access::Read) {
        Ok(file) => Ok(Some(Arc::from(file))),
        Err(error) if is_closed(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

fn is_closed(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied)
}

/// The bytes of the note, whatever they are: while they stay the same, nothing was noted.
pub fn raw(file: &dyn DiskFile) -> io::Result<Vec<u8>> {
    file.read_at(0, SIZE)
}

/// The note of this start of the system, and its bytes. One that is just being overwritten may look torn, so it is read again.
pub fn read(disk: &dyn Disk, file: &dyn DiskFile) -> io::Result<(Vec<u8>, Option<Note>)> {
    let mut bytes = raw(file)?;
    for _ in 0..3 {
        let parsed = Note::parse(bytes.trim_ascii_end());
        if parsed.is_some() || bytes.is_empty() {
            let boot = disk.boot();
            let note = parsed.filter(|(_, written)| Some(written) == boot.as_ref()).map(|(note, _)| note);
            return Ok((bytes, note));
        }
        std::thread::sleep(std::time::Duration::from_millis(1));
        bytes = raw(file)?;
    }
    Ok((bytes, None))
}

/// The noted end of a segment; `None` where no note counts for it.
pub fn end(disk: &dyn Disk, lock: &Path, file: &dyn DiskFile, segment: u32) -> io::Result<Option<u64>> {
    let Some(lock) = open(disk, lock)? else { return Ok(None) };
    let (_, note) = read(disk, lock.as_ref())?;
    let size = file.size()?;
    match note.filter(|note| note.segment == segment && note.end <= size) {
        Some(note) => Ok(note.fits(&before(file, note.end)?).then_some(note.end)),
        None => Ok(None),
    }
}

/// Where a writer notes the end: opened before it writes, so that a system without file handles is noticed while nothing is
/// changed yet. Nothing is noted where the system does not tell which start of it this is.
pub struct Notes(Option<(String, Box<dyn DiskFile>)>);

impl Notes {
    pub fn open(disk: &dyn Disk, lock: &Path) -> io::Result<Self> {
        let Some(boot) = disk.boot() else { return Ok(Self(None)) };
        Ok(Self(Some((boot, disk.open(lock, Access::Make)?))))
    }

    /// Notes the end, and returns the bytes that are there now. Where noting fails no note is left behind, so that what is durable
    /// is never hidden; an error says that an older one may be.
    pub fn note(&mut self, note: Note) -> io::Result<Vec<u8>> {
        let Some((boot, file)) = &mut self.0 else { return Ok(Vec::new()) };
        let text = note.to_text(boot);
        match file.write_at(0, text.as_bytes()) {
            Ok(()) => Ok(text.into_bytes()),
            Err(_) => self.clear().map(|()| Vec::new()),
        }
    }

    /// Leaves no note: whoever reads the journal next looks at its files anew.
    pub fn clear(&mut self) -> io::Result<()> {
        self.0.as_mut().map_or(Ok(()), |(_, file)| file.truncate(0))
    }

    /// Whether this system has notes.
    pub fn are_kept(&self) -> bool {
        self.0.is_some()
    }
}
