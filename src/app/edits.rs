//! What was edited since a profile was loaded: only the differences, so that their size does not grow with the profile.

use super::entry::Entry;
use crate::model::profile::Record;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The edits of one customer. Cheap to clone: untouched extensions are shared between undo steps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edits {
    /// Core attributes by name, as spelled in the profile.
    pub core: BTreeMap<String, CoreEdit>,
    /// Extensions by name, as spelled in the schema or else in the profile.
    pub extensions: BTreeMap<String, Arc<ExtensionEdits>>,
}

/// The wanted values of a core attribute, the first one primary.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CoreEdit {
    /// One for each value; none: the attribute is taken away, or an empty list.
    pub values: Vec<CoreValue>,
    /// Whether the values are to stand in a list; `None`: as they were loaded, and in one where there are several.
    pub list: Option<bool>,
}

/// One value of a core attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoreValue {
    /// The value of the loaded profile from which this one came, counted from 0.
    pub from: Option<usize>,
    /// What it is to become; `None`: as it was.
    pub entry: Option<Entry>,
}

/// The edits of one extension.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExtensionEdits {
    /// Records that were loaded, by their position from 0.
    pub rows: BTreeMap<usize, RowEdit>,
    /// Records that were added, in order.
    pub new: Vec<NewRow>,
}

/// The edits of one loaded record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowEdit {
    /// Attributes by name.
    pub entries: BTreeMap<String, Entry>,
    /// Whether the record is to go.
    pub removed: bool,
}

/// A record that was added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRow {
    /// What tells it from all other rows of the draft.
    pub key: u64,
    /// The record that it began as: empty, or the one it duplicates.
    pub start: Record,
    /// What was typed since.
    pub entries: BTreeMap<String, Entry>,
}

impl Edits {
    /// Whether nothing was edited.
    pub fn is_empty(&self) -> bool {
        self.core.is_empty() && self.extensions.is_empty()
    }

    /// The edits of an extension, to be changed.
    pub fn extension_mut(&mut self, name: &str) -> &mut ExtensionEdits {
        Arc::make_mut(self.extensions.entry(name.to_owned()).or_default())
    }

    /// Drops what changes nothing.
    pub fn tidy(&mut self, extension: &str) {
        let Some(edits) = self.extensions.get_mut(extension) else { return };
        Arc::make_mut(edits).rows.retain(|_, row| row.removed || !row.entries.is_empty());
        if edits.rows.is_empty() && edits.new.is_empty() {
            self.extensions.remove(extension);
        }
    }
}

/// A record with entries; where what was typed stands for no value, the attribute is as it was.
pub fn with_entries(record: &Record, entries: &BTreeMap<String, Entry>) -> Record {
    entries.iter().fold(record.clone(), |record, (name, entry)| match entry.token() {
        Ok(token) => record.with(name, token.as_ref()),
        Err(_) => record,
    })
}
