//! The window on servers: connections, signing in, what fails and how it goes on. The servers are real ones on port 0.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

#[path = "support/served.rs"]
mod served;
#[path = "support/window.rs"]
mod support;

use eframe::egui::{self, Key, Modifiers, Role};
use egui_kittest::kittest::NodeT;
use profile_desk::app::state::TargetState;
use profile_desk::model::apply::{Reading, State, apply};
use profile_desk::model::json::Json;
use profile_desk::model::profile::CustomerId;
use profile_desk::model::request::Request;
use profile_desk::server::Users;
use profile_desk::target::{self, Address, Connection, Target};
use profile_desk::transfer::read::{Content, read};
use served::{Served, options};
use std::net::TcpListener;
use std::sync::Arc;
use support::{BRUCE, Desk, Kept, sample};

const SIZE: egui::Vec2 = egui::vec2(1600.0, 900.0);

/// What the sample store holds, for a server that is not ours.
fn state() -> State {
    let mut state = State::default();
    for item in read(include_str!("../assets/samples/store.json")).unwrap() {
        let request = match item.content {
            Content::Schema(json) => Request::CreateSchema(json),
            Content::Profile(json) => Request::CreateProfile(json),
            _ => panic!("neither a schema nor a profile"),
        };
        apply(&mut state, &request, Reading::Upsert).unwrap();
    }
    state
}

/// The sample store, served by our own server.
fn own(folder: &std::path::Path) -> Served {
    Served::own(served_store(folder))
}

fn served_store(folder: &std::path::Path) -> Arc<dyn Target> {
    target::open(&folder.join("store")).unwrap().into()
}

fn address(url: &str) -> Address {
    Address::Server(Box::new(Connection::to(url)))
}

/// The window on a server, open or not.
fn desk_at(folder: &std::path::Path, url: &str) -> Desk {
    let mut desk = Desk::at(folder, address(url), Kept::default(), SIZE);
    desk.settled();
    desk
}

/// Presses Tab until what has the keyboard has this name.
fn tab_to(desk: &mut Desk, name: &str) {
    for _ in 0..40 {
        if desk.focused().as_deref() == Some(name) {
            return;
        }
        desk.press(Key::Tab);
    }
    panic!("Tab never comes to {name}: {:#?}", desk.names());
}

/// A port where nothing listens.
fn nothing() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

#[derive(Debug)]
struct Dropped(std::path::PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &std::path::Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|error| error.to_string())
    }
}

fn phone(profile: &profile_desk::model::profile::Profile, at: usize) -> String {
    profile.records("Phone")[at].get("number").unwrap().text().unwrap().into_owned()
}

#[test]
fn a_connection_is_made_tested_and_opened_by_keyboard_alone() {
    let folder = sample();
    let served = own(folder.path());
    let local = tempfile::tempdir().unwrap();
    let mut desk = Desk::on(local.path());
    desk.click("Open another target…");
    desk.press(Key::Escape);
    desk.click("Target: Local store · store · not there yet");
    tab_to(&mut desk, "New connection…");
    desk.press(Key::Enter);
    desk.ui.run_steps(3);
    assert_eq!(desk.focused().as_deref(), Some("Name"));
    desk.type_text("Paris");
    tab_to(&mut desk, "Address");
    let wrong = nothing();
    desk.type_text(&wrong);
    tab_to(&mut desk, "Test connection");
    desk.press(Key::Enter);
    desk.sees("✗ Connection fails: ");
    assert!(desk.says("othing listens at"), "{:#?}", desk.names());
    assert_eq!((desk.value("Name"), desk.value("Address")), ("Paris".into(), wrong), "what was typed stays");

    desk.set_field("Address", &served.url);
    tab_to(&mut desk, "Test connection");
    desk.press(Key::Enter);
    desk.sees("✓ Schemas works: ");
    assert!(!desk.says("✗"), "{:#?}", desk.names());
    tab_to(&mut desk, "Save and open");
    desk.press(Key::Enter);
    desk.sees("This server has 10 customers.");
    assert!(desk.has("Target: Server · Paris"), "{:#?}", desk.names());
    let kept = desk.kept.2.lock().unwrap().clone();
    assert_eq!(
        kept.iter().map(|kept| (kept.title(), kept.url.as_str())).collect::<Vec<_>>(),
        [("Paris", served.url.as_str())]
    );
}

