//! What the window alone knows: which tab, where the cursor is, which dialog. Throwaway; nothing typed into a profile is here.

mod labels;

use super::widgets::grid::Grid;
use crate::app::command::{Command, Make};
use crate::app::connection_form::{ConnectionForm, Secret};
use crate::app::connections::{Connection, KnownReading};
use eframe::egui;
use std::collections::HashMap;

pub use labels::{LabelsEdit, Row};

/// A dialog over the window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dialog {
    /// The ID of a new customer.
    NewCustomer(String),
    /// The ID, typed again, of the customer who is to be deleted.
    DeleteCustomer(String),
    /// The targets to choose from; the path of another store.
    Target(String),
    /// A connection that is made or changed.
    Connection(Box<ConnectionDialog>),
    /// The title of a connection that is to be removed.
    RemoveConnection(String),
    /// Who signs in.
    SignIn(SignIn),
    /// Whether credentials may go over plain http.
    PlainHttp(Box<Connection>, Make),
    /// Whether to send the complete profile.
    Complete,
    /// The path of a file to import.
    Import(String),
    /// The name of a new core attribute.
    AddAttribute(String),
    /// The labels of an extension or of the core attributes.
    Labels(Box<LabelsEdit>),
    /// What the keys do.
    Keys,
    /// Drafts could not be kept, and the window is to be closed.
    Close,
}

/// A connection that is made or changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConnectionDialog {
    /// What is typed.
    pub form: ConnectionForm,
    /// Whether the password is shown.
    pub shown: bool,
    /// Why it cannot be kept as it is.
    pub wrong: Option<String>,
    /// How far the server's reading is found out.
    pub finding_out: FindingOut,
    /// The reading that was found out.
    pub found_out: Option<KnownReading>,
    /// Whether it was asked to be left although something was typed.
    pub leaving: bool,
}

impl ConnectionDialog {
    /// Whether it may go: where something was typed that is not kept yet, it asks first.
    pub fn may_leave(&mut self) -> bool {
        self.leaving = self.form.is_changed() && !self.leaving;
        !self.leaving
    }
}

/// How far a server's reading is found out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum FindingOut {
    /// It is not.
    #[default]
    Not,
    /// Somebody has to agree.
    Asks,
    /// Somebody agreed.
    Waits,
}

/// Who signs in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SignIn {
    /// Why that is asked.
    pub why: String,
    /// The user's name.
    pub user: String,
    /// The password.
    pub password: Secret,
    /// Whether the password is shown.
    pub shown: bool,
}

impl Dialog {
    /// Whether Esc may take it away; else it says why not.
    pub fn may_leave(&mut self) -> bool {
        match self {
            Self::Labels(edit) => edit.may_leave(),
            Self::Connection(typed) => typed.may_leave(),
            _ => true,
        }
    }

    /// A new connection.
    pub fn new_connection() -> Self {
        Self::Connection(Box::default())
    }

    /// A form for a connection.
    pub fn connection(form: ConnectionForm) -> Self {
        Self::Connection(Box::new(ConnectionDialog { form, ..ConnectionDialog::default() }))
    }
}

/// What the page of a history remembers.
#[derive(Debug, Default)]
pub struct Past {
    /// What of the chosen request is shown.
    pub part: PastPart,
    /// What had the keyboard before.
    pub came_from: Option<egui::Id>,
    /// What was given the keyboard.
    pub given: Given,
    /// Whether the first button is to get the keyboard.
    pub to_buttons: bool,
    /// Whether it was left as it was entered.
    pub left: bool,
}

impl Past {
    /// A page that was just entered.
    pub fn new(came_from: Option<egui::Id>) -> Self {
        Self { came_from, ..Self::default() }
    }
}

/// What of a page was given the keyboard when it came.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Given {
    /// Nothing yet.
    #[default]
    Nothing,
    /// The way out: there is no list, or not yet.
    WayOut,
    /// The list.
    List,
}

/// Where the keyboard goes back to.
#[derive(Debug, Clone, Copy)]
pub struct BackTo {
    /// Where it was.
    pub came_from: Option<egui::Id>,
    /// The button that led away, once it is drawn.
    pub button: Option<egui::Id>,
}

/// What of a request is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum PastPart {
    /// What it changed.
    #[default]
    Changes,
    /// The profile after it.
    Profile,
    /// The request itself.
    Request,
}

/// The window's own memory.
#[derive(Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a small fact about the window, none excludes another"
)]
pub struct View {
    /// What stands in the one box.
    pub find: String,
    /// Give the keyboard to the one box with the next frame.
    pub focus_find: bool,
    /// The extension whose tab is open; `None`: the core attributes.
    pub tab: Option<String>,
    /// Whether a tab was chosen; before that the first extension is.
    pub has_tab: bool,
    /// The table of each extension.
    pub grids: HashMap<String, Grid>,
    /// The row that the form of each extension shows, by its key.
    pub rows: HashMap<String, u64>,
    /// A field that is to get the keyboard with the next frame, by its accessible name.
    pub focus_field: Option<String>,
    /// The dialog that is open, and whether this is its first frame.
    pub dialog: Option<(Dialog, bool)>,
    /// The page of a history.
    pub past: Option<Past>,
    /// Where the keyboard is to be once the customer's page is drawn.
    pub back_to: Option<BackTo>,
    /// Whether the changes are unfolded where the window is narrow.
    pub review: bool,
    /// Since when the target is busy, in seconds of the window's clock.
    pub busy_since: Option<f64>,
    /// Whether the window may close although drafts are not on disk.
    pub may_close: bool,
    /// What was asked for in this frame.
    pub asked: Vec<Command>,
}

impl View {
    /// Asks for something.
    pub fn ask(&mut self, command: Command) {
        self.asked.push(command);
    }

    /// Opens a dialog.
    pub fn open(&mut self, dialog: Dialog) {
        self.dialog = Some((dialog, true));
    }
}
