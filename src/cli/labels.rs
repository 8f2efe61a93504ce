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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::json::Json;

    #[test]
    fn what_was_kept_comes_back_and_what_cannot_be_read_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let labels = Labels::from_json(&Json::parse(r#"{"core":{"A":{"label":"a"}}}"#).unwrap()).unwrap();
        LabelsFile::new(folder.path()).set("/store", &labels).unwrap();
        assert_eq!(kept(folder.path()), ([("/store".to_owned(), labels)].into(), Vec::new()));
        std::fs::write(folder.path().join("labels.json"), "{").unwrap();
        let (labels, notes) = kept(folder.path());
        assert!(labels.is_empty() && notes[0].contains("left as it is"), "{notes:?}");
    }
}