#[test]
fn targets_are_chosen_with_the_arrow_keys() {
    let folder = sample();
    let served = own(folder.path());
    let kept = Kept::default();
    let mut paris = Connection::to(&served.url);
    paris.name = "Paris".into();
    kept.2.lock().unwrap().push(paris);
    let mut desk = Desk::sized(folder.path(), kept, SIZE);
    desk.click("Target: Local store · store");
    desk.ui.run_steps(2);
    assert_eq!(desk.focused().as_deref(), Some("Your own store"));
    desk.press(Key::ArrowDown);
    assert_eq!(desk.focused().as_deref(), Some("Sample data"));
    desk.press(Key::ArrowDown);
    assert_eq!(desk.focused().as_deref(), Some("Paris"));
    desk.press(Key::Enter);
    desk.sees("This server has 10 customers.");
    desk.click("Target: Server · Paris");
    desk.click("Remove Paris");
    desk.ui.run_steps(2);
    desk.press(Key::Enter);
    desk.ui.run_steps(2);
    assert!(desk.kept.2.lock().unwrap().is_empty() && !desk.has("Remove Paris"));
    assert!(desk.app().ready().is_some(), "the target stays open");
}

#[test]
fn esc_asks_before_what_was_typed_of_a_connection_goes() {
    let folder = sample();
    let mut desk = Desk::on(folder.path());
    desk.click("Target: Local store · store");
    desk.click("New connection…");
    desk.ui.run_steps(2);
    desk.type_text("Paris");
    desk.press(Key::Escape);
    desk.sees("What you typed is not kept yet.");
    desk.click("Keep editing");
    assert_eq!(desk.value("Name"), "Paris");
    desk.press(Key::Escape);
    desk.click("Throw it away");
    desk.ui.run_steps(2);
    assert!(!desk.has("Name"));
}

#[test]
fn a_phone_is_changed_on_a_server_and_a_server_that_went_loses_no_draft() {
    let folder = sample();
    let mut served = own(folder.path());
    let mut desk = desk_at(folder.path(), &served.url);
    desk.open(BRUCE);
    desk.set_cell("Phone 2 number", "6543211");
    desk.submitted("Submitted: 1 request was accepted");
    assert_eq!(phone(&desk.stored(BRUCE).unwrap(), 1), "6543211");

    desk.set_cell("Phone 2 number", "7777777");
    served.stop();
    desk.submitted("was not reached: nothing listens at");
    for text in ["Nothing was changed. Your draft is kept.", "1 changed"] {
        assert!(desk.says(text), "{text}: {:#?}", desk.names());
    }
    assert_eq!(desk.value("Phone 2 number"), "7777777");
    let _again = Served::own_at(&served.address.to_string(), served_store(folder.path()));
    desk.click("Try again");
    desk.wait("the submit", |desk| desk.app().notice.as_ref().is_some_and(|n| n.text.contains("accepted")));
    assert_eq!(phone(&desk.stored(BRUCE).unwrap(), 1), "7777777");
    assert!(desk.kept.0.lock().unwrap().is_empty(), "the draft is still kept");
}

#[test]
fn a_server_that_is_not_there_leaves_rail_and_drafts_and_a_way_back() {
    let folder = sample();
    let mut desk = Desk::with(folder.path(), BRUCE);
    desk.set_cell("Phone 2 number", "7777777");
    let url = nothing();
    let kept = desk.kept.clone();
    desk.click("Target: Local store · store");
    desk.click("New connection…");
    desk.set_field("Address", &url);
    desk.click("Save and open");
    desk.settled();
    assert!(desk.says("is not reached") && desk.says("othing listens at"), "{:#?}", desk.names());
    assert!(desk.says(&format!("Target: Server · {} · not reached", url.trim_start_matches("http://"))));
    assert_eq!(kept.0.lock().unwrap().len(), 1, "the draft stays on the disk");
    desk.click("Switch to Local store · store");
    desk.sees("1 draft not sent");
    desk.open(BRUCE);
    assert_eq!(desk.value("Phone 2 number"), "7777777");
}

