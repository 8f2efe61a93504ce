//! What a server does with an insert: declared by whoever knows, or found out on a scratch customer, with consent.

use crate::app::command::Command;
use crate::app::connections::{Connection, KnownReading};
use crate::app::probing::Probing;
use crate::app::state::App;
use crate::model::finding::Severity;
use crate::ui::view::{ConnectionDialog, FindingOut, View};
use crate::ui::widgets::{button, finding, heading};
use crate::ui::{theme, words};
use eframe::egui;
use egui::Ui;

const READINGS: [KnownReading; 3] = [KnownReading::Unknown, KnownReading::Upsert, KnownReading::Replace];

/// The choice, and the way to find it out.
pub fn show(ui: &mut Ui, view: &mut View, app: &App, dialog: &mut ConnectionDialog) {
    heading::section(ui, words::READING);
    for (reading, (name, means)) in READINGS.into_iter().zip(words::READINGS) {
        ui.radio_value(&mut dialog.form.texts.reading, reading, name);
        ui.indent(name, |ui| weak(ui, means));
    }
    let Ok(connection) = dialog.form.connection(&[]) else { return };
    match dialog.finding_out {
        FindingOut::Not => {
            if button::ordinary(ui, words::FIND_OUT, None).clicked() {
                dialog.finding_out = FindingOut::Asks;
            }
        }
        FindingOut::Asks => asks(ui, view, dialog, connection),
        FindingOut::Waits => waits(ui, app, dialog, &connection),
    }
}

fn weak(ui: &mut Ui, text: &str) {
    let text = egui::RichText::new(text).font(theme::regular(theme::TYPE_S));
    ui.add(egui::Label::new(text.color(theme::palette(ui).ink_weak)).wrap());
}

/// A customer is made on the server: nobody does that unasked.
fn asks(ui: &mut Ui, view: &mut View, dialog: &mut ConnectionDialog, connection: Connection) {
    finding::finding(ui, Severity::Warning, words::FIND_OUT_NOTE);
    ui.horizontal(|ui| {
        if button::ordinary(ui, words::FIND_OUT_NOW, None).clicked() {
            let password = dialog.form.texts.password.password();
            view.ask(Command::FindOutReading(Box::new(connection), password));
            dialog.finding_out = FindingOut::Waits;
        }
        if button::ordinary(ui, words::RATHER_NOT, None).clicked() {
            dialog.finding_out = FindingOut::Not;
        }
    });
}

fn waits(ui: &mut Ui, app: &App, dialog: &mut ConnectionDialog, connection: &Connection) {
    let asked = app.probing.as_ref().filter(|probing| probing.is_of(connection));
    match asked {
        None => dialog.finding_out = FindingOut::Not,
        Some(Probing { result: None, .. }) => {
            ui.horizontal(|ui| {
                ui.add(egui::Spinner::new().size(theme::TYPE_S));
                ui.label(words::FINDING_OUT);
            });
        }
        Some(Probing { result: Some(result), .. }) => {
            let (text, severity) = match result {
                Ok(probed) => {
                    if dialog.found_out != Some(probed.reading) {
                        // Once: whoever knows better may choose another one after that.
                        dialog.found_out = Some(probed.reading);
                        dialog.form.texts.reading = probed.reading;
                    }
                    (&probed.seen, probed.left.is_some().then_some(Severity::Warning))
                }
                Err(sentence) => (sentence, Some(Severity::Error)),
            };
            seen(ui, &words::sentence(text), severity);
        }
    }
}

fn seen(ui: &mut Ui, text: &str, severity: Option<Severity>) {
    let colour = theme::palette(ui);
    let ink = match severity {
        None => colour.new.ink,
        Some(Severity::Warning) => colour.changed.ink,
        Some(Severity::Error) => colour.bad.ink,
    };
    let label = egui::RichText::new(text).font(theme::regular(theme::TYPE_S)).color(ink);
    let response = ui.add(egui::Label::new(label).wrap());
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_live(egui::accesskit::Live::Polite));
}
