//! Submit, reload and delete, and what to do when somebody else changed the customer meanwhile.

use super::draft::{Draft, RowState};
use super::edits::{CoreEdit, CoreValue, Edits, ExtensionEdits, NewRow};
use super::entry::Entry;
use super::jobs::{Job, Keep, Why, Wish};
use super::rebase::{rebase, unsent};
use super::state::{App, Clash, columns, done};
use super::update::{whole, wish};
use crate::model::finding::Severity;
use crate::model::json::{Kind, View};
use crate::model::profile::{CustomerId, Profile};
use crate::model::reconcile::reconcile;
use crate::model::schema::Schemas;
use crate::model::value::{shown, unique_key};
use crate::target::submit::Submitted;
use crate::target::{Loaded, TargetError};
use std::collections::BTreeMap;
use std::sync::Arc;

impl App {
    pub(super) fn submit(&mut self) -> Vec<Job> {
        let epoch = self.epoch;
        let Some(open) = self.open.as_mut() else { return Vec::new() };
        let id = open.draft.id().clone();
        if self.sending.contains_key(&id) {
            return Vec::new();
        }
        open.tried = true;
        if !open.draft.is_changed() {
            self.tell(None, "There is nothing to send: nothing was changed.");
            return Vec::new();
        }
        if open.review.good() == 0 && open.review.bad() > 0 {
            let first = open.review.findings.iter().find(|found| found.finding.severity == Severity::Error);
            self.attention = first.map(|found| (found.spot.clone(), found.finding.place.attribute.clone()));
            let text = first.map(|found| found.finding.to_string()).unwrap_or_default();
            self.tell(Some(Severity::Error), format!("Nothing was sent. {text}"));
            return Vec::new();
        }
        let wish = wish(open);
        let (rows, core) = open.review.held_back();
        let mut sent = open.draft.edits().clone();
        for (extension, key) in rows {
            let edits = sent.extension_mut(&extension);
            edits.rows.retain(|at, _| *at as u64 != key);
            edits.new.retain(|row| row.key != key);
            sent.tidy(&extension);
        }
        sent.core.retain(|name, _| !core.contains(name));
        open.conflict = None;
        self.notice = None;
        self.sending.insert(id.clone(), sent);
        vec![Job::Submit(epoch, id, Box::new(wish))]
    }

    pub(super) fn delete_customer(&mut self) -> Vec<Job> {
        let Some(open) = self.open.as_ref() else { return Vec::new() };
        let (id, base) = (open.draft.id().clone(), open.draft.base().cloned());
        if base.is_none() {
            return self.closed(&id, "The draft was thrown away; the customer had never been sent.");
        }
        vec![Job::Submit(self.epoch, id, Box::new(Wish { base, mine: None }))]
    }

    /// The customer is gone, and with it what was kept of it.
    fn closed(&mut self, id: &CustomerId, text: &str) -> Vec<Job> {
        let key = self.key_of(id);
        if self.open.as_ref().is_some_and(|open| open.draft.id() == id) {
            self.open = None;
        }
        self.parked.remove(id);
        self.lists_mut().gone(id);
        if let Some(hits) = self.search.hits.as_mut() {
            hits.retain(|hit| hit.id != *id);
        }
        self.tell(None, text);
        let keep = key.map(|key| Job::Keep(key, Keep::Done));
        keep.into_iter().chain([Job::KeepSettings(self.settings.clone())]).collect()
    }

    pub(super) fn submitted(
        &mut self,
        id: &CustomerId,
        wish: &Wish,
        result: Result<Submitted, TargetError>,
    ) -> Vec<Job> {
        let sent = self.sending.remove(id).unwrap_or_default();
        match result {
            Err(error) => self.failed(error.to_string()),
            Ok(Submitted::Cannot(reason)) => self.failed(format!("Nothing was sent. {reason}.")),
            Ok(Submitted::Done { now: None, .. } | Submitted::NothingToSend { now: None })
                if wish.mine.is_none() =>
            {
                return self.closed(id, &format!("Customer {id} was deleted."));
            }
            Ok(Submitted::Done { sent: requests, now: Some(now), joined }) => {
                self.tell(None, done(&requests, joined));
                return self.settled(id, &sent, &now);
            }
            Ok(Submitted::NothingToSend { now: Some(now) }) => {
                self.tell(None, "There was nothing to send: the customer is as you want it already.");
                return self.settled(id, &sent, &now);
            }
            Ok(Submitted::Conflict { now, conflicts, .. }) => {
                let text = "Nothing was sent: somebody else changed the same customer meanwhile. Your draft is kept.";
                self.tell(Some(Severity::Warning), text);
                self.clash(id, Clash { conflicts, theirs: now });
            }
            Ok(Submitted::Refused { rejection, sent: requests, .. }) => {
                let stand = match requests.len() {
                    0 => "Nothing was changed.".to_owned(),
                    count => format!("{count} of the requests stand."),
                };
                self.failed(format!("{stand} {rejection}"));
            }
            Ok(Submitted::Done { now: None, .. } | Submitted::NothingToSend { now: None }) => {
                self.failed("The customer is not there any more; your draft is kept.".to_owned());
            }
        }
        Vec::new()
    }

