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
pub struct Signature(Box<[u64; WORDS]>);

impl Signature {
    /// Without any.
    pub fn new() -> Self {
        Self(Box::new([0; WORDS]))
    }

    /// Sets the rows of a value, of which is known whether it is all ASCII.
    pub fn add(&mut self, value: &str, is_ascii: bool) {
        let set = |row: usize| self.0[row / 64] |= 1 << (row % 64);
        if is_ascii {
            rows(value.as_bytes(), set);
        } else {
            rows(folded(value).as_bytes(), set);
        }
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

/// The same as [`str::to_lowercase`], faster for letters without case.
fn folded(value: &str) -> String {
    if value.contains('Σ') {
        return value.to_lowercase(); // the one letter whose form tells where it stands
    }
    let mut folded = String::with_capacity(value.len());
    for letter in value.chars() {
        if has_case(letter) {
            folded.extend(letter.to_lowercase());
        } else {
            folded.push(letter);
        }
    }
    folded
}

/// False for most letters that have no case, so that these need not be looked up.
fn has_case(letter: char) -> bool {
    !matches!(letter, '\u{590}'..'\u{10A0}' | '\u{2E80}'..'\u{A640}' | '\u{AC00}'..'\u{D7B0}')
}

/// Gives the rows of a value, folded but for ASCII letters. This is done for every byte of a journal.
fn rows(value: &[u8], mut set: impl FnMut(usize)) {
    let mut text = 0;
    for (at, byte) in value.iter().enumerate() {
        text = text << 8 | FOLDED[usize::from(*byte)];
        if at >= 2 {
            set((text.wrapping_mul(0x9E37_79B1) >> (u32::BITS - TEXT_BITS)) as usize);
        }
    }
    digit_rows(value, set);
}

/// Each byte, ASCII letters folded, eight bits further up: so much of three bytes is left in a word of four when the next comes.
static FOLDED: [u32; 256] = {
    let mut folded = [0; 256];
    let mut byte = 0_u8;
    while byte < u8::MAX {
        folded[byte as usize] = (byte.to_ascii_lowercase() as u32) << 8;
        byte += 1;
    }
    folded[byte as usize] = (byte as u32) << 8;
    folded
};

/// The rows of the digits, whatever stands between them. They are picked out without asking for each byte what it is, as that is
/// hardly foreseen.
fn digit_rows(value: &[u8], mut set: impl FnMut(usize)) {
    const MANY: usize = 64;
    const KEPT: usize = 3;
    let (mut digits, mut count) = ([0; KEPT + MANY + 1], 0);
    for part in value.chunks(MANY) {
        for byte in part {
            let digit = byte.wrapping_sub(b'0');
            digits[count] = digit;
            count += usize::from(digit < 10);
        }
        for four in digits[..count].array_windows::<4>() {
            set(TEXT + four.iter().fold(0, |row, digit| row * 10 + usize::from(*digit)));
        }
        let kept = count.min(KEPT);
        digits.copy_within(count - kept..count, 0);
        count = kept;
    }
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
        rows(wanted.as_bytes(), |row| found.push(row));
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_letter_is_folded_as_the_store_does() {
        for letter in '\0'..=char::MAX {
            let text = format!("a{letter}");
            assert_eq!(folded(&text), text.to_lowercase(), "U+{:04X}", u32::from(letter));
        }
    }

    #[test]
    fn a_text_narrows_from_three_bytes_on_and_a_number_from_four_digits_on() {
        let narrows = |text: &str, digits: Option<&str>| Needle::new(text, digits).narrows();
        assert!(!narrows("ab", None) && narrows("abc", None) && narrows("王", None) && !narrows("", None));
        assert!(!narrows("12-3", Some("123")) && narrows("12-34", Some("1234")));
    }

    proptest! {
        #[test]
        fn any_text_is_folded_as_the_store_does(text in "[ΣσςΑa.' \u{345}ǅİÀ王]{0,9}") {
            prop_assert_eq!(folded(&text), text.to_lowercase());
        }

        #[test]
        fn a_value_has_the_rows_of_what_is_in_it(value in "[a-cÀ王0-9 ./+]{0,200}", from in 0..200_usize, length in 1..9_usize) {
            let mut signature = Signature::new();
            signature.add(&value, false);
            let part: String = value.chars().skip(from).take(length).collect();
            prop_assert!(signature.has(&Needle::new(&part.to_uppercase(), None)));
            let digits: String = value.chars().filter(char::is_ascii_digit).skip(from).take(length).collect();
            prop_assert!(signature.has(&Needle::new("", Some(&digits))));
        }
    }
}
