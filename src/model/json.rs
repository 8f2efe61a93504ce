//! JSON text kept token for token.
//!
//! A [`Json`] is a text that was read once, checked, and stripped of the white space between its tokens. Nothing else is
//! changed: attribute order, number text such as `10.10` or `1E5`, string escapes and spellings stay as they came
//! (docs/API.md, "Token for token"). Values are borrowed pieces of that text, a [`View`].

mod error;
mod pretty;
mod reader;
mod scan;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

pub use error::{JsonError, JsonProblem, found, position, text_of};
pub use pretty::pretty;

/// How deep arrays and objects may be nested unless the caller says otherwise.
pub const MAX_DEPTH: usize = 100;

/// A checked JSON value, owned, without white space between its tokens. Cloning shares the text.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Json(Arc<str>);

/// A checked text that is only borrowed, where there is no white space to leave out: for who keeps a part of it, or none.
pub struct Checked<'a>(Cow<'a, str>);

/// A borrowed piece of a [`Json`]: one value.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct View<'a>(&'a str);

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

impl Json {
    /// Reads a text that holds one JSON value, white space around it allowed.
    pub fn parse(text: &str) -> Result<Self, JsonError> {
        Self::parse_with_depth(text, MAX_DEPTH)
    }

    /// The same with another limit for nesting.
    pub fn parse_with_depth(text: &str, max_depth: usize) -> Result<Self, JsonError> {
        Checked::parse_with_depth(text, max_depth).map(|Checked(tokens)| Self(tokens.as_ref().into()))
    }

    /// The same for bytes; a UTF-8 byte order mark is accepted, other encodings are named in the error.
    pub fn parse_bytes(bytes: &[u8]) -> Result<Self, JsonError> {
        text_of(bytes).and_then(Self::parse)
    }

    /// Reads the first value of `text` and tells how many bytes it took, white space before it included.
    /// What follows is not looked at.
    pub fn parse_prefix(text: &str) -> Result<(Self, usize), JsonError> {
        reader::prefix(text, MAX_DEPTH).map(|(tokens, taken)| (Self(tokens.as_ref().into()), taken))
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

impl<'a> Checked<'a> {
    /// Reads a text as [`Json::parse_with_depth`] does.
    pub fn parse_with_depth(text: &'a str, max_depth: usize) -> Result<Self, JsonError> {
        reader::whole(text, max_depth).map(Self)
    }

    /// The whole value.
    pub fn view(&self) -> View<'_> {
        View(&self.0)
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

    /// An object with one member set (in its place, or last), or taken away with `None`; all others as they are.
    #[must_use]
    pub fn with(self, name: &str, value: Option<View<'_>>) -> Json {
        let fresh = quoted(name);
        let mut members: Vec<(&str, View<'_>)> = Vec::new();
        let mut met = false;
        for (key, old) in self.members() {
            if !same_name(&key.decoded(), name) {
                members.push((key.as_str(), old));
            } else if let Some(value) = value {
                met = true;
                members.push((key.as_str(), value));
            }
        }
        if let Some(value) = value.filter(|_| !met) {
            members.push((&fresh, value));
        }
        Json::object(members)
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
    match bytes.first() {
        Some(b'"') => string_end(bytes, 0),
        Some(b'{' | b'[') => container_end(bytes),
        _ => bytes.iter().position(|byte| *byte == b',').unwrap_or(bytes.len()),
    }
}

/// Where the array or object with which a checked text begins ends.
fn container_end(bytes: &[u8]) -> usize {
    let (mut at, mut depth) = (0, 0_usize);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => {
                at = string_end(bytes, at);
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += 1;
        if depth == 0 {
            break;
        }
    }
    at
}

/// The offset behind the closing quote of the string that opens at `at`.
fn string_end(bytes: &[u8], at: usize) -> usize {
    let mut at = scan::special(bytes, at + 1);
    while bytes.get(at) == Some(&b'\\') {
        at = scan::special(bytes, at + 2);
    }
    bytes.len().min(at + 1)
}

/// Whether two names mean the same attribute or extension: letter case does not count (docs/API.md, "Names").
#[inline]
pub fn same_name(a: &str, b: &str) -> bool {
    let (one, other) = (a.as_bytes(), b.as_bytes());
    if differ(one.first(), other.first()) || differ(one.last(), other.last()) {
        return false;
    }
    a.eq_ignore_ascii_case(b) || same_folded(a, b)
}

fn same_folded(a: &str, b: &str) -> bool {
    !(a.is_ascii() && b.is_ascii()) && folded(a) == folded(b)
}

/// Whether two letters tell already that the names which begin, or end, with them differ.
#[inline]
fn differ(a: Option<&u8>, b: Option<&u8>) -> bool {
    a.zip(b).is_some_and(|(a, b)| a.is_ascii() && b.is_ascii() && !a.eq_ignore_ascii_case(b))
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
    if scan::special(inner.as_bytes(), 0) == inner.len() {
        return Cow::Borrowed(inner);
    }
    Cow::Owned(serde_json::from_str(token).unwrap_or_default()) // checked when it was read
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
mod tests;
