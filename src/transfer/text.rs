//! The text of a file, read piece by piece: what of it was not taken yet, and where that stands.

use super::lines::ReadError;
use crate::model::json::{Json, JsonError, JsonProblem, found};
use std::io::{Read, Seek, SeekFrom};

/// How much is read at once, at least.
pub(super) const PIECE: usize = 1 << 20;

/// How much of a text is looked at for a value at first; most are smaller.
const VALUE: usize = 4 << 10;

/// No error stands farther before the end of a text that is cut off there: `\ud83d\ude00` is the longest that is read as one.
const CUT: usize = 12;

/// A place in a file: bytes before it, line and column from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub offset: usize,
    pub line: usize,
    pub column: usize,
}

impl Place {
    /// That of a file's first character.
    pub const START: Self = Self { offset: 0, line: 1, column: 1 };

    /// The place behind a text that begins here.
    fn behind(self, text: &str) -> Self {
        let bytes = text.as_bytes();
        let breaks = memchr::memchr_iter(b'\n', bytes).count();
        let line = &text[memchr::memrchr(b'\n', bytes).map_or(0, |at| at + 1)..];
        let column = line.chars().count() + if breaks == 0 { self.column } else { 1 };
        Self { offset: self.offset + text.len(), line: self.line + breaks, column }
    }

    /// An error of a text that begins here, with its place in the file.
    pub fn of(self, mut error: JsonError) -> JsonError {
        let moved = |offset: &mut usize, line: &mut usize, column: &mut usize| {
            *offset += self.offset;
            *column += if *line == 1 { self.column - 1 } else { 0 };
            *line += self.line - 1;
        };
        moved(&mut error.offset, &mut error.line, &mut error.column);
        if let JsonProblem::DuplicateName { first_offset, first_line, first_column, .. } = &mut error.problem
        {
            moved(first_offset, first_line, first_column);
        }
        error
    }

    pub fn error(self, problem: JsonProblem) -> JsonError {
        JsonError { problem, offset: self.offset, line: self.line, column: self.column }
    }
}

/// A text of which a piece is held: as much as a value needs.
pub(super) struct Text<R> {
    reader: R,
    /// The largest value, in bytes.
    limit: usize,
    /// How much is read at once, at least.
    piece: usize,
    held: String,
    /// How much of what is held was taken.
    taken: usize,
    at: Place,
    /// The first bytes of a character whose others were not read yet.
    begun: Vec<u8>,
    ended: bool,
}

/// What a text begins with, white space before it included.
enum Begins {
    /// A value, and how many bytes it takes.
    With(Json, usize),
    /// A part of one.
    Cut,
    Wrong(JsonError),
}

impl<R: Read + Seek> Text<R> {
    /// The text of `reader` from its byte `at` on.
    pub fn new(reader: R, at: Place, limit: usize, piece: usize) -> Result<Self, ReadError> {
        let (held, begun) = (String::new(), Vec::new());
        let mut text = Self { reader, limit, piece, held, taken: 0, at, begun, ended: false };
        text.go_to(at)?;
        Ok(text)
    }

    /// Where what was not taken yet begins.
    pub fn place(&self) -> Place {
        self.at
    }

    /// Goes back, or on, to a place where it was.
    pub fn go_to(&mut self, at: Place) -> Result<(), ReadError> {
        self.reader.seek(SeekFrom::Start(at.offset as u64))?;
        self.held.clear();
        self.begun.clear();
        (self.taken, self.at, self.ended) = (0, at, false);
        Ok(())
    }

    fn rest(&self) -> &str {
        &self.held[self.taken..]
    }

    fn take(&mut self, bytes: usize) {
        self.at = self.at.behind(&self.held[self.taken..self.taken + bytes]);
        self.taken += bytes;
    }

    /// Reads on; `false` at the end of the file.
    fn more(&mut self) -> Result<bool, ReadError> {
        if self.ended {
            return Ok(false);
        }
        if self.held.len() - self.taken > self.limit {
            return Err(ReadError::TooLarge(self.at.line, self.limit));
        }
        self.held.drain(..self.taken);
        self.taken = 0;
        let mut bytes = std::mem::take(&mut self.begun);
        let piece = self.piece.max(self.held.len());
        let count = self.reader.by_ref().take(piece as u64).read_to_end(&mut bytes)?;
        self.ended = count == 0;
        self.add(&bytes)?;
        Ok(count > 0)
    }

