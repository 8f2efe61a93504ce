//! Why a store cannot do what was asked.

use crate::model::profile::CustomerId;
use std::path::PathBuf;

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
            Self::Disk { path, source } => {
                let source = std::io::Error::new(source.kind(), source.to_string());
                Self::Disk { path: path.clone(), source }
            }
            Self::Unclear { path, reason } => Self::Unclear { path: path.clone(), reason: reason.clone() },
        }
    }
}
