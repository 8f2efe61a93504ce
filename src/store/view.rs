//! What is known of a store as of a moment: where each customer's lines are, the schemas, and what is damaged. Readers share one;
//! it grows with the journal. The truth is the journal: everything here can be made again from it.

use super::StoreError;
use super::disk::Disk;
use super::glance::Glance;
use super::held::Held;
use super::index::{Building, Cover, Key, Mark, Needle, Run, choose, join};
use super::journal::{Journal, Options};
use super::line::{Line, LineError, is_sealed};
use super::position::Position;
use super::progress::{Progress, Watch};
use super::synced;
use super::timeline::Timeline;
use super::whose::whose;
use crate::model::profile::CustomerId;
use std::collections::HashSet;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// While a whole journal is scanned, runs are written of so many tails each.
pub const PIECE: u64 = 64;
/// Runs are joined until each is so many times as long as the next.
const JOINED: u64 = 4;

/// See the module.
pub struct View {
    disk: Arc<dyn Disk>,
    folder: PathBuf,
    options: Options,
    journal: Journal,
    /// What is indexed on the disk, oldest first.
    runs: Vec<Run>,
    taken: Taken,
    /// A run could not be written: none is tried before the tail is so long, in bytes.
    patience: u64,
}

/// What was learnt from lines, those in runs left out where it says so.
struct Taken {
    /// What is behind the runs.
    tail: Building,
    /// Where that begins, and the `seq` before it.
    tail_from: (Position, u64),
    /// Where the next line will begin.
    read: Position,
    /// The last line read.
    seq: u64,
    timeline: Timeline,
    held: Held,
    /// A line is damaged: what follows is not indexed, so that every start meets it.
    damaged: bool,
    /// The line from which on nothing counts, and why.
    stopped: Option<(Position, String)>,
}

impl View {
    /// Looks at a store: the index where it is good, and a scan of what it does not cover.
    pub fn open(
        disk: Arc<dyn Disk>,
        folder: &Path,
        options: Options,
        watch: Watch<'_>,
    ) -> Result<Self, StoreError> {
        let journal = Journal::open(disk.clone(), folder, options)?;
        let mut view = Self {
            disk,
            folder: folder.to_owned(),
            options,
            taken: Taken::new(Key::new(journal.store_id()), journal.start()),
            journal,
            runs: Vec::new(),
            patience: 0,
        };
        view.use_runs();
        view.take_all(watch)?;
        Ok(view)
    }

    /// Takes in what was appended since.
    pub fn catch_up(&mut self) -> Result<(), StoreError> {
        let mut journal = self.journal.clone();
        journal.refresh()?;
        self.take_from(journal)
    }

    /// Takes in what a journal, refreshed since, holds more.
    pub fn take_from(&mut self, journal: Journal) -> Result<(), StoreError> {
        let earlier = std::mem::replace(&mut self.journal, journal);
        if !self.journal.continues(&earlier) {
            self.begin_anew(true);
        }
        self.take_all(&mut |_| {})
    }

    /// Forgets what was learnt: segments were replaced by others, or the index is damaged and is to be made from the journal.
    pub fn begin_anew(&mut self, with_index: bool) {
        self.taken = Taken::new(Key::new(self.journal.store_id()), self.journal.start());
        self.runs.clear();
        if with_index {
            self.use_runs();
        }
    }

    /// Whether [`Self::catch_up`] would find something.
    pub fn is_stale(&self) -> Result<bool, StoreError> {
        let is_behind = self.taken.read < self.journal.end() && self.taken.stopped.is_none();
        Ok(is_behind || self.journal.is_stale().map_err(|source| self.journal.failed(source))?)
    }

    /// The last line read.
    pub fn seq(&self) -> u64 {
        // What compaction left out at the end counts all the same.
        let begun = self.journal.segments().last().map_or(0, |last| last.first_seq.saturating_sub(1));
        if self.journal.trouble().is_none() { self.taken.seq.max(begun) } else { self.taken.seq }
    }

    /// The schemas as of every line.
    pub fn timeline(&self) -> &Timeline {
        &self.taken.timeline
    }

    /// Customers of whom a line is damaged.
    pub fn held(&self) -> &Held {
        &self.taken.held
    }

    /// The journal as far as it was read.
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// The first damaged line of a customer was met only now.
    pub fn hold(&mut self, id: &CustomerId, position: Position, reason: &str) {
        let place = format!("{} ({reason})", self.place(position));
        self.taken.held.hold(std::slice::from_ref(id), position, &place);
    }

