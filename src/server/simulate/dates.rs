//! Dates in other forms of ISO 8601, brought into the one that the documents show.

use crate::model::json::{Json, Kind, View, quoted};
use crate::model::profile::Record;
use crate::model::request::Request;
use crate::model::schema::{AttributeType, Schema, Schemas};
use jiff::Timestamp;
use jiff::civil::Date;
use std::borrow::Cow;

/// The request with the dates of its records in UTC with milliseconds. What is no date stays as it is.
pub fn in_utc(request: &Request, schemas: &Schemas) -> Request {
    let all = |body: &Json| records(body, schemas);
    let one =
        |ext: &str, body: &Json| schemas.get(ext).map_or(body.clone(), |schema| value(schema, body.view()));
    match request {
        Request::CreateProfile(body) => Request::CreateProfile(all(body)),
        Request::UpdateProfile(id, body) => Request::UpdateProfile(id.clone(), all(body)),
        Request::InsertRecords(id, body) => Request::InsertRecords(id.clone(), all(body)),
        Request::UpdateRecord(id, ext, body) => {
            Request::UpdateRecord(id.clone(), ext.clone(), one(ext, body))
        }
        Request::DeleteRecord(id, ext, body) => {
            Request::DeleteRecord(id.clone(), ext.clone(), one(ext, body))
        }
        other => other.clone(),
    }
}

fn records(body: &Json, schemas: &Schemas) -> Json {
    if body.view().kind() != Kind::Object {
        return body.clone();
    }
    let members: Vec<(&str, Json)> = body
        .view()
        .members()
        .map(|(name, of)| {
            let schema = schemas.get(&name.decoded());
            (name.as_str(), schema.map_or_else(|| of.to_json(), |schema| value(schema, of)))
        })
        .collect();
    Json::object(members.iter().map(|(name, value)| (*name, value.view())))
}

/// One record, or an array of them.
fn value(schema: &Schema, view: View<'_>) -> Json {
    if view.kind() == Kind::Array {
        let records: Vec<Json> = view.elements().map(|element| value(schema, element)).collect();
        return Json::array(records.iter().map(Json::view));
    }
    let Some(record) = Record::new(view.to_json()) else { return view.to_json() };
    let dated = schema.attributes.iter().fold(record, |record, attribute| {
        let text = record.get(&attribute.name).and_then(|value| value.text().map(Cow::into_owned));
        match text.and_then(|text| canonical(attribute.kind, &text)) {
            Some(date) => record.with(&attribute.name, Json::parse(&quoted(&date)).ok().as_ref()),
            None => record,
        }
    });
    dated.json().clone()
}

fn canonical(kind: AttributeType, text: &str) -> Option<String> {
    let instant =
        || text.parse::<Timestamp>().ok().map(|at| at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string());
    match kind {
        AttributeType::Datetime => instant(),
        AttributeType::Date => instant().or_else(|| text.parse::<Date>().ok().map(|day| day.to_string())),
        _ => None,
    }
}
