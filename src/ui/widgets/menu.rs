//! A small menu below a button, and the buttons that show a picture instead of a word.

use std::f32::consts::PI;
use std::sync::Arc;

use eframe::egui;
use egui::{
    Color32, CornerRadius, Galley, Id, Key, Painter, Popup, Rect, RectAlign, Response, Role, Sense,
    SetOpenCommand, Stroke, Ui, WidgetInfo, vec2,
};

use super::{describe, focus_ring};
use crate::ui::theme;

/// An entry: its text, and the key that does the same.
pub type Entry<'a> = (&'a str, Option<&'a str>);

/// The menu of `button`: opened by its click or by `open`. Returns the index of the entry that was chosen.
///
/// The keyboard goes to the first entry, and back to `back` once the menu is closed by Esc, Tab or a choice.
pub fn menu(button: &Response, open: bool, back: Id, entries: &[Entry<'_>]) -> Option<usize> {
    let ctx = button.ctx.clone();
    let was_open = Popup::is_id_open(&ctx, Popup::default_response_id(button));
    let set = if open {
        Some(SetOpenCommand::Bool(true))
    } else {
        button.clicked().then_some(SetOpenCommand::Toggle)
    };
    let align = [RectAlign::TOP_END, RectAlign::BOTTOM_START];
    let popup = Popup::menu(button).open_memory(set).gap(2.0).align(RectAlign::BOTTOM_END);
    let shown = popup.align_alternatives(&align).show(|ui| list(ui, was_open, entries))?;
    let escaped = ctx.input(|input| input.key_pressed(Key::Escape));
    if escaped || !matches!(shown.inner, Shown::Open) {
        ctx.memory_mut(|memory| memory.request_focus(back));
    }
    shown.inner.chosen()
}

/// What became of a popup in a frame.
pub(in crate::ui) enum Shown<T> {
    /// It stays open.
    Open,
    /// Tab closes it.
    Left,
    /// This was chosen, which closes it.
    Chosen(T),
}

impl<T> Shown<T> {
    pub(in crate::ui) fn chosen(self) -> Option<T> {
        if let Self::Chosen(chosen) = self { Some(chosen) } else { None }
    }
}

fn list(ui: &mut Ui, settled: bool, entries: &[Entry<'_>]) -> Shown<usize> {
    let tab = ui.input(|input| input.key_pressed(Key::Tab));
    let entries: Vec<_> = entries.iter().map(|&entry| lay_out(ui, entry)).collect();
    let width = entries.iter().map(|entry| entry.width).fold(0.0, f32::max);
    let rows: Vec<_> = entries.into_iter().map(|entry| row(ui, entry, width)).collect();
    let focused = ui.memory(egui::Memory::focused);
    if settled && !rows.iter().any(|row| Some(row.id) == focused) {
        rows.first().map(Response::request_focus);
    }
    let chosen = rows.iter().position(Response::clicked);
    if settled && (tab || chosen.is_some()) {
        ui.close();
        return chosen.map_or(Shown::Left, Shown::Chosen);
    }
    Shown::Open
}

/// An entry with its texts laid out.
struct Laid<'a> {
    text: &'a str,
    key: Option<&'a str>,
    label: Arc<Galley>,
    hint: Option<Arc<Galley>>,
    width: f32,
}

fn lay_out<'a>(ui: &Ui, (text, key): Entry<'a>) -> Laid<'a> {
    let line = |text: &str, size: f32| {
        ui.painter().layout_no_wrap(text.to_owned(), theme::regular(size), Color32::PLACEHOLDER)
    };
    let (label, hint) = (line(text, theme::TYPE), key.map(|key| line(key, theme::TYPE_S)));
    let after = hint.as_ref().map_or(0.0, |hint| hint.size().x + 2.0 * theme::GAP_L);
    let width = label.size().x + after + 2.0 * theme::GAP_S;
    Laid { text, key, label, hint, width }
}

fn row(ui: &mut Ui, entry: Laid<'_>, width: f32) -> Response {
    let colour = theme::palette(ui);
    let Laid { text, key, label, hint, .. } = entry;
    let (rect, response) = ui.allocate_exact_size(vec2(width, theme::ROW), Sense::click());
    let enabled = response.enabled();
    response.widget_info(|| WidgetInfo::labeled(Role::MenuItem, enabled, text));
    if let Some(key) = key {
        describe(&response, |node| node.set_keyboard_shortcut(key));
    }
    if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, CornerRadius::same(theme::RADIUS_S), colour.selected);
    }
    let inner = rect.shrink2(vec2(theme::GAP_S, 0.0));
    let (left, right) = (inner.left_center(), inner.right_center());
    ui.painter().galley(left - vec2(0.0, label.size().y / 2.0), label, colour.ink);
    if let Some(hint) = hint {
        let corner = right - vec2(hint.size().x, hint.size().y / 2.0);
        ui.painter().galley(corner, hint, colour.ink_weak);
    }
    response
}

/// A picture that can be clicked, named `name`. No stop for Tab: what it does also has a key.
pub fn picture(
    ui: &Ui,
    id: Id,
    rect: Rect,
    name: &str,
    paint: impl FnOnce(&Painter, Rect, Color32),
) -> Response {
    let colour = theme::palette(ui);
    let response = ui.interact(rect, id, Sense::CLICK);
    let enabled = response.enabled();
    response.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, name));
    if response.hovered() {
        ui.painter().rect_filled(rect.shrink(1.0), CornerRadius::same(theme::RADIUS_S), colour.selected);
    }
    focus_ring(ui, &response, rect, theme::RADIUS_S);
    paint(ui.painter(), rect, if response.hovered() { colour.ink } else { colour.ink_weak });
    response
}

/// Three dots: more to do.
pub fn dots(painter: &Painter, rect: Rect, colour: Color32) {
    for x in [-5.0, 0.0, 5.0] {
        painter.circle_filled(rect.center() + vec2(x, 0.0), 1.4, colour);
    }
}

/// An arrow that turns back.
pub fn back(painter: &Painter, rect: Rect, colour: Color32) {
    let stroke = Stroke::new(1.4, colour);
    let middle = rect.center() + vec2(0.5, 2.0);
    let arc = (0..=12_u8).map(|step| {
        let angle = PI + PI * f32::from(step) / 12.0;
        middle + vec2(angle.cos() * 5.0, angle.sin() * 5.0)
    });
    painter.line(arc.collect(), stroke);
    let tip = middle + vec2(-5.0, 1.5);
    painter.line(vec![tip + vec2(-3.0, -3.5), tip, tip + vec2(3.5, -3.0)], stroke);
}
