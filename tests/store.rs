//! The journal store on a real disk: what was answered is there, what was torn is set aside, what is damaged is named.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use profile_desk::model::json::Json;
use profile_desk::model::profile::CustomerId;
use profile_desk::model::request::Request;
use profile_desk::store::{Store, StoreError, check};
use std::path::Path;

const SCHEMA: &str = r#"{"name":"Phone","type":"multi-valued","attributes":[{"name":"PhoneType","type":"integer","mandatory":true},{"name":"number","type":"string","length":15}],"unique":["PhoneType"]}"#;

fn id() -> CustomerId {
    CustomerId::new("A").unwrap()
}

fn insert(kind: u32, number: &str) -> Request {
    let body = format!(r#"{{"Phone":[{{"PhoneType":{kind},"number":"{number}"}}]}}"#);
    Request::InsertRecords(id(), Json::parse(&body).unwrap())
}

fn send(store: &Store, requests: &[Request]) {
    for answer in store.append(requests, "tester", "2026-11-24T09:30:00.000Z").unwrap() {
        answer.unwrap();
    }
}

fn made(folder: &Path) -> Store {
    let store = Store::create(folder).unwrap();
    let create = Json::parse(r#"{"customer_id":"A","FirstName":"Ada"}"#).unwrap();
    send(&store, &[Request::CreateSchema(Json::parse(SCHEMA).unwrap()), Request::CreateProfile(create)]);
    store
}

fn numbers(store: &Store) -> Vec<String> {
    let (profile, _) = store.load(&id()).unwrap().unwrap();
    let number = |record: &profile_desk::model::profile::Record| {
        record.get("number").unwrap().text().unwrap().into_owned()
    };
    profile.records("Phone").iter().map(number).collect()
}

#[test]
fn what_was_answered_is_there_after_opening_again_and_in_another_store_value() {
    let folder = tempfile::tempdir().unwrap();
    let first = made(folder.path());
    let second = Store::open(folder.path()).unwrap();
    send(&first, &[insert(1, "111")]);
    send(&second, &[insert(2, "222")]);
    assert_eq!(numbers(&first), ["111", "222"]);
    assert_eq!(numbers(&Store::open(folder.path()).unwrap()), ["111", "222"]);
}

#[test]
fn opening_and_looking_changes_no_byte() {
    let folder = tempfile::tempdir().unwrap();
    drop(made(folder.path()));
    let journal = folder.path().join("journal-000001.jsonl");
    let before = std::fs::read(&journal).unwrap();
    let store = Store::open(folder.path()).unwrap();
    assert_eq!(store.find_text("ADA", 10).unwrap(), [id()]);
    assert!(store.customers().unwrap().contains(&id()));
    assert_eq!(std::fs::read(&journal).unwrap(), before);
}

#[test]
fn a_last_line_torn_at_any_byte_is_ignored_and_then_set_aside() {
    let folder = tempfile::tempdir().unwrap();
    let store = made(folder.path());
    let journal = folder.path().join("journal-000001.jsonl");
    let before = std::fs::read(&journal).unwrap();
    send(&store, &[insert(1, "111")]);
    let after = std::fs::read(&journal).unwrap();
    for cut in before.len()..after.len() {
        std::fs::write(&journal, &after[..cut]).unwrap();
        let whole = cut + 1 == after.len();
        let store = Store::open(folder.path()).unwrap();
        assert_eq!(numbers(&store).len(), usize::from(whole), "cut at {cut}");
        send(&store, &[insert(2, "222")]);
        let store = Store::open(folder.path()).unwrap();
        assert_eq!(numbers(&store).last().unwrap(), "222", "cut at {cut}");
        assert_eq!(store.damage(), None);
    }
    assert!(folder.path().join("aside").read_dir().unwrap().next().is_some());
}

#[test]
fn a_damaged_line_stops_its_customer_alone() {
    for changed in ["\"223\"", "\"9#9\""] {
        let folder = tempfile::tempdir().unwrap();
        let store = made(folder.path());
        let create =
            |id: &str| Request::CreateProfile(Json::parse(&format!(r#"{{"customer_id":"{id}"}}"#)).unwrap());
        send(&store, &[create("B"), insert(1, "111"), insert(2, "222"), insert(3, "333")]);
        let journal = folder.path().join("journal-000001.jsonl");
        let text = std::fs::read_to_string(&journal).unwrap().replace("\"222\"", changed);
        std::fs::write(&journal, text).unwrap();
        let store = Store::open(folder.path()).unwrap();
        assert_eq!(numbers(&store), ["111"], "as of before the damage");
        let refused = store.append(&[insert(4, "444"), create("C")], "tester", "now").unwrap();
        let sentence = refused[0].as_ref().unwrap_err().to_string();
        assert!(sentence.starts_with("customer A takes no changes: "), "{sentence}");
        assert!(sentence.contains("journal-000001.jsonl:6 is damaged"), "{sentence}");
        assert!(refused[1].is_ok());
        let update = Request::UpdateProfile(CustomerId::new("B").unwrap(), Json::parse("{}").unwrap());
        send(&store, &[update]);
        let store = Store::open(folder.path()).unwrap();
        assert_eq!(store.customers().unwrap().len(), 3);
        assert!(store.damage().unwrap().starts_with("customer A takes no changes"), "{:?}", store.damage());
        let report = check(folder.path()).unwrap();
        assert_eq!(report.findings.len(), 1, "{report:?}");
        assert!(report.findings[0].to_string().contains(":6: its checksum"), "{report:?}");
        assert!(report.findings[0].sentence.contains("customer A is shown"), "{report:?}");
    }
}

#[test]
fn whichever_bit_is_flipped_nobody_else_is_blamed_and_nothing_false_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let store = made(folder.path());
    let create = Request::CreateProfile(Json::parse(r#"{"customer_id":"C","FirstName":"Eva"}"#).unwrap());
    send(&store, &[create, insert(1, "111")]);
    let journal = folder.path().join("journal-000001.jsonl");
    let whole = std::fs::read(&journal).unwrap();
    let last = memchr::memrchr(b'\n', &whole[..whole.len() - 1]).unwrap() + 1;
    let other = store.load(&CustomerId::new("C").unwrap()).unwrap().unwrap().0;
    for (at, bit) in (last..whole.len() - 1).flat_map(|at| (0..8).map(move |bit| (at, bit))) {
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << bit;
        std::fs::write(&journal, bytes).unwrap();
        std::fs::write(folder.path().join("lock"), "").unwrap();
        let store = Store::open(folder.path()).unwrap();
        assert!(numbers(&store).is_empty(), "byte {at}, bit {bit}");
        assert_eq!(store.load(&other.id).unwrap().unwrap().0, other, "byte {at}, bit {bit}");
        let damage = store.damage().unwrap();
        assert!(damage.contains(":5") && !damage.contains("customer C"), "byte {at}, bit {bit}: {damage}");
        let blamed = damage.starts_with("customer A takes no changes");
        assert!(blamed || damage.contains("nothing can be written"), "byte {at}, bit {bit}: {damage}");
        assert!(
            blamed || at + 20 > whole.len() || bit == 7 || (1 << bit) ^ whole[at] == b'\n',
            "{at} {bit} {damage}"
        );
    }
}

#[test]
fn a_refused_request_leaves_no_line() {
    let folder = tempfile::tempdir().unwrap();
    let store = made(folder.path());
    let journal = folder.path().join("journal-000001.jsonl");
    let before = std::fs::read(&journal).unwrap();
    let answers = store.append(&[insert(1, "12345678901234567")], "tester", "now").unwrap();
    assert_eq!(
        answers[0].as_ref().unwrap_err().to_string(),
        "Phone 1 number: 17 characters, the schema allows 15"
    );
    assert_eq!(std::fs::read(&journal).unwrap(), before);
}

#[test]
fn writers_in_many_threads_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    drop(made(folder.path()));
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let store = Store::open(folder.path()).unwrap();
            scope.spawn(move || (0..25).for_each(|n| send(&store, &[insert(thread * 100 + n, "1")])));
        }
    });
    assert_eq!(numbers(&Store::open(folder.path()).unwrap()).len(), 100);
}

#[test]
fn a_missing_store_and_a_folder_in_use_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(Store::open(folder.path()), Err(StoreError::Missing(_))));
    std::fs::write(folder.path().join("letter.txt"), "dear").unwrap();
    assert!(matches!(Store::create(folder.path()), Err(StoreError::NotEmpty(_))));
}

