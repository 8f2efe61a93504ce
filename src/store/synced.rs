//! How far the journal is durable: the writer's note in `lock`, written after each sync and not synced itself.

use super::disk::{Access, Disk, DiskFile};
use super::line::{is_sealed, sealed};
use crate::model::json::{Json, View, quoted, text_of};
use std::io;
use std::path::Path;

/// A note always has this size, so that a new one overwrites the former in place. In bytes.
const SIZE: usize = 192;
/// So many bytes before the end are compared, so that a note does not count for a journal that was changed by other means.
const COMPARED: u64 = 64;

/// The end of what is durable in the journal, in bytes, as its writers noted it. `None` where no note counts: it is missing, no
/// note, from before the system was started (what is read now was on the disk then), or of another journal.
pub fn end(disk: &dyn Disk, lock: &Path, journal: &dyn DiskFile) -> io::Result<Option<u64>> {
    let Some(boot) = disk.boot() else { return Ok(None) };
    let Some((end, last)) = noted(disk, lock, &boot)? else { return Ok(None) };
    Ok((end <= journal.size()? && before(journal, end)? == last).then_some(end))
}

/// Notes the end: see [`Notes::note`].
pub fn note(disk: &dyn Disk, lock: &Path, journal: &dyn DiskFile, end: u64) -> io::Result<()> {
    Notes::open(disk, lock)?.note(journal, end)
}

/// Where a writer notes the end: opened before it writes, so that a system without file handles is noticed while nothing is
/// changed yet. Nothing is noted where the system does not tell which start of it this is.
pub struct Notes(Option<(String, Box<dyn DiskFile>)>);

impl Notes {
    pub fn open(disk: &dyn Disk, lock: &Path) -> io::Result<Self> {
        let Some(boot) = disk.boot() else { return Ok(Self(None)) };
        Ok(Self(Some((boot, disk.open(lock, Access::Make)?))))
    }

    /// Notes the end. Where that fails no note is left behind, so that what is durable is never hidden; an error says that an
    /// older one may be.
    pub fn note(&mut self, journal: &dyn DiskFile, end: u64) -> io::Result<()> {
        let Some((boot, file)) = &mut self.0 else { return Ok(()) };
        let text = before(journal, end)
            .map(|last| sealed(format!("{{\"boot\":{},\"end\":{end},\"last\":\"{last}\"", quoted(boot))));
        let noted = text.and_then(|text| file.write_at(0, format!("{text:<SIZE$}").as_bytes()));
        noted.or_else(|_| file.truncate(0))
    }
}

/// A checksum of the bytes before an end.
fn before(journal: &dyn DiskFile, end: u64) -> io::Result<String> {
    let from = end.saturating_sub(COMPARED);
    let bytes = journal.read_at(from, usize::try_from(end - from).unwrap_or(0))?;
    Ok(format!("{:08x}", crc32fast::hash(&bytes)))
}

/// The note of this boot. One that is just being overwritten may look torn, so it is read again.
fn noted(disk: &dyn Disk, lock: &Path, boot: &str) -> io::Result<Option<(u64, String)>> {
    for _ in 0..3 {
        let read = disk.open(lock, Access::Read).and_then(|file| file.read_at(0, 4 * SIZE));
        let bytes = match read {
            Err(error) if is_closed(&error) => return Ok(None),
            bytes => bytes?,
        };
        if bytes.is_empty() {
            return Ok(None);
        }
        if let Some((written, end, last)) = parsed(bytes.trim_ascii_end()) {
            return Ok((written == boot).then_some((end, last)));
        }
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    Ok(None)
}

fn is_closed(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied)
}

fn parsed(bytes: &[u8]) -> Option<(String, u64, String)> {
    let json = text_of(bytes).ok().filter(|_| is_sealed(bytes)).and_then(|text| Json::parse(text).ok())?;
    let text = |name: &str| json.view().get(name).and_then(View::text).map(std::borrow::Cow::into_owned);
    let end = json.view().get("end")?.as_str().parse().ok()?;
    Some((text("boot")?, end, text("last")?))
}
