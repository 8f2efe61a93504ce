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
/// What differs here is two values; what does not may still be `""` and a default ([`same_shown`]).
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

/// Whether a server shows the same records of an extension in both, as a multiset. A single-valued one without a record is
/// like one that says nothing.
pub fn same_records(schema: Option<&Schema>, a: &[Record], b: &[Record]) -> bool {
    let none = Record::new(Json::object([]));
    let may_be_none = schema.is_none_or(|schema| schema.arity != Arity::Multi);
    let of = |records: &'_ [Record]| {
        let mut shown: Vec<(RecordMeaning, Record)> =
            records.iter().map(|record| (record_meaning(schema, record, shown), record.clone())).collect();
        let missing = a.len().max(b.len()) - records.len();
        let nothing = none.iter().filter(|_| may_be_none).map(|none| (RecordMeaning::new(), none.clone()));
        shown.extend(nothing.cycle().take(missing));
        shown.sort_by(|a, b| a.0.cmp(&b.0));
        shown
    };
    let (a, b) = (of(a), of(b));
    let alike = |a: &[(RecordMeaning, Record)], b: &[(RecordMeaning, Record)]| {
        a.iter().map(|(shown, _)| shown).eq(b.iter().map(|(shown, _)| shown))
    };
    alike(&a, &b) && {
        let mut at = 0;
        a.chunk_by(|one, other| one.0 == other.0).all(|group| {
            let others = b.get(at..at + group.len()).unwrap_or_default();
            at += group.len();
            matched(schema, group, others)
        })
    }
}

/// Whether each of these records, which [`shown`] does not tell apart, is the same as another one of the others.
fn matched(schema: Option<&Schema>, a: &[(RecordMeaning, Record)], b: &[(RecordMeaning, Record)]) -> bool {
    let (mut a, mut b): (Vec<_>, Vec<_>) = (a.iter().collect(), b.iter().collect());
    for exactly in [true, false] {
        a.retain(|(_, record)| {
            let fits = |(_, other): &&(RecordMeaning, Record)| {
                if exactly { record == other } else { same_record(schema, record, other) }
            };
            let at = b.iter().position(fits);
            at.map(|at| b.swap_remove(at)).is_none()
        });
    }
    a.is_empty()
}

/// Whether a server shows the same record in both: names are compared without letter case, order does not count, values as
/// by [`same_shown`].
pub fn same_record(schema: Option<&Schema>, a: &Record, b: &Record) -> bool {
    let attributes = schema.into_iter().flat_map(|schema| &schema.attributes);
    let mut attributes = attributes.filter(|attribute| attribute.default.is_some());
    record_meaning(schema, a, shown) == record_meaning(schema, b, shown)
        && attributes
            .all(|attribute| same_shown(Some(attribute), a.get(&attribute.name), b.get(&attribute.name)))
}

/// Whether a server shows the same value in both: null and absent are equal to each other, to `""` and to the default, for it
/// may null and fill in. `""` and a default are two values all the same.
pub(super) fn same_shown(
    attribute: Option<&AttributeSchema>,
    a: Option<View<'_>>,
    b: Option<View<'_>>,
) -> bool {
    let says = |value: &Option<View<'_>>| value.is_some_and(|value| !value.is_null());
    let is_empty = |value: &Option<View<'_>>| value.is_some_and(|value| value.as_str() == "\"\"");
    let default = attribute.and_then(|attribute| attribute.default.as_ref()).map(Json::view);
    let one_is_empty = says(&a) && says(&b) && is_empty(&a) != is_empty(&b);
    let apart = one_is_empty && default.is_some_and(|default| !is_nothing(default));
    !apart && shown(attribute, a) == shown(attribute, b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::reconcile::reconcile;

    fn profile(kind: Option<&str>) -> Profile {
        let kind = kind.map_or(String::new(), |kind| format!(r#""kind":{kind},"#));
        let text = format!(r#"{{"customer_id":"A","Card":{{{kind}"no":"1"}},"Line":[{{{kind}"no":"1"}}]}}"#);
        Profile::from_json(&Json::parse(&text).unwrap(), |_| false).unwrap()
    }

    /// The kind of both extensions is `home` where nothing is said.
    fn schemas() -> Schemas {
        let schema = |start: &str, end: &str| {
            let attributes = r#""attributes":[{"name":"no","type":"string"},{"name":"kind","type":"string","default":"home"}]"#;
            Schema::from_json(&Json::parse(&format!("{{{start},{attributes}{end}}}")).unwrap()).unwrap()
        };
        let card = schema(r#""name":"Card","type":"single-valued""#, "");
        [card, schema(r#""name":"Line","type":"multi-valued""#, r#","unique":["no"]"#)].into_iter().collect()
    }

    #[test]
    fn nothing_may_be_empty_or_the_default_and_empty_is_never_the_default() {
        let (nothing, null, empty, default) = (None, Some("null"), Some(r#""""#), Some(r#""home""#));
        let same = |a, b| same_profile(&profile(a), &profile(b), &schemas());
        for none in [nothing, null] {
            for other in [nothing, null, empty, default] {
                assert!(same(none, other) && same(other, none), "{none:?} {other:?}");
            }
        }
        assert!(!same(empty, default) && !same(default, empty));
        assert!(same(empty, empty) && same(default, default) && !same(nothing, Some(r#""work""#)));
    }

    #[test]
    fn records_are_matched_each_with_another_one() {
        let text = r#"{"name":"Line","type":"multi-valued","attributes":[{"name":"kind","type":"string","default":"home"}]}"#;
        let schema = Schema::from_json(&Json::parse(text).unwrap()).unwrap();
        let records = |texts: &[&str]| -> Vec<Record> {
            texts.iter().map(|text| Record::new(Json::parse(text).unwrap()).unwrap()).collect()
        };
        let (nothing, empty, default) = ("{}", r#"{"kind":""}"#, r#"{"kind":"home"}"#);
        let same = |a: &[&str], b: &[&str]| same_records(Some(&schema), &records(a), &records(b));
        assert!(same(&[nothing, empty], &[empty, default]) && same(&[nothing, default], &[empty, default]));
        assert!(!same(&[empty, empty], &[empty, default]) && !same(&[nothing], &[nothing, nothing]));
    }

    #[test]
    fn what_somebody_made_of_the_default_is_a_change() {
        let (empty, default, work) =
            (profile(Some(r#""""#)), profile(Some(r#""home""#)), profile(Some(r#""work""#)));
        for (base, theirs) in [(&empty, &default), (&default, &empty)] {
            let joined = reconcile(base, &work, theirs, &schemas(), false);
            assert_eq!(joined.conflicts.len(), 2, "{joined:?}");
        }
        // What a server nulled or filled in is none.
        for (base, theirs) in [(&empty, &profile(None)), (&profile(None), &default)] {
            assert!(reconcile(base, &work, theirs, &schemas(), false).conflicts.is_empty());
        }
    }
}
