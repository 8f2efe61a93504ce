//! The real binary: what it prints, what it says, how it ends, and what is on the disk after it.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::path::Path;
use std::process::{Command, Output};

fn run(args: &[&str], store: &Path) -> Output {
    let binary = env!("CARGO_BIN_EXE_profile-desk");
    Command::new(binary).args(args).arg("--store").arg(store).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn with_samples() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let output = run(&["import", "assets/samples/store.json"], &folder.path().join("store"));
    assert!(output.status.success(), "{}", text(&output.stderr));
    folder
}

#[test]
fn the_main_job_import_insert_show() {
    let folder = with_samples();
    let store = folder.path().join("store");
    let inserted = run(&["insert", "assets/samples/insert-phone.json"], &store);
    assert!(inserted.status.success() && inserted.stdout.is_empty(), "{}", text(&inserted.stderr));
    let shown = text(&run(&["show", "0004Va58A92T0017", "--extensions", "phone"], &store).stdout);
    for number in ["3145926535", "6543210", "951357456"] {
        assert!(shown.contains(number), "{shown}");
    }
    assert!(!shown.contains("Orders"));
    let found = text(&run(&["find", "--text", "95-1357 456"], &store).stdout);
    assert!(
        found.starts_with(r#"{"customer_id":"0004Va58A92T0017""#) && found.lines().count() == 1,
        "{found}"
    );
    assert!(
        found.contains(r#""order":9007199254740993,"total":10.10,"weight":1E0"#),
        "token for token: {found}"
    );
    assert!(run(&["check"], &store).status.success());
}

#[test]
fn importing_twice_changes_nothing_and_the_counts_add_up() {
    let folder = with_samples();
    let store = folder.path().join("store");
    let before = std::fs::read(store.join("journal-000001.jsonl")).unwrap();
    let again = run(&["import", "assets/samples/store.json"], &store);
    assert_eq!(text(&again.stderr), "Imported: 15 read = 0 new + 0 changed + 15 same + 0 refused.\n");
    assert_eq!(std::fs::read(store.join("journal-000001.jsonl")).unwrap(), before);
    let dry = run(&["import", "--dry-run", "assets/samples/insert-phone.json"], &store);
    assert_eq!(text(&dry.stderr), "Would import: 1 read = 0 new + 1 changed + 0 same + 0 refused.\n");
}

#[test]
fn an_export_can_be_imported_into_another_store() {
    let folder = with_samples();
    let file = folder.path().join("all.json");
    let exported = run(
        &["export", "--format", "json", "--output", file.to_str().unwrap()],
        &folder.path().join("store"),
    );
    assert!(exported.status.success());
    let other = folder.path().join("other");
    assert!(run(&["import", file.to_str().unwrap()], &other).status.success());
    let lines = |store: &Path| text(&run(&["export"], store).stdout);
    assert_eq!(lines(&other), lines(&folder.path().join("store")));
}

#[test]
fn bad_input_is_refused_with_its_place_and_changes_nothing() {
    let folder = with_samples();
    let store = folder.path().join("store");
    let before = std::fs::read(store.join("journal-000001.jsonl")).unwrap();
    let cases: [(&[u8], &str); 10] = [
        (&std::fs::read("assets/samples/insert-phone-as-printed.json").unwrap(), ":8:14: `,` or `]` was expected here"),
        (br#"{"customer_id":"","Phone":[]}"#, "the customer ID is empty"),
        (br#"{"customer_id":"12345678901234567","Phone":[]}"#, "17 characters, at most 16"),
        (br#"{"customer_id":"nobody","Phone":[]}"#, "there is no customer nobody"),
        (br#"{"customer_id":"0004Va58A92T0017","Fax":[]}"#, "Fax: there is no schema of this extension"),
        (br#"{"customer_id":"0004Va58A92T0017","Phone":{}}"#, "multi-valued"),
        (br#"{"customer_id":"0004Va58A92T0017","Address":[]}"#, "single-valued"),
        (br#"{"customer_id":"0004Va58A92T0017","Phone":[{"number":"1"},{"PhoneType":0,"number":"2"}]}"#, "Phone 2: it has the same PhoneType as record 1"),
        (br#"{"customer_id":"0004Va58A92T0017","Consents":[{"purpose":"x","given":true,"since":"2026-02-31"}]}"#, "Consents 1 since"),
        (b"[\"\xff\"]", "not UTF-8"),
    ];
    for (bytes, sentence) in cases {
        let file = folder.path().join("bad.json");
        std::fs::write(&file, bytes).unwrap();
        let output = run(&["insert", file.to_str().unwrap()], &store);
        let message = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{message}");
        assert!(message.starts_with("error: ") && message.contains(sentence), "{sentence}: {message}");
        assert_eq!(std::fs::read(store.join("journal-000001.jsonl")).unwrap(), before);
    }
}

#[test]
fn usage_and_unreachable_files_have_their_own_status() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run(&["shwo"], folder.path()).status.code(), Some(2));
    assert_eq!(run(&["show", "A"], folder.path()).status.code(), Some(3));
    let store = with_samples();
    assert_eq!(run(&["insert", "no-such-file.json"], &store.path().join("store")).status.code(), Some(3));
}

#[test]
fn an_item_of_an_import_goes_whole_or_not_at_all_and_a_dry_run_judges_alike() {
    let folder = with_samples();
    let store = folder.path().join("store");
    let before = std::fs::read(store.join("journal-000001.jsonl")).unwrap();
    let bad = folder.path().join("bad.json");
    let body = r#"{"customer_id":"0004Va58A92T0017","Title":"Dr","Phone":[{"PhoneType":9,"number":7}]}"#;
    std::fs::write(&bad, body).unwrap();
    let bad = bad.to_str().unwrap();
    for args in [&["import", bad][..], &["import", "--dry-run", bad], &["insert", "--dry-run", bad]] {
        let output = run(args, &store);
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        assert!(output.stdout.is_empty());
        assert!(text(&output.stderr).contains("this is a number, the schema wants a string"), "{args:?}");
    }
    assert_eq!(std::fs::read(store.join("journal-000001.jsonl")).unwrap(), before);
}

#[test]
fn check_names_damaged_lines_and_forgives_a_torn_tail() {
    let folder = with_samples();
    let store = folder.path().join("store");
    let journal = store.join("journal-000001.jsonl");
    let whole = std::fs::read_to_string(&journal).unwrap();
    std::fs::write(&journal, format!("{whole}{{\"seq\":")).unwrap();
    let output = run(&["check"], &store);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("7 bytes of an unfinished line"), "{}", text(&output.stderr));
    std::fs::write(&journal, whole.replace("\"at\":\"2", "\"at\":\"3")).unwrap();
    let output = run(&["check"], &store);
    let lines = whole.lines().count() - 1; // all but the header
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(text(&output.stderr).matches("its checksum is missing or does not fit").count(), lines);
}

#[test]
fn check_repairs_a_store_and_keeps_what_was_there() {
    let folder = with_samples();
    let store = folder.path().join("store");
    let journal = store.join("journal-000001.jsonl");
    let whole = std::fs::read(&journal).unwrap();
    let mut damaged = whole.clone();
    damaged[whole.len() - 40] ^= 4;
    std::fs::write(&journal, &damaged).unwrap();
    let before = run(&["export"], &store).stdout;
    let output = run(&["check", "--repair"], &store);
    assert!(output.status.success() && output.stdout.is_empty(), "{}", text(&output.stderr));
    let told = text(&output.stderr);
    assert!(told.contains(": put right: its checksum") && told.ends_with("store is whole.\n"), "{told}");
    assert_eq!(std::fs::read(store.join("aside/journal-000001-1.jsonl")).unwrap(), damaged);
    assert!(run(&["check"], &store).status.success());
    let lines =
        |bytes: &[u8]| bytes.split(|byte| *byte == b'\n').skip(1).map(<[u8]>::to_vec).collect::<Vec<_>>();
    assert_eq!(lines(&std::fs::read(&journal).unwrap()), lines(&whole));
    assert!(run(&["export"], &store).stdout.len() >= before.len());
    let again = run(&["check", "--repair"], &store);
    assert_eq!(text(&again.stderr), format!("{} is whole.\n", store.display()));
}

#[test]
fn an_import_finishes_a_store_that_was_only_begun() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("journal-000001.new"), "{").unwrap();
    let output = run(&["import", "assets/samples/store.json"], folder.path());
    assert!(output.status.success(), "{}", text(&output.stderr));
}

#[test]
fn an_export_that_cannot_be_finished_leaves_nothing_beside_what_was_there() {
    let folder = with_samples();
    let taken = folder.path().join("taken");
    std::fs::create_dir_all(taken.join("inside")).unwrap();
    let output = run(&["export", "--output", taken.to_str().unwrap()], &folder.path().join("store"));
    assert_eq!(output.status.code(), Some(3));
    assert!(text(&output.stderr).contains("taken cannot be written"), "{}", text(&output.stderr));
    let mut left: Vec<_> =
        folder.path().read_dir().unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["store", "taken"]);
}
