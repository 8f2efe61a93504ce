//! The strings of the widgets, in one place.

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
