//! Fields of a record, one editor per type of attribute, each with its label above and what is wrong below.
//!
//! The typed text lives with the caller: it is handed in with every frame and reported with every change. A field is
//! judged by the caller. Ctrl+Z, Ctrl+Shift+Z and Ctrl+Y belong to the application, which takes them out of the input
//! before a field is shown; when a field's text is then another than it last showed, its caret and undo steps go.
//!
//! Keys in a field: Enter goes on to the next, Ctrl+Delete leaves it not set, Ctrl+0 makes it null, Alt+Down opens the
//! calendar, Shift+F10 its menu. Tab goes from field to field; the small buttons in between are no stops.

mod calendar;
mod choice;
mod frame;
mod list;
mod records;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_lists;
mod text;

use std::borrow::Cow;
use std::fmt::Debug;
use std::hash::Hash;

use eframe::egui;
use egui::{Id, Key, Modifiers, Response, Ui, UiBuilder, vec2};

use super::theme;
use super::widgets::describe;
use super::widgets::grid::Presence;
use super::words;
use crate::model::schema::AttributeType;

pub use calendar::set_today;
pub use list::{List, ListEvent, list_editor};
pub use records::{RecordRow, RowOf, record_list};

/// A field as the caller wants it shown.
#[derive(Debug, Clone, Default)]
pub struct Field<'a> {
    /// What tells it from the others of its record: the attribute.
    pub key: Cow<'a, str>,
    /// Its accessible name: `Phone 2 number`.
    pub name: Cow<'a, str>,
    /// What stands above it: `number`.
    pub label: Cow<'a, str>,
    /// What stands right above it: `integer`.
    pub note: Cow<'a, str>,
    /// The attribute's type; `None` without a schema.
    pub kind: Option<AttributeType>,
    /// The most characters a text may have; shown as `7 of 15`.
    pub length: Option<u32>,
    /// Whether the schema wants a value.
    pub mandatory: bool,
    /// What is edited.
    pub text: Cow<'a, str>,
    /// Whether there is a value.
    pub presence: Presence,
    /// What is wrong with it, in a sentence.
    pub error: Option<Cow<'a, str>>,
    /// What is odd about it, in a sentence.
    pub warning: Option<Cow<'a, str>>,
    /// What it was when it was loaded, where that differs.
    pub was: Option<Cow<'a, str>>,
    /// What else is to be known about it; a tooltip.
    pub about: Option<Cow<'a, str>>,
    /// The value that the text stands for, where that is another text: `2` for `work`.
    pub stands_for: Option<Cow<'a, str>>,
    /// Values that have names: `2` is `work`.
    pub names: &'a [(String, String)],
    /// Whether it can only be read.
    pub locked: bool,
}

/// What the user did in a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldEvent {
    /// The text is now this; sent with every change, however small.
    Changed(String),
    /// The keyboard left the field and the last change stands. Not sent once the field is no longer shown.
    Committed,
    /// The attribute is to be absent.
    Cleared,
    /// The attribute is to be null.
    Nulled,
    /// The field is to be again what it was when it was loaded.
    PutBack,
}

/// Narrowest space, in points, that is shared by two columns of fields.
const TWO_COLUMNS: f32 = 520.0;

/// One field over the whole width. `id` tells it from all others: load generation, row key and attribute.
pub fn field(ui: &mut Ui, id: impl Hash + Debug, field: &Field<'_>) -> Vec<FieldEvent> {
    let mut pass = Pass { id: Id::unique(("field", id)), field, events: Vec::new() };
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing = vec2(0.0, theme::GAP_XS);
        frame::label(ui, field);
        match field.kind {
            Some(AttributeType::Boolean) => choice::show(ui, &mut pass),
            _ => text::show(ui, &mut pass),
        }
        frame::findings(ui, field);
    });
    pass.events
}

/// Gives the keyboard to a field of [`fields`] that was given the same `id`, by its key.
pub fn focus(ui: &Ui, id: impl Hash + Debug, key: &str) {
    let id = Id::unique(("field", (Id::unique(("fields", id)), key)));
    ui.memory_mut(|memory| memory.request_focus(id));
}

