//! Reads a file for import item by item: JSON Lines a line at a time, never held whole; any other file whole, up to a limit.
//!
//! A file is JSON Lines if its first line with text in it is a whole value, or is wrong before its end: then every line
//! stands for itself. Otherwise, as with an array over many lines, the file is read whole, and an error refuses all of it.

use super::read::{Content, Counts, Item, WHITE, below, read};
use crate::model::json::{Json, JsonError, text_of};
use std::collections::VecDeque;
use std::io::{self, BufRead, Read};

/// The longest line, and the largest file that is read whole, in bytes (setting: request size).
pub const MAX_TEXT: u64 = 64 << 20;

/// Why a file cannot be read on.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It is not JSON; nothing of it was returned.
    #[error("{}:{}: {_0}", _0.line, _0.column)]
    Json(JsonError),
    /// The system refused.
    #[error(" cannot be read: {0}")]
    Io(#[from] io::Error),
    /// A line, or a file that must be read whole, is too large.
    #[error(
        "{0}: this line, or a file that is not JSON Lines, is larger than {1} bytes (setting: request size)"
    )]
    TooLarge(usize, u64),
}

/// The items of a file.
pub struct Items<R> {
    reader: R,
    limit: u64,
    lines: usize,
    bytes: usize,
    counts: Counts,
    ready: VecDeque<Item>,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Start,
    Lines,
    Ended,
}

impl<R: BufRead> Items<R> {
    /// The items of what `reader` gives.
    pub fn new(reader: R) -> Self {
        Self::with_limit(reader, MAX_TEXT)
    }

    /// The same with another limit for a line, or for a file that is read whole, in bytes.
    pub fn with_limit(reader: R, limit: u64) -> Self {
        let (counts, ready) = (Counts::default(), VecDeque::new());
        Self { reader, limit, lines: 0, bytes: 0, counts, ready, state: State::Start }
    }

    /// Reads on until items are ready, or the end.
    fn fill(&mut self) -> Result<(), ReadError> {
        while self.ready.is_empty() && self.state != State::Ended {
            let mut line = Vec::new();
            if self.take(&mut line, true)? == 0 {
                self.state = State::Ended;
            } else {
                self.line(line)?;
            }
        }
        Ok(())
    }

    /// Adds a line, or all that is left, to `bytes`; how many bytes came.
    fn take(&mut self, bytes: &mut Vec<u8>, line: bool) -> Result<usize, ReadError> {
        let room = (self.limit + 1).saturating_sub(bytes.len() as u64);
        let mut limited = self.reader.by_ref().take(room);
        let count = if line { limited.read_until(b'\n', bytes)? } else { limited.read_to_end(bytes)? };
        if bytes.len() as u64 > self.limit {
            return Err(ReadError::TooLarge(self.lines + 1, self.limit));
        }
        Ok(count)
    }

    fn line(&mut self, line: Vec<u8>) -> Result<(), ReadError> {
        let (lines, bytes) = (self.lines, self.bytes);
        let length = line.len();
        let parsed = text_of(&line).and_then(|text| {
            let is_blank = text.trim_matches(WHITE).is_empty();
            if is_blank { Ok(None) } else { Json::parse(text).map(Some) }
        });
        match parsed {
            Ok(None) => {}
            Ok(Some(json)) => {
                self.ready.extend(self.counts.items(&json, lines + 1));
                self.state = State::Lines;
            }
            Err(error) if self.state == State::Start && goes_on(&line, &error) => return self.whole(line),
            Err(error) => {
                let text = line.strip_suffix(b"\n").unwrap_or(&line).to_vec();
                let content = Content::NotJson(text, below(error, lines, bytes));
                self.ready.push_back(Item { line: lines + 1, number: self.counts.number(&content), content });
                self.state = State::Lines;
            }
        }
        self.lines += 1;
        self.bytes += length;
        Ok(())
    }

    /// A value over several lines: the rest of the file is read before anything is returned.
    fn whole(&mut self, mut bytes: Vec<u8>) -> Result<(), ReadError> {
        self.state = State::Ended;
        self.take(&mut bytes, false)?;
        let (lines, before) = (self.lines, self.bytes);
        let items = text_of(&bytes).and_then(read);
        let items = items.map_err(|error| ReadError::Json(below(error, lines, before)))?;
        self.ready.extend(items.into_iter().map(|item| Item { line: item.line + lines, ..item }));
        Ok(())
    }
}

/// Whether the text is right as far as it goes: the error stands at its end.
fn goes_on(line: &[u8], error: &JsonError) -> bool {
    let Ok(text) = text_of(line) else { return false };
    error.offset >= text.trim_end_matches(WHITE).len()
}

impl<R: BufRead> Iterator for Items<R> {
    type Item = Result<Item, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Err(error) = self.fill() {
            self.state = State::Ended;
            return Some(Err(error));
        }
        self.ready.pop_front().map(Ok)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &[u8]) -> Vec<Result<Item, ReadError>> {
        Items::new(text).collect()
    }

    #[test]
    fn a_line_that_is_not_json_is_alone_in_it() {
        let items = of(b"\xef\xbb\xbf{\"customer_id\":\"A\"}\r\n\n{\"customer_id\":}\n[\"\xff\"]\n{\"a\":1,\"A\":2}\n{\"customer_id\":\"B\"}");
        let places: Vec<String> = items.iter().map(|item| item.as_ref().unwrap().place()).collect();
        assert_eq!(places, ["1: profile 1", "3:16", "4:3", "5:8", "6: profile 5"]);
        let Content::NotJson(bytes, _) = &items[2].as_ref().unwrap().content else { panic!() };
        assert_eq!(bytes, b"[\"\xff\"]");
        let Content::NotJson(_, error) = &items[3].as_ref().unwrap().content else { panic!() };
        assert!(error.to_string().contains("line 5, column 2"), "{error}");
    }

    #[test]
    fn a_value_over_lines_is_read_whole_and_refused_whole() {
        let items = of(b"\n[\n{\"customer_id\":\"A\"}\n,{\"customer_id\":\"B\"}]\n");
        assert_eq!(items.iter().map(|item| item.as_ref().unwrap().line).collect::<Vec<_>>(), [2, 2]);
        let items = of(b"\n[\n{\"customer_id\":\"A\"}\n{}]\n");
        assert_eq!(items.len(), 1);
        assert!(items[0].as_ref().unwrap_err().to_string().starts_with("4:1: "), "{items:?}");
    }

    #[test]
    fn a_first_line_that_is_wrong_in_its_middle_does_not_take_the_others_along() {
        let items = of(b"{\"a\" 1}\n{\"customer_id\":\"B\"}\n");
        assert!(matches!(items[0].as_ref().unwrap().content, Content::NotJson(..)) && items.len() == 2);
    }

    #[test]
    fn no_more_is_held_than_the_limit() {
        let text = [&b"{}\n"[..], &[b' '; 20]].concat();
        let mut items = Items::with_limit(&text[..], 10);
        assert!(items.next().unwrap().is_ok());
        assert!(matches!(items.next(), Some(Err(ReadError::TooLarge(2, 10)))) && items.next().is_none());
    }
}
