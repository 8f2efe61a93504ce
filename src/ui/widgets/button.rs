//! Buttons. A key that does the same stands behind the text and is told to screen readers as the shortcut.

use std::sync::Arc;

use eframe::egui;
use egui::{
    Color32, CornerRadius, Galley, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, vec2,
};

use super::{describe, focus_ring};
use crate::ui::theme;

/// The one button of a screen that finishes the work; takes the width there is.
pub fn primary(ui: &mut Ui, text: &str, key: Option<&str>) -> Response {
    let colour = theme::palette(ui);
    let label = lay_out(ui, text, true, colour.on_accent);
    let hint = key.map(|key| lay_out(ui, key, false, colour.on_accent));
    // Where there is no room for both, the key is still told to screen readers.
    let fits = |hint: &Arc<Galley>| least_width(&label, Some(hint), theme::GAP_M) <= ui.available_width();
    let hint = hint.filter(fits);
    let width = ui.available_width().max(least_width(&label, hint.as_ref(), theme::GAP_M));
    let response = allocate(ui, vec2(width, 36.0), text, key);
    paint(ui, &response, colour.accent, Stroke::NONE);
    let content = label.size().x + hint.as_ref().map_or(0.0, |hint| hint.size().x + theme::GAP_S);
    place(ui, response.rect, response.rect.center().x - content / 2.0, label, hint);
    if response.has_focus() {
        // The accent would not show on itself.
        let inner = response.rect.shrink(3.0);
        let stroke = Stroke::new(1.5, colour.on_accent);
        ui.painter().rect_stroke(inner, CornerRadius::same(theme::RADIUS_S), stroke, StrokeKind::Inside);
    }
    response
}

/// Any other button.
pub fn ordinary(ui: &mut Ui, text: &str, key: Option<&str>) -> Response {
    let colour = theme::palette(ui);
    let label = lay_out(ui, text, false, colour.ink);
    let hint = key.map(|key| lay_out(ui, key, false, colour.ink_weak));
    let width = least_width(&label, hint.as_ref(), 10.0);
    let response = allocate(ui, vec2(width, theme::ROW), text, key);
    let fill = if response.is_pointer_button_down_on() {
        colour.selected
    } else if response.hovered() {
        colour.page
    } else {
        colour.surface
    };
    paint(ui, &response, fill, Stroke::new(1.0, colour.edge));
    place(ui, response.rect, response.rect.left() + 10.0, label, hint);
    focus_ring(ui, &response, response.rect, theme::RADIUS);
    response
}

/// A button that leads to a list: a mark before the text, an arrow behind it; too long a text ends in `…`, the note is whole.
pub fn chooser(ui: &mut Ui, text: &str, note: &str, mark: Color32, most: f32) -> Response {
    let colour = theme::palette(ui);
    let note = lay_out(ui, note, false, colour.ink);
    let most = most - note.size().x;
    let shown = egui::WidgetText::from(egui::RichText::new(text).font(theme::regular(theme::TYPE)));
    let wrap = Some(egui::TextWrapMode::Truncate);
    let label = shown.into_galley(ui, wrap, (most - MARK - ARROW - 20.0).max(40.0), egui::TextStyle::Body);
    let wide = label.size().x + note.size().x;
    let response = allocate(ui, vec2(wide + MARK + ARROW + 20.0, theme::ROW), text, None);
    let fill = if response.hovered() { colour.page } else { colour.surface };
    paint(ui, &response, fill, Stroke::new(1.0, colour.edge));
    let (left, middle) = (response.rect.left() + 10.0, response.rect.center().y);
    ui.painter().circle_filled(egui::pos2(left + 4.0, middle), 4.0, mark);
    let end = left + MARK + wide + ARROW - 8.0;
    let arrow = [vec2(0.0, -2.5), vec2(8.0, -2.5), vec2(4.0, 2.5)];
    let arrow = arrow.into_iter().map(|from| egui::pos2(end, middle) + from).collect();
    ui.painter().add(egui::Shape::convex_polygon(arrow, colour.ink_weak, Stroke::NONE));
    let after = left + MARK + label.size().x;
    for (at, galley) in [(left + MARK, label), (after, note)] {
        let top = middle - galley.size().y / 2.0;
        ui.painter().galley(egui::pos2(at, top), galley, colour.ink);
    }
    focus_ring(ui, &response, response.rect, theme::RADIUS);
    response
}

/// Width of a mark with the gap behind it, and of an arrow with the gap before it.
const MARK: f32 = 18.0;
const ARROW: f32 = 16.0;

fn lay_out(ui: &Ui, text: &str, strong: bool, colour: Color32) -> Arc<Galley> {
    let font = if strong { theme::semibold(theme::TYPE) } else { theme::regular(theme::TYPE) };
    ui.painter().layout_no_wrap(text.to_owned(), font, colour)
}

fn least_width(label: &Galley, hint: Option<&Arc<Galley>>, pad: f32) -> f32 {
    let hint = hint.map_or(0.0, |hint| hint.size().x + theme::GAP_S);
    (label.size().x + hint + 2.0 * pad).max(theme::TARGET)
}

fn allocate(ui: &mut Ui, size: egui::Vec2, text: &str, key: Option<&str>) -> Response {
    let (_, response) = ui.allocate_exact_size(size, Sense::click());
    let enabled = response.enabled();
    response.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, text));
    if let Some(key) = key {
        describe(&response, |node| node.set_keyboard_shortcut(key));
    }
    response
}

fn paint(ui: &Ui, response: &Response, fill: Color32, stroke: Stroke) {
    let corners = CornerRadius::same(theme::RADIUS);
    ui.painter().rect(response.rect, corners, fill, stroke, StrokeKind::Inside);
}

fn place(ui: &Ui, rect: Rect, left: f32, label: Arc<Galley>, hint: Option<Arc<Galley>>) {
    let middle = |galley: &Galley| rect.center().y - galley.size().y / 2.0;
    let after = left + label.size().x + theme::GAP_S;
    let y = middle(&label);
    ui.painter().galley(egui::pos2(left, y), label, Color32::PLACEHOLDER);
    if let Some(hint) = hint {
        let y = middle(&hint);
        ui.painter().galley(egui::pos2(after, y), hint, Color32::PLACEHOLDER);
    }
}