#[test]
fn a_wrong_password_is_said_to_be_wrong_and_the_user_stays_typed() {
    let folder = sample();
    let options =
        profile_desk::server::Options { users: Some(Users::parse("kent:superman\n").unwrap()), ..options() };
    let served = Served::with(served_store(folder.path()), options);
    let mut desk = desk_at(folder.path(), &served.url);
    assert!(desk.says("signed out"), "{:#?}", desk.names());
    desk.sees("wants a user and a password");
    assert_eq!(desk.focused().as_deref(), Some("User"));
    desk.type_text("kent");
    tab_to(&mut desk, "Password");
    desk.type_text("batman");
    desk.press(Key::Enter);
    desk.sees("refuses the user kent");
    desk.ui.run_steps(2);
    assert_eq!((desk.value("User"), desk.focused().as_deref()), ("kent".into(), Some("Password")));
    assert!(!desk.says("batman"), "a password is not shown");
    desk.type_text("superman");
    desk.press(Key::Enter);
    desk.sees("This server has 10 customers.");
    desk.open(BRUCE);
    assert!(!format!("{:?}", desk.app().connections).contains("superman"));
}

#[test]
fn a_server_that_never_answers_is_not_waited_for() {
    let folder = sample();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let mut desk = Desk::at(folder.path(), address(&url), Kept::default(), SIZE);
    desk.sees("Connecting to");
    desk.wait("Cancel", |desk| desk.has("Cancel"));
    desk.press(Key::Escape);
    desk.sees("You did not wait for it");
    assert!(matches!(desk.app().target, TargetState::Failed(..)));
    desk.click("Try again");
    desk.wait("Cancel", |desk| desk.has("Cancel"));
    desk.click("Cancel");
    desk.sees("You did not wait for it");
}

#[test]
fn a_slow_submit_can_be_cancelled_and_the_customer_read_again() {
    let folder = sample();
    let served = Served::simulated(state(), "latency=700");
    let mut desk = desk_at(folder.path(), &served.url);
    desk.open(BRUCE);
    desk.set_cell("Phone 2 number", "7777777");
    desk.submit();
    desk.wait("Cancel", |desk| desk.says("Submitting…") && desk.has("Cancel"));
    assert_eq!(desk.value("Phone 2 number"), "7777777", "what is typed stays on the screen");
    desk.press(Key::Escape);
    desk.wait("an answer", |desk| !desk.app().is_sending());
    assert!(desk.says("Your draft is kept"), "{:#?}", desk.names());
    assert!(desk.has("Try again") || desk.has("Read again"));
    assert_eq!(desk.value("Phone 2 number"), "7777777");
    desk.submitted("accepted");
    assert_eq!(phone(&served.state().profiles[&CustomerId::new(BRUCE).unwrap()], 1), "7777777");
}

#[test]
fn a_slow_reading_can_be_cancelled_and_what_was_open_stays() {
    let folder = sample();
    let served = Served::simulated(state(), "latency=700");
    let mut desk = desk_at(folder.path(), &served.url);
    desk.open(BRUCE);
    desk.find("0004Va58A92T0177");
    desk.wait("Cancel", |desk| desk.says("Loading") && desk.has("Cancel"));
    assert!(desk.has("Phone 2 number"), "the last good data stay");
    desk.click("Cancel");
    desk.sees("Cancelled; nothing was changed.");
    assert!(desk.app().doing().is_none() && desk.has("Phone 2 number"));
    desk.find("0004Va58A92T0177");
    desk.wait("the customer", |desk| {
        desk.app().open.as_ref().is_some_and(|open| open.draft.id().as_str() == "0004Va58A92T0177")
    });
}

#[test]
fn a_lost_answer_is_settled_by_reading_back_and_a_reload_can_be_tried_again() {
    let folder = sample();
    let mut served = Served::simulated(state(), "cut-after-commit=1");
    let mut desk = desk_at(folder.path(), &served.url);
    desk.open(BRUCE);
    desk.set_cell("Phone 2 number", "7777777");
    let (held, at) = (served.held(), served.address.to_string());
    desk.submitted("accepted");
    assert_eq!(phone(&served.state().profiles[&CustomerId::new(BRUCE).unwrap()], 1), "7777777");
    served.stop();
    desk.press(Key::F5);
    desk.sees("was not reached");
    assert!(desk.has("Phone 2 number"), "the last good data stay");
    let _again = Served::simulated_at(&at, held, options());
    desk.click("Try again");
    desk.sees("Read again.");
}

