//! The real binary on servers: our own team server, and servers that are not ours.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

#[path = "support/served.rs"]
mod served;

use profile_desk::model::apply::State;
use profile_desk::model::json::Json;
use profile_desk::model::profile::{CustomerId, Profile};
use profile_desk::model::schema::Schema;
use profile_desk::server::Users;
use profile_desk::target::LocalStore;
use served::{Served, options};
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

const ADA: &str = "0004Va58A92T0017";
const PASSWORD: &str = "open sesame \u{e9}";

/// The binary without a password, with settings in a folder.
fn command(config: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_profile-desk"));
    for proxy in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
        command.env_remove(proxy);
    }
    command.env_remove("PROFILE_DESK_PASSWORD").env("PROFILE_DESK_CONFIG", config).stdin(Stdio::null());
    command
}

/// On a target, with no settings.
fn run(args: &[&str], target: &[&str]) -> Output {
    command(Path::new("/nowhere")).args(args).args(target).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Standard output of a command that ended well.
fn out(args: &[&str], target: &[&str]) -> String {
    let output = run(args, target);
    assert!(output.status.success(), "{args:?} {target:?}: {}", text(&output.stderr));
    text(&output.stdout)
}

/// Standard error of a command that ended with a status.
fn err(status: i32, args: &[&str], target: &[&str]) -> String {
    let output = run(args, target);
    let message = text(&output.stderr);
    assert_eq!(output.status.code(), Some(status), "{args:?} {target:?}: {message}");
    assert!(output.stdout.is_empty() || status == 0, "{args:?}");
    assert!(status == 0 || message.contains("error: "), "{message}");
    message
}

fn file(folder: &Path, name: &str, content: &str) -> String {
    let file = folder.join(name);
    std::fs::write(&file, content).unwrap();
    file.to_str().unwrap().to_owned()
}

/// The samples in a store, and our own server on them.
fn team() -> (tempfile::TempDir, PathBuf, Served) {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    out(&["import", "assets/samples/store.json"], &["--store", store.to_str().unwrap()]);
    let served = Served::own(Arc::new(LocalStore::open(&store).unwrap()));
    (folder, store, served)
}

/// A server that is not ours, with one customer `A`.
fn foreign(switches: &str) -> Served {
    let phone = r#"{"name":"Phone","type":"multi-valued","attributes":[{"name":"kind","type":"integer"},{"name":"number","type":"string"}],"unique":["kind"]}"#;
    let ada =
        r#"{"customer_id":"A","First":"Ada","Phone":[{"kind":1,"number":"111"},{"kind":2,"number":"222"}]}"#;
    let ada = Profile::from_json(&Json::parse(ada).unwrap(), |_| false).unwrap();
    let mut state = State::default();
    state.schemas.push(Schema::from_json(&Json::parse(phone).unwrap()).unwrap());
    state.profiles.insert(ada.id.clone(), ada);
    Served::simulated(state, switches)
}

/// The phone numbers that a server holds of `A`.
fn numbers(served: &Served) -> Vec<String> {
    let state = served.state();
    let records = state.profiles.get(&CustomerId::new("A").unwrap()).unwrap().records("Phone");
    records.iter().map(|record| record.get("number").unwrap().text().unwrap().into_owned()).collect()
}

const INSERT: &str = r#"{"customer_id":"A","Phone":[{"kind":2,"number":"999"},{"kind":3,"number":"333"}]}"#;

#[test]
fn every_command_says_the_same_of_a_store_and_of_the_team_server_over_it() {
    let (folder, store, served) = team();
    let local = ["--store", store.to_str().unwrap()];
    let at = ["--server", served.url.as_str()];
    let fax = file(
        folder.path(),
        "fax.json",
        r#"{"name":"Fax","type":"multi-valued","attributes":[{"name":"number","type":"string"}]}"#,
    );
    out(&["insert", "assets/samples/insert-phone.json"], &at);
    out(&["schema", "create", &fax], &at);
    let commands: [&[&str]; 16] = [
        &["show", ADA],
        &["show", ADA, "--extensions", "phone,Fax"],
        &["find", "number=951357456"],
        &["find", "phone.NUMBER=951357456", "--", "customer_id=0004Va58A92T0017"],
        &["find", "Orders.number=951357456"],
        &["find", "total=10.10"],
        &["find", "--text", "951 357"],
        &["find", "--text", "nobody at all"],
        &["export"],
        &["export", "--format", "json"],
        &["schema", "list"],
        &["schema", "show", "phone"],
        &["history", ADA],
        &["history", ADA, "--format", "curl"],
        &["insert", "--dry-run", "assets/samples/insert-phone.json"],
        &["insert", "--dry-run", "--raw", "assets/samples/insert-phone.json"],
    ];
    for args in commands {
        let (first, rest) = args.split_at(args.iter().position(|arg| *arg == "--").unwrap_or(args.len()));
        let on = |target: &[&str]| out(&[first, target, rest].concat(), &[]);
        assert_eq!(on(&local), on(&at), "{args:?}");
    }
    assert!(
        out(&["history", ADA], &at)
            .lines()
            .last()
            .unwrap()
            .contains(r#""by":"server","method":"POST","path":"/profiles/0004Va58A92T0017/extensions""#)
    );
    out(&["schema", "delete", "Phone"], &at);
    assert!(!out(&["export"], &local).contains("951357456"));
    for args in [
        &["show", "nobody"][..],
        &["history", "nobody"],
        &["schema", "show", "Phone"],
        &["schema", "delete", "Phone"],
    ] {
        err(1, args, &at);
    }
}

#[test]
fn importing_through_the_team_server_is_like_importing_into_the_store() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let served = Served::own(Arc::new(LocalStore::create(&store).unwrap()));
    let at = ["--server", served.url.as_str()];
    let import = ["import", "assets/samples/store.json"];
    let dry = err(0, &[&import[..], &["--dry-run"]].concat(), &at);
    assert_eq!(dry, "Would import: 15 read = 15 new + 0 changed + 0 same + 0 refused.\n");
    assert_eq!(out(&["export"], &at), "");
    assert_eq!(err(0, &import, &at), "Imported: 15 read = 15 new + 0 changed + 0 same + 0 refused.\n");
    assert_eq!(err(0, &import, &at), "Imported: 15 read = 0 new + 0 changed + 15 same + 0 refused.\n");
    let (_other, local, _) = team();
    assert_eq!(out(&["export"], &at), out(&["export"], &["--store", local.to_str().unwrap()]));
    let nobody = file(folder.path(), "bad.json", r#"{"customer_id":"A","Phone":[{"PhoneType":"x"}]}"#);
    assert!(err(1, &["import", &nobody], &at).contains("Phone 1 PhoneType"));
}

#[test]
fn on_a_server_of_any_reading_insert_replaces_equal_records_and_keeps_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let body = file(folder.path(), "insert.json", INSERT);
    for (is, declared) in [("upsert", ""), ("replace", ""), ("upsert", "upsert"), ("replace", "replace")] {
        let served = foreign(is);
        let mut at = vec!["--server", served.url.as_str()];
        if !declared.is_empty() {
            at.extend(["--reading", declared]);
        }
        let preview = out(&["insert", "--dry-run", &body], &at);
        assert!(
            preview
                .lines()
                .all(|line| line.starts_with(r#"{"method":"P"#) && line.contains(r#""path":"/profiles/A/"#)),
            "{preview}"
        );
        assert_eq!(numbers(&served), ["111", "222"], "a dry run changes nothing");
        assert_eq!(err(0, &["insert", &body], &at), "Inserted into customer A.\n");
        let mut after = numbers(&served);
        after.sort();
        assert_eq!(after, ["111", "333", "999"], "{is} {declared}");
        let again = err(0, &["insert", &body], &at);
        assert_eq!(again, "Nothing had to be sent: customer A has these records already.\n");
        assert_eq!(out(&["insert", "--dry-run", &body], &at), "");
    }
}

#[test]
fn a_raw_insert_is_posted_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let body =
        file(folder.path(), "raw.json", "{ \"Phone\" : [ { \"kind\" : 7, \"number\" : \"\\u0037\" } ] }");
    let served = foreign("replace");
    let at = ["--server", served.url.as_str()];
    let raw = ["insert", "--raw", "--customer", "A", &body];
    let line = out(&[&raw[..], &["--dry-run"]].concat(), &at);
    assert_eq!(
        line,
        "{\"method\":\"POST\",\"path\":\"/profiles/A/extensions\",\"body\":{\"Phone\":[{\"kind\":7,\"number\":\"\\u0037\"}]}}\n"
    );
    let said = err(0, &raw, &at);
    assert_eq!(said, format!("{} accepted the request as it was.\n", served.url));
    assert_eq!(numbers(&served), ["7"], "this server replaces, and was told to");
    let odd = file(folder.path(), "odd.json", r#"{"Fax":[{"a":1}]}"#);
    assert!(
        err(1, &["insert", "--raw", "--customer", "A", &odd], &at).contains("there is no schema"),
        "the server judges"
    );
    let no_json = file(folder.path(), "no.json", "{,}");
    assert!(err(1, &["insert", "--raw", "--customer", "A", &no_json], &at).contains("no.json:1:2: "));
}

#[test]
fn what_a_server_does_not_offer_or_no_safe_request_expresses_is_refused_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let body = file(folder.path(), "insert.json", INSERT);
    let served = foreign("replace");
    let at = ["--server", served.url.as_str()];
    assert!(err(1, &["export"], &at).contains("does not list its customers"));
    assert!(err(1, &["history", "A"], &at).contains("keeps no history"));
    assert!(err(2, &["check"], &at).contains("check reads the files of a local store"));
    assert!(err(1, &["show", "B"], &at).contains("there is no customer B"));
    assert_eq!(numbers(&served), ["111", "222"]);
    for switches in ["no-unique,upsert", "no-unique,replace"] {
        let served = foreign(switches);
        let refused = err(1, &["insert", &body], &["--server", &served.url]);
        assert!(refused.contains("only the complete profile of customer A would express this"), "{refused}");
        assert!(refused.ends_with("Nothing was changed.\n"), "{refused}");
        assert_eq!(err(1, &["insert", "--dry-run", &body], &["--server", &served.url]), refused);
        assert!(err(1, &["import", &body], &["--server", &served.url]).contains("only the complete profile"));
        let declared = err(1, &["insert", &body], &["--server", &served.url, "--reading", "replace"]);
        assert!(declared.contains("could lose or double them"), "{declared}");
        assert_eq!(numbers(&served), ["111", "222"]);
    }
}

#[test]
fn a_server_without_metadata_is_asked_for_the_extensions_that_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let served = foreign("no-metadata");
    let at = ["--server", served.url.as_str()];
    let shown = run(&["show", "A"], &at);
    assert!(text(&shown.stderr).starts_with("Note: ") && !text(&shown.stdout).contains("111"));
    assert!(out(&["show", "A", "--extensions", "Phone"], &at).contains("111"));
    let body = file(folder.path(), "insert.json", INSERT);
    let refused = err(1, &["insert", &body], &at);
    assert!(
        refused.contains("declare the unique attributes of Phone")
            && refused.contains("types are those of the values"),
        "{refused}"
    );
    assert_eq!(numbers(&served), ["111", "222"]);
    let kept = format!(
        r#"{{"connections":[{{"url":"{}","extensions":[{{"name":"Phone","unique":["kind"]}}]}}]}}"#,
        served.url
    );
    file(folder.path(), "connections.json", &kept);
    let inserted = command(folder.path()).args(["insert", &body]).args(at).output().unwrap();
    assert!(inserted.status.success(), "{}", text(&inserted.stderr));
    assert_eq!(numbers(&served).len(), 3);
}

#[test]
fn customers_are_found_by_whole_values_where_the_server_does_that() {
    let served = foreign("upsert");
    let at = ["--server", served.url.as_str()];
    for found in [&["find", "Phone.number=111"][..], &["find", "customer_id=A"], &["find", "First=Ada"]] {
        assert_eq!(out(found, &at).lines().count(), 1, "{found:?}");
    }
    assert_eq!(out(&["find", "First=Eve"], &at), "");
}

#[test]
fn an_import_into_a_server_that_is_not_ours_joins_and_refuses_new_customers() {
    let folder = tempfile::tempdir().unwrap();
    let lines = "{\"customer_id\":\"A\",\"Title\":\"Dr\",\"Phone\":[{\"kind\":3,\"number\":\"333\"}]}\n{\"customer_id\":\"B\"}\n{\"First\":\"Ada\",\"Phone\":[{\"kind\":4,\"number\":\"444\"}]}\n";
    let lines = file(folder.path(), "people.jsonl", lines);
    let import = ["import", "--on-error", "skip", "--match", "First", &lines];
    let served = foreign("replace");
    let at = ["--server", served.url.as_str()];
    let dry = err(1, &[&import[..], &["--dry-run"]].concat(), &at);
    assert!(dry.contains("it makes its own IDs"), "{dry}");
    assert_eq!(numbers(&served), ["111", "222"]);
    let done = err(1, &import, &at);
    assert!(done.contains("3 read = 0 new + 2 changed + 0 same + 1 refused"), "{done}");
    assert_eq!(numbers(&served), ["111", "222", "333", "444"]);
    assert!(err(1, &import, &at).contains("0 new + 0 changed + 2 same + 1 refused"));
}

#[test]
fn a_server_that_takes_nothing_now_refuses_with_1() {
    let folder = tempfile::tempdir().unwrap();
    let body = file(folder.path(), "insert.json", INSERT);
    let served = foreign("maintenance");
    let message = err(1, &["insert", &body], &["--server", &served.url]);
    assert!(message.contains("503") && message.contains("maintenance"), "{message}");
    assert_eq!(numbers(&served), ["111", "222"]);
}

#[test]
fn what_cannot_be_reached_ends_with_3_and_a_lost_answer_that_reading_back_does_not_settle_with_4() {
    let folder = tempfile::tempdir().unwrap();
    let body = file(folder.path(), "insert.json", INSERT);
    // The port is taken, and nobody listens at it.
    let taken = tokio::net::TcpSocket::new_v4().unwrap();
    taken.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let nobody = format!("http://{}/cv", taken.local_addr().unwrap());
    for args in [&["show", "A"][..], &["insert", &body], &["import", &body], &["export"], &["history", "A"]] {
        let message = err(3, args, &["--server", &nobody]);
        assert!(message.contains("was not reached") && message.contains(&nobody), "{message}");
    }
    let served = foreign("cut-before=9");
    let message = err(4, &["insert", &body], &["--server", &served.url]);
    assert!(message.contains("/profiles/A/"), "{message}");
    let served = foreign("cut-after-commit=9");
    let at = ["--server", served.url.as_str()];
    assert_eq!(err(0, &["insert", &body], &at), "Inserted into customer A.\n");
    assert_eq!(numbers(&served).len(), 3, "reading back settled each step");
    err(4, &["insert", "--raw", &body], &["--server", &foreign("cut-after-commit").url]);
}

/// What stands between a client and a server, and cuts the connection instead of passing on the answer to a change.
fn cutting(server: SocketAddr) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for client in listener.incoming() {
            let (mut client, mut server) = (client.unwrap(), TcpStream::connect(server).unwrap());
            let (mut back, mut up) = (client.try_clone().unwrap(), server.try_clone().unwrap());
            let changes = Arc::new(AtomicBool::new(false));
            let seen = changes.clone();
            std::thread::spawn(move || {
                pass(&mut client, &mut up, |bytes| {
                    seen.fetch_or(bytes.starts_with(b"POST /x/send"), Ordering::SeqCst);
                    true
                });
            });
            std::thread::spawn(move || {
                pass(&mut server, &mut back, |_| !changes.load(Ordering::SeqCst));
                let _ = back.shutdown(Shutdown::Both); // the client may be gone already
            });
        }
    });
    url
}

