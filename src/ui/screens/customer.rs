//! The customer who is open: name, ID, buttons, a tab for each extension, and the page of the chosen tab.

use super::called::Called;
use super::{core, form, records};
use crate::app::command::Command;
use crate::app::review::Spot;
use crate::app::settings::View as Shape;
use crate::app::state::{App, Open};
use crate::model::finding::{Finding, Severity};
use crate::model::json::same_name;
use crate::model::schema::Arity;
use crate::ui::view::{Dialog, View};
use crate::ui::widgets::badge::State;
use crate::ui::widgets::grid::Grid;
use crate::ui::widgets::tab::{self, Tab};
use crate::ui::widgets::{button, finding, heading, segmented};
use crate::ui::{theme, words};
use eframe::egui;
use egui::Ui;

/// Below this width, in points, of the window or with more attributes than this, an extension is shown as a form.
const FORM_BELOW: f32 = 1_000.0;
const FORM_ABOVE: usize = 8;
/// Width in points of the buttons beside the name, and the least width with both side by side.
const BUTTONS: f32 = 452.0;
const HEADER: f32 = 690.0;
/// Width in points of the choice of views.
const VIEWS: f32 = 122.0;

/// Least height in points of the page; where the window is lower, it scrolls.
const LOW: f32 = 400.0;

/// The customer's page.
pub fn show(ui: &mut Ui, view: &mut View, app: &App, open: &Open) {
    if ui.available_height() >= LOW {
        whole(ui, view, app, open);
        return back_from_history(ui, view);
    }
    egui::ScrollArea::vertical().id_salt("page").auto_shrink(false).show(ui, |ui| {
        ui.set_max_height(LOW);
        whole(ui, view, app, open);
        back_from_history(ui, view);
        follow(ui);
    });
}

/// Scrolls to what has just got the keyboard.
pub(super) fn follow(ui: &Ui) {
    let (focused, id) = (ui.memory(egui::Memory::focused), ui.scope_id().with("followed"));
    let before = ui.data_mut(|data| {
        let before = data.get_temp::<Option<egui::Id>>(id).flatten();
        data.insert_temp(id, focused);
        before
    });
    let moved = focused.filter(|_| focused != before).and_then(|focused| ui.ctx().read_response(focused));
    if let Some(rect) = moved.map(|found| found.rect).filter(|rect| ui.min_rect().intersects(*rect)) {
        ui.scroll_to_rect(rect, None);
    }
}

fn whole(ui: &mut Ui, view: &mut View, app: &App, open: &Open) {
    ui.spacing_mut().item_spacing.y = theme::GAP_S;
    header(ui, view, app, open);
    super::banner::show(ui, view, app);
    conflict(ui, view, app, open);
    let names = open.draft.extensions(&open.schemas);
    if !std::mem::replace(&mut view.has_tab, true) {
        view.tab = names.first().cloned();
    }
    tabs(ui, view, app, open, &names);
    match view.tab.clone().filter(|tab| names.contains(tab)) {
        None => core::show(ui, view, app, open),
        Some(extension) => page(ui, view, app, open, &extension),
    }
}

fn header(ui: &mut Ui, view: &mut View, app: &App, open: &Open) {
    let wide = ui.available_width() >= HEADER;
    ui.horizontal(|ui| {
        who(ui, app, open);
        if wide {
            ui.add_space((ui.available_width() - BUTTONS).max(0.0));
            buttons(ui, view, app, open);
        }
    });
    if !wide {
        ui.horizontal_wrapped(|ui| buttons(ui, view, app, open));
    }
}

