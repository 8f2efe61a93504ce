//! Shows every widget with made-up records: `cargo run --example look -- dark form`.

mod form;

use eframe::egui;
use egui::{Align, Layout, Margin, Ui, vec2};
use profile_desk::model::finding::Severity;
use profile_desk::ui::theme;
use profile_desk::ui::widgets::badge::State;
use profile_desk::ui::widgets::grid::{At, Cell, Column, Grid, GridEvent, GridSource, Presence};
use profile_desk::ui::widgets::tab::{self, Tab};
use profile_desk::ui::widgets::{badge, button, finding, heading, list_row, segmented};

fn main() -> eframe::Result {
    let asked = |word: &str| std::env::args().any(|argument| argument == word);
    let (dark, view) = (asked("dark"), usize::from(asked("form")));
    let options = eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default().with_inner_size([1440.0, 860.0]),
        renderer: eframe::Renderer::Glow,
        ..eframe::NativeOptions::default()
    };
    let create = move |context: &eframe::CreationContext<'_>| {
        theme::install(&context.egui_ctx);
        context.egui_ctx.set_theme(if dark { egui::Theme::Dark } else { egui::Theme::Light });
        Ok(Box::new(Look { view, ..Look::new() }) as Box<dyn eframe::App>)
    };
    eframe::run_native("profile-desk", options, Box::new(create))
}

struct Look {
    columns: Vec<Column>,
    rows: Vec<[Option<String>; 6]>,
    grid: Grid,
    tab: usize,
    view: usize,
    record: form::Record,
}

impl Look {
    fn new() -> Self {
        let titles = [
            "PhoneType",
            "prefix",
            "number",
            "description",
            "start_availabilty · Paris",
            "end_availabilty · Paris",
        ];
        let column =
            |title: &str| Column { key: title.to_owned(), title: title.to_owned(), ..Column::default() };
        let row = |texts: [&str; 6]| texts.map(|text| (text != "-").then(|| text.to_owned()));
        let mut grid = Grid::default();
        grid.go_to(At { key: 1, row: 1, column: 2 });
        Self {
            columns: titles.map(column).to_vec(),
            rows: [
                ["0 home", "+33", "3145926535", "family phone", "2009-12-18 19:30", "2009-12-18 22:40"],
                [
                    "2 work",
                    "+33",
                    "6543211",
                    "business calls only, no sales",
                    "2009-12-18 10:30",
                    "2009-12-18 18:45",
                ],
                ["5", "+33", "951357456", "", "-", "-"],
                ["3 fax", "+33", "140506070", "old fax", "2009-12-18 09:00", "2009-12-18 18:00"],
                ["6 mobile", "+33", "61234567890123456", "mobile", "2026-11-24 09:00", "2026-11-24 19:00"],
            ]
            .map(row)
            .to_vec(),
            grid,
            tab: 1,
            view: 0,
            record: form::Record::new(),
        }
    }

    fn centre(&mut self, ui: &mut Ui) {
        heading::customer(ui, "Bruce Banner");
        ui.horizontal(|ui| {
            ui.label(egui::RichText::new("0004Va58A92T0017").font(theme::mono(theme::TYPE_S)).weak());
            for text in ["Undo", "Redo", "History", "Reload"] {
                button::ordinary(ui, text, None);
            }
        });
        let plain = |title, count| Tab { title, about: None, count, state: None };
        let tabs = [
            plain("Profile", None),
            Tab { title: "Phone", about: None, count: Some(5), state: Some(State::Changed) },
            plain("Address", Some(1)),
            plain("Consents", Some(2)),
            plain("Notes", Some(0)),
        ];
        self.tab = tab::bar(ui, "Extensions", &tabs, self.tab).unwrap_or(self.tab);
        ui.add_space(theme::GAP_S);
        if self.tab == 0 {
            self.record.emails(ui);
        } else if self.view == 1 {
            self.record.show(ui);
        } else {
            self.table(ui);
        }
        ui.add_space(theme::GAP_S);
        ui.horizontal(|ui| {
            for text in ["Add record", "Duplicate record", "Remove record"] {
                button::ordinary(ui, text, None);
            }
            let views = [(0, "Table"), (1, "Form"), (2, "JSON")];
            segmented::segmented(ui, "View", &views, &mut self.view);
        });
        finding::finding(ui, Severity::Error, "Phone 5 number: 17 characters, the schema allows 15.");
        let odd = "+33 6543211: too short for a French number. It can be sent as it is.";
        finding::finding(ui, Severity::Warning, odd);
    }

