//! The real binary: a customer as it was, and put back as it was, on a store and on a server of ours.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

#[path = "support/served.rs"]
mod served;

use served::Served;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const BRUCE: &str = "0004Va58A92T0017";

fn run(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_profile-desk"))
        .args(args)
        .env("PROFILE_DESK_CONFIG", "/nonexistent")
        .env("no_proxy", "127.0.0.1")
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn out(args: &[&str]) -> String {
    let output = run(args);
    assert!(output.status.success(), "{args:?}: {}", text(&output.stderr));
    text(&output.stdout)
}

fn insert(store: &str, body: &str) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_profile-desk"))
        .args(["insert", "-", "--customer", BRUCE, "--store", store])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(body.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
}

/// The sample store, and the number of the last request of Bruce.
fn sample(folder: &Path) -> (String, u64) {
    let store = folder.join("store").to_str().unwrap().to_owned();
    out(&["import", "assets/samples/store.json", "--store", &store]);
    let seq = last(&store);
    (store, seq)
}

fn last(store: &str) -> u64 {
    let lines = out(&["history", BRUCE, "--store", store]);
    let last = lines.lines().last().unwrap().strip_prefix("{\"seq\":").unwrap();
    last.split(',').next().unwrap().parse().unwrap()
}

#[test]
fn the_profile_at_a_number_is_what_show_printed_then() {
    let folder = tempfile::tempdir().unwrap();
    let (store, first) = sample(folder.path());
    let before = out(&["show", BRUCE, "--store", &store]);
    insert(&store, r#"{"Phone":[{"PhoneType":9,"number":"9"}]}"#);
    let after = out(&["show", BRUCE, "--store", &store]);
    assert_ne!(before, after);
    let at = |seq: u64| out(&["history", BRUCE, "--at", &seq.to_string(), "--store", &store]);
    assert_eq!((at(first), at(last(&store))), (before, after));
}

#[test]
fn a_number_that_is_not_there_is_refused_in_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let (store, _) = sample(folder.path());
    for option in ["--at", "--put-back"] {
        let output = run(&["history", BRUCE, option, "4711", "--store", &store]);
        assert_eq!((output.status.code(), text(&output.stdout)), (Some(1), String::new()));
        let says = text(&output.stderr);
        assert!(
            says.starts_with("error: the history of customer 0004Va58A92T0017 has no request 4711\n"),
            "{says}"
        );
    }
    // Before its creation the schemas were there, and the customer was not.
    let output = run(&["history", BRUCE, "--at", "1", "--store", &store]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text(&output.stderr).contains("after request 1 there was no customer"),
        "{}",
        text(&output.stderr)
    );
}

#[test]
fn a_customer_is_put_back_by_the_requests_that_dry_run_prints() {
    let folder = tempfile::tempdir().unwrap();
    let (store, first) = sample(folder.path());
    let before = out(&["show", BRUCE, "--store", &store]);
    insert(&store, r#"{"Phone":[{"PhoneType":9,"number":"9"}]}"#);
    let back = ["history", BRUCE, "--put-back", &first.to_string(), "--store", &store];
    let dry = out(&[&back[..], &["--dry-run"]].concat());
    assert_eq!(
        dry,
        "{\"method\":\"PUT\",\"path\":\"/profiles/0004Va58A92T0017/extensions/Phone/delete/by/unique\",\"body\":{\"PhoneType\":9}}\n"
    );
    assert_ne!(out(&["show", BRUCE, "--store", &store]), before);
    let done = run(&back);
    assert!(done.status.success() && done.stdout.is_empty());
    assert_eq!(text(&done.stderr), format!("Customer {BRUCE} is as it was after request {first}.\n"));
    assert_eq!(out(&["show", BRUCE, "--store", &store]), before);
    let lines = out(&["history", BRUCE, "--store", &store]);
    let sent = dry.trim_end().strip_prefix('{').unwrap();
    assert!(lines.lines().last().unwrap().contains(sent), "{lines}");
    let again = text(&run(&back).stderr);
    assert!(again.starts_with("Nothing had to be sent: customer"), "{again}");
}

#[test]
fn what_cannot_be_as_it_was_is_said_place_by_place_and_the_rest_is_put_back() {
    let folder = tempfile::tempdir().unwrap();
    let (store, first) = sample(folder.path());
    insert(&store, r#"{"Phone":[{"PhoneType":9,"number":"9"}]}"#);
    out(&["schema", "delete", "Orders", "--store", &store]);
    out(&["schema", "delete", "Notes", "--store", &store]);
    out(&["schema", "delete", "Phone", "--store", &store]);
    let schema = folder.path().join("phone.json");
    let phone = r#"{"name":"Phone","type":"multi-valued","attributes":[{"name":"PhoneType","type":"integer"},
        {"name":"number","type":"string","length":9}],"unique":["PhoneType"]}"#;
    std::fs::write(&schema, phone).unwrap();
    out(&["schema", "create", schema.to_str().unwrap(), "--store", &store]);
    let back = run(&["history", BRUCE, "--put-back", &first.to_string(), "--store", &store]);
    let says = text(&back.stderr);
    assert!(back.status.success(), "{says}");
    assert!(
        says.contains("Note: not put back: Orders: there is no schema of this extension any more.\n"),
        "{says}"
    );
    assert!(says.contains("Note: not put back: Phone 1 number: 10 characters"), "{says}");
    assert!(says.ends_with(", but for what is noted above.\n"), "{says}");
    let shown = out(&["show", BRUCE, "--store", &store]);
    assert!(shown.contains("6543210") && !shown.contains("3145926535"), "{shown}");
}

#[test]
fn one_who_was_deleted_is_there_again_through_a_server_of_ours_too() {
    let folder = tempfile::tempdir().unwrap();
    let (store, first) = sample(folder.path());
    let before = out(&["show", BRUCE, "--store", &store]);
    let target = profile_desk::target::open(Path::new(&store)).unwrap();
    let id = profile_desk::model::profile::CustomerId::new(BRUCE).unwrap();
    let stamp = profile_desk::target::Stamp { by: "x".into(), at: served::AT.into() };
    let delete = profile_desk::model::request::Request::DeleteProfile(id);
    target.send(&[delete], None, &stamp).unwrap()[0].as_ref().unwrap();
    let server = Served::own(target.into());
    let there = ["--server", server.url.as_str()];
    assert_eq!(out(&[&["history", BRUCE, "--at", &first.to_string()], &there[..]].concat()), before);
    let output = run(&[&["history", BRUCE, "--put-back", &first.to_string()], &there[..]].concat());
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(out(&[&["show", BRUCE], &there[..]].concat()), before);
}
