//! The two files that an import can leave: what became of each item, and the refused items themselves.

use super::super::Failure;
use super::super::args::Import;
use super::super::part::Part;
use crate::app::import::{Done, Outcome};
use crate::model::json::{Json, quoted};
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
            Part::begin(file, true).map(Some).map_err(|error| Failure::file(file, "written", &error))
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
            let file = part.place().to_owned();
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
