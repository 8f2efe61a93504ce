//! Labels in the window: what is shown changes, what is sent does not; the wire name stays to be found.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

#[path = "support/window.rs"]
mod support;

use eframe::egui::{Key, Modifiers, vec2};
use profile_desk::app::command::Command;
use profile_desk::app::labels::Handed;
use profile_desk::model::json::Json;
use profile_desk::model::labels::Labels;
use std::collections::HashSet;
use std::path::Path;
use support::{BRUCE, Desk, Kept, bytes, sample};

const LABELS: &str = r#"{"extensions":{"phone":{"label":"Telephone","attributes":{
    "phonetype":{"label":"Kind","values":{"0":"home","2":"work","6":"mobile"},"help":"What it is used for."},
    "number":{"label":"Digits","order":1},"description":{"hidden":true},"prefix":{"hidden":true}}},
    "Consents":{"attributes":{"given":{"values":{"true":"yes","false":"no"}}}}},
    "core":{"LastName":{"label":"Surname","order":1,"values":{"Banner":"the Hulk"}},"EmailAddress":{"hidden":true}}}"#;

fn labels(text: &str) -> Labels {
    Labels::from_json(&Json::parse(text).unwrap()).unwrap()
}

/// The sample store with these labels kept from an earlier start.
fn labelled(folder: &Path, text: &str) -> Desk {
    labelled_in(folder, text, vec2(1600.0, 900.0))
}

fn labelled_in(folder: &Path, text: &str, size: eframe::egui::Vec2) -> Desk {
    let kept = Kept::default();
    let place = folder.join("store").display().to_string();
    kept.1.lock().unwrap().insert(place, labels(text));
    let mut desk = Desk::sized(folder, kept, size);
    desk.open(BRUCE);
    desk
}

