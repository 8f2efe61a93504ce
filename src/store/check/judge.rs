//! Judges one line after another: what counts, what is lost, and what cannot be carried out.

use super::files::Counted;
use super::fold::Fold;
use super::lines::Met;
use crate::model::profile::CustomerId;
use crate::store::line::{Frame, Line, LineError, is_header};
use crate::store::mend::Part;
use crate::store::whose::whose;
use std::collections::{BTreeMap, BTreeSet};

/// Where something stands: which of the segments that count, which line of its file, and which of those on it.
pub type Place = (usize, u64, u32);

/// The place of what is missing before a line.
const GAP: u32 = u32::MAX;

/// What becomes of a line that is not as it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It counts.
    Counts,
    /// It is whole, but does not count.
    Aside,
    /// The same, because of what was lost before it.
    Follows,
    /// Nothing certain is left of it.
    Lost,
}

/// Something that is not as it should be.
#[derive(Clone, Debug)]
pub struct Mark {
    /// What becomes of it.
    pub fate: Fate,
    /// What is the matter.
    pub sentence: String,
    /// Whose it is, as far as that is known.
    pub customers: Vec<CustomerId>,
}

/// Something that is no damage: how often it was met, and where first.
#[derive(Default)]
pub struct Oddity {
    /// How often.
    pub count: u64,
    /// Where first, and who or when.
    pub first: Option<(Place, String)>,
}

impl Oddity {
    fn add(&mut self, place: Place, what: impl FnOnce() -> String) {
        self.count += 1;
        self.first.get_or_insert_with(|| (place, what()));
    }
}

/// What the `seq` of the next line must be.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Order {
    /// That which follows.
    #[default]
    Follows,
    /// A greater one: it is not known how many were lost.
    Unknown,
    /// A greater one: the segment was made of others.
    Gaps,
}

/// What was judged so far.
#[derive(Default)]
pub struct Judge {
    /// What the requests so far make.
    pub fold: Fold,
    /// All that is not as it should be.
    pub marks: BTreeMap<Place, Mark>,
    /// How many requests there are.
    pub requests: u64,
    /// The segments whose lines are not in their order.
    pub unsorted: BTreeSet<usize>,
    /// Lines that are older than the one before.
    pub clock: Oddity,
    /// Customers who are created while they are there.
    pub again: Oddity,
    /// The greatest `seq` before each segment.
    pub before: Vec<u64>,
    /// The line met last.
    pub line: u64,
    segment: usize,
    /// Whether the segment's header is missed.
    headerless: bool,
    /// The greatest `seq` so far.
    last: u64,
    order: Order,
    /// Whether something was lost.
    lost: bool,
    at: String,
}

impl Judge {
    /// A judge at the beginning of a journal.
    pub fn new(fold: Fold) -> Self {
        Self { fold, ..Self::default() }
    }

    /// The next segment begins.
    pub fn begin(&mut self, counted: &Counted) {
        (self.segment, self.line) = (self.before.len(), 0);
        self.before.push(self.last);
        self.lost |= counted.behind_gap;
        let may_begin_later = self.order != Order::Follows || counted.behind_gap;
        self.headerless = counted.header.is_none();
        let Some(header) = &counted.header else {
            self.order = Order::Gaps;
            return;
        };
        let compacted = header.replaces.is_some();
        let follows =
            header.first_seq > self.last && (compacted || may_begin_later || header.first_seq == self.next());
        if !follows {
            self.lost |= header.first_seq > self.last;
            let sentence = format!("its first seq is {}, it follows {}", header.first_seq, self.last);
            self.mark((0, 0), Fate::Counts, sentence);
        }
        self.order = match header.first_seq.checked_sub(1).filter(|before| *before >= self.last) {
            _ if compacted => Order::Gaps,
            None => Order::Unknown,
            Some(before) => {
                self.last = before;
                Order::Follows
            }
        };
    }

    /// What stands next in it.
    pub fn take(&mut self, met: &Met) {
        self.line = met.place.0;
        match &met.part {
            Part::Damaged(_) if met.place == (1, 0) && self.headerless => self.without_header("is damaged"),
            Part::Damaged(bytes) => self.damaged(met, bytes),
            Part::Whole(bytes) if met.place == (1, 0) && is_header(bytes) => {
                if self.headerless {
                    self.without_header("is none of a journal");
                }
            }
            Part::Whole(bytes) => self.whole(met, bytes),
        }
        if let Some(fault) = met.fault {
            self.mark(met.place, Fate::Counts, fault);
        }
    }

