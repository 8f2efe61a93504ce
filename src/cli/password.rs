//! Where passwords come from: the environment or a prompt, never the command line, which others can read.

use super::{Failure, Status};
use crate::target::{Connection, Password};
use std::env::VarError;
use std::io::IsTerminal;

/// The variable.
pub const VARIABLE: &str = "PROFILE_DESK_PASSWORD";

/// The password for the user of a connection: from the environment, else typed where somebody sits at a terminal.
pub fn of(connection: &Connection) -> Result<Option<Password>, Failure> {
    let Some(user) = &connection.user else { return Ok(None) };
    if let Some(password) = from_environment()? {
        return Ok(Some(password));
    }
    if !std::io::stdin().is_terminal() {
        return Ok(None);
    }
    let asked = rpassword::prompt_password(format!("Password of {user} at {}: ", connection.url));
    let typed = asked.map_err(|error| Failure {
        status: Status::NotReached,
        sentence: format!("the password could not be read from the terminal: {error}"),
        details: vec!["Nothing was changed.".into()],
    })?;
    Ok((!typed.is_empty()).then(|| Password::new(typed)))
}

/// The password that the environment names; empty is unset.
pub fn from_environment() -> Result<Option<Password>, Failure> {
    match std::env::var(VARIABLE) {
        Ok(text) => Ok((!text.is_empty()).then(|| Password::new(text))),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => Err(Failure::refused(format!("{VARIABLE} is not UTF-8"))),
    }
}
