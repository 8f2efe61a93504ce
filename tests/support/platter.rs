//! What is on a disk, what of it is durable, and what may be left of it when the power is lost: of all that was not synced
//! any choice, torn anywhere, or zeroes in its place.

use crate::random::Random;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// The processes are killed; the system runs on and has all that was written.
    Kill,
    /// The power is lost, and with it all that was not synced.
    All,
    /// The power is lost, but everything had been written.
    Nothing,
    /// Of the last write so many bytes are there, the others are missing, or zeroes.
    Torn { bytes: usize, zeroes: bool },
    /// Of each thing that was not synced, any choice by this seed: all of it, nothing, or its beginning.
    Any(u64),
    /// The same, and of a write any of its sectors: zeroes may stand before what is there.
    Scattered(u64),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Node {
    Folder,
    File(usize),
}

/// Whether a change is durable. After a failed sync it is in doubt, and another sync does not help.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Open,
    Doubtful,
    Kept,
}

#[derive(Clone)]
enum Change {
    Bytes(usize, Arc<[u8]>),
    Size(usize),
}

/// Contents are shared between the many moments that a test keeps.
#[derive(Clone, Default)]
struct File {
    now: Arc<Vec<u8>>,
    /// What is certainly durable, and what was changed since.
    base: Arc<Vec<u8>>,
    since: Vec<(Change, Fate)>,
}

/// A change of names, which is done as a whole, and the folders of which a sync is still wanted.
#[derive(Clone)]
struct Naming {
    sets: Vec<(PathBuf, Option<Node>)>,
    unsynced: BTreeSet<PathBuf>,
}

type Names = BTreeMap<PathBuf, Node>;

#[derive(Clone)]
pub struct Platter {
    files: Vec<File>,
    names: Names,
    base: Names,
    since: Vec<Naming>,
    /// The file that was written last.
    last: usize,
}

impl Default for Platter {
    fn default() -> Self {
        let root = Names::from([(PathBuf::from("/"), Node::Folder)]);
        Self { files: Vec::new(), names: root.clone(), base: root, since: Vec::new(), last: 0 }
    }
}

fn above(path: &Path) -> PathBuf {
    path.parent().unwrap_or(Path::new("/")).to_owned()
}

fn applied(content: &mut Vec<u8>, change: &Change) {
    match change {
        Change::Size(size) => content.resize(*size, 0),
        Change::Bytes(at, bytes) => {
            content.resize(content.len().max(at + bytes.len()), 0);
            content[*at..at + bytes.len()].copy_from_slice(bytes);
        }
    }
}

fn set(names: &mut Names, sets: &[(PathBuf, Option<Node>)]) {
    for (path, node) in sets {
        match node {
            Some(node) => names.insert(path.clone(), *node),
            None => names.remove(path),
        };
    }
}

