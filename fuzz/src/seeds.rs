//! Whole files to begin with, made by the program itself.

use crate::case::Case;
use crate::{document, index};
use profile_desk::model::json::Json;
use profile_desk::model::request::Request;
use profile_desk::store::disk::OsDisk;
use profile_desk::store::{Options, Store};
use std::path::Path;
use std::sync::Arc;

const SAMPLES: &str = include_str!("../../assets/samples/store.json");
const AT: &str = "2026-11-24T09:30:00.000Z";

/// Every kind of request, in an order in which all are accepted.
const REQUESTS: [(&str, &str, &str); 16] = [
    (
        "POST",
        "/profiles",
        r#"{"customer_id":"A","FirstName":"Ada","EmailAddress":["ada@example.org","a@example.net"]}"#,
    ),
    (
        "POST",
        "/profiles",
        r#"{"customer_id":"B","LastName":"Бэббидж","Phone":[{"PhoneType":1,"number":"222 33"}]}"#,
    ),
    ("POST", "/profiles", r#"{"customer_id":"C"}"#),
    ("POST", "/profiles/A/extensions", r#"{"Phone":[{"PhoneType":1,"prefix":"+33","number":"\u0031 45"}]}"#),
    (
        "POST",
        "/profiles/A/extensions",
        r#"{"phone":[{"phonetype":2,"number":"678","other":10.10}],"Address":{"City":"Жаворонки"}}"#,
    ),
    ("PUT", "/profiles/A/extensions/Phone/by/unique", r#"{"PhoneType":2,"number":"999"}"#),
    ("PUT", "/profiles/B", r#"{"LastName":"Babbage","Notes":[{"text":"a"},{"text":"a"}]}"#),
    ("PUT", "/profiles/A/extensions/Phone/delete/by/unique", r#"{"PhoneType":1}"#),
    ("PUT", "/profiles/A/merge/C", "{}"),
    (
        "POST",
        "/metadata/profiles/extensions",
        r#"{"name":"Temporary","type":"multi-valued","attributes":[{"name":"a","type":"string"}]}"#,
    ),
    ("POST", "/profiles/B/extensions", r#"{"Temporary":[{"a":"1"},{"a":"2"}]}"#),
    ("DELETE", "/metadata/profiles/extensions/Temporary", ""),
    ("POST", "/profiles", r#"{"customer_id":"D e/é","FirstName":"Gone"}"#),
    ("DELETE", "/profiles/D%20e%2F%C3%A9", ""),
    ("POST", "/profiles", r#"{"customer_id":"D e/é","FirstName":"Back"}"#),
    ("POST", "/profiles/D%20e%2F%C3%A9/extensions", r#"{"Consents":[{"purpose":"calls","given":true}]}"#),
];

/// No journal of a seed is so large, in bytes.
const WHOLE: u64 = 1 << 20;

/// Folders of stores.
pub fn journals(folder: &Path) -> Vec<Case> {
    let empty = made(&folder.join("empty"), options(WHOLE, WHOLE), &[]);
    let requests: Vec<Request> = schemas().into_iter().chain(REQUESTS.iter().map(request)).collect();
    let whole = made(&folder.join("whole"), options(WHOLE, WHOLE), &requests);
    let segments = made(&folder.join("segments"), options(1_500, WHOLE), &requests);
    let samples: Vec<Request> = schemas().into_iter().chain(profiles()).collect();
    let samples = made(&folder.join("samples"), options(WHOLE, WHOLE), &samples);
    let second = |case: &Case| {
        let mut case = case.clone();
        case.0.extend(whole.0.values().map(|bytes| ("journal-000002.jsonl".to_owned(), bytes.clone())));
        case
    };
    vec![second(&empty), second(&samples), empty, whole, samples, segments]
}

/// The same with an index of everything but the end.
pub fn indexes(folder: &Path) -> Vec<Case> {
    let requests: Vec<Request> = schemas().into_iter().chain(REQUESTS.iter().map(request)).collect();
    let all: Vec<Request> = requests.iter().cloned().chain(profiles()).collect();
    let one = made(&folder.join("one"), options(WHOLE, 1_000), &all);
    let segments = made(&folder.join("segments"), options(1_500, 600), &requests);
    for (name, bytes) in one.0.iter().chain(&segments.0).filter(|(name, _)| name.starts_with(index::FILES)) {
        assert_eq!(&index::sealed(bytes.clone()), bytes, "{name} has another layout than is known here");
    }
    vec![one, segments]
}

/// Documents with schemas, and plain arrays.
pub fn documents() -> Vec<Case> {
    let json = Json::parse(SAMPLES).unwrap();
    let array = json.view().get("profiles").unwrap().as_str();
    let texts = [SAMPLES, array, "[]", r#"{"schemas":[],"profiles":[],"mine":1e400}"#];
    texts.map(|text| Case::file(document::FILE, text)).into()
}

fn options(segment: u64, tail: u64) -> Options {
    Options { segment, tail }
}

fn made(folder: &Path, options: Options, requests: &[Request]) -> Case {
    drop(Store::create(folder).unwrap());
    let store = Store::open_with(Arc::new(OsDisk), folder, options, &mut |_| ()).unwrap();
    for request in requests {
        let answers = store.append(std::slice::from_ref(request), "fuzz", AT).unwrap();
        assert!(answers[0].is_ok(), "{request:?}: {answers:?}");
    }
    drop(store);
    Case::read(folder).without("lock")
}

fn schemas() -> Vec<Request> {
    let json = Json::parse(SAMPLES).unwrap();
    json.view()
        .get("schemas")
        .unwrap()
        .elements()
        .map(|schema| Request::CreateSchema(schema.to_json()))
        .collect()
}

fn profiles() -> Vec<Request> {
    let json = Json::parse(SAMPLES).unwrap();
    json.view()
        .get("profiles")
        .unwrap()
        .elements()
        .map(|profile| Request::CreateProfile(profile.to_json()))
        .collect()
}

fn request((method, path, body): &(&str, &str, &str)) -> Request {
    let body = (!body.is_empty()).then(|| Json::parse(body).unwrap());
    Request::from_parts(method, path, body).unwrap()
}
