//! The core attributes: a list of values for each, the first one primary.

use super::called::Called;
use crate::app::command::Command;
use crate::app::edits::CoreValue;
use crate::app::entry::{Entry, text_of};
use crate::app::labels::named;
use crate::app::state::{App, Open};
use crate::model::json::{Json, Kind, View as Token};
use crate::ui::form::{List, ListEvent, list_editor};
use crate::ui::view::{Dialog, View};
use crate::ui::widgets::button;
use crate::ui::{theme, words};
use eframe::egui;
use egui::{Margin, Stroke, Ui};
use jiff::tz::TimeZone;

/// Widest a value is shown, in points.
const WIDTH: f32 = 640.0;

/// The page of the core attributes.
pub fn show(ui: &mut Ui, view: &mut View, app: &App, open: &Open) {
    let colour = theme::palette(ui);
    let room = (ui.available_height() - 40.0).max(100.0);
    let card = egui::Frame::new().fill(colour.surface).stroke(Stroke::new(1.0, colour.line));
    card.inner_margin(Margin::same(16)).show(ui, |ui| {
        egui::ScrollArea::vertical().max_height(room - 34.0).auto_shrink([false, true]).show(ui, |ui| {
            let names = open.shown.of(None);
            if names.is_empty() {
                ui.label(egui::RichText::new(words::NO_ATTRIBUTE).color(colour.ink_weak));
            }
            ui.set_max_width(ui.available_width().min(WIDTH));
            for name in names {
                attribute(ui, view, app, open, name);
            }
        });
    });
    ui.horizontal_wrapped(|ui| {
        if button::ordinary(ui, words::ADD_ATTRIBUTE, None).clicked() {
            view.open(Dialog::AddAttribute(String::new()));
        }
        super::labels::actions(ui, view, app, None);
    });
}

fn attribute(ui: &mut Ui, view: &mut View, app: &App, open: &Open, name: &str) {
    let called = Called::new(app.labels(), None);
    let values = open.draft.core_values(name);
    let texts: Vec<String> = values.iter().map(|value| text(open, name, value)).collect();
    let errors: Vec<Option<String>> =
        values.iter().map(|value| value.entry.as_ref()?.token().err().map(str::to_owned)).collect();
    let note = match (values.is_empty(), open.draft.is_core_changed(name)) {
        (true, _) => words::TO_BE_REMOVED,
        (false, true) => words::CHANGED,
        (false, false) => "",
    };
    let list = List {
        name: called.label(name).into(),
        label: called.label(name).into(),
        about: called.about(None, name).map(Into::into),
        names: called.names(name),
        note: note.into(),
        values: &texts,
        errors: &errors,
        locked: is_structure(open, name, &values),
    };
    for event in list_editor(ui, (super::records::generation(open), name.to_owned()), &list) {
        if let Some(command) = meant(app, open, name, &values, event) {
            view.ask(command);
        }
    }
    ui.add_space(theme::GAP_S);
}

/// Whether a value is an object or an array, which can only be read here.
fn is_structure(open: &Open, name: &str, values: &[CoreValue]) -> bool {
    let loaded = values.iter().filter_map(|value| open.draft.core_loaded(name, value.from));
    loaded.into_iter().any(|token| matches!(token.kind(), Kind::Object | Kind::Array))
}

fn text(open: &Open, name: &str, value: &CoreValue) -> String {
    match (&value.entry, open.draft.core_loaded(name, value.from)) {
        (Some(Entry::Typed { text, .. }), _) => text.clone(),
        (None, Some(token)) => text_of(None, token, &TimeZone::UTC),
        _ => String::new(),
    }
}

/// What an event asks for.
fn meant(app: &App, open: &Open, name: &str, values: &[CoreValue], event: ListEvent) -> Option<Command> {
    let mut values = values.to_vec();
    let mut typing = None;
    match event {
        ListEvent::Committed(_) => return Some(Command::Settle),
        ListEvent::Changed(at, text) => {
            let value = values.get_mut(at)?;
            let loaded = open.draft.core_loaded(name, value.from);
            let as_loaded =
                loaded.is_some_and(|token| !token.is_null() && text_of(None, token, &TimeZone::UTC) == text);
            let like = loaded.map(Token::kind);
            let means = |text: &str| Entry::typed(None, like, text, &TimeZone::UTC);
            value.entry = (!as_loaded).then(|| named(app.labels(), None, name, &text, means));
            typing = Some(at);
        }
        ListEvent::Added => {
            let entry = Entry::Typed { text: String::new(), token: Ok(Json::string("")) };
            values.push(CoreValue { from: None, entry: Some(entry) });
        }
        ListEvent::Removed(at) if at < values.len() => drop(values.remove(at)),
        ListEvent::MovedUp(at) if at > 0 && at < values.len() => values.swap(at - 1, at),
        ListEvent::MadePrimary(at) if at < values.len() => {
            let value = values.remove(at);
            values.insert(0, value);
        }
        ListEvent::Removed(_) | ListEvent::MovedUp(_) | ListEvent::MadePrimary(_) => return None,
    }
    Some(Command::SetCore(name.to_owned(), values, typing))
}
