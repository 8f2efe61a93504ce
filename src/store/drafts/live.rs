//! The drafts that are alive: what the lines of one file amount to, and what the files of several windows amount to together.

use super::entry::Entry;
use super::{DraftKey, Kept};
use crate::model::json::Json;

/// What a draft's line takes beside its base and its edits, in bytes, roughly.
const FRAME: usize = 160;

/// A draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    pub key: DraftKey,
    /// When it was typed at last.
    pub at: String,
    pub base: Json,
    /// Nothing was typed yet where there are none.
    pub edits: Option<Json>,
}

/// Drafts, each key once.
#[derive(Clone, Debug, Default)]
pub struct Live(Vec<Draft>);

impl Live {
    /// What a line does to them.
    pub fn apply(&mut self, entry: Entry, at: &str) {
        let at = at.to_owned();
        match entry {
            Entry::Begin { key, base, edits } => {
                let edits = edits.or_else(|| self.remove(&key)?.edits);
                self.remove(&key);
                self.0.push(Draft { key, at, base, edits });
            }
            // Without a base its line was damaged; what was typed counts more.
            Entry::Edits { key, edits } => {
                let base = self.remove(&key).map_or_else(Json::null, |draft| draft.base);
                self.0.push(Draft { key, at, base, edits: Some(edits) });
            }
            Entry::Done { key } => drop(self.remove(&key)),
        }
    }

    fn remove(&mut self, key: &DraftKey) -> Option<Draft> {
        let at = self.0.iter().position(|draft| draft.key == *key)?;
        Some(self.0.remove(at))
    }

    /// The drafts, in the order in which they were last touched.
    pub fn drafts(&self) -> &[Draft] {
        &self.0
    }

    /// About how many bytes they take in a file.
    pub fn bytes(&self) -> u64 {
        let size = |draft: &Draft| {
            draft.base.as_str().len() + draft.edits.as_ref().map_or(0, |edits| edits.as_str().len()) + FRAME
        };
        self.0.iter().map(size).sum::<usize>() as u64
    }

    /// What several windows left, joined: drafts without edits go, equal ones count once, and of different drafts of one
    /// customer the latest keeps the key, the others get keys of their own. Oldest first; with a sentence for each of those others.
    pub fn joined(files: impl IntoIterator<Item = Self>) -> (Self, Vec<String>) {
        let mut drafts: Vec<Draft> = files.into_iter().flat_map(|live| live.0).collect();
        drafts.retain(|draft| draft.edits.is_some());
        drafts.sort_by(|a, b| b.at.cmp(&a.at)); // stable: latest first
        let (mut joined, mut notes) = (Vec::<Draft>::new(), Vec::new());
        for mut draft in drafts {
            let same = |other: &&Draft| other.key.same_customer(&draft.key);
            let others: Vec<&Draft> = joined.iter().filter(same).collect();
            if others.iter().any(|other| other.base == draft.base && other.edits == draft.edits) {
                continue;
            }
            let key = draft.key.earlier(others.len() + 1);
            if key != draft.key && !others.is_empty() {
                notes.push(format!(
                    "There are several drafts of customer {}; that of {} is kept as \"{}\".",
                    draft.key.of_customer(),
                    draft.at,
                    key.customer
                ));
            }
            draft.key = key;
            joined.push(draft);
        }
        joined.reverse();
        (Self(joined), notes)
    }

    /// What was typed, oldest first.
    pub fn kept(&self) -> Vec<Kept> {
        let kept = |draft: &Draft| {
            let Draft { key, at, base, edits } = draft.clone();
            Some(Kept { key, at, base, edits: edits? })
        };
        self.0.iter().filter_map(kept).collect()
    }
}
