//! The row menu, null, input methods, wide tables and the width of columns.

use eframe::egui;
use egui::{ImeEvent, Key, Modifiers, Pos2, Rect, Role, pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

use super::tests::{Records, focus, focused, harness, paced, press, type_text};
use super::*;

type Window = Harness<'static, Records>;

fn command(window: &mut Window, key: Key) {
    window.key_press_modifiers(Modifiers::COMMAND, key);
    window.run();
}

fn with_menu(count: u64) -> Window {
    let mut window = harness(count);
    window.state_mut().menu = vec!["Duplicate record", "Remove record"];
    window.run();
    window
}

/// A table wider than the window.
fn wide(count: u64) -> Window {
    let mut window = with_menu(count);
    let state = window.state_mut();
    state.columns = ["kind", "number", "x", "y", "z"]
        .map(|title| Column { key: title.into(), title: title.into(), width: Some(200.0), about: None })
        .to_vec();
    for row in &mut state.rows {
        row.1.resize(5, String::new());
    }
    state.generation += 1;
    window.run();
    window
}

fn rect(window: &Window, name: &str) -> Rect {
    window.get_by_label(name).rect()
}

fn drag(window: &mut Window, from: Pos2, to: Pos2) {
    window.hover_at(from);
    window.run();
    window.drag_at(from);
    window.run();
    window.hover_at(to);
    window.run();
    window.drop_at(to);
    window.run();
}

#[test]
fn a_row_menu_is_opened_by_name_and_says_what_was_chosen() {
    let mut window = with_menu(5);
    window.get_by_label("More Phone 3").click();
    window.run();
    window.get_by_role_and_label(Role::MenuItem, "Remove record").click();
    window.run_steps(3);
    assert!(window.state().log.contains(&GridEvent::Menu(3, 1)), "{:?}", window.state().log);
    assert!(window.query_by_label("Remove record").is_none());
}

#[test]
fn a_row_menu_is_walked_with_the_keyboard_and_gives_it_back() {
    let mut window = with_menu(5);
    focus(&mut window, "Phone 2 number");
    window.key_press_modifiers(Modifiers::SHIFT, Key::F10);
    window.run_steps(3);
    assert_eq!(focused(&window), "Duplicate record");
    press(&mut window, Key::Escape);
    window.run();
    assert_eq!(focused(&window), "Phone 2 number");
    window.key_press_modifiers(Modifiers::SHIFT, Key::F10);
    window.run_steps(3);
    press(&mut window, Key::ArrowDown);
    press(&mut window, Key::Enter);
    window.run();
    assert!(window.state().log.contains(&GridEvent::Menu(2, 1)), "{:?}", window.state().log);
    assert_eq!(focused(&window), "Phone 2 number");
    assert!(!window.state().grid.is_editing());
}

#[test]
fn tab_does_not_stop_at_menus_and_edges() {
    let mut window = with_menu(2);
    focus(&mut window, "Phone 1 number");
    for place in ["Phone 2 kind", "Phone 2 number", "After"] {
        press(&mut window, Key::Tab);
        assert_eq!(focused(&window), place);
    }
}

#[test]
fn null_and_nothing_have_their_keys() {
    let mut window = harness(5);
    focus(&mut window, "Phone 2 number");
    command(&mut window, Key::Num0);
    let at = At { key: 2, row: 1, column: 1 };
    assert_eq!(window.state().log.last(), Some(&GridEvent::Nulled(at)));
    command(&mut window, Key::Delete);
    assert_eq!(window.state().log.last(), Some(&GridEvent::Cleared(at)));
}

#[test]
fn an_input_method_starts_an_edit() {
    let mut window = harness(5);
    focus(&mut window, "Phone 2 number");
    assert!(window.output().platform_output.ime.is_some(), "no input method is offered");
    window.event(egui::Event::Ime(ImeEvent::Commit("é".into())));
    window.run();
    assert!(window.state().grid.is_editing());
    assert_eq!(window.state().text(2, 1), "é");
    type_text(&mut window, "x");
    assert_eq!(window.state().text(2, 1), "éx");
}

#[test]
fn row_numbers_stay_when_the_table_is_scrolled_sideways() {
    let mut window = wide(3);
    let before = rect(&window, "2 changed");
    focus(&mut window, "Phone 2 kind");
    press(&mut window, Key::End);
    window.run_steps(3);
    assert_eq!(focused(&window), "Phone 2 z");
    assert!(rect(&window, "Phone 2 kind").left() < before.left(), "not scrolled");
    assert!((rect(&window, "2 changed").left() - before.left()).abs() < 1.0);
    let (cell, more) = (rect(&window, "Phone 2 z"), rect(&window, "More Phone 2"));
    assert!(more.right() <= 500.0 && cell.right() <= more.left() + 0.5, "{cell:?} {more:?}");
    press(&mut window, Key::Home);
    window.run_steps(3);
    assert!(rect(&window, "Phone 2 kind").left() >= before.right() - 0.5);
}

#[test]
fn dragging_the_edge_of_a_header_resizes_and_a_double_click_fits() {
    let mut window = paced(5, 0.02);
    let before = rect(&window, "Phone 1 kind");
    let edge = pos2(before.right(), rect(&window, "kind").center().y);
    drag(&mut window, edge, edge + vec2(50.0, 0.0));
    let wider = rect(&window, "Phone 1 kind");
    assert!((wider.width() - before.width() - 50.0).abs() < 2.0, "{before:?} {wider:?}");
    // Undo and other reloads keep it.
    window.state_mut().generation += 1;
    window.run();
    assert_eq!(rect(&window, "Phone 1 kind"), wider);
    window.run_steps(50); // so that the clicks are no third and fourth
    let edge = pos2(wider.right(), edge.y);
    for _ in 0..2 {
        window.drag_at(edge);
        window.drop_at(edge);
    }
    window.run();
    let fitted = rect(&window, "Phone 1 kind").width();
    assert!(fitted < before.width(), "{fitted}");
}

#[test]
fn typing_goes_on_in_its_own_column_when_another_comes_or_goes() {
    let mut window = harness(3);
    focus(&mut window, "Phone 2 number");
    type_text(&mut window, "1");
    let column = Column { key: "new".into(), title: "new".into(), width: Some(90.0), about: None };
    window.state_mut().columns.insert(0, column);
    window.state_mut().rows.iter_mut().for_each(|row| row.1.insert(0, String::new()));
    window.run();
    type_text(&mut window, "2");
    assert_eq!((window.state().text(2, 1), window.state().text(2, 2)), ("kind 2", "12"));
    assert_eq!(focused(&window), "Phone 2 number");
    window.state_mut().columns.remove(0);
    window.state_mut().rows.iter_mut().for_each(|row| drop(row.1.remove(0)));
    window.run();
    assert_eq!(focused(&window), "Phone 2 number");
    // Where the column itself goes, its edit ends.
    window.state_mut().columns.remove(1);
    window.state_mut().rows.iter_mut().for_each(|row| drop(row.1.pop()));
    window.run();
    type_text(&mut window, "3");
    assert_eq!(window.state().text(2, 0), "3");
}
