//! A customer's history: the requests, the newest first; what the chosen one changed, and the ways back.

use crate::app::command::Command;
use crate::app::history::{Deed, Entry, History, Look, Phase};
use crate::app::state::App;
use crate::model::finding::{Finding, Severity};
use crate::model::json::Json;
use crate::model::profile::CustomerId;
use crate::ui::view::{Given, Past, PastPart, View};
use crate::ui::widgets::list_box::{Rows, list_box, row_id};
use crate::ui::widgets::{button, finding, heading, list_row, segmented};
use crate::ui::{theme, words};
use eframe::egui;
use egui::{Id, Key, Modifiers, Rect, RichText, ScrollArea, Ui, UiBuilder, pos2, vec2};

/// Width of the list in points, and the least width with the chosen request beside it.
const LIST: f32 = 290.0;
const BESIDE: f32 = 560.0;
/// Height of the list above the chosen request, as a part of the whole.
const ABOVE: f32 = 0.4;
/// Least height of the chosen request; where there is less, it scrolls.
const LOW: f32 = 320.0;
/// How many findings are told.
const MOST: usize = 3;

/// The page.
pub fn show(ui: &mut Ui, view: &mut View, app: &App, history: &History) {
    ui.spacing_mut().item_spacing.y = theme::GAP_S;
    let came_from = ui.memory(egui::Memory::focused);
    let mut past = view.past.take().unwrap_or_else(|| Past::new(came_from));
    header(ui, view, app, history, &mut past);
    super::banner::show(ui, view, app);
    match &history.phase {
        Phase::UnderWay => {
            ui.horizontal(|ui| {
                ui.add(egui::Spinner::new().size(theme::TYPE));
                ui.label(words::READING_HISTORY);
            });
        }
        Phase::NotKept(sentence) => drop(ui.label(words::sentence(sentence))),
        Phase::Failed(sentence) => {
            finding::finding(ui, Severity::Error, &words::sentence(sentence));
            if button::ordinary(ui, words::TRY_AGAIN, None).clicked() {
                view.ask(Command::History(history.id.clone()));
            }
        }
        Phase::There(_) if history.entries().is_empty() => drop(ui.label(words::NO_HISTORY)),
        Phase::There(_) => page(ui, view, app, history, &mut past),
    }
    if view.dialog.is_none()
        && !egui::Popup::is_any_open(ui.ctx())
        && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape))
    {
        leave(view, &mut past);
    }
    view.past = Some(past);
}

fn leave(view: &mut View, past: &mut Past) {
    past.left = true;
    view.ask(Command::HideHistory);
}

fn weak(ui: &Ui, text: &str) -> RichText {
    RichText::new(text).font(theme::regular(theme::TYPE_S)).color(theme::palette(ui).ink_weak)
}

fn header(ui: &mut Ui, view: &mut View, app: &App, history: &History, past: &mut Past) {
    ui.horizontal(|ui| {
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            ui.set_max_width((ui.available_width() - 90.0).max(100.0));
            heading::customer(ui, &words::history_of(app.name_of(&history.id)));
            ui.horizontal(|ui| {
                ui.label(weak(ui, history.id.as_str()).font(theme::mono(theme::TYPE_S)));
                if matches!(history.phase, Phase::There(_)) {
                    ui.label(weak(ui, &format!("· {}", words::requests(history.entries().len()))));
                }
            });
        });
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let back = button::ordinary(ui, words::BACK, Some("Esc"));
            // Without a list the way out is what there is to do.
            if history.entries().is_empty() && past.given == Given::Nothing {
                past.given = Given::WayOut;
                back.request_focus();
            }
            if back.clicked() {
                leave(view, past);
            }
        });
    });
}

fn page(ui: &mut Ui, view: &mut View, app: &App, history: &History, past: &mut Past) {
    let room = ui.available_rect_before_wrap();
    let (beside, gap) = (room.width() >= BESIDE, 16.0);
    let size = if beside { vec2(LIST, room.height()) } else { vec2(room.width(), room.height() * ABOVE) };
    let rest = if beside { vec2(LIST + gap, 0.0) } else { vec2(0.0, size.y + theme::GAP_S) };
    let (left, right) = (Rect::from_min_size(room.min, size), Rect::from_min_max(room.min + rest, room.max));
    ui.scope_builder(UiBuilder::new().max_rect(left), |ui| list(ui, view, app, history, past));
    ui.scope_builder(UiBuilder::new().max_rect(right), |ui| {
        if right.height() >= LOW {
            return chosen(ui, view, app, history, past);
        }
        ScrollArea::vertical().id_salt("chosen").auto_shrink(false).show(ui, |ui| {
            ui.set_max_height(LOW);
            chosen(ui, view, app, history, past);
            super::customer::follow(ui);
        });
    });
    ui.advance_cursor_after_rect(room);
}

