//! Headings, so that screen readers can jump between the parts of the window. Too long a one ends in `…`.

use eframe::egui;
use egui::{Color32, FontId, Response, Role, Sense, TextWrapMode, Ui, WidgetInfo, WidgetText};

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
    let shown = WidgetText::from(egui::RichText::new(text).font(font).color(colour));
    let wrap = Some(TextWrapMode::Truncate);
    let galley = shown.into_galley(ui, wrap, ui.available_width(), egui::TextStyle::Heading);
    let (rect, response) = ui.allocate_exact_size(galley.size(), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Heading, true, text));
    super::describe(&response, |node| node.set_level(level));
    ui.painter().galley(rect.min, galley, colour);
    response
}
