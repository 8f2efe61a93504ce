//! The labels of an extension or of the core attributes: a line for each attribute, the names of its values, and files.

use super::dialogs::Ended;
use crate::app::command::Command;
use crate::app::labels::Handed;
use crate::app::state::App;
use crate::model::finding::Severity;
use crate::model::labels::{Labels, Of};
use crate::ui::view::{Dialog, LabelsEdit, Row, View};
use crate::ui::widgets::{button, finding, heading};
use crate::ui::{theme, words};
use eframe::egui;
use egui::{Id, Key, Modifiers, Response, TextEdit, Ui, vec2};
use std::path::PathBuf;

/// The widest the dialog gets, in points.
pub const WIDTH: f32 = 860.0;
/// What of a file is listed.
const LISTED: usize = 100;

/// Opens the dialog for the tab that is open.
pub fn open(view: &mut View, app: &App) {
    let Some(open) = &app.open else { return };
    let of = view.tab.clone().filter(|tab| open.columns.contains_key(tab));
    let names = match &of {
        Some(extension) => open.columns.get(extension).cloned().unwrap_or_default(),
        None => open.draft.core_names(),
    };
    view.ask(Command::Settle);
    view.ask(Command::ForgetHanded);
    view.open(Dialog::Labels(Box::new(LabelsEdit::new(app.labels(), of, names))));
}

/// The button that opens the dialog, and the switch for what labels hide.
pub fn actions(ui: &mut Ui, view: &mut View, app: &App, of: Of<'_>) {
    if button::ordinary(ui, words::LABELS_MORE, None).clicked() {
        open(view, app);
    }
    let mut shown = app.shows_hidden;
    if app.hides(of) && ui.checkbox(&mut shown, words::SHOW_HIDDEN).changed() {
        view.ask(Command::ShowHidden(shown));
    }
}

/// The dialog.
pub(super) fn content(ui: &mut Ui, view: &mut View, app: &App, edit: &mut LabelsEdit, first: bool) -> Ended {
    heading::panel(ui, &words::labels_of(edit.of.as_deref()));
    ui.label(words::LABELS_NOTE);
    let before = edit.clone();
    // What a file would change is looked at before anything else.
    if let Some(Handed::Read(path, labels)) = &app.handed {
        offer(ui, view, edit, &path.display().to_string(), labels);
        return Ended::No;
    }
    let room = (ui.ctx().content_rect().height() - 270.0).max(90.0);
    egui::ScrollArea::both().max_height(room).auto_shrink([false, true]).show(ui, |ui| {
        if let Some(extension) = edit.of.clone() {
            ui.horizontal(|ui| {
                ui.label(words::LABEL);
                let name = words::setting(words::LABEL, &extension);
                let response = text(ui, &name, &mut edit.label, &extension, 220.0);
                if first {
                    response.request_focus();
                }
            });
        }
        attributes(ui, edit, first);
        values(ui, edit);
    });
    files(ui, view, app, edit);
    if *edit != before && edit.note == before.note {
        edit.note = None;
    }
    ending(ui, edit)
}

/// A field of one line that says what it would be where it is empty.
fn text(ui: &mut Ui, name: &str, text: &mut String, empty: &str, width: f32) -> Response {
    let empty = words::plain(empty);
    let hint = egui::RichText::new(empty.as_ref()).color(theme::palette(ui).ink_weak);
    let edit = TextEdit::singleline(text)
        .id(Id::unique(("labels", name)))
        .hint_text(hint)
        .desired_width(width)
        .min_size(vec2(width, theme::ROW))
        .margin(egui::Margin::symmetric(8, 5));
    let response = ui.add(edit);
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(name));
    response
}

