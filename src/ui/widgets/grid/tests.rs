use std::cell::Cell as Count;

use eframe::egui;
use egui::{Key, Modifiers, Role};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};

use super::*;
use crate::ui::theme;

/// Records with text attributes `kind` and `number`, edited as the application would.
pub(super) struct Records {
    pub(super) generation: u64,
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<(u64, Vec<String>)>,
    asked: Count<usize>,
    pub(super) grid: Grid,
    pub(super) log: Vec<GridEvent>,
    pub(super) menu: Vec<&'static str>,
}

impl Records {
    fn new(count: u64) -> Self {
        let column =
            |title: &str| Column { key: title.into(), title: title.into(), width: Some(120.0), about: None };
        let row = |key: u64| (key, vec![format!("kind {key}"), format!("number {key}")]);
        Self {
            generation: 1,
            columns: vec![column("kind"), column("number")],
            rows: (1..=count).map(row).collect(),
            asked: Count::new(0),
            grid: Grid::default(),
            log: Vec::new(),
            menu: Vec::new(),
        }
    }

    fn absorb(&mut self, events: Vec<GridEvent>) {
        for event in events {
            match &event {
                GridEvent::Changed(at, text) | GridEvent::PutBack(at, text, _) => self.set(*at, text),
                GridEvent::Cleared(at) => self.set(*at, ""),
                GridEvent::Nulled(at) => self.set(*at, "null"),
                _ => {}
            }
            self.log.push(event);
        }
    }

    fn set(&mut self, at: At, text: &str) {
        let row = self.rows.iter_mut().find(|(key, _)| *key == at.key).unwrap();
        row.1[at.column] = text.to_owned();
    }

    pub(super) fn text(&self, key: u64, column: usize) -> &str {
        &self.rows.iter().find(|(other, _)| *other == key).unwrap().1[column]
    }
}

struct Seen<'a>(&'a Records);

impl GridSource for Seen<'_> {
    fn generation(&self) -> u64 {
        self.0.generation
    }
    fn columns(&self) -> &[Column] {
        &self.0.columns
    }
    fn rows(&self) -> usize {
        self.0.rows.len()
    }
    fn row_key(&self, row: usize) -> u64 {
        self.0.rows[row].0
    }
    fn row_state(&self, row: usize) -> Option<State> {
        (row == 1).then_some(State::Changed)
    }
    fn row_menu(&self, _: usize) -> Vec<&str> {
        self.0.menu.clone()
    }
    fn cell(&self, row: usize, column: usize) -> Cell<'_> {
        self.0.asked.set(self.0.asked.get() + 1);
        let name = format!("Phone {} {}", row + 1, self.0.columns[column].title);
        Cell { name: name.into(), text: self.0.rows[row].1[column].as_str().into(), ..Cell::default() }
    }
}

pub(super) fn harness(count: u64) -> Harness<'static, Records> {
    paced(count, 0.25)
}

/// As [`harness`], with `dt` seconds between frames.
pub(super) fn paced(count: u64, dt: f32) -> Harness<'static, Records> {
    let draw = |ui: &mut Ui, records: &mut Records| {
        let mut grid = std::mem::take(&mut records.grid);
        let events = grid.show(ui, "Phone", &Seen(records));
        records.grid = grid;
        records.absorb(events);
        let _ = ui.button("After");
    };
    let builder = Harness::builder().with_size(egui::vec2(500.0, 400.0)).with_context_setup(theme::install);
    builder.with_step_dt(dt).build_ui_state(draw, Records::new(count))
}

pub(super) fn focus(harness: &mut Harness<'static, Records>, name: &str) {
    harness.get_by_label(name).focus();
    harness.run();
}

pub(super) fn type_text(harness: &mut Harness<'static, Records>, text: &str) {
    harness.event(egui::Event::Text(text.to_owned()));
    harness.run();
}

pub(super) fn press(harness: &mut Harness<'static, Records>, key: Key) {
    harness.key_press(key);
    harness.run();
}

pub(super) fn focused(harness: &Harness<'static, Records>) -> String {
    let node = harness.root().children_recursive().find(egui_kittest::Node::is_focused).unwrap();
    node.accesskit_node().label().unwrap_or_default()
}

