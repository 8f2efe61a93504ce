//! Making a new store: all of it or nothing, also when a first attempt was interrupted.

use super::disk::{Access, Disk, Lock};
use super::header::Header;
use super::journal::{LOCK, another};
use super::segments::{name, unfinished};
use super::synced::{self, Note, Notes};
use super::{StoreError, random_hex};
use std::io;
use std::path::Path;

/// Makes a store in a folder that is missing or empty. What an interrupted attempt left behind counts as nothing.
pub fn create(disk: &dyn Disk, folder: &Path) -> Result<(), StoreError> {
    let fail = |source| StoreError::Disk { path: folder.to_owned(), source };
    refuse_used(disk, folder)?;
    let lock = prepare(disk, folder).map_err(fail)?;
    let _held = lock.ok_or_else(|| StoreError::Locked(folder.to_owned()))?;
    refuse_used(disk, folder)?; // somebody else may have been first
    first_segment(disk, folder).map_err(fail)
}

fn refuse_used(disk: &dyn Disk, folder: &Path) -> Result<(), StoreError> {
    let names = match disk.list(folder) {
        Ok(names) => names,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(source) => return Err(StoreError::Disk { path: folder.to_owned(), source }),
    };
    if names.iter().all(|name| *name == *unfinished(1) || name == LOCK) {
        Ok(())
    } else {
        Err(StoreError::NotEmpty(folder.to_owned()))
    }
}

/// The folder, durable in the one above it, and its lock.
fn prepare(disk: &dyn Disk, folder: &Path) -> io::Result<Option<Lock>> {
    disk.create_folder(folder)?;
    let above = folder.parent().filter(|above| !above.as_os_str().is_empty());
    disk.sync_folder(above.unwrap_or(Path::new(".")))?;
    disk.try_lock(&folder.join(LOCK))
}

fn first_segment(disk: &dyn Disk, folder: &Path) -> io::Result<()> {
    let store = random_hex(16).to_lowercase();
    let mut notes = Notes::open(disk, &folder.join(LOCK))?;
    make_segment(disk, folder, &Header { store, segment: 1, replaces: None, first_seq: 1 }, &mut notes)
}

/// Makes a segment that has no lines yet, durable before it is noted. The caller holds the lock, and all lines before it are durable.
///
/// There is no note while it gets its name: a writer who comes after an owner that died there looks at the files, and makes the name
/// durable before it notes their end.
pub fn make_segment(disk: &dyn Disk, folder: &Path, header: &Header, notes: &mut Notes) -> io::Result<()> {
    let unfinished = folder.join(unfinished(header.segment));
    let text = format!("{}\n", header.to_text());
    let mut file = disk.open(&unfinished, Access::Make)?;
    file.truncate(0)?;
    file.write_at(0, text.as_bytes())?;
    file.sync_data()?;
    notes.clear()?;
    disk.rename(&unfinished, &folder.join(name(header.segment)))?;
    disk.sync_folder(folder)?;
    let before = &text.as_bytes()[text.len().saturating_sub(synced::COMPARED)..];
    notes.note(Note::new(header.segment, another(), text.len() as u64, before)).map(drop)
}
