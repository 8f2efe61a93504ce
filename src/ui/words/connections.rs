//! The strings about targets: which one it is, its state, connections, signing in, and what failed.

#![expect(missing_docs, reason = "a text says itself what it is")]

use super::{REMOVE, plain, sentence};
use crate::app::connections::{Address, Step};
use crate::app::state::{Lack, Lacking, TargetState};
use crate::app::waiting::Doing;

pub const LOCAL_STORE: &str = "Local store";
pub const SERVER: &str = "Server";
pub const TRY_AGAIN: &str = "Try again";
pub const READ_AGAIN: &str = "Read again";
pub const SHOW_CUSTOMER: &str = "Show the customer";
pub const SIGN_IN: &str = "Sign in";
pub const SIGN_IN_ASKS: &str = "Sign in…";

pub const SWITCH_TARGET: &str = "Switch target";
pub const TARGETS: &str = "Targets";
pub const TARGET_NOTE: &str = "Where to work. What was typed stays as a draft where it was typed.";
pub const OWN_STORE: &str = "Your own store";
pub const SAMPLE_STORE: &str = "Sample data";
pub const OTHER_PATH: &str = "Another store: a folder, or a .json file";
pub const OPEN_NOW: &str = "open now";

pub const NEW_CONNECTION: &str = "New connection…";
pub const EDIT: &str = "Edit…";
pub const DUPLICATE: &str = "Duplicate";
pub const REMOVE_CONNECTION: &str = "Remove connection";
pub const CONNECTION: &str = "Connection";
pub const ADDRESS: &str = "Address";
pub const ADDRESS_HINT: &str = "http://host:8080, with any prefix of the paths";
pub const USER: &str = "User";
pub const USER_HINT: &str = "empty: no credentials are sent";
pub const PASSWORD: &str = "Password";
pub const PASSWORD_HINT: &str = "for this run alone; it is not stored";
pub const SHOW_PASSWORD: &str = "Show password";
pub const HEADERS: &str = "Further headers of every request";
pub const ADD_HEADER: &str = "Add header";
pub const READING: &str = "Reading of insert";
pub const FIND_OUT: &str = "Find out…";
pub const FIND_OUT_NOTE: &str =
    "A scratch customer is made on this server, tried, and deleted again. Real customers are left alone.";
pub const FIND_OUT_NOW: &str = "Find out now";
pub const RATHER_NOT: &str = "Rather not";
pub const FINDING_OUT: &str = "Finding out…";
pub const COLOUR: &str = "Colour";
pub const CA_FILE: &str = "Trusted certificates file";
pub const CA_HINT: &str = "a .pem file, beside those of the system";
pub const TIMEOUT: &str = "Time-out in seconds";
pub const UNIQUE: &str = "Unique attributes, where the server does not tell them";
pub const ADD_EXTENSION: &str = "Add extension";
pub const UNIQUE_HINT: &str = "attributes, separated by commas";
pub const EXTENSION_HINT: &str = "extension";
pub const FIND_BY: &str = "Attributes to find by";
pub const FIND_BY_HINT: &str = "EmailAddress, Phone.number";
pub const HEADER_NAME_HINT: &str = "name";
pub const HEADER_VALUE_HINT: &str = "value";
pub const TEST_CONNECTION: &str = "Test connection";
pub const TESTING: &str = "Testing…";
pub const NOT_TESTED: &str = "The test was not begun: too much is under way. Try again.";
pub const SAVE: &str = "Save";
pub const SAVE_AND_OPEN: &str = "Save and open";
pub const NOT_KEPT_YET: &str = "What you typed is not kept yet.";
pub const KEEP_EDITING: &str = "Keep editing";
pub const THROW_AWAY: &str = "Throw it away";
pub const OVER_PLAIN_HTTP: &str = "Send credentials over plain http, where others can read them";
pub const PLAIN_HTTP: &str = "Credentials over plain http";
pub const SEND_THEM: &str = "Send them";

pub const COMPLETE: &str = "Send the complete profile?";
pub const COMPLETE_WARNING: &str =
    "The complete profile is sent: what others wrote since it was read can be lost.";
pub const COMPLETE_NOTE: &str = "This change can only be sent with the complete profile. What others wrote to this customer since it was read can be lost. It is read again just before.";
pub const SEND_COMPLETE: &str = "Send the complete profile";

pub const TO: &str = "To ";
pub const INFERRED: &str = "This server does not tell its schemas: types follow the values.";
pub const SERVER_GIVES_ID: &str = "the server gives the ID";
pub const NEW_CUSTOMER_SERVER: &str =
    "The server gives the customer an ID when it is submitted. Until then it is a draft.";

/// The readings, each with what it means for whoever edits.
pub const READINGS: [(&str, &str); 3] = [
    (
        "Not known",
        "Safe under both: changes go record by record, an addition with all records of its extension.",
    ),
    ("Upserts", "An insert replaces records with equal unique attributes and leaves all others."),
    ("Replaces", "An insert replaces all records of the extensions that it names."),
];

