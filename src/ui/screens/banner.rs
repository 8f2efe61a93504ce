//! What went wrong, in whole sentences, with the ways on: below the customer's name, or on top of the page.

use crate::app::command::Command;
use crate::app::state::App;
use crate::app::telling::{Notice, Way};
use crate::model::finding::Severity;
use crate::ui::view::View;
use crate::ui::widgets::{button, finding};
use crate::ui::{theme, words};
use eframe::egui;
use egui::accesskit::Live;
use egui::{Margin, Stroke, Ui};

/// Height of a sentence before it scrolls, in points.
const MOST: f32 = 110.0;

/// The last message, where something went wrong.
pub fn show(ui: &mut Ui, view: &mut View, app: &App) {
    let Some(notice) = &app.notice else { return };
    let Some(severity) = notice.severity else { return };
    let colour = theme::palette(ui);
    let pair = if severity == Severity::Error { colour.bad } else { colour.changed };
    let frame = super::card(ui).fill(pair.back).stroke(Stroke::new(1.0, pair.ink));
    frame.inner_margin(Margin::symmetric(11, 8)).show(ui, |ui| {
        ui.set_width(ui.available_width());
        egui::ScrollArea::vertical().id_salt("failure").max_height(MOST).show(ui, |ui| {
            ui.horizontal_top(|ui| {
                let (mark, _) =
                    ui.allocate_exact_size(egui::vec2(finding::SHAPE, 18.0), egui::Sense::hover());
                finding::paint_shape(ui, severity, mark.center(), pair.ink);
                sentence(ui, app, notice);
            });
        });
        ui.horizontal_wrapped(|ui| ways(ui, view, &app.ways(notice)));
    });
}

/// Read out when it comes: at once where something was refused, else when there is a pause.
fn sentence(ui: &mut Ui, app: &App, notice: &Notice) {
    let about = notice.about.as_ref().map_or_else(String::new, |id| app.about(id));
    let text = format!("{about}{}", words::sentence(&notice.text));
    let label = egui::Label::new(egui::RichText::new(&text).color(theme::palette(ui).ink)).wrap();
    let response = ui.add(label.selectable(true));
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_label(text);
        node.set_live(if notice.refused { Live::Assertive } else { Live::Polite });
        node.set_role(if notice.refused { egui::Role::Alert } else { egui::Role::Status });
    });
}

fn ways(ui: &mut Ui, view: &mut View, ways: &[Way]) {
    for way in ways {
        let (text, command) = match way {
            Way::TryAgain(command) => (words::TRY_AGAIN, command.clone()),
            Way::ReadAgain => (words::READ_AGAIN, Command::Reload),
            Way::Show(id) => (words::SHOW_CUSTOMER, Command::Open(id.clone())),
        };
        if button::ordinary(ui, text, None).clicked() {
            view.ask(Command::Dismiss);
            view.ask(command);
        }
    }
    if button::ordinary(ui, words::DISMISS, None).clicked() {
        view.ask(Command::Dismiss);
    }
}
