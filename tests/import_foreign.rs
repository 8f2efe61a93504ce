//! Importing into a server that is not ours, under both readings of insert: known customers are joined, unknown ones refused.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "support/foreign.rs"]
#[allow(dead_code, reason = "other tests need more of its answers")]
mod foreign;

use foreign::{Answer, Foreign};
use profile_desk::app::import::{Ended, ImportError, OnError, Options, Sourced, Tally, Unreadable, run};
use profile_desk::model::apply::Reading;
use profile_desk::model::json::Json;
use profile_desk::model::plan::KnownReading;
use profile_desk::model::profile::{CustomerId, Profile};
use profile_desk::model::schema::{Schema, Schemas};
use profile_desk::target::{Stamp, Target, TargetError};
use profile_desk::transfer::lines::Items;
use std::io::Cursor;
use std::ops::ControlFlow;

const BOTH: [Reading; 2] = [Reading::Upsert, Reading::Replace];
const PHONE: &str = r#"{"name":"Phone","type":"multi-valued","attributes":[{"name":"type","type":"integer"},{"name":"number","type":"string"}],"unique":["type"]}"#;
const NOTES: &str =
    r#"{"name":"Notes","type":"multi-valued","attributes":[{"name":"text","type":"string"}]}"#;
const ADA: &str = r#"{"customer_id":"A","First":"Ada","Mail":["a@x"],"Phone":[{"type":1,"number":"1"},{"type":2,"number":"2"}],"Notes":[{"text":"old"}]}"#;

fn json(text: &str) -> Json {
    Json::parse(text).unwrap()
}

fn ada() -> Profile {
    Profile::from_json(&json(ADA), |_| false).unwrap()
}

/// A server whose reading nobody knows, with Ada.
fn server(reading: Reading) -> Foreign {
    let schemas: Schemas =
        [PHONE, NOTES].map(|text| Schema::from_json(&json(text)).unwrap()).into_iter().collect();
    Foreign::new(reading, KnownReading::Unknown, schemas, Some(&ada()))
}

fn items(text: &str) -> impl Iterator<Item = Result<Sourced, Unreadable>> {
    Items::new(Cursor::new(text)).map(|item| Ok(Sourced { file: "f".into(), item: item.unwrap() }))
}

fn skip() -> Options {
    Options { on_error: OnError::Skip, ..Options::default() }
}

/// The tally, how it ended, and a line an item.
fn try_import(
    target: &Foreign,
    text: &str,
    options: &Options,
) -> (Tally, Result<Ended, ImportError>, Vec<String>) {
    let stamp = || Stamp { by: "agent7".into(), at: "2026-11-24T09:30:00.000Z".into() };
    let mut lines = Vec::new();
    let (tally, ended) = run(target, items(text), options, &stamp, &mut |done, _| {
        lines.push(format!("{} {}", done.outcome.word(), done.reasons.join("; ")));
        ControlFlow::Continue(())
    });
    (tally, ended, lines)
}

fn import(target: &Foreign, text: &str, options: &Options) -> Vec<String> {
    let (_, ended, lines) = try_import(target, text, options);
    ended.unwrap();
    lines
}

fn now(target: &Foreign) -> String {
    let id = CustomerId::new("A").unwrap();
    target.load(&id).unwrap().unwrap().profile.to_json().to_string()
}

#[test]
fn a_known_customer_is_joined_under_both_readings_and_a_second_time_nothing_is_sent() {
    let text =
        r#"{"customer_id":"A","First":"Eve","Phone":[{"type":2,"number":"9"},{"type":3,"number":"3"}]}"#;
    for reading in BOTH {
        let target = server(reading);
        assert_eq!(import(&target, text, &skip()), ["changed "]);
        let wanted = ADA.replace("Ada", "Eve").replace("\"2\"}", "\"9\"},{\"type\":3,\"number\":\"3\"}");
        assert_eq!(now(&target), wanted, "{reading:?}");
        let asked = target.asked().len();
        assert_eq!(import(&target, text, &skip()), ["same "]);
        assert_eq!(target.asked().len(), asked);
    }
}

#[test]
fn an_unknown_customer_is_refused_and_the_rest_goes_on_as_asked() {
    let text = "{\"customer_id\":\"B\"}\n{\"customer_id\":\"A\",\"First\":\"Eve\"}\n{\"First\":\"Ned\"}";
    let target = server(Reading::Replace);
    let lines = import(&target, text, &skip());
    assert!(
        lines[0].starts_with("refused there is no customer B on the server; it makes its own IDs"),
        "{lines:?}"
    );
    assert_eq!(lines[1], "changed ");
    assert!(lines[2].starts_with("refused it has no customer_id"), "{lines:?}");
    let target = server(Reading::Replace);
    let (tally, ended, _) = try_import(&target, text, &Options::default());
    assert_eq!((tally.refused, ended.unwrap(), target.asked().len()), (1, Ended::Stopped, 0));
}

