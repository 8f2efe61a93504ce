//! Where editors lose or mix up what was typed: undo across customers, rows that move, cells that scroll away, switched views.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

#[path = "support/window.rs"]
mod support;

use eframe::egui::{self, Key, Modifiers, Role};
use egui_kittest::Node;
use egui_kittest::kittest::NodeT;
use profile_desk::model::json::Json;
use profile_desk::model::profile::CustomerId;
use profile_desk::model::request::Request;
use support::{BRUCE, Desk, ZANETA, ZELIE, sample, send};

/// Undo steps of a text are taken after a second of quiet; a harness step is a quarter.
const QUIET: usize = 8;

/// Types in pieces with pauses, so that a text field would have undo steps of its own.
fn type_slowly(desk: &mut Desk, pieces: &[&str]) {
    for piece in pieces {
        desk.type_text(piece);
        desk.ui.run_steps(QUIET);
    }
}

fn texts(desk: &Desk) -> Vec<(String, String)> {
    let nodes = desk.ui.root().children_recursive();
    nodes
        .filter(|node| {
            matches!(
                node.accesskit_node().role(),
                Role::GridCell | Role::TextInput | Role::MultilineTextInput
            )
        })
        .filter_map(|node| {
            Some((node.accesskit_node().label()?, node.accesskit_node().value().unwrap_or_default()))
        })
        .filter(|(name, _)| name != "Find")
        .collect()
}

#[test]
fn undo_never_brings_the_former_customers_text_into_the_next() {
    for view in ["Table", "Form", "Profile"] {
        let folder = sample();
        let mut desk = Desk::with(folder.path(), BRUCE);
        let (tab, field) = if view == "Profile" {
            ("Profile", "FirstName 1")
        } else {
            ("Phone, 3 records", "Phone 1 number")
        };
        desk.click(tab);
        if view != "Profile" {
            desk.show(view);
        }
        desk.focus(field);
        type_slowly(&mut desk, &["A", "B", "C"]);
        desk.open(ZELIE);
        let loaded = texts(&desk);
        assert!(loaded.iter().any(|(name, _)| name == field), "{view}: {loaded:?}");
        for _ in 0..4 {
            desk.undo();
        }
        desk.focus(field);
        if view == "Table" {
            desk.press(Key::F2);
        }
        for _ in 0..4 {
            desk.undo();
            desk.redo();
            desk.undo();
        }
        desk.press(Key::Escape);
        assert_eq!(texts(&desk), loaded, "{view}");
        assert!(desk.says("nothing changed"), "{view}");
    }
}

#[test]
fn typing_goes_on_in_the_same_record_after_a_row_above_goes() {
    let folder = sample();
    let mut desk = Desk::with(folder.path(), BRUCE);
    for number in ["4", "5"] {
        desk.click("Add record");
        desk.type_text(number);
        desk.press(Key::Enter);
    }
    // The cursor is on the second added one; the first one goes.
    desk.set_cell("Phone 4 description", "first");
    desk.focus("Phone 5 description");
    desk.type_text("second");
    desk.click("Revert Phone 4");
    desk.ui.run_steps(2);
    assert_eq!(desk.value("Phone 4 description"), "second");
    assert_eq!(desk.value("Phone 3 description"), "fax");
    desk.undo();
    assert_eq!(
        (desk.value("Phone 4 description"), desk.value("Phone 5 description")),
        ("first".into(), "second".into())
    );
    // A loaded record is only marked, and whatever stands below it stays.
    desk.focus("Phone 1 number");
    desk.press_with(Modifiers::COMMAND | Modifiers::SHIFT, Key::Delete);
    assert!(desk.has("1 removed"));
    assert_eq!(desk.value("Phone 2 number"), "6543210");
}

