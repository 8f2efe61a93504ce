//! When a value counts as unchanged: what a server may have filled in, or nulled, is no edit of anybody.

use super::json::{Json, View, folded};
use super::profile::Record;
use super::schema::{AttributeSchema, Schema};
use super::value::canonical;
use std::collections::BTreeMap;

/// What a value means: absent, null and the default are the same, and so is `""` where a mandatory string has no default (it
/// may be read back as null). `None` for nothing at all. A value that the schema does not know is compared by its token.
pub(super) fn meaning(attribute: Option<&AttributeSchema>, value: Option<View<'_>>) -> Option<String> {
    let default = attribute.and_then(|attribute| attribute.default.as_ref()).map(Json::view);
    let may_be_nulled = default.is_none() && attribute.is_some_and(|attribute| attribute.mandatory);
    let is_blank = |value: &View<'_>| value.is_null() || (may_be_nulled && value.as_str() == "\"\"");
    let value = value.filter(|value| !is_blank(value)).or(default)?;
    Some(attribute.map_or_else(|| value.to_string(), |attribute| canonical(attribute.kind, value)))
}

/// What a record means: its attributes, letter case of names folded, without those that say no more than their absence.
pub(super) type RecordMeaning = BTreeMap<String, Option<String>>;

/// See [`RecordMeaning`].
pub(super) fn record_meaning(schema: Option<&Schema>, record: &Record) -> RecordMeaning {
    let said = record.attributes().map(|(name, value)| {
        let name = name.decoded();
        let attribute = schema.and_then(|schema| schema.attribute(&name));
        (folded(&name), meaning(attribute, Some(value)), meaning(attribute, None))
    });
    said.filter(|(_, value, absent)| value != absent).map(|(name, value, _)| (name, value)).collect()
}