#[test]
fn what_no_safe_request_expresses_is_refused_with_the_reason_and_an_insert_joins() {
    let stored = Schemas::default();
    for reading in BOTH {
        let target = Foreign::new(reading, KnownReading::Unknown, stored.clone(), Some(&ada()));
        let lines = import(&target, r#"{"customer_id":"A","Notes":[{"text":"new"}]}"#, &skip());
        assert!(lines[0].starts_with("refused Notes cannot be changed on this server"), "{lines:?}");
        assert!(target.asked().is_empty());
        let target = server(reading);
        let insert =
            r#"{"method":"POST","path":"/profiles/A/extensions","body":{"phone":[{"type":3,"number":"3"}]}}"#;
        assert_eq!(import(&target, insert, &skip()), ["changed "]);
        assert!(now(&target).contains(r#"{"type":2,"number":"2"},{"type":3,"number":"3"}]"#), "{reading:?}");
    }
}

#[test]
fn a_dry_run_sends_nothing_and_builds_on_what_would_be() {
    let target = server(Reading::Upsert);
    let fax =
        r#"{"name":"Fax","type":"multi-valued","attributes":[{"name":"n","type":"integer"}],"unique":["n"]}"#;
    let text = format!(
        "{{\"schemas\":[{fax},{PHONE}],\"profiles\":[{{\"customer_id\":\"A\",\"Fax\":[{{\"n\":1}}]}},{{\"customer_id\":\"A\",\"Fax\":[{{\"n\":1}}]}},{{\"customer_id\":\"A\",\"Fax\":[{{\"n\":\"x\"}}]}}]}}"
    );
    let dry = Options { dry_run: true, ..skip() };
    let lines = import(&target, &text, &dry);
    assert_eq!(lines[..4], ["new ", "same ", "changed ", "same "]);
    assert!(lines[4].starts_with("refused Fax 1 n"), "{lines:?}");
    assert!(target.asked().is_empty());
    assert_eq!(import(&target, &text, &skip())[..4], ["new ", "same ", "changed ", "same "]);
    let other = format!("{{\"schemas\":[{}],\"profiles\":[]}}", fax.replace("integer", "string"));
    assert_eq!(
        import(&target, &other, &skip()),
        ["refused the server has another schema of the extension Fax"]
    );
}

#[test]
fn a_key_finds_the_customer_who_holds_the_value_and_nobody_else() {
    let target = server(Reading::Upsert);
    let by = |key: &str| Options { match_by: Some(key.into()), ..skip() };
    assert_eq!(import(&target, r#"{"Mail":["a@x","b@x"],"First":"Eve"}"#, &by("Mail")), ["changed "]);
    assert!(now(&target).contains("Eve"));
    assert_eq!(import(&target, r#"{"Mail":"c@x"}"#, &by("Mail")), ["refused no customer has this Mail"]);
    // The server finds her by a record's value, which is no core attribute of hers.
    assert_eq!(import(&target, r#"{"number":"1"}"#, &by("number")), ["refused no customer has this number"]);
}

#[test]
fn what_stands_of_an_item_is_said_and_a_lost_answer_ends_the_import() {
    let text = r#"{"customer_id":"A","First":"Eve","Phone":[{"type":3,"number":"3"}]}"#;
    let target = server(Reading::Upsert)
        .before(|number, _, _| if number == 0 { Answer::Honest } else { Answer::Ignored });
    let lines = import(&target, text, &skip());
    assert!(lines[0].contains("reading back shows that it did not keep it"), "{lines:?}");
    assert!(lines[0].ends_with("accepted before, and stands: PUT /profiles/A"), "{lines:?}");
    let target = server(Reading::Upsert)
        .before(|number, _, _| if number == 1 { Answer::DoneAndLost } else { Answer::Honest });
    assert_eq!(import(&target, text, &skip()), ["changed "], "reading back settles it");
    let target = server(Reading::Upsert).before(|_, _, _| Answer::Lost);
    let (tally, ended, _) = try_import(&target, text, &skip());
    assert!(matches!(ended, Err(ImportError::Target(TargetError::Unclear(_)))));
    assert_eq!(tally.read, 0);
}

#[test]
fn what_the_server_does_not_do_for_one_item_refuses_that_one_alone() {
    let target = server(Reading::Upsert)
        .before(|number, _, _| if number == 0 { Answer::NotOffered } else { Answer::Honest });
    let text = "{\"customer_id\":\"A\",\"First\":\"Eve\"}\n{\"customer_id\":\"A\",\"First\":\"Eva\"}";
    assert_eq!(import(&target, text, &skip()), ["refused this server does not do that", "changed "]);
}
