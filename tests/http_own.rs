//! The client against the team server, over real sockets: what it has beyond the API, and what submit makes of it.

#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used, reason = "tests")]

#[path = "support/served.rs"]
mod served;

use profile_desk::model::apply::{RejectionKind, State};
use profile_desk::model::json::Json;
use profile_desk::model::profile::{CustomerId, Profile};
use profile_desk::model::request::Request;
use profile_desk::server::Users;
use profile_desk::target::http::{Step, test};
use profile_desk::target::submit::{Submitted, Wanted, submit};
use profile_desk::target::{
    Connection, HttpTarget, Loaded, LocalStore, Password, Stamp, Target, TargetError, Version,
};
use served::{AT, BY, Served, options};
use std::sync::Arc;

const PHONE: &str = r#"{"name":"Phone","type":"multi-valued","attributes":[{"name":"PhoneType","type":"integer","mandatory":true},{"name":"number","type":"string","length":15}],"unique":["PhoneType"]}"#;
const ADA: &str = r#"{"customer_id":"A b/é","Name":["Ada","L"],"Phone":[{"PhoneType":0,"number":"3145926535","odd":[10.10,1E5]},{"PhoneType":1,"number":"2"}]}"#;

/// A team server over an empty journal, and a client of it.
struct Desk {
    served: Served,
    store: Arc<dyn Target>,
    client: HttpTarget,
    _folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store: Arc<dyn Target> = Arc::new(LocalStore::create(&folder.path().join("store")).unwrap());
        let served = Served::own(Arc::clone(&store));
        let client = HttpTarget::open(&Connection::to(&served.url), None).unwrap();
        let desk = Self { served, store, client, _folder: folder };
        let made = desk.client.send(
            &[Request::CreateSchema(json(PHONE)), Request::CreateProfile(json(ADA))],
            None,
            &stamp(),
        );
        assert!(made.unwrap().iter().all(Result::is_ok));
        desk
    }

    fn load(&self) -> Loaded {
        self.client.load(&ada()).unwrap().unwrap()
    }

    /// Somebody else changes the customer.
    fn other(&self, body: &str) {
        let request = Request::UpdateProfile(ada(), json(body));
        assert!(self.store.send(&[request], None, &stamp()).unwrap()[0].is_ok());
    }
}

fn json(text: &str) -> Json {
    Json::parse(text).unwrap()
}

fn ada() -> CustomerId {
    CustomerId::new("A b/é").unwrap()
}

fn stamp() -> Stamp {
    Stamp { by: "somebody".into(), at: "2000-01-01T00:00:00.000Z".into() }
}

fn profile(text: &str) -> Profile {
    Profile::from_json(&json(text), |name| name == "Phone").unwrap()
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()
}

#[test]
fn the_client_sees_what_the_store_holds() {
    let desk = Desk::new();
    let can = desk.client.capabilities();
    assert!(can.own && can.listing && can.history && can.text_search && can.schemas);
    assert_eq!(desk.client.place(), desk.served.url);
    assert_eq!(desk.client.load(&ada()).unwrap(), desk.store.load(&ada()).unwrap());
    assert_eq!(desk.load().profile.to_json().as_str(), ADA);
    assert_eq!(desk.client.schemas().unwrap(), desk.store.schemas().unwrap());
    assert_eq!(desk.client.customers().unwrap(), [ada()]);
    let history = desk.client.history(&ada()).unwrap();
    assert_eq!(history, desk.store.history(&ada()).unwrap());
    assert_eq!(history.last().unwrap().stamp, Stamp { by: BY.into(), at: AT.into() });
    assert!(desk.client.load(&CustomerId::new("nobody").unwrap()).unwrap().is_none());
    assert_eq!(desk.client.damage(), None);
}

