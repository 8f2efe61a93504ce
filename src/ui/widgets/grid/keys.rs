//! What keys do in the table.
//!
//! Several may come in one frame (a fast typist, a scanner, a busy machine). They are taken in order: a movement
//! that follows typed text waits for the next frame, so that the text goes to the cell it was typed for.

use eframe::egui;
use egui::{Event, FocusDirection, Id, ImeEvent, Key, Modifiers, Ui};

use super::{At, Grid, GridEvent, GridSource};
use crate::ui::theme;

/// What one event means to the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meaning {
    /// Rows down and columns right, as far as there are any.
    Step(i64, i64),
    /// The next cell in reading order, or the one before.
    Along(bool),
    /// As many rows as fit in view.
    Page(bool),
    Ends {
        row: Option<bool>,
        column: bool,
    },
    Edit,
    Escape,
    Clear,
    Null,
    Menu,
    Copy,
    /// Text for the editor; starts an edit where there is none.
    Text,
    /// A key for the editor that is open.
    Editor,
    /// Nothing to do with the table.
    Foreign,
}

fn meaning(event: &Event, editing: bool) -> Meaning {
    match event {
        Event::Text(text) if !text.is_empty() => Meaning::Text,
        Event::Paste(_) => Meaning::Text,
        Event::Ime(_) if editing => Meaning::Text,
        Event::Ime(ime) if composes(ime) => Meaning::Text,
        Event::Copy if !editing => Meaning::Copy,
        Event::Copy | Event::Cut if editing => Meaning::Editor,
        Event::Key { key, pressed: true, modifiers, .. } => key_meaning(*key, *modifiers, editing),
        _ => Meaning::Foreign,
    }
}

/// Whether an input method has text to start an edit with.
fn composes(ime: &ImeEvent) -> bool {
    match ime {
        ImeEvent::Preedit { text, .. } | ImeEvent::Commit(text) => !text.is_empty(),
        _ => false,
    }
}

fn key_meaning(key: Key, modifiers: Modifiers, editing: bool) -> Meaning {
    let plain = modifiers.is_none();
    let shift = modifiers.shift_only();
    match key {
        Key::Tab if plain || shift => Meaning::Along(plain),
        Key::Enter if plain && !editing => Meaning::Edit,
        Key::Enter if plain || shift => Meaning::Step(if plain { 1 } else { -1 }, 0),
        Key::Escape if plain => Meaning::Escape,
        Key::ArrowDown if plain => Meaning::Step(1, 0),
        Key::ArrowUp if plain => Meaning::Step(-1, 0),
        Key::PageDown if plain => Meaning::Page(true),
        Key::PageUp if plain => Meaning::Page(false),
        _ if editing => Meaning::Editor,
        Key::ArrowRight if plain => Meaning::Step(0, 1),
        Key::ArrowLeft if plain => Meaning::Step(0, -1),
        Key::F2 if plain => Meaning::Edit,
        Key::Delete if plain || modifiers.command_only() => Meaning::Clear,
        Key::Num0 if modifiers.command_only() => Meaning::Null,
        Key::F10 if shift => Meaning::Menu,
        Key::Home if plain => Meaning::Ends { row: None, column: false },
        Key::End if plain => Meaning::Ends { row: None, column: true },
        Key::Home if modifiers.command_only() => Meaning::Ends { row: Some(false), column: false },
        Key::End if modifiers.command_only() => Meaning::Ends { row: Some(true), column: true },
        _ => Meaning::Foreign,
    }
}

impl Grid {
    /// Takes the table's keys out of the input, if the keyboard is here; text stays in it for the editor.
    pub(super) fn keys(&mut self, ui: &Ui, id: Id, source: &dyn GridSource, events: &mut Vec<GridEvent>) {
        let mut input = std::mem::take(&mut self.waiting);
        let Some(at) = self.cursor.filter(|&at| self.has_keyboard(ui, id, at)) else {
            ui.input_mut(|state| state.events.splice(0..0, input).for_each(drop));
            return;
        };
        ui.memory_mut(|memory| {
            if !memory.has_focus(self.cell_id(id, at)) {
                memory.request_focus(self.cell_id(id, at));
            }
        });
        ui.input_mut(|state| input.append(&mut state.events));
        let kept = self.take(ui, id, source, input, events);
        ui.input_mut(|state| state.events = kept);
        if !self.waiting.is_empty() {
            ui.request_repaint();
        }
    }

    /// Esc takes the keyboard from a cell that got it only a frame ago; then it is here all the same.
    fn has_keyboard(&self, ui: &Ui, id: Id, at: At) -> bool {
        let escape = |ui: &Ui| ui.input(|input| input.key_pressed(Key::Escape));
        let focused = ui.memory(egui::Memory::focused);
        focused == Some(self.cell_id(id, at)) || (self.keyboard && focused.is_none() && escape(ui))
    }

