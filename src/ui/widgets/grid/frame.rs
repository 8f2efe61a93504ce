//! One frame of the table: what is in view, drawn row by row.

use eframe::egui;
use egui::accesskit::{self, Role};
use egui::{
    EventFilter, Frame, Id, Rect, Response, ScrollArea, Sense, Stroke, TextEdit, Ui, UiBuilder, Vec2,
    WidgetInfo, pos2, vec2,
};

use super::{At, Cell, Grid, GridEvent, GridSource, Place, draw};
use crate::ui::theme;
use crate::ui::widgets::{describe, menu};
use crate::ui::words;

/// Every key that egui would otherwise use to move the keyboard.
const ALL_KEYS: EventFilter =
    EventFilter { tab: true, horizontal_arrows: true, vertical_arrows: true, escape: true };

/// What drawing a frame needs, and what it found out.
struct Pass<'a> {
    id: Id,
    source: &'a dyn GridSource,
    place: Place,
    /// The left edge of each column in the content, and at the end the right edge of the last.
    edges: Vec<f32>,
    events: &'a mut Vec<GridEvent>,
    keyboard: bool,
    name: &'a str,
    /// The right end of what is seen, on the screen.
    end: f32,
    /// Whether rows have a menu.
    menus: bool,
}

/// Width of the buttons of the row menus.
const MENU: f32 = 32.0;

impl Grid {
    pub(super) fn frame(
        &mut self,
        ui: &mut Ui,
        id: Id,
        name: &str,
        source: &dyn GridSource,
        events: &mut Vec<GridEvent>,
    ) {
        let table = UiBuilder::new().accessibility_role(Role::Grid).accessibility_label(name);
        ui.scope_builder(table, |ui| {
            describe_table(ui, source);
            let edges = self.edges(ui, source);
            let menus = source.rows() > 0 && !source.row_menu(0).is_empty();
            let width = edges.last().copied().unwrap_or(0.0) + if menus { MENU } else { 0.0 };
            let content = vec2(width, points(down(source.rows())) + theme::ROW);
            let mut area = ScrollArea::both().id_salt(id).auto_shrink([true, true]);
            if let Some(offset) = self.offset(&edges, menus) {
                area = area.scroll_offset(offset);
            }
            let shown = area.show_viewport(ui, |ui, seen| {
                ui.set_min_size(content);
                let place =
                    Place { corner: ui.min_rect().min + seen.min.to_vec2(), offset: seen.min.to_vec2() };
                let end = (place.corner.x + seen.width()).min(place.corner.x + content.x - seen.min.x);
                let pass = Pass { id, source, place, edges, events, keyboard: false, name, end, menus };
                self.rows(ui, seen, pass);
                self.seen = Some(seen);
            });
            let stroke = Stroke::new(1.0, theme::palette(ui).line);
            let inner = shown.inner_rect;
            let outline = Rect::from_min_size(inner.min, content.min(inner.size()));
            ui.painter().rect_stroke(outline, 0.0, stroke, egui::StrokeKind::Outside);
        });
    }

    fn edges(&self, ui: &Ui, source: &dyn GridSource) -> Vec<f32> {
        let mut right = draw::number_width(ui, source.rows());
        let mut edges = vec![right];
        for width in &self.widths {
            right += width;
            edges.push(right);
        }
        edges
    }

    /// Where to scroll so that the cursor is seen, if it must be and is not.
    fn offset(&mut self, edges: &[f32], menus: bool) -> Option<Vec2> {
        if !std::mem::take(&mut self.reveal) {
            return None;
        }
        let (seen, at) = (self.seen?, self.cursor?);
        let top = points(down(at.row));
        let left = edges.get(at.column).copied()?;
        let right = edges.get(at.column + 1).copied()?;
        let y = into_view(seen.min.y, seen.height() - theme::ROW, top, top + theme::ROW);
        // Row numbers and menus stand over both ends.
        let left = left - edges.first().copied().unwrap_or(0.0);
        let right = right + if menus { MENU } else { 0.0 };
        let x = into_view(seen.min.x, seen.width(), left, right);
        (vec2(x, y) != seen.min.to_vec2()).then(|| vec2(x, y))
    }

