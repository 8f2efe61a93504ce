//! Which files of a folder are the journal, damaged ones included, and what else is there.

use super::lines;
use crate::store::disk::{Access, Disk, DiskFile};
use crate::store::header::Header;
use crate::store::journal::is_absent;
use crate::store::line::LineError;
use crate::store::segments::{name, number};
use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::{Path, PathBuf};

/// A segment that counts, or would if it were whole.
pub struct Counted {
    /// Its number, from 1.
    pub number: u32,
    /// The first that it stands for, missing ones before it included.
    pub first: u32,
    /// Whether the ones before it are missing.
    pub behind_gap: bool,
    /// The file.
    pub path: PathBuf,
    /// The same, open for reading.
    pub file: Box<dyn DiskFile>,
    /// What its header line says, if that can be read.
    pub header: Option<Header>,
}

/// A file that has the name of a segment and is none of this journal.
pub struct Strange {
    /// The file.
    pub path: PathBuf,
    /// Why.
    pub reason: String,
    /// The segment that it is, where no other file is.
    pub belongs: Option<u32>,
}

/// What a folder holds.
pub struct Files {
    /// The ID of the store, where a header tells it.
    pub store: Option<String>,
    /// The segments that count, in order.
    pub counted: Vec<Counted>,
    /// Those that are missing, each with how many behind it are missing too.
    pub missing: Vec<(PathBuf, u32)>,
    /// Files that are no part of this journal.
    pub strange: Vec<Strange>,
    /// A file of a later format.
    pub newer: Option<Strange>,
    /// All names in the folder.
    pub names: Vec<String>,
}

struct Candidate {
    path: PathBuf,
    file: Box<dyn DiskFile>,
    header: Result<Header, LineError>,
}

/// Looks into a folder; `None` where it holds no segment.
pub fn look(disk: &dyn Disk, folder: &Path) -> io::Result<Option<Files>> {
    let names = match disk.list(folder) {
        Err(error) if is_absent(&error) => return Ok(None),
        names => names?,
    };
    let names: Vec<String> = names.iter().filter_map(|name| name.to_str()).map(str::to_owned).collect();
    let mut candidates = BTreeMap::new();
    for number in names.iter().filter_map(|name| number(name)) {
        match opened(disk, folder.join(name(number))) {
            Err(error) if is_absent(&error) => {} // it was replaced, and is over
            candidate => drop(candidates.insert(number, candidate?)),
        }
    }
    Ok((!candidates.is_empty()).then(|| sorted(folder, candidates, names)))
}

fn opened(disk: &dyn Disk, path: PathBuf) -> io::Result<Candidate> {
    let file = disk.open(&path, Access::Read)?;
    let line = lines::first(file.as_ref())?;
    let header = line.ok_or(LineError::Checksum).and_then(|line| Header::from_bytes(&line));
    Ok(Candidate { path, file, header })
}

fn sorted(folder: &Path, mut candidates: BTreeMap<u32, Candidate>, names: Vec<String>) -> Files {
    let store = store_of(&candidates);
    let newer = candidates.values().find_map(of_later_format);
    let strange = taken_out(&mut candidates, store.as_deref());
    let (counted, missing) = walk(candidates);
    let missing = missing.into_iter().map(|(number, more)| (folder.join(name(number)), more)).collect();
    Files { store, counted, missing, strange, newer, names }
}

/// The store of most segments; of two, the one of the first.
fn store_of(candidates: &BTreeMap<u32, Candidate>) -> Option<String> {
    let stores =
        || candidates.values().filter_map(|file| file.header.as_ref().ok()).map(|header| &header.store);
    let mut counts = HashMap::new();
    stores().for_each(|store| *counts.entry(store).or_insert(0) += 1);
    let most = counts.values().max().copied()?;
    stores().find(|store| counts.get(store) == Some(&most)).cloned()
}

fn of_later_format(candidate: &Candidate) -> Option<Strange> {
    match &candidate.header {
        Err(error @ LineError::Content(reason)) if reason.starts_with("its format is") => {
            Some(Strange { path: candidate.path.clone(), reason: error.to_string(), belongs: None })
        }
        _ => None,
    }
}

/// Takes those out that say themselves that they are no part of this journal.
fn taken_out(candidates: &mut BTreeMap<u32, Candidate>, store: Option<&str>) -> Vec<Strange> {
    let is_of = |header: &Header| Some(header.store.as_str()) == store;
    let fits = |number: u32, header: &Header| is_of(header) && header.segment == number;
    let is_strange =
        |number: &u32, file: &mut Candidate| file.header.as_ref().is_ok_and(|header| !fits(*number, header));
    let out: Vec<Candidate> = candidates.extract_if(.., is_strange).map(|(_, file)| file).collect();
    let strange = out.into_iter().filter_map(|Candidate { path, header, .. }| {
        let header = header.ok()?;
        let number = header.segment;
        let free = is_of(&header) && !candidates.contains_key(&number);
        let reason = if is_of(&header) {
            format!("it says that it is {}", name(number))
        } else {
            "it belongs to another store".into()
        };
        Some(Strange { path, reason, belongs: free.then_some(number) })
    });
    strange.collect()
}

/// Walks forward from 1: at each number, the last file that stands for it counts, and the walk goes on behind that.
fn walk(mut files: BTreeMap<u32, Candidate>) -> (Vec<Counted>, Vec<(u32, u32)>) {
    let (mut counted, mut missing, mut next) = (Vec::new(), Vec::new(), 1);
    while let Some((at, number)) = standing(&files, next) {
        missing.extend((at > next).then(|| (next, at - next - 1)));
        if let Some(Candidate { path, file, header }) = files.remove(&number) {
            counted.push(Counted {
                number,
                first: next,
                behind_gap: at > next,
                path,
                file,
                header: header.ok(),
            });
        }
        next = number + 1;
    }
    (counted, missing)
}

/// The next number from here on for which a file stands, and that file.
fn standing(files: &BTreeMap<u32, Candidate>, next: u32) -> Option<(u32, u32)> {
    let first = |(number, file): (&u32, &Candidate)| file.header.as_ref().map_or(*number, Header::first);
    let at = files.range(next..).map(first).min()?.max(next);
    let number =
        files.range(at..).rev().find(|file| first((file.0, file.1)) <= at).map(|(number, _)| *number)?;
    Some((at, number))
}