    /// Why nothing can be written.
    pub fn writable(&self) -> Result<(), StoreError> {
        if let Some((position, reason)) = &self.taken.stopped {
            let (path, line) = self.journal.place(*position).map_err(|source| self.journal.failed(source))?;
            return Err(StoreError::Damaged { path, line, reason: reason.clone() });
        }
        self.journal.trouble().map_or(Ok(()), |trouble| Err(trouble.clone().into()))
    }

    /// The line at a place, without its newline; `None` where there is no whole one.
    pub fn line_at(&self, position: Position) -> io::Result<Option<Vec<u8>>> {
        self.journal.line_at(position)
    }

    /// The marks of a customer that count, newest first.
    pub fn marks<'a>(&'a self, id: &'a CustomerId) -> impl Iterator<Item = io::Result<Mark>> + 'a {
        self.marks_since(id, 0)
    }

    /// The same without those of runs that have nothing behind `seq`.
    pub fn marks_since<'a>(
        &'a self,
        id: &'a CustomerId,
        seq: u64,
    ) -> impl Iterator<Item = io::Result<Mark>> + 'a {
        let newer = self.runs.iter().rev().take_while(move |run| run.cover().last_seq > seq);
        let counting = self.taken.held.of(id);
        let tail = self.taken.tail.marks(id).map(Ok);
        tail.chain(newer.flat_map(move |run| all_of(run.marks(id))))
            .filter(move |mark| mark.as_ref().map_or(true, |mark| counting.counts(mark.position)))
    }

    /// Where the lines about schemas are, oldest first.
    pub fn schema_positions(&self) -> io::Result<Vec<Position>> {
        let mut positions = Vec::new();
        for run in &self.runs {
            positions.extend(run.schema_lines()?);
        }
        positions.extend(self.taken.tail.schema_lines());
        Ok(positions)
    }

    /// The IDs of all customers, sorted: the whole journal is looked through.
    pub fn customers(&self) -> Result<Vec<CustomerId>, StoreError> {
        let mut all = HashSet::new();
        let mut scan = self.journal.scan(self.journal.start());
        while let Some((position, bytes)) = scan.next().map_err(|source| self.journal.failed(source))? {
            if position >= self.taken.read {
                break;
            }
            let mut spare = String::new();
            let Some(glance) = Glance::read(bytes, &mut spare).filter(|_| is_sealed(bytes)) else { continue };
            for touch in glance.touches().filter(|touch| self.taken.held.of(&touch.customer).counts(position))
            {
                if touch.gone {
                    all.remove(&touch.customer);
                } else if touch.begins {
                    all.insert(touch.customer.clone());
                }
            }
        }
        let mut all: Vec<CustomerId> = all.into_iter().collect();
        all.sort();
        Ok(all)
    }

    /// How many lines of a customer are in the tail.
    pub fn recent(&self, id: &CustomerId) -> usize {
        self.taken.tail.marks(id).count()
    }

    /// Where lines may be that have a value with an `@` in it.
    pub fn exact(&self, value: &str) -> io::Result<Vec<Position>> {
        let mut found: Vec<Position> = self.taken.tail.exact(value).collect();
        for run in self.runs.iter().rev() {
            for position in run.exact(value)? {
                found.push(position?);
            }
        }
        Ok(found)
    }

    /// Where lines may be that hold a text, newest parts first; everywhere without one.
    pub fn candidates(&self, needle: Option<&Needle>) -> impl Iterator<Item = io::Result<Range<Position>>> {
        let needle = needle.filter(|needle| needle.narrows());
        let tail = self.taken.tail_from.0..self.journal.end();
        let of_run = move |run: &'_ Run| match needle {
            Some(needle) => run.candidates(needle),
            None => Ok(vec![run.cover().from..run.cover().to]),
        };
        let of_run = move |run| all_of(of_run(run).map(|ranges| ranges.into_iter().rev().map(Ok)));
        std::iter::once(Ok(tail)).chain(self.runs.iter().rev().flat_map(of_run))
    }

    /// The names of the index's files in use.
    pub fn run_names(&self) -> impl Iterator<Item = String> {
        self.runs.iter().map(|run| run.cover().file_name())
    }

    /// Whether a customer may ever have had a core attribute of this name, folded.
    pub fn may_be_core(&self, name: &str) -> io::Result<bool> {
        let mut names = vec![self.taken.tail.core_names().is_none_or(|names| names.contains(name))];
        for run in &self.runs {
            names.push(run.core_names()?.is_none_or(|names| names.contains(name)));
        }
        Ok(names.contains(&true))
    }

    /// Where a line stands, as `file:line`.
    pub fn place(&self, position: Position) -> String {
        self.journal.named_place(position)
    }

    /// Takes the runs that fit the journal, as far as they follow one another. A damaged one, or one whose schemas cannot be
    /// read any more, counts as missing.
    fn use_runs(&mut self) {
        let Ok(names) = self.disk.list(&self.folder) else { return };
        let fits = |cover: &Cover, former: Option<&Cover>| self.fits(cover, former);
        let chosen = choose(self.disk.as_ref(), &self.folder, &names, self.journal.store_id(), fits);
        for run in chosen.runs {
            if self.take_schemas(&run).is_none() {
                break;
            }
            self.taken.begin_behind(run.cover());
            self.runs.push(run);
        }
    }

    /// Whether what a run covers is the journal as it stands there.
    fn fits(&self, cover: &Cover, former: Option<&Cover>) -> bool {
        let known = |(number, crc): &(u32, u32)| {
            self.journal.segments().iter().any(|segment| segment.number == *number && segment.crc == *crc)
        };
        (former.is_some_and(|former| former.to == cover.from) || cover.from == self.journal.start())
            && cover.to <= self.journal.end()
            && cover.segments.iter().all(known)
            && self.checksum_before(cover.to).is_ok_and(|last| last == cover.last)
    }

    /// The checksum of the bytes before a place.
    fn checksum_before(&self, position: Position) -> io::Result<u32> {
        let segment = self.journal.segments().iter().find(|segment| segment.number == position.segment());
        let segment = segment.ok_or(io::ErrorKind::NotFound)?;
        Ok(crc32fast::hash(&synced::before(segment.file.as_ref(), position.offset())?))
    }

    fn take_schemas(&mut self, run: &Run) -> Option<()> {
        let mut timeline = self.taken.timeline.clone();
        for position in run.schema_lines().ok()? {
            let bytes = self.journal.line_at(position).ok()??;
            let line = Line::from_bytes(&bytes).ok()?;
            timeline.push(line.seq, &line.request).ok()?;
        }
        self.taken.timeline = timeline;
        Some(())
    }

    fn take_all(&mut self, watch: Watch<'_>) -> Result<(), StoreError> {
        if let Some(trouble) = self.journal.trouble() {
            self.taken.damaged |= !trouble.reason.is_empty(); // what follows it may come back
        }
        let mut done = 0;
        while self.take_piece(&mut done, watch)? {
            self.index_tail(PIECE * self.options.tail);
        }
        Ok(())
    }

    /// Takes lines until there are none or the tail is long; says whether there may be more.
    fn take_piece(&mut self, done: &mut u64, watch: Watch<'_>) -> Result<bool, StoreError> {
        let Self { journal, runs, taken, options, .. } = self;
        let all = journal.segments().iter().map(|segment| segment.file.size().unwrap_or(0)).sum();
        let mut scan = journal.scan(taken.read);
        let (mut read, mut told) = (0, 0);
        let piece = PIECE * options.tail;
        while taken.stopped.is_none() && taken.tail.bytes() < piece {
            let next = scan.next().map_err(|source| journal.failed(source))?;
            let Some((position, bytes)) = next else { return Ok(false) };
            read += bytes.len() as u64 + 1;
            taken.line(journal, runs, position, bytes);
            if read - told > piece / 16 {
                told = read;
                watch(Progress { read: *done + read, all });
            }
        }
        *done += read;
        Ok(taken.stopped.is_none())
    }

    /// Writes the tail as a run once it is so long, in bytes, and joins runs until there are few. Where that fails it is left:
    /// the journal has everything.
    pub fn index_tail(&mut self, from: u64) {
        if let Some(run) = self.tail_as_run(from) {
            self.use_run(run);
            while let Some(joined) = self.joined() {
                if !self.use_joined(joined) {
                    break;
                }
            }
        }
    }

    /// The tail as a run on the disk, if it is so long.
    pub fn tail_as_run(&self, from: u64) -> Option<io::Result<Run>> {
        let Taken { tail, tail_from: (begin, before), read, seq, damaged, .. } = &self.taken;
        if *damaged || self.taken.stopped.is_some() || tail.bytes() < from.max(self.patience) || seq <= before
        {
            return None;
        }
        let touched = begin.segment()..=read.segment();
        let segments = self.journal.segments().iter().filter(|segment| touched.contains(&segment.number));
        let cover = |last| Cover {
            store: self.journal.store_id().to_owned(),
            from: *begin,
            to: *read,
            first_seq: before + 1,
            last_seq: *seq,
            segments: segments.map(|segment| (segment.number, segment.crc)).collect(),
            last,
        };
        let last = self.checksum_before(*read);
        Some(last.and_then(|last| tail.write(self.disk.as_ref(), &self.folder, &cover(last))))
    }

    /// From here on what a run covers is looked up there. What was taken meanwhile is taken again.
    pub fn use_run(&mut self, run: io::Result<Run>) {
        let Ok(run) = run else {
            self.patience = 2 * self.taken.tail.bytes();
            return;
        };
        if run.cover().from != self.taken.tail_from.0 {
            return;
        }
        self.patience = 0;
        self.taken.begin_behind(run.cover());
        self.taken.tail = Building::new(Key::new(self.journal.store_id()));
        self.runs.push(run);
    }

    /// From here on the last two runs are one. Where joining failed it is not tried again before there is another run.
    pub fn use_joined(&mut self, joined: io::Result<Run>) -> bool {
        let at = self.runs.len().saturating_sub(2);
        match joined {
            Ok(run) if self.runs.get(at).is_some_and(|older| older.cover().from == run.cover().from) => {
                let name = run.cover().file_name();
                for joined in self.runs.drain(at..).map(|run| run.cover().file_name()) {
                    if joined != name {
                        let _ = self.disk.remove(&self.folder.join(joined)); // it only takes room
                    }
                }
                self.runs.push(run);
                true
            }
            _ => false,
        }
    }

    /// The last two runs as one on the disk, if the older is not much longer.
    pub fn joined(&self) -> Option<io::Result<Run>> {
        let [.., older, newer] = self.runs.as_slice() else { return None };
        (older.lines() < JOINED * newer.lines())
            .then(|| join(self.disk.as_ref(), &self.folder, &[older, newer]))
    }
}

