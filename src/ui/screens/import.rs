//! The page of an import: what the files hold, how far it is, what became of every item.

use crate::app::command::Command;
use crate::app::import::{Ended, Survey, Tally};
use crate::app::importing::{Importing, Phase};
use crate::app::jobs::ImportReport;
use crate::model::finding::Severity;
use crate::ui::view::View;
use crate::ui::widgets::{button, finding, heading};
use crate::ui::{theme, words};
use eframe::egui;
use egui::Ui;

/// The page.
pub fn show(ui: &mut Ui, view: &mut View, import: &Importing) {
    ui.spacing_mut().item_spacing.y = theme::GAP_S;
    let names: Vec<String> = import.files.iter().map(|file| file.display().to_string()).collect();
    heading::customer(ui, words::IMPORT_TITLE);
    ui.label(weak(ui, &words::plain(&names.join(", "))));
    match &import.phase {
        Phase::Looking => {
            ui.label(words::LOOKING_THROUGH);
        }
        Phase::Unreadable(sentence) => {
            finding::finding(ui, Severity::Error, &words::sentence(sentence));
            ui.label(words::NOTHING_CHANGED);
            leave(ui, view);
        }
        Phase::Looked(survey) => looked(ui, view, survey),
        Phase::Running(tally, all) => running(ui, view, tally, *all),
        Phase::Ended(report) => ended(ui, view, report),
    }
}

fn weak(ui: &Ui, text: &str) -> egui::RichText {
    egui::RichText::new(text).font(theme::regular(theme::TYPE_S)).color(theme::palette(ui).ink_weak)
}

fn leave(ui: &mut Ui, view: &mut View) {
    if button::ordinary(ui, words::BACK, None).clicked() {
        view.ask(Command::StopImport);
    }
}

fn looked(ui: &mut Ui, view: &mut View, survey: &Survey) {
    ui.label(words::holds(survey.profiles, survey.schemas, survey.inserts));
    if !survey.missing_schemas.is_empty() {
        super::card(ui).show(ui, |ui| {
            ui.set_width(ui.available_width());
            heading::section(ui, words::DERIVED);
            for schema in &survey.missing_schemas {
                let attributes = schema.attributes.iter().map(|a| format!("{} {}", a.name, a.kind.name()));
                let attributes = attributes.collect::<Vec<_>>().join(", ");
                ui.add(
                    egui::Label::new(words::plain(&format!("{}: {attributes}", schema.name)).as_ref()).wrap(),
                );
            }
            ui.label(weak(ui, words::DERIVED_NOTE));
        });
    }
    list(
        ui,
        survey.problems.iter().map(|problem| words::place_and_reason(&problem.place, &problem.reason)),
        survey.problem_count,
    );
    for note in survey.notes.iter().take(5) {
        finding::finding(ui, Severity::Warning, &words::sentence(note));
    }
    ui.horizontal(|ui| {
        let count = survey.missing_schemas.len();
        if count > 0 && button::ordinary(ui, &words::create_schemas(count), None).clicked() {
            view.ask(Command::Import { schemas: true });
        }
        let text = if count > 0 { words::IMPORT_WITHOUT } else { words::IMPORT_NOW };
        if button::ordinary(ui, text, None).clicked() {
            view.ask(Command::Import { schemas: false });
        }
        leave(ui, view);
    });
}

/// Refusals, the first of them.
fn list(ui: &mut Ui, sentences: impl Iterator<Item = String>, all: usize) {
    if all == 0 {
        return;
    }
    heading::section(ui, &words::refused(all));
    egui::ScrollArea::vertical()
        .max_height((ui.available_height() - 60.0).max(80.0))
        .auto_shrink([false, true])
        .show(ui, |ui| {
            for sentence in sentences.take(100) {
                finding::finding(ui, Severity::Error, &words::plain(&sentence));
            }
        });
}

fn running(ui: &mut Ui, view: &mut View, tally: &Tally, all: usize) {
    let part = if all == 0 { 0.0 } else { tally.read as f32 / all as f32 };
    ui.add(egui::ProgressBar::new(part).desired_width(420.0).text(words::of_all(tally.read, all)));
    ui.label(tally.to_string());
    if button::ordinary(ui, words::STOP, None).clicked() {
        view.ask(Command::StopImport);
    }
}

fn ended(ui: &mut Ui, view: &mut View, report: &ImportReport) {
    ui.label(report.tally.to_string());
    match &report.ended {
        Ok(Ended::Finished) => {}
        Ok(Ended::Stopped | Ended::Cancelled) => {
            ui.label(words::IMPORT_STOPPED);
        }
        Err(sentence) => {
            finding::finding(ui, Severity::Error, &words::sentence(sentence));
        }
    }
    list(
        ui,
        report.refused.iter().map(|(place, reason)| words::place_and_reason(place, reason)),
        report.tally.refused,
    );
    leave(ui, view);
}
