//! Who is let in.

use super::{Desk, code, refused};
use crate::raw::Answer;
use crate::served;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use profile_desk::model::profile::CustomerId;
use profile_desk::server::Users;

fn with_users() -> Desk {
    let mut options = served::options();
    options.users = Users::parse("kent:superman\nlois:läne\n").ok();
    Desk::with(options)
}

fn ask(desk: &Desk, user: &str, method: &str, path: &str, body: &str) -> Answer {
    let credentials = format!("Basic {}", STANDARD.encode(user));
    desk.line().ask_with(method, path, &[("Authorization", &credentials)], body)
}

#[test]
fn nobody_gets_anything_without_the_right_password() {
    let desk = with_users();
    for path in ["/server/status", "/profiles/A", "/x/customers", "/metadata/profiles/extensions", "/nothing"]
    {
        let answer = desk.ask("GET", path, "");
        assert_eq!(refused(&answer), code(401, "credentials"), "{path}");
        assert_eq!(answer.header("www-authenticate"), Some("Basic realm=\"Profile Desk\""));
        assert_eq!(ask(&desk, "kent:superwoman", "GET", path, "").status, 401, "{path}");
    }
    // Before the body is judged, and although it is long.
    let long = "x".repeat(500_000);
    let answer = ask(&desk, "kent:", "POST", "/profiles", &long);
    assert_eq!(refused(&answer), code(401, "credentials"));
    assert!(!answer.body.contains("kent"), "{}", answer.body);
    assert_eq!(ask(&desk, "lois:läne", "GET", "/server/status", "").status, 200);
}

#[test]
fn a_change_is_by_who_signed_in() {
    let desk = with_users();
    for (user, id) in [("kent:superman", "A"), ("lois:läne", "B")] {
        let body = format!("{{\"customer_id\":\"{id}\"}}");
        assert_eq!(ask(&desk, user, "POST", "/profiles", &body).status, 201);
    }
    let by = |id: &str| desk.store.history(&CustomerId::new(id).unwrap()).unwrap().pop().unwrap().stamp.by;
    assert_eq!((by("A").as_str(), by("B").as_str()), ("kent", "lois"));
}

#[test]
fn a_web_page_gets_nothing() {
    let desk = Desk::new();
    let mut line = desk.line();
    let made = line.ask_with("POST", "/profiles", &[("Origin", "null")], "{}");
    assert_eq!(refused(&made), code(403, "forbidden"));
    let host = "GET /x/customers HTTP/1.1\r\nHost: evil.example\r\n\r\n";
    line.send(host.as_bytes());
    assert_eq!(refused(&line.answer().unwrap()), code(403, "forbidden"));
    let bare = "GET /x/customers HTTP/1.0\r\n\r\n";
    line.send(bare.as_bytes());
    assert_eq!(line.answer().unwrap().said(), (200, r#"{"customers":[]}"#));
    // Where users sign in, a browser that leads a page here has no password, and a proxy may give any name.
    let desk = with_users();
    let mut line = desk.line();
    line.send(b"GET /x/customers HTTP/1.1\r\nHost: desk.example\r\nAuthorization: Basic a2VudDpzdXBlcm1hbg==\r\n\r\n");
    assert_eq!(line.answer().unwrap().status, 200);
}
