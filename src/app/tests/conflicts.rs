//! Somebody else changed the customer meanwhile.

use super::*;

fn typed_and_reread(base: &str, edit: impl FnOnce(&mut App), theirs: &str) -> App {
    let mut app = app();
    open(&mut app, profile("A1", base));
    edit(&mut app);
    app.handle(Command::Settle);
    app.handle(Command::Reload);
    read(&mut app, profile("A1", theirs), Why::Reload);
    app
}

#[test]
fn a_new_customer_who_is_there_by_now_is_never_joined_silently() {
    let mut app = app();
    app.handle(Command::NewCustomer("A1".into()));
    app.handle(Command::Add("Phone".into()));
    type_into(&mut app, "Phone", FIRST_NEW_KEY, "number", "7");
    app.handle(Command::Settle);
    app.handle(Command::Reload);
    read(&mut app, profile("A1", r#""Name":"Somebody else""#), Why::Reload);
    let open = app.open.as_ref().unwrap();
    assert!(open.conflict.is_some());
    assert!(open.draft.base().is_none());
}

#[test]
fn of_a_single_record_only_what_both_changed_is_theirs() {
    let edit = |app: &mut App| {
        type_into(app, "Card", 0, "limit", "mine");
        type_into(app, "Card", 0, "kind", "gold");
    };
    let (base, theirs) = (r#""Card":{"limit":"1","kind":"a"}"#, r#""Card":{"limit":"2","kind":"a"}"#);
    let mut app = typed_and_reread(base, edit, theirs);
    app.handle(Command::TakeTheirs);
    assert!(wanted(&app).contains(r#"{"limit":"2","kind":"gold"}"#), "{}", wanted(&app));
}

#[test]
fn of_a_record_that_both_added_what_only_i_say_is_kept() {
    let edit = |app: &mut App| {
        type_into(app, "Card", 0, "limit", "mine");
        app.handle(Command::Add("Phone".into()));
        type_into(app, "Phone", FIRST_NEW_KEY, "number", "9");
        type_into(app, "Phone", FIRST_NEW_KEY, "comment", "only mine");
    };
    let (base, theirs) = (r#""Card":{"limit":"1"}"#, r#""Card":{"limit":"2"},"Phone":[{"number":"9"}]"#);
    let mut app = typed_and_reread(base, edit, theirs);
    app.handle(Command::TakeTheirs);
    let text = wanted(&app);
    assert!(
        text.contains(r#"{"limit":"2"}"#) && text.contains(r#"[{"number":"9","comment":"only mine"}]"#),
        "{text}"
    );
}

#[test]
fn two_equal_records_keep_their_two_edits_when_they_move() {
    let edit = |app: &mut App| {
        type_into(app, "Note", 0, "text", "first");
        type_into(app, "Note", 1, "text", "second");
    };
    let app = typed_and_reread(
        r#""Note":[{"text":"n"},{"text":"n"}]"#,
        edit,
        r#""Note":[{"text":"0"},{"text":"1"},{"text":"n"},{"text":"n"}]"#,
    );
    let text = wanted(&app);
    assert!(text.contains("first") && text.contains("second"), "{text}");
}

#[test]
fn edits_of_records_that_went_one_after_the_other_stay_apart() {
    let edit = |app: &mut App| drop(type_into(app, "Note", 0, "text", "first"));
    let mut app = typed_and_reread(r#""Note":[{"text":"a"},{"text":"b"}]"#, edit, r#""Note":[{"text":"b"}]"#);
    type_into(&mut app, "Note", 0, "text", "second");
    app.handle(Command::Settle);
    app.handle(Command::Reload);
    read(&mut app, profile("A1", ""), Why::Reload);
    let draft = &app.open.as_ref().unwrap().draft;
    let keys: Vec<u64> =
        (0..draft.row_count("Note")).filter_map(|at| Some(draft.row("Note", at)?.key)).collect();
    assert_eq!(keys.len(), 2);
    assert_ne!(keys[0], keys[1]);
}

#[test]
fn a_single_record_that_both_added_is_one() {
    let edit = |app: &mut App| {
        app.handle(Command::Add("Card".into()));
        type_into(app, "Card", FIRST_NEW_KEY, "kind", "gold");
    };
    let app = typed_and_reread("", edit, r#""Card":{"limit":"2"}"#);
    assert!(wanted(&app).contains(r#""Card":{"limit":"2","kind":"gold"}"#), "{}", wanted(&app));
}

#[test]
fn what_stands_for_no_value_is_kept_when_the_customer_was_deleted() {
    use super::super::edits::CoreValue;
    let mut app = app();
    open(&mut app, profile("A1", r#""Age":30"#));
    let entry = Entry::Typed { text: "thirty".into(), token: Err("this is not a number".into()) };
    app.handle(Command::SetCore(
        "Age".into(),
        vec![CoreValue { from: Some(0), entry: Some(entry.clone()) }],
        None,
    ));
    app.handle(Command::Reload);
    app.absorb(Outcome::Loaded(0, id("A1"), Why::Reload, Ok((None, schemas()))));
    app.handle(Command::KeepMine);
    let values = app.open.as_ref().unwrap().draft.core_values("Age");
    assert_eq!(values[0].entry, Some(entry));
}