fn attributes(ui: &mut Ui, edit: &mut LabelsEdit, first: bool) {
    let width = ((ui.available_width() - 420.0) / 2.0).clamp(90.0, 210.0);
    let count = edit.rows.len();
    let (mut shift, mut unfolded) = (None, edit.unfolded.clone());
    egui::Grid::new("labels").num_columns(6).spacing(vec2(theme::GAP_S, theme::GAP_XS)).show(ui, |ui| {
        for title in [words::ATTRIBUTE, words::LABEL, words::HELP, words::VALUES, words::HIDDEN, words::ORDER]
        {
            let ink = theme::palette(ui).ink_weak;
            ui.label(egui::RichText::new(title).font(theme::semibold(theme::TYPE_XS)).color(ink));
        }
        ui.end_row();
        for (at, row) in edit.rows.iter_mut().enumerate() {
            let response = attribute(ui, row, width);
            if first && at == 0 && edit.of.is_none() {
                response.request_focus();
            }
            unfold(ui, row, &mut unfolded);
            let response = ui.checkbox(&mut row.hidden, "");
            ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(words::hide(&row.name)));
            shift = order(ui, &row.name, at, count).map(|to| (at, to)).or(shift);
            ui.end_row();
        }
    });
    edit.unfolded = unfolded;
    if let Some((from, to)) = shift {
        edit.shift(from, to);
    }
}

/// Its name, label and help.
fn attribute(ui: &mut Ui, row: &mut Row, width: f32) -> Response {
    let name = egui::RichText::new(words::plain(&row.name).as_ref()).font(theme::mono(theme::TYPE_S));
    ui.scope(|ui| {
        ui.set_max_width(150.0);
        ui.add(egui::Label::new(name).truncate());
    });
    let label = text(ui, &words::setting(words::LABEL, &row.name), &mut row.label, &row.name, width);
    text(ui, &words::setting(words::HELP, &row.name), &mut row.help, "", width);
    label
}

/// The button that unfolds the values.
fn unfold(ui: &mut Ui, row: &Row, unfolded: &mut Option<String>) {
    let is_open = unfolded.as_deref() == Some(row.name.as_str());
    let count = row.values.iter().filter(|(_, name)| !name.is_empty()).count();
    let response = named(ui, &words::named_values(count), &words::setting(words::VALUES, &row.name));
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_expanded(is_open));
    if response.clicked() {
        *unfolded = (!is_open).then(|| row.name.clone());
    }
}

/// Up and down; where the attribute is to go.
fn order(ui: &mut Ui, name: &str, at: usize, count: usize) -> Option<usize> {
    let name = words::plain(name);
    ui.push_id(("order", &name), |ui| {
        ui.horizontal(|ui| {
            let part = |ui: &mut Ui, text: &str, name: &str, may: bool| {
                ui.add_enabled_ui(may, |ui| named(ui, text, name)).inner.clicked()
            };
            let up = part(ui, "↑", &words::move_up(&name), at > 0).then(|| at - 1);
            let down = part(ui, "↓", &words::move_down(&name), at + 1 < count).then_some(at + 1);
            up.or(down)
        })
        .inner
    })
    .inner
}

/// A button whose name says more than it shows.
fn named(ui: &mut Ui, text: &str, name: &str) -> Response {
    let response = button::ordinary(ui, text, None);
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(name));
    response.on_hover_text(name)
}

/// The names of the values of the attribute that is unfolded.
fn values(ui: &mut Ui, edit: &mut LabelsEdit) {
    let Some(name) = edit.unfolded.clone() else { return };
    let Some(row) = edit.rows.iter_mut().find(|row| row.name == name) else { return };
    heading::section(ui, &words::setting(words::VALUES, &name));
    let mut removed = None;
    for (at, (value, called)) in row.values.iter_mut().enumerate() {
        ui.horizontal(|ui| {
            text(ui, &words::numbered_setting(words::VALUE, at + 1, &name), value, words::VALUE, 110.0);
            text(ui, &words::numbered_setting(words::NAME, at + 1, &name), called, words::NAME, 200.0);
            if named(ui, words::REMOVE, &words::remove_value(at + 1, &name)).clicked() {
                removed = Some(at);
            }
        });
    }
    if let Some(at) = removed {
        row.values.remove(at);
    }
    if button::ordinary(ui, words::ADD_VALUE, None).clicked() {
        row.values.push((String::new(), String::new()));
        let added = words::numbered_setting(words::VALUE, row.values.len(), &name);
        ui.memory_mut(|memory| memory.request_focus(Id::unique(("labels", added.as_str()))));
    }
}

