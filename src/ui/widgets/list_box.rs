//! A list of rows of one height: one stop for Tab, walked with the arrow keys, drawn only where it is seen.

use eframe::egui;
use egui::accesskit::Role as Part;
use egui::{
    EventFilter, Id, Key, Modifiers, Rect, Response, Role, ScrollArea, Sense, Stroke, Ui, UiBuilder,
    WidgetInfo, vec2,
};

use super::{describe, focus_ring};
use crate::ui::theme;

/// What a list has; it is asked for what is seen.
pub trait Rows {
    /// How many rows there are.
    fn count(&self) -> usize;
    /// How high each is, in points.
    fn height(&self) -> f32;
    /// What tells a row from all others, wherever it stands.
    fn key(&self, at: usize) -> u64;
    /// Its accessible name, and what is said beside it.
    fn told(&self, at: usize) -> (String, String);
    /// Paints what a row says.
    fn paint(&self, ui: &Ui, at: usize, rect: Rect);
}

/// How many rows a page is.
const PAGE: usize = 10;

const VERTICAL: EventFilter =
    EventFilter { tab: false, horizontal_arrows: false, vertical_arrows: true, escape: false };

/// Whose focus it is when a row of the list of this id has the keyboard.
pub fn row_id(list: Id, key: u64) -> Id {
    list.with(key)
}

/// The list in the space there is, named `name`. Returns the row that is selected now, if it is another: the caller hands it in
/// from the next frame on. Both indices count from 0.
pub fn list_box(ui: &mut Ui, id: Id, name: &str, rows: &dyn Rows, selected: Option<usize>) -> Option<usize> {
    let count = rows.count();
    let before = selected.filter(|index| *index < count);
    let moved = before.and_then(|index| keys(ui, id, index, rows));
    let current = moved.or(before);
    let reveal = is_new(ui, id, current.map(|index| rows.key(index)));
    let list = UiBuilder::new().accessibility_role(Part::ListBox).accessibility_label(name);
    let clicked = ui.scope_builder(list, |ui| {
        let area = ScrollArea::vertical().id_salt(id).auto_shrink(false);
        let shown = area.show_viewport(ui, |ui, seen| seen_rows(ui, id, rows, current, seen, reveal));
        let stroke = Stroke::new(1.0, theme::palette(ui).line);
        ui.painter().rect_stroke(shown.inner_rect, 0.0, stroke, egui::StrokeKind::Inside);
        shown.inner
    });
    clicked.inner.or(moved).filter(|index| Some(*index) != before)
}

/// Whether another row is selected than in the last frame; then it must be seen.
fn is_new(ui: &Ui, id: Id, key: Option<u64>) -> bool {
    ui.data_mut(|data| {
        let last = data.get_temp::<Option<u64>>(id);
        data.insert_temp(id, key);
        last != Some(key)
    })
}

/// Where the keys go from `from`, if the keyboard is here.
fn keys(ui: &Ui, id: Id, from: usize, rows: &dyn Rows) -> Option<usize> {
    let focus = row_id(id, rows.key(from));
    if !ui.memory(|memory| memory.has_focus(focus)) {
        return None;
    }
    // A key that is held comes several times a frame where frames are slow.
    let pressed = |key| ui.input_mut(|input| input.count_and_consume_key(Modifiers::NONE, key));
    let last = rows.count().saturating_sub(1);
    let down = pressed(Key::ArrowDown) + PAGE * pressed(Key::PageDown);
    let up = pressed(Key::ArrowUp) + PAGE * pressed(Key::PageUp);
    let to = match (pressed(Key::Home), pressed(Key::End)) {
        (0, 0) if down == 0 && up == 0 => return None,
        (0, 0) => from.saturating_add(down).saturating_sub(up).min(last),
        (0, _) => last,
        _ => 0,
    };
    ui.memory_mut(|memory| memory.request_focus(row_id(id, rows.key(to))));
    Some(to)
}

fn seen_rows(
    ui: &mut Ui,
    id: Id,
    rows: &dyn Rows,
    current: Option<usize>,
    seen: Rect,
    reveal: bool,
) -> Option<usize> {
    let (count, height) = (rows.count(), rows.height());
    ui.set_min_size(vec2(ui.available_width(), count as f32 * height));
    let origin = ui.min_rect().min;
    let width = ui.available_width();
    let ground = Rect::from_min_size(origin + seen.min.to_vec2(), seen.size());
    ui.painter().rect_filled(ground, 0.0, theme::palette(ui).surface);
    let first = whole(seen.min.y / height).min(count);
    let last = whole(seen.max.y / height).saturating_add(1).min(count);
    let stop = current.unwrap_or(first);
    // The selected row is a stop for Tab wherever it is scrolled.
    let hidden = current.filter(|index| !(first..last).contains(index));
    let mut clicked = None;
    for index in hidden.into_iter().chain(first..last) {
        let corner = origin + vec2(0.0, index as f32 * height);
        let rect = Rect::from_min_size(corner, vec2(width, height));
        let sense = if index == stop { Sense::click() } else { Sense::CLICK };
        let response = ui.interact(rect, row_id(id, rows.key(index)), sense);
        tell(&response, rows, index, current == Some(index));
        row(ui, rect, rows, index, current == Some(index), &response);
        if response.has_focus() {
            ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, VERTICAL));
        }
        if response.clicked() {
            response.request_focus();
            clicked = Some(index);
        }
        if reveal && current == Some(index) {
            ui.scroll_to_rect(rect, None);
        }
    }
    clicked
}

fn tell(response: &Response, rows: &dyn Rows, at: usize, selected: bool) {
    let (name, about) = rows.told(at);
    response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, selected, &name));
    describe(response, |node| {
        node.set_selected(selected);
        node.set_description(about);
        node.set_position_in_set(at + 1);
        node.set_size_of_set(rows.count());
    });
}

fn row(ui: &Ui, rect: Rect, rows: &dyn Rows, at: usize, selected: bool, response: &Response) {
    if !ui.is_rect_visible(rect) {
        return;
    }
    let colour = theme::palette(ui);
    let fill = match (selected, response.hovered()) {
        (true, _) => colour.selected,
        (_, true) => colour.page,
        _ => colour.surface,
    };
    ui.painter().rect_filled(rect, 0.0, fill);
    ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, colour.line));
    rows.paint(ui, at, rect);
    focus_ring(ui, response, rect, 0);
}

/// How many whole ones; none for less than nothing.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "casts of floats saturate")]
fn whole(number: f32) -> usize {
    number.max(0.0).floor() as usize
}
