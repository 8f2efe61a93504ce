//! Reading from a server: its status, its schemas, profiles. What an answer cannot mean is a sentence, never a guess.

use super::HttpTarget;
use super::client::Answer;
use crate::model::json::{Json, View, quoted, same_name};
use crate::model::profile::{CUSTOMER_ID, CustomerId, Profile};
use crate::model::request::encode;
use crate::model::schema::Schemas;
use crate::target::{Loaded, TargetError, Version, wire};

/// Where the schemas are.
pub const SCHEMAS: &str = "/metadata/profiles/extensions";
/// Where the status is.
pub const STATUS: &str = "/server/status";

/// What a page for a browser means where JSON should be.
pub const PAGE: &str =
    "it is a web page, so the address is perhaps not that of such a server; look at the prefix of its paths";

/// What is known of the server's extensions.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// The schemas that could be read, with what the connection declares.
    pub schemas: Schemas,
    /// The names of all extensions that are asked for with a profile.
    pub names: Vec<String>,
    /// Whether these are all there are, each with its schema.
    pub complete: bool,
}

impl HttpTarget {
    /// The server's schemas as of now. [`TargetError::NotOffered`] where it does not tell them.
    pub(super) async fn ask_schemas(&self) -> Result<Told, TargetError> {
        let answer = self.calls.get_now(SCHEMAS).await?;
        let read = match answer.status {
            200..=299 if answer.is_page() && !self.is_recognised() => {
                return Err(self.cannot_mean(&format!("GET {SCHEMAS}"), PAGE));
            }
            200..=299 => read_json(&answer, wire::read_schemas),
            403 | 404 | 405 | 501 => Err(self.calls.seen(&answer)),
            // In production mode a server may keep its schemas to itself; one that told them before is busy.
            503 if !self.known().listed => Err(self.calls.seen(&answer)),
            _ => return Err(self.calls.error(&format!("GET {SCHEMAS}"), &answer).await),
        };
        let read = read.map_err(|why| self.not_told(&why))?;
        let told = self.declared_into(read);
        self.note(|known| (known.listed, known.complete) = (true, told.complete));
        Ok(told)
    }

    /// A server that told its schemas before would, without them, look like one whose extensions are gone.
    fn not_told(&self, why: &str) -> TargetError {
        let place = self.calls.place();
        if self.known().listed {
            return TargetError::NotReached(format!(
                "{place} told its schemas before and does not tell them now ({why}); try again"
            ));
        }
        TargetError::NotOffered(format!(
            "{place} does not tell its schemas ({why}); types are inferred from what is loaded, and only extensions that the connection names are asked for"
        ))
    }

    /// Adds what the connection declares where the server's schemas say nothing.
    fn declared_into(&self, read: wire::ReadSchemas) -> Told {
        let complete = read.unread.is_empty();
        let schemas = read.schemas.completed(&self.connection.extensions);
        let unread = read.unread.into_iter().map(|(name, _)| name).filter(|name| !name.is_empty());
        let mut names: Vec<String> = schemas.iter().map(|schema| schema.name.clone()).chain(unread).collect();
        if names.is_empty() {
            names = self.declared_names();
        }
        Told { schemas, names, complete }
    }

    fn declared_names(&self) -> Vec<String> {
        self.connection.extensions.iter().map(|declared| declared.name.clone()).collect()
    }

    /// The extensions to ask for: those that the server tells, else those that the connection declares.
    pub(super) async fn told(&self) -> Result<Told, TargetError> {
        match self.ask_schemas().await {
            Err(TargetError::NotOffered(_)) => Ok(Told { names: self.declared_names(), ..Told::default() }),
            told => told,
        }
    }

    /// A customer's profile; `None` where there is no such customer.
    pub(super) async fn read_profile(&self, id: &CustomerId) -> Result<Option<Loaded>, TargetError> {
        let (told, answer) = self.ask_profile(id).await?;
        self.loaded(id, &told, &answer).await
    }

    /// What an answer about a customer is.
    pub(super) async fn loaded(
        &self,
        id: &CustomerId,
        told: &Told,
        answer: &Answer,
    ) -> Result<Option<Loaded>, TargetError> {
        let doing = format!("GET {}", with_extensions(&profile_path(id), &told.names));
        match answer.status {
            200..=299 => {
                let profile = read_json(answer, |bytes| self.profile(about(id, bytes)?.view(), told));
                let profile = profile.map_err(|why| self.cannot_mean(&doing, &why))?;
                let version = if self.is_own() { answer.version().map(Version) } else { None };
                Ok(Some(Loaded { profile, version }))
            }
            404 => self.is_its_own_404(&doing, answer).map(|()| None),
            _ => Err(self.calls.error(&doing, answer).await),
        }
    }

