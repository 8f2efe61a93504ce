//! Small settings of the window: theme, targets, customers opened lately, views, zoom. No customer's data beyond IDs.

use super::disk::{Access, Disk, OsDisk, replace_file, wait_for_lock};
use super::journal::is_absent;
use crate::model::json::{Json, Kind, View};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How many customers opened lately are remembered for each target.
pub const MAX_RECENT: usize = 20;
const FILE: &str = "settings.json";
const PATIENCE: Duration = Duration::from_secs(2);

/// The look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system has it.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// How the records of an extension are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// As a table.
    Table,
    /// As a list and fields.
    Form,
}

/// The settings, with members that this version does not know, in the order and with the tokens of the file. A member of the
/// wrong type counts as absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings(Json);

impl Default for Settings {
    fn default() -> Self {
        Self(Json::object([]))
    }
}

impl Settings {
    /// Reads a settings file. The error is a sentence.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        let json = Json::parse_bytes(bytes).map_err(|error| error.to_string())?;
        let is_object = json.view().kind() == Kind::Object;
        if is_object { Ok(Self(json)) } else { Err("it is no JSON object".into()) }
    }

    /// The file's text, a member a line.
    pub fn to_text(&self) -> String {
        let member = |(name, value): (crate::model::json::NameToken<'_>, View<'_>)| {
            format!("\n  {}: {}", name.as_str(), value.as_str())
        };
        format!("{{{}\n}}\n", self.0.view().members().map(member).collect::<Vec<_>>().join(","))
    }

    fn set(&mut self, name: &str, value: &Json) {
        self.0 = self.0.view().with(name, Some(value.view()));
    }

    fn text(&self, name: &str) -> Option<String> {
        self.0.view().get(name)?.text().map(std::borrow::Cow::into_owned)
    }

    /// The look; the system's where none is chosen.
    pub fn theme(&self) -> Theme {
        match self.text("theme").as_deref() {
            Some("light") => Theme::Light,
            Some("dark") => Theme::Dark,
            _ => Theme::System,
        }
    }

    /// Chooses the look.
    pub fn set_theme(&mut self, theme: Theme) {
        let name = match theme {
            Theme::System => "system",
            Theme::Light => "light",
            Theme::Dark => "dark",
        };
        self.set("theme", &Json::string(name));
    }

    /// The place of the target that was open last.
    pub fn last_target(&self) -> Option<String> {
        self.text("last_target")
    }

    /// Remembers the target that is open.
    pub fn set_last_target(&mut self, place: &str) {
        self.set("last_target", &Json::string(place));
    }

    /// The paths of the stores that were open, the latest first.
    pub fn stores(&self) -> Vec<String> {
        let listed = self.0.view().get("stores").into_iter().flat_map(View::elements);
        listed.filter_map(View::text).map(std::borrow::Cow::into_owned).collect()
    }

    /// Remembers the stores that were open.
    pub fn set_stores(&mut self, paths: &[&str]) {
        let paths: Vec<Json> = paths.iter().map(|path| Json::string(path)).collect();
        if !paths.is_empty() {
            self.set("stores", &Json::array(paths.iter().map(Json::view)));
        }
    }

    /// The IDs of the customers opened lately on a target, the latest first; at most [`MAX_RECENT`].
    pub fn recent(&self, target: &str) -> Vec<String> {
        self.customers("recent", target).into_iter().take(MAX_RECENT).collect()
    }

    /// A customer was opened.
    pub fn opened(&mut self, target: &str, customer: &str) {
        let others = self.recent(target).into_iter().filter(|other| other != customer);
        let recent: Vec<String> =
            std::iter::once(customer.to_owned()).chain(others).take(MAX_RECENT).collect();
        self.set_customers("recent", target, &recent);
    }

    /// The IDs of the pinned customers of a target, in the order in which they were pinned.
    pub fn pinned(&self, target: &str) -> Vec<String> {
        self.customers("pinned", target)
    }

    /// Pins a customer, or no longer.
    pub fn pin(&mut self, target: &str, customer: &str, pinned: bool) {
        let mut all = self.pinned(target);
        all.retain(|other| other != customer || pinned);
        if pinned && !all.iter().any(|other| other == customer) {
            all.push(customer.to_owned());
        }
        self.set_customers("pinned", target, &all);
    }

    /// The targets with customers opened lately or pinned.
    pub fn targets(&self) -> Vec<String> {
        let lists = ["recent", "pinned"].into_iter().filter_map(|list| self.0.view().get(list));
        let mut targets: Vec<String> = Vec::new();
        for entry in lists.flat_map(View::elements) {
            let target = entry.get("target").and_then(View::text).map(std::borrow::Cow::into_owned);
            targets.extend(target.filter(|target| !targets.contains(target)));
        }
        targets
    }

    /// Sets the customers opened lately and those pinned on a target.
    pub fn set_lists(&mut self, target: &str, recent: &[String], pinned: &[String]) {
        for (list, ids) in [("recent", recent), ("pinned", pinned)] {
            let is_new = self.customers(list, target).is_empty();
            if !(is_new && ids.is_empty()) {
                self.set_customers(list, target, ids);
            }
        }
    }

    /// For how many days requests stay one by one when a store is compacted; `None`: all stay.
    pub fn kept_history_days(&self) -> Option<u32> {
        self.0.view().get("kept_history_days")?.as_str().parse().ok()
    }

    /// Whether date-times are shown in UTC.
    pub fn is_utc(&self) -> bool {
        self.text("zone").as_deref() == Some("utc")
    }

    /// Shows date-times in UTC, or in local time.
    pub fn set_utc(&mut self, utc: bool) {
        self.set("zone", &Json::string(if utc { "utc" } else { "local" }));
    }

    /// The extensions for which a view was chosen.
    pub fn views(&self) -> Vec<(String, Shown)> {
        let views = self.0.view().get("views").into_iter().flat_map(View::members);
        let named = views.map(|(name, _)| name.decoded().into_owned());
        named.filter_map(|name| Some((name.clone(), self.shown(&name)?))).collect()
    }

    /// How an extension is shown, where that was chosen.
    pub fn shown(&self, extension: &str) -> Option<Shown> {
        match self.0.view().get("views")?.get(extension)?.text()?.as_ref() {
            "table" => Some(Shown::Table),
            "form" => Some(Shown::Form),
            _ => None,
        }
    }

    /// Chooses how an extension is shown.
    pub fn set_shown(&mut self, extension: &str, shown: Shown) {
        let views = self.0.view().get("views").map_or_else(|| Json::object([]), View::to_json);
        let name = if shown == Shown::Table { "table" } else { "form" };
        self.set("views", &views.view().with(extension, Some(Json::string(name).view())));
    }

    /// The zoom, from 0.5 to 3; 1 where none is chosen.
    pub fn zoom(&self) -> f32 {
        let number = self.0.view().get("zoom").and_then(|zoom| zoom.as_str().parse::<f32>().ok());
        number.filter(|zoom| zoom.is_finite()).map_or(1.0, |zoom| zoom.clamp(0.5, 3.0))
    }

    /// Chooses the zoom; what is no number changes nothing.
    pub fn set_zoom(&mut self, zoom: f32) {
        if let Ok(number) = Json::parse(&zoom.clamp(0.5, 3.0).to_string()) {
            self.set("zoom", &number);
        }
    }

    /// Targets may differ in letter case alone, so they stand in an array, not as names of members.
    fn customers(&self, list: &str, target: &str) -> Vec<String> {
        let Some(list) = self.0.view().get(list) else { return Vec::new() };
        let Some(entry) = list.elements().find(|entry| is_of(*entry, target)) else { return Vec::new() };
        let ids = entry.get("customers").into_iter().flat_map(View::elements);
        ids.filter_map(View::text).map(std::borrow::Cow::into_owned).collect()
    }

    fn set_customers(&mut self, list: &str, target: &str, ids: &[String]) {
        let ids: Vec<Json> = ids.iter().map(|id| Json::string(id)).collect();
        let ids = Json::array(ids.iter().map(Json::view));
        let former = self.0.view().get(list).map_or_else(|| Json::array([]), View::to_json);
        let (mut entries, mut met) = (Vec::new(), false);
        for entry in former.view().elements() {
            let is_it = is_of(entry, target);
            met |= is_it;
            entries.push(if is_it { entry.with("customers", Some(ids.view())) } else { entry.to_json() });
        }
        if !met {
            let target = Json::string(target);
            entries.push(Json::object([("\"target\"", target.view()), ("\"customers\"", ids.view())]));
        }
        self.set(list, &Json::array(entries.iter().map(Json::view)));
    }
}

