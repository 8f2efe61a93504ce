//! The laws of `reconcile`, tried with generated profiles, and what a person would see of it.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "support/profiles.rs"]
mod support;

use profile_desk::model::compare::same_profile;
use profile_desk::model::json::Json;
use profile_desk::model::profile::Profile;
use profile_desk::model::reconcile::{Conflict, Reconciled, reconcile};
use proptest::prelude::*;
use support::{json, profile, profiles, schemas};

/// What conflicts, whoever is looking: the positions of records depend on the side.
fn seen(conflict: &Conflict, swapped: bool) -> String {
    let (one, other) =
        if swapped { (&conflict.theirs, &conflict.mine) } else { (&conflict.mine, &conflict.theirs) };
    let place = (&conflict.place.extension, &conflict.place.attribute);
    format!("{place:?} {:?} {one:?} {other:?}", conflict.base)
}

/// The value in a profile at a conflict's place.
fn at(profile: &Profile, conflict: &Conflict) -> Option<Json> {
    let place = &conflict.place;
    let Some(extension) = &place.extension else {
        return profile.core(place.attribute.as_ref().unwrap()).cloned();
    };
    let record = profile.records(extension).get(place.record.unwrap_or(1) - 1);
    match &place.attribute {
        None => record.map(|record| record.json().clone()),
        Some(name) => {
            record.and_then(|record| record.get(name)).map(profile_desk::model::json::View::to_json)
        }
    }
}

proptest! {
    #[test]
    fn when_nobody_else_changed_anything_mine_stands(base in profiles(), mine in profiles(), own: bool) {
        let joined = reconcile(&base, &mine, &base, &schemas(), own);
        prop_assert_eq!(joined, Reconciled { joined: mine, conflicts: vec![] });
    }

    #[test]
    fn when_i_changed_nothing_theirs_stands(base in profiles(), theirs in profiles(), own: bool) {
        let joined = reconcile(&base, &base, &theirs, &schemas(), own);
        prop_assert_eq!(joined, Reconciled { joined: theirs, conflicts: vec![] });
    }

    #[test]
    fn the_same_change_on_both_sides_is_no_conflict(base in profiles(), both in profiles(), own: bool) {
        let joined = reconcile(&base, &both, &both, &schemas(), own);
        prop_assert_eq!(joined, Reconciled { joined: both, conflicts: vec![] });
    }

    #[test]
    fn both_sides_see_the_same_conflicts(base in profiles(), mine in profiles(), theirs in profiles()) {
        let one = reconcile(&base, &mine, &theirs, &schemas(), true);
        let other = reconcile(&base, &theirs, &mine, &schemas(), true);
        let mut ones: Vec<String> = one.conflicts.iter().map(|c| seen(c, false)).collect();
        let mut others: Vec<String> = other.conflicts.iter().map(|c| seen(c, true)).collect();
        ones.sort();
        others.sort();
        prop_assert_eq!(ones, others);
    }

    #[test]
    fn where_it_conflicts_mine_is_kept(base in profiles(), mine in profiles(), theirs in profiles(), own: bool) {
        let reconciled = reconcile(&base, &mine, &theirs, &schemas(), own);
        for conflict in &reconciled.conflicts {
            let first = |value: &Json| value.view().elements().next().map_or_else(|| value.clone(), profile_desk::model::json::View::to_json);
            let counted = conflict.place.extension.as_deref() == Some("Notes");
            let shown = |value: &Json| if counted { first(value) } else { value.clone() };
            match &conflict.mine {
                Some(value) => prop_assert_eq!(at(&reconciled.joined, conflict), Some(shown(value))),
                None if conflict.place.attribute.is_some() => prop_assert_eq!(at(&reconciled.joined, conflict), None),
                None => prop_assert_eq!(at(&theirs, conflict), conflict.theirs.as_ref().map(shown)),
            }
        }
    }
}

