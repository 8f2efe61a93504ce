//! How the table looks. Nothing here changes anything.

use std::sync::Arc;

use eframe::egui;
use egui::text::LayoutJob;
use egui::{
    Color32, FontId, Galley, Rect, Response, Role, Sense, Stroke, StrokeKind, TextFormat, Ui, WidgetInfo,
    pos2, vec2,
};

use super::{Cell, Column, GridSource, Place, Presence};
use crate::ui::theme::{self, Palette};
use crate::ui::widgets::badge::{self, State};
use crate::ui::widgets::describe;
use crate::ui::words;

/// Space left and right of a cell's text.
pub(super) const PAD: f32 = 8.0;
/// Columns fitted to their content are within these.
pub(super) const WIDTHS: std::ops::RangeInclusive<f32> = 40.0..=260.0;
/// How many rows are looked at to fit a column.
const SAMPLE: usize = 50;

/// The width of a column that fits its title and the first rows.
pub(super) fn fitted(ui: &Ui, source: &dyn GridSource, column: usize) -> f32 {
    let rows = source.rows().min(SAMPLE);
    let title = source.columns().get(column).map_or("", |column| column.title.as_str());
    let title = width(ui, title, theme::semibold(theme::TYPE_XS));
    let texts =
        (0..rows).map(|row| width(ui, shown(&source.cell(row, column)).0, theme::regular(theme::TYPE)));
    let widest = texts.fold(title, f32::max) + 2.0 * PAD + 1.0;
    widest.clamp(*WIDTHS.start(), *WIDTHS.end())
}

/// The width of the row numbers and badges before the first column.
pub(super) fn number_width(ui: &Ui, rows: usize) -> f32 {
    let number = width(ui, &rows.to_string(), theme::regular(theme::TYPE));
    PAD + number + theme::GAP_S + badge::text_width(ui.painter(), State::Conflict.word()) + PAD
}

fn width(ui: &Ui, text: &str, font: FontId) -> f32 {
    ui.painter().layout_no_wrap(text.to_owned(), font, Color32::PLACEHOLDER).size().x
}

/// What a cell shows, and whether that stands for a value that is not there.
pub(super) fn shown<'a>(cell: &'a Cell<'_>) -> (&'a str, bool) {
    match cell.presence {
        Presence::Absent => (words::NOT_SET, true),
        Presence::Null => (words::NULL, true),
        Presence::Value if cell.text.is_empty() && cell.shown.is_none() => (words::EMPTY_TEXT, true),
        Presence::Value => (cell.shown.as_deref().unwrap_or(&cell.text), false),
    }
}

/// The header, over whatever is scrolled below it. `end` is its right end on the screen.
pub(super) fn header(ui: &mut Ui, place: Place, edges: &[f32], end: f32, source: &dyn GridSource) {
    let colour = theme::palette(ui);
    let left = place.corner.x - place.offset.x;
    let rect = Rect::from_min_max(pos2(left, place.corner.y), pos2(end, place.corner.y + theme::ROW));
    // Takes the clicks that would otherwise reach a cell scrolled below it.
    ui.interact(rect, ui.scope_id().with("header"), Sense::CLICK);
    ui.painter().rect_filled(rect, 0.0, colour.surface);
    for (index, column) in source.columns().iter().enumerate() {
        let (Some(from), Some(to)) = (edges.get(index), edges.get(index + 1)) else { break };
        let cell = Rect::from_x_y_ranges(left + from..=left + to, rect.y_range());
        title(ui, cell, column, index + 1);
    }
    let number = edges.first().copied().unwrap_or(0.0);
    let corner = Rect::from_min_size(place.corner, vec2(number, theme::ROW));
    ui.painter().rect_filled(corner, 0.0, colour.surface);
    title(ui, corner, &Column { title: words::NUMBER.to_owned(), ..Column::default() }, 0);
    if place.offset.x > 0.0 {
        ui.painter().vline(corner.right() - 0.5, corner.y_range(), Stroke::new(1.0, colour.line));
    }
    ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, colour.line));
}

fn title(ui: &Ui, rect: Rect, column: &Column, index: usize) {
    let response = ui.interact(rect, ui.scope_id().with(("title", index)), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::ColumnHeader, true, &column.title));
    describe(&response, |node| {
        node.set_row_index(0);
        node.set_column_index(index);
        if let Some(about) = &column.about {
            node.set_description(about.as_str());
        }
    });
    let ink = theme::palette(ui).ink_weak;
    text(ui, rect, &column.title, theme::semibold(theme::TYPE_XS), ink, Stroke::NONE);
    if let Some(about) = &column.about {
        response.on_hover_text(about);
    }
}

