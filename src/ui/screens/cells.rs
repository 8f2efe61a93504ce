//! One attribute of one row as table and form show it: its text, whether there is a value, what is wrong with it.

use crate::app::draft::{Row, RowState};
use crate::app::entry::{Entry, text_of};
use crate::app::review::Spot;
use crate::app::state::Open;
use crate::model::finding::Severity;
use crate::model::json::{Json, Kind};
use crate::model::schema::{AttributeSchema, AttributeType};
use crate::model::value::shown;
use crate::ui::widgets::badge::State;
use crate::ui::widgets::grid::Presence;
use jiff::tz::TimeZone;

/// One attribute of one row.
pub struct Attribute<'a> {
    /// Its schema, where there is one.
    pub schema: Option<&'a AttributeSchema>,
    /// The text in its editor.
    pub text: String,
    /// The value, where the text stands for one.
    pub value: Option<String>,
    /// Whether there is a value.
    pub presence: Presence,
    /// What it was when it was loaded, where that differs; the empty text where it was not there.
    pub was: Option<String>,
    /// Errors, as one sentence.
    pub error: Option<String>,
    /// Warnings, as one sentence.
    pub warning: Option<String>,
    /// Whether it is a structure that can only be read here.
    pub locked: bool,
}

/// Reads an attribute of a row. `judged`: whether what is only missing yet is an error already.
pub fn attribute<'a>(
    open: &'a Open,
    extension: &str,
    row: Row<'_>,
    name: &str,
    zone: &TimeZone,
    judged: bool,
) -> Attribute<'a> {
    let schema = open.schemas.get(extension).and_then(|schema| schema.attribute(name));
    let kind = schema.map(|schema| schema.kind);
    let loaded = row.record.get(name);
    let stored = || match loaded {
        None => (String::new(), Presence::Absent),
        Some(value) if value.is_null() => (String::new(), Presence::Null),
        Some(value) => (text_of(kind, value, zone), Presence::Value),
    };
    let entry = row.entry(name);
    let token = match entry {
        None => loaded,
        Some(Entry::Typed { token, .. }) => token.as_ref().ok().map(Json::view),
        Some(Entry::Null | Entry::Absent) => None,
    };
    let (text, presence) = match entry {
        None => stored(),
        Some(Entry::Typed { text, .. }) => (text.clone(), Presence::Value),
        Some(Entry::Null) => (String::new(), Presence::Null),
        Some(Entry::Absent) => (String::new(), Presence::Absent),
    };
    let was = (row.state == RowState::Changed && entry.is_some()).then(|| stored().0);
    let spot = Spot::Row((extension.to_owned(), row.key));
    let told = |severity: Severity| {
        let about = open.review.about(&spot, Some(name));
        let told = about.filter(|found| found.finding.severity == severity && (judged || !found.missing));
        let sentences: Vec<&str> = told.map(|found| found.finding.sentence.as_str()).collect();
        (!sentences.is_empty()).then(|| sentences.join(". "))
    };
    let locked = loaded.is_some_and(|value| matches!(value.kind(), Kind::Object | Kind::Array));
    Attribute {
        schema,
        text,
        value: token.filter(|token| !token.is_null()).map(shown),
        presence,
        was,
        error: told(Severity::Error),
        warning: told(Severity::Warning),
        locked,
    }
}

/// The word beside a row's number.
pub fn state(open: &Open, extension: &str, row: Row<'_>, judged: bool) -> Option<State> {
    let spot = Spot::Row((extension.to_owned(), row.key));
    let bad = open
        .review
        .about(&spot, None)
        .any(|found| found.finding.severity == Severity::Error && (judged || !found.missing));
    match row.state {
        RowState::Removed => Some(State::Removed),
        RowState::New => Some(State::New),
        RowState::Changed if bad => Some(State::Invalid),
        RowState::Changed => Some(State::Changed),
        RowState::Kept => None,
    }
}

/// The title of an attribute's column: date-times say their zone.
pub fn title(name: &str, schema: Option<&AttributeSchema>, zone: &str) -> String {
    if schema.is_some_and(|schema| schema.kind == AttributeType::Datetime) {
        format!("{name} · {zone}")
    } else {
        name.to_owned()
    }
}