/// Passes bytes on while they may go.
fn pass(from: &mut TcpStream, to: &mut TcpStream, mut may: impl FnMut(&[u8]) -> bool) {
    let mut bytes = vec![0; 1 << 16];
    while let Ok(read) = from.read(&mut bytes) {
        if read == 0 || !may(&bytes[..read]) || to.write_all(&bytes[..read]).is_err() {
            return;
        }
    }
}

#[test]
fn a_lost_answer_of_our_own_server_is_settled_by_reading_back_where_a_record_can_be_told() {
    let (folder, _, served) = team();
    let notes = file(
        folder.path(),
        "notes.json",
        r#"{"name":"Diary","type":"multi-valued","attributes":[{"name":"text","type":"string"}]}"#,
    );
    out(&["schema", "create", &notes], &["--server", &served.url]);
    let between = cutting(served.address);
    let at = ["--server", between.as_str()];
    assert_eq!(
        err(0, &["insert", "assets/samples/insert-phone.json"], &at),
        format!("Inserted into customer {ADA}.\n")
    );
    let note =
        file(folder.path(), "note.json", &format!(r#"{{"customer_id":"{ADA}","Diary":[{{"text":"x"}}]}}"#));
    let lost = err(4, &["insert", &note], &at);
    assert!(lost.contains("POST /x/send was sent to"), "{lost}");
    assert_eq!(
        out(&["show", ADA, "--extensions", "Diary"], &at).matches("\"x\"").count(),
        1,
        "it was sent once"
    );
}

/// Answers every request with these bytes, and gives what was asked.
fn answering(answer: &'static [u8]) -> (String, std::thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let thread = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut asked = vec![0; 4096];
        let read = stream.read(&mut asked).unwrap();
        stream.write_all(answer).unwrap();
        String::from_utf8_lossy(&asked[..read]).into_owned()
    });
    (url, thread)
}

