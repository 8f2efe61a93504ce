//! Undo over the whole draft, findings in place, no value against null and empty, core attributes, new and deleted customers.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

#[path = "support/window.rs"]
mod support;

use eframe::egui::{Key, Modifiers};
use profile_desk::model::profile::CustomerId;
use support::{BRUCE, Desk, EMPTY, ZELIE, bytes, sample};

const CLEAR: (Modifiers, Key) = (Modifiers::COMMAND, Key::Delete);
const NULL: (Modifiers, Key) = (Modifiers::COMMAND, Key::Num0);

#[test]
fn everything_can_be_undone_to_the_beginning_and_redone() {
    let folder = sample();
    let mut desk = Desk::with(folder.path(), BRUCE);
    desk.set_cell("Phone 2 number", "1");
    desk.focus("Phone 1 description");
    desk.press_with(Modifiers::COMMAND, Key::D);
    desk.type_text("9");
    desk.press(Key::Enter);
    desk.click("Add record");
    desk.type_text("7");
    desk.focus("Phone 3 number");
    desk.press_with(Modifiers::COMMAND | Modifiers::SHIFT, Key::Delete);
    desk.focus("Phone 1 prefix");
    desk.press_with(NULL.0, NULL.1);
    desk.click("Address, 1 record");
    desk.set_field("Address City", "Lyon");
    desk.click("Profile");
    desk.set_field("FirstName 1", "Robert");
    desk.click("Make EmailAddress 2 primary");
    desk.click("Remove EmailAddress 2");
    let edits = desk.app().open.as_ref().unwrap().draft.edits().clone();
    assert_eq!(desk.app().open.as_ref().unwrap().review.changes.len(), 8, "{:#?}", desk.names());
    let mut steps = 0;
    while desk.app().open.as_ref().unwrap().draft.can_undo() {
        desk.undo();
        steps += 1;
        assert!(steps < 20);
    }
    assert_eq!(steps, 11);
    assert!(desk.says("nothing changed"));
    assert_eq!(desk.value("FirstName 1"), "Bruce");
    assert_eq!(desk.value("EmailAddress 1"), "bruce.banner@example.org");
    desk.click("Phone, 3 records");
    assert_eq!(desk.value("Phone 2 number"), "6543210");
    for _ in 0..steps {
        desk.redo();
    }
    assert_eq!(*desk.app().open.as_ref().unwrap().draft.edits(), edits);
    assert_eq!(desk.value("Phone 4 PhoneType"), "9");
}

#[test]
fn findings_stand_where_they_belong_and_the_good_changes_can_go_alone() {
    let folder = sample();
    let mut desk = Desk::with(folder.path(), BRUCE);
    desk.set_cell("Phone 1 number", "1234567890123456");
    assert!(desk.about("Phone 1 number").contains("16 characters, the schema allows 15"));
    desk.set_cell("Phone 2 PhoneType", "work");
    assert!(desk.about("Phone 2 PhoneType").contains("this is not an integer"));
    desk.set_cell("Phone 3 PhoneType", "0");
    assert!(
        desk.about("Phone 3 PhoneType").contains("Phone 1 has the same PhoneType"),
        "{}",
        desk.about("Phone 3 PhoneType")
    );
    desk.click("Address, 1 record");
    desk.set_field("Address City", "Lyon");
    assert!(desk.has("Submit the good change"), "{:#?}", desk.names());
    desk.click("Profile");
    desk.set_field("FirstName 1", "Robert");
    assert!(desk.says("3 changes stay here as a draft"));
    desk.click("Submit the 2 good changes");
    desk.sees("Submitted: 2 requests were accepted");
    assert!(desk.records(BRUCE, "Address")[0].contains("Lyon"));
    assert_eq!(desk.core(BRUCE, "FirstName").as_deref(), Some("\"Robert\""));
    assert!(desk.records(BRUCE, "Phone")[0].contains("3145926535"));
    // What could not be sent is as it was typed.
    desk.click("Phone, 3 records, changed");
    assert_eq!(desk.value("Phone 1 number"), "1234567890123456");
    assert_eq!(desk.value("Phone 2 PhoneType"), "work");
    assert!(desk.about("Phone 1 number").contains("the schema allows 15"));
    assert_eq!(desk.kept.0.lock().unwrap().len(), 1);
    desk.submitted("Nothing was sent.");
    desk.set_cell("Phone 2 PhoneType", "2");
    desk.set_cell("Phone 1 number", "123456789012345");
    desk.set_cell("Phone 3 PhoneType", "4");
    desk.submitted("accepted");
    let phones = desk.records(BRUCE, "Phone");
    assert!(phones.iter().any(|phone| phone.contains("\"123456789012345\"")), "{phones:?}");
    assert!(phones.iter().any(|phone| phone.contains("\"PhoneType\":4")) && phones.len() == 3, "{phones:?}");
}

