//! The history of a customer in the window, by keyboard: what each request did, and the ways back.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

#[path = "support/served.rs"]
mod served;
#[path = "support/window.rs"]
mod support;

use eframe::egui::{self, Key, Modifiers, Role};
use egui_kittest::Node;
use egui_kittest::kittest::NodeT;
use profile_desk::model::json::Json;
use profile_desk::model::profile::{CustomerId, Profile};
use profile_desk::model::request::Request;
use profile_desk::target::{self, Address, Connection};
use served::Served;
use support::{BRUCE, Desk, Kept, ZELIE, bytes, sample, send};

fn id() -> CustomerId {
    CustomerId::new(BRUCE).unwrap()
}

fn insert(desk: &Desk, body: &str) {
    send(desk.store().as_ref(), &[Request::InsertRecords(id(), Json::parse(body).unwrap())]);
}

/// The requests in the list, as they are read out.
fn listed(desk: &Desk) -> Vec<String> {
    let is_row = |node: &Node<'_>| node.accesskit_node().role() == Role::ListBoxOption;
    let rows = desk.ui.root().children_recursive().filter(is_row);
    let told = |node: Node<'_>| {
        let about = node.accesskit_node().data().description().unwrap_or_default().to_owned();
        about.contains(" · ").then(|| node.accesskit_node().label()).flatten()
    };
    rows.filter_map(told).collect()
}

/// All that a profile says, whatever the order of attributes and records.
fn said(profile: &Profile) -> Vec<String> {
    let core = profile.core.iter().map(|core| format!("{}={}", core.name, core.value));
    let records = profile.extensions.iter().flat_map(|extension| {
        extension.records.as_slice().iter().map(|record| {
            let members = record.attributes().map(|(name, value)| format!("{}={value}", name.decoded()));
            let mut members: Vec<String> = members.collect();
            members.sort();
            format!("{} {}", extension.name, members.join(","))
        })
    });
    let mut all: Vec<String> = core.chain(records).collect();
    all.sort();
    all
}

fn opened(desk: &mut Desk) {
    desk.press_with(Modifiers::COMMAND, Key::H);
    looked(desk);
}

fn looked(desk: &mut Desk) {
    desk.wait("the request", |desk| {
        desk.app().history.as_ref().is_some_and(|history| history.look().is_some())
    });
}

fn down(desk: &mut Desk, steps: usize) {
    for _ in 0..steps {
        desk.press(Key::ArrowDown);
    }
    looked(desk);
}

