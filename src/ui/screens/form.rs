//! The records of an extension as a form: the list, and the fields of the record that is chosen in it.

use super::called::Called;
use super::{cells, customer};
use crate::app::command::Command;
use crate::app::draft::RowState;
use crate::app::entry::Entry;
use crate::app::review::{Extension, Told, summary};
use crate::app::settings::View as Shape;
use crate::app::state::{App, Open};
use crate::model::schema::AttributeType;
use crate::ui::form::{Field, FieldEvent, RecordRow, fields, focus, record_list};
use crate::ui::view::View;
use crate::ui::{theme, words};
use eframe::egui;
use egui::{Margin, Stroke, Ui, UiBuilder, vec2};

const LIST: f32 = 270.0;

/// List and fields; only the fields where single-valued.
pub fn show(ui: &mut Ui, view: &mut View, app: &App, open: &Open, extension: &str, single: bool) {
    let key = customer::current_row(view, open, extension, Shape::Form);
    let room = ui.available_rect_before_wrap();
    let colour = theme::palette(ui);
    let card = egui::Frame::new().fill(colour.surface).stroke(Stroke::new(1.0, colour.line));
    let left = if single { 0.0 } else { LIST.min(room.width() * 0.4) };
    if !single {
        let rect = egui::Rect::from_min_size(room.min, vec2(left, room.height()));
        ui.scope_builder(UiBuilder::new().max_rect(rect), |ui| {
            ui.painter().rect_filled(rect, 0.0, colour.surface);
            list(ui, view, app, open, extension, key);
        });
    }
    let gap = if single { 0.0 } else { 16.0 };
    let rect = egui::Rect::from_min_max(room.min + vec2(left + gap, 0.0), room.max);
    ui.scope_builder(UiBuilder::new().max_rect(rect), |ui| {
        card.inner_margin(Margin::same(16)).show(ui, |ui| {
            ui.set_min_size(rect.size() - vec2(34.0, 34.0));
            let area = egui::ScrollArea::vertical().auto_shrink([false, false]);
            area.min_scrolled_height(theme::ROW).show(ui, |ui| match key {
                Some(key) => record(ui, view, app, open, extension, key, single),
                None => {
                    ui.label(egui::RichText::new(words::NO_RECORD).color(colour.ink_weak));
                }
            });
        });
    });
    ui.advance_cursor_after_rect(room);
}

fn list(ui: &mut Ui, view: &mut View, app: &App, open: &Open, extension: &str, current: Option<u64>) {
    let zone = app.zone();
    let schema = open.schemas.get(extension);
    let called = Called::new(app.labels(), Some(extension));
    let told = Told { labels: app.labels(), zone: &zone };
    let of = Extension { name: extension, schema, told };
    let row_of = |at: usize| {
        let Some(row) = open.draft.row(extension, at) else { return RecordRow::default() };
        RecordRow {
            key: row.key,
            name: words::numbered(&called.extension(), at + 1).into(),
            number: at + 1,
            summary: words::plain(&summary(row, &of)).into_owned().into(),
            state: cells::state(open, extension, row, open.tried || current != Some(row.key)),
        }
    };
    let selected = current.and_then(|key| open.draft.position(extension, key));
    let chosen = record_list(ui, &called.extension(), open.draft.row_count(extension), &row_of, selected);
    if let Some(row) = chosen.and_then(|at| open.draft.row(extension, at)) {
        view.rows.insert(extension.to_owned(), row.key);
        view.ask(Command::Settle);
    }
}

fn record(ui: &mut Ui, view: &mut View, app: &App, open: &Open, extension: &str, key: u64, single: bool) {
    let Some(row) = open.draft.row_by_key(extension, key) else { return };
    let number = open.draft.position(extension, key).unwrap_or_default() + 1;
    let names = open.shown.of(Some(extension));
    let called = Called::new(app.labels(), Some(extension));
    let numbered = (!single).then_some(number);
    let zone = app.zone();
    let zone_name = app.zone_name();
    let schema = open.schemas.get(extension);
    let all: Vec<Field<'_>> = names
        .iter()
        .map(|name| {
            let found = cells::attribute(open, extension, row, name, &zone, open.tried);
            let unique = schema.is_some_and(|schema| schema.is_unique(name));
            let title = cells::title(&called.label(name), found.schema, &zone_name);
            let label = if unique { words::identifies(&title) } else { title };
            let kind = found.schema.map(|schema| schema.kind);
            let note = match kind {
                None => words::NOT_IN_SCHEMA.to_owned(),
                Some(AttributeType::String) => String::new(),
                Some(kind) => kind.name().to_owned(),
            };
            Field {
                key: name.into(),
                name: called.field(numbered, name).into(),
                stands_for: called.stands_for(name, &found).map(Into::into),
                names: called.names(name),
                about: called.about(numbered, name).map(Into::into),
                label: label.into(),
                note: note.into(),
                kind,
                length: found
                    .schema
                    .and_then(|schema| schema.length)
                    .filter(|_| kind == Some(AttributeType::String)),
                mandatory: found.schema.is_some_and(|schema| schema.mandatory),
                text: found.text.into(),
                presence: found.presence,
                error: found.error.map(Into::into),
                warning: found.warning.map(Into::into),
                was: found.was.map(|was| if was.is_empty() { words::NOT_SET.into() } else { was.into() }),
                locked: found.locked || row.state == RowState::Removed,
            }
        })
        .collect();
    if row.state == RowState::Removed {
        ui.label(egui::RichText::new(words::TO_BE_REMOVED).color(theme::palette(ui).bad.ink));
    }
    let id = (super::records::generation(open), key, extension.to_owned());
    if let Some(wanted) = view.focus_field.take().filter(|wanted| names.contains(wanted)) {
        focus(ui, id.clone(), &wanted);
    }
    for (at, event) in fields(ui, id, &all) {
        let Some(name) = names.get(at) else { continue };
        let edit = |entry| Command::Edit(extension.to_owned(), key, name.clone(), entry);
        match event {
            FieldEvent::Changed(text) => {
                let entry = app.entry(extension, key, name, &text);
                view.ask(edit(entry));
            }
            FieldEvent::Committed => view.ask(Command::Commit(extension.to_owned(), key, name.clone())),
            FieldEvent::Cleared => view.ask(edit(Entry::Absent)),
            FieldEvent::Nulled => view.ask(edit(Entry::Null)),
            FieldEvent::PutBack => view.ask(Command::Revert(extension.to_owned(), key, Some(name.clone()))),
        }
    }
}
