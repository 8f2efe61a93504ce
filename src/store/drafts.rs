//! What was typed and not sent yet, on disk while it is typed. A file a running window; one that is gone leaves its drafts to
//! the next that starts. FORMAT.md, "Drafts", says how.

mod entry;
mod leftover;
mod live;
mod own;

use super::disk::{Disk, Lock, OsDisk, wait_for_lock};
use crate::model::json::Json;
use entry::Entry;
use leftover::Taken;
use live::Live;
use own::Own;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// How long a window that starts waits for others that start.
const PATIENCE: Duration = Duration::from_secs(5);
/// Between a customer and the number of an earlier draft. With it a name is longer than any customer ID.
const EARLIER: &str = ", earlier draft ";

/// Which draft.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DraftKey {
    /// The target's place.
    pub target: String,
    /// The customer's ID, or a name of its own for a customer who is not created yet. Where several windows left different
    /// drafts of one customer, the earlier ones have a number behind it: `…, earlier draft 2`.
    pub customer: String,
}

impl DraftKey {
    /// The customer without the number of an earlier draft.
    pub fn of_customer(&self) -> &str {
        match self.customer.rsplit_once(EARLIER) {
            Some((customer, number)) if number.parse::<u32>().is_ok() => customer,
            _ => &self.customer,
        }
    }

    fn same_customer(&self, other: &Self) -> bool {
        self.target == other.target && self.of_customer() == other.of_customer()
    }

    /// The key of the first, second, … draft of this customer, counted from 1; the first has no number.
    fn earlier(&self, number: usize) -> Self {
        let customer = self.of_customer();
        let customer = if number == 1 { customer.to_owned() } else { format!("{customer}{EARLIER}{number}") };
        Self { target: self.target.clone(), customer }
    }
}

/// A draft as it was kept. `base` and `edits` are the caller's, valid or not; a `base` whose line was damaged is `null`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Which draft.
    pub key: DraftKey,
    /// When it was typed at last, as the caller said.
    pub at: String,
    /// What it started from.
    pub base: Json,
    /// What was typed, the whole of it.
    pub edits: Json,
}

/// What opening found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Opened {
    /// The drafts, oldest first. All of them are this window's now.
    pub kept: Vec<Kept>,
    /// Sentences for a person: what was damaged, doubled, or could not be done.
    pub notes: Vec<String>,
}

/// Why a draft is not on the disk. In each case it is still in memory, here and with the caller.
#[derive(Debug, thiserror::Error)]
pub enum DraftsError {
    /// Another window was starting for longer than this one waits.
    #[error(
        "the drafts in {0} are being opened by another window; what is typed here is not kept on disk until it is done"
    )]
    Locked(PathBuf),
    /// The disk refused.
    #[error(
        "{path}: {source}; what was typed is kept in this window only, until the next change can be written"
    )]
    Disk {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// It could not be read back: two equal names in an object, or nested too deep.
    #[error(
        "the draft of customer {customer} cannot be kept on disk, it could not be read back; what was typed is kept in this window only"
    )]
    Unreadable {
        /// The customer.
        customer: String,
    },
}

/// The drafts of this window. One that holds none any more leaves no file behind when it goes.
pub struct Drafts {
    disk: Arc<dyn Disk>,
    folder: PathBuf,
    live: Live,
    own: Own,
    /// Files whose drafts are in `live`, still there because they are not safe elsewhere, or could not be removed.
    taken: Vec<Taken>,
}

impl Drafts {
    /// Opens the drafts folder (made if missing, 0700), takes over what windows that are gone left there, and says what was
    /// kept, oldest first. Where that cannot be written (a full disk), the former files stay and a note says so.
    pub fn open(folder: &Path) -> Result<(Self, Opened), DraftsError> {
        Self::open_on(Arc::new(OsDisk), folder)
    }

    /// The same on a disk of the caller's.
    pub fn open_on(disk: Arc<dyn Disk>, folder: &Path) -> Result<(Self, Opened), DraftsError> {
        let fail = |source| DraftsError::Disk { path: folder.to_owned(), source };
        disk.create_folder(folder).map_err(fail)?;
        let turn = take_turn(disk.as_ref(), folder)?;
        let found = leftover::take(disk.as_ref(), folder).map_err(fail)?;
        let (live, several) = Live::joined(found.live);
        let own = Own::new(disk.clone(), folder);
        let mut drafts = Self { disk, folder: folder.to_owned(), live, own, taken: found.taken };
        let mut opened = Opened { kept: drafts.live.kept(), notes: found.notes };
        opened.notes.extend(several);
        if let Err(error) = drafts.take_over() {
            opened.notes.push(error.to_string());
        }
        drop(turn);
        Ok((drafts, opened))
    }

