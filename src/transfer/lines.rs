//! Reads a file for import item by item, never held whole.
//!
//! A file is JSON Lines if its first line with text in it is a whole value, or is wrong before its end: then every line
//! stands for itself. Otherwise, as with an array over many lines, or where a very long first line begins an array or a
//! document, its values are read one after the other, and an error ends it.

use super::read::{Content, Counts, Item, WHITE, below};
use super::text::Place;
use super::values::{Values, is_document};
use crate::model::json::{Json, JsonError, text_of};
use std::collections::VecDeque;
use std::io::{self, BufRead, Read, Seek};

/// The longest line, and the largest item, in bytes (setting: request size).
pub const MAX_TEXT: usize = 64 << 20;

/// A first line that is longer is not read to its end before something is made of it.
const LONG: usize = 1 << 20;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Why a file cannot be read on.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It is not JSON from there on.
    #[error("{}:{}: {_0}", _0.line, _0.column)]
    Json(JsonError),
    /// A document with a customer's ID, at this line and column.
    #[error(
        "{0}:{1}: a document of schemas and profiles has no customer_id; in a profile it stands before them"
    )]
    Document(usize, usize),
    /// The system refused.
    #[error(" cannot be read: {0}")]
    Io(#[from] io::Error),
    /// What begins on this line is too large.
    #[error("{0}: what begins on this line is larger than {1} bytes (setting: request size)")]
    TooLarge(usize, usize),
}

/// The items of a file.
pub struct Items<R> {
    form: Form<R>,
    limit: usize,
    lines: usize,
    bytes: usize,
    counts: Counts,
    ready: VecDeque<Item>,
}

enum Form<R> {
    /// Not known yet.
    Open(R),
    Lines(R),
    Values(Values<R>),
    Ended,
}

impl<R: BufRead + Seek> Items<R> {
    /// The items of what `reader` gives from its beginning.
    pub fn new(reader: R) -> Self {
        Self::with_limit(reader, MAX_TEXT)
    }

    /// The same with another limit for a line or an item, in bytes.
    pub fn with_limit(reader: R, limit: usize) -> Self {
        let (counts, ready) = (Counts::default(), VecDeque::new());
        Self { form: Form::Open(reader), limit, lines: 0, bytes: 0, counts, ready }
    }

    /// Reads on until items are ready, or the end.
    fn fill(&mut self) -> Result<(), ReadError> {
        while self.ready.is_empty() {
            match &mut self.form {
                Form::Ended => return Ok(()),
                Form::Values(values) => match values.next()? {
                    Some(item) => self.ready.push_back(item),
                    None => self.form = Form::Ended,
                },
                Form::Open(_) | Form::Lines(_) => self.line()?,
            }
        }
        Ok(())
    }

    /// Reads a line and makes items of it, or finds that the file is none of JSON Lines.
    fn line(&mut self) -> Result<(), ReadError> {
        let mut line = Vec::new();
        if matches!(self.form, Form::Open(_)) {
            self.take(&mut line, LONG)?;
            if line.len() == LONG && begins_many(&line) {
                return self.values(&line);
            }
        }
        self.take(&mut line, self.limit + 1)?;
        if line.is_empty() {
            self.form = Form::Ended;
            return Ok(());
        }
        if line.len() > self.limit {
            return Err(ReadError::TooLarge(self.lines + 1, self.limit));
        }
        self.parse(&line)
    }

    /// Adds what is missing of a line, up to so many bytes.
    fn take(&mut self, line: &mut Vec<u8>, most: usize) -> io::Result<()> {
        if let Form::Open(reader) | Form::Lines(reader) = &mut self.form
            && line.last() != Some(&b'\n')
        {
            let room = most.saturating_sub(line.len()) as u64;
            reader.by_ref().take(room).read_until(b'\n', line)?;
        }
        Ok(())
    }

    fn parse(&mut self, line: &[u8]) -> Result<(), ReadError> {
        let body = line.strip_suffix(b"\n").unwrap_or(line);
        let parsed = text_of(body).and_then(|text| {
            let is_blank = text.trim_matches(WHITE).is_empty();
            if is_blank { Ok(None) } else { Json::parse(text).map(Some) }
        });
        match parsed {
            Ok(None) => {}
            Ok(Some(json)) => {
                self.ready.extend(self.counts.items(json, self.lines + 1));
                self.is_lines();
            }
            Err(error) if matches!(self.form, Form::Open(_)) && goes_on(line, &error) => {
                return self.values(line);
            }
            Err(error) => {
                let content = Content::NotJson(body.to_vec(), below(error, self.lines, self.bytes));
                let number = self.counts.number(&content);
                self.ready.push_back(Item { line: self.lines + 1, number, content });
                self.is_lines();
            }
        }
        self.lines += 1;
        self.bytes += line.len();
        Ok(())
    }

