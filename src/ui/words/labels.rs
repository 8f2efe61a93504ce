//! The strings of labels and of the dialog that changes them.

#![expect(missing_docs, reason = "a text says itself what it is")]

use super::plain;
use crate::model::labels::{Change, What};

pub const LABELS: &str = "Labels";
pub const LABELS_MORE: &str = "Labels…";
pub const SHOW_HIDDEN: &str = "Show hidden";
pub const LABELS_NOTE: &str = "What is shown here instead of the names. What is sent stays as it is.";
pub const ATTRIBUTE: &str = "Attribute";
pub const LABEL: &str = "Label";
pub const HELP: &str = "Help";
pub const HIDDEN: &str = "Hidden";
pub const ORDER: &str = "Order";
pub const VALUES: &str = "Values";
pub const VALUE: &str = "Value";
pub const NAME: &str = "Name";
pub const APPLY: &str = "Apply";
pub const ADD_VALUE: &str = "Add value";
pub const REMOVE: &str = "Remove";
pub const LABELS_PATH: &str = "Path of a file with labels";
pub const LOAD_FILE: &str = "Load from file…";
pub const SAVE_FILE: &str = "Save as file…";
pub const TAKE_LABELS: &str = "Take them over";
pub const LEAVE_LABELS: &str = "Leave them";
pub const REPLACE_FILE: &str = "Replace the file";
pub const NO_PATH: &str = "Type the path of the file first.";
pub const UNDER_WAY: &str = "One moment…";
pub const NOT_APPLIED: &str = "Labels were changed here. Apply keeps them, Cancel drops them.";
pub const TAKEN_OVER: &str = "Taken over. Apply keeps them.";

/// `Labels of Phone`; of the core attributes where there is no extension.
pub fn labels_of(extension: Option<&str>) -> String {
    format!("{LABELS} of {}", extension.map_or_else(|| "the core attributes".into(), plain))
}

/// `Label of PhoneType`: what is set, and of what.
pub fn setting(what: &str, of: &str) -> String {
    format!("{what} of {}", plain(of))
}

/// `Value 1 of PhoneType`.
pub fn numbered_setting(what: &str, number: usize, of: &str) -> String {
    format!("{what} {number} of {}", plain(of))
}

/// `Hide PhoneType`.
pub fn hide(name: &str) -> String {
    format!("Hide {}", plain(name))
}

/// `Move PhoneType down`.
pub fn move_down(name: &str) -> String {
    format!("Move {name} down")
}

/// `Remove value 1 of PhoneType`.
pub fn remove_value(number: usize, of: &str) -> String {
    format!("Remove value {number} of {}", plain(of))
}

/// How many values have names.
pub fn named_values(count: usize) -> String {
    match count {
        0 => "none".into(),
        1 => "1 name".into(),
        count => format!("{count} names"),
    }
}

/// What a text stands for that is no value itself.
pub fn stands_for(value: &str) -> String {
    format!("is {}", plain(value))
}

/// Two attributes with one label cannot be told apart.
pub fn same_label(one: &str, other: &str) -> String {
    format!("{} and {} are called the same; each must be another.", plain(one), plain(other))
}

/// A value without a name.
pub fn no_name(attribute: &str, value: &str) -> String {
    format!("{}: the value {} has no name.", plain(attribute), plain(value))
}

/// Two values that a file of labels cannot tell apart.
pub fn same_value(attribute: &str, value: &str) -> String {
    format!("{}: the value {} stands twice; letter case does not count.", plain(attribute), plain(value))
}

pub fn file_there(path: &str) -> String {
    format!("There is a file {} already; it was left as it is.", plain(path))
}

pub fn file_written(path: &str) -> String {
    format!("Saved as {}.", plain(path))
}

pub fn file_says(path: &str, count: usize) -> String {
    if count == 0 {
        return format!("{} says nothing else than these labels.", plain(path));
    }
    let differences = if count == 1 { "1 difference".to_owned() } else { format!("{count} differences") };
    format!("{} has {differences} from these labels:", plain(path))
}

pub fn more_differences(count: usize) -> String {
    format!("and {count} more")
}

/// `Phone PhoneType: value 2 is called work (it was office)`.
pub fn difference(change: &Change) -> String {
    let place: Vec<&str> =
        [&change.extension, &change.attribute].into_iter().flatten().map(String::as_str).collect();
    let what = match &change.what {
        What::Label => "label".to_owned(),
        What::Order => "order".to_owned(),
        What::Value(value) => format!("value {value}"),
        What::Hidden => return plain(&hidden(&place.join(" "), change.after.is_some())).into_owned(),
        What::Help => "help".to_owned(),
    };
    let said = match (&change.before, &change.after) {
        (Some(before), Some(after)) => format!("{after} (was {before})"),
        (None, Some(after)) => after.clone(),
        _ => "none".to_owned(),
    };
    plain(&format!("{}: {what} {said}", place.join(" "))).into_owned()
}

fn hidden(place: &str, is: bool) -> String {
    format!("{place}: {}", if is { "hidden" } else { "no longer hidden" })
}
