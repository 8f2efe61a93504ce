//! The one reader: checks a text and copies its tokens.

use super::error::{JsonError, JsonProblem, found, position};
use super::{folded, unquoted};

/// Reads a text that holds one value, white space around it allowed; gives its tokens.
pub fn whole(text: &str, max_depth: usize) -> Result<String, JsonError> {
    let mut reader = Reader::new(text, max_depth);
    reader.value()?;
    reader.white();
    if reader.at < text.len() {
        return Err(reader.expected("the end of the text"));
    }
    Ok(reader.out)
}

/// Reads the first value of a text; gives its tokens and how many bytes were read.
pub fn prefix(text: &str, max_depth: usize) -> Result<(String, usize), JsonError> {
    let mut reader = Reader::new(text, max_depth);
    reader.value()?;
    Ok((reader.out, reader.at))
}

/// The one reader: checks and copies. It keeps its own stack, so depth costs no call stack.
struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    out: String,
    max_depth: usize,
}

/// An open array, or an open object with the names met so far and where they stand.
enum Open {
    Array,
    Object(Names),
}

/// Names of one object; few are compared one by one, many through a set.
#[derive(Default)]
struct Names {
    met: Vec<(String, usize)>,
    index: std::collections::HashMap<String, usize>,
}

impl Names {
    fn add(&mut self, name: String, at: usize) -> Option<usize> {
        const FEW: usize = 16;
        if self.met.len() < FEW {
            if let Some((_, first)) = self.met.iter().find(|(met, _)| *met == name) {
                return Some(*first);
            }
            self.met.push((name, at));
            return None;
        }
        if self.index.is_empty() {
            self.index = self.met.iter().cloned().collect();
        }
        self.index.insert(name, at)
    }
}

impl<'a> Reader<'a> {
    fn new(text: &'a str, max_depth: usize) -> Self {
        Self { text, bytes: text.as_bytes(), at: 0, out: String::with_capacity(text.len()), max_depth }
    }

    fn error(&self, problem: JsonProblem, offset: usize) -> JsonError {
        let (line, column) = position(self.text, offset);
        JsonError { problem, offset, line, column }
    }

    fn expected(&self, expected: &'static str) -> JsonError {
        self.error(JsonProblem::Expected { expected, found: found(&self.text[self.at..]) }, self.at)
    }

    fn white(&mut self) {
        while matches!(self.bytes.get(self.at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn peek(&mut self) -> Option<u8> {
        self.white();
        self.bytes.get(self.at).copied()
    }

    fn take(&mut self) {
        self.out.push(char::from(self.bytes[self.at]));
        self.at += 1;
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
                        self.take();
                        if !is_array {
                            self.name(&mut stack)?;
                        }
                        continue 'value;
                    }
                    Some(b']') if is_array => self.take(),
                    Some(b'}') if !is_array => self.take(),
                    _ => return Err(self.expected(if is_array { "`,` or `]`" } else { "`,` or `}`" })),
                }
                stack.pop();
            }
        }
    }

    /// Reads a scalar or an empty container (`false`), or opens a container and stands before its first value (`true`).
    fn scalar_or_open(&mut self, stack: &mut Vec<Open>) -> Result<bool, JsonError> {
        match self.peek() {
            Some(b'{') => {
                self.open(stack)?;
                if self.peek() == Some(b'}') {
                    self.take();
                    return Ok(false);
                }
                stack.push(Open::Object(Names::default()));
                self.name(stack)?;
                Ok(true)
            }
            Some(b'[') => {
                self.open(stack)?;
                if self.peek() == Some(b']') {
                    self.take();
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
        self.take();
        Ok(())
    }

    fn name(&mut self, stack: &mut [Open]) -> Result<(), JsonError> {
        if self.peek() != Some(b'"') {
            return Err(self.expected("a name in double quotes"));
        }
        let start = self.at;
        let token = self.string()?;
        let name = unquoted(token).into_owned();
        if let Some(Open::Object(names)) = stack.last_mut()
            && let Some(first) = names.add(folded(&name), start)
        {
            let (first_line, first_column) = position(self.text, first);
            return Err(self.error(
                JsonProblem::DuplicateName { name, first_offset: first, first_line, first_column },
                start,
            ));
        }
        if self.peek() != Some(b':') {
            return Err(self.expected("`:`"));
        }
        self.take();
        Ok(())
    }

    fn word(&mut self) -> Result<(), JsonError> {
        for word in ["true", "false", "null"] {
            if self.text[self.at..].starts_with(word) {
                self.out.push_str(word);
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
        let start = self.at;
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
        self.out.push_str(&self.text[start..self.at]);
        Ok(())
    }

    fn string(&mut self) -> Result<&'a str, JsonError> {
        let start = self.at;
        self.at += 1;
        loop {
            match self.bytes.get(self.at) {
                None => return Err(self.expected("`\"`, the end of the string that opens here or before,")),
                Some(b'"') => break,
                Some(b'\\') => self.escape()?,
                Some(..0x20) => return Err(self.error(JsonProblem::ControlCharacter, self.at)),
                Some(_) => self.at += 1,
            }
        }
        self.at += 1;
        let token = &self.text[start..self.at];
        self.out.push_str(token);
        Ok(token)
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
