//! Reading again, and what to do when somebody else changed the customer meanwhile.

use super::draft::{Draft, RowState};
use super::edits::{CoreEdit, CoreValue, Edits, ExtensionEdits, NewRow, with_entries};
use super::entry::typed_as;
use super::jobs::{Job, Why};
use super::rebase::rebase;
use super::state::{App, Clash};
use super::telling::Asked;
use super::update::whole;
use crate::model::finding::{Place, Severity};
use crate::model::json::{Json, View, same_name};
use crate::model::profile::{CustomerId, Profile, Record};
use crate::model::reconcile::{Conflict, reconcile};
use crate::model::schema::{Arity, Schema, Schemas};
use crate::model::value::unique_key;
use crate::target::{Loaded, TargetError};
use std::collections::BTreeMap;
use std::sync::Arc;

const NOT_SENT_YET: &str = "This customer was not sent yet; there is nothing to read again.";

impl App {
    pub(super) fn reload(&mut self, why: Why) -> Vec<Job> {
        let Some(id) = self.open.as_ref().map(|open| open.draft.id().clone()) else { return Vec::new() };
        if self.is_nameless(&id) {
            self.tell(None, NOT_SENT_YET);
            return Vec::new();
        }
        if self.is_being_sent(&id) {
            self.tell(None, "This customer is being sent, and read again after that.");
            return Vec::new();
        }
        let stop = self.begin_reloading();
        self.open.iter_mut().for_each(|open| open.reloading = true);
        vec![Job::Load(self.epoch, id, why, stop)]
    }

    /// A reading that was asked for before a submit, or before another customer was opened, is out of date.
    pub(super) fn reloaded(
        &mut self,
        id: &CustomerId,
        why: Why,
        result: Result<(Option<Loaded>, Schemas), TargetError>,
    ) -> Vec<Job> {
        let asked = self.open.as_mut().filter(|open| open.draft.id() == id && open.reloading);
        let Some(open) = asked else { return Vec::new() };
        open.reloading = false;
        match result {
            Err(error) => self.failed(&Asked::Reload(id.clone()), &error),
            Ok((None, _)) if open.draft.base().is_none() => {
                self.tell(None, NOT_SENT_YET);
            }
            Ok((None, _)) => self.gone_meanwhile(id),
            Ok((Some(loaded), schemas)) => {
                let text = if why == Why::Reload { "Read again." } else { "" };
                return self.reread(id, loaded, schemas, text);
            }
        }
        Vec::new()
    }

    /// The open customer is not in the store any more: what was typed waits for a decision.
    pub(super) fn gone_meanwhile(&mut self, id: &CustomerId) {
        let Some(open) = self.open.as_mut().filter(|open| open.draft.base().is_some()) else { return };
        if open.draft.is_changed() {
            let mine = Some(whole(&open.draft, &open.schemas).to_json());
            let base = open.draft.base().map(Profile::to_json);
            let conflict = Conflict { place: Place::default(), base, mine, theirs: None };
            open.conflict = Some(Clash { conflicts: vec![conflict], theirs: None });
        }
        let text = format!("Customer {id} is not there any more. What is shown is as it was read before.");
        self.tell(Some(Severity::Error), text);
    }

    /// The open draft on a new reading; where both changed the same thing, or the customer to be created is there by now,
    /// a person decides.
    pub(super) fn reread(
        &mut self,
        id: &CustomerId,
        loaded: Loaded,
        schemas: Schemas,
        text: &str,
    ) -> Vec<Job> {
        let own = self.ready().is_none_or(|ready| ready.capabilities.own);
        let Some(open) = self.open.as_ref().filter(|open| open.draft.id() == id) else { return Vec::new() };
        let mine = whole(&open.draft, &schemas);
        let conflicts = match open.draft.base() {
            Some(base) => reconcile(base, &mine, &loaded.profile, &schemas, own).conflicts,
            None if mine == loaded.profile => Vec::new(),
            None => {
                let (mine, theirs) = (Some(mine.to_json()), Some(loaded.profile.to_json()));
                vec![Conflict { place: Place::default(), base: None, mine, theirs }]
            }
        };
        if open.draft.is_changed() && !conflicts.is_empty() {
            self.tell(
                Some(Severity::Warning),
                "Somebody else changed the same things meanwhile. Your draft is kept.",
            );
            self.clash(id, Clash { conflicts, theirs: Some(loaded) });
            return Vec::new();
        }
        let edits = rebase(open.draft.edits(), open.draft.base(), &loaded.profile, &schemas);
        self.replace(Draft::restored(id.clone(), Some(loaded.profile), edits), schemas);
        if !text.is_empty() {
            self.tell(None, text);
        }
        self.keep_anew()
    }

