//! A connection to a server: what a person says of it, and where requests go. Passwords are not part of it.

use crate::model::json::{Json, Kind, View, quoted};
use crate::model::plan::KnownReading;
pub use crate::model::schema::Declared;
use std::fmt;
use std::path::PathBuf;

/// How long an answer is waited for, in seconds, unless the connection says otherwise (docs/API.md, "Servers").
pub const TIMEOUT_SECS: u64 = 60;

/// A server as a person describes it.
#[derive(Clone, PartialEq, Eq)]
pub struct Connection {
    /// Its name in the window.
    pub name: String,
    /// Scheme, host, port and any prefix: `https://ucs.example:8080/cv`.
    pub url: String,
    /// Who signs in; `None`: no credentials are sent.
    pub user: Option<String>,
    /// Further headers of every request, in order.
    pub headers: Vec<(String, String)>,
    /// What is known of its reading of insert.
    pub reading: KnownReading,
    /// The colour by which it is told from others.
    pub colour: Colour,
    /// Whether somebody agreed to send credentials over plain http beyond this computer.
    pub plain_http: bool,
    /// A file of certificates (PEM) that are trusted beside those of the system.
    pub ca_file: Option<PathBuf>,
    /// How long an answer is waited for, in seconds.
    pub timeout_secs: u64,
    /// What a person knows of extensions where the server does not tell it.
    pub extensions: Vec<Declared>,
    /// Attributes by which customers are looked for, where the server names no identification keys.
    pub find_by: Vec<String>,
}

/// The colour of a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Colour {
    /// Nothing special.
    #[default]
    Green,
    /// A choice.
    Blue,
    /// A choice.
    Violet,
    /// A choice: careful.
    Amber,
    /// A choice: very careful, as with real customers.
    Red,
}

impl Colour {
    /// All colours with their names.
    pub const ALL: [(Self, &'static str); 5] = [
        (Self::Green, "green"),
        (Self::Blue, "blue"),
        (Self::Violet, "violet"),
        (Self::Amber, "amber"),
        (Self::Red, "red"),
    ];

    /// The name.
    pub fn name(self) -> &'static str {
        Self::ALL.into_iter().find(|(colour, _)| *colour == self).map_or("green", |(_, name)| name)
    }
}

/// The names of what is known of a reading, as files and commands have them.
pub const READINGS: [(KnownReading, &str); 3] = [
    (KnownReading::Unknown, "unknown"),
    (KnownReading::Upsert, "upsert"),
    (KnownReading::Replace, "replace"),
];

impl Connection {
    /// A connection of which nothing but the address is known.
    pub fn to(url: &str) -> Self {
        Self {
            name: String::new(),
            url: url.trim().trim_end_matches('/').to_owned(),
            user: None,
            headers: Vec::new(),
            reading: KnownReading::Unknown,
            colour: Colour::default(),
            plain_http: false,
            ca_file: None,
            timeout_secs: TIMEOUT_SECS,
            extensions: Vec::new(),
            find_by: Vec::new(),
        }
    }

    /// The name, or the address where it has none.
    pub fn title(&self) -> &str {
        if self.name.is_empty() { &self.url } else { &self.name }
    }

    /// As a file holds it.
    pub fn to_json(&self) -> Json {
        let reading =
            READINGS.iter().find(|(reading, _)| *reading == self.reading).map_or("unknown", |r| r.1);
        let texts = |texts: &[String]| {
            format!("[{}]", texts.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(","))
        };
        let headers: Vec<String> = self
            .headers
            .iter()
            .map(|(name, value)| format!("{{\"name\":{},\"value\":{}}}", quoted(name), quoted(value)))
            .collect();
        let extensions: Vec<String> = self
            .extensions
            .iter()
            .map(|declared| {
                format!("{{\"name\":{},\"unique\":{}}}", quoted(&declared.name), texts(&declared.unique))
            })
            .collect();
        let optional = |name: &str, value: Option<&str>| {
            value.map_or(String::new(), |value| format!(",\"{name}\":{}", quoted(value)))
        };
        let text = format!(
            "{{\"name\":{},\"url\":{}{},\"headers\":[{}],\"reading\":\"{reading}\",\"colour\":\"{}\",\"plain_http\":{}{},\"timeout_secs\":{},\"extensions\":[{}],\"find_by\":{}}}",
            quoted(&self.name),
            quoted(&self.url),
            optional("user", self.user.as_deref()),
            headers.join(","),
            self.colour.name(),
            self.plain_http,
            optional("ca_file", self.ca_file.as_ref().and_then(|path| path.to_str())),
            self.timeout_secs,
            extensions.join(","),
            texts(&self.find_by),
        );
        Json::parse(&text).unwrap_or_else(|_| Json::null()) // every text is quoted: it always parses
    }