/// `Local store · Demo`, `Server · Paris`: of a path the last part, which tells it from others.
pub fn target(address: &Address) -> String {
    match address {
        Address::Store(path) => {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            format!("{LOCAL_STORE} · {}", plain(&name))
        }
        Address::Server(connection) => format!("{SERVER} · {}", plain(without_scheme(connection.title()))),
    }
}

/// A server without a name is known by host and port.
fn without_scheme(title: &str) -> &str {
    title.trim_start_matches("http://").trim_start_matches("https://")
}

/// What there is to say of a target's state.
pub fn state(state: &TargetState) -> Option<&'static str> {
    match state {
        TargetState::Ready(ready) if ready.damage.is_some() => Some("damaged"),
        TargetState::Ready(_) => None,
        TargetState::Opening(Address::Server(_), _) => Some("connecting…"),
        TargetState::Opening(..) => Some("opening…"),
        TargetState::Missing(_) => Some("not there yet"),
        TargetState::Failed(Address::Store(_), _) => Some("not opened"),
        TargetState::Failed(Address::Server(_), lack) => Some(match lack.kind {
            Lacking::Credentials => "signed out",
            Lacking::Time => "not available",
            Lacking::Contact => "not reached",
        }),
    }
}

pub fn opening(address: &Address) -> String {
    match address {
        Address::Store(path) => format!("Opening {} …", plain(&path.display().to_string())),
        Address::Server(connection) => format!("Connecting to {} …", plain(&connection.url)),
    }
}

pub fn cannot_open(address: &Address, lack: &Lack) -> String {
    let what = match (address, lack.kind) {
        (Address::Store(_), _) => return "The store cannot be opened".to_owned(),
        (Address::Server(_), Lacking::Credentials) => "wants you to sign in",
        (Address::Server(_), Lacking::Time) => "is not available now",
        (Address::Server(_), Lacking::Contact) => "is not reached",
    };
    format!("{} {what}", target(address))
}

pub fn drafts_are_kept(count: usize) -> String {
    match count {
        1 => "Your draft for it is kept.".to_owned(),
        count => format!("Your {count} drafts for it are kept."),
    }
}

pub fn switch_to(address: &Address) -> String {
    format!("Switch to {}", target(address))
}

pub fn doing(doing: &Doing, name: &str) -> String {
    match doing {
        Doing::Opening => "Connecting…".to_owned(),
        Doing::Submitting(false) => "Submitting…".to_owned(),
        Doing::Submitting(true) => "Cancelling…".to_owned(),
        Doing::Loading(_) => format!("Loading {name}…"),
        Doing::Reloading => "Reading again…".to_owned(),
        Doing::Finding => super::LOOKING.to_owned(),
    }
}

pub fn customers(address: &Address, count: Option<usize>) -> Option<String> {
    let what = if matches!(address, Address::Store(_)) { "store" } else { "server" };
    count.map(|count| format!("This {what} has {}.", super::plural(count, "customer", "customers")))
}

pub fn edit(title: &str) -> String {
    format!("{EDIT} {title}")
}

pub fn duplicate(title: &str) -> String {
    format!("{DUPLICATE} {title}")
}

pub fn remove_connection_note(title: &str) -> String {
    format!("The connection {} is forgotten. Drafts for it stay on the disk.", plain(title))
}

pub fn plain_http_note(url: &str) -> String {
    format!(
        "{} is reached over plain http: whoever is on the way can read the user, the password and what is sent. This is asked once for this connection.",
        plain(url)
    )
}

pub fn header_name(number: usize) -> String {
    format!("Header {number} name")
}

pub fn header_value(number: usize) -> String {
    format!("Header {number} value")
}

pub fn extension_name(number: usize) -> String {
    format!("Extension {number} name")
}

pub fn extension_unique(number: usize) -> String {
    format!("Extension {number} unique attributes")
}

pub fn remove_header(number: usize) -> String {
    format!("{REMOVE} header {number}")
}

pub fn remove_extension(number: usize) -> String {
    format!("{REMOVE} extension {number}")
}

/// A step of a test, and how it went.
pub fn tried(step: Step, result: &Result<String, String>) -> String {
    let name = match step {
        Step::Address => "Address",
        Step::Name => "Name of the host",
        Step::Connect => "Connection",
        Step::Tls => "Certificate",
        Step::Status => "Status",
        Step::Credentials => "Credentials",
        Step::Schemas => "Schemas",
    };
    match result {
        Ok(seen) => format!("✓ {name} works: {}", plain(seen)),
        Err(why) => format!("✗ {name} fails: {}.", plain(why).trim_end_matches('.')),
    }
}

/// The capital letter of a colour's name.
pub fn colour(name: &str) -> String {
    sentence(name).trim_end_matches('.').to_owned()
}
