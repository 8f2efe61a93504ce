//! What the body of a request names: core attributes, and records as the profile keeps them.

use crate::model::apply::{Rejection, RejectionKind, unknown_extension};
use crate::model::json::{Json, Kind, View, same_name};
use crate::model::profile::{CUSTOMER_ID, CoreAttribute, Record};
use crate::model::schema::{Schema, Schemas};
use crate::model::stored::stored;
use crate::model::validate::is_core;

/// The members of a body.
pub struct Parts<'s> {
    /// The core attributes in order.
    pub core: Vec<CoreAttribute>,
    /// The extensions in order.
    pub extensions: Vec<(&'s Schema, Vec<Record>)>,
}

impl<'s> Parts<'s> {
    /// Refuses only what nothing can be made of: judging is `validate`'s.
    pub fn of(body: &Json, schemas: &'s Schemas, core: bool) -> Result<Self, Rejection> {
        if body.view().kind() != Kind::Object {
            return Err(Rejection::new(RejectionKind::Invalid, "the body must be an object"));
        }
        let mut parts = Self { core: Vec::new(), extensions: Vec::new() };
        for (name, value) in body.view().members() {
            let name = name.decoded();
            if same_name(&name, CUSTOMER_ID) {
            } else if let Some(schema) = schemas.get(&name) {
                parts.extensions.push((schema, records_in(schema, value)?));
            } else if core && is_core(value) {
                parts.core.push(CoreAttribute { name: name.into_owned(), value: value.to_json() });
            } else {
                return Err(unknown_extension(&name));
            }
        }
        Ok(parts)
    }
}

/// The records of an array, or the one of an object; null has none.
fn records_in(schema: &Schema, value: View<'_>) -> Result<Vec<Record>, Rejection> {
    let record = |value| {
        stored(schema, value)
            .ok_or_else(|| Rejection::new(RejectionKind::Invalid, "a record must be an object"))
    };
    match value.kind() {
        Kind::Null => Ok(Vec::new()),
        Kind::Array => value.elements().map(record).collect(),
        _ => record(value).map(|record| vec![record]),
    }
}