#[test]
fn a_cell_tells_its_name_value_role_and_place() {
    let harness = harness(5);
    let node = harness.get_by_label("Phone 2 number");
    let node = node.accesskit_node();
    assert_eq!(node.value().as_deref(), Some("number 2"));
    assert_eq!(node.description().as_deref(), Some("number 2"));
    assert_eq!(node.role(), Role::GridCell);
    assert_eq!((node.data().row_index(), node.data().column_index()), (Some(2), Some(2)));
    let table = harness.get_by_role_and_label(Role::Grid, "Phone");
    let table = table.accesskit_node();
    assert_eq!((table.data().row_count(), table.data().column_count()), (Some(6), Some(3)));
    harness.get_by_role_and_label(Role::RowHeader, "2 changed");
    harness.get_by_role_and_label(Role::ColumnHeader, "number");
}

#[test]
fn pressing_a_cell_without_a_mouse_opens_its_editor() {
    let mut harness = harness(5);
    harness.get_by_label("Phone 2 number").click_accesskit();
    harness.run();
    assert_eq!(harness.get_by_label("Phone 2 number").accesskit_node().role(), Role::TextInput);
    type_text(&mut harness, "!");
    assert_eq!(harness.state().text(2, 1), "number 2!");
}

#[test]
fn typing_replaces_and_every_change_is_reported() {
    let mut harness = harness(5);
    focus(&mut harness, "Phone 2 number");
    type_text(&mut harness, "6");
    assert_eq!(harness.state().text(2, 1), "6");
    type_text(&mut harness, "5");
    assert_eq!(harness.state().text(2, 1), "65");
    press(&mut harness, Key::Enter);
    assert_eq!(focused(&harness), "Phone 3 number");
    assert!(matches!(harness.state().log.as_slice(), [
        GridEvent::Moved(_), GridEvent::Changed(..), GridEvent::Changed(..), GridEvent::Committed(at), GridEvent::Moved(_)
    ] if at.key == 2));
}

#[test]
fn f2_enter_and_double_click_edit_what_is_there() {
    for start in 0..3 {
        let mut harness = paced(5, 0.02);
        focus(&mut harness, "Phone 2 number");
        match start {
            0 => press(&mut harness, Key::F2),
            1 => press(&mut harness, Key::Enter),
            _ => {
                let node = harness.get_by_label("Phone 2 number");
                node.click();
                node.click();
                harness.step();
                harness.run();
            }
        }
        assert!(harness.state().grid.is_editing(), "start {start}");
        press(&mut harness, Key::End);
        type_text(&mut harness, "x");
        assert_eq!(harness.state().text(2, 1), "number 2x", "start {start}");
    }
}

#[test]
fn esc_puts_back_what_was_there() {
    let mut harness = harness(5);
    focus(&mut harness, "Phone 2 number");
    type_text(&mut harness, "oops");
    press(&mut harness, Key::Escape);
    assert_eq!(harness.state().text(2, 1), "number 2");
    assert_eq!(focused(&harness), "Phone 2 number");
    assert!(!harness.state().grid.is_editing());
    press(&mut harness, Key::Escape);
    assert_eq!(harness.state().log.last(), Some(&GridEvent::Left));
}

#[test]
fn tab_goes_cell_by_cell_and_leaves_at_the_end() {
    let mut harness = harness(2);
    focus(&mut harness, "Phone 1 number");
    type_text(&mut harness, "a");
    for place in ["Phone 2 kind", "Phone 2 number", "After"] {
        press(&mut harness, Key::Tab);
        assert_eq!(focused(&harness), place);
    }
    harness.key_press_modifiers(Modifiers::SHIFT, Key::Tab);
    harness.run();
    assert_eq!(focused(&harness), "Phone 2 number");
}

#[test]
fn keys_of_one_frame_go_where_they_were_meant() {
    let mut harness = harness(5);
    focus(&mut harness, "Phone 1 kind");
    for text in ["a", "b", "c"] {
        let tab = egui::Event::Key {
            key: Key::Tab,
            physical_key: None,
            pressed: true,
            repeat: false,
            modifiers: Modifiers::NONE,
        };
        // Not by `event`, which gives each a frame of its own.
        harness.input_mut().events.extend([egui::Event::Text(text.into()), tab]);
    }
    harness.run();
    let state = harness.state();
    assert_eq!([state.text(1, 0), state.text(1, 1), state.text(2, 0)], ["a", "b", "c"]);
    assert_eq!(focused(&harness), "Phone 2 number");
}

