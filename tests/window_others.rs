//! Somebody else changes the same customer meanwhile; stores that are not there, damaged or held; drafts that outlive the window.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

#[path = "support/window.rs"]
mod support;

use eframe::egui::{self, Key};
use profile_desk::model::json::Json;
use profile_desk::model::profile::CustomerId;
use profile_desk::model::request::Request;
use support::{BRUCE, Desk, Kept, bytes, sample, send};

/// Somebody else inserts records.
fn insert(desk: &Desk, body: &str) {
    let id = CustomerId::new(BRUCE).unwrap();
    send(desk.store().as_ref(), &[Request::InsertRecords(id, Json::parse(body).unwrap())]);
}

const THEIRS: &str = r#"{"Phone":[{"PhoneType":2,"prefix":"+33","number":"7777777"}]}"#;

fn numbers(desk: &Desk) -> Vec<String> {
    let profile = desk.stored(BRUCE).unwrap();
    profile
        .records("Phone")
        .iter()
        .map(|phone| phone.get("number").unwrap().text().unwrap().into_owned())
        .collect()
}

#[test]
fn what_somebody_else_changed_elsewhere_is_joined() {
    let folder = sample();
    let mut desk = Desk::with(folder.path(), BRUCE);
    desk.set_cell("Phone 1 number", "1111111");
    insert(&desk, THEIRS);
    insert(&desk, r#"{"Phone":[{"PhoneType":9,"number":"9"}],"Notes":[{"text":"theirs"}]}"#);
    desk.submitted("Changes that somebody else made meanwhile were kept.");
    assert_eq!(numbers(&desk), ["1111111", "7777777", "199000103", "9"]);
    assert_eq!(desk.records(BRUCE, "Notes").len(), 1);
    assert_eq!(desk.value("Phone 2 number"), "7777777");
    assert!(desk.says("nothing changed"));
}

/// Both changed the number of the same phone; mine also changed another one.
fn conflict(folder: &std::path::Path) -> Desk {
    let mut desk = Desk::with(folder, BRUCE);
    desk.set_cell("Phone 2 number", "6666666");
    desk.set_cell("Phone 3 number", "3333333");
    insert(&desk, THEIRS);
    let before = bytes(&folder.join("store"));
    desk.submitted("Nothing was sent: somebody else changed the same customer");
    assert_eq!(bytes(&folder.join("store")), before);
    assert_eq!(desk.value("Phone 2 number"), "6666666", "the draft is kept");
    for text in ["Somebody else changed the same customer meanwhile", "6543210", "6666666", "7777777"] {
        assert!(desk.says(text), "{text}: {:#?}", desk.names());
    }
    desk
}

#[test]
fn in_a_conflict_mine_can_stand_over_theirs() {
    let folder = sample();
    let mut desk = conflict(folder.path());
    desk.click("Keep mine");
    desk.sees("Your changes stand over theirs");
    assert_eq!(numbers(&desk)[1], "7777777", "nothing is sent yet");
    desk.submitted("accepted");
    assert_eq!(numbers(&desk), ["3145926535", "6666666", "3333333"]);
    assert!(desk.says("nothing changed") && !desk.has("Keep mine"));
}

#[test]
fn in_a_conflict_theirs_can_stand_and_the_rest_of_mine_stays() {
    let folder = sample();
    let mut desk = conflict(folder.path());
    desk.click("Take theirs");
    desk.sees("The rest of your draft is kept");
    assert_eq!(
        (desk.value("Phone 2 number"), desk.value("Phone 3 number")),
        ("7777777".into(), "3333333".into())
    );
    assert!(desk.says("1 changed"));
    desk.submitted("accepted");
    assert_eq!(numbers(&desk), ["3145926535", "7777777", "3333333"]);
}

#[test]
fn reload_keeps_the_draft_and_shows_what_is_new() {
    let folder = sample();
    let mut desk = Desk::with(folder.path(), BRUCE);
    desk.set_cell("Phone 1 number", "1111111");
    insert(&desk, THEIRS);
    desk.press(Key::F5);
    desk.sees("Read again.");
    assert_eq!(
        (desk.value("Phone 1 number"), desk.value("Phone 2 number")),
        ("1111111".into(), "7777777".into())
    );
    desk.set_cell("Phone 2 number", "2222222");
    insert(&desk, r#"{"Phone":[{"PhoneType":2,"prefix":"+33","number":"8888888"}]}"#);
    desk.click("Reload");
    desk.sees("Somebody else changed the same things meanwhile");
    assert_eq!(desk.value("Phone 2 number"), "2222222");
    assert!(desk.has("Keep mine") && desk.has("Take theirs"));
}

#[test]
fn a_customer_deleted_meanwhile_can_be_made_again_or_let_go() {
    for way in ["Keep mine", "Take theirs"] {
        let folder = sample();
        let mut desk = Desk::with(folder.path(), BRUCE);
        desk.set_cell("Phone 2 number", "6666666");
        send(desk.store().as_ref(), &[Request::DeleteProfile(CustomerId::new(BRUCE).unwrap())]);
        desk.submitted("Nothing was sent");
        assert!(desk.says("The customer was deleted by somebody else."), "{:#?}", desk.names());
        desk.click(way);
        desk.ui.run_steps(4);
        if way == "Keep mine" {
            assert_eq!(desk.value("Phone 2 number"), "6666666");
            desk.submitted("accepted");
            assert_eq!(numbers(&desk), ["3145926535", "6666666", "199000103"]);
            assert_eq!(desk.records(BRUCE, "Orders").len(), 2);
        } else {
            assert!(desk.app().open.is_none() && desk.stored(BRUCE).is_none());
        }
    }
}

#[test]
fn sample_data_is_one_click_away_at_the_first_start() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = Desk::on(folder.path());
    assert!(desk.says("There is no store at"));
    desk.click("Open sample data");
    desk.sees("This store has 10 customers.");
    desk.find(BRUCE);
    desk.sees("Phone, 3 records");
    assert!(!folder.path().join("store").exists(), "the sample has a store of its own");
}

#[test]
fn an_empty_store_can_be_started_with() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = Desk::on(folder.path());
    desk.click("Start with an empty store");
    desk.sees("This store has 0 customers.");
    assert!(desk.store().customers().unwrap().is_empty());
}

