//! What would be sent: counts, change by change, the exact requests, and the button that sends it.

use super::customer;
use crate::app::command::Command;
use crate::app::draft::RowState;
use crate::app::review::{Change, Line, Spot};
use crate::app::state::{App, Open};
use crate::model::finding::Severity;
use crate::ui::view::View;
use crate::ui::widgets::badge::{self, State};
use crate::ui::widgets::{button, finding, heading};
use crate::ui::{theme, words};
use eframe::egui;
use egui::text::{LayoutJob, TextFormat};
use egui::{Align, Color32, Frame, Layout, Margin, Stroke, Ui};

/// How many changes are shown one by one.
pub const MOST: usize = 200;

/// The review beside the records from this width on; below it a bar at the bottom that unfolds.
pub fn place(ui: &mut Ui, view: &mut View, app: &App, open: &Open, wide: f32) {
    let colour = theme::palette(ui);
    let frame = Frame::new().fill(colour.surface).inner_margin(Margin::symmetric(14, 12));
    if ui.ctx().content_rect().width() >= wide {
        egui::Panel::right("review")
            .frame(frame)
            .exact_size(320.0)
            .resizable(false)
            .show(ui, |ui| panel(ui, view, app, open));
        return;
    }
    let bar = frame.inner_margin(Margin::symmetric(14, 4));
    egui::Panel::bottom("review").frame(bar).exact_size(44.0).resizable(false).show(ui, |ui| {
        ui.horizontal_centered(|ui| {
            heading::panel(ui, words::REVIEW);
            counts(ui, open);
            if open.review.bad() > 0 {
                ui.label(egui::RichText::new(words::problems(open.review.bad())).color(colour.bad.ink));
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                // Unfolded, the panel has the button.
                if !view.review {
                    let width = 250.0_f32.min(ui.available_width());
                    ui.allocate_ui(egui::vec2(width, 36.0), |ui| submit(ui, view, app, open));
                }
                let text = if view.review { words::HIDE_CHANGES } else { words::SHOW_CHANGES };
                if button::ordinary(ui, text, Some("F8")).clicked() {
                    view.review = !view.review;
                }
            });
        });
    });
    if view.review {
        egui::Panel::right("changes")
            .frame(frame)
            .exact_size(320.0)
            .resizable(false)
            .show(ui, |ui| panel(ui, view, app, open));
    }
}

fn counts(ui: &mut Ui, open: &Open) {
    let review = &open.review;
    let text = words::counts(
        review.kept,
        review.count(RowState::Changed),
        review.count(RowState::New),
        review.count(RowState::Removed),
    );
    let text = if review.changes.is_empty() { words::NO_CHANGE.to_owned() } else { text };
    let text = egui::RichText::new(text).font(theme::regular(theme::TYPE_S));
    ui.label(text.color(theme::palette(ui).ink_weak));
}

fn panel(ui: &mut Ui, view: &mut View, app: &App, open: &Open) {
    ui.horizontal(|ui| {
        heading::panel(ui, words::REVIEW);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| counts(ui, open));
    });
    let below = if open.complete { 190.0 } else { 120.0 };
    let room = (ui.available_height() - below).max(60.0);
    ui.allocate_ui(egui::vec2(ui.available_width(), room), |ui| {
        ui.set_min_height(room);
        egui::ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
            for change in open.review.changes.iter().take(MOST) {
                card(ui, view, open, change);
            }
            if open.review.changes.len() > MOST {
                ui.label(words::more_changes(open.review.changes.len() - MOST));
            }
            if open.requests.is_some() {
                requests(ui, open);
            }
        });
    });
    footer(ui, view, app, open);
}

fn footer(ui: &mut Ui, view: &mut View, app: &App, open: &Open) {
    let shown = open.requests.is_some();
    let text = if shown { words::HIDE_REQUESTS } else { words::SHOW_REQUESTS };
    if button::ordinary(ui, text, None).clicked() {
        view.ask(Command::ShowRequests(!shown));
    }
    if open.complete {
        finding::finding(ui, Severity::Warning, words::COMPLETE_WARNING);
    }
    to(ui, app);
    submit(ui, view, app, open);
    if open.review.bad() > 0 && open.review.good() > 0 {
        ui.horizontal_wrapped(|ui| {
            let text =
                egui::RichText::new(words::stays(open.review.bad())).font(theme::regular(theme::TYPE_S));
            ui.label(text.color(theme::palette(ui).bad.ink));
        });
    }
}

/// `To Server · Paris`: which target gets it.
fn to(ui: &mut Ui, app: &App) {
    let colour = theme::palette(ui);
    let name = words::target(app.address());
    let mut job = LayoutJob::default();
    let font = |strong| if strong { theme::semibold(theme::TYPE_S) } else { theme::regular(theme::TYPE_S) };
    job.append(words::TO, 0.0, TextFormat::simple(font(false), colour.ink_weak));
    job.append(&name, 0.0, TextFormat::simple(font(true), colour.ink));
    ui.add(egui::Label::new(job).truncate()).on_hover_text(words::plain(&app.address().place()));
}

/// The button; its visible text comes first in its name.
fn submit(ui: &mut Ui, view: &mut View, app: &App, open: &Open) {
    let text = if app.is_sending() {
        words::SENDING.to_owned()
    } else {
        words::submit(open.review.good(), open.review.bad())
    };
    if button::primary(ui, &text, Some("Ctrl+Enter")).clicked() {
        view.ask(Command::Submit);
    }
}

