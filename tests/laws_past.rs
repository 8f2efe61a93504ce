//! The laws of a customer's past: at its end it is the customer as loaded, and from any point of it a draft leads back there by
//! requests that a store takes, or says why not.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use jiff::tz::TimeZone;
use profile_desk::app::draft::Draft;
use profile_desk::app::review::{KeyIndex, Told, review};
use profile_desk::model::apply::{Reading, State, apply};
use profile_desk::model::json::Json;
use profile_desk::model::labels;
use profile_desk::model::past::{Replay, Then, as_of};
use profile_desk::model::plan::{KnownReading, Rules, plan};
use profile_desk::model::profile::{CustomerId, Profile};
use profile_desk::model::put_back::{PutBack, put_back, take_back};
use profile_desk::model::request::Request;
use profile_desk::model::schema::Schemas;
use profile_desk::store::Store;
use profile_desk::target::{LocalStore, Target};
use proptest::prelude::*;

const OWN: Rules = Rules { reading: KnownReading::Upsert, own_store: true, schemas_known: true };

fn json(text: &str) -> Json {
    Json::parse(text).unwrap()
}

fn id(text: &str) -> CustomerId {
    CustomerId::new(text).unwrap()
}

/// Schemas that come and go, with another key, another shape, or limits that refuse what was stored before.
const SCHEMAS: [&str; 6] = [
    r#"{"name":"Phone","type":"multi-valued","attributes":[{"name":"t","type":"integer"},{"name":"n","type":"string"}],"unique":["t"]}"#,
    r#"{"name":"Phone","type":"multi-valued","attributes":[{"name":"t","type":"integer"},{"name":"n","type":"string","length":1}],"unique":["n"]}"#,
    r#"{"name":"Phone","type":"single-valued","attributes":[{"name":"t","type":"integer"}]}"#,
    r#"{"name":"Note","type":"multi-valued","attributes":[{"name":"t","type":"integer"},{"name":"n","type":"string"}]}"#,
    r#"{"name":"Card","type":"single-valued","attributes":[{"name":"t","type":"integer","mandatory":true,"default":7},{"name":"n","type":"string"}]}"#,
    r#"{"name":"Title","type":"multi-valued","attributes":[{"name":"t","type":"integer"}]}"#,
];

fn any_request() -> impl Strategy<Value = Request> {
    let customer = || prop::sample::select(vec!["A", "A", "A", "B"]).prop_map(id);
    let value = (0..3_u8, prop::option::of(prop::sample::select(vec!["x", "yy", "zz"])));
    let record = value.prop_map(|(t, n)| {
        let n = n.map_or(String::new(), |n| format!(",\"n\":\"{n}\""));
        format!("{{\"t\":{t}{n}}}")
    });
    let records = (
        prop::sample::select(vec!["Phone", "Note", "Card", "phone"]),
        prop::collection::vec(record.clone(), 1..3),
    )
        .prop_map(|(name, records)| match name {
            "Card" => format!("\"Card\":{}", records[0]),
            _ => format!("\"{name}\":[{}]", records.join(",")),
        });
    let core = prop::sample::select(vec![
        r#""Name":"x""#,
        r#""Name":["x"]"#,
        r#""Name":["x","y"]"#,
        r#""Name":[]"#,
        r#""Name":null,"Title":"Dr""#,
        r#""Title":"""#,
    ]);
    prop_oneof![
        4 => prop::sample::select(SCHEMAS.to_vec()).prop_map(|text| Request::CreateSchema(json(text))),
        2 => prop::sample::select(vec!["Phone", "Note", "card"]).prop_map(|name| Request::DeleteSchema(name.into())),
        4 => (customer(), core.clone()).prop_map(|(id, core)| Request::CreateProfile(json(&format!("{{\"customer_id\":\"{id}\",{core}}}")))),
        8 => (customer(), records.clone()).prop_map(|(id, records)| Request::InsertRecords(id, json(&format!("{{{records}}}")))),
        2 => (customer(), core, records).prop_map(|(id, core, records)| Request::UpdateProfile(id, json(&format!("{{{core},{records}}}")))),
        2 => (customer(), record.clone()).prop_map(|(id, record)| Request::DeleteRecord(id, "Phone".into(), json(&record))),
        1 => (customer(), record).prop_map(|(id, record)| Request::UpdateRecord(id, "Phone".into(), json(&record))),
        1 => customer().prop_map(Request::DeleteProfile),
        1 => Just(Request::MergeProfiles { dst: id("A"), src: id("B"), body: json("{}") }),
    ]
}

