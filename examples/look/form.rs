//! The form of one made-up record.

use eframe::egui;
use egui::{Align, Layout, Margin, Stroke, Ui, vec2};
use profile_desk::model::schema::AttributeType;
use profile_desk::ui::form::{self, Field, FieldEvent, List, ListEvent, RecordRow};
use profile_desk::ui::theme;
use profile_desk::ui::widgets::badge::State;
use profile_desk::ui::widgets::grid::Presence;

/// The record's fields, as they stand.
pub struct Record {
    emails: Vec<String>,
    selected: usize,
    fields: Vec<Field<'static>>,
}

fn named(label: &'static str, kind: AttributeType, text: &'static str) -> Field<'static> {
    let attribute = label.split(' ').next().unwrap_or(label);
    Field {
        name: format!("Phone 2 {attribute}").into(),
        label: label.into(),
        kind: Some(kind),
        text: text.into(),
        ..Field::default()
    }
}

impl Record {
    pub fn new() -> Self {
        let mut kind = named("PhoneType · identifies the record", AttributeType::Integer, "2");
        kind.note = "integer".into();
        let mut prefix = named("prefix", AttributeType::String, "+33");
        prefix.length = Some(3);
        let mut number = named("number", AttributeType::String, "6543211");
        number.length = Some(15);
        number.was = Some("6543210".into());
        number.warning = Some("+33 6543211: too short for a French number. It can be sent as it is.".into());
        let mut description =
            named("description", AttributeType::String, "business calls only, no sales at all");
        description.length = Some(32);
        description.mandatory = true;
        description.error = Some("36 characters, the schema allows 32.".into());
        let mut start = named("start_availabilty · Paris", AttributeType::Datetime, "2009-12-18 10:30");
        start.note = "09:30 UTC".into();
        let mut end = named("end_availabilty · Paris", AttributeType::Datetime, "");
        end.presence = Presence::Absent;
        let mut since = named("since", AttributeType::Date, "");
        since.presence = Presence::Null;
        let main = named("main", AttributeType::Boolean, "true");
        let mut source = named("source", AttributeType::String, "import");
        source.locked = true;
        let notes = "Asked to be called in the morning only.\nSpeaks French and English.";
        let notes = named("notes", AttributeType::String, notes);
        let emails = ["bruce.banner@marvelous.com", "hulk@example.com"].map(str::to_owned).to_vec();
        Self {
            emails,
            selected: 1,
            fields: vec![kind, prefix, number, description, start, end, since, main, source, notes],
        }
    }

    /// List and fields side by side.
    pub fn show(&mut self, ui: &mut Ui) {
        ui.horizontal_top(|ui| {
            let size = vec2(270.0, 490.0);
            ui.allocate_ui_with_layout(size, Layout::top_down(Align::Min), |ui| {
                let chosen = form::record_list(ui, "Phone records", 5, &row, Some(self.selected));
                self.selected = chosen.unwrap_or(self.selected);
            });
            ui.vertical(|ui| self.fields(ui));
        });
    }

    /// The core attribute with several values.
    pub fn emails(&mut self, ui: &mut Ui) {
        let frame = card(ui);
        frame.show(ui, |ui| {
            let list = List {
                name: "EmailAddress".into(),
                label: "EmailAddress".into(),
                values: &self.emails,
                ..List::default()
            };
            for event in form::list_editor(ui, 1, &list) {
                match event {
                    ListEvent::Changed(index, text) => self.emails[index] = text,
                    ListEvent::Committed(_) => {}
                    ListEvent::Added => self.emails.push(String::new()),
                    ListEvent::Removed(index) => drop(self.emails.remove(index)),
                    ListEvent::MovedUp(index) => self.emails.swap(index, index - 1),
                    ListEvent::MadePrimary(index) => self.emails[..=index].rotate_right(1),
                }
            }
        });
    }

    fn fields(&mut self, ui: &mut Ui) {
        card(ui).show(ui, |ui| {
            for (index, event) in form::fields(ui, (1, 2), &self.fields) {
                if let Some(field) = self.fields.get_mut(index) {
                    absorb(field, event);
                }
            }
        });
    }
}

fn card(ui: &Ui) -> egui::Frame {
    let colour = theme::palette(ui);
    let frame = egui::Frame::new().fill(colour.surface).stroke(Stroke::new(1.0, colour.line));
    frame.inner_margin(Margin::same(16))
}

fn row(index: usize) -> RecordRow<'static> {
    let rows = [
        ("0 home · +33 3145926535", None),
        ("2 work · +33 6543211", Some(State::Changed)),
        ("5 · +33 951357456", None),
        ("3 fax · +33 140506070", Some(State::Removed)),
        ("6 mobile · +33 61234567890123456", Some(State::New)),
    ];
    let (summary, state) = rows.get(index).copied().unwrap_or_default();
    RecordRow {
        key: u64::try_from(index).unwrap_or_default(),
        name: format!("Phone {}", index + 1).into(),
        number: index + 1,
        summary: summary.into(),
        state,
    }
}

fn absorb(field: &mut Field<'static>, event: FieldEvent) {
    let (text, presence) = match event {
        FieldEvent::Changed(text) => (text.into(), Presence::Value),
        FieldEvent::Cleared => ("".into(), Presence::Absent),
        FieldEvent::Nulled => ("".into(), Presence::Null),
        FieldEvent::PutBack => (field.was.take().unwrap_or_default(), Presence::Value),
        FieldEvent::Committed => return,
    };
    (field.text, field.presence) = (text, presence);
}
