//! What can be said of a request from its body and the schemas alone: findings, each with its place.

use super::finding::{Finding, Place, Severity};
use super::json::{Json, Kind, View, same_name};
use super::profile::{CUSTOMER_ID, CustomerId};
use super::request::Request;
use super::schema::{Arity, Schema, Schemas};
use super::value::{check, key_of};
use std::collections::HashMap;

/// Everything that is wrong (errors) or odd (warnings) with a request. Whether the customer exists is not asked here.
pub fn validate(request: &Request, schemas: &Schemas) -> Vec<Finding> {
    let mut findings = Vec::new();
    match request {
        Request::CreateProfile(body) => {
            profile(body, None, schemas, true, &mut findings);
        }
        Request::UpdateProfile(id, body) | Request::Checkpoint(id, body) => {
            profile(body, Some(id), schemas, true, &mut findings);
        }
        Request::InsertRecords(id, body) => profile(body, Some(id), schemas, false, &mut findings),
        Request::UpdateRecord(_, ext, body) => keyed_record(ext, body, schemas, true, &mut findings),
        Request::DeleteRecord(_, ext, body) => keyed_record(ext, body, schemas, false, &mut findings),
        Request::CreateSchema(body) => match Schema::from_json(body) {
            Ok(schema) => defaults(&schema, &mut findings),
            Err(error) => findings.push(finding(Place::default(), error.to_string())),
        },
        Request::DeleteProfile(_) | Request::DeleteSchema(_) | Request::MergeProfiles { .. } => {}
    }
    findings
}

fn finding(place: Place, sentence: impl Into<String>) -> Finding {
    Finding { place, severity: Severity::Error, sentence: sentence.into() }
}

fn of_extension(name: &str) -> Place {
    Place { extension: Some(name.to_owned()), ..Place::default() }
}

/// A default that its own type refuses would be filled into records that cannot be sent again.
fn defaults(schema: &Schema, findings: &mut Vec<Finding>) {
    for attribute in &schema.attributes {
        let verdict = attribute.default.as_ref().map_or(Ok(()), |default| check(attribute, default.view()));
        if let Err(sentence) = verdict {
            let place = Place { attribute: Some(attribute.name.clone()), ..of_extension(&schema.name) };
            findings.push(finding(place, format!("the default does not fit: {sentence}")));
        }
    }
}

/// A body with extensions, and with core attributes where `core` allows them.
fn profile(body: &Json, id: Option<&CustomerId>, schemas: &Schemas, core: bool, findings: &mut Vec<Finding>) {
    let view = body.view();
    if view.kind() != Kind::Object {
        return findings.push(finding(Place::default(), "the body must be an object"));
    }
    for (token, value) in view.members() {
        let name = token.decoded();
        if same_name(&name, CUSTOMER_ID) {
            customer(value, id, findings);
        } else if let Some(schema) = schemas.get(&name) {
            extension(schema, value, core, findings);
        } else if core && is_core(value) {
            // Any name may be a core attribute: core attributes have no schema of their own.
        } else {
            findings
                .push(finding(of_extension(&name), "there is no schema of this extension; create it first"));
        }
    }
}

/// A scalar, or an array of scalars.
pub(super) fn is_core(value: View<'_>) -> bool {
    let scalar = |value: View<'_>| !matches!(value.kind(), Kind::Array | Kind::Object);
    scalar(value) || (value.kind() == Kind::Array && value.elements().all(scalar))
}

fn customer(value: View<'_>, id: Option<&CustomerId>, findings: &mut Vec<Finding>) {
    let place = || Place { attribute: Some(CUSTOMER_ID.to_owned()), ..Place::default() };
    let written = match value.text().map(|text| CustomerId::new(&text)) {
        Some(Ok(written)) => written,
        Some(Err(sentence)) => return findings.push(finding(place(), sentence)),
        None => return findings.push(finding(place(), "the customer ID must be text")),
    };
    if let Some(id) = id.filter(|id| **id != written) {
        findings.push(finding(
            place(),
            format!("the body is of customer {written}, the request of customer {id}"),
        ));
    }
}

