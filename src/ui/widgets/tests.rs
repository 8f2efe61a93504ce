use eframe::egui;
use egui::Role;
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};

use super::badge::State;
use super::tab::Tab;
use super::*;
use crate::model::finding::Severity;

/// A window with one of each widget; remembers what was done.
#[derive(Default)]
struct Window {
    view: usize,
    tab: usize,
    pressed: Vec<&'static str>,
}

impl Window {
    fn draw(&mut self, ui: &mut Ui) {
        heading::section(ui, "Pinned");
        let row = list_row::list_row(ui, "Bruce Banner", "0004Va58A92T0017", true);
        self.note(&row, "row");
        let tabs = [
            Tab { title: "Phone", about: None, count: Some(5), state: Some(State::Changed) },
            Tab { title: "Address", about: None, count: Some(1), state: None },
        ];
        self.tab = tab::bar(ui, "Extensions", &tabs, self.tab).unwrap_or(self.tab);
        badge::badge(ui, State::Conflict);
        self.note(&button::ordinary(ui, "Undo", Some("Ctrl+Z")), "Undo");
        self.note(&button::primary(ui, "Submit", Some("Ctrl+Enter")), "Submit");
        segmented::segmented(ui, "View", &[(0, "Table"), (1, "Form"), (2, "JSON")], &mut self.view);
        self.note(&finding::finding(ui, Severity::Error, "Phone 5 number: too long."), "finding");
    }

    fn note(&mut self, response: &Response, what: &'static str) {
        if response.clicked() {
            self.pressed.push(what);
        }
    }
}

fn harness() -> Harness<'static, Window> {
    let draw = |ui: &mut Ui, window: &mut Window| window.draw(ui);
    let builder = Harness::builder().with_size(egui::vec2(500.0, 500.0)).with_context_setup(theme::install);
    builder.build_ui_state(draw, Window::default())
}

const TARGETS: [(Role, &str); 9] = [
    (Role::ListBoxOption, "Bruce Banner"),
    (Role::Tab, "Phone, 5 records, changed"),
    (Role::Tab, "Address, 1 record"),
    (Role::Button, "Undo"),
    (Role::Button, "Submit"),
    (Role::RadioButton, "Table"),
    (Role::RadioButton, "Form"),
    (Role::RadioButton, "JSON"),
    (Role::Link, "Phone 5 number: too long."),
];

#[test]
fn every_widget_is_found_by_role_and_name_and_large_enough_to_hit() {
    let harness = harness();
    for (role, name) in TARGETS {
        let rect = harness.get_by_role_and_label(role, name).rect();
        assert!(rect.width() >= theme::TARGET && rect.height() >= theme::TARGET, "{name}: {rect:?}");
    }
    harness.get_by_role_and_label(Role::Heading, "Pinned");
    harness.get_by_role_and_label(Role::RadioGroup, "View");
    harness.get_by_role_and_label(Role::TabList, "Extensions");
    harness.get_by_value("conflict");
}

#[test]
fn keys_and_second_lines_are_told() {
    let harness = harness();
    let undo = harness.get_by_label("Undo");
    assert_eq!(undo.accesskit_node().data().keyboard_shortcut(), Some("Ctrl+Z"));
    let row = harness.get_by_label("Bruce Banner");
    assert_eq!(row.accesskit_node().data().description(), Some("0004Va58A92T0017"));
    assert_eq!(row.accesskit_node().is_selected(), Some(true));
}

#[test]
fn clicks_reach_what_was_clicked() {
    let mut harness = harness();
    for name in ["JSON", "Address, 1 record", "Undo", "Submit", "Bruce Banner"] {
        harness.get_by_label(name).click();
        harness.run();
    }
    assert_eq!((harness.state().view, harness.state().tab), (2, 1));
    assert_eq!(harness.state().pressed, ["Undo", "Submit", "row"]);
}

#[test]
fn tab_reaches_every_widget_in_order_and_enter_presses_it() {
    let mut harness = harness();
    for (_, name) in TARGETS {
        harness.key_press(egui::Key::Tab);
        harness.run();
        assert!(harness.get_by_label(name).is_focused(), "{name}");
    }
    harness.key_press(egui::Key::Enter);
    harness.run();
    assert_eq!(harness.state().pressed, ["finding"]);
}
