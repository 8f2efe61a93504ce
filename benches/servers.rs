//! Inserts over HTTP beside what limits them, in one run: `cargo bench --bench servers`.
//!
//! Each pair is measured in turn, several times, and told as the median of the ratios; rates by themselves say more about the
//! machine than about the program. Needs `wrk` and `curl` for their rows, and says so where they are missing. All of it is on
//! loopback and ends by itself.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a measurement stops at the first surprise")]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it tells what it measured")]

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use profile_desk::model::json::Json;
use profile_desk::target::connection::Connection;
use profile_desk::target::http::Client;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// Requests under way at once.
const IN_FLIGHT: usize = 32;
/// How long each measurement lasts.
const LASTS: Duration = Duration::from_secs(3);
/// How often each pair is measured.
const ROUNDS: usize = 5;
/// How many requests curl makes.
const CURLS: u32 = 400;
/// Customers in the store of the team server.
const CUSTOMERS: u64 = 1_000;

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("serve-memory") => serve(Router::new().fallback(async |_: Bytes| "{}")),
        Some("serve-synced") => serve(synced(Path::new(&std::env::args().nth(2).unwrap()))),
        _ => measure(),
    }
}

/// A server in memory, or one that syncs, on a port that it tells in its first line.
fn serve(router: Router) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        eprintln!("http://{}", listener.local_addr().unwrap());
        axum::serve(listener, router).await.unwrap();
    });
}

type Waiting = (Bytes, oneshot::Sender<()>);

/// What any durable server has to do: append the body, sync, answer; all that wait share a sync.
fn synced(file: &Path) -> Router {
    let (send, waiting) = channel::<Waiting>();
    let mut file = std::fs::File::create(file).unwrap();
    std::thread::spawn(move || write_groups(&waiting, &mut file));
    Router::new().fallback(insert).with_state(send)
}

fn write_groups(waiting: &Receiver<Waiting>, file: &mut std::fs::File) {
    while let Ok(first) = waiting.recv() {
        let group: Vec<Waiting> = std::iter::once(first).chain(waiting.try_iter()).collect();
        let bytes: Vec<u8> = group.iter().flat_map(|(body, _)| body.iter().copied().chain([b'\n'])).collect();
        file.write_all(&bytes).unwrap();
        file.sync_data().unwrap();
        for (_, answer) in group {
            answer.send(()).unwrap();
        }
    }
}

async fn insert(State(writer): State<Sender<Waiting>>, body: Bytes) -> &'static str {
    let (answer, answered) = oneshot::channel();
    writer.send((body, answer)).unwrap();
    answered.await.unwrap();
    "{}"
}

/// A server in a process of its own, ended with this value.
struct Served(Child, String);

impl Served {
    fn start(command: &mut Command) -> Self {
        let mut child = command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let told = lines.by_ref().map_while(Result::ok).find_map(|line| {
            line.split_whitespace().find(|word| word.starts_with("http://")).map(str::to_owned)
        });
        std::thread::spawn(move || lines.for_each(drop));
        Self(child, told.expect("the server told its address"))
    }

