//! The editor of an attribute that holds several values; the first is the primary one.
//!
//! Keys in a value: Enter goes on to the next, Alt+Up moves it up, Alt+Home makes it the primary one, Ctrl+Delete
//! removes it. Tab goes from value to value and to the button that adds one.

use std::borrow::Cow;
use std::fmt::Debug;
use std::hash::Hash;

use eframe::egui;
use egui::accesskit::Role;
use egui::{Align2, Color32, Id, Key, Modifiers, Painter, Rect, Sense, Stroke, Ui, UiBuilder, pos2, vec2};

use super::frame;
use super::{Field, FieldEvent, Pass, text};
use crate::ui::theme;
use crate::ui::widgets::{button, describe, menu};
use crate::ui::words;

/// An attribute with several values as the caller wants it shown.
#[derive(Debug, Clone, Default)]
pub struct List<'a> {
    /// Its name: `EmailAddress`; its values are named `EmailAddress 1` and so on.
    pub name: Cow<'a, str>,
    /// What stands above it.
    pub label: Cow<'a, str>,
    /// What stands right above it.
    pub note: Cow<'a, str>,
    /// The values, the primary one first.
    pub values: &'a [String],
    /// What is wrong with each, in a sentence; as many as are known.
    pub errors: &'a [Option<String>],
    /// What else is to be known about it; a tooltip.
    pub about: Option<Cow<'a, str>>,
    /// Values that have names.
    pub names: &'a [(String, String)],
    /// Whether it can only be read.
    pub locked: bool,
}

/// What the user did in a list of values; indices count from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListEvent {
    /// A value is now this; sent with every change, however small.
    Changed(usize, String),
    /// The keyboard left the value and the last change stands.
    Committed(usize),
    /// One more value is wanted, empty, at the end.
    Added,
    /// A value is to go.
    Removed(usize),
    /// A value is to change places with the one before it.
    MovedUp(usize),
    /// A value is to be the first.
    MadePrimary(usize),
}

/// The list over the whole width. `id` tells it from all others: load generation and attribute.
pub fn list_editor(ui: &mut Ui, id: impl Hash + Debug, list: &List<'_>) -> Vec<ListEvent> {
    let id = Id::unique(("list", id));
    let group = UiBuilder::new().accessibility_role(Role::List).accessibility_label(list.name.as_ref());
    let mut events = Vec::new();
    ui.scope_builder(group, |ui| {
        ui.spacing_mut().item_spacing = vec2(0.0, theme::GAP_XS);
        let above = Field {
            label: list.label.clone(),
            note: list.note.clone(),
            about: list.about.clone(),
            ..Field::default()
        };
        frame::label(ui, &above);
        focus_new(ui, id, list);
        for index in 0..list.values.len() {
            value(ui, id, list, index, &mut events);
        }
        let add = (!list.locked).then(|| button::ordinary(ui, &words::add(&list.name), None));
        if add.is_some_and(|add| add.clicked()) {
            ui.data_mut(|data| data.insert_temp(wanted(&list.name), list.values.len()));
            events.push(ListEvent::Added);
        }
    });
    events
}

/// The keyboard goes to the value that was asked for, once it is there.
fn focus_new(ui: &Ui, id: Id, list: &List<'_>) {
    let (wanted, count) = (wanted(&list.name), list.values.len());
    let asked = ui.data(|data| data.get_temp::<usize>(wanted));
    if let Some(index) = asked.filter(|index| *index < count) {
        ui.data_mut(|data| data.remove_temp::<usize>(wanted));
        ui.memory_mut(|memory| memory.request_focus(value_id(id, index)));
    }
}

/// Where the index of the value that is to get the keyboard waits: the list's own id may be another by then.
fn wanted(name: &str) -> Id {
    Id::unique(("list value wanted", name))
}

fn value_id(list: Id, index: usize) -> Id {
    list.with(("value", index))
}

fn value(ui: &mut Ui, id: Id, list: &List<'_>, index: usize, events: &mut Vec<ListEvent>) {
    let Some(text) = list.values.get(index) else { return };
    let field = Field {
        name: words::numbered(&list.name, index + 1).into(),
        text: text.as_str().into(),
        error: list.errors.get(index).cloned().flatten().map(Cow::Owned),
        about: list.about.clone(),
        names: list.names,
        locked: list.locked,
        ..Field::default()
    };
    let mut pass = Pass { id: value_id(id, index), field: &field, events: Vec::new() };
    if !list.locked {
        keys(ui, wanted(&list.name), pass.id, index, list.values.len(), events);
    }
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), frame::HEIGHT), Sense::hover());
    let buttons = if list.locked { 0.0 } else { 3.0 * theme::TARGET + theme::GAP_XS };
    let whole = rect.with_max_x(rect.right() - buttons);
    frame::paint_box(ui, whole, &field, ui.memory(|memory| memory.has_focus(pass.id)));
    let inner = if index == 0 { primary(ui, whole) } else { whole };
    let response = text::one_line(ui, inner, &mut pass);
    if index == 0 && field.error.is_none() {
        let about = super::description(&field).map(|about| format!("{}. {about}", words::PRIMARY));
        describe(&response, |node| node.set_description(about.unwrap_or_else(|| words::PRIMARY.into())));
    }
    events.extend(pass.events.into_iter().filter_map(|event| match event {
        FieldEvent::Changed(text) => Some(ListEvent::Changed(index, text)),
        FieldEvent::Committed => Some(ListEvent::Committed(index)),
        _ => None,
    }));
    if !list.locked {
        pictures(ui, id, rect, &field.name, index, list.values.len(), events);
    }
    frame::findings(ui, &field);
}