fn joined(base: &str, mine: &str, theirs: &str) -> (String, Vec<String>) {
    let reconciled = reconcile(&profile(base), &profile(mine), &profile(theirs), &schemas(), true);
    let text = reconciled.joined.to_json().to_string();
    let text = text.replace("\"customer_id\":\"0004Va58A92T0017\"", "").replace("{,", "{");
    let value = |value: &Option<Json>| value.as_ref().map_or("-".to_owned(), Json::to_string);
    let line =
        |c: &Conflict| format!("{}: {} {} {}", c.place, value(&c.base), value(&c.mine), value(&c.theirs));
    (text, reconciled.conflicts.iter().map(line).collect())
}

fn same(text: &str, wanted: &str) -> bool {
    json(text) == json(&format!("{{{wanted}}}"))
}

const BASE: &str =
    r#""FirstName":"Bruce","Phone":[{"PhoneType":0,"number":"1","note":"x"},{"PhoneType":1,"number":"2"}]"#;

#[test]
fn edits_of_different_things_are_joined() {
    let mine = r#""FirstName":"Bruce","Phone":[{"PhoneType":0,"number":"9","note":"x"},{"PhoneType":1,"number":"2"},{"PhoneType":4,"number":"4"}]"#;
    let theirs =
        r#""FirstName":"Ann","Phone":[{"PhoneType":0,"number":"1","note":"y"},{"PhoneType":5,"number":"5"}]"#;
    let (text, conflicts) = joined(BASE, mine, theirs);
    let wanted = r#""FirstName":"Ann","Phone":[{"PhoneType":0,"number":"9","note":"y"},{"PhoneType":4,"number":"4"},{"PhoneType":5,"number":"5"}]"#;
    assert!(same(&text, wanted), "{text}");
    assert_eq!(conflicts, Vec::<String>::new());
}