    /// The extensions and the profile with them. Both are asked for at once where the extensions are likely those of the last
    /// time; where they are not, the profile is asked for again, so that none is overlooked.
    pub(super) async fn ask_profile(&self, id: &CustomerId) -> Result<(Told, Answer), TargetError> {
        let path = profile_path(id);
        let doing = format!("GET {path}");
        let (told, likely) = match self.known().asked {
            None => (self.told().await?, None),
            Some(names) => {
                let (told, answer) = tokio::join!(self.told(), self.ask_with(&doing, &path, &names));
                let told = told?;
                let likely = (told.names == names).then_some(answer);
                (told, likely)
            }
        };
        let answer = match likely {
            Some(answer) => answer?,
            None => self.ask_with(&doing, &path, &told.names).await?,
        };
        self.note(|known| known.asked = Some(told.names.clone()));
        Ok((told, answer))
    }

    /// Asks for a path with extensions. A server that says "not there" to one that it does not have would seem to have no such
    /// customer, so it is asked without them too. `doing` is how sentences name the path.
    pub(super) async fn ask_with(
        &self,
        doing: &str,
        path: &str,
        names: &[String],
    ) -> Result<Answer, TargetError> {
        let answer = self.calls.get(&with_extensions(path, names)).await?;
        let doubtful = matches!(answer.status, 400 | 404) && !names.is_empty() && !self.is_own();
        if !doubtful || !self.calls.get(path).await?.is_success() {
            return Ok(answer);
        }
        let (place, seen, names) = (self.calls.place(), self.calls.seen(&answer), names.join(", "));
        Err(TargetError::NotReached(format!(
            "{place} answers {doing} only without the extensions that were asked for ({names}), and with them says {seen}; it does not have all of them, perhaps: look at the extensions that the connection declares"
        )))
    }

    /// A profile as this server tells it.
    pub(super) fn profile(&self, view: View<'_>, told: &Told) -> Result<Profile, String> {
        if self.is_own() {
            wire::read_own_profile(view, &told.schemas)
        } else {
            wire::read_profile(view, &told.schemas, &told.names)
        }
    }

    /// Whether the server has told its status or its schemas: then the address is right.
    fn is_recognised(&self) -> bool {
        let known = self.known();
        known.status.is_some() || known.listed
    }

    /// Whether "not there" comes from such a server: a wrong address answers that too, with a page.
    pub(super) fn is_its_own_404(&self, doing: &str, answer: &Answer) -> Result<(), TargetError> {
        let is_json = wire::parse(&answer.body).is_ok();
        if self.is_recognised() || (is_json && !is_no_path(answer)) {
            return Ok(());
        }
        let (place, seen) = (self.calls.place(), self.calls.seen(answer));
        Err(TargetError::NotReached(format!(
            "{place} does not look like the address of such a server: it answered {doing} with {seen}; look at the prefix of its paths"
        )))
    }

    /// An answer that is a success and says something else.
    pub(super) fn cannot_mean(&self, doing: &str, why: &str) -> TargetError {
        TargetError::NotReached(format!(
            "what {} answered to {doing} cannot be used: {why}",
            self.calls.place()
        ))
    }
}

/// Reads the body of a success as JSON, whatever its content type; the error says what it is instead.
pub fn read_json<T>(answer: &Answer, read: impl FnOnce(&[u8]) -> Result<T, String>) -> Result<T, String> {
    if answer.body.trim_ascii().is_empty() {
        return Err(format!("the answer {} is empty", answer.status));
    }
    if answer.is_page() {
        return Err(PAGE.into());
    }
    if let Err(error) = wire::parse(&answer.body) {
        return Err(format!(
            "it is no JSON that can be kept as it is: {error} (line {}, column {})",
            error.line, error.column
        ));
    }
    read(&answer.body)
}

/// Where a customer's profile is.
pub fn profile_path(id: &CustomerId) -> String {
    format!("/profiles/{}", encode(id.as_str()))
}

/// A path that asks for extensions too, if there are any.
fn with_extensions(path: &str, names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| encode(name)).collect();
    if names.is_empty() {
        return path.to_owned();
    }
    let before = if path.contains('?') { '&' } else { '?' };
    format!("{path}{before}extensions={}", names.join(","))
}

/// Whether a 404 says that there is no such path at all, as our own team server does below a wrong prefix.
pub fn is_no_path(answer: &Answer) -> bool {
    answer.status == 404 && wire::read_error(&answer.body).code.as_deref() == Some("not_found")
}

/// The object in an answer about one customer, who need not be named in it; then it names the one who was asked for.
fn about(id: &CustomerId, bytes: &[u8]) -> Result<Json, String> {
    let json = wire::parse(bytes).map_err(|error| error.to_string())?;
    let view = json.view();
    let named = view.get(CUSTOMER_ID).filter(|value| !value.is_null());
    if named.is_some_and(|named| named.text().unwrap_or(named.as_str().into()) != id.as_str()) {
        return Err("it is the profile of another customer".into());
    }
    if named.is_none() && (view.members().next().is_none() || view.get("error").is_some()) {
        return Err("it is no profile".into());
    }
    let (name, asked) = (quoted(CUSTOMER_ID), Json::string(id.as_str()));
    let others = view.members().filter(|(name, _)| !same_name(&name.decoded(), CUSTOMER_ID));
    let others = others.map(|(name, value)| (name.as_str(), value));
    Ok(Json::object(std::iter::once((name.as_str(), asked.view())).chain(others)))
}