    fn failed(&mut self, text: String) {
        self.tell(Some(Severity::Error), text);
    }

    fn clash(&mut self, id: &CustomerId, clash: Clash) {
        if let Some(open) = self.open.as_mut().filter(|open| open.draft.id() == id) {
            open.conflict = Some(clash);
        }
    }

    /// What was sent stands; what was held back, or typed since, is a draft of what stands now.
    fn settled(&mut self, id: &CustomerId, sent: &Edits, now: &Loaded) -> Vec<Job> {
        let schemas = self.schemas_of(id);
        let on = |draft: &Draft| {
            let left = unsent(draft.edits(), sent);
            let edits = rebase(&left, draft.base(), &now.profile, &schemas, true);
            Draft::restored(id.clone(), Some(now.profile.clone()), edits)
        };
        self.names.extend(
            Some(super::state::display_name(&now.profile)).filter(|n| !n.is_empty()).map(|n| (id.clone(), n)),
        );
        self.lists_mut().opened(id);
        let mut jobs = vec![Job::KeepSettings(self.settings.clone())];
        if let Some(draft) = self.parked.get(id).map(&on) {
            self.parked.insert(id.clone(), draft);
        } else if let Some(draft) =
            self.open.as_ref().filter(|open| open.draft.id() == id).map(|open| on(&open.draft))
        {
            self.replace(draft, schemas);
            jobs.extend(self.keep_anew());
        }
        jobs
    }

    fn schemas_of(&self, id: &CustomerId) -> Schemas {
        let open = self.open.as_ref().filter(|open| open.draft.id() == id).map(|open| open.schemas.clone());
        open.or_else(|| self.ready().map(|ready| ready.schemas.clone())).unwrap_or_default()
    }

    /// The open customer on another base; the widgets forget what they remember of the former texts.
    fn replace(&mut self, draft: Draft, schemas: Schemas) {
        let read_at = (self.around.clock)();
        if let Some(open) = self.open.as_mut() {
            open.columns = columns(&draft, &schemas);
            open.draft = draft;
            open.schemas = schemas;
            open.keys.clear();
            open.reading += 1;
            open.read_at = read_at;
            open.conflict = None;
            open.tried = false;
        }
        self.look_through();
    }

    pub(super) fn reload(&mut self) -> Vec<Job> {
        let Some(open) = self.open.as_ref() else { return Vec::new() };
        vec![Job::Load(self.epoch, open.draft.id().clone(), Why::Reload)]
    }

    pub(super) fn reread(
        &mut self,
        id: &CustomerId,
        loaded: Loaded,
        schemas: Schemas,
        say: bool,
    ) -> Vec<Job> {
        let Some(open) = self.open.as_ref().filter(|open| open.draft.id() == id) else { return Vec::new() };
        let base = open.draft.base().cloned().unwrap_or_else(|| Profile::empty(id.clone()));
        let conflicts = reconcile(&base, &whole(&open.draft, &schemas), &loaded.profile, &schemas).conflicts;
        if !open.draft.edits().is_empty() && !conflicts.is_empty() {
            self.tell(
                Some(Severity::Warning),
                "Somebody else changed the same things meanwhile. Your draft is kept.",
            );
            self.clash(id, Clash { conflicts, theirs: Some(loaded) });
            return Vec::new();
        }
        let edits = rebase(open.draft.edits(), open.draft.base(), &loaded.profile, &schemas, false);
        self.replace(Draft::restored(id.clone(), Some(loaded.profile), edits), schemas);
        if say {
            self.tell(None, "Read again.");
        }
        self.keep_anew()
    }

