//! Dialogs over the window. Esc leaves them; nothing is done without a button or Enter.

use super::asks::{self, confirm};
use super::{connection, labels, targets};
use crate::app::command::{Address, Command, Make};
use crate::app::edits::CoreValue;
use crate::app::entry::Entry;
use crate::app::state::App;
use crate::model::json::Json;
use crate::ui::view::{Dialog, View};
use crate::ui::widgets::{button, heading};
use crate::ui::{theme, words};
use eframe::egui;
use egui::{Key, Modifiers, Ui};
use std::path::PathBuf;

/// What became of a dialog in this frame.
pub(super) enum Ended {
    /// It stays.
    No,
    /// It goes, and nothing is done.
    Left,
    /// It goes, and what it is for is done with this text.
    Done(String),
}

/// The dialog that is open, if one is.
pub fn show(ui: &mut Ui, view: &mut View, app: &App) {
    let Some((mut dialog, first)) = view.dialog.take() else { return };
    let frame = egui::Frame::popup(ui.style()).inner_margin(egui::Margin::same(16));
    // Each kind has a place of its own: the size of another one would put it aside.
    let id = egui::Id::unique(("dialog", std::mem::discriminant(&dialog)));
    let modal = egui::Modal::new(id).frame(frame).show(ui.ctx(), |ui| {
        ui.set_width(width(ui, &dialog));
        ui.spacing_mut().item_spacing.y = theme::GAP_S;
        content(ui, view, app, &mut dialog, first)
    });
    let height = modal.response.rect.height();
    let before = ui.data_mut(|data| std::mem::replace(data.get_temp_mut_or(id, height), height));
    if before.to_bits() != height.to_bits() {
        // It stands in the middle again with the next frame.
        ui.ctx().request_repaint();
    }
    let left = modal.should_close() && dialog.may_leave();
    match modal.inner {
        Ended::Done(text) => done(view, app, &dialog, &text),
        // A button inside may have opened another one.
        Ended::No if !left && view.dialog.is_none() => view.dialog = Some((dialog, false)),
        Ended::No | Ended::Left => {}
    }
}

/// What scrolls in a dialog where it is higher than `most`. It has its height at once: a dialog that grows from frame to frame
/// would move away under the pointer.
pub(super) fn scroll(name: &str, most: f32) -> egui::ScrollArea {
    egui::ScrollArea::vertical().id_salt(name).max_height(most).min_scrolled_height(most)
}

/// How wide a dialog is, in points.
fn width(ui: &Ui, dialog: &Dialog) -> f32 {
    let wanted: f32 = match dialog {
        Dialog::Labels(_) => labels::WIDTH,
        Dialog::Target(_) | Dialog::Connection(_) => 580.0,
        _ => 430.0,
    };
    wanted.min((ui.ctx().content_rect().width() - 60.0).max(300.0))
}

fn content(ui: &mut Ui, view: &mut View, app: &App, dialog: &mut Dialog, first: bool) -> Ended {
    match dialog {
        Dialog::NewCustomer(_) if app.makes_ids() => {
            confirm(ui, first, words::NEW_CUSTOMER, words::NEW_CUSTOMER_SERVER, words::CREATE)
        }
        Dialog::NewCustomer(id) => ask_text(
            ui,
            first,
            words::NEW_CUSTOMER,
            words::NEW_CUSTOMER_NOTE,
            words::CUSTOMER_ID,
            words::CREATE,
            id,
            |_| true,
        ),
        Dialog::DeleteCustomer(typed) => {
            let id = app.open.as_ref().map(|open| open.draft.id().as_str().to_owned()).unwrap_or_default();
            let note = words::delete_note(&id);
            ask_text(
                ui,
                first,
                words::DELETE_CUSTOMER,
                &note,
                words::TYPE_THE_ID,
                words::DELETE,
                typed,
                |text| text.trim() == id,
            )
        }
        Dialog::Target(path) => targets::show(ui, view, app, first, path),
        Dialog::Connection(typed) => connection::show(ui, view, app, first, typed),
        Dialog::RemoveConnection(title) => {
            let note = words::remove_connection_note(title);
            confirm(ui, first, words::REMOVE_CONNECTION, &note, words::REMOVE)
        }
        Dialog::SignIn(typed) => asks::sign_in(ui, app, first, typed),
        Dialog::PlainHttp(connection, _) => {
            let note = words::plain_http_note(&connection.url);
            confirm(ui, first, words::PLAIN_HTTP, &note, words::SEND_THEM)
        }
        Dialog::Complete => confirm(ui, first, words::COMPLETE, words::COMPLETE_NOTE, words::SEND_COMPLETE),
        Dialog::Import(path) => {
            let ended = ask_text(
                ui,
                first,
                words::IMPORT,
                words::IMPORT_NOTE,
                words::FILE_PATH,
                words::LOOK_THROUGH,
                path,
                |text| !text.trim().is_empty(),
            );
            if matches!(ended, Ended::No) && button::ordinary(ui, words::CHOOSE_FILES, None).clicked() {
                view.ask(Command::PickImport);
                return Ended::Left;
            }
            ended
        }
        Dialog::AddAttribute(name) => ask_text(
            ui,
            first,
            words::ADD_ATTRIBUTE,
            words::ATTRIBUTE_NOTE,
            words::ATTRIBUTE_NAME,
            words::ADD,
            name,
            |text| !text.trim().is_empty(),
        ),
        Dialog::Labels(edit) => labels::content(ui, view, app, edit, first),
        Dialog::Keys => keys(ui),
        Dialog::Close => {
            heading::panel(ui, words::CLOSE_TITLE);
            ui.label(words::CLOSE_NOTE);
            let mut ended = Ended::No;
            ui.horizontal(|ui| {
                if button::ordinary(ui, words::STAY, None).clicked() {
                    ended = Ended::Left;
                }
                if button::ordinary(ui, words::CLOSE_ANYWAY, None).clicked() {
                    ended = Ended::Done(String::new());
                }
            });
            ended
        }
    }
}

