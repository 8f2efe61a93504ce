//! What a request means, written to be read and not to be fast: what the model must agree with.
#![allow(clippy::result_large_err, reason = "tests")]

use profile_desk::model::apply::{Reading, Rejection, RejectionKind, State};
use profile_desk::model::finding::{Finding, Severity};
use profile_desk::model::json::{Json, Kind, View, same_name};
use profile_desk::model::profile::{
    CUSTOMER_ID, CoreAttribute, CustomerId, Extension, Profile, Record, Records,
};
use profile_desk::model::request::Request;
use profile_desk::model::schema::{Arity, Schema, Schemas};
use profile_desk::model::stored::stored;
use profile_desk::model::validate::validate;
use profile_desk::model::value::unique_key;

/// Carries a request out. Refused, it leaves the state as it was.
pub fn plainly(state: &mut State, request: &Request, reading: Reading) -> Result<(), Rejection> {
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
        if records.is_empty() {
            return;
        }
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
    for record in new {
        let key = unique_key(schema, &record);
        match old.iter().position(|old| key.is_some() && unique_key(schema, old) == key) {
            Some(at) => records[at] = record,
            None => records.push(record),
        }
    }
    records
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
