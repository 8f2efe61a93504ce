//! Clients that are slow, broken or many.

use super::{Desk, code, refused};
use crate::raw::{Line, request};
use crate::served;
use profile_desk::server::Limits;
use std::io::Read;
use std::thread;
use std::time::Duration;

/// What a server does not wait long for.
const SHORT: Duration = Duration::from_millis(300);

/// A server with room for one connection, and one limit that is short.
fn impatient(shorten: impl FnOnce(&mut Limits)) -> Desk {
    let mut options = served::options();
    options.limits.connections = 1;
    shorten(&mut options.limits);
    Desk::with(options)
}

#[test]
fn garbage_is_refused_and_its_connection_closed() {
    let desk = Desk::new();
    for garbage in [
        "\x16\x03\x01\x02\0\x01\0\x01\r\n\r\n".as_bytes(),
        b"GET\r\n\r\n",
        b"get it / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
        b"POST /profiles HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        b"POST /profiles HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
    ] {
        let mut line = desk.line();
        line.send(garbage);
        let answer = line.answer().unwrap();
        assert_eq!(answer.status, 400, "{}", String::from_utf8_lossy(garbage));
        assert!(line.is_closed());
    }
    assert_eq!(desk.ask("GET", "/x/customers", "").status, 200);
}

#[test]
fn a_head_that_is_too_large_is_refused() {
    let desk = Desk::new();
    let large = "x".repeat(60 << 10);
    assert_eq!(desk.line().ask_with("GET", "/server/status", &[("X-Odd", &large)], "").status, 200);
    let larger = "x".repeat(66 << 10);
    let mut line = desk.line();
    line.send(request("GET", "/server/status", &[("X-Odd", &larger)], "").as_bytes());
    assert_eq!(line.answer().unwrap().status, 431);
}

#[test]
fn a_body_that_is_too_large_is_refused_before_it_is_read() {
    let mut options = served::options();
    options.limits.request_bytes = 1000;
    let desk = Desk::with(options);
    let announced = "POST /profiles HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1001\r\n\r\n";
    let mut line = desk.line();
    line.send(announced.as_bytes());
    let answer = line.answer().unwrap();
    assert_eq!(refused(&answer), code(413, "too_large"));
    assert!(answer.error("description").contains("setting: request size"));
    let chunk = format!("1f4\r\n{}\r\n", " ".repeat(500));
    let head = "POST /profiles HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n";
    let mut line = desk.line();
    line.send(format!("{head}{chunk}{chunk}2\r\n{{}}\r\n0\r\n\r\n").as_bytes());
    assert_eq!(refused(&line.answer().unwrap()), code(413, "too_large"));
    let mut line = desk.line();
    line.send(format!("{head}{chunk}2\r\n{{}}\r\n0\r\n\r\n").as_bytes());
    assert_eq!(line.answer().unwrap().status, 201);
}

#[test]
fn a_body_that_is_cut_changes_nothing() {
    let desk = Desk::new();
    let mut line = desk.line();
    line.send(
        b"POST /profiles HTTP/1.1\r\nHost: localhost\r\nContent-Length: 22\r\n\r\n{\"customer_id\":\"A\"}",
    );
    line.stream.shutdown(std::net::Shutdown::Write).unwrap();
    assert!(line.answer().is_none_or(|answer| answer.status == 400));
    assert_eq!(desk.ask("GET", "/x/customers", "").body, r#"{"customers":[]}"#);
}

#[test]
fn a_client_that_closes_its_half_is_answered() {
    let desk = Desk::new();
    let mut line = desk.line();
    line.send(request("POST", "/profiles", &[], r#"{"customer_id":"A"}"#).as_bytes());
    line.stream.shutdown(std::net::Shutdown::Write).unwrap();
    assert_eq!(line.answer().unwrap().said(), (201, r#"{"customer_id":"A"}"#));
}

#[test]
fn who_is_slow_makes_room_for_others() {
    let desk = impatient(|limits| limits.head = SHORT);
    // Each of these holds the one place until it is thrown out; the next is answered only then.
    let _silent = desk.line();
    let mut half = desk.line();
    half.send(b"GET /server/st");
    assert!(half.answer().is_none(), "half a head is thrown out");
    let mut resting = desk.line();
    assert_eq!(resting.ask("GET", "/server/status", "").status, 200);
    assert_eq!(desk.ask("GET", "/x/customers", "").body, r#"{"customers":[]}"#);
}

#[test]
fn who_pauses_in_a_body_makes_room_for_others() {
    let desk = impatient(|limits| limits.pause = SHORT);
    let mut slow = desk.line();
    slow.send(b"POST /profiles HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{");
    assert_eq!(refused(&slow.answer().unwrap()), code(408, "too_slow"));
    drop(slow);
    assert_eq!(desk.ask("GET", "/x/customers", "").body, r#"{"customers":[]}"#);
}

#[test]
fn who_does_not_read_makes_room_for_others() {
    let desk = impatient(|limits| limits.unread = SHORT);
    let long = "x".repeat(20 << 20);
    assert_eq!(
        desk.ask("POST", "/profiles", &format!("{{\"customer_id\":\"A\",\"a\":\"{long}\"}}")).status,
        201
    );
    let mut deaf = desk.line();
    deaf.send(request("GET", "/profiles/A", &[("Connection", "close")], "").as_bytes());
    assert_eq!(desk.ask("GET", "/server/status", "").status, 200);
    let mut rest = Vec::new();
    let whole = deaf.stream.read_to_end(&mut rest).is_ok() && rest.len() > long.len();
    assert!(!whole, "the answer was cut");
}

#[test]
fn requests_in_one_go_are_answered_in_order() {
    let desk = Desk::new();
    let mut line = desk.line();
    let create = request("POST", "/profiles", &[], r#"{"customer_id":"A"}"#);
    let read = request("GET", "/profiles/A", &[], "");
    let delete = request("DELETE", "/profiles/A", &[], "{\"not\":\"read\"}");
    line.send(format!("{create}{read}{delete}{read}").as_bytes());
    let answers: Vec<u16> = (0..4).map(|_| line.answer().unwrap().status).collect();
    assert_eq!(answers, [201, 200, 200, 404]);
}

#[test]
fn fifty_at_once_are_all_served() {
    let desk = Desk::new();
    assert_eq!(desk.ask("POST", "/profiles", r#"{"customer_id":"A"}"#).status, 201);
    let mut lines: Vec<Line> = (0..50).map(|_| desk.line()).collect();
    thread::scope(|scope| {
        for (number, line) in lines.iter_mut().enumerate() {
            scope.spawn(move || {
                let body = format!("{{\"Phone\":[{{\"PhoneType\":{number}}}]}}");
                assert_eq!(line.ask("POST", "/profiles/A/extensions", &body).status, 200);
                let told = line.ask("GET", "/profiles/A?extensions=Phone", "").body;
                assert!(told.contains(&format!("{{\"PhoneType\":{number}}}")), "what was answered is there");
            });
        }
    });
    let held = desk.held("A");
    assert!((0..50).all(|number| held.contains(&format!("{{\"PhoneType\":{number}}}"))));
}
