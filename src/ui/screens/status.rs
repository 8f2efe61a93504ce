//! The line at the bottom: whether drafts are on disk, the last message, the keys.

use crate::app::command::Command;
use crate::app::state::{App, Keeping};
use crate::model::finding::Severity;
use crate::ui::view::{Dialog, View};
use crate::ui::{theme, words};
use eframe::egui;
use egui::{Align, Layout, Ui};

/// The line at the bottom.
pub fn show(ui: &mut Ui, view: &mut View, app: &App) {
    let colour = theme::palette(ui);
    let small = |text: &str, ink| egui::RichText::new(text).font(theme::regular(theme::TYPE_S)).color(ink);
    ui.horizontal_centered(|ui| {
        let (text, ink) = match &app.keeping {
            Keeping::Nothing => (String::new(), colour.ink_weak),
            Keeping::Writing => (words::DRAFT_WRITING.to_owned(), colour.ink_weak),
            Keeping::Kept(at) => (words::draft_saved(at), colour.ink_weak),
            Keeping::Failed(sentence) => (words::draft_failed(sentence), colour.bad.ink),
        };
        if !text.is_empty() {
            ui.label(small(&text, ink));
            ui.add_space(theme::GAP_M);
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if ui.add(egui::Button::new(small(words::KEYS, colour.ink_weak)).frame(false)).clicked() {
                view.open(Dialog::Keys);
            }
            let Some(notice) = &app.notice else { return };
            if ui.add(egui::Button::new(small(words::DISMISS, colour.accent)).frame(false)).clicked() {
                view.ask(Command::Dismiss);
            }
            let ink = match notice.severity {
                None => colour.ink,
                Some(Severity::Warning) => colour.changed.ink,
                Some(Severity::Error) => colour.bad.ink,
            };
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let text = words::plain(&notice.text);
                let response = ui.add(egui::Label::new(small(&text, ink)).truncate()).on_hover_text(&*text);
                // A message is read out when it comes.
                ui.ctx().accesskit_node_builder(response.id, |node| {
                    node.set_live(egui::accesskit::Live::Polite);
                    node.set_role(egui::Role::Status);
                });
            });
        });
    });
}
