//! A row of the rail: a name, and below it an ID.

use eframe::egui;
use egui::{
    CornerRadius, FontId, Response, Role, Sense, TextWrapMode, Ui, WidgetInfo, WidgetText, pos2, vec2,
};

use super::badge::{self, State};
use super::{describe, focus_ring};
use crate::ui::theme::{self, Palette};

/// Height of a row in points.
pub const HEIGHT: f32 = 48.0;

/// A row over the whole width, named by its first line and described by its second; too long a line ends in `…`.
pub fn list_row(ui: &mut Ui, first: &str, second: &str, selected: bool) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::click());
    let enabled = response.enabled();
    response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, enabled, selected, first));
    describe(&response, |node| {
        node.set_selected(selected);
        node.set_description(second);
    });
    let colour = theme::palette(ui);
    if let Some(fill) = fill(colour, selected, response.hovered()) {
        ui.painter().rect_filled(rect, CornerRadius::same(theme::RADIUS), fill);
    }
    let top = rect.min + vec2(theme::GAP_S, 0.0);
    line(ui, first, theme::regular(theme::TYPE), colour.ink, pos2(top.x, top.y + 6.0), rect.right());
    line(ui, second, theme::mono(theme::TYPE_XS), colour.ink_weak, pos2(top.x, top.y + 27.0), rect.right());
    focus_ring(ui, &response, rect, theme::RADIUS);
    response
}

fn fill(colour: &Palette, selected: bool, hovered: bool) -> Option<egui::Color32> {
    if selected { Some(colour.selected) } else { hovered.then_some(colour.page) }
}

fn line(ui: &Ui, text: &str, font: FontId, colour: egui::Color32, at: egui::Pos2, right: f32) {
    let text = WidgetText::from(egui::RichText::new(text).font(font).color(colour));
    let width = (right - theme::GAP_XS - at.x).max(0.0);
    let galley = text.into_galley(ui, Some(TextWrapMode::Truncate), width, egui::TextStyle::Body);
    ui.painter().galley(at, galley, colour);
}

/// Height in points of a row of one line.
pub const LINE: f32 = 34.0;

/// A record in the list of a form: its number, a few words, and its state. Named `name`, described by the words.
pub fn record(
    ui: &mut Ui,
    number: usize,
    name: &str,
    text: &str,
    state: Option<State>,
    selected: bool,
) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), LINE), Sense::click());
    let enabled = response.enabled();
    response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, enabled, selected, name));
    describe(&response, |node| {
        node.set_selected(selected);
        let state = state.map(|state| format!(", {}", state.word())).unwrap_or_default();
        node.set_description(format!("{text}{state}"));
    });
    let colour = theme::palette(ui);
    if let Some(fill) = fill(colour, selected, response.hovered()) {
        ui.painter().rect_filled(rect, CornerRadius::ZERO, fill);
    }
    let badge = state.map_or(0.0, |state| badge::text_width(ui.painter(), state.word()) + theme::GAP_S);
    let y = rect.center().y - theme::TYPE * 0.62;
    line(
        ui,
        &number.to_string(),
        theme::regular(theme::TYPE),
        colour.ink_weak,
        pos2(rect.left() + 10.0, y),
        rect.right(),
    );
    line(
        ui,
        text,
        theme::regular(theme::TYPE),
        colour.ink,
        pos2(rect.left() + 34.0, y),
        rect.right() - badge,
    );
    if let Some(state) = state {
        badge::paint(ui.painter(), pos2(rect.right() - badge, rect.center().y), state);
    }
    focus_ring(ui, &response, rect, theme::RADIUS_S);
    response
}
