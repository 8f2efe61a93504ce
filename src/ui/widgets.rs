//! Small widgets, one file each. Each has an accessible name and role, and draws with the tokens alone.

pub mod badge;
pub mod button;
pub mod finding;
pub mod grid;
pub mod heading;
pub mod list_box;
pub mod list_row;
pub mod menu;
pub mod segmented;
pub mod tab;
#[cfg(test)]
mod tests;

use eframe::egui;
use egui::{CornerRadius, Rect, Response, Stroke, StrokeKind, Ui};

use super::theme;

/// A ring just inside `rect` while `response` has the keyboard.
pub(in crate::ui) fn focus_ring(ui: &Ui, response: &Response, rect: Rect, radius: u8) {
    if response.has_focus() {
        let stroke = Stroke::new(2.0, theme::palette(ui).accent);
        ui.painter().rect_stroke(rect, CornerRadius::same(radius), stroke, StrokeKind::Inside);
    }
}

/// Adds what [`egui::WidgetInfo`] has no field for to a widget's accessible node.
pub(in crate::ui) fn describe(response: &Response, write: impl FnOnce(&mut egui::accesskit::Node)) {
    response.ctx.accesskit_node_builder(response.id, write);
}
