//! The line at the bottom: whether drafts are on disk, what the target is busy with, what went well, the keys.

use crate::app::command::Command;
use crate::app::importing::{Importing, Phase};
use crate::app::state::{App, Keeping};
use crate::app::telling::Notice;
use crate::app::waiting::Doing;
use crate::ui::view::{Dialog, View};
use crate::ui::{theme, words};
use eframe::egui;
use egui::Ui;
use std::time::Duration;

/// What is done within so many seconds is not said to be under way.
const AT_ONCE: f64 = 0.25;

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
        if app.ready().is_some() {
            busy(ui, view, app);
        }
        // What went wrong has a place of its own.
        let notice = app.notice.as_ref().filter(|notice| notice.severity.is_none());
        let right = if notice.is_some() { 110.0 } else { 44.0 };
        if let Some(notice) = notice {
            message(ui, notice, right);
        }
        ui.add_space((ui.available_width() - right).max(0.0));
        if notice.is_some() && link(ui, words::DISMISS).clicked() {
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

/// What the target is busy with, and the way not to wait for it.
fn busy(ui: &mut Ui, view: &mut View, app: &App) {
    let long = is_busy_for_long(ui, view, app);
    let Some(doing) = app.doing().filter(|_| long) else { return };
    let name = match &doing {
        Doing::Loading(id) => super::name(app, id),
        _ => String::new(),
    };
    ui.add(egui::Spinner::new().size(theme::TYPE_S));
    let text = words::doing(&doing, &name);
    let label = egui::RichText::new(&text).font(theme::regular(theme::TYPE_S)).color(theme::palette(ui).ink);
    let response = ui.add(egui::Label::new(label));
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_live(egui::accesskit::Live::Polite);
        node.set_role(egui::Role::Status);
    });
    if app.can_cancel() && link(ui, words::CANCEL).clicked() {
        view.ask(Command::Cancel);
    }
    ui.add_space(theme::GAP_M);
}

/// Whether the target is busy for long enough to say so; what ends at once does not flicker.
pub fn is_busy_for_long(ui: &Ui, view: &mut View, app: &App) -> bool {
    if app.doing().is_none() {
        view.busy_since = None;
        return false;
    }
    let now = ui.input(|input| input.time);
    let left = *view.busy_since.get_or_insert(now) + AT_ONCE - now;
    if left > 0.0 {
        ui.ctx().request_repaint_after(Duration::from_secs_f64(left));
    }
    left <= 0.0
}

/// The message, read out when it comes; cut where it is too long, and whole under the pointer.
fn message(ui: &mut Ui, notice: &Notice, right: f32) {
    let text = words::plain(&notice.text);
    let label = egui::RichText::new(&*text).font(theme::regular(theme::TYPE_S)).color(theme::palette(ui).ink);
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
