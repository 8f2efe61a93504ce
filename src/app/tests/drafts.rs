//! Drafts of an earlier start.

use super::*;
use crate::target::TargetError;

fn kept(customer: &str, key: &str, base: &str, edits: &str) -> KeptDraft {
    KeptDraft {
        key: DraftKey { target: "a".into(), customer: key.into() },
        customer: customer.into(),
        at: String::new(),
        base: Json::parse(base).unwrap(),
        edits: Json::parse(edits).unwrap(),
    }
}

fn typed(row: usize, attribute: &str, text: &str) -> String {
    format!(
        r#"{{"core":{{}},"extensions":{{"Phone":{{"rows":[{{"row":{row},"entries":{{"{attribute}":{{"typed":"{text}","token":"{text}"}}}}}}],"new":[]}}}}}}"#
    )
}

const BASE: &str = r#"{"customer_id":"A1","Phone":[{"number":"1"},{"number":"2"}]}"#;

#[test]
fn a_target_that_is_open_before_the_drafts_are_read_waits_for_them() {
    let mut app = new_app();
    app.absorb(Outcome::TargetOpened(0, store("a"), Ok(Some(opened("a")))));
    assert!(app.ready().is_none(), "nothing can be typed over a draft that is not read yet");
    let drafts = vec![kept("A1", "A1", BASE, &typed(0, "number", "7"))];
    app.absorb(restored(drafts));
    assert!(app.ready().is_some());
    assert_eq!(app.drafts(), [id("A1")]);
}

#[test]
fn a_draft_that_was_sent_just_before_the_end_is_over_once_it_is_opened() {
    let new = r#"{"core":{},"extensions":{"Phone":{"rows":[{"row":0,"entries":{"number":{"typed":"7","token":"7"}}}],"new":[{"key":1099511627776,"start":{},"entries":{"number":{"typed":"9","token":"9"}}}]},"Note":{"rows":[],"new":[{"key":1099511627777,"start":{},"entries":{"text":{"typed":"n","token":"n"}}}]}}}"#;
    let (mut app, _) = app_with(vec![kept("A1", "A1", BASE, new)]);
    let stored = r#""Phone":[{"number":"7"},{"number":"2"},{"number":"9"}],"Note":[{"text":"n"}]"#;
    let jobs = open(&mut app, profile("A1", stored));
    assert!(!is_changed(&app), "{:?}", app.open.as_ref().unwrap().draft.edits());
    assert!(is_done_with(&jobs, "a", "A1"), "{jobs:?}");
}

#[test]
fn a_draft_is_opened_over_what_the_customer_is_now() {
    let (mut app, _) = app_with(vec![kept("A1", "A1", BASE, &typed(1, "comment", "mine"))]);
    open(&mut app, profile("A1", r#""Phone":[{"number":"0"},{"number":"1"},{"number":"2"}]"#));
    let text = wanted(&app);
    assert!(text.contains(r#"[{"number":"0"},{"number":"1"},{"number":"2","comment":"mine"}]"#), "{text}");
}

#[test]
fn a_draft_of_a_customer_who_was_deleted_meanwhile_asks() {
    let (mut app, _) = app_with(vec![kept("A1", "A1", BASE, &typed(1, "comment", "mine"))]);
    app.handle(Command::Open(id("A1")));
    app.absorb(Outcome::Loaded(0, id("A1"), Why::Open, Ok((None, schemas()))));
    assert!(app.open.as_ref().unwrap().conflict.is_some());
    app.handle(Command::KeepMine);
    assert!(wanted(&app).contains(r#"{"number":"2","comment":"mine"}"#), "{}", wanted(&app));
}

#[test]
fn edits_whose_base_was_damaged_are_kept_as_added_records() {
    let (mut app, _) = app_with(vec![kept("A1", "A1", "null", &typed(1, "number", "7"))]);
    open(&mut app, profile("A1", r#""Phone":[{"number":"1"}]"#));
    assert!(app.open.as_ref().unwrap().conflict.is_some(), "it looks like a customer to be created");
    app.handle(Command::KeepMine);
    assert!(wanted(&app).contains(r#"[{"number":"1"},{"number":"7"}]"#), "{}", wanted(&app));
}

#[test]
fn an_earlier_draft_of_a_customer_comes_up_after_the_later_one() {
    let earlier = kept("A1", "A1, earlier draft 2", BASE, &typed(1, "comment", "earlier"));
    let later = kept("A1", "A1", BASE, &typed(0, "comment", "later"));
    let (mut app, _) = app_with(vec![earlier, later]);
    open(&mut app, profile("A1", r#""Phone":[{"number":"1"},{"number":"2"}]"#));
    assert!(wanted(&app).contains("later"));
    let sent = submit(&mut app);
    accept(&mut app, 0, sent);
    let jobs = open(&mut app, profile("B2", ""));
    assert!(is_done_with(&jobs, "a", "A1, earlier draft 2"), "{jobs:?}");
    open(&mut app, profile("A1", r#""Phone":[{"number":"1","comment":"later"},{"number":"2"}]"#));
    let text = wanted(&app);
    assert!(
        text.contains(r#"[{"number":"1","comment":"later"},{"number":"2","comment":"earlier"}]"#),
        "{text}"
    );
}

#[test]
fn a_draft_that_cannot_be_read_is_told() {
    let broken = r#"{"core":{},"extensions":{"Phone":{"rows":[],"new":[{"key":"x"}]}}}"#;
    let (app, _) = app_with(vec![kept("A1", "A1", BASE, broken)]);
    assert!(app.notice.as_ref().unwrap().text.contains("A1"), "{:?}", app.notice);
}

#[test]
fn a_draft_is_said_to_be_on_disk_once_its_last_edit_is_also_when_another_customer_is_open() {
    use super::super::state::Keeping;
    let mut app = app();
    open(&mut app, profile("A1", ""));
    app.handle(Command::Add("Phone".into()));
    let key = DraftKey { target: "a".into(), customer: "A1".into() };
    open(&mut app, profile("B2", ""));
    app.absorb(Outcome::Kept(key, Some(1), "09:31:00".into()));
    assert_eq!(app.keeping, Keeping::Kept("09:31:00".into()));
}

#[test]
fn a_store_that_cannot_be_looked_at_again_stays_open() {
    let mut app = app();
    open(&mut app, profile("A1", ""));
    app.handle(Command::Add("Phone".into()));
    app.absorb(Outcome::TargetOpened(0, store("a"), Err(TargetError::NotReached("busy".into()))));
    assert!(app.ready().is_some());
    assert!(is_changed(&app));
}
