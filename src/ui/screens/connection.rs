//! The form of a connection: what is typed stays until it is kept or thrown away, whatever a test says.

use super::asks::{field, line};
use super::dialogs::{self, Ended};
use super::reading;
use crate::app::command::{Command, Make};
use crate::app::connection_form::{ConnectionForm, Texts};
use crate::app::connections::{Address, Colour, Connection, Tested};
use crate::app::state::App;
use crate::model::finding::Severity;
use crate::ui::view::{ConnectionDialog, Dialog, View};
use crate::ui::widgets::{button, finding, heading, segmented};
use crate::ui::{theme, words};
use eframe::egui;
use egui::Ui;

/// The dialog's content.
pub fn show(ui: &mut Ui, view: &mut View, app: &App, first: bool, dialog: &mut ConnectionDialog) -> Ended {
    heading::panel(ui, words::CONNECTION);
    let high = ui.ctx().content_rect().height();
    let steps = if steps_of(app, dialog).is_some() { (high * 0.22).clamp(60.0, 170.0) } else { 0.0 };
    let room = (high - 210.0 - steps).max(110.0);
    dialogs::scroll("connection", room).show(ui, |ui| {
        ui.set_max_width(ui.available_width() - 12.0);
        fields(ui, view, app, first, dialog);
    });
    tested(ui, app, dialog, steps);
    if let Some(wrong) = &dialog.wrong {
        finding::finding(ui, Severity::Error, wrong);
    }
    if dialog.leaving { leaving(ui, dialog) } else { buttons(ui, view, app, dialog) }
}

fn fields(ui: &mut Ui, view: &mut View, app: &App, first: bool, dialog: &mut ConnectionDialog) {
    let texts = &mut dialog.form.texts;
    let name = field(ui, words::NAME, words::NAME, &mut texts.name, true);
    if first {
        name.request_focus();
    }
    field(ui, words::ADDRESS, words::ADDRESS_HINT, &mut texts.url, true);
    field(ui, words::USER, words::USER_HINT, &mut texts.user, true);
    field(ui, words::PASSWORD, words::PASSWORD_HINT, &mut texts.password.0, dialog.shown);
    ui.checkbox(&mut dialog.shown, words::SHOW_PASSWORD);
    plain_http(ui, &mut dialog.form);
    reading::show(ui, view, app, dialog);
    let texts = &mut dialog.form.texts;
    colour(ui, texts);
    pairs(ui, &HEADERS, &mut texts.headers);
    field(ui, words::CA_FILE, words::CA_HINT, &mut texts.ca_file, true);
    field(ui, words::TIMEOUT, words::TIMEOUT, &mut texts.timeout, true);
    pairs(ui, &EXTENSIONS, &mut texts.extensions);
    field(ui, words::FIND_BY, words::FIND_BY_HINT, &mut texts.find_by, true);
}

/// Only where it matters: credentials that others could read on the way.
fn plain_http(ui: &mut Ui, form: &mut ConnectionForm) {
    if form.exposes_credentials() {
        let mut agreed = form.agrees();
        if ui.checkbox(&mut agreed, words::OVER_PLAIN_HTTP).changed() {
            form.agree(agreed);
        }
    }
}

fn colour(ui: &mut Ui, texts: &mut Texts) {
    heading::section(ui, words::COLOUR);
    let names = Colour::ALL.map(|(colour, name)| (colour, words::colour(name)));
    let choices = names.each_ref().map(|(colour, name)| (*colour, name.as_str()));
    ui.horizontal(|ui| {
        let (mark, _) = ui.allocate_exact_size(egui::vec2(14.0, theme::ROW), egui::Sense::hover());
        let ink = theme::palette(ui).mark(texts.colour);
        ui.painter().circle_filled(mark.center(), 5.0, ink);
        segmented::segmented(ui, words::COLOUR, &choices, &mut texts.colour);
    });
}

/// The texts of a list of two fields a line.
struct Pairs {
    title: &'static str,
    add: &'static str,
    hints: (&'static str, &'static str),
    first: fn(usize) -> String,
    second: fn(usize) -> String,
    remove: fn(usize) -> String,
}

const HEADERS: Pairs = Pairs {
    title: words::HEADERS,
    add: words::ADD_HEADER,
    hints: (words::HEADER_NAME_HINT, words::HEADER_VALUE_HINT),
    first: words::header_name,
    second: words::header_value,
    remove: words::remove_header,
};

const EXTENSIONS: Pairs = Pairs {
    title: words::UNIQUE,
    add: words::ADD_EXTENSION,
    hints: (words::EXTENSION_HINT, words::UNIQUE_HINT),
    first: words::extension_name,
    second: words::extension_unique,
    remove: words::remove_extension,
};

