//! The form of one made-up record.

use eframe::egui;
use egui::{Margin, Stroke, Ui};
use profile_desk::model::schema::AttributeType;
use profile_desk::ui::form::{self, Field, FieldEvent};
use profile_desk::ui::theme;
use profile_desk::ui::widgets::grid::Presence;

/// The record's fields, as they stand.
pub struct Record {
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
        Self { fields: vec![kind, prefix, number, description, start, end, since, main, source, notes] }
    }

    pub fn show(&mut self, ui: &mut Ui) {
        let colour = theme::palette(ui);
        let frame = egui::Frame::new().fill(colour.surface).stroke(Stroke::new(1.0, colour.line));
        frame.inner_margin(Margin::same(16)).show(ui, |ui| {
            for (index, event) in form::fields(ui, (1, 2), &self.fields) {
                if let Some(field) = self.fields.get_mut(index) {
                    absorb(field, event);
                }
            }
        });
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
