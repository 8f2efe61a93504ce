//! Submit to a server that is not ours, under both readings of insert: phases, answers that are odd, answers that are lost.
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "support/foreign.rs"]
mod foreign;
#[path = "support/profiles.rs"]
mod support;

use foreign::{Answer, Foreign};
use profile_desk::model::apply::{Reading, apply};
use profile_desk::model::plan::KnownReading;
use profile_desk::model::profile::Profile;
use profile_desk::model::request::Request;
use profile_desk::target::submit::{Submitted, Wanted, preview, submit};
use profile_desk::target::{Stamp, Target, TargetError};
use proptest::prelude::*;
use support::{json, profile, profiles, schemas};

const BOTH: [Reading; 2] = [Reading::Upsert, Reading::Replace];

fn run(target: &Foreign, base: &Profile, mine: &Profile) -> Result<Submitted, TargetError> {
    let stamp = Stamp { by: "tester".into(), at: "2026-11-24T09:30:00.000Z".into() };
    submit(target, &Wanted { base: Some(base), mine: Some(mine) }, &stamp)
}

fn server(reading: Reading, base: &Profile) -> Foreign {
    Foreign::new(reading, KnownReading::Unknown, schemas(), Some(base))
}

fn now(target: &Foreign, profile: &Profile) -> Profile {
    target.load(&profile.id).unwrap().unwrap().profile
}