    /// Holds what is text of these bytes; a character that is cut off waits for the next ones.
    fn add(&mut self, bytes: &[u8]) -> Result<(), ReadError> {
        let Err(error) = std::str::from_utf8(bytes).map(|text| self.held.push_str(text)) else {
            return Ok(());
        };
        let (text, rest) = bytes.split_at(error.valid_up_to());
        self.held.push_str(std::str::from_utf8(text).unwrap_or_default()); // it is text so far
        if error.error_len().is_some() || self.ended {
            let place = self.at.behind(self.rest());
            return Err(ReadError::Json(place.error(JsonProblem::NotUtf8(""))));
        }
        self.begun = rest.to_vec();
        Ok(())
    }

    /// The next character behind any white space, which is taken; `None` at the end. And whether a line ended before it.
    pub fn peek(&mut self) -> Result<(Option<char>, bool), ReadError> {
        let mut broken = false;
        loop {
            let rest = self.rest();
            let is_white = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
            let white = rest.as_bytes().iter().take_while(|byte| is_white(byte)).count();
            broken |= rest[..white].contains('\n');
            self.take(white);
            let next = self.rest().chars().next();
            if next.is_some() || !self.more()? {
                return Ok((next, broken));
            }
        }
    }

    /// Takes the character that stands next.
    pub fn take_one(&mut self) {
        self.take(self.rest().chars().next().map_or(0, char::len_utf8));
    }

    /// The error that something else should stand here.
    pub fn expected(&self, expected: &'static str) -> ReadError {
        let problem = JsonProblem::Expected { expected, found: found(self.rest()) };
        ReadError::Json(self.at.error(problem))
    }

    /// Takes a value.
    pub fn value(&mut self) -> Result<Json, ReadError> {
        loop {
            match begins(self.rest(), self.ended) {
                Begins::With(json, bytes) if bytes <= self.limit => {
                    self.take(bytes);
                    return Ok(json);
                }
                Begins::Wrong(error) => return Err(ReadError::Json(self.at.of(error))),
                _ if self.held.len() - self.taken > self.limit => {
                    return Err(ReadError::TooLarge(self.at.line, self.limit));
                }
                _ => drop(self.more()?),
            }
        }
    }

    /// What `judge` makes of what follows as soon as it is enough for it; `None` where there is no more, or too much.
    pub fn ahead<T>(&mut self, judge: impl Fn(&str) -> Option<T>) -> Result<Option<T>, ReadError> {
        loop {
            let judged = judge(self.rest());
            if judged.is_some() || self.held.len() - self.taken > self.limit || !self.more()? {
                return Ok(judged);
            }
        }
    }
}

/// Reads a little of the text first: what a value takes is set aside for it.
fn begins(text: &str, is_all: bool) -> Begins {
    let mut size = VALUE;
    loop {
        let part = &text[..text.floor_char_boundary(size)];
        let whole = part.len() == text.len() && is_all;
        match Json::parse_prefix(part) {
            Ok((json, taken)) if taken < part.len() || whole => return Begins::With(json, taken),
            Err(error) if error.offset + CUT < part.len() || whole => return Begins::Wrong(error),
            _ if part.len() == text.len() => return Begins::Cut,
            _ => size *= 4,
        }
    }
}

/// Why nothing can be taken from the beginning of a text.
pub(super) enum Unlike {
    /// The text ends too early to tell.
    Cut,
    /// Something else stands there.
    Wrong,
}

/// The value that a text begins with, and what follows it.
pub(super) fn prefix(text: &str) -> Result<(Json, &str), Unlike> {
    match begins(text, false) {
        Begins::With(json, taken) => Ok((json, &text[taken..])),
        Begins::Cut => Err(Unlike::Cut),
        Begins::Wrong(_) => Err(Unlike::Wrong),
    }
}

/// What follows a character that stands next.
pub(super) fn behind(wanted: char, text: &str) -> Result<&str, Unlike> {
    let text = text.trim_start_matches(super::read::WHITE);
    match text.strip_prefix(wanted) {
        Some(rest) => Ok(rest),
        None => Err(if text.is_empty() { Unlike::Cut } else { Unlike::Wrong }),
    }
}
