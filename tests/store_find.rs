//! Whatever the index narrows and however lines are looked at before they are read: a store finds whom a look at every profile
//! finds.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use profile_desk::model::json::{Json, View};
use profile_desk::model::profile::Profile;
use profile_desk::model::request::Request;
use profile_desk::store::disk::OsDisk;
use profile_desk::store::{Options, Store, found_in};
use profile_desk::transfer::generate::{SCHEMAS, customers};
use std::path::Path;
use std::sync::Arc;

const AT: &str = "2026-11-24T09:30:00.000Z";
/// Some blocks of the index.
const CUSTOMERS: usize = 120;

fn opened(folder: &Path) -> Store {
    let options = Options { segment: 1 << 20, tail: 20_000 };
    Store::open_with(Arc::new(OsDisk), folder, options, &mut |_| {}).unwrap()
}

/// Two of three customers as they are generated, every third with each letter beyond ASCII as an escape.
fn made(folder: &Path) -> Vec<Profile> {
    drop(Store::create(folder).unwrap());
    let store = opened(folder);
    let schemas = Json::parse(SCHEMAS).unwrap();
    let schemas = schemas
        .view()
        .get("schemas")
        .unwrap()
        .elements()
        .map(|schema| Request::CreateSchema(schema.to_json()));
    let bodies = customers(7).take(CUSTOMERS).enumerate();
    let creates = bodies.map(|(at, body)| if at % 3 == 0 { escaped(&body) } else { body });
    let creates = creates.map(|body| Request::CreateProfile(Json::parse(&body).unwrap()));
    for request in schemas.chain(creates) {
        store.append(&[request], "tester", AT).unwrap()[0].clone().unwrap();
    }
    let ids = store.customers().unwrap();
    ids.iter().map(|id| store.load(id).unwrap().unwrap().0).collect()
}

fn escaped(text: &str) -> String {
    let unit = |unit: &mut u16| format!("\\u{unit:04x}");
    let letter = |c: char| {
        if c.is_ascii() { c.into() } else { c.encode_utf16(&mut [0; 2]).iter_mut().map(unit).collect() }
    };
    text.chars().map(letter).collect::<Vec<String>>().concat()
}

/// What people type who look for this customer.
fn searches(profile: &Profile) -> Vec<String> {
    let json = profile.to_json();
    let mut texts = Vec::new();
    values(json.view(), &mut texts);
    let mut all: Vec<String> = texts.iter().map(|text| text.chars().skip(2).take(5).collect()).collect();
    for phone in profile.records("Phone") {
        let part = |name: &str| phone.get(name).and_then(View::text).unwrap_or_default().into_owned();
        let (prefix, number) = (part("prefix"), part("number"));
        let few: String = number.chars().take(8).collect();
        all.extend([
            format!("{prefix}{number}"),
            format!("0{number}"),
            format!("00{} (0){number}", &prefix[1..]),
        ]);
        all.extend([format!("0{few}"), format!("{prefix} {few}"), few]);
    }
    all
}

fn values(view: View<'_>, out: &mut Vec<String>) {
    view.members().map(|(_, value)| value).chain(view.elements()).for_each(|value| values(value, out));
    out.extend(view.text().map(std::borrow::Cow::into_owned));
}

#[test]
fn whom_a_look_at_every_profile_finds() {
    let folder = tempfile::tempdir().unwrap();
    let profiles = made(folder.path());
    let store = opened(folder.path());
    let mut count = 0;
    for profile in profiles.iter().step_by(29) {
        for text in searches(profile) {
            let found = store.find(&text, CUSTOMERS).unwrap();
            assert_eq!(found, found_in(profiles.iter(), &text, CUSTOMERS), "{text}");
            assert!(text.is_empty() || found.contains(profile), "{text} of {}", profile.id);
            let upper = text.to_uppercase();
            assert_eq!(
                store.find(&upper, CUSTOMERS).unwrap(),
                found_in(profiles.iter(), &upper, CUSTOMERS),
                "{upper}"
            );
            count += 2;
        }
    }
    println!("{count} texts were looked for");
}