#[test]
fn customers_are_found_by_a_part_of_a_value_and_by_whole_ones() {
    let desk = Desk::new();
    let found = |text: &str, limit| desk.client.find(text, limit).unwrap().len();
    assert_eq!(
        [found("926 53", 9), found("aDa", 9), found("é", 9), found("&", 9), found("ada", 0)],
        [1, 1, 1, 0, 0]
    );
    let is = |wanted: &[(&str, &str)]| desk.client.identify(&pairs(wanted), 9).unwrap().len();
    assert_eq!(is(&[("Phone.number", "3145926535"), ("Name", "L")]), 1);
    assert_eq!(is(&[("Phone.number", "314")]), 0);
    assert_eq!(is(&[("customer_id", "A b/é")]), 1);
    assert_eq!(desk.client.find("Ada", 9).unwrap()[0].to_json().as_str(), ADA);
}

#[test]
fn a_record_without_attributes_is_a_record() {
    let desk = Desk::new();
    let home = r#"{"name":"Home","type":"single-valued","attributes":[]}"#;
    let requests = [Request::CreateSchema(json(home)), Request::InsertRecords(ada(), json(r#"{"Home":{}}"#))];
    assert!(desk.client.send(&requests, None, &stamp()).unwrap().iter().all(Result::is_ok));
    let held = desk.store.load(&ada()).unwrap().unwrap().profile;
    assert_eq!(held.records("Home").len(), 1);
    assert_eq!(desk.load().profile, held);
    assert_eq!(desk.client.find("Ada", 9).unwrap(), std::slice::from_ref(&held));
    assert_eq!(desk.client.identify(&pairs(&[("Name", "Ada")]), 9).unwrap(), [held]);
}

#[test]
fn a_submit_goes_whole_and_names_what_it_started_from() {
    let desk = Desk::new();
    let before = desk.load();
    let mine = profile(&ADA.replace("3145926535", "7").replace(r#","Phone""#, r#","New":1E0,"Phone""#));
    desk.other(r#"{"Name":["Ada","L"],"City":"Paris"}"#);
    let wanted = Wanted { base: Some(&before.profile), mine: Some(&mine) };
    let Submitted::Done { now: Some(now), joined: true, .. } =
        submit(&desk.client, &wanted, &stamp()).unwrap()
    else {
        panic!("it was not done");
    };
    let said = now.profile.to_json();
    assert!(said.as_str().contains(r#""City":"Paris""#) && said.as_str().contains(r#""New":1E0"#), "{said}");
    assert!(said.as_str().contains(r#"{"PhoneType":0,"number":"7","odd":[10.10,1E5]}"#), "{said}");
    assert!(now.version > before.version && before.version.is_some());
    assert_eq!(Some(now), desk.store.load(&ada()).unwrap());
}

#[test]
fn what_moved_meanwhile_is_said() {
    let desk = Desk::new();
    let from = desk.load().version;
    desk.other(r#"{"Name":"Ada"}"#);
    let rename = [Request::UpdateProfile(ada(), json(r#"{"Name":"Grace"}"#))];
    let error = desk.client.send(&rename, from, &stamp()).unwrap_err();
    assert!(matches!(&error, TargetError::Moved(id) if *id == ada()), "{error:?}");
    let home = r#"{"name":"Home","type":"single-valued","attributes":[]}"#;
    let from = desk.load().version;
    assert!(desk.store.send(&[Request::CreateSchema(json(home))], None, &stamp()).unwrap()[0].is_ok());
    let drop = [Request::DeleteSchema("Home".into())];
    let error = desk.client.send(&drop, from, &stamp()).unwrap_err();
    assert!(matches!(error, TargetError::SchemasMoved), "{error:?}");
    assert!(desk.client.send(&rename, desk.load().version, &stamp()).unwrap()[0].is_ok());
    assert!(desk.client.send(&[], Some(Version(0)), &stamp()).unwrap().is_empty());
}

#[test]
fn each_request_is_answered_for_itself_with_its_places() {
    let desk = Desk::new();
    let bad = Request::InsertRecords(ada(), json(r#"{"Phone":[{"PhoneType":0},{"PhoneType":"x"}]}"#));
    let made = Request::CreateProfile(json("{}"));
    let again = Request::CreateProfile(json(ADA));
    let answers = desk.client.send(&[bad, made, again], None, &stamp()).unwrap();
    let refused = answers[0].as_ref().unwrap_err();
    assert_eq!((refused.kind, refused.findings[0].place.record), (RejectionKind::Invalid, Some(2)));
    let id = answers[1].as_ref().unwrap().customer.clone().unwrap();
    assert!(desk.client.load(&id).unwrap().is_some());
    assert_eq!(answers[2].as_ref().unwrap_err().kind, RejectionKind::AlreadyExists);
}

#[test]
fn only_who_may_is_let_in() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(LocalStore::create(&folder.path().join("store")).unwrap());
    let mut options = options();
    options.users = Some(Users::parse("kent:superman").unwrap());
    options.prefix = "/cv".into();
    let served = Served::with(store, options);
    let mut connection = Connection::to(&format!("{}/cv", served.url));
    let refused = |connection: &Connection, password: Option<&str>| {
        let password = password.map(Password::new);
        let error = HttpTarget::open(connection, password.as_ref()).err().unwrap();
        assert!(matches!(error, TargetError::Credentials(_)), "{error:?}");
        let tried = test(connection, password.as_ref()).pop().unwrap();
        assert_eq!((tried.step, tried.result.is_err()), (Step::Credentials, true));
    };
    refused(&connection, None);
    connection.user = Some("kent".into());
    refused(&connection, None);
    refused(&connection, Some("batman"));
    let target = HttpTarget::open(&connection, Some(&Password::new("superman"))).unwrap();
    assert!(target.send(&[Request::CreateProfile(json("{}"))], None, &stamp()).unwrap()[0].is_ok());
}

#[test]
fn a_server_that_comes_back_is_used_again() {
    let mut desk = Desk::new();
    let before = desk.load();
    desk.served.stop();
    assert!(matches!(desk.client.load(&ada()), Err(TargetError::NotReached(_))));
    let insert = Request::InsertRecords(ada(), json(r#"{"Phone":[{"PhoneType":5}]}"#));
    let error = desk.client.send(std::slice::from_ref(&insert), before.version, &stamp()).unwrap_err();
    assert!(matches!(error, TargetError::NotReached(_)), "{error:?}");
    let address = desk.served.address.to_string();
    let _again = Served::own_at(&address, Arc::clone(&desk.store));
    assert_eq!(desk.load(), before);
    assert!(desk.client.send(&[insert], before.version, &stamp()).unwrap()[0].is_ok());
}

#[test]
fn a_server_of_others_is_asked_for_nothing_of_ours() {
    let served = Served::simulated(State::default(), "replace");
    let target = HttpTarget::open(&Connection::to(&served.url), None).unwrap();
    let can = target.capabilities();
    assert!(!can.own && !can.listing && !can.history && !can.text_search);
    assert!(matches!(target.customers(), Err(TargetError::NotOffered(_))));
    assert!(matches!(target.history(&ada()), Err(TargetError::NotOffered(_))));
}

#[test]
fn an_extension_that_came_into_being_between_two_readings_is_not_overlooked() {
    let desk = Desk::new();
    assert!(desk.load().profile.records("Note").is_empty());
    let made = desk.store.send(
        &[
            Request::CreateSchema(json(
                r#"{"name":"Note","type":"multi-valued","attributes":[{"name":"text","type":"string"}]}"#,
            )),
            Request::InsertRecords(ada(), json(r#"{"Note":[{"text":"one"}]}"#)),
        ],
        None,
        &stamp(),
    );
    assert!(made.unwrap().iter().all(Result::is_ok));
    assert_eq!(desk.load().profile.records("Note").len(), 1);
}

#[test]
fn a_wrong_prefix_is_not_a_server_without_customers() {
    let desk = Desk::new();
    let wrong = Connection::to(&format!("{}/gcs", desk.served.url));
    let client = HttpTarget::open(&wrong, None).unwrap();
    let error = client.load(&ada()).unwrap_err();
    assert!(error.to_string().contains("look at the prefix"), "{error}");
    let tried = test(&wrong, None);
    assert!(tried.last().unwrap().result.as_ref().unwrap_err().contains("prefix"), "{tried:?}");
}
