//! A row of the rail: a name, and below it an ID.

use eframe::egui;
use egui::{
    CornerRadius, FontId, Response, Role, Sense, TextWrapMode, Ui, WidgetInfo, WidgetText, pos2, vec2,
};

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
    lines(ui, rect, first, second, theme::mono(theme::TYPE_XS));
    focus_ring(ui, &response, rect, theme::RADIUS);
    response
}

/// What such a row says, the second line in this font.
pub fn lines(ui: &Ui, rect: egui::Rect, first: &str, second: &str, font: FontId) {
    let (colour, top) = (theme::palette(ui), rect.min + vec2(theme::GAP_S, 0.0));
    line(ui, first, theme::regular(theme::TYPE), colour.ink, pos2(top.x, top.y + 6.0), rect.right());
    line(ui, second, font, colour.ink_weak, pos2(top.x, top.y + 27.0), rect.right());
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
