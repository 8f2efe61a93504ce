//! The files of an import, which are read twice: for the survey, and for the import.

use super::super::Failure;
use super::kept::Kept;
use crate::app::import::{Sourced, Unreadable};
use crate::transfer::lines::Items;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A file on the disk, or what can be read only once (standard input, a pipe), kept for the second time.
pub struct Input {
    name: Arc<str>,
    from: From,
}

enum From {
    Disk(PathBuf),
    Kept(Kept),
}

trait Source: BufRead + Seek {}

impl<T: BufRead + Seek> Source for T {}

impl Input {
    /// Looks that it can be read; `-` is standard input.
    pub fn open(file: &Path) -> Result<Self, Failure> {
        let name = file.display().to_string().into();
        let mut once: Box<dyn Read> = Box::new(io::stdin().lock());
        if file.as_os_str() != "-" {
            let opened = File::open(file).and_then(|opened| Ok((opened.metadata()?.is_file(), opened)));
            let (is_file, opened) = opened.map_err(|error| Failure::file(file, "read", &error))?;
            if is_file {
                return Ok(Self { name, from: From::Disk(file.to_owned()) });
            }
            once = Box::new(opened);
        }
        Ok(Self { name, from: From::Kept(Kept::of(&mut once, file)?) })
    }

    fn source(&self) -> io::Result<Box<dyn Source>> {
        Ok(match &self.from {
            From::Kept(Kept::Small(bytes)) => Box::new(io::Cursor::new(bytes.clone())),
            From::Kept(Kept::Large(file)) => buffered(file.try_clone()?)?,
            From::Disk(path) => buffered(File::open(path)?)?,
        })
    }

    fn items(&self) -> Box<dyn Iterator<Item = Result<Sourced, Unreadable>>> {
        let file = self.name.clone();
        match self.source() {
            Err(error) => Box::new(std::iter::once(Err(Unreadable { file, error: error.into() }))),
            Ok(reader) => Box::new(Items::new(reader).map(move |item| match item {
                Ok(item) => Ok(Sourced { file: file.clone(), item }),
                Err(error) => Err(Unreadable { file: file.clone(), error }),
            })),
        }
    }
}

fn buffered(mut file: File) -> io::Result<Box<dyn Source>> {
    file.rewind()?;
    Ok(Box::new(BufReader::with_capacity(1 << 18, file)))
}

/// The items of all files, from the beginning.
pub fn items(inputs: &[Input]) -> impl Iterator<Item = Result<Sourced, Unreadable>> {
    inputs.iter().flat_map(Input::items)
}

/// The same for a caller who keeps nothing of them.
pub fn into_items(inputs: Vec<Input>) -> impl Iterator<Item = Result<Sourced, Unreadable>> {
    inputs.into_iter().flat_map(|input| input.items())
}
