//! What a writer left behind that nobody was told of: whole lines are made durable, the rest goes to `aside/`.

use super::disk::{Access, Disk, DiskFile};
use super::journal::{Journal, LOCK, another};
use super::line::is_sealed;
use super::segments::{Segment, unfinished};
use super::synced::{self, Note, Notes};
use std::io;
use std::path::Path;

/// How many bytes are copied at once.
const CHUNK: u64 = 1 << 20;

/// Makes the whole lines behind the noted end durable. Their sync may have failed, and after that another sync of the same file
/// proves nothing: so the last segment is copied into a new file, which takes its name. The caller holds the lock, and refreshes
/// the journal where the answer is that a copy was made.
pub fn settle(journal: &Journal) -> io::Result<bool> {
    let Some(segment) = journal.segments().last().filter(|_| journal.noted) else { return Ok(false) };
    let (end, size) = (journal.end().offset(), journal.size());
    if size <= end {
        return Ok(false);
    }
    let tail = segment.file.read_at(end, usize::try_from(size - end).unwrap_or(usize::MAX))?;
    let (whole, rest) = tail.split_at(whole_lines(&tail));
    if whole.is_empty() && !rest.contains(&b'\n') {
        return Ok(false); // a torn tail, which the writer cuts off
    }
    let (disk, folder) = (journal.disk.as_ref(), &journal.folder);
    if !rest.is_empty() {
        set_aside(disk, folder, segment.number, end + whole.len() as u64, rest)?;
    }
    replace(disk, folder, segment, end, whole, end + tail.len() as u64)?;
    Ok(true)
}

/// Puts a copy in the place of a segment: what it has up to `end`, and the whole lines behind it.
fn replace(
    disk: &dyn Disk,
    folder: &Path,
    segment: &Segment,
    end: u64,
    whole: &[u8],
    size: u64,
) -> io::Result<()> {
    let unfinished = folder.join(unfinished(segment.number));
    let mut copy = disk.open(&unfinished, Access::Make)?;
    copy.truncate(0)?;
    copied(segment.file.as_ref(), copy.as_mut(), end)?;
    let ended: &[u8] = if whole.last().is_some_and(|byte| *byte != b'\n') { b"\n" } else { b"" };
    copy.write_at(end, &[whole, ended].concat())?;
    copy.sync_data()?;
    if segment.file.size()? != size {
        return Err(io::Error::other("somebody writes to it without taking the lock"));
    }
    let mut notes = Notes::open(disk, &folder.join(LOCK))?;
    disk.rename(&unfinished, &segment.path)?;
    disk.sync_folder(folder)?;
    let end = copy.size()?;
    let note = Note::new(segment.number, another(), end, &synced::before(copy.as_ref(), end)?);
    notes.note(note).map(drop)
}

/// How many bytes at the beginning are lines with a right checksum; the last may lack its newline.
fn whole_lines(bytes: &[u8]) -> usize {
    let lines = bytes.split_inclusive(|byte| *byte == b'\n');
    lines.take_while(|line| is_sealed(line.strip_suffix(b"\n").unwrap_or(line))).map(<[u8]>::len).sum()
}

fn copied(from: &dyn DiskFile, to: &mut dyn DiskFile, end: u64) -> io::Result<()> {
    let mut at = 0;
    while at < end {
        let bytes = from.read_at(at, usize::try_from(CHUNK.min(end - at)).unwrap_or(0))?;
        if bytes.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        to.write_at(at, &bytes)?;
        at += bytes.len() as u64;
    }
    Ok(())
}

/// Keeps bytes that stood in a segment at an offset in `aside/`, durable before it returns.
pub fn set_aside(disk: &dyn Disk, folder: &Path, segment: u32, offset: u64, bytes: &[u8]) -> io::Result<()> {
    let aside = folder.join("aside");
    disk.create_folder(&aside)?;
    let mut kept = disk.open(&aside.join(format!("tail-{segment:06}-{offset}")), Access::Make)?;
    let end = kept.size()?;
    kept.write_at(end, bytes)?;
    kept.sync_data()?;
    disk.sync_folder(&aside)?;
    disk.sync_folder(folder)
}
