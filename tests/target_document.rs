//! A document as a target: what no request changes keeps its tokens, what people edit by hand is the new state, nothing of
//! theirs is overwritten.
#![allow(clippy::unwrap_used, reason = "tests")]

use profile_desk::model::apply::Rejection;
use profile_desk::model::json::Json;
use profile_desk::model::profile::{CustomerId, Profile};
use profile_desk::model::request::Request;
use profile_desk::store::disk::{Disk, OsDisk};
use profile_desk::target::submit::{Submitted, Wanted, submit};
use profile_desk::target::{self, DocumentStore, Stamp, Target, TargetError, Version};
use std::fs::{read_to_string, write};
use std::path::{Path, PathBuf};

const DOCUMENT: &str = r#"{
  "\u0061bout": "kept \/ as it is",
  "Profiles": [
    {
      "Phone": [
        {"PhoneType":1,"number":"1","odd":1E0,"total":10.10}
      ],
      "customer_id": "A",
      "FirstName": "\u0041da"
    },
    {"customer_id":"B","n":1e400}
  ],
  "schemas": [
    {
      "name": "Phone",
      "type": "multi-valued",
      "attributes": [
        {"name":"PhoneType","type":"integer","mandatory":true},
        {"name":"number","type":"string"}
      ],
      "unique": ["PhoneType"]
    }
  ],
  "last": {
    "deep": [
      {"x":1}
    ]
  }
}
"#;

fn id(text: &str) -> CustomerId {
    CustomerId::new(text).unwrap()
}

fn json(text: &str) -> Json {
    Json::parse(text).unwrap()
}

fn stamp() -> Stamp {
    Stamp { by: "tester".into(), at: "2026-11-24T09:30:00.000Z".into() }
}

