//! Whose a damaged line was, as far as what is undamaged tells. In doubt it tells nothing.

use super::line::{CRC, CRC_END, Line, sealed};
use crate::model::json::Json;
use crate::model::profile::CustomerId;
use crate::model::request::Request;

/// Longer lines are not searched for a flipped bit. In bytes.
const SEARCHED: usize = 1 << 20;

/// The customers of a damaged line that should have this `seq`; empty where nothing certain tells them, or where it was about
/// schemas and so about everybody. `known` says of which customers there are lines before it.
pub fn whose(bytes: &[u8], seq: u64, known: impl Fn(&CustomerId) -> bool) -> Vec<CustomerId> {
    if let Some(line) = unflipped(bytes, SEARCHED).and_then(|whole| Line::from_bytes(&whole).ok()) {
        return if line.seq == seq { line.request.customers() } else { Vec::new() };
    }
    let customers = framed(bytes, seq).map(|request| request.customers()).unwrap_or_default();
    if customers.iter().all(known) { customers } else { Vec::new() }
}

/// What method and path say, if the line begins with the right `seq` and has one end, where it should be.
fn framed(bytes: &[u8], seq: u64) -> Option<Request> {
    let crc = memchr::memmem::find(bytes, CRC.as_bytes())?;
    if !bytes.starts_with(format!("{{\"seq\":{seq},\"at\":\"").as_bytes()) || bytes.len() != crc + CRC_END {
        return None;
    }
    let member = |name: &str| {
        let from = memchr::memmem::find(bytes, name.as_bytes())? + name.len();
        let rest = bytes.get(from..)?;
        std::str::from_utf8(rest.get(..memchr::memchr(b'"', rest)?)?).ok()
    };
    Request::from_parts(member(",\"method\":\"")?, member(",\"path\":\"")?, Some(Json::null())).ok()
}

/// The line as it was, if one bit of it is wrong; longer ones than `most` bytes are not searched.
pub fn unflipped(bytes: &[u8], most: usize) -> Option<Vec<u8>> {
    let (content, end) = bytes.split_at(bytes.len().checked_sub(CRC_END)?);
    let whole = sealed(std::str::from_utf8(content).ok().unwrap_or_default().to_owned()).into_bytes();
    if whole.len() == bytes.len() && bits(&whole[content.len()..], end) == 1 {
        return Some(whole);
    }
    let written = end.strip_prefix(CRC.as_bytes())?.strip_suffix(b"\"}")?;
    let written = u32::from_str_radix(std::str::from_utf8(written).ok()?, 16).ok()?;
    let difference = crc32fast::hash(content) ^ written;
    let (at, bit) = (content.len() <= most).then(|| flipped_bit(content, difference))??;
    let mut whole = bytes.to_vec();
    *whole.get_mut(at)? ^= 1 << bit;
    Some(whole)
}

/// In how many bits two texts of one length differ.
fn bits(a: &[u8], b: &[u8]) -> u32 {
    a.iter().zip(b).map(|(a, b)| (a ^ b).count_ones()).sum()
}

/// The one bit whose change changes the checksum by `difference`.
fn flipped_bit(content: &[u8], difference: u32) -> Option<(usize, u32)> {
    // What each bit of the last byte changes; a byte further on, that followed by a zero byte.
    let mut changes: Vec<u32> = (0..8).map(|bit| shifted(1 << bit)).collect();
    for at in (0..content.len()).rev() {
        if let Some(bit) =
            (0..8).zip(&changes).find_map(|(bit, change)| (*change == difference).then_some(bit))
        {
            return Some((at, bit));
        }
        for change in &mut changes {
            *change = shifted(*change);
        }
    }
    None
}

/// A CRC-32 (IEEE) register after another zero byte.
fn shifted(register: u32) -> u32 {
    (0..8).fold(register, |register, _| (register >> 1) ^ (0xEDB8_8320 & (register & 1).wrapping_neg()))
}
