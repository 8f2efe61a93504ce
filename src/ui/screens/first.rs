//! What stands in the middle while no customer is open: the first start, a store that cannot be opened, an empty page.

use crate::app::command::{Command, Make};
use crate::app::jobs::Opened;
use crate::app::state::TargetState;
use crate::ui::view::{Dialog, View};
use crate::ui::widgets::{button, heading};
use crate::ui::{theme, words};
use eframe::egui;
use egui::Ui;

/// No store yet, or none that can be opened.
pub fn show(ui: &mut Ui, view: &mut View, state: &TargetState) {
    middle(ui, |ui| match state {
        TargetState::Opening(address, _) => {
            ui.label(words::opening(&address.place()));
        }
        TargetState::Missing(address) => {
            heading::customer(ui, words::WELCOME);
            ui.label(words::no_store(&address.place()));
            ui.add_space(theme::GAP_M);
            if button::primary(ui, words::OPEN_SAMPLE, None).clicked() {
                view.ask(Command::SwitchTarget(address.clone(), Make::Sample));
            }
            ui.label(weak(ui, words::SAMPLE_NOTE));
            ui.add_space(theme::GAP_S);
            ui.horizontal(|ui| {
                if button::ordinary(ui, words::IMPORT_A_FILE, None).clicked() {
                    view.ask(Command::SwitchTarget(address.clone(), Make::Empty));
                    view.open(Dialog::Import(String::new()));
                }
                if button::ordinary(ui, words::EMPTY_STORE, None).clicked() {
                    view.ask(Command::SwitchTarget(address.clone(), Make::Empty));
                }
                if button::ordinary(ui, words::OTHER_STORE, None).clicked() {
                    view.open(Dialog::Store(String::new()));
                }
            });
        }
        TargetState::Failed(address, lack) => {
            heading::customer(ui, words::CANNOT_OPEN);
            ui.label(egui::RichText::new(words::sentence(&lack.sentence)).color(theme::palette(ui).bad.ink));
            ui.add_space(theme::GAP_M);
            ui.horizontal(|ui| {
                if button::ordinary(ui, words::TRY_AGAIN, None).clicked() {
                    view.ask(Command::SwitchTarget(address.clone(), Make::Nothing));
                }
                if button::ordinary(ui, words::OTHER_STORE, None).clicked() {
                    view.open(Dialog::Store(String::new()));
                }
            });
        }
        TargetState::Ready(_) => {}
    });
}

/// A store, but nobody open.
pub fn nobody(ui: &mut Ui, view: &mut View, ready: &Opened) {
    middle(ui, |ui| {
        heading::customer(ui, words::NOBODY_OPEN);
        ui.label(weak(ui, &words::customers(ready.customers)));
        ui.label(words::HOW_TO_FIND);
        if let Some(damage) = &ready.damage {
            ui.label(egui::RichText::new(words::sentence(damage)).color(theme::palette(ui).bad.ink));
        }
        ui.add_space(theme::GAP_S);
        ui.horizontal(|ui| {
            if button::ordinary(ui, words::FIND_A_CUSTOMER, Some("Ctrl+K")).clicked() {
                view.focus_find = true;
            }
            ui.push_id("page", |ui| {
                if ready.customers == Some(0) && button::ordinary(ui, words::IMPORT_A_FILE, None).clicked() {
                    view.open(Dialog::Import(String::new()));
                }
            });
        });
    });
}

fn weak(ui: &Ui, text: &str) -> egui::RichText {
    egui::RichText::new(text).font(theme::regular(theme::TYPE_S)).color(theme::palette(ui).ink_weak)
}

fn middle(ui: &mut Ui, add: impl FnOnce(&mut Ui)) {
    let width = 500.0_f32.min(ui.available_width());
    let room = ui.available_rect_before_wrap();
    let corner = egui::pos2(room.center().x - width / 2.0, room.top() + room.height() * 0.22);
    let rect = egui::Rect::from_min_max(corner, egui::pos2(corner.x + width, room.bottom()));
    ui.scope_builder(egui::UiBuilder::new().max_rect(rect), |ui| {
        ui.spacing_mut().item_spacing.y = theme::GAP_S;
        add(ui);
    });
}
