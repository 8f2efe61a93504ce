//! The real binary's `import`: its options, its reports, its exit status.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) -> String {
        std::fs::write(self.path(name), text).unwrap();
        self.path(name).to_str().unwrap().to_owned()
    }

    fn import(&self, args: &[&str]) -> (i32, String) {
        let output = command(args, &self.path("store")).output().unwrap();
        told(&output)
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }
}

fn command(args: &[&str], store: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_profile-desk"));
    command.arg("import").args(args).arg("--store").arg(store);
    command
}

fn told(output: &Output) -> (i32, String) {
    assert!(output.stdout.is_empty());
    (output.status.code().unwrap(), String::from_utf8(output.stderr.clone()).unwrap())
}

const FILE: &str = concat!(
    r#"{"schemas":[{"name":"Phone","type":"multi-valued","attributes":[{"name":"n","type":"integer"}]}]}"#,
    "\n",
    r#"{"customer_id":"A","Phone":[{"n":1}]}"#,
    "\n{oops\n",
    r#"{"customer_id":"B","Phone":[{"n":"one"}]}"#,
    "\n",
    r#"{"customer_id":"C"}"#,
    "\n",
);

#[test]
fn reports_tell_of_every_item_and_refused_ones_can_be_mended_and_imported_again() {
    let place = Place::new();
    let file = place.write("in.jsonl", FILE);
    let (report, refused) = (place.write("report", "old"), place.path("refused"));
    let refused = refused.to_str().unwrap();
    let (status, said) =
        place.import(&[&file, "--on-error", "skip", "--report", &report, "--refused", refused]);
    assert_eq!(status, 1, "{said}");
    assert!(
        said.contains(
            "error: 2 of 5 were refused\n  Imported: 5 read = 3 new + 0 changed + 0 same + 2 refused.\n"
        ),
        "{said}"
    );
    let lines: Vec<String> = place.read("report").lines().map(str::to_owned).collect();
    let at = |what: &str| format!("{{\"place\":\"{file}:{what}");
    assert!(lines.len() == 5 && lines.iter().all(|line| line.starts_with('{')), "{lines:?}");
    assert_eq!(lines[1], at("2: profile 1\",\"customer\":\"A\",\"outcome\":\"new\",\"reasons\":[]}"));
    assert!(
        lines[2].starts_with(&at("3:2\",\"customer\":null,\"outcome\":\"refused\",\"reasons\":[\"")),
        "{}",
        lines[2]
    );
    assert!(lines[3].contains("Phone 1 n: this is text, the schema wants an integer"), "{}", lines[3]);
    assert_eq!(place.read("refused"), "{oops\n{\"customer_id\":\"B\",\"Phone\":[{\"n\":\"one\"}]}\n");
    let mended = place.write("mended", &place.read("refused").replace("{oops", "{}").replace("\"one\"", "1"));
    let (status, said) = place.import(&[&mended]);
    assert_eq!((status, said.as_str()), (0, "Imported: 2 read = 2 new + 0 changed + 0 same + 0 refused.\n"));
}

#[test]
fn text_that_is_not_json_changes_nothing_unless_it_may_be_skipped() {
    let place = Place::new();
    let file = place.write("in.jsonl", FILE);
    let (status, said) = place.import(&[&file]);
    assert_eq!(status, 1);
    assert!(
        said.starts_with(&format!("error: {file}:3:2: ")) && said.contains("Nothing was changed."),
        "{said}"
    );
    assert!(!place.path("store").exists());
    let file = place.write("in.jsonl", &FILE.replace("{oops\n", ""));
    let (status, said) = place.import(&[&file]);
    assert_eq!(status, 1);
    assert!(
        said.contains("3 read = 2 new + 0 changed + 0 same + 1 refused") && said.contains("stopped there"),
        "{said}"
    );
}

