//! A segment written anew: what is whole of it, under a header that allows for what is missing.

use crate::store::aside::{Aside, Sink};
use crate::store::check::{Counted, Fate, Met, Survey, each_of};
use crate::store::disk::Disk;
use crate::store::header::Header;
use crate::store::line::is_header;
use crate::store::mend::Part;
use std::io;
use std::path::Path;

/// Where the lines of a segment go.
struct Sorted<'a, 'b> {
    aside: &'b mut Aside<'a>,
    segment: Sink,
    /// Whole lines that do not count.
    whole: Option<Sink>,
    /// What is left of damaged ones.
    damaged: Option<Sink>,
    failed: io::Result<()>,
}

/// Puts a segment in order: writes it anew, keeps the original in `aside/`, and renames the new one over it. Up to the rename the
/// store is as it was.
pub fn rebuild(
    disk: &dyn Disk,
    found: &Survey,
    at: usize,
    store: &str,
    aside: &mut Aside<'_>,
) -> io::Result<()> {
    let Some(counted) = found.files.counted.get(at) else { return Ok(()) };
    let unfinished = counted.path.with_extension("new");
    let mut segment = Sink::open(disk, &unfinished)?;
    segment.line(header(found, at, counted, store).to_text().as_bytes())?;
    let mut sorted = Sorted { aside, segment, whole: None, damaged: None, failed: Ok(()) };
    let (end, by_seq) = (counted.file.size()?, found.judge.unsorted.contains(&at));
    each_of(counted.file.as_ref(), end, by_seq, &mut |met| sorted.take(&met, found.fate(at, met.place)))?;
    sorted.finish()?;
    aside.copy(&stem(&counted.path), counted.file.as_ref())?;
    disk.rename(&unfinished, &counted.path)?;
    disk.sync_folder(counted.path.parent().unwrap_or(Path::new(".")))
}

/// It stands for itself and for those before it that are missing, so its `seq` may have gaps.
fn header(found: &Survey, at: usize, counted: &Counted, store: &str) -> Header {
    let before = found.judge.before.get(at).copied().unwrap_or_default();
    let replaces = Some(counted.first);
    Header { store: store.into(), segment: counted.number, replaces, first_seq: before.saturating_add(1) }
}

/// A file's name without its ending.
pub fn stem(path: &Path) -> String {
    path.file_stem().and_then(|stem| stem.to_str()).unwrap_or("file").to_owned()
}

impl Sorted<'_, '_> {
    fn take(&mut self, met: &Met, fate: Option<Fate>) {
        if self.failed.is_ok() {
            self.failed = self.put(met, fate);
        }
    }

    fn put(&mut self, met: &Met, fate: Option<Fate>) -> io::Result<()> {
        match &met.part {
            Part::Whole(line) if is_header(line) => Ok(()), // the former one
            Part::Whole(line) if matches!(fate, None | Some(Fate::Counts)) => self.segment.line(line),
            Part::Whole(line) => {
                let Self { aside, whole, .. } = self;
                kept(aside, whole, "lost", "jsonl")?.line(line)
            }
            Part::Damaged(rest) if rest.is_empty() => Ok(()),
            Part::Damaged(rest) => {
                let Self { aside, damaged, .. } = self;
                kept(aside, damaged, "damaged", "txt")?.line(rest)
            }
        }
    }

    fn finish(self) -> io::Result<()> {
        self.failed?;
        self.segment.finish()?;
        for sink in [self.whole, self.damaged].into_iter().flatten() {
            sink.finish()?;
        }
        self.aside.sync()
    }
}

/// A file in `aside/`, begun when it is first needed.
fn kept<'s>(
    aside: &mut Aside<'_>,
    sink: &'s mut Option<Sink>,
    stem: &str,
    ending: &str,
) -> io::Result<&'s mut Sink> {
    let open = match sink.take() {
        Some(open) => open,
        None => aside.begin(stem, ending)?,
    };
    Ok(sink.insert(open))
}
