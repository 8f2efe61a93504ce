//! A profile at work: its records are found through a map that is made when it is first needed.

use super::parts::Parts;
use super::places::Places;
use crate::model::apply::Reading;
use crate::model::json::{Json, Kind, View, same_name};
use crate::model::profile::{Extension, Profile, Record, Records};
use crate::model::schema::{Arity, Schema, Schemas};
use crate::model::value::{UniqueKey, unique_key};
use std::collections::HashMap;

/// A profile, and where its records stand.
pub struct Open {
    profile: Profile,
    /// By the schema's name; only of extensions in which a record was looked for.
    places: HashMap<String, Places>,
}

/// What becomes of a new record where another has its unique attributes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Meets {
    /// It takes the other's place.
    Replaces,
    /// The other stays alone.
    Yields,
}

impl Open {
    /// A profile with nothing done to it yet.
    pub fn new(profile: Profile) -> Self {
        Self { profile, places: HashMap::new() }
    }

    /// The profile as of now.
    pub fn profile(&mut self) -> &Profile {
        let dug: Vec<(String, Places)> = self.places.extract_if(|_, places| places.holes() > 0).collect();
        for (name, places) in dug {
            self.close(&name, places);
        }
        &self.profile
    }

    /// The profile as of now.
    pub fn into_profile(mut self) -> Profile {
        self.profile();
        self.profile
    }

    /// Sets all core attributes.
    pub fn set_core(&mut self, parts: &mut Parts<'_>) {
        self.profile.core = std::mem::take(&mut parts.core);
    }

    /// Sets the extensions that are named, or inserts their records.
    pub fn set_extensions(&mut self, parts: Parts<'_>, reading: Reading) {
        for (schema, records) in parts.extensions {
            if schema.arity == Arity::Multi && reading == Reading::Upsert {
                self.join(schema, records, Meets::Replaces);
            } else if schema.arity == Arity::Multi {
                self.put(schema, (!records.is_empty()).then_some(Records::Multi(records)));
            } else {
                self.put(schema, records.into_iter().next().map(Records::Single));
            }
        }
    }

    /// Puts a record in the place of the one with this key, or takes that one away; says whether it was there.
    pub fn change(&mut self, schema: &Schema, key: &UniqueKey, record: Option<Record>) -> bool {
        let Some((records, places)) = self.opened(schema) else { return false };
        let Some(at) = places.get(Some(key)) else { return false };
        if let Some(record) = record {
            records[at] = record;
            return true;
        }
        places.dig(key, at);
        if places.holes() == records.len() {
            self.put(schema, None);
        } else if places.shared {
            self.profile(); // the next record with this key is found anew
        }
        true
    }

    /// Adds what another profile has and this one lacks.
    pub fn merge(&mut self, source: Profile, schemas: &Schemas) {
        for attribute in source.core {
            match self.profile.core.iter_mut().find(|own| same_name(&own.name, &attribute.name)) {
                None => self.profile.core.push(attribute),
                Some(own) => own.value = joined_values(&own.value, &attribute.value),
            }
        }
        for extension in source.extensions {
            let Some(schema) = schemas.get(&extension.name) else { continue };
            match (self.profile.extension(&schema.name).map(|own| &own.records), extension.records) {
                (None, records) => self.put(schema, Some(records)),
                (Some(Records::Multi(_)), Records::Multi(records)) => {
                    self.join(schema, records, Meets::Yields);
                }
                _ => {}
            }
        }
    }

    /// Takes an extension away.
    pub fn forget(&mut self, name: &str) {
        self.profile.extensions.retain(|extension| !same_name(&extension.name, name));
        self.places.retain(|known, _| !same_name(known, name));
    }

    /// Adds records at the end, where none has their unique attributes.
    fn join(&mut self, schema: &Schema, new: Vec<Record>, meets: Meets) {
        if new.is_empty() {
            return;
        }
        if self.at(&schema.name).is_none() {
            return self.put(schema, Some(Records::Multi(new)));
        }
        let Some((records, places)) = self.opened(schema) else { return };
        let old = records.len();
        for record in new {
            let key = unique_key(schema, &record);
            match places.get(key.as_ref()).filter(|at| *at < old) {
                Some(at) if meets == Meets::Replaces => records[at] = record,
                Some(_) => {}
                None => {
                    places.note(key, records.len());
                    records.push(record);
                }
            }
        }
    }

    /// Replaces an extension's records in place, or adds it last; `None` takes it away.
    fn put(&mut self, schema: &Schema, records: Option<Records>) {
        self.places.remove(&schema.name);
        match (self.at(&schema.name), records) {
            (Some(at), Some(records)) => self.profile.extensions[at].records = records,
            (Some(at), None) => drop(self.profile.extensions.remove(at)),
            (None, Some(records)) => {
                self.profile.extensions.push(Extension { name: schema.name.clone(), records });
            }
            (None, None) => {}
        }
    }

    fn at(&self, name: &str) -> Option<usize> {
        self.profile.extensions.iter().position(|extension| same_name(&extension.name, name))
    }

    /// The records of an extension, holes included, and their places; `None` where there are none.
    fn opened(&mut self, schema: &Schema) -> Option<(&mut Vec<Record>, &mut Places)> {
        let at = self.at(&schema.name)?;
        let records = many(&mut self.profile.extensions[at].records)?;
        let places = self.places.entry(schema.name.clone());
        let places = places.or_insert_with(|| Places::of(schema, records));
        Some((records, places))
    }

    fn close(&mut self, name: &str, places: Places) {
        if let Some(at) = self.at(name)
            && let Some(records) = many(&mut self.profile.extensions[at].records)
        {
            places.close(records);
        }
    }
}

/// As an array; a single record becomes its only one.
fn many(records: &mut Records) -> Option<&mut Vec<Record>> {
    if let Records::Single(record) = records {
        *records = Records::Multi(vec![record.clone()]);
    }
    if let Records::Multi(records) = records { Some(records) } else { None }
}

/// Two arrays without repeats; where either is a scalar, the first.
fn joined_values(own: &Json, other: &Json) -> Json {
    if own.view().kind() != Kind::Array || other.view().kind() != Kind::Array {
        return own.clone();
    }
    let mut values: Vec<View<'_>> = own.view().elements().collect();
    for value in other.view().elements() {
        if !values.contains(&value) {
            values.push(value);
        }
    }
    Json::array(values)
}