#[test]
fn a_redirect_is_not_followed() {
    let trap = TcpListener::bind("127.0.0.1:0").unwrap();
    trap.set_nonblocking(true).unwrap();
    let to = format!(
        "HTTP/1.1 301 Moved\r\nLocation: http://{}/server/status\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        trap.local_addr().unwrap()
    );
    let (url, asked) = answering(to.leak().as_bytes());
    let output = command(Path::new("/nowhere"))
        .args(["show", "A", "--user", "kent", "--server", &url])
        .env("PROFILE_DESK_PASSWORD", PASSWORD)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(text(&output.stderr).contains("301"), "{}", text(&output.stderr));
    assert!(asked.join().unwrap().starts_with("GET /server/status HTTP/1.1\r\n"));
    assert!(trap.accept().is_err(), "nobody went there");
}

/// Our own server with the user kent.
fn guarded(folder: &Path) -> Served {
    let mut options = options();
    options.users = Some(Users::parse(&format!("kent:{PASSWORD}\n")).unwrap());
    Served::with(Arc::new(LocalStore::create(&folder.join("store")).unwrap()), options)
}

#[test]
fn the_password_comes_from_the_environment_and_is_nowhere_said() {
    let folder = tempfile::tempdir().unwrap();
    let served = guarded(folder.path());
    let list = |user: &[&str], password: &str| {
        let mut command = command(folder.path());
        command.args(["schema", "list", "--server", &served.url]).args(user);
        let output = command.env("PROFILE_DESK_PASSWORD", password).output().unwrap();
        let said = text(&output.stdout) + &text(&output.stderr);
        assert!(!said.contains("sesame"), "{said}");
        (output.status.code().unwrap(), said)
    };
    assert_eq!(list(&["--user", "kent"], PASSWORD), (0, String::new()));
    for (user, password, sentence) in [
        (&["--user", "kent"][..], "", "wants the password of the user kent"),
        (&["--user", "kent"], "sesame", "401"),
        (&["--user", "lois"], PASSWORD, "401"),
        (&[], PASSWORD, "401"),
    ] {
        let (status, said) = list(user, password);
        assert_eq!(status, 1, "{said}");
        assert!(said.starts_with("error: ") && said.contains(sentence), "{said}");
    }
    let in_url = served.url.replace("//", "//kent:sesame@");
    let output = command(folder.path()).args(["schema", "list", "--server", &in_url]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(!text(&output.stderr).contains("sesame"));
    file(
        folder.path(),
        "connections.json",
        &format!(r#"{{"connections":[{{"url":"{}/","user":"kent"}}]}}"#, served.url),
    );
    assert_eq!(list(&[], PASSWORD).0, 0, "the window's connection names the user");
    file(folder.path(), "connections.json", "{,}");
    let (status, said) = list(&[], PASSWORD);
    assert!(status == 3 && said.contains("connections.json cannot be read: line 1, column 2: "), "{said}");
}

#[cfg(target_os = "linux")]
#[test]
fn the_password_stands_in_no_process_list() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let mut child = command(Path::new("/nowhere"))
        .args(["show", "A", "--user", "kent", "--server", &url])
        .env("PROFILE_DESK_PASSWORD", PASSWORD)
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let (mut stream, _) = silent.accept().unwrap();
    let mut asked = vec![0; 4096];
    let read = stream.read(&mut asked).unwrap();
    let line = std::fs::read(format!("/proc/{}/cmdline", child.id())).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(String::from_utf8_lossy(&line).contains("--user\0kent\0"));
    assert!(!String::from_utf8_lossy(&line).contains("sesame"));
    let asked = String::from_utf8_lossy(&asked[..read]).to_lowercase();
    assert!(asked.contains("authorization: basic ") && !asked.contains("sesame"), "it was sent, encoded");
}
