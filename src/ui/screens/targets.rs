//! Where to work: the stores of this computer and the connections to servers, and what can be done with a connection.

use super::asks;
use super::dialogs::{self, Ended};
use crate::app::command::{Address, Command, Make};
use crate::app::connection_form::ConnectionForm;
use crate::app::connections::Connection;
use crate::app::state::App;
use crate::ui::view::{Dialog, View};
use crate::ui::widgets::{button, describe, focus_ring, heading};
use crate::ui::{theme, words};
use eframe::egui;
use egui::{
    EventFilter, Key, Modifiers, Response, Role, Sense, TextWrapMode, Ui, UiBuilder, WidgetInfo, vec2,
};

const ROW: f32 = 48.0;
/// Width of the buttons behind a connection.
const BUTTONS: f32 = 190.0;
const ARROWS: EventFilter =
    EventFilter { tab: false, horizontal_arrows: false, vertical_arrows: true, escape: false };

/// A target in the list.
struct Line<'a> {
    title: String,
    address: Address,
    make: Make,
    connection: Option<&'a Connection>,
}

/// The dialog's content.
pub fn show(ui: &mut Ui, view: &mut View, app: &App, first: bool, path: &mut String) -> Ended {
    heading::panel(ui, words::TARGETS);
    ui.add(egui::Label::new(words::TARGET_NOTE).wrap());
    let lines = lines(app);
    let room = (ui.ctx().content_rect().height() - 270.0).clamp(100.0, 420.0);
    let list = UiBuilder::new().accessibility_role(Role::ListBox).accessibility_label(words::TARGETS);
    let chosen = ui.scope_builder(list, |ui| {
        let area = dialogs::scroll("targets", room);
        area.show(ui, |ui| rows(ui, view, app, first, &lines)).inner
    });
    if let Some(line) = chosen.inner.and_then(|at| lines.get(at)) {
        let is_open = app.ready().is_some_and(|ready| ready.address == line.address);
        if !is_open {
            view.ask(Command::SwitchTarget(line.address.clone(), line.make));
        }
        return Ended::Left;
    }
    if button::ordinary(ui, words::NEW_CONNECTION, None).clicked() {
        view.open(Dialog::new_connection());
    }
    ui.label(weak(ui, words::OTHER_PATH));
    other(ui, path)
}

fn weak(ui: &Ui, text: &str) -> egui::RichText {
    egui::RichText::new(text).font(theme::regular(theme::TYPE_S)).color(theme::palette(ui).ink_weak)
}

/// The field for the path of another store.
fn other(ui: &mut Ui, path: &mut String) -> Ended {
    let mut ended = Ended::No;
    ui.horizontal(|ui| {
        let width = (ui.available_width() - 190.0).max(120.0);
        let response = asks::line(ui, words::STORE_PATH, words::STORE_PATH, path, true, width);
        let entered =
            response.lost_focus() && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Enter));
        let may = !path.trim().is_empty();
        let go = ui.add_enabled_ui(may, |ui| button::ordinary(ui, words::OPEN_STORE, None)).inner.clicked();
        if may && (go || entered) {
            ended = Ended::Done(path.clone());
        }
        if button::ordinary(ui, words::CANCEL, None).clicked() {
            ended = Ended::Left;
        }
    });
    ended
}

/// Stores first, then connections.
fn lines(app: &App) -> Vec<Line<'_>> {
    let stores = app.stores().into_iter().enumerate().map(|(at, path)| {
        let (title, make) = match at {
            0 => (words::OWN_STORE.to_owned(), Make::Nothing),
            1 => (words::SAMPLE_STORE.to_owned(), Make::Sample),
            _ => (words::target(&Address::Store(path.clone())), Make::Nothing),
        };
        Line { title, address: Address::Store(path), make, connection: None }
    });
    let connections = app.connections.iter().map(|connection| Line {
        title: words::plain(connection.title()).into_owned(),
        address: Address::Server(Box::new(connection.clone())),
        make: Make::Nothing,
        connection: Some(connection),
    });
    let mut lines: Vec<Line<'_>> = stores.chain(connections).collect();
    let current = app.address();
    // A server that was named on the command line is no kept connection.
    if !lines.iter().any(|line| line.address.place() == current.place()) {
        let title = words::target(current);
        lines.push(Line { title, address: current.clone(), make: Make::Nothing, connection: None });
    }
    lines
}

