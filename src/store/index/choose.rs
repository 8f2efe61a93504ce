//! Which runs in a folder follow one another, from the beginning of the journal on.

use super::super::disk::Disk;
use super::{Cover, Run};
use std::ffi::{OsStr, OsString};
use std::path::Path;

/// What was chosen.
pub struct Chosen {
    /// Runs that follow one another, oldest first.
    pub runs: Vec<Run>,
    /// The other files of the index: replaced, stale, damaged, or being written by somebody else.
    pub left: Vec<OsString>,
}

/// Chooses among the files of a folder: greedily, of those that may follow the one that goes furthest. `fits` says of a run whether it
/// is for the journal as it stands there, where the last one that was chosen ends.
pub fn choose(
    disk: &dyn Disk,
    folder: &Path,
    names: &[OsString],
    store: &str,
    fits: impl Fn(&Cover, Option<&Cover>) -> bool,
) -> Chosen {
    let mut candidates: Vec<(u64, u64, &OsString)> =
        names.iter().filter_map(|name| seqs(name).map(|(first, last)| (first, last, name))).collect();
    candidates.sort_unstable_by_key(|(first, last, _)| (*first, std::cmp::Reverse(*last)));
    let mut chosen: Vec<(Run, &OsString)> = Vec::new();
    for (first, last, name) in candidates {
        let former = chosen.last().map(|(run, _)| run.cover());
        if former.is_some_and(|former| first <= former.last_seq) {
            continue;
        }
        let Ok(run) = Run::open(disk, &folder.join(name), store) else { continue };
        let cover = run.cover();
        let follows = former.is_none_or(|former| former.joined(cover).is_some());
        if (cover.first_seq, cover.last_seq) == (first, last) && follows && fits(cover, former) {
            chosen.push((run, name));
        }
    }
    let is_left = |name: &&OsString| is_index(name) && !chosen.iter().any(|(_, used)| used == name);
    let left = names.iter().filter(is_left).cloned().collect();
    Chosen { runs: chosen.into_iter().map(|(run, _)| run).collect(), left }
}

/// The first and the last `seq` that the name of a run tells.
fn seqs(name: &OsStr) -> Option<(u64, u64)> {
    let (first, last) = name.to_str()?.strip_prefix("index-")?.strip_suffix(".run")?.split_once('-')?;
    Some((first.parse().ok()?, last.parse().ok()?))
}

fn is_index(name: &OsStr) -> bool {
    let ending = Path::new(name).extension();
    let is_ours = ending.is_some_and(|ending| ending == "run" || ending == "new");
    is_ours && name.to_str().is_some_and(|name| name.starts_with("index-"))
}
