//! `serve`, the real binary: how it starts, what it refuses, how it ends, and what is on the disk after it.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "support/raw.rs"]
mod raw;

use profile_desk::model::profile::CustomerId;
use profile_desk::target;
use raw::{Line, ask};
use rustls::pki_types::ServerName;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

const PHONE: &str = r#"{"name":"Phone","type":"multi-valued","attributes":[{"name":"PhoneType","type":"integer","mandatory":true}],"unique":["PhoneType"]}"#;

fn command(store: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_profile-desk"));
    command.arg("serve").arg("--store").arg(store).args(args);
    command
}

/// What it says when it cannot start.
fn refused(store: &Path, args: &[&str]) -> (i32, String) {
    let Output { status, stderr, stdout } = command(store, args).output().unwrap();
    assert!(stdout.is_empty());
    (status.code().unwrap(), String::from_utf8(stderr).unwrap())
}

struct Server {
    child: Child,
    said: BufReader<ChildStderr>,
    first: String,
    address: SocketAddr,
}

impl Server {
    /// A server on a free port, once it says that it serves.
    fn start(store: &Path, args: &[&str]) -> Self {
        let listen = ["--listen", "127.0.0.1:0"];
        let mut command = command(store, &[&listen, args].concat());
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut said = BufReader::new(child.stderr.take().unwrap());
        let mut first = String::new();
        said.read_line(&mut first).unwrap();
        let first = first.trim_end().to_owned();
        let address = first.rsplit("://").next().unwrap().parse().unwrap();
        Self { child, said, first, address }
    }

    /// Sends a signal, and waits for the exit status and the rest of what it says.
    fn end(mut self, signal: &str) -> (Option<i32>, String) {
        let sent = Command::new("kill").arg(signal).arg(self.child.id().to_string()).status().unwrap();
        assert!(sent.success());
        let mut rest = String::new();
        self.said.read_to_string(&mut rest).unwrap();
        (self.child.wait().unwrap().code(), rest)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill(); // it may have ended
        let _ = self.child.wait();
    }
}

fn journal(store: &Path) -> String {
    std::fs::read_to_string(store.join("journal-000001.jsonl")).unwrap()
}

#[test]
fn it_makes_its_store_says_where_it_is_and_ends_when_asked() {
    let folder = tempfile::tempdir().unwrap();
    for (name, signal) in [("store", "-TERM"), ("store.json", "-INT")] {
        let store = folder.path().join(name);
        let server = Server::start(&store, &[]);
        assert_eq!(server.first, format!("Serving {} on http://{}", store.display(), server.address));
        assert_ne!(server.address.port(), 0);
        let mut line = Line::to(server.address);
        assert_eq!(line.ask("POST", "/metadata/profiles/extensions", PHONE).status, 201);
        assert_eq!(line.ask("POST", "/profiles", r#"{"customer_id":"A"}"#).status, 201);
        let body = r#"{"Phone":[{"PhoneType":0,"odd":10.10}]}"#;
        assert_eq!(line.ask("POST", "/profiles/A/extensions", body).said(), (200, "{}"));
        assert_eq!(server.end(signal), (Some(0), String::new()));
        assert!(line.is_closed());
        let store = target::open(&store).unwrap();
        let loaded = store.load(&CustomerId::new("A").unwrap()).unwrap().unwrap();
        let expected = r#"{"customer_id":"A","Phone":[{"PhoneType":0,"odd":10.10}]}"#;
        assert_eq!(loaded.profile.to_json().as_str(), expected);
    }
}

#[test]
fn a_port_that_is_taken_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = taken.local_addr().unwrap().to_string();
    let (status, said) = refused(&store, &["--listen", &at]);
    assert_eq!(
        (status, said.lines().next()),
        (3, Some(format!("error: {at} is in use by another program").as_str()))
    );
    assert!(!store.exists());
}

#[test]
fn what_would_be_open_to_others_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let users = folder.path().join("users");
    std::fs::write(&users, "kent:superman\n").unwrap();
    std::fs::set_permissions(&users, PermissionsExt::from_mode(0o640)).unwrap();
    let file = users.to_str().unwrap();
    for (args, status, sentence) in [
        (&["--listen", "0.0.0.0:0"][..], 1, "nobody would have to sign in"),
        (
            &["--listen", "[::]:0", "--simulate", "upsert", "--users", file],
            1,
            "a simulation listens on this computer alone",
        ),
        (&["--users", file], 1, "others can read this file of passwords; make it yours alone with chmod 600"),
        (&["--users", "/nowhere/users"], 3, "/nowhere/users: "),
        (&["--tls-cert", file, "--tls-key", file], 1, "there is no certificate (PEM) in this file"),
        (&["--tls-cert", file], 2, "--tls-key"),
        (&["--simulate", "slow"], 2, "slow is nothing to simulate"),
        (&["--listen", "here"], 2, "--listen here is no address"),
        (&["--postgres", "x"], 2, "--postgres"),
    ] {
        let (code, said) = refused(&store, args);
        assert_eq!(code, status, "{args:?}: {said}");
        assert!(said.starts_with("error: ") && said.contains(sentence), "{args:?}: {said}");
        assert!(!said.contains("superman"));
    }
    // The warning stands before what ends it.
    let (_, said) = refused(&store, &["--listen", "0.0.0.0:0", "--users", file]);
    assert!(
        said.starts_with("Warning: 0.0.0.0:0 is plain http beyond this computer: passwords and"),
        "{said}"
    );
    assert!(!store.exists());
}

