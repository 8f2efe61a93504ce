//! What repair says to a person: what was put right, what was lost, and what could not be carried out without it.

use crate::store::check::{Fate, Mark, Survey, names};
use std::collections::BTreeMap;

/// A sentence for everything in a store that repair will change.
pub fn told(found: &Survey) -> Vec<String> {
    let mut told: Vec<String> = found.files.missing.iter().map(|(path, more)| missing(path, *more)).collect();
    let mut follows: BTreeMap<String, u64> = BTreeMap::new();
    for (place, mark) in &found.judge.marks {
        if mark.fate == Fate::Follows {
            *follows.entry(names(&mark.customers)).or_default() += 1;
            continue;
        }
        let sentence = format!("{}: {}", found.place(*place), of_mark(mark));
        if told.last() != Some(&sentence) {
            told.push(sentence);
        }
    }
    let order = |at: &usize| {
        format!("{}: put right: its lines were not in the order of their seq", found.place((*at, 0, 0)))
    };
    told.extend(found.judge.unsorted.iter().map(order));
    told.extend(follows.iter().map(|(names, count)| of_those(names, *count)));
    let (torn, unsettled) = (found.torn.len(), found.unsettled);
    told.extend((torn > 0).then(|| format!("{torn} bytes of an unfinished line were cut off and set aside")));
    told.extend(
        (unsettled > 0)
            .then(|| format!("{unsettled} bytes that nobody was told of: what is whole of them was kept")),
    );
    told
}

fn missing(path: &std::path::Path, more: u32) -> String {
    let more = if more == 0 { String::new() } else { format!(", and {more} behind it") };
    format!("{}: this file is missing{more}; what was in it is lost", path.display())
}

fn of_mark(Mark { fate, sentence, customers }: &Mark) -> String {
    let names = names(customers);
    match fate {
        Fate::Lost if customers.is_empty() => format!("lost: {sentence}; nothing tells whose it was"),
        Fate::Lost => format!("lost: {sentence}; it was one request of customer {names}"),
        Fate::Counts => format!("put right: {sentence}"),
        Fate::Aside | Fate::Follows if customers.is_empty() => format!("set aside: {sentence}"),
        Fate::Aside | Fate::Follows => format!("set aside: {sentence} (customer {names})"),
    }
}

fn of_those(names: &str, count: u64) -> String {
    let whose = if names.is_empty() { "about schemas".into() } else { format!("of customer {names}") };
    format!("set aside: {count} requests {whose} cannot be carried out without what is lost")
}