    /// Does what comes before typed text, keeps the text for the editor, and lets the rest wait.
    fn take(
        &mut self,
        ui: &Ui,
        id: Id,
        source: &dyn GridSource,
        input: Vec<Event>,
        events: &mut Vec<GridEvent>,
    ) -> Vec<Event> {
        let mut kept = Vec::new();
        let mut typed = false;
        let mut here = true;
        let mut input = input.into_iter();
        while let Some(event) = input.next() {
            match meaning(&event, self.edit.is_some()) {
                _ if !here => kept.push(event),
                Meaning::Foreign => kept.push(event),
                Meaning::Text | Meaning::Editor => {
                    if self.edit.is_some() || self.begin_anew(ui, id, source) {
                        typed = true;
                        kept.push(event);
                    }
                }
                _ if typed => {
                    self.waiting.push(event);
                    self.waiting.extend(input.by_ref());
                    // egui must not move the keyboard on its own meanwhile.
                    ui.memory_mut(|memory| memory.move_focus(FocusDirection::None));
                }
                meaning => here = self.act(ui, id, source, meaning, events),
            }
        }
        kept
    }

    fn begin_anew(&mut self, ui: &Ui, id: Id, source: &dyn GridSource) -> bool {
        self.cursor.is_some_and(|at| self.begin(ui, id, source, at, true))
    }

    /// Does one thing; false once the keyboard has left the table.
    fn act(
        &mut self,
        ui: &Ui,
        id: Id,
        source: &dyn GridSource,
        meaning: Meaning,
        events: &mut Vec<GridEvent>,
    ) -> bool {
        let Some(at) = self.cursor else { return false };
        ui.memory_mut(|memory| memory.move_focus(FocusDirection::None));
        match meaning {
            Meaning::Edit => {
                self.begin(ui, id, source, at, false);
            }
            Meaning::Escape if self.edit.is_some() => self.put_back(events),
            Meaning::Escape => return self.leave(ui, id, at, events),
            Meaning::Clear if !source.cell(at.row, at.column).locked => events.push(GridEvent::Cleared(at)),
            Meaning::Null if !source.cell(at.row, at.column).locked => events.push(GridEvent::Nulled(at)),
            Meaning::Clear | Meaning::Null => {}
            Meaning::Menu => self.menu = true,
            Meaning::Copy => {
                let cell = source.cell(at.row, at.column);
                ui.copy_text(cell.text.into_owned());
            }
            Meaning::Along(forward) => return self.along(ui, id, source, at, forward, events),
            other => {
                self.commit(events);
                let (row, column) = target(at, other, source, self.rows_in_view());
                let key = source.row_key(row);
                self.move_to(ui, id, At { key, row, column }, events);
            }
        }
        true
    }

    fn leave(&mut self, ui: &Ui, id: Id, at: At, events: &mut Vec<GridEvent>) -> bool {
        ui.memory_mut(|memory| memory.surrender_focus(self.cell_id(id, at)));
        self.keyboard = false;
        events.push(GridEvent::Left);
        false
    }

    /// To the next or previous cell; at the ends out of the table, as Tab does everywhere else.
    fn along(
        &mut self,
        ui: &Ui,
        id: Id,
        source: &dyn GridSource,
        at: At,
        forward: bool,
        events: &mut Vec<GridEvent>,
    ) -> bool {
        self.commit(events);
        let Some((row, column)) = neighbour(at, forward, source) else {
            let direction = if forward { FocusDirection::Next } else { FocusDirection::Previous };
            ui.memory_mut(|memory| memory.move_focus(direction));
            self.keyboard = false;
            return false;
        };
        self.move_to(ui, id, At { key: source.row_key(row), row, column }, events);
        true
    }

    fn rows_in_view(&self) -> usize {
        let height = self.seen.map_or(0.0, |seen| seen.height() - theme::ROW);
        super::frame::whole(height / theme::ROW).max(1)
    }
}

fn neighbour(at: At, forward: bool, source: &dyn GridSource) -> Option<(usize, usize)> {
    let last = source.columns().len().checked_sub(1)?;
    match (forward, at.column) {
        (true, column) if column < last => Some((at.row, column + 1)),
        (true, _) => Some((at.row + 1, 0)).filter(|&(row, _)| row < source.rows()),
        (false, 0) => Some((at.row.checked_sub(1)?, last)),
        (false, column) => Some((at.row, column - 1)),
    }
}

fn target(at: At, meaning: Meaning, source: &dyn GridSource, page: usize) -> (usize, usize) {
    let (rows, columns) = (source.rows().saturating_sub(1), source.columns().len().saturating_sub(1));
    let (row, column) = match meaning {
        Meaning::Step(down, right) => (moved(at.row, down), moved(at.column, right)),
        Meaning::Page(true) => (at.row.saturating_add(page), at.column),
        Meaning::Page(false) => (at.row.saturating_sub(page), at.column),
        Meaning::Ends { row, column } => {
            let end = |last: bool| if last { usize::MAX } else { 0 };
            (row.map_or(at.row, end), end(column))
        }
        _ => (at.row, at.column),
    };
    (row.min(rows), column.min(columns))
}

fn moved(from: usize, by: i64) -> usize {
    let by = isize::try_from(by).unwrap_or(0);
    from.saturating_add_signed(by)
}
