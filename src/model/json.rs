//! JSON text kept token for token.
//!
//! A [`Json`] is a text that was read once, checked, and stripped of the white space between its tokens. Nothing else is
//! changed: attribute order, number text such as `10.10` or `1E5`, string escapes and spellings stay as they came
//! (docs/API.md, "Token for token"). Values are borrowed pieces of that text, a [`View`].

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

/// How deep arrays and objects may be nested unless the caller says otherwise.
pub const MAX_DEPTH: usize = 100;

/// A checked JSON value, owned, without white space between its tokens. Cloning shares the text.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Json(Arc<str>);

/// A borrowed piece of a [`Json`]: one value.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct View<'a>(&'a str);

impl JsonError {
    /// The same error of a text that begins `by` bytes into `whole`, with its place in `whole`.
    #[must_use]
    pub fn moved(mut self, whole: &str, by: usize) -> Self {
        self.offset += by;
        (self.line, self.column) = position(whole, self.offset);
        if let JsonProblem::DuplicateName { first_offset, first_line, first_column, .. } = &mut self.problem {
            *first_offset += by;
            (*first_line, *first_column) = position(whole, *first_offset);
        }
        self
    }
}

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `null`
    Null,
    /// `true` or `false`
    Boolean,
    /// A number, its text unchanged.
    Number,
    /// A string.
    String,
    /// An array.
    Array,
    /// An object.
    Object,
}

/// Why a text is not JSON that this program can keep, and where. `Display` is one sentence without the place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct JsonError {
    /// What is wrong.
    pub problem: JsonProblem,
    /// Where: an offset in bytes from the start of the text.
    pub offset: usize,
    /// Line, counted from 1.
    pub line: usize,
    /// Column in characters, counted from 1.
    pub column: usize,
}

/// The kinds of trouble a text can have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JsonProblem {
    /// Something else should stand here. `found` is a short description of what does.
    #[error("{expected} was expected here, but there is {found}")]
    Expected {
        /// What could stand here.
        expected: &'static str,
        /// What stands here.
        found: String,
    },
    /// The same name twice in one object (compared without letter case).
    #[error(
        "the name \"{name}\" stands twice in one object; it stands first at line {first_line}, column {first_column}"
    )]
    DuplicateName {
        /// The name as written here.
        name: String,
        /// Where the first one stands, in bytes.
        first_offset: usize,
        /// Line of the first one.
        first_line: usize,
        /// Column of the first one.
        first_column: usize,
    },
    /// `\ud800` without its other half: no text can hold it.
    #[error("half of a surrogate pair (\\ud800 to \\udfff) stands alone; no text can hold it")]
    LoneSurrogate,
    /// An escape that JSON does not know.
    #[error("this is not an escape that JSON knows")]
    BadEscape,
    /// A control character inside a string.
    #[error("a control character must be escaped inside a string")]
    ControlCharacter,
    /// Too deep.
    #[error("arrays and objects are nested deeper than {0} levels (setting: nesting)")]
    TooDeep(usize),
    /// Not UTF-8.
    #[error("this is not UTF-8 text{0}")]
    NotUtf8(&'static str),
}

impl Json {
    /// Reads a text that holds one JSON value, white space around it allowed.
    pub fn parse(text: &str) -> Result<Self, JsonError> {
        Self::parse_with_depth(text, MAX_DEPTH)
    }

    /// The same with another limit for nesting.
    pub fn parse_with_depth(text: &str, max_depth: usize) -> Result<Self, JsonError> {
        let mut reader = Reader::new(text, max_depth);
        reader.value()?;
        reader.white();
        if reader.at < text.len() {
            return Err(reader.expected("the end of the text"));
        }
        Ok(Self(reader.out.into()))
    }

    /// The same for bytes; a UTF-8 byte order mark is accepted, other encodings are named in the error.
    pub fn parse_bytes(bytes: &[u8]) -> Result<Self, JsonError> {
        text_of(bytes).and_then(Self::parse)
    }

    /// Reads the first value of `text` and tells how many bytes it took, white space before it included.
    /// What follows is not looked at.
    pub fn parse_prefix(text: &str) -> Result<(Self, usize), JsonError> {
        let mut reader = Reader::new(text, MAX_DEPTH);
        reader.value()?;
        let at = reader.at;
        Ok((Self(reader.out.into()), at))
    }

    /// A JSON string that holds `text`.
    pub fn string(text: &str) -> Self {
        Self(quoted(text).into())
    }

    /// `null`
    pub fn null() -> Self {
        Self("null".into())
    }

