//! Each switch of `serve --simulate` does what it says, over a real socket; and none of them says that the server is ours.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "support/raw.rs"]
mod raw;
#[path = "support/served.rs"]
mod served;

use profile_desk::model::apply::{Reading, State, apply};
use profile_desk::model::json::Json;
use profile_desk::model::profile::CustomerId;
use profile_desk::model::request::Request;
use profile_desk::server::Simulation;
use raw::{Answer, Line, ask};
use served::Served;
use std::io::{ErrorKind, Read};
use std::time::Duration;

const PHONE: &str = r#"{"name":"Phone","type":"multi-valued","attributes":[{"name":"PhoneType","type":"integer","mandatory":true},{"name":"number","type":"string","length":15},{"name":"since","type":"datetime"},{"name":"born","type":"date"}],"unique":["PhoneType"]}"#;
const ADDRESS: &str =
    r#"{"name":"Address","type":"single-valued","attributes":[{"name":"City","type":"string"}]}"#;
const CUSTOMER: &str = r#"{"customer_id":"A","Name":"","Age":7,"Phone":[{"PhoneType":0,"number":""},{"PhoneType":1,"number":"1","main":true}]}"#;

/// Both schemas and a customer.
fn state() -> State {
    let mut state = State::default();
    let json = |text: &str| Json::parse(text).unwrap();
    let requests = [
        Request::CreateSchema(json(PHONE)),
        Request::CreateSchema(json(ADDRESS)),
        Request::CreateProfile(json(CUSTOMER)),
    ];
    for request in requests {
        apply(&mut state, &request, Reading::Upsert).unwrap();
    }
    state
}

fn serve(switches: &str) -> Served {
    Served::simulated(state(), switches)
}

fn get(served: &Served, path: &str) -> Answer {
    ask(served.address, "GET", path, "")
}

fn profile(served: &Served) -> String {
    get(served, "/profiles/A?extensions=Phone,Address").body
}

fn insert(served: &Served, body: &str) -> Answer {
    ask(served.address, "POST", "/profiles/A/extensions", body)
}

/// What the server holds, whatever it tells.
fn held(served: &Served, extension: &str) -> Vec<String> {
    let state = served.state();
    let profile = &state.profiles[&CustomerId::new("A").unwrap()];
    profile.records(extension).iter().map(|record| record.json().to_string()).collect()
}

#[test]
fn whatever_is_simulated_the_server_is_not_ours() {
    for name in Simulation::NAMES {
        let served = serve(name);
        let status = get(&served, "/server/status");
        let mode = if name == "maintenance" { "maintenance" } else { "production" };
        let told = format!("{{\"version\":\"{}\",\"mode\":\"{mode}\"}}", env!("CARGO_PKG_VERSION"));
        assert_eq!(status.said(), (200, told.as_str()), "{name}");
        for path in ["/x/customers", "/x/find?text=a", "/x/history/A"] {
            assert_eq!(get(&served, path).status, 404, "{name}");
        }
        assert_eq!(ask(served.address, "POST", "/x/send", "{\"requests\":[]}").status, 404, "{name}");
        assert_eq!(get(&served, "/profiles/A").header("etag"), None, "{name}");
    }
}

#[test]
fn switches_are_read_in_any_order_and_number() {
    for name in Simulation::NAMES {
        assert!(Simulation::parse(name).is_ok(), "{name}");
        assert!(Simulation::help().contains(&format!("  {name}")), "{name}");
        let twice = Simulation::parse(&format!("{name},{name}")).unwrap_err();
        assert_eq!(twice, format!("{name} and {name} exclude each other"));
    }
    assert!(Simulation::parse("replace, no-unique ,busy=2").is_ok());
    for (text, sentence) in [
        ("upsert,replace", "upsert and replace exclude each other"),
        ("absent,busy,null-empty", "absent and null-empty exclude each other"),
        ("strict=1", "strict takes no number"),
        ("busy=many", "busy=N: \"many\" is no whole number"),
    ] {
        assert_eq!(Simulation::parse(text).unwrap_err(), sentence);
    }
    assert!(
        Simulation::parse("slow").unwrap_err().starts_with("slow is nothing to simulate; there are upsert, ")
    );
    assert!(Simulation::parse("").is_err());
}

