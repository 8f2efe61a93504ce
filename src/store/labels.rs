//! Labels on the disk: `labels.json` in the configuration folder, with those of every target, and files that are handed on.
//!
//! `{"targets":[{"target":"<place>","labels":{…}}]}`; what stands in the braces is said at [`crate::model::labels`]. Targets may
//! differ in letter case alone, so they stand in an array. Members and entries that this version does not know stay. A file that
//! cannot be read is told and left alone: it was made by hand, and nothing is written over it.

mod handed;

use super::disk::{Access, Disk, OsDisk, replace_file, wait_for_lock};
use super::journal::is_absent;
use crate::model::json::{Json, JsonError, Kind, View, pretty};
use crate::model::labels::Labels;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub use handed::{NotWritten, read_handed, write_handed};

const FILE: &str = "labels.json";
const PATIENCE: Duration = Duration::from_secs(2);

/// The labels file of a configuration folder.
#[derive(Clone, Debug)]
pub struct LabelsFile {
    folder: PathBuf,
}

/// The labels of targets by their places, and a sentence for each target whose labels cannot be read.
pub type Read = (Vec<(String, Labels)>, Vec<String>);

impl LabelsFile {
    /// In this folder, which need not exist.
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    fn path(&self) -> PathBuf {
        self.folder.join(FILE)
    }

    /// The labels of every target. The error is a sentence.
    pub fn read(&self) -> Result<Read, String> {
        let json = self.json().map_err(|reason| self.left_alone(&reason))?;
        let (mut all, mut notes) = (Vec::new(), Vec::new());
        for entry in entries(&json) {
            let Some(target) = entry.get("target").and_then(View::text) else { continue };
            match of_entry(entry) {
                Ok(labels) => all.push((target.into_owned(), labels)),
                Err(reason) => notes.push(self.left_alone(&format!("target {target}: {reason}"))),
            }
        }
        Ok((all, notes))
    }

    /// Sets the labels of a target; those of others stay. Whole or not at all, durable when it returns. The error is a sentence.
    pub fn set(&self, target: &str, labels: &Labels) -> Result<(), String> {
        let sentence = |error: &io::Error| format!("{}: {error}", self.path().display());
        OsDisk.create_folder(&self.folder).map_err(|error| sentence(&error))?;
        let lock = wait_for_lock(&OsDisk, &self.folder.join("labels.lock"), PATIENCE);
        let _held = lock
            .and_then(|lock| lock.ok_or_else(|| io::ErrorKind::WouldBlock.into()))
            .map_err(|error| sentence(&error))?;
        let json = self.json().map_err(|reason| self.left_alone(&reason))?;
        let with = with_target(&json, target, labels).map_err(|reason| self.left_alone(&reason))?;
        let text = format!("{}\n", pretty(with.view()));
        replace_file(&OsDisk, &self.folder, FILE, text.as_bytes()).map_err(|error| sentence(&error))
    }

    /// The whole file; an empty object where there is none. The error is a reason.
    fn json(&self) -> Result<Json, String> {
        let file = OsDisk.open(&self.path(), Access::Read);
        let bytes = match file.and_then(|file| file.read_at(0, usize::MAX)) {
            Err(error) if is_absent(&error) => return Ok(Json::object([])),
            bytes => bytes.map_err(|error| error.to_string())?,
        };
        let json = Json::parse_bytes(&bytes).map_err(|error| placed(&error))?;
        let targets = json.view().get("targets");
        match (json.view().kind(), targets.map(View::kind)) {
            (Kind::Object, None | Some(Kind::Array)) => Ok(json),
            (Kind::Object, Some(_)) => Err("`targets` is no array".into()),
            _ => Err("it is no JSON object".into()),
        }
    }

    fn left_alone(&self, reason: &str) -> String {
        format!("{} cannot be read: {reason}; the file was left as it is", self.path().display())
    }
}

fn placed(error: &JsonError) -> String {
    format!("line {}, column {}: {error}", error.line, error.column)
}

fn entries(json: &Json) -> impl Iterator<Item = View<'_>> {
    json.view().get("targets").into_iter().flat_map(View::elements)
}

fn of_entry(entry: View<'_>) -> Result<Labels, String> {
    let labels = entry.get("labels").filter(|labels| !labels.is_null());
    labels.map_or_else(|| Ok(Labels::default()), |labels| Labels::from_json(&labels.to_json()))
}

/// The file with the labels of a target set. Those that cannot be read are not written over: the error is a reason.
fn with_target(json: &Json, target: &str, labels: &Labels) -> Result<Json, String> {
    let (mut all, mut met) = (Vec::new(), false);
    for entry in entries(json) {
        let is_it = !met && entry.get("target").and_then(View::text).is_some_and(|found| found == target);
        if is_it {
            met = true;
            of_entry(entry).map_err(|reason| format!("target {target}: {reason}"))?;
            all.push(entry.with("labels", Some(labels.json().view())));
        } else {
            all.push(entry.to_json());
        }
    }
    if !met {
        let target = Json::string(target);
        all.push(Json::object([("\"target\"", target.view()), ("\"labels\"", labels.json().view())]));
    }
    Ok(json.view().with("targets", Some(Json::array(all.iter().map(Json::view)).view())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(text: &str) -> Labels {
        Labels::from_json(&Json::parse(text).unwrap()).unwrap()
    }

    #[test]
    fn each_target_has_its_own_and_what_is_unknown_stays_token_for_token() {
        let folder = tempfile::tempdir().unwrap();
        let file = LabelsFile::new(&folder.path().join("made"));
        assert_eq!(file.read().unwrap(), (Vec::new(), Vec::new()));
        let (a, b) = (labels(r#"{"core":{"X":{"label":"a","y":1E0}}}"#), labels(r#"{"core":{}}"#));
        file.set("/a", &a).unwrap();
        file.set("/A", &b).unwrap();
        assert_eq!(file.read().unwrap().0, [("/a".to_owned(), a), ("/A".to_owned(), b.clone())]);
        let text = r#"{"later":[1.0],"targets":[7,{"target":"/a","labels":{"core":{}},"z":1e1}]}"#;
        std::fs::write(file.path(), text).unwrap();
        file.set("/a", &b).unwrap();
        let now = std::fs::read(file.path()).unwrap();
        assert_eq!(Json::parse_bytes(&now).unwrap(), Json::parse(text).unwrap());
        file.set("/b", &b).unwrap();
        let now = std::fs::read(file.path()).unwrap();
        let wanted = text.replace("e1}]", r#"e1},{"target":"/b","labels":{"core":{}}}]"#);
        assert_eq!(Json::parse_bytes(&now).unwrap().to_string(), wanted);
    }

    #[test]
    fn a_file_that_cannot_be_read_is_told_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = LabelsFile::new(folder.path());
        for (text, reason) in [
            ("{\"targets\":[", "line 1, column 13"),
            ("[]", "no JSON object"),
            ("{\"targets\":{}}", "no array"),
            ("{\"targets\":[{\"target\":\"/a\",\"labels\":{\"core\":5}}]}", "target /a: core: an object"),
        ] {
            std::fs::write(file.path(), text).unwrap();
            let told = file.read().map_or_else(|told| told, |(_, notes)| notes.concat());
            assert!(told.contains(reason) && told.contains("left as it is"), "{told}");
            file.set("/a", &Labels::default()).unwrap_err();
            assert_eq!(std::fs::read_to_string(file.path()).unwrap(), text);
        }
        // The labels of another target can be set all the same.
        file.set("/b", &Labels::default()).unwrap();
        assert_eq!(file.read().unwrap().0.len(), 1);
    }
}
