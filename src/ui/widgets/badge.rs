//! The state of a record or change as a word; colour only supports it.

use eframe::egui;
use egui::{Align2, Color32, CornerRadius, Painter, Pos2, Rect, Response, Role, Sense, Ui, WidgetInfo, vec2};

use crate::ui::theme::{self, Pair, Palette};

/// What became of a record since it was loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// An attribute differs.
    Changed,
    /// It was not there.
    New,
    /// It is to go.
    Removed,
    /// The schema refuses it.
    Invalid,
    /// Somebody else changed it too.
    Conflict,
}

impl State {
    /// The word on the badge.
    pub fn word(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::New => "new",
            Self::Removed => "removed",
            Self::Invalid => "invalid",
            Self::Conflict => "conflict",
        }
    }

    /// Its colours in `palette`.
    pub fn pair(self, palette: &Palette) -> Pair {
        match self {
            Self::Changed => palette.changed,
            Self::New => palette.new,
            Self::Removed | Self::Invalid | Self::Conflict => palette.bad,
        }
    }
}

/// Height of a badge in points.
pub const HEIGHT: f32 = 18.0;
const PAD: f32 = 5.0;

/// A badge as a label of its own, named by its word.
pub fn badge(ui: &mut Ui, state: State) -> Response {
    let width = text_width(ui.painter(), state.word());
    let (rect, response) = ui.allocate_exact_size(vec2(width, HEIGHT), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, state.word()));
    paint(ui.painter(), rect.left_center(), state);
    response
}

/// Paints a badge whose left edge has its middle at `left`, inside another widget that says the word itself.
pub fn paint(painter: &Painter, left: Pos2, state: State) -> Rect {
    paint_text(painter, left, state.word(), state.pair(theme::palette(painter.ctx())))
}

/// As [`paint`], with any text and colours.
pub(super) fn paint_text(painter: &Painter, left: Pos2, text: &str, pair: Pair) -> Rect {
    let width = text_width(painter, text);
    let rect = Rect::from_min_size(left - vec2(0.0, HEIGHT / 2.0), vec2(width, HEIGHT));
    painter.rect_filled(rect, CornerRadius::same(theme::RADIUS_S), pair.back);
    painter.text(rect.center(), Align2::CENTER_CENTER, text, theme::semibold(theme::TYPE_XS), pair.ink);
    rect
}

/// How wide a badge with `text` is, in points.
pub(in crate::ui) fn text_width(painter: &Painter, text: &str) -> f32 {
    let font = theme::semibold(theme::TYPE_XS);
    painter.layout_no_wrap(text.to_owned(), font, Color32::PLACEHOLDER).size().x + 2.0 * PAD
}
