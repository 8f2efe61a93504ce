//! JSON as it stands in a file, looked at without being read.

use std::borrow::Cow;

/// A line with its escapes resolved, so that every value stands in it as it is; `None` where a quote is escaped, so that
/// nothing tells where values end.
pub fn plain(line: &[u8]) -> Option<Cow<'_, [u8]>> {
    let Some(first) = memchr::memchr(b'\\', line) else { return Some(Cow::Borrowed(line)) };
    let (mut plain, mut rest) = (line[..first].to_vec(), &line[first..]);
    while let [b'\\', escape, behind @ ..] = rest {
        let (letter, behind) = match escape {
            b'"' => return None,
            b'u' => unit(behind)?,
            b'b' => ('\u{8}', behind),
            b'f' => ('\u{c}', behind),
            b'n' => ('\n', behind),
            b'r' => ('\r', behind),
            b't' => ('\t', behind),
            other => (char::from(*other), behind),
        };
        if letter == '"' {
            return None;
        }
        plain.extend(letter.encode_utf8(&mut [0; 4]).bytes());
        let next = memchr::memchr(b'\\', behind).unwrap_or(behind.len());
        plain.extend(&behind[..next]);
        rest = &behind[next..];
    }
    Some(Cow::Owned(plain))
}

/// The letter of `\u` and what follows it, a surrogate pair being two of them; `None` where that is no letter.
fn unit(digits: &[u8]) -> Option<(char, &[u8])> {
    let hex = |digits: &[u8]| u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok();
    let (first, behind) = digits.split_at_checked(4)?;
    let first = hex(first)?;
    if let Some(letter) = char::from_u32(first.into()) {
        return Some((letter, behind));
    }
    let (second, behind) = behind.strip_prefix(b"\\u")?.split_at_checked(4)?;
    let letter = char::decode_utf16([first, hex(second)?]).next()?.ok()?;
    Some((letter, behind))
}

/// The letters with which bytes begin, up to what is no UTF-8.
pub fn letters(mut bytes: &[u8]) -> impl Iterator<Item = char> {
    std::iter::from_fn(move || {
        let length = match bytes.first()? {
            ..0x80 => 1,
            ..0xe0 => 2,
            ..0xf0 => 3,
            _ => 4,
        };
        let (letter, rest) = bytes.split_at_checked(length)?;
        bytes = rest;
        std::str::from_utf8(letter).ok()?.chars().next()
    })
}
