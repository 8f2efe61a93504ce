//! Files of labels for the window, with the store's hands.

use crate::app::labels::{LabelFiles, Written};
use crate::model::labels::Labels;
use crate::store::labels::{LabelsFile, NotWritten, read_handed, write_handed};
use std::collections::BTreeMap;
use std::path::Path;

/// The labels that were kept in a folder, by the places of their targets, and sentences about what could not be read.
pub fn kept(folder: &Path) -> (BTreeMap<String, Labels>, Vec<String>) {
    match LabelsFile::new(folder).read() {
        Ok((all, notes)) => (all.into_iter().collect(), notes),
        Err(sentence) => (BTreeMap::new(), vec![sentence]),
    }
}

/// The files of this computer.
pub struct Files;

impl LabelFiles for Files {
    fn read(&self, path: &Path) -> Result<Labels, String> {
        read_handed(path)
    }

    fn write(&self, path: &Path, labels: &Labels, replace: bool) -> Written {
        match write_handed(path, labels, replace) {
            Ok(()) => Written::Done,
            Err(NotWritten::There) => Written::There,
            Err(NotWritten::Failed(sentence)) => Written::Failed(sentence),
        }
    }
}
