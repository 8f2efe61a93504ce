//! The strings of a customer's history.

#![expect(missing_docs, reason = "a text says itself what it is")]

use super::{plain, plural};

pub const HISTORY: &str = "History";
pub const READING_HISTORY: &str = "Reading the history…";
pub const NO_HISTORY: &str = "No request of this customer is known here.";
pub const HISTORY_CHANGES: &str = "What it changed";
pub const HISTORY_PROFILE: &str = "The profile then";
pub const HISTORY_REQUEST: &str = "The request";
pub const HISTORY_PART: &str = "Show";
pub const PUT_BACK_THEN: &str = "Put back as it was then";
pub const TAKE_BACK: &str = "Take back this change";
pub const TAKE_BACK_ALL: &str = "Take back all the same";
pub const TAKE_BACK_REST: &str = "Take back the rest";
pub const CHANGED_NOTHING: &str = "It changed nothing of this customer.";
pub const NOBODY_THEN: &str = "There was no such customer then.";
pub const NOT_KNOWN_THEN: &str =
    "What the customer was then is not known: earlier requests were not kept, or are damaged.";
pub const MAYBE_DELETED: &str = "if such a customer was deleted";
pub const CHANGED_SINCE: &str = "Changed again since";

pub fn history_of(id: &str) -> String {
    format!("{HISTORY} of {}", plain(id))
}

pub fn requests(count: usize) -> String {
    plural(count, "request", "requests")
}

pub fn request_number(seq: u64) -> String {
    format!("Request {seq}")
}

pub fn created() -> String {
    "Customer created".to_owned()
}

pub fn updated(extensions: &[String]) -> String {
    if extensions.is_empty() {
        "Profile updated".to_owned()
    } else {
        format!("Profile updated, {} replaced", extensions.join(", "))
    }
}

pub fn deleted() -> String {
    "Customer deleted".to_owned()
}

pub fn merged_with(id: &str) -> String {
    format!("Merged with {id}")
}

pub fn merged_into(id: &str) -> String {
    format!("Merged into {id}")
}

/// `2 Phone records inserted`, `2 Phone records, 1 Notes record inserted`.
pub fn inserted(extensions: &[(String, usize)]) -> String {
    let of = |(name, count): &(String, usize)| {
        plural(*count, &format!("{name} record"), &format!("{name} records"))
    };
    let all: Vec<String> = extensions.iter().map(of).collect();
    if all.is_empty() { "Nothing inserted".to_owned() } else { format!("{} inserted", all.join(", ")) }
}

pub fn record_updated(extension: &str) -> String {
    format!("{extension} record updated")
}

pub fn record_deleted(extension: &str) -> String {
    format!("{extension} record deleted")
}

pub fn schema_created(extension: &str) -> String {
    format!("Schema of {extension} created")
}

pub fn schema_deleted(extension: &str) -> String {
    format!("Schema of {extension} deleted")
}

pub fn checkpoint() -> String {
    "As it was here; older requests were not kept".to_owned()
}

/// What was done to somebody else.
pub fn of_other(id: &str, done: &str) -> String {
    format!("{id}: {done}")
}

pub fn stays_as_it_is(place: &str, reason: &str) -> String {
    format!("{place} cannot be put back: {reason}.")
}

pub fn changed_again(count: usize) -> String {
    match count {
        1 => "One of these places was changed again since.".to_owned(),
        count => format!("{count} of these places were changed again since."),
    }
}

/// Where a later change stands against taking back an earlier one.
pub fn changed_again_at(place: &str, made: &str, was: &str, now: &str) -> String {
    format!("{place}: it was {was}; the request made it {made}; it is now {now}")
}
