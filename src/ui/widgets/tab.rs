//! A tab of the tab bar: an extension, how many records it has, and whether a draft changes them.

use eframe::egui;
use egui::{
    Color32, CornerRadius, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, UiBuilder, WidgetInfo, pos2,
    vec2,
};

use super::badge::{self, State};
use super::{describe, focus_ring};
use crate::ui::theme::{self, Pair};
use crate::ui::words;

/// What a tab shows.
#[derive(Debug, Clone, Copy)]
pub struct Tab<'a> {
    /// The extension's label.
    pub title: &'a str,
    /// Its own name, where that is another.
    pub about: Option<&'a str>,
    /// Its number of records; `None` where that says nothing.
    pub count: Option<usize>,
    /// What the draft does to it.
    pub state: Option<State>,
}

impl Tab<'_> {
    /// `Phone, 3 records`, `Phone, 3 records, changed`.
    pub fn name(&self) -> String {
        let count = self.count.map(|count| format!(", {}", words::records(count)));
        let state = self.state.map(|state| format!(", {}", state.word()));
        [Some(self.title.to_owned()), count, state].into_iter().flatten().collect()
    }

    fn mark(&self) -> Option<String> {
        match (self.count, self.state) {
            (Some(count), Some(state)) => Some(format!("{count} · {}", state.word())),
            (Some(count), None) => Some(count.to_string()),
            (None, state) => state.map(|state| state.word().to_owned()),
        }
    }
}

const HEIGHT: f32 = 34.0;
const PAD: f32 = 10.0;

/// The bar over the whole width with its line below. Returns the index of the tab that was chosen, if any was.
pub fn bar(ui: &mut Ui, name: &str, tabs: &[Tab<'_>], current: usize) -> Option<usize> {
    let list = UiBuilder::new().accessibility_role(Role::TabList).accessibility_label(name);
    ui.scope_builder(list, |ui| {
        let line = Stroke::new(1.0, theme::palette(ui).line);
        let chosen = ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = vec2(2.0, 0.0);
            let one =
                |(index, tab): (usize, &Tab<'_>)| show(ui, tab, index == current).clicked().then_some(index);
            // Every tab is drawn, so no early end at the one that was clicked.
            tabs.iter().enumerate().map(one).fold(None, Option::or)
        });
        let rect = chosen.response.rect;
        ui.painter().hline(ui.max_rect().x_range(), rect.bottom(), line);
        chosen.inner
    })
    .inner
}

/// One tab, named by [`Tab::name`].
pub fn show(ui: &mut Ui, tab: &Tab<'_>, selected: bool) -> Response {
    let colour = theme::palette(ui);
    let (font, ink) = if selected {
        (theme::semibold(theme::TYPE), colour.ink)
    } else {
        (theme::regular(theme::TYPE), colour.ink_weak)
    };
    let title = ui.painter().layout_no_wrap(tab.title.to_owned(), font, ink);
    let mark = tab.mark();
    let mark_width =
        mark.as_deref().map_or(0.0, |mark| theme::GAP_S + badge::text_width(ui.painter(), mark) + 2.0);
    let size = vec2((title.size().x + mark_width + 2.0 * PAD).max(theme::TARGET), HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let enabled = response.enabled();
    response.widget_info(|| WidgetInfo::selected(Role::Tab, enabled, selected, tab.name()));
    describe(&response, |node| {
        node.set_selected(selected);
        if let Some(about) = tab.about {
            node.set_description(about);
        }
    });
    let after = rect.left() + PAD + title.size().x + theme::GAP_S;
    ui.painter().galley(pos2(rect.left() + PAD, rect.center().y - title.size().y / 2.0), title, ink);
    if let Some(mark) = &mark {
        paint_mark(ui, pos2(after, rect.center().y), mark, tab.state);
    }
    if selected || response.hovered() {
        let line = if selected { colour.accent } else { colour.edge };
        ui.painter().hline(rect.x_range(), rect.bottom() - 1.0, Stroke::new(2.0, line));
    }
    focus_ring(ui, &response, rect.shrink2(vec2(0.0, 2.0)), theme::RADIUS_S);
    match tab.about {
        Some(about) => response.on_hover_text(about),
        None => response,
    }
}

/// Coloured and square for a state; grey and round for a mere count.
fn paint_mark(ui: &Ui, left: egui::Pos2, text: &str, state: Option<State>) {
    let colour = theme::palette(ui);
    if let Some(state) = state {
        badge::paint_text(ui.painter(), left, text, state.pair(colour));
        return;
    }
    let width = badge::text_width(ui.painter(), text) + 2.0;
    let rect = Rect::from_min_size(left - vec2(0.0, badge::HEIGHT / 2.0), vec2(width, badge::HEIGHT));
    ui.painter().rect(rect, CornerRadius::same(9), colour.line, Stroke::NONE, StrokeKind::Inside);
    let grey = Pair { ink: colour.ink_weak, back: Color32::TRANSPARENT };
    badge::paint_text(ui.painter(), left + vec2(1.0, 0.0), text, grey);
}