impl Taken {
    fn new(key: Key, start: Position) -> Self {
        Self {
            tail: Building::new(key),
            tail_from: (start, 0),
            read: start,
            seq: 0,
            timeline: Timeline::default(),
            held: Held::default(),
            damaged: false,
            stopped: None,
        }
    }

    fn begin_behind(&mut self, cover: &Cover) {
        self.tail_from = (cover.to, cover.last_seq);
        (self.read, self.seq) = self.tail_from;
    }

    fn line(&mut self, journal: &Journal, runs: &[Run], position: Position, bytes: &[u8]) {
        let taken = if is_sealed(bytes) {
            self.whole(journal, position, bytes)
        } else {
            self.damaged(journal, runs, position, bytes)
        };
        match taken {
            Ok(()) => {
                let end = position.offset() + bytes.len() as u64 + 1;
                self.read = Position::new(position.segment(), end);
            }
            Err(reason) => self.stopped = Some((position, reason)),
        }
    }

    fn whole(&mut self, journal: &Journal, position: Position, bytes: &[u8]) -> Result<(), String> {
        let mut spare = String::new();
        let Some(glance) = Glance::read(bytes, &mut spare) else {
            let read = Line::from_bytes(bytes).map(|_| "it is not written as this program writes");
            return Err(read.map_or_else(|error| error.to_string(), ToOwned::to_owned));
        };
        let (seq, next) = (glance.seq, self.seq + 1);
        if !journal.follows(position, self.seq, seq) {
            return Err(format!("its seq is {seq}, {next} should follow"));
        }
        if glance.is_schema() && seq > self.timeline.last() {
            let line = Line::from_bytes(bytes).map_err(|error| error.to_string())?;
            self.timeline
                .push(seq, &line.request)
                .map_err(|rejection| format!("it cannot be carried out: {rejection}"))?;
        }
        if !self.held.is_empty() {
            let line = Line::from_bytes(bytes).map_err(|error| error.to_string())?;
            self.held.pass_over(&line.request, position);
        }
        self.tail.add(position, &glance);
        self.seq = seq;
        Ok(())
    }

    /// A damaged line holds its customers; where nothing tells whose it was, nothing from it on counts.
    fn damaged(
        &mut self,
        journal: &Journal,
        runs: &[Run],
        position: Position,
        bytes: &[u8],
    ) -> Result<(), String> {
        self.damaged = true;
        let known = |id: &CustomerId| {
            let in_run = |run: &Run| run.marks(id).is_ok_and(|mut marks| marks.next().is_some());
            self.tail.marks(id).next().is_some() || runs.iter().any(in_run)
        };
        let customers = whose(bytes, self.seq + 1, known);
        if customers.is_empty() {
            return Err(format!("{}; nothing tells whose it was", LineError::Checksum));
        }
        self.seq += 1;
        self.held.hold(&customers, position, &journal.named_place(position));
        Ok(())
    }
}

/// All of what was found, or the error that it could not be.
fn all_of<T>(found: io::Result<impl Iterator<Item = io::Result<T>>>) -> impl Iterator<Item = io::Result<T>> {
    let (found, error) = match found {
        Ok(found) => (Some(found), None),
        Err(error) => (None, Some(Err(error))),
    };
    error.into_iter().chain(found.into_iter().flatten())
}
