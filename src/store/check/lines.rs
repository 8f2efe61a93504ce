//! The lines of one segment, damaged ones as far as they can be told apart, piece by piece.

use crate::store::disk::DiskFile;
use crate::store::line::is_sealed;
use crate::store::mend::{Part, begins_whole, joined, put_right};
use std::io;

/// How many bytes are read at once.
const PIECE: usize = 1 << 20;
/// So much of a file is read for its first line alone. In bytes.
const BEGINNING: usize = 1 << 16;

/// What was met in a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Met {
    /// On which line of the file, from 1, and which of those that stand on it.
    pub place: (u64, u32),
    /// The line, or what is left of it.
    pub part: Part,
    /// What is the matter with it.
    pub fault: Option<&'static str>,
}

/// Gives what stands in a file up to an end, holding no more than two lines and a piece of it, and returns what follows the last
/// newline where that is no line.
pub fn each(file: &dyn DiskFile, end: u64, take: &mut dyn FnMut(Met)) -> io::Result<Vec<u8>> {
    let mut lines = Lines { number: 0, held: None, take };
    let (mut open, mut at) = (Vec::new(), 0);
    while at < end {
        let bytes = file.read_at(at, PIECE.min(usize::try_from(end - at).unwrap_or(PIECE)))?;
        if bytes.is_empty() {
            break; // it became shorter
        }
        at += bytes.len() as u64;
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            open.extend_from_slice(part);
            if open.ends_with(b"\n") {
                open.pop();
                lines.line(std::mem::take(&mut open));
            }
        }
    }
    Ok(lines.end(open))
}

/// The same in the order of `seq`: what a line is whose `seq` cannot be read, stays behind the one before it.
pub fn each_by_seq(file: &dyn DiskFile, end: u64, take: &mut dyn FnMut(Met)) -> io::Result<Vec<u8>> {
    let (mut all, mut last) = (Vec::new(), 0);
    let tail = each(file, end, &mut |met| {
        last = seq_of(&met.part).unwrap_or(last);
        all.push((last, met));
    })?;
    all.sort_by_key(|(seq, _)| *seq);
    for (_, met) in all {
        take(met);
    }
    Ok(tail)
}

/// The first line of a file, where it is whole or can be put right.
pub fn first(file: &dyn DiskFile) -> io::Result<Option<Vec<u8>>> {
    let bytes = file.read_at(0, BEGINNING)?;
    let mut found = Vec::new();
    let mut take = |met| found.push(met);
    let mut lines = Lines { number: 0, held: None, take: &mut take };
    bytes.split(|byte| *byte == b'\n').take(3).for_each(|line| lines.line(line.to_vec()));
    lines.end(Vec::new());
    Ok(found.into_iter().next().and_then(|met| match met.part {
        Part::Whole(line) => Some(line),
        Part::Damaged(_) => None,
    }))
}

fn seq_of(part: &Part) -> Option<u64> {
    let Part::Whole(line) = part else { return None };
    let digits = line.strip_prefix(b"{\"seq\":")?.split(|byte| !byte.is_ascii_digit()).next()?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}

struct Lines<'a> {
    number: u64,
    /// A damaged line: the next one may be the rest of it.
    held: Option<(u64, Vec<u8>)>,
    take: &'a mut dyn FnMut(Met),
}

impl Lines<'_> {
    fn line(&mut self, bytes: Vec<u8>) {
        self.number += 1;
        let held = self.held.take();
        if is_sealed(&bytes) {
            self.release(held);
            return self.give(self.number, 0, Part::Whole(bytes), None);
        }
        if let Some((number, line)) = held.as_ref().and_then(|(at, held)| Some((*at, joined(held, &bytes)?)))
        {
            return self.give(
                number,
                0,
                Part::Whole(line),
                Some("its checksum is missing or does not fit: one bit of it became a newline"),
            );
        }
        self.release(held);
        self.held = Some((self.number, bytes));
    }

    /// What follows the last newline: a whole line that lacks its own, or none.
    fn end(&mut self, tail: Vec<u8>) -> Vec<u8> {
        let counts = !tail.is_empty() && (is_sealed(&tail) || self.is_rest(&tail) || begins_whole(&tail));
        let tail = if counts {
            self.line(tail);
            Vec::new()
        } else {
            tail
        };
        let held = self.held.take();
        self.release(held);
        tail
    }

    fn is_rest(&self, tail: &[u8]) -> bool {
        self.held.as_ref().is_some_and(|(_, held)| joined(held, tail).is_some())
    }

    fn release(&mut self, held: Option<(u64, Vec<u8>)>) {
        let Some((number, bytes)) = held else { return };
        let (parts, fault) = put_right(&bytes);
        if bytes.trim_ascii().is_empty() {
            return self.give(number, 0, Part::Damaged(Vec::new()), Some("the line is blank"));
        }
        for (at, part) in (0..).zip(parts) {
            self.give(number, at, part, Some(fault));
        }
    }

    fn give(&mut self, number: u64, at: u32, part: Part, fault: Option<&'static str>) {
        (self.take)(Met { place: (number, at), part, fault });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::disk::{Access, Disk, OsDisk};
    use crate::store::line::sealed;

    fn met(bytes: &[u8]) -> (Vec<(u64, bool)>, Vec<u8>) {
        let folder = tempfile::tempdir().unwrap();
        let mut file = OsDisk.open(&folder.path().join("x"), Access::Make).unwrap();
        file.write_at(0, bytes).unwrap();
        let mut all = Vec::new();
        let take = &mut |met: Met| all.push((met.place.0, matches!(met.part, Part::Whole(_))));
        let tail = each(file.as_ref(), bytes.len() as u64, take).unwrap();
        (all, tail)
    }

    fn line(seq: u64) -> String {
        sealed(format!("{{\"seq\":{seq}"))
    }

    #[test]
    fn damage_ends_with_its_line() {
        let text = format!("{}\nx\ny\n\n{}\n", line(1), line(2));
        let all = vec![(1, true), (2, false), (3, false), (4, false), (5, true)];
        assert_eq!(met(text.as_bytes()), (all, Vec::new()));
    }

    #[test]
    fn a_tail_is_a_line_if_it_begins_with_one() {
        for (tail, whole, left) in [("", 2, ""), ("\x0b", 2, ""), ("{\"se", 1, "{\"se"), ("\0\0", 1, "\0\0")]
        {
            let last = if whole == 2 { line(2) } else { String::new() };
            let (all, rest) = met(format!("{}\n{last}{tail}", line(1)).as_bytes());
            assert_eq!(
                (all.iter().filter(|(_, whole)| *whole).count(), rest.as_slice()),
                (whole, left.as_bytes())
            );
        }
    }

    #[test]
    fn lines_that_somebody_sorted_come_in_their_order() {
        let folder = tempfile::tempdir().unwrap();
        let mut file = OsDisk.open(&folder.path().join("x"), Access::Make).unwrap();
        let text = [line(10), line(9), "x".into(), line(11)].join("\n");
        file.write_at(0, text.as_bytes()).unwrap();
        let mut all = Vec::new();
        each_by_seq(file.as_ref(), text.len() as u64, &mut |met| all.push(met.place.0)).unwrap();
        assert_eq!(all, [2, 3, 1, 4]);
    }
}
