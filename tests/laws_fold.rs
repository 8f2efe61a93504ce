//! The laws of folding: `apply` decides and does what is written plainly in `support/plainly.rs`, and a `Fold` does what `apply`
//! does, token for token. proptest prints the seed of a failure.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "support/plainly.rs"]
mod plainly;

use plainly::plainly;
use profile_desk::model::apply::{Needs, Reading, Rejection, State, accepts, apply, core_attribute, needs};
use profile_desk::model::fold::Fold;
use profile_desk::model::json::Json;
use profile_desk::model::profile::{CustomerId, Profile};
use profile_desk::model::request::Request;
use profile_desk::model::schema::Schemas;
use proptest::prelude::*;
use proptest::sample::select;
use std::collections::BTreeMap;

fn json(text: &str) -> Json {
    Json::parse(text).unwrap()
}

fn id(text: &str) -> CustomerId {
    CustomerId::new(text).unwrap()
}

/// Phone has two unique attributes, Fax one with a default, Notes none; Address has one record.
const SCHEMAS: [&str; 6] = [
    r#"{"name":"Phone","type":"multi-valued","attributes":[{"name":"Kind","type":"integer","default":0,"mandatory":true},
        {"name":"area","type":"string"},{"name":"number","type":"string"}],"unique":["Kind","area"]}"#,
    r#"{"name":"Fax","type":"multi-valued","attributes":[{"name":"at","type":"currency","default":1}],"unique":["at"]}"#,
    r#"{"name":"Notes","type":"multi-valued","attributes":[{"name":"text","type":"string"}]}"#,
    r#"{"name":"Address","type":"single-valued","attributes":[{"name":"City","type":"string"}]}"#,
    r#"{"name":"phone","type":"single-valued","attributes":[]}"#,
    r#"{"name":"Bad"}"#,
];

fn object(members: Vec<Option<String>>) -> String {
    format!("{{{}}}", members.into_iter().flatten().collect::<Vec<_>>().join(","))
}