fn who(ui: &mut Ui, app: &App, open: &Open) {
    let id = open.draft.id();
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        heading::customer(ui, &super::name(app, id));
        ui.horizontal(|ui| {
            let weak = theme::palette(ui).ink_weak;
            let known = open.draft.base().is_some();
            if known || !app.makes_ids() {
                ui.label(egui::RichText::new(id.as_str()).font(theme::mono(theme::TYPE_S)).color(weak));
            } else {
                ui.label(
                    egui::RichText::new(words::SERVER_GIVES_ID)
                        .font(theme::regular(theme::TYPE_S))
                        .color(weak),
                );
            }
            let read = if known { words::read_at(&open.read_at) } else { words::NOT_SENT_YET.into() };
            ui.label(egui::RichText::new(read).font(theme::regular(theme::TYPE_S)).color(weak));
        });
        if open.schemas.is_inferred() {
            let text = egui::RichText::new(words::INFERRED).font(theme::regular(theme::TYPE_S));
            ui.add(egui::Label::new(text.color(theme::palette(ui).ink_weak)).wrap());
        }
    });
}

fn buttons(ui: &mut Ui, view: &mut View, app: &App, open: &Open) {
    let pin = if app.lists().pinned.contains(open.draft.id()) { words::UNPIN } else { words::PIN };
    let id = open.draft.id().clone();
    let all = [
        (words::UNDO, open.draft.can_undo(), Command::Undo),
        (words::REDO, open.draft.can_redo(), Command::Redo),
        (words::HISTORY, true, Command::History(id)),
        (words::RELOAD, true, Command::Reload),
        (pin, true, Command::Pin),
    ];
    for (text, enabled, command) in all {
        let response = ui.add_enabled_ui(enabled, |ui| button::ordinary(ui, text, None)).inner;
        if let Some(back) = view.back_to.as_mut().filter(|_| text == words::HISTORY) {
            back.button = Some(response.id);
        }
        if response.clicked() {
            view.ask(command);
        }
    }
    if button::ordinary(ui, words::DELETE_CUSTOMER, None).clicked() {
        view.open(Dialog::DeleteCustomer(String::new()));
    }
}

/// From the history the keyboard goes back to where it came from; where that is not there any more, to the button.
fn back_from_history(ui: &Ui, view: &mut View) {
    let Some(back) = view.back_to.take() else { return };
    let there = back.came_from.filter(|id| ui.ctx().read_response(*id).is_some());
    if let Some(id) = there.or(back.button) {
        ui.memory_mut(|memory| memory.request_focus(id));
    }
}

/// What somebody else changed too, and the two ways on.
fn conflict(ui: &mut Ui, view: &mut View, app: &App, open: &Open) {
    let Some(clash) = &open.conflict else { return };
    super::card(ui).stroke(egui::Stroke::new(1.0, theme::palette(ui).bad.ink)).show(ui, |ui| {
        ui.set_width(ui.available_width());
        heading::section(ui, words::CONFLICT);
        if clash.theirs.is_none() {
            ui.label(words::DELETED_MEANWHILE);
        }
        for conflict in clash.conflicts.iter().take(12) {
            let text = |value: &Option<crate::model::json::Json>| {
                value.as_ref().map_or_else(
                    || words::NOTHING.to_owned(),
                    |json| words::plain(json.as_str()).into_owned(),
                )
            };
            let place = words::plain(&app.labels().place(&conflict.place)).into_owned();
            ui.label(words::both_changed(
                &place,
                &text(&conflict.base),
                &text(&conflict.mine),
                &text(&conflict.theirs),
            ));
        }
        ui.horizontal(|ui| {
            if button::ordinary(ui, words::KEEP_MINE, None).clicked() {
                view.ask(Command::KeepMine);
            }
            if button::ordinary(ui, words::TAKE_THEIRS, None).clicked() {
                view.ask(Command::TakeTheirs);
            }
        });
    });
}

fn tabs(ui: &mut Ui, view: &mut View, app: &App, open: &Open, names: &[String]) {
    let called: Vec<Called<'_>> = names.iter().map(|name| Called::new(app.labels(), Some(name))).collect();
    let titles: Vec<_> = called.iter().map(|called| (called.extension(), called.about_extension())).collect();
    let changed = |changed: bool| changed.then_some(State::Changed);
    let core_changed = !open.draft.edits().core.is_empty();
    let mut tabs =
        vec![Tab { title: words::PROFILE, about: None, count: None, state: changed(core_changed) }];
    tabs.extend(names.iter().zip(&titles).map(|(name, (title, about))| Tab {
        title,
        about: about.as_deref(),
        count: Some(open.draft.record_count(name)),
        state: changed(open.draft.is_extension_changed(name)),
    }));
    let current =
        view.tab.as_ref().and_then(|tab| names.iter().position(|name| name == tab)).map_or(0, |at| at + 1);
    if let Some(chosen) = tab::bar(ui, words::EXTENSIONS, &tabs, current) {
        view.ask(Command::Settle);
        view.tab = chosen.checked_sub(1).and_then(|at| names.get(at)).cloned();
    }
}