#[test]
fn what_is_only_missing_yet_is_told_once_the_row_is_left() {
    let folder = sample();
    let before = bytes(folder.path());
    let mut desk = Desk::with(folder.path(), BRUCE);
    desk.click("Add record");
    desk.type_text("6");
    desk.press(Key::Tab);
    assert_eq!(desk.about("Phone 4 number"), "not set");
    desk.focus("Phone 1 number");
    assert!(desk.about("Phone 4 number").contains("mandatory"), "{}", desk.about("Phone 4 number"));
    desk.focus("Phone 4 prefix");
    assert_eq!(desk.about("Phone 4 number"), "not set");
    desk.submitted("Nothing was sent.");
    assert!(desk.about("Phone 4 number").contains("mandatory"));
    assert_eq!(desk.focused().as_deref(), Some("Phone 4 number"), "Submit goes to the first problem");
    assert_eq!(bytes(folder.path()), before);
}

#[test]
fn no_value_null_and_empty_text_are_three_things() {
    let folder = sample();
    for view in ["Table", "Form"] {
        let mut desk = Desk::with(folder.path(), BRUCE);
        desk.show(view);
        for (key, stored) in [(Some(NULL), Some("null")), (Some(CLEAR), None), (None, Some("\"\""))] {
            if view == "Form" {
                desk.click("Phone 3");
            }
            desk.focus("Phone 3 description");
            if let Some((modifiers, key)) = key {
                desk.press_with(modifiers, key);
            } else {
                desk.press(Key::F2);
                desk.type_text("x");
                desk.press(Key::Backspace);
                desk.press(Key::Enter);
            }
            desk.submitted("Submitted");
            let phone = desk.stored(BRUCE).unwrap().records("Phone")[2].clone();
            let found = phone.get("description").map(|value| value.as_str().to_owned());
            assert_eq!(found.as_deref(), stored, "{view}");
        }
        desk.click_if("Phone 3", view == "Form");
        desk.focus("Phone 3 description");
        desk.type_text("fax");
        desk.press(Key::Enter);
        desk.submitted("Submitted");
    }
}

