//! Drafts on disk: which are written when, and what becomes of those that an earlier start left.

use super::draft::Draft;
use super::edits::{Edits, NewRow};
use super::jobs::{DraftKey, Job, Keep, KeptDraft, Restored};
use super::keep;
use super::state::{App, Keeping};
use crate::model::finding::Severity;
use crate::model::json::Json;
use crate::model::profile::{CustomerId, Profile, Record};
use crate::model::schema::Schemas;
use std::sync::Arc;

impl App {
    fn key(&self) -> Option<DraftKey> {
        self.key_of(self.open.as_ref()?.draft.id())
    }

    pub(super) fn key_of(&self, id: &CustomerId) -> Option<DraftKey> {
        Some(DraftKey { target: self.ready()?.place.clone(), customer: id.as_str().to_owned() })
    }

    fn keep(&mut self, key: DraftKey, what: Keep) -> Vec<Job> {
        let revision = match &what {
            Keep::Whole(.., revision) | Keep::Edits(_, revision) => Some(*revision),
            Keep::Done => None,
        };
        self.keeping = Keeping::Writing;
        self.asked_to_keep = Some((key.clone(), revision));
        vec![Job::Keep(key, what)]
    }

    /// The draft whole, base and edits: at its first edit, and whenever its base is another one.
    pub(super) fn keep_anew(&mut self) -> Vec<Job> {
        let (Some(key), Some(open)) = (self.key(), self.open.as_ref()) else { return Vec::new() };
        let what = whole(&open.draft);
        self.keep(key, what)
    }

    /// The same for a draft that is not open.
    pub(super) fn keep_whole(&mut self, key: DraftKey, draft: &Draft) -> Vec<Job> {
        self.keep(key, whole(draft))
    }

    pub(super) fn keep_done(&mut self, key: DraftKey) -> Vec<Job> {
        self.keep(key, Keep::Done)
    }

    pub(super) fn keep_edits(&mut self) -> Vec<Job> {
        let (Some(key), Some(open)) = (self.key(), self.open.as_ref()) else { return Vec::new() };
        let what = if open.draft.is_changed() {
            Keep::Edits(keep::to_json(open.draft.edits()), open.draft.revision())
        } else {
            Keep::Done
        };
        self.keep(key, what)
    }

    pub(super) fn kept(&mut self, key: DraftKey, revision: Option<u64>, at: String) -> Vec<Job> {
        if self.asked_to_keep == Some((key, revision)) {
            self.keeping = Keeping::Kept(at);
        }
        Vec::new()
    }

    /// Puts the open draft aside if there is something in it, or something of it is on its way.
    pub(super) fn park(&mut self) {
        let Some(open) = self.open.take() else { return };
        let id = open.draft.id().clone();
        if open.draft.is_changed() || self.is_being_sent(&id) {
            self.parked.insert(id, open.draft);
        }
    }

    /// What an earlier start left; a target that was opened meanwhile waited for it.
    pub(super) fn restore_all(
        &mut self,
        Restored { drafts, settings, connections, labels, notes }: Restored,
    ) -> Vec<Job> {
        self.restored = true;
        self.settings = settings;
        self.labelled = labels;
        self.connections = connections;
        self.elsewhere.extend(drafts);
        let waiting = self.waiting.take();
        let jobs = waiting.map_or_else(Vec::new, |outcome| self.absorb(outcome));
        if !notes.is_empty() {
            self.tell(Some(Severity::Warning), notes.join(" "));
        }
        jobs
    }