fn is_of(entry: View<'_>, target: &str) -> bool {
    entry.get("target").and_then(View::text).is_some_and(|found| found == target)
}

/// The settings file of a configuration folder. Changes of several windows join: each reads, changes and writes under a lock.
#[derive(Clone, Debug)]
pub struct SettingsFile {
    folder: PathBuf,
}

impl SettingsFile {
    /// In this folder, which need not exist.
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// The settings now. A damaged file is kept aside as `settings.json.bad-<n>`, the defaults are used, and a note says so. An
    /// error is a sentence: the file is there and cannot be read, or not be kept aside; nothing was changed.
    pub fn read(&self) -> Result<(Settings, Option<String>), String> {
        let path = self.folder.join(FILE);
        let bytes = match OsDisk.open(&path, Access::Read).and_then(|file| file.read_at(0, usize::MAX)) {
            Err(error) if is_absent(&error) => return Ok((Settings::default(), None)),
            bytes => bytes.map_err(|error| self.sentence(&error))?,
        };
        match Settings::parse(&bytes) {
            Ok(settings) => Ok((settings, None)),
            Err(reason) => {
                let aside = self.set_aside().map_err(|error| self.sentence(&error))?;
                let (path, aside) = (path.display(), aside.display());
                let note = format!(
                    "{path} is damaged: {reason}; it is kept as {aside}, and the settings begin anew"
                );
                Ok((Settings::default(), Some(note)))
            }
        }
    }

