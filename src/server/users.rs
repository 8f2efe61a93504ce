//! Who may use the server: names and passwords from a file, as the API's Basic authentication wants them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::fmt;
use std::path::Path;

/// Users and their passwords.
pub struct Users(Vec<User>);

struct User {
    name: String,
    password: String,
}

impl Users {
    /// Reads `name:password` lines; `#` begins a comment line. The file must be its owner's alone. The error is a sentence.
    pub fn read(path: &Path) -> Result<Self, String> {
        let fault = |error: &dyn fmt::Display| format!("{}: {error}", path.display());
        let held = std::fs::metadata(path).map_err(|error| fault(&error))?;
        if is_open_to_others(&held) {
            let sentence = "others can read this file of passwords; make it yours alone with chmod 600";
            return Err(fault(&sentence));
        }
        let text = std::fs::read_to_string(path).map_err(|error| fault(&error))?;
        Self::parse(&text).map_err(|(line, sentence)| format!("{}:{line}: {sentence}", path.display()))
    }

    /// The users in such a text; the error is a line, from 1, and a sentence that holds no password.
    pub fn parse(text: &str) -> Result<Self, (usize, String)> {
        let mut users: Vec<User> = Vec::new();
        for (number, line) in (1..).zip(text.lines()) {
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            let Some((name, password)) = line.split_once(':') else {
                return Err((number, "a line must be name:password".into()));
            };
            if name.is_empty() || password.is_empty() {
                return Err((number, "neither the name nor the password may be empty".into()));
            }
            if users.iter().any(|user| user.name == name) {
                return Err((number, format!("{name} stands twice")));
            }
            users.push(User { name: name.into(), password: password.into() });
        }
        if users.is_empty() {
            return Err((1, "there are no users in this file".into()));
        }
        Ok(Self(users))
    }

    /// The user whose credentials an `Authorization` header holds.
    pub fn signed_in(&self, header: Option<&[u8]>) -> Option<&str> {
        let credentials = credentials(header?)?;
        let (name, password) = credentials.split_once(':')?;
        // All are compared, so that the time tells neither a name nor a place.
        self.0.iter().fold(None, |found, user| {
            let is = same(&user.name, name) & same(&user.password, password);
            if is { Some(user.name.as_str()) } else { found }
        })
    }
}

fn credentials(header: &[u8]) -> Option<String> {
    let (scheme, encoded) = std::str::from_utf8(header).ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("Basic") {
        return None;
    }
    String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()
}

/// Compares in a time that depends on the lengths alone.
fn same(a: &str, b: &str) -> bool {
    let differing = a.bytes().zip(b.bytes()).fold(0, |all, (a, b)| all | (a ^ b));
    std::hint::black_box(differing) == 0 && a.len() == b.len()
}

#[cfg(unix)]
fn is_open_to_others(held: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    held.permissions().mode() & 0o077 != 0
}

#[cfg(not(unix))]
fn is_open_to_others(_: &std::fs::Metadata) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn basic(text: &str) -> Vec<u8> {
        format!("Basic {}", STANDARD.encode(text)).into_bytes()
    }

    #[test]
    fn only_a_whole_pair_signs_in() {
        let users = Users::parse("# team\nkent:superman\r\n\nlois:a:b é\n").unwrap_or(Users(Vec::new()));
        let who = |text: &str| users.signed_in(Some(&basic(text))).map(str::to_owned);
        assert_eq!(who("kent:superman").as_deref(), Some("kent"));
        assert_eq!(who("lois:a:b é").as_deref(), Some("lois"));
        for wrong in
            ["kent:superman ", "kent:", "kent:superma", "Kent:superman", "kent:a:b é", ":", "", "kent"]
        {
            assert_eq!(who(wrong), None, "{wrong}");
        }
        assert_eq!(users.signed_in(Some(b"basic a2VudDpzdXBlcm1hbg==")), Some("kent"));
        for wrong in [&b"Bearer a2VudDpzdXBlcm1hbg=="[..], b"Basic", b"Basic *", b"Basic /w==", b"\xff\xff"] {
            assert_eq!(users.signed_in(Some(wrong)), None);
        }
        assert_eq!(users.signed_in(None), None);
    }

    #[test]
    fn a_faulty_line_is_named_without_its_text() {
        for (text, line) in
            [("kent", 1), ("a:b\n:superman", 2), ("a:", 1), ("a:b\n#\na:superman", 3), ("#", 1)]
        {
            let Err((at, sentence)) = Users::parse(text) else { panic!("{text}") };
            assert_eq!(at, line, "{text}");
            assert!(!sentence.contains("superman"));
        }
    }
}