#[test]
fn users_of_a_file_sign_in_and_are_named_in_the_journal() {
    let folder = tempfile::tempdir().unwrap();
    let (store, users) = (folder.path().join("store"), folder.path().join("users"));
    std::fs::write(&users, "# the team\nkent:superman\n").unwrap();
    std::fs::set_permissions(&users, PermissionsExt::from_mode(0o600)).unwrap();
    let server = Server::start(&store, &["--users", users.to_str().unwrap()]);
    assert_eq!(ask(server.address, "POST", "/profiles", "{}").status, 401);
    let kent = [("Authorization", "Basic a2VudDpzdXBlcm1hbg==")];
    let made = Line::to(server.address).ask_with("POST", "/profiles", &kent, r#"{"customer_id":"A"}"#);
    assert_eq!(made.status, 201);
    assert_eq!(server.end("-TERM").0, Some(0));
    let journal = journal(&store);
    assert_eq!(journal.lines().count(), 2);
    assert!(journal.contains(r#""by":"kent","method":"POST","path":"/profiles","body":{"customer_id":"A"}"#));
}

#[test]
fn a_simulation_begins_with_the_store_and_leaves_it_alone() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let server = Server::start(&store, &[]);
    assert_eq!(ask(server.address, "POST", "/metadata/profiles/extensions", PHONE).status, 201);
    let customer = r#"{"customer_id":"A","Phone":[{"PhoneType":0}]}"#;
    assert_eq!(ask(server.address, "POST", "/profiles", customer).status, 201);
    assert_eq!(server.end("-TERM").0, Some(0));
    let before = journal(&store);
    let server = Server::start(&store, &["--simulate", "replace,lower-keys"]);
    assert!(server.first.starts_with(&format!("Serving what {} holds, from memory", store.display())));
    let body = r#"{"Phone":[{"PhoneType":1}]}"#;
    assert_eq!(ask(server.address, "POST", "/profiles/A/extensions", body).status, 200);
    let told = ask(server.address, "GET", "/profiles/A?extensions=Phone", "");
    assert_eq!(told.body, r#"{"customer_id":"A","phone":[{"phonetype":1}]}"#);
    assert_eq!(server.end("-TERM").0, Some(0));
    assert_eq!(journal(&store), before);
    let missing = folder.path().join("missing");
    assert_eq!(Server::start(&missing, &["--simulate", "upsert"]).end("-TERM").0, Some(0));
    assert!(!missing.exists());
}

#[test]
fn over_tls_it_shows_its_certificate_and_waits_for_no_handshake() {
    let folder = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(vec!["localhost".into()]).unwrap();
    let (certificate, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    std::fs::write(&certificate, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let args = ["--tls-cert", certificate.to_str().unwrap(), "--tls-key", key.to_str().unwrap()];
    let server = Server::start(&folder.path().join("store"), &args);
    assert!(server.first.ends_with(&format!("on https://{}", server.address)));
    let silent = TcpStream::connect(server.address).unwrap();
    let mut plain = Line::to(server.address);
    plain.send(b"GET /server/status HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let mut roots = rustls::RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    let config = rustls::ClientConfig::builder_with_provider(rustls::crypto::ring::default_provider().into())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").unwrap();
    let client = rustls::ClientConnection::new(Arc::new(config), name).unwrap();
    let mut line = Line::over(rustls::StreamOwned::new(client, TcpStream::connect(server.address).unwrap()));
    assert_eq!(line.ask("POST", "/profiles", r#"{"customer_id":"A"}"#).status, 201);
    assert_eq!(line.ask("GET", "/profiles/A", "").said(), (200, r#"{"customer_id":"A"}"#));
    drop(silent);
    assert_eq!(server.end("-TERM").0, Some(0));
}

/// Inserts until the server is gone; the numbers that were answered.
fn insert_until_the_end(address: SocketAddr, next: &AtomicUsize, answered: &Mutex<Vec<usize>>) {
    let mut line = Line::to(address);
    loop {
        let number = next.fetch_add(1, Ordering::SeqCst);
        let body = format!("{{\"Phone\":[{{\"PhoneType\":{number}}}]}}");
        let request = raw::request("POST", "/profiles/A/extensions", &[], &body);
        if line.stream.write_all(request.as_bytes()).is_err() {
            return;
        }
        match line.answer() {
            Some(answer) => assert_eq!(answer.said(), (200, "{}")),
            None => return,
        }
        answered.lock().unwrap().push(number);
    }
}

#[test]
fn what_was_answered_is_there_after_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let (next, answered) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    for round in 0..5 {
        let mut server = Server::start(&store, &[]);
        if round == 0 {
            assert_eq!(ask(server.address, "POST", "/metadata/profiles/extensions", PHONE).status, 201);
            assert_eq!(ask(server.address, "POST", "/profiles", r#"{"customer_id":"A"}"#).status, 201);
        }
        let wanted = answered.lock().unwrap().len() + 40 + 7 * round;
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| insert_until_the_end(server.address, &next, &answered));
            }
            let enough = (0..60_000).any(|_| {
                thread::sleep(Duration::from_millis(1));
                answered.lock().unwrap().len() >= wanted
            });
            server.child.kill().unwrap();
            assert!(enough, "the server did not answer");
        });
        let store = target::open(&store).unwrap();
        assert_eq!(store.damage(), None);
        let profile = store.load(&CustomerId::new("A").unwrap()).unwrap().unwrap().profile;
        let kept: Vec<String> = profile.records("Phone").iter().map(|r| r.json().to_string()).collect();
        for number in answered.lock().unwrap().iter() {
            assert!(
                kept.contains(&format!("{{\"PhoneType\":{number}}}")),
                "{number} was answered, round {round}"
            );
        }
    }
}