/// A title, a sentence, one text, a button, and a way out.
#[expect(clippy::too_many_arguments, reason = "each is one text of the dialog")]
fn ask_text(
    ui: &mut Ui,
    first: bool,
    title: &str,
    note: &str,
    label: &str,
    button: &str,
    text: &mut String,
    may: impl Fn(&str) -> bool,
) -> Ended {
    heading::panel(ui, title);
    ui.label(note);
    let edit =
        egui::TextEdit::singleline(text).desired_width(f32::INFINITY).margin(egui::Margin::symmetric(10, 6));
    let response = ui.add(edit);
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(label));
    if first {
        response.request_focus();
    }
    let entered =
        response.lost_focus() && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Enter));
    let may = may(text);
    let mut ended = Ended::No;
    ui.horizontal(|ui| {
        if button::ordinary(ui, words::CANCEL, None).clicked() {
            ended = Ended::Left;
        }
        let go = ui.add_enabled_ui(may, |ui| button::ordinary(ui, button, None)).inner.clicked();
        if may && (go || entered) {
            ended = Ended::Done(text.clone());
        } else if entered {
            response.request_focus();
        }
    });
    ended
}

fn done(view: &mut View, app: &App, dialog: &Dialog, text: &str) {
    match dialog {
        Dialog::NewCustomer(_) => {
            view.tab = None;
            view.ask(Command::NewCustomer(text.to_owned()));
        }
        Dialog::DeleteCustomer(_) => view.ask(Command::DeleteCustomer),
        Dialog::RemoveConnection(title) => {
            view.ask(Command::RemoveConnection(title.clone()));
            view.open(Dialog::Target(String::new()));
        }
        Dialog::SignIn(typed) => view.ask(asks::signed_in(typed)),
        Dialog::PlainHttp(connection, make) => view.ask(Command::AllowPlainHttp(connection.clone(), *make)),
        Dialog::Complete => view.ask(Command::SubmitComplete),
        Dialog::Target(_) => {
            view.ask(Command::SwitchTarget(Address::Store(text.trim().into()), Make::Nothing));
        }
        Dialog::Import(_) => view.ask(Command::Survey(vec![PathBuf::from(text.trim())])),
        Dialog::AddAttribute(_) => {
            let name = text.trim().to_owned();
            let known = app.open.as_ref().is_some_and(|open| {
                open.draft.core_names().iter().any(|known| crate::model::json::same_name(known, &name))
            });
            if !known {
                let entry = Entry::Typed { text: String::new(), token: Ok(Json::string("")) };
                let value = CoreValue { from: None, entry: Some(entry) };
                view.ask(Command::SetCore(name.clone(), vec![value], None));
            }
            view.focus_field = Some(format!("{name} 1"));
        }
        Dialog::Labels(edit) => view.ask(Command::SetLabels(edit.labels())),
        Dialog::Connection(_) | Dialog::Keys => {}
        Dialog::Close => view.may_close = true,
    }
}

fn keys(ui: &mut Ui) -> Ended {
    heading::panel(ui, words::KEYS);
    // In a low window the list scrolls, and the button stays within reach.
    let room = (ui.ctx().content_rect().height() - 140.0).max(80.0);
    scroll("keys", room).show(ui, |ui| {
        egui::Grid::new("keys").num_columns(2).spacing([24.0, 4.0]).show(ui, |ui| {
            for (key, what) in words::ALL_KEYS {
                ui.label(egui::RichText::new(*key).font(theme::mono(theme::TYPE_S)));
                ui.label(*what);
                ui.end_row();
            }
        });
    });
    if button::ordinary(ui, words::CLOSE, None).clicked() { Ended::Left } else { Ended::No }
}