fn wanted(desk: &Desk, extension: &str) -> String {
    let open = desk.app().open.as_ref().unwrap();
    let wanted = open.draft.wanted(&open.schemas, &HashSet::new(), &HashSet::new());
    wanted.records(extension).iter().map(|record| record.json().to_string()).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_label_is_shown_and_the_wire_name_stays_in_the_description() {
    let folder = sample();
    let mut desk = labelled(folder.path(), LABELS);
    assert_eq!(desk.about("Telephone, 3 records"), "Phone");
    assert_eq!(desk.about("Kind"), "PhoneType. What it is used for.");
    assert_eq!(desk.about("Telephone 2 Kind"), "2 work. Phone 2 PhoneType. What it is used for.");
    assert_eq!(desk.about("Address, 1 record"), "", "what has no label is as before");
    assert!(desk.has("Telephone 1 start_availabilty"));
    desk.show("Form");
    desk.click("Telephone 2");
    assert_eq!(desk.value("Telephone 2 Kind"), "2");
    let about = desk.about("Telephone 2 Kind");
    assert!(about.contains("work") && about.contains("Phone 2 PhoneType"), "{about}");
    assert!(desk.says("one record per Kind"));
    desk.click("Profile");
    assert_eq!(desk.about("Surname 1"), "primary. the Hulk. LastName");
}

#[test]
fn orders_come_first_and_columns_follow_the_schema_else() {
    let folder = sample();
    let desk = labelled(folder.path(), LABELS);
    let open = desk.app().open.as_ref().unwrap();
    assert_eq!(open.shown.of(Some("Phone")), ["number", "PhoneType", "start_availabilty", "end_availabilty"]);
    assert_eq!(open.shown.of(None), ["LastName", "FirstName"]);
}

#[test]
fn the_name_of_a_value_is_typed_for_the_value() {
    let folder = sample();
    let mut desk = labelled(folder.path(), LABELS);
    for (typed, token) in [("mobile", "6"), ("7", "7"), ("6 mobile", "6")] {
        desk.set_cell("Telephone 3 Kind", typed);
        assert!(wanted(&desk, "Phone").contains(&format!("{{\"PhoneType\":{token},\"prefix\"")), "{typed}");
        assert!(!desk.says("is not an integer"), "{typed}");
    }
    assert_eq!(desk.value("Telephone 3 Kind"), "6 mobile");
    desk.focus("Telephone 3 Kind");
    desk.press(Key::F2);
    assert_eq!(desk.value("Telephone 3 Kind"), "6", "the value itself is edited");
    desk.press(Key::Escape);
    desk.show("Form");
    desk.click("Telephone 1");
    desk.set_field("Telephone 1 Kind", "Work");
    assert!(desk.about("Telephone 1 Kind").contains("is 2"), "{}", desk.about("Telephone 1 Kind"));
    desk.press(Key::Tab);
    assert_eq!(desk.value("Telephone 1 Kind"), "2");
    desk.set_field("Telephone 1 Kind", "nonsense");
    assert!(desk.about("Telephone 1 Kind").contains("this is not an integer"));
}

#[test]
fn a_value_that_is_set_at_once_by_its_name_gives_way_to_the_next() {
    let folder = sample();
    let mut desk = labelled(folder.path(), LABELS);
    for (typed, shown) in [("mobile", "6 mobile"), ("7", "7"), ("mobile", "6 mobile")] {
        desk.get("Telephone 3 Kind").set_text_value_accesskit(typed);
        desk.ui.run_steps(3);
        assert_eq!(desk.value("Telephone 3 Kind"), shown);
    }
    // Each was one step.
    desk.focus("Telephone 3 Kind");
    desk.undo();
    assert_eq!(desk.value("Telephone 3 Kind"), "7");
}

#[test]
fn a_value_can_be_chosen_by_its_name() {
    let folder = sample();
    let mut desk = labelled(folder.path(), LABELS);
    desk.show("Form");
    desk.click("Telephone 3");
    desk.focus("Telephone 3 Kind");
    desk.press_with(Modifiers::SHIFT, Key::F10);
    desk.ui.run_steps(2);
    desk.click("6 mobile");
    assert_eq!(desk.value("Telephone 3 Kind"), "6");
    desk.click("Consents, 2 records");
    desk.show("Form");
    desk.click("true yes, Consents 1 given");
    assert!(wanted(&desk, "Consents").starts_with("{\"purpose\":\"newsletter\",\"given\":true"));
}

#[test]
fn what_is_hidden_is_shown_when_asked_for_edited_or_wrong() {
    let folder = sample();
    let mut desk = labelled(folder.path(), LABELS);
    let hidden = "Telephone 2 description";
    assert!(!desk.has(hidden) && !desk.has("Telephone 1 prefix"));
    desk.click("Show hidden");
    desk.set_cell(hidden, "a text of more than thirty-two characters");
    desk.click("Show hidden");
    assert!(desk.has(hidden) && !desk.has("Telephone 1 prefix"));
    assert!(desk.says("Telephone 2 description: 41 characters"), "{:#?}", desk.names());
    desk.undo();
    desk.press(Key::Escape);
    assert!(!desk.has(hidden));
    // A copy has values of its own to be sent.
    desk.focus("Telephone 2 Digits");
    desk.press_with(Modifiers::COMMAND, Key::D);
    assert!(desk.has("Telephone 4 description"));
    desk.click("Profile");
    assert!(!desk.has("EmailAddress 1"));
    desk.click("Show hidden");
    assert!(desk.has("EmailAddress 1"));
}

#[test]
fn an_error_in_a_hidden_attribute_is_shown() {
    let folder = sample();
    let text = r#"{"extensions":{"Phone":{"attributes":{"number":{"hidden":true}}}}}"#;
    let mut desk = labelled(folder.path(), text);
    assert!(!desk.has("Phone 1 number"));
    desk.click("Add record");
    assert!(desk.has("Phone 4 number"), "it is mandatory: without it the record cannot be sent");
    desk.focus("Phone 4 number");
    desk.type_text("1");
    assert!(desk.has("Phone 4 number"));
    desk.press(Key::Escape);
    desk.undo();
    assert!(!desk.has("Phone 1 number"));
}

#[test]
fn findings_and_the_review_speak_in_labels_and_the_requests_do_not() {
    let folder = sample();
    let mut desk = labelled(folder.path(), LABELS);
    desk.set_cell("Telephone 2 Digits", "12345678901234567");
    assert!(desk.says("Telephone 2 Digits: 17 characters"));
    desk.set_cell("Telephone 2 Kind", "home");
    assert!(desk.says("Telephone 1 has the same Kind"), "{:#?}", desk.names());
    assert!(desk.says("Kind: 2 work → 0 home"), "{:#?}", desk.names());
    assert!(desk.has("Revert Telephone 2") && !desk.says("Phone 2:"));
    desk.click("Show the requests");
    desk.undo();
    desk.set_cell("Telephone 2 Digits", "1");
    assert!(
        desk.says("\"Phone\":[{\"PhoneType\":2,\"prefix\":\"+33\",\"number\":\"1\""),
        "{:#?}",
        desk.names()
    );
}

/// Opens the dialog from the one box.
fn dialog(desk: &mut Desk) {
    desk.press_with(Modifiers::COMMAND, Key::K);
    desk.type_text("> Labels");
    desk.press(Key::Enter);
    desk.ui.run_steps(2);
}

#[test]
fn labels_are_changed_with_the_keyboard_and_kept_and_drafts_stay() {
    let folder = sample();
    let mut desk = Desk::with(folder.path(), BRUCE);
    let before = bytes(folder.path());
    desk.set_cell("Phone 2 number", "99");
    dialog(&mut desk);
    assert_eq!(desk.focused().as_deref(), Some("Label of Phone"));
    desk.type_text("Telephone");
    desk.press(Key::Tab);
    assert_eq!(desk.focused().as_deref(), Some("Label of PhoneType"));
    desk.type_text("Kind");
    desk.press(Key::Tab);
    desk.type_text("What it is used for.");
    desk.press(Key::Tab);
    assert_eq!(desk.focused().as_deref(), Some("Values of PhoneType"));
    desk.press(Key::Space);
    desk.click("Add value");
    desk.type_text("2");
    desk.press(Key::Tab);
    desk.type_text("work");
    desk.click("Hide prefix");
    desk.click("Move number up");
    desk.click("Move number up");
    desk.press(Key::Escape);
    assert!(desk.says("Labels were changed here"), "nothing that was typed is thrown away");
    desk.press_with(Modifiers::COMMAND, Key::Enter);
    desk.ui.run_steps(3);
    assert!(!desk.says("Apply"));
    assert_eq!(desk.value("Telephone 2 Kind"), "2 work");
    assert_eq!(desk.app().open.as_ref().unwrap().shown.of(Some("Phone"))[0], "number");
    assert!(!desk.has("Telephone 2 prefix"));
    assert!(wanted(&desk, "Phone").contains("\"number\":\"99\""), "the draft is untouched");
    let place = desk.app().ready().unwrap().place.clone();
    desk.wait("the labels are kept", |desk| desk.kept.1.lock().unwrap().contains_key(&place));
    let wanted = r#"{"extensions":{"Phone":{"label":"Telephone","attributes":{"number":{"order":1},
        "PhoneType":{"label":"Kind","order":2,"values":{"2":"work"},"help":"What it is used for."},
        "prefix":{"order":3,"hidden":true},"description":{"order":4},"start_availabilty":{"order":5},"end_availabilty":{"order":6}}}}}"#;
    assert_eq!(desk.kept.1.lock().unwrap()[&place], labels(wanted));
    let kept = desk.kept.clone();
    drop(desk);
    assert_eq!(bytes(folder.path()), before, "nothing of it is in the store");
    let mut again = Desk::sized(folder.path(), kept, vec2(1600.0, 900.0));
    again.open(BRUCE);
    assert_eq!(again.value("Telephone 2 Kind"), "2 work");
}

