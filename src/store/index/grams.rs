//! What find narrows by. Each value of a body, letter case folded, sets a row for every three bytes of it, and each four of its
//! digits another, whatever stands between them. A line can hold a text only where all rows of the text are set.

use std::borrow::Cow;

/// Rows of three bytes, by their hash.
const TEXT_BITS: u32 = 16;
const TEXT: usize = 1 << TEXT_BITS;
/// Rows of four digits.
const DIGITS: usize = 10_000;
/// All rows.
pub const ROWS: usize = TEXT + DIGITS;
/// Words of 64 rows.
pub const WORDS: usize = ROWS.div_ceil(64);

/// Which rows a stretch of the journal sets.
#[derive(Clone, PartialEq, Eq)]
pub struct Signature(Box<[u64]>);

impl Signature {
    /// Without any.
    pub fn new() -> Self {
        Self(vec![0; WORDS].into())
    }

    /// Sets the rows of a value.
    pub fn add(&mut self, value: &str) {
        let set = |row: usize| self.0[row / 64] |= 1 << (row % 64);
        if value.is_ascii() { rows(value.bytes(), set) } else { rows(value.to_lowercase().bytes(), set) }
    }

    /// Whether all these rows are set.
    pub fn has(&self, needle: &Needle) -> bool {
        needle.rows.iter().all(|row| self.0[row / 64] & (1 << (row % 64)) != 0)
    }

    /// 64 rows.
    pub fn word(&self, at: usize) -> u64 {
        self.0[at]
    }
}

/// Gives the rows of a value; digits are not told from the rest here.
fn rows(value: impl Iterator<Item = u8>, mut set: impl FnMut(usize)) {
    let (mut window, mut length) = (0_u32, 0_usize);
    let (mut digits, mut count) = (0_usize, 0_usize);
    for byte in value {
        window = (window << 8 | u32::from(byte.to_ascii_lowercase())) & 0xFF_FFFF;
        length += 1;
        if length >= 3 {
            set(text_row(window));
        }
        if byte.is_ascii_digit() {
            digits = (digits * 10 + usize::from(byte - b'0')) % DIGITS;
            count += 1;
            if count >= 4 {
                set(TEXT + digits);
            }
        }
    }
}

/// The row of three bytes.
fn text_row(window: u32) -> usize {
    (window.wrapping_mul(0x9E37_79B1) >> (u32::BITS - TEXT_BITS)) as usize
}

/// A text that is looked for, as the rows that every line with it sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needle {
    /// Rising.
    rows: Vec<usize>,
}

impl Needle {
    /// Of this text, where `digits` are all of its digits if it is a number: punctuation does not count then.
    pub fn new(text: &str, digits: Option<&str>) -> Self {
        let wanted = digits.map_or_else(|| Cow::Owned(text.to_lowercase()), Cow::Borrowed);
        let mut found = Vec::new();
        rows(wanted.bytes(), |row| found.push(row));
        found.retain(|row| (*row >= TEXT) == digits.is_some());
        found.sort_unstable();
        found.dedup();
        Self { rows: found }
    }

    /// Whether it narrows anything: text of less than three bytes and numbers of less than four digits do not.
    pub fn narrows(&self) -> bool {
        !self.rows.is_empty()
    }

    /// The rows.
    pub fn rows(&self) -> &[usize] {
        &self.rows
    }
}