#[test]
fn a_store_without_schemas_says_how_to_get_them() {
    let place = Place::new();
    let file = place.write(
        "in.jsonl",
        "{\"customer_id\":\"A\",\"Phone\":[{\"n\":1}],\"Address\":{\"City\":\"Paris\"}}\n",
    );
    let (status, said) = place.import(&[&file]);
    assert_eq!(status, 1);
    assert!(
        said.contains(
            "the store has no schemas; --infer-schemas derives 2 of them from the file: Phone, Address"
        ),
        "{said}"
    );
    let (status, said) = place.import(&[&file, "--infer-schemas"]);
    assert_eq!(status, 0, "{said}");
    assert!(
        said.contains("Derived schema: {\"name\":\"Phone\"") && said.contains("1 read = 1 new"),
        "{said}"
    );
    let (status, said) = place.import(&[&file, "--infer-schemas"]);
    assert_eq!((status, said.as_str()), (0, "Imported: 1 read = 0 new + 0 changed + 1 same + 0 refused.\n"));
}

#[test]
fn standard_input_is_imported_and_a_report_never_replaces_an_input() {
    let place = Place::new();
    let mut child = command(&["-"], &place.path("store"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"{\"customer_id\":\"A\"}\n{\"customer_id\":\"B\"}").unwrap();
    let (status, said) = told(&child.wait_with_output().unwrap());
    assert_eq!((status, said.as_str()), (0, "Imported: 2 read = 2 new + 0 changed + 0 same + 0 refused.\n"));
    let file = place.write("in.jsonl", "{\"customer_id\":\"C\"}");
    let other = place.path("out");
    let other = other.to_str().unwrap();
    let roundabout = place.path("store/../in.jsonl");
    for args in [
        [&file, "--report", roundabout.to_str().unwrap(), "--refused", other],
        [&file, "--report", other, "--refused", other],
    ] {
        let (status, said) = place.import(&args);
        assert!(status == 1 && said.contains("is an input or another report"), "{said}");
    }
    assert_eq!(place.read("in.jsonl"), "{\"customer_id\":\"C\"}");
    let mut left: Vec<_> = place.0.path().read_dir().unwrap().map(|e| e.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["in.jsonl", "store"]);
}

/// Imports what is written to standard input.
fn piped(place: &Place, args: &[&str], write: impl FnOnce(&mut dyn Write)) -> (i32, String) {
    let mut command = command(args, &place.path("store"));
    command.env("TMPDIR", place.0.path());
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    write(&mut child.stdin.take().unwrap());
    told(&child.wait_with_output().unwrap())
}

#[test]
fn much_on_standard_input_is_imported_and_nothing_of_it_stays_behind() {
    let place = Place::new();
    let note = "é".repeat(500);
    let (status, said) = piped(&place, &["-"], |input| {
        for n in 0..3_000 {
            writeln!(input, "{{\"customer_id\":\"{n}\",\"Note\":\"{note}\"}}").unwrap();
        }
    });
    assert_eq!(
        (status, said.as_str()),
        (0, "Imported: 3000 read = 3000 new + 0 changed + 0 same + 0 refused.\n")
    );
    let (status, said) = piped(&place, &["-"], |input| {
        for n in 0..3_000 {
            let end = if n == 2_999 { "" } else { "}" };
            writeln!(input, "{{\"customer_id\":\"N{n}\",\"Note\":\"{note}\"{end}").unwrap();
        }
    });
    assert!(status == 1 && said.starts_with("error: -:3000:"), "{said}");
    let left: Vec<_> = place.0.path().read_dir().unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left, ["store"]);
}

#[test]
fn an_array_larger_than_any_item_may_be_is_imported_and_an_error_has_its_place_in_it() {
    let place = Place::new();
    let text = |mebibytes: usize| {
        "[{\"customer_id\":\"A\"},".to_owned() + &(" ".repeat(1_023) + "\n").repeat(mebibytes * 1_024)
    };
    let file = place.write("in.json", &(text(65) + "{\"customer_id\":\"B\"}]"));
    let (status, said) = place.import(&[&file]);
    assert_eq!((status, said.as_str()), (0, "Imported: 2 read = 2 new + 0 changed + 0 same + 0 refused.\n"));
    let file = place.write("in.json", &(text(3) + " {\"customer_id\":\"C\" 1}]"));
    let (status, said) = place.import(&[&file, "--on-error", "skip"]);
    assert!(status == 1 && said.starts_with(&format!("error: {file}:3073:21: `,`")), "{said}");
    assert!(said.contains("Nothing was changed."), "{said}");
}
