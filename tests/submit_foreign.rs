//! Submit to a server that is not ours, under both readings of insert: phases, answers that are odd, answers that are lost.
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "support/foreign.rs"]
mod foreign;
#[path = "support/profiles.rs"]
mod support;

use foreign::{Answer, Foreign};
use profile_desk::model::apply::{Reading, apply};
use profile_desk::model::compare::same_profile;
use profile_desk::model::plan::KnownReading;
use profile_desk::model::profile::Profile;
use profile_desk::model::request::Request;
use profile_desk::model::schema::Schemas;
use profile_desk::target::submit::{Submitted, Wanted, preview, standing, submit};
use profile_desk::target::{Stamp, Target, TargetError};
use proptest::prelude::*;
use std::sync::atomic::{AtomicBool, Ordering};
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

/// What an Oracle database makes of a profile, whose other values come back in forms of the server's own.
fn odd(profile: &Profile) -> Profile {
    let json = profile.to_json().as_str().to_owned();
    let json = json.replace("\"\"", "null").replace("\"PhoneType\":1", "\"phonetype\":\"1\"");
    let json = json.replace("\"1962-05-10\"", "\"1962-05-10T00:00:00.000Z\"");
    Profile::from_json(&support::json(&json), |name| schemas().get(name).is_some()).unwrap()
}

#[test]
fn what_a_server_nulls_or_writes_in_another_form_was_kept() {
    let base = profile(
        r#""FirstName":"Ann","LastName":"Lee","Address":{"City":"Rome"},"Phone":[{"PhoneType":1,"number":"1","note":"x"}],"Notes":[{"text":"a"}]"#,
    );
    let mine = profile(
        r#""FirstName":"","LastName":"Lee","DOB":"1962-05-10","Address":{"City":""},"Phone":[{"PhoneType":1,"number":"1","note":""},{"PhoneType":2,"number":""}],"Notes":[{"text":"a"},{"text":""}]"#,
    );
    for reading in BOTH {
        for known in [
            KnownReading::Unknown,
            if reading == Reading::Upsert { KnownReading::Upsert } else { KnownReading::Replace },
        ] {
            let target = Foreign::new(reading, known, schemas(), Some(&base)).shows(|profile| odd(&profile));
            let shown = now(&target, &base);
            let end = run(&target, &shown, &mine).unwrap();
            assert!(matches!(end, Submitted::Done { joined: false, .. }), "{end:?}");
            let stored = target.state().profiles[&base.id].clone();
            assert!(same_profile(&stored, &mine, &schemas()), "{stored:?}");
            // A second submit of the same draft, and one of the next draft, find nothing that somebody else changed.
            let again = run(&target, &base, &mine).unwrap();
            assert!(!matches!(again, Submitted::Conflict { .. }), "{again:?}");
            let next = profile(
                &members(&mine).replace("\"Lee\"", "\"Low\"").replace("\"number\":\"1\"", "\"number\":\"9\""),
            );
            let end = run(&target, &mine, &next).unwrap();
            assert!(matches!(end, Submitted::Done { joined: false, .. }), "{end:?}");
        }
    }
}

fn members(profile: &Profile) -> String {
    let json = profile.to_json();
    json.as_str().replace("{\"customer_id\":\"0004Va58A92T0017\",", "").trim_end_matches('}').to_owned()
        + if json.as_str().ends_with("}}") { "}" } else { "" }
}