    fn rows(&mut self, ui: &mut Ui, seen: Rect, mut pass: Pass<'_>) {
        let count = pass.source.rows();
        let first = whole(seen.min.y / theme::ROW).min(count);
        let last = whole((seen.max.y - theme::ROW) / theme::ROW).saturating_add(1).min(count);
        let cursor = self.cursor.map(|at| at.row);
        if let Some(row) = cursor.filter(|&row| row < first) {
            self.row(ui, row, &mut pass);
        }
        for row in first..last.max(first) {
            self.row(ui, row, &mut pass);
        }
        if let Some(row) = cursor.filter(|&row| row >= last.max(first)) {
            self.row(ui, row, &mut pass);
        }
        draw::header(ui, pass.place, &pass.edges, pass.end, pass.source);
        self.resize(ui, pass.place, &pass.edges, pass.source);
        self.menu = false;
        self.keyboard = pass.keyboard;
    }

    fn row(&mut self, ui: &mut Ui, row: usize, pass: &mut Pass<'_>) {
        let y = down(row) - f64::from(pass.place.offset.y);
        let top = pass.place.corner.y + theme::ROW + points(y);
        let left = pass.place.corner.x - pass.place.offset.x;
        let rect = Rect::from_min_max(pos2(left, top), pos2(pass.end, top + theme::ROW));
        let key = pass.source.row_key(row);
        let builder = UiBuilder::new()
            .id_salt((pass.source.generation(), key))
            .max_rect(rect)
            .accessibility_role(Role::Row);
        let ui = &mut ui.new_child(builder);
        ui.accesskit_node_builder(ui.unique_id(), |node| node.set_row_index(row + 1));
        draw::ground(ui, rect, row, pass.source);
        for column in 0..self.widths.len() {
            let (Some(from), Some(to)) = (pass.edges.get(column), pass.edges.get(column + 1)) else { break };
            let cell = Rect::from_x_y_ranges(left + from..=left + to, rect.y_range());
            self.cell(ui, cell, At { key, row, column }, pass);
        }
        let number = pass.edges.first().copied().unwrap_or(0.0);
        let head = Rect::from_min_size(pos2(pass.place.corner.x, top), vec2(number, theme::ROW));
        draw::number(ui, head, row, pass.place.offset.x > 0.0, pass.source);
        if pass.menus {
            let spot = Rect::from_min_max(pos2(pass.end - MENU, top), pos2(pass.end, top + theme::ROW));
            self.row_menu(ui, spot, row, key, pass);
        }
    }

    /// The button `More Phone 2` over the row's right end, with its menu.
    fn row_menu(&mut self, ui: &Ui, spot: Rect, row: usize, key: u64, pass: &mut Pass<'_>) {
        let entries = pass.source.row_menu(row);
        let name = words::more(&words::numbered(pass.name, pass.source.row_number(row)));
        draw::ground(ui, spot, row, pass.source);
        let id = pass.id.with(("more", pass.source.generation(), key));
        let button = menu::picture(ui, id, spot, &name, menu::dots);
        let at = self.cursor.filter(|at| at.key == key).unwrap_or(At { key, row, column: 0 });
        let open = self.menu && self.cursor == Some(at);
        let entries: Vec<_> = entries.into_iter().map(|entry| (entry, None)).collect();
        if let Some(index) = menu::menu(&button, open, self.cell_id(pass.id, at), &entries) {
            pass.events.push(GridEvent::Menu(key, index));
        }
    }

    fn cell(&mut self, ui: &mut Ui, rect: Rect, at: At, pass: &mut Pass<'_>) {
        let cell = pass.source.cell(at.row, at.column);
        let state = pass.source.row_state(at.row);
        let id = self.cell_id(pass.id, at);
        if self.cursor == Some(at) && self.edit.is_some() {
            draw::field(ui, rect, cell.error.is_some());
            let response = self.editor(ui, rect, id, at, pass);
            describe_cell(&response, &cell, at, None);
            return;
        }
        let response = ui.interact(rect, id, Sense::click());
        response.widget_info(|| WidgetInfo {
            current_text_value: Some(draw::shown(&cell).0.to_owned()),
            ..WidgetInfo::labeled(Role::GridCell, true, &cell.name)
        });
        describe_cell(&response, &cell, at, Some(draw::shown(&cell).0));
        draw::cell(ui, rect, &cell, state, response.has_focus(), self.cursor == Some(at));
        self.pointer(ui, at, &response, pass);
        assistive(ui, at, id, cell.locked, pass);
        if ui.input(|input| input.has_accesskit_action_request(id, accesskit::Action::Click)) {
            self.begin(ui, pass.id, pass.source, at, false);
        }
        if let Some(error) = cell.error {
            response.on_hover_text(error);
        }
    }

