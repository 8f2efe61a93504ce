//! How far a scan of the journal is.

/// How far a scan of the journal is, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Read so far.
    pub read: u64,
    /// In all.
    pub all: u64,
}

/// Who is told how far a scan is.
pub type Watch<'a> = &'a mut dyn FnMut(Progress);