#[test]
fn upsert_keeps_other_records_and_replace_does_not() {
    let body = r#"{"Phone":[{"PhoneType":1},{"PhoneType":2}]}"#;
    let served = serve("upsert");
    assert_eq!(insert(&served, body).said(), (200, "{}"));
    assert_eq!(
        held(&served, "Phone"),
        [r#"{"PhoneType":0,"number":""}"#, r#"{"PhoneType":1}"#, r#"{"PhoneType":2}"#]
    );
    let served = serve("replace");
    assert_eq!(insert(&served, body).said(), (200, "{}"));
    assert_eq!(held(&served, "Phone"), [r#"{"PhoneType":1}"#, r#"{"PhoneType":2}"#]);
    assert_eq!(insert(&served, r#"{"Phone":[]}"#).status, 200);
    assert!(held(&served, "Phone").is_empty());
    assert_eq!(profile(&served), r#"{"customer_id":"A","Name":"","Age":7,"Phone":[]}"#);
}

#[test]
fn dates_in_other_forms_are_refused_or_come_back_in_utc() {
    let odd = r#"{"Phone":[{"PhoneType":2,"since":"2026-11-24T10:30:00+01:00","born":"20261124"}]}"#;
    let served = serve("strict-dates");
    assert_eq!(insert(&served, odd).status, 400);
    let served = serve("lenient-dates");
    assert_eq!(insert(&served, odd).status, 200);
    let expected = r#"{"PhoneType":2,"since":"2026-11-24T09:30:00.000Z","born":"2026-11-24"}"#;
    assert_eq!(held(&served, "Phone")[2], expected);
    let update = r#"{"PhoneType":2,"since":"2026-11-24T09:30:01Z"}"#;
    assert_eq!(ask(served.address, "PUT", "/profiles/A/extensions/Phone/by/unique", update).status, 204);
    assert_eq!(held(&served, "Phone")[2], r#"{"PhoneType":2,"since":"2026-11-24T09:30:01.000Z"}"#);
    assert_eq!(insert(&served, r#"{"Phone":[{"PhoneType":3,"since":"yesterday"}]}"#).status, 400);
}

#[test]
fn strict_refuses_attributes_that_the_schema_does_not_know() {
    let body = r#"{"Phone":[{"PhoneType":2,"odd":1}]}"#;
    let served = serve("strict");
    let answer = insert(&served, body);
    assert_eq!((answer.status, answer.error("code").as_str()), (400, "invalid"));
    assert_eq!(answer.error("description"), "Phone 1 odd: the schema does not know this attribute");
    assert_eq!(held(&served, "Phone").len(), 2);
    assert_eq!(ask(served.address, "POST", "/profiles/B/extensions", body).status, 404);
    assert_eq!(insert(&serve("upsert"), body).status, 200);
}

#[test]
fn schemas_come_in_other_forms() {
    let at = "/metadata/profiles/extensions";
    let served = serve("string-flags");
    let told = PHONE.replace("true", "\"true\"").replace("15", "\"15\"");
    assert_eq!(get(&served, at).body, format!("[{told},{ADDRESS}]"));
    assert_eq!(get(&served, &format!("{at}/Phone")).body, told);
    let served = serve("no-unique");
    let told = PHONE.replace(r#","unique":["PhoneType"]"#, "");
    assert_eq!(get(&served, at).body, format!("[{told},{ADDRESS}]"));
    assert_eq!(get(&served, &format!("{at}/phone")).body, told);
    // It is not told, but it holds.
    assert_eq!(insert(&served, r#"{"Phone":[{"PhoneType":0}]}"#).status, 200);
    assert_eq!(held(&served, "Phone").len(), 2);
    let served = serve("one-schema-object");
    assert_eq!(get(&served, at).body, format!("[{PHONE},{ADDRESS}]"));
    assert_eq!(ask(served.address, "DELETE", &format!("{at}/Address"), "").status, 204);
    assert_eq!(get(&served, at).body, PHONE);
}

#[test]
fn metadata_can_be_forbidden_and_profiles_still_be_had() {
    let served = serve("no-metadata");
    for path in ["extensions", "extensions/Phone"] {
        let answer = get(&served, &format!("/metadata/profiles/{path}"));
        assert_eq!((answer.status, answer.error("code").as_str()), (403, "forbidden"));
    }
    assert_eq!(get(&served, "/metadata/profiles").status, 403);
    assert_eq!(ask(served.address, "POST", "/metadata/profiles/extensions", ADDRESS).status, 403);
    assert_eq!(ask(served.address, "DELETE", "/metadata/profiles/extensions/Phone", "").status, 403);
    assert_eq!(profile(&served), CUSTOMER);
}

#[test]
fn the_update_of_a_record_can_be_missing() {
    let served = serve("no-update-record");
    let (update, delete) =
        ("/profiles/A/extensions/Phone/by/unique", "/profiles/A/extensions/Phone/delete/by/unique");
    let record = r#"{"PhoneType":0}"#;
    let answer = ask(served.address, "PUT", update, record);
    assert_eq!((answer.status, answer.error("code").as_str()), (405, "not_allowed"));
    assert_eq!(ask(served.address, "PUT", delete, record).status, 204);
    assert_eq!(held(&served, "Phone").len(), 1);
}

#[test]
fn changes_can_be_answered_without_content() {
    let served = serve("no-content");
    assert_eq!(insert(&served, "{}").said(), (204, ""));
    assert_eq!(ask(served.address, "PUT", "/profiles/A", "{}").said(), (204, ""));
    assert_eq!(ask(served.address, "POST", "/profiles", r#"{"customer_id":"B"}"#).status, 201);
    assert_eq!(ask(served.address, "DELETE", "/profiles/A", "").said(), (204, ""));
}

#[test]
fn an_extension_without_records_comes_in_four_forms() {
    for (switch, told) in [
        ("upsert", r#""Phone":[]"#),
        ("absent", ""),
        ("null-empty", r#""Phone":null,"Address":null"#),
        ("object-empty", r#""Phone":{},"Address":{}"#),
    ] {
        let served = serve(switch);
        assert_eq!(ask(served.address, "PUT", "/profiles/A", r#"{"Phone":[]}"#).status, 200);
        let comma = if told.is_empty() { "" } else { "," };
        assert_eq!(profile(&served), format!("{{\"customer_id\":\"A\"{comma}{told}}}"), "{switch}");
        assert_eq!(get(&served, "/profiles/A").body, "{\"customer_id\":\"A\"}", "not asked for");
    }
}

#[test]
fn profiles_come_in_other_forms() {
    let told = |switches: &str| profile(&serve(switches));
    assert_eq!(
        told("string-values"),
        r#"{"customer_id":"A","Name":"","Age":"7","Phone":[{"PhoneType":"0","number":""},{"PhoneType":"1","number":"1","main":"true"}]}"#
    );
    assert_eq!(
        told("null-strings"),
        r#"{"customer_id":"A","Name":null,"Age":7,"Phone":[{"PhoneType":0,"number":null},{"PhoneType":1,"number":"1","main":true}]}"#
    );
    assert_eq!(
        told("lower-keys"),
        r#"{"customer_id":"A","name":"","age":7,"phone":[{"phonetype":0,"number":""},{"phonetype":1,"number":"1","main":true}]}"#
    );
    assert_eq!(
        told("upper-keys,absent"),
        r#"{"CUSTOMER_ID":"A","NAME":"","AGE":7,"PHONE":[{"PHONETYPE":0,"NUMBER":""},{"PHONETYPE":1,"NUMBER":"1","MAIN":true}]}"#
    );
    assert_eq!(
        told("null-absent"),
        r#"{"customer_id":"A","Name":"","Age":7,"Phone":[{"PhoneType":0,"number":"","since":null,"born":null},{"PhoneType":1,"number":"1","main":true,"since":null,"born":null}]}"#
    );
    let served = serve("lower-keys,string-values");
    let found = get(&served, "/profiles?Name=&include_profile=yes&extensions=Phone").body;
    assert_eq!(
        found,
        r#"[{"customer_id":"A","name":"","age":"7","phone":[{"phonetype":"0","number":""},{"phonetype":"1","number":"1","main":"true"}]}]"#
    );
}

#[test]
fn errors_come_in_six_forms() {
    let text = "there is no customer B<";
    let own = r#"{"http_method":"GET","uri":"/profiles/B%3C","http_code":404,"code":"unknown_customer","description":"there is no customer B<","findings":[{"severity":"error","sentence":"there is no customer B<"}]}"#;
    for (switch, kind, body) in [
        ("upsert", Some("application/json"), format!("{{\"error\":{own}}}")),
        ("error-bare", Some("application/json"), own.to_owned()),
        ("error-assign", Some("application/json"), format!("error = {own}")),
        (
            "error-gms",
            Some("application/json"),
            format!("{{\"message\":\"{text}\",\"exception\":\"com.example.ContextServicesException\"}}"),
        ),
        (
            "error-html",
            Some("text/html"),
            "<html><body><h1>Error</h1><p>there is no customer B&lt;</p></body></html>".to_owned(),
        ),
        ("error-empty", None, String::new()),
    ] {
        let answer = get(&serve(switch), "/profiles/B%3C");
        assert_eq!((answer.said(), answer.header("content-type")), ((404, body.as_str()), kind), "{switch}");
    }
}

#[test]
fn maintenance_puts_off_changes_of_profiles_alone() {
    let served = serve("maintenance");
    let answer = insert(&served, "[");
    assert_eq!((answer.status, answer.error("code").as_str()), (503, "maintenance"));
    let schema = r#"{"name":"Fax","type":"classifier"}"#;
    assert_eq!(ask(served.address, "POST", "/metadata/profiles/extensions", schema).status, 201);
    assert_eq!(profile(&served), CUSTOMER);
}

#[test]
fn a_busy_server_takes_changes_later() {
    let served = serve("busy=2");
    for _ in 0..2 {
        let answer = insert(&served, r#"{"Phone":[]}"#);
        assert_eq!((answer.status, answer.header("retry-after")), (503, Some("0")));
        assert_eq!(profile(&served), CUSTOMER, "reading goes on");
    }
    assert_eq!(insert(&served, r#"{"Phone":[]}"#).status, 200);
}

#[test]
fn a_cut_connection_has_no_answer_and_the_change_was_made_or_not() {
    let body = r#"{"Phone":[{"PhoneType":2}]}"#;
    for (switch, made) in [("cut-after-commit=2", 3), ("cut-before=2", 2)] {
        let served = serve(switch);
        for _ in 0..2 {
            let mut line = Line::to(served.address);
            line.send(raw::request("POST", "/profiles/A/extensions", &[], body).as_bytes());
            assert_eq!(line.answer(), None, "{switch}");
            assert_eq!(held(&served, "Phone").len(), made, "{switch}");
        }
        assert_eq!(insert(&served, body).said(), (200, "{}"), "{switch}");
        assert_eq!(held(&served, "Phone").len(), 3, "{switch}");
    }
    let served = serve("cut-after-commit");
    assert_eq!(insert(&served, r#"{"Phone":[{}]}"#).status, 400, "a refusal is no change");
}

#[test]
fn latency_delays_every_answer() {
    let mut options = served::options();
    options.limits.stop = Duration::from_millis(100);
    let served = Served::simulated_with(state(), "latency=3600000", options);
    let mut line = Line::to(served.address);
    line.stream.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
    line.send(raw::request("GET", "/server/status", &[], "").as_bytes());
    let error = line.stream.read(&mut [0]).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut), "{error}");
}

#[test]
fn the_server_can_insist_on_ids_of_its_own() {
    let served = serve("own-ids");
    let made = ask(served.address, "POST", "/profiles", r#"{"Customer_ID":"B","Name":"Bob"}"#);
    let id = made.body.strip_prefix(r#"{"customer_id":""#).and_then(|rest| rest.strip_suffix("\"}")).unwrap();
    assert_eq!((made.status, id.len()), (201, 16));
    assert_eq!(
        get(&served, &format!("/profiles/{id}")).body,
        format!(r#"{{"customer_id":"{id}","Name":"Bob"}}"#)
    );
    assert_eq!(get(&served, "/profiles/B").status, 404);
}
