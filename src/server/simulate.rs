//! Being a server that is not ours: what documents leave open, each as a switch of `serve --simulate`.
//!
//! Such a server keeps everything in memory. It has no versions, none of our additions under `/x/`, and does not say that it
//! is ours, whatever the switches.

mod dates;
mod faults;
mod memory;
pub mod shape;
mod switches;

use crate::model::apply::Reading;
use crate::model::json::{Json, View, quoted};
use std::time::Duration;

pub use faults::Faults;
pub use memory::Simulated;

/// How a simulated server differs from ours.
#[allow(clippy::struct_excessive_bools, reason = "independent switches, each asked for by its name")]
#[derive(Clone, Debug)]
pub struct Simulation {
    /// What insert does to the records that are there already.
    pub reading: Reading,
    /// Dates in other forms of ISO 8601 are taken.
    pub lenient_dates: bool,
    /// Unknown attributes are refused.
    pub strict: bool,
    /// Schemas have their numbers and flags as strings.
    pub string_flags: bool,
    /// Profiles have their numbers and flags as strings.
    pub string_values: bool,
    /// Schemas do not say what is unique.
    pub no_unique: bool,
    /// One schema comes as an object.
    pub one_schema_object: bool,
    /// Nobody may ask for metadata.
    pub no_metadata: bool,
    /// A record cannot be updated.
    pub no_update_record: bool,
    /// 204 for 200.
    pub no_content: bool,
    /// How an extension without records comes, if not as ours.
    pub empty: Option<Empty>,
    /// The empty text comes back as null.
    pub null_strings: bool,
    /// The letter case of the names in profiles.
    pub keys: Option<Case>,
    /// What is absent in a record comes back as null.
    pub null_absent: bool,
    /// The form of errors.
    pub errors: ErrorForm,
    /// Profiles take no changes.
    pub maintenance: bool,
    /// How long every request waits.
    pub latency: Duration,
    /// How many changes are made without an answer.
    pub cut_after_commit: u64,
    /// How many changes are not made, without an answer.
    pub cut_before: u64,
    /// How many changes are put off.
    pub busy: u64,
    /// A new customer's ID is always the server's.
    pub own_ids: bool,
}

impl Default for Simulation {
    /// Nothing but being no server of ours.
    fn default() -> Self {
        Self {
            reading: Reading::Upsert,
            lenient_dates: false,
            strict: false,
            string_flags: false,
            string_values: false,
            no_unique: false,
            one_schema_object: false,
            no_metadata: false,
            no_update_record: false,
            no_content: false,
            empty: None,
            null_strings: false,
            keys: None,
            null_absent: false,
            errors: ErrorForm::Own,
            maintenance: false,
            latency: Duration::ZERO,
            cut_after_commit: 0,
            cut_before: 0,
            busy: 0,
            own_ids: false,
        }
    }
}

/// How an extension without records comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Empty {
    /// Not at all.
    Absent,
    /// `null`
    Null,
    /// `{}`
    Object,
}

impl Empty {
    /// Its JSON; `None` where it is absent.
    pub fn token(self) -> Option<&'static str> {
        match self {
            Self::Absent => None,
            Self::Null => Some("null"),
            Self::Object => Some("{}"),
        }
    }
}

/// The letter case of names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    /// `phone`
    Lower,
    /// `PHONE`
    Upper,
}

/// The form of an error's body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorForm {
    /// `{"error":{…}}`
    Own,
    /// `{…}`
    Bare,
    /// `error = {…}`
    Assign,
    /// `{"message":…,"exception":…}`
    Message,
    /// A page for a browser.
    Html,
    /// Nothing.
    Empty,
}

impl ErrorForm {
    /// The type and the text of an error whose body in our own form is `body`.
    pub fn written(self, body: &Json) -> (Option<&'static str>, String) {
        let inner = body.view().get("error").unwrap_or(body.view());
        let description = inner.get("description").and_then(View::text).unwrap_or_default();
        match self {
            Self::Own => (Some("application/json"), body.to_string()),
            Self::Bare => (Some("application/json"), inner.to_string()),
            Self::Assign => (Some("application/json"), format!("error = {inner}")),
            Self::Message => {
                let text = quoted(&description);
                let exception = "\"com.example.ContextServicesException\"";
                (Some("application/json"), format!("{{\"message\":{text},\"exception\":{exception}}}"))
            }
            Self::Html => {
                let text = description.replace('&', "&amp;").replace('<', "&lt;");
                (Some("text/html"), format!("<html><body><h1>Error</h1><p>{text}</p></body></html>"))
            }
            Self::Empty => (None, String::new()),
        }
    }
}