#[test]
fn labels_that_cannot_be_told_apart_are_not_applied() {
    let folder = sample();
    let mut desk = Desk::with(folder.path(), BRUCE);
    desk.click("Labels…");
    desk.set_field("Label of number", "prefix");
    assert!(desk.says("prefix and number are called the same"));
    desk.press_with(Modifiers::COMMAND, Key::Enter);
    assert!(desk.has("Label of number"));
    desk.click("Cancel");
    assert!(desk.has("Phone 2 number") && desk.app().labels().is_empty());
}

fn read(desk: &Desk) -> bool {
    !matches!(desk.app().handed, None | Some(Handed::UnderWay))
}

#[test]
fn labels_are_handed_on_as_a_file() {
    let folder = sample();
    let mut desk = labelled(folder.path(), LABELS);
    let path = folder.path().join("handed.json");
    desk.click("Labels…");
    desk.set_field("Path of a file with labels", &path.display().to_string());
    desk.click("Save as file…");
    desk.sees("Saved as");
    let written = std::fs::read(&path).unwrap();
    assert_eq!(Json::parse_bytes(&written).unwrap(), Json::parse(LABELS).unwrap(), "token for token");
    desk.set_field("Label of PhoneType", "Sort");
    desk.click("Save as file…");
    desk.sees("There is a file");
    assert_eq!(std::fs::read(&path).unwrap(), written);
    desk.click("Replace the file");
    desk.sees("Saved as");
    assert!(std::fs::read_to_string(&path).unwrap().contains("\"Sort\""));
    desk.click("Cancel");
    assert!(desk.has("Telephone 1 Kind"));
}

