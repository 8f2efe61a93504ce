//! `compact` and `backup`: a store's journal written anew.

use super::args::Keeping;
use super::{Failure, Surroundings};
use crate::store::places::Places;
use crate::store::settings::SettingsFile;
use crate::store::{Compacted, Store};
use crate::target;
use jiff::{SignedDuration, Timestamp};
use std::path::Path;

/// Writes the journal of the store in a folder anew.
pub fn compact(keeping: Keeping, folder: &Path, with: &mut Surroundings<'_>) -> Result<(), Failure> {
    let done = opened(folder, "compacted")?.compact(since(keeping, with)?.as_deref())?;
    let Compacted { before, after, kept, folded, dropped, removed } = done;
    let (was, is) = (size(before), size(after));
    writeln!(
        with.err,
        "The journal is {is}, it was {was}: {kept} lines stay, {folded} customers became checkpoints, {dropped} lines are left out."
    )?;
    if before > 0 {
        writeln!(
            with.err,
            "The former files stay for copies that are being taken; a compaction in an hour or later removes them."
        )?;
    }
    if removed > 0 {
        writeln!(with.err, "{} of files that were replaced before are removed.", size(removed))?;
    }
    Ok(())
}

/// Writes the store in a folder into one file.
pub fn backup(
    file: &Path,
    keeping: Keeping,
    folder: &Path,
    with: &mut Surroundings<'_>,
) -> Result<(), Failure> {
    if file.symlink_metadata().is_ok() {
        let sentence = format!("{} is there already", file.display());
        return Err(Failure::refused(sentence).with("A backup needs a name of its own; nothing was written."));
    }
    let done = opened(folder, "backed up")?.backup(file, since(keeping, with)?.as_deref())?;
    writeln!(
        with.err,
        "{} holds the whole store, {}. To use it, put it into an empty folder as journal-000001.jsonl.",
        file.display(),
        size(done.after)
    )?;
    Ok(())
}

fn opened(folder: &Path, done: &str) -> Result<Store, Failure> {
    if target::is_document(folder) {
        let sentence =
            format!("{} is a document; it keeps no history and cannot be {done}", folder.display());
        return Err(Failure::refused(sentence).with("Copy the file instead."));
    }
    Ok(Store::open(folder)?)
}

/// From when on requests are kept one by one; `None` where all are.
fn since(keeping: Keeping, with: &Surroundings<'_>) -> Result<Option<String>, Failure> {
    let chosen = || SettingsFile::new(&Places::of_user()?.config).read().ok()?.0.kept_history_days();
    let Some(days) = keeping.keep_days.or_else(chosen) else { return Ok(None) };
    let now: Timestamp = (with.now)().parse().map_err(|_| Failure::refused("the clock cannot be read"))?;
    let since = now.checked_sub(SignedDuration::from_hours(24 * i64::from(days)));
    let since = since.map_err(|_| Failure::refused(format!("{days} days are more than there were")))?;
    Ok(Some(since.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()))
}

fn size(bytes: u64) -> String {
    match bytes {
        0..10_000 => format!("{bytes} bytes"),
        10_000..10_000_000 => format!("{} kB", bytes / 1_000),
        _ => format!("{} MB", bytes / 1_000_000),
    }
}
