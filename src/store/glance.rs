//! A quick look at a line of the journal whose checksum was compared: what it is about, without reading its body as JSON.

pub mod tokens;

use super::line::{CRC, CRC_END, Line};
use crate::model::json::same_name;
use crate::model::profile::{CUSTOMER_ID, CustomerId};
use percent_encoding::percent_decode_str;
use tokens::{Scalar, Token, Tokens, end_of_string};

/// What stands in a line. A line that is not framed as this version writes it has none; see [`super::line::Line`] for those.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glance<'a> {
    /// Its number.
    pub seq: u64,
    /// When, as it is written.
    pub at: &'a str,
    /// The method.
    pub method: &'a str,
    /// The path, percent-encoded.
    pub path: &'a str,
    /// The body, where there is one.
    pub body: Option<&'a str>,
    /// How long the line is, without its newline.
    pub bytes: usize,
    about: About,
    touches: [Option<Touch>; 2],
}

/// What a line is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum About {
    /// A whole profile, its core attributes included.
    Profile,
    /// Records, or the end of a profile.
    Part,
    /// A schema.
    Schema,
}

/// A customer whom a line touches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touch {
    /// Who.
    pub customer: CustomerId,
    /// Whether the profile begins here anew, whatever stood before.
    pub begins: bool,
    /// Whether there is no such customer from here on.
    pub gone: bool,
}

impl<'a> Glance<'a> {
    /// Looks at a line without its newline.
    pub fn of(line: &'a [u8]) -> Option<Self> {
        let text = std::str::from_utf8(line).ok()?;
        let (content, end) = text.split_at_checked(text.len().checked_sub(CRC_END)?)?;
        let rest = end.starts_with(CRC).then_some(content)?.strip_prefix("{\"seq\":")?;
        let (seq, rest) = rest.split_at_checked(rest.find(',')?)?;
        let (at, rest) = string(rest.strip_prefix(",\"at\":")?)?;
        let (_, rest) = string(rest.strip_prefix(",\"by\":")?)?;
        let (method, rest) = string(rest.strip_prefix(",\"method\":")?)?;
        let (path, rest) = string(rest.strip_prefix(",\"path\":")?)?;
        let body = if rest.is_empty() { None } else { Some(rest.strip_prefix(",\"body\":")?) };
        let (about, touches) = meaning(method, path, body)?;
        Some(Self { seq: seq.parse().ok()?, at, method, path, body, bytes: line.len(), about, touches })
    }

    /// The same for a line whose frame is spelled in another way, by hand: it is spelled anew in `spare`. The checksum is for the caller.
    pub fn read(line: &'a [u8], spare: &'a mut String) -> Option<Self> {
        if let Some(glance) = Self::of(line) {
            return Some(glance);
        }
        *spare = Line::from_bytes(line).ok()?.to_text();
        Self::of(spare.as_bytes())
    }

    /// Whether it is about a schema, and so about everybody.
    pub fn is_schema(&self) -> bool {
        self.about == About::Schema
    }

    /// Whether its body may set core attributes.
    pub fn sets_core(&self) -> bool {
        self.about == About::Profile
    }

    /// Whom it touches: of a merge both, of a line about schemas nobody.
    pub fn touches(&self) -> impl Iterator<Item = &Touch> {
        self.touches.iter().flatten()
    }

    /// The same customers, as [`crate::model::request::Request::customers`] names them.
    pub fn customers(&self) -> impl Iterator<Item = &CustomerId> {
        self.touches().map(|touch| &touch.customer)
    }

    /// The tokens of the body.
    pub fn tokens(&self) -> Tokens<'a> {
        Tokens::of(self.body.unwrap_or_default())
    }
}

/// The inside of the string that a text begins with, and what follows it.
fn string(text: &str) -> Option<(&str, &str)> {
    let end = text.starts_with('"').then(|| end_of_string(text.as_bytes(), 0))?;
    let (token, rest) = text.split_at_checked(end)?;
    Some((token.strip_prefix('"')?.strip_suffix('"')?, rest))
}

/// What method, path and body say, as [`crate::model::request::Request::from_parts`] reads them.
fn meaning(method: &str, path: &str, body: Option<&str>) -> Option<(About, [Option<Touch>; 2])> {
    const MOST: usize = 7;
    let mut segments = [""; MOST + 1];
    let mut count = 0;
    for (to, segment) in segments.iter_mut().zip(path.strip_prefix('/')?.split('/')) {
        *to = segment;
        count += 1;
    }
    let touch = |id: CustomerId, begins, gone| Some(Touch { customer: id, begins, gone });
    let change = |id: &str| Some([touch(decoded(id)?, false, false), None]);
    Some(match (method, body, &segments[..count]) {
        ("POST", Some(body), ["profiles"]) => {
            (About::Profile, [created(body).and_then(|id| touch(id, true, false)), None])
        }
        ("PUT", Some(_), ["x", "checkpoint", id]) => {
            (About::Profile, [touch(decoded(id)?, true, false), None])
        }
        ("PUT", Some(_), ["profiles", id]) => (About::Profile, change(id)?),
        ("POST", Some(_), ["profiles", id, "extensions"])
        | (
            "PUT",
            Some(_),
            ["profiles", id, "extensions", _, "by", "unique"]
            | ["profiles", id, "extensions", _, "delete", "by", "unique"],
        ) => (About::Part, change(id)?),
        ("DELETE", None, ["profiles", id]) => (About::Part, [touch(decoded(id)?, false, true), None]),
        ("PUT", Some(_), ["profiles", dst, "merge", src]) => {
            (About::Part, [touch(decoded(dst)?, false, false), touch(decoded(src)?, false, true)])
        }
        ("POST", Some(_), ["metadata", "profiles", "extensions"])
        | ("DELETE", None, ["metadata", "profiles", "extensions", _]) => (About::Schema, [None, None]),
        _ => return None,
    })
}

fn decoded(segment: &str) -> Option<CustomerId> {
    CustomerId::new(&percent_decode_str(segment).decode_utf8().ok()?).ok()
}

/// The ID in the body of a create.
fn created(body: &str) -> Option<CustomerId> {
    let mut depth = 0_usize;
    let mut tokens = Tokens::of(body);
    let is_id = |name: Scalar<'_>| same_name(&name.text(), CUSTOMER_ID);
    while let Some(token) = tokens.next() {
        match token {
            Token::Open(_) => depth += 1,
            Token::Close => depth = depth.saturating_sub(1),
            Token::Name(name) if depth == 1 && is_id(name) => {
                let Some(Token::Value(value)) = tokens.next() else { return None };
                return CustomerId::new(&value.string()?).ok();
            }
            Token::Name(_) | Token::Value(_) => {}
        }
    }
    None
}
