//! Who may name whom: the rooms of the program, and the length of its files.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::{Path, PathBuf};

/// A room, and the rooms that it may name.
const ROOMS: [(&str, &[&str]); 8] = [
    ("model", &[]),
    ("transfer", &["model"]),
    ("store", &["model"]),
    ("target", &["model", "store"]),
    ("app", &["model", "transfer", "target"]),
    ("ui", &["app", "model"]),
    ("server", &["model", "target"]),
    ("cli", &["model", "transfer", "store", "target", "app", "ui", "server"]),
];
/// What a room never names; and the file that may all the same.
const NEVER: [(&str, &str, &str); 14] = [
    ("model", "std::fs", ""),
    ("model", "std::net", ""),
    ("model", "std::thread", ""),
    ("model", "egui", ""),
    ("transfer", "std::fs", ""),
    ("store", "egui", ""),
    ("target", "egui", ""),
    ("server", "egui", ""),
    ("app", "reqwest", ""),
    ("app", "std::fs", "worker.rs"),
    ("app", "egui", ""),
    ("ui", "std::fs", ""),
    ("ui", "std::net", ""),
    ("ui", "std::thread", ""),
];
/// No file is longer, in lines.
const LONGEST: usize = 500;

/// Every source file, with its path below `src`.
fn sources() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut folders, mut files) = (vec![root.clone()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                files
                    .push((path.strip_prefix(&root).unwrap().to_owned(), fs::read_to_string(&path).unwrap()));
            }
        }
    }
    files
}

/// The lines that are built into the program: without comments and without modules of tests, each with its number from 1.
fn built(text: &str) -> Vec<(usize, &str)> {
    let (mut lines, mut skips, mut depth) = (Vec::new(), false, 0_i32);
    for (at, line) in text.lines().enumerate() {
        let code = line.split("//").next().unwrap_or_default();
        if depth == 0 && code.trim() == "#[cfg(test)]" {
            skips = true;
        } else if skips {
            depth += i32::try_from(code.matches('{').count()).unwrap();
            depth -= i32::try_from(code.matches('}').count()).unwrap();
            skips = depth > 0 || code.trim_end().ends_with(']');
        } else {
            lines.push((at + 1, code));
        }
    }
    lines
}

/// The room of a file; the files of tests alone, and `lib.rs` and `main.rs`, have none.
fn room(path: &Path) -> Option<&'static str> {
    let first = path.iter().next()?.to_str()?.trim_end_matches(".rs");
    let is_test = path.iter().any(|part| {
        part.to_str().is_some_and(|part| part == "tests" || part == "tests.rs" || part.starts_with("tests_"))
    });
    ROOMS.iter().map(|(name, _)| *name).find(|name| *name == first && !is_test)
}

/// The names that follow `crate::` in a line, those in braces too: `crate::{app::x, model}`.
fn named(line: &str) -> Vec<String> {
    let word = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut names = Vec::new();
    for after in line.split("crate::").skip(1) {
        let Some(list) = after.strip_prefix('{') else {
            names.push(word(after));
            continue;
        };
        let mut depth = 0;
        for part in list.split_inclusive([',', '{', '}']) {
            if depth == 0 {
                names.push(word(part.trim()));
            }
            depth += i32::from(part.ends_with('{')) - i32::from(part.ends_with('}'));
        }
    }
    names
}

fn faults(path: &Path, text: &str) -> Vec<String> {
    let Some(room) = room(path) else { return Vec::new() };
    let (_, may) = ROOMS.iter().find(|(name, _)| *name == room).unwrap();
    let place = |number: usize| format!("src/{}:{number}", path.display());
    let mut faults = Vec::new();
    for (number, line) in built(text) {
        for other in named(line) {
            let known = ROOMS.iter().any(|(name, _)| *name == other);
            if known && other != room && !may.contains(&other.as_str()) {
                faults.push(format!("{}: {room} names {other}", place(number)));
            }
        }
        for (_, never, but) in NEVER.iter().filter(|(of, ..)| *of == room) {
            let named = line
                .split(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'))
                .any(|path| path == *never || path.starts_with(&format!("{never}::")));
            if named && (but.is_empty() || !path.ends_with(but)) {
                faults.push(format!("{}: {room} names {never}", place(number)));
            }
        }
    }
    faults
}

#[test]
fn no_room_names_another_that_it_may_not() {
    let sources = sources();
    assert!(sources.len() > 50, "the sources were found");
    let faults: Vec<String> = sources.iter().flat_map(|(path, text)| faults(path, text)).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn no_file_is_too_long() {
    let long = |(path, text): &(PathBuf, String)| {
        let lines = text.lines().count();
        (lines > LONGEST).then(|| format!("src/{} has {lines} lines", path.display()))
    };
    let long: Vec<String> = sources().iter().filter_map(long).collect();
    assert!(long.is_empty(), "{}", long.join("\n"));
}

#[test]
fn what_is_forbidden_is_found() {
    let in_file = |path: &str, text: &str| faults(Path::new(path), text).len();
    assert_eq!(in_file("ui/shell.rs", "use crate::target::Target;"), 1);
    assert_eq!(in_file("ui/shell.rs", "let x = crate::store::random_id();"), 1);
    assert_eq!(in_file("ui/shell.rs", "use crate::{app::x, store::{a, b}, model};"), 1);
    assert_eq!(in_file("ui/shell.rs", "std::thread::spawn(f);"), 1);
    assert_eq!(in_file("app/state.rs", "use std::fs;"), 1);
    assert_eq!(in_file("app/worker.rs", "use std::fs;"), 0);
    assert_eq!(in_file("model/json.rs", "use crate::app::x; // crate::ui"), 1);
    assert_eq!(in_file("model.rs", "use crate::store::x;"), 1);
    assert_eq!(in_file("model/json.rs", "// use crate::app::x;"), 0);
    assert_eq!(
        in_file("model/json.rs", "#[cfg(test)]\nmod tests {\n    use crate::app::x;\n}\nuse crate::ui::y;"),
        1
    );
    assert_eq!(in_file("model/json.rs", "#[cfg(test)]\nmod tests;\nuse crate::ui::y;"), 1);
    assert_eq!(in_file("app/tests/x.rs", "use crate::ui::y;"), 0);
}