    /// An object of these members, in this order. A name is its token, quotes included.
    pub fn object<'m>(members: impl IntoIterator<Item = (&'m str, View<'m>)>) -> Self {
        let mut out = String::from("{");
        for (name, value) in members {
            if out.len() > 1 {
                out.push(',');
            }
            out.push_str(name);
            out.push(':');
            out.push_str(value.0);
        }
        out.push('}');
        Self(out.into())
    }

    /// An array of these values.
    pub fn array<'m>(values: impl IntoIterator<Item = View<'m>>) -> Self {
        let mut out = String::from("[");
        for value in values {
            if out.len() > 1 {
                out.push(',');
            }
            out.push_str(value.0);
        }
        out.push(']');
        Self(out.into())
    }

    /// The whole value.
    pub fn view(&self) -> View<'_> {
        View(&self.0)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'a> View<'a> {
    /// What it is.
    pub fn kind(self) -> Kind {
        match self.0.as_bytes().first() {
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::Array,
            Some(b'"') => Kind::String,
            Some(b't' | b'f') => Kind::Boolean,
            Some(b'n') | None => Kind::Null,
            Some(_) => Kind::Number,
        }
    }

    /// The text of the value, its tokens unchanged.
    pub fn as_str(self) -> &'a str {
        self.0
    }

    /// Whether it is `null`.
    pub fn is_null(self) -> bool {
        self.kind() == Kind::Null
    }

    /// The text of a string with its escapes resolved; `None` for other kinds.
    pub fn text(self) -> Option<Cow<'a, str>> {
        (self.kind() == Kind::String).then(|| unquoted(self.0))
    }

    /// The members of an object in order; none for other kinds.
    pub fn members(self) -> Members<'a> {
        Members(Pieces::of(self.0, self.kind() == Kind::Object))
    }

    /// The values of an array in order; none for other kinds.
    pub fn elements(self) -> Elements<'a> {
        Elements(Pieces::of(self.0, self.kind() == Kind::Array))
    }

    /// The member with this name, letter case ignored.
    pub fn get(self, name: &str) -> Option<View<'a>> {
        self.members().find(|(key, _)| same_name(key.decoded().as_ref(), name)).map(|(_, value)| value)
    }

    /// An owned copy.
    pub fn to_json(self) -> Json {
        Json(self.0.into())
    }
}

/// The token of a member's name, quotes and escapes as they came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NameToken<'a>(&'a str);

impl<'a> NameToken<'a> {
    /// The token, quotes included.
    pub fn as_str(self) -> &'a str {
        self.0
    }

    /// The name with its escapes resolved.
    pub fn decoded(self) -> Cow<'a, str> {
        unquoted(self.0)
    }
}

/// The members of an object: name token and value.
pub struct Members<'a>(Pieces<'a>);

impl<'a> Iterator for Members<'a> {
    type Item = (NameToken<'a>, View<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let name = self.0.next()?;
        let value = self.0.next()?;
        Some((NameToken(name), View(value)))
    }
}

/// The values of an array.
pub struct Elements<'a>(Pieces<'a>);

impl<'a> Iterator for Elements<'a> {
    type Item = View<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(View)
    }
}

/// Cuts the inside of a checked, white-space-free array or object into its values.
struct Pieces<'a> {
    rest: &'a str,
}

impl<'a> Pieces<'a> {
    fn of(text: &'a str, is_container: bool) -> Self {
        Self { rest: if is_container { &text[1..text.len() - 1] } else { "" } }
    }

    fn next(&mut self) -> Option<&'a str> {
        if self.rest.is_empty() {
            return None;
        }
        let end = value_end(self.rest.as_bytes());
        let piece = &self.rest[..end];
        self.rest = self.rest.get(end + 1..).unwrap_or("");
        Some(piece)
    }
}

/// Where the first value of a checked text ends.
fn value_end(bytes: &[u8]) -> usize {
    let mut depth = 0usize;
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => {
                at = string_end(bytes, at);
                if depth == 0 {
                    return at;
                }
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            b',' | b':' if depth == 0 => return at,
            _ => {}
        }
        at += 1;
    }
    at
}

/// The offset behind the closing quote of the string that opens at `at`.
fn string_end(bytes: &[u8], mut at: usize) -> usize {
    at += 1;
    while let Some(step) = memchr::memchr2(b'"', b'\\', bytes.get(at..).unwrap_or_default()) {
        at += step;
        if bytes[at] == b'"' {
            return at + 1;
        }
        at += 2;
    }
    bytes.len()
}

/// Whether two names mean the same attribute or extension: letter case does not count (docs/API.md, "Names").
pub fn same_name(a: &str, b: &str) -> bool {
    a == b || a.eq_ignore_ascii_case(b) || (!(a.is_ascii() && b.is_ascii()) && folded(a) == folded(b))
}

/// The form under which a name is compared.
pub fn folded(name: &str) -> String {
    name.to_lowercase()
}

