//! The one reader: checks a text and gives its tokens.

use super::error::{JsonError, JsonProblem, found, position};
use super::scan::special;
use super::{folded, same_name, unquoted};
use std::borrow::Cow;
use std::collections::HashMap;

/// Reads a text that holds one value, white space around it allowed; gives its tokens.
pub fn whole(text: &str, max_depth: usize) -> Result<Cow<'_, str>, JsonError> {
    let mut reader = Reader::new(text, max_depth);
    reader.value()?;
    let end = reader.at;
    reader.step_over_white();
    if reader.at < text.len() {
        return Err(reader.expected("the end of the text"));
    }
    Ok(reader.tokens(end))
}

/// Reads the first value of a text; gives its tokens and how many bytes were read.
pub fn prefix(text: &str, max_depth: usize) -> Result<(Cow<'_, str>, usize), JsonError> {
    let mut reader = Reader::new(text, max_depth);
    reader.value()?;
    let end = reader.at;
    Ok((reader.tokens(end), end))
}

/// The one reader: checks, and copies where white space is left out. It keeps its own stack, so depth costs no call stack.
struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    /// The tokens up to `copied`, which is where those begin that are not copied yet.
    out: String,
    copied: usize,
    max_depth: usize,
    /// The names met so far in the objects that are open, each with its place.
    names: Vec<(Cow<'a, str>, usize)>,
}

/// An open array, or an open object with its names.
enum Open {
    Array,
    Object(Names),
}

