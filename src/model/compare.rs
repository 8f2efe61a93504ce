//! When a value counts as unchanged: what a server may have filled in, nulled or written in another form is no edit of
//! anybody.
//!
//! What a person wants is compared by its *meaning*: every value that can be told from another is one. What a server shows
//! is compared as *shown*: a database may have made null of `""`, and numbers, flags and dates come back in other forms.

use super::json::{Json, Kind, View, folded};
use super::profile::{Profile, Record};
use super::schema::{Arity, AttributeSchema, AttributeType, Schema, Schemas};
use super::value::{UniqueKey, canonical, unique_key};
use std::collections::{BTreeMap, BTreeSet};

/// What a value means: absent, null and the default are the same, and so is `""` where a mandatory string has no default (it
/// may be read back as null). `None` for nothing at all. A value that the schema does not know is compared by its token.
pub(super) fn meaning(attribute: Option<&AttributeSchema>, value: Option<View<'_>>) -> Option<String> {
    let default = attribute.and_then(|attribute| attribute.default.as_ref()).map(Json::view);
    let may_be_nulled = default.is_none() && attribute.is_some_and(|attribute| attribute.mandatory);
    let is_blank = |value: &View<'_>| value.is_null() || (may_be_nulled && value.as_str() == "\"\"");
    let value = value.filter(|value| !is_blank(value)).or(default)?;
    Some(attribute.map_or_else(|| value.to_string(), |attribute| canonical(attribute.kind, value)))
}

/// The same of what a server shows: `""` is nothing too, and a value that the schema does not know is compared by its text.
pub(super) fn shown(attribute: Option<&AttributeSchema>, value: Option<View<'_>>) -> Option<String> {
    let default = attribute.and_then(|attribute| attribute.default.as_ref()).map(Json::view);
    let kind = attribute.map_or(AttributeType::String, |attribute| attribute.kind);
    let value = value.filter(|value| !is_nothing(*value)).or(default.filter(|value| !is_nothing(*value)))?;
    Some(canonical(kind, value))
}

fn is_nothing(value: View<'_>) -> bool {
    value.is_null() || value.as_str() == "\"\""
}

/// What a record means: its attributes, letter case of names folded, without those that say no more than their absence.
pub(super) type RecordMeaning = BTreeMap<String, Option<String>>;

/// How a value is compared: [`meaning`] or [`shown`].
pub(super) type By = fn(Option<&AttributeSchema>, Option<View<'_>>) -> Option<String>;

/// See [`RecordMeaning`].
pub(super) fn record_meaning(schema: Option<&Schema>, record: &Record, by: By) -> RecordMeaning {
    let said = record.attributes().map(|(name, value)| {
        let name = name.decoded();
        let attribute = schema.and_then(|schema| schema.attribute(&name));
        (folded(&name), by(attribute, Some(value)), by(attribute, None))
    });
    said.filter(|(_, value, absent)| value != absent).map(|(name, value, _)| (name, value)).collect()
}

/// What a core attribute is as a server shows it: its values, the primary one first, the others in any order. Nothing
/// tells its type: text that is a day or an instant is compared as such.
pub(super) fn core_shown(value: Option<View<'_>>) -> Vec<String> {
    let is_list = value.is_some_and(|value| value.kind() == Kind::Array);
    let elements = value.into_iter().filter(|_| is_list).flat_map(View::elements);
    let values = elements.chain(value.filter(|_| !is_list)).filter(|value| !is_nothing(*value));
    let mut shown: Vec<String> = values.map(scalar_shown).collect();
    if let Some((_, others)) = shown.split_first_mut() {
        others.sort();
    }
    shown
}

fn scalar_shown(value: View<'_>) -> String {
    let day = Some(canonical(AttributeType::Date, value)).filter(|day| day.starts_with('v'));
    day.unwrap_or_else(|| canonical(AttributeType::String, value))
}

/// Whether a server shows the same profile in both: the order of records does not count, nor what [`shown`] leaves out.
pub fn same_profile(a: &Profile, b: &Profile, schemas: &Schemas) -> bool {
    let view = |profile: &'_ Profile, name: &str| core_shown(profile.core(name).map(Json::view));
    let core = names(a.core.iter().chain(&b.core).map(|core| core.name.as_str()));
    let extensions = names(a.extensions.iter().chain(&b.extensions).map(|extension| extension.name.as_str()));
    core.iter().all(|name| view(a, name) == view(b, name))
        && extensions.iter().all(|name| same_records(schemas.get(name), a.records(name), b.records(name)))
}

/// Names without repeats.
fn names<'a>(names: impl Iterator<Item = &'a str>) -> BTreeSet<String> {
    names.map(folded).collect()
}

/// The key of a record as a server shows it, which may have made null of `""`; `None` where the schema has no `unique`.
pub(super) fn key_shown(schema: &Schema, record: &Record) -> Option<UniqueKey> {
    let is_blank = |name: &&String| record.get(name).is_some_and(|value| value.as_str() == "\"\"");
    let blank = schema.unique.iter().filter(is_blank);
    let nulled = blank.fold(record.clone(), |record, name| record.with(name, Some(&Json::null())));
    unique_key(schema, &nulled)
}

/// Whether a server shows the same records of an extension in both, as a multiset. A single-valued one without a record is like one that says nothing.
pub fn same_records(schema: Option<&Schema>, a: &[Record], b: &[Record]) -> bool {
    let of = |records: &[Record]| {
        let mut shown: Vec<_> = records.iter().map(|record| record_meaning(schema, record, shown)).collect();
        shown
            .retain(|record| !record.is_empty() || schema.is_some_and(|schema| schema.arity == Arity::Multi));
        shown.sort();
        shown
    };
    of(a) == of(b)
}

/// Whether a server shows the same record in both: null, absent, `""` and the default are equal, names are compared without
/// letter case, order does not count.
pub fn same_record(schema: Option<&Schema>, a: &Record, b: &Record) -> bool {
    record_meaning(schema, a, shown) == record_meaning(schema, b, shown)
}