#[test]
fn a_file_shows_what_it_would_change_before_it_changes_it() {
    let folder = sample();
    let mut desk = labelled(folder.path(), LABELS);
    let stored = bytes(&folder.path().join("store"));
    let path = folder.path().join("theirs.json");
    let theirs = r#"{"extensions":{"Phone":{"attributes":{"PhoneType":{"values":{"2":"office"}},"prefix":{"hidden":false}}},
        "Notes":{"label":"Remarks"}}}"#;
    std::fs::write(&path, theirs).unwrap();
    desk.click("Labels…");
    desk.set_field("Path of a file with labels", &path.display().to_string());
    desk.click("Load from file…");
    desk.wait("the file", read);
    for line in [
        "3 differences",
        "phone phonetype: value 2 office (was work)",
        "phone prefix: no longer hidden",
        "Notes: label Remarks",
    ] {
        assert!(desk.says(line), "{line} in {:#?}", desk.names());
    }
    assert!(desk.app().labels().value(Some("Phone"), "PhoneType", "2") == Some("work"));
    desk.click("Take them over");
    desk.ui.run_steps(2);
    desk.click("Apply");
    desk.ui.run_steps(2);
    assert_eq!(desk.value("Telephone 2 Kind"), "2 office");
    assert!(desk.has("Remarks, 0 records") && desk.has("Telephone 2 prefix"));
    assert_eq!(bytes(&folder.path().join("store")), stored);
}

#[test]
fn a_bad_file_says_why_and_changes_nothing() {
    let folder = sample();
    let mut desk = labelled(folder.path(), LABELS);
    let before = desk.app().labels().clone();
    desk.click("Labels…");
    desk.click("Load from file…");
    assert!(desk.says("Type the path of the file first"));
    for (name, text, told) in [
        ("none.json", None, "none.json: No such file"),
        ("half.json", Some("{\"core\":\n{"), "half.json: line 2, column 2"),
        (
            "wrong.json",
            Some(r#"{"extensions":{"Phone":{"attributes":{"x":{"order":"a"}}}}}"#),
            "Phone.attributes.x.order",
        ),
    ] {
        let path = folder.path().join(name);
        if let Some(text) = text {
            std::fs::write(&path, text).unwrap();
        }
        desk.set_field("Path of a file with labels", &path.display().to_string());
        desk.click("Load from file…");
        desk.sees(told);
        assert!(!desk.says("Take them over"));
    }
    desk.press(Key::Escape);
    desk.ui.run_steps(2);
    assert!(!desk.has("Label of PhoneType"), "nothing was changed, so nothing is asked");
    assert_eq!(*desk.app().labels(), before);
}

#[test]
fn labels_do_not_touch_what_is_sent() {
    let folder = sample();
    let mut desk = labelled(folder.path(), LABELS);
    desk.set_cell("Telephone 3 Kind", "mobile");
    desk.submitted("2 requests were accepted");
    assert_eq!(
        desk.records(BRUCE, "Phone").last().unwrap(),
        r#"{"PhoneType":6,"prefix":"+33","number":"199000103","description":"fax"}"#
    );
}

#[test]
fn the_dialog_and_the_switch_are_within_reach_in_a_small_window() {
    let folder = sample();
    let mut desk = labelled_in(folder.path(), LABELS, vec2(640.0, 420.0));
    // The page scrolls to what the keyboard is on.
    for name in ["Form", "Show hidden", "Add record", "Labels…"] {
        desk.focus(name);
        desk.ui.run_steps(8);
        let (rect, bar) = (desk.get(name).rect(), desk.get("Show changes").rect());
        assert!(rect.top() >= 43.0 && rect.bottom() <= bar.top(), "{name} is at {rect:?}");
    }
    desk.press(Key::Space);
    desk.ui.run_steps(2);
    for name in ["Apply", "Cancel", "Load from file…"] {
        let rect = desk.get(name).rect();
        assert!(
            rect.right() <= 640.0 && rect.bottom() <= 420.0 && rect.left() >= 0.0,
            "{name} is at {rect:?}"
        );
    }
    desk.set_field("Path of a file with labels", "assets/samples/labels.json");
    desk.click("Load from file…");
    desk.wait("the file", read);
    for name in ["Take them over", "Leave them"] {
        let rect = desk.get(name).rect();
        assert!(
            rect.right() <= 640.0 && rect.bottom() <= 420.0 && rect.top() >= 0.0,
            "{name} is at {rect:?}"
        );
    }
}

#[test]
fn a_command_for_labels_without_a_target_does_nothing() {
    let folder = sample();
    let mut desk = Desk::on(folder.path());
    let jobs = desk.ui.state_mut().app.handle(Command::SwitchTarget(
        profile_desk::app::command::Address::Store("nowhere".into()),
        profile_desk::app::command::Make::Nothing,
    ));
    drop(jobs);
    assert!(desk.ui.state_mut().app.handle(Command::SetLabels(labels(LABELS))).is_empty());
}
