//! What a request means: the one place that changes a profile (docs/API.md, "Insert and its doubt").

use super::finding::{Finding, Place, Severity};
use super::json::{Json, Kind, View, same_name};
use super::profile::{CUSTOMER_ID, CoreAttribute, CustomerId, Extension, Profile, Record, Records};
use super::request::Request;
use super::schema::{Arity, Schema, Schemas};
use super::validate::validate;
use super::value::unique_key;
use std::collections::BTreeMap;

/// The schemas, and the profiles that a request names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// The schemas.
    pub schemas: Schemas,
    /// The profiles by customer.
    pub profiles: BTreeMap<CustomerId, Profile>,
}

/// What insert does to the records that are there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Record by record: equal unique attributes replace, all others stay.
    Upsert,
    /// The named extension is replaced whole.
    Replace,
}

/// Why a request was refused. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// The kind.
    pub kind: RejectionKind,
    /// The reasons, at least one.
    pub findings: Vec<Finding>,
}

/// The kinds of refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RejectionKind {
    /// The body breaks a rule that its schema or the API sets.
    Invalid,
    /// There is no such customer.
    UnknownCustomer,
    /// There is no schema of such an extension.
    UnknownExtension,
    /// The customer has no record with these unique attributes.
    UnknownRecord,
    /// The customer or the schema is there already.
    AlreadyExists,
    /// What the store holds of the customer is damaged, so it takes no changes.
    ReadOnly,
}

impl std::fmt::Display for Rejection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sentences: Vec<String> = self.findings.iter().map(ToString::to_string).collect();
        f.write_str(&sentences.join("; "))
    }
}

impl std::error::Error for Rejection {}

impl Rejection {
    /// A refusal of a request as a whole, with its reason.
    pub fn new(kind: RejectionKind, sentence: impl Into<String>) -> Self {
        let finding =
            Finding { place: Place::default(), severity: Severity::Error, sentence: sentence.into() };
        Self { kind, findings: vec![finding] }
    }
}

/// Carries a request out. Refused, it leaves the state as it was.
pub fn apply(state: &mut State, request: &Request, reading: Reading) -> Result<(), Rejection> {
    known_customers(state, request)?;
    let errors: Vec<Finding> =
        validate(request, &state.schemas).into_iter().filter(|f| f.severity == Severity::Error).collect();
    if !errors.is_empty() {
        return Err(Rejection { kind: kind_of(state, request, &errors), findings: errors });
    }
    match request {
        Request::CreateProfile(body) => create(state, body),
        Request::UpdateProfile(id, body) => update(state, id, body),
        Request::DeleteProfile(id) => {
            state.profiles.remove(id);
            Ok(())
        }
        Request::MergeProfiles { dst, src, .. } => merge(state, dst, src),
        Request::InsertRecords(id, body) => insert(state, id, body, reading),
        Request::UpdateRecord(id, ext, body) => keyed(state, id, ext, body, true),
        Request::DeleteRecord(id, ext, body) => keyed(state, id, ext, body, false),
        Request::CreateSchema(body) => create_schema(state, body),
        Request::DeleteSchema(name) => delete_schema(state, name),
        Request::Checkpoint(id, body) => {
            let profile = Profile::from_json(body, |name| state.schemas.get(name).is_some());
            let mut profile = profile.map_err(|sentence| Rejection::new(RejectionKind::Invalid, sentence))?;
            // Null says that an extension has no record; it makes no core attribute of its name.
            let schemas = &state.schemas;
            profile.core.retain(|core| !core.value.view().is_null() || schemas.get(&core.name).is_none());
            state.profiles.insert(id.clone(), profile);
            Ok(())
        }
    }
}

/// The customers whom a request needs are looked up first, before its body is judged.
fn known_customers(state: &State, request: &Request) -> Result<(), Rejection> {
    let needed = match request {
        Request::CreateProfile(_) | Request::Checkpoint(..) => return Ok(()),
        _ => request.customers(),
    };
    match needed.iter().find(|id| !state.profiles.contains_key(id)) {
        Some(id) => Err(unknown_customer(id)),
        None => Ok(()),
    }
}

/// An extension without a schema counts before what is wrong inside records, where the request is about records.
fn kind_of(state: &State, request: &Request, errors: &[Finding]) -> RejectionKind {
    let of_records =
        matches!(request, Request::InsertRecords(..) | Request::UpdateRecord(..) | Request::DeleteRecord(..));
    let mut named = errors.iter().filter_map(|finding| finding.place.extension.as_deref());
    if of_records && named.any(|name| state.schemas.get(name).is_none()) {
        RejectionKind::UnknownExtension
    } else {
        RejectionKind::Invalid
    }
}

fn unknown_customer(id: &CustomerId) -> Rejection {
    Rejection::new(RejectionKind::UnknownCustomer, format!("there is no customer {id}"))
}

