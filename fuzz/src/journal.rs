//! Opening a journal: one segment, several, with an index or without.

use crate::case::Case;
use crate::shown::{NEWCOMER, Shown, create, insert};
use profile_desk::model::profile::CustomerId;
use profile_desk::store::line::{Line, is_sealed};
use profile_desk::store::{Store, check};
use profile_desk::target;
use std::path::Path;

/// Nothing panics; what is shown is whole; nothing is made worse.
pub fn run(folder: &Path, case: &Case) {
    case.write(folder);
    let checked = check(folder);
    let Ok(store) = target::open(folder) else {
        assert!(target::open(folder).is_err(), "the second opening differs");
        return;
    };
    let Ok(before) = Shown::of(store.as_ref()) else { return };
    before.assert_finds(store.as_ref());
    assert_whole(case, folder, &before);
    assert_eq!(shown(folder).as_ref(), Some(&before), "the second opening differs");
    let damage = store.damage();
    let former = checked.map(|report| report.findings).unwrap_or_default();
    let findings = former.len();
    assert!(damage.is_none() || findings > 0, "check finds nothing, and the store says {damage:?}");
    let created = create(store.as_ref());
    drop(store);
    let Some(created) = created else { return };
    let taken = created || before.customers.contains_key(NEWCOMER);
    assert!(taken || findings > 0, "check finds nothing, and nothing can be written");
    let mut after = shown(folder).expect("it opened before an append");
    assert_eq!(after.customers.contains_key(NEWCOMER), created || before.customers.contains_key(NEWCOMER));
    if created {
        after.customers.remove(NEWCOMER);
    }
    assert_eq!(after, before, "an append changed what was there");
    assert_inserts(folder, &before, findings > 0);
    let left = check(folder).expect("it was a store before").findings;
    // What follows from damage that was there before may be named too.
    assert!(findings > 0 || left.is_empty(), "{left:#?}");
}

fn shown(folder: &Path) -> Option<Shown> {
    Shown::of(target::open(folder).ok()?.as_ref()).ok()
}

/// An insert into one customer changes no other. Where a line is damaged, and that is met only later, it may not be shown yet.
fn assert_inserts(folder: &Path, before: &Shown, damaged: bool) {
    let Some(id) = before.customers.keys().next() else { return };
    let Ok(store) = target::open(folder) else { panic!("it opened before") };
    let others = |mut shown: Shown| {
        shown.customers.remove(NEWCOMER);
        shown.customers.remove(id).map(|own| (own.contains("77"), shown))
    };
    let Some(inserted) = insert(store.as_ref(), id) else { return };
    let (has, after) =
        others(shown(folder).expect("it opened before an insert")).expect("who was there is there");
    assert!(has || !inserted || damaged, "an accepted insert is not there");
    let (_, before) = others(before.clone()).unwrap();
    assert_eq!(after, before, "an insert into {id} changed somebody else");
}

/// What is shown comes from lines with a right checksum.
pub fn assert_whole(case: &Case, folder: &Path, shown: &Shown) {
    let journals = case.0.iter().filter(|(name, _)| name.starts_with("journal-"));
    let lines = journals.flat_map(|(_, bytes)| bytes.split(|byte| *byte == b'\n'));
    let sealed: Vec<&[u8]> = lines.filter(|line| is_sealed(line)).collect();
    let text = String::from_utf8_lossy(&sealed.join(&b'\n')).into_owned();
    for token in shown.tokens() {
        assert!(text.contains(&token), "{token} is of no whole line");
    }
    let known: Vec<Line> = sealed.iter().filter_map(|line| Line::from_bytes(line).ok()).collect();
    let Ok(store) = Store::open(folder) else { return };
    // Each reads the whole journal.
    for id in shown.customers.keys().take(2) {
        for past in store.history(&CustomerId::new(id).unwrap()).unwrap_or_default() {
            assert!(known.contains(&past), "a line of the history of {id} is not whole");
        }
    }
}