    /// Clicks, and the keyboard arriving in other ways than by the table's own keys.
    fn pointer(&mut self, ui: &Ui, at: At, response: &Response, pass: &mut Pass<'_>) {
        if response.clicked() || (response.has_focus() && self.cursor != Some(at)) {
            self.move_to(ui, pass.id, at, pass.events);
        }
        if response.double_clicked() {
            self.begin(ui, pass.id, pass.source, at, false);
        }
        if response.has_focus() {
            // Without this, no input method offers itself.
            let purpose = egui::IMEPurpose::Normal;
            let (rect, cursor_rect) = (response.rect, response.rect.with_max_x(response.rect.left() + 1.0));
            let ime =
                egui::output::IMEOutput { purpose, rect, cursor_rect, should_interrupt_composition: false };
            ui.output_mut(|output| output.ime = Some(ime));
        }
        if response.has_focus() || response.clicked() {
            pass.keyboard = true;
            ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, ALL_KEYS));
        }
    }

    fn editor(&mut self, ui: &mut Ui, rect: Rect, id: Id, at: At, pass: &mut Pass<'_>) -> Response {
        let in_view = ui.is_rect_visible(rect);
        let mut text = self.edit.as_ref().map(|edit| edit.text.clone()).unwrap_or_default();
        let inner = rect.shrink2(vec2(draw::PAD, 0.0));
        let builder =
            UiBuilder::new().max_rect(inner).layout(egui::Layout::left_to_right(egui::Align::Center));
        let response = ui.new_child(builder).add(
            TextEdit::singleline(&mut text)
                .id(id)
                .frame(Frame::NONE)
                .font(theme::regular(theme::TYPE))
                .text_color(theme::palette(ui).ink)
                .desired_width(inner.width())
                .min_size(inner.size())
                .align(egui::Align2::LEFT_CENTER)
                .event_filter(ALL_KEYS),
        );
        if let Some(edit) = self.edit.as_mut().filter(|edit| edit.text != text) {
            edit.text.clone_from(&text);
            edit.changed = true;
            pass.events.push(GridEvent::Changed(at, text));
            self.reveal |= !in_view;
        }
        pass.keyboard |= response.has_focus();
        if !response.has_focus() {
            self.commit(pass.events);
        }
        response
    }
}

/// Assistive technologies set a value at once.
fn assistive(ui: &Ui, at: At, id: Id, locked: bool, pass: &mut Pass<'_>) {
    let asked = ui.input(|input| {
        let requests = input.accesskit_action_requests(id, accesskit::Action::SetValue);
        requests.filter_map(value).last()
    });
    if let Some(text) = asked.filter(|_| !locked) {
        pass.events.push(GridEvent::Changed(at, text));
        pass.events.push(GridEvent::Committed(at));
    }
}

fn value(request: &accesskit::ActionRequest) -> Option<String> {
    match &request.data {
        Some(accesskit::ActionData::Value(value)) => Some(value.to_string()),
        _ => None,
    }
}

/// Rows and columns count the header's and the row numbers'.
fn describe_table(ui: &Ui, source: &dyn GridSource) {
    ui.accesskit_node_builder(ui.unique_id(), |node| {
        node.set_row_count(source.rows().saturating_add(1));
        node.set_column_count(source.columns().len().saturating_add(1));
    });
}

/// A cell's value is no text of its own to a screen reader on Linux, so the description says what is `shown`.
fn describe_cell(response: &Response, cell: &Cell<'_>, at: At, shown: Option<&str>) {
    describe(response, |node| {
        node.set_label(cell.name.as_ref());
        node.set_row_index(at.row + 1);
        node.set_column_index(at.column + 1);
        if cell.locked {
            node.set_read_only();
        } else {
            node.add_action(accesskit::Action::SetValue);
        }
        if cell.error.is_some() {
            node.set_invalid(accesskit::Invalid::True);
        }
        let said = [shown, cell.error.as_deref(), cell.about.as_deref()];
        let said: Vec<&str> = said.into_iter().flatten().collect();
        if !said.is_empty() {
            node.set_description(said.join(". "));
        }
    });
}

/// How far below the first row a row begins.
fn down(row: usize) -> f64 {
    row as f64 * f64::from(theme::ROW)
}

/// For egui, which counts in `f32`; what is far out of view need not be exact.
#[expect(clippy::cast_possible_truncation, reason = "see above")]
fn points(length: f64) -> f32 {
    length as f32
}

/// How many whole ones; none for less than nothing.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "casts of floats saturate")]
pub(super) fn whole(number: f32) -> usize {
    number.max(0.0).floor() as usize
}

/// The scroll offset nearest to `from` that shows `low` to `high` in `space`.
fn into_view(from: f32, space: f32, low: f32, high: f32) -> f32 {
    from.max(high - space).min(low).max(0.0)
}
