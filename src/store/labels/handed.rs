//! A file with the labels of one target, which people hand on to each other.

use crate::model::json::{Json, pretty};
use crate::model::labels::Labels;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;

/// The largest file that is read, in bytes: far more than labels ever need.
const MOST: u64 = 4 << 20;

/// Why labels were not written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotWritten {
    /// There is a file already.
    There,
    /// A sentence.
    Failed(String),
}

/// Reads a file of labels. The error is a sentence with file, line and column.
pub fn read_handed(path: &Path) -> Result<Labels, String> {
    let sentence = |reason: &str| format!("{}: {reason}", path.display());
    let bytes = bytes(path).map_err(|error| sentence(&error.to_string()))?;
    let json = Json::parse_bytes(&bytes).map_err(|error| sentence(&super::placed(&error)))?;
    Labels::from_json(&json).map_err(|reason| sentence(&reason))
}

fn bytes(path: &Path) -> io::Result<Vec<u8>> {
    // A pipe or a device would keep us waiting.
    let known = std::fs::metadata(path)?;
    if !known.is_file() {
        return Err(io::Error::other("this is no file"));
    }
    if known.len() > MOST {
        return Err(io::Error::other("this is too large for a file of labels"));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(MOST).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Writes a file of labels; over one that is there only with `replace`.
pub fn write_handed(path: &Path, labels: &Labels, replace: bool) -> Result<(), NotWritten> {
    let failed = |error: io::Error| NotWritten::Failed(format!("{}: {error}", path.display()));
    let text = format!("{}\n", pretty(labels.json().view()));
    if !replace {
        let made = OpenOptions::new().write(true).create_new(true).open(path);
        return match made.and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
        {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(NotWritten::There),
            done => done.map_err(failed),
        };
    }
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let write = || {
        let mut file = File::create(&beside)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&beside, path)
    };
    write().map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_nothing_is_written_over_unasked() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("labels.json");
        let labels = |text: &str| Labels::from_json(&Json::parse(text).unwrap()).unwrap();
        let first = labels(r#"{"x":1E0,"core":{"Name":{"label":"\u004eame"}}}"#);
        write_handed(&path, &first, false).unwrap();
        assert_eq!(read_handed(&path).unwrap().json(), first.json());
        assert_eq!(write_handed(&path, &labels("{}"), false), Err(NotWritten::There));
        assert_eq!(read_handed(&path).unwrap(), first);
        write_handed(&path, &labels("{}"), true).unwrap();
        assert!(read_handed(&path).unwrap().is_empty());
        let nowhere = folder.path().join("no/labels.json");
        assert!(matches!(write_handed(&nowhere, &first, true), Err(NotWritten::Failed(_))));
    }

    #[test]
    fn a_bad_file_is_refused_with_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bad.json");
        std::fs::write(&path, "{\"core\":\n{,}}").unwrap();
        let told = read_handed(&path).unwrap_err();
        assert!(told.contains("bad.json") && told.contains("line 2, column 2"), "{told}");
        assert!(read_handed(folder.path()).unwrap_err().contains("no file"));
        assert!(read_handed(&folder.path().join("none")).is_err());
    }
}
