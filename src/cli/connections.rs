//! The connections to servers that the window keeps: `{"connections":[…]}` in the folder for settings.

use crate::model::json::{Json, View};
use crate::target::Connection;
use std::io::ErrorKind;
use std::path::Path;

/// The file's name.
pub const FILE: &str = "connections.json";

/// The connections in a folder for settings, in the order of the file; none where there is no file. The error is a sentence.
pub fn read(config: &Path) -> Result<Vec<Connection>, String> {
    let path = config.join(FILE);
    let bytes = match std::fs::read(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        read => read.map_err(|error| format!("{} cannot be read: {error}", path.display()))?,
    };
    let json = Json::parse_bytes(&bytes)
        .map_err(|error| format!("{}:{}:{}: {error}", path.display(), error.line, error.column))?;
    let listed = json.view().get("connections").into_iter().flat_map(View::elements);
    Ok(listed.filter_map(Connection::from_json).collect())
}
