//! The client of a server over TLS: certificates that fit, and those that do not.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

#[path = "support/certificates.rs"]
mod certificates;
#[path = "support/scripted.rs"]
mod scripted;

use certificates::Authority;
use profile_desk::model::json::Json;
use profile_desk::model::profile::CustomerId;
use profile_desk::target::http::{Client, Layer, Step, Trouble, test};
use profile_desk::target::{Connection, HttpTarget, Target, TargetError};
use reqwest::Method;
use scripted::{Scripted, json};
use std::path::Path;

/// A far year.
const LATER: i32 = 4000;

fn connection(server: &Scripted, trusted: Option<&Path>) -> Connection {
    let mut connection = Connection::to(&format!("https://127.0.0.1:{}", server.port));
    connection.ca_file = trusted.map(Path::to_owned);
    connection.timeout_secs = 20;
    connection
}

/// An authority, and the file with its certificate.
fn authority() -> (Authority, tempfile::NamedTempFile) {
    let (authority, file) = (Authority::new(), tempfile::NamedTempFile::new().unwrap());
    std::fs::write(file.path(), authority.pem()).unwrap();
    (authority, file)
}

/// What a write comes to.
fn write(connection: &Connection) -> Result<u16, Trouble> {
    let client = Client::new(connection, None).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let body = Json::parse("{}").unwrap();
    runtime.block_on(client.call(Method::POST, "/profiles", Some(&body))).map(|answer| answer.status)
}

/// The sentence with which opening, testing and writing fail; nothing was sent by any of them.
fn fails(server: &Scripted, trusted: Option<&Path>) -> String {
    let connection = connection(server, trusted);
    let opened = HttpTarget::open(&connection, None).err().unwrap();
    assert!(matches!(opened, TargetError::NotReached(_)), "{opened:?}");
    let tried = test(&connection, None).pop().unwrap();
    assert_eq!(tried.step, Step::Tls);
    let trouble = write(&connection).unwrap_err();
    assert_eq!((trouble.layer, trouble.sent), (Layer::Tls, false), "{trouble:?}");
    assert_eq!(tried.result.unwrap_err(), trouble.reason);
    assert!(opened.to_string().ends_with(&trouble.reason), "{opened}");
    assert!(server.seen().is_empty());
    trouble.reason
}

#[test]
fn a_certificate_that_fits_is_taken() {
    let (authority, file) = authority();
    let (certificate, key) = authority.certify("127.0.0.1", LATER);
    let server = Scripted::https(certificate, key);
    server.on("GET /server/status", [json("200 OK", "{}")]);
    server.on("GET /metadata/profiles/extensions", [json("200 OK", "[]")]);
    server.on("GET /profiles/A", [json("404 Not Found", "")]);
    server.on("POST /profiles", [json("201 Created", "{}")]);
    let connection = connection(&server, Some(file.path()));
    let target = HttpTarget::open(&connection, None).unwrap();
    assert!(target.load(&CustomerId::new("A").unwrap()).unwrap().is_none());
    assert_eq!(write(&connection), Ok(201));
    assert!(test(&connection, None).iter().all(|tried| tried.result.is_ok()));
}

#[test]
fn a_certificate_that_does_not_fit_says_why() {
    let (authority, file) = authority();
    let server = |name: &str, until| {
        let (certificate, key) = authority.certify(name, until);
        Scripted::https(certificate, key)
    };
    let sentence = fails(&server("127.0.0.1", LATER), None);
    assert!(sentence.contains("nobody whom this computer trusts has signed it"), "{sentence}");
    let sentence = fails(&server("other.example", LATER), Some(file.path()));
    assert!(sentence.contains("it is not made out for the name 127.0.0.1"), "{sentence}");
    let sentence = fails(&server("127.0.0.1", 2020), Some(file.path()));
    assert!(sentence.contains("it has run out"), "{sentence}");
}

#[test]
fn the_wrong_scheme_is_noticed() {
    let sentence = fails(&Scripted::garbage(), None);
    assert!(sentence.contains("does not speak TLS; perhaps its address begins with http://"), "{sentence}");
    let (certificate, key) = Authority::new().certify("127.0.0.1", LATER);
    let server = Scripted::https(certificate, key);
    let mut plain = connection(&server, None);
    plain.url = plain.url.replace("https", "http");
    let trouble = write(&plain).unwrap_err();
    assert!(matches!(trouble.layer, Layer::NotHttp | Layer::Cut), "{trouble:?}");
}

#[test]
fn a_file_of_certificates_is_looked_at() {
    let connection =
        |file: &Path| Connection { ca_file: Some(file.to_owned()), ..Connection::to("https://127.0.0.1:1") };
    let empty = tempfile::NamedTempFile::new().unwrap();
    let sentence = Client::new(&connection(empty.path()), None).unwrap_err();
    assert!(sentence.contains("holds no certificates"), "{sentence}");
    let sentence = Client::new(&connection(Path::new("/not/there.pem")), None).unwrap_err();
    assert!(sentence.contains("/not/there.pem cannot be read"), "{sentence}");
}
