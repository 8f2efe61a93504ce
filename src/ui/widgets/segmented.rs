//! One choice of a few, side by side: `Table | Form | JSON`.

use eframe::egui;
use egui::{
    CornerRadius, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, UiBuilder, WidgetInfo, pos2, vec2,
};

use super::focus_ring;
use crate::ui::theme;

const PAD: f32 = 13.0;

/// A group named `name` of radio buttons named by their texts. True once `current` has become another.
pub fn segmented<T: Copy + PartialEq>(
    ui: &mut Ui,
    name: &str,
    choices: &[(T, &str)],
    current: &mut T,
) -> bool {
    let before = *current;
    let group = UiBuilder::new()
        .accessibility_role(Role::RadioGroup)
        .accessibility_label(name)
        .layout(egui::Layout::left_to_right(egui::Align::Center));
    ui.scope_builder(group, |ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        let parts: Vec<_> =
            choices.iter().map(|&(value, text)| (part(ui, text, value == before), value)).collect();
        outline(ui, &parts.iter().map(|(part, _)| part.rect).collect::<Vec<_>>());
        for (part, value) in parts {
            focus_ring(ui, &part, part.rect, theme::RADIUS);
            if part.clicked() {
                *current = value;
            }
        }
    });
    *current != before
}

fn part(ui: &mut Ui, text: &str, selected: bool) -> Response {
    let colour = theme::palette(ui);
    let (font, ink, fill) = if selected {
        (theme::semibold(theme::TYPE), colour.accent, colour.selected)
    } else {
        (theme::regular(theme::TYPE), colour.ink, colour.surface)
    };
    let galley = ui.painter().layout_no_wrap(text.to_owned(), font, ink);
    let (rect, response) =
        ui.allocate_exact_size(vec2(galley.size().x + 2.0 * PAD, theme::ROW), Sense::click());
    let enabled = response.enabled();
    response.widget_info(|| WidgetInfo::selected(Role::RadioButton, enabled, selected, text));
    ui.painter().rect_filled(rect.shrink(0.5), CornerRadius::same(theme::RADIUS - 1), fill);
    ui.painter().galley(rect.center() - galley.size() / 2.0, galley, ink);
    response
}

/// The common border, and a line between neighbours.
fn outline(ui: &Ui, parts: &[Rect]) {
    let stroke = Stroke::new(1.0, theme::palette(ui).edge);
    let whole = parts.iter().copied().fold(Rect::NOTHING, Rect::union);
    if whole.is_positive() {
        let corners = CornerRadius::same(theme::RADIUS);
        ui.painter().rect_stroke(whole, corners, stroke, StrokeKind::Inside);
    }
    for part in parts.iter().skip(1) {
        let x = part.left();
        ui.painter().line_segment([pos2(x, part.top()), pos2(x, part.bottom())], stroke);
    }
}
