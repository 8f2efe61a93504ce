//! The table of records: cells that can be walked with the keyboard and edited in place.
//!
//! The data stays with the caller, who hands in a [`GridSource`] and gets back a list of [`GridEvent`]s. Only the
//! visible rows are drawn, and the row of the cursor, so that scrolling it away takes neither keyboard nor text.
//! What is typed is reported with every change. A cell's memory in egui hangs on generation, row key and column,
//! so neither a deleted row nor a reloaded record meets the caret or undo steps of another.

mod draw;
mod frame;
mod keys;
mod resize;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_more;

use std::borrow::Cow;
use std::collections::HashMap;

use eframe::egui;
use egui::text::{CCursor, CCursorRange};
use egui::widgets::text_edit::TextEditState;
use egui::{Id, Pos2, Rect, Ui, Vec2};

use super::badge::State;

/// A column.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Column {
    /// What tells it from all others, wherever it stands.
    pub key: String,
    /// What stands above it.
    pub title: String,
    /// What else is to be known about it; a tooltip.
    pub about: Option<String>,
    /// Its width in points; `None` fits it to the title and the first rows.
    pub width: Option<f32>,
}

/// Whether there is a value to show, and if not, why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Presence {
    /// There is one; a text of no characters shows as such.
    #[default]
    Value,
    /// The record has no such attribute.
    Absent,
    /// The attribute is null.
    Null,
}

/// A cell as the caller wants it shown.
#[derive(Debug, Clone, Default)]
pub struct Cell<'a> {
    /// Its accessible name: `Phone 2 number`.
    pub name: Cow<'a, str>,
    /// What is edited.
    pub text: Cow<'a, str>,
    /// What is shown while it is not edited, where that differs: `2 work`.
    pub shown: Option<Cow<'a, str>>,
    /// Whether there is a value.
    pub presence: Presence,
    /// What is wrong with it, in a sentence.
    pub error: Option<Cow<'a, str>>,
    /// What else is to be known about it.
    pub about: Option<Cow<'a, str>>,
    /// Whether it can only be read.
    pub locked: bool,
}

/// The records behind a table. The calls are many: they should cost little, and not grow with the number of rows.
pub trait GridSource {
    /// Another number whenever the records were loaded or replaced from outside, undo included.
    fn generation(&self) -> u64;
    /// The columns, in order.
    fn columns(&self) -> &[Column];
    /// How many rows there are.
    fn rows(&self) -> usize;
    /// What tells a row from all others of its generation, wherever it stands.
    fn row_key(&self, row: usize) -> u64;
    /// The number shown before the row: its position in the data, from 1.
    fn row_number(&self, row: usize) -> usize {
        row.saturating_add(1)
    }
    /// What became of the row since it was loaded.
    fn row_state(&self, row: usize) -> Option<State>;
    /// What can be done with the row, for its menu; nothing, and there is no menu.
    fn row_menu(&self, _row: usize) -> Vec<&str> {
        Vec::new()
    }
    /// One cell; both indices count from 0 and are within the table.
    fn cell(&self, row: usize, column: usize) -> Cell<'_>;
}

/// A cell's place: the row by key and, as of this frame, by index; the column by index. Indices count from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct At {
    /// The row's key.
    pub key: u64,
    /// The row's index.
    pub row: usize,
    /// The column's index.
    pub column: usize,
}

/// What the user did, in the order it was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GridEvent {
    /// The cursor came to a cell.
    Moved(At),
    /// A cell's text is now this; sent with every change, however small.
    Changed(At, String),
    /// Editing ended and the last change stands.
    Committed(At),
    /// Esc: the cell is to be again what it was when editing began.
    PutBack(At, String, Presence),
    /// Delete, Ctrl+Delete: the cell is to have no value.
    Cleared(At),
    /// Ctrl+0: the cell is to be null.
    Nulled(At),
    /// An entry of a row's menu was chosen: the row's key, and the entry's index from 0.
    Menu(u64, usize),
    /// Esc outside of editing: the keyboard wants to leave the table.
    Left,
}

/// An edit under way.
#[derive(Debug, Clone)]
struct Edit {
    text: String,
    before: String,
    presence: Presence,
    changed: bool,
}

/// What a table remembers between frames; nothing in it outlives the view.
#[derive(Debug, Default)]
pub struct Grid {
    generation: u64,
    /// The keys of the columns in the last frame; none while the caller has put the cursor somewhere.
    columns: Vec<String>,
    cursor: Option<At>,
    edit: Option<Edit>,
    /// Whether the keyboard was here at the end of the last frame.
    keyboard: bool,
    /// Scroll so that the cursor is in view.
    reveal: bool,
    /// Keys that came in the same frame as what must be done before them.
    waiting: Vec<egui::Event>,
    widths: Vec<f32>,
    /// Widths that the user gave to columns, by key.
    resized: HashMap<String, f32>,
    /// The row menu was asked for with the keyboard.
    menu: bool,
    /// The part of the content seen in the last frame.
    seen: Option<Rect>,
}

impl Grid {
    /// The cell the cursor is on.
    pub fn cursor(&self) -> Option<At> {
        self.cursor
    }

    /// Whether a cell is being edited.
    pub fn is_editing(&self) -> bool {
        self.edit.is_some()
    }