/// How an extension is shown now.
pub fn shape(ui: &Ui, app: &App, open: &Open, extension: &str) -> Shape {
    let schema = open.schemas.get(extension);
    if schema.is_some_and(|schema| schema.arity != Arity::Multi) {
        return Shape::Form;
    }
    let many = open.shown.of(Some(extension)).len() > FORM_ABOVE;
    let narrow = ui.ctx().content_rect().width() < FORM_BELOW;
    app.settings.views.get(extension).copied().unwrap_or(if many || narrow {
        Shape::Form
    } else {
        Shape::Table
    })
}

fn page(ui: &mut Ui, view: &mut View, app: &App, open: &Open, extension: &str) {
    let schema = open.schemas.get(extension);
    let single = schema.is_some_and(|schema| schema.arity != Arity::Multi);
    let shape = shape(ui, app, open, extension);
    let findings: Vec<_> = open
        .review
        .findings
        .iter()
        .filter(|found| matches!(&found.spot, Spot::Row((name, _)) if same_name(name, extension)))
        .filter(|found| open.tried || !found.missing || !is_here(view, open, &found.spot, shape))
        .collect();
    // In a narrow window the buttons take two rows.
    let rows = if ui.available_width() < HEADER { 2.0 } else { 1.0 };
    let below = theme::GAP_S + rows * (theme::ROW + theme::GAP_S) + 26.0 * findings.len().min(4) as f32;
    let room = (ui.available_height() - below).max(2.0 * theme::ROW);
    ui.scope(|ui| {
        ui.set_max_height(room);
        match shape {
            Shape::Table | Shape::Json => records::show(ui, view, app, open, extension),
            Shape::Form => form::show(ui, view, app, open, extension, single),
        }
    });
    actions(ui, view, app, open, extension, single, shape);
    for found in findings.iter().take(4) {
        let sentence = words::sentence(&told(app, &found.finding));
        if finding::finding(ui, found.finding.severity, &sentence).clicked() {
            go(view, open, &found.spot, found.finding.place.attribute.as_deref());
        }
    }
    if findings.len() > 4 {
        finding::finding(ui, Severity::Warning, &words::more_findings(findings.len() - 4));
    }
}

/// A finding in labels.
fn told(app: &App, finding: &Finding) -> String {
    let place = app.labels().place(&finding.place);
    if place.is_empty() { finding.sentence.clone() } else { format!("{place}: {}", finding.sentence) }
}

/// Whether an extension has one record at most.
pub fn is_single(open: &Open, extension: &str) -> bool {
    open.schemas.get(extension).is_some_and(|schema| schema.arity != Arity::Multi)
}

/// Whether an extension has no room for another record.
pub fn is_full(open: &Open, extension: &str) -> bool {
    is_single(open, extension) && open.draft.row_count(extension) > 0
}

/// Whether the cursor is in the row: then what is only missing yet is not told.
fn is_here(view: &View, open: &Open, spot: &Spot, shape: Shape) -> bool {
    let Spot::Row((extension, key)) = spot else { return false };
    let _ = open;
    match shape {
        Shape::Form => view.rows.get(extension) == Some(key),
        _ => view.grids.get(extension).and_then(Grid::cursor).is_some_and(|at| at.key == *key),
    }
}

