//! The strings of the screens. Visible text comes first in a name.

#![expect(missing_docs, reason = "a text says itself what it is")]

use std::borrow::Cow;

pub const PROGRAM: &str = "Profile Desk";
pub const TARGET: &str = "Target";
pub const FIND: &str = "Find";
pub const FIND_HINT: &str = "ID, phone, e-mail, name, or > for a command   Ctrl+K";
pub const OPEN: &str = "Open";
pub const LIGHT: &str = "Light";
pub const DARK: &str = "Dark";

pub const DRAFTS: &str = "Drafts";
pub const PINNED: &str = "Pinned";
pub const RECENT: &str = "Recent";
pub const COMMANDS: &str = "Commands";
pub const NO_COMMAND: &str = "No command has these words.";
pub const NOBODY_FOUND: &str = "Nobody has this.";
pub const LOOKING: &str = "Looking…";
pub const NEW_CUSTOMER: &str = "New customer";
pub const IMPORT: &str = "Import…";
pub const DISCARD: &str = "Throw the draft away";
pub const ZONE_LOCAL: &str = "Show date-times in local time";
pub const ZONE_UTC: &str = "Show date-times in UTC";
pub const KEYS: &str = "Keys";

pub const UNDO: &str = "Undo";
pub const REDO: &str = "Redo";
pub const RELOAD: &str = "Reload";
pub const PIN: &str = "Pin";
pub const UNPIN: &str = "Unpin";
pub const DELETE_CUSTOMER: &str = "Delete customer";
pub const NOT_SENT_YET: &str = "new, not sent yet";
pub const EXTENSIONS: &str = "Extensions";
pub const PROFILE: &str = "Profile";
pub const VIEW: &str = "View";
pub const TABLE: &str = "Table";
pub const FORM: &str = "Form";
pub const ADD_RECORD: &str = "Add record";
pub const DUPLICATE_RECORD: &str = "Duplicate record";
pub const REMOVE_RECORD: &str = "Remove record";
pub const KEEP_RECORD: &str = "Keep record";
pub const REVERT_RECORD: &str = "Revert record";
pub const NO_RECORD: &str = "There is no record. Add record makes one.";
pub const NOT_IN_SCHEMA: &str = "not in the schema";
pub const CHANGED: &str = "changed";
pub const TO_BE_REMOVED: &str = "to be removed";

pub const NO_ATTRIBUTE: &str = "There is no core attribute. Add attribute makes one.";
pub const ADD_ATTRIBUTE: &str = "Add attribute";

pub const REVIEW: &str = "Review";
pub const NO_CHANGE: &str = "nothing changed";
pub const SHOW_CHANGES: &str = "Show changes";
pub const HIDE_CHANGES: &str = "Hide changes";
pub const SHOW_REQUESTS: &str = "Show the requests";
pub const HIDE_REQUESTS: &str = "Hide the requests";
pub const REQUESTS: &str = "Requests";
pub const NOTHING_TO_SEND: &str = "There is nothing to send.";
pub const SUBMIT: &str = "Submit";
pub const SENDING: &str = "Sending…";
pub const GO_THERE: &str = "Go there";
pub const REVERT: &str = "Revert";

pub const CONFLICT: &str = "Somebody else changed the same customer meanwhile";
pub const DELETED_MEANWHILE: &str = "The customer was deleted by somebody else.";
pub const NOTHING: &str = "nothing";
pub const KEEP_MINE: &str = "Keep mine";
pub const TAKE_THEIRS: &str = "Take theirs";

pub const DRAFT_WRITING: &str = "Saving the draft…";
pub const DISMISS: &str = "Dismiss";

pub const WELCOME: &str = "Welcome to Profile Desk";
pub const OPEN_SAMPLE: &str = "Open sample data";
pub const SAMPLE_NOTE: &str = "Ten invented customers in a store of their own, to try everything on.";
pub const IMPORT_A_FILE: &str = "Import a file…";
pub const EMPTY_STORE: &str = "Start with an empty store";
pub const OTHER_TARGET: &str = "Open another target…";
pub const NOBODY_OPEN: &str = "No customer is open";
pub const HOW_TO_FIND: &str =
    "Type an ID, a phone number, an e-mail address or a name into the box on top, then Enter.";
pub const FIND_A_CUSTOMER: &str = "Find a customer";