#[test]
fn a_new_customer_gets_the_id_of_the_server_and_the_draft_moves_there() {
    let folder = sample();
    let served = Served::simulated(state(), "own-ids");
    let mut desk = desk_at(folder.path(), &served.url);
    desk.press_with(Modifiers::COMMAND, Key::N);
    desk.sees("The server gives the customer an ID");
    desk.press(Key::Enter);
    desk.wait("the draft", |desk| desk.app().open.is_some());
    let placeholder = desk.app().open.as_ref().unwrap().draft.id().clone();
    assert!(!desk.says(placeholder.as_str()), "an ID that nobody gave is not shown: {:#?}", desk.names());
    desk.click("Phone, 0 records");
    desk.click("Add record");
    desk.type_text("2");
    desk.press(Key::Enter);
    desk.set_cell("Phone 1 number", "4711");
    assert_eq!(desk.kept.0.lock().unwrap().len(), 1);
    desk.submitted("accepted");
    let id = desk.app().open.as_ref().unwrap().draft.id().clone();
    assert_ne!(id, placeholder);
    assert_eq!(phone(&served.state().profiles[&id], 0), "4711");
    assert!(!served.state().profiles.contains_key(&placeholder));
    assert!(desk.kept.0.lock().unwrap().is_empty(), "the draft is done with");
    assert!(desk.app().drafts().is_empty());
    assert!(desk.app().lists().recent.contains(&id) && !desk.app().lists().recent.contains(&placeholder));
    desk.set_cell("Phone 1 number", "4712");
    desk.submitted("accepted");
    assert_eq!(phone(&served.state().profiles[&id], 0), "4712");
}