fn create(state: &mut State, body: &Json) -> Result<(), Rejection> {
    let Some(id) = Request::CreateProfile(body.clone()).customer() else {
        return Err(Rejection::new(RejectionKind::Invalid, "the profile has no customer_id"));
    };
    if state.profiles.contains_key(&id) {
        return Err(Rejection::new(RejectionKind::AlreadyExists, format!("customer {id} is there already")));
    }
    let mut profile = Profile::empty(id.clone());
    set_core(&mut profile, body, &state.schemas);
    set_extensions(&mut profile, body, &state.schemas, Reading::Replace);
    state.profiles.insert(id, profile);
    Ok(())
}

/// Sets all core attributes, leaves extensions that are not named, replaces those that are.
fn update(state: &mut State, id: &CustomerId, body: &Json) -> Result<(), Rejection> {
    let profile = state.profiles.get_mut(id).ok_or_else(|| unknown_customer(id))?;
    set_core(profile, body, &state.schemas);
    set_extensions(profile, body, &state.schemas, Reading::Replace);
    Ok(())
}

fn insert(state: &mut State, id: &CustomerId, body: &Json, reading: Reading) -> Result<(), Rejection> {
    let profile = state.profiles.get_mut(id).ok_or_else(|| unknown_customer(id))?;
    set_extensions(profile, body, &state.schemas, reading);
    Ok(())
}

/// What an insert makes of a profile, without a judgement of its body.
pub fn inserted(profile: &Profile, body: &Json, schemas: &Schemas, reading: Reading) -> Profile {
    let mut profile = profile.clone();
    set_extensions(&mut profile, body, schemas, reading);
    profile
}

fn set_core(profile: &mut Profile, body: &Json, schemas: &Schemas) {
    let is_core = |name: &str| !same_name(name, CUSTOMER_ID) && schemas.get(name).is_none();
    let members = body.view().members().map(|(name, value)| (name.decoded().into_owned(), value));
    profile.core = members
        .filter(|(name, _)| is_core(name))
        .map(|(name, value)| CoreAttribute { name, value: value.to_json() })
        .collect();
}

fn set_extensions(profile: &mut Profile, body: &Json, schemas: &Schemas, reading: Reading) {
    for (name, value) in body.view().members() {
        if let Some(schema) = schemas.get(&name.decoded()) {
            set_extension(profile, schema, value, reading);
        }
    }
}

fn set_extension(profile: &mut Profile, schema: &Schema, value: View<'_>, reading: Reading) {
    let records: Vec<Record> = match value.kind() {
        Kind::Array => value.elements().filter_map(|element| stored(schema, element)).collect(),
        _ => stored(schema, value).into_iter().collect(),
    };
    if schema.arity == Arity::Multi && reading == Reading::Upsert {
        let joined = upserted(schema, profile.records(&schema.name), records);
        return put(profile, schema, (!joined.is_empty()).then_some(Records::Multi(joined)));
    }
    let single = || records.first().cloned().map(Records::Single);
    let all = || (!records.is_empty()).then(|| Records::Multi(records.clone()));
    put(profile, schema, if schema.arity == Arity::Multi { all() } else { single() });
}

/// Replaces an extension's records in place, or adds it last; `None` takes it away.
fn put(profile: &mut Profile, schema: &Schema, records: Option<Records>) {
    let at = profile.extensions.iter().position(|extension| same_name(&extension.name, &schema.name));
    match (at, records) {
        (Some(at), Some(records)) => profile.extensions[at].records = records,
        (Some(at), None) => drop(profile.extensions.remove(at)),
        (None, Some(records)) => profile.extensions.push(Extension { name: schema.name.clone(), records }),
        (None, None) => {}
    }
}

/// Records with an equal key are replaced whole where they stand; the others go last.
fn upserted(schema: &Schema, old: &[Record], new: Vec<Record>) -> Vec<Record> {
    let mut records = old.to_vec();
    let mut places: BTreeMap<_, usize> = BTreeMap::new();
    for (at, record) in records.iter().enumerate() {
        if let Some(key) = unique_key(schema, record) {
            places.entry(key).or_insert(at);
        }
    }
    for record in new {
        match unique_key(schema, &record).and_then(|key| places.get(&key)) {
            Some(at) => records[*at] = record,
            None => records.push(record),
        }
    }
    records
}

/// A record as the profile keeps it: names spelled as the schema does, defaults of missing mandatory attributes filled in.
pub(super) fn stored(schema: &Schema, value: View<'_>) -> Option<Record> {
    let record = Record::new(value.to_json())?;
    let respelled = record.attributes().any(|(name, _)| {
        let name = name.decoded();
        schema.attribute(&name).is_some_and(|attribute| attribute.name != name)
    });
    let record = if respelled { spelled(schema, &record) } else { record };
    let missing = schema.attributes.iter().filter(|attribute| attribute.mandatory);
    Some(missing.fold(record, |record, attribute| match &attribute.default {
        Some(default) if record.get(&attribute.name).is_none() => record.with(&attribute.name, Some(default)),
        _ => record,
    }))
}

