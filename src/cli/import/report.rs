//! The two files that an import can leave: what became of each item, and the refused items themselves.

use super::super::Failure;
use super::super::args::Import;
use crate::app::import::{Done, Outcome};
use crate::model::json::{Json, quoted};
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// The files that were asked for.
pub struct Reports {
    report: Option<Part>,
    refused: Option<Part>,
}

impl Reports {
    /// Begins them beside their places; neither may be an input or the other.
    pub fn begin(asked: &Import) -> Result<Self, Failure> {
        let mut taken: Vec<PathBuf> = asked.files.iter().map(|file| place(file)).collect();
        let mut begin = |file: &Option<PathBuf>| -> Result<Option<Part>, Failure> {
            let Some(file) = file else { return Ok(None) };
            if taken.contains(&place(file)) {
                let sentence = format!("{} is an input or another report of this import", file.display());
                return Err(Failure::refused(sentence).with("Nothing was changed. Name another file."));
            }
            taken.push(place(file));
            Part::begin(file).map(Some).map_err(|error| Failure::file(file, "written", &error))
        };
        let report = begin(&asked.report)?;
        Ok(Self { report, refused: begin(&asked.refused)? })
    }

    /// Notes an item. What goes wrong is told at the end: the import itself is not hurt by it.
    pub fn take(&mut self, done: &Done<'_>) {
        if let Some(part) = &mut self.report {
            part.line(line(done).as_bytes());
        }
        if let (Some(part), Outcome::Refused) = (&mut self.refused, done.outcome) {
            part.line(&done.source.item.to_line());
        }
    }

    /// Moves them to their places, whole.
    pub fn end(self) -> Result<(), Failure> {
        for part in [self.report, self.refused].into_iter().flatten() {
            let file = part.file.clone();
            part.end().map_err(|error| {
                let sentence = format!("{} cannot be written: {error}", file.display());
                Failure::refused(sentence).with("The import itself is done, as counted above.")
            })?;
        }
        Ok(())
    }
}

fn line(done: &Done<'_>) -> String {
    let customer = done.customer.map_or(Json::null(), |id| Json::string(id.as_str()));
    let (place, outcome) = (quoted(&done.source.place()), done.outcome.word());
    let reasons: Vec<String> = done.reasons.iter().map(|reason| quoted(reason)).collect();
    let reasons = reasons.join(",");
    format!("{{\"place\":{place},\"customer\":{customer},\"outcome\":\"{outcome}\",\"reasons\":[{reasons}]}}")
}

/// Where a path leads, links followed; of a file that is not there yet, by its folder.
fn place(file: &Path) -> PathBuf {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let in_folder = || Some(folder.canonicalize().ok()?.join(file.file_name()?));
    file.canonicalize().ok().or_else(in_folder).unwrap_or_else(|| file.to_owned())
}

/// A file that is written beside its place and moved there once it is whole.
struct Part {
    file: PathBuf,
    beside: PathBuf,
    out: BufWriter<File>,
    error: Option<io::Error>,
    ended: bool,
}

impl Part {
    fn begin(file: &Path) -> io::Result<Self> {
        if file.is_dir() {
            return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder"));
        }
        let mut name = file.as_os_str().to_owned();
        name.push(format!(".part-{}", std::process::id()));
        let beside = PathBuf::from(name);
        let mut options = File::options();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let out = BufWriter::new(options.open(&beside)?);
        Ok(Self { file: file.to_owned(), beside, out, error: None, ended: false })
    }

    fn line(&mut self, line: &[u8]) {
        if self.error.is_none() {
            self.error = self.out.write_all(line).and_then(|()| self.out.write_all(b"\n")).err();
        }
    }

    fn end(mut self) -> io::Result<()> {
        let written = self.error.take().map_or(Ok(()), Err);
        written.and_then(|()| self.out.flush()).and_then(|()| self.out.get_ref().sync_all())?;
        std::fs::rename(&self.beside, &self.file)?;
        self.ended = true;
        Ok(())
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if !self.ended {
            let _ = std::fs::remove_file(&self.beside); // its failure was told already, or nothing was changed
        }
    }
}
