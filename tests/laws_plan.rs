//! The laws of `plan`, tried with generated profiles, and each of its cases once by hand.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

#[path = "support/profiles.rs"]
mod support;

use profile_desk::model::apply::{Reading, RejectionKind, State, apply};
use profile_desk::model::infer::of_customer;
use profile_desk::model::json::Json;
use profile_desk::model::plan::{CannotExpress, KnownReading, Rules, plan};
use profile_desk::model::profile::{Profile, Record};
use profile_desk::model::request::Request;
use profile_desk::model::schema::{Declared, Schemas};
use profile_desk::model::{compare::same_record, value::unique_key};
use proptest::prelude::*;
use support::{json, profile, profiles, schemas};

const OWN: Rules = Rules { reading: KnownReading::Upsert, own_store: true, schemas_known: true };
const UPSERT: Rules = Rules { reading: KnownReading::Upsert, own_store: false, schemas_known: true };
const REPLACE: Rules = Rules { reading: KnownReading::Replace, own_store: false, schemas_known: true };
const UNKNOWN: Rules = Rules { reading: KnownReading::Unknown, own_store: false, schemas_known: true };

fn holding(profile: &Profile) -> State {
    let mut state = State { schemas: schemas(), ..State::default() };
    apply(&mut state, &Request::CreateProfile(profile.to_json()), Reading::Upsert).unwrap();
    state
}

/// A server that keeps what an update of a record leaves out, as the documents allow.
fn keeping(state: &State, request: &Request) -> Request {
    let Request::UpdateRecord(id, ext, body) = request else { return request.clone() };
    let schema = state.schemas.get(ext).unwrap();
    let sent = Record::new(body.clone()).unwrap();
    let stored = state.profiles[id]
        .records(ext)
        .iter()
        .find(|old| unique_key(schema, old) == unique_key(schema, &sent));
    let kept = stored
        .into_iter()
        .flat_map(Record::attributes)
        .filter(|(name, _)| sent.get(&name.decoded()).is_none());
    let whole =
        kept.fold(sent.clone(), |record, (name, value)| record.with(&name.decoded(), Some(&value.to_json())));
    Request::UpdateRecord(id.clone(), ext.clone(), whole.json().clone())
}

/// What a server with this reading holds once the requests are sent.
fn sent(before: &Profile, requests: &[Request], reading: Reading, keeps: bool) -> Profile {
    let mut state = holding(before);
    for request in requests {
        let request = if keeps { keeping(&state, request) } else { request.clone() };
        match apply(&mut state, &request, reading) {
            Err(e)
                if matches!(request, Request::DeleteRecord(..)) && e.kind == RejectionKind::UnknownRecord => {
            }
            answer => answer.unwrap_or_else(|e| panic!("{e}: {request:?}")),
        }
    }
    state.profiles[&before.id].clone()
}

/// Every token counts; the order of records and of core attributes does not.
fn exact(profile: &Profile) -> Vec<String> {
    let core = profile.core.iter().map(|core| format!("{}={}", core.name, core.value));
    let records = profile.extensions.iter().flat_map(|ext| {
        ext.records.as_slice().iter().map(|record| format!("{} {}", ext.name, record.json()))
    });
    let mut all: Vec<String> = core.chain(records).collect();
    all.sort();
    all
}

/// The same customer when read back from a foreign server.
fn same_there(a: &Profile, b: &Profile) -> bool {
    let covers = |a: &Profile, b: &Profile| {
        let core =
            a.core.iter().all(|core| core.value.view().is_null() || b.core(&core.name) == Some(&core.value));
        core && schemas().iter().all(|schema| {
            let mut left: Vec<&Record> = b.records(&schema.name).iter().collect();
            a.records(&schema.name).iter().all(|record| {
                let at = left.iter().position(|other| same_record(Some(schema), record, other));
                at.map(|at| left.swap_remove(at)).is_some()
            }) && left.is_empty()
        })
    };
    covers(a, b) && covers(b, a)
}

