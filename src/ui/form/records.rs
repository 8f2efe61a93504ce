//! The list of records beside the form.

use std::borrow::Cow;

use eframe::egui;
use egui::{Rect, Ui, pos2};

use super::frame::line;
use crate::ui::theme;
use crate::ui::widgets::badge::{self, State};
use crate::ui::widgets::list_box::{Rows, list_box};

/// A record as the caller wants it listed.
#[derive(Debug, Clone, Default)]
pub struct RecordRow<'a> {
    /// What tells it from all others, wherever it stands.
    pub key: u64,
    /// Its accessible name: `Phone 2`.
    pub name: Cow<'a, str>,
    /// Its position in the data, from 1.
    pub number: usize,
    /// What it says in short: `2 work · +33 6543211`.
    pub summary: Cow<'a, str>,
    /// What became of it since it was loaded.
    pub state: Option<State>,
}

/// The records behind a list; the calls are for what is seen.
pub type RowOf<'a, 'b> = &'a dyn Fn(usize) -> RecordRow<'b>;

const PAD: f32 = 10.0;

/// The list in the space there is, named `name`, with `count` rows. Returns the row that is selected now, if it is
/// another: the caller hands it in from the next frame on. Both indices count from 0.
pub fn record_list(
    ui: &mut Ui,
    name: &str,
    count: usize,
    row_of: RowOf<'_, '_>,
    selected: Option<usize>,
) -> Option<usize> {
    let id = ui.make_persistent_id(("records", name));
    list_box(ui, id, name, &Records { count, row_of }, selected)
}

struct Records<'a, 'b> {
    count: usize,
    row_of: RowOf<'a, 'b>,
}

impl Rows for Records<'_, '_> {
    fn count(&self) -> usize {
        self.count
    }

    fn height(&self) -> f32 {
        theme::ROW
    }

    fn key(&self, at: usize) -> u64 {
        (self.row_of)(at).key
    }

    fn told(&self, at: usize) -> (String, String) {
        let record = (self.row_of)(at);
        let state = record.state.map_or(String::new(), |state| format!(", {}", state.word()));
        (record.name.into_owned(), format!("{}{state}", record.summary))
    }

    fn paint(&self, ui: &Ui, at: usize, rect: Rect) {
        let (record, colour, painter) = ((self.row_of)(at), theme::palette(ui), ui.painter());
        let right = rect.right() - PAD;
        let badge = record.state.map_or(0.0, |state| badge::text_width(painter, state.word()) + theme::GAP_S);
        let put = |text: &str, left: f32, font, ink| {
            let galley = line(painter, text, font, ink, (right - badge - left).max(0.0));
            let end = left + galley.size().x;
            painter.galley(pos2(left, rect.center().y - galley.size().y / 2.0), galley, ink);
            end
        };
        let removed = record.state == Some(State::Removed);
        let ink = if removed { colour.ink_weak } else { colour.ink };
        let end =
            put(&record.number.to_string(), rect.left() + PAD, theme::regular(theme::TYPE), colour.ink_weak);
        let end = put(&record.summary, end + theme::GAP_S, theme::regular(theme::TYPE), ink);
        if let Some(state) = record.state {
            badge::paint(painter, pos2(end + theme::GAP_S, rect.center().y), state);
        }
    }
}
