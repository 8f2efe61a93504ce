//! What stands in the middle while no customer is open: the first start, a target that cannot be opened, an empty page.

use crate::app::command::{Command, Make};
use crate::app::connections::Address;
use crate::app::jobs::Opened;
use crate::app::state::{App, Lack, Lacking, TargetState};
use crate::ui::view::{Dialog, SignIn, View};
use crate::ui::widgets::{button, heading};
use crate::ui::{theme, words};
use eframe::egui;
use egui::Ui;

/// No target yet, or none that can be opened.
pub fn show(ui: &mut Ui, view: &mut View, app: &App) {
    middle(ui, |ui| match &app.target {
        TargetState::Opening(address, _) => opening(ui, view, app, address),
        TargetState::Missing(address) => missing(ui, view, address),
        TargetState::Failed(address, lack) => failed(ui, view, app, address, lack),
        TargetState::Ready(_) => {}
    });
}

fn opening(ui: &mut Ui, view: &mut View, app: &App, address: &Address) {
    ui.add(egui::Label::new(words::opening(address)).wrap());
    drafts(ui, app);
    if super::status::is_busy_for_long(ui, view, app) {
        ui.horizontal(|ui| {
            ui.add(egui::Spinner::new().size(theme::TYPE_L));
            if button::ordinary(ui, words::CANCEL, Some("Esc")).clicked() {
                view.ask(Command::Cancel);
            }
        });
    }
}

fn missing(ui: &mut Ui, view: &mut View, address: &Address) {
    heading::customer(ui, words::WELCOME);
    ui.label(words::no_store(&address.place()));
    ui.add_space(theme::GAP_M);
    if button::primary(ui, words::OPEN_SAMPLE, None).clicked() {
        view.ask(Command::SwitchTarget(address.clone(), Make::Sample));
    }
    ui.label(weak(ui, words::SAMPLE_NOTE));
    ui.add_space(theme::GAP_S);
    ui.horizontal_wrapped(|ui| {
        if button::ordinary(ui, words::IMPORT_A_FILE, None).clicked() {
            view.ask(Command::SwitchTarget(address.clone(), Make::Empty));
            view.open(Dialog::Import(String::new()));
        }
        if button::ordinary(ui, words::EMPTY_STORE, None).clicked() {
            view.ask(Command::SwitchTarget(address.clone(), Make::Empty));
        }
        other_target(ui, view);
    });
}

fn failed(ui: &mut Ui, view: &mut View, app: &App, address: &Address, lack: &Lack) {
    heading::customer(ui, &words::cannot_open(address, lack));
    let ink = theme::palette(ui).bad.ink;
    let sentence = words::sentence(&lack.sentence);
    let label = egui::Label::new(egui::RichText::new(&sentence).color(ink)).wrap().selectable(true);
    let response = ui.add(label);
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_label(sentence);
        node.set_live(egui::accesskit::Live::Polite);
    });
    drafts(ui, app);
    ui.add_space(theme::GAP_M);
    ui.horizontal_wrapped(|ui| {
        if lack.kind == Lacking::Credentials && button::ordinary(ui, words::SIGN_IN_ASKS, None).clicked() {
            let (why, user) = (lack.sentence.clone(), app.user().to_owned());
            view.open(Dialog::SignIn(SignIn { why, user, ..SignIn::default() }));
        }
        if button::ordinary(ui, words::TRY_AGAIN, None).clicked() {
            view.ask(Command::SwitchTarget(address.clone(), Make::Nothing));
        }
        if let Some(back) = app.way_back()
            && button::ordinary(ui, &words::switch_to(back), None).clicked()
        {
            view.ask(Command::SwitchTarget(back.clone(), Make::Nothing));
        }
        other_target(ui, view);
    });
}

fn other_target(ui: &mut Ui, view: &mut View) {
    if button::ordinary(ui, words::OTHER_TARGET, None).clicked() {
        view.open(Dialog::Target(String::new()));
    }
}

/// What was typed for a target that is not there is.
fn drafts(ui: &mut Ui, app: &App) {
    let count = app.drafts().len();
    if count > 0 {
        ui.label(weak(ui, &words::drafts_are_kept(count)));
    }
}

/// A target, but nobody open.
pub fn nobody(ui: &mut Ui, view: &mut View, ready: &Opened) {
    middle(ui, |ui| {
        heading::customer(ui, words::NOBODY_OPEN);
        if let Some(text) = words::customers(&ready.address, ready.customers) {
            ui.label(weak(ui, &text));
        }
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
