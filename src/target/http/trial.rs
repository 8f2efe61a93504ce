//! Testing a connection, step by step: what was seen at each, or why it failed and what to do.

use super::address::exposes_credentials;
use super::calls::Calls;
use super::client::{Answer, Client};
use super::reading::{PAGE, SCHEMAS, STATUS, is_no_path, read_json};
use super::runtime::Engine;
use super::trouble::{Layer, Trouble};
use super::{HttpTarget, Step, Tried, wanted_password};
use crate::model::json::same_name;
use crate::target::connection::{Connection, Password};
use crate::target::wire;
use reqwest::Method;

/// The longest time that a test waits for an answer, in seconds.
const PATIENCE: u64 = 20;

/// The steps so far.
#[derive(Default)]
struct Steps(Vec<Tried>);

impl Steps {
    fn seen(&mut self, step: Step, sentence: impl Into<String>) {
        self.0.push(Tried { step, result: Ok(sentence.into()) });
    }

    fn failed(mut self, step: Step, sentence: impl Into<String>) -> Vec<Tried> {
        self.0.push(Tried { step, result: Err(sentence.into()) });
        self.0
    }
}

pub fn test(connection: &Connection, password: Option<&Password>) -> Vec<Tried> {
    let hurried = Connection { timeout_secs: connection.timeout_secs.min(PATIENCE), ..connection.clone() };
    let steps = Steps::default();
    let client = match Client::new(&hurried, password) {
        Ok(client) => client,
        Err(sentence) => return steps.failed(Step::Address, sentence),
    };
    let engine = match Engine::start() {
        Ok(engine) => engine,
        Err(sentence) => return steps.failed(Step::Address, sentence),
    };
    let calls = HttpTarget::calls(client, &hurried, password);
    engine.wait(Trial { calls, connection: &hurried, password }.run(steps))
}

struct Trial<'a> {
    calls: Calls,
    connection: &'a Connection,
    password: Option<&'a Password>,
}

