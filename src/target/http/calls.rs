//! Calls with their patience: what is tried again, what ends early, and the error that a failed one stands for.

use super::client::{Answer, Client};
use super::trouble::{Layer, Trouble};
use crate::model::json::Json;
use crate::model::request::{self, Request};
use crate::target::connection::Password;
use crate::target::stop::Stop;
use crate::target::{TargetError, wire};
use reqwest::Method;
use std::time::Duration;

/// How long is waited before a request that found the server unavailable is tried again, in milliseconds.
const PAUSES: [u64; 3] = [200, 500, 1000];
/// The longest time that a server may ask to wait and is waited for, in seconds.
const WAITED_FOR: u64 = 5;
/// How much of a server's words is shown, in characters.
const SHOWN: usize = 300;

/// The calls of one server.
#[derive(Clone)]
pub struct Calls {
    pub client: Client,
    /// Who signs in.
    pub user: Option<String>,
    /// Never shown, whatever the server says; the longest first.
    pub secrets: Vec<Password>,
    /// Ends calls early.
    pub stop: Option<Stop>,
}

impl Calls {
    /// Where it is, for a person.
    pub fn place(&self) -> &str {
        self.client.base().text()
    }

    /// Reads a path. A cut connection is tried once more, an unavailable server three times.
    pub async fn get(&self, path: &str) -> Result<Answer, TargetError> {
        self.patient(&Method::GET, path, None).await.map_err(|trouble| self.not_read(trouble))
    }

    /// Reads a path without patience for an unavailable server.
    pub async fn get_now(&self, path: &str) -> Result<Answer, TargetError> {
        self.surely(&Method::GET, path, None).await.map_err(|trouble| self.not_read(trouble))
    }

    fn not_read(&self, Trouble { sent, reason, .. }: Trouble) -> TargetError {
        let place = self.place();
        TargetError::NotReached(if sent {
            format!("{place} gave no answer that can be used: {reason}")
        } else {
            format!("{place} was not reached: {reason}")
        })
    }

    /// Sends what changes something. Only an unavailable server is tried again, and a POST only where it surely did nothing.
    pub async fn change(
        &self,
        method: request::Method,
        path: &str,
        body: Option<&Json>,
    ) -> Result<Answer, TargetError> {
        let doing = format!("{} {path}", method.as_str());
        let method = match method {
            request::Method::Post => Method::POST,
            request::Method::Put => Method::PUT,
            request::Method::Delete => Method::DELETE,
        };
        self.patient(&method, path, body).await.map_err(|Trouble { sent, reason, .. }| {
            let place = self.place();
            if sent {
                self.unclear(&doing, &reason)
            } else {
                TargetError::NotReached(format!("{place} was not reached: {reason}; nothing was changed"))
            }
        })
    }

    /// The error of a request that was sent and may have been carried out.
    pub fn unclear(&self, doing: &str, reason: &str) -> TargetError {
        TargetError::Unclear(format!("{doing} was sent to {}, but {reason}; {UNCLEAR}", self.place()))
    }

    /// One call, which a raised stop ends.
    pub async fn once(&self, method: &Method, path: &str, body: Option<&Json>) -> Result<Answer, Trouble> {
        let call = self.client.call(method.clone(), path, body);
        let Some(stop) = &self.stop else { return call.await };
        if stop.is_raised() {
            return Err(stopped(false));
        }
        tokio::select! {
            biased;
            answer = call => answer,
            () = stop.raised() => Err(stopped(true)),
        }
    }

    /// Calls again while the server says that it is not available and does not ask for a long wait.
    async fn patient(&self, method: &Method, path: &str, body: Option<&Json>) -> Result<Answer, Trouble> {
        for pause in PAUSES {
            let answer = self.surely(method, path, body).await?;
            let asked = answer.retry_after().map(|wait| wait.trim().parse());
            let pause = match asked {
                _ if answer.status != 503 || (*method == Method::POST && !did_nothing(&answer)) => {
                    return Ok(answer);
                }
                None => Duration::from_millis(pause),
                Some(Ok(seconds)) if seconds <= WAITED_FOR => Duration::from_secs(seconds),
                Some(_) => return Ok(answer),
            };
            self.pause(pause).await?;
        }
        self.surely(method, path, body).await
    }

    /// Reads once more where the connection was cut; what changes something is never sent twice.
    async fn surely(&self, method: &Method, path: &str, body: Option<&Json>) -> Result<Answer, Trouble> {
        match self.once(method, path, body).await {
            Err(trouble) if trouble.layer == Layer::Cut && *method == Method::GET => {
                self.once(method, path, body).await
            }
            answer => answer,
        }
    }

    async fn pause(&self, pause: Duration) -> Result<(), Trouble> {
        let Some(stop) = &self.stop else {
            tokio::time::sleep(pause).await;
            return Ok(());
        };
        tokio::select! {
            () = stop.raised() => Err(stopped(false)),
            () = tokio::time::sleep(pause) => Ok(()),
        }
    }