/// The one thing that no foreign server can be asked for.
fn clears_address(before: &Profile, after: &Profile) -> bool {
    !before.records("Address").is_empty() && after.records("Address").is_empty()
}

proptest! {
    #[test]
    fn on_our_own_store_a_plan_reaches_what_is_wanted_token_for_token(before in profiles(), after in profiles()) {
        let requests = plan(Some(&before), Some(&after), &schemas(), &OWN).unwrap();
        let wanted = holding(&after).profiles[&after.id].clone();
        prop_assert_eq!(exact(&sent(&before, &requests, Reading::Upsert, false)), exact(&wanted));
    }

    #[test]
    fn on_a_server_a_plan_reaches_what_is_wanted(before in profiles(), after in profiles(), keeps: bool) {
        let cases = [
            (UPSERT, Reading::Upsert), (REPLACE, Reading::Replace), (UNKNOWN, Reading::Upsert), (UNKNOWN, Reading::Replace),
        ];
        for (rules, reading) in cases {
            match plan(Some(&before), Some(&after), &schemas(), &rules) {
                Err(e) => prop_assert!(clears_address(&before, &after), "{}", e),
                Ok(requests) => {
                    let reached = sent(&before, &requests, reading, keeps);
                    prop_assert!(same_there(&reached, &after), "{:?} {:?}\n{:?}\n{:?}", rules, reading, requests, reached);
                    prop_assert!(!clears_address(&before, &after));
                }
            }
        }
    }

    #[test]
    fn what_was_reached_needs_no_further_plan(before in profiles(), after in profiles(), keeps: bool) {
        for (rules, reading) in [(OWN, Reading::Upsert), (UNKNOWN, Reading::Upsert), (UNKNOWN, Reading::Replace)] {
            let Ok(requests) = plan(Some(&before), Some(&after), &schemas(), &rules) else { continue };
            let reached = sent(&before, &requests, reading, keeps && !rules.own_store);
            prop_assert_eq!(plan(Some(&reached), Some(&after), &schemas(), &rules).unwrap(), vec![]);
        }
    }

    #[test]
    fn no_change_needs_no_request(profile in profiles()) {
        for rules in [OWN, UPSERT, REPLACE, UNKNOWN, Rules { schemas_known: false, ..UNKNOWN }] {
            prop_assert_eq!(plan(Some(&profile), Some(&profile), &schemas(), &rules).unwrap(), vec![]);
            prop_assert_eq!(plan(Some(&profile), Some(&profile), &Schemas::default(), &rules).unwrap(), vec![]);
        }
    }

    #[test]
    fn a_new_customer_is_created_whole(after in profiles()) {
        let requests = plan(None, Some(&after), &schemas(), &OWN).unwrap();
        let mut state = State { schemas: schemas(), ..State::default() };
        apply(&mut state, &requests[0], Reading::Upsert).unwrap();
        prop_assert_eq!((requests.len(), &state), (1, &holding(&after)));
    }

    #[test]
    fn an_empty_array_is_sent_only_where_the_last_record_was_taken_away(before in profiles(), after in profiles()) {
        for rules in [OWN, UPSERT, REPLACE, UNKNOWN] {
            for request in plan(Some(&before), Some(&after), &schemas(), &rules).unwrap_or_default() {
                for (name, value) in request.body().unwrap().view().members().filter(|(_, value)| value.as_str() == "[]") {
                    let name = name.decoded();
                    prop_assert!(!before.records(&name).is_empty() && after.records(&name).is_empty(), "{} {:?}", name, value);
                }
            }
        }
    }
}

/// A plan as a person would read it.
fn shown(before: &str, after: &str, rules: Rules) -> Vec<String> {
    let requests = plan(Some(&profile(before)), Some(&profile(after)), &schemas(), &rules).unwrap();
    let line = |request: &Request| {
        let path = request.path().replace("/profiles/0004Va58A92T0017", "");
        let body = request.body().map(Json::to_string).unwrap_or_default();
        let body = body.replace("\"customer_id\":\"0004Va58A92T0017\"", "").replace("{,", "{");
        format!("{} {path} {body}", request.method().as_str())
    };
    requests.iter().map(line).collect()
}

