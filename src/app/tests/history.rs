//! A history that comes late belongs to nobody any more, and an entry that was left meanwhile is not shown as another.

use super::*;
use crate::app::history::{Chronicle, Phase, entries, look};
use crate::model::request::Request;
use crate::target::{Past, Stamp, TargetError};

/// An editor on a target that keeps history.
fn app() -> App {
    let mut app = new_app();
    app.absorb(restored(Vec::new()));
    let mut opened = opened("a");
    opened.capabilities.history = true;
    app.absorb(Outcome::TargetOpened(0, store("a"), Ok(Some(opened))));
    app
}

/// A creation and so many inserts of a phone.
fn chronicle(customer: &str, inserts: usize) -> Chronicle {
    let create = Request::CreateProfile(profile(customer, "").to_json());
    let insert = |number: usize| {
        let body = format!(r#"{{"Phone":[{{"number":"{number}"}}]}}"#);
        Request::InsertRecords(id(customer), Json::parse(&body).unwrap())
    };
    let schema = Request::CreateSchema(Json::parse(PHONE).unwrap());
    let requests = [schema, create].into_iter().chain((1..=inserts).map(insert));
    let stamp = Stamp { by: "x".into(), at: "2026-11-24T09:30:00.000Z".into() };
    let past: Vec<Past> =
        (1..).zip(requests).map(|(seq, request)| Past { seq, stamp: stamp.clone(), request }).collect();
    let phones: Vec<String> = (1..=inserts).map(|number| format!("{{\"number\":\"{number}\"}}")).collect();
    let members = if inserts == 0 { String::new() } else { format!("\"Phone\":[{}]", phones.join(",")) };
    let now = Some(loaded(profile(customer, &members)));
    Chronicle { entries: entries(&id(customer), &past), past, now, schemas: schemas() }
}

fn asked(jobs: &[Job]) -> u64 {
    let number = |job: &Job| match job {
        Job::History(_, number, ..) => Some(*number),
        _ => None,
    };
    jobs.iter().find_map(number).unwrap()
}

/// Carries out the look that was asked for; the entry that it was about.
fn looked(app: &mut App, jobs: Vec<Job>) -> (usize, Vec<Job>) {
    let question = jobs.into_iter().find_map(|job| match job {
        Job::Look(epoch, number, question) => Some((epoch, number, question)),
        _ => None,
    });
    let (epoch, number, question) = question.unwrap();
    let look = look(&question);
    let at = look.at;
    (at, app.absorb(Outcome::Looked(epoch, number, Some(Box::new(look)))))
}

#[test]
fn a_history_that_was_left_or_asked_for_anew_is_dropped() {
    let mut app = app();
    open(&mut app, profile("A", ""));
    let first = asked(&app.handle(Command::History(id("A"))));
    let second = asked(&app.handle(Command::History(id("A"))));
    app.absorb(Outcome::HistoryRead(0, first, Ok(chronicle("A", 1))));
    assert!(matches!(app.history.as_ref().unwrap().phase, Phase::UnderWay));
    app.handle(Command::HideHistory);
    app.absorb(Outcome::HistoryRead(0, second, Ok(chronicle("A", 1))));
    assert!(app.history.is_none());
    let third = asked(&app.handle(Command::History(id("A"))));
    open(&mut app, profile("B", ""));
    app.absorb(Outcome::HistoryRead(0, third, Ok(chronicle("A", 1))));
    assert!(app.history.is_none() && customer(&app) == "B");
}

#[test]
fn one_entry_is_looked_at_at_a_time_and_the_last_one_chosen_is_shown() {
    let mut app = app();
    open(&mut app, profile("A", ""));
    let number = asked(&app.handle(Command::History(id("A"))));
    let jobs = app.absorb(Outcome::HistoryRead(0, number, Ok(chronicle("A", 3))));
    for at in [1, 2] {
        assert!(app.handle(Command::ChoosePast(at)).is_empty(), "one at a time");
    }
    let (at, jobs) = looked(&mut app, jobs);
    assert_eq!(at, 0);
    assert!(app.history.as_ref().unwrap().look().is_none(), "another one was chosen");
    assert_eq!(looked(&mut app, jobs).0, 2);
    assert_eq!(app.history.as_ref().unwrap().look().unwrap().at, 2);
}

#[test]
fn what_was_typed_into_somebody_who_is_gone_by_now_is_a_step_of_the_one_to_be_created() {
    let mut app = app();
    open(&mut app, profile("A", r#""Phone":[{"number":"1"}]"#));
    type_into(&mut app, "Phone", 0, "comment", "typed");
    let number = asked(&app.handle(Command::History(id("A"))));
    let gone = Chronicle { now: None, ..chronicle("A", 1) };
    let jobs = app.absorb(Outcome::HistoryRead(0, number, Ok(gone)));
    looked(&mut app, jobs);
    app.handle(Command::PutBack);
    assert_eq!(wanted(&app), r#"{"customer_id":"A","Phone":[{"number":"1"}]}"#);
    app.handle(Command::Undo);
    assert_eq!(wanted(&app), r#"{"customer_id":"A","Phone":[{"number":"1","comment":"typed"}]}"#);
    let (_, wish) = submit(&mut app);
    assert_eq!(wish.base, None);
}

#[test]
fn a_target_that_fails_or_keeps_none_says_so_on_the_page() {
    let mut app = app();
    open(&mut app, profile("A", ""));
    for (error, kept) in
        [(TargetError::NotReached("gone".into()), true), (TargetError::NotOffered("none".into()), false)]
    {
        let number = asked(&app.handle(Command::History(id("A"))));
        app.absorb(Outcome::HistoryRead(0, number, Err(error)));
        let phase = &app.history.as_ref().unwrap().phase;
        assert_eq!(matches!(phase, Phase::Failed(said) if said == "gone"), kept);
        assert_eq!(matches!(phase, Phase::NotKept(said) if said == "none"), !kept);
    }
    app.handle(Command::NewCustomer("N".into()));
    assert!(app.handle(Command::History(id("N"))).is_empty());
    assert!(matches!(app.history.as_ref().unwrap().phase, Phase::NotKept(_)));
}
