//! One line of the journal, to bytes and back.

use crate::model::json::{Checked, Json, Kind, MAX_DEPTH, View, quoted, text_of};
use crate::model::request::Request;
use std::fmt::Write;

/// What stands before the checksum.
pub const CRC: &str = ",\"crc\":\"";
/// The length of the end of a line: `,"crc":"` + 8 digits + `"}`
pub const CRC_END: usize = CRC.len() + 10;
/// How much deeper than a body its line is nested, at most.
const FRAME_DEPTH: usize = 4;

/// An accepted request as the journal holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number; rises by one.
    pub seq: u64,
    /// When, as RFC 3339; only informs.
    pub at: String,
    /// The login name of who sent it.
    pub by: String,
    /// The request.
    pub request: Request,
}

/// Why bytes are no line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// The checksum is missing or wrong.
    #[error("its checksum is missing or does not fit")]
    Checksum,
    /// The checksum is right, the content is not what this version writes.
    #[error("{0}")]
    Content(String),
}

/// What every line has, whatever its method and path mean to whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Its number; rises by one.
    pub seq: u64,
    /// When, as RFC 3339; only informs.
    pub at: String,
    /// Who wrote it.
    pub by: String,
    /// The method.
    pub method: String,
    /// The path, percent-encoded.
    pub path: String,
    /// The body, where there is one.
    pub body: Option<Json>,
}

impl Line {
    /// The line without its newline.
    pub fn to_text(&self) -> String {
        let method = self.request.method().as_str();
        framed(self.seq, &self.at, &self.by, method, &self.request.path(), self.request.body())
    }

    /// Reads a line without its newline.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, LineError> {
        let Frame { seq, at, by, method, path, body } = Frame::from_bytes(bytes)?;
        let request = Request::from_parts(&method, &path, body).map_err(LineError::Content)?;
        Ok(Self { seq, at, by, request })
    }
}

impl Frame {
    /// The line without its newline.
    pub fn to_text(&self) -> String {
        framed(self.seq, &self.at, &self.by, &self.method, &self.path, self.body.as_ref())
    }

    /// Reads a line without its newline.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, LineError> {
        let json = opened(bytes)?;
        let view = json.view();
        let text = |name: &str| {
            let value = view.get(name).and_then(View::text).map(std::borrow::Cow::into_owned);
            value.ok_or_else(|| LineError::Content(format!("it has no {name}")))
        };
        let number = view.get("seq").filter(|value| value.kind() == Kind::Number);
        let seq = number.and_then(|value| value.as_str().parse().ok());
        let seq = seq.ok_or_else(|| LineError::Content("it has no seq".into()))?;
        let body = view.get("body").map(View::to_json);
        Ok(Self { seq, at: text("at")?, by: text("by")?, method: text("method")?, path: text("path")?, body })
    }
}

fn framed(seq: u64, at: &str, by: &str, method: &str, path: &str, body: Option<&Json>) -> String {
    let (at, by, path) = (quoted(at), quoted(by), quoted(path));
    let mut text = format!("{{\"seq\":{seq},\"at\":{at},\"by\":{by},\"method\":\"{method}\",\"path\":{path}");
    if let Some(body) = body {
        text.push_str(",\"body\":");
        text.push_str(body.as_str());
    }
    sealed(text)
}

/// Whether a line with a right checksum is a header, of whatever format.
pub fn is_header(bytes: &[u8]) -> bool {
    bytes.starts_with(b"{\"format\":")
}

/// The format that a header line names; `None` where the line is no header.
pub fn format_of(bytes: &[u8]) -> Result<Option<String>, LineError> {
    Ok(opened(bytes)?.view().get("format").map(|format| format.as_str().to_owned()))
}

/// Ends an open object with its checksum.
pub fn sealed(mut text: String) -> String {
    let crc = crc32fast::hash(text.as_bytes());
    let _ = write!(text, "{CRC}{crc:08x}\"}}"); // writing to a String does not fail
    text
}

