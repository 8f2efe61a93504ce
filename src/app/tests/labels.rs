//! Labels, and the files that are handed on.

use super::*;
use crate::app::labels::{Handed, Written};
use crate::model::finding::Severity;
use crate::model::labels::Labels;

fn labels(text: &str) -> Labels {
    Labels::from_json(&Json::parse(text).unwrap()).unwrap()
}

const HIDE: &str = r#"{"extensions":{"Phone":{"attributes":{"comment":{"hidden":true}}}}}"#;

fn shown(app: &App) -> Vec<&str> {
    app.open.as_ref().unwrap().shown.of(Some("Phone")).iter().map(String::as_str).collect()
}

#[test]
fn each_target_has_its_own_labels_and_those_that_cannot_be_kept_are_told() {
    let mut app = app();
    open(&mut app, profile("A1", r#""Phone":[{"number":"1","comment":"x"}]"#));
    let jobs = app.handle(Command::SetLabels(labels(HIDE)));
    assert!(matches!(&jobs[..], [Job::KeepLabels(place, _)] if place == "a"));
    assert_eq!(shown(&app), ["number"]);
    app.absorb(Outcome::LabelsNotKept("the disk is full".into()));
    let notice = app.notice.clone().unwrap();
    assert!(notice.severity == Some(Severity::Error) && notice.text.contains("the disk is full"));
    assert_eq!(shown(&app), ["number"], "they are used all the same");
    app.handle(Command::SwitchTarget(store("b"), Make::Nothing));
    app.absorb(Outcome::TargetOpened(1, store("b"), Ok(Some(opened("b")))));
    assert!(app.labels().is_empty());
    app.handle(Command::SwitchTarget(store("a"), Make::Nothing));
    app.absorb(Outcome::TargetOpened(2, store("a"), Ok(Some(opened("a")))));
    assert_eq!(*app.labels(), labels(HIDE));
}

#[test]
fn no_column_comes_or_goes_while_somebody_types() {
    let mut app = app();
    open(&mut app, profile("A1", r#""Phone":[{"number":"1"},{"number":"2"}]"#));
    app.handle(Command::SetLabels(labels(
        r#"{"extensions":{"Phone":{"attributes":{"number":{"hidden":true}}}}}"#,
    )));
    app.handle(Command::Add("Phone".into()));
    assert_eq!(shown(&app), ["number", "comment"], "without it the record cannot be sent");
    let key = app.open.as_ref().unwrap().draft.row("Phone", 2).unwrap().key;
    app.handle(Command::Remove("Phone".into(), key));
    assert_eq!(shown(&app), ["comment"]);
    type_into(&mut app, "Phone", 0, "number", "2");
    assert_eq!(shown(&app), ["comment"], "it is not clear yet what it will be");
    app.handle(Command::Settle);
    assert_eq!(shown(&app), ["number", "comment"]);
}

#[test]
fn a_file_that_nobody_waits_for_is_not_offered() {
    let mut app = app();
    app.handle(Command::ReadLabels("x".into()));
    app.handle(Command::ForgetHanded);
    app.absorb(Outcome::LabelsRead("x".into(), Ok(labels(HIDE))));
    assert_eq!(app.handed, None);
    app.handle(Command::WriteLabels("x".into(), labels(HIDE), false));
    app.absorb(Outcome::LabelsWritten("x".into(), Written::There));
    assert_eq!(app.handed, Some(Handed::There("x".into())));
    assert!(app.labels().is_empty(), "reading and writing changes nothing");
}
