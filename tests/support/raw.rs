//! HTTP by hand: bytes out, bytes in, so that no client smooths over what the server really says.

#![allow(dead_code, reason = "each test uses its part")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// One answer.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Answer {
    /// A header, its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Status and body.
    pub fn said(&self) -> (u16, &str) {
        (self.status, &self.body)
    }

    /// The text of a member of an error in our own form.
    pub fn error(&self, member: &str) -> String {
        let json = profile_desk::model::json::Json::parse(&self.body).unwrap();
        let error = json.view().get("error").unwrap_or_else(|| panic!("no error: {}", self.body));
        let value = error.get(member).unwrap_or_else(|| panic!("no {member}: {}", self.body));
        value.text().map_or_else(|| value.to_string(), std::borrow::Cow::into_owned)
    }
}

/// A connection that is kept.
pub struct Line<S = TcpStream> {
    pub stream: S,
    ahead: Vec<u8>,
}

impl Line {
    pub fn to(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
        stream.set_nodelay(true).unwrap();
        Self::over(stream)
    }
}

impl<S: Read + Write> Line<S> {
    pub fn over(stream: S) -> Self {
        Self { stream, ahead: Vec::new() }
    }

    pub fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).unwrap();
        self.stream.flush().unwrap();
    }

    /// A request and its answer.
    pub fn ask(&mut self, method: &str, path: &str, body: &str) -> Answer {
        self.ask_with(method, path, &[], body)
    }

    pub fn ask_with(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        self.send(request(method, path, headers, body).as_bytes());
        self.answer_to(method).expect("the connection was cut")
    }

    /// The next answer; `None` where the connection ends without one.
    pub fn answer(&mut self) -> Option<Answer> {
        self.answer_to("GET")
    }

    fn answer_to(&mut self, method: &str) -> Option<Answer> {
        let head = loop {
            if let Some(end) = self.ahead.windows(4).position(|four| four == b"\r\n\r\n") {
                break String::from_utf8(self.ahead.drain(..end + 4).collect()).unwrap();
            }
            if !self.more() {
                assert!(self.ahead.is_empty(), "half an answer: {}", String::from_utf8_lossy(&self.ahead));
                return None;
            }
        };
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            .collect();
        let mut answer = Answer { status, headers, body: String::new() };
        assert_eq!(answer.header("transfer-encoding"), None, "answers have their length");
        let length = answer.header("content-length").map_or(0, |length| length.parse().unwrap());
        let length = if method == "HEAD" { 0 } else { length };
        while self.ahead.len() < length {
            assert!(self.more(), "the body was cut");
        }
        answer.body = String::from_utf8(self.ahead.drain(..length).collect()).unwrap();
        Some(answer)
    }

    /// Whether the other side has closed, with nothing left to read.
    pub fn is_closed(&mut self) -> bool {
        self.ahead.is_empty() && !self.more()
    }

    fn more(&mut self) -> bool {
        let mut buffer = [0; 8192];
        match self.stream.read(&mut buffer) {
            Ok(0) => false,
            Err(error) if matches!(error.kind(), ErrorKind::ConnectionReset | ErrorKind::BrokenPipe) => false,
            Ok(count) => {
                self.ahead.extend_from_slice(&buffer[..count]);
                true
            }
            Err(error) => panic!("{error}"),
        }
    }
}

pub fn request(method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> String {
    let headers: Vec<String> = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let headers = headers.concat();
    let length = if body.is_empty() { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
    format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\n{headers}{length}\r\n{body}")
}

/// A request on a connection of its own.
pub fn ask(address: SocketAddr, method: &str, path: &str, body: &str) -> Answer {
    Line::to(address).ask(method, path, body)
}