    /// The segment is over; so many bytes follow its last newline, and another may come.
    pub fn end(&mut self, tail: usize, is_last: bool) {
        if self.headerless {
            self.without_header("is missing");
        }
        if tail > 0 && !is_last {
            let sentence = format!("{tail} bytes of an unfinished line, in front of another file");
            self.mark((self.line + 1, 0), Fate::Counts, sentence);
        }
    }

    fn without_header(&mut self, what: &str) {
        self.headerless = false;
        self.mark((1, 0), Fate::Counts, format!("the header line {what}"));
    }

    fn whole(&mut self, met: &Met, bytes: &[u8]) {
        let error = match Line::from_bytes(bytes) {
            Ok(line) => return self.request(met, &line, bytes.len()),
            Err(error) => error.to_string(),
        };
        if Frame::from_bytes(bytes).map_or(true, |frame| self.follows(met.place, frame.seq)) {
            self.mark(met.place, Fate::Aside, error);
        }
    }

    fn request(&mut self, met: &Met, line: &Line, weight: usize) {
        self.requests += 1;
        if !self.follows(met.place, line.seq) {
            return;
        }
        let here = (self.segment, met.place.0, met.place.1);
        self.look_at(here, line);
        let customers = || line.request.customers();
        if let Err(sentence) = self.fold.take(&line.request, weight) {
            let fate = if self.lost { Fate::Follows } else { Fate::Aside };
            let sentence = format!("it cannot be carried out: {sentence}");
            self.marks.insert(here, Mark { fate, sentence, customers: customers() });
        } else if let Some(fault) = met.fault {
            self.marks.entry(here).or_insert_with(|| Mark {
                fate: Fate::Counts,
                sentence: fault.into(),
                customers: customers(),
            });
        }
    }

    /// What is no damage.
    fn look_at(&mut self, here: Place, line: &Line) {
        if line.at < self.at && line.at.len() == self.at.len() {
            self.clock.add(here, || self.at.clone());
        }
        self.at.clone_from(&line.at);
        if self.fold.creates_again(&line.request) {
            self.again.add(here, || line.request.customer().map(|id| id.to_string()).unwrap_or_default());
        }
    }

    /// Whether a line may stand behind those before it.
    fn follows(&mut self, place: (u64, u32), seq: u64) -> bool {
        let sentence = || format!("its seq is {seq}, it follows {}", self.last);
        if seq <= self.last {
            self.unsorted.insert(self.segment);
            self.mark(place, Fate::Aside, sentence());
            return false;
        }
        if self.order == Order::Follows && seq != self.next() {
            self.lost = true;
            let sentence = sentence();
            self.mark((place.0, GAP), Fate::Counts, sentence);
        }
        self.last = seq;
        self.certain();
        true
    }

    /// A damaged line, and whose it was.
    fn damaged(&mut self, met: &Met, bytes: &[u8]) {
        if bytes.is_empty() {
            return; // a blank line
        }
        self.lost = true;
        let seq = if self.order == Order::Follows {
            Some(self.next())
        } else {
            seq_of(bytes).filter(|seq| *seq > self.last)
        };
        let customers = seq.map(|seq| whose(bytes, seq, |id| self.fold.met(id))).unwrap_or_default();
        if let (Some(seq), false) = (seq, customers.is_empty()) {
            self.last = seq;
        } else if self.order == Order::Follows {
            self.order = Order::Unknown;
        }
        self.fold.meet(&customers);
        let sentence = LineError::Checksum.to_string();
        let here = (self.segment, met.place.0, met.place.1);
        self.marks.insert(here, Mark { fate: Fate::Lost, sentence, customers });
    }

    /// What was lost before this line is over.
    fn certain(&mut self) {
        if self.order == Order::Unknown {
            self.order = Order::Follows;
        }
    }

    fn next(&self) -> u64 {
        self.last.saturating_add(1)
    }

    fn mark(&mut self, (line, at): (u64, u32), fate: Fate, sentence: impl Into<String>) {
        let mark = Mark { fate, sentence: sentence.into(), customers: Vec::new() };
        self.marks.entry((self.segment, line, at)).or_insert(mark);
    }
}

/// The `seq` that a damaged line begins with.
fn seq_of(bytes: &[u8]) -> Option<u64> {
    let digits = bytes.strip_prefix(b"{\"seq\":")?.split(|byte| !byte.is_ascii_digit()).next()?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}
