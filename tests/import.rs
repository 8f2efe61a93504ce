//! Importing as the command line and the window share it: what is changed, what is refused, and what a race leaves.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "support/memory.rs"]
mod memory;

use memory::Memory;
use profile_desk::app::import::{
    Ended, OnError, Options, Outcome, Sourced, Tally, Unreadable, derived_id, repeated, run, survey,
};
use profile_desk::model::json::Json;
use profile_desk::model::profile::{CustomerId, Profile};
use profile_desk::model::request::Request;
use profile_desk::model::schema::Schemas;
use profile_desk::target::{Stamp, Target};
use profile_desk::transfer::lines::Items;
use proptest::prelude::*;
use std::io::Cursor;
use std::ops::ControlFlow;

const PHONE: &str = r#"{"schemas":[{"name":"Phone","type":"multi-valued","attributes":[{"name":"type","type":"integer"},{"name":"number","type":"string"}],"unique":["type"]},{"name":"Notes","type":"multi-valued","attributes":[{"name":"text","type":"string"}]}]}"#;

fn items(text: &str) -> impl Iterator<Item = Result<Sourced, Unreadable>> {
    let items = Items::new(Cursor::new(text));
    items.map(|item| Ok(Sourced { file: "f".into(), item: item.unwrap() }))
}

fn skip() -> Options {
    Options { on_error: OnError::Skip, ..Options::default() }
}

fn stamp() -> Stamp {
    Stamp { by: "agent7".into(), at: "2026-11-24T09:30:00.000Z".into() }
}

/// The tally, how it ended, and a line an item.
fn import(target: &Memory, text: &str, options: &Options) -> (Tally, Ended, Vec<String>) {
    let mut lines = Vec::new();
    let (tally, ended) = run(target, items(text), options, &stamp, &mut |done, tally| {
        assert_eq!(tally.read, tally.new + tally.changed + tally.same + tally.refused);
        lines.push(format!("{} {} {}", done.source.place(), done.outcome.word(), done.reasons.join("; ")));
        ControlFlow::Continue(())
    });
    (tally, ended.unwrap(), lines)
}

fn profile(target: &Memory, id: &str) -> Option<Profile> {
    target.load(&CustomerId::new(id).unwrap()).unwrap().map(|loaded| loaded.profile)
}

fn json(text: &str) -> Json {
    Json::parse(text).unwrap()
}