/// Fields in one or two columns, as the width allows; long texts take the whole width. `id`: load generation and row key.
pub fn fields(ui: &mut Ui, id: impl Hash + Debug, all: &[Field<'_>]) -> Vec<(usize, FieldEvent)> {
    let id = Id::unique(("fields", id));
    let width = ui.available_width();
    let two = width >= TWO_COLUMNS;
    let half = (width - GAP) / 2.0;
    let mut events = Vec::new();
    let mut left = all.iter().enumerate().peekable();
    while let Some(first) = left.next() {
        let pair = two && !text::is_long(first.1);
        let second = left.next_if(|(_, next)| pair && !text::is_long(next));
        let column = if pair { half } else { width };
        let top = ui.cursor().min;
        let mut bottom = top.y;
        for (place, (index, one)) in [Some(first), second].into_iter().flatten().enumerate() {
            let corner = top + vec2(place as f32 * (half + GAP), 0.0);
            let rect = egui::Rect::from_min_size(corner, vec2(column, f32::INFINITY));
            let mut child = ui.new_child(UiBuilder::new().max_rect(rect).id_salt(index));
            let found = field(&mut child, (id, one.key.as_ref()), one);
            events.extend(found.into_iter().map(|event| (index, event)));
            bottom = bottom.max(child.min_rect().bottom());
        }
        ui.allocate_space(vec2(width, bottom - top.y));
        ui.add_space(theme::GAP_S);
    }
    events
}

/// Between two columns.
const GAP: f32 = 16.0;

/// What showing a field needs, and what it found out.
struct Pass<'a> {
    id: Id,
    field: &'a Field<'a>,
    events: Vec<FieldEvent>,
}

/// What the field's own keys asked for beside events.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Asked {
    menu: bool,
    calendar: bool,
}

impl Pass<'_> {
    /// Takes the field's keys out of the input, if the keyboard is on `focus`.
    fn keys(&mut self, ui: &Ui, focus: Id) -> Asked {
        if !ui.memory(|memory| memory.has_focus(focus)) {
            return Asked::default();
        }
        let key = |modifiers, key| ui.input_mut(|input| input.consume_key(modifiers, key));
        let asked = Asked {
            menu: key(Modifiers::SHIFT, Key::F10),
            calendar: !self.field.locked && key(Modifiers::ALT, Key::ArrowDown),
        };
        if key(Modifiers::COMMAND, Key::Delete) {
            self.empty(Presence::Absent);
        }
        if key(Modifiers::COMMAND, Key::Num0) {
            self.empty(Presence::Null);
        }
        asked
    }

    /// Reports that there is to be no value, unless it is so already.
    fn empty(&mut self, wanted: Presence) {
        if self.field.locked || self.field.presence == wanted {
            return;
        }
        self.events.push(if wanted == Presence::Null { FieldEvent::Nulled } else { FieldEvent::Cleared });
    }

    /// Tells assistive technologies all that is painted around the field.
    fn describe(&self, response: &Response) {
        let field = self.field;
        describe(response, |node| {
            node.set_label(field.name.as_ref());
            if let Some(text) = description(field) {
                node.set_description(text);
            }
            if field.mandatory {
                node.set_required();
            }
            if field.error.is_some() {
                node.set_invalid(egui::accesskit::Invalid::True);
            }
            if field.locked {
                node.set_read_only();
            }
        });
    }
}

/// `17 characters, the schema allows 15. was 6543210. 17 of 15. Phone 2 number`
fn description(field: &Field<'_>) -> Option<String> {
    let was = field.was.as_deref().map(words::was);
    let note = (!field.note.is_empty()).then(|| field.note.to_string());
    let said = |said: &Option<Cow<'_, str>>| said.as_deref().map(str::to_owned);
    let parts =
        [said(&field.error), said(&field.warning), was, aside(field), note, count(field), said(&field.about)];
    let parts = parts.into_iter().flatten();
    let text = parts.map(|part| part.trim_end_matches('.').to_owned()).collect::<Vec<_>>().join(". ");
    (!text.is_empty()).then_some(text)
}

/// What stands behind the text: the name of the value or, where the name was typed, the value.
fn aside(field: &Field<'_>) -> Option<String> {
    if field.presence != Presence::Value {
        return None;
    }
    let text = field.text.trim();
    let named = field.names.iter().find(|(value, _)| value == text);
    named
        .map(|(_, name)| words::plain(name).into_owned())
        .or_else(|| field.stands_for.as_deref().map(words::stands_for))
}

/// `7 of 15`, where texts are limited.
fn count(field: &Field<'_>) -> Option<String> {
    let limited =
        matches!(field.kind, Some(AttributeType::String) | None) && field.presence == Presence::Value;
    let length = field.length.filter(|_| limited)?;
    Some(words::count_of(field.text.chars().count(), length))
}

/// What stands in a field that has no value to show.
fn stand_in(presence: Presence) -> &'static str {
    match presence {
        Presence::Absent => words::NOT_SET,
        Presence::Null => words::NULL,
        Presence::Value => words::EMPTY_TEXT,
    }
}
