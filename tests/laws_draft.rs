//! Laws of a draft: whatever is done to it can be undone to the beginning and redone to the end, and is the same once it
//! was on disk.
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "support/profiles.rs"]
mod support;

use jiff::tz::TimeZone;
use profile_desk::app::draft::Draft;
use profile_desk::app::edits::CoreValue;
use profile_desk::app::entry::Entry;
use profile_desk::app::keep;
use profile_desk::model::profile::Profile;
use proptest::prelude::*;
use std::collections::HashSet;
use support::{json, profile, profiles, schemas};

const EXTENSIONS: [&str; 3] = ["Phone", "Address", "Notes"];
const ATTRIBUTES: [&str; 5] = ["PhoneType", "number", "NUMBER", "text", "unheard_of"];
const CORE: [&str; 3] = ["FirstName", "EmailAddress", "Nickname"];

/// One thing done to a draft; rows are told by a number that is taken modulo their count.
#[derive(Clone, Debug)]
enum Step {
    Set(usize, usize, usize, String, u8),
    Settle,
    Add(usize),
    Duplicate(usize, usize),
    Remove(usize, usize),
    Revert(usize, usize, Option<usize>),
    Core(usize, Vec<(Option<usize>, Option<String>)>, bool),
    RevertCore(usize),
    RevertAll,
    Undo,
    Redo,
}

fn step() -> impl Strategy<Value = Step> {
    let text = prop::sample::select(&["", "0", "1", "7x", "a \u{202e}\"\\", "12345678901234567890"][..])
        .prop_map(str::to_owned);
    let value = (prop::option::of(0..3_usize), prop::option::of(text.clone()));
    let (extension, row, attribute) = (0..EXTENSIONS.len(), 0..5_usize, 0..ATTRIBUTES.len());
    prop_oneof![
        6 => (extension.clone(), row.clone(), attribute.clone(), text, 0..4_u8)
            .prop_map(|(extension, row, attribute, text, kind)| Step::Set(extension, row, attribute, text, kind)),
        1 => Just(Step::Settle),
        2 => extension.clone().prop_map(Step::Add),
        1 => (extension.clone(), row.clone()).prop_map(|(extension, row)| Step::Duplicate(extension, row)),
        2 => (extension.clone(), row.clone()).prop_map(|(extension, row)| Step::Remove(extension, row)),
        1 => (extension, row, prop::option::of(attribute)).prop_map(|(extension, row, attribute)| Step::Revert(extension, row, attribute)),
        2 => (0..CORE.len(), prop::collection::vec(value, 0..3), any::<bool>()).prop_map(|(name, values, typing)| Step::Core(name, values, typing)),
        1 => (0..CORE.len()).prop_map(Step::RevertCore),
        1 => Just(Step::RevertAll),
        1 => Just(Step::Undo),
        1 => Just(Step::Redo),
    ]
}

fn entry(extension: &str, attribute: &str, text: &str, kind: u8) -> Entry {
    let schemas = schemas();
    let schema = schemas.get(extension).and_then(|schema| schema.attribute(attribute));
    match kind {
        0 => Entry::Null,
        1 => Entry::Absent,
        _ => Entry::typed(schema, None, text, &TimeZone::UTC),
    }
}

fn carry_out(draft: &mut Draft, step: Step) {
    let key = |draft: &Draft, extension: &str, row: usize| {
        let count = draft.row_count(extension);
        row.checked_rem(count).and_then(|at| draft.row(extension, at)).map(|row| row.key)
    };
    match step {
        Step::Set(extension, row, attribute, text, kind) => {
            let (extension, attribute) = (EXTENSIONS[extension], ATTRIBUTES[attribute]);
            if let Some(key) = key(draft, extension, row) {
                draft.set(extension, key, attribute, entry(extension, attribute, &text, kind));
            }
        }
        Step::Settle => draft.settle(),
        Step::Add(extension) => drop(draft.add(EXTENSIONS[extension])),
        Step::Duplicate(extension, row) => {
            if let Some(key) = key(draft, EXTENSIONS[extension], row) {
                draft.duplicate(EXTENSIONS[extension], key);
            }
        }
        Step::Remove(extension, row) => {
            if let Some(key) = key(draft, EXTENSIONS[extension], row) {
                draft.remove(EXTENSIONS[extension], key);
            }
        }
        Step::Revert(extension, row, attribute) => {
            if let Some(key) = key(draft, EXTENSIONS[extension], row) {
                draft.revert(EXTENSIONS[extension], key, attribute.map(|at| ATTRIBUTES[at]));
            }
        }
        Step::Core(name, values, typing) => {
            let value = |(from, text): (Option<usize>, Option<String>)| CoreValue {
                from,
                entry: text.map(|text| entry("", CORE[name], &text, 2)),
            };
            draft.set_core(CORE[name], values.into_iter().map(value).collect(), typing.then_some(0));
        }
        Step::RevertCore(name) => draft.revert_core(CORE[name]),
        Step::RevertAll => draft.revert_all(),
        Step::Undo => draft.undo(),
        Step::Redo => draft.redo(),
    }
}

fn wanted(draft: &Draft) -> Profile {
    draft.wanted(&schemas(), &HashSet::new(), &HashSet::new())
}

/// All that a profile says, whatever the order of attributes and records.
fn said(profile: &Profile) -> Vec<String> {
    let core = profile.core.iter().map(|core| format!("{}={}", core.name, core.value));
    let records = profile.extensions.iter().flat_map(|extension| {
        extension.records.as_slice().iter().map(|record| {
            let mut members: Vec<String> = record
                .attributes()
                .map(|(name, value)| format!("{}={value}", name.decoded().to_lowercase()))
                .collect();
            members.sort();
            format!("{} {}", extension.name, members.join(","))
        })
    });
    let mut all: Vec<String> = core.chain(records).collect();
    all.sort();
    all
}

