//! `history --format curl`: the script, run by bash, sends exactly what the customer had.
//!
//! Without bash and curl these tests are reported as ignored, so this file is its own harness.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at the first surprise")]
#![allow(clippy::print_stdout, reason = "a harness tells how its tests went")]

use profile_desk::model::json::Json;
use profile_desk::model::profile::CustomerId;
use profile_desk::model::request::Request;
use profile_desk::store::Store;
use profile_desk::target::{LocalStore, Stamp, Target};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, ExitCode, Output, Stdio};

const TESTS: [(&str, fn()); 3] = [
    ("replayed_on_an_empty_server_it_makes_the_same_customer", replayed),
    ("whatever_values_and_names_hold_arrives_as_it_is_and_is_never_code", hostile),
    ("a_refusal_ends_the_script_and_names_the_request", refused),
];

fn main() -> ExitCode {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    let is_there = |tool| Command::new(tool).arg("--version").stdout(Stdio::null()).status().is_ok();
    let tools = is_there("bash") && is_there("curl");
    let (mut passed, mut failed, mut ignored) = (0, 0, 0);
    for (name, test) in TESTS.iter().filter(|(name, _)| wanted.iter().all(|part| name.contains(part))) {
        let (count, word) = match tools.then(|| std::panic::catch_unwind(test).is_ok()) {
            None => (&mut ignored, "ignored, bash and curl are not there"),
            Some(true) => (&mut passed, "ok"),
            Some(false) => (&mut failed, "FAILED"),
        };
        *count += 1;
        println!("test {name} ... {word}");
    }
    let verdict = if failed == 0 { "ok" } else { "FAILED" };
    println!(
        "\ntest result: {verdict}. {passed} passed; {failed} failed; {ignored} ignored; 0 measured; 0 filtered out\n"
    );
    ExitCode::from(u8::from(failed > 0))
}

/// The real server on an empty store, until it is dropped.
struct Served {
    child: Child,
    url: String,
}