    fn own(args: &[&str]) -> Self {
        Self::start(Command::new(std::env::current_exe().unwrap()).args(args))
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn body(number: u64) -> Json {
    let kind = number % 3;
    Json::parse(&format!(
        r#"{{"Phone":[{{"PhoneType":{kind},"prefix":"+33","number":"{number:010}","description":"family phone","start_availabilty":"2009-12-18T18:30:00.000Z"}}]}}"#
    ))
    .unwrap()
}

/// Inserts a second, through the client.
fn client(runtime: &tokio::runtime::Runtime, url: &str) -> f64 {
    let client = Arc::new(Client::new(&Connection::to(url), None).unwrap());
    let number = Arc::new(AtomicU64::new(0));
    let began = Instant::now();
    runtime.block_on(async {
        let tasks: Vec<_> =
            (0..IN_FLIGHT).map(|_| tokio::spawn(insert_on(client.clone(), number.clone(), began))).collect();
        for task in tasks {
            task.await.unwrap();
        }
    });
    number.load(Ordering::Relaxed) as f64 / began.elapsed().as_secs_f64()
}

async fn insert_on(client: Arc<Client>, number: Arc<AtomicU64>, began: Instant) {
    let bodies: Vec<Json> = (0..64).map(body).collect(); // made once, as wrk's is
    while began.elapsed() < LASTS {
        let number = number.fetch_add(1, Ordering::Relaxed);
        let path = format!("/profiles/BENCH{:05}/extensions", number % CUSTOMERS);
        let answer =
            client.call(reqwest::Method::POST, &path, Some(&bodies[(number % 64) as usize])).await.unwrap();
        assert!((200..300).contains(&answer.status), "{}", answer.status);
    }
}

/// Requests a second, by wrk; `None` where it is missing.
fn wrk(folder: &Path, url: &str) -> Option<f64> {
    let script = folder.join("insert.lua");
    let text = format!(
        "wrk.method=\"POST\"\nwrk.headers[\"Content-Type\"]=\"application/json\"\nwrk.body=[[{}]]\n",
        body(1)
    );
    std::fs::write(&script, text).unwrap();
    let (connections, lasts) = (format!("-c{IN_FLIGHT}"), format!("-d{}s", LASTS.as_secs()));
    let path = format!("{url}/profiles/BENCH00001/extensions");
    let done = Command::new("wrk")
        .args(["-t2", &connections, &lasts, "-s"])
        .arg(&script)
        .arg(&path)
        .output()
        .ok()?;
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    said.lines().find_map(|line| line.trim().strip_prefix("Requests/sec:")?.trim().parse().ok())
}

/// Requests a second, by curl, a process each, eight at once; `None` where it is missing.
fn curl(folder: &Path, url: &str) -> Option<f64> {
    let file = folder.join("body.json");
    std::fs::write(&file, body(1).as_str()).unwrap();
    let command = format!(
        "command -v curl >/dev/null && seq {CURLS} | xargs -P8 -I@ curl -sS -o /dev/null -H 'Content-Type: application/json' --data-binary '@{}' {url}/profiles/BENCH00001/extensions",
        file.display()
    );
    let command = command.replace("-I@", "-I{}");
    let began = Instant::now();
    let done = Command::new("sh").args(["-c", &command]).status().ok()?;
    done.success().then(|| f64::from(CURLS) / began.elapsed().as_secs_f64())
}

fn team_store(folder: &Path) -> std::path::PathBuf {
    let (store, file) = (folder.join("store"), folder.join("customers.json"));
    let samples = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/samples/store.json");
    let program = env!("CARGO_BIN_EXE_profile-desk");
    let import = |file: &Path| {
        let mut import = Command::new(program);
        import.arg("import").arg(file).arg("--store").arg(&store).stderr(Stdio::null());
        assert!(import.status().unwrap().success());
    };
    import(Path::new(samples));
    let mut lines = String::new();
    for number in 0..CUSTOMERS {
        let _ = writeln!(lines, r#"{{"customer_id":"BENCH{number:05}","LastName":"Bench"}}"#);
    }
    std::fs::write(&file, lines).unwrap();
    import(&file);
    store
}

/// The median of the ratios of two rates measured in turn, and the median of the first.
fn pair(name: &str, target: &str, mut ours: impl FnMut() -> f64, mut peer: impl FnMut() -> Option<f64>) {
    let mut ratios = Vec::new();
    let mut rates = Vec::new();
    for _ in 0..ROUNDS {
        let rate = ours();
        let Some(other) = peer() else {
            println!("| {name} | {target} | not measured: the peer is not installed | {rate:.0}/s |");
            return;
        };
        ratios.push(rate / other);
        rates.push(rate);
    }
    let median = |values: &mut Vec<f64>| {
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    let (low, high) =
        (ratios.iter().copied().fold(f64::MAX, f64::min), ratios.iter().copied().fold(0.0, f64::max));
    println!(
        "| {name} | {target} | {:.2} × ({low:.2} to {high:.2}) | {:.0}/s |",
        median(&mut ratios),
        median(&mut rates)
    );
}

fn measure() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    println!("| what | target | median of {ROUNDS} (range) | rate |\n|---|---|---|---|");
    let store = team_store(folder.path());
    {
        let program = env!("CARGO_BIN_EXE_profile-desk");
        let mut serve = Command::new(program);
        serve.args(["serve", "--listen", "127.0.0.1:0", "--store"]).arg(&store);
        let team = Served::start(&mut serve);
        let file = folder.path().join("synced");
        let bare = Served::own(&["serve-synced", file.to_str().unwrap()]);
        let name = format!(
            "durable inserts into the team server, {IN_FLIGHT} in flight, to a bare axum handler that syncs the same bytes"
        );
        pair(&name, "≥ 0.8 ×", || client(&runtime, &team.1), || Some(client(&runtime, &bare.1)));
    }
    let memory = Served::own(&["serve-memory"]);
    let ours = || client(&runtime, &memory.1);
    pair("the client against a server in memory, to wrk", "≥ 0.7 ×", ours, || {
        wrk(folder.path(), &memory.1)
    });
    pair("the same, to xargs -P8 curl", "≥ 100 ×", ours, || curl(folder.path(), &memory.1));
}