    /// Reads what [`Self::to_json`] wrote; `None` without an address. A member of the wrong type counts as absent.
    pub fn from_json(view: View<'_>) -> Option<Self> {
        let text = |view: View<'_>, name: &str| view.get(name)?.text().map(std::borrow::Cow::into_owned);
        let texts = |view: View<'_>, name: &str| -> Vec<String> {
            let listed = view.get(name).into_iter().flat_map(View::elements);
            listed.filter_map(View::text).map(std::borrow::Cow::into_owned).collect()
        };
        let mut connection = Self::to(&text(view, "url")?);
        connection.name = text(view, "name").unwrap_or_default();
        connection.user = text(view, "user").filter(|user| !user.is_empty());
        let headers = view.get("headers").into_iter().flat_map(View::elements);
        connection.headers =
            headers.filter_map(|header| Some((text(header, "name")?, text(header, "value")?))).collect();
        let reading = text(view, "reading").unwrap_or_default();
        connection.reading =
            READINGS.into_iter().find(|(_, name)| *name == reading).map_or(KnownReading::Unknown, |r| r.0);
        let colour = text(view, "colour").unwrap_or_default();
        connection.colour = Colour::ALL.into_iter().find(|(_, name)| *name == colour).unwrap_or_default().0;
        connection.plain_http = view.get("plain_http").is_some_and(|value| value.as_str() == "true");
        connection.ca_file = text(view, "ca_file").map(PathBuf::from);
        let seconds = view.get("timeout_secs").filter(|value| value.kind() == Kind::Number);
        connection.timeout_secs =
            seconds.and_then(|value| value.as_str().parse().ok()).unwrap_or(TIMEOUT_SECS);
        let declared = view.get("extensions").into_iter().flat_map(View::elements);
        connection.extensions = declared
            .filter_map(|one| Some(Declared { name: text(one, "name")?, unique: texts(one, "unique") }))
            .collect();
        connection.find_by = texts(view, "find_by");
        Some(connection)
    }
}

/// Values of headers may let somebody in: they are not shown.
impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("Connection")
            .field("name", &self.name)
            .field("url", &self.url)
            .field("user", &self.user)
            .field("headers", &headers)
            .finish_non_exhaustive()
    }
}

/// A password. It is never written, shown or logged.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    /// This password.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Its text, for the one place that sends it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_comes_back_from_its_file() {
        let mut connection = Connection::to(" https://ucs.example:8080/cv/ ");
        assert_eq!(connection.url, "https://ucs.example:8080/cv");
        assert_eq!(Connection::from_json(connection.to_json().view()), Some(connection.clone()));
        connection.name = "Paris \"2\"".into();
        connection.user = Some("kent".into());
        connection.headers = vec![("X-Genesys-TenantId".into(), "1".into())];
        connection.reading = KnownReading::Replace;
        connection.colour = Colour::Red;
        connection.ca_file = Some("own.pem".into());
        connection.extensions = vec![Declared { name: "Phone".into(), unique: vec!["PhoneType".into()] }];
        connection.find_by = vec!["EmailAddress".into()];
        assert_eq!(Connection::from_json(connection.to_json().view()), Some(connection));
    }

    #[test]
    fn a_password_is_not_shown() {
        assert!(!format!("{:?}", Password::new("superman")).contains("superman"));
        let mut connection = Connection::to("https://ucs.example");
        connection.headers = vec![("X-Api-Key".into(), "superman".into())];
        let shown = format!("{connection:?}");
        assert!(shown.contains("X-Api-Key") && !shown.contains("superman"), "{shown}");
    }
}
