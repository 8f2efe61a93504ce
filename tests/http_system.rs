//! The client of a server in the surroundings of a real process: certificates of the system, and proxies.

#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "support/scripted.rs"]
mod scripted;

use scripted::{Scripted, json};
use std::process::{Command, Output};

fn show(url: &str, variables: &[(&str, &str)]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_profile-desk"));
    for name in [
        "HTTP_PROXY",
        "http_proxy",
        "HTTPS_PROXY",
        "https_proxy",
        "ALL_PROXY",
        "all_proxy",
        "NO_PROXY",
        "no_proxy",
    ] {
        command.env_remove(name);
    }
    command.env("PROFILE_DESK_CONFIG", folder.path()).env("PROFILE_DESK_DATA", folder.path());
    command.envs(variables.iter().copied()).args(["show", "A", "--server", url]).output().unwrap()
}

fn answering(prefix: &str) -> Scripted {
    let server = Scripted::http();
    server.on(&format!("GET {prefix}/server/status"), [json("200 OK", "{}")]);
    server.on(&format!("GET {prefix}/metadata/profiles/extensions"), [json("200 OK", "[]")]);
    server.on(&format!("GET {prefix}/profiles/A"), [json("200 OK", r#"{"customer_id":"A"}"#)]);
    server
}

const NO_CERTIFICATES: [(&str, &str); 2] = [("SSL_CERT_FILE", "/not/there"), ("SSL_CERT_DIR", "/not/there")];

#[test]
fn plain_http_needs_no_certificates() {
    let server = answering("");
    let output = show(&format!("http://127.0.0.1:{}", server.port), &NO_CERTIFICATES);
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn https_without_certificates_says_what_is_missing() {
    let output = show("https://127.0.0.1:1", &NO_CERTIFICATES);
    assert_eq!(output.status.code(), Some(3));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("are the system's certificates installed (package ca-certificates)?"), "{said}");
}

#[test]
fn a_proxy_stands_before_others_and_never_before_this_computer() {
    let server = answering("");
    let output = show(&format!("http://localhost:{}", server.port), &[("http_proxy", "http://127.0.0.1:1")]);
    assert!(output.status.success(), "{output:?}");
    let proxy = answering("http://ucs.invalid");
    let at = format!("http://127.0.0.1:{}", proxy.port);
    let output = show("http://ucs.invalid", &[("http_proxy", &at)]);
    assert!(output.status.success(), "{output:?}");
}
