//! The line at the bottom: whether drafts are on disk, the last message, the keys.

use crate::app::command::Command;
use crate::app::importing::{Importing, Phase};
use crate::app::state::{App, Keeping};
use crate::app::telling::Notice;
use crate::model::finding::Severity;
use crate::ui::view::{Dialog, View};
use crate::ui::{theme, words};
use eframe::egui;
use egui::Ui;

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
        if let Some(Importing { phase: Phase::Running(tally, all), behind: true, .. }) = &app.import {
            ui.label(small(&words::importing(tally.read, *all), colour.ink_weak));
            if link(ui, words::STOP_IMPORT).clicked() {
                view.ask(Command::StopImport);
            }
            ui.add_space(theme::GAP_M);
        }
        let right = if app.notice.is_some() { 110.0 } else { 44.0 };
        if let Some(notice) = &app.notice {
            message(ui, notice, right);
        }
        ui.add_space((ui.available_width() - right).max(0.0));
        if app.notice.is_some() && link(ui, words::DISMISS).clicked() {
            view.ask(Command::Dismiss);
        }
        if link(ui, words::KEYS).clicked() {
            view.open(Dialog::Keys);
        }
    });
}

fn link(ui: &mut Ui, text: &str) -> egui::Response {
    let text = egui::RichText::new(text).font(theme::regular(theme::TYPE_S)).color(theme::palette(ui).accent);
    ui.add(egui::Button::new(text).frame(false))
}

/// The message, read out when it comes; cut where it is too long, and whole under the pointer.
fn message(ui: &mut Ui, notice: &Notice, right: f32) {
    let colour = theme::palette(ui);
    let ink = match notice.severity {
        None => colour.ink,
        Some(Severity::Warning) => colour.changed.ink,
        Some(Severity::Error) => colour.bad.ink,
    };
    let text = words::plain(&notice.text);
    let label = egui::RichText::new(&*text).font(theme::regular(theme::TYPE_S)).color(ink);
    let response = ui.scope(|ui| {
        ui.set_max_width((ui.available_width() - right).max(40.0));
        ui.add(egui::Label::new(label).truncate())
    });
    let response = response.inner.on_hover_text(&*text);
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_label(&*text);
        node.set_live(egui::accesskit::Live::Polite);
        node.set_role(egui::Role::Status);
    });
}
