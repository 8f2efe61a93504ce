//! The window's main job: find a customer, edit, review, submit; and that looking changes nothing.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

#[path = "support/window.rs"]
mod support;

use eframe::egui::{Key, Modifiers};
use support::{BRUCE, Desk, ZELIE, bytes, sample};

#[test]
fn a_phone_is_changed_and_one_added_and_only_these_are_sent() {
    let folder = sample();
    let mut desk = Desk::on(folder.path());
    assert_eq!(desk.focused().as_deref(), Some("Find"));
    let others: Vec<_> =
        desk.store().customers().unwrap().into_iter().filter(|id| id.as_str() != BRUCE).collect();
    let untouched: Vec<_> = others.iter().map(|id| desk.stored(id.as_str())).collect();
    let before = desk.stored(BRUCE).unwrap();
    desk.type_text(BRUCE);
    desk.press(Key::Enter);
    desk.sees("Phone, 3 records");
    desk.click("Phone, 3 records");
    desk.set_cell("Phone 2 number", "6543211");
    desk.click("Add record");
    assert_eq!(desk.focused().as_deref(), Some("Phone 4 PhoneType"));
    desk.type_text("6");
    desk.press(Key::Tab);
    desk.press(Key::Tab);
    desk.type_text("639980102");
    desk.press(Key::Enter);
    assert!(desk.says("2 kept · 1 changed · 1 new"), "{:#?}", desk.names());
    assert!(desk.says("6543210 → 6543211"));
    desk.click("Show the requests");
    let body = r#"{"customer_id":"0004Va58A92T0017","Phone":[{"PhoneType":2,"prefix":"+33","number":"6543211","description":"business calls only, no sales","start_availabilty":"2009-12-18T09:30:00.000Z","end_availabilty":"2009-12-18T17:45:00.000Z"},{"PhoneType":6,"number":"639980102"}]}"#;
    assert!(desk.says(&format!("POST /profiles/{BRUCE}/extensions\n{body}")), "{:#?}", desk.names());
    desk.submitted("Submitted: 1 request was accepted");

    let now = desk.stored(BRUCE).unwrap();
    let phones = desk.records(BRUCE, "Phone");
    assert_eq!(phones.len(), 4);
    assert_eq!(
        phones[1],
        r#"{"PhoneType":2,"prefix":"+33","number":"6543211","description":"business calls only, no sales","start_availabilty":"2009-12-18T09:30:00.000Z","end_availabilty":"2009-12-18T17:45:00.000Z"}"#
    );
    assert_eq!(phones[3], r#"{"PhoneType":6,"number":"639980102"}"#);
    for at in [0, 2] {
        assert_eq!(now.records("Phone")[at], before.records("Phone")[at]);
    }
    assert_eq!(now.core, before.core);
    for extension in ["Address", "Consents", "Orders"] {
        assert_eq!(now.records(extension), before.records(extension));
    }
    assert_eq!(others.iter().map(|id| desk.stored(id.as_str())).collect::<Vec<_>>(), untouched);
    assert!(desk.says("nothing changed") && desk.has("Phone, 4 records"));
    assert!(desk.kept.0.lock().unwrap().is_empty(), "the draft is still kept");
}

#[test]
fn submit_without_an_edit_says_so_and_looking_around_changes_no_byte() {
    let folder = sample();
    let before = bytes(folder.path());
    {
        let mut desk = Desk::with(folder.path(), BRUCE);
        desk.submit();
        desk.sees("There is nothing to send");
        for tab in [
            "Profile",
            "Phone, 3 records",
            "Address, 1 record",
            "Consents, 2 records",
            "Notes, 0 records",
            "Orders, 2 records",
        ] {
            desk.click(tab);
            for view in ["Table", "Form"].iter().filter(|_| !tab.starts_with("Address") && tab != "Profile") {
                desk.show(view);
                for _ in 0..12 {
                    desk.press(Key::Tab);
                }
            }
        }
        desk.press(Key::F5);
        desk.sees("Read again.");
        desk.find("33");
        desk.wait("hits", |desk| desk.app().search.hits.is_some());
        desk.open(ZELIE);
    }
    assert_eq!(bytes(folder.path()), before);
}

#[test]
fn a_letter_typed_and_taken_back_is_no_change() {
    let folder = sample();
    let before = bytes(folder.path());
    let mut desk = Desk::with(folder.path(), BRUCE);
    desk.click("Orders, 2 records");
    for (cell, typed) in [("Orders 1 total", "10.1"), ("Orders 1 weight", "1"), ("Orders 1 order", "5")] {
        desk.focus(cell);
        desk.type_text(typed);
        assert!(desk.says("1 changed"));
        desk.press(Key::Escape);
        assert!(desk.says("nothing changed"), "{cell}: {:#?}", desk.names());
    }
    assert_eq!((desk.value("Orders 1 total"), desk.value("Orders 1 weight")), ("10.10".into(), "1E0".into()));
    // Typing what stands there already is no change either.
    desk.set_cell("Orders 1 total", "10.10");
    assert!(desk.says("nothing changed"));
    desk.submitted("There is nothing to send");
    assert_eq!(bytes(folder.path()), before);
}

#[test]
fn ctrl_q_closes_nothing_and_f_keys_do_what_the_list_of_keys_says() {
    let folder = sample();
    let mut desk = Desk::with(folder.path(), BRUCE);
    desk.set_cell("Phone 2 number", "1");
    desk.ui.key_press_modifiers(Modifiers::COMMAND, Key::Q);
    for _ in 0..4 {
        desk.ui.step();
        for viewport in desk.ui.output().viewport_output.values() {
            let closes = viewport
                .commands
                .iter()
                .any(|command| matches!(command, eframe::egui::ViewportCommand::Close));
            assert!(!closes);
        }
    }
    assert!(desk.says("1 changed"));
    desk.press(Key::F1);
    assert!(desk.says("these keys"));
    desk.press(Key::Escape);
    assert!(!desk.says("these keys"));
}
