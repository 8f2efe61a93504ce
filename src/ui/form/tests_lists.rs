//! The list of values and the list of records.

use std::cell::Cell;

use eframe::egui;
use egui::{Key, Modifiers, Role};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};

use super::*;
use crate::ui::widgets::badge::State;

/// E-mail addresses above a list of records, both kept as the application would.
struct Form {
    values: Vec<String>,
    log: Vec<ListEvent>,
    count: usize,
    selected: Option<usize>,
    asked: Cell<usize>,
}

impl Form {
    fn new(count: usize) -> Self {
        let values = ["a@example.com", "b@example.com", "c@example.com"].map(str::to_owned).to_vec();
        Self { values, log: Vec::new(), count, selected: Some(1), asked: Cell::new(0) }
    }

    fn draw(&mut self, ui: &mut Ui) {
        let name = "EmailAddress";
        let errors = [None, Some("No domain.".to_owned())];
        let list = List {
            name: name.into(),
            label: name.into(),
            values: &self.values,
            errors: &errors,
            ..List::default()
        };
        let events = list_editor(ui, 1, &list);
        for event in events {
            match event.clone() {
                ListEvent::Changed(index, text) => self.values[index] = text,
                ListEvent::Committed(_) => {}
                ListEvent::Added => self.values.push(String::new()),
                ListEvent::Removed(index) => drop(self.values.remove(index)),
                ListEvent::MovedUp(index) => self.values.swap(index, index - 1),
                ListEvent::MadePrimary(index) => self.values[..=index].rotate_right(1),
            }
            self.log.push(event);
        }
        let row = |index: usize| {
            self.asked.set(self.asked.get() + 1);
            RecordRow {
                key: index as u64,
                name: format!("Phone {}", index + 1).into(),
                number: index + 1,
                summary: format!("work · +33 {index}").into(),
                state: (index == 1).then_some(State::Changed),
            }
        };
        let chosen = record_list(ui, "Phone records", self.count, &row, self.selected);
        self.selected = chosen.or(self.selected);
    }
}

type Window = Harness<'static, Form>;

fn window(count: usize) -> Window {
    let draw = |ui: &mut Ui, form: &mut Form| form.draw(ui);
    let builder = Harness::builder().with_size(vec2(400.0, 500.0)).with_context_setup(theme::install);
    builder.build_ui_state(draw, Form::new(count))
}

fn focus(window: &mut Window, name: &str) {
    window.get_by_label(name).focus();
    window.run();
}

fn press(window: &mut Window, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    window.run();
    window.run();
}

fn click(window: &mut Window, name: &str) {
    window.get_by_label(name).click();
    window.run();
    window.run();
}

fn focused(window: &Window) -> String {
    let node = window.root().children_recursive().find(egui_kittest::Node::is_focused);
    node.and_then(|node| node.accesskit_node().label()).unwrap_or_default()
}

fn heads(window: &Window) -> String {
    window.state().values.iter().map(|value| value.get(..1).unwrap_or("-")).collect()
}

#[test]
fn values_are_added_removed_and_put_in_order_by_name() {
    let mut window = window(3);
    click(&mut window, "Make EmailAddress 3 primary");
    assert_eq!(heads(&window), "cab");
    click(&mut window, "Move EmailAddress 3 up");
    assert_eq!(heads(&window), "cba");
    click(&mut window, "Remove EmailAddress 2");
    assert_eq!(heads(&window), "ca");
    assert!(window.query_by_label("Make EmailAddress 1 primary").is_none());
    click(&mut window, "Add EmailAddress");
    assert_eq!(focused(&window), "EmailAddress 3");
    window.event(egui::Event::Text("d".into()));
    window.run();
    assert_eq!(heads(&window), "cad");
    press(&mut window, Modifiers::NONE, Key::Enter);
    assert_eq!(focused(&window), "Add EmailAddress");
    assert_eq!(window.state().log.last(), Some(&ListEvent::Committed(2)));
}

#[test]
fn keys_put_values_in_order_and_the_keyboard_follows() {
    let mut window = window(3);
    focus(&mut window, "EmailAddress 3");
    press(&mut window, Modifiers::ALT, Key::ArrowUp);
    assert_eq!((heads(&window).as_str(), focused(&window).as_str()), ("acb", "EmailAddress 2"));
    press(&mut window, Modifiers::NONE, Key::Tab);
    press(&mut window, Modifiers::ALT, Key::Home);
    assert_eq!((heads(&window).as_str(), focused(&window).as_str()), ("bac", "EmailAddress 1"));
    press(&mut window, Modifiers::COMMAND, Key::Delete);
    assert_eq!((heads(&window).as_str(), focused(&window).as_str()), ("ac", "EmailAddress 1"));
}

#[test]
fn a_value_tells_what_it_is_and_what_is_wrong() {
    let window = window(3);
    let first = window.get_by_label("EmailAddress 1");
    assert_eq!(first.accesskit_node().data().description(), Some("primary"));
    let second = window.get_by_label("EmailAddress 2");
    assert_eq!(second.accesskit_node().data().description(), Some("No domain"));
    window.get_by_role_and_label(Role::List, "EmailAddress");
}

#[test]
fn tab_goes_from_value_to_value_to_the_list_of_records() {
    let mut window = window(3);
    focus(&mut window, "EmailAddress 1");
    for stop in ["EmailAddress 2", "EmailAddress 3", "Add EmailAddress", "Phone 2"] {
        press(&mut window, Modifiers::NONE, Key::Tab);
        assert_eq!(focused(&window), stop);
    }
}

#[test]
fn a_record_tells_its_name_summary_and_place() {
    let window = window(3);
    let node = window.get_by_role_and_label(Role::ListBoxOption, "Phone 2");
    let node = node.accesskit_node();
    assert_eq!(node.data().description(), Some("work · +33 1, changed"));
    assert_eq!((node.is_selected(), node.data().position_in_set()), (Some(true), Some(2)));
    assert!((window.get_by_label("Phone 2").rect().height() - theme::ROW).abs() < 0.5);
}

#[test]
fn arrows_and_clicks_select_and_scroll() {
    let mut window = window(100_000);
    click(&mut window, "Phone 3");
    assert_eq!(window.state().selected, Some(2));
    for _ in 0..30 {
        press(&mut window, Modifiers::NONE, Key::ArrowDown);
    }
    assert_eq!((window.state().selected, focused(&window).as_str()), (Some(32), "Phone 33"));
    let seen = |window: &Window, name: &str| {
        let rect = window.get_by_label(name).rect();
        assert!(rect.top() > 150.0 && rect.bottom() <= 500.0, "{rect:?}");
    };
    window.run_steps(10);
    seen(&window, "Phone 33");
    press(&mut window, Modifiers::NONE, Key::End);
    window.run_steps(10);
    seen(&window, "Phone 100000");
    window.state_mut().selected = Some(500);
    window.run_steps(10);
    seen(&window, "Phone 501");
    window.state().asked.set(0);
    window.step();
    assert!(window.state().asked.get() <= 40, "{} rows asked for", window.state().asked.get());
}
