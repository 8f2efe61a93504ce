//! The first line of a segment: which one it is, of which store, and what it stands for.

use super::line::{CRC_END, LineError, opened, sealed};
use super::random_hex;
use crate::model::json::{Kind, View};

/// The format that this program writes and knows.
const FORMAT: &str = "1";
/// A header line is shorter. In bytes.
pub const HEADER: usize = 4096;
/// So many digits has the ID of a store.
const STORE: usize = 32;

/// What the header line of a segment says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The ID of the store.
    pub store: String,
    /// The number of the segment, from 1.
    pub segment: u32,
    /// Where it was made of others, compacted or repaired, the first segment that it stands for. The last is itself.
    pub replaces: Option<u32>,
    /// The `seq` of its first line; in one that stands for others, none is lower.
    pub first_seq: u64,
}

impl Header {
    /// The first segment that it stands for.
    pub fn first(&self) -> u32 {
        self.replaces.unwrap_or(self.segment)
    }

    /// The line without its newline. One that stands for others never has the same text twice, so that whoever knows the one that it
    /// replaces sees that it is another.
    pub fn to_text(&self) -> String {
        let Self { store, segment, replaces, first_seq } = self;
        let replaces = replaces
            .map(|first| format!(",\"replaces\":{first},\"made\":\"{}\"", random_hex(4)))
            .unwrap_or_default();
        sealed(format!(
            "{{\"format\":{FORMAT},\"store\":\"{store}\",\"segment\":{segment},\"first_seq\":{first_seq}{replaces}"
        ))
    }

    /// Reads a line without its newline.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, LineError> {
        let json = opened(bytes)?;
        let view = json.view();
        if bytes.len() >= HEADER {
            return Err(no_header());
        }
        match view.get("format").map(View::as_str) {
            Some(FORMAT) => read(view).ok_or_else(no_header),
            Some(other) => {
                Err(LineError::Content(format!("its format is {other}, this program knows {FORMAT}")))
            }
            None => Err(no_header()),
        }
    }
}

fn read(view: View<'_>) -> Option<Header> {
    let number = |name: &str| view.get(name).filter(|value| value.kind() == Kind::Number).map(View::as_str);
    let replaces = match view.get("replaces") {
        None => None,
        Some(_) => Some(number("replaces")?.parse().ok()?),
    };
    let store = view.get("store")?.text()?.into_owned();
    if store.len() != STORE || !store.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let segment = number("segment")?.parse().ok()?;
    let first_seq = number("first_seq")?.parse().ok()?;
    let header = Header { store, segment, replaces, first_seq };
    (1..=segment).contains(&header.first()).then_some(header)
}

fn no_header() -> LineError {
    LineError::Content("it is no header of a journal".into())
}

/// The checksum at the end of a line that was found whole.
pub fn crc_of(bytes: &[u8]) -> u32 {
    let content = bytes.len().checked_sub(CRC_END).and_then(|at| bytes.get(..at));
    content.map(crc32fast::hash).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(replaces: Option<u32>) -> Header {
        Header { store: "5f".repeat(16), segment: 7, replaces, first_seq: 42 }
    }

    #[test]
    fn a_header_comes_back() {
        for replaces in [None, Some(1), Some(7)] {
            let text = header(replaces).to_text();
            assert_eq!(Header::from_bytes(text.as_bytes()), Ok(header(replaces)));
            assert!(text.ends_with(&format!("{:08x}\"}}", crc_of(text.as_bytes()))));
        }
    }

    #[test]
    fn what_stands_for_later_ones_or_for_nothing_is_no_header() {
        for replaces in [Some(0), Some(8)] {
            assert!(Header::from_bytes(header(replaces).to_text().as_bytes()).is_err());
        }
        for content in ["{\"format\":2", "{\"format\":1", "{\"seq\":1"] {
            assert!(Header::from_bytes(sealed(content.into()).as_bytes()).is_err(), "{content}");
        }
    }

    #[test]
    fn what_no_store_has_for_an_id_is_no_header() {
        for store in ["", "5f", &"5f\\\"".repeat(8), &"5f".repeat(4096)] {
            let text = Header { store: store.into(), ..header(None) }.to_text();
            assert!(Header::from_bytes(text.as_bytes()).is_err(), "{store}");
        }
        let text = header(None).to_text();
        let long = sealed(format!("{{{}{}", " ".repeat(HEADER), &text[1..text.len() - CRC_END]));
        assert!(Header::from_bytes(long.as_bytes()).is_err());
    }
}
