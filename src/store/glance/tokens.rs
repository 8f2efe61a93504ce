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
    /// Whether it is a string with escapes.
    escaped: bool,
}

impl<'a> Scalar<'a> {
    /// What a string says.
    pub fn string(self) -> Option<Cow<'a, str>> {
        self.token.starts_with('"').then(|| self.text())
    }

    /// What it says: a string without quotes and escapes, others as they stand; nothing for `null`.
    pub fn text(self) -> Cow<'a, str> {
        if self.escaped {
            return Cow::Owned(serde_json::from_str(self.token).unwrap_or_default()); // checked when it was accepted
        }
        let inner = self.token.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        Cow::Borrowed(inner.unwrap_or(if self.token == "null" { "" } else { self.token }))
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
        let (end, escaped) = string_end(self.text.as_bytes(), from);
        let scalar = Scalar { token: self.text.get(from..end).unwrap_or_default(), escaped };
        let is_name = self.text.as_bytes().get(end) == Some(&b':');
        self.at = end + usize::from(is_name);
        if is_name { Token::Name(scalar) } else { Token::Value(scalar) }
    }

    fn bare(&mut self, from: usize) -> Token<'a> {
        let rest = &self.text.as_bytes()[from..];
        let length = rest.iter().position(|byte| b",]}".contains(byte)).unwrap_or(rest.len());
        self.at = from + length;
        Token::Value(Scalar { token: self.text.get(from..self.at).unwrap_or_default(), escaped: false })
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

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

/// The offset behind the string that opens at `from`, and whether it has escapes.
pub fn string_end(bytes: &[u8], from: usize) -> (usize, bool) {
    let (mut at, mut escaped) = (from + 1, false);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return (at + 1, escaped),
            b'\\' => {
                escaped = true;
                at += 2;
            }
            _ => at += 1,
        }
    }
    (bytes.len(), escaped)
}
