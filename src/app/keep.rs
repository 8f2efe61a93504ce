//! Drafts as JSON, for the disk: what was typed, valid or not, beside the profile that it started from.

use super::edits::{CoreEdit, CoreValue, Edits, ExtensionEdits, NewRow, RowEdit};
use super::entry::Entry;
use crate::model::json::{Json, View, quoted};
use crate::model::profile::Record;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The edits as JSON.
pub fn to_json(edits: &Edits) -> Json {
    let core = edits.core.iter().map(|(name, edit)| {
        let values: Vec<Json> = edit.values.iter().map(core_value).collect();
        (name.as_str(), Json::array(values.iter().map(Json::view)))
    });
    let extensions = edits.extensions.iter().map(|(name, edit)| (name.as_str(), extension(edit)));
    let lists = edits.core.iter().filter_map(|(name, edit)| Some((name.as_str(), boolean(edit.list?))));
    let lists = map(lists);
    let lists = (lists.as_str() != "{}").then_some(("lists", lists));
    object([("core", map(core)), ("extensions", map(extensions))].into_iter().chain(lists))
}

fn core_value(value: &CoreValue) -> Json {
    let from = value.from.map(|from| ("from", number(from as u64)));
    let entry = value.entry.as_ref().map(|typed| ("entry", entry(typed)));
    object(from.into_iter().chain(entry))
}

fn extension(edits: &ExtensionEdits) -> Json {
    let rows: Vec<Json> = edits
        .rows
        .iter()
        .map(|(at, row)| {
            let removed = row.removed.then(|| ("removed", number(1)));
            object(
                [("row", number(*at as u64)), ("entries", entries(&row.entries))].into_iter().chain(removed),
            )
        })
        .collect();
    let new: Vec<Json> = edits
        .new
        .iter()
        .map(|row| {
            object([
                ("key", number(row.key)),
                ("start", row.start.json().clone()),
                ("entries", entries(&row.entries)),
            ])
        })
        .collect();
    let array = |values: &[Json]| Json::array(values.iter().map(Json::view));
    object([("rows", array(&rows)), ("new", array(&new))])
}

fn entries(entries: &BTreeMap<String, Entry>) -> Json {
    map(entries.iter().map(|(name, typed)| (name.as_str(), entry(typed))))
}

fn entry(entry: &Entry) -> Json {
    match entry {
        Entry::Typed { text, token: Ok(token) } => {
            object([("typed", Json::string(text)), ("token", token.clone())])
        }
        Entry::Typed { text, token: Err(sentence) } => {
            object([("typed", Json::string(text)), ("error", Json::string(sentence))])
        }
        Entry::Null => object([("token", Json::null())]),
        Entry::Absent => object([]),
    }
}

/// Reads what [`to_json`] wrote. What cannot be read of it is left out, and counted.
pub fn from_json(json: &Json) -> (Edits, usize) {
    let mut lost = 0;
    let mut edits = Edits::default();
    for (name, values) in json.view().get("core").into_iter().flat_map(View::members) {
        let values = values.elements().map(|value| CoreValue {
            from: value.get("from").and_then(index),
            entry: value.get("entry").map(read_entry),
        });
        let name = name.decoded().into_owned();
        let shape = json.view().get("lists").and_then(|lists| lists.get(&name));
        let shape = shape.map(|shape| shape.as_str() == "true");
        edits.core.insert(name, CoreEdit { values: values.collect(), list: shape });
    }
    for (name, value) in json.view().get("extensions").into_iter().flat_map(View::members) {
        let mut extension = ExtensionEdits::default();
        for row in value.get("rows").into_iter().flat_map(View::elements) {
            let edit = RowEdit { entries: read_entries(row), removed: row.get("removed").is_some() };
            match row.get("row").and_then(index) {
                Some(at) => drop(extension.rows.insert(at, edit)),
                None => lost += 1,
            }
        }
        for row in value.get("new").into_iter().flat_map(View::elements) {
            let start = row.get("start").and_then(|start| Record::new(start.to_json()));
            match (row.get("key").and_then(index), start) {
                (Some(key), Some(start)) => {
                    extension.new.push(NewRow { key: key as u64, start, entries: read_entries(row) });
                }
                _ => lost += 1,
            }
        }
        edits.extensions.insert(name.decoded().into_owned(), Arc::new(extension));
    }
    (edits, lost)
}

fn read_entries(row: View<'_>) -> BTreeMap<String, Entry> {
    let members = row.get("entries").into_iter().flat_map(View::members);
    members.map(|(name, entry)| (name.decoded().into_owned(), read_entry(entry))).collect()
}

fn read_entry(entry: View<'_>) -> Entry {
    let text = |name| entry.get(name).and_then(View::text).map(std::borrow::Cow::into_owned);
    match (text("typed"), entry.get("token")) {
        (Some(text), Some(token)) => Entry::Typed { text, token: Ok(token.to_json()) },
        (Some(typed), None) => Entry::Typed { text: typed, token: Err(text("error").unwrap_or_default()) },
        (None, Some(_)) => Entry::Null,
        (None, None) => Entry::Absent,
    }
}

fn index(view: View<'_>) -> Option<usize> {
    view.as_str().parse().ok()
}

fn boolean(is: bool) -> Json {
    Json::parse(if is { "true" } else { "false" }).unwrap_or_else(|_| Json::null())
}

fn number(number: u64) -> Json {
    Json::parse(&number.to_string()).unwrap_or_else(|_| Json::null())
}

fn object<'a>(members: impl IntoIterator<Item = (&'a str, Json)>) -> Json {
    map(members)
}

fn map<'a>(members: impl IntoIterator<Item = (&'a str, Json)>) -> Json {
    let members: Vec<(String, Json)> =
        members.into_iter().map(|(name, value)| (quoted(name), value)).collect();
    Json::object(members.iter().map(|(name, value)| (name.as_str(), value.view())))
}