    pub(super) fn keep_mine(&mut self) -> Vec<Job> {
        let Some(open) = self.open.as_mut() else { return Vec::new() };
        let Some(clash) = open.conflict.take() else { return Vec::new() };
        let (id, schemas) = (open.draft.id().clone(), open.schemas.clone());
        let draft = match clash.theirs {
            Some(theirs) => {
                let edits = rebase(open.draft.edits(), open.draft.base(), &theirs.profile, &schemas, false);
                Draft::restored(id, Some(theirs.profile), edits)
            }
            None => Draft::restored(id, None, as_new(&whole(&open.draft, &schemas), &open.draft)),
        };
        self.replace(draft, schemas);
        self.tell(None, "Your changes stand over theirs in the draft. Nothing was sent yet.");
        self.keep_anew()
    }

    pub(super) fn take_theirs(&mut self) -> Vec<Job> {
        let Some(open) = self.open.as_mut() else { return Vec::new() };
        let Some(clash) = open.conflict.take() else { return Vec::new() };
        let (id, schemas) = (open.draft.id().clone(), open.schemas.clone());
        let Some(theirs) = clash.theirs else {
            return self.closed(&id, "The draft was thrown away; the customer was deleted by somebody else.");
        };
        let base = open.draft.base().cloned().unwrap_or_else(|| Profile::empty(id.clone()));
        let edits = without_conflicts(open.draft.edits(), &base, &theirs.profile, &schemas);
        let edits = rebase(&edits, Some(&base), &theirs.profile, &schemas, true);
        self.replace(Draft::restored(id, Some(theirs.profile), edits), schemas);
        self.tell(None, "What both had changed is as they made it. The rest of your draft is kept.");
        self.keep_anew()
    }
}

/// The edits without those of what `theirs` changed too.
fn without_conflicts(edits: &Edits, base: &Profile, theirs: &Profile, schemas: &Schemas) -> Edits {
    let mut edits = edits.clone();
    edits.core.retain(|name, _| base.core(name) == theirs.core(name));
    for (name, edits) in &mut edits.extensions {
        let edits = Arc::make_mut(edits);
        let schema = schemas.get(name);
        let key =
            |record: &crate::model::profile::Record| schema.and_then(|schema| unique_key(schema, record));
        let same = |record: &crate::model::profile::Record| {
            theirs.records(name).iter().find(|other| match key(record) {
                Some(found) => key(other) == Some(found),
                None => *other == record,
            })
        };
        edits.rows.retain(|at, row| {
            let Some(was) = base.records(name).get(*at) else { return false };
            let Some(is) = same(was) else { return false };
            row.removed &= was == is;
            row.entries.retain(|attribute, _| {
                was.get(attribute).map(View::as_str) == is.get(attribute).map(View::as_str)
            });
            row.removed || !row.entries.is_empty()
        });
        edits.new.retain(|row| {
            let wanted =
                row.entries.iter().fold(row.start.clone(), |record, (name, entry)| match entry.token() {
                    Ok(token) => record.with(name, token.as_ref()),
                    Err(_) => record,
                });
            key(&wanted).is_none() || same(&wanted).is_none()
        });
    }
    edits
}

/// A whole profile as the edits of a customer who is to be created.
fn as_new(profile: &Profile, draft: &Draft) -> Edits {
    let mut edits = Edits::default();
    for core in &profile.core {
        let view = core.value.view();
        let tokens: Vec<View<'_>> =
            if view.kind() == Kind::Array { view.elements().collect() } else { vec![view] };
        let values = tokens.into_iter().map(|token| CoreValue {
            from: None,
            entry: Some(Entry::Typed { text: shown(token), token: Ok(token.to_json()) }),
        });
        edits.core.insert(core.name.clone(), CoreEdit { values: values.collect() });
    }
    for extension in &profile.extensions {
        let live = (0..draft.row_count(&extension.name)).filter_map(|at| draft.row(&extension.name, at));
        let live = live.filter(|row| row.state != RowState::Removed);
        let rows = (1u64 << 45..).zip(live).map(|(key, row)| NewRow {
            key,
            start: row.record.clone(),
            entries: row.entries.cloned().unwrap_or_default(),
        });
        let extension_edits = ExtensionEdits { rows: BTreeMap::new(), new: rows.collect() };
        edits.extensions.insert(extension.name.clone(), Arc::new(extension_edits));
        edits.tidy(&extension.name);
    }
    edits
}
