//! Making a new store: all of it or nothing, also when a first attempt was interrupted.

use super::disk::{Disk, Lock};
use super::journal::{JOURNAL, LOCK};
use super::line::header;
use super::{StoreError, random_hex, synced};
use std::io;
use std::path::Path;

/// The journal until its header is durable.
const UNFINISHED: &str = "journal-000001.new";

/// Makes a store in a folder that is missing or empty. What an interrupted attempt left behind counts as nothing.
pub fn create(disk: &dyn Disk, folder: &Path) -> Result<(), StoreError> {
    let fail = |source| StoreError::Disk { path: folder.to_owned(), source };
    refuse_used(disk, folder)?;
    let lock = prepare(disk, folder).map_err(fail)?;
    let _held = lock.ok_or_else(|| StoreError::Locked(folder.to_owned()))?;
    refuse_used(disk, folder)?; // somebody else may have been first
    write_header(disk, folder).map_err(fail)
}

fn refuse_used(disk: &dyn Disk, folder: &Path) -> Result<(), StoreError> {
    let names = match disk.list(folder) {
        Ok(names) => names,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(source) => return Err(StoreError::Disk { path: folder.to_owned(), source }),
    };
    if names.iter().all(|name| name == UNFINISHED || name == LOCK) {
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

fn write_header(disk: &dyn Disk, folder: &Path) -> io::Result<()> {
    let unfinished = folder.join(UNFINISHED);
    let mut file = disk.open(&unfinished, super::disk::Access::Make)?;
    file.truncate(0)?;
    file.write_at(0, format!("{}\n", header(&random_hex(16).to_lowercase())).as_bytes())?;
    file.sync_data()?;
    disk.rename(&unfinished, &folder.join(JOURNAL))?;
    disk.sync_folder(folder)?;
    let end = file.size()?;
    synced::note(disk, &folder.join(LOCK), file.as_ref(), end)
}