#[test]
fn a_tail_longer_than_the_next_line_is_cut_off() {
    let folder = tempfile::tempdir().unwrap();
    drop(made(folder.path()));
    let journal = folder.path().join("journal-000001.jsonl");
    let mut bytes = std::fs::read(&journal).unwrap();
    bytes.extend([0; 4096]);
    std::fs::write(&journal, bytes).unwrap();
    send(&Store::open(folder.path()).unwrap(), &[insert(1, "111")]);
    let store = Store::open(folder.path()).unwrap();
    assert_eq!(numbers(&store), ["111"]);
    assert!(std::fs::read(&journal).unwrap().ends_with(b"\"}\n"));
}

#[test]
fn a_create_whose_body_is_no_object_makes_no_customer() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::create(folder.path()).unwrap();
    for body in ["[]", "[1]", "\"x\"", "7", "null"] {
        let request = Request::CreateProfile(Json::parse(body).unwrap());
        assert!(store.append(&[request], "tester", "now").unwrap()[0].is_err(), "{body}");
    }
    assert!(store.customers().unwrap().is_empty());
}

#[test]
fn a_create_without_an_id_gets_one_as_the_first_member() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::create(folder.path()).unwrap();
    let request = Request::CreateProfile(Json::parse(r#"{"FirstName":"Ada"}"#).unwrap());
    let answers = store.append(&[request], "tester", "now").unwrap();
    let id = answers[0].as_ref().unwrap().customer.clone().unwrap();
    assert_eq!(id.as_str().len(), 16);
    let text = std::fs::read_to_string(folder.path().join("journal-000001.jsonl")).unwrap();
    assert!(text.contains(&format!(r#""body":{{"customer_id":"{id}","FirstName":"Ada"}}"#)), "{text}");
}

#[test]
fn blank_lines_are_damage_however_many() {
    let folder = tempfile::tempdir().unwrap();
    drop(made(folder.path()));
    std::fs::remove_file(folder.path().join("lock")).unwrap(); // else nothing behind the noted end counts
    change(folder.path(), |bytes| bytes.extend(vec![b'\n'; 300_000]));
    let store = Store::open(folder.path()).unwrap();
    assert!(store.damage().unwrap().contains("journal-000001.jsonl:4: "), "{:?}", store.damage());
    assert_eq!(store.customers().unwrap(), [id()]);
}

#[test]
fn a_journal_that_lost_its_header_takes_no_requests() {
    let folder = tempfile::tempdir().unwrap();
    drop(made(folder.path()));
    change(folder.path(), Vec::clear);
    let store = Store::open(folder.path()).unwrap();
    let error = store.append(&[insert(1, "111")], "tester", "now").unwrap_err();
    assert!(error.to_string().contains("the header line is missing"), "{error}");
}

#[test]
fn a_journal_cut_off_under_an_open_store_takes_no_requests() {
    let folder = tempfile::tempdir().unwrap();
    let store = made(folder.path());
    change(folder.path(), |bytes| bytes.truncate(200));
    let error = store.append(&[insert(1, "111")], "tester", "now").unwrap_err();
    assert!(matches!(error, StoreError::Broken(_)), "{error}");
    assert_eq!(std::fs::read(folder.path().join("journal-000001.jsonl")).unwrap().len(), 200);
}

#[test]
fn a_store_of_which_only_the_beginning_was_made_can_be_made() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("journal-000001.new"), "{\n".repeat(250)).unwrap();
    std::fs::write(folder.path().join("lock"), "").unwrap();
    drop(made(folder.path()));
    assert_eq!(Store::open(folder.path()).unwrap().customers().unwrap(), [id()]);
    assert!(matches!(Store::create(folder.path()), Err(StoreError::NotEmpty(_))));
}

#[test]
fn a_last_line_without_its_newline_is_whole_and_the_next_writer_ends_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = made(folder.path());
    send(&store, &[insert(1, "111")]);
    change(folder.path(), |bytes| bytes.truncate(bytes.len() - 1));
    let (reader, writer) = (Store::open(folder.path()).unwrap(), Store::open(folder.path()).unwrap());
    let report = check(folder.path()).unwrap();
    assert!(report.notes.is_empty() && report.requests == 3, "{report:?}");
    assert_eq!(numbers(&reader), ["111"]);
    send(&writer, &[insert(2, "222")]);
    assert_eq!(numbers(&reader), ["111", "222"]);
    assert!(check(folder.path()).unwrap().findings.is_empty());
}

#[test]
fn a_line_longer_than_what_is_read_at_once_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let store = made(folder.path());
    let long = "x".repeat(3 << 20);
    let update = Json::parse(&format!(r#"{{"Note":"{long}"}}"#)).unwrap();
    send(&store, &[Request::UpdateProfile(id(), update), insert(1, "111")]);
    let store = Store::open(folder.path()).unwrap();
    assert_eq!(store.find_text(&long, 1).unwrap(), [id()]);
    assert_eq!(numbers(&store), ["111"]);
}

#[test]
fn check_names_every_damaged_line_and_only_notes_a_torn_tail() {
    let folder = tempfile::tempdir().unwrap();
    let store = made(folder.path());
    send(&store, &[insert(1, "111"), insert(2, "222"), insert(3, "333")]);
    change(folder.path(), |bytes| bytes.extend(b"{\"seq\":6,"));
    let report = check(folder.path()).unwrap();
    assert_eq!((report.findings.len(), report.notes[0].line, report.requests), (0, 7, 5));
    change(folder.path(), |bytes| {
        let text = String::from_utf8(std::mem::take(bytes)).unwrap();
        *bytes = text.replace("\"111\"", "\"112\"").replace("\"333\"", "\"334\"").into_bytes();
    });
    let report = check(folder.path()).unwrap();
    let lines: Vec<u64> = report.findings.iter().map(|spot| spot.line).collect();
    assert_eq!((lines, report.notes.len(), report.requests), (vec![4, 6], 1, 3));
    assert!(report.findings[0].to_string().contains("journal-000001.jsonl:4: its checksum"));
}

#[test]
fn check_names_a_line_that_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let store = made(folder.path());
    send(&store, &[insert(1, "111"), insert(2, "222")]);
    change(folder.path(), |bytes| {
        let text = String::from_utf8(std::mem::take(bytes)).unwrap();
        *bytes = text
            .lines()
            .filter(|line| !line.contains("111"))
            .fold(Vec::new(), |all, line| [all.as_slice(), line.as_bytes(), b"\n"].concat());
    });
    let report = check(folder.path()).unwrap();
    assert_eq!(report.findings[0].sentence, "its seq is 4, it follows 2");
    assert!(Store::open(folder.path()).unwrap().damage().is_some());
}

#[test]
fn check_does_not_blame_the_lines_behind_damage_for_what_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let store = made(folder.path());
    send(&store, &[insert(1, "111")]);
    change(folder.path(), |bytes| {
        let text = String::from_utf8(std::mem::take(bytes)).unwrap();
        *bytes = text.replace("\"Ada\"", "\"Eva\"").into_bytes();
    });
    let report = check(folder.path()).unwrap();
    assert_eq!(report.findings.iter().map(|spot| spot.line).collect::<Vec<_>>(), [3]);
}

