//! The core attributes: one field for each value, the first one primary.

use crate::app::command::Command;
use crate::app::edits::CoreValue;
use crate::app::entry::{Entry, text_of};
use crate::app::review::Spot;
use crate::app::state::Open;
use crate::model::json::{Kind, View as Token};
use crate::ui::form::{Field, FieldEvent, field};
use crate::ui::view::{Dialog, View};
use crate::ui::widgets::button;
use crate::ui::widgets::grid::Presence;
use crate::ui::{theme, words};
use eframe::egui;
use egui::{Align, Layout, Margin, Stroke, Ui};
use jiff::tz::TimeZone;

/// Width in points of the column of names.
const NAME: f32 = 150.0;

/// The page of the core attributes.
pub fn show(ui: &mut Ui, view: &mut View, open: &Open) {
    let colour = theme::palette(ui);
    let room = (ui.available_height() - 40.0).max(100.0);
    let card = egui::Frame::new().fill(colour.surface).stroke(Stroke::new(1.0, colour.line));
    card.inner_margin(Margin::same(16)).show(ui, |ui| {
        egui::ScrollArea::vertical().max_height(room - 34.0).auto_shrink([false, true]).show(ui, |ui| {
            let names = open.draft.core_names();
            if names.is_empty() {
                ui.label(egui::RichText::new(words::NO_ATTRIBUTE).color(colour.ink_weak));
            }
            for name in &names {
                attribute(ui, view, open, name);
            }
        });
    });
    if button::ordinary(ui, words::ADD_ATTRIBUTE, None).clicked() {
        view.open(Dialog::AddAttribute(String::new()));
    }
}

fn attribute(ui: &mut Ui, view: &mut View, open: &Open, name: &str) {
    let values = open.draft.core_values(name);
    let spot = Spot::Core(name.to_owned());
    let error = open.review.about(&spot, None).map(|found| found.finding.sentence.clone()).next();
    ui.horizontal_top(|ui| {
        ui.push_id(("core", name), |ui| {
            let column = egui::vec2(NAME, theme::ROW);
            ui.allocate_ui_with_layout(column, Layout::left_to_right(Align::Center), |ui| {
                ui.set_min_size(column);
                let title = egui::RichText::new(words::plain(name)).color(theme::palette(ui).ink_weak);
                ui.add(egui::Label::new(title).truncate());
            });
            ui.vertical(|ui| {
                for (at, value) in values.iter().enumerate() {
                    one(ui, view, open, name, &values, at, value, error.as_deref());
                }
                below(ui, view, open, name, &values);
            });
        });
    });
    ui.add_space(theme::GAP_XS);
}

/// What can be done with the attribute as a whole.
fn below(ui: &mut Ui, view: &mut View, open: &Open, name: &str, values: &[CoreValue]) {
    ui.horizontal(|ui| {
        if values.is_empty() {
            ui.label(egui::RichText::new(words::TO_BE_REMOVED).color(theme::palette(ui).bad.ink));
        }
        if small(ui, words::ADD_VALUE, &words::add_value(name)).clicked() {
            let mut values = values.to_vec();
            let empty = Entry::Typed { text: String::new(), token: Ok(crate::model::json::Json::string("")) };
            values.push(CoreValue { from: None, entry: Some(empty) });
            view.focus_field = Some(format!("{name} {}", values.len()));
            view.ask(Command::SetCore(name.to_owned(), values, None));
        }
        if open.draft.is_core_changed(name) && small(ui, words::PUT_BACK, &words::put_back(name)).clicked() {
            view.ask(Command::RevertCore(name.to_owned()));
        }
    });
}

/// A button with a short text whose accessible name says whose it is.
fn small(ui: &mut Ui, text: &str, name: &str) -> egui::Response {
    let text = egui::RichText::new(text).font(theme::regular(theme::TYPE_S)).color(theme::palette(ui).accent);
    let response =
        ui.add(egui::Button::new(text).frame(false).min_size(egui::vec2(theme::TARGET, theme::TARGET)));
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(name));
    response
}

