//! Finding what ends or interrupts the text of a string.

const ONES: u64 = u64::from_ne_bytes([1; 8]);
const HIGH: u64 = ONES << 7;

/// The place of the first quote, backslash or control character from `at` on; the end where there is none.
pub fn special(bytes: &[u8], mut at: usize) -> usize {
    while let Some(eight) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
        let found = specials(u64::from_le_bytes(*eight));
        if found != 0 {
            return at + found.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    let is_special = |byte: &u8| matches!(byte, b'"' | b'\\' | ..0x20);
    let rest = bytes.get(at..).unwrap_or_default();
    at.min(bytes.len()) + rest.iter().position(is_special).unwrap_or(rest.len())
}

/// The highest bit of the first (lowest) byte that is special; bits above it mean nothing.
fn specials(eight: u64) -> u64 {
    let below = |limit: u64, bytes: u64| bytes.wrapping_sub(limit * ONES) & !bytes & HIGH;
    let is = |byte: u8| below(1, eight ^ (u64::from(byte) * ONES));
    is(b'"') | is(b'\\') | below(0x20, eight)
}
