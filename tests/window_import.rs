//! Importing in the window: by a typed path and by a dropped file; nothing changes before it is said so.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

#[path = "support/window.rs"]
mod support;

use eframe::egui;
use profile_desk::target;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use support::{Desk, bytes, sample};

const FILE: &str = r#"{"customer_id":"NEW1","FirstName":"Ada","Car":[{"plate":"AB-123"}]}
{"customer_id":"far too long an ID for this"}
"#;

fn customers(folder: &Path) -> usize {
    target::open(&folder.join("store")).unwrap().customers().unwrap().len()
}

/// Looks the file through; nothing has changed; then imports it with its derived schema.
fn imports(desk: &mut Desk, folder: &Path, before: &std::collections::BTreeMap<PathBuf, Vec<u8>>) {
    desk.sees("It holds 2 profiles.");
    desk.sees("Car: plate string");
    assert_eq!(&bytes(&folder.join("store")), before, "a look changes no byte");
    desk.click("Create this schema from the file");
    desk.sees("1 new + 0 changed + 0 same + 1 refused");
    desk.sees("at most 16 are allowed");
    assert_eq!(customers(folder), 11);
    desk.click("Back");
    desk.find("NEW1");
    desk.sees("Car, 1 record");
}

#[test]
fn a_file_is_imported_by_its_path() {
    let folder = sample();
    let file = folder.path().join("people.jsonl");
    std::fs::write(&file, FILE).unwrap();
    let mut desk = Desk::on(folder.path());
    desk.sees("This store has 10 customers.");
    let before = bytes(&folder.path().join("store"));
    desk.click_first("Import…");
    desk.sees("Path of the file");
    desk.type_text(file.to_str().unwrap());
    desk.press(egui::Key::Enter);
    imports(&mut desk, folder.path(), &before);
}

#[derive(Debug)]
struct Dropped(PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|error| error.to_string())
    }
}

#[test]
fn a_file_is_imported_by_dropping_it_on_the_window() {
    let folder = sample();
    let file = folder.path().join("people.jsonl");
    std::fs::write(&file, FILE).unwrap();
    let mut desk = Desk::on(folder.path());
    desk.sees("This store has 10 customers.");
    let before = bytes(&folder.path().join("store"));
    desk.ui.input_mut().dropped_files.push(Arc::new(Dropped(file)));
    imports(&mut desk, folder.path(), &before);
}

#[test]
fn garbage_is_refused_whole() {
    let folder = sample();
    let file = folder.path().join("garbage.json");
    std::fs::write(&file, "\u{1}x\n".repeat(5_000)).unwrap();
    let mut desk = Desk::on(folder.path());
    desk.sees("This store has 10 customers.");
    let before = bytes(&folder.path().join("store"));
    desk.click_first("Import…");
    desk.type_text(file.to_str().unwrap());
    desk.press(egui::Key::Enter);
    desk.sees("garbage.json:1:1");
    desk.sees("Nothing was changed.");
    assert!(!desk.has("Import now"));
    assert_eq!(bytes(&folder.path().join("store")), before);
}
