//! Columns are resized by dragging the edge of their header; a double click fits them. No stops for Tab.

use eframe::egui;
use egui::{CursorIcon, Rect, Sense, Stroke, Ui, pos2, vec2};

use super::{Grid, GridSource, Place, draw};
use crate::ui::theme;

/// Width of what can be grasped around an edge.
const GRASP: f32 = 8.0;
/// The widest column that can be made, in points.
const WIDEST: f32 = 2000.0;

impl Grid {
    /// The width of each column: the user's, the caller's, or what fits.
    pub(super) fn all_widths(&self, ui: &Ui, source: &dyn GridSource) -> Vec<f32> {
        let columns = source.columns().iter().enumerate();
        let width = |(index, column): (usize, &super::Column)| {
            let given = self.resized.get(&column.key).copied().or(column.width);
            given.unwrap_or_else(|| draw::fitted(ui, source, index))
        };
        columns.map(width).collect()
    }

    /// Takes drags and double clicks on the edges of the header.
    pub(super) fn resize(&mut self, ui: &Ui, place: Place, edges: &[f32], source: &dyn GridSource) {
        let left = place.corner.x - place.offset.x;
        let numbers = place.corner.x + edges.first().copied().unwrap_or(0.0);
        for (index, column) in source.columns().iter().enumerate() {
            let (Some(from), Some(to)) = (edges.get(index), edges.get(index + 1)) else { break };
            if left + to < numbers {
                continue;
            }
            let spot = Rect::from_center_size(
                pos2(left + to, place.corner.y + theme::ROW / 2.0),
                vec2(GRASP, theme::ROW),
            );
            let edge = ui.interact(spot, ui.scope_id().with(("edge", index)), Sense::CLICK | Sense::DRAG);
            if edge.hovered() || edge.dragged() {
                ui.set_cursor_icon(CursorIcon::ResizeHorizontal);
                let line = Stroke::new(2.0, theme::palette(ui).accent);
                ui.painter().vline(spot.center().x - 1.0, spot.y_range(), line);
            }
            let dragged = edge.dragged().then(|| edge.interact_pointer_pos()).flatten();
            let wanted =
                dragged.map(|pointer| (pointer.x - left - from).clamp(*draw::WIDTHS.start(), WIDEST));
            let fitted = edge.double_clicked().then(|| draw::fitted(ui, source, index));
            let (Some(width), Some(place)) = (fitted.or(wanted), self.widths.get_mut(index)) else {
                continue;
            };
            if (*place - width).abs() < f32::EPSILON {
                continue;
            }
            *place = width;
            self.resized.insert(column.key.clone(), width);
            ui.request_repaint();
        }
    }
}
