//! The records of an extension as a table.

use super::called::Called;
use super::cells;
use crate::app::command::Command;
use crate::app::draft::RowState;
use crate::app::entry::Entry;
use crate::app::state::{App, Open};
use crate::model::labels::with_name;
use crate::ui::view::View;
use crate::ui::widgets::badge::State;
use crate::ui::widgets::grid::{At, Cell, Column, GridEvent, GridSource, Presence};
use crate::ui::words;
use eframe::egui;
use egui::Ui;
use jiff::tz::TimeZone;

struct Records<'a> {
    open: &'a Open,
    called: Called<'a>,
    extension: &'a str,
    names: &'a [String],
    columns: Vec<Column>,
    zone: TimeZone,
    /// The row with the cursor: what it only lacks yet is not told.
    here: Option<u64>,
}

/// The table.
pub fn show(ui: &mut Ui, view: &mut View, app: &App, open: &Open, extension: &str) {
    let names = open.shown.of(Some(extension));
    let called = Called::new(app.labels(), Some(extension));
    let schema = open.schemas.get(extension);
    let zone_name = app.zone_name();
    let column = |name: &String| Column {
        key: name.clone(),
        title: cells::title(
            &called.label(name),
            schema.and_then(|schema| schema.attribute(name)),
            &zone_name,
        ),
        about: called.about_attribute(name),
        width: None,
    };
    let mut grid = view.grids.remove(extension).unwrap_or_default();
    let source = Records {
        open,
        called,
        extension,
        names,
        columns: names.iter().map(column).collect(),
        zone: app.zone(),
        here: grid.cursor().map(|at| at.key),
    };
    let events = grid.show(ui, &called.extension(), &source);
    view.grids.insert(extension.to_owned(), grid);
    for event in events {
        absorb(view, app, &source, event);
    }
}

fn absorb(view: &mut View, app: &App, source: &Records<'_>, event: GridEvent) {
    let mut edit = |at: At, entry: Entry| {
        if let Some(name) = source.names.get(at.column) {
            view.ask(Command::Edit(source.extension.to_owned(), at.key, name.clone(), entry));
        }
    };
    let typed = |at: At, text: &str| {
        app.entry(source.extension, at.key, source.names.get(at.column).map_or("", String::as_str), text)
    };
    match event {
        GridEvent::Changed(at, text) | GridEvent::PutBack(at, text, Presence::Value) => {
            let entry = typed(at, &text);
            edit(at, entry);
        }
        GridEvent::PutBack(at, _, Presence::Null) => edit(at, Entry::Null),
        GridEvent::PutBack(at, _, Presence::Absent) => edit(at, Entry::Absent),
        GridEvent::Cleared(at) => {
            edit(at, Entry::Absent);
            view.ask(Command::Settle);
        }
        GridEvent::Nulled(at) => {
            edit(at, Entry::Null);
            view.ask(Command::Settle);
        }
        GridEvent::Menu(key, entry) => chosen(view, source, key, entry),
        GridEvent::Committed(at) => {
            let name = source.names.get(at.column).map_or("", String::as_str);
            view.ask(Command::Commit(source.extension.to_owned(), at.key, name.to_owned()));
        }
        GridEvent::Moved(at) => {
            view.rows.insert(source.extension.to_owned(), at.key);
            view.ask(Command::Settle);
        }
        GridEvent::Left => view.focus_find = true,
    }
}

/// An entry of a row's menu, by its position in [`Records::row_menu`].
fn chosen(view: &mut View, source: &Records<'_>, key: u64, entry: usize) {
    let extension = source.extension.to_owned();
    match entry {
        0 => view.ask(Command::Duplicate(extension, key)),
        1 => view.ask(Command::Remove(extension, key)),
        _ => view.ask(Command::Revert(extension, key, None)),
    }
}

impl Records<'_> {
    fn judged(&self, key: u64) -> bool {
        self.open.tried || self.here != Some(key)
    }
}

impl GridSource for Records<'_> {
    fn generation(&self) -> u64 {
        generation(self.open)
    }

    fn columns(&self) -> &[Column] {
        &self.columns
    }

    fn rows(&self) -> usize {
        self.open.draft.row_count(self.extension)
    }

    fn row_key(&self, row: usize) -> u64 {
        self.open.draft.row(self.extension, row).map_or(u64::MAX, |row| row.key)
    }

    fn row_state(&self, row: usize) -> Option<State> {
        let row = self.open.draft.row(self.extension, row)?;
        cells::state(self.open, self.extension, row, self.judged(row.key))
    }

    fn row_menu(&self, row: usize) -> Vec<&str> {
        match self.open.draft.row(self.extension, row).map(|row| row.state) {
            Some(RowState::Removed) => vec![words::DUPLICATE_RECORD, words::KEEP_RECORD],
            Some(RowState::Changed) => {
                vec![words::DUPLICATE_RECORD, words::REMOVE_RECORD, words::REVERT_RECORD]
            }
            _ => vec![words::DUPLICATE_RECORD, words::REMOVE_RECORD],
        }
    }

    fn cell(&self, row: usize, column: usize) -> Cell<'_> {
        let (Some(found), Some(name)) = (self.open.draft.row(self.extension, row), self.names.get(column))
        else {
            return Cell::default();
        };
        let attribute =
            cells::attribute(self.open, self.extension, found, name, &self.zone, self.judged(found.key));
        let known = attribute.value.as_deref().and_then(|value| {
            let (value, name) = self.called.names(name).iter().find(|(known, _)| known == value)?;
            Some(with_name(value, name))
        });
        let told = known.as_deref().unwrap_or(&attribute.text);
        let shown = words::plain(told);
        let shown = (*shown != *attribute.text).then(|| shown.into_owned().into());
        Cell {
            name: self.called.field(Some(row + 1), name).into(),
            about: self.called.about(Some(row + 1), name).map(Into::into),
            shown,
            text: attribute.text.into(),
            presence: attribute.presence,
            error: attribute.error.map(Into::into),
            locked: attribute.locked || found.state == RowState::Removed,
        }
    }
}

/// Another number whenever texts were replaced from outside of their fields.
pub fn generation(open: &Open) -> u64 {
    open.reading.wrapping_mul(1_000_003).wrapping_add(open.draft.generation())
}