#[test]
fn a_damaged_line_is_named_and_nothing_is_written_over_it() {
    let folder = sample();
    let journal = folder.path().join("store/journal-000001.jsonl");
    let text = std::fs::read_to_string(&journal).unwrap();
    std::fs::write(&journal, text.replacen("6543210", "6543219", 1)).unwrap();
    let before = bytes(folder.path());
    let mut desk = Desk::on(folder.path());
    assert!(desk.says("journal-000001.jsonl"), "{:#?}", desk.names());
    assert!(desk.says("line"), "{:#?}", desk.names());
    if desk.app().ready().is_some() {
        desk.find("Same");
        desk.wait("an answer", |desk| desk.app().search.hits.is_some() || desk.app().notice.is_some());
    }
    assert_eq!(bytes(folder.path()), before);
}

#[test]
fn a_store_held_by_somebody_else_refuses_the_submit_and_the_draft_stays() {
    let folder = sample();
    let mut desk = Desk::with(folder.path(), BRUCE);
    desk.set_cell("Phone 2 number", "6666666");
    let lock =
        std::fs::OpenOptions::new().read(true).write(true).open(folder.path().join("store/lock")).unwrap();
    lock.lock().unwrap();
    desk.submitted("being written by somebody else");
    assert_eq!(desk.value("Phone 2 number"), "6666666");
    assert!(desk.says("1 changed"));
    drop(lock);
    desk.submitted("accepted");
    assert_eq!(numbers(&desk)[1], "6666666");
}

#[test]
fn a_draft_outlives_the_window_with_what_is_wrong_in_it() {
    let folder = sample();
    let kept = Kept::default();
    let size = egui::vec2(1600.0, 900.0);
    {
        let mut desk = Desk::sized(folder.path(), kept.clone(), size);
        desk.open(BRUCE);
        desk.set_cell("Phone 2 number", "12345678901234567890");
        desk.focus("Phone 1 prefix");
        desk.type_text("+4");
        // No Enter: the window goes in the middle of a word.
    }
    let mut desk = Desk::sized(folder.path(), kept, size);
    desk.sees("1 draft not sent");
    desk.open(BRUCE);
    assert_eq!(
        (desk.value("Phone 2 number"), desk.value("Phone 1 prefix")),
        ("12345678901234567890".into(), "+4".into())
    );
    assert!(desk.about("Phone 2 number").contains("20 characters, the schema allows 15"));
    assert_eq!(desk.value("Phone 1 number"), "3145926535");
}