pub const IMPORT_TITLE: &str = "Import";
pub const LOOKING_THROUGH: &str = "Looking the files through…";
pub const NOTHING_CHANGED: &str = "Nothing was changed.";
pub const BACK: &str = "Back";
pub const DERIVED: &str = "Extensions without a schema; these can be derived from the values in the file";
pub const DERIVED_NOTE: &str = "Nothing identifies their records: which attributes do cannot be told from values. A schema can be made by hand with schema create.";
pub const IMPORT_NOW: &str = "Import now";
pub const IMPORT_WITHOUT: &str = "Import without them";
pub const STOP: &str = "Stop";
pub const STOP_IMPORT: &str = "Stop the import";
pub const IMPORT_STOPPED: &str = "The import was stopped. What came before stays.";

pub const CANCEL: &str = "Cancel";
pub const CLOSE: &str = "Close";
pub const NEW_CUSTOMER_NOTE: &str = "The ID is 1 to 16 characters. Left empty, one is made.";
pub const CUSTOMER_ID: &str = "Customer ID";
pub const CREATE: &str = "Create";
pub const TYPE_THE_ID: &str = "Type the ID to confirm";
pub const DELETE: &str = "Delete";
pub const STORE_PATH: &str = "Path of the store";
pub const OPEN_STORE: &str = "Open store";
pub const IMPORT_NOTE: &str = "JSON, an array, JSON Lines, or a document with schemas. It is looked through first; nothing changes before you say so. A file can also be dropped on the window.";
pub const FILE_PATH: &str = "Path of the file";
pub const LOOK_THROUGH: &str = "Look through";
pub const CHOOSE_FILES: &str = "Choose files…";
pub const ATTRIBUTE_NOTE: &str = "A core attribute of the customer, such as FirstName or EmailAddress.";
pub const ATTRIBUTE_NAME: &str = "Name of the attribute";
pub const ADD: &str = "Add";
pub const CLOSE_TITLE: &str = "A draft is not on the disk";
pub const CLOSE_NOTE: &str = "What was typed last could not be written. If you close now, it is lost.";
pub const STAY: &str = "Stay";
pub const CLOSE_ANYWAY: &str = "Close anyway";

/// Keys with what they do.
pub const ALL_KEYS: &[(&str, &str)] = &[
    ("Ctrl+K", "find a customer, or > and a command"),
    ("Enter", "open who was found; edit a cell, and end editing"),
    ("Ctrl+Enter", "submit"),
    ("Ctrl+Z, Ctrl+Shift+Z", "undo, redo"),
    ("Ctrl+Shift+A", "add a record"),
    ("Ctrl+D", "duplicate the record"),
    ("Ctrl+Shift+Delete", "remove the record, or keep it after all"),
    ("Ctrl+Page Down, Ctrl+Page Up", "next tab, previous tab"),
    ("Delete, Ctrl+Delete", "leave a cell or field not set"),
    ("Ctrl+0", "make a cell or field null"),
    ("Esc", "put back the cell being edited; or leave"),
    ("Alt+Down", "open the calendar of a date"),
    ("F5", "read the customer again"),
    ("Ctrl+H", "history of the customer"),
    ("F8", "show the changes"),
    ("Ctrl+N", "new customer"),
    ("F1", "these keys"),
];

pub(super) fn plural(count: usize, one: &str, many: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {many}") }
}

pub fn drafts(count: usize) -> String {
    format!("{} not sent", plural(count, "draft", "drafts"))
}

pub fn found_for(text: &str) -> String {
    format!("Found for {}", plain(text))
}

pub fn more_found(count: usize) -> String {
    format!("and {count} or more others; type more to narrow it down")
}

pub fn read_at(time: &str) -> String {
    format!("· loaded {time}")
}

pub fn both_changed(place: &str, base: &str, mine: &str, theirs: &str) -> String {
    let place = if place.is_empty() { "The customer" } else { place };
    format!("{place}: it was {base}; you want {mine}; it is now {theirs}")
}

pub fn more_findings(count: usize) -> String {
    format!("and {}; Review has all of them", plural(count, "more finding", "more findings"))
}

pub fn more_changes(count: usize) -> String {
    format!("and {}", plural(count, "more change", "more changes"))
}

pub fn one_per(unique: &str) -> String {
    format!("one record per {unique}")
}

pub fn identifies(title: &str) -> String {
    format!("{title} · identifies the record")
}

pub fn counts(kept: usize, changed: usize, new: usize, removed: usize) -> String {
    let parts = [(kept, "kept"), (changed, "changed"), (new, "new"), (removed, "removed")];
    let parts = parts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}"));
    parts.collect::<Vec<_>>().join(" · ")
}

