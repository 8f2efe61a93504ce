//! The profile that a draft wants: the loaded one with the edits.

use super::super::edits::{CoreEdit, CoreValue};
use super::super::entry::Entry;
use super::super::review::in_order;
use super::{Draft, RowAt, RowState};
use crate::model::json::{Json, View, quoted, same_name};
use crate::model::profile::{CoreAttribute, Extension, Profile, Record, Records};
use crate::model::schema::{Arity, Schema, Schemas};
use std::collections::HashSet;

impl Draft {
    /// The profile as wanted, without the edits of the rows and core attributes in `without`.
    pub fn wanted(
        &self,
        schemas: &Schemas,
        without: &HashSet<RowAt>,
        without_core: &HashSet<String>,
    ) -> Profile {
        let mut wanted = self.base.clone().unwrap_or_else(|| Profile::empty(self.id.clone()));
        for (name, edit) in self.edits.core.iter().filter(|(name, _)| !without_core.contains(*name)) {
            self.want_core(&mut wanted, name, edit);
        }
        for name in self.edits.extensions.keys() {
            let single = schemas.get(name).map_or_else(
                || matches!(wanted.extension(name).map(|e| &e.records), Some(Records::Single(_))),
                |schema| schema.arity != Arity::Multi,
            );
            self.want_extension(&mut wanted, name, schemas.get(name), single, without);
        }
        wanted
    }

    fn want_core(&self, wanted: &mut Profile, name: &str, edit: &CoreEdit) {
        let at = wanted.core.iter().position(|core| same_name(&core.name, name));
        let tokens: Vec<Json> = edit.values.iter().filter_map(|value| self.core_token(name, value)).collect();
        let value = match (&tokens[..], self.is_core_list(name)) {
            ([], false) => None,
            ([one], false) => Some(one.clone()),
            (many, _) => Some(Json::array(many.iter().map(Json::view))),
        };
        match (at, value) {
            (Some(at), Some(value)) => wanted.core[at].value = value,
            (Some(at), None) => drop(wanted.core.remove(at)),
            (None, Some(value)) => wanted.core.push(CoreAttribute { name: name.to_owned(), value }),
            (None, None) => {}
        }
    }

    /// The token of a value; as it was loaded where what was typed stands for none.
    fn core_token(&self, name: &str, value: &CoreValue) -> Option<Json> {
        match value.entry.as_ref().map(Entry::token) {
            Some(Ok(token)) => token,
            _ => self.core_loaded(name, value.from).map(View::to_json),
        }
    }

    fn want_extension(
        &self,
        wanted: &mut Profile,
        name: &str,
        schema: Option<&Schema>,
        single: bool,
        without: &HashSet<RowAt>,
    ) {
        let rows = (0..self.row_count(name)).filter_map(|at| self.row(name, at));
        let records: Vec<Record> = rows
            .filter_map(|row| match (without.contains(&(name.to_owned(), row.key)), row.state) {
                (true, RowState::New) | (false, RowState::Removed) => None,
                (true, _) | (false, RowState::Kept) => Some(row.record.clone()),
                (false, RowState::New) => Some(in_schema_order(row.record, row.wanted(), schema)),
                (false, RowState::Changed) => Some(row.wanted()),
            })
            .collect();
        let records = match records.as_slice() {
            [] if single => None,
            [one] if single => Some(Records::Single(one.clone())),
            _ => Some(Records::Multi(records)),
        };
        let at = wanted.extensions.iter().position(|extension| same_name(&extension.name, name));
        match (at, records) {
            (Some(at), Some(records)) => wanted.extensions[at].records = records,
            (Some(at), None) => drop(wanted.extensions.remove(at)),
            (None, Some(Records::Multi(records))) if records.is_empty() => {}
            (None, Some(records)) => wanted.extensions.push(Extension { name: name.to_owned(), records }),
            (None, None) => {}
        }
    }
}

/// A record that was typed from nothing has its attributes in the schema's order, whatever was typed first; a copy keeps the
/// order of what it was copied from.
fn in_schema_order(start: &Record, record: Record, schema: Option<&Schema>) -> Record {
    if start.attributes().next().is_some() {
        return record;
    }
    let names = in_order(&record, schema);
    let value = |name: &String| Some((quoted(name), record.get(name)?.to_json()));
    let members: Vec<(String, Json)> = names.iter().filter_map(value).collect();
    Record::new(Json::object(members.iter().map(|(name, value)| (name.as_str(), value.view()))))
        .unwrap_or(record)
}