/// Phones 1 and 2, and what is wanted instead: 1 changed, 2 away, 3 new, another first name.
fn edit() -> (Profile, Profile) {
    (
        profile(r#""FirstName":"Ann","Phone":[{"PhoneType":1,"number":"1"},{"PhoneType":2,"number":"2"}]"#),
        profile(r#""FirstName":"Eve","Phone":[{"PhoneType":1,"number":"9"},{"PhoneType":3,"number":"3"}]"#),
    )
}

#[test]
fn inserts_go_first_removals_after_a_reading_and_core_attributes_last() {
    let (base, mine) = edit();
    for reading in BOTH {
        let target = server(reading, &base);
        let Submitted::Done { sent, now, joined } = run(&target, &base, &mine).unwrap() else { panic!() };
        assert_eq!(now.unwrap().profile, mine, "{reading:?}");
        assert!(!joined);
        assert_eq!(sent, target.asked());
        let kinds: Vec<&str> = sent.iter().map(|request| request.method().as_str()).collect();
        // Under replace the insert of the complete set has removed the record already.
        assert_eq!(
            kinds,
            if reading == Reading::Upsert { vec!["POST", "PUT", "PUT"] } else { vec!["POST", "PUT"] }
        );
        assert_eq!(
            run(&target, &mine, &mine).unwrap(),
            Submitted::NothingToSend { now: target.load(&mine.id).unwrap() }
        );
    }
}

#[test]
fn nothing_is_removed_while_the_reading_lacks_what_should_remain() {
    let (base, mine) = edit();
    for reading in BOTH {
        // The server says yes to the insert and forgets it.
        let target = server(reading, &base).before(|_, _, _| Answer::Ignored);
        let Submitted::Refused { rejection, sent, .. } = run(&target, &base, &mine).unwrap() else {
            panic!()
        };
        assert!(rejection.to_string().contains("did not keep it"), "{rejection}");
        assert_eq!(sent.len(), 1);
        assert!(target.asked().iter().all(|request| matches!(request, Request::InsertRecords(..))));
        assert_eq!(now(&target, &base), base);
    }
}

#[test]
fn a_record_that_is_gone_is_a_conflict_and_never_inserted_again() {
    let base = profile(r#""Phone":[{"PhoneType":1,"number":"1"},{"PhoneType":2,"number":"2"}]"#);
    let mine = profile(r#""Phone":[{"PhoneType":1,"number":"9"},{"PhoneType":2,"number":"2"}]"#);
    for reading in BOTH {
        let gone =
            Request::DeleteRecord(base.id.clone(), "Phone".into(), json(r#"{"PhoneType":1,"prefix":"555"}"#));
        let target = server(reading, &base).before(move |number, _, state| {
            if number == 0 {
                apply(state, &gone, Reading::Upsert).unwrap();
            }
            Answer::Honest
        });
        let Submitted::Conflict { now, conflicts, .. } = run(&target, &base, &mine).unwrap() else {
            panic!()
        };
        assert_eq!(now.unwrap().profile.records("Phone").len(), 1);
        assert_eq!(conflicts.len(), 1);
        assert_eq!(conflicts[0].theirs, None);
        assert!(matches!(target.asked()[..], [Request::UpdateRecord(..)]));
    }
}

#[test]
fn a_server_without_updates_gets_the_complete_set_instead() {
    let base = profile(r#""Phone":[{"PhoneType":1,"number":"1"},{"PhoneType":2,"number":"2"}]"#);
    let mine = profile(r#""Phone":[{"PhoneType":1,"number":"9"}]"#);
    for reading in BOTH {
        let target = server(reading, &base).before(|_, request, _| {
            if matches!(request, Request::UpdateRecord(..)) { Answer::NotThere } else { Answer::Honest }
        });
        let end = run(&target, &base, &mine).unwrap();
        assert!(matches!(end, Submitted::Done { .. }), "{end:?}");
        assert_eq!(now(&target, &base), mine, "{reading:?}");
        let updates = target.asked().iter().filter(|r| matches!(r, Request::UpdateRecord(..))).count();
        assert_eq!(updates, 1);
    }
}

#[test]
fn a_lost_answer_is_settled_by_reading_back_or_stays_unclear() {
    let base = profile(r#""Phone":[{"PhoneType":1,"number":"1"}]"#);
    let mine = profile(r#""Phone":[{"PhoneType":1,"number":"9"}]"#);
    let target = server(Reading::Upsert, &base).before(|_, _, _| Answer::DoneAndLost);
    assert!(matches!(run(&target, &base, &mine).unwrap(), Submitted::Done { .. }));
    let target = server(Reading::Upsert, &base).before(|_, _, _| Answer::Lost);
    let error = run(&target, &base, &mine).unwrap_err();
    assert!(matches!(&error, TargetError::Unclear(sentence) if sentence.contains("by/unique")), "{error}");
    assert_eq!(target.asked().len(), 1, "nothing is sent twice");
}

#[test]
fn a_refusal_names_the_steps_that_stand() {
    let (base, mine) = edit();
    let target = server(Reading::Upsert, &base)
        .before(|number, _, _| if number > 0 { Answer::NotThere } else { Answer::Honest });
    let Submitted::Refused { sent, now, .. } = run(&target, &base, &mine).unwrap() else { panic!() };
    assert!(matches!(sent[..], [Request::InsertRecords(..)]));
    assert_eq!(now.unwrap().profile.records("Phone").len(), 3, "nothing was removed");
}

fn meaning(target: &Foreign, a: &Profile, b: &Profile) -> Vec<Request> {
    preview(&target.capabilities(), &schemas(), &Wanted { base: Some(a), mine: Some(b) }).unwrap()
}

proptest! {
    #[test]
    fn what_is_wanted_is_reached_under_both_readings(base in profiles(), mine in profiles(), replaces in any::<bool>()) {
        let target = server(if replaces { Reading::Replace } else { Reading::Upsert }, &base);
        match run(&target, &base, &mine).unwrap() {
            Submitted::Done { .. } => prop_assert!(meaning(&target, &now(&target, &base), &mine).is_empty()),
            Submitted::NothingToSend { .. } => prop_assert!(meaning(&target, &base, &mine).is_empty()),
            Submitted::Cannot(_) => prop_assert_eq!(target.asked().len(), 0),
            other => prop_assert!(false, "{:?}", other),
        }
    }
}