    /// Drafts found on disk that belong to this target. An earlier draft of a customer waits until the later one is done with.
    pub(super) fn adopt_drafts(&mut self) -> Vec<Job> {
        let Some(ready) = self.ready() else { return Vec::new() };
        let (place, schemas) = (ready.place.clone(), ready.schemas.clone());
        let found = std::mem::take(&mut self.elsewhere);
        let (mut mine, others): (Vec<_>, Vec<_>) =
            found.into_iter().partition(|kept| kept.key.target == place);
        self.elsewhere = others;
        mine.sort_by_key(|kept| kept.key.customer != kept.customer);
        let (mut count, mut unread, mut jobs) = (0, Vec::new(), Vec::new());
        for kept in mine {
            let id = CustomerId::new(&kept.customer).ok();
            let has_one = id.as_ref().is_some_and(|id| {
                self.parked.contains_key(id) || self.open.as_ref().is_some_and(|open| open.draft.id() == id)
            });
            if let Some(draft) = restore(&kept, &schemas).filter(|_| !has_one) {
                count += 1;
                jobs.extend(self.under_its_customer(&kept.key, &draft));
                self.parked.insert(draft.id().clone(), draft);
            } else {
                unread.extend((!has_one).then(|| kept.customer.clone()));
                self.elsewhere.push(kept);
            }
        }
        self.tell_adopted(count, &unread);
        jobs
    }

    /// An earlier draft that is the only one by now takes the customer's own place on disk, before it leaves its own.
    fn under_its_customer(&mut self, key: &DraftKey, draft: &Draft) -> Vec<Job> {
        match self.key_of(draft.id()) {
            Some(own) if own != *key => {
                let mut jobs = self.keep_whole(own, draft);
                jobs.extend(self.keep_done(key.clone()));
                jobs
            }
            _ => Vec::new(),
        }
    }

    fn tell_adopted(&mut self, count: usize, unread: &[String]) {
        if !unread.is_empty() {
            let text = format!(
                "The draft of customer {} cannot be read by this program; it stays on the disk until that customer is edited.",
                unread.join(", ")
            );
            self.tell(Some(Severity::Warning), text);
        } else if count > 0 {
            let what = if count == 1 {
                "1 draft was not sent yet; it stands".to_owned()
            } else {
                format!("{count} drafts were not sent yet; they stand")
            };
            self.tell(None, format!("{what} under Drafts, as typed."));
        }
    }
}

fn whole(draft: &Draft) -> Keep {
    if !draft.is_changed() {
        return Keep::Done;
    }
    let base = draft.base().map_or_else(Json::null, Profile::to_json);
    Keep::Whole(base, keep::to_json(draft.edits()), draft.revision())
}

/// A draft as it would be found on disk.
pub(super) fn kept_draft(key: DraftKey, draft: &Draft) -> KeptDraft {
    KeptDraft {
        customer: draft.id().as_str().to_owned(),
        key,
        at: String::new(),
        base: draft.base().map_or_else(Json::null, Profile::to_json),
        edits: keep::to_json(draft.edits()),
    }
}

/// The draft in what was kept; `None` where it cannot be read whole.
pub(super) fn restore(kept: &KeptDraft, schemas: &Schemas) -> Option<Draft> {
    let id = CustomerId::new(&kept.customer).ok()?;
    let (edits, lost) = keep::from_json(&kept.edits);
    let known = |name: &str| schemas.get(name).is_some();
    let base =
        if kept.base.view().is_null() { None } else { Some(Profile::from_json(&kept.base, known).ok()?) };
    let edits = if base.is_none() { without_base(edits) } else { edits };
    (lost == 0).then(|| Draft::restored(id, base, edits))
}

/// Where the base was lost to damage, edits of records that it had are kept as added records.
fn without_base(mut edits: Edits) -> Edits {
    for extension in edits.extensions.values_mut().filter(|extension| !extension.rows.is_empty()) {
        let extension = Arc::make_mut(extension);
        let last = extension.new.iter().map(|row| row.key).max().unwrap_or(0);
        let mut key = last.max(super::draft::FIRST_NEW_KEY);
        for (_, row) in std::mem::take(&mut extension.rows) {
            let Some(start) = Record::new(Json::object([])) else { continue };
            key = key.saturating_add(1);
            extension.new.push(NewRow { key, start, entries: row.entries });
        }
    }
    edits
}
