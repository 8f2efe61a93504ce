//! Testing a connection: which step fails, and what it says.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

#[path = "support/scripted.rs"]
mod scripted;

use profile_desk::target::connection::Declared;
use profile_desk::target::http::{Step, test};
use profile_desk::target::{Connection, HttpTarget, Password};
use scripted::{Act, Scripted, answer, json};

const STATUS: &str = r#"{"version":"8.5.1","mode":"Production"}"#;
const PHONE: &str =
    r#"[{"name":"Phone","type":"multi-valued","attributes":[{"name":"PhoneType","type":"integer"}]}]"#;

fn connection(server: &Scripted) -> Connection {
    let mut connection = Connection::to(&format!("http://127.0.0.1:{}/cv", server.port));
    connection.user = Some("kent".into());
    connection
}

/// The last step, and its sentence; all before it were fine, and came in order.
fn last(connection: &Connection) -> (Step, Result<String, String>) {
    let mut tried = test(connection, Some(&Password::new("superman")));
    let last = tried.pop().unwrap();
    assert!(tried.iter().all(|tried| tried.result.is_ok()), "{tried:?}");
    let steps = [Step::Address, Step::Name, Step::Connect, Step::Tls, Step::Status, Step::Credentials];
    assert!(tried.iter().map(|tried| tried.step).eq(steps.into_iter().take(tried.len())), "{tried:?}");
    (last.step, last.result)
}

fn failed(connection: &Connection, step: Step, words: &str) {
    let (at, result) = last(connection);
    let sentence = result.unwrap_err();
    assert_eq!(at, step, "{sentence}");
    assert!(sentence.contains(words) && !sentence.contains("superman"), "{sentence}");
}

#[test]
fn all_steps_of_a_good_server_say_what_was_seen() {
    let server = Scripted::http();
    server.on("GET /cv/server/status", [json("200 OK", STATUS)]);
    server.on("GET /cv/metadata/profiles/extensions", [json("200 OK", PHONE)]);
    let tried = test(&connection(&server), Some(&Password::new("superman")));
    let said: Vec<String> = tried.into_iter().map(|tried| tried.result.unwrap()).collect();
    assert_eq!(
        said,
        [
            format!("requests go to http://127.0.0.1:{}/cv", server.port),
            "the host is a number, no name needs to be looked up".into(),
            format!("connected to 127.0.0.1:{}", server.port),
            "no TLS, and what is sent stays on this computer".into(),
            "version 8.5.1, in production mode".into(),
            "the user kent is let in".into(),
            "it tells 1 schemas: Phone".into(),
        ]
    );
    assert_eq!(server.seen().len(), 2, "two readings and nothing else");
}

#[test]
fn the_first_steps_fail_by_themselves() {
    failed(&Connection::to("ucs.example"), Step::Address, "begins with http://");
    let mut plain = Connection::to("http://ucs.example");
    plain.user = Some("kent".into());
    failed(&plain, Step::Address, "everybody could read the credentials");
    failed(&Connection::to("https://ucs.invalid"), Step::Name, "the name ucs.invalid is not known");
    let unused = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    failed(&Connection::to(&format!("http://127.0.0.1:{unused}")), Step::Connect, "nothing listens");
}

#[test]
fn a_server_that_answers_oddly_is_told_by_its_step() {
    for (status, schemas, step, words) in [
        (Act::Cut(b"SSH-2.0-OpenSSH\r\n".to_vec()), None, Step::Status, "does not speak HTTP"),
        (Act::Cut(Vec::new()), None, Step::Status, "the connection was cut"),
        (json("500 Oops", ""), None, Step::Status, "failed at GET /server/status (500)"),
        (
            Act::Send(answer("301 Moved", "Location: /new/server/status\r\n", "")),
            None,
            Step::Status,
            "/new the address",
        ),
        (json("401 No", ""), None, Step::Credentials, "refuses the user kent"),
        (json("200 OK", STATUS), Some(json("401 No", "")), Step::Credentials, "refuses the user kent"),
        (
            json("404 No", ""),
            Some(json("404 No", "")),
            Step::Schemas,
            "nothing here looks like such a server",
        ),
        (json("200 OK", "<html>"), Some(json("200 OK", "<html>")), Step::Schemas, "web page"),
    ] {
        let server = Scripted::http();
        server.on("GET /cv/server/status", [status]);
        if let Some(schemas) = schemas {
            server.on("GET /cv/metadata/profiles/extensions", [schemas]);
        }
        failed(&connection(&server), step, words);
    }
}

#[test]
fn a_server_without_metadata_can_be_used() {
    let said = r#"{"message":"no privilege"}"#;
    for (status, schemas, words) in [
        ("404 No", json("403 No", said), "403: no privilege"),
        ("404 No", json("404 No", said), "404: no privilege"),
        ("404 No", json("503 Not in production", said), "503: no privilege"),
        ("200 OK", json("200 OK", "["), "no JSON"),
    ] {
        let server = Scripted::http();
        server.on("GET /cv/server/status", [json(status, STATUS)]);
        server.on("GET /cv/metadata/profiles/extensions", [schemas]);
        assert!(HttpTarget::open(&connection(&server), Some(&Password::new("superman"))).is_ok());
        let (step, result) = last(&connection(&server));
        assert_eq!(step, Step::Schemas);
        let sentence = result.unwrap();
        assert!(
            sentence.starts_with("it does not tell its schemas (") && sentence.contains(words),
            "{sentence}"
        );
    }
}

#[test]
fn what_the_connection_declares_has_to_fit() {
    let server = Scripted::http();
    server.on("GET /cv/server/status", [json("200 OK", STATUS)]);
    server.on("GET /cv/metadata/profiles/extensions", [json("200 OK", PHONE)]);
    for (name, unique, words) in
        [("Fax", "PhoneType", "Fax, which the server does not have"), ("phone", "nr", "apart by nr")]
    {
        let mut connection = connection(&server);
        connection.extensions = vec![Declared { name: name.into(), unique: vec![unique.into()] }];
        failed(&connection, Step::Schemas, words);
    }
}

#[test]
fn a_missing_password_is_asked_for() {
    let server = Scripted::http();
    server.on("GET /cv/server/status", [json("200 OK", STATUS)]);
    let tried = test(&connection(&server), None).pop().unwrap();
    assert_eq!(tried.step, Step::Credentials);
    assert!(tried.result.unwrap_err().contains("wants the password of the user kent"));
}
