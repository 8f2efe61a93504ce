//! What stands around an editor: the label, the box, the small buttons in it, and what is wrong.

use std::sync::Arc;

use eframe::egui;
use egui::text::{LayoutJob, TextWrapping};
use egui::{
    Color32, CornerRadius, FontId, Galley, Id, Painter, Rect, Response, Sense, Stroke, StrokeKind,
    TextFormat, Ui, pos2, vec2,
};

use super::{Asked, Field, FieldEvent, Pass, count};
use crate::model::finding::Severity;
use crate::model::labels::with_name;
use crate::ui::theme;
use crate::ui::widgets::grid::Presence;
use crate::ui::widgets::{finding, menu};
use crate::ui::words;

/// Height of a box of one line.
pub(super) const HEIGHT: f32 = 30.0;
/// Space left and right of the text in a box.
pub(super) const PAD: f32 = 10.0;
const BUTTON: f32 = theme::TARGET;
/// How many named values a menu offers.
const NAMES: usize = 12;
/// Narrowest box that says what it was.
const ROOM_FOR_WAS: f32 = 200.0;

/// The label on the left, the note and the count on the right.
pub(super) fn label(ui: &mut Ui, field: &Field<'_>) {
    let colour = theme::palette(ui);
    let (rect, whole) = ui.allocate_exact_size(vec2(ui.available_width(), 18.0), Sense::hover());
    if let Some(about) = &field.about {
        whole.on_hover_text(about.as_ref());
    }
    let count = count(field);
    let over = field.length.is_some_and(|most| field.text.chars().count() > most as usize);
    let count_ink = if over { colour.bad.ink } else { colour.ink_weak };
    let mut right = rect.right();
    let notes = [(count.as_deref(), count_ink), (Some(field.note.as_ref()), colour.ink_weak)];
    for (text, ink) in notes {
        let Some(text) = text.filter(|text| !text.is_empty()) else { continue };
        let galley = line(ui.painter(), text, theme::regular(theme::TYPE_S), ink, rect.width() / 2.0);
        right -= galley.size().x;
        ui.painter().galley(pos2(right, rect.center().y - galley.size().y / 2.0), galley, ink);
        right -= theme::GAP_M;
    }
    let label = if field.mandatory {
        format!("{} · {}", field.label, words::MANDATORY)
    } else {
        field.label.to_string()
    };
    let width = (right - rect.left()).max(0.0);
    let galley = line(ui.painter(), &label, theme::regular(theme::TYPE_S), colour.ink_weak, width);
    ui.painter().galley(rect.left_center() - vec2(0.0, galley.size().y / 2.0), galley, colour.ink_weak);
}

/// Error and warning, wrapped where they must be.
pub(super) fn findings(ui: &mut Ui, field: &Field<'_>) {
    let said = [(Severity::Error, &field.error), (Severity::Warning, &field.warning)];
    for (severity, sentence) in said {
        let Some(sentence) = sentence else { continue };
        let colour = finding::colour(ui, severity);
        let left = finding::SHAPE + theme::GAP_XS;
        let width = (ui.available_width() - left).max(theme::TARGET);
        let font = theme::regular(theme::TYPE_S);
        let galley = ui.painter().layout(sentence.to_string(), font, colour, width);
        let (rect, _) = ui.allocate_exact_size(vec2(left + galley.size().x, galley.size().y), Sense::hover());
        let first = galley.rows.first().map_or(theme::TYPE_S, |row| row.height());
        let middle = rect.min + vec2(finding::SHAPE / 2.0, first / 2.0);
        finding::paint_shape(ui, severity, middle, colour);
        ui.painter().galley(rect.min + vec2(left, 0.0), galley, colour);
    }
}

/// The ground and border of a box.
pub(super) fn paint_box(ui: &Ui, rect: Rect, field: &Field<'_>, focused: bool) {
    let colour = theme::palette(ui);
    let fill = if field.locked { colour.page } else { colour.surface };
    let ink = match (field.error.is_some(), focused) {
        (true, _) => colour.bad.ink,
        (false, true) => colour.accent,
        (false, false) => colour.edge,
    };
    let stroke = Stroke::new(if focused { 2.0 } else { 1.0 }, ink);
    ui.painter().rect(rect, CornerRadius::same(theme::RADIUS), fill, stroke, StrokeKind::Inside);
}

/// The right end of a box: what it was, and the small buttons. Laid out before the editor, shown after it.
pub(super) struct Ends {
    rect: Rect,
    was: Option<Arc<Galley>>,
    back: Option<Rect>,
    pick: Option<Rect>,
    more: Option<Rect>,
}

