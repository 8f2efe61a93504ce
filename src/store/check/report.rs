//! What a look through a store says to a person.

use super::files::Files;
use super::judge::{Fate, Mark, Oddity, Place};
use super::survey::Survey;
use crate::store::inbox;
use std::fmt;
use std::path::{Path, PathBuf};

/// What a look through a store met. Nothing was changed, and no lock was taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Damage, in the order of the files: its customers, or where nothing tells whose it was all, take no changes.
    pub findings: Vec<Spot>,
    /// What is no damage, but worth knowing: a torn tail, what is not durable yet, a clock that went backwards.
    pub notes: Vec<Spot>,
    /// How many requests the journal holds, damaged lines not counted.
    pub requests: u64,
}

/// A place in a file, and a sentence about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    /// The file.
    pub path: PathBuf,
    /// The line, from 1; 0 for the file as a whole.
    pub line: u64,
    /// What is the matter.
    pub sentence: String,
}

impl fmt::Display for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.path.display(), self.sentence),
            line => write!(f, "{}:{line}: {}", self.path.display(), self.sentence),
        }
    }
}

/// What a survey says.
pub fn report(folder: &Path, found: &Survey) -> Report {
    let requests = found.judge.requests;
    Report { findings: findings(found), notes: notes(folder, found), requests }
}

/// What is not whole.
pub fn findings(found: &Survey) -> Vec<Spot> {
    let mut findings = of_files(&found.files);
    for (place, mark) in found.judge.marks.iter().filter(|(_, mark)| mark.fate != Fate::Follows) {
        let spot = spot(found, *place, said(mark));
        if findings.last() != Some(&spot) {
            findings.push(spot);
        }
    }
    findings
}

/// What is the matter with whole files.
fn of_files(files: &Files) -> Vec<Spot> {
    let newer = files.newer.iter().map(|file| of_file(&file.path, file.reason.clone()));
    let missing = files.missing.iter().map(|(path, more)| match more {
        0 => of_file(path, "this file is missing".into()),
        more => of_file(path, format!("this file is missing, and {more} behind it")),
    });
    let strange = files.strange.iter().map(|file| of_file(&file.path, file.reason.clone()));
    newer.chain(missing).chain(strange).collect()
}

fn of_file(path: &Path, sentence: String) -> Spot {
    Spot { path: path.to_owned(), line: 0, sentence }
}

/// A mark, with what it means for whose it is.
fn said(Mark { fate, sentence, customers }: &Mark) -> String {
    let names = names(customers);
    match fate {
        Fate::Lost if customers.is_empty() => {
            format!("{sentence}; nothing tells whose it was, so nothing can be written")
        }
        Fate::Lost => format!("{sentence}; customer {names} is shown as of before it and takes no changes"),
        _ if customers.is_empty() => sentence.clone(),
        Fate::Counts => format!(
            "{sentence}; customer {names} is shown as of before it and takes no changes until it is put right"
        ),
        _ => format!("{sentence} (customer {names})"),
    }
}

/// Customers, for a person.
pub fn names(customers: &[crate::model::profile::CustomerId]) -> String {
    customers.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ")
}

fn spot(found: &Survey, (segment, line, _): Place, sentence: String) -> Spot {
    let path = found.files.counted.get(segment).map(|counted| counted.path.clone()).unwrap_or_default();
    Spot { path, line, sentence }
}

/// What is no damage.
fn notes(folder: &Path, found: &Survey) -> Vec<Spot> {
    let judge = &found.judge;
    let behind = (found.files.counted.len().saturating_sub(1), judge.line + 1, 0);
    let mut notes = Vec::new();
    let mut note = |place, sentence| notes.push(spot(found, place, sentence));
    if !found.torn.is_empty() {
        let bytes = found.torn.len();
        note(behind, format!("{bytes} bytes of an unfinished line; the next writer sets them aside"));
    }
    if found.unsettled > 0 {
        let bytes = found.unsettled;
        note(
            behind,
            format!("{bytes} bytes that nobody was told of; the next writer keeps what is whole of them"),
        );
    }
    let follows: Vec<_> = judge.marks.iter().filter(|(_, mark)| mark.fate == Fate::Follows).collect();
    if let Some((place, _)) = follows.first() {
        note(
            **place,
            format!(
                "{} requests from here on cannot be carried out without what is lost before them",
                follows.len()
            ),
        );
    }
    odd(&judge.clock, &mut note, |at, count| {
        format!("the clock went backwards, from {at}; so it did at {count} lines")
    });
    odd(&judge.again, &mut note, |id, count| {
        format!("customer {id} is created again, and begins anew; so it is at {count} lines")
    });
    let stale =
        |path: &PathBuf| of_file(path, "this part of the index cannot be used; it is made anew".into());
    notes.extend(found.stale.iter().map(stale));
    notes.extend(of_names(folder, &found.files.names));
    notes
}

fn odd(oddity: &Oddity, note: &mut impl FnMut(Place, String), sentence: impl Fn(&str, u64) -> String) {
    if let Some((place, what)) = &oddity.first {
        note(*place, sentence(what, oddity.count));
    }
}

/// Files that tell of something that was begun.
fn of_names(folder: &Path, names: &[String]) -> Vec<Spot> {
    let sentence = |name: &str| match name {
        _ if name == "inbox.jsonl" || inbox::seq_of(name).is_some() => Some("it waits for the next writer"),
        _ if Path::new(name).extension().is_some_and(|ending| ending == "new") => {
            Some("it was left behind by something that was interrupted; it means nothing")
        }
        _ => None,
    };
    let mut notes: Vec<Spot> = names
        .iter()
        .filter_map(|name| Some(Spot { path: folder.join(name), line: 0, sentence: sentence(name)?.into() }))
        .collect();
    notes.sort_by(|a, b| a.path.cmp(&b.path));
    notes
}
