//! What a draft amounts to: its changes one by one, its findings, and what of it can be sent.

use super::draft::{Draft, Row, RowAt, RowState};
use super::entry::{Entry, text_of};
use crate::model::finding::{Finding, Place, Severity};
use crate::model::json::{Json, View, quoted, same_name};
use crate::model::labels::{Labels, Of, with_name};
use crate::model::profile::Record;
use crate::model::request::Request;
use crate::model::schema::{Arity, AttributeType, Schema, Schemas};
use crate::model::validate::validate;
use crate::model::value::{UniqueKey, shown, unique_key};
use jiff::tz::TimeZone;
use std::collections::{HashMap, HashSet};

/// Where a change stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Spot {
    /// A core attribute.
    Core(String),
    /// A row of an extension.
    Row(RowAt),
}

/// A difference in one attribute, as texts; `None` where there is no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The attribute.
    pub attribute: String,
    /// What it is called.
    pub label: String,
    /// As loaded.
    pub before: Option<String>,
    /// As wanted.
    pub after: Option<String>,
}

/// One change of a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Where.
    pub spot: Spot,
    /// The same for a person: `Phone 2`.
    pub place: String,
    /// What becomes of the record.
    pub state: RowState,
    /// Attribute by attribute, where the record was changed.
    pub lines: Vec<Line>,
    /// The record in a few words, where it is new or removed.
    pub summary: String,
    /// Why it cannot be sent as it is.
    pub problems: Vec<String>,
}

/// A finding and the row that it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Where the window finds it.
    pub spot: Spot,
    /// What it is.
    pub finding: Finding,
    /// Whether it only says that something is still missing: nothing to be told before the record was left.
    pub missing: bool,
}

/// What a draft amounts to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Review {
    /// Every change, in the order of the tabs.
    pub changes: Vec<Change>,
    /// Every finding.
    pub findings: Vec<Found>,
    /// Records of edited extensions that stay as they are.
    pub kept: usize,
}

/// The loaded records of an extension by what identifies them; made once for each that is edited.
pub type KeyIndex = HashMap<String, HashMap<UniqueKey, Vec<u64>>>;

impl Review {
    /// How many changes there are of a state.
    pub fn count(&self, state: RowState) -> usize {
        self.changes.iter().filter(|change| change.state == state).count()
    }

    /// How many changes can be sent.
    pub fn good(&self) -> usize {
        self.changes.iter().filter(|change| change.problems.is_empty()).count()
    }

    /// How many changes cannot.
    pub fn bad(&self) -> usize {
        self.changes.len() - self.good()
    }

    /// The rows and core attributes that cannot be sent.
    pub fn held_back(&self) -> (HashSet<RowAt>, HashSet<String>) {
        let (mut rows, mut core) = (HashSet::new(), HashSet::new());
        for change in self.changes.iter().filter(|change| !change.problems.is_empty()) {
            match &change.spot {
                Spot::Row(at) => drop(rows.insert(at.clone())),
                Spot::Core(name) => drop(core.insert(name.clone())),
            }
        }
        (rows, core)
    }

    /// The findings about a row's attribute.
    pub fn about<'a>(
        &'a self,
        spot: &'a Spot,
        attribute: Option<&'a str>,
    ) -> impl Iterator<Item = &'a Found> {
        self.findings.iter().filter(move |found| {
            let named = found.finding.place.attribute.as_deref();
            found.spot == *spot
                && attribute.is_none_or(|attribute| named.is_some_and(|named| same_name(named, attribute)))
        })
    }
}

/// How values are told: in which labels and in which zone.
#[derive(Clone, Copy)]
pub struct Told<'a> {
    /// The labels.
    pub labels: &'a Labels,
    /// The zone of date-times.
    pub zone: &'a TimeZone,
}

/// Looks a draft through.
pub fn review(draft: &Draft, schemas: &Schemas, told: Told<'_>, index: &mut KeyIndex) -> Review {
    let mut review = Review::default();
    for name in draft.core_names().iter().filter(|name| draft.is_core_changed(name)) {
        core(draft, name, told, &mut review);
    }
    for name in draft.extensions(schemas).iter().filter(|name| draft.is_extension_changed(name)) {
        let before = review.changes.len();
        let schema = schemas.get(name);
        let single = schema.is_some_and(|schema| schema.arity != Arity::Multi);
        for (at, row) in draft.touched(name) {
            let number = (!single).then_some(at + 1);
            let spot = Spot::Row((name.clone(), row.key));
            let mut findings = if row.state == RowState::Removed {
                Vec::new()
            } else {
                of_row(draft, name, number, row, schemas)
            };
            if let Some(schema) = schema.filter(|_| row.state != RowState::Removed) {
                findings.extend(twin(draft, schema, number, row, told.labels, index));
            }
            let of = Extension { name, schema, told };
            review.changes.push(change(spot.clone(), &of, number, row, &findings));
            let missing = |finding: &Finding| {
                finding.place.attribute.as_deref().is_some_and(|name| row.entry(name).is_none())
            };
            review.findings.extend(findings.into_iter().map(|finding| Found {
                spot: spot.clone(),
                missing: row.state == RowState::New && missing(&finding),
                finding,
            }));
        }
        review.kept += draft.row_count(name) - (review.changes.len() - before);
    }
    review
}