    /// Changes the settings as they are in the file now, and saves them: whole or not at all, durable when it returns. An error
    /// is a sentence; the file is as it was. The note is that of [`Self::read`].
    pub fn change(&self, change: impl FnOnce(&mut Settings)) -> Result<(Settings, Option<String>), String> {
        OsDisk.create_folder(&self.folder).map_err(|error| self.sentence(&error))?;
        let lock = wait_for_lock(&OsDisk, &self.folder.join("settings.lock"), PATIENCE);
        let _held = lock
            .and_then(|lock| lock.ok_or_else(|| io::ErrorKind::WouldBlock.into()))
            .map_err(|error| self.sentence(&error))?;
        let (mut settings, note) = self.read()?;
        change(&mut settings);
        self.write(&settings).map_err(|error| self.sentence(&error))?;
        Ok((settings, note))
    }

    fn write(&self, settings: &Settings) -> io::Result<()> {
        replace_file(&OsDisk, &self.folder, FILE, settings.to_text().as_bytes())
    }

    fn set_aside(&self) -> io::Result<PathBuf> {
        let used = OsDisk.list(&self.folder)?;
        let mut names = (1_u32..).map(|number| format!("{FILE}.bad-{number}"));
        let name = names.find(|name| !used.iter().any(|used| used == name.as_str())).unwrap_or_default();
        let aside = self.folder.join(name);
        OsDisk.rename(&self.folder.join(FILE), &aside)?;
        Ok(aside)
    }

    fn sentence(&self, error: &io::Error) -> String {
        format!("{}: {error}; the settings were not changed", self.folder.join(FILE).display())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_is_read_and_what_is_unknown_stays_token_for_token() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        let text = "{\n  \"later\": {\"x\":1E0},\n  \"theme\": 5,\n  \"\\u007a\": 10.10\n}\n";
        std::fs::write(&path, text).unwrap();
        let file = SettingsFile::new(folder.path());
        file.change(|_| {}).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        file.change(|settings| {
            assert_eq!((settings.theme(), settings.zoom()), (Theme::System, 1.0));
            settings.set_theme(Theme::Dark);
            settings.set_zoom(1.25);
            settings.set_zoom(f32::NAN);
            settings.set_shown("Phone", Shown::Form);
            settings.set_shown("phone", Shown::Table);
            settings.set_last_target("/a");
            (0..30).for_each(|number| settings.opened("/a", &number.to_string()));
            settings.opened("/A", "x");
            settings.opened("/a", "28");
            settings.pin("/a", "p", true);
            settings.pin("/a", "q", true);
            settings.pin("/a", "p", false);
        })
        .unwrap();
        assert!(std::fs::read_to_string(&path).unwrap().starts_with(&text.replace('5', "\"dark\"")[..60]));
        let (settings, note) = SettingsFile::new(folder.path()).read().unwrap();
        assert_eq!((settings.theme(), settings.zoom(), note), (Theme::Dark, 1.25, None));
        assert_eq!((settings.shown("PHONE"), settings.shown("Mail")), (Some(Shown::Table), None));
        assert_eq!(
            (settings.recent("/a").len(), &settings.recent("/a")[..3]),
            (20, &["28".into(), "29".into(), "27".into()][..])
        );
        assert_eq!((settings.recent("/A"), settings.pinned("/a")), (vec!["x".into()], vec!["q".into()]));
        assert_eq!(settings.last_target().unwrap(), "/a");
    }

    #[test]
    fn a_damaged_file_is_kept_aside_and_said_so() {
        let folder = tempfile::tempdir().unwrap();
        let file = SettingsFile::new(&folder.path().join("made"));
        file.change(|settings| settings.set_theme(Theme::Light)).unwrap();
        for (number, damage) in ["{\"theme\":", "[]"].iter().enumerate() {
            std::fs::write(file.folder.join(FILE), damage).unwrap();
            let (settings, note) = file.read().unwrap();
            assert_eq!(settings, Settings::default());
            let aside = file.folder.join(format!("{FILE}.bad-{}", number + 1));
            assert!(note.unwrap().contains(&aside.display().to_string()));
            assert_eq!(std::fs::read_to_string(aside).unwrap(), *damage);
        }
        assert_eq!(file.change(|_| {}).unwrap(), (Settings::default(), None));
    }
}
