//! A script of a customer's requests, for bash and curl. Pure.
//!
//! Nothing of a value is ever code: a body stands in a here-document whose delimiter is quoted, so bash takes every line up
//! to the delimiter as it is, and a body is one line that no delimiter is, being JSON. Paths are percent-encoded; what stands
//! in comments is written in ASCII on one line.

use crate::model::profile::CustomerId;
use crate::target::Past;
use std::fmt::Write;

/// The delimiter of the here-documents. No JSON.
const END: &str = "END";

/// What every script begins with.
const HEAD: &str = r#"# PROFILE_DESK_URL names the server; a user and a password come from ~/.netrc.
set -eu
url=${PROFILE_DESK_URL:-http://127.0.0.1:8080}
ask() {
    method=$1 path=$2
    shift 2
    answer=$(curl --silent --show-error --write-out '\n%{http_code}' --netrc-optional --globoff --path-as-is \
        --request "$method" "$@" --url "${url%/}$path") && case ${answer##*$'\n'} in 2??) return ;; esac
    printf '%s\n' "$answer" "$method $path was not accepted; the requests before it stand" >&2
    exit 1
}
send() { ask "$1" "$2" --header 'Content-Type: application/json' --data-binary @-; }
"#;

/// The script that replays these requests on a server that has neither the customer nor the schemas.
pub fn script(id: &CustomerId, requests: &[Past]) -> String {
    let of = id.as_str().escape_default();
    let mut script =
        format!("#!/usr/bin/env bash\n# Replays the {} requests of customer {of}.\n{HEAD}", requests.len());
    for Past { seq, stamp, request } in requests {
        let (method, path) = (request.method().as_str(), request.path().replace('\'', r"'\''"));
        let (at, by) = (stamp.at.escape_default(), stamp.by.escape_default());
        // Writing to a String does not fail.
        let _ = writeln!(script, "\n# {seq}, {at}, {by}");
        let _ = match request.body() {
            Some(body) => writeln!(script, "send {method} '{path}' <<'{END}'\n{body}\n{END}"),
            None => writeln!(script, "ask {method} '{path}'"),
        };
    }
    script
}