/// Handing labels on: a path, and what came of it.
fn files(ui: &mut Ui, view: &mut View, app: &App, edit: &mut LabelsEdit) {
    ui.separator();
    ui.horizontal_wrapped(|ui| {
        let mut path = std::mem::take(&mut edit.path);
        text(ui, words::LABELS_PATH, &mut path, words::LABELS_PATH, 300.0);
        edit.path = path;
        let path = PathBuf::from(edit.path.trim());
        let is_path = !edit.path.trim().is_empty();
        let load = button::ordinary(ui, words::LOAD_FILE, None);
        // What could not be read again is not written.
        let fit = edit.problem().is_none();
        let save = ui.add_enabled_ui(fit, |ui| button::ordinary(ui, words::SAVE_FILE, None)).inner;
        match (load.clicked(), save.clicked(), is_path) {
            (false, false, _) => {}
            (_, _, false) => edit.note = Some(words::NO_PATH),
            (true, ..) => view.ask(Command::ReadLabels(path)),
            (_, true, _) => view.ask(Command::WriteLabels(path, edit.labels(), false)),
        }
    });
    match &app.handed {
        None | Some(Handed::Read(..)) => {}
        Some(Handed::UnderWay) => drop(ui.label(words::UNDER_WAY)),
        Some(Handed::Written(path)) => drop(ui.label(words::file_written(&path.display().to_string()))),
        Some(Handed::Failed(sentence)) => {
            finding::finding(ui, Severity::Error, &words::sentence(sentence));
        }
        Some(Handed::There(path)) => {
            finding::finding(ui, Severity::Warning, &words::file_there(&path.display().to_string()));
            if edit.problem().is_none() && button::ordinary(ui, words::REPLACE_FILE, None).clicked() {
                view.ask(Command::WriteLabels(path.clone(), edit.labels(), true));
            }
        }
    }
}

/// What a file would change, and whether it is to be taken over.
fn offer(ui: &mut Ui, view: &mut View, edit: &mut LabelsEdit, path: &str, labels: &Labels) {
    let now = edit.labels();
    let changes = now.changes(&now.joined(labels));
    ui.label(words::file_says(path, changes.len()));
    let room = (ui.ctx().content_rect().height() - 270.0).max(90.0);
    let area = egui::ScrollArea::vertical().id_salt("offer").max_height(room).auto_shrink([false, true]);
    area.show(ui, |ui| {
        for change in changes.iter().take(LISTED) {
            ui.label(words::difference(change));
        }
        if changes.len() > LISTED {
            ui.label(words::more_differences(changes.len() - LISTED));
        }
    });
    ui.horizontal(|ui| {
        let take = !changes.is_empty() && button::ordinary(ui, words::TAKE_LABELS, None).clicked();
        if take {
            edit.take(labels);
        }
        if take || button::ordinary(ui, words::LEAVE_LABELS, None).clicked() {
            view.ask(Command::ForgetHanded);
        }
    });
}

/// What is wrong, and the ways out.
fn ending(ui: &mut Ui, edit: &LabelsEdit) -> Ended {
    let problem = edit.problem();
    if let Some(sentence) = &problem {
        finding::finding(ui, Severity::Error, sentence);
    } else if let Some(note) = edit.note {
        ui.label(note);
    }
    let applied = ui.input_mut(|input| input.consume_key(Modifiers::COMMAND, Key::Enter));
    let may = problem.is_none();
    let mut ended = Ended::No;
    ui.horizontal(|ui| {
        if button::ordinary(ui, words::CANCEL, None).clicked() {
            ended = Ended::Left;
        }
        let apply = ui.add_enabled_ui(may, |ui| button::ordinary(ui, words::APPLY, Some("Ctrl+Enter"))).inner;
        if may && (apply.clicked() || applied) {
            ended = Ended::Done(String::new());
        }
    });
    ended
}