// ---- the list

struct Requests<'a> {
    app: &'a App,
    entries: &'a [Entry],
}

impl Rows for Requests<'_> {
    fn count(&self) -> usize {
        self.entries.len()
    }

    fn height(&self) -> f32 {
        list_row::HEIGHT
    }

    fn key(&self, at: usize) -> u64 {
        self.entries.get(at).map_or(0, |entry| entry.seq)
    }

    fn told(&self, at: usize) -> (String, String) {
        let told = |entry| (done(self.app, entry), when(self.app, entry));
        self.entries.get(at).map(told).unwrap_or_default()
    }

    fn paint(&self, ui: &Ui, at: usize, rect: Rect) {
        let (first, second) = self.told(at);
        list_row::lines(ui, rect, &first, &second, theme::regular(theme::TYPE_S));
    }
}

fn list(ui: &mut Ui, view: &mut View, app: &App, history: &History, past: &mut Past) {
    let rows = Requests { app, entries: history.entries() };
    let id = Id::unique(("history", history.id.as_str()));
    let focus = row_id(id, rows.key(history.chosen));
    if std::mem::replace(&mut past.given, Given::List) != Given::List {
        ui.memory_mut(|memory| memory.request_focus(focus));
    }
    let here = ui.memory(|memory| memory.has_focus(focus));
    if here && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Enter)) {
        past.to_buttons = true;
    }
    if let Some(at) = list_box(ui, id, words::HISTORY, &rows, Some(history.chosen)) {
        view.ask(Command::ChoosePast(at));
    }
}

/// When, and who.
fn when(app: &App, entry: &Entry) -> String {
    format!("{} · {}", entry.local(&app.zone()), words::plain(&entry.by))
}

/// What a request did, in words.
fn done(app: &App, entry: &Entry) -> String {
    let called = |name: &String| words::plain(app.labels().extension(name)).into_owned();
    let who = |id: &CustomerId| words::plain(app.name_of(id)).into_owned();
    let done = match &entry.deed {
        Deed::Created => words::created(),
        Deed::Updated(names) => words::updated(&names.iter().map(called).collect::<Vec<_>>()),
        Deed::Deleted => words::deleted(),
        Deed::MergedWith(id) => words::merged_with(&who(id)),
        Deed::MergedInto(id) => words::merged_into(&who(id)),
        Deed::Inserted(all) => {
            let all: Vec<_> = all.iter().map(|(name, count)| (called(name), *count)).collect();
            words::inserted(&all)
        }
        Deed::RecordUpdated(name) => words::record_updated(&called(name)),
        Deed::RecordDeleted(name) => words::record_deleted(&called(name)),
        Deed::SchemaCreated(name) => words::schema_created(&called(name)),
        Deed::SchemaDeleted(name) => words::schema_deleted(&called(name)),
        Deed::Checkpoint => words::checkpoint(),
    };
    entry.of.as_ref().map_or(done.clone(), |id| words::of_other(&who(id), &done))
}

// ---- the chosen request

fn chosen(ui: &mut Ui, view: &mut View, app: &App, history: &History, past: &mut Past) {
    let Some(entry) = history.entries().get(history.chosen) else { return };
    heading::panel(ui, &done(app, entry));
    let (number, at) = (words::request_number(entry.seq), entry.local(&app.zone()));
    let about = format!("{number} · {at} {} · {}", app.zone_name(), words::plain(&entry.by));
    ui.add(egui::Label::new(weak(ui, &about)).truncate());
    let Some(look) = history.look() else {
        ui.label(weak(ui, words::LOOKING));
        return;
    };
    ways(ui, view, look, past);
    doubts(ui, app, look);
    let parts = [
        (PastPart::Changes, words::HISTORY_CHANGES),
        (PastPart::Profile, words::HISTORY_PROFILE),
        (PastPart::Request, words::HISTORY_REQUEST),
    ];
    ui.allocate_ui(vec2(ui.available_width(), theme::ROW), |ui| {
        segmented::segmented(ui, words::HISTORY_PART, &parts, &mut past.part);
    });
    match past.part {
        PastPart::Changes => changes(ui, app, history, look),
        PastPart::Profile => lines(ui, &look.profile),
        PastPart::Request => lines(ui, &look.request),
    }
}

