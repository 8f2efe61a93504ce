//! The tokens of a JSON text without white space, one after the other, without a judgement of it: for bodies that were checked
//! when they were accepted. Any text gives some tokens.

use std::borrow::Cow;

/// A token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token<'a> {
    /// `{` or `[`
    Open(u8),
    /// `}` or `]`
    Close,
    /// The name of a member.
    Name(Scalar<'a>),
    /// A value that is neither object nor array.
    Value(Scalar<'a>),
}

/// The token of a name or a value: a string with its quotes, a number, `true`, `false` or `null`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scalar<'a> {
    /// As it stands there.
    pub token: &'a str,
    kind: Kind,
}

/// How much of a token is as it looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Only ASCII, no escapes.
    Plain,
    /// No escapes.
    Letters,
    /// A string with escapes.
    Escaped,
}

impl<'a> Scalar<'a> {
    /// What a string says.
    pub fn string(self) -> Option<Cow<'a, str>> {
        self.token.starts_with('"').then(|| self.text())
    }

    /// What it says: a string without quotes and escapes, others as they stand; nothing for `null`.
    pub fn text(self) -> Cow<'a, str> {
        if self.kind == Kind::Escaped {
            return Cow::Owned(serde_json::from_str(self.token).unwrap_or_default()); // checked when it was accepted
        }
        let inner = self.token.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        Cow::Borrowed(inner.unwrap_or(if self.token == "null" { "" } else { self.token }))
    }

    /// Whether it is known that what it says is all ASCII.
    pub fn is_plain(self) -> bool {
        self.kind == Kind::Plain
    }
}

/// Gives the tokens of a text.
pub struct Tokens<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Tokens<'a> {
    /// Those of this text.
    pub fn of(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    fn string(&mut self, from: usize) -> Token<'a> {
        let (end, kind) = string_end(self.text.as_bytes(), from);
        let scalar = Scalar { token: self.text.get(from..end).unwrap_or_default(), kind };
        let is_name = self.text.as_bytes().get(end) == Some(&b':');
        self.at = end + usize::from(is_name);
        if is_name { Token::Name(scalar) } else { Token::Value(scalar) }
    }

    fn bare(&mut self, from: usize) -> Token<'a> {
        let rest = &self.text.as_bytes()[from..];
        let length = rest.iter().position(|byte| b",]}".contains(byte)).unwrap_or(rest.len());
        self.at = from + length;
        Token::Value(Scalar { token: self.text.get(from..self.at).unwrap_or_default(), kind: Kind::Letters })
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    #[inline]
    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            let at = self.at;
            let byte = *self.text.as_bytes().get(at)?;
            self.at += 1;
            return Some(match byte {
                b',' | b':' => continue,
                b'{' | b'[' => Token::Open(byte),
                b'}' | b']' => Token::Close,
                b'"' => self.string(at),
                _ => self.bare(at),
            });
        }
    }
}

/// The offset behind the string that opens at `from`.
pub fn end_of_string(bytes: &[u8], from: usize) -> usize {
    string_end(bytes, from).0
}

fn string_end(bytes: &[u8], from: usize) -> (usize, Kind) {
    let (mut at, mut escaped, mut letters) = (from + 1, false, 0);
    loop {
        at += before_mark(bytes.get(at..).unwrap_or_default(), &mut letters);
        let end = match bytes.get(at) {
            Some(b'"') => at + 1,
            Some(_) => {
                escaped = true;
                at += 2;
                continue;
            }
            None => bytes.len(),
        };
        let plain = if letters & HIGH == 0 { Kind::Plain } else { Kind::Letters };
        return (end, if escaped { Kind::Escaped } else { plain });
    }
}

/// The lowest and the highest bit of each of eight bytes.
const LOW: u64 = u64::MAX / 255;
const HIGH: u64 = LOW << 7;

/// How many bytes stand before the first quote or backslash. Strings are short, so eight are compared at a time. All bits that
/// are met go to `met`, maybe those of what follows too.
fn before_mark(bytes: &[u8], met: &mut u64) -> usize {
    let zeroes = |word: u64| word.wrapping_sub(LOW) & !word & HIGH;
    let (eights, rest) = bytes.as_chunks::<8>();
    for (at, eight) in eights.iter().enumerate() {
        let word = u64::from_le_bytes(*eight);
        *met |= word;
        let found = zeroes(word ^ (LOW * u64::from(b'"'))) | zeroes(word ^ (LOW * u64::from(b'\\')));
        if found != 0 {
            return at * 8 + (found.trailing_zeros() / 8) as usize;
        }
    }
    *met |= HIGH; // not looked at one by one
    let in_rest = rest.iter().position(|byte| matches!(byte, b'"' | b'\\')).unwrap_or(rest.len());
    bytes.len() - rest.len() + in_rest
}
