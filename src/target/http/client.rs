//! The one client of every call: how it connects, how long it waits, how much it reads.

use super::address::{Base, exposes_credentials, headers};
use super::trouble::{Layer, Trouble};
use crate::model::json::Json;
use crate::target::connection::{Connection, Password};
use reqwest::header::{CONTENT_TYPE, ETAG, HeaderMap, HeaderValue, LOCATION, RETRY_AFTER};
use reqwest::{Certificate, ClientBuilder, Method, Response, redirect, retry};
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

/// The longest answer, in bytes (setting: answer size).
const LONGEST: usize = 64 << 20;
/// How long a connection may take to come about, at most.
const CONNECT: Duration = Duration::from_secs(10);
/// How long an unused connection is kept: less than servers do, so that none is met that is about to be closed.
const KEPT: Duration = Duration::from_secs(4);

/// A client of one server. Any number of calls may be under way.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    base: Base,
    patience: Duration,
}

/// What a server answered, whatever it was.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The body; of an answer that is no success perhaps a part.
    pub body: Vec<u8>,
    /// Who answered: the server, or a proxy before it.
    pub from: Option<SocketAddr>,
    headers: HeaderMap,
}

impl Client {
    /// A client for a connection; asks nothing. The error is a sentence.
    pub fn new(connection: &Connection, password: Option<&Password>) -> Result<Self, String> {
        let base = Base::of(connection)?;
        if exposes_credentials(connection) && !connection.plain_http {
            return Err(format!(
                "{} is plain http: on the way everybody could read the credentials, so they are not sent; use https, or agree to it for this connection (plain_http)",
                base.text()
            ));
        }
        let patience = Duration::from_secs(connection.timeout_secs.max(1));
        let _ = rustls::crypto::ring::default_provider().install_default(); // an error says that there is one already
        let builder = reqwest::Client::builder()
            .default_headers(headers(connection, password)?)
            .http1_only()
            .redirect(redirect::Policy::none())
            .referer(false)
            .retry(retry::never())
            .connect_timeout(CONNECT.min(patience / 2))
            .timeout(patience)
            .pool_idle_timeout(KEPT);
        let builder = if base.is_loopback() { builder.no_proxy() } else { builder };
        let http = trusting(builder, &base, connection.ca_file.as_deref())?.build();
        let http = http.map_err(|error| match std::error::Error::source(&error) {
            Some(cause) => format!("TLS cannot be set up: {cause}; are the system's certificates installed (package ca-certificates)?"),
            None => "the client cannot be set up".into(),
        })?;
        Ok(Self { http, base, patience })
    }

    /// The server's address.
    pub fn base(&self) -> &Base {
        &self.base
    }

    /// Sends a request and waits for the whole answer; nothing is tried twice. `path` is percent-encoded and may have a query.
    pub async fn call(&self, method: Method, path: &str, body: Option<&Json>) -> Result<Answer, Trouble> {
        let url = self.base.join(path).map_err(|reason| Trouble::before(Layer::Address, reason))?;
        let mut request = self.http.request(method, url);
        if let Some(body) = body {
            let json = HeaderValue::from_static("application/json");
            request = request.header(CONTENT_TYPE, json).body(body.as_str().to_owned());
        }
        let response = request.send().await.map_err(|error| self.trouble(&error))?;
        self.whole(response).await
    }

    /// Reads an answer to its end. What is no success is known by its status, so a body that breaks off is left at that.
    async fn whole(&self, mut response: Response) -> Result<Answer, Trouble> {
        let (success, announced) = (response.status().is_success(), response.content_length());
        let mut answer = Answer {
            status: response.status().as_u16(),
            body: Vec::new(),
            from: response.remote_addr(),
            headers: std::mem::take(response.headers_mut()),
        };
        let too_long = || {
            let reason = format!("the answer is longer than {} MiB (setting: answer size)", LONGEST >> 20);
            Trouble::after(Layer::TooLong, reason)
        };
        if announced.is_some_and(|length| length > LONGEST as u64) {
            return if success { Err(too_long()) } else { Ok(answer) };
        }
        loop {
            match response.chunk().await {
                Ok(None) => return Ok(answer),
                Ok(Some(piece)) if answer.body.len() + piece.len() <= LONGEST => {
                    answer.body.extend_from_slice(&piece);
                }
                _ if !success => return Ok(answer),
                Ok(Some(_)) => return Err(too_long()),
                Err(error) => return Err(self.trouble(&error)),
            }
        }
    }

    fn trouble(&self, error: &reqwest::Error) -> Trouble {
        Trouble::of(error, &self.base, self.patience)
    }
}

impl Answer {
    /// Whether it is a success: any 2xx.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Where it points.
    pub fn location(&self) -> Option<&str> {
        self.headers.get(LOCATION)?.to_str().ok()
    }

    /// The number in its `ETag`.
    pub fn version(&self) -> Option<u64> {
        let tag = self.headers.get(ETAG)?.to_str().ok()?;
        tag.trim_start_matches("W/").trim_matches('"').parse().ok()
    }

    /// When to come again, in its own words.
    pub fn retry_after(&self) -> Option<&str> {
        self.headers.get(RETRY_AFTER)?.to_str().ok()
    }

    /// Whether the body is a page for a browser.
    pub fn is_page(&self) -> bool {
        self.body.trim_ascii_start().starts_with(b"<")
    }
}

/// Whom to trust. For plain http nobody, so that a computer without any certificates can use it.
fn trusting(builder: ClientBuilder, base: &Base, ca_file: Option<&Path>) -> Result<ClientBuilder, String> {
    if !base.is_https() {
        return Ok(builder.tls_certs_only([]));
    }
    let Some(file) = ca_file else { return Ok(builder) };
    let bytes = std::fs::read(file)
        .map_err(|error| format!("the file of certificates {} cannot be read ({error})", file.display()))?;
    let read = Certificate::from_pem_bundle(&bytes).unwrap_or_default();
    if read.is_empty() {
        return Err(format!("the file {} holds no certificates in the form PEM", file.display()));
    }
    Ok(builder.tls_certs_merge(read))
}
