//! Edits carried over to another reading of the same profile: after a submit, after a reload.

use super::edits::{CoreEdit, CoreValue, Edits, ExtensionEdits, NewRow};
use super::entry::Entry;
use crate::model::json::{Json, Kind, View, same_name};
use crate::model::profile::{Profile, Record};
use crate::model::schema::Schemas;
use crate::model::value::{shown, unique_key};
use std::sync::Arc;

/// What is left of `now` once `sent` was accepted: what was typed since, and what was held back.
pub fn unsent(now: &Edits, sent: &Edits) -> Edits {
    let mut left = now.clone();
    left.core.retain(|name, edit| sent.core.get(name) != Some(edit));
    for (name, was) in &sent.extensions {
        let Some(edits) = left.extensions.get_mut(name) else { continue };
        let edits = Arc::make_mut(edits);
        edits.rows.retain(|at, row| was.rows.get(at) != Some(row));
        edits.new.retain(|row| !was.new.contains(row));
        for row in &mut edits.new {
            if let Some(was) = was.new.iter().find(|was| was.key == row.key) {
                // It is stored by now, so what was typed since is an edit of what was sent.
                row.start =
                    was.entries.iter().fold(was.start.clone(), |record, (name, entry)| match entry.token() {
                        Ok(token) => record.with(name, token.as_ref()),
                        Err(_) => record,
                    });
                row.entries.retain(|name, entry| was.entries.get(name) != Some(entry));
            }
        }
        left.tidy(name);
    }
    left
}

/// The edits of `old` as edits of `new`. Nothing typed is lost: the edits of a record that is gone become an added record.
/// An added record that is stored by now, by its unique attributes, becomes an edit of the stored one if `stored`.
pub fn rebase(edits: &Edits, old: Option<&Profile>, new: &Profile, schemas: &Schemas, stored: bool) -> Edits {
    let core = edits
        .core
        .iter()
        .filter_map(|(name, edit)| Some((name.clone(), rebased_core(name, edit, old, new)?)));
    let mut rebased = Edits { core: core.collect(), ..Edits::default() };
    for (name, edits) in &edits.extensions {
        let records = old.map_or(&[][..], |old| old.records(name));
        let extension = Extension { name, records, now: new.records(name), schemas };
        rebased.extensions.insert(name.clone(), Arc::new(extension.rebased(edits, stored)));
        rebased.tidy(name);
    }
    rebased
}

struct Extension<'a> {
    name: &'a str,
    records: &'a [Record],
    now: &'a [Record],
    schemas: &'a Schemas,
}

impl Extension<'_> {
    fn rebased(&self, edits: &ExtensionEdits, stored: bool) -> ExtensionEdits {
        let mut rebased = ExtensionEdits::default();
        for (at, row) in &edits.rows {
            let Some(record) = self.records.get(*at) else { continue };
            match self.find(record, *at) {
                Some(found) => {
                    let mut row = row.clone();
                    row.entries.retain(|name, entry| !says(&self.now[found], name, entry));
                    rebased.rows.insert(found, row);
                }
                None if row.removed => {}
                None => {
                    let key = FROM_GONE + *at as u64;
                    rebased.new.push(NewRow { key, start: record.clone(), entries: row.entries.clone() });
                }
            }
        }
        for row in &edits.new {
            let found = if stored { self.find(&row.start, usize::MAX) } else { None };
            match found {
                Some(at) => rebased.rows.entry(at).or_default().entries.extend(row.entries.clone()),
                None => rebased.new.push(row.clone()),
            }
        }
        rebased
    }

    /// The same record today: by its unique attributes, else by its text, at its old place if it still stands there.
    fn find(&self, record: &Record, at: usize) -> Option<usize> {
        if self.schemas.get(self.name).is_none_or(|schema| schema.arity != crate::model::schema::Arity::Multi)
        {
            return (!self.now.is_empty()).then_some(0);
        }
        let key = self.schemas.get(self.name).and_then(|schema| Some((schema, unique_key(schema, record)?)));
        let same = |other: &Record| match &key {
            Some((schema, key)) => unique_key(schema, other).as_ref() == Some(key),
            None => other == record,
        };
        let here = self.now.get(at).filter(|other| same(other)).map(|_| at);
        here.or_else(|| self.now.iter().position(same))
    }
}

/// Keys of added rows that were loaded ones once.
const FROM_GONE: u64 = 1 << 50;

fn says(record: &Record, name: &str, entry: &Entry) -> bool {
    match (record.get(name), entry.token()) {
        (Some(value), Ok(Some(token))) => value.as_str() == token.as_str(),
        (None, Ok(None)) => true,
        _ => false,
    }
}

fn rebased_core(name: &str, edit: &CoreEdit, old: Option<&Profile>, new: &Profile) -> Option<CoreEdit> {
    let values = |profile: Option<&Profile>| -> Vec<Json> {
        let value = profile.and_then(|profile| profile.core.iter().find(|core| same_name(&core.name, name)));
        value.map_or_else(Vec::new, |core| match core.value.view() {
            view if view.kind() == Kind::Array => view.elements().map(View::to_json).collect(),
            view => vec![view.to_json()],
        })
    };
    let (was, now) = (values(old), values(Some(new)));
    if was == now {
        return Some(edit.clone());
    }
    let carried = edit.values.iter().map(|value| {
        let token = value.from.and_then(|from| was.get(from));
        let from = token.and_then(|token| now.iter().position(|other| other == token));
        let kept = || token.map(|token| Entry::Typed { text: shown(token.view()), token: Ok(token.clone()) });
        let entry = if from.is_some() { value.entry.clone() } else { value.entry.clone().or_else(kept) };
        CoreValue { from, entry }
    });
    let values: Vec<CoreValue> = carried.collect();
    let unchanged = values.len() == now.len()
        && values.iter().enumerate().all(|(at, value)| {
            value.from == Some(at) && value.entry.is_none()
                || value.entry.as_ref().is_some_and(|entry| entry.token() == Ok(Some(now[at].clone())))
        });
    (!unchanged).then_some(CoreEdit { values })
}
