//! Reading the journal from its beginning to its end, as often as needed, and judging it.

use super::files::{Files, look};
use super::fold::Fold;
use super::judge::{Fate, Judge, Place};
use super::lines::{Met, each, each_by_seq};
use crate::store::disk::{Disk, DiskFile};
use crate::store::index::Run;
use crate::store::journal::LOCK;
use crate::store::line::is_sealed;
use crate::store::synced;
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

/// So much of what is behind the noted end is looked at. In bytes.
const LOOKED_AT: usize = 1 << 20;

/// How far the last segment is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// As far as it is durable.
    Durable,
    /// To its end; the caller holds the lock.
    OfFile,
}

/// What a store holds, and what is the matter with it.
pub struct Survey {
    /// The files.
    pub files: Files,
    /// What was judged.
    pub judge: Judge,
    /// The torn end of the last segment.
    pub torn: Vec<u8>,
    /// Files of the index that cannot be used.
    pub stale: Vec<PathBuf>,
    /// How many bytes there are that nobody was told of, a torn end not counted.
    pub unsettled: u64,
}

/// Looks through a store; `None` where there is none.
pub fn survey(disk: &dyn Disk, folder: &Path, end: End) -> io::Result<Option<Survey>> {
    let Some(files) = look(disk, folder)? else { return Ok(None) };
    let stale = stale(disk, folder, &files);
    let mut survey = Survey { files, judge: Judge::default(), torn: Vec::new(), stale, unsettled: 0 };
    let last = survey.last_end(disk, folder, end)?;
    survey.read(last, &BTreeSet::new())?;
    if end == End::OfFile && !survey.judge.unsorted.is_empty() {
        let unsorted = std::mem::take(&mut survey.judge.unsorted);
        survey.read(last, &unsorted)?;
        survey.judge.unsorted = unsorted;
    }
    Ok(Some(survey))
}

/// The files of the index that are damaged, or of something else. They are derived, so that is no damage of the store.
fn stale(disk: &dyn Disk, folder: &Path, files: &Files) -> Vec<PathBuf> {
    let runs = files.names.iter().map(|name| folder.join(name));
    let runs = runs.filter(|path| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        name.starts_with("index-") && path.extension().is_some_and(|ending| ending == "run")
    });
    let is_whole = |path: &PathBuf| {
        let run = Run::open(disk, path, files.store.as_deref().unwrap_or_default());
        run.is_ok_and(|run| run.verify().is_ok())
    };
    runs.filter(|path| !is_whole(path)).collect()
}

impl Survey {
    /// What becomes of what stands at a place, where that is not as it should be.
    pub fn fate(&self, segment: usize, (line, at): (u64, u32)) -> Option<Fate> {
        self.judge.marks.get(&(segment, line, at)).map(|mark| mark.fate)
    }

    /// A place, for a person.
    pub fn place(&self, (segment, line, _): Place) -> String {
        let path = self.files.counted.get(segment).map(|counted| counted.path.display().to_string());
        match line {
            0 => path.unwrap_or_default(),
            line => format!("{}:{line}", path.unwrap_or_default()),
        }
    }

    /// Where reading ends in the last segment.
    fn last_end(&mut self, disk: &dyn Disk, folder: &Path, end: End) -> io::Result<u64> {
        let Some(last) = self.files.counted.last() else { return Ok(0) };
        let size = last.file.size()?;
        let durable = synced::end(disk, &folder.join(LOCK), last.file.as_ref(), last.number)?.unwrap_or(size);
        let behind = last.file.read_at(durable, LOOKED_AT)?;
        if !is_sealed(&behind) && !behind.contains(&b'\n') {
            self.torn = behind;
        } else {
            self.unsettled = size - durable;
        }
        Ok(if end == End::Durable { durable } else { size })
    }

    /// Reads all once, and once more for each share of the customers whose profiles are needed.
    fn read(&mut self, last: u64, unsorted: &BTreeSet<usize>) -> io::Result<()> {
        let (judge, torn) = self.pass(Fold::default(), last, unsorted)?;
        self.judge = judge;
        if !torn.is_empty() {
            self.torn = torn;
        }
        for share in self.judge.fold.shares() {
            let (judge, _) = self.pass(self.judge.fold.following(&share), last, unsorted)?;
            for (place, mark) in judge.marks {
                self.judge.marks.entry(place).or_insert(mark);
            }
        }
        Ok(())
    }

    fn pass(&self, fold: Fold, last: u64, unsorted: &BTreeSet<usize>) -> io::Result<(Judge, Vec<u8>)> {
        let mut judge = Judge::new(fold);
        let mut torn = Vec::new();
        for (at, counted) in self.files.counted.iter().enumerate() {
            let is_last = at + 1 == self.files.counted.len();
            let end = if is_last { last } else { counted.file.size()? };
            judge.begin(counted);
            torn = each_of(counted.file.as_ref(), end, unsorted.contains(&at), &mut |met| judge.take(&met))?;
            judge.end(torn.len(), is_last);
        }
        Ok((judge, torn))
    }
}

/// Gives what stands in a segment, where `sorted` in the order of `seq`.
pub fn each_of(
    file: &dyn DiskFile,
    end: u64,
    sorted: bool,
    take: &mut dyn FnMut(Met),
) -> io::Result<Vec<u8>> {
    if sorted { each_by_seq(file, end, take) } else { each(file, end, take) }
}
