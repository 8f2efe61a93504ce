//! The engine against the model: whatever is asked for in whatever order, with segments and an index of a few lines each, a store
//! holds what the requests mean, after opening again too, without its index, and in another handle.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use profile_desk::model::apply::{Reading, State, apply};
use profile_desk::model::json::{Json, Kind, View};
use profile_desk::model::profile::{CustomerId, Profile};
use profile_desk::model::request::Request;
use profile_desk::store::disk::OsDisk;
use profile_desk::store::{Options, Store};
use proptest::prelude::*;
use std::path::Path;
use std::sync::Arc;

const CUSTOMERS: [&str; 4] = ["A", "B", "C", "d é"];

fn opened(folder: &Path, tail: u64) -> Store {
    Store::open_with(Arc::new(OsDisk), folder, Options { segment: 3_000, tail }, &mut |_| {}).unwrap()
}

fn request(method: &str, path: &str, body: &str) -> Request {
    Request::from_parts(method, path, Some(Json::parse(body).unwrap())).unwrap()
}

fn any_request() -> impl Strategy<Value = Request> {
    let id = prop::sample::select(vec!["A", "B", "C", "d%20%C3%A9"]);
    let name = prop::sample::select(vec!["Phone", "Note", "One"]);
    (0..13, id, prop::sample::select(vec!["A", "B", "C"]), name, 0..4, "[a-z][a-z0-9@.]{2,8}").prop_map(
        |(what, id, other, name, key, text)| {
            let plain = if id.len() > 1 { "d é" } else { id };
            let record = format!(r#"{{"t":{key},"v":"{text}"}}"#);
            match what {
                0 | 1 => {
                    let body = format!(r#"{{"customer_id":"{plain}","Mail":"{text}","Phone":[{record}]}}"#);
                    request("POST", "/profiles", &body)
                }
                2 => request("POST", "/profiles", &format!(r#"{{"customer_id":"{plain}","Note":"{text}"}}"#)),
                3..=5 => {
                    let body = if name == "One" { record.clone() } else { format!("[{record}]") };
                    request("POST", &format!("/profiles/{id}/extensions"), &format!(r#"{{"{name}":{body}}}"#))
                }
                6 => request("PUT", &format!("/profiles/{id}"), &format!(r#"{{"Mail":"{text}"}}"#)),
                7 => request("PUT", &format!("/profiles/{id}/extensions/Phone/by/unique"), &record),
                8 => request("PUT", &format!("/profiles/{id}/extensions/Phone/delete/by/unique"), &record),
                9 => Request::DeleteProfile(CustomerId::new(plain).unwrap()),
                10 => request("PUT", &format!("/profiles/{id}/merge/{other}"), "{}"),
                11 => {
                    let arity = if name == "One" { "single-valued" } else { "multi-valued" };
                    let unique = if name == "Phone" { r#","unique":["t"]"# } else { "" };
                    let body = format!(
                        r#"{{"name":"{name}","type":"{arity}","attributes":[{{"name":"t","type":"integer"}},{{"name":"v","type":"string"}}]{unique}}}"#
                    );
                    request("POST", "/metadata/profiles/extensions", &body)
                }
                _ => Request::DeleteSchema(name.into()),
            }
        },
    )
}

/// Whether any value has a text in it.
fn holds(value: View<'_>, text: &str) -> bool {
    let scalar = value.text().unwrap_or_else(|| value.as_str().into());
    let is_scalar = !matches!(value.kind(), Kind::Object | Kind::Array);
    (is_scalar && scalar.to_lowercase().contains(text))
        || value.members().any(|(_, value)| holds(value, text))
        || value.elements().any(|value| holds(value, text))
}

/// The store shows what the model holds.
fn agrees(store: &Store, state: &State, text: &str) -> Result<(), TestCaseError> {
    for id in CUSTOMERS.map(|id| CustomerId::new(id).unwrap()) {
        let loaded = store.load(&id).unwrap().map(|(profile, _)| profile);
        prop_assert_eq!(loaded.as_ref(), state.profiles.get(&id));
    }
    let all: Vec<&CustomerId> = state.profiles.keys().collect();
    let (customers, damage) = (store.customers().unwrap(), store.damage());
    prop_assert_eq!(customers.iter().collect::<Vec<_>>(), all);
    prop_assert_eq!(store.schemas().unwrap(), state.schemas.clone());
    prop_assert_eq!(damage, None);
    let is_in = |profile: &&Profile| holds(profile.to_json().view(), &text.to_lowercase());
    let expected: Vec<CustomerId> = state.profiles.values().filter(is_in).map(|p| p.id.clone()).collect();
    prop_assert_eq!(store.find_text(text, 10).unwrap(), expected);
    let expected: Vec<&Profile> = state.profiles.values().filter(|profile| profile.has("v", text)).collect();
    let wanted = [("v".to_owned(), text.to_owned())];
    let found = store.identify(&wanted, 10).unwrap();
    prop_assert_eq!(found.iter().collect::<Vec<_>>(), expected);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn a_store_holds_what_the_requests_mean(
        batches in prop::collection::vec(prop::collection::vec(any_request(), 1..8), 1..14),
        compacts in prop::collection::vec(prop::option::weighted(0.2, 0..14_usize), 14),
        tail in prop::sample::select(vec![1, 700, 4_000, 1 << 20]),
    ) {
        let folder = tempfile::tempdir().unwrap();
        drop(Store::create(folder.path()).unwrap());
        let (store, other) = (opened(folder.path(), tail), opened(folder.path(), 1 << 20));
        let mut state = State::default();
        for (number, batch) in batches.iter().enumerate() {
            let writer = if number % 3 == 2 { &other } else { &store };
            let at = |number: usize| format!("2026-11-24T09:30:{number:02}.000Z");
            let answers = writer.append(batch, "tester", &at(number)).unwrap();
            for (request, answer) in batch.iter().zip(answers) {
                let meant = apply(&mut state, request, Reading::Upsert);
                prop_assert_eq!(answer.map(|_| ()), meant, "{:?}", request);
            }
            let text = batch.first().and_then(Request::body).map(|body| body.as_str().to_owned());
            let text = text.and_then(|text| Some(text.rsplit('"').nth(1)?.to_owned())).unwrap_or("zzz".into());
            if let Some(since) = compacts.get(number).copied().flatten() {
                let since = Some(at(since)).filter(|_| since > 0);
                other.compact(since.as_deref()).unwrap();
                let backup = folder.path().join("backup");
                store.backup(&backup, since.as_deref()).unwrap();
                let restored = tempfile::tempdir().unwrap();
                std::fs::rename(backup, restored.path().join("journal-000001.jsonl")).unwrap();
                agrees(&opened(restored.path(), tail), &state, &text)?;
            }
            agrees(&store, &state, &text)?;
            agrees(&other, &state, &text)?;
            agrees(&opened(folder.path(), tail), &state, &text)?;
        }
        drop((store, other));
        for file in std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().path()) {
            if file.extension().is_some_and(|ending| ending == "run") {
                std::fs::remove_file(file).unwrap();
            }
        }
        agrees(&opened(folder.path(), tail), &state, "A")?;
    }
}