    pub(super) fn keep_mine(&mut self) -> Vec<Job> {
        let Some(open) = self.open.as_mut() else { return Vec::new() };
        let Some(clash) = open.conflict.take() else { return Vec::new() };
        let (id, schemas) = (open.draft.id().clone(), open.schemas.clone());
        let draft = match clash.theirs {
            Some(theirs) => {
                let edits = rebase(open.draft.edits(), open.draft.base(), &theirs.profile, &schemas);
                Draft::restored(id, Some(theirs.profile), edits)
            }
            None => Draft::restored(id, None, as_new(&open.draft, &schemas)),
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
        let edits = rebase(&edits, Some(&base), &theirs.profile, &schemas);
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
        let single = schema.is_some_and(|schema| schema.arity != Arity::Multi);
        let key = |record: &Record| schema.and_then(|schema| unique_key(schema, record));
        let same = |record: &Record| {
            theirs.records(name).iter().find(|other| match key(record) {
                _ if single => true,
                Some(found) => key(other) == Some(found),
                None => *other == record,
            })
        };
        edits.rows.retain(|at, row| {
            let Some(was) = base.records(name).get(*at) else { return false };
            // Records that nothing tells apart are no conflict: what they took away and what I typed are two things.
            let Some(is) = same(was) else { return key(was).is_none() && !single && !row.removed };
            row.removed &= was == is;
            row.entries.retain(|attribute, _| {
                was.get(attribute).map(View::as_str) == is.get(attribute).map(View::as_str)
            });
            row.removed || !row.entries.is_empty()
        });
        edits.new.retain_mut(|row| {
            let wanted = with_entries(&row.start, &row.entries);
            let Some(is) = same(&wanted).filter(|_| single || key(&wanted).is_some()) else { return true };
            // Both added it: what they say of it stands, and what only I say.
            let start: Vec<_> =
                row.start.attributes().map(|(n, v)| (n.decoded().into_owned(), typed_as(v))).collect();
            for (name, entry) in start {
                if !row.entries.keys().any(|known| same_name(known, &name)) {
                    row.entries.insert(name, entry);
                }
            }
            row.start = Record::new(Json::object([])).unwrap_or(wanted);
            row.entries.retain(|name, _| is.get(name).is_none() || is_key(schema, name));
            row.entries.keys().any(|name| is.get(name).is_none())
        });
    }
    edits
}

/// A whole profile as the edits of a customer who is to be created.
fn as_new(draft: &Draft, schemas: &Schemas) -> Edits {
    let mut edits = Edits::default();
    for name in draft.core_names() {
        let values = draft.core_values(&name).into_iter().filter_map(|value| {
            let loaded = || draft.core_loaded(&name, value.from).map(typed_as);
            Some(CoreValue { from: None, entry: Some(value.entry.clone().or_else(loaded)?) })
        });
        let values: Vec<CoreValue> = values.collect();
        let list = draft.is_core_list(&name).then_some(true);
        if !values.is_empty() || list.is_some() {
            edits.core.insert(name, CoreEdit { values, list });
        }
    }
    for name in draft.extensions(schemas) {
        let live = (0..draft.row_count(&name)).filter_map(|at| draft.row(&name, at));
        let live = live.filter(|row| row.state != RowState::Removed);
        let rows = (super::draft::FIRST_NEW_KEY..).zip(live).map(|(key, row)| NewRow {
            key,
            start: row.record.clone(),
            entries: row.entries.cloned().unwrap_or_default(),
        });
        let extension_edits = ExtensionEdits { rows: BTreeMap::new(), new: rows.collect() };
        edits.extensions.insert(name.clone(), Arc::new(extension_edits));
        edits.tidy(&name);
    }
    edits
}

fn is_key(schema: Option<&Schema>, attribute: &str) -> bool {
    schema.is_some_and(|schema| schema.unique.iter().any(|name| same_name(name, attribute)))
}
