//! Looking through a whole journal: every damaged line is named, not only the first.

use super::StoreError;
use super::disk::{Access, Disk, DiskFile, OsDisk};
use super::journal::{JOURNAL, is_absent};
use super::line::{Line, check_header, is_sealed};
use crate::model::apply::{Reading, State, apply};
use std::fmt;
use std::path::{Path, PathBuf};

/// What a look through a store met. Nothing was changed, and no lock was taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Damage, in the order of the file: while there is any, nothing can be written.
    pub findings: Vec<Spot>,
    /// What is no damage, but worth knowing: a torn tail.
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

/// Reads the whole journal of a store and judges every line.
pub fn check(folder: &Path) -> Result<Report, StoreError> {
    let path = folder.join(JOURNAL);
    let bytes = match OsDisk.open(&path, Access::Read).and_then(|mut file| read_all(file.as_mut())) {
        Ok(bytes) => bytes,
        Err(error) if is_absent(&error) => return Err(StoreError::Missing(folder.to_owned())),
        Err(source) => return Err(StoreError::Disk { path, source }),
    };
    Ok(judged(&path, &bytes))
}

fn read_all(file: &mut dyn DiskFile) -> std::io::Result<Vec<u8>> {
    file.read_at(0, usize::MAX)
}

/// The same for bytes in memory.
fn judged(path: &Path, bytes: &[u8]) -> Report {
    let mut judge =
        Judge { path, line: 0, last: Some(0), state: State::default(), report: Report::default() };
    let end = memchr::memrchr(b'\n', bytes).map_or(0, |at| at + 1);
    let (whole, tail) = bytes.split_at(end);
    whole.split_inclusive(|byte| *byte == b'\n').for_each(|line| judge.line(&line[..line.len() - 1]));
    judge.tail(tail);
    if judge.line == 0 {
        judge.line = 1;
        judge.find("the header line is missing");
    }
    judge.report
}

struct Judge<'a> {
    path: &'a Path,
    line: u64,
    /// The `seq` before this line; unknown behind damage.
    last: Option<u64>,
    state: State,
    report: Report,
}

impl Judge<'_> {
    fn line(&mut self, bytes: &[u8]) {
        self.line += 1;
        if self.line == 1 {
            if let Err(error) = check_header(bytes) {
                self.find(error.to_string());
            }
            return;
        }
        match Line::from_bytes(bytes) {
            Ok(line) => self.request(&line),
            Err(error) => {
                self.last = None;
                self.find(error.to_string());
            }
        }
    }

    fn request(&mut self, line: &Line) {
        self.report.requests += 1;
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

    fn find(&mut self, sentence: impl Into<String>) {
        let sentence = sentence.into();
        self.report.findings.push(Spot { path: self.path.to_owned(), line: self.line, sentence });
    }
}
