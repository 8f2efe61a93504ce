//! The connections to servers on the disk: `connections.json` in the configuration folder, `{"connections":[{…}]}`. What stands
//! in the inner braces belongs to whoever names it; members and entries that nobody names stay as they are. A file that cannot
//! be read is told and left alone: nothing is written over it.

use super::disk::{Access, Disk, OsDisk, replace_file, wait_for_lock};
use super::journal::is_absent;
use crate::model::json::{Json, Kind, View, pretty};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

const FILE: &str = "connections.json";
const PATIENCE: Duration = Duration::from_secs(2);

/// The connections file of a configuration folder. Changes of several windows join: each reads, changes and writes under a lock.
#[derive(Clone, Debug)]
pub struct ConnectionsFile {
    folder: PathBuf,
}

impl ConnectionsFile {
    /// In this folder, which need not exist.
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    fn path(&self) -> PathBuf {
        self.folder.join(FILE)
    }

    /// The entries in their order; none where there is no file. The error is a sentence.
    pub fn read(&self) -> Result<Vec<Json>, String> {
        Ok(entries(&self.json()?))
    }

    /// Changes the entries as they are in the file now, and saves them: whole or not at all, durable when it returns. The error
    /// is a sentence; the file is as it was.
    pub fn change(&self, change: impl FnOnce(&mut Vec<Json>)) -> Result<(), String> {
        OsDisk.create_folder(&self.folder).map_err(|error| self.sentence(&error))?;
        let lock = wait_for_lock(&OsDisk, &self.folder.join("connections.lock"), PATIENCE);
        let _held = lock
            .and_then(|lock| lock.ok_or_else(|| io::ErrorKind::WouldBlock.into()))
            .map_err(|error| self.sentence(&error))?;
        let json = self.json()?;
        let mut all = entries(&json);
        change(&mut all);
        let all = Json::array(all.iter().map(Json::view));
        let text = format!("{}\n", pretty(json.view().with("connections", Some(all.view())).view()));
        replace_file(&OsDisk, &self.folder, FILE, text.as_bytes()).map_err(|error| self.sentence(&error))
    }

    /// The whole file; an empty object where there is none.
    fn json(&self) -> Result<Json, String> {
        let file = OsDisk.open(&self.path(), Access::Read);
        let bytes = match file.and_then(|file| file.read_at(0, usize::MAX)) {
            Err(error) if is_absent(&error) => return Ok(Json::object([])),
            bytes => bytes.map_err(|error| self.sentence(&error))?,
        };
        let json = Json::parse_bytes(&bytes).map_err(|error| {
            self.left_alone(&format!("line {}, column {}: {error}", error.line, error.column))
        })?;
        let listed = json.view().get("connections").map(View::kind);
        match (json.view().kind(), listed) {
            (Kind::Object, None | Some(Kind::Array)) => Ok(json),
            (Kind::Object, Some(_)) => Err(self.left_alone("`connections` is no array")),
            _ => Err(self.left_alone("it is no JSON object")),
        }
    }

    fn left_alone(&self, reason: &str) -> String {
        format!("{} cannot be read: {reason}; the file was left as it is", self.path().display())
    }

    fn sentence(&self, error: &io::Error) -> String {
        format!("{}: {error}; the connections on the disk were not changed", self.path().display())
    }
}

fn entries(json: &Json) -> Vec<Json> {
    json.view().get("connections").into_iter().flat_map(View::elements).map(View::to_json).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_names_stays_token_for_token_and_the_file_is_its_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = ConnectionsFile::new(&folder.path().join("made"));
        assert_eq!(file.read(), Ok(Vec::new()));
        file.change(|all| all.push(Json::parse(r#"{"url":"http://a"}"#).unwrap())).unwrap();
        let path = folder.path().join("made").join(FILE);
        std::fs::write(&path, r#"{"later":1E0,"connections":[7,{"url":"http://a"}]}"#).unwrap();
        file.change(|all| all[1] = all[1].view().with("name", Some(Json::string("A").view()))).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains("1E0") && text.contains('7'), "{text}");
        assert_eq!(file.read().unwrap()[1].to_string(), r#"{"url":"http://a","name":"A"}"#);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn a_file_that_cannot_be_read_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = ConnectionsFile::new(folder.path());
        for text in ["{\"connections\":", "[]", "{\"connections\":7}"] {
            std::fs::write(folder.path().join(FILE), text).unwrap();
            assert!(file.read().unwrap_err().contains("left as it is"));
            file.change(Vec::clear).unwrap_err();
            assert_eq!(std::fs::read_to_string(folder.path().join(FILE)).unwrap(), text);
        }
    }
}
