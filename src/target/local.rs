//! The journal folder as a target.

use super::{Accepted, Capabilities, Loaded, Past, Stamp, Target, TargetError, Version};
use crate::model::apply::Rejection;
use crate::model::plan::KnownReading;
use crate::model::profile::{CustomerId, Profile};
use crate::model::request::Request;
use crate::model::schema::Schemas;
use crate::store::disk::{Disk, OsDisk};
use crate::store::line::Line;
use crate::store::{Store, StoreError};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A journal folder. Its versions are the `seq` of its lines.
pub struct LocalStore {
    folder: PathBuf,
    store: Store,
}

impl LocalStore {
    /// Opens the store in a folder for what it holds now; changes no byte.
    pub fn open(folder: &Path) -> Result<Self, TargetError> {
        Self::open_on(Arc::new(OsDisk), folder)
    }

    /// The same on a disk of the caller's.
    pub fn open_on(disk: Arc<dyn Disk>, folder: &Path) -> Result<Self, TargetError> {
        Ok(Self { folder: folder.to_owned(), store: Store::open_on(disk, folder)? })
    }

    /// Makes a new store in a folder that is missing or empty, durable before it returns.
    pub fn create(folder: &Path) -> Result<Self, TargetError> {
        Ok(Self { folder: folder.to_owned(), store: Store::create(folder)? })
    }
}

impl From<StoreError> for TargetError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Missing(folder) => Self::Missing(folder),
            StoreError::Moved(Some(id)) => Self::Moved(id),
            StoreError::Moved(None) => Self::SchemasMoved,
            StoreError::Unclear { .. } => Self::Unclear(error.to_string()),
            _ => Self::NotReached(error.to_string()),
        }
    }
}

impl Target for LocalStore {
    fn place(&self) -> String {
        self.folder.display().to_string()
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            reading: KnownReading::Upsert,
            own: true,
            text_search: true,
            listing: true,
            history: true,
            schemas: true,
        }
    }

    fn schemas(&self) -> Result<Schemas, TargetError> {
        Ok(self.store.schemas()?)
    }

    fn load(&self, id: &CustomerId) -> Result<Option<Loaded>, TargetError> {
        let loaded = self.store.load(id)?;
        Ok(loaded.map(|(profile, seq)| Loaded { profile, version: Some(Version(seq)) }))
    }

    fn customers(&self) -> Result<Vec<CustomerId>, TargetError> {
        Ok(self.store.customers()?)
    }

    fn find(&self, text: &str, limit: usize) -> Result<Vec<Profile>, TargetError> {
        Ok(self.store.find(text, limit)?)
    }

    fn identify(&self, wanted: &[(String, String)], limit: usize) -> Result<Vec<Profile>, TargetError> {
        Ok(self.store.identify(wanted, limit)?)
    }

    fn send(
        &self,
        requests: &[Request],
        planned_from: Option<Version>,
        stamp: &Stamp,
    ) -> Result<Vec<Result<Accepted, Rejection>>, TargetError> {
        let seq = planned_from.map(|Version(seq)| seq);
        let answers = self.store.append_planned(requests, seq, &stamp.by, &stamp.at)?;
        let accepted = |accepted: crate::store::Accepted| Accepted { customer: accepted.customer };
        Ok(answers.into_iter().map(|answer| answer.map(accepted)).collect())
    }

    fn batch(&self) -> usize {
        100_000
    }

    fn history(&self, id: &CustomerId) -> Result<Vec<Past>, TargetError> {
        let past = |line: Line| Past {
            seq: line.seq,
            stamp: Stamp { by: line.by, at: line.at },
            request: line.request,
        };
        Ok(self.store.history(id)?.into_iter().map(past).collect())
    }

    fn damage(&self) -> Option<String> {
        self.store.damage()
    }
}
