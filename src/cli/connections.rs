//! The connections to servers that the window keeps, as the file has them.

use crate::app::connections::Change;
use crate::model::json::Json;
use crate::store::connections::ConnectionsFile;
use crate::target::Connection;
use std::path::Path;

/// The connections in a folder for settings, in the order of the file; none where there is no file. The error is a sentence.
pub fn read(config: &Path) -> Result<Vec<Connection>, String> {
    let all = ConnectionsFile::new(config).read()?;
    Ok(all.iter().filter_map(|one| Connection::from_json(one.view())).collect())
}

/// Makes a change there. The error is a sentence.
pub fn change(config: &Path, change: &Change) -> Result<(), String> {
    ConnectionsFile::new(config).change(|all| match change {
        Change::Remove(title) => all.retain(|one| !is_of(one, title)),
        Change::Put(former, connection) => {
            let at = former.as_deref().and_then(|title| all.iter().position(|one| is_of(one, title)));
            match at {
                Some(at) => all[at] = written(&all[at], connection),
                None => all.push(connection.to_json()),
            }
        }
    })
}

fn is_of(entry: &Json, title: &str) -> bool {
    Connection::from_json(entry.view()).is_some_and(|connection| connection.title() == title)
}

/// An entry that says this connection now; members that this version does not know stay.
fn written(entry: &Json, connection: &Connection) -> Json {
    let new = connection.to_json();
    let mut entry = entry.clone();
    for name in ["user", "ca_file"] {
        entry = entry.view().with(name, None);
    }
    for (name, value) in new.view().members() {
        entry = entry.view().with(&name.decoded(), Some(value));
    }
    entry
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_keeps_what_it_does_not_know_and_drops_what_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let mut paris = Connection::to("http://127.0.0.1:8080");
        (paris.name, paris.user) = ("Paris".into(), Some("kent".into()));
        change(folder.path(), &Change::Put(None, Box::new(paris.clone()))).unwrap();
        ConnectionsFile::new(folder.path())
            .change(|all| all[0] = all[0].view().with("later", Some(Json::string("x").view())))
            .unwrap();
        let mut lyon = paris.clone();
        (lyon.name, lyon.user) = ("Lyon".into(), None);
        change(folder.path(), &Change::Put(Some("Paris".into()), Box::new(lyon.clone()))).unwrap();
        assert_eq!(read(folder.path()), Ok(vec![lyon]));
        let text = std::fs::read_to_string(folder.path().join("connections.json")).unwrap();
        assert!(text.contains("later") && !text.contains("kent"), "{text}");
        change(folder.path(), &Change::Remove("Lyon".into())).unwrap();
        assert_eq!(read(folder.path()), Ok(Vec::new()));
    }
}
