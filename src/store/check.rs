//! Looking through a whole store: every damaged line is named, not only the first.
//!
//! The files are read piece by piece, without the lock and without the profiles: see [`fold`].

mod files;
mod fold;
mod judge;
mod lines;
mod report;
mod survey;

pub(super) use files::Counted;
pub(super) use judge::{Fate, Mark};
pub(super) use lines::Met;
pub(super) use report::names;
pub use report::{Report, Spot};
pub(super) use survey::{End, Survey, each_of, survey};

use super::StoreError;
use super::disk::{Disk, OsDisk};
use std::io;
use std::path::Path;

/// Reads the whole journal of a store, piece by piece, and judges every line.
pub fn check(folder: &Path) -> Result<Report, StoreError> {
    check_on(&OsDisk, folder)
}

/// The same on a disk of the caller's.
pub fn check_on(disk: &dyn Disk, folder: &Path) -> Result<Report, StoreError> {
    match survey(disk, folder, End::Durable) {
        Ok(found) => found
            .map(|found| report::report(folder, &found))
            .ok_or_else(|| StoreError::Missing(folder.to_owned())),
        Err(source) => Err(StoreError::Disk { path: folder.to_owned(), source }),
    }
}

/// Whether a folder holds a store, whole or not.
pub(super) fn is_there(disk: &dyn Disk, folder: &Path) -> io::Result<bool> {
    Ok(files::look(disk, folder)?.is_some())
}
