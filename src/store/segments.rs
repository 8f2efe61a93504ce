//! Which files of a folder are the journal, and in which order; where it ends early, and why.

use super::disk::{Access, Disk, DiskFile};
use super::header::{HEADER, Header, crc_of};
use super::journal::is_absent;
use super::position::Position;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A segment that counts.
#[derive(Clone)]
pub struct Segment {
    /// Its number, from 1.
    pub number: u32,
    /// Where it was made of others, the first that it stands for; its `seq` may have gaps then.
    pub replaces: Option<u32>,
    /// The `seq` of its first line, or in one that was made of others a lower one.
    pub first_seq: u64,
    /// The checksum of its header.
    pub crc: u32,
    /// Where its first line begins, in bytes.
    pub start: u64,
    /// The file.
    pub path: PathBuf,
    /// The same, open for reading; it stays readable when another takes its name.
    pub file: Arc<dyn DiskFile>,
}

/// Why the journal ends before its last file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// The file.
    pub path: PathBuf,
    /// What is the matter with it.
    pub reason: String,
}

/// What a folder holds.
pub struct Found {
    /// The ID of the store; empty where no header can be read.
    pub store: String,
    /// The segments that count, in order.
    pub segments: Vec<Segment>,
    /// Files that others stand for.
    pub replaced: Vec<PathBuf>,
    /// Why what follows does not count.
    pub trouble: Option<Trouble>,
}

/// The name of a segment's file.
pub fn name(number: u32) -> String {
    format!("journal-{number:06}.jsonl")
}

/// The name of a segment's file while it is made.
pub fn unfinished(number: u32) -> String {
    format!("journal-{number:06}.new")
}

/// The segments in a folder; `None` where there is none.
pub fn look(disk: &dyn Disk, folder: &Path) -> io::Result<Option<Found>> {
    let names = match disk.list(folder) {
        Err(error) if is_absent(&error) => return Ok(None),
        names => names?,
    };
    let mut files = BTreeMap::new();
    for number in names.iter().filter_map(|name| number(name.to_str()?)) {
        match opened(disk, folder.join(name(number))) {
            Err(error) if is_absent(&error) => {} // it was replaced, and is over
            file => drop(files.insert(number, file?)),
        }
    }
    Ok((!files.is_empty()).then(|| chosen(folder, files)))
}

/// The number of a segment by the name of its file.
pub fn number(name: &str) -> Option<u32> {
    let number = name.strip_prefix("journal-")?.strip_suffix(".jsonl")?.parse().ok()?;
    ((1..=Position::LAST_SEGMENT).contains(&number) && self::name(number) == name).then_some(number)
}

/// A file, and its segment or why it is none of this journal.
struct Candidate {
    path: PathBuf,
    read: Result<(Header, Segment), String>,
}

impl Candidate {
    /// Of a segment that may count, its first number.
    fn first(&self, number: u32, store: &str) -> Option<u32> {
        self.objection(number, store).is_none().then_some(())?;
        self.read.as_ref().ok().map(|(header, _)| header.first())
    }

    /// Why a file is not the segment that its name says.
    fn objection(&self, number: u32, store: &str) -> Option<String> {
        match &self.read {
            Err(reason) => Some(reason.clone()),
            Ok((header, _)) if header.store != store => Some("it belongs to another store".into()),
            Ok((header, _)) if header.segment != number => {
                let named = name(header.segment);
                Some(format!("it says that it is segment {}, so it is a copy of {named}", header.segment))
            }
            Ok(_) => None,
        }
    }
}

fn opened(disk: &dyn Disk, path: PathBuf) -> io::Result<Candidate> {
    let file: Arc<dyn DiskFile> = Arc::from(disk.open(&path, Access::Read)?);
    let bytes = file.read_at(0, HEADER)?;
    let end = memchr::memchr(b'\n', &bytes);
    // Without its newline it is whole all the same; zeroes behind it are an unfinished end.
    let zeroes = bytes.iter().rev().take_while(|byte| **byte == 0).count();
    let line = &bytes[..end.unwrap_or(bytes.len() - zeroes)];
    if line.is_empty() {
        return Ok(Candidate { path, read: Err("the header line is missing".into()) });
    }
    let read = Header::from_bytes(line).map_err(|error| format!("the header line: {error}"));
    let read = read.map(|header| {
        let Header { segment: number, replaces, first_seq, .. } = header;
        let start = (line.len() + usize::from(end.is_some())) as u64;
        let path = path.clone();
        (header, Segment { number, replaces, first_seq, crc: crc_of(line), start, path, file })
    });
    Ok(Candidate { path, read })
}

/// Walks forward from 1: at each number, the last file that stands for it counts, and the walk goes on behind that.
fn chosen(folder: &Path, mut files: BTreeMap<u32, Candidate>) -> Found {
    let readable = files.values().find_map(|file| file.read.as_ref().ok());
    let store = readable.map(|(header, _)| header.store.clone()).unwrap_or_default();
    let (mut segments, mut next): (Vec<Segment>, u32) = (Vec::new(), 1);
    let mut trouble = None;
    while trouble.is_none() {
        let stands = |(number, file): (&u32, &Candidate)| {
            file.first(*number, &store).filter(|first| *first <= next).map(|_| *number)
        };
        let Some(number) = files.range(next..).rev().find_map(stands) else {
            trouble = missing(folder, next, &files, &store);
            break;
        };
        let Some(Candidate { path, read: Ok((_, segment)) }) = files.remove(&number) else { break };
        match segments.last().filter(|before| before.first_seq > segment.first_seq) {
            None => segments.push(segment),
            Some(before) => {
                let reason =
                    format!("its first seq is {}, it follows {}", segment.first_seq, before.first_seq);
                trouble = Some(Trouble { path, reason });
            }
        }
        next = number + 1;
    }
    let last = segments.last().map_or(0, |segment| segment.number);
    let replaced = files.into_iter().filter(|(number, _)| *number < last).map(|(_, file)| file.path);
    Found { store, replaced: replaced.collect(), segments, trouble }
}

/// Why nothing stands for a number; `None` where the journal ends there.
fn missing(folder: &Path, next: u32, files: &BTreeMap<u32, Candidate>, store: &str) -> Option<Trouble> {
    let wrong = |(number, file): (&u32, &Candidate)| {
        let reason = file.objection(*number, store)?;
        Some(Trouble { path: file.path.clone(), reason })
    };
    if let Some(file) = files.get(&next) {
        return wrong((&next, file));
    }
    let mut later = files.range(next..).peekable();
    later.peek()?;
    let gap = || Trouble { path: folder.join(name(next)), reason: "this file is missing".into() };
    Some(
        later
            .map(wrong)
            .collect::<Option<Vec<_>>>()
            .and_then(|all| all.into_iter().next())
            .unwrap_or_else(gap),
    )
}