fn state(change: &Change) -> State {
    match change.state {
        RowState::New => State::New,
        RowState::Removed => State::Removed,
        RowState::Changed | RowState::Kept => State::Changed,
    }
}

fn card(ui: &mut Ui, view: &mut View, open: &Open, change: &Change) {
    told(ui, change, |ui| {
        ui.horizontal(|ui| {
            let place = change.place.as_str();
            if small(ui, words::GO_THERE, &words::go_to(place)).clicked() {
                let attribute = change.lines.first().map(|line| line.attribute.as_str());
                customer::go(view, open, &change.spot, attribute);
            }
            if small(ui, words::REVERT, &words::revert(place)).clicked() {
                view.ask(match &change.spot {
                    Spot::Core(name) => Command::RevertCore(name.clone()),
                    Spot::Row((extension, key)) => Command::Revert(extension.clone(), *key, None),
                });
            }
        });
    });
}

/// A change, and below it what can be done about it.
pub fn told(ui: &mut Ui, change: &Change, below: impl FnOnce(&mut Ui)) {
    let colour = theme::palette(ui);
    let edge = if change.problems.is_empty() { colour.line } else { colour.bad.ink };
    super::card(ui).stroke(Stroke::new(1.0, edge)).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = 3.0;
        let one_line = matches!((&change.spot, change.lines.as_slice()), (Spot::Row(_), [_]));
        ui.horizontal(|ui| {
            let title = match change.lines.as_slice() {
                [line] if one_line => format!("{} {}", change.place, line.label),
                _ => change.place.clone(),
            };
            let title = words::plain(&title);
            let text = egui::RichText::new(title.as_ref())
                .font(theme::regular(theme::TYPE_S))
                .color(colour.ink_weak);
            ui.label(text);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                badge::badge(ui, state(change));
            });
        });
        let named = change.lines.len() > 1;
        for line in &change.lines {
            let job = difference(ui, line, named);
            ui.label(job);
        }
        if change.lines.is_empty() {
            ui.label(egui::RichText::new(words::plain(&change.summary)).color(colour.ink));
        }
        for problem in &change.problems {
            finding::finding(ui, Severity::Error, &words::plain(problem));
        }
        below(ui);
    });
}

fn small(ui: &mut Ui, text: &str, name: &str) -> egui::Response {
    let text = egui::RichText::new(text).font(theme::regular(theme::TYPE_S)).color(theme::palette(ui).accent);
    let response =
        ui.add(egui::Button::new(text).frame(false).min_size(egui::vec2(theme::TARGET, theme::TARGET)));
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(name));
    response
}

/// `6543210 → 6543211`, with the part that differs in semibold.
fn difference(ui: &Ui, line: &Line, named: bool) -> LayoutJob {
    let colour = theme::palette(ui);
    let mut job = LayoutJob::default();
    let mut add = |text: &str, ink: Color32, strong: bool| {
        let font = if strong { theme::semibold(theme::TYPE) } else { theme::regular(theme::TYPE) };
        job.append(text, 0.0, TextFormat::simple(font, ink));
    };
    if named {
        add(&format!("{}: ", words::plain(&line.label)), colour.ink_weak, false);
    }
    let text = |text: &Option<String>| text.as_ref().map(|text| words::plain(text).into_owned());
    let (before, after) = (text(&line.before), text(&line.after));
    let (head, tail) = match (&before, &after) {
        (Some(before), Some(after)) => common(before, after),
        _ => (0, 0),
    };
    for (side, ink) in [(before, colour.bad.ink), (after, colour.new.ink)] {
        match side {
            None => add(words::NOT_SET, colour.ink_weak, false),
            Some(side) if side.is_empty() => add(words::EMPTY_TEXT, colour.ink_weak, false),
            Some(side) => {
                let chars: Vec<char> = side.chars().collect();
                let part = |range: &[char]| range.iter().collect::<String>();
                let end = chars.len() - tail;
                add(&part(&chars[..head]), ink, false);
                add(&part(&chars[head..end]), ink, true);
                add(&part(&chars[end..]), ink, false);
            }
        }
        if ink == colour.bad.ink {
            add(" → ", colour.ink_weak, false);
        }
    }
    job
}

/// How many characters two texts have in common at their start and, beyond it, at their end.
fn common(a: &str, b: &str) -> (usize, usize) {
    let head = a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count();
    let room = a.chars().count().min(b.chars().count()) - head;
    let tail = a.chars().rev().zip(b.chars().rev()).take_while(|(a, b)| a == b).count().min(room);
    (head, tail)
}

fn requests(ui: &mut Ui, open: &Open) {
    let Some(preview) = &open.requests else { return };
    ui.add_space(theme::GAP_S);
    heading::section(ui, words::REQUESTS);
    match preview {
        Err(sentence) => {
            finding::finding(ui, Severity::Error, sentence);
        }
        Ok(requests) if requests.is_empty() => {
            ui.label(words::NOTHING_TO_SEND);
        }
        Ok(requests) => {
            for request in requests {
                let body = request
                    .body()
                    .map(|body| format!("\n{}", words::plain(body.as_str())))
                    .unwrap_or_default();
                let text = format!("{} {}{body}", request.method().as_str(), request.path());
                let text = egui::RichText::new(text).font(theme::mono(theme::TYPE_S));
                ui.add(egui::Label::new(text).wrap().selectable(true));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_differing_part_is_what_is_between_the_common_ends() {
        assert_eq!(super::common("6543210", "6543211"), (6, 0));
        assert_eq!(super::common("aXc", "aYYc"), (1, 1));
        assert_eq!(super::common("aa", "aaa"), (2, 0));
    }
}