/// A row's background, or that of a part of it.
pub(super) fn ground(ui: &Ui, rect: Rect, row: usize, source: &dyn GridSource) {
    let colour = theme::palette(ui);
    let fill = if source.row_state(row) == Some(State::New) { colour.new.back } else { colour.surface };
    ui.painter().rect_filled(rect, 0.0, fill);
    ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, colour.line));
}

/// A row's number and badge, over whatever is scrolled below them.
pub(super) fn number(ui: &Ui, rect: Rect, row: usize, over: bool, source: &dyn GridSource) {
    let colour = theme::palette(ui);
    let state = source.row_state(row);
    let number = source.row_number(row).to_string();
    if over {
        // Takes the clicks that would otherwise reach a cell below.
        ui.interact(rect, ui.scope_id().with("over"), Sense::CLICK);
        ground(ui, rect, row, source);
        ui.painter().vline(rect.right() - 0.5, rect.y_range(), Stroke::new(1.0, colour.line));
    }
    let response = row_header(ui, rect, &number, state);
    describe(&response, |node| {
        node.set_row_index(row + 1);
        node.set_column_index(0);
    });
    let end = text(ui, rect, &number, theme::regular(theme::TYPE), colour.ink_weak, Stroke::NONE);
    if let Some(state) = state {
        badge::paint(ui.painter(), pos2(end + theme::GAP_XS, rect.center().y), state);
    }
}

fn row_header(ui: &Ui, rect: Rect, number: &str, state: Option<State>) -> Response {
    let response = ui.interact(rect, ui.scope_id().with("number"), Sense::hover());
    let name = state.map_or(number.to_owned(), |state| format!("{number} {}", state.word()));
    response.widget_info(|| WidgetInfo::labeled(Role::RowHeader, true, &name));
    response
}

/// A cell that is not edited.
pub(super) fn cell(ui: &Ui, rect: Rect, cell: &Cell<'_>, state: Option<State>, focused: bool, cursor: bool) {
    if !ui.is_rect_visible(rect) {
        return;
    }
    let colour = theme::palette(ui);
    let (words, stands_in) = shown(cell);
    let removed = state == Some(State::Removed);
    let ink = ink(colour, cell.error.is_some(), stands_in || removed);
    let strike = if removed { Stroke::new(1.0, colour.ink_weak) } else { Stroke::NONE };
    if cell.error.is_some() {
        ui.painter().rect_filled(rect, 0.0, colour.bad.back);
        ui.painter().hline(rect.x_range(), rect.bottom() - 1.0, Stroke::new(2.0, colour.bad.ink));
    }
    if focused {
        field(ui, rect, cell.error.is_some());
    } else if cursor {
        let border = Stroke::new(1.0, colour.edge);
        ui.painter().rect_stroke(rect, 0.0, border, StrokeKind::Inside);
    }
    text(ui, rect, words, theme::regular(theme::TYPE), ink, strike);
}

fn ink(colour: &Palette, wrong: bool, weak: bool) -> Color32 {
    match (wrong, weak) {
        (true, _) => colour.bad.ink,
        (false, true) => colour.ink_weak,
        (false, false) => colour.ink,
    }
}

/// The ground and border of the cell that has the keyboard.
pub(super) fn field(ui: &Ui, rect: Rect, wrong: bool) {
    let colour = theme::palette(ui);
    let (fill, border) =
        if wrong { (colour.bad.back, colour.bad.ink) } else { (colour.surface, colour.accent) };
    ui.painter().rect(rect, 0.0, fill, Stroke::new(2.0, border), StrokeKind::Inside);
}

/// One line in a cell, cut with `…` where it is too long. Returns where it ends.
fn text(ui: &Ui, rect: Rect, text: &str, font: FontId, colour: Color32, strike: Stroke) -> f32 {
    let inner = rect.shrink2(vec2(PAD, 0.0));
    let galley = line(ui, text, font, colour, strike, inner.width());
    let end = inner.left() + galley.size().x;
    let y = inner.center().y - galley.size().y / 2.0;
    ui.painter().galley(pos2(inner.left(), y), galley, colour);
    end
}

fn line(ui: &Ui, text: &str, font: FontId, color: Color32, strikethrough: Stroke, width: f32) -> Arc<Galley> {
    let format = TextFormat { font_id: font, color, strikethrough, ..TextFormat::default() };
    let mut job = LayoutJob::single_section(text.to_owned(), format);
    job.wrap = egui::text::TextWrapping::truncate_at_width(width);
    job.break_on_newline = false;
    ui.painter().layout_job(job)
}
