//! Labels in the editor: which attributes are shown and in which order, what the name of a value stands for, and the files with
//! labels that people hand on. What is sent knows nothing of it.

use super::draft::{Row, RowState};
use super::entry::Entry;
use super::jobs::Job;
use super::review::Spot;
use super::state::{App, Open, TargetState};
use crate::model::finding::Severity;
use crate::model::json::{View, same_name};
use crate::model::labels::{self, Labels, Of};
use crate::model::value::shown;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Files with labels that people hand on to each other.
pub trait LabelFiles: Send + Sync {
    /// Reads one; the error is a sentence with the place.
    fn read(&self, path: &Path) -> Result<Labels, String>;
    /// Writes one; over another file only with `replace`.
    fn write(&self, path: &Path, labels: &Labels, replace: bool) -> Written;
}

/// What became of writing a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// It is there.
    Done,
    /// There was one already, which was left alone.
    There,
    /// It could not be written; a sentence.
    Failed(String),
}

/// A file of labels that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Handed {
    /// It is being read or written.
    UnderWay,
    /// It was read.
    Read(PathBuf, Labels),
    /// It was written.
    Written(PathBuf),
    /// There is one already.
    There(PathBuf),
    /// It could not be read or written; a sentence.
    Failed(String),
}

/// The attributes that are shown, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    core: Vec<String>,
    extensions: BTreeMap<String, Vec<String>>,
}

impl Shown {
    /// Those of an extension, or the core attributes.
    pub fn of(&self, of: Of<'_>) -> &[String] {
        match of {
            Some(extension) => self.extensions.get(extension).map_or(&[], Vec::as_slice),
            None => &self.core,
        }
    }
}

pub(super) fn labels_of<'a>(target: &TargetState, all: &'a BTreeMap<String, Labels>) -> &'a Labels {
    let TargetState::Ready(ready) = target else { return labels::none() };
    all.get(&ready.place).unwrap_or_else(|| labels::none())
}

/// What a text means where values have names: the value itself if it is one, else the only value of that name. What was typed
/// stays as it was typed.
pub fn named(
    labels: &Labels,
    of: Of<'_>,
    attribute: &str,
    text: &str,
    means: impl Fn(&str) -> Entry,
) -> Entry {
    let entry = means(text);
    let value = entry.token().is_err().then(|| labels.value_named(of, attribute, text)).flatten();
    match value.map(means) {
        Some(Entry::Typed { token: Ok(token), .. }) => {
            Entry::Typed { text: text.to_owned(), token: Ok(token) }
        }
        _ => entry,
    }
}

impl App {
    /// The labels of the target that is open.
    pub fn labels(&self) -> &Labels {
        labels_of(&self.target, &self.labelled)
    }

    /// Once a field is left into which a value was typed by its name, the value stands there: in the same step of undo.
    pub(super) fn commit(&mut self, extension: &str, key: u64, attribute: &str) -> Vec<Job> {
        let value = self.told_by_name(extension, key, attribute);
        let jobs = value.map(|entry| self.edit(|draft| draft.set(extension, key, attribute, entry)));
        jobs.into_iter().flatten().chain(self.settle()).collect()
    }

    fn told_by_name(&self, extension: &str, key: u64, attribute: &str) -> Option<Entry> {
        let row = self.open.as_ref()?.draft.row_by_key(extension, key)?;
        let Entry::Typed { text, token: Ok(token) } = row.entry(attribute)? else { return None };
        let value = self.labels().value_named(Some(extension), attribute, text)?;
        (value != text && value == shown(token.view())).then(|| self.entry(extension, key, attribute, value))
    }

    // ---- what is shown

    /// Whether labels hide anything of an extension, or of the core attributes.
    pub fn hides(&self, of: Of<'_>) -> bool {
        let Some(open) = &self.open else { return false };
        all(open, of).iter().any(|name| self.labels().is_hidden(of, name))
    }

    pub(super) fn show_hidden(&mut self, show: bool) -> Vec<Job> {
        self.shows_hidden = show;
        self.arrange();
        Vec::new()
    }