fn error(place: Place, sentence: impl Into<String>) -> Finding {
    Finding { place, severity: Severity::Error, sentence: sentence.into() }
}

fn of_row(
    draft: &Draft,
    extension: &str,
    number: Option<usize>,
    row: Row<'_>,
    schemas: &Schemas,
) -> Vec<Finding> {
    let place = |attribute: Option<String>| Place {
        extension: Some(extension.to_owned()),
        record: number,
        attribute,
    };
    let mut findings: Vec<Finding> = row
        .entries
        .into_iter()
        .flatten()
        .filter_map(|(name, entry)| Some(error(place(Some(name.clone())), entry.token().err()?)))
        .collect();
    let record = row.wanted();
    let value = match schemas.get(extension).map(|schema| schema.arity) {
        Some(Arity::Multi) | None => Json::array([record.json().view()]),
        _ => record.json().clone(),
    };
    let name = quoted(extension);
    let request = Request::InsertRecords(draft.id().clone(), Json::object([(name.as_str(), value.view())]));
    for finding in validate(&request, schemas) {
        let attribute = finding.place.attribute;
        // What is not even a value has been said already.
        let is_told = |name: &str| row.entry(name).is_some_and(|entry| entry.token().is_err());
        if !attribute.as_deref().is_some_and(is_told) {
            findings.push(Finding { place: place(attribute), ..finding });
        }
    }
    findings
}

/// Another record with the same unique attributes.
fn twin(
    draft: &Draft,
    schema: &Schema,
    number: Option<usize>,
    row: Row<'_>,
    labels: &Labels,
    index: &mut KeyIndex,
) -> Option<Finding> {
    let extension = &schema.name;
    // What is no value yet is equal to nothing, not to the default.
    let untold = |name: &String| row.entry(name).is_some_and(|entry| entry.token().is_err());
    if schema.unique.iter().any(untold) {
        return None;
    }
    let loaded = index.entry(extension.clone()).or_insert_with(|| key_index(draft, schema));
    let key = unique_key(schema, &row.wanted())?;
    let untouched =
        |other: &u64| draft.row_by_key(extension, *other).is_some_and(|row| row.state == RowState::Kept);
    let kept =
        loaded.get(&key).into_iter().flatten().copied().find(|other| *other != row.key && untouched(other));
    let other = kept.or_else(|| {
        let live =
            draft.touched(extension).map(|(_, other)| other).filter(|other| other.state != RowState::Removed);
        // Of two edited ones the later is told.
        let mut earlier = live.take_while(|other| other.key != row.key);
        earlier
            .find(|other| unique_key(schema, &other.wanted()).as_ref() == Some(&key))
            .map(|other| other.key)
    })?;
    let names: Vec<&str> = schema.unique.iter().map(|name| labels.label(Some(extension), name)).collect();
    let names = names.join(" and ");
    let at = draft.position(extension, other)? + 1;
    let attribute = schema.unique.first().cloned();
    let place = Place { extension: Some(extension.clone()), record: number, attribute };
    Some(error(
        place,
        format!("{} {at} has the same {names}; each must be another", labels.extension(extension)),
    ))
}

fn key_index(draft: &Draft, schema: &Schema) -> HashMap<UniqueKey, Vec<u64>> {
    let mut index: HashMap<UniqueKey, Vec<u64>> = HashMap::new();
    let records = draft.base().map_or(&[][..], |base| base.records(&schema.name));
    for (at, record) in (0u64..).zip(records) {
        if let Some(key) = unique_key(schema, record) {
            index.entry(key).or_default().push(at);
        }
    }
    index
}

/// An extension, and how its records are told.
pub struct Extension<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its schema, where there is one.
    pub schema: Option<&'a Schema>,
    /// How values are told.
    pub told: Told<'a>,
}

impl Extension<'_> {
    fn value(&self, name: &str, value: View<'_>) -> String {
        let kind = self.schema.and_then(|schema| schema.attribute(name)).map(|attribute| attribute.kind);
        self.told.value(Some(self.name), name, kind, value)
    }

    fn entry(&self, name: &str, entry: &Entry) -> Option<String> {
        self.told.entry(Some(self.name), name, entry)
    }
}