impl Ends {
    pub(super) fn lay_out(ui: &Ui, rect: Rect, field: &Field<'_>, pick: bool) -> Self {
        let mut right = rect.right() - 3.0;
        let mut take = |wanted: bool| {
            wanted.then(|| {
                right -= BUTTON;
                Rect::from_center_size(
                    pos2(right + BUTTON / 2.0, rect.top() + HEIGHT / 2.0),
                    vec2(BUTTON, BUTTON),
                )
            })
        };
        let more = take(!field.locked);
        let pick = take(pick && !field.locked);
        let before = field.was.as_deref();
        let back = take(before.is_some() && !field.locked);
        let was = before.filter(|_| rect.width() >= ROOM_FOR_WAS).map(|before| {
            let weak = theme::palette(ui).ink_weak;
            line(ui.painter(), &words::was(before), theme::regular(theme::TYPE_S), weak, rect.width() * 0.4)
        });
        right -= was.as_ref().map_or(0.0, |was| was.size().x + theme::GAP_XS);
        Self { rect: rect.with_max_x(right), was, back, pick, more }
    }

    /// What is left for the editor.
    pub(super) fn rest(&self) -> Rect {
        self.rect
    }

    /// Shows them; `focus` is what gets the keyboard back. Returns the button of the calendar, if there is one.
    pub(super) fn show(
        self,
        ui: &Ui,
        pass: &mut Pass<'_>,
        focus: Id,
        asked: Asked,
        lit: bool,
    ) -> Option<Response> {
        let name = pass.field.name.as_ref();
        if let Some(was) = self.was {
            let corner = pos2(self.rect.right(), self.rect.top() + HEIGHT / 2.0 - was.size().y / 2.0);
            ui.painter().galley(corner, was, theme::palette(ui).ink_weak);
        }
        if let Some(rect) = self.back {
            let name = words::put_back(name);
            let button = menu::picture(ui, pass.id.with("put back"), rect, &name, menu::back);
            if button.on_hover_text(&name).clicked() {
                pass.events.push(FieldEvent::PutBack);
            }
        }
        let pick = self.pick.map(|rect| {
            let name = words::pick(name);
            let button = menu::picture(ui, pass.id.with("pick"), rect, &name, calendar_picture);
            button.on_hover_text(format!("{name} (Alt+Down)"))
        });
        if let Some(rect) = self.more {
            more(ui, pass, rect, focus, asked.menu, lit);
        }
        pick
    }
}

/// The button `More Phone 2 number` with its menu; painted only where the pointer or the keyboard is.
fn more(ui: &Ui, pass: &mut Pass<'_>, rect: Rect, focus: Id, open: bool, lit: bool) {
    let name = words::more(&pass.field.name);
    let id = pass.id.with("more");
    let paint = |painter: &Painter, rect: Rect, colour: Color32| {
        if lit {
            menu::dots(painter, rect, colour);
        }
    };
    let button = menu::picture(ui, id, rect, &name, paint);
    let back = pass.field.was.as_deref().map(|before| format!("{} {before}", words::PUT_BACK));
    let mut entries = vec![(words::SET_NOT_SET, Some("Ctrl+Delete")), (words::SET_NULL, Some("Ctrl+0"))];
    entries.extend(back.as_deref().map(|back| (back, None)));
    let before = entries.len();
    let told = |(value, name): &(String, String)| words::plain(&with_name(value, name)).into_owned();
    let values: Vec<String> = pass.field.names.iter().take(NAMES).map(told).collect();
    entries.extend(values.iter().map(|value| (value.as_str(), None)));
    match menu::menu(&button, open, focus, &entries) {
        Some(0) => pass.empty(Presence::Absent),
        Some(1) => pass.empty(Presence::Null),
        Some(index) if index >= before => {
            let chosen = pass.field.names.get(index - before).map(|(value, _)| value.clone());
            let events = chosen.map(|value| [FieldEvent::Changed(value), FieldEvent::Committed]);
            pass.events.extend(events.into_iter().flatten());
        }
        Some(_) => pass.events.push(FieldEvent::PutBack),
        None => {}
    }
}

fn calendar_picture(painter: &Painter, rect: Rect, colour: Color32) {
    let body = Rect::from_center_size(rect.center() + vec2(0.0, 1.0), vec2(13.0, 12.0));
    let stroke = Stroke::new(1.2, colour);
    painter.rect_stroke(body, CornerRadius::same(2), stroke, StrokeKind::Inside);
    painter.hline(body.x_range(), body.top() + 4.0, stroke);
    for x in [body.left() + 4.0, body.right() - 4.0] {
        painter.vline(x, body.top() - 2.0..=body.top() + 1.0, stroke);
    }
}

/// One line, cut with `…` where it is wider than `width` points.
pub(super) fn line(
    painter: &Painter,
    text: &str,
    font_id: FontId,
    color: Color32,
    width: f32,
) -> Arc<Galley> {
    let format = TextFormat { font_id, color, ..TextFormat::default() };
    let mut job = LayoutJob::single_section(text.to_owned(), format);
    job.wrap = TextWrapping::truncate_at_width(width);
    job.break_on_newline = false;
    painter.layout_job(job)
}