#[test]
fn a_change_that_was_not_sent_yet_is_never_taken_for_done() {
    // Core attributes go last: until then null is not the wanted "".
    let base = profile(r#""FirstName":null,"Phone":[{"PhoneType":1,"number":"1"}]"#);
    let mine = profile(r#""FirstName":"","Phone":[{"PhoneType":1,"number":"2"}]"#);
    let target = server(Reading::Upsert, &base);
    assert!(matches!(run(&target, &base, &mine).unwrap(), Submitted::Done { .. }));
    assert_eq!(now(&target, &base).core("FirstName").unwrap().as_str(), "\"\"");
}

#[test]
fn a_foreign_server_makes_the_id_and_is_read_back_under_it() {
    let mine = profile(r#""FirstName":"Ann","Phone":[{"PhoneType":1,"number":"1"}]"#);
    let new = |target: &Foreign| {
        let stamp = Stamp { by: "tester".into(), at: "2026-11-24T09:30:00.000Z".into() };
        submit(target, &Wanted { base: None, mine: Some(&mine) }, &stamp)
    };
    let server = || Foreign::new(Reading::Upsert, KnownReading::Unknown, schemas(), None);
    let target = server();
    let Submitted::Done { now, joined, sent } = new(&target).unwrap() else { panic!() };
    let now = now.unwrap().profile;
    assert_eq!((now.id.as_str(), joined, sent.len()), (foreign::MADE, false, 1));
    assert_eq!(now.records("Phone"), mine.records("Phone"));

    // It takes the core attributes alone: the extensions follow under its ID.
    let first = AtomicBool::new(true);
    let target = server().shows(move |mut profile| {
        if first.swap(false, Ordering::Relaxed) {
            profile.extensions.clear();
        }
        profile
    });
    let Submitted::Done { now, sent, .. } = new(&target).unwrap() else { panic!() };
    assert_eq!((now.unwrap().profile.records("Phone").len(), sent.len()), (1, 2));

    let target = server().before(|_, _, _| Answer::WithoutId);
    let error = new(&target).unwrap_err();
    assert!(
        matches!(&error, TargetError::Unclear(sentence) if sentence.contains("did not say its ID")),
        "{error}"
    );
    let target = server().before(|_, _, _| Answer::DoneAndLost);
    let error = new(&target).unwrap_err();
    assert!(matches!(&error, TargetError::Unclear(_)), "{error}");
    assert_eq!(target.asked().len(), 1, "a create whose answer was lost is not sent again");
    let target = server().before(|_, _, state| {
        state.schemas.remove("Phone"); // whatever makes it refuse
        Answer::Honest
    });
    assert!(matches!(new(&target).unwrap(), Submitted::Refused { .. }));
}

#[test]
fn without_metadata_a_customer_is_changed_as_far_as_it_is_known() {
    let base = profile(
        r#""FirstName":"Ann","Address":{"City":"Rome"},"Phone":[{"PhoneType":1,"prefix":"555","number":"1"},{"PhoneType":2,"prefix":"555","number":"2"}],"Notes":[{"text":"a"}]"#,
    );
    let mine = profile(
        r#""FirstName":"Eve","Address":{"City":"Paris"},"Phone":[{"PhoneType":1,"prefix":"555","number":"9"},{"PhoneType":3,"prefix":"555","number":"3"}],"Notes":[{"text":"a"}]"#,
    );
    let known: &[(&str, &[&str])] = &[("Phone", &["PhoneType", "prefix"]), ("Address", &[]), ("Notes", &[])];
    for reading in BOTH {
        let target = server(reading, &base).without_schemas(known);
        let end = run(&target, &base, &mine).unwrap();
        assert!(matches!(end, Submitted::Done { .. }), "{end:?}");
        assert!(same_profile(&target.state().profiles[&base.id], &mine, &schemas()));
        let is_whole = |request: &Request| matches!(request, Request::UpdateProfile(_, body) if body.view().get("Phone").is_some());
        assert!(!target.asked().iter().any(is_whole));
        // Nothing says what identifies a note, and Fax was not asked for.
        for refused in [r#""Notes":[{"text":"b"}]"#, r#""Notes":[{"text":"a"}],"Fax":[{"no":1}]"#] {
            let target = server(reading, &profile(r#""Notes":[{"text":"a"}]"#)).without_schemas(known);
            let end = run(&target, &profile(r#""Notes":[{"text":"a"}]"#), &profile(refused)).unwrap();
            assert!(matches!(end, Submitted::Cannot(_)), "{end:?}");
            assert!(target.asked().is_empty());
        }
    }
}

#[test]
fn a_server_that_tells_no_schema_at_all_was_not_asked_for_its_extensions() {
    let (base, mine) = (profile(r#""Notes":[{"text":"a"}]"#), profile(r#""Notes":[{"text":"b"}]"#));
    let target = Foreign::new(Reading::Upsert, KnownReading::Unknown, Schemas::default(), Some(&base));
    let end = run(&target, &base, &mine).unwrap();
    assert!(matches!(end, Submitted::Cannot(_)) && target.asked().is_empty(), "{end:?}");
}

#[test]
fn core_attributes_go_back_as_they_were_read_and_name_no_extension() {
    let base = profile(
        r#""FirstName":"Ann","LastCalledAgent_EmployeeID":"7","Fax":[],"Phone":[{"PhoneType":1,"number":"1"}]"#,
    );
    let mine = profile(
        r#""FirstName":"Eve","LastCalledAgent_EmployeeID":"7","Fax":[],"Phone":[{"PhoneType":1,"number":"1"}]"#,
    );
    // Meanwhile somebody was called.
    let called = profile(
        r#""FirstName":"Ann","LastCalledAgent_EmployeeID":"8","Fax":[],"Phone":[{"PhoneType":1,"number":"1"}]"#,
    );
    let target = server(Reading::Replace, &called);
    assert!(matches!(run(&target, &base, &mine).unwrap(), Submitted::Done { joined: true, .. }));
    let body = r#"{"customer_id":"0004Va58A92T0017","FirstName":"Eve","LastCalledAgent_EmployeeID":"8"}"#;
    assert_eq!(target.asked(), [Request::UpdateProfile(base.id.clone(), json(body))]);
}

#[test]
fn a_lost_step_that_is_there_is_followed_by_the_others() {
    let (base, mine) = edit();
    for reading in BOTH {
        let target = server(reading, &base).before(|_, _, _| Answer::DoneAndLost);
        let end = run(&target, &base, &mine).unwrap();
        assert!(matches!(end, Submitted::Done { .. }), "{end:?}");
        assert!(same_profile(&now(&target, &base), &mine, &schemas()));
    }
}

#[test]
fn what_is_not_offered_midway_names_the_steps_that_stand() {
    let (base, mine) = edit();
    let target = server(Reading::Upsert, &base)
        .before(|at, _, _| if at == 0 { Answer::Honest } else { Answer::NotOffered });
    let Submitted::Refused { sent, rejection, .. } = run(&target, &base, &mine).unwrap() else { panic!() };
    assert_eq!((sent.len(), rejection.to_string().as_str()), (1, "this server does not do that"));
}

#[test]
fn a_reading_that_was_declared_wrongly_is_noticed_and_put_right() {
    let base = profile(
        r#""Phone":[{"PhoneType":1,"number":"1"},{"PhoneType":2,"number":"2"}],"Notes":[{"text":"a"},{"text":"b"}]"#,
    );
    let mine = profile(
        r#""Phone":[{"PhoneType":1,"number":"9"},{"PhoneType":2,"number":"2"}],"Notes":[{"text":"a"},{"text":"c"}]"#,
    );
    let (phone, note) = (
        profile(&members(&mine).replace(r#"{"text":"c"}"#, r#"{"text":"b"}"#)),
        profile(&members(&mine).replace("\"9\"", "\"1\"")),
    );
    for (reading, declared, mine, word) in [
        (Reading::Replace, KnownReading::Upsert, phone, "but it replaces"),
        (Reading::Upsert, KnownReading::Replace, note, "but it upserts"),
    ] {
        let target = Foreign::new(reading, declared, schemas(), Some(&base));
        let Submitted::Refused { rejection, .. } = run(&target, &base, &mine).unwrap() else { panic!() };
        assert!(rejection.to_string().contains(word), "{rejection}");
        let stored = &target.state().profiles[&base.id];
        assert!(same_profile(stored, &mine, &schemas()), "{stored:?}");
    }
}

#[test]
fn a_record_is_read_back_by_its_key_where_two_look_alike() {
    let base = profile(r#""Phone":[{"PhoneType":2,"prefix":null,"number":"1"}]"#);
    let mine = profile(r#""Phone":[{"PhoneType":2,"number":"1"},{"number":"1"}]"#);
    for reading in BOTH {
        let target = server(reading, &base);
        assert!(matches!(run(&target, &base, &mine).unwrap(), Submitted::Done { .. }));
        assert_eq!(now(&target, &base).records("Phone").len(), 2);
    }
}

#[test]
fn a_customer_who_was_made_and_then_refused_is_made_once() {
    let mine = profile(r#""FirstName":"Ann","Phone":[{"PhoneType":1,"number":"1"}]"#);
    for answer in [Answer::NotThere, Answer::NotOffered, Answer::Lost] {
        let first = AtomicBool::new(true);
        let target = Foreign::new(Reading::Upsert, KnownReading::Unknown, schemas(), None)
            .shows(move |mut profile| {
                if first.swap(false, Ordering::Relaxed) {
                    profile.extensions.clear();
                }
                profile
            })
            .before(move |number, _, state| {
                // It takes the core attributes alone.
                if number == 1 {
                    state.profiles.values_mut().for_each(|profile| profile.extensions.clear());
                    return answer;
                }
                Answer::Honest
            });
        let stamp = Stamp { by: "tester".into(), at: "2026-11-24T09:30:00.000Z".into() };
        let end = submit(&target, &Wanted { base: None, mine: Some(&mine) }, &stamp);
        let made = match end {
            Ok(Submitted::Refused { made, sent, .. }) => {
                assert!(standing(&sent, made.as_ref()).unwrap().contains(foreign::MADE));
                made
            }
            Err(TargetError::Made(made, sentence)) => {
                assert!(sentence.contains(foreign::MADE), "{sentence}");
                Some(made)
            }
            end => panic!("{end:?}"),
        };
        let (base, mine) =
            (Profile::empty(made.clone().unwrap()), Profile { id: made.unwrap(), ..mine.clone() });
        let end = run(&target, &base, &mine).unwrap();
        assert!(matches!(end, Submitted::Done { .. }), "{end:?}");
        assert_eq!(target.state().profiles.into_values().collect::<Vec<_>>(), [mine]);
    }
}

#[test]
fn a_customer_who_was_made_and_is_not_shown_is_not_taken_for_deleted() {
    let mine = profile(r#""FirstName":"Ann""#);
    let target =
        Foreign::new(Reading::Upsert, KnownReading::Unknown, schemas(), None).before(|_, request, _| {
            if matches!(request, Request::CreateProfile(_)) { Answer::Ignored } else { Answer::Honest }
        });
    let stamp = Stamp { by: "tester".into(), at: "2026-11-24T09:30:00.000Z".into() };
    let end = submit(&target, &Wanted { base: None, mine: Some(&mine) }, &stamp);
    let Err(TargetError::Made(id, sentence)) = end else { panic!("{end:?}") };
    assert_eq!(id.as_str(), foreign::MADE);
    assert!(sentence.contains("does not show it"), "{sentence}");
}

#[test]
fn a_lost_insert_of_a_complete_set_is_unclear_and_nothing_is_sent_twice() {
    let base = profile(r#""Phone":[{"PhoneType":1,"number":"1"},{"PhoneType":2,"number":"2"}]"#);
    let mine = profile(r#""Phone":[{"PhoneType":1,"number":"9"},{"PhoneType":2,"number":"2"}]"#);
    for reading in BOTH {
        let target = server(reading, &base).before(|_, request, _| {
            if matches!(request, Request::UpdateRecord(..)) { Answer::NotThere } else { Answer::Lost }
        });
        let end = run(&target, &base, &mine);
        assert!(matches!(&end, Err(TargetError::Unclear(_))), "{end:?}");
        assert_eq!(target.asked().len(), 2, "nothing is sent twice: {:?}", target.asked());
    }
}

#[test]
fn records_that_a_wrongly_declared_insert_removed_are_put_back_though_its_answer_was_lost() {
    let base = profile(r#""Phone":[{"PhoneType":1,"number":"1"},{"PhoneType":2,"number":"2"}]"#);
    let mine = profile(
        r#""Phone":[{"PhoneType":1,"number":"1"},{"PhoneType":2,"number":"2"},{"PhoneType":3,"number":"3"}]"#,
    );
    let target = Foreign::new(Reading::Replace, KnownReading::Upsert, schemas(), Some(&base))
        .before(|number, _, _| if number == 0 { Answer::DoneAndLost } else { Answer::Honest });
    let Submitted::Refused { rejection, .. } = run(&target, &base, &mine).unwrap() else { panic!() };
    assert!(rejection.to_string().contains("but it replaces"), "{rejection}");
    let stored = &target.state().profiles[&base.id];
    assert!(same_profile(stored, &mine, &schemas()), "{stored:?}");
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
