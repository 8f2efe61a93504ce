//! Outcomes that come late or out of order.

use super::*;
use crate::app::draft::RowState;

fn one() -> Profile {
    profile(
        "A1",
        r#""Phone":[{"number":"1","comment":"x"},{"number":"2"}],"Note":[{"text":"n"},{"text":"n"}]"#,
    )
}

#[test]
fn of_two_customers_asked_for_the_later_is_shown() {
    let mut app = app();
    app.handle(Command::Open(id("A1")));
    app.handle(Command::Open(id("B2")));
    read(&mut app, profile("B2", ""), Why::Open);
    read(&mut app, one(), Why::Open);
    assert_eq!(customer(&app), "B2");
}

#[test]
fn a_second_reading_of_the_same_customer_leaves_what_was_typed() {
    let mut app = app();
    app.handle(Command::OpenFound("A1".into()));
    read(&mut app, one(), Why::Try);
    type_into(&mut app, "Phone", 0, "number", "7");
    read(&mut app, one(), Why::Open);
    assert!(wanted(&app).contains(r#""number":"7""#), "{}", wanted(&app));
    assert!(app.parked.is_empty());
}

#[test]
fn a_new_customer_with_the_id_of_the_open_one_leaves_its_draft() {
    let mut app = app();
    open(&mut app, one());
    type_into(&mut app, "Phone", 0, "number", "7");
    let jobs = app.handle(Command::NewCustomer("A1".into()));
    assert!(jobs.is_empty(), "nothing is written over the draft on disk: {jobs:?}");
    assert!(wanted(&app).contains(r#""number":"7""#));
}

#[test]
fn a_draft_that_was_sent_while_another_customer_was_opened_is_done_with() {
    let mut app = app();
    open(&mut app, one());
    type_into(&mut app, "Phone", 0, "number", "7");
    let sent = submit(&mut app);
    open(&mut app, profile("B2", ""));
    let jobs = accept(&mut app, 0, sent);
    assert!(is_done_with(&jobs, "a", "A1"), "{jobs:?}");
    assert!(app.drafts().is_empty(), "{:?}", app.drafts());
    assert!(app.notice.as_ref().unwrap().text.contains("A1"), "the message says whose: {:?}", app.notice);
}

#[test]
fn a_submit_that_ends_in_a_store_that_was_left_is_settled_there() {
    let mut app = app();
    open(&mut app, one());
    type_into(&mut app, "Phone", 0, "number", "7");
    let sent = submit(&mut app);
    app.handle(Command::SwitchTarget(store("b"), Make::Nothing));
    app.absorb(Outcome::TargetOpened(1, store("b"), Ok(Some(opened("b")))));
    open(&mut app, one());
    assert!(!app.is_sending(), "the customer of the other store is another one");
    let jobs = accept(&mut app, 0, sent);
    assert!(is_done_with(&jobs, "a", "A1"), "{jobs:?}");
    assert!(app.elsewhere.is_empty(), "the draft does not come back");
    assert!(!is_changed(&app));
    type_into(&mut app, "Phone", 0, "number", "8");
    submit(&mut app);
}

#[test]
fn what_is_typed_while_a_submit_is_under_way_is_an_edit_of_what_was_sent() {
    let mut app = app();
    open(&mut app, one());
    type_into(&mut app, "Phone", 0, "number", "7");
    app.handle(Command::Add("Phone".into()));
    type_into(&mut app, "Phone", FIRST_NEW_KEY, "number", "9");
    let sent = submit(&mut app);
    type_into(&mut app, "Phone", 0, "comment", "typed since");
    type_into(&mut app, "Phone", FIRST_NEW_KEY, "comment", "too");
    app.handle(Command::Settle);
    accept(&mut app, 0, sent);
    let text = wanted(&app);
    assert!(
        text.contains(
            r#"[{"number":"7","comment":"typed since"},{"number":"2"},{"number":"9","comment":"too"}]"#
        ),
        "{text}"
    );
    assert_eq!(app.open.as_ref().unwrap().review.bad(), 0);
}

#[test]
fn what_is_taken_back_while_a_submit_is_under_way_is_taken_back() {
    let mut app = app();
    open(&mut app, one());
    type_into(&mut app, "Phone", 0, "comment", "y");
    app.handle(Command::Remove("Phone".into(), 1));
    app.handle(Command::Add("Note".into()));
    type_into(&mut app, "Note", FIRST_NEW_KEY, "text", "new");
    let before =
        super::super::update::whole(&super::super::draft::Draft::new(id("A1"), Some(one())), &schemas());
    let sent = submit(&mut app);
    app.handle(Command::RevertAll);
    accept(&mut app, 0, sent);
    let (mine, was) = (wanted(&app), before.to_json().to_string());
    let sorted = |text: &str| {
        let mut parts: Vec<String> = text.split(['{', '}']).map(str::to_owned).collect();
        parts.sort();
        parts.retain(|part| part.len() > 1);
        parts
    };
    assert_eq!(sorted(&mine), sorted(&was));
}

#[test]
fn a_duplicate_that_was_held_back_is_not_taken_for_the_record_it_came_from() {
    let mut app = app();
    open(&mut app, one());
    type_into(&mut app, "Phone", 1, "comment", "sent");
    app.handle(Command::Duplicate("Phone".into(), 0));
    type_into(&mut app, "Phone", FIRST_NEW_KEY, "comment", "mine");
    let sent = submit(&mut app);
    accept(&mut app, 0, sent);
    let draft = &app.open.as_ref().unwrap().draft;
    let row = draft.row("Phone", 0).unwrap();
    assert!(row.entries.is_none(), "the first record is untouched: {row:?}");
    assert_eq!(draft.row_count("Phone"), 3);
}

#[test]
fn a_submit_that_ends_while_somebody_types_waits_until_they_are_done() {
    let mut app = app();
    open(&mut app, one());
    type_into(&mut app, "Phone", 0, "number", "7");
    let sent = submit(&mut app);
    let reading = app.open.as_ref().unwrap().reading;
    type_into(&mut app, "Phone", 1, "number", "8");
    accept(&mut app, 0, sent);
    assert_eq!(app.open.as_ref().unwrap().reading, reading, "the field stays as it is");
    app.handle(Command::Settle);
    assert!(!app.is_sending());
    assert!(wanted(&app).contains(r#"[{"number":"7","comment":"x"},{"number":"8"}]"#), "{}", wanted(&app));
}

#[test]
fn a_reading_from_before_a_submit_does_not_bring_the_old_values_back() {
    let mut app = app();
    open(&mut app, one());
    type_into(&mut app, "Phone", 0, "number", "7");
    app.handle(Command::Reload);
    let sent = submit(&mut app);
    accept(&mut app, 0, sent);
    read(&mut app, one(), Why::Reload);
    assert!(wanted(&app).contains(r#""number":"7""#), "{}", wanted(&app));
}

#[test]
fn while_a_customer_is_sent_it_is_neither_deleted_nor_sent_again() {
    let mut app = app();
    open(&mut app, one());
    type_into(&mut app, "Phone", 0, "number", "7");
    submit(&mut app);
    assert!(app.handle(Command::DeleteCustomer).is_empty());
    assert!(app.handle(Command::Submit).is_empty());
    assert!(app.handle(Command::Reload).is_empty());
}

#[test]
fn a_look_at_other_files_is_not_taken_for_this_one() {
    let mut app = app();
    app.handle(Command::Survey(vec!["one".into()]));
    app.handle(Command::StopImport);
    app.handle(Command::Survey(vec!["two".into()]));
    app.absorb(Outcome::Surveyed(0, vec!["one".into()], Ok(super::super::import::Survey::default())));
    assert!(app.handle(Command::Import { schemas: false }).is_empty());
}

#[test]
fn while_a_search_runs_only_the_last_text_is_kept_for_the_next() {
    let mut app = app();
    let searches = |jobs: &[Job]| jobs.iter().filter(|job| matches!(job, Job::Find(..))).count();
    assert_eq!(searches(&app.handle(Command::Find("a".into()))), 1);
    assert_eq!(searches(&app.handle(Command::Find("ab".into()))), 0);
    assert_eq!(searches(&app.handle(Command::Find("abc".into()))), 0);
    let jobs = app.absorb(Outcome::Found(0, "a".into(), Ok(Vec::new())));
    assert!(matches!(&jobs[..], [Job::Find(_, text, _)] if text == "abc"), "{jobs:?}");
    app.absorb(Outcome::Found(0, "abc".into(), Ok(Vec::new())));
    assert!(app.search.hits.is_some());
}

#[test]
fn a_new_record_that_is_held_back_is_laid_over_no_other() {
    let mut app = app();
    open(&mut app, profile("A1", r#""Line":[{"type":0,"number":"1"}]"#));
    type_into(&mut app, "Line", 0, "number", "2");
    app.handle(Command::Add("Line".into()));
    type_into(&mut app, "Line", FIRST_NEW_KEY, "type", "abc");
    type_into(&mut app, "Line", FIRST_NEW_KEY, "number", "9");
    let review = &app.open.as_ref().unwrap().review;
    let told: Vec<String> = review.findings.iter().map(|found| found.finding.to_string()).collect();
    assert_eq!(told, ["Line 2 type: this is not an integer"], "what is no value is equal to no other");
    let (id, wish) = submit(&mut app);
    assert_eq!(wish.mine.as_ref().unwrap().records("Line").len(), 1);
    accept(&mut app, 0, (id, wish));
    let draft = &app.open.as_ref().unwrap().draft;
    assert_eq!(draft.row("Line", 0).unwrap().state, RowState::Kept);
    assert_eq!(draft.row("Line", 1).unwrap().state, RowState::New);
    type_into(&mut app, "Line", FIRST_NEW_KEY, "type", "6");
    let (_, wish) = submit(&mut app);
    let lines = wish.mine.unwrap().extension("Line").unwrap().records.to_json().to_string();
    assert_eq!(lines, r#"[{"type":0,"number":"2"},{"type":6,"number":"9"}]"#);
}
