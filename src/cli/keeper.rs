//! Keeps the window's drafts and settings with the store's files.

use super::connections;
use crate::app::connections::Change;
use crate::app::jobs::{self, KeptDraft, Restored};
use crate::app::settings::{Lists, Settings, Theme, View, Zone};
use crate::app::worker::Keeper;
use crate::model::json::Json;
use crate::model::labels::Labels;
use crate::model::profile::CustomerId;
use crate::store::drafts::{DraftKey, Drafts};
use crate::store::labels::LabelsFile;
use crate::store::places::Places;
use crate::store::settings::{self, SettingsFile, Shown};
use crate::target::{Address, Connection};
use std::path::PathBuf;

/// Drafts and settings in the folders of a user.
pub struct Kept {
    places: Places,
    /// `Err`: why drafts cannot be kept.
    drafts: Result<Drafts, String>,
}

impl Kept {
    /// Keeps them in these folders; nothing is opened before [`Keeper::restore`].
    pub fn new(places: Places) -> Self {
        Self { places, drafts: Err("the drafts are not open yet".into()) }
    }

    fn file(&self) -> SettingsFile {
        SettingsFile::new(&self.places.config)
    }

    fn drafts(&mut self) -> Result<&mut Drafts, String> {
        if self.drafts.is_err() {
            // What hindered it may be gone: another window, a full disk.
            self.drafts = Drafts::open(&self.places.drafts())
                .map(|(drafts, _)| drafts)
                .map_err(|error| error.to_string());
        }
        self.drafts.as_mut().map_err(|sentence| sentence.clone())
    }
}

fn key(key: &jobs::DraftKey) -> DraftKey {
    DraftKey { target: key.target.clone(), customer: key.customer.clone() }
}

impl Keeper for Kept {
    fn restore(&mut self) -> Restored {
        let (settings, mut notes) = match self.file().read() {
            Ok((file, note)) => (from_file(&file), note.into_iter().collect()),
            Err(sentence) => (Settings::default(), vec![sentence]),
        };
        let connections = connections::read(&self.places.config).unwrap_or_else(|sentence| {
            notes.push(sentence);
            Vec::new()
        });
        let (labels, told) = super::labels::kept(&self.places.config);
        notes.extend(told);
        let drafts = match Drafts::open(&self.places.drafts()) {
            Ok((drafts, opened)) => {
                self.drafts = Ok(drafts);
                let kept = opened.kept.into_iter().map(|kept| KeptDraft {
                    customer: kept.key.of_customer().to_owned(),
                    key: jobs::DraftKey { target: kept.key.target, customer: kept.key.customer },
                    at: kept.at,
                    base: kept.base,
                    edits: kept.edits,
                });
                notes.extend(opened.notes);
                kept.collect()
            }
            Err(error) => {
                notes.push(error.to_string());
                Vec::new()
            }
        };
        Restored { drafts, settings, connections, labels, notes }
    }

    fn whole(&mut self, of: &jobs::DraftKey, base: &Json, edits: &Json, at: &str) -> Result<(), String> {
        self.drafts()?.rebase(&key(of), base, edits, at).map_err(|error| error.to_string())
    }

    fn edits(&mut self, of: &jobs::DraftKey, edits: &Json, at: &str) -> Result<(), String> {
        self.drafts()?.edits(&key(of), edits, at).map_err(|error| error.to_string())
    }

    fn done(&mut self, of: &jobs::DraftKey, at: &str) -> Result<(), String> {
        self.drafts()?.done(&key(of), at).map_err(|error| error.to_string())
    }

    fn sync(&mut self) -> Result<(), String> {
        self.drafts()?.sync().map_err(|error| error.to_string())
    }

    fn settings(&mut self, settings: &Settings) -> Result<(), String> {
        self.file().change(|file| to_file(settings, file)).map(|_| ())
    }

    fn connections(&mut self, change: &Change) -> Result<(), String> {
        connections::change(&self.places.config, change)
    }

    fn labels(&mut self, place: &str, labels: &Labels) -> Result<(), String> {
        LabelsFile::new(&self.places.config).set(place, labels)
    }
}

fn from_file(file: &settings::Settings) -> Settings {
    let ids = |ids: Vec<String>| ids.iter().filter_map(|id| CustomerId::new(id).ok()).collect();
    let lists = file.targets().into_iter().map(|target| {
        let lists = Lists { recent: ids(file.recent(&target)), pinned: ids(file.pinned(&target)) };
        (target, lists)
    });
    let views = file
        .views()
        .into_iter()
        .map(|(extension, shown)| (extension, if shown == Shown::Table { View::Table } else { View::Form }));
    Settings {
        theme: match file.theme() {
            settings::Theme::System => Theme::System,
            settings::Theme::Light => Theme::Light,
            settings::Theme::Dark => Theme::Dark,
        },
        zone: if file.is_utc() { Zone::Utc } else { Zone::Local },
        views: views.collect(),
        target: file.last_target().map(|place| address(&place, &[])),
        stores: file.stores().into_iter().map(PathBuf::from).collect(),
        lists: lists.collect(),
    }
}

/// The address of what the settings name: a server's URL, with the connection to it that is kept, or the path of a store.
pub fn address(place: &str, connections: &[Connection]) -> Address {
    if !["http://", "https://"].iter().any(|scheme| place.starts_with(scheme)) {
        return Address::Store(place.into());
    }
    let kept = connections.iter().find(|connection| connection.url == place).cloned();
    Address::Server(Box::new(kept.unwrap_or_else(|| Connection::to(place))))
}

fn to_file(settings: &Settings, file: &mut settings::Settings) {
    file.set_theme(match settings.theme {
        Theme::System => settings::Theme::System,
        Theme::Light => settings::Theme::Light,
        Theme::Dark => settings::Theme::Dark,
    });
    file.set_utc(settings.zone == Zone::Utc);
    for (extension, view) in &settings.views {
        file.set_shown(extension, if *view == View::Table { Shown::Table } else { Shown::Form });
    }
    let stores: Vec<&str> = settings.stores.iter().filter_map(|store| store.to_str()).collect();
    file.set_stores(&stores);
    match &settings.target {
        Some(Address::Store(path)) => path.to_str().into_iter().for_each(|path| file.set_last_target(path)),
        Some(Address::Server(connection)) => file.set_last_target(&connection.url),
        None => {}
    }
    let texts = |ids: &[CustomerId]| ids.iter().map(|id| id.as_str().to_owned()).collect::<Vec<_>>();
    for (target, lists) in &settings.lists {
        file.set_lists(target, &texts(&lists.recent), &texts(&lists.pinned));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_target_comes_back_with_the_connection_that_is_kept() {
        let mut paris = Connection::to("http://127.0.0.1:8080/cv");
        paris.name = "Paris".into();
        let mut file = settings::Settings::default();
        let shown = Settings {
            target: Some(Address::Server(Box::new(paris.clone()))),
            stores: vec!["/a".into(), "/b".into()],
            ..Settings::default()
        };
        to_file(&shown, &mut file);
        assert_eq!(from_file(&file).stores, shown.stores);
        let last = file.last_target().unwrap();
        assert_eq!(address(&last, &[paris.clone()]), Address::Server(Box::new(paris)));
        assert_eq!(
            address(&last, &[]),
            Address::Server(Box::new(Connection::to("http://127.0.0.1:8080/cv")))
        );
        assert_eq!(address("/a", &[]), Address::Store("/a".into()));
    }
}