fn undo_all(draft: &mut Draft) -> usize {
    let mut steps = 0;
    while draft.can_undo() {
        draft.undo();
        steps += 1;
    }
    steps
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_024, ..ProptestConfig::default() })]

    #[test]
    fn all_of_it_can_be_undone_and_redone(base in profiles(), steps in prop::collection::vec(step(), 0..40)) {
        let mut draft = Draft::new(base.id.clone(), Some(base.clone()));
        for step in steps {
            carry_out(&mut draft, step);
        }
        let (end, edits) = (wanted(&draft), draft.edits().clone());
        let ahead = { let mut copy = draft.clone(); let mut count = 0; while copy.can_redo() { copy.redo(); count += 1; } count };
        let back = undo_all(&mut draft);
        prop_assert!(draft.edits().is_empty() && !draft.is_changed(), "left after undo: {:?}", draft.edits());
        prop_assert_eq!(wanted(&draft), base);
        for _ in 0..back {
            prop_assert!(draft.can_redo());
            draft.redo();
        }
        prop_assert_eq!(draft.edits(), &edits);
        prop_assert_eq!(wanted(&draft), end);
        let mut left = 0;
        while draft.can_redo() {
            draft.redo();
            left += 1;
        }
        prop_assert_eq!(left, ahead);
    }

    #[test]
    fn a_draft_is_the_same_once_it_was_on_disk(base in profiles(), steps in prop::collection::vec(step(), 0..30)) {
        let mut draft = Draft::new(base.id.clone(), Some(base.clone()));
        for step in steps {
            carry_out(&mut draft, step);
        }
        let text = keep::to_json(draft.edits()).to_string();
        let (edits, lost) = keep::from_json(&json(&text));
        prop_assert_eq!(lost, 0);
        prop_assert_eq!(&edits, draft.edits());
        let mut restored = Draft::restored(base.id.clone(), Some(base), edits);
        prop_assert_eq!(wanted(&restored), wanted(&draft));
        // A record that is added now is another one than those that were added before.
        let keys = |draft: &Draft| -> HashSet<u64> {
            (0..draft.row_count("Notes")).filter_map(|at| draft.row("Notes", at)).map(|row| row.key).collect()
        };
        let known = keys(&restored);
        let added = restored.add("Notes");
        prop_assert!(!known.contains(&added));
    }

    #[test]
    fn whatever_was_typed_a_draft_can_want_any_other_profile_as_one_step(
        base in profiles(), there: bool, steps in prop::collection::vec(step(), 0..10), other in profiles()
    ) {
        let mut draft = Draft::new(base.id.clone(), there.then(|| base.clone()));
        for step in steps {
            carry_out(&mut draft, step);
        }
        let typed = draft.edits().clone();
        draft.want(&other, &schemas());
        prop_assert_eq!(said(&wanted(&draft)), said(&other));
        let kept = keep::from_json(&json(&keep::to_json(draft.edits()).to_string()));
        prop_assert_eq!(&kept, &(draft.edits().clone(), 0));
        if *draft.edits() != typed {
            draft.undo();
        }
        prop_assert_eq!(draft.edits(), &typed);
        draft.want(&base, &schemas());
        prop_assert_eq!(draft.edits().is_empty(), there || said(&base).is_empty());
    }

    #[test]
    fn what_is_set_back_to_what_was_loaded_is_no_edit(base in profiles(), row in 0..4_usize, text in "[a-z0-9]{0,3}") {
        let mut draft = Draft::new(base.id.clone(), Some(base.clone()));
        let Some(found) = draft.row("Phone", row) else { return Ok(()) };
        let (key, loaded) = (found.key, found.record.get("number").unwrap().to_json());
        for letter in 0..text.len() {
            draft.set("Phone", key, "number", entry("Phone", "number", &text[..=letter], 2));
        }
        draft.settle();
        let back = Entry::Typed { text: String::new(), token: Ok(loaded) };
        draft.set("Phone", key, "Number", back);
        prop_assert!(draft.edits().is_empty(), "{:?}", draft.edits());
        prop_assert_eq!(wanted(&draft), base);
    }
}

#[test]
fn keystrokes_in_one_field_are_one_step_and_another_field_is_another() {
    let base = profile(r#""Phone":[{"PhoneType":1,"number":"1"}]"#);
    let mut draft = Draft::new(base.id.clone(), Some(base));
    for text in ["2", "22", "222"] {
        draft.set("Phone", 0, "number", entry("Phone", "number", text, 2));
    }
    draft.set("Phone", 0, "prefix", entry("Phone", "prefix", "+1", 2));
    draft.undo();
    let number = |draft: &Draft| wanted(draft).records("Phone")[0].get("number").unwrap().to_string();
    assert_eq!(number(&draft), "\"222\"");
    draft.undo();
    assert_eq!(number(&draft), "\"1\"");
    assert!(!draft.can_undo() && draft.can_redo());
    draft.set("Phone", 0, "number", entry("Phone", "number", "3", 2));
    assert!(!draft.can_redo(), "what was undone before a new edit comes back over it");
}

#[test]
fn an_undo_with_nothing_to_take_back_ends_the_step_of_typing() {
    let base = profile(r#""Phone":[{"PhoneType":1,"number":"1"}]"#);
    let mut draft = Draft::new(base.id.clone(), Some(base));
    for text in ["12", "1"] {
        draft.set("Phone", 0, "number", entry("Phone", "number", text, 2));
    }
    draft.undo();
    draft.set("Phone", 0, "number", entry("Phone", "number", "13", 2));
    assert!(draft.can_undo());
    draft.undo();
    assert!(draft.edits().is_empty());
}
