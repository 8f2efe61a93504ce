//! What a customer looks like once a file's profile has been imported over it (docs/API.md, "Local additions").
//!
//! The file sets the core attributes that it names, replaces records with equal unique attributes, adds the others, and
//! adds records without `unique` only as far as it has more equal ones than the customer. It removes nothing, so
//! importing twice changes nothing.

use crate::model::json::same_name;
use crate::model::profile::{Profile, Record, Records};
use crate::model::schema::{Schema, Schemas};
use crate::model::value::{same_record, unique_key};

/// `known` with `file` imported over it.
#[must_use]
pub fn merged(known: &Profile, file: &Profile, schemas: &Schemas) -> Profile {
    let mut after = known.clone();
    for attribute in &file.core {
        match after.core.iter_mut().find(|old| same_name(&old.name, &attribute.name)) {
            Some(old) => old.value = attribute.value.clone(),
            None => after.core.push(attribute.clone()),
        }
    }
    for extension in &file.extensions {
        let schema = schemas.get(&extension.name);
        match after.extensions.iter_mut().find(|old| same_name(&old.name, &extension.name)) {
            Some(old) => old.records = joined(&old.records, &extension.records, schema),
            None => after.extensions.push(extension.clone()),
        }
    }
    after
}

fn joined(old: &Records, new: &Records, schema: Option<&Schema>) -> Records {
    let (Records::Multi(old), Records::Multi(new)) = (old, new) else { return new.clone() };
    let mut records = old.clone();
    if schema.is_some_and(|schema| !schema.unique.is_empty()) {
        for record in new {
            let key = schema.and_then(|schema| unique_key(schema, record));
            match records.iter_mut().find(|old| schema.and_then(|schema| unique_key(schema, old)) == key) {
                Some(old) => *old = record.clone(),
                None => records.push(record.clone()),
            }
        }
    } else {
        records.extend(surplus(old, new, schema));
    }
    Records::Multi(records)
}

/// The records of `new` beyond those that `old` has already, counted as a multiset.
fn surplus(old: &[Record], new: &[Record], schema: Option<&Schema>) -> Vec<Record> {
    let mut left: Vec<&Record> = old.iter().collect();
    let mut extra = Vec::new();
    for record in new {
        match left.iter().position(|old| same_record(schema, old, record)) {
            Some(at) => drop(left.swap_remove(at)),
            None => extra.push(record.clone()),
        }
    }
    extra
}