    fn table(&mut self, ui: &mut Ui) {
        let mut grid = std::mem::take(&mut self.grid);
        let events = grid.show(ui, "Phone", self);
        self.grid = grid;
        for event in events {
            self.absorb(event);
        }
    }

    fn absorb(&mut self, event: GridEvent) {
        let (at, text) = match event {
            GridEvent::Changed(at, text) | GridEvent::PutBack(at, text, Presence::Value) => (at, Some(text)),
            GridEvent::PutBack(at, ..) | GridEvent::Cleared(at) => (at, None),
            _ => return,
        };
        if let Some(cell) = self.rows.get_mut(at.row).and_then(|row| row.get_mut(at.column)) {
            *cell = text;
        }
    }
}

impl GridSource for Look {
    fn generation(&self) -> u64 {
        1
    }
    fn columns(&self) -> &[Column] {
        &self.columns
    }
    fn rows(&self) -> usize {
        self.rows.len()
    }
    fn row_key(&self, row: usize) -> u64 {
        u64::try_from(row).unwrap_or(u64::MAX)
    }
    fn row_state(&self, row: usize) -> Option<State> {
        [None, Some(State::Changed), None, Some(State::Removed), Some(State::New)].get(row).copied().flatten()
    }
    fn row_menu(&self, _: usize) -> Vec<&str> {
        vec!["Duplicate record", "Remove record", "Put back"]
    }
    fn cell(&self, row: usize, column: usize) -> Cell<'_> {
        let text = self.rows.get(row).and_then(|row| row.get(column)).and_then(Option::as_deref);
        let title = self.columns.get(column).map_or("", |column| column.title.as_str());
        let long = column == 2 && text.is_some_and(|text| text.len() > 15);
        Cell {
            name: format!("Phone {} {title}", row + 1).into(),
            presence: if text.is_some() { Presence::Value } else { Presence::Absent },
            text: text.unwrap_or_default().into(),
            error: long.then(|| "17 characters, the schema allows 15".into()),
            ..Cell::default()
        }
    }
}

impl eframe::App for Look {
    fn ui(&mut self, ui: &mut Ui, _: &mut eframe::Frame) {
        let colour = theme::palette(ui);
        egui::Panel::left("rail").exact_size(207.0).resizable(false).show(ui, |ui| {
            ui.add_space(theme::GAP_M);
            heading::section(ui, "Found for 951357");
            list_row::list_row(ui, "Bruce Banner", "0004Va58A92T0017", true);
            list_row::list_row(ui, "Ørsted Žižková", "0004Va58A92T00B2", false);
            heading::section(ui, "Recent");
            list_row::list_row(ui, "Иван Петров", "0004Va58A92T0133", false);
            button::ordinary(ui, "New customer", None);
        });
        egui::Panel::right("review").exact_size(320.0).resizable(false).show(ui, |ui| {
            ui.add_space(theme::GAP_M);
            heading::panel(ui, "Review");
            ui.horizontal_wrapped(|ui| {
                for state in [State::Changed, State::New, State::Removed, State::Invalid, State::Conflict] {
                    badge::badge(ui, state);
                }
            });
            ui.with_layout(Layout::bottom_up(Align::Min), |ui| {
                ui.add_space(theme::GAP_M);
                button::primary(ui, "Submit the 2 good changes", Some("Ctrl+Enter"));
            });
        });
        let frame = egui::Frame::new().fill(colour.page).inner_margin(Margin::same(18));
        egui::CentralPanel::default().frame(frame).show(ui, |ui| {
            ui.spacing_mut().item_spacing = vec2(theme::GAP_S, theme::GAP_S);
            self.centre(ui);
        });
    }
}