#[test]
fn what_was_typed_survives_scrolling_tabs_views_and_other_customers() {
    let folder = sample();
    {
        let store = profile_desk::target::open(&folder.path().join("store")).unwrap();
        let records: Vec<String> =
            (10..510).map(|kind| format!(r#"{{"PhoneType":{kind},"number":"n{kind}"}}"#)).collect();
        let body = format!(r#"{{"Phone":[{}]}}"#, records.join(","));
        let id = CustomerId::new(BRUCE).unwrap();
        send(store.as_ref(), &[Request::InsertRecords(id, Json::parse(&body).unwrap())]);
    }
    let mut desk = Desk::with(folder.path(), BRUCE);
    assert!(desk.has("Phone, 503 records"));
    desk.focus("Phone 4 number");
    desk.type_text("typed");
    desk.ui.hover_at(desk.get("Phone 5 number").rect().center());
    desk.ui.event(egui::Event::MouseWheel {
        unit: egui::MouseWheelUnit::Point,
        delta: egui::vec2(0.0, -9000.0),
        phase: egui::TouchPhase::Move,
        modifiers: Modifiers::NONE,
        source: egui::MouseWheelSource::Unknown,
    });
    desk.ui.run_steps(10);
    assert!(!desk.has("Phone 6 number"), "not scrolled");
    desk.type_text("!");
    assert_eq!(desk.value("Phone 4 number"), "typed!");
    desk.click("Orders, 2 records");
    desk.click("Phone, 503 records, changed");
    assert_eq!(desk.value("Phone 4 number"), "typed!");
    desk.show("Form");
    assert_eq!(desk.value("Phone 4 number"), "typed!");
    desk.set_field("Phone 4 number", "in the form");
    desk.show("Table");
    assert_eq!(desk.value("Phone 4 number"), "in the form");
    desk.focus("Phone 4 prefix");
    desk.type_text("+1");
    desk.open(ZELIE);
    assert!(desk.says("nothing changed"));
    desk.open(BRUCE);
    assert_eq!(
        (desk.value("Phone 4 number"), desk.value("Phone 4 prefix")),
        ("in the form".into(), "+1".into())
    );
}

#[test]
fn esc_puts_a_cell_back_byte_for_byte_and_typing_in_find_is_no_edit() {
    let folder = sample();
    let mut desk = Desk::with(folder.path(), BRUCE);
    desk.set_cell("Phone 2 number", "111");
    desk.focus("Phone 2 number");
    desk.type_text("222");
    desk.press(Key::Escape);
    assert_eq!(desk.value("Phone 2 number"), "111");
    desk.press_with(Modifiers::COMMAND, Key::K);
    desk.press_with(Modifiers::COMMAND, Key::A);
    type_slowly(&mut desk, &["abc", "def"]);
    desk.undo();
    assert_eq!(desk.value("Phone 2 number"), "111", "undo in Find undid the draft");
    desk.focus("Phone 2 prefix");
    desk.undo();
    assert_eq!(desk.value("Phone 2 number"), "6543210");
}

/// Everything that Tab stops at, from the one box until it comes back there.
fn walk(desk: &mut Desk) -> Vec<String> {
    desk.press_with(Modifiers::COMMAND, Key::K);
    let mut stops = Vec::new();
    for _ in 0..120 {
        desk.press(Key::Tab);
        let node = desk.ui.root().children_recursive().find(Node::is_focused);
        let name = node.and_then(|node| node.accesskit_node().label()).unwrap_or_default();
        assert!(!name.is_empty(), "a stop without a name after {stops:?}");
        if name == "Find" {
            return stops;
        }
        stops.push(name);
    }
    panic!("Tab never comes back: {stops:?}");
}

#[test]
fn every_stop_of_tab_has_a_name_and_the_walk_comes_back() {
    let folder = sample();
    let mut desk = Desk::with(folder.path(), ZANETA);
    for view in ["Table", "Form"] {
        desk.show(view);
        let stops = walk(&mut desk);
        for name in ["Phone 1 number", "Add record", "Delete customer"] {
            assert_eq!(stops.iter().filter(|stop| *stop == name).count(), 1, "{view} {name}: {stops:?}");
        }
    }
    desk.click("Profile");
    assert!(walk(&mut desk).contains(&"FirstName 1".to_owned()));
}