/// All that a profile says, whatever the order of attributes and records.
fn said(profile: Option<&Profile>) -> Option<Vec<String>> {
    let profile = profile?;
    let core = profile.core.iter().map(|core| format!("{}={}", core.name, core.value));
    let records = profile.extensions.iter().flat_map(|extension| {
        extension.records.as_slice().iter().map(|record| {
            let mut members: Vec<String> =
                record.attributes().map(|(name, value)| format!("{}={value}", name.decoded())).collect();
            members.sort();
            format!("{} {}", extension.name, members.join(","))
        })
    });
    let mut all: Vec<String> = core.chain(records).collect();
    all.sort();
    Some(all)
}

/// What a person who puts the customer back reaches: a draft that wants it, without what cannot be sent, planned and sent. And
/// whether anything was said to be left out.
fn reached(now: Option<&Profile>, back: &PutBack, schemas: &Schemas) -> (Profile, bool) {
    let id = &back.wanted.id;
    let mut draft = Draft::new(id.clone(), now.cloned());
    draft.want(&back.wanted, schemas);
    let told = Told { labels: labels::none(), zone: &TimeZone::UTC };
    let review = review(&draft, schemas, told, &mut KeyIndex::new());
    let (rows, core) = review.held_back();
    let mine = draft.wanted(schemas, &rows, &core);
    let profiles = now.map(|now| (id.clone(), now.clone())).into_iter().collect();
    let mut state = State { schemas: schemas.clone(), profiles };
    for request in plan(now, Some(&mine), schemas, &OWN).unwrap() {
        apply(&mut state, &request, Reading::Upsert).unwrap();
    }
    (state.profiles[id].clone(), !back.left.is_empty() || review.bad() > 0)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn every_point_of_the_past_can_be_told_and_put_back(requests in prop::collection::vec(any_request(), 1..40)) {
        let folder = tempfile::tempdir().unwrap();
        drop(Store::create(folder.path()).unwrap());
        let store = LocalStore::open(folder.path()).unwrap();
        let stamp = profile_desk::target::Stamp { by: "agent7".into(), at: "2026-11-24T09:30:00.000Z".into() };
        // What the customer was is noted after each request, by the store itself.
        let (customer, mut noted) = (id("A"), Vec::new());
        for request in &requests {
            if store.send(std::slice::from_ref(request), None, &stamp).unwrap()[0].is_ok() {
                noted.push(store.load(&customer).unwrap().map(|loaded| loaded.profile));
            }
        }
        let past = store.history(&customer).unwrap();
        let now = noted.last().cloned().flatten();
        let schemas = store.schemas().unwrap();
        let last = as_of(&customer, past.iter().map(|past| &past.request)).unwrap();
        prop_assert_eq!(&last.profile, &now);
        let mut replay = Replay::default();
        let mut before = Then::default();
        for one in &past {
            replay.take(&one.request);
            let then = replay.then(&customer).unwrap();
            // A merge is followed by a checkpoint, which takes a number too: numbers are not positions.
            if !requests.iter().any(|request| matches!(request, Request::MergeProfiles { .. })) {
                let at = usize::try_from(one.seq).unwrap() - 1;
                prop_assert_eq!(&then.profile, &noted[at]);
            }
            if let Some(wanted) = &then.profile {
                let back = put_back(wanted, now.as_ref(), &schemas);
                let (is, left_out) = reached(now.as_ref(), &back, &schemas);
                // A schema of today fills in what was not mandatory then.
                let filled = reached(None, &put_back(wanted, None, &schemas), &schemas).0;
                prop_assert!(left_out || said(Some(&is)) == said(Some(&filled)), "{:?} is not {:?}", is, wanted);
                let same = wanted.extensions.iter().all(|e| schemas.get(&e.name) == then.schemas.get(&e.name));
                prop_assert!(!same || left_out || said(Some(&is)) == said(Some(wanted)), "{:?} is not {:?}", is, wanted);
            }
            if let (Some(was), Some(is), Some(now)) = (&before.profile, &then.profile, &now) {
                let taken = take_back(was, is, now, &schemas, true);
                if said(Some(is)) == said(Some(now)) && was.extensions.iter().all(|e| schemas.get(&e.name).is_some()) {
                    let (is, left_out) = reached(Some(now), &taken.all, &schemas);
                    prop_assert!(left_out || said(Some(&is)) == said(Some(was)), "{:?} is not {:?}", is, was);
                }
            }
            before = then;
        }
    }
}
