//! The switches of a simulation by name, and what each does, in words for `--help`.

use super::{Case, Empty, ErrorForm, Simulation};
use crate::model::apply::Reading;
use std::fmt::Write;
use std::str::FromStr;
use std::time::Duration;

/// A switch.
struct Switch {
    name: &'static str,
    /// Switches of one group exclude each other.
    group: &'static str,
    /// What it is without a number, where it takes one.
    number: Option<(&'static str, u64)>,
    does: &'static str,
    set: fn(&mut Simulation, u64),
}

const fn switch(
    name: &'static str,
    group: &'static str,
    does: &'static str,
    set: fn(&mut Simulation, u64),
) -> Switch {
    Switch { name, group, number: None, does, set }
}

const fn counted(
    name: &'static str,
    number: (&'static str, u64),
    does: &'static str,
    set: fn(&mut Simulation, u64),
) -> Switch {
    Switch { name, group: name, number: Some(number), does, set }
}

const SWITCHES: [Switch; 30] = [
    switch("upsert", "reading", "insert replaces records with equal unique attributes (default)", |to, _| {
        to.reading = Reading::Upsert;
    }),
    switch("replace", "reading", "insert replaces the whole named extension", |to, _| {
        to.reading = Reading::Replace;
    }),
    switch("strict-dates", "dates", "dates in any but the documented form are refused (default)", |to, _| {
        to.lenient_dates = false;
    }),
    switch("lenient-dates", "dates", "other forms of ISO 8601 are taken and come back in UTC", |to, _| {
        to.lenient_dates = true;
    }),
    switch("strict", "strict", "attributes that the schema does not know are refused", |to, _| {
        to.strict = true;
    }),
    switch("string-flags", "string-flags", "numbers and flags of schemas come as strings", |to, _| {
        to.string_flags = true;
    }),
    switch("string-values", "string-values", "numbers and flags of profiles come as strings", |to, _| {
        to.string_values = true;
    }),
    switch("no-unique", "no-unique", "schemas do not say which attributes are unique", |to, _| {
        to.no_unique = true;
    }),
    switch("one-schema-object", "one-schema-object", "a single schema comes without its array", |to, _| {
        to.one_schema_object = true;
    }),
    switch("no-metadata", "no-metadata", "403 for everything about schemas", |to, _| {
        to.no_metadata = true;
    }),
    switch("no-update-record", "no-update-record", "405 for the update of a record", |to, _| {
        to.no_update_record = true;
    }),
    switch("no-content", "no-content", "204 instead of 200 for changes", |to, _| {
        to.no_content = true;
    }),
    switch("absent", "empty", "an extension without records is absent", |to, _| {
        to.empty = Some(Empty::Absent);
    }),
    switch("null-empty", "empty", "an extension without records is null", |to, _| {
        to.empty = Some(Empty::Null);
    }),
    switch("object-empty", "empty", "an extension without records is {}", |to, _| {
        to.empty = Some(Empty::Object);
    }),
    switch("null-strings", "null-strings", "the empty text comes back as null", |to, _| {
        to.null_strings = true;
    }),
    switch("lower-keys", "keys", "names in profiles come in lower case", |to, _| {
        to.keys = Some(Case::Lower);
    }),
    switch("upper-keys", "keys", "names in profiles come in upper case", |to, _| {
        to.keys = Some(Case::Upper);
    }),
    switch("null-absent", "null-absent", "what a record lacks comes back as null", |to, _| {
        to.null_absent = true;
    }),
    switch("error-bare", "errors", "errors without their wrapper", |to, _| {
        to.errors = ErrorForm::Bare;
    }),
    switch("error-assign", "errors", "errors as error = {…}", |to, _| {
        to.errors = ErrorForm::Assign;
    }),
    switch("error-gms", "errors", "errors as {\"message\",\"exception\"}", |to, _| {
        to.errors = ErrorForm::Message;
    }),
    switch("error-html", "errors", "errors as a page for a browser", |to, _| {
        to.errors = ErrorForm::Html;
    }),
    switch("error-empty", "errors", "errors without a body", |to, _| {
        to.errors = ErrorForm::Empty;
    }),
    switch("maintenance", "maintenance", "503 for changes of profiles", |to, _| {
        to.maintenance = true;
    }),
    counted("latency", ("MS", 100), "every request waits for so many milliseconds", |to, number| {
        to.latency = Duration::from_millis(number);
    }),
    counted("cut-after-commit", ("N", 1), "the first N changes are made, but not answered", |to, number| {
        to.cut_after_commit = number;
    }),
    counted("cut-before", ("N", 1), "the first N changes are neither made nor answered", |to, number| {
        to.cut_before = number;
    }),
    counted("busy", ("N", 1), "503 for the first N changes", |to, number| {
        to.busy = number;
    }),
    switch(
        "own-ids",
        "own-ids",
        "a new customer gets an ID of the server's, whatever the request says",
        |to, _| {
            to.own_ids = true;
        },
    ),
];

const fn names() -> [&'static str; SWITCHES.len()] {
    let mut names = [""; SWITCHES.len()];
    let mut at = 0;
    while at < names.len() {
        names[at] = SWITCHES[at].name;
        at += 1;
    }
    names
}

impl Simulation {
    /// The names of all switches.
    pub const NAMES: [&'static str; SWITCHES.len()] = names();

    /// Reads switches, separated by commas. The error is a sentence.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut simulation = Self::default();
        let mut given: Vec<&Switch> = Vec::new();
        for item in text.split(',') {
            let (name, number) =
                item.trim().split_once('=').map_or((item.trim(), None), |(n, v)| (n, Some(v)));
            let switch = SWITCHES.iter().find(|switch| switch.name == name);
            let switch = switch.ok_or_else(|| {
                format!("{name} is nothing to simulate; there are {}", Self::NAMES.join(", "))
            })?;
            if let Some(other) = given.iter().find(|other| other.group == switch.group) {
                return Err(format!("{} and {name} exclude each other", other.name));
            }
            (switch.set)(&mut simulation, switch.number(number)?);
            given.push(switch);
        }
        Ok(simulation)
    }

    /// What a simulation is, and all switches, a line each.
    pub fn help() -> String {
        let first = "Be a server that is not ours: everything is kept in memory, begins with what the store holds, and is\n\
                     gone at the end; the store is only read. Listens on this computer alone.\n\n\
                     Switches, separated by commas:\n";
        SWITCHES.iter().fold(first.to_owned(), |mut text, switch| {
            let number = switch.number.map_or(String::new(), |(name, _)| format!("={name}"));
            // Writing to a text cannot fail.
            let _ = write!(text, "\n  {:<20} {}", format!("{}{number}", switch.name), switch.does);
            text
        })
    }
}

impl FromStr for Simulation {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::parse(text)
    }
}

impl Switch {
    fn number(&self, given: Option<&str>) -> Result<u64, String> {
        match (self.number, given) {
            (None, None) => Ok(0),
            (None, Some(_)) => Err(format!("{} takes no number", self.name)),
            (Some((_, usual)), None) => Ok(usual),
            (Some((name, _)), Some(text)) => {
                text.parse().map_err(|_| format!("{}={name}: \"{text}\" is no whole number", self.name))
            }
        }
    }
}
