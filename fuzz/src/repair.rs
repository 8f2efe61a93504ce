//! Repairing a damaged journal.

use crate::case::Case;
use crate::shown::{NEWCOMER, Shown, create};
use profile_desk::store::{check, repair};
use profile_desk::target;
use std::path::Path;

/// Afterwards the store is whole, no byte of a line is gone, and what was whole is as it was.
pub fn run(folder: &Path, case: &Case) {
    case.write(folder);
    let was_whole = check(folder).is_ok_and(|report| report.findings.is_empty());
    let before = target::open(folder).ok().and_then(|store| Shown::of(store.as_ref()).ok());
    let Ok(repaired) = repair(folder) else { return };
    assert_kept(folder, case);
    let findings = check(folder).expect("a repaired store is one").findings;
    assert!(findings.is_empty(), "left by {repaired:?}: {findings:?}");
    let again = repair(folder).expect("a repaired store is one");
    assert!(again.told.is_empty(), "told again: {:?}", again.told);
    let store = target::open(folder).expect("a repaired store opens");
    assert_eq!(store.damage(), None);
    let after = Shown::of(store.as_ref()).expect("a repaired store can be read");
    assert!(!was_whole || before.is_none_or(|before| before == after), "a repair changed what was whole");
    let accepted = create(store.as_ref()) == Some(true);
    assert!(accepted || after.customers.contains_key(NEWCOMER), "a repaired store takes no requests");
}

/// Every line that there was is in the journal or in `aside/`.
fn assert_kept(folder: &Path, case: &Case) {
    let aside = folder.join("aside");
    let aside = if aside.is_dir() { Case::read(&aside) } else { Case::default() };
    let kept: Vec<Vec<u8>> = Case::read(folder).0.into_values().chain(aside.0.into_values()).collect();
    let kept = kept.concat();
    for (name, bytes) in &case.0 {
        for line in bytes.split(|byte| *byte == b'\n').filter(|line| line.iter().any(|byte| *byte != 0)) {
            assert!(contains(&kept, line), "a line of {name} is gone: {}", String::from_utf8_lossy(line));
        }
    }
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    memchr::memmem::find(text, part).is_some()
}
