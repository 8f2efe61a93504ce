//! A finding as a line: a shape for how bad it is, and the sentence. Shapes are painted, since few fonts have them.

use eframe::egui;
use egui::{
    Color32, Pos2, Response, Role, Sense, Shape, Stroke, TextWrapMode, Ui, WidgetInfo, WidgetText, pos2, vec2,
};

use super::{describe, focus_ring};
use crate::model::finding::Severity;
use crate::ui::theme;

/// Width of the shape before a finding.
pub(in crate::ui) const SHAPE: f32 = 11.0;

/// One line, wrapped where it must; a click (or Enter) asks to go to the place it names.
pub fn finding(ui: &mut Ui, severity: Severity, sentence: &str) -> Response {
    let colour = colour(ui, severity);
    let left = SHAPE + theme::GAP_XS;
    let text =
        WidgetText::from(egui::RichText::new(sentence).font(theme::regular(theme::TYPE_S)).color(colour));
    let width = (ui.available_width() - left).max(theme::TARGET);
    let galley = text.into_galley(ui, Some(TextWrapMode::Wrap), width, egui::TextStyle::Small);
    let height = galley.size().y.max(theme::TARGET);
    let size = vec2(left + galley.size().x, height);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Link, true, sentence));
    describe(&response, |node| node.set_description(word(severity)));
    let line = galley.rows.first().map_or(theme::TYPE_S, |row| row.height());
    let top = rect.center().y - galley.size().y / 2.0;
    paint_shape(ui, severity, pos2(rect.left() + SHAPE / 2.0, top + line / 2.0), colour);
    ui.painter().galley(pos2(rect.left() + left, top), galley, colour);
    focus_ring(ui, &response, rect, theme::RADIUS_S);
    response
}

pub(in crate::ui) fn colour(ui: &Ui, severity: Severity) -> Color32 {
    let colour = theme::palette(ui);
    match severity {
        Severity::Error => colour.bad.ink,
        Severity::Warning => colour.changed.ink,
    }
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

/// A triangle for an error, a diamond for a warning.
pub(in crate::ui) fn paint_shape(ui: &Ui, severity: Severity, middle: Pos2, colour: Color32) {
    let half = SHAPE / 2.0;
    let points = match severity {
        Severity::Error => vec![vec2(0.0, -half), vec2(half, half - 1.0), vec2(-half, half - 1.0)],
        Severity::Warning => vec![vec2(0.0, -half), vec2(half, 0.0), vec2(0.0, half), vec2(-half, 0.0)],
    };
    let points = points.into_iter().map(|from| middle + from).collect();
    ui.painter().add(Shape::convex_polygon(points, colour, Stroke::NONE));
}