/// The records of one extension. `null` clears a single-valued one where `clearing` allows it.
fn extension(schema: &Schema, value: View<'_>, clearing: bool, findings: &mut Vec<Finding>) {
    let place = || of_extension(&schema.name);
    match (schema.arity, value.kind()) {
        (Arity::Multi, Kind::Array) => many(schema, value, findings),
        (Arity::Multi, Kind::Object) => {
            findings.push(finding(
                place(),
                "this extension is multi-valued: an array of records is wanted, not one",
            ));
        }
        (Arity::Multi, _) => findings.push(finding(place(), "an array of records is wanted")),
        (_, Kind::Object) => record(schema, value, None, findings),
        (_, Kind::Array) => {
            findings.push(finding(
                place(),
                "this extension is single-valued: one record is wanted, not an array",
            ));
        }
        (_, Kind::Null) if clearing => {}
        _ => findings.push(finding(place(), "a record is wanted")),
    }
}

fn many(schema: &Schema, value: View<'_>, findings: &mut Vec<Finding>) {
    let mut met = HashMap::new();
    for (number, element) in (1..).zip(value.elements()) {
        record(schema, element, Some(number), findings);
        let key = Some(element)
            .filter(|element| element.kind() == Kind::Object)
            .and_then(|record| key_of(schema, record));
        if let Some(first) = key.and_then(|key| met.insert(key, number)) {
            let place = Place { record: Some(number), ..of_extension(&schema.name) };
            let names = schema.unique.join(" and ");
            findings.push(finding(place, format!("it has the same {names} as record {first}")));
        }
    }
}

fn record(schema: &Schema, value: View<'_>, number: Option<usize>, findings: &mut Vec<Finding>) {
    let place = |attribute: Option<&str>| Place {
        record: number,
        attribute: attribute.map(str::to_owned),
        ..of_extension(&schema.name)
    };
    if value.kind() != Kind::Object {
        return findings.push(finding(place(None), "a record must be an object"));
    }
    let members: Vec<_> = value.members().map(|(token, value)| (token.decoded(), value)).collect();
    for (name, value) in &members {
        match schema.attribute(name) {
            None => findings.push(Finding {
                severity: Severity::Warning,
                ..finding(place(Some(name)), "the schema does not know this attribute; it is kept as it is")
            }),
            Some(attribute) => {
                if let Err(sentence) = check(attribute, *value) {
                    findings.push(finding(place(Some(&attribute.name)), sentence));
                }
            }
        }
    }
    for attribute in schema.attributes.iter().filter(|attribute| attribute.mandatory) {
        let given = members.iter().find(|(name, _)| same_name(name, &attribute.name));
        if given.is_some_and(|(_, value)| value.is_null()) || (given.is_none() && attribute.default.is_none())
        {
            findings.push(finding(place(Some(&attribute.name)), "this attribute is mandatory"));
        }
    }
}

/// The body of an update or delete of one record by its unique attributes.
fn keyed_record(ext: &str, body: &Json, schemas: &Schemas, whole: bool, findings: &mut Vec<Finding>) {
    let Some(schema) = schemas.get(ext) else {
        return findings
            .push(finding(of_extension(ext), "there is no schema of this extension; create it first"));
    };
    if schema.arity != Arity::Multi || schema.unique.is_empty() {
        let sentence = "its records cannot be addressed: no unique attributes identify them";
        return findings.push(finding(of_extension(&schema.name), sentence));
    }
    if whole {
        return record(schema, body.view(), None, findings);
    }
    if body.view().kind() != Kind::Object {
        return findings.push(finding(of_extension(&schema.name), "a record must be an object"));
    }
    for name in schema.unique.iter().filter(|name| body.view().get(name).is_none()) {
        let place = Place { attribute: Some(name.clone()), ..of_extension(&schema.name) };
        findings.push(finding(place, "a delete must name every unique attribute of the record"));
    }
}
