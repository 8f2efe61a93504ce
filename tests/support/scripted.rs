//! A server that answers with the bytes that a test gives it, and writes down what it was sent.
//!
//! Each rule must be used and nothing else may be asked for; a test that ends otherwise fails.
#![allow(dead_code, reason = "each test uses its part")]

use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What the server does with a request.
#[derive(Clone)]
pub enum Act {
    /// Sends these bytes and waits for the next request.
    Send(Vec<u8>),
    /// Sends these bytes and hangs up.
    Cut(Vec<u8>),
    /// Sends these bytes one by one, slowly, until nobody listens any more.
    Slowly(Vec<u8>),
    /// Sends nothing until the other side hangs up.
    Wait,
}

/// A request as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub head: String,
    pub body: String,
}

impl Seen {
    /// Method and target.
    pub fn line(&self) -> &str {
        self.head.lines().next().unwrap().trim_end_matches(" HTTP/1.1")
    }

    /// The value of a header, its name in any letter case; panics where it stands twice.
    pub fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        let values: Vec<&str> = lines.filter(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v).collect();
        assert!(values.len() < 2, "{name} stands twice");
        values.first().copied()
    }
}

struct Rule {
    start: String,
    acts: Vec<Act>,
    used: usize,
}

#[derive(Default)]
struct Script {
    rules: Vec<Rule>,
    seen: Vec<Seen>,
    unexpected: Vec<String>,
}

pub struct Scripted {
    pub port: u16,
    left: Arc<AtomicBool>,
    script: Arc<Mutex<Script>>,
}

impl Scripted {
    pub fn http() -> Self {
        Self::start(serve)
    }

    /// Over TLS, with a certificate and its key.
    pub fn https(certificate: CertificateDer<'static>, key: PrivateKeyDer<'static>) -> Self {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config =
            ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let config = Arc::new(config.with_no_client_auth().with_single_cert(vec![certificate], key).unwrap());
        Self::start(move |stream, script| {
            let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            serve(StreamOwned::new(connection, stream), script);
        })
    }

    /// Answers whatever comes with a line that is no HTTP and no TLS.
    pub fn garbage() -> Self {
        Self::start(|mut stream, _| {
            let _ = stream.write_all(b"HELO this is no such server\r\n");
            let _ = stream.read(&mut [0; 999]);
        })
    }

    fn start(serve: impl Fn(TcpStream, &Mutex<Script>) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let script: Arc<Mutex<Script>> = Arc::default();
        let (shared, serve) = (Arc::clone(&script), Arc::new(serve));
        let left: Arc<AtomicBool> = Arc::default();
        let leaves = Arc::clone(&left);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if leaves.load(Ordering::SeqCst) {
                    return;
                }
                stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
                let (script, serve) = (Arc::clone(&shared), Arc::clone(&serve));
                thread::spawn(move || serve(stream, &script));
            }
        });
        Self { port, left, script }
    }

    /// Listens no longer.
    pub fn leave(&self) {
        self.left.store(true, Ordering::SeqCst);
        while TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
            thread::yield_now();
        }
    }

    /// What to do with requests that begin so, `GET /cv/profiles`; one act after the other, the last one for all that follow.
    /// The longest beginning counts.
    pub fn on(&self, start: &str, acts: impl IntoIterator<Item = Act>) -> &Self {
        let acts: Vec<Act> = acts.into_iter().collect();
        let mut script = self.script.lock().unwrap();
        script.rules.retain(|rule| rule.start != start);
        script.rules.push(Rule { start: start.into(), acts, used: 0 });
        self
    }

    /// The requests so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.script.lock().unwrap().seen.clone()
    }

    /// The requests so far that begin so.
    pub fn asked(&self, start: &str) -> usize {
        self.seen().iter().filter(|seen| seen.line().starts_with(start)).count()
    }
}

impl Drop for Scripted {
    fn drop(&mut self) {
        if thread::panicking() {
            return;
        }
        let script = self.script.lock().unwrap();
        assert!(script.unexpected.is_empty(), "nobody expected {:?}", script.unexpected);
        for rule in &script.rules {
            assert!(rule.used > 0, "{} was never asked for", rule.start);
        }
    }
}

/// An answer with a length.
pub fn answer(status: &str, headers: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n{headers}\r\n{body}", body.len()).into_bytes()
}

/// A JSON answer with a length.
pub fn json(status: &str, body: &str) -> Act {
    Act::Send(answer(status, "Content-Type: application/json\r\n", body))
}

fn serve(mut stream: impl Read + Write, script: &Mutex<Script>) {
    while let Some(seen) = request(&mut stream) {
        let line = seen.line().to_owned();
        let act = {
            let mut script = script.lock().unwrap();
            script.seen.push(seen);
            let rules = script.rules.iter_mut().filter(|rule| line.starts_with(&rule.start));
            if let Some(rule) = rules.max_by_key(|rule| rule.start.len()) {
                rule.used += 1;
                rule.acts[(rule.used - 1).min(rule.acts.len() - 1)].clone()
            } else {
                script.unexpected.push(line);
                Act::Cut(Vec::new())
            }
        };
        let done = match act {
            Act::Send(bytes) => stream.write_all(&bytes).and_then(|()| stream.flush()).is_err(),
            Act::Cut(bytes) => {
                let _ = stream.write_all(&bytes).and_then(|()| stream.flush());
                true
            }
            Act::Slowly(bytes) => bytes.iter().all(|byte| {
                thread::sleep(Duration::from_millis(100));
                stream.write_all(&[*byte]).and_then(|()| stream.flush()).is_ok()
            }),
            Act::Wait => {
                let _ = stream.read(&mut [0]);
                true
            }
        };
        if done {
            return;
        }
    }
}

/// Reads one request with a `Content-Length`, or none; `None` at the end.
fn request(stream: &mut impl Read) -> Option<Seen> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        if stream.read(&mut byte).ok()? == 0 {
            return None;
        }
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let mut seen = Seen { head, body: String::new() };
    let length = seen.header("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    seen.body = String::from_utf8(body).unwrap();
    Some(seen)
}