    /// The error that an answer stands for, which is neither a success nor a refusal of the request.
    pub async fn error(&self, doing: &str, answer: &Answer) -> TargetError {
        let (place, seen) = (self.place(), self.seen(answer));
        match answer.status {
            300..=399 => TargetError::NotReached(self.moved(doing, answer)),
            401 => TargetError::Credentials(match &self.user {
                Some(user) => format!("{place} refuses the user {user}: name or password are wrong ({seen})"),
                None => format!("{place} wants a user and a password ({seen})"),
            }),
            403 => {
                let who = self
                    .user
                    .as_ref()
                    .map_or("this without a user".into(), |user| format!("the user {user} do this"));
                TargetError::Forbidden(format!(
                    "{place} does not let {who}: {doing} ({seen}); nothing was changed"
                ))
            }
            407 => TargetError::NotReached(format!(
                "{place} was not reached: a proxy wants credentials ({seen})"
            )),
            405 | 501 => TargetError::NotOffered(format!(
                "{place} does not offer {doing} ({seen}); nothing was changed"
            )),
            503 => TargetError::Unavailable(self.unavailable(doing, answer).await),
            500..=599 if !doing.starts_with("GET ") => {
                TargetError::Unclear(format!("{place} failed at {doing} ({seen}); {UNCLEAR}"))
            }
            500..=599 => TargetError::NotReached(format!("{place} failed at {doing} ({seen})")),
            _ => TargetError::NotReached(format!("{place} refused {doing} ({seen})")),
        }
    }

    /// A redirect is never followed: credentials would go along.
    fn moved(&self, doing: &str, answer: &Answer) -> String {
        let place = self.place();
        let pointed = answer.location().and_then(|location| self.client.base().pointed_to(location));
        let Some(pointed) = pointed else {
            return format!(
                "{place} answered {doing} with {} and no place to go; nothing was changed",
                answer.status
            );
        };
        let path = doing.split(' ').next_back().and_then(|path| path.split('?').next()).unwrap_or_default();
        let advice = pointed.strip_suffix(path).map_or_else(
            || "a page to sign in, perhaps: look at the address".to_owned(),
            |base| format!("if that is right, make {base} the address"),
        );
        format!(
            "{place} points to {pointed} ({}), which is not followed; {advice}; nothing was changed",
            answer.status
        )
    }

    /// Why the server is not available: its words, and its mode where it tells that.
    async fn unavailable(&self, doing: &str, answer: &Answer) -> String {
        let status = self.once(&Method::GET, "/server/status", None).await;
        let mode =
            status.ok().and_then(|status| wire::read_status(&status.body)).and_then(|status| status.mode);
        let mode = mode.filter(|mode| mode.eq_ignore_ascii_case("maintenance"));
        let why = if mode.is_some() { "is in maintenance mode" } else { "is not available now" };
        let again = answer.retry_after().map(|wait| match wait.trim().parse::<u64>() {
            Ok(seconds) => format!("it asks to come again in {seconds} seconds; "),
            Err(_) => format!("it asks to come again after {}; ", self.line(wait)),
        });
        let again = again.unwrap_or_else(|| "try again later; ".into());
        let sure = !doing.starts_with("POST ") || did_nothing(answer);
        let came = if sure { "nothing was changed" } else { "it said that it takes nothing now" };
        format!("{} {why} ({}); {again}{came}", self.place(), self.seen(answer))
    }

    /// The status of an answer and the server's words.
    pub fn seen(&self, answer: &Answer) -> String {
        let words = self.words(answer);
        if words.is_empty() { answer.status.to_string() } else { format!("{}: {words}", answer.status) }
    }

    /// What the server says, on one line.
    fn words(&self, answer: &Answer) -> String {
        if answer.is_page() {
            let page = String::from_utf8_lossy(&answer.body);
            let title = page.split_once("<title>").and_then(|(_, rest)| rest.split_once("</title>"));
            return title
                .map_or("a web page".into(), |(title, _)| format!("a web page, {}", self.line(title)));
        }
        self.line(&wire::read_error(&answer.body).text.unwrap_or_default())
    }

    /// A text of the server on one line: not too long, no character that acts on a screen, and never a secret.
    pub fn line(&self, text: &str) -> String {
        let hidden = |text: String, secret: &Password| text.replace(secret.reveal(), "•••");
        let text = self.secrets.iter().fold(text.to_owned(), hidden);
        let acts = |c: char| {
            c.is_control()
                || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{61c}' | '\u{feff}')
        };
        let words: Vec<&str> =
            text.split(|c: char| c.is_whitespace() || acts(c)).filter(|word| !word.is_empty()).collect();
        let line = words.join(" ");
        let cut = if line.chars().count() > SHOWN { "…" } else { "" };
        line.chars().take(SHOWN).collect::<String>() + cut
    }
}

const UNCLEAR: &str = "whether it was carried out is not known: read the customer again before repeating it";

/// Whether a 503 is from our own server, which did nothing. A gateway may say 503 after it passed a request on.
fn did_nothing(answer: &Answer) -> bool {
    wire::read_error(&answer.body).code.as_deref() == Some("not_reached")
}

fn stopped(sent: bool) -> Trouble {
    let reason = "it was stopped before there was an answer";
    if sent { Trouble::after(Layer::Stopped, reason) } else { Trouble::before(Layer::Stopped, reason) }
}

/// A request as sentences name it.
pub fn doing(request: &Request) -> String {
    format!("{} {}", request.method().as_str(), request.path())
}
