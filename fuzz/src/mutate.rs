//! Changes to a file such as disks, editors and copies make, and such as only somebody makes who knows the format.

use crate::random::Random;

/// What stands before the checksum of a line.
const CRC: &[u8] = b",\"crc\":\"";

/// Tokens that a reader may stumble over.
const TOKENS: [&str; 30] = [
    "null",
    "true",
    "0",
    "-0",
    "-1",
    "1e400",
    "18446744073709551615",
    "18446744073709551616",
    "1E-7",
    "1.0",
    "[]",
    "{}",
    "\"\"",
    "\"\\ud800\"",
    "\"\\u0000\"",
    "\"\u{202e}\"",
    "\"A\"",
    "\"a\"",
    "[null]",
    "[[]]",
    "{\"a\":1,\"A\":2}",
    "{\"customer_id\":\"A\"}",
    "{\"Phone\":[]}",
    "{\"Phone\":null}",
    "\"DELETE\"",
    "\"PATCH\"",
    "\"/profiles/%\"",
    "\"/profiles/A/merge/A\"",
    "\"/x/checkpoint/A\"",
    "\"/metadata/profiles/extensions/phone\"",
];

/// A file with one to four changes; other files of the same kind give parts.
pub fn mutated(bytes: &[u8], others: &[&[u8]], random: &mut Random) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=random.below(4) {
        change(&mut bytes, others, random);
    }
    bytes
}

/// The same for a journal, whose lines often get right checksums again.
pub fn mutated_lines(bytes: &[u8], others: &[&[u8]], random: &mut Random) -> Vec<u8> {
    let bytes = mutated(bytes, others, random);
    if random.once_in(3) { bytes } else { sealed(&bytes, random.once_in(2)) }
}

fn change(bytes: &mut Vec<u8>, others: &[&[u8]], random: &mut Random) {
    let part = random.part(bytes.len());
    match random.below(12) {
        0 if !bytes.is_empty() => {
            let at = random.below(bytes.len());
            bytes[at] ^= 1 << random.below(8);
        }
        1 => bytes.truncate(part.start),
        2 => drop(bytes.drain(part)),
        3 => {
            let copy = bytes[part.clone()].to_vec();
            insert(bytes, part.end, &copy);
        }
        4 => bytes[part.start..].fill(0),
        5 => {
            let noise: Vec<u8> = (0..random.below(64)).map(|_| random.number().to_le_bytes()[0]).collect();
            insert(bytes, part.start, &noise);
        }
        6 => {
            let other = *random.pick(others);
            let piece = random.part(other.len());
            bytes.splice(part, other[piece].iter().copied());
        }
        7 => deepen(bytes, part.start, random),
        8 | 9 => token(bytes, random),
        _ => lines(bytes, others, random),
    }
}

fn insert(bytes: &mut Vec<u8>, at: usize, what: &[u8]) {
    bytes.splice(at..at, what.iter().copied());
}

/// Many brackets, or many bytes of one kind.
fn deepen(bytes: &mut Vec<u8>, at: usize, random: &mut Random) {
    let byte = *random.pick(b"[{]}\"\\0 \n,");
    insert(bytes, at, &vec![byte; 1 << random.below(13)]);
}

/// Puts another token in the place of one.
fn token(bytes: &mut Vec<u8>, random: &mut Random) {
    let starts: Vec<usize> = (1..bytes.len()).filter(|at| b":,[".contains(&bytes[at - 1])).collect();
    if starts.is_empty() {
        return;
    }
    let start = *random.pick(&starts);
    let long = bytes[start..].iter().position(|byte| b",]}".contains(byte)).unwrap_or(0);
    bytes.splice(start..start + long, random.pick(&TOKENS).bytes());
}

/// Whole lines: twice, gone, elsewhere, of another file, empty, cut off.
fn lines(bytes: &mut Vec<u8>, others: &[&[u8]], random: &mut Random) {
    let mut lines: Vec<Vec<u8>> = bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    let (from, to) = (random.below(lines.len()), random.below(lines.len() + 1));
    let Some(line) = lines.get(from).cloned() else { return };
    match random.below(7) {
        0 => lines.insert(to, line),
        1 => drop(lines.remove(from)),
        2 => lines.swap(from, to.saturating_sub(1)),
        3 => {
            let other: Vec<&[u8]> = random.pick(others).split_inclusive(|byte| *byte == b'\n').collect();
            let foreign = other.get(random.below(other.len())).map_or(line, |line| line.to_vec());
            lines.insert(to, foreign);
        }
        4 => lines.insert(to, b"\n".to_vec()),
        5 => lines[from].truncate(line.len() / 2),
        _ => lines.truncate(from),
    }
    *bytes = lines.concat();
}

/// Every line that ends like one with a checksum gets the right one; with `counted` their `seq` follow each other too.
fn sealed(bytes: &[u8], counted: bool) -> Vec<u8> {
    let mut seq = 0_u64;
    let mut out = Vec::with_capacity(bytes.len());
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let text = line.strip_suffix(b"\n").unwrap_or(line);
        let Some(at) = text.windows(CRC.len()).rposition(|window| window == CRC) else {
            out.extend_from_slice(line);
            continue;
        };
        let mut content = text[..at].to_vec();
        let digits = content
            .strip_prefix(b"{\"seq\":")
            .map(|rest| rest.iter().take_while(|byte| byte.is_ascii_digit()).count());
        if let Some(digits) = digits.filter(|_| counted) {
            seq += 1;
            content.splice(7..7 + digits, seq.to_string().into_bytes());
        }
        out.extend_from_slice(&content);
        out.extend_from_slice(format!(",\"crc\":\"{:08x}\"}}", crc32fast::hash(&content)).as_bytes());
        out.extend_from_slice(&line[text.len()..]);
    }
    out
}