#[test]
fn the_same_attribute_changed_in_two_ways_is_a_conflict_that_holds_mine() {
    let mine = BASE.replace("\"2\"", "\"22\"").replace("Bruce", "Ann");
    let theirs = BASE.replace("\"2\"", "\"222\"").replace("Bruce", "Eve");
    let (text, conflicts) = joined(BASE, &mine, &theirs);
    assert!(same(&text, &mine), "{text}");
    assert_eq!(conflicts, [r#"FirstName: "Bruce" "Ann" "Eve""#, r#"Phone 2 number: "2" "22" "222""#]);
}

#[test]
fn removed_here_and_changed_there_is_a_conflict() {
    let removed = r#""FirstName":"Bruce","Phone":[{"PhoneType":0,"number":"1","note":"x"}]"#;
    let changed = BASE.replace("\"2\"", "\"22\"");
    let (text, conflicts) = joined(BASE, removed, &changed);
    assert!(same(&text, removed), "{text}");
    assert_eq!(conflicts, [r#"Phone 2: {"PhoneType":1,"number":"2"} - {"PhoneType":1,"number":"22"}"#]);
    let (text, conflicts) = joined(BASE, &changed, removed);
    assert!(same(&text, &changed), "{text}");
    assert_eq!(conflicts, [r#"Phone 2: {"PhoneType":1,"number":"2"} {"PhoneType":1,"number":"22"} -"#]);
    assert_eq!(joined(BASE, removed, removed).1, Vec::<String>::new());
}

#[test]
fn what_a_server_nulled_or_filled_in_is_nobodys_change() {
    let mine = r#""Phone":[{"PhoneType":0,"number":"9","note":"x"}]"#;
    let theirs = r#""Phone":[{"PhoneType":0,"prefix":"555","number":"1","note":null}]"#;
    let (_, conflicts) = joined(r#""Phone":[{"PhoneType":0,"number":"1"}]"#, mine, theirs);
    assert_eq!(conflicts, Vec::<String>::new());
    let dropped = r#""Phone":[{"PhoneType":0,"number":"1"}]"#;
    assert_eq!(
        joined(r#""Phone":[{"PhoneType":0,"number":"1","note":"x"}]"#, dropped, theirs).1,
        Vec::<String>::new()
    );
}

#[test]
fn two_new_records_with_the_same_key_are_joined_attribute_by_attribute() {
    let mine = r#""Address":{"City":"Rome"},"Phone":[{"PhoneType":"0","number":"1","note":"x"}]"#;
    let theirs = r#""Address":{"Zip":"1"},"Phone":[{"PhoneType":0,"number":"1","note":"y"}]"#;
    let (text, conflicts) = joined("", mine, theirs);
    assert!(same(&text, &mine.replace("\"Rome\"", "\"Rome\",\"Zip\":\"1\"")), "{text}");
    assert_eq!(conflicts, [r#"Phone 1 note: - "x" "y""#]);
}

#[test]
fn a_default_that_i_wrote_out_in_a_new_record_is_a_value_of_mine() {
    let (_, conflicts) = joined("", r#""Address":{"Kind":0}"#, r#""Address":{"Kind":1}"#);
    assert_eq!(conflicts, ["Address Kind: - 0 1"]);
    let (_, conflicts) = joined(r#""Address":{}"#, r#""Address":{"Kind":0}"#, r#""Address":{"Kind":1}"#);
    assert_eq!(conflicts, Vec::<String>::new());
}

#[test]
fn records_that_nothing_tells_apart_are_counted() {
    let notes = |texts: &[&str]| {
        let records: Vec<String> = texts.iter().map(|text| format!("{{\"text\":\"{text}\"}}")).collect();
        format!("\"Notes\":[{}]", records.join(","))
    };
    let (text, conflicts) = joined(&notes(&["a", "b"]), &notes(&["a", "b", "a"]), &notes(&["a", "c"]));
    assert!(same(&text, &notes(&["a", "a", "c"])), "{text}");
    assert_eq!(conflicts, Vec::<String>::new());
    let (text, conflicts) = joined(&notes(&["a"]), "\"Notes\":[]", &notes(&["b", "a", "a"]));
    assert!(same(&text, &notes(&["b"])), "{text}");
    assert_eq!(conflicts, [r#"Notes 2: [{"text":"a"}] - [{"text":"a"},{"text":"a"}]"#]);
}

/// The same on a server that is not ours.
fn foreign(base: &str, mine: &str, theirs: &str) -> (Profile, usize) {
    let reconciled = reconcile(&profile(base), &profile(mine), &profile(theirs), &schemas(), false);
    (reconciled.joined, reconciled.conflicts.len())
}

#[test]
fn what_a_server_writes_in_another_form_is_nobodys_change() {
    let base = r#""FirstName":"","DOB":"1962-05-10","Phone":[{"PhoneType":0,"prefix":"","number":"1","note":""}],"Notes":[{"text":""}]"#;
    let mine =
        base.replace("\"FirstName\":\"\"", "\"FirstName\":\"Ann\"").replace("note\":\"\"", "note\":\"x\"");
    let mine = mine.replace("\"text\":\"\"", "\"text\":\"t\"").replace("1962", "1963");
    let theirs = r#""FirstName":null,"DOB":"1962-05-10T00:00:00.000Z","Phone":[{"phonetype":"0","prefix":null,"number":"1","note":null}],"Notes":[{"text":null}]"#;
    let (joined_there, conflicts) = foreign(base, &mine, theirs);
    assert!(conflicts == 0 && same_profile(&joined_there, &profile(&mine), &schemas()), "{joined_there:?}");
    assert_ne!(
        joined(base, &mine, theirs).1,
        Vec::<String>::new(),
        "on our own store each of it is a change"
    );
}

#[test]
fn a_value_that_i_emptied_is_no_conflict_with_one_that_came_back_as_null() {
    let base = r#""FirstName":"Ann","Phone":[{"PhoneType":0,"number":"1","note":"x"}]"#;
    let mine = r#""FirstName":"","Phone":[{"PhoneType":0,"number":"1","note":""}]"#;
    let theirs = r#""FirstName":null,"Phone":[{"PhoneType":0,"number":"1","note":null}]"#;
    assert_eq!(foreign(base, mine, theirs), (profile(mine), 0));
    // One that I emptied and that somebody else filled is one.
    let theirs = r#""FirstName":"Eve","Phone":[{"PhoneType":0,"number":"1","note":"y"}]"#;
    let nulled = base.replace("\"Ann\"", "null").replace("\"x\"", "null");
    assert_eq!(foreign(&nulled, mine, theirs).1, 2);
}
