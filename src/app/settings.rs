//! What the window remembers from one start to the next; no customer's values, only IDs.

use crate::model::profile::CustomerId;
use crate::target::Address;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// How many recent customers are remembered.
pub const RECENT: usize = 20;

/// How many stores are remembered.
pub const RECENT_STORES: usize = 5;

/// Colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the desktop says.
    #[default]
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// How an extension is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// A row for each record.
    Table,
    /// A list and the fields of one record.
    Form,
    /// The records as they would stand in the profile.
    Json,
}

/// The zone of date-times.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Zone {
    /// That of this computer.
    #[default]
    Local,
    /// UTC.
    Utc,
}

/// What is remembered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// Colours.
    pub theme: Theme,
    /// The zone of date-times.
    pub zone: Zone,
    /// The chosen view of each extension; where none is chosen, it follows what there is to show.
    pub views: BTreeMap<String, View>,
    /// The target that was open last.
    pub target: Option<Address>,
    /// The stores that were open, the last one first.
    pub stores: Vec<PathBuf>,
    /// The customers of each target that stand in the rail, by the target's place.
    pub lists: BTreeMap<String, Lists>,
}

/// Customers of one target.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lists {
    /// Those opened lately, the last one first.
    pub recent: Vec<CustomerId>,
    /// Those pinned.
    pub pinned: Vec<CustomerId>,
}

impl Lists {
    /// Notes that a customer was opened.
    pub fn opened(&mut self, id: &CustomerId) {
        self.recent.retain(|known| known != id);
        self.recent.insert(0, id.clone());
        self.recent.truncate(RECENT);
    }

    /// Pins a customer, or no longer.
    pub fn toggle_pin(&mut self, id: &CustomerId) {
        let count = self.pinned.len();
        self.pinned.retain(|known| known != id);
        if self.pinned.len() == count {
            self.pinned.push(id.clone());
        }
    }

    /// The customer has another ID by now.
    pub fn renamed(&mut self, id: &CustomerId, is: &CustomerId) {
        for list in [&mut self.recent, &mut self.pinned] {
            if list.contains(is) {
                list.retain(|known| known != id);
            }
            list.iter_mut().filter(|known| *known == id).for_each(|known| known.clone_from(is));
        }
    }

    /// The customer is gone.
    pub fn gone(&mut self, id: &CustomerId) {
        self.recent.retain(|known| known != id);
        self.pinned.retain(|known| known != id);
    }
}