/// Says that this is the primary value. Returns what is left for the text.
fn primary(ui: &Ui, rect: Rect) -> Rect {
    let weak = theme::palette(ui).ink_weak;
    let right = rect.right_center() - vec2(frame::PAD, 0.0);
    let said =
        ui.painter().text(right, Align2::RIGHT_CENTER, words::PRIMARY, theme::regular(theme::TYPE_S), weak);
    rect.with_max_x(said.left() - theme::GAP_XS)
}

fn keys(ui: &Ui, wanted: Id, value: Id, index: usize, count: usize, events: &mut Vec<ListEvent>) {
    if !ui.memory(|memory| memory.has_focus(value)) {
        return;
    }
    let key = |modifiers, key| ui.input_mut(|input| input.consume_key(modifiers, key));
    if key(Modifiers::ALT, Key::ArrowUp) && index > 0 {
        events.push(ListEvent::MovedUp(index));
        ui.data_mut(|data| data.insert_temp(wanted, index - 1));
    } else if key(Modifiers::ALT, Key::Home) && index > 0 {
        events.push(ListEvent::MadePrimary(index));
        ui.data_mut(|data| data.insert_temp(wanted, 0_usize));
    } else if key(Modifiers::COMMAND, Key::Delete) {
        events.push(ListEvent::Removed(index));
        if count > 1 {
            ui.data_mut(|data| data.insert_temp(wanted, index.min(count - 2)));
        }
    }
}

/// The buttons behind a value: primary, up, remove.
fn pictures(
    ui: &Ui,
    list: Id,
    row: Rect,
    name: &str,
    index: usize,
    count: usize,
    events: &mut Vec<ListEvent>,
) {
    let id = value_id(list, index);
    let spot = |place: f32| {
        let middle = pos2(row.right() - (place + 0.5) * theme::TARGET, row.center().y);
        Rect::from_center_size(middle, vec2(theme::TARGET, theme::TARGET))
    };
    let mut ask =
        |place: f32, name: String, key: &str, paint: fn(&Painter, Rect, Color32), event: ListEvent| {
            let button = menu::picture(ui, id.with(key), spot(place), &name, paint);
            describe(&button, |node| node.set_keyboard_shortcut(key));
            if button.on_hover_text(format!("{name} ({key})")).clicked() {
                events.push(event);
            }
        };
    if index > 0 && index < count {
        ask(2.0, words::make_primary(name), "Alt+Home", top, ListEvent::MadePrimary(index));
        ask(1.0, words::move_up(name), "Alt+Up", up, ListEvent::MovedUp(index));
    }
    ask(0.0, words::remove(name), "Ctrl+Delete", cross, ListEvent::Removed(index));
}

fn up(painter: &Painter, rect: Rect, colour: Color32) {
    let (stroke, middle) = (Stroke::new(1.4, colour), rect.center());
    painter.line_segment([middle + vec2(0.0, 5.0), middle - vec2(0.0, 5.0)], stroke);
    let head = [vec2(-4.0, -1.0), vec2(0.0, -5.0), vec2(4.0, -1.0)];
    painter.line(head.map(|from| middle + from).to_vec(), stroke);
}

/// An arrow up to a line.
fn top(painter: &Painter, rect: Rect, colour: Color32) {
    up(painter, rect.translate(vec2(0.0, 1.5)), colour);
    let middle = rect.center();
    painter.hline(middle.x - 5.0..=middle.x + 5.0, middle.y - 6.0, Stroke::new(1.4, colour));
}

fn cross(painter: &Painter, rect: Rect, colour: Color32) {
    let (stroke, middle) = (Stroke::new(1.4, colour), rect.center());
    painter.line_segment([middle + vec2(-4.0, -4.0), middle + vec2(4.0, 4.0)], stroke);
    painter.line_segment([middle + vec2(-4.0, 4.0), middle + vec2(4.0, -4.0)], stroke);
}
