//! Looking through a whole journal: every damaged line is named, not only the first.

use super::disk::{Access, Disk, DiskFile, OsDisk};
use super::header::Header;
use super::journal::{LOCK, is_absent};
use super::line::{Line, LineError, is_sealed};
use super::segments::name;
use super::whose::whose;
use super::{StoreError, synced};
use crate::model::apply::{Reading, State, apply};
use crate::model::profile::CustomerId;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::{fmt, io};

/// How many bytes are read at once.
const PIECE: usize = 1 << 20;

/// What a look through a store met. Nothing was changed, and no lock was taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Damage, in the order of the file: its customers, or where nothing tells whose it was all, take no changes.
    pub findings: Vec<Spot>,
    /// What is no damage, but worth knowing: a torn tail, or what is not durable yet.
    pub notes: Vec<Spot>,
    /// How many requests the journal holds, damaged lines not counted.
    pub requests: u64,
}

/// A place in a file, and a sentence about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    /// The file.
    pub path: PathBuf,
    /// The line, from 1.
    pub line: u64,
    /// What is the matter.
    pub sentence: String,
}

impl fmt::Display for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path.display(), self.line, self.sentence)
    }
}

/// Reads the whole journal of a store, piece by piece, and judges every line.
pub fn check(folder: &Path) -> Result<Report, StoreError> {
    let path = folder.join(name(1));
    match look(&OsDisk, &folder.join(LOCK), &path) {
        Ok(report) => Ok(report),
        Err(error) if is_absent(&error) => Err(StoreError::Missing(folder.to_owned())),
        Err(source) => Err(StoreError::Disk { path, source }),
    }
}

fn look(disk: &dyn Disk, lock: &Path, path: &Path) -> io::Result<Report> {
    let file = disk.open(path, Access::Read)?;
    let size = file.size()?;
    let end = synced::end(disk, lock, file.as_ref(), 1)?.unwrap_or(size);
    let mut judge = Judge {
        path,
        line: 0,
        last: Some(0),
        state: State::default(),
        met: HashSet::new(),
        report: Report::default(),
    };
    let tail = each_line(file.as_ref(), end, |line| judge.line(line))?;
    judge.tail(&tail);
    judge.unsynced(size - end, &file.read_at(end, PIECE)?);
    if judge.line == 0 {
        judge.line = 1;
        judge.find("the header line is missing");
    }
    Ok(judge.report)
}

/// Gives every line without its newline, holding no more than a line and a piece of the file; returns what follows the last one.
fn each_line(file: &dyn DiskFile, end: u64, mut line: impl FnMut(&[u8])) -> io::Result<Vec<u8>> {
    let (mut open, mut at) = (Vec::new(), 0);
    while at < end {
        let bytes = file.read_at(at, PIECE.min(usize::try_from(end - at).unwrap_or(PIECE)))?;
        if bytes.is_empty() {
            break; // it became shorter
        }
        at += bytes.len() as u64;
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            open.extend_from_slice(part);
            if let Some(whole) = open.strip_suffix(b"\n") {
                line(whole);
                open.clear();
            }
        }
    }
    Ok(open)
}

struct Judge<'a> {
    path: &'a Path,
    line: u64,
    /// The `seq` before this line; unknown behind damage.
    last: Option<u64>,
    state: State,
    /// Customers of whom there was a line.
    met: HashSet<CustomerId>,
    report: Report,
}

impl Judge<'_> {
    fn line(&mut self, bytes: &[u8]) {
        self.line += 1;
        if self.line == 1 {
            if let Err(error) = Header::from_bytes(bytes) {
                self.find(error.to_string());
            }
            return;
        }
        match Line::from_bytes(bytes) {
            Ok(line) => self.request(&line),
            Err(LineError::Checksum) => self.damaged(bytes),
            Err(error) => {
                self.last = None;
                self.find(error.to_string());
            }
        }
    }

    /// A damaged line, and whose it was.
    fn damaged(&mut self, bytes: &[u8]) {
        let seq = self.last.and_then(|last| last.checked_add(1));
        let customers = seq.map(|seq| whose(bytes, seq, |id| self.met.contains(id))).unwrap_or_default();
        self.last = seq.filter(|_| !customers.is_empty());
        let reason = LineError::Checksum;
        if customers.is_empty() {
            return self.find(format!("{reason}; nothing tells whose it was, so nothing can be written"));
        }
        let names: Vec<String> = customers.iter().map(ToString::to_string).collect();
        let names = names.join(" and ");
        self.find(format!("{reason}; customer {names} is shown as of before it and takes no changes"));
        self.met.extend(customers);
    }

    fn request(&mut self, line: &Line) {
        self.report.requests += 1;
        self.met.extend(line.request.customers());
        let before = self.last.replace(line.seq);
        if let Some(before) = before.filter(|before| before.checked_add(1) != Some(line.seq)) {
            self.find(format!("its seq is {}, it follows {before}", line.seq));
        }
        // Behind damage the state is not known, so what a request means there cannot be judged.
        if self.report.findings.is_empty()
            && let Err(rejection) = apply(&mut self.state, &line.request, Reading::Upsert)
        {
            self.find(format!("it cannot be carried out: {rejection}"));
        }
    }

    /// What follows the last newline: a whole line that lacks its own, or what a writer that died left.
    fn tail(&mut self, bytes: &[u8]) {
        if is_sealed(bytes) {
            self.line(bytes);
        } else if !bytes.is_empty() && self.line > 0 {
            let sentence =
                format!("{} bytes of an unfinished line; the next writer sets them aside", bytes.len());
            self.report.notes.push(Spot { path: self.path.to_owned(), line: self.line + 1, sentence });
        }
    }

    /// What is behind the noted end: a write in this moment, or what one left that was never answered.
    fn unsynced(&mut self, bytes: u64, beginning: &[u8]) {
        if !is_sealed(beginning) && !beginning.contains(&b'\n') {
            return self.tail(beginning);
        }
        let sentence =
            format!("{bytes} bytes that nobody was told of; the next writer keeps what is whole of them");
        self.report.notes.push(Spot { path: self.path.to_owned(), line: self.line + 1, sentence });
    }

    fn find(&mut self, sentence: impl Into<String>) {
        let sentence = sentence.into();
        self.report.findings.push(Spot { path: self.path.to_owned(), line: self.line, sentence });
    }
}
