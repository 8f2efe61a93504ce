//! The real binary's `generate`: a line a customer, ready for `import`.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::process::{Command, Output, Stdio};

fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_profile-desk"));
    command.args(args);
    command
}

fn generated(args: &[&str]) -> String {
    let output = command(&[&["generate"], args].concat()).output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty());
    String::from_utf8(output.stdout).unwrap()
}

fn told(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

#[test]
fn what_is_generated_is_imported_into_a_new_store_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let mut generate = command(&["generate", "300"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut import = command(&["import", "-", "--store"]);
    let output = import.arg(&store).stdin(generate.stdout.take().unwrap()).output().unwrap();
    assert!(generate.wait().unwrap().success());
    assert_eq!(told(&output), "Imported: 302 read = 302 new + 0 changed + 0 same + 0 refused.\n");
    let exported = command(&["export", "--store"]).arg(&store).output().unwrap();
    let (kept, lines) = (String::from_utf8(exported.stdout).unwrap(), generated(&["300"]));
    let mut wanted: Vec<&str> = lines.lines().skip(1).collect();
    wanted.sort_unstable();
    assert_eq!(kept.lines().collect::<Vec<_>>(), wanted, "token for token");
}

#[test]
fn a_short_list_is_the_beginning_of_a_long_one_and_another_seed_gives_others() {
    let (short, long) = (generated(&["3"]), generated(&["1000", "--seed", "1"]));
    assert!(long.starts_with(&short) && short.lines().count() == 4 && long.lines().count() == 1_001);
    assert_ne!(generated(&["3", "--seed", "2"]), short);
    assert_eq!(generated(&["0"]).lines().count(), 1);
}

#[test]
fn a_reader_who_has_enough_ends_it_without_a_word() {
    let mut generate = command(&["generate", "18446744073709551615"]);
    let mut generate = generate.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(generate.stdout.take());
    let output = generate.wait_with_output().unwrap();
    assert_eq!((output.status.code(), told(&output)), (Some(0), ""));
}