#[cfg(unix)]
#[test]
fn a_store_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("above").join("store");
    drop(made(&folder));
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    for entry in folder.read_dir().unwrap() {
        assert_eq!(mode(&entry.unwrap().path()), 0o600);
    }
}

fn change(folder: &Path, how: impl FnOnce(&mut Vec<u8>)) {
    let journal = folder.join("journal-000001.jsonl");
    let mut bytes = std::fs::read(&journal).unwrap();
    how(&mut bytes);
    std::fs::write(journal, bytes).unwrap();
}

#[test]
fn a_merge_is_followed_by_the_whole_profile_of_who_remains() {
    let folder = tempfile::tempdir().unwrap();
    let store = made(&folder.path().join("s"));
    let other = CustomerId::new("OTHER").unwrap();
    let create = Request::CreateProfile(Json::parse(r#"{"customer_id":"OTHER","LastName":"Doe"}"#).unwrap());
    let merge = Request::MergeProfiles { dst: id(), src: other.clone(), body: Json::parse("{}").unwrap() };
    send(&store, &[create, insert(1, "11"), merge]);
    let journal = std::fs::read_to_string(folder.path().join("s/journal-000001.jsonl")).unwrap();
    let last = journal.lines().last().unwrap();
    let (profile, _) = store.load(&id()).unwrap().unwrap();
    assert!(
        last.contains(&format!(r#""path":"/x/checkpoint/{}","body":{}"#, id(), profile.to_json())),
        "{last}"
    );
    let again = Store::open(&folder.path().join("s")).unwrap();
    assert_eq!(again.load(&id()).unwrap().unwrap().0, profile);
    assert_eq!(again.load(&other).unwrap(), None);
    assert!(again.damage().is_none());
    send(&again, &[insert(2, "22")]);
    assert_eq!(numbers(&store).len(), 2, "the numbering goes on in other handles too");
}