#[test]
fn core_attributes_are_added_made_primary_and_removed() {
    let folder = sample();
    let mut desk = Desk::with(folder.path(), BRUCE);
    desk.click("Profile");
    desk.click("Add EmailAddress");
    assert_eq!(desk.focused().as_deref(), Some("EmailAddress 3"));
    desk.type_text("third@example.org");
    desk.click("Make EmailAddress 3 primary");
    desk.click("Remove EmailAddress 2");
    desk.click("Remove LastName 1");
    desk.click("Add attribute");
    desk.type_text("Nickname");
    desk.press(Key::Enter);
    desk.focus("Nickname 1");
    desk.type_text("Hulk");
    assert!(desk.has("Profile, changed"));
    desk.submitted("Submitted");
    assert_eq!(
        desk.core(BRUCE, "EmailAddress").as_deref(),
        Some(r#"["third@example.org","b.banner@example.net"]"#)
    );
    assert_eq!(desk.core(BRUCE, "LastName"), None);
    assert_eq!(desk.core(BRUCE, "Nickname").as_deref(), Some("\"Hulk\""));
    assert_eq!(desk.core(BRUCE, "FirstName").as_deref(), Some("\"Bruce\""));
    assert_eq!(desk.records(BRUCE, "Phone").len(), 3);
}

#[test]
fn the_one_address_is_removed_and_another_added() {
    let folder = sample();
    let mut desk = Desk::with(folder.path(), BRUCE);
    desk.click("Address, 1 record");
    desk.click("Remove record");
    desk.submitted("Submitted");
    assert!(desk.stored(BRUCE).unwrap().extension("Address").is_none());
    desk.click("Add record");
    desk.set_field("Address City", "Nice");
    desk.submitted("Submitted");
    assert_eq!(desk.records(BRUCE, "Address"), [r#"{"City":"Nice"}"#]);
    assert_eq!(desk.records(BRUCE, "Phone").len(), 3);
}

#[test]
fn a_customer_is_created_with_an_id_or_without() {
    let folder = sample();
    let mut desk = Desk::on(folder.path());
    desk.click("New customer");
    desk.type_text("new-1");
    desk.press(Key::Enter);
    desk.sees("new, not sent yet");
    desk.click("Phone, 0 records");
    desk.click("Add record");
    desk.type_text("1");
    desk.press(Key::Tab);
    desk.press(Key::Tab);
    desk.type_text("42");
    desk.submitted("Submitted");
    assert_eq!(desk.records("new-1", "Phone"), [r#"{"PhoneType":1,"number":"42"}"#]);
    let before = desk.store().customers().unwrap();
    desk.press_with(Modifiers::COMMAND, Key::N);
    desk.click("Create");
    desk.sees("new, not sent yet");
    desk.submitted("Submitted");
    let after = desk.store().customers().unwrap();
    let made: Vec<&CustomerId> = after.iter().filter(|id| !before.contains(id)).collect();
    assert_eq!((after.len(), made.len()), (before.len() + 1, 1));
    assert_eq!(desk.app().open.as_ref().unwrap().draft.id(), made[0]);
}

#[test]
fn a_new_customer_with_the_id_of_another_changes_nothing_of_theirs() {
    let folder = sample();
    let mut desk = Desk::on(folder.path());
    let before = desk.stored(ZELIE).unwrap();
    desk.click("New customer");
    desk.type_text(ZELIE);
    desk.press(Key::Enter);
    desk.ui.run_steps(4);
    desk.click("Profile");
    if desk.has("Add attribute") {
        desk.click("Add attribute");
        desk.type_text("Nickname");
        desk.press(Key::Enter);
        desk.focus("Nickname 1");
        desk.type_text("Z");
        desk.submit();
        desk.wait("an answer", |desk| desk.app().notice.is_some() && !desk.app().is_sending());
    }
    let now = desk.stored(ZELIE).unwrap();
    for core in &before.core {
        assert_eq!(now.core(&core.name), Some(&core.value));
    }
    assert_eq!(now.extensions, before.extensions);
}

#[test]
fn a_customer_goes_only_after_the_whole_id_was_typed() {
    let folder = sample();
    let before = bytes(folder.path());
    let mut desk = Desk::with(folder.path(), EMPTY);
    desk.click_first("Delete customer");
    desk.type_text("0004Va58A92T017");
    desk.press(Key::Enter);
    assert!(desk.says("There is no undo"), "a wrong ID closed the dialog");
    desk.press(Key::Escape);
    desk.ui.run_steps(4);
    assert!(desk.stored(EMPTY).is_some());
    assert_eq!(bytes(folder.path()), before);
    desk.click_first("Delete customer");
    desk.type_text(EMPTY);
    desk.click("Delete");
    desk.sees("was deleted");
    assert!(desk.stored(EMPTY).is_none());
    assert_eq!(desk.store().customers().unwrap().len(), 9);
}
