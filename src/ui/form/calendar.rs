//! The calendar of dates and datetimes: a month, walked with the keyboard.

use eframe::egui;
use egui::{
    Align2, Color32, CornerRadius, EventFilter, Id, Key, Modifiers, Popup, PopupCloseBehavior, Rect,
    RectAlign, Response, Role, Sense, SetOpenCommand, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2,
};
use jiff::civil::Date;
use jiff::{Span, ToSpan};

use super::Pass;
use crate::model::schema::AttributeType;
use crate::ui::theme;
use crate::ui::widgets::menu::{self, Shown};
use crate::ui::widgets::{describe, focus_ring};
use crate::ui::words;

const DAY: f32 = 32.0;
const ALL_KEYS: EventFilter =
    EventFilter { tab: true, horizontal_arrows: true, vertical_arrows: true, escape: false };

/// Says which day is today, for the calendars of `ctx`; unset, the system's clock is asked.
pub fn set_today(ctx: &egui::Context, today: Date) {
    ctx.data_mut(|data| data.insert_temp(today_id(), today));
}

fn today_id() -> Id {
    Id::unique("today")
}

fn today(ui: &Ui) -> Date {
    ui.data(|data| data.get_temp(today_id())).unwrap_or_else(|| jiff::ZonedDateTime::now().date())
}

/// The day at the beginning of a text, if there is one.
pub(super) fn day_of(text: &str) -> Option<Date> {
    text.trim_start().get(..10)?.parse().ok()
}

/// `text` with another day: a time that stands behind the day stays, a datetime without one gets midnight UTC.
pub(super) fn with_day(text: &str, day: Date, kind: Option<AttributeType>) -> String {
    let time = day_of(text).and_then(|_| text.trim().get(10..)).unwrap_or_default();
    match (kind, time) {
        (Some(AttributeType::Date), _) => day.to_string(),
        (_, "") => format!("{day}T00:00:00.000Z"),
        (_, time) => format!("{day}{time}"),
    }
}

/// The calendar below `button`, opened by its click or by `open`. Returns the day that was picked.
pub(super) fn popup(button: &Response, open: bool, pass: &Pass<'_>) -> Option<Date> {
    let ctx = button.ctx.clone();
    let id = Popup::default_response_id(button);
    let set = if open {
        Some(SetOpenCommand::Bool(true))
    } else {
        button.clicked().then_some(SetOpenCommand::Toggle)
    };
    let was_open = Popup::is_id_open(&ctx, id);
    if !was_open {
        ctx.data_mut(|data| data.remove_temp::<Date>(id));
    }
    let popup = Popup::from_response(button)
        .open_memory(set)
        .gap(4.0)
        .align(RectAlign::BOTTOM_END)
        .align_alternatives(&[RectAlign::TOP_END])
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .accessible_name(words::pick(&pass.field.name));
    let start = day_of(&pass.field.text);
    let shown = popup.show(|ui| month(ui, id, start, was_open))?;
    let escaped = ctx.input(|input| input.key_pressed(Key::Escape));
    if escaped || !matches!(shown.inner, Shown::Open) {
        Popup::close_id(&ctx, id);
        ctx.memory_mut(|memory| memory.request_focus(pass.id));
    }
    shown.inner.chosen()
}

/// One month.
fn month(ui: &mut Ui, id: Id, start: Option<Date>, settled: bool) -> Shown<Date> {
    let cursor = ui.data(|data| data.get_temp(id)).or(start).unwrap_or_else(|| today(ui));
    let mut cursor = keys(ui, cursor, settled);
    let size = vec2(7.0 * DAY, 8.0 * DAY - 8.0);
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    cursor = header(ui, id, rect, cursor);
    let picked = days(ui, id, rect, cursor, start, settled);
    ui.data_mut(|data| data.insert_temp(id, picked.unwrap_or(cursor)));
    let tab = settled && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Tab));
    match picked {
        Some(day) => Shown::Chosen(day),
        None if tab => Shown::Left,
        None => Shown::Open,
    }
}

/// Where the keys go from `cursor`; it stays at the ends of what dates there are.
fn keys(ui: &Ui, cursor: Date, settled: bool) -> Date {
    let steps: [(Key, Span); 6] = [
        (Key::ArrowLeft, (-1).days()),
        (Key::ArrowRight, 1.days()),
        (Key::ArrowUp, (-1).weeks()),
        (Key::ArrowDown, 1.weeks()),
        (Key::PageUp, (-1).months()),
        (Key::PageDown, 1.months()),
    ];
    if !settled {
        return cursor;
    }
    let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    let ends = |cursor: Date| {
        let home = if pressed(Key::Home) { cursor.first_of_month() } else { cursor };
        if pressed(Key::End) { home.last_of_month() } else { home }
    };
    let moved = |cursor: Date, (key, by): (Key, Span)| {
        if pressed(key) { cursor.checked_add(by).unwrap_or(cursor) } else { cursor }
    };
    ends(steps.into_iter().fold(cursor, moved))
}

