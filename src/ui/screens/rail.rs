//! The rail on the left: who was found, drafts, pinned and recent customers; or the commands after `>`.

use super::labels;
use crate::app::command::Command;
use crate::app::settings::{View as Shape, Zone};
use crate::app::state::App;
use crate::model::profile::CustomerId;
use crate::ui::view::{Dialog, View};
use crate::ui::widgets::{button, heading, list_row};
use crate::ui::{theme, words};
use eframe::egui;
use egui::Ui;

/// The rail.
pub fn show(ui: &mut Ui, view: &mut View, app: &App) {
    egui::ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        if view.find.starts_with('>') {
            commands(ui, view, app);
        } else {
            found(ui, view, app);
        }
        let (lists, drafts) = (app.lists(), app.drafts());
        section(ui, view, app, words::DRAFTS, &drafts);
        section(ui, view, app, words::PINNED, &lists.pinned);
        // Who stands above already is not told twice.
        let recent = lists.recent.iter().filter(|id| !lists.pinned.contains(id) && !drafts.contains(id));
        section(ui, view, app, words::RECENT, &recent.take(8).cloned().collect::<Vec<_>>());
        ui.add_space(theme::GAP_S);
        if button::ordinary(ui, words::NEW_CUSTOMER, None).clicked() {
            view.open(Dialog::NewCustomer(String::new()));
        }
        ui.add_space(theme::GAP_XS);
        if !app.makes_ids() && button::ordinary(ui, words::IMPORT, None).clicked() {
            view.open(Dialog::Import(String::new()));
        }
    });
}

fn found(ui: &mut Ui, view: &mut View, app: &App) {
    let text = app.search.text.trim();
    if text.is_empty() {
        return;
    }
    heading::section(ui, &words::found_for(text));
    match &app.search.hits {
        Some(hits) if hits.is_empty() => {
            weak(ui, words::NOBODY_FOUND);
            gone(ui, view, app, text);
        }
        Some(hits) => {
            for hit in hits.iter().take(50) {
                row(ui, view, app, &hit.id);
            }
            if hits.len() > 50 {
                weak(ui, &words::more_found(hits.len() - 50));
            }
        }
        None if app.search.asked => weak(ui, words::LOOKING),
        None => {}
    }
    if let Some(hint) = &app.search.hint {
        weak(ui, &words::sentence(hint));
    }
    ui.add_space(theme::GAP_S);
}

/// An ID that nobody has by now may have been somebody's.
fn gone(ui: &mut Ui, view: &mut View, app: &App, text: &str) {
    let kept = app.ready().is_some_and(|ready| ready.capabilities.history);
    let Some(id) = CustomerId::new(text).ok().filter(|_| kept && app.search.open_only) else { return };
    if list_row::list_row(ui, &words::history_of(text), words::MAYBE_DELETED, false).clicked() {
        view.ask(Command::History(id));
    }
}

fn weak(ui: &mut Ui, text: &str) {
    let text =
        egui::RichText::new(text).font(theme::regular(theme::TYPE_S)).color(theme::palette(ui).ink_weak);
    ui.add(egui::Label::new(text).wrap());
}

fn section(ui: &mut Ui, view: &mut View, app: &App, title: &str, ids: &[CustomerId]) {
    if ids.is_empty() {
        return;
    }
    ui.push_id(title, |ui| {
        heading::section(ui, title);
        for id in ids {
            row(ui, view, app, id);
        }
    });
    ui.add_space(theme::GAP_S);
}

fn row(ui: &mut Ui, view: &mut View, app: &App, id: &CustomerId) {
    let open = app.open.as_ref().is_some_and(|open| open.draft.id() == id);
    let under = if app.makes_ids() && app.is_new(id) { words::SERVER_GIVES_ID } else { id.as_str() };
    if list_row::list_row(ui, &super::name(app, id), under, open).clicked() {
        view.ask(Command::Open(id.clone()));
    }
}

/// What a command does once it is chosen.
enum Doing {
    Ask(Command),
    Open(Dialog),
    Labels,
    History,
}

/// The commands whose names have the words after `>`.
fn matching(view: &View, app: &App) -> Vec<(&'static str, Doing)> {
    let wanted = view.find.trim_start_matches('>').trim().to_lowercase();
    let open = app.open.is_some();
    let tab = view.tab.clone().filter(|_| open);
    let zone = if app.settings.zone == Zone::Utc {
        (words::ZONE_LOCAL, Zone::Local)
    } else {
        (words::ZONE_UTC, Zone::Utc)
    };
    let all = [
        (true, words::NEW_CUSTOMER, Doing::Open(Dialog::NewCustomer(String::new()))),
        (!app.makes_ids(), words::IMPORT, Doing::Open(Dialog::Import(String::new()))),
        (true, words::SWITCH_TARGET, Doing::Open(Dialog::Target(String::new()))),
        (true, words::NEW_CONNECTION, Doing::Open(Dialog::new_connection())),
        (app.can_cancel(), words::CANCEL, Doing::Ask(Command::Cancel)),
        (open, words::SUBMIT, Doing::Ask(Command::Submit)),
        (open, words::HISTORY, Doing::History),
        (open, words::RELOAD, Doing::Ask(Command::Reload)),
        (open, words::UNDO, Doing::Ask(Command::Undo)),
        (open, words::REDO, Doing::Ask(Command::Redo)),
        (open, words::DISCARD, Doing::Ask(Command::RevertAll)),
        (open, words::PIN, Doing::Ask(Command::Pin)),
        (open, words::DELETE_CUSTOMER, Doing::Open(Dialog::DeleteCustomer(String::new()))),
        (
            tab.is_some(),
            words::TABLE,
            Doing::Ask(Command::SetView(tab.clone().unwrap_or_default(), Shape::Table)),
        ),
        (
            tab.is_some(),
            words::FORM,
            Doing::Ask(Command::SetView(tab.clone().unwrap_or_default(), Shape::Form)),
        ),
        (open, words::LABELS_MORE, Doing::Labels),
        (true, zone.0, Doing::Ask(Command::SetZone(zone.1))),
        (true, words::KEYS, Doing::Open(Dialog::Keys)),
    ];
    let fits = |name: &str| name.to_lowercase().contains(&wanted);
    all.into_iter()
        .filter(|(offered, name, _)| *offered && fits(name))
        .map(|(_, name, doing)| (name, doing))
        .collect()
}

fn commands(ui: &mut Ui, view: &mut View, app: &App) {
    heading::section(ui, words::COMMANDS);
    let offered = matching(view, app);
    if offered.is_empty() {
        weak(ui, words::NO_COMMAND);
    }
    ui.push_id("commands", |ui| {
        for (name, doing) in offered {
            if list_row::list_row(ui, name, "", false).clicked() {
                run(view, app, doing);
            }
        }
    });
    ui.add_space(theme::GAP_S);
}

fn run(view: &mut View, app: &App, doing: Doing) {
    view.find.clear();
    match doing {
        Doing::Ask(command) => view.ask(command),
        Doing::Open(dialog) => view.open(dialog),
        Doing::Labels => labels::open(view, app),
        Doing::History => {
            let id = app.open.as_ref().map(|open| open.draft.id().clone());
            view.asked.extend(id.map(Command::History));
        }
    }
}

/// Runs the first command that fits.
pub fn run_first(view: &mut View, app: &App) {
    if let Some((_, doing)) = matching(view, app).into_iter().next() {
        run(view, app, doing);
    }
}
