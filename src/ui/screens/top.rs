//! The bar on top: the target, the one box, the theme.

use crate::app::command::Command;
use crate::app::settings::Theme;
use crate::app::state::App;
use crate::ui::view::{Dialog, View};
use crate::ui::widgets::button;
use crate::ui::{theme, words};
use eframe::egui;
use egui::{Align, Key, Layout, Modifiers, Ui, vec2};

/// The bar on top.
pub fn show(ui: &mut Ui, view: &mut View, app: &App) {
    ui.horizontal_centered(|ui| {
        ui.label(egui::RichText::new(words::PROGRAM).font(theme::semibold(theme::TYPE)));
        ui.add_space(theme::GAP_XS);
        target(ui, view, app);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            theme_button(ui, view, app);
            if !app.drafts().is_empty() {
                let count = app.drafts().len();
                ui.label(egui::RichText::new(words::drafts(count)).color(theme::palette(ui).ink_weak));
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| find_box(ui, view, app));
        });
    });
}

/// Which target it is, and its state in words; the colour only supports them.
fn target(ui: &mut Ui, view: &mut View, app: &App) {
    let address = app.address();
    let (name, state) = (words::target(address), words::state(&app.target));
    let state = state.map_or_else(String::new, |state| format!(" · {state}"));
    let mark = theme::palette(ui).mark(super::colour(address));
    let most = (ui.ctx().content_rect().width() * 0.3).max(150.0);
    let place = words::plain(&address.place()).into_owned();
    let response = button::chooser(ui, &name, &state, mark, most).on_hover_text(&place);
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_label(format!("{}: {name}{state}", words::TARGET));
        node.set_description(place);
    });
    if response.clicked() {
        view.open(Dialog::Target(String::new()));
    }
}

fn theme_button(ui: &mut Ui, view: &mut View, app: &App) {
    let dark = ui.ctx().theme() == egui::Theme::Dark;
    let next = if dark { Theme::Light } else { Theme::Dark };
    let _ = app;
    let text = if dark { words::LIGHT } else { words::DARK };
    if button::ordinary(ui, text, None).clicked() {
        view.ask(Command::SetTheme(next));
    }
}

fn find_box(ui: &mut Ui, view: &mut View, app: &App) {
    // In the middle of the window, whatever stands beside it.
    let window = ui.ctx().content_rect();
    let width = (window.width() * 0.39).min(ui.available_width() - 90.0).clamp(160.0, 560.0);
    let most = (ui.available_width() - width - 90.0).max(0.0);
    let left = (window.center().x - width / 2.0 - ui.cursor().left()).clamp(0.0, most);
    ui.add_space(left);
    let id = find_id();
    let ready = app.ready().is_some();
    let edit = egui::TextEdit::singleline(&mut view.find)
        .id(id)
        .hint_text(words::FIND_HINT)
        .margin(egui::Margin::symmetric(10, 5))
        .min_size(vec2(width, theme::ROW))
        .desired_width(width - 20.0);
    let response = ui.add_enabled(ready, edit);
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(words::FIND));
    if std::mem::take(&mut view.focus_find) {
        response.request_focus();
        select_all(ui, id, &view.find);
    }
    let is_command = view.find.starts_with('>');
    if response.changed() && !is_command {
        view.ask(Command::Find(view.find.clone()));
    }
    let entered =
        response.lost_focus() && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Enter));
    let open = button::ordinary(ui, words::OPEN, None).clicked();
    if (entered || open) && !view.find.trim().is_empty() {
        if is_command {
            super::rail::run_first(view, app);
        } else {
            view.ask(Command::OpenFound(view.find.clone()));
        }
        if entered {
            response.request_focus();
        }
    }
}

/// Where the one box remembers its caret.
pub fn find_id() -> egui::Id {
    egui::Id::unique("find")
}

fn select_all(ui: &Ui, id: egui::Id, text: &str) {
    let mut state = egui::widgets::text_edit::TextEditState::load(ui, id).unwrap_or_default();
    let range = egui::text::CCursorRange::two(
        egui::text::CCursor::new(0),
        egui::text::CCursor::new(text.chars().count()),
    );
    state.cursor.set_char_range(Some(range));
    state.store(ui, id);
}
