//! A telephone number, or a part of one, however it is written.
//!
//! Only digits count, and not the zeros in front: `06 12` is in `+33 6 12 34 56 78`, `0033612` in `+33.6.12`. Where the number
//! begins with a country (after `+` or `00`, or because it has eleven digits or more), the country and the rest may also stand
//! apart: the country as a value of its own in the same record (`"prefix":"+33","number":"0612345678"`), or before a zero in
//! brackets (`+33 (0)6 12`). The rest begins the number then.

use crate::model::json::{Kind, View};

/// The number that is looked for.
pub struct Number {
    digits: String,
    abroad: Option<Abroad>,
}

/// A number that begins with its country.
struct Abroad {
    country: String,
    rest: String,
}

impl Number {
    /// `None` for what is no number.
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        let is_number = |c: char| c.is_ascii_digit() || c.is_whitespace() || "+-./()‐‑–".contains(c);
        let digits =
            Some(digits_of(text)).filter(|digits| text.chars().all(is_number) && !digits.is_empty())?;
        let names_country = text.trim_start_matches('(').starts_with('+') || digits.starts_with("00");
        let counts = significant(&digits);
        let is_long = counts.len() >= 11 && counts == digits;
        if counts.is_empty() {
            return Some(Self { digits, abroad: None });
        }
        let (country, rest) = counts.split_at_checked(country_length(counts)).unwrap_or((counts, ""));
        let abroad = Abroad { country: country.to_owned(), rest: significant(rest).to_owned() };
        Some(Self { digits: counts.to_owned(), abroad: (names_country || is_long).then_some(abroad) })
    }

    /// Digits that stand in one value of whatever holds the number.
    pub fn surely(&self) -> &str {
        match &self.abroad {
            None => &self.digits,
            Some(Abroad { country, rest }) if rest.is_empty() => country,
            Some(Abroad { rest, .. }) => rest,
        }
    }

    /// Whether a value holds it.
    pub fn is_in(&self, value: &str) -> bool {
        let digits = digits_of(value);
        let after = |country: &str| significant(&digits).strip_prefix(country).map(significant);
        let begins =
            |abroad: &Abroad| after(&abroad.country).is_some_and(|rest| rest.starts_with(&abroad.rest));
        digits.contains(&self.digits) || self.abroad.as_ref().is_some_and(begins)
    }

    /// Whether one value of a record is the country, and another begins with the rest.
    pub fn is_apart_in(&self, record: View<'_>) -> bool {
        let Some(Abroad { country, rest }) = &self.abroad else { return false };
        let values: Vec<String> = record
            .members()
            .filter(|(_, value)| value.kind() == Kind::String)
            .map(|(_, value)| significant(&digits_of(&value.text().unwrap_or_default())).to_owned())
            .collect();
        let others = |at: usize| values.iter().enumerate().filter(move |(other, _)| *other != at);
        let begin = |at: usize| others(at).any(|(_, value)| value.starts_with(rest));
        values.iter().enumerate().any(|(at, value)| value == country && begin(at))
    }

    /// Whether values without escapes, and whatever stands between them, may hold it.
    pub fn may_be_in(&self, plain: &[u8]) -> bool {
        let Some((first, others)) = self.surely().as_bytes().split_first() else { return true };
        memchr::memchr_iter(*first, plain).any(|at| follow(&plain[at + 1..], others))
    }
}

/// Whether the next digits are these, before the value ends.
fn follow(bytes: &[u8], mut digits: &[u8]) -> bool {
    for byte in bytes {
        let Some((next, others)) = digits.split_first() else { return true };
        match byte {
            b'0'..=b'9' if byte == next => digits = others,
            b'0'..=b'9' | b'"' => return false,
            _ => {}
        }
    }
    digits.is_empty()
}

fn digits_of(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// Without the zeros in front.
fn significant(digits: &str) -> &str {
    digits.trim_start_matches('0')
}

/// How many digits the country has (ITU-T E.164): few have one, many two, the others three.
fn country_length(digits: &str) -> usize {
    match digits.get(..2).unwrap_or(digits).parse() {
        Ok(1 | 7 | 10..=19 | 70..=79) => 1,
        Ok(
            20 | 27 | 30..=34 | 36 | 39..=41 | 43..=49 | 51..=58 | 60..=66 | 81 | 82 | 84 | 86 | 90..=95 | 98,
        ) => 2,
        Ok(0_u8..) | Err(_) => 3,
    }
}
