//! What the editor asks before it goes on: who signs in, whether credentials may be read by others, whether a complete profile
//! is sent, whether a connection is forgotten.

use super::dialogs::Ended;
use crate::app::command::Command;
use crate::app::state::App;
use crate::ui::view::SignIn;
use crate::ui::widgets::{button, heading};
use crate::ui::{theme, words};
use eframe::egui;
use egui::{Key, Modifiers, Ui};

/// User and password.
pub fn sign_in(ui: &mut Ui, app: &App, first: bool, typed: &mut SignIn) -> Ended {
    heading::panel(ui, words::SIGN_IN);
    ui.add(egui::Label::new(words::target(app.address())).truncate());
    let ink = theme::palette(ui).bad.ink;
    let why = egui::RichText::new(words::sentence(&typed.why)).color(ink);
    let response = ui.add(egui::Label::new(why).wrap());
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_live(egui::accesskit::Live::Polite));
    let user = field(ui, words::USER, words::USER, &mut typed.user, true);
    let password = field(ui, words::PASSWORD, words::PASSWORD_HINT, &mut typed.password.0, typed.shown);
    ui.checkbox(&mut typed.shown, words::SHOW_PASSWORD);
    if first {
        let next = if typed.user.is_empty() { &user } else { &password };
        next.request_focus();
    }
    let left = user.lost_focus() || password.lost_focus();
    let entered = left && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Enter));
    let may = !typed.user.trim().is_empty();
    let mut ended = Ended::No;
    ui.horizontal(|ui| {
        if button::ordinary(ui, words::CANCEL, None).clicked() {
            ended = Ended::Left;
        }
        let go = ui.add_enabled_ui(may, |ui| button::ordinary(ui, words::SIGN_IN, None)).inner.clicked();
        if may && (go || entered) {
            ended = Ended::Done(String::new());
        } else if entered {
            user.request_focus();
        }
    });
    ended
}

/// What signing in asks for.
pub fn signed_in(typed: &SignIn) -> Command {
    let password = typed.password.password().unwrap_or_else(|| crate::app::connections::Password::new(""));
    Command::SignIn(typed.user.trim().to_owned(), password)
}

/// A line of text with its label above.
pub fn field(ui: &mut Ui, name: &str, hint: &str, text: &mut String, shown: bool) -> egui::Response {
    let colour = theme::palette(ui).ink_weak;
    ui.label(egui::RichText::new(name).font(theme::regular(theme::TYPE_S)).color(colour));
    line(ui, name, hint, text, shown, f32::INFINITY)
}

/// A line of text without a label that is seen.
pub fn line(
    ui: &mut Ui,
    name: &str,
    hint: &str,
    text: &mut String,
    shown: bool,
    width: f32,
) -> egui::Response {
    let edit = egui::TextEdit::singleline(text).hint_text(hint).password(!shown).desired_width(width);
    let response = ui.add(edit.margin(egui::Margin::symmetric(10, 6)));
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(name));
    response
}

/// A question with its button; Enter says yes.
pub fn confirm(ui: &mut Ui, first: bool, title: &str, note: &str, yes: &str) -> Ended {
    heading::panel(ui, title);
    ui.add(egui::Label::new(note).wrap());
    let mut ended = Ended::No;
    ui.horizontal_wrapped(|ui| {
        if button::ordinary(ui, words::CANCEL, None).clicked() {
            ended = Ended::Left;
        }
        let go = button::ordinary(ui, yes, None);
        if first {
            go.request_focus();
        }
        if go.clicked() {
            ended = Ended::Done(String::new());
        }
    });
    ended
}
