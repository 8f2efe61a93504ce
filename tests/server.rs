//! The team server over real sockets: every route, byte for byte.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "support/raw.rs"]
mod raw;
#[path = "support/served.rs"]
mod served;

use profile_desk::model::profile::CustomerId;
use profile_desk::target::{LocalStore, Target};
use raw::{Answer, ask};
use served::Served;
use std::sync::Arc;

const PHONE: &str = r#"{"name":"Phone","type":"multi-valued","attributes":[{"name":"PhoneType","type":"integer","mandatory":true},{"name":"number","type":"string","length":15}],"unique":["PhoneType"]}"#;
const ADDRESS: &str =
    r#"{"name":"Address","type":"single-valued","attributes":[{"name":"City","type":"string"}]}"#;

/// A server over an empty journal, with both schemas.
struct Desk {
    served: Served,
    store: Arc<dyn Target>,
    _folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store: Arc<dyn Target> = Arc::new(LocalStore::create(&folder.path().join("store")).unwrap());
        let served = Served::own(Arc::clone(&store));
        let desk = Self { served, store, _folder: folder };
        for schema in [PHONE, ADDRESS] {
            assert_eq!(desk.ask("POST", "/metadata/profiles/extensions", schema).status, 201);
        }
        desk
    }

    fn ask(&self, method: &str, path: &str, body: &str) -> Answer {
        ask(self.served.address, method, path, body)
    }

    fn held(&self, id: &str) -> String {
        self.store.load(&CustomerId::new(id).unwrap()).unwrap().unwrap().profile.to_json().to_string()
    }
}

#[test]
fn a_customer_from_the_first_request_to_the_last() {
    let desk = Desk::new();
    let made = desk.ask("POST", "/profiles", r#"{ "customer_id" : "A b/é" , "Name" : ["Ada", "L"] }"#);
    assert_eq!(made.said(), (201, r#"{"customer_id":"A b/é"}"#));
    assert_eq!(made.header("location"), Some("/profiles/A%20b%2F%C3%A9"));
    assert_eq!(made.header("content-type"), Some("application/json"));
    let at = "/profiles/A%20b%2F%C3%A9";
    let body = r#"{"customer_id":"A b/é","Phone":[{"PhoneType":0,"number":"1","odd":[10.10,1E5,1e400]},{"phonetype":1}]}"#;
    assert_eq!(desk.ask("POST", &format!("{at}/extensions"), body).said(), (200, "{}"));
    let record = r#"{"number":"\u0032","PhoneType":1}"#;
    assert_eq!(desk.ask("PUT", &format!("{at}/extensions/phone/by/unique"), record).said(), (204, ""));
    let all = r#"{"customer_id":"A b/é","Name":["Ada", "L"],"Phone":[{"PhoneType":0,"number":"1","odd":[10.10,1E5,1e400]},{"number":"\u0032","PhoneType":1}]}"#;
    assert_eq!(
        desk.ask("GET", &format!("{at}?extensions=PHONE"), "").said(),
        (200, all.replace(", ", ",").as_str())
    );
    let key = r#"{"PhoneType":"0"}"#;
    assert_eq!(desk.ask("PUT", &format!("{at}/extensions/Phone/delete/by/unique"), key).said(), (204, ""));
    assert_eq!(desk.ask("PUT", at, r#"{"Name":"Ada"}"#).said(), (200, "{}"));
    assert_eq!(
        desk.held("A b/é"),
        r#"{"customer_id":"A b/é","Name":"Ada","Phone":[{"number":"\u0032","PhoneType":1}]}"#
    );
    assert_eq!(desk.ask("DELETE", at, "").said(), (200, "{}"));
    let gone = desk.ask("GET", at, "");
    assert_eq!((gone.status, gone.error("code").as_str()), (404, "unknown_customer"));
}
