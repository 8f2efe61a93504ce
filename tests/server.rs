//! The team server over real sockets: every route, byte for byte.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "server/hostile.rs"]
mod hostile;
#[path = "support/raw.rs"]
mod raw;
#[path = "support/served.rs"]
mod served;
#[path = "server/users.rs"]
mod users;
#[path = "server/writes.rs"]
mod writes;

use profile_desk::model::json::Json;
use profile_desk::model::profile::CustomerId;
use profile_desk::model::request::Request;
use profile_desk::server::Options;
use profile_desk::target::{LocalStore, Stamp, Target};
use raw::{Answer, Line, ask};
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
        Self::with(served::options())
    }

    fn with(options: Options) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store: Arc<dyn Target> = Arc::new(LocalStore::create(&folder.path().join("store")).unwrap());
        let schemas = [PHONE, ADDRESS].map(|schema| Request::CreateSchema(Json::parse(schema).unwrap()));
        let stamp = Stamp { by: "test".into(), at: served::AT.into() };
        assert!(store.send(&schemas, None, &stamp).unwrap().iter().all(Result::is_ok));
        let served = Served::with(Arc::clone(&store), options);
        Self { served, store, _folder: folder }
    }

    fn line(&self) -> Line {
        Line::to(self.served.address)
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

/// Status and code of an error.
fn refused(answer: &Answer) -> (u16, String) {
    (answer.status, answer.error("code"))
}

fn code(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

#[test]
fn a_profile_is_told_with_the_extensions_that_are_asked_for() {
    let desk = Desk::new();
    let body = r#"{"customer_id":"A","Name":"Ada","Phone":[{"PhoneType":0}]}"#;
    assert_eq!(desk.ask("POST", "/profiles", body).status, 201);
    let told = |query: &str| desk.ask("GET", &format!("/profiles/A{query}"), "").body;
    assert_eq!(told(""), r#"{"customer_id":"A","Name":"Ada"}"#);
    assert_eq!(told("?extensions="), told(""));
    assert_eq!(told("?extensions=pHONE,Unknown,Address"), body);
    let empty = r#"{"customer_id":"B"}"#;
    assert_eq!(desk.ask("POST", "/profiles", empty).status, 201);
    let told = desk.ask("GET", "/profiles/B?extensions=Phone,Address", "");
    assert_eq!(told.said(), (200, r#"{"customer_id":"B","Phone":[]}"#));
    assert_eq!(told.header("etag"), Some("\"4\""), "two schemas, two customers");
    let head = desk.line().ask("HEAD", "/profiles/B", "");
    assert_eq!((head.status, head.header("content-length")), (200, Some("19")));
}

#[test]
fn a_customer_without_an_id_gets_one() {
    let desk = Desk::new();
    let made = desk.ask("POST", "/profiles", r#"{"Name":"Ada"}"#);
    let id = made.body.strip_prefix(r#"{"customer_id":""#).and_then(|rest| rest.strip_suffix("\"}")).unwrap();
    assert_eq!((made.status, id.len()), (201, 16));
    assert_eq!(made.header("location"), Some(format!("/profiles/{id}").as_str()));
    assert_eq!(desk.held(id), format!(r#"{{"customer_id":"{id}","Name":"Ada"}}"#));
}

#[test]
fn customers_are_found_by_what_they_have() {
    let desk = Desk::new();
    for body in [
        r#"{"customer_id":"A","Name":"Ada L","Mail":["a@x","b@x"],"Phone":[{"PhoneType":1,"number":"7"}]}"#,
        r#"{"customer_id":"B","Name":"Bob","Mail":"b@x","Phone":[{"PhoneType":1,"number":"8"}]}"#,
    ] {
        assert_eq!(desk.ask("POST", "/profiles", body).status, 201);
    }
    let found = |query: &str| desk.ask("GET", &format!("/profiles?{query}"), "").body;
    assert_eq!(found("Mail=b@x"), r#"[{"customer_id":"A"},{"customer_id":"B"}]"#);
    assert_eq!(found("mail=b%40x&id_key=byMail&Phone.number=8"), r#"[{"customer_id":"B"}]"#);
    assert_eq!(
        found("Name=Ada+L&include_profile=yes"),
        r#"[{"customer_id":"A","Name":"Ada L","Mail":["a@x","b@x"]}]"#
    );
    assert_eq!(
        found("Name=Bob&extensions=phone&include_extensions=unique"),
        r#"[{"customer_id":"B","Phone":[{"PhoneType":1,"number":"8"}]}]"#
    );
    assert_eq!(
        found("Mail=b@x&extensions=Phone&include_extensions=unique"),
        r#"[{"customer_id":"A"},{"customer_id":"B"}]"#
    );
    assert_eq!(found("Name=bob"), "[]");
    for wrong in ["", "id_key=x", "Name=Bob&include_profile=perhaps", "Name=%ff"] {
        assert_eq!(
            refused(&desk.ask("GET", &format!("/profiles?{wrong}"), "")),
            code(400, "invalid"),
            "{wrong}"
        );
    }
}

#[test]
fn schemas_are_told_as_they_came_and_deleted_with_their_records() {
    let desk = Desk::new();
    let at = "/metadata/profiles/extensions";
    assert_eq!(desk.ask("GET", at, "").said(), (200, format!("[{PHONE},{ADDRESS}]").as_str()));
    assert_eq!(desk.ask("GET", &format!("{at}/phone"), "").said(), (200, PHONE));
    assert_eq!(refused(&desk.ask("GET", &format!("{at}/Fax"), "")), code(404, "unknown_extension"));
    assert_eq!(refused(&desk.ask("POST", at, PHONE)), code(409, "already_exists"));
    let made = desk.ask("POST", at, r#"{ "name":"Fax" ,"type":"classifier"}"#);
    assert_eq!(
        (made.said(), made.header("location")),
        ((201, r#"{"name":"Fax"}"#), Some("/metadata/profiles/extensions/Fax"))
    );
    assert_eq!(desk.ask("POST", "/profiles", r#"{"customer_id":"A","Phone":[{"PhoneType":0}]}"#).status, 201);
    assert_eq!(desk.ask("DELETE", &format!("{at}/PHONE"), "").said(), (204, ""));
    assert_eq!(desk.held("A"), r#"{"customer_id":"A"}"#);
    assert_eq!(desk.ask("GET", "/metadata/profiles", "").said(), (200, "[]"));
    assert_eq!(desk.ask("GET", "/metadata/identification-keys", "").said(), (200, "[]"));
}

#[test]
fn two_customers_become_one() {
    let desk = Desk::new();
    for body in [
        r#"{"customer_id":"A","Mail":["a"],"Phone":[{"PhoneType":0,"number":"1"}]}"#,
        r#"{"customer_id":"B","Mail":["b"],"Phone":[{"PhoneType":0,"number":"2"},{"PhoneType":1}]}"#,
    ] {
        assert_eq!(desk.ask("POST", "/profiles", body).status, 201);
    }
    assert_eq!(desk.ask("PUT", "/profiles/A/merge/B", "{}").said(), (204, ""));
    assert_eq!(
        desk.held("A"),
        r#"{"customer_id":"A","Mail":["a","b"],"Phone":[{"PhoneType":0,"number":"1"},{"PhoneType":1}]}"#
    );
    assert_eq!(refused(&desk.ask("PUT", "/profiles/A/merge/B", "{}")), code(404, "unknown_customer"));
}

#[test]
fn what_is_refused_says_why_and_where_in_the_order_of_the_page() {
    let desk = Desk::new();
    assert_eq!(desk.ask("POST", "/profiles", r#"{"customer_id":"A"}"#).status, 201);
    let before = desk.held("A");
    let insert = |who: &str, body: &str| desk.ask("POST", &format!("/profiles/{who}/extensions"), body);
    for (who, body, expected) in [
        ("nobody", "{\"Fax\":[1,]}", code(400, "not_json")),
        ("nobody", "", code(400, "not_json")),
        ("A", " \n", code(400, "not_json")),
        ("nobody", r#"{"Fax":[]}"#, code(404, "unknown_customer")),
        ("A", r#"{"Fax":[],"Phone":[{}]}"#, code(404, "unknown_extension")),
        ("A", r#"{"Phone":[{}]}"#, code(400, "invalid")),
        ("A", r#"{"customer_id":"B"}"#, code(400, "invalid")),
        ("A", "[]", code(400, "invalid")),
        ("ABCDEFGHIJKLMNOPQ", "{}", code(400, "invalid")),
        ("%ff", "{}", code(400, "invalid")),
        ("A%00", "{}", code(400, "invalid")),
    ] {
        assert_eq!(refused(&insert(who, body)), expected, "{who} {body}");
    }
    let answer = insert("A", r#"{"Phone":[{"PhoneType":0},{"PhoneType":"x","number":"0123456789012345"}]}"#);
    assert_eq!(
        answer.said(),
        (
            400,
            r#"{"error":{"http_method":"POST","uri":"/profiles/A/extensions","http_code":400,"code":"invalid","description":"Phone 2 PhoneType: this is text, the schema wants an integer; Phone 2 number: 16 characters, the schema allows 15","findings":[{"extension":"Phone","record":2,"attribute":"PhoneType","severity":"error","sentence":"this is text, the schema wants an integer"},{"extension":"Phone","record":2,"attribute":"number","severity":"error","sentence":"16 characters, the schema allows 15"}]}}"#
        )
    );
    let printed = std::fs::read_to_string("assets/samples/insert-phone-as-printed.json").unwrap();
    let answer = insert("A", &printed);
    assert_eq!(refused(&answer), code(400, "not_json"));
    assert!(answer.error("description").contains("line 8, column 14:"), "{}", answer.body);
    let keyed = |method: &str, path: &str, body: &str| refused(&desk.ask(method, path, body));
    assert_eq!(
        keyed("PUT", "/profiles/A/extensions/Phone/by/unique", r#"{"PhoneType":9}"#),
        code(404, "unknown_record")
    );
    assert_eq!(keyed("PUT", "/profiles/A/extensions/Address/by/unique", "{}"), code(400, "invalid"));
    assert_eq!(keyed("POST", "/profiles", r#"{"customer_id":"A"}"#), code(409, "already_exists"));
    assert_eq!(desk.held("A"), before);
}

#[test]
fn what_there_is_not_says_so_in_the_same_form() {
    let desk = Desk::new();
    for (method, path) in [
        ("GET", "/"),
        ("GET", "/profiles/"),
        ("GET", "/profiles/A/extensions/Phone/by"),
        ("PUT", "/x/checkpoint/A"),
        ("GET", "//profiles"),
        ("POST", "/profiles/A/../B/extensions"),
    ] {
        let answer = desk.ask(method, path, r#"{"customer_id":"A"}"#);
        assert_eq!(refused(&answer), code(404, "not_found"), "{method} {path}");
        assert_eq!((answer.error("http_method"), answer.error("uri")), (method.to_owned(), path.to_owned()));
    }
    for (method, path, allow) in [
        ("PUT", "/profiles/A/extensions", "POST"),
        ("DELETE", "/profiles", "GET,HEAD,POST"),
        ("PATCH", "/profiles/A", "GET,HEAD,PUT,DELETE"),
        ("POST", "/server/status", "GET,HEAD"),
    ] {
        let answer = desk.ask(method, path, "{}");
        assert_eq!(refused(&answer), code(405, "not_allowed"), "{method} {path}");
        assert_eq!(answer.header("allow"), Some(allow), "{method} {path}");
    }
}

#[test]
fn the_server_says_what_it_is() {
    let desk = Desk::new();
    let version = env!("CARGO_PKG_VERSION");
    let told = format!(
        r#"{{"version":"{version}","mode":"production","profile_desk":{{"customers":0,"history":true,"text_search":true}}}}"#
    );
    assert_eq!(desk.ask("GET", "/server/status", "").said(), (200, told.as_str()));
}

#[test]
fn our_own_additions_list_find_and_tell_the_past() {
    let desk = Desk::new();
    for body in [r#"{"customer_id":"B","Name":"Bob"}"#, r#"{"customer_id":"A","Tel":"+33 (1) 22"}"#] {
        assert_eq!(desk.ask("POST", "/profiles", body).status, 201);
    }
    assert_eq!(desk.ask("GET", "/x/customers", "").said(), (200, r#"{"customers":["A","B"]}"#));
    let found = |query: &str| desk.ask("GET", &format!("/x/find?{query}"), "");
    assert_eq!(found("text=33-122").said(), (200, r#"[{"customer_id":"A","Tel":"+33 (1) 22"}]"#));
    assert_eq!(found("limit=1&text=b").said(), (200, r#"[{"customer_id":"B","Name":"Bob"}]"#));
    assert_eq!(found("text=zzz").said(), (200, "[]"));
    assert_eq!(refused(&found("limit=1")), code(400, "invalid"));
    assert_eq!(refused(&found("text=b&limit=-1")), code(400, "invalid"));
    let past = r#"[{"seq":3,"at":"2026-11-24T09:30:00.000Z","by":"server","method":"POST","path":"/profiles","body":{"customer_id":"B","Name":"Bob"}}]"#;
    assert_eq!(desk.ask("GET", "/x/history/B", "").said(), (200, past));
}

#[test]
fn what_was_planned_from_an_older_state_is_refused_whole() {
    let desk = Desk::new();
    assert_eq!(desk.ask("POST", "/profiles", r#"{"customer_id":"A"}"#).status, 201);
    let insert = r#"{"method":"POST","path":"/profiles/A/extensions","body":{"Phone":[{"PhoneType":1E0}]}}"#;
    let odd = r#"{"method":"POST","path":"/profiles/A/extensions","body":{"Phone":[{"PhoneType":1}]}}"#;
    let send = |body: &str| desk.ask("POST", "/x/send", body);
    let both = format!(r#"{{"planned_from":3,"requests":[{odd},{insert}]}}"#);
    let finding = r#"{"extension":"Phone","record":1,"attribute":"PhoneType","severity":"error","sentence":"1E0 is not a whole number"}"#;
    let told =
        format!(r#"{{"answers":[{{"customer":"A"}},{{"refused":"invalid","findings":[{finding}]}}]}}"#);
    assert_eq!(send(&both).said(), (200, told.as_str()));
    let answer = send(&both);
    assert_eq!(refused(&answer), code(409, "moved"));
    assert_eq!(answer.error("customer"), "A");
    let schema = r#"{"name":"Fax","type":"classifier"}"#;
    assert_eq!(desk.ask("POST", "/metadata/profiles/extensions", schema).status, 201);
    let delete =
        r#"{"planned_from":4,"requests":[{"method":"DELETE","path":"/metadata/profiles/extensions/Fax"}]}"#;
    assert_eq!(refused(&send(delete)), code(409, "schemas_moved"));
    for wrong in [
        "",
        "{}",
        r#"{"requests":[{"method":"PUT","path":"/x/checkpoint/A","body":{"customer_id":"A"}}]}"#,
        r#"{"requests":[{"method":"GET","path":"/profiles/A"}]}"#,
        r#"{"planned_from":"x","requests":[]}"#,
    ] {
        assert_eq!(refused(&send(wrong)), code(400, "invalid"), "{wrong}");
    }
    assert_eq!(desk.held("A"), r#"{"customer_id":"A","Phone":[{"PhoneType":1}]}"#);
}

#[test]
fn a_prefix_stands_before_every_path() {
    let mut options = served::options();
    options.prefix = "/genesys/1/cs".into();
    let desk = Desk::with(options);
    let made = desk.ask("POST", "/genesys/1/cs/profiles", r#"{"customer_id":"A"}"#);
    assert_eq!((made.status, made.header("location")), (201, Some("/genesys/1/cs/profiles/A")));
    assert_eq!(desk.ask("POST", "/genesys/1/cs/profiles/A/extensions", "{}").said(), (200, "{}"));
    assert_eq!(refused(&desk.ask("GET", "/profiles/A", "")), code(404, "not_found"));
    assert_eq!(refused(&desk.ask("PUT", "/genesys/1/cs/profiles", "{}")), code(405, "not_allowed"));
}
