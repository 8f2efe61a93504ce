//! What a writer left behind that nobody was told of: whole lines are made durable, the rest goes to `aside/`.

use super::disk::{Access, Disk, DiskFile};
use super::journal::LOCK;
use super::line::is_sealed;
use super::synced;
use std::io;
use std::path::Path;

/// How many bytes are copied at once.
const CHUNK: u64 = 1 << 20;

/// Makes the whole lines behind the noted end durable. Their sync may have failed, and after that another sync of the same file
/// proves nothing: so the journal is copied into a new file, which takes its name. The caller holds the lock.
pub fn settle(disk: &dyn Disk, folder: &Path, journal: &Path) -> io::Result<()> {
    let lock = folder.join(LOCK);
    let file = disk.open(journal, Access::Read)?;
    let Some(end) = synced::end(disk, &lock, file.as_ref())? else { return Ok(()) };
    let most = usize::try_from(file.size()?.saturating_sub(end)).unwrap_or(usize::MAX);
    if most == 0 {
        return Ok(());
    }
    let tail = file.read_at(end, most)?;
    let (whole, rest) = tail.split_at(whole_lines(&tail));
    if whole.is_empty() && !rest.contains(&b'\n') {
        return Ok(()); // a torn tail, which the writer cuts off
    }
    if !rest.is_empty() {
        set_aside(disk, folder, end + whole.len() as u64, rest)?;
    }
    let unfinished = journal.with_extension("new");
    let mut copy = disk.open(&unfinished, Access::Make)?;
    copy.truncate(0)?;
    copied(file.as_ref(), copy.as_mut(), end)?;
    let ended: &[u8] = if whole.last().is_some_and(|byte| *byte != b'\n') { b"\n" } else { b"" };
    copy.write_at(end, &[whole, ended].concat())?;
    copy.sync_data()?;
    if file.size()? != end + tail.len() as u64 {
        return Err(io::Error::other("somebody writes to it without taking the lock"));
    }
    disk.rename(&unfinished, journal)?;
    disk.sync_folder(folder)?;
    let end = copy.size()?;
    synced::note(disk, &lock, copy.as_ref(), end)
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

/// Keeps bytes that stood in the journal at an offset in `aside/`, durable before it returns.
pub fn set_aside(disk: &dyn Disk, folder: &Path, offset: u64, bytes: &[u8]) -> io::Result<()> {
    let aside = folder.join("aside");
    disk.create_folder(&aside)?;
    let mut kept = disk.open(&aside.join(format!("tail-{offset}")), Access::Make)?;
    let end = kept.size()?;
    kept.write_at(end, bytes)?;
    kept.sync_data()?;
    disk.sync_folder(&aside)?;
    disk.sync_folder(folder)
}