    /// Makes the drafts of others this window's: durable first, then their files go.
    fn take_over(&mut self) -> Result<(), DraftsError> {
        self.own.claim()?;
        if !self.live.drafts().is_empty() {
            self.own.rewrite(&self.live)?;
        }
        self.put_away()
    }

    fn put_away(&mut self) -> Result<(), DraftsError> {
        if self.taken.is_empty() {
            return Ok(());
        }
        let mut failure = None;
        let (disk, folder) = (self.disk.as_ref(), &self.folder);
        self.taken.retain(|taken| match taken.put_away(disk, folder) {
            Ok(()) => false,
            Err(error) => {
                failure = Some(error);
                true
            }
        });
        let synced = disk.sync_folder(folder).err();
        let fail = |source| Err(DraftsError::Disk { path: folder.clone(), source });
        failure.or(synced).map_or(Ok(()), fail)
    }

    /// A draft starts from this base. One that is there already keeps its edits until they are replaced.
    pub fn begin(&mut self, key: &DraftKey, base: &Json, at: &str) -> Result<(), DraftsError> {
        self.write(&Entry::Begin { key: key.clone(), base: base.clone(), edits: None }, at)
    }

    /// The whole edits of a draft now; they replace the former.
    pub fn edits(&mut self, key: &DraftKey, edits: &Json, at: &str) -> Result<(), DraftsError> {
        self.write(&Entry::Edits { key: key.clone(), edits: edits.clone() }, at)
    }

    /// Base and edits of a draft in one step, as after reconciling: both are on the disk, or the former of both.
    pub fn rebase(&mut self, key: &DraftKey, base: &Json, edits: &Json, at: &str) -> Result<(), DraftsError> {
        let edits = Some(edits.clone());
        self.write(&Entry::Begin { key: key.clone(), base: base.clone(), edits }, at)
    }

    /// A draft was sent or thrown away.
    pub fn done(&mut self, key: &DraftKey, at: &str) -> Result<(), DraftsError> {
        self.write(&Entry::Done { key: key.clone() }, at)
    }

    /// Makes what the others wrote durable. Without it their work survives the end of the program, but not a loss of power.
    pub fn sync(&mut self) -> Result<(), DraftsError> {
        if self.own.is_ready() {
            return self.own.sync();
        }
        let nothing_yet = self.own.is_new() && self.live.drafts().is_empty() && self.taken.is_empty();
        if nothing_yet { Ok(()) } else { self.write_all() }
    }

    /// Written, not synced, when it returns. After a failure everything alive is written anew.
    fn write(&mut self, entry: &Entry, at: &str) -> Result<(), DraftsError> {
        refuse_unreadable(entry, at)?;
        self.live.apply(entry.clone(), at);
        if !self.own.is_ready() {
            return self.write_all();
        }
        self.own.append(entry, at)?;
        let _ = self.put_away(); // they only double what is kept
        if self.own.is_bloated(&self.live) {
            let _ = self.own.rewrite(&self.live); // the line is written; a shorter file can wait
        }
        Ok(())
    }

    fn write_all(&mut self) -> Result<(), DraftsError> {
        self.own.rewrite(&self.live)?;
        let _ = self.put_away(); // they only double what is kept
        Ok(())
    }
}

impl Drop for Drafts {
    fn drop(&mut self) {
        if self.taken.is_empty() && self.live.kept().is_empty() {
            self.own.remove();
        }
    }
}

/// What could not be read back must not look kept.
fn refuse_unreadable(entry: &Entry, at: &str) -> Result<(), DraftsError> {
    let text = entry.to_text(0, at);
    if Entry::from_bytes(text.as_bytes()).is_ok_and(|(read, _)| read == *entry) {
        return Ok(());
    }
    let (Entry::Begin { key, .. } | Entry::Edits { key, .. } | Entry::Done { key }) = entry;
    Err(DraftsError::Unreadable { customer: key.customer.clone() })
}

/// Waits until no other window is starting or making its file.
fn take_turn(disk: &dyn Disk, folder: &Path) -> Result<Lock, DraftsError> {
    match wait_for_lock(disk, &folder.join("lock"), PATIENCE) {
        Ok(lock) => lock.ok_or_else(|| DraftsError::Locked(folder.to_owned())),
        Err(source) => Err(DraftsError::Disk { path: folder.to_owned(), source }),
    }
}
