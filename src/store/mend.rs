//! What a damaged line was, where its checksum tells it for certain. Pure.
//!
//! One flipped bit is found by the checksum alone: inside a line, in a newline (then two lines stand on one), or in a byte that
//! became a newline (then one line stands on two). Blanks around a line and what a text editor puts before a file are taken off.

use super::line::{CRC, CRC_END, is_sealed};
use super::whose::unflipped;
use memchr::memmem;

/// Longer lines are not searched for a flipped bit when a store is looked through. In bytes.
const SEARCHED: usize = 1 << 26;
/// So many ends are tried for the first of two lines that stand on one: its body may have a `crc` of its own.
const ENDS: usize = 64;

/// A part of what stands on one line of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// A line with a right checksum.
    Whole(Vec<u8>),
    /// Bytes that are no line.
    Damaged(Vec<u8>),
}

/// What stands on a line without a right checksum, and what is the matter with it.
pub fn put_right(bytes: &[u8]) -> (Vec<Part>, &'static str) {
    let trimmed = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii();
    if is_sealed(trimmed) {
        return (
            vec![Part::Whole(trimmed.to_vec())],
            "its checksum is missing or does not fit: something was added around it",
        );
    }
    let parts = split(bytes);
    if parts.iter().any(|part| matches!(part, Part::Whole(_))) {
        return (parts, "its checksum is missing or does not fit: a newline is damaged");
    }
    match unflipped(bytes, SEARCHED) {
        Some(whole) => {
            (vec![Part::Whole(whole)], "its checksum is missing or does not fit: one bit of it is flipped")
        }
        None => (parts, "its checksum is missing or does not fit"),
    }
}

/// The line that became two when one of its bits was flipped into a newline.
pub fn joined(first: &[u8], second: &[u8]) -> Option<Vec<u8>> {
    let with = |bit: u32| [first, &[b'\n' ^ (1 << bit)], second].concat();
    (0..8).map(with).find(|line| is_sealed(line))
}

/// Whether a whole line is followed by something in the place of its newline. Zeroes are what a loss of power leaves.
pub fn begins_whole(bytes: &[u8]) -> bool {
    first_end(bytes).and_then(|end| bytes.get(end)).is_some_and(|byte| *byte != 0)
}

/// The whole lines at the beginning, each followed by what was a newline, and one at the end, behind bytes that no JSON has.
fn split(mut bytes: &[u8]) -> Vec<Part> {
    let mut parts = Vec::new();
    while let Some(end) = first_end(bytes) {
        parts.push(Part::Whole(bytes[..end].to_vec()));
        bytes = bytes.get(end + 1..).unwrap_or_default();
    }
    let behind = bytes.iter().rposition(|byte| *byte < b' ').map_or(bytes.len(), |at| at + 1);
    let (rest, last) = bytes.split_at(behind);
    if is_sealed(last) {
        parts.push(Part::Damaged(rest.to_vec()));
        parts.push(Part::Whole(last.to_vec()));
    } else if !bytes.is_empty() {
        parts.push(Part::Damaged(bytes.to_vec()));
    }
    parts
}

/// Where the whole line ends that these bytes begin with.
fn first_end(bytes: &[u8]) -> Option<usize> {
    let ends = memmem::find_iter(bytes, CRC.as_bytes()).map(|at| at + CRC_END).take(ENDS);
    ends.into_iter().find(|end| bytes.get(..*end).is_some_and(is_sealed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::line::sealed;

    fn line(seq: u64) -> Vec<u8> {
        sealed(format!(r#"{{"seq":{seq},"body":{{"a":1,"crc":"00000000"}}"#)).into_bytes()
    }

    fn whole(bytes: &[u8]) -> Vec<Part> {
        vec![Part::Whole(bytes.to_vec())]
    }

    #[test]
    fn every_flipped_bit_of_two_lines_is_put_right() {
        let (first, second) = (line(1), line(2));
        let text = [first.as_slice(), b"\n", &second].concat();
        for (at, bit) in (0..text.len()).flat_map(|at| (0..8).map(move |bit| (at, bit))) {
            let mut bytes = text.clone();
            bytes[at] ^= 1 << bit;
            let lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
            let found = match lines.as_slice() {
                [one] => put_right(one).0,
                [one, two] => {
                    let read = |line: &[u8]| if is_sealed(line) { whole(line) } else { put_right(line).0 };
                    [read(one), read(two)].concat()
                }
                [one, two, three] if is_sealed(one) => {
                    [whole(one), whole(&joined(two, three).unwrap())].concat()
                }
                [one, two, three] => [whole(&joined(one, two).unwrap()), whole(three)].concat(),
                _ => panic!("{at}, {bit}"),
            };
            assert_eq!(found, [whole(&first), whole(&second)].concat(), "byte {at}, bit {bit}");
        }
    }

    #[test]
    fn what_is_whole_behind_zeroes_is_found_and_what_a_body_holds_is_not() {
        let zeroes = [&line(1)[..9], &[0; 40], &line(3)].concat();
        let rest = zeroes[..49].to_vec();
        assert_eq!(put_right(&zeroes).0, [Part::Damaged(rest), Part::Whole(line(3))]);
        let inside = [br#"{"seq":4,"body":{"x":"#, line(3).as_slice(), br#"},"crc":"00000000"}"#].concat();
        assert_eq!(put_right(&inside).0, [Part::Damaged(inside)]);
    }

    #[test]
    fn what_an_editor_adds_is_taken_off() {
        let bytes = [b"\xEF\xBB\xBF", line(1).as_slice(), b" \r"].concat();
        assert_eq!(put_right(&bytes).0, whole(&line(1)));
        assert_eq!(put_right(b"seq 1").0, [Part::Damaged(b"seq 1".to_vec())]);
        assert_eq!(put_right(b"").0, []);
    }
}