const TWO: &str = r#""Phone":[{"PhoneType":0,"number":"1","note":"x"},{"PhoneType":1,"number":"2"}]"#;

#[test]
fn a_changed_record_goes_alone_and_says_what_it_drops() {
    let after = r#""Phone":[{"PhoneType":0,"number":"9"},{"PhoneType":1,"number":"2"}]"#;
    let update = r#"PUT /extensions/Phone/by/unique {"PhoneType":0,"number":"9","note":null}"#;
    assert_eq!(shown(TWO, after, UNKNOWN), [update]);
    assert_eq!(shown(TWO, after, REPLACE), [update]);
    let insert = r#"POST /extensions {"Phone":[{"PhoneType":0,"number":"9","note":null}]}"#;
    assert_eq!(shown(TWO, after, UPSERT), [insert]);
    assert_eq!(shown(TWO, after, OWN), [r#"POST /extensions {"Phone":[{"PhoneType":0,"number":"9"}]}"#]);
}

#[test]
fn a_changed_unique_attribute_is_an_addition_and_then_a_removal() {
    let after = r#""Phone":[{"PhoneType":0,"number":"1","note":"x"},{"PhoneType":2,"number":"2"}]"#;
    let removal = r#"PUT /extensions/Phone/delete/by/unique {"PhoneType":1,"prefix":"555"}"#;
    let alone = r#"POST /extensions {"Phone":[{"PhoneType":2,"number":"2"}]}"#;
    let complete = format!("POST /extensions {{{after}}}");
    assert_eq!(shown(TWO, after, OWN), [alone, removal]);
    assert_eq!(shown(TWO, after, UPSERT), [alone, removal]);
    assert_eq!(shown(TWO, after, UNKNOWN), [complete.as_str(), removal]);
    assert_eq!(shown(TWO, after, REPLACE), [complete.as_str(), removal]);
}

#[test]
fn inserts_and_updates_go_first_then_removals_then_core_attributes() {
    let before = format!(r#""FirstName":"Bruce","LastName":"B",{TWO}"#);
    let after = r#""FirstName":"Ann","Address":{"City":"Rome"},"Phone":[{"PhoneType":1,"number":"22"}]"#;
    let want = [
        r#"POST /extensions {"Address":{"City":"Rome"}}"#,
        r#"PUT /extensions/Phone/by/unique {"PhoneType":1,"number":"22"}"#,
        r#"PUT /extensions/Phone/delete/by/unique {"PhoneType":0,"prefix":"555"}"#,
        r#"PUT  {"FirstName":"Ann"}"#,
    ];
    assert_eq!(shown(&before, after, UNKNOWN), want);
}

#[test]
fn records_that_nothing_tells_apart_go_as_a_set() {
    let before = r#""FirstName":"Bruce","Notes":[{"text":"a"},{"text":"b"}]"#;
    let after = r#""FirstName":"Bruce","Notes":[{"text":"a"},{"text":"c"}]"#;
    assert_eq!(shown(before, after, OWN), [format!("PUT  {{{after}}}")]);
    assert_eq!(shown(before, after, UNKNOWN), [format!("PUT  {{{after}}}")]);
    assert_eq!(shown(before, after, REPLACE), [r#"POST /extensions {"Notes":[{"text":"a"},{"text":"c"}]}"#]);
    let more = r#""FirstName":"Bruce","Notes":[{"text":"a"},{"text":"b"},{"text":"a"}]"#;
    assert_eq!(shown(before, more, OWN), [r#"POST /extensions {"Notes":[{"text":"a"}]}"#]);
    assert_eq!(shown(before, more, UPSERT), [format!("PUT  {{{more}}}")]);
}

#[test]
fn a_complete_profile_holds_every_extension() {
    let before = format!(r#""Notes":[{{"text":"a"}}],{TWO}"#);
    let after = r#""Phone":[{"PhoneType":1,"number":"2"}],"Address":{"City":"Rome"}"#;
    assert_eq!(shown(&before, after, UNKNOWN), [format!(r#"PUT  {{{after},"Notes":[]}}"#)]);
}

#[test]
fn a_single_record_is_cleared_on_our_own_store_alone() {
    let (before, after) = (r#""FirstName":"Bruce","Address":{"City":"Rome"}"#, r#""FirstName":"Bruce""#);
    assert_eq!(shown(before, after, OWN), [r#"PUT  {"FirstName":"Bruce","Address":null}"#]);
    let refused = plan(Some(&profile(before)), Some(&profile(after)), &schemas(), &UPSERT).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "Address cannot be cleared on this server: no request deletes the record of a single-valued extension"
    );
}

#[test]
fn without_metadata_nothing_is_inserted_over_stored_records() {
    let blind = Rules { schemas_known: false, ..UNKNOWN };
    let attempt = |before: &str, after: &str, rules: &Rules, schemas: &Schemas| {
        plan(Some(&profile(before)), Some(&profile(after)), schemas, rules)
    };
    let (one, more) = (r#""Notes":[{"text":"a"}]"#, r#""Notes":[{"text":"a"},{"text":"b"}]"#);
    let none = Schemas::default();
    for reading in [KnownReading::Upsert, KnownReading::Unknown] {
        let refused = attempt(one, more, &Rules { reading, ..blind }, &none).unwrap_err();
        assert_eq!(refused, CannotExpress::SchemaNotRead { extension: "Notes".into() });
    }
    let declared = attempt(one, more, &blind, &schemas()).unwrap_err();
    assert_eq!(declared, CannotExpress::NoUnique { extension: "Notes".into() });
    assert_eq!(attempt("", more, &blind, &none).unwrap().len(), 1);
    assert_eq!(attempt(r#""Fax":{"a":1}"#, r#""Fax":{"a":2}"#, &blind, &none).unwrap().len(), 1);
    assert_eq!(attempt(one, more, &Rules { schemas_known: false, ..REPLACE }, &none).unwrap().len(), 1);
    let unknown = attempt(r#""Fax":{"a":1}"#, r#""Fax":{"a":2}"#, &UNKNOWN, &schemas()).unwrap_err();
    assert_eq!(unknown.to_string(), "Fax cannot be saved: there is no schema of this extension");
}

#[test]
fn with_inferred_schemas_an_extension_is_changed_that_was_read_and_whose_unique_attributes_are_declared() {
    let blind = Rules { schemas_known: false, ..UNKNOWN };
    let declared = |unique: &[&str]| {
        vec![Declared { name: "Fax".into(), unique: unique.iter().map(|name| (*name).into()).collect() }]
    };
    let attempt = |before: &str, after: &str, declared: &[Declared]| {
        let (before, after) = (profile(before), profile(after));
        let schemas = of_customer([&before, &after], declared);
        plan(Some(&before), Some(&after), &schemas, &blind)
    };
    let (one, other) = (r#""Fax":[{"no":"1","on":1}]"#, r#""Fax":[{"no":"1","on":2}]"#);
    assert!(matches!(attempt(one, other, &declared(&["no"])).unwrap()[..], [Request::UpdateRecord(..)]));
    let fax = || "Fax".to_owned();
    let refused = attempt(one, other, &declared(&[])).unwrap_err();
    assert_eq!(refused, CannotExpress::SchemaNotRead { extension: fax() });
    assert_eq!(attempt("", one, &[]).unwrap_err(), CannotExpress::NotRead { extension: fax() });
    assert!(matches!(attempt("", one, &declared(&[])).unwrap()[..], [Request::InsertRecords(..)]));
    let keyless = r#""Fax":[{"no":"1","on":1},{"on":2}]"#;
    let refused = attempt(one, keyless, &declared(&["no"])).unwrap_err();
    assert_eq!(refused, CannotExpress::KeyNotWhole { extension: fax(), attribute: "no".into() });
    let after = profile(one);
    let schemas = of_customer([&after], &[]);
    assert_eq!(plan(None, Some(&after), &schemas, &blind).unwrap().len(), 1, "a new customer has no records");
}

#[test]
fn stored_records_that_share_a_key_go_as_a_set() {
    let broken = r#""Phone":[{"PhoneType":0,"number":"1"},{"PhoneType":0,"number":"2"}]"#;
    let after = r#""Phone":[{"PhoneType":0,"number":"1"}]"#;
    assert_eq!(shown(broken, after, UNKNOWN), [format!("PUT  {{{after}}}")]);
    assert_eq!(shown(broken, after, REPLACE), [format!("POST /extensions {{{after}}}")]);
    assert_eq!(shown(broken, broken, UNKNOWN), Vec::<String>::new());
    let refused = plan(Some(&profile("")), Some(&profile(broken)), &schemas(), &OWN).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "Phone cannot be saved: two of its records have the same PhoneType and prefix"
    );
}

#[test]
fn null_in_a_unique_attribute_that_has_a_default_is_no_key_on_a_foreign_server() {
    let before =
        r#""Phone":[{"PhoneType":0,"prefix":null,"number":"1"},{"PhoneType":1,"prefix":"555","number":"2"}]"#;
    let after = before.replace("\"2\"", "\"9\"");
    for rules in [UNKNOWN, UPSERT] {
        assert_eq!(shown(before, &after, rules), [format!("PUT  {{{after}}}")]);
    }
    assert_eq!(shown(before, &after, REPLACE), [format!("POST /extensions {{{after}}}")]);
    assert!(matches!(shown(before, &after, OWN)[..], [ref one] if one.starts_with("POST")));
}

#[test]
fn a_mandatory_string_that_came_back_as_null_is_sent_empty() {
    let before = r#""Phone":[{"PhoneType":0,"number":null}]"#;
    let after = r#""Phone":[{"PhoneType":0,"number":null,"note":"x"}]"#;
    let want = r#"PUT /extensions/Phone/by/unique {"PhoneType":0,"number":"","note":"x"}"#;
    assert_eq!(shown(before, after, UNKNOWN), [want]);
}

#[test]
fn a_customer_is_deleted_and_never_turned_into_another() {
    let bruce = profile("");
    let deleted = plan(Some(&bruce), None, &schemas(), &UNKNOWN).unwrap();
    assert_eq!(deleted, [Request::DeleteProfile(bruce.id.clone())]);
    assert_eq!(plan(None, None, &schemas(), &OWN).unwrap(), []);
    let other = Profile::from_json(&json(r#"{"customer_id":"other"}"#), |_| false).unwrap();
    let refused = plan(Some(&bruce), Some(&other), &schemas(), &OWN).unwrap_err();
    assert_eq!(refused.to_string(), "customer 0004Va58A92T0017 cannot be turned into customer other");
}

#[test]
fn core_attributes_that_may_be_extensions_go_to_no_foreign_server() {
    let of = |first: &str| profile(&format!(r#""FirstName":"{first}","Mail":["x"],"address":true,"Fax":[]"#));
    for rules in [UPSERT, REPLACE, UNKNOWN] {
        let requests = plan(Some(&of("Ann")), Some(&of("Eve")), &schemas(), &rules).unwrap();
        let body = json(r#"{"customer_id":"0004Va58A92T0017","FirstName":"Eve","Mail":["x"]}"#);
        assert_eq!(requests, [Request::UpdateProfile(of("").id, body)]);
    }
    // What was cleared is sent.
    let cleared = profile(r#""Mail":[]"#);
    let requests = plan(Some(&profile(r#""Mail":["x"]"#)), Some(&cleared), &schemas(), &UNKNOWN).unwrap();
    assert!(requests[0].body().unwrap().as_str().contains(r#""Mail":[]"#));
}
