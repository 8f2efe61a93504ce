//! The editor of booleans: `true | false | not set`, one stop for Tab, moved by the arrow keys.

use eframe::egui;
use egui::{
    Color32, CornerRadius, EventFilter, Id, Key, Modifiers, Rect, Response, Role, Sense, Stroke, StrokeKind,
    Ui, UiBuilder, WidgetInfo, pos2, vec2,
};

use super::frame::{self, Ends};
use super::{FieldEvent, Pass, stand_in};
use crate::model::labels::with_name;
use crate::ui::theme;
use crate::ui::widgets::grid::Presence;
use crate::ui::widgets::{describe, focus_ring};
use crate::ui::words;

const CHOICES: [&str; 3] = [words::TRUE, words::FALSE, words::NOT_SET];
const SIDEWAYS: EventFilter =
    EventFilter { tab: false, horizontal_arrows: true, vertical_arrows: false, escape: false };

pub(super) fn show(ui: &mut Ui, pass: &mut Pass<'_>) {
    let current = chosen(pass);
    let focus = part_id(pass.id, current.unwrap_or(0));
    let asked = pass.keys(ui, focus);
    let (rect, hover) = ui.allocate_exact_size(vec2(ui.available_width(), frame::HEIGHT), Sense::hover());
    let ends = Ends::lay_out(ui, rect, pass.field, false);
    let group = UiBuilder::new()
        .max_rect(ends.rest())
        .accessibility_role(Role::RadioGroup)
        .accessibility_label(pass.field.name.as_ref());
    let group = &mut ui.new_child(group);
    let end = parts(group, pass, current);
    if current.is_none() {
        other(group, pass, end);
    }
    if let Some(next) = step(ui, focus, current).filter(|_| !pass.field.locked) {
        choose(pass, next);
        ui.memory_mut(|memory| memory.request_focus(part_id(pass.id, next)));
    }
    let lit = hover.contains_pointer() || ui.memory(|memory| memory.has_focus(focus));
    ends.show(ui, pass, focus, asked, lit);
}

fn part_id(field: Id, index: usize) -> Id {
    field.with(("part", index))
}

/// Which choice the field's value is, if it is one.
fn chosen(pass: &Pass<'_>) -> Option<usize> {
    match pass.field.presence {
        Presence::Absent => Some(2),
        Presence::Null => None,
        Presence::Value => CHOICES.iter().take(2).position(|word| *word == pass.field.text),
    }
}

fn choose(pass: &mut Pass<'_>, index: usize) {
    match CHOICES.get(index).filter(|_| index < 2) {
        Some(word) => {
            pass.events.extend([FieldEvent::Changed((*word).to_owned()), FieldEvent::Committed]);
        }
        None => pass.empty(Presence::Absent),
    }
}

/// Where an arrow key goes from the current choice.
fn step(ui: &Ui, focus: Id, current: Option<usize>) -> Option<usize> {
    if !ui.memory(|memory| memory.has_focus(focus)) {
        return None;
    }
    ui.memory_mut(|memory| memory.set_focus_lock_filter(focus, SIDEWAYS));
    let key = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    let last = CHOICES.len() - 1;
    let right = key(Key::ArrowRight).then(|| current.map_or(0, |index| (index + 1).min(last)));
    let left = key(Key::ArrowLeft).then(|| current.map_or(last, |index| index.saturating_sub(1)));
    right.or(left).filter(|next| Some(*next) != current)
}

/// Draws the choices and takes clicks. Returns where they end.
fn parts(ui: &mut Ui, pass: &mut Pass<'_>, current: Option<usize>) -> f32 {
    let mut rects = Vec::new();
    let mut rings = Vec::new();
    let mut left = ui.max_rect().left();
    for (index, word) in CHOICES.iter().enumerate() {
        let stop = index == current.unwrap_or(0);
        let response = part(ui, pass, left, (index, word), current == Some(index), stop);
        left = response.rect.right();
        rects.push(response.rect);
        if response.clicked() && current != Some(index) && !pass.field.locked {
            choose(pass, index);
            response.request_focus();
        }
        rings.push(response);
    }
    outline(ui, &rects, pass.field.error.is_some());
    for response in rings {
        focus_ring(ui, &response, response.rect, theme::RADIUS);
    }
    left
}

fn part(
    ui: &Ui,
    pass: &Pass<'_>,
    left: f32,
    (index, word): (usize, &str),
    selected: bool,
    stop: bool,
) -> Response {
    let colour = theme::palette(ui);
    let (font, ink, fill) = match (selected, index) {
        (true, 2) => (theme::regular(theme::TYPE), colour.ink_weak, colour.selected),
        (true, _) => (theme::semibold(theme::TYPE), colour.accent, colour.selected),
        _ => (theme::regular(theme::TYPE), colour.ink, colour.surface),
    };
    let named = pass.field.names.iter().find(|(value, _)| value == word);
    let word = named
        .map_or_else(|| word.to_owned(), |(value, name)| words::plain(&with_name(value, name)).into_owned());
    let galley = ui.painter().layout_no_wrap(word.clone(), font, ink);
    let size = vec2(galley.size().x + 26.0, frame::HEIGHT);
    let rect = Rect::from_min_size(pos2(left, ui.max_rect().top()), size);
    let sense = if stop { Sense::click() } else { Sense::CLICK };
    let response = ui.interact(rect, part_id(pass.id, index), sense);
    let name = format!("{word}, {}", pass.field.name);
    response.widget_info(|| WidgetInfo::selected(Role::RadioButton, !pass.field.locked, selected, &name));
    if let Some(text) = super::description(pass.field) {
        describe(&response, |node| node.set_description(text));
    }
    ui.painter().rect_filled(rect.shrink(0.5), CornerRadius::same(theme::RADIUS - 1), fill);
    ui.painter().galley(rect.center() - galley.size() / 2.0, galley, ink);
    response
}

/// The common border, and a line between neighbours.
fn outline(ui: &Ui, parts: &[Rect], wrong: bool) {
    let colour = theme::palette(ui);
    let stroke = Stroke::new(1.0, if wrong { colour.bad.ink } else { colour.edge });
    let whole = parts.iter().copied().fold(Rect::NOTHING, Rect::union);
    ui.painter().rect_stroke(whole, CornerRadius::same(theme::RADIUS), stroke, StrokeKind::Inside);
    for part in parts.iter().skip(1) {
        ui.painter().vline(part.left(), part.y_range(), stroke);
    }
}

/// A value that is none of the choices is shown, not hidden.
fn other(ui: &Ui, pass: &Pass<'_>, left: f32) {
    let colour = theme::palette(ui);
    let is_text = pass.field.presence == Presence::Value && !pass.field.text.is_empty();
    let (text, ink): (&str, Color32) = if is_text {
        (&pass.field.text, colour.ink)
    } else {
        (stand_in(pass.field.presence), colour.ink_weak)
    };
    let left = left + theme::GAP_S;
    let width = (ui.max_rect().right() - left).max(0.0);
    let galley = frame::line(ui.painter(), text, theme::regular(theme::TYPE), ink, width);
    ui.painter().galley(pos2(left, ui.max_rect().center().y - galley.size().y / 2.0), galley, ink);
}