/// The buttons of the ways back.
fn ways(ui: &mut Ui, view: &mut View, look: &Look, past: &mut Past) {
    let all = [(look.put_back.is_some(), words::PUT_BACK_THEN, Command::PutBack)].into_iter();
    let plain = look.take_back.as_ref().map(|taken| taken.conflicts.is_empty());
    let take = [
        (plain == Some(true), words::TAKE_BACK, Command::TakeBack(true)),
        (plain == Some(false), words::TAKE_BACK_ALL, Command::TakeBack(true)),
        (plain == Some(false), words::TAKE_BACK_REST, Command::TakeBack(false)),
    ];
    ui.horizontal_wrapped(|ui| {
        for (_, text, command) in all.chain(take).filter(|(offered, ..)| *offered) {
            let response = button::ordinary(ui, text, None);
            if std::mem::take(&mut past.to_buttons) {
                response.request_focus();
            }
            if response.clicked() {
                view.ask(command);
            }
        }
    });
    past.to_buttons = false;
}

/// What stands against them.
fn doubts(ui: &mut Ui, app: &App, look: &Look) {
    match &look.then {
        None => drop(finding::finding(ui, Severity::Warning, words::NOT_KNOWN_THEN)),
        Some(then) if then.profile.is_none() => drop(ui.label(words::NOBODY_THEN)),
        Some(_) => {}
    }
    let told = |left: &Finding| {
        words::plain(&words::stays_as_it_is(&app.labels().place(&left.place), &left.sentence)).into_owned()
    };
    for left in look.left.iter().take(MOST) {
        finding::finding(ui, Severity::Warning, &told(left));
    }
    let more = look.left.len().saturating_sub(MOST);
    if more > 0 {
        finding::finding(ui, Severity::Warning, &words::more_changes(more));
    }
    let again = look.take_back.as_ref().map_or(0, |taken| taken.conflicts.len());
    if again > 0 {
        finding::finding(ui, Severity::Warning, &words::changed_again(again));
    }
}

fn changes(ui: &mut Ui, app: &App, history: &History, look: &Look) {
    let changes = &history.changes().changes;
    ScrollArea::vertical().id_salt("changes").auto_shrink(false).show(ui, |ui| {
        conflicts(ui, app, look);
        for change in changes.iter().take(super::review::MOST) {
            super::review::told(ui, change, |_| {});
        }
        if changes.len() > super::review::MOST {
            ui.label(words::more_changes(changes.len() - super::review::MOST));
        }
        if changes.is_empty() && look.changes.is_some() {
            ui.label(weak(ui, words::CHANGED_NOTHING));
        }
    });
}

/// What was changed again since, as the conflicts of a draft are told.
fn conflicts(ui: &mut Ui, app: &App, look: &Look) {
    let Some(taken) = look.take_back.as_ref().filter(|taken| !taken.conflicts.is_empty()) else { return };
    super::card(ui).stroke(egui::Stroke::new(1.0, theme::palette(ui).changed.ink)).show(ui, |ui| {
        ui.set_width(ui.available_width());
        heading::section(ui, words::CHANGED_SINCE);
        for conflict in taken.conflicts.iter().take(12) {
            let text = |value: &Option<Json>| {
                let text = value.as_ref().map(|json| words::plain(json.as_str()).into_owned());
                text.unwrap_or_else(|| words::NOTHING.to_owned())
            };
            let place = words::plain(&app.labels().place(&conflict.place)).into_owned();
            let (made, was, now) = (text(&conflict.base), text(&conflict.mine), text(&conflict.theirs));
            ui.add(egui::Label::new(words::changed_again_at(&place, &made, &was, &now)).wrap());
        }
    });
}

/// Lines of text, drawn where they are seen.
fn lines(ui: &mut Ui, lines: &[String]) {
    super::card(ui).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        let height = 18.0;
        let area = ScrollArea::both().id_salt("lines").auto_shrink(false);
        area.show_rows(ui, height, lines.len(), |ui, seen| {
            for line in lines.get(seen).into_iter().flatten() {
                let text = RichText::new(words::plain(line)).font(theme::mono(theme::TYPE_S));
                let label = egui::Label::new(text).extend().selectable(true);
                let from = ui.cursor().min;
                let response = ui.add(label);
                ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(&**line));
                let to = pos2(response.rect.right(), from.y + height);
                ui.advance_cursor_after_rect(Rect::from_min_max(from, to));
            }
        });
    });
}