impl Platter {
    pub fn file(&self, path: &Path) -> io::Result<usize> {
        match self.names.get(path) {
            Some(Node::File(file)) => Ok(*file),
            Some(Node::Folder) => Err(io::ErrorKind::IsADirectory.into()),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    /// Whether a file has a name.
    pub fn is_named(&self, file: usize) -> bool {
        self.names.values().any(|node| *node == Node::File(file))
    }

    pub fn make(&mut self, path: &Path) -> io::Result<usize> {
        self.folder(&above(path))?;
        self.files.push(File::default());
        let file = self.files.len() - 1;
        self.name(vec![(path.to_owned(), Some(Node::File(file)))]);
        Ok(file)
    }

    pub fn content(&self, file: usize) -> &[u8] {
        &self.files[file].now
    }

    pub fn write(&mut self, file: usize, at: usize, bytes: &[u8]) {
        self.last = file;
        self.change(file, Change::Bytes(at, bytes.into()));
    }

    /// A bit turns over by itself.
    pub fn flip(&mut self, file: usize, at: usize, bit: u32) {
        let File { now, base, .. } = &mut self.files[file];
        for content in [now, base] {
            if let Some(byte) = Arc::make_mut(content).get_mut(at) {
                *byte ^= 1 << bit;
            }
        }
    }

    pub fn truncate(&mut self, file: usize, size: usize) {
        self.change(file, Change::Size(size));
    }

    fn change(&mut self, file: usize, change: Change) {
        applied(Arc::make_mut(&mut self.files[file].now), &change);
        self.files[file].since.push((change, Fate::Open));
    }

    pub fn sync(&mut self, file: usize) {
        let File { base, since, .. } = &mut self.files[file];
        since.iter_mut().filter(|(_, fate)| *fate == Fate::Open).for_each(|(_, fate)| *fate = Fate::Kept);
        let kept = since.iter().take_while(|(_, fate)| *fate == Fate::Kept).count();
        since.drain(..kept).for_each(|(change, _)| applied(Arc::make_mut(base), &change));
    }

    /// A sync failed: what was written is no longer tried.
    pub fn doubt(&mut self, file: usize) {
        let open = self.files[file].since.iter_mut().filter(|(_, fate)| *fate == Fate::Open);
        open.for_each(|(_, fate)| *fate = Fate::Doubtful);
    }

    fn folder(&self, path: &Path) -> io::Result<()> {
        match self.names.get(path) {
            Some(Node::Folder) => Ok(()),
            Some(Node::File(_)) => Err(io::ErrorKind::NotADirectory.into()),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    pub fn create_folder(&mut self, path: &Path) -> io::Result<()> {
        match self.folder(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.create_folder(&above(path))?;
                self.name(vec![(path.to_owned(), Some(Node::Folder))]);
                Ok(())
            }
            answer => answer,
        }
    }

    pub fn list(&self, folder: &Path) -> io::Result<Vec<OsString>> {
        self.folder(folder)?;
        let inside = self.names.keys().filter(|path| path.parent() == Some(folder));
        Ok(inside.filter_map(|path| path.file_name()).map(Into::into).collect())
    }

    pub fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        let file = self.file(from)?;
        self.folder(&above(to))?;
        self.name(vec![(to.to_owned(), Some(Node::File(file))), (from.to_owned(), None)]);
        Ok(())
    }

    pub fn remove(&mut self, path: &Path) -> io::Result<()> {
        self.file(path)?;
        self.name(vec![(path.to_owned(), None)]);
        Ok(())
    }

    fn name(&mut self, sets: Vec<(PathBuf, Option<Node>)>) {
        set(&mut self.names, &sets);
        let unsynced = sets.iter().map(|(path, _)| above(path)).collect();
        self.since.push(Naming { sets, unsynced });
    }

    pub fn sync_folder(&mut self, folder: &Path) -> io::Result<()> {
        self.folder(folder)?;
        for naming in &mut self.since {
            naming.unsynced.remove(folder);
        }
        let kept = self.since.iter().take_while(|naming| naming.unsynced.is_empty()).count();
        self.since.drain(..kept).for_each(|naming| set(&mut self.base, &naming.sets));
        Ok(())
    }

    /// What is left. All of it is durable then, unless only the processes died.
    #[must_use]
    pub fn after(&self, loss: Loss) -> Self {
        if loss == Loss::Kill {
            return self.clone();
        }
        let mut random =
            Random::of(if let Loss::Any(seed) | Loss::Scattered(seed) = loss { seed } else { 0 });
        let files: Vec<File> = (0..self.files.len())
            .map(|file| self.left_of(file, loss, &mut random))
            .map(|content| File { now: content.clone(), base: content, since: Vec::new() })
            .collect();
        let names = self.names_left(loss, &mut random);
        Self { files, names: names.clone(), base: names, since: Vec::new(), last: 0 }
    }

    fn left_of(&self, file: usize, loss: Loss, random: &mut Random) -> Arc<Vec<u8>> {
        let File { base, since, .. } = &self.files[file];
        let mut left = base.clone();
        if since.is_empty() {
            return left;
        }
        let content = Arc::make_mut(&mut left);
        for (number, (change, fate)) in since.iter().enumerate() {
            let is_last = file == self.last && number + 1 == since.len();
            match (loss, change) {
                _ if *fate == Fate::Kept => applied(content, change),
                (Loss::All, _) => {}
                (Loss::Torn { bytes, zeroes }, Change::Bytes(at, written)) if is_last => {
                    let cut = bytes.min(written.len());
                    let rest = if zeroes { written.len() - cut } else { 0 };
                    applied(content, &Change::Bytes(*at, [&written[..cut], &vec![0; rest]].concat().into()));
                }
                (Loss::Any(_), Change::Bytes(at, written)) => torn(content, *at, written, random),
                (Loss::Scattered(_), Change::Bytes(at, written)) => {
                    scattered(content, *at, written, random);
                }
                (Loss::Any(_) | Loss::Scattered(_), Change::Size(_)) if random.one_in(2) => {}
                _ => applied(content, change),
            }
        }
        left
    }

    fn names_left(&self, loss: Loss, random: &mut Random) -> Names {
        let mut names = self.base.clone();
        for naming in &self.since {
            match loss {
                _ if naming.unsynced.is_empty() => set(&mut names, &naming.sets),
                Loss::All => {}
                Loss::Any(_) | Loss::Scattered(_) if random.one_in(3) => {}
                // Of a rename the new name is there, and the old one too.
                Loss::Any(_) if random.one_in(4) => set(&mut names, &naming.sets[..1]),
                _ => set(&mut names, &naming.sets),
            }
        }
        let whole = names.clone();
        names.retain(|path, _| path.ancestors().all(|above| whole.contains_key(above)));
        names
    }
}

/// Any choice of a write: all of it, nothing, or its beginning up to any byte or sector, with zeroes behind or without.
fn torn(content: &mut Vec<u8>, at: usize, bytes: &[u8], random: &mut Random) {
    let sector = [1, 512, 4096][random.below(3)];
    let cut = match random.below(4) {
        0 => bytes.len(),
        1 => return,
        _ => ((at + random.below(bytes.len() + 1)) / sector * sector).max(at) - at,
    };
    let zeroes = if random.one_in(3) { bytes.len() - cut } else { 0 };
    applied(content, &Change::Bytes(at, [&bytes[..cut], &vec![0; zeroes]].concat().into()));
}

/// Any of a write's sectors, zeroes or nothing where others should be.
fn scattered(content: &mut Vec<u8>, at: usize, bytes: &[u8], random: &mut Random) {
    let (sector, end) = ([512, 4096][random.below(2)], at + bytes.len());
    for from in (at / sector * sector..end).step_by(sector).filter(|_| random.one_in(2)) {
        let (from, to) = (from.max(at), (from + sector).min(end));
        applied(content, &Change::Bytes(from, bytes[from - at..to - at].into()));
    }
    if random.one_in(3) {
        content.resize(content.len().max(end), 0);
    }
}
