//! The strings of the interface, in one place: those of the widgets here, those of the screens in their own file.

mod connections;
mod history;
mod labels;
mod screens;

pub use connections::*;
pub use history::*;
pub use labels::*;
pub use screens::*;

/// `1 record`, `3 records`.
pub fn records(count: usize) -> String {
    if count == 1 { "1 record".to_owned() } else { format!("{count} records") }
}

/// The header of the column of row numbers.
pub const NUMBER: &str = "#";
/// What stands in a cell whose attribute is absent.
pub const NOT_SET: &str = "not set";
/// What stands in a cell whose value is null.
pub const NULL: &str = "null";
/// What stands in a cell whose text is empty.
pub const EMPTY_TEXT: &str = "empty text";
/// What an attribute without which there is no record is called.
pub const MANDATORY: &str = "mandatory";
/// The two values of a boolean.
pub const TRUE: &str = "true";
/// The other one.
pub const FALSE: &str = "false";
/// The buttons of the calendar.
pub const PREVIOUS_MONTH: &str = "Previous month";
/// The other one.
pub const NEXT_MONTH: &str = "Next month";
/// The days of a week, from Monday.
pub const WEEKDAYS: [&str; 7] = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"];

/// `was 6543210`.
pub fn was(before: &str) -> String {
    format!("was {before}")
}

/// `7 of 15`.
pub fn count_of(count: usize, most: u32) -> String {
    format!("{count} of {most}")
}

/// `Put back Phone 2 number`.
pub fn put_back(name: &str) -> String {
    format!("Put back {name}")
}

/// `Pick Phone 2 start_availabilty`.
pub fn pick(name: &str) -> String {
    format!("Pick {name}")
}

/// `More Phone 2 number`.
pub fn more(name: &str) -> String {
    format!("More {name}")
}

/// The entry of a field's menu that takes the attribute away.
pub const SET_NOT_SET: &str = "Not set";
/// The entry that makes it null.
pub const SET_NULL: &str = "Null";
/// The entry that puts back what was loaded.
pub const PUT_BACK: &str = "Put back";
/// What the calendar says of today.
pub const TODAY: &str = "today";
/// What the first of several values is.
pub const PRIMARY: &str = "primary";

/// `EmailAddress 2`.
pub fn numbered(name: &str, number: usize) -> String {
    format!("{name} {number}")
}

/// `Add EmailAddress`.
pub fn add(name: &str) -> String {
    format!("Add {name}")
}

/// `Remove EmailAddress 2`.
pub fn remove(name: &str) -> String {
    format!("Remove {name}")
}

/// `Move EmailAddress 2 up`.
pub fn move_up(name: &str) -> String {
    format!("Move {name} up")
}

/// `Make EmailAddress 2 primary`.
pub fn make_primary(name: &str) -> String {
    format!("Make {name} primary")
}