#[test]
fn arrows_scroll_along() {
    let mut harness = harness(100);
    focus(&mut harness, "Phone 1 number");
    for _ in 0..40 {
        harness.key_press(Key::ArrowDown);
        harness.step();
    }
    harness.run();
    assert_eq!(focused(&harness), "Phone 41 number");
    let rect = harness.get_by_label("Phone 41 number").rect();
    assert!(rect.top() > 0.0 && rect.bottom() <= 400.0, "{rect:?}");
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Home);
    harness.run();
    assert_eq!(focused(&harness), "Phone 1 kind");
}

fn wheel(harness: &mut Harness<'static, Records>, by: f32) {
    harness.hover_at(egui::pos2(200.0, 200.0));
    harness.event(egui::Event::MouseWheel {
        unit: egui::MouseWheelUnit::Point,
        delta: egui::vec2(0.0, by),
        phase: egui::TouchPhase::Move,
        modifiers: Modifiers::NONE,
        source: egui::MouseWheelSource::Unknown,
    });
    harness.run_steps(8);
}

#[test]
fn scrolling_away_takes_neither_text_nor_keyboard() {
    let mut harness = harness(1000);
    focus(&mut harness, "Phone 2 number");
    type_text(&mut harness, "654");
    wheel(&mut harness, -5000.0);
    assert!(harness.query_by_label("Phone 5 number").is_none(), "not scrolled");
    assert_eq!(harness.state().text(2, 1), "654");
    type_text(&mut harness, "3");
    harness.run_steps(4);
    assert_eq!(harness.state().text(2, 1), "6543");
    assert!(harness.get_by_label("Phone 2 number").rect().top() > theme::ROW);
}

#[test]
fn undo_brings_no_text_of_another_record() {
    let mut harness = harness(5);
    focus(&mut harness, "Phone 2 number");
    press(&mut harness, Key::F2);
    for text in ["A", "B", "C"] {
        type_text(&mut harness, text);
        harness.run_steps(8); // long enough for an undo step
    }
    let state = harness.state_mut();
    let log = std::mem::take(&mut state.log);
    assert_eq!(log.len(), 4, "{log:?}");
    state.generation += 1;
    for row in &mut state.rows {
        row.1 = vec!["other".into(), "customer".into()];
    }
    harness.run();
    for _ in 0..5 {
        harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
        harness.run();
    }
    press(&mut harness, Key::F2);
    for _ in 0..5 {
        harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
        harness.run();
    }
    assert_eq!(harness.state().text(2, 1), "customer");
}

#[test]
fn a_row_deleted_above_does_not_move_the_edit_to_its_neighbour() {
    let mut harness = harness(5);
    focus(&mut harness, "Phone 3 number");
    type_text(&mut harness, "a");
    harness.state_mut().rows.remove(0);
    harness.run();
    type_text(&mut harness, "b");
    assert_eq!((harness.state().text(3, 1), harness.state().text(4, 1)), ("ab", "number 4"));
    harness.state_mut().rows.retain(|row| row.0 != 3);
    harness.run();
    assert!(!harness.state().grid.is_editing());
    assert_eq!(focused(&harness), "Phone 2 number"); // where it stood is now the next record
}

#[test]
fn a_hundred_thousand_rows_cost_what_is_visible() {
    let mut harness = harness(100_000);
    harness.state().asked.set(0);
    harness.step();
    let asked = harness.state().asked.get();
    assert!((20..=40).contains(&asked), "{asked} cells asked for");
    focus(&mut harness, "Phone 1 number");
    harness.key_press_modifiers(Modifiers::COMMAND, Key::End);
    harness.run();
    assert_eq!(focused(&harness), "Phone 100000 number");
    let rect = harness.get_by_label("Phone 100000 number").rect();
    assert!((rect.height() - theme::ROW).abs() < 0.5 && rect.bottom() <= 400.5, "{rect:?}");
    harness.state().asked.set(0);
    harness.step();
    assert!(harness.state().asked.get() <= 40);
}

#[test]
fn assistive_technology_sets_a_value() {
    let mut harness = harness(5);
    harness.get_by_label("Phone 4 kind").set_text_value_accesskit("2");
    harness.run();
    assert_eq!(harness.state().text(4, 0), "2");
}

#[test]
fn delete_clears_and_go_to_takes_the_keyboard() {
    let mut harness = harness(500);
    harness.state_mut().grid.go_to(At { key: 400, row: 399, column: 1 });
    harness.run();
    assert_eq!(focused(&harness), "Phone 400 number");
    press(&mut harness, Key::Delete);
    assert_eq!(harness.state().text(400, 1), "");
    assert!(harness.state().log.contains(&GridEvent::Cleared(At { key: 400, row: 399, column: 1 })));
}