impl Trial<'_> {
    async fn run(&self, mut steps: Steps) -> Vec<Tried> {
        steps.seen(Step::Address, self.address());
        let answer = match self.calls.once(&Method::GET, STATUS, None).await {
            Ok(answer) => answer,
            Err(trouble) => return self.broken(steps, &trouble),
        };
        self.reached(&mut steps, &answer);
        match self.status(&answer).await {
            Ok(sentence) => steps.seen(Step::Status, sentence),
            Err(sentence) => return steps.failed(Step::Status, sentence),
        }
        if let Err(sentence) = wanted_password(self.connection, self.password) {
            return steps.failed(Step::Credentials, sentence);
        }
        if answer.status == 401 {
            let error = self.calls.error("GET /server/status", &answer).await;
            return steps.failed(Step::Credentials, error.to_string());
        }
        let schemas = match self.calls.once(&Method::GET, SCHEMAS, None).await {
            Ok(schemas) if schemas.status == 401 => {
                let error = self.calls.error("GET /metadata/profiles/extensions", &schemas).await;
                return steps.failed(Step::Credentials, error.to_string());
            }
            Ok(schemas) => schemas,
            Err(trouble) => {
                return steps.failed(Step::Schemas, format!("no schemas came: {}", trouble.reason));
            }
        };
        steps.seen(Step::Credentials, self.credentials());
        match self.schemas(&schemas, answer.is_success() && wire::read_status(&answer.body).is_some()).await {
            Ok(sentence) => steps.seen(Step::Schemas, sentence),
            Err(sentence) => return steps.failed(Step::Schemas, sentence),
        }
        steps.0
    }

    fn address(&self) -> String {
        let place = self.calls.place();
        let open = if exposes_credentials(self.connection) {
            ", credentials in plain text, as was agreed to"
        } else {
            ""
        };
        format!("requests go to {place}{open}")
    }

    /// The steps up to the one that failed.
    fn broken(&self, mut steps: Steps, trouble: &Trouble) -> Vec<Tried> {
        let base = self.calls.client.base();
        let fails = match trouble.layer {
            Layer::Address => Step::Address,
            Layer::Name => Step::Name,
            Layer::Connect => Step::Connect,
            Layer::Tls => Step::Tls,
            _ => Step::Status,
        };
        let passed = |step: Step| (step as u8) < fails as u8;
        if passed(Step::Name) {
            steps.seen(Step::Name, self.name());
        }
        if passed(Step::Connect) {
            steps.seen(Step::Connect, format!("something listens at {}", base.host_and_port()));
        }
        if passed(Step::Tls) {
            steps.seen(Step::Tls, self.tls());
        }
        let proxy = self
            .proxy()
            .map_or(String::new(), |variable| format!(" (the proxy in {variable} may stand between)"));
        steps.failed(fails, format!("{}{proxy}", trouble.reason))
    }

    fn reached(&self, steps: &mut Steps, answer: &Answer) {
        let base = self.calls.client.base();
        steps.seen(Step::Name, self.name());
        let from = answer.from.map_or_else(|| base.host_and_port(), |from| from.to_string());
        steps.seen(Step::Connect, format!("connected to {from}"));
        steps.seen(Step::Tls, self.tls());
    }

    fn name(&self) -> String {
        let base = self.calls.client.base();
        match self.proxy() {
            Some(variable) => format!("the proxy in {variable} may look up the name {}", base.host()),
            None if base.is_number() => "the host is a number, no name needs to be looked up".into(),
            None => format!("the name {} is known", base.host()),
        }
    }

    fn tls(&self) -> String {
        let base = self.calls.client.base();
        if base.is_https() {
            format!("the certificate of {} fits", base.host())
        } else if base.is_loopback() {
            "no TLS, and what is sent stays on this computer".into()
        } else {
            "no TLS: what is sent can be read on the way".into()
        }
    }

    /// The variable that names a proxy for this address; a list of exceptions may still apply.
    fn proxy(&self) -> Option<&'static str> {
        let base = self.calls.client.base();
        let of_scheme =
            if base.is_https() { ["HTTPS_PROXY", "https_proxy"] } else { ["HTTP_PROXY", "http_proxy"] };
        let set = |name: &&str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let mut names = of_scheme.into_iter().chain(["ALL_PROXY", "all_proxy"]);
        names.find(set).filter(|_| !base.is_loopback())
    }

    async fn status(&self, answer: &Answer) -> Result<String, String> {
        let place = self.calls.place();
        match (answer.status, wire::read_status(&answer.body)) {
            (200..=299, Some(status)) => Ok(said(&status)),
            (401, _) => Ok("it answers, and wants credentials".into()),
            (200..=299 | 400..=406 | 408..=499 | 501, _) => {
                let seen = self.calls.seen(answer);
                Ok(format!("{place} answers HTTP and does not tell its status ({seen}), as some servers do"))
            }
            _ => Err(self.calls.error("GET /server/status", answer).await.to_string()),
        }
    }

    fn credentials(&self) -> String {
        match &self.connection.user {
            Some(user) => format!("the user {user} is let in"),
            None => "no credentials are sent and none are wanted".into(),
        }
    }

    async fn schemas(&self, answer: &Answer, status_known: bool) -> Result<String, String> {
        let seen = self.calls.seen(answer);
        let untold = |why: &str| {
            Ok(format!(
                "it does not tell its schemas ({why}); types are inferred then, and only extensions that the connection names are asked for"
            ))
        };
        match answer.status {
            200..=299 if answer.is_page() && !status_known => {
                Err(format!("the schemas cannot be used: {PAGE}"))
            }
            200..=299 => match read_json(answer, wire::read_schemas) {
                Ok(read) => self.declared(&read),
                Err(why) => untold(&why),
            },
            403 | 405 | 501 | 503 => untold(&seen),
            404 if status_known || (wire::parse(&answer.body).is_ok() && !is_no_path(answer)) => {
                untold(&seen)
            }
            404 => Err(format!(
                "nothing here looks like such a server ({seen}): look at the prefix of the address"
            )),
            _ => Err(self.calls.error("GET /metadata/profiles/extensions", answer).await.to_string()),
        }
    }

    /// What the schemas are, once what the connection declares fits them.
    fn declared(&self, read: &wire::ReadSchemas) -> Result<String, String> {
        for declared in &self.connection.extensions {
            let Some(schema) = read.schemas.get(&declared.name) else {
                let known = read.unread.iter().any(|(name, _)| same_name(name, &declared.name));
                if known || read.schemas.is_empty() {
                    continue;
                }
                return Err(format!(
                    "the connection names the extension {}, which the server does not have",
                    declared.name
                ));
            };
            if let Some(odd) = declared.unique.iter().find(|name| schema.attribute(name).is_none()) {
                let name = &schema.name;
                return Err(format!(
                    "the connection tells records of {name} apart by {odd}, which {name} does not have"
                ));
            }
        }
        let names: Vec<&str> = read.schemas.iter().map(|schema| schema.name.as_str()).collect();
        let unread: Vec<String> = read.unread.iter().map(|(name, why)| format!("{name} ({why})")).collect();
        let unread = if unread.is_empty() {
            String::new()
        } else {
            format!("; cannot be read: {}", unread.join(", "))
        };
        Ok(match names.len() {
            0 => format!("it tells no schemas{unread}"),
            count => format!("it tells {count} schemas: {}{unread}", names.join(", ")),
        })
    }
}

fn said(status: &wire::Status) -> String {
    let version = if status.version.is_empty() { String::new() } else { format!(" {}", status.version) };
    let mode =
        status.mode.as_ref().map_or(String::new(), |mode| format!(", in {} mode", mode.to_lowercase()));
    match &status.own {
        Some(own) => {
            let customers = own.customers.map_or(String::new(), |count| format!(", {count} customers"));
            let damage = own.damage.as_ref().map_or(String::new(), |damage| format!("; {damage}"));
            format!("a team server of this program{version}{mode}{customers}{damage}")
        }
        None => format!("version{version}{mode}"),
    }
}
