//! Where the program keeps its files: the system's folders for a user's data and settings, or those that the environment names.

use std::ffi::OsString;
use std::path::PathBuf;

/// The folders of one user. None of them need exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    /// Stores and drafts.
    pub data: PathBuf,
    /// Settings.
    pub config: PathBuf,
}

impl Places {
    /// This user's. `PROFILE_DESK_DATA` and `PROFILE_DESK_CONFIG` count before the system's; empty is unset. `None` where
    /// neither names a folder.
    pub fn of_user() -> Option<Self> {
        let own = directories::ProjectDirs::from("", "", "profile-desk");
        let system = own.map(|own| (own.data_dir().to_owned(), own.config_dir().to_owned()));
        Self::chosen(|name| std::env::var_os(name), system)
    }

    fn chosen(
        variable: impl Fn(&str) -> Option<OsString>,
        system: Option<(PathBuf, PathBuf)>,
    ) -> Option<Self> {
        let named = |name: &str| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let (data, config) = system.unzip();
        Some(Self {
            data: named("PROFILE_DESK_DATA").or(data)?,
            config: named("PROFILE_DESK_CONFIG").or(config)?,
        })
    }

    /// The user's own store.
    pub fn store(&self) -> PathBuf {
        self.data.join("store")
    }

    /// What was typed and not sent yet.
    pub fn drafts(&self) -> PathBuf {
        self.data.join("drafts")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_counts_first_and_empty_is_unset() {
        let system = || Some((PathBuf::from("/d"), PathBuf::from("/c")));
        let variable = |name: &str| Some(if name == "PROFILE_DESK_DATA" { "/portable" } else { "" }.into());
        let places = Places::chosen(variable, system()).unwrap();
        assert_eq!((places.store(), places.config), ("/portable/store".into(), "/c".into()));
        assert_eq!(Places::chosen(|_| None, system()).unwrap().drafts(), PathBuf::from("/d/drafts"));
        assert_eq!(Places::chosen(variable, None), None);
    }
}
