//! Why a store cannot do what was asked.

use super::segments::Trouble;
use crate::model::profile::CustomerId;
use std::io::ErrorKind;
use std::path::PathBuf;

/// The system's ENOLCK.
const NO_LOCKS: i32 = if cfg!(target_vendor = "apple") { 77 } else { 37 };

/// Why a store cannot do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The folder holds no store.
    #[error("{0} holds no store; `import` and `schema create` make one")]
    Missing(PathBuf),
    /// There is something there already.
    #[error("{0} is there already and not empty; a new store needs a folder of its own")]
    NotEmpty(PathBuf),
    /// Somebody else is writing.
    #[error("the store {0} is being written by somebody else; nothing was changed, try again")]
    Locked(PathBuf),
    /// The customer, or a schema, was touched after the line that the requests were planned from.
    #[error("the customer or a schema was changed by somebody else meanwhile; nothing was changed")]
    Moved(Option<CustomerId>),
    /// A line is damaged.
    #[error(
        "{path}:{line}: this line is damaged: {reason}; what stands before it can be read, nothing can be written"
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// Why.
        reason: String,
    },
    /// A file of the journal is missing or wrong.
    #[error("{}: {}; what stands before it can be read, nothing can be written", .0.path.display(), .0.reason)]
    Broken(Trouble),
    /// The store can be read only.
    #[error("{path} can only be read here: {reason}; nothing was changed")]
    ReadOnly {
        /// The file.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// The disk refused; nothing was written.
    #[error("{path}: {source}; nothing was changed")]
    Disk {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A write or its sync failed: it may or may not be on the disk.
    #[error(
        "{path} could not be written whole ({reason}): it is unclear whether the last change was kept; open the store again and look"
    )]
    Unclear {
        /// The file.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
}

impl StoreError {
    /// Whether something may have been written.
    pub fn is_unclear(&self) -> bool {
        matches!(self, Self::Unclear { .. })
    }

    /// Whether it is the index that is damaged: it can be made anew from the journal.
    pub(super) fn is_of_index(&self) -> bool {
        matches!(self, Self::Disk { source, .. } if source.kind() == ErrorKind::InvalidData)
    }

    /// What the disk said before anything was written: that this place cannot be written at all, or that it failed.
    pub(super) fn refused(path: PathBuf, source: std::io::Error) -> Self {
        match source.kind() {
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
                Self::ReadOnly { path, reason: source.to_string() }
            }
            _ if source.kind() == ErrorKind::Unsupported || source.raw_os_error() == Some(NO_LOCKS) => {
                let reason = format!("its file system has no locks to keep two writers apart ({source})");
                Self::ReadOnly { path, reason }
            }
            _ => Self::Disk { path, source },
        }
    }

    /// The same for somebody else who waited for the same write.
    pub(super) fn again(&self) -> Self {
        match self {
            Self::Missing(folder) => Self::Missing(folder.clone()),
            Self::NotEmpty(folder) => Self::NotEmpty(folder.clone()),
            Self::Locked(folder) => Self::Locked(folder.clone()),
            Self::Moved(id) => Self::Moved(id.clone()),
            Self::Damaged { path, line, reason } => {
                Self::Damaged { path: path.clone(), line: *line, reason: reason.clone() }
            }
            Self::Broken(trouble) => Self::Broken(trouble.clone()),
            Self::ReadOnly { path, reason } => Self::ReadOnly { path: path.clone(), reason: reason.clone() },
            Self::Disk { path, source } => {
                let source = std::io::Error::new(source.kind(), source.to_string());
                Self::Disk { path: path.clone(), source }
            }
            Self::Unclear { path, reason } => Self::Unclear { path: path.clone(), reason: reason.clone() },
        }
    }
}

impl From<Trouble> for StoreError {
    fn from(trouble: Trouble) -> Self {
        Self::Broken(trouble)
    }
}