impl Told<'_> {
    fn value(&self, of: Of<'_>, name: &str, kind: Option<AttributeType>, value: View<'_>) -> String {
        let text = if value.is_null() { "null".into() } else { text_of(kind, value, self.zone) };
        self.named(of, name, value).unwrap_or(text)
    }

    fn entry(&self, of: Of<'_>, name: &str, entry: &Entry) -> Option<String> {
        match entry {
            Entry::Typed { text, token } => {
                let named = token.as_ref().ok().and_then(|token| self.named(of, name, token.view()));
                Some(named.unwrap_or_else(|| text.clone()))
            }
            Entry::Null => Some("null".into()),
            Entry::Absent => None,
        }
    }

    /// `2 work`, where the value has a name.
    fn named(&self, of: Of<'_>, name: &str, value: View<'_>) -> Option<String> {
        let value = shown(value);
        self.labels.value(of, name, &value).map(|name| with_name(&value, name))
    }
}

fn change(
    spot: Spot,
    of: &Extension<'_>,
    number: Option<usize>,
    row: Row<'_>,
    findings: &[Finding],
) -> Change {
    let label = |name: &str| of.told.labels.label(Some(of.name), name).to_owned();
    let lines = match row.state {
        RowState::Changed => row
            .entries
            .into_iter()
            .flatten()
            .map(|(name, entry)| Line {
                attribute: name.clone(),
                label: label(name),
                before: row.record.get(name).map(|value| of.value(name, value)),
                after: of.entry(name, entry),
            })
            .collect(),
        _ => Vec::new(),
    };
    let place = Place { extension: Some(of.name.to_owned()), record: number, attribute: None };
    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error);
    let problems = errors.map(|finding| {
        let name = finding.place.attribute.as_ref().map(|name| format!("{}: ", label(name)));
        format!("{}{}", name.unwrap_or_default(), finding.sentence)
    });
    Change {
        spot,
        place: of.told.labels.place(&place),
        state: row.state,
        lines,
        summary: summary(row, of),
        problems: problems.collect(),
    }
}

/// A record in a few words: its first values that are not hidden, as texts.
pub fn summary(row: Row<'_>, of: &Extension<'_>) -> String {
    let record = row.wanted();
    let labels = of.told.labels;
    let mut names = in_order(&record, of.schema);
    names.retain(|name| !labels.is_hidden(Some(of.name), name));
    labels.arrange(Some(of.name), &mut names);
    let typed = |name: &String| match row.entry(name) {
        Some(entry) => of.entry(name, entry),
        None => record.get(name).map(|value| of.value(name, value)),
    };
    let texts = names.iter().filter_map(typed).filter(|text| !text.is_empty() && text != "null");
    texts.take(4).collect::<Vec<_>>().join(" · ")
}

/// The attributes of a record in the schema's order, then those that it does not know.
pub fn in_order(record: &Record, schema: Option<&Schema>) -> Vec<String> {
    let known =
        schema.into_iter().flat_map(|schema| &schema.attributes).map(|attribute| attribute.name.clone());
    let mut names: Vec<String> = known.collect();
    for (name, _) in record.attributes() {
        let name = name.decoded();
        if !names.iter().any(|known| same_name(known, &name)) {
            names.push(name.into_owned());
        }
    }
    names
}

fn core(draft: &Draft, name: &str, told: Told<'_>, review: &mut Review) {
    let loaded = draft.base().and_then(|base| base.core(name));
    let values = draft.core_values(name);
    let now = |value: &super::edits::CoreValue| match &value.entry {
        Some(entry) => told.entry(None, name, entry),
        None => draft.core_loaded(name, value.from).map(|view| told.value(None, name, None, view)),
    };
    let before = (0..)
        .map_while(|at| draft.core_loaded(name, Some(at)))
        .map(|view| told.value(None, name, None, view));
    let texts = |texts: Vec<String>| (!texts.is_empty()).then(|| texts.join(", "));
    let label = told.labels.label(None, name).to_owned();
    let line = Line {
        attribute: name.to_owned(),
        label: label.clone(),
        before: texts(before.collect()),
        after: texts(values.iter().filter_map(now).collect()),
    };
    let state = match (loaded, values.is_empty()) {
        (None, _) => RowState::New,
        (Some(_), true) => RowState::Removed,
        _ => RowState::Changed,
    };
    let spot = Spot::Core(name.to_owned());
    let mut problems = Vec::new();
    for sentence in values.iter().filter_map(|value| value.entry.as_ref()?.token().err()) {
        let place = Place { attribute: Some(name.to_owned()), ..Place::default() };
        problems.push(sentence.to_owned());
        review.findings.push(Found { spot: spot.clone(), finding: error(place, sentence), missing: false });
    }
    review.changes.push(Change {
        spot,
        place: label,
        state,
        lines: vec![line],
        summary: String::new(),
        problems,
    });
}
