//! What a person can ask of the editor.

use super::edits::CoreValue;
use super::entry::Entry;
use super::settings::{Theme, View, Zone};
use crate::model::labels::Labels;
use crate::model::profile::CustomerId;
use crate::target::{Connection, Password};
use std::path::PathBuf;

pub use crate::target::Address;

/// One thing asked for. The window makes them; [`super::state::App::handle`] carries them out.
#[derive(Clone, Debug)]
pub enum Command {
    /// Look for customers who have this text.
    Find(String),
    /// Open what was looked for: the customer of exactly this ID, the only hit, or else stay with the results.
    OpenFound(String),
    /// Open a customer.
    Open(CustomerId),
    /// Begin a customer with this ID; empty: one is made.
    NewCustomer(String),
    /// Delete the customer who is open, for good.
    DeleteCustomer,
    /// Show the history of a customer, read anew.
    History(CustomerId),
    /// Leave the history.
    HideHistory,
    /// Look at a request of the history; 0 is the newest.
    ChoosePast(usize),
    /// Want the customer as it was after the request that is looked at.
    PutBack,
    /// Want the request that is looked at undone; with `true` also where the same was changed again since.
    TakeBack(bool),
    /// Read the open customer again; what was edited stays.
    Reload,
    /// Set what an attribute of a row is to become.
    Edit(String, u64, String, Entry),
    /// Typing in a field ended.
    Settle,
    /// Typing in an attribute of a row ended, and what was typed stands: where it is the name of a value, as the value.
    Commit(String, u64, String),
    /// Add a record to an extension.
    Add(String),
    /// Add a copy of a record.
    Duplicate(String, u64),
    /// Mark a record as to be removed, or no longer so.
    Remove(String, u64),
    /// Take back the edits of a record, or of one of its attributes.
    Revert(String, u64, Option<String>),
    /// Set the values of a core attribute; with the position of the value that is typed into.
    SetCore(String, Vec<CoreValue>, Option<usize>),
    /// Take back the edits of a core attribute.
    RevertCore(String),
    /// Take the last step back.
    Undo,
    /// Take it again.
    Redo,
    /// Throw away the draft of the open customer. It can be undone.
    RevertAll,
    /// Send what can be sent.
    Submit,
    /// Show the exact requests, or no longer.
    ShowRequests(bool),
    /// In a conflict: mine stands over theirs.
    KeepMine,
    /// In a conflict: theirs stands, and the rest of mine stays.
    TakeTheirs,
    /// Work on another target.
    SwitchTarget(Address, Make),
    /// Keep a connection: in the place of the one of this title, or a new one. The password is for this run.
    KeepConnection(Option<String>, Box<Connection>, Option<Password>),
    /// Keep the connection of this title no longer.
    RemoveConnection(String),
    /// Try a connection step by step.
    TestConnection(Box<Connection>, Option<Password>),
    /// Find out what a server does with an insert, on a scratch customer.
    FindOutReading(Box<Connection>, Option<Password>),
    /// Sign in at the target as this user.
    SignIn(String, Password),
    /// Credentials of this connection may go over plain http; open it.
    AllowPlainHttp(Box<Connection>, Make),
    /// Send although that is the complete profile.
    SubmitComplete,
    /// Wait no longer for what the target is busy with.
    Cancel,
    /// Choose files to import in a dialog.
    PickImport,
    /// Look files for import through.
    Survey(Vec<PathBuf>),
    /// Import what was looked through; first create the schemas derived from it where `schemas`.
    Import {
        /// Whether to create the derived schemas.
        schemas: bool,
    },
    /// Stop a running import, or leave its page.
    StopImport,
    /// Pin the open customer, or no longer.
    Pin,
    /// Light, dark, or as the system.
    SetTheme(Theme),
    /// Show date-times in this zone.
    SetZone(Zone),
    /// Show an extension as table or form.
    SetView(String, View),
    /// Use these labels for the target.
    SetLabels(Labels),
    /// Read a file of labels that was handed on.
    ReadLabels(PathBuf),
    /// Write labels into a file to be handed on; over one that is there only with `true`.
    WriteLabels(PathBuf, Labels, bool),
    /// Nothing more is wanted of a file of labels.
    ForgetHanded,
    /// Show the attributes that labels hide, or no longer.
    ShowHidden(bool),
    /// Put the message away.
    Dismiss,
}

/// What to do where there is no store yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Make {
    /// Say so.
    Nothing,
    /// Make an empty one.
    Empty,
    /// Make one with the sample data.
    Sample,
}