fn text(open: &Open, name: &str, value: &CoreValue) -> (String, Presence, bool) {
    let loaded = open.draft.core_loaded(name, value.from);
    let locked = loaded.is_some_and(|token| matches!(token.kind(), Kind::Object | Kind::Array));
    match (&value.entry, loaded) {
        (Some(Entry::Typed { text, .. }), _) => (text.clone(), Presence::Value, locked),
        (Some(Entry::Null), _) => (String::new(), Presence::Null, locked),
        (None, Some(token)) if token.is_null() => (String::new(), Presence::Null, locked),
        (None, Some(token)) => (text_of(None, token, &TimeZone::UTC), Presence::Value, locked),
        (Some(Entry::Absent), _) | (None, None) => (String::new(), Presence::Absent, locked),
    }
}

#[expect(clippy::too_many_arguments, reason = "a value is shown with the list that it stands in")]
fn one(
    ui: &mut Ui,
    view: &mut View,
    open: &Open,
    name: &str,
    values: &[CoreValue],
    at: usize,
    value: &CoreValue,
    error: Option<&str>,
) {
    let (shown, presence, locked) = text(open, name, value);
    let bad = value.entry.as_ref().is_some_and(|entry| entry.token().is_err());
    let shown = Field {
        name: format!("{name} {}", at + 1).into(),
        text: shown.into(),
        presence,
        error: error.filter(|_| bad).map(Into::into),
        locked,
        ..Field::default()
    };
    let id = (super::records::generation(open), name.to_owned(), at);
    let mut events = Vec::new();
    ui.horizontal(|ui| {
        let size = egui::vec2((ui.available_width() - 190.0).clamp(160.0, 420.0), theme::ROW);
        ui.allocate_ui_with_layout(size, Layout::top_down(Align::Min), |ui| events = field(ui, id, &shown));
        if at == 0 && values.len() > 1 {
            let primary = egui::RichText::new(words::PRIMARY).font(theme::regular(theme::TYPE_S));
            ui.label(primary.color(theme::palette(ui).ink_weak));
        }
        if at > 0 && small(ui, words::MAKE_PRIMARY, &words::make_primary(name, at + 1)).clicked() {
            let mut values = values.to_vec();
            let value = values.remove(at);
            values.insert(0, value);
            view.ask(Command::SetCore(name.to_owned(), values, None));
        }
        if small(ui, words::REMOVE, &words::remove_value(name, at + 1)).clicked() {
            let mut values = values.to_vec();
            values.remove(at);
            view.ask(Command::SetCore(name.to_owned(), values, None));
        }
    });
    for event in events {
        let set = |entry: Option<Entry>, typing| {
            let mut values = values.to_vec();
            if let Some(value) = values.get_mut(at) {
                value.entry = entry;
            }
            Command::SetCore(name.to_owned(), values, typing)
        };
        let like = open.draft.core_loaded(name, value.from).map(Token::kind);
        match event {
            FieldEvent::Changed(text) => {
                let loaded = open.draft.core_loaded(name, value.from);
                let as_loaded = loaded
                    .is_some_and(|token| !token.is_null() && text_of(None, token, &TimeZone::UTC) == text);
                let entry = (!as_loaded).then(|| Entry::typed(None, like, &text, &TimeZone::UTC));
                view.ask(set(entry, Some(at)));
            }
            FieldEvent::Committed => view.ask(Command::Settle),
            FieldEvent::Cleared => {
                let mut values = values.to_vec();
                values.remove(at);
                view.ask(Command::SetCore(name.to_owned(), values, None));
            }
            FieldEvent::Nulled => view.ask(set(Some(Entry::Null), None)),
            FieldEvent::PutBack => view.ask(set(None, None)),
        }
    }
}
