//! The files of an import, which are read twice: for the survey, and for the import.

use super::super::Failure;
use super::super::verbs::read_bytes;
use crate::app::import::{Sourced, Unreadable};
use crate::transfer::lines::Items;
use std::fs::File;
use std::io::{BufRead, BufReader, Cursor};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A file on the disk, or what can be read only once (standard input, a pipe), held.
pub struct Input {
    name: Arc<str>,
    from: From,
}

enum From {
    Disk(PathBuf),
    Held(Arc<[u8]>),
}

impl Input {
    /// Looks that it can be read; `-` is standard input.
    pub fn open(file: &Path) -> Result<Self, Failure> {
        let name = file.display().to_string().into();
        if file.as_os_str() != "-" {
            let is_file = File::open(file).and_then(|opened| opened.metadata());
            if is_file.map_err(|error| Failure::file(file, "read", &error))?.is_file() {
                return Ok(Self { name, from: From::Disk(file.to_owned()) });
            }
        }
        Ok(Self { name, from: From::Held(read_bytes(file)?.into()) })
    }

    fn items(&self) -> Box<dyn Iterator<Item = Result<Sourced, Unreadable>>> {
        let reader: std::io::Result<Box<dyn BufRead>> = match &self.from {
            From::Held(bytes) => Ok(Box::new(Cursor::new(bytes.clone()))),
            From::Disk(path) => {
                File::open(path).map(|file| Box::new(BufReader::new(file)) as Box<dyn BufRead>)
            }
        };
        let file = self.name.clone();
        match reader {
            Err(error) => Box::new(std::iter::once(Err(Unreadable { file, error: error.into() }))),
            Ok(reader) => Box::new(Items::new(reader).map(move |item| match item {
                Ok(item) => Ok(Sourced { file: file.clone(), item }),
                Err(error) => Err(Unreadable { file: file.clone(), error }),
            })),
        }
    }
}

/// The items of all files, from the beginning.
pub fn items(inputs: &[Input]) -> impl Iterator<Item = Result<Sourced, Unreadable>> {
    inputs.iter().flat_map(Input::items)
}

/// The same for a caller who keeps nothing of them.
pub fn into_items(inputs: Vec<Input>) -> impl Iterator<Item = Result<Sourced, Unreadable>> {
    inputs.into_iter().flat_map(|input| input.items())
}