    fn is_lines(&mut self) {
        self.form = match std::mem::replace(&mut self.form, Form::Ended) {
            Form::Open(reader) => Form::Lines(reader),
            other => other,
        };
    }

    /// From this line on the file is read as values.
    fn values(&mut self, line: &[u8]) -> Result<(), ReadError> {
        let mark = if line.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
        let at = Place { offset: self.bytes + mark, line: self.lines + 1, column: 1 };
        if let Form::Open(reader) = std::mem::replace(&mut self.form, Form::Ended) {
            self.form = Form::Values(Values::new(reader, at, self.limit)?);
        }
        Ok(())
    }
}

/// Whether the text is right as far as it goes: the error stands at its end.
fn goes_on(line: &[u8], error: &JsonError) -> bool {
    let Ok(text) = text_of(line) else { return false };
    error.offset >= text.trim_end_matches(WHITE).len()
}

/// Whether a line of which this is a part begins an array or a document.
fn begins_many(part: &[u8]) -> bool {
    let body = part.strip_prefix(BYTE_ORDER_MARK).unwrap_or(part);
    let text = body.utf8_chunks().next().map_or("", |chunk| chunk.valid());
    text.trim_start_matches(WHITE).starts_with('[') || is_document(text) == Some(true)
}

impl<R: BufRead + Seek> Iterator for Items<R> {
    type Item = Result<Item, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Err(error) = self.fill() {
            self.form = Form::Ended;
            return Some(Err(error));
        }
        self.ready.pop_front().map(Ok)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn of(text: &[u8]) -> Vec<Result<Item, ReadError>> {
        Items::new(Cursor::new(text)).collect()
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
    fn a_value_over_lines_gives_its_items_up_to_an_error() {
        let items = of(b"\xef\xbb\xbf\n[\n{\"customer_id\":\"A\"}\n,{\"customer_id\":\"B\"}]\n");
        assert_eq!(items.iter().map(|item| item.as_ref().unwrap().line).collect::<Vec<_>>(), [3, 4]);
        let items = of(b"\n[\n{\"customer_id\":\"A\"}\n{}]\n");
        assert_eq!(items.len(), 2);
        assert!(items[1].as_ref().unwrap_err().to_string().starts_with("4:1: "), "{items:?}");
    }

    #[test]
    fn a_first_line_that_is_wrong_in_its_middle_does_not_take_the_others_along() {
        let items = of(b"{\"a\" 1}\n{\"customer_id\":\"B\"}\n");
        assert!(matches!(items[0].as_ref().unwrap().content, Content::NotJson(..)) && items.len() == 2);
    }

    #[test]
    fn no_more_is_held_than_the_limit() {
        let too_large = |text: &[u8]| {
            let mut items = Items::with_limit(Cursor::new(text), 10);
            assert!(items.next().unwrap().is_ok());
            let error = items.next().unwrap().unwrap_err();
            assert!(items.next().is_none());
            error.to_string()
        };
        assert!(
            too_large(b"{}\n                      ").starts_with("2: what begins on this line is larger")
        );
        assert!(
            too_large(b"[\n{},\n \n[\"too large\"]]").starts_with("4: what begins on this line is larger")
        );
        let items = Items::with_limit(Cursor::new(b"[\n{},\n\n\n\n\n\n\n\n\n\n\n[\"fits\"]]"), 10);
        assert_eq!(items.map(|item| item.unwrap().line).collect::<Vec<_>>(), [2, 13]);
    }

    #[test]
    fn a_long_first_line_is_read_item_by_item_where_it_holds_many() {
        let name = "ü".repeat(300);
        let people = vec![format!("{{\"n\":\"{name}\"}}"); 4_000].join(",");
        for text in [format!("[{people}, {{]"), format!("{{\"schemas\":[],\"profiles\":[{people}, {{]")] {
            let items = of(text.as_bytes());
            let wrong = text.chars().count();
            let error = items[4_000].as_ref().unwrap_err().to_string();
            assert!(items.len() == 4_001 && error.starts_with(&format!("1:{wrong}: a name")), "{error}");
        }
        let one = format!("{{\"customer_id\":\"A\",\"P\":[{people}]}}\n{{]\n{{}}");
        let items = of(one.as_bytes());
        assert!(
            items.len() == 3 && items[1].as_ref().unwrap().place() == "2:2",
            "a bad line stands for itself"
        );
    }
}