    /// Which attributes are shown, and in which order. While somebody types none comes or goes.
    pub(super) fn arrange(&mut self) {
        let labels = labels_of(&self.target, &self.labelled);
        let Some(open) = self.open.as_mut() else { return };
        if open.draft.is_typing() && open.shown != Shown::default() {
            return;
        }
        let shown = |of: Of<'_>| {
            let mut names = all(open, of);
            names.retain(|name| self.shows_hidden || !labels.is_hidden(of, name) || is_told(open, of, name));
            labels.arrange(of, &mut names);
            names
        };
        let extensions = open.columns.keys().map(|name| (name.clone(), shown(Some(name)))).collect();
        let core = shown(None);
        open.shown = Shown { core, extensions };
    }

    // ---- changing them

    pub(super) fn set_labels(&mut self, labels: Labels) -> Vec<Job> {
        let Some(place) = self.ready().map(|ready| ready.place.clone()) else { return Vec::new() };
        self.labelled.insert(place.clone(), labels.clone());
        self.reading += 1;
        if let Some(open) = self.open.as_mut() {
            // Widths and texts of the former labels are out of date.
            open.reading = self.reading;
            open.draft.settle();
        }
        self.look_through();
        vec![Job::KeepLabels(place, labels)]
    }

    pub(super) fn labels_not_kept(&mut self, sentence: &str) -> Vec<Job> {
        let text = format!("The labels are used, but were not saved for the next start: {sentence}");
        self.tell(Some(Severity::Error), text);
        Vec::new()
    }

    // ---- files

    pub(super) fn read_labels(&mut self, path: PathBuf) -> Vec<Job> {
        self.handed = Some(Handed::UnderWay);
        vec![Job::ReadLabels(path)]
    }

    pub(super) fn write_labels(&mut self, path: PathBuf, labels: Labels, replace: bool) -> Vec<Job> {
        self.handed = Some(Handed::UnderWay);
        vec![Job::WriteLabels(path, labels, replace)]
    }

    pub(super) fn labels_read(&mut self, path: PathBuf, result: Result<Labels, String>) -> Vec<Job> {
        let handed = result.map_or_else(Handed::Failed, |labels| Handed::Read(path, labels));
        // Whoever left the dialog meanwhile wants it no more.
        self.handed = self.handed.take().map(|_| handed);
        Vec::new()
    }

    pub(super) fn labels_written(&mut self, path: PathBuf, written: Written) -> Vec<Job> {
        let handed = match written {
            Written::Done => Handed::Written(path),
            Written::There => Handed::There(path),
            Written::Failed(sentence) => Handed::Failed(sentence),
        };
        self.handed = self.handed.take().map(|_| handed);
        Vec::new()
    }

    pub(super) fn forget_handed(&mut self) -> Vec<Job> {
        self.handed = None;
        Vec::new()
    }
}

fn all(open: &Open, of: Of<'_>) -> Vec<String> {
    match of {
        Some(extension) => open.columns.get(extension).cloned().unwrap_or_default(),
        None => open.draft.core_names(),
    }
}

/// Whether there is something about an attribute that must be seen: it is edited, new, or there is a finding.
fn is_told(open: &Open, of: Of<'_>, name: &str) -> bool {
    let about = |spot: &Spot| match (spot, of) {
        (Spot::Core(core), None) => same_name(core, name),
        (Spot::Row((extension, _)), Some(of)) => same_name(extension, of),
        _ => false,
    };
    let found = open.review.findings.iter().any(|found| {
        let named = found.finding.place.attribute.as_deref();
        about(&found.spot) && named.is_some_and(|named| same_name(named, name))
    });
    found
        || match of {
            Some(extension) => open.draft.touched(extension).any(|(_, row)| is_sent(row, name)),
            None => open.draft.is_core_changed(name),
        }
}

fn is_sent(row: Row<'_>, name: &str) -> bool {
    match row.state {
        RowState::Removed | RowState::Kept => false,
        RowState::Changed => row.entry(name).is_some(),
        RowState::New => {
            row.entry(name).is_some() || row.record.get(name).is_some_and(|view: View<'_>| !view.is_null())
        }
    }
}
