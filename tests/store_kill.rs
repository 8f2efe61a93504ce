//! Real processes killed at random moments while they insert: what was acknowledged is there, and the store is whole.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use profile_desk::model::profile::CustomerId;
use profile_desk::store::{Store, check};
use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const KILLS: u32 = 100;
const CUSTOMER: &str = "0004Va58A92T0017";
/// Phone types of the samples are below, those of this test from here on.
const FIRST: u32 = 1_000;

fn command(args: &[&str], store: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_profile-desk"));
    command.args(args).arg("--store").arg(store).stderr(Stdio::null());
    command
}

/// Starts an insert, kills it after `wait`, and says whether it had acknowledged.
fn killed_insert(kind: u32, wait: Duration, store: &Path) -> bool {
    let mut child = command(&["insert", "-"], store).stdin(Stdio::piped()).spawn().unwrap();
    let body =
        format!(r#"{{"customer_id":"{CUSTOMER}","Phone":[{{"PhoneType":{kind},"number":"{kind}"}}]}}"#);
    child.stdin.take().unwrap().write_all(body.as_bytes()).unwrap();
    std::thread::sleep(wait);
    child.kill().unwrap();
    child.wait().unwrap().success()
}

/// A number that looks random (xorshift).
fn next(seed: &mut u64) -> u64 {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    *seed
}

#[test]
fn what_was_acknowledged_survives_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    assert!(command(&["import", "assets/samples/store.json"], &store).status().unwrap().success());
    let seed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros();
    let mut seed = u64::try_from(seed).unwrap() | 1;
    println!("seed {seed}");
    let mut acknowledged = BTreeSet::new();
    for kind in FIRST..FIRST + KILLS {
        let wait = Duration::from_micros(next(&mut seed) % 8_000);
        if killed_insert(kind, wait, &store) {
            acknowledged.insert(kind.to_string());
        }
    }
    let (profile, _) =
        Store::open(&store).unwrap().load(&CustomerId::new(CUSTOMER).unwrap()).unwrap().unwrap();
    let stored: BTreeSet<String> =
        profile.records("Phone").iter().map(|record| record.get("PhoneType").unwrap().to_string()).collect();
    let lost: Vec<&String> = acknowledged.difference(&stored).collect();
    println!("{KILLS} kills, {} acknowledged, lost {lost:?}", acknowledged.len());
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    assert_eq!(check(&store).unwrap().findings, []);
}
