//! Putting a damaged store in order, under the writers' lock.
//!
//! What is whole stays. Each segment that is not as it should be is written anew and renamed over the former, whose copy is durable in
//! `aside/` before: so whatever fails, the store is as it was up to there, and repairing it again goes on. Nothing is invented: a
//! line is put right only where its checksum tells every bit of it.

mod rebuild;
mod told;

use super::aside::Aside;
use super::check::{End, Survey, survey};
use super::disk::{Access, Disk, Lock, OsDisk, wait_for_lock};
use super::journal::{LOCK, another};
use super::segments::name;
use super::synced::{self, Note, Notes};
use super::writer::PATIENCE;
use super::{StoreError, random_hex};
use rebuild::{rebuild, stem};
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

/// What is in order may show that a line behind it cannot be carried out: so it is looked through again, at most so often.
const ROUNDS: usize = 8;

/// What repair did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Repaired {
    /// A sentence for everything that was not as it should be; none where the store was whole, and nothing was changed then.
    pub told: Vec<String>,
    /// The originals, and what could not be kept.
    pub aside: Vec<PathBuf>,
}

/// Why repair ended early.
#[derive(Debug, thiserror::Error)]
pub enum RepairError {
    /// It did not begin; nothing was changed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The disk refused. Each file is as it was or repaired.
    #[error(
        "{folder} could not be repaired to the end: {source}; nothing is lost by that, every file is as it was or in order; try again"
    )]
    Stopped {
        /// The store.
        folder: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Rescues all that is whole in a store, and keeps the originals.
pub fn repair(folder: &Path) -> Result<Repaired, RepairError> {
    repair_on(&OsDisk, folder)
}

/// The same on a disk of the caller's.
pub fn repair_on(disk: &dyn Disk, folder: &Path) -> Result<Repaired, RepairError> {
    let _held = locked(disk, folder)?;
    let stopped = |source| RepairError::Stopped { folder: folder.to_owned(), source };
    let mut repaired = Repaired::default();
    for _ in 0..ROUNDS {
        let Repaired { told, aside } = put_in_order(disk, folder).map_err(stopped)?;
        if told.is_empty() {
            break;
        }
        repaired.told.extend(told);
        repaired.aside.extend(aside);
    }
    Ok(repaired)
}

/// The lock of the writers; no store is made by asking for it.
fn locked(disk: &dyn Disk, folder: &Path) -> Result<Lock, StoreError> {
    let fail = |source| StoreError::Disk { path: folder.to_owned(), source };
    if !super::check::is_there(disk, folder).map_err(fail)? {
        return Err(StoreError::Missing(folder.to_owned()));
    }
    let lock = wait_for_lock(disk, &folder.join(LOCK), PATIENCE).map_err(fail)?;
    lock.ok_or_else(|| StoreError::Locked(folder.to_owned()))
}

fn put_in_order(disk: &dyn Disk, folder: &Path) -> io::Result<Repaired> {
    let mut aside = Aside::new(disk, folder);
    let mut told = files_in_order(disk, folder, &mut aside)?;
    let found = looked(disk, folder)?;
    let wrong = wrong(&found);
    told.extend(told::told(&found));
    if told.is_empty() {
        disk.sync_folder(folder)?; // an earlier repair may have died before its names were durable
        return Ok(Repaired::default());
    }
    drop_index(disk, folder, &found)?;
    let store = found.files.store.clone().unwrap_or_else(|| random_hex(16).to_lowercase());
    for at in &wrong {
        rebuild(disk, &found, *at, &store, &mut aside)?;
    }
    if !found.torn.is_empty() && !wrong.contains(&(found.files.counted.len() - 1)) {
        cut_off(disk, folder, &found)?;
    }
    drop_index(disk, folder, &found)?;
    note_end(disk, folder, &found)?;
    Ok(Repaired { told, aside: aside.put })
}

fn looked(disk: &dyn Disk, folder: &Path) -> io::Result<Survey> {
    let found = survey(disk, folder, End::OfFile)?.ok_or(io::ErrorKind::NotFound)?;
    match &found.files.newer {
        None => Ok(found),
        Some(newer) => Err(io::Error::other(format!("{}: {}", newer.path.display(), newer.reason))),
    }
}

/// Files that are no part of the journal go to `aside/`, those with a wrong name get theirs.
fn files_in_order(disk: &dyn Disk, folder: &Path, aside: &mut Aside<'_>) -> io::Result<Vec<String>> {
    let mut told = Vec::new();
    for file in looked(disk, folder)?.files.strange {
        let path = file.path.display();
        if let Some(number) = file.belongs {
            disk.rename(&file.path, &folder.join(name(number)))?;
            disk.sync_folder(folder)?;
            told.push(format!("{path}: {}, and has that name now", file.reason));
        } else {
            aside.take(&stem(&file.path), &file.path)?;
            told.push(format!("{path}: {}; it was moved to aside/", file.reason));
        }
    }
    Ok(told)
}

/// The segments that must be written anew.
fn wrong(found: &Survey) -> BTreeSet<usize> {
    let marked = found.judge.marks.keys().map(|(segment, ..)| *segment);
    let gaps = found.files.counted.iter().enumerate().filter(|(_, counted)| counted.behind_gap);
    let unsettled = (found.unsettled > 0).then(|| found.files.counted.len().saturating_sub(1));
    let unsorted = found.judge.unsorted.iter().copied();
    marked.chain(gaps.map(|(at, _)| at)).chain(unsettled).chain(unsorted).collect()
}

/// The torn end of the last segment goes to `aside/`, as a writer does it.
fn cut_off(disk: &dyn Disk, folder: &Path, found: &Survey) -> io::Result<()> {
    let Some(last) = found.files.counted.last() else { return Ok(()) };
    let end = last.file.size()? - found.torn.len() as u64;
    super::recover::set_aside(disk, folder, last.number, end, &found.torn)?;
    let mut file = disk.open(&last.path, Access::Change)?;
    file.truncate(end)?;
    file.sync_data()
}

/// Derived files are made anew from what the journal holds now.
fn drop_index(disk: &dyn Disk, folder: &Path, found: &Survey) -> io::Result<()> {
    for name in found.files.names.iter().filter(|name| name.starts_with("index-")) {
        match disk.remove(&folder.join(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// All is durable now; readers must look at the files anew.
fn note_end(disk: &dyn Disk, folder: &Path, found: &Survey) -> io::Result<()> {
    let Some(last) = found.files.counted.last() else { return Ok(()) };
    let file = disk.open(&last.path, Access::Read)?;
    let end = file.size()?;
    let note = Note::new(last.number, another(), end, &synced::before(file.as_ref(), end)?);
    Notes::open(disk, &folder.join(LOCK))?.note(note).map(drop)
}