fn member(name: &'static str, tokens: &'static [&'static str]) -> impl Strategy<Value = Option<String>> {
    prop::option::of(select(tokens).prop_map(move |token| format!("\"{name}\":{token}")))
}

fn phone() -> impl Strategy<Value = String> {
    let kind = prop_oneof![member("Kind", &["0", "1"]), member("kind", &["0", "1", "0", "1", "\"1\""])];
    (
        kind,
        member("area", &["\"a\"", "null"]),
        member("number", &["\"7\"", "\"\\u0037\"", "\"8\"", "\"9\"", "7"]),
    )
        .prop_map(|(kind, area, number)| object(vec![kind, area, number]))
}

/// With both unique attributes.
fn whole_phone() -> impl Strategy<Value = String> {
    (select(vec!["0", "1"]), select(vec!["\"a\"", "null"]))
        .prop_map(|(kind, area)| format!(r#"{{"Kind":{kind},"area":{area}}}"#))
}

fn fax() -> impl Strategy<Value = String> {
    (member("at", &["1", "1.0", "10e-1", "2", "3", "null"]), member("more", &["[1]"]))
        .prop_map(|(at, more)| object(vec![at, more]))
}

fn many(name: &'static str, record: impl Strategy<Value = String>) -> impl Strategy<Value = Option<String>> {
    prop::option::of(
        prop::collection::vec(record, 0..3)
            .prop_map(move |records| format!("\"{name}\":[{}]", records.join(","))),
    )
}

fn members() -> impl Strategy<Value = Vec<Option<String>>> {
    let extensions = (
        prop_oneof![many("Phone", phone()), many("PHONE", phone())],
        many("Fax", fax()),
        many("Notes", member("text", &["\"x\"", "\"y\""]).prop_map(|text| object(vec![text]))),
        member("Address", &[r#"{"city":"Rome"}"#, r#"{"City":"Oslo"}"#, "null"]),
    );
    let core = (
        member("Name", &["\"Bruce\"", "null"]),
        member("Mails", &[r#"["a","b"]"#, r#"["b","c"]"#]),
        member("fax", &["\"12\"", "[]"]),
        member("odd", &[r#"{"a":1}"#]),
    );
    (extensions, core).prop_map(|((phone, fax, notes, address), (name, mails, other, odd))| {
        // Two equal names are no JSON; an odd member is an extension without a schema.
        let other = other.filter(|_| fax.is_none());
        let odd = odd.filter(|_| address.is_none());
        vec![name, phone, mails, fax, other, notes, address, odd]
    })
}

fn customer() -> impl Strategy<Value = CustomerId> {
    select(vec!["A", "A", "B", "nobody"]).prop_map(id)
}

fn body_of(id: &CustomerId, mut members: Vec<Option<String>>) -> Json {
    members.insert(0, Some(format!("\"customer_id\":\"{id}\"")));
    json(&object(members))
}

fn request() -> impl Strategy<Value = Request> {
    let extension =
        || select(vec!["Phone", "phone", "Fax", "Notes", "Address", "Gone"]).prop_map(str::to_owned);
    let keyed = || {
        (
            customer(),
            prop_oneof![
                (Just("Phone".to_owned()), whole_phone()),
                (Just("FAX".to_owned()), fax()),
                (extension(), phone())
            ],
        )
    };
    prop_oneof![
        4 => (customer(), members()).prop_map(|(id, members)| Request::CreateProfile(body_of(&id, members))),
        1 => members().prop_map(|members| Request::CreateProfile(json(&object(members)))),
        2 => (customer(), members()).prop_map(|(id, members)| Request::UpdateProfile(id, json(&object(members)))),
        1 => customer().prop_map(Request::DeleteProfile),
        2 => (customer(), customer()).prop_map(|(dst, src)| Request::MergeProfiles { dst, src, body: json("{}") }),
        24 => (customer(), members(), 0..8).prop_map(|(id, mut members, odd)| {
            if odd > 0 {
                for no_part_of_an_insert in [0, 2, 4, 7] {
                    members[no_part_of_an_insert] = None;
                }
            }
            Request::InsertRecords(id, json(&object(members)))
        }),
        12 => keyed().prop_map(|(id, (name, body))| Request::UpdateRecord(id, name, json(&body))),
        24 => keyed().prop_map(|(id, (name, body))| Request::DeleteRecord(id, name, json(&body))),
        6 => select(&SCHEMAS[..]).prop_map(|schema| Request::CreateSchema(json(schema))),
        1 => extension().prop_map(Request::DeleteSchema),
        1 => (customer(), members()).prop_map(|(id, members)| {
            let body = body_of(&id, members);
            Request::Checkpoint(id, body)
        }),
        1 => (customer(), members()).prop_map(|(id, members)| Request::Checkpoint(id, json(&object(members)))),
    ]
}

fn requests() -> impl Strategy<Value = Vec<Request>> {
    prop::collection::vec(request(), 1..40)
}

fn start() -> State {
    let mut state = State::default();
    for schema in &SCHEMAS[..4] {
        apply(&mut state, &Request::CreateSchema(json(schema)), Reading::Upsert).unwrap();
    }
    // As another program may have stored it: two records share their unique attributes.
    for id in ["A", "B"] {
        let body =
            json(&format!(r#"{{"customer_id":"{id}","Fax":[{{"at":1}},{{"at":2}},{{"at":1.0}},{{}}]}}"#));
        let profile = Profile::from_json(&body, |_| true).unwrap();
        state.profiles.insert(profile.id.clone(), profile);
    }
    state
}

/// The judgement of somebody who knows the schemas and who is there, and looks further only where it is said to be needed.
fn judged(state: &State, request: &Request) -> Result<(), Rejection> {
    accepts(&state.schemas, &|id| state.profiles.contains_key(id), request)?;
    match (needs(request), request) {
        (Needs::Nothing, _) => Ok(()),
        (Needs::Profiles, _) => {
            let folded = |id: &CustomerId| match state.profiles.get(id) {
                Some(profile) => Fold::begin(profile.clone()),
                None => Fold::new(id.clone()),
            };
            request.named().try_for_each(|id| folded(id).apply(request, &state.schemas))
        }
        (Needs::Everybody, Request::CreateSchema(body)) => {
            let name = body.view().get("name").unwrap().text().unwrap();
            let has = |profile: &&Profile| profile.core(&name).is_some();
            let first = state.profiles.values().find(has);
            first.map_or(Ok(()), |profile| Err(core_attribute(&profile.id, &name)))
        }
        (Needs::Everybody, _) => unreachable!("{request:?}"),
    }
}

/// One fold a customer, under everything that was accepted.
#[derive(Default)]
struct Folds(BTreeMap<CustomerId, Fold>);

impl Folds {
    fn take(&mut self, request: &Request, schemas: &Schemas, before: &State) {
        for name in ["A", "B", "nobody"] {
            let fold = self.0.entry(id(name)).or_insert_with(|| Fold::new(id(name)));
            fold.carry_out(request, schemas, Reading::Upsert).unwrap();
        }
        if let Request::MergeProfiles { dst, src, .. } = request {
            let fold = self.0.get_mut(dst).unwrap();
            fold.merge(before.profiles[src].clone(), schemas).unwrap();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn apply_does_what_is_written_plainly(requests in requests(), replaces in any::<bool>()) {
        let reading = if replaces { Reading::Replace } else { Reading::Upsert };
        let (mut state, mut plain) = (start(), start());
        for request in &requests {
            prop_assert_eq!(apply(&mut state, request, reading), plainly(&mut plain, request, reading), "{:?}", request);
            prop_assert_eq!(&state, &plain, "{:?}", request);
        }
    }

    #[test]
    fn a_request_is_judged_as_it_is_carried_out(requests in requests()) {
        let mut state = start();
        for request in &requests {
            let verdict = judged(&state, request);
            prop_assert_eq!(verdict, apply(&mut state, request, Reading::Upsert), "{:?}", request);
        }
    }

    #[test]
    fn folding_is_applying_in_sequence(requests in requests(), looks in prop::collection::vec(prop::bool::weighted(0.1), 40)) {
        let mut state = start();
        let mut folds = Folds::default();
        for profile in state.profiles.values() {
            folds.0.insert(profile.id.clone(), Fold::begin(profile.clone()));
        }
        for (request, look) in requests.iter().zip(looks) {
            let before = state.clone();
            if apply(&mut state, request, Reading::Upsert).is_err() {
                continue;
            }
            folds.take(request, &before.schemas, &before);
            for (id, fold) in folds.0.iter_mut().filter(|_| look) {
                prop_assert_eq!(fold.profile(), state.profiles.get(id), "{:?}", request);
            }
        }
        for (id, fold) in folds.0 {
            prop_assert_eq!(fold.is_there(), state.profiles.contains_key(&id));
            prop_assert_eq!(fold.into_profile(), state.profiles.get(&id).cloned());
        }
    }

    #[test]
    fn what_cannot_be_carried_out_changes_nothing(requests in requests()) {
        let schemas = start().schemas;
        let mut fold = Fold::begin(start().profiles[&id("A")].clone());
        for request in requests {
            let before = fold.profile().cloned();
            if fold.carry_out(&request, &schemas, Reading::Upsert).is_err() {
                prop_assert_eq!(fold.profile().cloned(), before, "{:?}", request);
            }
        }
    }
}

/// A profile of many records is folded at the cost of its requests: each record is inserted, changed and, every other, deleted.
#[test]
fn a_long_series_is_folded() {
    let schemas = start().schemas;
    let mut fold = Fold::begin(Profile::empty(id("A")));
    let mut carry_out = |request| fold.carry_out(&request, &schemas, Reading::Upsert).unwrap();
    let many = 20_000;
    for at in 0..many {
        carry_out(Request::InsertRecords(id("A"), json(&format!(r#"{{"Fax":[{{"at":{at}}}]}}"#))));
    }
    for at in 0..many {
        carry_out(Request::UpdateRecord(id("A"), "Fax".into(), json(&format!(r#"{{"at":{at}.0}}"#))));
        if at % 2 == 0 {
            carry_out(Request::DeleteRecord(id("A"), "Fax".into(), json(&format!(r#"{{"at":{at}}}"#))));
        }
    }
    carry_out(Request::InsertRecords(id("A"), json(r#"{"Fax":[{"at":1},{"at":0}]}"#)));
    let profile = fold.into_profile().unwrap();
    let left: Vec<_> = profile.records("Fax").iter().map(|record| record.json().as_str()).collect();
    let changed = (3..many).filter(|at| at % 2 == 1).map(|at| format!(r#"{{"at":{at}.0}}"#));
    let again = |at: u32| std::iter::once(format!(r#"{{"at":{at}}}"#));
    let wanted: Vec<_> = again(1).chain(changed).chain(again(0)).collect();
    assert_eq!(left, wanted);
}