    /// Puts cursor and keyboard on a cell with the next frame, and scrolls there.
    pub fn go_to(&mut self, at: At) {
        self.edit = None;
        self.columns.clear();
        self.cursor = Some(at);
        self.keyboard = true;
        self.reveal = true;
    }

    /// Draws the table in the space there is, with accessible name `name`, and says what the user did.
    pub fn show(&mut self, ui: &mut Ui, name: &str, source: &dyn GridSource) -> Vec<GridEvent> {
        let id = ui.make_persistent_id(("grid", name));
        let mut events = Vec::new();
        self.follow(ui, id, source);
        self.keys(ui, id, source, &mut events);
        self.frame(ui, id, name, source, &mut events);
        events
    }

    /// Brings the cursor in line with the data: rows and columns may have come, gone, or been replaced.
    fn follow(&mut self, ui: &Ui, id: Id, source: &dyn GridSource) {
        let reloaded = self.generation != source.generation();
        let columns = source.columns();
        let (was, old) = (self.cursor, self.generation);
        self.generation = source.generation();
        let arranged = !self.columns.iter().eq(columns.iter().map(|column| &column.key));
        if reloaded || arranged {
            self.widths = self.all_widths(ui, source);
        }
        if reloaded {
            self.edit = None;
        }
        let followed = was.and_then(|at| found(at, source)).and_then(|at| self.in_columns(at, columns));
        if arranged {
            self.columns = columns.iter().map(|column| column.key.clone()).collect();
        }
        self.cursor = followed.or_else(|| was.filter(|_| !reloaded).and_then(|at| nearest(at, source)));
        if followed.is_none() {
            self.edit = None;
        }
        let held = |at: At| ui.memory(|memory| memory.has_focus(cell_id(id, old, at)));
        let keyboard = was.is_some_and(held) || (self.keyboard && self.reveal);
        if let Some(at) = self.cursor.filter(|_| keyboard) {
            ui.memory_mut(|memory| {
                if !memory.has_focus(self.cell_id(id, at)) {
                    memory.request_focus(self.cell_id(id, at));
                }
            });
        }
    }

    /// The same column, at its index of today.
    fn in_columns(&self, at: At, columns: &[Column]) -> Option<At> {
        let column = match self.columns.get(at.column) {
            Some(key) => columns.iter().position(|column| column.key == *key)?,
            None => Some(at.column).filter(|column| *column < columns.len())?,
        };
        Some(At { column, ..at })
    }

    fn cell_id(&self, grid: Id, at: At) -> Id {
        cell_id(grid, self.generation, at)
    }

    /// Starts an edit with the cell's text and the caret behind it, or with nothing, to be typed anew.
    fn begin(&mut self, ui: &Ui, id: Id, source: &dyn GridSource, at: At, anew: bool) -> bool {
        let cell = source.cell(at.row, at.column);
        if cell.locked {
            return false;
        }
        let before = cell.text.into_owned();
        let text = if anew { String::new() } else { before.clone() };
        // A fresh state: no undo step and no caret of an earlier edit.
        let mut state = TextEditState::default();
        let end = CCursor::new(text.chars().count());
        state.cursor.set_char_range(Some(CCursorRange::one(end)));
        state.store(ui, self.cell_id(id, at));
        self.edit = Some(Edit { text, before, presence: cell.presence, changed: false });
        self.reveal = true;
        true
    }

    /// Ends an edit; what was typed stands.
    fn commit(&mut self, events: &mut Vec<GridEvent>) {
        if let (Some(edit), Some(at)) = (self.edit.take(), self.cursor)
            && edit.changed
        {
            events.push(GridEvent::Committed(at));
        }
    }

    /// Ends an edit; what stood before it comes back.
    fn put_back(&mut self, events: &mut Vec<GridEvent>) {
        if let (Some(edit), Some(at)) = (self.edit.take(), self.cursor)
            && edit.changed
        {
            events.push(GridEvent::PutBack(at, edit.before, edit.presence));
        }
    }

    /// Moves cursor and keyboard.
    fn move_to(&mut self, ui: &Ui, id: Id, at: At, events: &mut Vec<GridEvent>) {
        if self.cursor != Some(at) {
            self.commit(events);
            self.cursor = Some(at);
            events.push(GridEvent::Moved(at));
        }
        self.reveal = true;
        ui.memory_mut(|memory| memory.request_focus(self.cell_id(id, at)));
    }
}

fn cell_id(grid: Id, generation: u64, at: At) -> Id {
    grid.with((generation, at.key, at.column))
}

/// The same row, at its index of today. Looks through all rows only where the row has moved.
fn found(at: At, source: &dyn GridSource) -> Option<At> {
    let rows = source.rows();
    let here = |row: &usize| source.row_key(*row) == at.key;
    let row = Some(at.row).filter(|&row| row < rows).filter(here).or_else(|| (0..rows).find(here))?;
    Some(At { row, ..at })
}

/// The cell that stands where one was that is gone.
fn nearest(at: At, source: &dyn GridSource) -> Option<At> {
    let row = at.row.min(source.rows().checked_sub(1)?);
    let column = at.column.min(source.columns().len().checked_sub(1)?);
    Some(At { key: source.row_key(row), row, column })
}

/// Where things stand: everything in points, rows from an origin that scrolls.
#[derive(Debug, Clone, Copy)]
struct Place {
    /// Top left of the seen part, on the screen.
    corner: Pos2,
    /// How far it is scrolled.
    offset: Vec2,
}