/// The rows; the one that was chosen.
fn rows(ui: &mut Ui, view: &mut View, app: &App, first: bool, lines: &[Line<'_>]) -> Option<usize> {
    let current = lines.iter().position(|line| line.address == *app.address()).unwrap_or(0);
    let mut shown: Vec<Response> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        ui.horizontal(|ui| {
            shown.push(row(ui, app, line, at == current));
            if let Some(connection) = line.connection {
                buttons(ui, view, app, connection);
            }
        });
    }
    if first {
        shown.get(current).map(Response::request_focus);
    }
    walk(ui, &shown);
    shown.iter().position(Response::clicked)
}

/// The arrow keys go from row to row.
fn walk(ui: &Ui, rows: &[Response]) {
    let Some(at) = rows.iter().position(Response::has_focus) else { return };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(rows[at].id, ARROWS));
    let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    let to = if pressed(Key::ArrowDown) {
        (at + 1).min(rows.len() - 1)
    } else if pressed(Key::ArrowUp) {
        at.saturating_sub(1)
    } else {
        return;
    };
    rows[to].request_focus();
    rows[to].scroll_to_me(None);
}

fn row(ui: &mut Ui, app: &App, line: &Line<'_>, current: bool) -> Response {
    let colour = theme::palette(ui);
    let width = ui.available_width() - if line.connection.is_some() { BUTTONS } else { 0.0 };
    let (rect, response) = ui.allocate_exact_size(vec2(width.max(120.0), ROW), Sense::click());
    let place = words::plain(&line.address.place()).into_owned();
    let state = if current { words::state(&app.target).unwrap_or(words::OPEN_NOW) } else { "" };
    response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, current, &line.title));
    describe(&response, |node| {
        node.set_selected(current);
        node.set_description(if state.is_empty() { place.clone() } else { format!("{place}, {state}") });
    });
    let fill = if current { Some(colour.selected) } else { response.hovered().then_some(colour.page) };
    if let Some(fill) = fill {
        ui.painter().rect_filled(rect, egui::CornerRadius::same(theme::RADIUS), fill);
    }
    let left = rect.left() + 28.0;
    ui.painter().circle_filled(
        egui::pos2(rect.left() + 14.0, rect.center().y),
        4.5,
        colour.mark(super::colour(&line.address)),
    );
    let text = |text: &str, font, ink, at: egui::Pos2| {
        let shown = egui::WidgetText::from(egui::RichText::new(text).font(font).color(ink));
        let room = (rect.right() - theme::GAP_S - at.x).max(0.0);
        let galley = shown.into_galley(ui, Some(TextWrapMode::Truncate), room, egui::TextStyle::Body);
        ui.painter().galley(at, galley, ink);
    };
    let title = if state.is_empty() { line.title.clone() } else { format!("{} · {state}", line.title) };
    text(&title, theme::regular(theme::TYPE), colour.ink, egui::pos2(left, rect.top() + 6.0));
    text(&place, theme::mono(theme::TYPE_XS), colour.ink_weak, egui::pos2(left, rect.top() + 27.0));
    focus_ring(ui, &response, rect, theme::RADIUS);
    response
}

fn buttons(ui: &mut Ui, view: &mut View, app: &App, connection: &Connection) {
    let titles = || app.connections.iter().map(|known| known.title().to_owned()).collect::<Vec<_>>();
    let title = connection.title();
    if small(ui, words::EDIT, &words::edit(title)) {
        view.open(Dialog::connection(ConnectionForm::edit(connection)));
    }
    if small(ui, words::DUPLICATE, &words::duplicate(title)) {
        view.open(Dialog::connection(ConnectionForm::copy(connection, &titles())));
    }
    if small(ui, words::REMOVE, &words::remove(title)) {
        view.open(Dialog::RemoveConnection(title.to_owned()));
    }
}

fn small(ui: &mut Ui, text: &str, name: &str) -> bool {
    let text = egui::RichText::new(text).font(theme::regular(theme::TYPE_S)).color(theme::palette(ui).accent);
    let size = vec2(theme::TARGET, theme::TARGET);
    let response = ui.add(egui::Button::new(text).frame(false).min_size(size));
    describe(&response, |node| node.set_label(name));
    response.clicked()
}
