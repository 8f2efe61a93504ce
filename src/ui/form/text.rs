//! The editor of everything that is typed: texts, numbers, days and instants, kept as typed.

use std::hash::{DefaultHasher, Hash, Hasher};

use eframe::egui;
use egui::text::{CCursor, CCursorRange};
use egui::widgets::text_edit::TextEditState;
use egui::{
    FocusDirection, Frame, Id, Key, Margin, Modifiers, Rect, Response, ScrollArea, Sense, TextEdit, Ui,
    UiBuilder, vec2,
};

use super::frame::{self, Ends};
use super::{Field, FieldEvent, Pass, aside, calendar, stand_in};
use crate::model::schema::AttributeType;
use crate::ui::theme;

/// Texts of more characters get several lines.
const LONG: usize = 200;
/// The tallest box of several lines, in points.
const TALLEST: f32 = 140.0;
const LINE_PAD: f32 = 6.0;

/// Whether a field's text needs several lines.
pub(super) fn is_long(field: &Field<'_>) -> bool {
    matches!(field.kind, Some(AttributeType::String) | None)
        && (field.text.contains('\n') || field.text.chars().nth(LONG).is_some())
}

pub(super) fn show(ui: &mut Ui, pass: &mut Pass<'_>) {
    let long = is_long(pass.field);
    let asked = pass.keys(ui, pass.id);
    if !long {
        go_on(ui, pass.id);
    }
    forget_other_text(ui, pass.id, &pass.field.text);
    let dated = matches!(pass.field.kind, Some(AttributeType::Date | AttributeType::Datetime));
    let height = if long { tall(ui, &pass.field.text) } else { frame::HEIGHT };
    let (rect, hover) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    let ends = Ends::lay_out(ui, rect, pass.field, dated);
    frame::paint_box(ui, rect, pass.field, ui.memory(|memory| memory.has_focus(pass.id)));
    let response = editor(ui, ends.rest(), pass, long);
    pass.describe(&response);
    let lit = hover.contains_pointer() || response.has_focus();
    let pick = ends.show(ui, pass, response.id, asked, lit);
    if let Some(day) = pick.and_then(|button| calendar::popup(&button, asked.calendar, pass)) {
        let text = calendar::with_day(&pass.field.text, day, pass.field.kind);
        pass.events.extend([FieldEvent::Changed(text), FieldEvent::Committed]);
    }
}

/// Enter does what Tab does.
fn go_on(ui: &Ui, id: Id) {
    let focused = ui.memory(|memory| memory.has_focus(id));
    if focused && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Enter)) {
        ui.memory_mut(|memory| memory.move_focus(FocusDirection::Next));
    }
}

/// An editor of one line in a box that is painted already.
pub(super) fn one_line(ui: &mut Ui, rect: Rect, pass: &mut Pass<'_>) -> Response {
    go_on(ui, pass.id);
    forget_other_text(ui, pass.id, &pass.field.text);
    let response = editor(ui, rect, pass, false);
    pass.describe(&response);
    response
}

fn tall(ui: &Ui, text: &str) -> f32 {
    let width = (ui.available_width() - 2.0 * frame::PAD - theme::TARGET).max(theme::TARGET);
    let font = theme::regular(theme::TYPE);
    let galley = ui.painter().layout(text.to_owned(), font, theme::palette(ui).ink, width);
    (galley.size().y + 2.0 * LINE_PAD).clamp(2.0 * frame::HEIGHT, TALLEST)
}

fn editor(ui: &mut Ui, rect: Rect, pass: &mut Pass<'_>, long: bool) -> Response {
    let field = pass.field;
    let mut text = field.text.to_string();
    let mut fixed = field.text.as_ref();
    let buffer: &mut dyn egui::TextBuffer = if field.locked { &mut fixed } else { &mut text };
    // The border stays free for scroll bars.
    let rect = if long { rect.shrink(2.0) } else { rect };
    let margin = if long { Margin::symmetric(8, 4) } else { Margin::symmetric(10, 0) };
    let edit = if long { TextEdit::multiline(buffer).desired_rows(1) } else { TextEdit::singleline(buffer) };
    let edit = edit
        .id(pass.id)
        .frame(Frame::NONE.inner_margin(margin))
        .font(theme::regular(theme::TYPE))
        .text_color(theme::palette(ui).ink)
        .hint_text(egui::RichText::new(stand_in(field.presence)).color(theme::palette(ui).ink_weak))
        .desired_width(rect.width() - margin.sum().x)
        .min_size(rect.size());
    let ui = &mut ui.new_child(UiBuilder::new().max_rect(rect));
    let response = if long {
        ScrollArea::vertical().id_salt(pass.id).max_height(rect.height()).show(ui, |ui| ui.add(edit)).inner
    } else {
        ui.add(edit.align(egui::Align2::LEFT_CENTER))
    };
    if !long {
        behind(ui, rect, field);
    }
    report(ui, pass, text, &response);
    response
}

/// What the value is called, behind it, where there is room.
fn behind(ui: &Ui, rect: Rect, field: &Field<'_>) {
    let Some(aside) = aside(field) else { return };
    let (font, weak) = (theme::regular(theme::TYPE), theme::palette(ui).ink_weak);
    let text = ui.painter().layout_no_wrap(field.text.to_string(), font.clone(), weak);
    let left = rect.left() + frame::PAD + text.size().x + theme::GAP_XS;
    let room = rect.right() - theme::GAP_XS - left;
    if room > theme::TARGET {
        let galley = frame::line(ui.painter(), &aside, font, weak, room);
        ui.painter().galley(egui::pos2(left, rect.center().y - galley.size().y / 2.0), galley, weak);
    }
}

/// Says what changed, and once the keyboard is gone that it stands.
fn report(ui: &Ui, pass: &mut Pass<'_>, text: String, response: &Response) {
    let dirty = pass.id.with("dirty");
    if !pass.field.locked && text != pass.field.text {
        ui.data_mut(|data| {
            data.insert_temp(pass.id.with("shown"), hash(&text));
            data.insert_temp(dirty, true);
        });
        pass.events.push(FieldEvent::Changed(text));
    }
    if !response.has_focus() && ui.data_mut(|data| data.remove_temp::<bool>(dirty)).is_some() {
        pass.events.push(FieldEvent::Committed);
    }
}

/// The caret and the undo steps of a text that is no longer shown go with it.
fn forget_other_text(ui: &Ui, id: Id, text: &str) {
    let (key, now) = (id.with("shown"), hash(text));
    let shown = ui.data_mut(|data| data.get_temp::<u64>(key));
    if shown == Some(now) {
        return;
    }
    ui.data_mut(|data| data.insert_temp(key, now));
    if shown.is_some() {
        let mut state = TextEditState::default();
        state.cursor.set_char_range(Some(CCursorRange::one(CCursor::new(text.chars().count()))));
        state.store(ui, id);
    }
}

/// Only the hash is kept: no text outlives its draft here.
fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}
