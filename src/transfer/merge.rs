//! The requests that import a file's profile over a known customer (docs/API.md, "Local additions").
//!
//! The file sets the core attributes that it names, replaces records with equal unique attributes, adds the others, and
//! adds records without `unique` only as far as it has more equal ones than the customer. It removes nothing, so
//! importing twice changes nothing.

use crate::model::compare::same_record;
use crate::model::json::{Json, quoted, same_name};
use crate::model::profile::{CoreAttribute, Extension, Profile, Record, Records};
use crate::model::request::Request;
use crate::model::schema::{Schema, Schemas};

/// The requests that import `file` over `known`; none where nothing would change.
pub fn requests(known: &Profile, file: &Profile, schemas: &Schemas) -> Vec<Request> {
    let id = Json::string(known.id.as_str());
    let mut requests = Vec::new();
    let core = joined_core(known, file);
    if core != known.core {
        let only_core = Profile { core, extensions: Vec::new(), ..known.clone() };
        requests.push(Request::UpdateProfile(known.id.clone(), only_core.to_json()));
    }
    let news: Vec<(String, Json)> = file
        .extensions
        .iter()
        .filter_map(|extension| Some((quoted(&extension.name), news(known, extension, schemas)?)))
        .collect();
    if !news.is_empty() {
        let first = std::iter::once(("\"customer_id\"", id.view()));
        let body = Json::object(first.chain(news.iter().map(|(name, value)| (name.as_str(), value.view()))));
        requests.push(Request::InsertRecords(known.id.clone(), body));
    }
    requests
}

fn joined_core(known: &Profile, file: &Profile) -> Vec<CoreAttribute> {
    let mut core = known.core.clone();
    for attribute in &file.core {
        match core.iter_mut().find(|old| same_name(&old.name, &attribute.name)) {
            Some(old) => old.value = attribute.value.clone(),
            None => core.push(attribute.clone()),
        }
    }
    core
}

/// What an insert must carry of this extension of the file, if anything.
fn news(known: &Profile, extension: &Extension, schemas: &Schemas) -> Option<Json> {
    let schema = schemas.get(&extension.name);
    let old = known.records(&extension.name);
    match &extension.records {
        Records::Single(record) => {
            let same = old.first().is_some_and(|old| same_record(schema, old, record));
            (!same).then(|| record.json().clone())
        }
        Records::Multi(new) => {
            let records = surplus(old, new, schema);
            (!records.is_empty()).then(|| Records::Multi(records).to_json())
        }
    }
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