#[test]
fn a_customer_is_put_back_as_it_was_by_keys_alone() {
    let folder = sample();
    let mut desk = Desk::with(folder.path(), BRUCE);
    let was = desk.stored(BRUCE).unwrap();
    insert(
        &desk,
        r#"{"Phone":[{"PhoneType":2,"prefix":"+33","number":"7777777"},{"PhoneType":9,"number":"9"}]}"#,
    );
    insert(&desk, r#"{"Notes":[{"text":"theirs"}]}"#);
    opened(&mut desk);
    assert_eq!(
        listed(&desk)[..3],
        ["1 Notes record inserted", "2 Phone records inserted", "Customer created"]
    );
    assert_eq!(desk.focused().as_deref(), Some("1 Notes record inserted"));
    down(&mut desk, 1);
    assert!(desk.says("6543210 → 7777777"), "{:#?}", desk.names());
    down(&mut desk, 1);
    assert_eq!(desk.focused().as_deref(), Some("Customer created"));
    let before = bytes(&folder.path().join("store"));
    desk.press(Key::Enter);
    assert_eq!(desk.focused().as_deref(), Some("Put back as it was then"));
    desk.press(Key::Enter);
    desk.sees("The draft is the customer as it was then. Nothing was sent yet.");
    assert_eq!(bytes(&folder.path().join("store")), before);
    assert!(
        desk.has("2 kept · 1 changed · 2 removed") || desk.says("1 changed · 2 removed"),
        "{:#?}",
        desk.names()
    );
    desk.click("Show the requests");
    for request in [
        "POST /profiles/0004Va58A92T0017/extensions",
        "PUT /profiles/0004Va58A92T0017/extensions/Phone/delete/by/unique",
    ] {
        assert!(desk.says(request), "{request} among {:#?}", desk.names());
    }
    desk.submitted("accepted and read back");
    assert_eq!(said(&desk.stored(BRUCE).unwrap()), said(&was));
    opened(&mut desk);
    assert_eq!(listed(&desk)[1], "Phone record deleted", "the way back is history too: {:?}", listed(&desk));
}

#[test]
fn putting_back_is_one_step_that_undo_takes_back_with_all_that_was_typed() {
    let folder = sample();
    let mut desk = Desk::with(folder.path(), BRUCE);
    insert(&desk, r#"{"Phone":[{"PhoneType":9,"number":"9"}]}"#);
    desk.press(Key::F5);
    desk.wait("the record", |desk| desk.has("Phone, 4 records"));
    desk.set_cell("Phone 2 number", "1111111");
    desk.set_cell("Phone 1 PhoneType", "no number");
    opened(&mut desk);
    down(&mut desk, 1);
    desk.click("Put back as it was then");
    desk.sees("1 removed");
    assert_eq!(
        (desk.value("Phone 2 number"), desk.value("Phone 1 PhoneType")),
        ("6543210".into(), "0".into())
    );
    desk.undo();
    let typed = ("1111111".to_owned(), "no number".to_owned());
    assert_eq!((desk.value("Phone 2 number"), desk.value("Phone 1 PhoneType")), typed);
    assert!(desk.says("2 changed") && !desk.says("removed"), "{:#?}", desk.names());
}

#[test]
fn esc_leaves_and_the_keyboard_is_where_it_was() {
    let folder = sample();
    let mut desk = Desk::with(folder.path(), BRUCE);
    desk.focus("Phone 2 number");
    opened(&mut desk);
    desk.press(Key::Escape);
    desk.ui.run_steps(2);
    assert!(desk.app().history.is_none());
    assert_eq!(desk.focused().as_deref(), Some("Phone 2 number"));
    desk.focus("History");
    desk.press(Key::Enter);
    looked(&mut desk);
    desk.click("Back");
    desk.ui.run_steps(2);
    assert_eq!(desk.focused().as_deref(), Some("History"));
}

#[test]
fn one_change_is_taken_back_and_what_came_after_it_stays() {
    let folder = sample();
    let mut desk = Desk::with(folder.path(), BRUCE);
    insert(&desk, r#"{"Phone":[{"PhoneType":2,"prefix":"+33","number":"7777777"}]}"#);
    insert(&desk, r#"{"Phone":[{"PhoneType":9,"number":"9"}]}"#);
    opened(&mut desk);
    down(&mut desk, 1);
    desk.click("Take back this change");
    desk.submitted("accepted and read back");
    let phones = desk.records(BRUCE, "Phone");
    assert!(phones[1].contains("6543210") && phones[3].contains("\"9\""), "{phones:?}");
}

#[test]
fn what_was_changed_again_since_is_shown_and_stays_or_not_as_one_chooses() {
    for (button, number) in [("Take back all the same", "6543210"), ("Take back the rest", "8888888")] {
        let folder = sample();
        let mut desk = Desk::with(folder.path(), BRUCE);
        insert(
            &desk,
            r#"{"Phone":[{"PhoneType":2,"prefix":"+33","number":"7777777"},{"PhoneType":9,"number":"9"}]}"#,
        );
        insert(&desk, r#"{"Phone":[{"PhoneType":2,"prefix":"+33","number":"8888888"}]}"#);
        opened(&mut desk);
        down(&mut desk, 1);
        assert!(desk.says("of these places"), "{:#?}", desk.names());
        let told =
            "Phone 2 number: it was \"6543210\"; the request made it \"7777777\"; it is now \"8888888\"";
        assert!(desk.says(told), "{:#?}", desk.names());
        desk.click(button);
        desk.submitted("accepted and read back");
        let phones = desk.records(BRUCE, "Phone");
        assert_eq!((phones.len(), phones[1].contains(number)), (3, true), "{button}: {phones:?}");
    }
}

#[test]
fn what_cannot_be_as_it_was_is_said_before_anything_is_sent() {
    let folder = sample();
    let mut desk = Desk::with(folder.path(), BRUCE);
    let phone = r#"{"name":"Phone","type":"multi-valued","attributes":[{"name":"PhoneType","type":"integer"},
        {"name":"number","type":"string","length":9}],"unique":["PhoneType"]}"#;
    let requests = [
        Request::DeleteSchema("Orders".into()),
        Request::DeleteSchema("Phone".into()),
        Request::CreateSchema(Json::parse(phone).unwrap()),
    ];
    send(desk.store().as_ref(), &requests);
    opened(&mut desk);
    assert_eq!(listed(&desk)[0], "Schema of Phone created");
    assert!(desk.says("It changed nothing of this customer."));
    down(&mut desk, 2);
    assert!(desk.says("Schema of Orders deleted") && !desk.has("Take back this change"));
    assert!(desk.says("Orders cannot be put back: there is no schema of this extension any more."));
    down(&mut desk, 1);
    assert!(desk.says("Orders cannot be put back: there is no schema of this extension any more."));
    desk.click("Put back as it was then");
    desk.sees("This stays as it is: Orders: there is no schema of this extension any more.");
    assert!(desk.says("Phone 1 number: 10 characters") || desk.says("10 characters"), "{:#?}", desk.names());
    desk.submitted("accepted and read back");
    let phones = desk.records(BRUCE, "Phone");
    assert!(phones.len() == 2 && phones[0].contains("6543210"), "{phones:?}");
    assert!(desk.says("10 characters"), "the one that is refused stays in the draft: {:#?}", desk.names());
}

#[test]
fn one_who_was_deleted_is_found_by_its_history_and_created_anew() {
    let folder = sample();
    let mut desk = Desk::on(folder.path());
    let was = desk.stored(ZELIE).unwrap();
    send(desk.store().as_ref(), &[Request::DeleteProfile(CustomerId::new(ZELIE).unwrap())]);
    desk.find(ZELIE);
    desk.sees("Nobody has this.");
    let row = format!("History of {ZELIE}");
    desk.focus(&row);
    desk.press(Key::Enter);
    looked(&mut desk);
    assert!(desk.says("There was no such customer then.") && !desk.has("Put back as it was then"));
    down(&mut desk, 1);
    desk.press(Key::Enter);
    desk.press(Key::Enter);
    desk.sees("The draft is the customer as it was then.");
    desk.submitted("accepted and read back");
    assert_eq!(said(&desk.stored(ZELIE).unwrap()), said(&was));
}

#[test]
fn it_works_through_a_server_of_ours_and_a_target_without_history_says_so() {
    let folder = sample();
    let store = target::open(&folder.path().join("store")).unwrap();
    let server = Served::own(store.into());
    let address = Address::Server(Box::new(Connection::to(&server.url)));
    let mut desk = Desk::at(folder.path(), address, Kept::default(), egui::vec2(1600.0, 900.0));
    desk.settled();
    desk.open(BRUCE);
    let was = desk.stored(BRUCE).unwrap();
    desk.set_cell("Phone 2 number", "1111111");
    desk.submitted("accepted and read back");
    opened(&mut desk);
    assert!(desk.says("1 Phone record inserted"));
    down(&mut desk, 1);
    desk.press(Key::Enter);
    desk.press(Key::Enter);
    desk.sees("Nothing was sent yet.");
    desk.submitted("accepted and read back");
    assert_eq!(said(&desk.stored(BRUCE).unwrap()), said(&was));

    let document = folder.path().join("store.json");
    std::fs::copy("assets/samples/store.json", &document).unwrap();
    let address = Address::Store(document);
    let mut desk = Desk::at(folder.path(), address, Kept::default(), egui::vec2(1600.0, 900.0));
    desk.settled();
    desk.open(BRUCE);
    desk.press_with(Modifiers::COMMAND, Key::H);
    desk.sees("keeps no history of its customers.");
    assert_eq!(desk.focused().as_deref(), Some("Back"));
    desk.press(Key::Escape);
    desk.wait("the customer", |desk| desk.has("Phone, 3 records"));
}

#[test]
fn of_many_requests_only_those_that_are_seen_are_drawn() {
    let folder = sample();
    let zelie = CustomerId::new(ZELIE).unwrap();
    let one = |number: usize| {
        let body = format!(r#"{{"Phone":[{{"PhoneType":{},"number":"{number}"}}]}}"#, number % 7);
        Request::InsertRecords(zelie.clone(), Json::parse(&body).unwrap())
    };
    let store = target::open(&folder.path().join("store")).unwrap();
    send(store.as_ref(), &(0..2_000).map(one).collect::<Vec<_>>());
    let mut desk = Desk::with(folder.path(), ZELIE);
    opened(&mut desk);
    assert!(desk.says("requests"));
    assert!((5..60).contains(&listed(&desk).len()), "{}", listed(&desk).len());
    desk.press(Key::End);
    looked(&mut desk);
    assert!(desk.says("Request 1 ·"), "{:#?}", desk.names());
    desk.press(Key::Home);
    for _ in 0..50 {
        desk.press(Key::ArrowDown);
    }
    desk.wait("the request", |desk| {
        desk.app().history.as_ref().is_some_and(|history| history.look().is_some_and(|look| look.at == 50))
    });
    assert!(listed(&desk).len() < 60);
}
