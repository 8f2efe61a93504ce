//! Headings, so that screen readers can jump between the parts of the window.

use eframe::egui;
use egui::{Color32, FontId, Response, Role, Sense, Ui, WidgetInfo};

use crate::ui::theme;

/// Above a section of the rail or of a form: small and weak.
pub fn section(ui: &mut Ui, text: &str) -> Response {
    heading(ui, text, theme::semibold(theme::TYPE_S), theme::palette(ui).ink_weak, 3)
}

/// The title of a panel.
pub fn panel(ui: &mut Ui, text: &str) -> Response {
    heading(ui, text, theme::semibold(theme::TYPE_L), theme::palette(ui).ink, 2)
}

/// The customer's name.
pub fn customer(ui: &mut Ui, text: &str) -> Response {
    heading(ui, text, theme::semibold(theme::TYPE_XL), theme::palette(ui).ink, 1)
}

fn heading(ui: &mut Ui, text: &str, font: FontId, colour: Color32, level: usize) -> Response {
    let galley = ui.painter().layout_no_wrap(text.to_owned(), font, colour);
    let (rect, response) = ui.allocate_exact_size(galley.size(), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Heading, true, text));
    super::describe(&response, |node| node.set_level(level));
    ui.painter().galley(rect.min, galley, colour);
    response
}
