//! What a target is tried with: files of a folder, by name.

use std::collections::BTreeMap;
use std::path::Path;

/// The files of a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Case(pub BTreeMap<String, Vec<u8>>);

impl Case {
    /// One file.
    pub fn file(name: &str, bytes: impl Into<Vec<u8>>) -> Self {
        Self(BTreeMap::from([(name.to_owned(), bytes.into())]))
    }

    /// What is in a folder; folders in it are left out.
    pub fn read(folder: &Path) -> Self {
        let entries = folder.read_dir().unwrap().map(|entry| entry.unwrap().path());
        let files = entries.filter(|path| path.is_file());
        Self(files.map(|path| (name(&path), std::fs::read(&path).unwrap())).collect())
    }

    /// Makes the folder hold these files and nothing else.
    pub fn write(&self, folder: &Path) {
        if folder.exists() {
            std::fs::remove_dir_all(folder).unwrap();
        }
        std::fs::create_dir_all(folder).unwrap();
        for (name, bytes) in &self.0 {
            std::fs::write(folder.join(name), bytes).unwrap();
        }
    }

    /// The same without the files whose names begin so.
    pub fn without(&self, beginning: &str) -> Self {
        let stay = self.0.iter().filter(|(name, _)| !name.starts_with(beginning));
        Self(stay.map(|(name, bytes)| (name.clone(), bytes.clone())).collect())
    }
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