fn pairs(ui: &mut Ui, of: &Pairs, typed: &mut Vec<(String, String)>) {
    heading::section(ui, of.title);
    let mut gone = None;
    for (at, (one, other)) in typed.iter_mut().enumerate() {
        ui.horizontal(|ui| {
            let width = ((ui.available_width() - 130.0) / 2.0).max(80.0);
            line(ui, &(of.first)(at + 1), of.hints.0, one, true, width);
            line(ui, &(of.second)(at + 1), of.hints.1, other, true, width);
            let remove = button::ordinary(ui, words::REMOVE, None);
            ui.ctx().accesskit_node_builder(remove.id, |node| node.set_label((of.remove)(at + 1)));
            gone = gone.or(remove.clicked().then_some(at));
        });
    }
    if let Some(at) = gone {
        typed.remove(at);
    }
    if button::ordinary(ui, of.add, None).clicked() {
        typed.push((String::new(), String::new()));
    }
}

/// The last test, if it was one of what is typed now.
fn steps_of<'a>(app: &'a App, dialog: &ConnectionDialog) -> Option<&'a Tested> {
    let typed = dialog.form.connection(&[]).ok()?;
    app.tested.as_ref().filter(|tested| tested.connection == typed)
}

/// Its steps.
fn tested(ui: &mut Ui, app: &App, dialog: &ConnectionDialog, most: f32) {
    let Some(tested) = steps_of(app, dialog) else { return };
    let Some(steps) = &tested.steps else {
        ui.horizontal(|ui| {
            ui.add(egui::Spinner::new().size(theme::TYPE_S));
            ui.label(words::TESTING);
        });
        return;
    };
    if steps.is_empty() {
        ui.label(words::NOT_TESTED);
    }
    dialogs::scroll("tested", most).show(ui, |ui| {
        for tried in steps {
            let colour = theme::palette(ui);
            let ink = if tried.result.is_ok() { colour.new.ink } else { colour.bad.ink };
            let text = words::tried(tried.step, &tried.result);
            let label = egui::RichText::new(&text).font(theme::regular(theme::TYPE_S)).color(ink);
            let response = ui.add(egui::Label::new(label).wrap());
            ui.ctx().accesskit_node_builder(response.id, |node| {
                node.set_label(text);
                node.set_live(egui::accesskit::Live::Polite);
            });
        }
    });
}

fn buttons(ui: &mut Ui, view: &mut View, app: &App, dialog: &mut ConnectionDialog) -> Ended {
    let mut ended = Ended::No;
    ui.horizontal_wrapped(|ui| {
        if button::ordinary(ui, words::CANCEL, None).clicked() {
            ended = if dialog.may_leave() { Ended::Left } else { Ended::No };
        }
        if button::ordinary(ui, words::TEST_CONNECTION, None).clicked()
            && let Some(connection) = typed(app, dialog)
        {
            let password = dialog.form.texts.password.password();
            view.ask(Command::TestConnection(Box::new(connection), password));
        }
        for (text, open) in [(words::SAVE, false), (words::SAVE_AND_OPEN, true)] {
            if button::ordinary(ui, text, None).clicked()
                && let Some(connection) = typed(app, dialog)
            {
                keep(view, dialog, &connection, open);
                ended = Ended::Left;
            }
        }
    });
    ended
}

/// The connection that is typed, or a sentence about what it lacks.
fn typed(app: &App, dialog: &mut ConnectionDialog) -> Option<Connection> {
    let titles: Vec<String> = app.connections.iter().map(|known| known.title().to_owned()).collect();
    let typed = dialog.form.connection(&titles);
    dialog.wrong = typed.as_ref().err().cloned();
    typed.ok()
}

fn keep(view: &mut View, dialog: &ConnectionDialog, connection: &Connection, open: bool) {
    let form = &dialog.form;
    let password = form.texts.password.password();
    view.ask(Command::KeepConnection(form.former.clone(), Box::new(connection.clone()), password));
    if open {
        view.ask(Command::SwitchTarget(Address::Server(Box::new(connection.clone())), Make::Nothing));
    } else {
        view.open(Dialog::Target(String::new()));
    }
}

fn leaving(ui: &mut Ui, dialog: &mut ConnectionDialog) -> Ended {
    let mut ended = Ended::No;
    finding::finding(ui, Severity::Warning, words::NOT_KEPT_YET);
    ui.horizontal(|ui| {
        if button::ordinary(ui, words::KEEP_EDITING, None).clicked() {
            dialog.leaving = false;
        }
        if button::ordinary(ui, words::THROW_AWAY, None).clicked() {
            ended = Ended::Left;
        }
    });
    ended
}
