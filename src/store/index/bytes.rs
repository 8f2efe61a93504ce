//! Numbers and texts as the bytes of a run, little-endian.

use super::{Unusable, damaged};

/// The high and the low half of a number.
pub fn halves(number: u64) -> (u32, u32) {
    (low(number >> 32), low(number))
}

/// The low half of a number.
pub fn low(number: u64) -> u32 {
    let [a, b, c, d, ..] = number.to_le_bytes();
    u32::from_le_bytes([a, b, c, d])
}

/// A count that is stored in 32 bits.
pub fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// A length of what is in memory.
pub fn size(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// A number of at most 8 bytes.
pub fn number(bytes: &[u8]) -> u64 {
    let mut whole = [0; 8];
    whole.iter_mut().zip(bytes).for_each(|(to, byte)| *to = *byte);
    u64::from_le_bytes(whole)
}

/// Numbers and texts as bytes.
#[derive(Default)]
pub struct Bytes(pub Vec<u8>);

impl Bytes {
    /// Puts a number, 8 bytes little-endian.
    pub fn number(&mut self, number: u64) {
        self.0.extend(number.to_le_bytes());
    }

    /// Puts a text behind its length.
    pub fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.0.extend(text.as_bytes());
    }
}

/// Gives them back.
pub struct Reader<'a>(pub &'a [u8]);

impl<'a> Reader<'a> {
    /// The next number.
    pub fn number(&mut self) -> Result<u64, Unusable> {
        let (number, rest) = self.0.split_first_chunk().ok_or_else(damaged)?;
        self.0 = rest;
        Ok(u64::from_le_bytes(*number))
    }

    /// The next numbers.
    pub fn numbers<const N: usize>(&mut self) -> Result<[u64; N], Unusable> {
        let mut numbers = [0; N];
        for number in &mut numbers {
            *number = self.number()?;
        }
        Ok(numbers)
    }

    /// The next text.
    pub fn text(&mut self) -> Result<&'a str, Unusable> {
        let length = usize::try_from(self.number()?).map_err(|_| damaged())?;
        let (text, rest) = self.0.split_at_checked(length).ok_or_else(damaged)?;
        self.0 = rest;
        Ok(std::str::from_utf8(text).map_err(|_| damaged())?)
    }

    /// Whether nothing is left.
    pub fn is_at_end(&self) -> bool {
        self.0.is_empty()
    }
}