/// The row that the buttons below act on.
pub fn current_row(view: &View, open: &Open, extension: &str, shape: Shape) -> Option<u64> {
    let key = match shape {
        Shape::Form => view.rows.get(extension).copied().or_else(|| Some(open.draft.row(extension, 0)?.key)),
        _ => view.grids.get(extension).and_then(Grid::cursor).map(|at| at.key),
    };
    key.filter(|key| open.draft.position(extension, *key).is_some())
}

fn actions(
    ui: &mut Ui,
    view: &mut View,
    app: &App,
    open: &Open,
    extension: &str,
    single: bool,
    shape: Shape,
) {
    let row = current_row(view, open, extension, shape);
    let narrow = ui.available_width() < HEADER;
    let layout = egui::Layout::left_to_right(egui::Align::Center).with_main_wrap(narrow);
    ui.allocate_ui_with_layout(egui::vec2(ui.available_width(), theme::ROW), layout, |ui| {
        let full = is_full(open, extension);
        if ui.add_enabled_ui(!full, |ui| button::ordinary(ui, words::ADD_RECORD, None)).inner.clicked() {
            view.ask(Command::Add(extension.to_owned()));
        }
        let some = row.is_some();
        if !single
            && ui
                .add_enabled_ui(some, |ui| button::ordinary(ui, words::DUPLICATE_RECORD, None))
                .inner
                .clicked()
            && let Some(key) = row
        {
            view.ask(Command::Duplicate(extension.to_owned(), key));
        }
        if ui.add_enabled_ui(some, |ui| button::ordinary(ui, words::REMOVE_RECORD, None)).inner.clicked()
            && let Some(key) = row
        {
            view.ask(Command::Remove(extension.to_owned(), key));
        }
        super::labels::actions(ui, view, app, Some(extension));
        if !single && !narrow {
            one_per(ui, app, open, extension);
        }
        if !single {
            let room = ui.available_size_before_wrap().x - VIEWS;
            if room < 0.0 {
                ui.end_row();
            } else {
                ui.add_space(room);
            }
            ui.scope(|ui| {
                let mut chosen = shape;
                let views = [(Shape::Table, words::TABLE), (Shape::Form, words::FORM)];
                if segmented::segmented(ui, words::VIEW, &views, &mut chosen) {
                    if let Some(key) = row {
                        go(view, open, &Spot::Row((extension.to_owned(), key)), None);
                    }
                    view.ask(Command::SetView(extension.to_owned(), chosen));
                }
            });
        }
        let _ = app;
    });
}

/// What identifies a record, where there is room to say so.
fn one_per(ui: &mut Ui, app: &App, open: &Open, extension: &str) {
    let Some(schema) = open.schemas.get(extension).filter(|schema| !schema.unique.is_empty()) else { return };
    let called = Called::new(app.labels(), Some(extension));
    let names: Vec<String> = schema.unique.iter().map(|name| called.label(name)).collect();
    let ink = theme::palette(ui).ink_weak;
    let text = words::one_per(&names.join(" and "));
    let text = ui.painter().layout_no_wrap(text, theme::regular(theme::TYPE_S), ink);
    if text.size().x + VIEWS + 2.0 * theme::GAP_S <= ui.available_size_before_wrap().x {
        ui.label(text);
    }
}

/// Brings a row, or one of its attributes, before the eyes and gives it the keyboard.
pub fn go(view: &mut View, open: &Open, spot: &Spot, attribute: Option<&str>) {
    match spot {
        Spot::Core(name) => {
            view.tab = None;
            view.focus_field = Some(format!("{name} 1"));
        }
        Spot::Row((extension, key)) => {
            view.tab =
                open.draft.extensions(&open.schemas).into_iter().find(|name| same_name(name, extension));
            view.rows.insert(extension.clone(), *key);
            let columns = open.shown.of(Some(extension));
            let column = attribute
                .and_then(|name| columns.iter().position(|column| same_name(column, name)))
                .unwrap_or(0);
            if let Some(row) = open.draft.position(extension, *key) {
                let grid = view.grids.entry(extension.clone()).or_default();
                grid.go_to(crate::ui::widgets::grid::At { key: *key, row, column });
            }
            view.focus_field = columns.get(column).cloned();
        }
    }
}
