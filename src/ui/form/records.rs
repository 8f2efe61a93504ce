//! The list of records beside the form: one stop for Tab, walked with the arrow keys, drawn only where it is seen.

use std::borrow::Cow;

use eframe::egui;
use egui::accesskit::Role as Part;
use egui::{
    EventFilter, Id, Key, Modifiers, Rect, Response, Role, ScrollArea, Sense, Stroke, Ui, UiBuilder,
    WidgetInfo, pos2, vec2,
};

use super::frame::line;
use crate::ui::theme;
use crate::ui::widgets::badge::{self, State};
use crate::ui::widgets::{describe, focus_ring};

/// A record as the caller wants it listed.
#[derive(Debug, Clone, Default)]
pub struct RecordRow<'a> {
    /// What tells it from all others, wherever it stands.
    pub key: u64,
    /// Its accessible name: `Phone 2`.
    pub name: Cow<'a, str>,
    /// Its position in the data, from 1.
    pub number: usize,
    /// What it says in short: `2 work · +33 6543211`.
    pub summary: Cow<'a, str>,
    /// What became of it since it was loaded.
    pub state: Option<State>,
}

/// The records behind a list; the calls are for what is seen.
pub type RowOf<'a, 'b> = &'a dyn Fn(usize) -> RecordRow<'b>;

const VERTICAL: EventFilter =
    EventFilter { tab: false, horizontal_arrows: false, vertical_arrows: true, escape: false };
const PAD: f32 = 10.0;

/// The list in the space there is, named `name`, with `count` rows. Returns the row that is selected now, if it is
/// another: the caller hands it in from the next frame on. Both indices count from 0.
pub fn record_list(
    ui: &mut Ui,
    name: &str,
    count: usize,
    row_of: RowOf<'_, '_>,
    selected: Option<usize>,
) -> Option<usize> {
    let id = ui.make_persistent_id(("records", name));
    let before = selected.filter(|index| *index < count);
    let moved = before.and_then(|index| keys(ui, id, count, index, row_of));
    let current = moved.or(before);
    let reveal = is_new(ui, id, current.map(|index| row_of(index).key));
    let list = UiBuilder::new().accessibility_role(Part::ListBox).accessibility_label(name);
    let clicked = ui.scope_builder(list, |ui| {
        let area = ScrollArea::vertical().id_salt(id).auto_shrink(false);
        let shown = area.show_viewport(ui, |ui, seen| rows(ui, id, count, row_of, current, seen, reveal));
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
fn keys(ui: &Ui, id: Id, count: usize, from: usize, row_of: RowOf<'_, '_>) -> Option<usize> {
    let focus = id.with(row_of(from).key);
    if !ui.memory(|memory| memory.has_focus(focus)) {
        return None;
    }
    let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    let last = count.saturating_sub(1);
    let steps = [
        (Key::ArrowDown, from.saturating_add(1)),
        (Key::ArrowUp, from.saturating_sub(1)),
        (Key::PageDown, from.saturating_add(10)),
        (Key::PageUp, from.saturating_sub(10)),
        (Key::Home, 0),
        (Key::End, last),
    ];
    let to = steps.into_iter().find(|(key, _)| pressed(*key)).map(|(_, to)| to.min(last))?;
    ui.memory_mut(|memory| memory.request_focus(id.with(row_of(to).key)));
    Some(to)
}

fn rows(
    ui: &mut Ui,
    id: Id,
    count: usize,
    row_of: RowOf<'_, '_>,
    current: Option<usize>,
    seen: Rect,
    reveal: bool,
) -> Option<usize> {
    ui.set_min_size(vec2(ui.available_width(), count as f32 * theme::ROW));
    let origin = ui.min_rect().min;
    let width = ui.available_width();
    let ground = Rect::from_min_size(origin + seen.min.to_vec2(), seen.size());
    ui.painter().rect_filled(ground, 0.0, theme::palette(ui).surface);
    let first = whole(seen.min.y / theme::ROW).min(count);
    let last = whole(seen.max.y / theme::ROW).saturating_add(1).min(count);
    let stop = current.unwrap_or(first);
    // The selected row is a stop for Tab wherever it is scrolled.
    let hidden = current.filter(|index| !(first..last).contains(index));
    let mut clicked = None;
    for index in hidden.into_iter().chain(first..last) {
        let corner = origin + vec2(0.0, index as f32 * theme::ROW);
        let rect = Rect::from_min_size(corner, vec2(width, theme::ROW));
        let record = row_of(index);
        let sense = if index == stop { Sense::click() } else { Sense::CLICK };
        let response = ui.interact(rect, id.with(record.key), sense);
        tell(&response, &record, current == Some(index), count);
        row(ui, rect, &record, current == Some(index), &response);
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

fn tell(response: &Response, record: &RecordRow<'_>, selected: bool, count: usize) {
    response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, selected, &record.name));
    let state = record.state.map_or(String::new(), |state| format!(", {}", state.word()));
    describe(response, |node| {
        node.set_selected(selected);
        node.set_description(format!("{}{state}", record.summary));
        node.set_position_in_set(record.number);
        node.set_size_of_set(count);
    });
}

fn row(ui: &Ui, rect: Rect, record: &RecordRow<'_>, selected: bool, response: &Response) {
    if !ui.is_rect_visible(rect) {
        return;
    }
    let colour = theme::palette(ui);
    let fill = match (selected, response.hovered()) {
        (true, _) => colour.selected,
        (_, true) => colour.page,
        _ => colour.surface,
    };
    let painter = ui.painter();
    painter.rect_filled(rect, 0.0, fill);
    painter.hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, colour.line));
    let right = rect.right() - PAD;
    let badge = record.state.map_or(0.0, |state| badge::text_width(painter, state.word()) + theme::GAP_S);
    let put = |text: &str, left: f32, font, ink| {
        let galley = line(painter, text, font, ink, (right - badge - left).max(0.0));
        let end = left + galley.size().x;
        painter.galley(pos2(left, rect.center().y - galley.size().y / 2.0), galley, ink);
        end
    };
    let removed = record.state == Some(State::Removed);
    let ink = if removed { colour.ink_weak } else { colour.ink };
    let end =
        put(&record.number.to_string(), rect.left() + PAD, theme::regular(theme::TYPE), colour.ink_weak);
    let end = put(&record.summary, end + theme::GAP_S, theme::regular(theme::TYPE), ink);
    if let Some(state) = record.state {
        badge::paint(painter, pos2(end + theme::GAP_S, rect.center().y), state);
    }
    focus_ring(ui, response, rect, 0);
}

/// How many whole ones; none for less than nothing.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "casts of floats saturate")]
fn whole(number: f32) -> usize {
    number.max(0.0).floor() as usize
}