impl Served {
    fn on(store: &Path, more: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_profile-desk"))
            .args(["serve", "--listen", "127.0.0.1:0", "--store"])
            .arg(store)
            .args(more)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let url = lines.map_while(Result::ok).find_map(|line| Some(line.split_once(" on ")?.1.to_owned()));
        Self { url: url.expect("the server said where it listens"), child }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// A command of the real binary that ends well: its data.
fn out(args: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_profile-desk"))
        .args(args)
        .env("PROFILE_DESK_CONFIG", "/nowhere")
        .env("PROFILE_DESK_PASSWORD", PASSWORD)
        .output()
        .unwrap();
    assert!(output.status.success(), "{args:?}: {}", text(&output.stderr));
    text(&output.stdout)
}

const PASSWORD: &str = "sesame";

/// The samples after a life: edits, a merge of a merged one, a schema that was deleted and came back, a customer who left and
/// came back.
fn lived(store: &str) {
    out(&["import", "assets/samples/store.json", "--store", store]);
    out(&["insert", "assets/samples/insert-phone.json", "--store", store]);
    let opened = LocalStore::open(Path::new(store)).unwrap();
    let schema = |name: &str| opened.schemas().unwrap().get(name).unwrap().json.clone();
    let (phone, ids) = (schema("Phone"), opened.customers().unwrap());
    let [a, b, c, d] = [0, 1, 2, 3].map(|at: usize| ids[at].clone());
    let json = |text: &str| Json::parse(text).unwrap();
    let calls = |number: &str| {
        json(&format!(
            r#"{{"PHONE":[{{"PhoneType":7,"prefix":"+33","number":"{number}","description":"$(x) '\u0041'"}}]}}"#
        ))
    };
    let requests = vec![
        Request::InsertRecords(a.clone(), calls("1")),
        Request::UpdateRecord(
            a.clone(),
            "phone".into(),
            json(r#"{"PhoneType":7,"prefix":"+1","number":"2","description":""}"#),
        ),
        Request::InsertRecords(b.clone(), calls("3")),
        Request::MergeProfiles { dst: c.clone(), src: b.clone(), body: json("{}") },
        Request::MergeProfiles { dst: a.clone(), src: c, body: json("{}") },
        Request::CreateProfile(json(&format!(r#"{{"customer_id":"{b}","Name":["new"]}}"#))),
        Request::DeleteSchema("PHONE".into()),
        Request::CreateSchema(phone),
        Request::InsertRecords(a.clone(), calls("4")),
        Request::InsertRecords(b, calls("5")),
        Request::InsertRecords(d.clone(), calls("6")),
        Request::DeleteRecord(d.clone(), "Phone".into(), json(r#"{"PhoneType":7}"#)),
        Request::DeleteProfile(d.clone()),
        Request::CreateProfile(json(&format!(r#"{{"customer_id":"{d}","Name":"10.10","n":1E5}}"#))),
    ];
    let stamp = Stamp { by: "agent7".into(), at: "2026-11-24T09:30:00.000Z".into() };
    for answer in opened.send(&requests, None, &stamp).unwrap() {
        answer.unwrap();
    }
}

fn replayed() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let store = store.to_str().unwrap();
    lived(store);
    let path = std::env::var("PATH").unwrap();
    let ids = LocalStore::open(Path::new(store)).unwrap().customers().unwrap();
    assert!(ids.len() > 6, "the samples");
    for (number, id) in ids.iter().map(CustomerId::as_str).enumerate() {
        let folder = tempfile::tempdir().unwrap();
        let users = folder.path().join("users");
        std::fs::write(&users, format!("kent:{PASSWORD}\n")).unwrap();
        std::fs::write(
            folder.path().join(".netrc"),
            format!("machine 127.0.0.1 login kent password {PASSWORD}\n"),
        )
        .unwrap();
        #[cfg(unix)]
        std::fs::set_permissions(&users, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        let guard = ["--users", users.to_str().unwrap()];
        // The first wants a password, which curl finds in ~/.netrc.
        let (guard, user) =
            if number == 0 { (&guard[..], &["--user", "kent"][..]) } else { (&[][..], &[][..]) };
        let served = Served::on(&folder.path().join("empty"), guard);
        let output = bash(&script(Path::new(store), id), folder.path(), &path, &served.url);
        assert!(output.status.success(), "{}", text(&output.stderr));
        assert_eq!(text(&output.stdout) + &text(&output.stderr), "");
        let there = [&["show", id, "--server", &served.url], user].concat();
        assert_eq!(out(&there), out(&["show", id, "--store", store]), "{id}");
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The script of a customer in a store.
fn script(store: &Path, id: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_profile-desk"))
        .args(["history", "--format", "curl", "--store"])
        .arg(store)
        .args(["--", id])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout)
}

/// Runs a script with another `PATH` in an empty folder.
fn bash(script: &str, folder: &Path, path: &str, url: &str) -> Output {
    let mut bash = Command::new("bash")
        .current_dir(folder)
        .env("PATH", path)
        .env("PROFILE_DESK_URL", url)
        .env("HOME", folder)
        .env("no_proxy", "127.0.0.1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    bash.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
    bash.wait_with_output().unwrap()
}

/// A `curl` that notes its arguments and its standard input, and answers with a status.
fn stub(folder: &Path, answers: &str) -> String {
    let tools = folder.join("tools");
    std::fs::create_dir(&tools).unwrap();
    let curl = tools.join("curl");
    let asked = folder.join("asked");
    std::fs::create_dir(&asked).unwrap();
    let code = format!(
        "#!/bin/bash\nn=$(ls '{0}' | grep -c args)\nprintf '%s\\0' \"$@\" > '{0}'/$n.args\n\
         case \"$*\" in *--data-binary*) cat > '{0}'/$n.body ;; esac\n{answers}\n",
        asked.display()
    );
    std::fs::write(&curl, code).unwrap();
    #[cfg(unix)]
    std::fs::set_permissions(&curl, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    format!("{}:{}", tools.display(), std::env::var("PATH").unwrap())
}

/// What was asked: arguments and body of each call.
fn asked(folder: &Path) -> Vec<(Vec<String>, Option<String>)> {
    let read = |number: usize| {
        let args = text(&std::fs::read(folder.join("asked").join(format!("{number}.args"))).ok()?);
        let args = args.trim_end_matches('\0').split('\0').map(str::to_owned).collect();
        let body = std::fs::read(folder.join("asked").join(format!("{number}.body"))).ok();
        Some((args, body.map(|bytes| text(&bytes))))
    };
    (0..).map_while(read).collect()
}

const HOSTILE: [&str; 9] = [
    "'; touch pwned; '",
    "$(touch pwned)",
    "`touch pwned`",
    "\nEND\ntouch pwned\n",
    "END",
    "\\",
    "\"; touch pwned; \"",
    "<<EOF\n$HOME",
    "\u{202e}\u{2028}\r\0\u{7f}é",
];

fn hostile() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let schema = r#"{"name":"Phone","type":"multi-valued","attributes":[{"name":"number","type":"string"}]}"#;
    let ids = ["$(touch pwned)", "'`touch pwned`'", "-o/../..", "a/?#&[1-3]{b,c}", "\u{202e}END"];
    let mut requests = vec![Request::CreateSchema(Json::parse(schema).unwrap())];
    for id in ids.map(|id| CustomerId::new(id).unwrap()) {
        requests.push(Request::CreateProfile(Json::object([(
            "\"customer_id\"",
            Json::string(id.as_str()).view(),
        )])));
        for value in HOSTILE {
            let value = Json::string(value);
            let body =
                format!("{{\"Phone\":[{{\"number\":{value},{value}:[\"END\",10.10,1E5,\"\\u0024(\"]}}]}}");
            requests.push(Request::InsertRecords(id.clone(), Json::parse(&body).unwrap()));
        }
        requests.push(Request::DeleteProfile(id));
    }
    for by in HOSTILE {
        let answers = Store::open(&store).or_else(|_| Store::create(&store)).unwrap();
        let answers = answers.append(&requests, by, "\n$(touch pwned)").unwrap();
        answers.into_iter().filter(|_| by == HOSTILE[0]).for_each(|answer| drop(answer.unwrap()));
    }
    for id in ids {
        let folder = tempfile::tempdir().unwrap();
        let path = stub(folder.path(), r"printf '\n200'");
        let script = script(&store, id);
        let output = bash(&script, folder.path(), &path, "http://[::1]:8080/cv/");
        assert!(output.status.success() && output.stdout.is_empty(), "{}", text(&output.stderr));
        assert_eq!(text(&output.stderr), "");
        let expected = Store::open(&store).unwrap().history(&CustomerId::new(id).unwrap()).unwrap();
        let asked = asked(folder.path());
        assert_eq!(asked.len(), expected.len());
        for ((args, body), line) in asked.iter().zip(expected) {
            let after = |option: &str| {
                args.iter().skip_while(|arg| *arg != option).nth(1).map(String::as_str).unwrap()
            };
            assert_eq!(after("--request"), line.request.method().as_str());
            assert_eq!(after("--url"), format!("http://[::1]:8080/cv{}", line.request.path()));
            assert_eq!(
                body.as_deref().map(|body| body.strip_suffix('\n').unwrap()),
                line.request.body().map(Json::as_str)
            );
            assert!(
                args.iter().all(|arg| arg == after("--url") || !arg.contains("pwned")),
                "no value in the process list"
            );
        }
        let mut left: Vec<_> =
            folder.path().read_dir().unwrap().map(|file| file.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["asked", "tools"], "nothing was run");
        let comments = script.lines().filter(|line| line.starts_with('#'));
        assert!(comments.flat_map(str::chars).all(|c| c.is_ascii() && !c.is_ascii_control()));
    }
}

fn refused() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let create = Request::CreateProfile(Json::parse(r#"{"customer_id":"A"}"#).unwrap());
    Store::create(&store)
        .unwrap()
        .append(&[create, Request::DeleteProfile(CustomerId::new("A").unwrap())], "x", "y")
        .unwrap();
    for (answers, says) in [
        (r"printf '{}\n301'", "301\n"),
        (
            r#"echo 'curl: (22) it was refused' >&2; printf '{"error":"no"}\n404'; exit 22"#,
            "{\"error\":\"no\"}\n404\n",
        ),
        ("exit 7", "\n"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = stub(folder.path(), answers);
        let output = bash(&script(&store, "A"), folder.path(), &path, "http://127.0.0.1:1");
        assert_eq!(output.status.code(), Some(1));
        assert!(
            text(&output.stderr)
                .ends_with(&format!("{says}POST /profiles was not accepted; the requests before it stand\n")),
            "{}",
            text(&output.stderr)
        );
        assert_eq!(asked(folder.path()).len(), 1, "the rest is not sent");
    }
}