/// The names of one object: few are compared one by one, the others are found in a map.
struct Names {
    /// Where its names begin among those of all open objects.
    from: usize,
    rest: HashMap<String, usize>,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str, max_depth: usize) -> Self {
        let (out, names) = (String::new(), Vec::new());
        Self { text, bytes: text.as_bytes(), at: 0, out, copied: 0, max_depth, names }
    }

    /// The tokens up to `end`; a text without white space between them is not copied.
    fn tokens(mut self, end: usize) -> Cow<'a, str> {
        let rest = &self.text[self.copied..end];
        if self.out.is_empty() {
            return Cow::Borrowed(rest);
        }
        self.out.push_str(rest);
        Cow::Owned(self.out)
    }

    fn error(&self, problem: JsonProblem, offset: usize) -> JsonError {
        let (line, column) = position(self.text, offset);
        JsonError { problem, offset, line, column }
    }

    fn expected(&self, expected: &'static str) -> JsonError {
        self.error(JsonProblem::Expected { expected, found: found(&self.text[self.at..]) }, self.at)
    }

    /// Steps over white space; the tokens before it are copied.
    fn leave_out_white(&mut self) {
        self.out.push_str(&self.text[self.copied..self.at]);
        self.step_over_white();
        self.copied = self.at;
    }

    fn step_over_white(&mut self) {
        while matches!(self.bytes.get(self.at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn peek(&mut self) -> Option<u8> {
        if matches!(self.bytes.get(self.at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.leave_out_white();
        }
        self.bytes.get(self.at).copied()
    }

    /// Reads one value with everything in it.
    fn value(&mut self) -> Result<(), JsonError> {
        let mut stack: Vec<Open> = Vec::new();
        'value: loop {
            if self.scalar_or_open(&mut stack)? {
                continue 'value; // a container with content was opened: its first value follows
            }
            // A value is complete: close what ends here, or go on to the next one.
            loop {
                let Some(open) = stack.last_mut() else { return Ok(()) };
                let is_array = matches!(open, Open::Array);
                match self.peek() {
                    Some(b',') => {
                        self.at += 1;
                        if !is_array {
                            self.name(&mut stack)?;
                        }
                        continue 'value;
                    }
                    Some(b']') if is_array => self.at += 1,
                    Some(b'}') if !is_array => self.at += 1,
                    _ => return Err(self.expected(if is_array { "`,` or `]`" } else { "`,` or `}`" })),
                }
                if let Some(Open::Object(names)) = stack.pop() {
                    self.names.truncate(names.from);
                }
            }
        }
    }

    /// Reads a scalar or an empty container (`false`), or opens a container and stands before its first value (`true`).
    fn scalar_or_open(&mut self, stack: &mut Vec<Open>) -> Result<bool, JsonError> {
        match self.peek() {
            Some(b'{') => {
                self.open(stack)?;
                if self.peek() == Some(b'}') {
                    self.at += 1;
                    return Ok(false);
                }
                stack.push(Open::Object(Names { from: self.names.len(), rest: HashMap::new() }));
                self.name(stack)?;
                Ok(true)
            }
            Some(b'[') => {
                self.open(stack)?;
                if self.peek() == Some(b']') {
                    self.at += 1;
                    return Ok(false);
                }
                stack.push(Open::Array);
                Ok(true)
            }
            Some(b'"') => self.string().map(|_| false),
            Some(b'-' | b'0'..=b'9') => self.number().map(|()| false),
            Some(_) => self.word().map(|()| false),
            None => Err(self.expected("a value")),
        }
    }

    fn open(&mut self, stack: &[Open]) -> Result<(), JsonError> {
        if stack.len() >= self.max_depth {
            return Err(self.error(JsonProblem::TooDeep(self.max_depth), self.at));
        }
        self.at += 1;
        Ok(())
    }

    fn name(&mut self, stack: &mut [Open]) -> Result<(), JsonError> {
        if self.peek() != Some(b'"') {
            return Err(self.expected("a name in double quotes"));
        }
        let start = self.at;
        let name = unquoted(self.string()?);
        if let Some(Open::Object(names)) = stack.last_mut()
            && let Some(first) = self.met(names, name, start)
        {
            let name = unquoted(&self.text[start..self.at]).into_owned();
            let (first_line, first_column) = position(self.text, first);
            return Err(self.error(
                JsonProblem::DuplicateName { name, first_offset: first, first_line, first_column },
                start,
            ));
        }
        if self.peek() != Some(b':') {
            return Err(self.expected("`:`"));
        }
        self.at += 1;
        Ok(())
    }

    /// Notes a name; where its object has it already, says where.
    fn met(&mut self, names: &mut Names, name: Cow<'a, str>, at: usize) -> Option<usize> {
        const FEW: usize = 16;
        let met = &self.names[names.from..];
        if met.len() < FEW {
            let first = met.iter().find(|(met, _)| same_name(met, &name)).map(|(_, first)| *first);
            self.names.push((name, at));
            return first;
        }
        if names.rest.is_empty() {
            names.rest = met.iter().map(|(name, at)| (folded(name), *at)).collect();
        }
        names.rest.insert(folded(&name), at)
    }

    fn word(&mut self) -> Result<(), JsonError> {
        for word in ["true", "false", "null"] {
            if self.text[self.at..].starts_with(word) {
                self.at += word.len();
                return Ok(());
            }
        }
        Err(self.expected("a value"))
    }

    fn digits(&mut self) -> Result<(), JsonError> {
        if !matches!(self.bytes.get(self.at), Some(b'0'..=b'9')) {
            return Err(self.expected("a digit"));
        }
        while matches!(self.bytes.get(self.at), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        Ok(())
    }

    fn number(&mut self) -> Result<(), JsonError> {
        if self.bytes[self.at] == b'-' {
            self.at += 1;
        }
        if self.bytes.get(self.at) == Some(&b'0') {
            self.at += 1;
            if matches!(self.bytes.get(self.at), Some(b'0'..=b'9')) {
                return Err(self.expected("no digit after a leading 0"));
            }
        } else {
            self.digits()?;
        }
        if self.bytes.get(self.at) == Some(&b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.bytes.get(self.at), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.bytes.get(self.at), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(())
    }

    fn string(&mut self) -> Result<&'a str, JsonError> {
        let start = self.at;
        self.at += 1;
        loop {
            self.at = special(self.bytes, self.at);
            match self.bytes.get(self.at) {
                None => return Err(self.expected("`\"`, the end of the string that opens here or before,")),
                Some(b'"') => break,
                Some(b'\\') => self.escape()?,
                Some(_) => return Err(self.error(JsonProblem::ControlCharacter, self.at)),
            }
        }
        self.at += 1;
        Ok(&self.text[start..self.at])
    }

    fn escape(&mut self) -> Result<(), JsonError> {
        let start = self.at;
        match self.bytes.get(self.at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 2,
            Some(b'u') => {
                let unit = self.hex(start)?;
                self.at += 6;
                if (0xdc00..0xe000).contains(&unit) {
                    return Err(self.error(JsonProblem::LoneSurrogate, start));
                }
                if (0xd800..0xdc00).contains(&unit) {
                    let low =
                        self.bytes[self.at..].starts_with(b"\\u").then(|| self.hex(self.at)).transpose()?;
                    if !low.is_some_and(|low| (0xdc00..0xe000).contains(&low)) {
                        return Err(self.error(JsonProblem::LoneSurrogate, start));
                    }
                    self.at += 6;
                }
            }
            _ => return Err(self.error(JsonProblem::BadEscape, start)),
        }
        Ok(())
    }

    fn hex(&self, escape: usize) -> Result<u32, JsonError> {
        self.bytes
            .get(escape + 2..escape + 6)
            .filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u32::from_str_radix(digits, 16).ok())
            .ok_or_else(|| self.error(JsonProblem::BadEscape, escape))
    }
}