#[test]
fn what_can_undo_what_others_wrote_is_asked_for_once() {
    let folder = sample();
    let served = Served::simulated(state(), "upsert");
    let mut desk = desk_at(folder.path(), &served.url);
    desk.open(BRUCE);
    desk.click("Orders, 2 records");
    desk.click("Profile");
    desk.set_field("FirstName 1", "Robert");
    desk.press(Key::Enter);
    let only_core = desk.says("The complete profile is sent");
    assert!(!only_core, "core attributes alone carry no extension");
    // Records without unique attributes are changed with the complete profile.
    let id = CustomerId::new(BRUCE).unwrap();
    let note = Json::parse(r#"{"Notes":[{"text":"one"},{"text":"two"}]}"#).unwrap();
    let target = target::open_address(&address(&served.url), None).unwrap();
    support::send(target.as_ref(), &[Request::InsertRecords(id.clone(), note)]);
    desk.press(Key::F5);
    desk.sees("Notes, 2 records");
    desk.click("Notes, 2 records");
    desk.set_cell("Notes 1 text", "changed");
    desk.sees("The complete profile is sent: what others wrote since it was read can be lost.");
    desk.submit();
    desk.sees("Send the complete profile?");
    assert!(!desk.app().is_sending());
    desk.press(Key::Escape);
    desk.ui.run_steps(2);
    assert!(
        !desk.app().is_sending()
            && served.state().profiles[&id].records("Notes")[0].json().to_string().contains("one")
    );
    desk.submit();
    desk.sees("Send the complete profile?");
    desk.press(Key::Enter);
    desk.wait("the submit", |desk| desk.app().notice.as_ref().is_some_and(|n| n.text.contains("accepted")));
    assert!(served.state().profiles[&id].records("Notes")[0].json().to_string().contains("changed"));
}

#[test]
fn what_a_server_does_not_offer_is_said_where_it_is_missed() {
    let folder = sample();
    let served = Served::simulated(state(), "no-metadata");
    let mut desk = desk_at(folder.path(), &served.url);
    assert!(!desk.says("customers."), "it does not list them");
    assert!(!desk.has("Import…"));
    desk.find("Banner");
    desk.wait("an answer", |desk| desk.app().doing().is_none());
    assert!(desk.app().notice.is_none() || desk.app().search.hint.is_some(), "{:?}", desk.app().notice);
    desk.open(BRUCE);
    assert!(desk.says("This server does not tell its schemas: types follow the values."));
    let file = folder.path().join("store.json");
    std::fs::write(&file, include_str!("../assets/samples/store.json")).unwrap();
    desk.ui.input_mut().dropped_files.push(Arc::new(Dropped(file)));
    desk.ui.run_ok();
    desk.sees("Importing is offered on local stores");
}

/// Every control of a dialog has a name and stands inside the window.
fn fits(desk: &mut Desk, what: &str) {
    desk.ui.run_steps(3);
    let window = desk.ui.ctx.content_rect().expand(0.5);
    for node in desk.ui.root().children_recursive() {
        let inner = node.accesskit_node();
        if inner.role() == Role::Button {
            let name = inner.label().unwrap_or_default();
            assert!(!name.trim().is_empty(), "{what}: a button without a name");
            let rect = node.rect();
            let across = rect.left() >= window.left() && rect.right() <= window.right();
            assert!(across, "{what}: {name} at {rect:?} is outside of the window");
        }
    }
    for name in ["Cancel", "Save and open", "Sign in", "Open store"] {
        let found = desk.ui.root().children_recursive().find(|node| {
            let node = node.accesskit_node();
            node.role() == Role::Button && node.label().as_deref() == Some(name)
        });
        let Some(found) = found else { continue };
        assert!(found.rect().bottom() <= window.bottom(), "{what}: {name} at {:?} is below", found.rect());
    }
}

#[test]
fn dialogs_about_targets_fit_every_window() {
    for (width, height) in [(1600.0, 900.0), (1000.0, 720.0), (640.0, 420.0)] {
        let folder = sample();
        let kept = Kept::default();
        for number in 0..12 {
            let mut connection = Connection::to(&nothing());
            connection.name = format!("Server with quite a long name, number {number}");
            kept.2.lock().unwrap().push(connection);
        }
        let mut desk = Desk::sized(folder.path(), kept, egui::vec2(width, height));
        let at = |what: &str| format!("{width} x {height}, {what}");
        desk.click("Target: Local store · store");
        fits(&mut desk, &at("targets"));
        desk.click("New connection…");
        fits(&mut desk, &at("connection"));
        desk.set_field("Address", &nothing());
        for button in ["Add header", "Add extension", "Test connection"] {
            tab_to(&mut desk, button);
            desk.press(Key::Enter);
        }
        desk.sees("✗ Connection fails");
        fits(&mut desk, &at("test"));
        desk.press(Key::Escape);
        fits(&mut desk, &at("leaving"));
        desk.click("Throw it away");
    }
}

#[test]
fn the_reading_of_a_server_is_found_out_with_consent_and_leaves_nobody() {
    let folder = sample();
    let served = Served::simulated(state(), "replace");
    let before = served.state().profiles;
    let mut desk = Desk::on(folder.path());
    desk.click("Target: Local store · store");
    desk.click("New connection…");
    desk.set_field("Address", &served.url);
    desk.click("Find out…");
    desk.sees("A scratch customer is made on this server");
    desk.click("Rather not");
    assert_eq!(served.state().profiles, before, "nobody agreed");
    desk.click("Find out…");
    desk.click("Find out now");
    desk.wait("the reading", |desk| desk.app().probing.as_ref().is_some_and(|asked| asked.result.is_some()));
    let chosen = |desk: &Desk, name: &str| {
        let node = desk.get(name);
        node.accesskit_node().toggled() == Some(egui::accesskit::Toggled::True)
    };
    assert!(chosen(&desk, "Replaces"), "{:#?}", desk.names());
    assert_eq!(served.state().profiles, before, "the scratch customer is gone");
    desk.click("Upserts");
    desk.ui.run_steps(3);
    assert!(chosen(&desk, "Upserts"), "whoever knows better may choose");
    desk.set_field("Address", &nothing());
    assert!(desk.has("Find out…"), "another server is another question");
}