/// Whether the bytes end with a right checksum.
pub fn is_sealed(bytes: &[u8]) -> bool {
    let Some((content, end)) = bytes.len().checked_sub(CRC_END).and_then(|at| bytes.split_at_checked(at))
    else {
        return false;
    };
    end == format!("{CRC}{:08x}\"}}", crc32fast::hash(content)).as_bytes()
}

/// The object in a line with a right checksum.
pub(super) fn opened(bytes: &[u8]) -> Result<Checked<'_>, LineError> {
    if !is_sealed(bytes) {
        return Err(LineError::Checksum);
    }
    let json = text_of(bytes).and_then(|text| Checked::parse_with_depth(text, MAX_DEPTH + FRAME_DEPTH));
    json.map_err(|error| LineError::Content(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::request::encode;
    use proptest::prelude::*;

    fn line() -> Line {
        let body = Json::parse(r#"{"Phone":[{"PhoneType":1E0,"number":"\u0030"}]}"#).unwrap();
        let request = Request::from_parts("POST", "/profiles/A%20b/extensions", Some(body)).unwrap();
        Line { seq: 7, at: "2026-11-24T09:30:00.000Z".into(), by: "agent \"7\"".into(), request }
    }

    #[test]
    fn a_line_comes_back_token_for_token() {
        let text = line().to_text();
        assert!(text.starts_with(r#"{"seq":7,"at":"2026-11-24T09:30:00.000Z","by":"agent \"7\"","method":"POST","path":"/profiles/A%20b/extensions","body":{"Phone":[{"PhoneType":1E0,"number":"\u0030"}]},"crc":""#));
        assert_eq!(Line::from_bytes(text.as_bytes()).unwrap(), line());
    }

    #[test]
    fn the_deepest_body_comes_back() {
        let deep = format!("{}{}", "[".repeat(MAX_DEPTH), "]".repeat(MAX_DEPTH));
        let request = Request::from_parts("POST", "/profiles", Some(Json::parse(&deep).unwrap())).unwrap();
        let line = Line { request, ..line() };
        assert_eq!(Line::from_bytes(line.to_text().as_bytes()).unwrap(), line);
    }

    #[test]
    fn every_changed_byte_is_noticed() {
        let text = line().to_text().into_bytes();
        for at in 0..text.len() {
            for bit in 0..8 {
                let mut bytes = text.clone();
                bytes[at] ^= 1 << bit;
                assert!(Line::from_bytes(&bytes).is_err(), "byte {at}, bit {bit}");
            }
            assert!(Line::from_bytes(&text[..at]).is_err(), "cut at {at}");
        }
    }

    /// Bodies with spellings of numbers and strings that a parser could be tempted to tidy.
    fn body() -> impl Strategy<Value = Json> {
        let token = prop::sample::select(vec![
            "10.10",
            "1E5",
            "9223372036854775808",
            r#""\u0030\/""#,
            "null",
            "-0",
            "[]",
        ]);
        let member = (any::<String>(), token);
        prop::collection::vec(member, 0..4).prop_filter_map("names repeat", |members| {
            let members: Vec<String> =
                members.iter().map(|(name, token)| format!("{}:{token}", quoted(name))).collect();
            Json::parse(&format!("{{{}}}", members.join(","))).ok()
        })
    }

    fn any_line() -> impl Strategy<Value = Line> {
        let path = "[A-Za-z0-9 /%é?]{1,16}".prop_map(|id| format!("/profiles/{}", encode(&id)));
        (any::<u64>(), any::<String>(), any::<String>(), path, prop::option::of(body())).prop_map(
            |(seq, at, by, path, body)| {
                let method = if body.is_some() { "PUT" } else { "DELETE" };
                Line { seq, at, by, request: Request::from_parts(method, &path, body).unwrap() }
            },
        )
    }

    proptest! {
        #[test]
        fn any_line_comes_back_on_one_line(line in any_line()) {
            let text = line.to_text();
            prop_assert!(!text.contains('\n'));
            prop_assert_eq!(text.contains(",\"body\":"), line.request.body().is_some());
            prop_assert_eq!(Line::from_bytes(text.as_bytes()).unwrap(), line);
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(Line::from_bytes(&bytes).is_err());
        }
    }
}
