//! Opening a document: `store.json`, edited by hand or by who knows what.

use crate::case::Case;
use crate::shown::{NEWCOMER, Shown, create, insert};
use profile_desk::target;
use std::path::Path;

/// The file of a case.
pub const FILE: &str = "store.json";

/// Nothing panics; a save keeps all that was there; what cannot be read is left alone.
pub fn run(folder: &Path, case: &Case) {
    case.write(folder);
    let file = folder.join(FILE);
    let bytes = || std::fs::read(&file).unwrap();
    let untouched = bytes();
    let Ok(document) = target::open(&file) else {
        assert_eq!(bytes(), untouched, "opening changed it");
        return;
    };
    let Ok(before) = Shown::of(document.as_ref()) else { return };
    before.assert_finds(document.as_ref());
    assert_eq!(bytes(), untouched, "reading changed it");
    let damage = document.damage();
    let Some(created) = create(document.as_ref()) else { return };
    assert!(!created || damage.is_none(), "written in spite of {damage:?}");
    if !created {
        assert_eq!(bytes(), untouched, "a refused request changed it");
        return;
    }
    assert_eq!(
        std::fs::read(folder.join(format!("{FILE}.bak"))).unwrap(),
        untouched,
        "the former one is kept"
    );
    let mut after = shown(&file);
    assert!(after.customers.remove(NEWCOMER).is_some(), "who was accepted is not there");
    assert_eq!(after, before, "a save changed what was there");
    let Some(id) = before.customers.keys().next() else { return };
    if insert(document.as_ref(), id) == Some(true) {
        let own = shown(&file).customers.remove(id).expect("who was there is there");
        assert!(own.contains("77"), "an accepted insert is not there");
    }
}

fn shown(file: &Path) -> Shown {
    let document = target::open(file).expect("what was saved can be opened");
    Shown::of(document.as_ref()).expect("what was saved can be read")
}
