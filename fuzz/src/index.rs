//! Opening an index beside a good journal.

use crate::case::Case;
use crate::random::Random;
use crate::shown::{NEWCOMER, Shown, create};
use crate::{journal, mutate};
use profile_desk::target::{self, Target};
use std::path::Path;

/// The files of the index begin so.
pub const FILES: &str = "index-";
/// The size of a page, and of what stands before its checksum.
const PAGE: usize = 4096;
const ROOM: usize = PAGE - 4;
/// Where a file tells what it covers: behind its first bytes, its length, and twenty numbers.
const COVER: usize = 22 * 8;

/// A damaged index changes no answer.
pub fn damaged(folder: &Path, case: &Case) {
    let without = Answers::of(&folder.join("without"), &case.without(FILES));
    assert_eq!(Answers::of(&folder.join("with"), case), without);
}

/// One that somebody made up, with right checksums, may hide what is there. But nothing panics, and nothing is made up.
pub fn forged(folder: &Path, case: &Case) {
    let folder = folder.join("forged");
    case.write(&folder);
    let Ok(store) = target::open(&folder) else { return };
    let ids = profiles_of(store.as_ref());
    let shown = Shown { customers: ids, schemas: Vec::new() };
    journal::assert_whole(case, &folder, &shown);
    for text in ["a", "ada", "33", "Жа", "nobody at all"] {
        let _ = store.find(text, 1_000);
    }
    let _ = create(store.as_ref());
}

/// Those who can be loaded of those who are listed.
fn profiles_of(store: &dyn Target) -> std::collections::BTreeMap<String, String> {
    let ids = store.customers().unwrap_or_default();
    let load = |id| Some(store.load(id).ok()??.profile.to_json().to_string());
    ids.iter().filter_map(|id| Some((id.to_string(), load(id)?))).collect()
}

/// What a store answers before and after somebody new came.
#[derive(Debug, PartialEq, Eq)]
struct Answers {
    before: Shown,
    found: Vec<Vec<String>>,
    histories: Vec<usize>,
    after: Shown,
}

impl Answers {
    fn of(folder: &Path, case: &Case) -> Self {
        case.write(folder);
        let store = target::open(folder).expect("the journal is good");
        let before = Shown::of(store.as_ref()).expect("the journal is good");
        let found = ["a", "ada", "33", "222 33", "Жа", "Баб", "nobody at all"]
            .map(|text| found(store.as_ref(), text));
        let history = |id| store.history(id).expect("the journal is good").len();
        let histories = store.customers().expect("the journal is good").iter().take(2).map(history).collect();
        assert_eq!(create(store.as_ref()), Some(true), "{NEWCOMER} was refused");
        drop(store);
        let store = target::open(folder).expect("it opened before an append");
        let after = Shown::of(store.as_ref()).expect("it was read before an append");
        Self { before, found: found.into(), histories, after }
    }
}

fn found(store: &dyn Target, text: &str) -> Vec<String> {
    let found = store.find(text, 1_000).expect("the journal is good");
    let mut ids: Vec<String> = found.iter().map(|profile| profile.id.to_string()).collect();
    ids.sort();
    ids
}

/// Changes that leave most pages where they are.
pub fn changed(bytes: &[u8], others: &[&[u8]], random: &mut Random) -> Vec<u8> {
    if random.once_in(4) {
        return mutate::mutated(bytes, others, random);
    }
    let mut bytes = bytes.to_vec();
    for _ in 0..=random.below(4) {
        let at = random.below(bytes.len() / 8) * 8;
        match random.below(5) {
            0 => bytes[at] ^= 1 << random.below(8),
            1 => bytes[at..at + 8].copy_from_slice(&number(random).to_le_bytes()),
            2 => bytes[at..at + 4].copy_from_slice(&number(random).to_le_bytes()[..4]),
            3 => bytes[at / PAGE * PAGE..][..PAGE].fill(0),
            _ => {
                let from = random.below(bytes.len() / PAGE) * PAGE;
                bytes.copy_within(from..from + PAGE, at / PAGE * PAGE);
            }
        }
    }
    bytes
}

/// The same with right checksums.
pub fn made_up(bytes: &[u8], others: &[&[u8]], random: &mut Random) -> Vec<u8> {
    sealed(changed(bytes, others, random))
}

fn number(random: &mut Random) -> u64 {
    match random.below(4) {
        0 => random.below(300) as u64,
        1 => u64::MAX - random.below(3) as u64,
        2 => 1 << random.below(64),
        _ => random.number(),
    }
}

/// Gives every page its checksum: over a salt, which the first pages lack, its number, and what is in it.
pub fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
    let length = bytes.get(8..16).map_or(0, |bytes| u64::from_le_bytes(bytes.try_into().unwrap()));
    let end = usize::try_from(length).unwrap_or(0).saturating_add(16);
    let salt = bytes[..bytes.len().min(ROOM)].get(COVER..end).map_or(0, crc32fast::hash);
    for (number, page) in bytes.chunks_exact_mut(PAGE).enumerate() {
        let salt = if number < end.div_ceil(ROOM) { 0 } else { salt };
        let mut hasher = crc32fast::Hasher::new_with_initial(salt);
        hasher.update(&u32::try_from(number).unwrap_or(0).to_le_bytes());
        hasher.update(&page[..ROOM]);
        page[ROOM..].copy_from_slice(&hasher.finalize().to_le_bytes());
    }
    bytes
}