#[test]
fn what_somebody_else_writes_while_an_import_runs_is_kept() {
    let target = Memory::default();
    import(&target, r#"{"customer_id":"A","First":"a","Last":"x"}"#, &skip());
    let id = CustomerId::new("A").unwrap();
    let theirs = json(r#"{"customer_id":"A","First":"a","Last":"theirs"}"#);
    let created = json(r#"{"customer_id":"B","Title":"theirs"}"#);
    target.meanwhile(vec![Request::UpdateProfile(id, theirs), Request::CreateProfile(created)]);
    let file = "{\"customer_id\":\"A\",\"First\":\"mine\"}\n{\"customer_id\":\"B\",\"First\":\"mine\"}";
    let (tally, ..) = import(&target, file, &skip());
    assert_eq!((tally.read, tally.changed, tally.refused), (2, 2, 0));
    for (id, last) in [("A", r#""Last":"theirs""#), ("B", r#""Title":"theirs""#)] {
        let text = profile(&target, id).unwrap().to_json().to_string();
        assert!(text.contains("mine") && text.contains(last), "{text}");
    }
}

#[test]
fn a_file_imported_twice_changes_nothing_ids_or_not() {
    let target = Memory::default();
    let equal = r#"{"First":"Ann","Phone":[{"type":1,"number":"1"}],"Notes":[{"text":"x"},{"text":"x"}]}"#;
    let file = format!("{PHONE}\n{equal}\n{equal}\n{{\"First\":\"Bob\"}}\n{{\"customer_id\":\"A\"}}\n");
    let (first, ..) = import(&target, &file, &skip());
    assert_eq!((first.read, first.new, first.refused), (6, 6, 0));
    let before = target.state();
    let (second, ..) = import(&target, &file, &skip());
    assert_eq!((second.read, second.same), (6, 6));
    assert!(target.state() == before && before.profiles.len() == 4);
    for ordinal in [1, 2] {
        assert!(before.profiles.contains_key(&derived_id(&json(equal), ordinal).unwrap()));
    }
    assert_eq!(derived_id(&json("{ }"), 1).unwrap().as_str(), "5C91125B0F8D186A");
}

#[test]
fn bad_items_are_refused_with_their_place_and_stop_or_not() {
    let target = Memory::default();
    let file = format!(
        "{PHONE}\n{}\nnot json\n{}\n{}\n{}\n",
        r#"{"customer_id":"A","Phone":[{"type":1,"number":"1"}]}"#,
        r#"{"method":"POST","path":"/profiles/A/extensions","body":{"Phone":[{"type":2,"number":"2"}]}}"#,
        r#"{"method":"DELETE","path":"/profiles/A"}"#,
        r#"{"customer_id":"A","First":"x","Phone":[{"type":"one"}]}"#,
    );
    let (tally, ended, lines) = import(&target, &file, &skip());
    assert_eq!((tally.read, tally.new, tally.changed, tally.refused), (7, 3, 1, 3));
    assert_eq!(ended, Ended::Finished);
    assert!(lines[3].starts_with("f:3:1 refused a value was expected here"), "{lines:?}");
    assert!(lines[5].starts_with("f:5: request 2 refused DELETE /profiles/A: an import"), "{lines:?}");
    assert!(lines[6].starts_with("f:6: profile 3 refused Phone 1 type: this is text"), "{lines:?}");
    assert_eq!(profile(&target, "A").unwrap().records("Phone").len(), 2);
    assert!(profile(&target, "A").unwrap().core.is_empty());
    let other = Memory::default();
    let (tally, ended, lines) = import(&other, &file, &Options::default());
    assert_eq!((tally.read, tally.refused, ended, lines.len()), (4, 1, Ended::Stopped, 4));
    assert!(profile(&other, "A").unwrap().records("Phone").len() == 1);
}

#[test]
fn a_dry_run_counts_like_the_import_and_changes_nothing() {
    let file = format!(
        "{PHONE}\n{}\n{}\n{}\n{}",
        r#"{"customer_id":"A","First":"x"}"#,
        r#"{"customer_id":"A","First":"y"}"#,
        r#"{"method":"POST","path":"/profiles/A/extensions","body":{"Phone":[{"type":2,"number":"2"}]}}"#,
        r#"{"customer_id":"A","First":"y","Fax":[{"type":2}]}"#,
    );
    let target = Memory::default();
    let (dry, _, said) = import(&target, &file, &Options { dry_run: true, ..skip() });
    assert!(target.state().profiles.is_empty() && target.schemas().unwrap().is_empty());
    let (wet, _, done) = import(&target, &file, &skip());
    assert_eq!((dry, said), (wet, done));
    assert_eq!((wet.new, wet.changed, wet.refused), (3, 2, 1));
}

/// Items of few customers: new, known, the same again, inserts, and some that are refused.
fn few_customers() -> impl Strategy<Value = String> {
    let id = prop::sample::select(vec!["A", "B", "C", "D"]);
    let item = (id, 0..8_u8, 0..3_u8).prop_map(|(id, what, n)| match what {
        0 => format!(r#"{{"customer_id":"{id}","Phone":[{{"type":"{n}"}}]}}"#),
        1 => format!(
            r#"{{"method":"POST","path":"/profiles/{id}/extensions","body":{{"Notes":[{{"text":"{n}"}}]}}}}"#
        ),
        2 => "{oops".to_owned(),
        3 => format!(r#"{{"customer_id":"{id}","Notes":[{{"text":"{n}"}},{{"text":"{n}"}}]}}"#),
        _ => format!(r#"{{"customer_id":"{id}","First":"{n}","Phone":[{{"type":{n},"number":"{what}"}}]}}"#),
    });
    prop::collection::vec(item, 0..40).prop_map(|items| format!("{PHONE}\n{}", items.join("\n")))
}

proptest! {
    /// However many items are sent together, the same becomes of each, whether the import stops or goes on; and a dry run that
    /// keeps only what it needs again says the same.
    #[test]
    fn batches_do_not_matter(file in few_customers(), batch in 1..12_usize, stops: bool) {
        let options = if stops { Options::default() } else { skip() };
        let (one, many) = (Memory::with_batch(1), Memory::with_batch(batch));
        let again = repeated(&one, items(&file), None).unwrap();
        prop_assert!(again.len() <= 4);
        let dry_run = Options { dry_run: true, again: Some(again), ..options.clone() };
        let told = [import(&many, &file, &dry_run), import(&one, &file, &options), import(&many, &file, &options)];
        prop_assert_eq!(&told[0], &told[1]);
        prop_assert_eq!(&told[1], &told[2]);
        prop_assert!(one.state() == many.state());
        let repeat = [import(&one, &file, &options), import(&many, &file, &options)];
        prop_assert_eq!(&repeat[0], &repeat[1]);
    }
}

#[test]
fn what_the_target_refuses_stops_before_the_next_batch_is_sent() {
    let target = Memory::with_batch(2);
    target.refuse("B");
    let file = r#"[{"customer_id":"A"},{"customer_id":"B"},{"customer_id":"C"},{"customer_id":"D"}]"#;
    let (tally, ended, lines) = import(&target, file, &Options::default());
    assert_eq!((tally.new, tally.refused, ended, lines.len()), (1, 1, Ended::Stopped, 2), "{lines:?}");
    assert_eq!(target.customers().unwrap().len(), 1);
}

#[test]
fn a_core_attribute_finds_exactly_one_customer_or_refuses() {
    let target = Memory::default();
    let known = r#"[{"customer_id":"A","Mail":["a@example.com","b@example.com"]},{"customer_id":"B","Mail":"c@example.com"},{"customer_id":"C","Mail":"c@example.com"}]"#;
    import(&target, known, &skip());
    let file = "{\"mail\":\"b@example.com\",\"First\":\"x\"}\n{\"Mail\":\"c@example.com\"}\n{\"Mail\":\"d@example.com\"}\n{}";
    let options = Options { match_by: Some("MAIL".into()), ..skip() };
    let (tally, _, lines) = import(&target, file, &options);
    assert_eq!((tally.changed, tally.refused, tally.new), (1, 3, 0), "{lines:?}");
    assert!(lines[1].contains("several customers have this MAIL, among them B and C"), "{lines:?}");
    assert!(profile(&target, "A").unwrap().core("First").is_some());
}

#[test]
fn a_survey_derives_what_is_missing_and_then_every_profile_goes_in() {
    let file = "{\"Phone\":[{\"type\":1}]}\n{\"Address\":{\"City\":\"Paris\"},\"phone\":[{\"type\":2147483648}]}\nx\n";
    let seen = survey(items(file), &Schemas::default()).unwrap();
    assert_eq!((seen.profiles, seen.schemas, seen.inserts, seen.problem_count), (2, 0, 0, 1));
    let sentence = seen.lacks_schemas(&Schemas::default()).unwrap();
    assert_eq!(
        sentence,
        "the store has no schemas; --infer-schemas derives 2 of them from the file: Phone, Address"
    );
    let target = Memory::default();
    let (tally, ..) = import(&target, file, &Options { schemas: seen.missing_schemas, ..skip() });
    assert_eq!((tally.read, tally.new, tally.refused), (3, 2, 1));
    assert!(survey(items(file), &target.schemas().unwrap()).unwrap().missing_schemas.is_empty());
}

#[test]
fn a_schema_of_a_name_that_customers_hold_as_a_core_attribute_is_refused() {
    let target = Memory::default();
    let (tally, _, lines) =
        import(&target, &format!("{{\"customer_id\":\"A\",\"phone\":\"1\"}}\n{PHONE}"), &skip());
    assert_eq!((tally.new, tally.refused), (2, 1));
    assert!(lines[1].contains("customer A has a core attribute Phone"), "{lines:?}");
}

#[test]
fn a_caller_can_end_an_import_and_the_counts_still_say_what_stands() {
    let target = Memory::default();
    let file = (0..2_500).fold(String::new(), |text, n| format!("{text}{{\"customer_id\":\"{n}\"}}\n"));
    let (tally, ended) = run(&target, items(&file), &skip(), &stamp, &mut |done, _| {
        assert_eq!(done.outcome, Outcome::New);
        ControlFlow::Break(())
    });
    assert_eq!(ended.unwrap(), Ended::Cancelled);
    assert_eq!((tally.new, target.customers().unwrap().len()), (1_000, 1_000));
}