fn insert(who: &str, kind: u32) -> Request {
    Request::InsertRecords(id(who), json(&format!(r#"{{"phone":[{{"phonetype":{kind},"number":"9"}}]}}"#)))
}

fn send(
    target: &dyn Target,
    request: Request,
    from: Option<Version>,
) -> Result<Result<(), Rejection>, TargetError> {
    Ok(target.send(&[request], from, &stamp())?.pop().unwrap().map(drop))
}

/// A document of this text in a folder of its own.
fn document(text: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("all.json");
    write(&path, text).unwrap();
    (folder, path)
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    format!("{}{suffix}", path.display()).into()
}

#[test]
fn only_what_a_request_changes_differs_in_the_file() {
    let (folder, path) = document(DOCUMENT);
    let store = target::open(&path).unwrap();
    assert_eq!(store.load(&id("A")).unwrap().unwrap().profile.records("Phone").len(), 1);
    assert_eq!(read_to_string(&path).unwrap(), DOCUMENT, "reading changes nothing");
    send(store.as_ref(), insert("A", 2), None).unwrap().unwrap();
    let added = "\"total\":10.10},\n        {\"PhoneType\":2,\"number\":\"9\"}\n";
    let expected = DOCUMENT.replace("\"total\":10.10}\n", added);
    assert_eq!(read_to_string(&path).unwrap(), expected);
    assert_eq!(read_to_string(beside(&path, ".bak")).unwrap(), DOCUMENT);
    let mut names: Vec<_> =
        folder.path().read_dir().unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["all.json", "all.json.bak", "all.json.lock"]);
    // A refusal and an empty insert write nothing.
    assert!(send(store.as_ref(), insert("nobody", 2), None).unwrap().is_err());
    send(store.as_ref(), Request::InsertRecords(id("A"), json(r#"{"Phone":[]}"#)), None).unwrap().unwrap();
    assert_eq!(read_to_string(beside(&path, ".bak")).unwrap(), DOCUMENT);
    send(store.as_ref(), Request::CreateProfile(json(r#"{"customer_id":"0"}"#)), None).unwrap().unwrap();
    send(store.as_ref(), Request::DeleteProfile(id("A")), None).unwrap().unwrap();
    let text = read_to_string(&path).unwrap();
    assert!(text.contains("1e400") && !text.contains("10.10"));
    assert!(text.find("\"B\"").unwrap() < text.find("\"0\"").unwrap(), "a new customer goes last: {text}");
}

#[test]
fn a_plain_array_stays_an_array() {
    let (_folder, path) = document(r#"[{"customer_id":"A","FirstName":"Ada","Fax":[{"n":1}]}]"#);
    let store = target::open(&path).unwrap();
    let update = Request::UpdateProfile(id("A"), json(r#"{"FirstName":"Eve"}"#));
    send(store.as_ref(), update, None).unwrap().unwrap();
    let schema = json(r#"{"name":"Fax","type":"multi-valued","attributes":[]}"#);
    let refused = send(store.as_ref(), Request::CreateSchema(schema), None).unwrap().unwrap_err();
    assert!(refused.to_string().contains("no room for schemas"), "{refused}");
    let text = read_to_string(&path).unwrap();
    assert!(text.starts_with('[') && text.contains("Eve") && text.contains(r#"{"n":1}"#), "{text}");
}

#[test]
fn an_edit_by_hand_is_the_new_state_and_moves_its_customer_alone() {
    let (_folder, path) = document(DOCUMENT);
    let store = DocumentStore::open(&path).unwrap();
    let before = store.load(&id("A")).unwrap().unwrap().version;
    write(&path, DOCUMENT.replace("\\u0041da", "Eve!!!!")).unwrap();
    let loaded = store.load(&id("A")).unwrap().unwrap();
    assert_eq!(loaded.profile.core("FirstName").unwrap().as_str(), "\"Eve!!!!\"");
    assert!(loaded.version > before);
    assert!(
        matches!(send(&store, insert("A", 2), before), Err(TargetError::Moved(moved)) if moved == id("A"))
    );
    send(&store, insert("B", 2), before).unwrap().unwrap();
    send(&store, insert("A", 2), loaded.version).unwrap().unwrap();
    assert!(read_to_string(&path).unwrap().contains("Eve!!!!"));
    write(&path, read_to_string(&path).unwrap().replace("\"last\"", "\"Last\"")).unwrap();
    let version = store.load(&id("A")).unwrap().unwrap().version;
    write(&path, read_to_string(&path).unwrap().replace("\"unique\": [\"PhoneType\"]", "\"unique\": []"))
        .unwrap();
    assert!(matches!(send(&store, insert("A", 3), version), Err(TargetError::Moved(_))), "a schema moved");
}

#[test]
fn an_unreadable_edit_blocks_writes_and_is_left_alone_until_it_is_mended() {
    let (_folder, path) = document(DOCUMENT);
    let store = DocumentStore::open(&path).unwrap();
    let broken = DOCUMENT.replace("\"customer_id\": \"A\",", "\"customer_id\": \"A\"");
    write(&path, &broken).unwrap();
    let damage = store.damage().unwrap();
    assert!(damage.contains("all.json:9:7: "), "{damage}");
    let refused = send(&store, insert("A", 2), None).unwrap_err().to_string();
    assert_eq!(refused, damage);
    assert!(
        matches!(DocumentStore::open(&path), Err(TargetError::NotReached(sentence)) if sentence == damage)
    );
    assert_eq!(store.customers().unwrap().len(), 2, "what was read is still shown");
    assert_eq!(read_to_string(&path).unwrap(), broken);
    write(&path, DOCUMENT).unwrap();
    assert_eq!(store.damage(), None);
    send(&store, insert("A", 2), None).unwrap().unwrap();
    for (text, sentence) in [
        (r#"{"name":"x"}"#, "this is no document"),
        (r#"[{"customer_id":"A"},{"customer_id":"A"}]"#, "profile 2: customer A stands twice"),
        (r#"{"profiles":{},"schemas":[]}"#, "\"profiles\" must be an array"),
        (r#"{"profiles":[],"schemas":[{"name":"1"}]}"#, "schema 1: "),
    ] {
        write(&path, text).unwrap();
        let damage = store.damage().unwrap();
        assert!(damage.contains(sentence), "{damage}");
    }
}

#[test]
fn two_handles_take_turns_and_join_their_edits() {
    let (_folder, path) = document(DOCUMENT);
    let (one, two) = (DocumentStore::open(&path).unwrap(), DocumentStore::open(&path).unwrap());
    let base = one.load(&id("A")).unwrap().unwrap().profile;
    send(&two, insert("A", 2), None).unwrap().unwrap();
    let mine = json(
        r#"{"customer_id":"A","FirstName":"Eve","Phone":[{"PhoneType":1,"number":"1","odd":1E0,"total":10.10}]}"#,
    );
    let mine = Profile::from_json(&mine, |_| false).unwrap();
    let end = submit(&one, &Wanted { base: Some(&base), mine: Some(&mine) }, &stamp()).unwrap();
    let Submitted::Done { now, joined: true, .. } = end else { panic!("{end:?}") };
    assert_eq!(now.unwrap().profile.records("Phone").len(), 2);
    std::thread::scope(|scope| {
        for (store, range) in [(&one, 10..30), (&two, 30..50)] {
            scope
                .spawn(move || range.for_each(|kind| send(store, insert("A", kind), None).unwrap().unwrap()));
        }
    });
    assert_eq!(one.load(&id("A")).unwrap().unwrap().profile.records("Phone").len(), 42);
    assert_eq!(one.find("Eve", 9).unwrap().len(), 1);
}

#[test]
fn a_failure_to_write_changes_nothing() {
    let (_folder, path) = document(DOCUMENT);
    let store = DocumentStore::open(&path).unwrap();
    std::fs::create_dir(beside(&path, ".new")).unwrap();
    let error = send(&store, insert("A", 2), None).unwrap_err();
    assert!(
        matches!(&error, TargetError::NotReached(sentence) if sentence.ends_with("nothing was changed")),
        "{error}"
    );
    assert_eq!(read_to_string(&path).unwrap(), DOCUMENT);
    assert_eq!(store.load(&id("A")).unwrap().unwrap().profile.records("Phone").len(), 1);
}

#[test]
fn a_new_document_and_one_that_is_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new.JSON");
    assert!(matches!(target::open(&path), Err(TargetError::Missing(_))));
    let store = target::create(&path).unwrap();
    send(store.as_ref(), Request::CreateProfile(json(r#"{"customer_id":"A"}"#)), None).unwrap().unwrap();
    assert_eq!(
        read_to_string(&path).unwrap(),
        "{\n  \"schemas\": [],\n  \"profiles\": [\n    {\"customer_id\":\"A\"}\n  ]\n}\n"
    );
    assert!(matches!(target::create(&path), Err(TargetError::NotReached(_))));
    assert!(read_to_string(&path).unwrap().contains("\"A\""));
}

#[cfg(unix)]
#[test]
fn the_mode_of_a_file_stays_and_a_link_is_followed() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let (folder, path) = document(DOCUMENT);
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    let link = folder.path().join("link.json");
    symlink(&path, &link).unwrap();
    let store = DocumentStore::open(&link).unwrap();
    send(&store, insert("A", 2), None).unwrap().unwrap();
    assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
    assert!(read_to_string(&path).unwrap().contains("\"9\""));
    assert_eq!(mode(&path), 0o640);
    DocumentStore::create(&folder.path().join("new.json")).unwrap();
    assert_eq!(mode(&folder.path().join("new.json")), 0o600);
}

#[test]
fn edits_in_quick_succession_are_all_noticed_though_size_and_time_are_the_same() {
    let (_folder, path) = document(DOCUMENT);
    let store = DocumentStore::open(&path).unwrap();
    for number in 100..110 {
        let now = std::time::SystemTime::now();
        for value in [format!("{number}.1"), format!("{number}.2")] {
            write(&path, DOCUMENT.replace("10.10", &value)).unwrap();
            std::fs::File::options().write(true).open(&path).unwrap().set_modified(now).unwrap();
            let profile = store.load(&id("A")).unwrap().unwrap().profile;
            assert_eq!(profile.records("Phone")[0].get("total").unwrap().as_str(), value);
        }
    }
}

#[test]
fn a_file_that_is_marked_as_read_only_is_not_replaced() {
    let (_folder, path) = document(DOCUMENT);
    let store = DocumentStore::open(&path).unwrap();
    let mut mode = std::fs::metadata(&path).unwrap().permissions();
    mode.set_readonly(true);
    std::fs::set_permissions(&path, mode).unwrap();
    let error = send(&store, insert("A", 2), None).unwrap_err().to_string();
    assert!(error.contains("read-only") && error.ends_with("nothing was changed"), "{error}");
    assert_eq!(read_to_string(&path).unwrap(), DOCUMENT);
}

#[test]
fn what_a_killed_save_left_behind_is_kept() {
    let (_folder, path) = document(DOCUMENT);
    write(beside(&path, ".new"), "displaced").unwrap();
    let store = DocumentStore::open(&path).unwrap();
    send(&store, insert("A", 2), None).unwrap().unwrap();
    assert_eq!(read_to_string(beside(&path, ".left")).unwrap(), "displaced");
    assert_eq!(read_to_string(beside(&path, ".bak")).unwrap(), DOCUMENT);
}

#[test]
fn a_writer_waits_for_its_turn_and_then_says_so() {
    let (_folder, path) = document(DOCUMENT);
    let store = DocumentStore::open(&path).unwrap();
    let held = OsDisk.try_lock(&beside(&path, ".lock")).unwrap().unwrap();
    let start = std::time::Instant::now();
    assert!(matches!(send(&store, insert("A", 2), None), Err(TargetError::NotReached(_))));
    assert!((5..8).contains(&start.elapsed().as_secs()));
    assert_eq!(store.customers().unwrap().len(), 2, "readers need no lock");
    drop(held);
    send(&store, insert("A", 2), None).unwrap().unwrap();
}

#[test]
fn a_plan_from_before_the_document_was_opened_anew_is_refused() {
    let (_folder, path) = document(DOCUMENT);
    let version = DocumentStore::open(&path).unwrap().load(&id("A")).unwrap().unwrap().version;
    write(&path, DOCUMENT.replace("\\u0041da", "Eve!!!!")).unwrap();
    let store = DocumentStore::open(&path).unwrap();
    assert!(matches!(send(&store, insert("A", 2), version), Err(TargetError::Moved(_))));
    let later = store.load(&id("A")).unwrap().unwrap().version.map(|Version(version)| Version(version + 1));
    assert!(matches!(send(&store, insert("A", 2), later), Err(TargetError::Moved(_))));
}