/// The month's name between two buttons.
fn header(ui: &Ui, id: Id, rect: Rect, cursor: Date) -> Date {
    let colour = theme::palette(ui);
    let middle = pos2(rect.center().x, rect.top() + 14.0);
    let title = cursor.strftime("%B %Y").to_string();
    ui.painter().text(middle, Align2::CENTER_CENTER, title, theme::semibold(theme::TYPE), colour.ink);
    let half = DAY / 2.0;
    let ends = [
        (rect.left() + half, "‹", words::PREVIOUS_MONTH, -1),
        (rect.right() - half, "›", words::NEXT_MONTH, 1),
    ];
    ends.into_iter().fold(cursor, |cursor, (x, sign, name, by)| {
        let spot = Rect::from_center_size(pos2(x, middle.y), vec2(DAY - 4.0, 26.0));
        let button = menu::picture(ui, id.with(name), spot, name, |painter, rect, ink| {
            painter.text(rect.center(), Align2::CENTER_CENTER, sign, theme::semibold(theme::TYPE_L), ink);
        });
        let other = cursor.checked_add(by.months()).unwrap_or(cursor);
        if button.clicked() { other } else { cursor }
    })
}

/// Weekdays and six weeks. Returns the day that was picked.
fn days(ui: &Ui, id: Id, rect: Rect, cursor: Date, start: Option<Date>, settled: bool) -> Option<Date> {
    let colour = theme::palette(ui);
    let top = rect.top() + 30.0;
    let at = |week: f32, column: usize| pos2(rect.left() + column as f32 * DAY, top + week * DAY);
    for (column, name) in words::WEEKDAYS.into_iter().enumerate() {
        let spot = at(0.0, column) + vec2(DAY / 2.0, 10.0);
        ui.painter().text(
            spot,
            Align2::CENTER_CENTER,
            name,
            theme::semibold(theme::TYPE_XS),
            colour.ink_weak,
        );
    }
    let first = cursor.first_of_month();
    let lead = i64::from(first.weekday().to_monday_zero_offset());
    let mut picked = None;
    for index in 0..42_u8 {
        let Ok(day) = first.checked_add((i64::from(index) - lead).days()) else { continue };
        let corner = at(f32::from(index / 7), usize::from(index % 7)) + vec2(0.0, 22.0);
        let spot = Rect::from_min_size(corner, vec2(DAY, DAY)).shrink(1.0);
        let look =
            Look { cursor: day == cursor, chosen: start == Some(day), inside: day.month() == cursor.month() };
        let response = one_day(ui, id, spot, day, look);
        if look.cursor && settled {
            if !response.has_focus() {
                response.request_focus();
            }
            ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, ALL_KEYS));
        }
        if response.clicked() {
            picked = Some(day);
        }
    }
    picked
}

#[derive(Debug, Clone, Copy)]
struct Look {
    cursor: bool,
    chosen: bool,
    inside: bool,
}

/// A day, named `18 December 2009`; only the one with the cursor is a stop for Tab.
fn one_day(ui: &Ui, id: Id, rect: Rect, day: Date, look: Look) -> Response {
    let colour = theme::palette(ui);
    let sense = if look.cursor { Sense::click() } else { Sense::CLICK };
    let response = ui.interact(rect, id.with(day), sense);
    let name = day.strftime("%-d %B %Y").to_string();
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, look.chosen, &name));
    if day == today(ui) {
        describe(&response, |node| node.set_description(words::TODAY));
    }
    let corners = CornerRadius::same(theme::RADIUS_S);
    let (fill, ink) = match (look.chosen, response.hovered(), look.inside) {
        (true, ..) => (colour.accent, colour.on_accent),
        (_, true, _) => (colour.selected, colour.ink),
        (_, _, true) => (Color32::TRANSPARENT, colour.ink),
        _ => (Color32::TRANSPARENT, colour.ink_weak),
    };
    ui.painter().rect_filled(rect, corners, fill);
    if day == today(ui) {
        ui.painter().rect_stroke(rect, corners, Stroke::new(1.0, colour.edge), StrokeKind::Inside);
    }
    ui.painter().text(rect.center(), Align2::CENTER_CENTER, day.day(), theme::regular(theme::TYPE_S), ink);
    let ring = if look.chosen { rect.expand(2.0) } else { rect };
    focus_ring(ui, &response, ring, theme::RADIUS_S);
    response
}