/// `text` as a JSON string token.
pub fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default() // a str always serialises
}

fn unquoted(token: &str) -> Cow<'_, str> {
    let inner = token.get(1..token.len().saturating_sub(1)).unwrap_or("");
    if memchr::memchr(b'\\', inner.as_bytes()).is_none() {
        return Cow::Borrowed(inner);
    }
    Cow::Owned(serde_json::from_str(token).unwrap_or_default()) // checked when it was read
}

/// The text of bytes that claim to be UTF-8; names UTF-16 when it sees it.
pub fn text_of(bytes: &[u8]) -> Result<&str, JsonError> {
    let at = |offset, hint| JsonError { problem: JsonProblem::NotUtf8(hint), offset, line: 1, column: 1 };
    match bytes {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, b'{' | b'[', ..] | [b'{' | b'[', 0, ..] => {
            return Err(at(0, "; it looks like UTF-16: save it as UTF-8"));
        }
        _ => {}
    }
    let body = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    std::str::from_utf8(body).map_err(|error| {
        let good = std::str::from_utf8(&body[..error.valid_up_to()]).unwrap_or_default();
        let (line, column) = position(good, good.len());
        JsonError { problem: JsonProblem::NotUtf8(""), offset: error.valid_up_to(), line, column }
    })
}

/// Line and column (in characters), both from 1, of a byte offset.
pub fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = &text.as_bytes()[..offset.min(text.len())];
    let line = memchr::memchr_iter(b'\n', before).count() + 1;
    let start = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
    let column = before[start..].iter().filter(|byte| (**byte & 0xc0) != 0x80).count() + 1;
    (line, column)
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
        let found = match self.text[self.at..].chars().next() {
            None => "the end of the text".to_owned(),
            Some('"') => "a string".to_owned(),
            Some(c) if c.is_control() => format!("the character U+{:04X}", u32::from(c)),
            Some(c) => format!("`{c}`"),
        };
        self.error(JsonProblem::Expected { expected, found }, self.at)
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

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for View<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl fmt::Debug for View<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str) -> (JsonProblem, usize, usize) {
        let error = Json::parse(text).unwrap_err();
        (error.problem, error.line, error.column)
    }

    #[test]
    fn only_white_space_goes() {
        let text = " { \"a\" : [ 10.10 , 1E5 , -0 , 9223372036854775808 , 1e400 ] , \"\\u0062\" : \"\\/ \\ud83d\\ude00\" } ";
        let json = Json::parse(text).unwrap();
        assert_eq!(
            json.as_str(),
            r#"{"a":[10.10,1E5,-0,9223372036854775808,1e400],"\u0062":"\/ \ud83d\ude00"}"#
        );
        assert_eq!(json.view().get("B").unwrap().text().unwrap(), "/ 😀");
        assert_eq!(
            json.view().get("a").unwrap().elements().map(View::as_str).collect::<Vec<_>>().join(" "),
            "10.10 1E5 -0 9223372036854775808 1e400"
        );
    }

    #[test]
    fn trouble_has_a_place() {
        assert!(matches!(
            problem("{\"a\":1,\n \"A\":2}"),
            (JsonProblem::DuplicateName { first_line: 1, first_column: 2, .. }, 2, 2)
        ));
        assert_eq!(problem(r#"["\ud800"]"#).0, JsonProblem::LoneSurrogate);
        assert_eq!(problem(r#"["\ud800\u0041"]"#).0, JsonProblem::LoneSurrogate);
        assert!(matches!(problem("[1,]"), (JsonProblem::Expected { expected: "a value", .. }, 1, 4)));
        assert!(matches!(problem("[01]"), (JsonProblem::Expected { .. }, 1, 3)));
        assert_eq!(problem("[\"a\tb\"]").0, JsonProblem::ControlCharacter);
        assert!(matches!(
            problem("{\"a\":1} x").0,
            JsonProblem::Expected { expected: "the end of the text", .. }
        ));
        assert_eq!(problem(&"[".repeat(100_000)).0, JsonProblem::TooDeep(MAX_DEPTH));
        assert!(matches!(Json::parse_bytes(b"\xff\xfe{\0").unwrap_err().problem, JsonProblem::NotUtf8(_)));
        assert!(matches!(Json::parse_bytes(b"[\"\xe9\"]").unwrap_err().problem, JsonProblem::NotUtf8("")));
    }

    #[test]
    fn many_names_in_one_object_are_compared_too() {
        let mut text: String = (0..40).fold("{".to_owned(), |text, n| format!("{text}\"n{n}\":{n},"));
        text.push_str("\"N7\":0}");
        assert!(matches!(problem(&text).0, JsonProblem::DuplicateName { .. }));
    }
}