pub fn problems(count: usize) -> String {
    plural(count, "problem", "problems")
}

pub fn stays(count: usize) -> String {
    if count == 1 {
        "1 change stays here as a draft until it is mended.".to_owned()
    } else {
        format!("{count} changes stay here as a draft until they are mended.")
    }
}

pub fn submit(good: usize, bad: usize) -> String {
    match (good, bad) {
        (0, 0) => SUBMIT.to_owned(),
        (0, _) => format!("{SUBMIT} · see problem"),
        (1, 0) => format!("{SUBMIT} the change"),
        (good, 0) => format!("{SUBMIT} the {good} changes"),
        (1, _) => format!("{SUBMIT} the good change"),
        (good, _) => format!("{SUBMIT} the {good} good changes"),
    }
}

pub fn go_to(place: &str) -> String {
    format!("Go to {place}")
}

pub fn revert(place: &str) -> String {
    format!("Revert {place}")
}

pub fn holds(profiles: usize, schemas: usize, inserts: usize) -> String {
    let parts = [
        (profiles, plural(profiles, "profile", "profiles")),
        (schemas, plural(schemas, "schema", "schemas")),
        (inserts, plural(inserts, "insert request", "insert requests")),
    ];
    let parts: Vec<String> =
        parts.into_iter().filter(|(count, _)| *count > 0).map(|(_, text)| text).collect();
    if parts.is_empty() {
        "There is nothing in it to import.".to_owned()
    } else {
        format!("It holds {}.", parts.join(", "))
    }
}

pub fn create_schemas(count: usize) -> String {
    match count {
        1 => "Create this schema from the file".to_owned(),
        count => format!("Create these {count} schemas from the file"),
    }
}

pub fn refused(count: usize) -> String {
    format!("{} refused", plural(count, "item is", "items are"))
}

pub fn place_and_reason(place: &str, reason: &str) -> String {
    if place.is_empty() { sentence(reason) } else { format!("{place}: {reason}") }
}

pub fn importing(done: usize, all: usize) -> String {
    format!("Importing: {}", of_all(done, all))
}

pub fn of_all(done: usize, all: usize) -> String {
    format!("{done} of {all}")
}

pub fn draft_saved(at: &str) -> String {
    format!("Draft saved {at}")
}

pub fn draft_failed(sentence: &str) -> String {
    format!("The draft is not on the disk: {sentence}")
}

pub fn no_store(path: &str) -> String {
    format!("There is no store at {path} yet.")
}

pub fn delete_note(id: &str) -> String {
    format!("Customer {id} and all records go for good. There is no undo.")
}

/// A sentence with its capital letter, unless it begins with an address, and its full stop.
pub fn sentence(text: &str) -> String {
    let text = plain(text);
    let mut chars = text.chars();
    let is_address = text.starts_with("http://") || text.starts_with("https://");
    let first = chars.next();
    let first: String = match first {
        Some(first) if is_address => first.into(),
        first => first.into_iter().flat_map(char::to_uppercase).collect(),
    };
    let end = if text.ends_with(['.', '?', '!', '…']) || text.is_empty() { "" } else { "." };
    format!("{first}{}{end}", chars.as_str())
}

/// The text with control and direction-changing characters written out, so that none of them acts on the window.
pub fn plain(text: &str) -> Cow<'_, str> {
    let acts = |c: char| {
        c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{061c}' | '\u{feff}')
    };
    if !text.contains(acts) {
        return Cow::Borrowed(text);
    }
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '\n' => out.push('⏎'),
            '\t' => out.push(' '),
            c if acts(c) => out.extend(format!("<U+{:04X}>", u32::from(c)).chars()),
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_that_act_on_the_window_are_written_out() {
        assert_eq!(plain("a\u{202e}b\u{7}"), "a<U+202E>b<U+0007>");
        assert_eq!(plain("李小龍"), "李小龍");
    }

    #[test]
    fn the_button_says_what_it_will_do() {
        assert_eq!(submit(0, 0), "Submit");
        assert_eq!(submit(1, 0), "Submit the change");
        assert_eq!(submit(2, 1), "Submit the 2 good changes");
        assert!(submit(0, 1).starts_with("Submit"));
    }

    #[test]
    fn a_sentence_has_its_capital_and_its_stop() {
        assert_eq!(sentence("it is gone"), "It is gone.");
        assert_eq!(sentence("http://h was not reached"), "http://h was not reached.");
        assert_eq!(sentence(""), "");
    }
}