/// With the names spelled as the schema does.
pub(super) fn spelled(schema: &Schema, record: &Record) -> Record {
    let members: Vec<(String, View<'_>)> = record
        .attributes()
        .map(|(token, value)| match schema.attribute(&token.decoded()) {
            Some(attribute) => (super::json::quoted(&attribute.name), value),
            None => (token.as_str().to_owned(), value),
        })
        .collect();
    let json = Json::object(members.iter().map(|(name, value)| (name.as_str(), *value)));
    Record::new(json).unwrap_or_else(|| record.clone())
}

/// Replaces (`whole`) or takes away the record with the body's unique attributes.
fn keyed(state: &mut State, id: &CustomerId, ext: &str, body: &Json, whole: bool) -> Result<(), Rejection> {
    let schema = state.schemas.get(ext).ok_or_else(|| unknown_extension(ext))?;
    let profile = state.profiles.get_mut(id).ok_or_else(|| unknown_customer(id))?;
    let key = Record::new(body.clone()).and_then(|record| unique_key(schema, &record));
    let mut records = profile.records(ext).to_vec();
    let Some(at) = records.iter().position(|record| key.is_some() && unique_key(schema, record) == key)
    else {
        let sentence = format!("customer {id} has no {} record with these unique attributes", schema.name);
        return Err(Rejection::new(RejectionKind::UnknownRecord, sentence));
    };
    match stored(schema, body.view()).filter(|_| whole) {
        Some(record) => records[at] = record,
        None => drop(records.remove(at)),
    }
    put(profile, schema, (!records.is_empty()).then_some(Records::Multi(records)));
    Ok(())
}

fn unknown_extension(name: &str) -> Rejection {
    Rejection::new(RejectionKind::UnknownExtension, format!("there is no schema of an extension {name}"))
}

fn create_schema(state: &mut State, body: &Json) -> Result<(), Rejection> {
    let schema =
        Schema::from_json(body).map_err(|e| Rejection::new(RejectionKind::Invalid, e.to_string()))?;
    if state.schemas.get(&schema.name).is_some() {
        let sentence = format!("there is a schema of the extension {} already", schema.name);
        return Err(Rejection::new(RejectionKind::AlreadyExists, sentence));
    }
    let is_core = |profile: &&Profile| profile.core(&schema.name).is_some();
    if let Some(first) = state.profiles.values().find(is_core) {
        let (id, name) = (&first.id, &schema.name);
        let sentence = format!(
            "customer {id} has a core attribute {name}: as long as a customer has one, there can be no extension of that name"
        );
        return Err(Rejection::new(RejectionKind::AlreadyExists, sentence));
    }
    state.schemas.push(schema);
    Ok(())
}

/// Takes the schema away, and with it every customer's records of that extension.
fn delete_schema(state: &mut State, name: &str) -> Result<(), Rejection> {
    if !state.schemas.remove(name) {
        return Err(unknown_extension(name));
    }
    for profile in state.profiles.values_mut() {
        profile.extensions.retain(|extension| !same_name(&extension.name, name));
    }
    Ok(())
}

/// What `dst` has wins: its scalars, single-valued extensions and records with the same key. The rest of `src` is added.
fn merge(state: &mut State, dst: &CustomerId, src: &CustomerId) -> Result<(), Rejection> {
    if dst == src {
        return Err(Rejection::new(RejectionKind::Invalid, "a customer cannot be merged with itself"));
    }
    let source = state.profiles.remove(src).ok_or_else(|| unknown_customer(src))?;
    let target = state.profiles.get_mut(dst).ok_or_else(|| unknown_customer(dst))?;
    for attribute in source.core {
        match target.core.iter_mut().find(|own| same_name(&own.name, &attribute.name)) {
            None => target.core.push(attribute),
            Some(own) => own.value = joined_values(&own.value, &attribute.value),
        }
    }
    for extension in source.extensions {
        let Some(schema) = state.schemas.get(&extension.name) else { continue };
        match (target.extension(&extension.name).map(|own| own.records.clone()), extension.records) {
            (None, records) => put(target, schema, Some(records)),
            (Some(Records::Multi(own)), Records::Multi(other)) => {
                let met: Vec<_> = own.iter().filter_map(|record| unique_key(schema, record)).collect();
                let is_new =
                    |record: &Record| unique_key(schema, record).is_none_or(|key| !met.contains(&key));
                let records = own.iter().cloned().chain(other.into_iter().filter(is_new)).collect();
                put(target, schema, Some(Records::Multi(records)));
            }
            _ => {}
        }
    }
    Ok(())
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
