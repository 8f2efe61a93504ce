//! The parts of the window. Each draws what it is given and says what was asked for.

mod asks;
mod banner;
mod called;
mod cells;
mod connection;
mod core;
mod customer;
mod dialogs;
mod first;
mod form;
mod history;
mod import;
mod labels;
mod rail;
mod reading;
mod records;
mod review;
mod status;
mod targets;
mod top;

pub use customer::{current_row, go, is_full, is_single, shape};
pub use top::find_id;

use super::view::{BackTo, View};
use super::{theme, words};
use crate::app::connections::{Address, Colour};
use crate::app::state::{App, TargetState};
use crate::model::profile::CustomerId;
use eframe::egui;
use egui::{Frame, Margin, Stroke, Ui};

/// From this width on, in points, the review stands beside the records; below it is a bar.
const WIDE: f32 = 1_400.0;

/// The whole window.
pub fn show(ui: &mut Ui, view: &mut View, app: &App) {
    returned(view, app);
    let colour = theme::palette(ui);
    let bar = |x, y| Frame::new().fill(colour.surface).inner_margin(Margin::symmetric(x, y));
    egui::Panel::top("top")
        .frame(bar(14, 7))
        .exact_size(43.0)
        .resizable(false)
        .show(ui, |ui| top::show(ui, view, app));
    egui::Panel::bottom("status").frame(bar(14, 2)).exact_size(28.0).resizable(false).show(ui, |ui| {
        status::show(ui, view, app);
    });
    if !matches!(app.target, TargetState::Missing(_)) {
        if let Some(open) = app.open.as_ref().filter(|_| is_customer_shown(app)) {
            review::place(ui, view, app, open, WIDE);
        }
        egui::Panel::left("rail").frame(bar(10, 12)).exact_size(207.0).resizable(false).show(ui, |ui| {
            ui.add_enabled_ui(app.ready().is_some(), |ui| rail::show(ui, view, app));
        });
    }
    let page = Frame::new().fill(colour.page).inner_margin(Margin::same(18));
    egui::CentralPanel::default().frame(page).show(ui, |ui| centre(ui, view, app));
    dialogs::show(ui, view, app);
}

/// From the history the keyboard goes back to where it came from.
fn returned(view: &mut View, app: &App) {
    if app.history.is_some() {
        return;
    }
    let left = view.past.take().filter(|past| past.left);
    view.back_to = left.map(|past| BackTo { came_from: past.came_from, button: None });
    if app.open.is_none() && view.back_to.take().is_some() {
        view.focus_find = true;
    }
}

/// Whether no other page stands before the customer.
pub fn is_customer_shown(app: &App) -> bool {
    app.history.is_none() && app.import.as_ref().is_none_or(|import| import.behind)
}

/// What stands in the middle. What failed is told above it, or below the customer's name.
fn centre(ui: &mut Ui, view: &mut View, app: &App) {
    let imports = app.import.as_ref().is_some_and(|import| !import.behind);
    let told = app.ready().is_some() && (app.open.is_some() || app.history.is_some());
    if !told || imports {
        banner::show(ui, view, app);
    }
    match (&app.target, &app.open) {
        (TargetState::Ready(_), _) if imports => {
            app.import.iter().for_each(|i| import::show(ui, view, i));
        }
        (TargetState::Ready(_), _) if app.history.is_some() => {
            app.history.iter().for_each(|past| history::show(ui, view, app, past));
        }
        (TargetState::Ready(_), Some(open)) => customer::show(ui, view, app, open),
        (TargetState::Ready(ready), None) => first::nobody(ui, view, ready),
        _ => first::show(ui, view, app),
    }
}

/// A customer's name; of one without a name and without an ID of its own, that it is new.
fn name(app: &App, id: &CustomerId) -> String {
    let new = app.makes_ids() && app.is_new(id) && !app.names.contains_key(id);
    if new { words::NEW_CUSTOMER.to_owned() } else { words::plain(app.name_of(id)).into_owned() }
}

/// The colour of a target; that of a local store is always the same.
fn colour(address: &Address) -> Colour {
    match address {
        Address::Store(_) => Colour::default(),
        Address::Server(connection) => connection.colour,
    }
}

/// A box for a card on the page.
fn card(ui: &Ui) -> Frame {
    let colour = theme::palette(ui);
    let frame = Frame::new().fill(colour.surface).stroke(Stroke::new(1.0, colour.line));
    frame.corner_radius(egui::CornerRadius::same(theme::RADIUS)).inner_margin(Margin::symmetric(11, 8))
}
