//! The real binary's `export`: whole, in both forms, to a file or to standard output.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn run(args: &[&str], store: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_profile-desk"));
    command.args(args).arg("--store").arg(store).output().unwrap()
}

fn out(args: &[&str], store: &Path) -> String {
    let output = run(args, store);
    assert!(output.status.success(), "{}", String::from_utf8(output.stderr).unwrap());
    String::from_utf8(output.stdout).unwrap()
}

/// A store of generated customers, and the text of which it was made.
fn generated(folder: &Path, count: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_profile-desk")).args(["generate", count]).output().unwrap();
    let file = folder.join("generated.jsonl");
    fs::write(&file, &output.stdout).unwrap();
    out(&["import", file.to_str().unwrap()], &folder.join("store"));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn both_forms_hold_every_customer_in_order_and_are_imported_again() {
    let folder = tempfile::tempdir().unwrap();
    let (text, store) = (generated(folder.path(), "200"), folder.path().join("store"));
    let mut customers: Vec<&str> = text.lines().skip(1).collect();
    customers.sort_unstable();
    assert_eq!(out(&["export"], &store), customers.join("\n") + "\n");
    let document = out(&["export", "--format", "json"], &store);
    let end = format!("\n],\"profiles\":[\n{}\n]}}\n", customers.join(",\n"));
    assert!(document.starts_with("{\"schemas\":[\n{\"name\":\"Phone\"") && document.ends_with(&end));
    let file = folder.path().join("all.json");
    fs::write(&file, "former").unwrap();
    let to_file = ["export", "--format", "json", "--output", file.to_str().unwrap()];
    assert_eq!(out(&to_file, &store), "");
    assert_eq!(fs::read_to_string(&file).unwrap(), document);
    let other = folder.path().join("other");
    out(&["import", file.to_str().unwrap()], &other);
    assert_eq!(out(&["export", "--format", "json"], &other), document);
}

#[test]
fn a_store_without_customers_gives_none() {
    let folder = tempfile::tempdir().unwrap();
    generated(folder.path(), "0");
    let store = folder.path().join("store");
    assert_eq!(out(&["export"], &store), "");
    let document = out(&["export", "--format", "json"], &store);
    assert!(document.ends_with("\n],\"profiles\":[\n]}\n"), "{document}");
}

#[test]
fn what_cannot_be_written_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    generated(folder.path(), "2");
    let taken = folder.path().join("taken");
    fs::create_dir(&taken).unwrap();
    let output = run(&["export", "--output", taken.to_str().unwrap()], &folder.path().join("store"));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(3) && said.contains("taken cannot be written"), "{said}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3);
}
