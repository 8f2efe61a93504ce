//! Which customer is open: finding, opening, leaving.

use super::command::Command;
use super::draft::Draft;
use super::jobs::{DraftKey, Hit, Job, Why};
use super::labels::Shown;
use super::review::{KeyIndex, Review};
use super::state::{App, Open, Search, columns, display_name};
use super::telling::Asked;
use crate::model::finding::Severity;
use crate::model::profile::CustomerId;
use crate::model::schema::Schemas;
use crate::target::{Loaded, TargetError};

impl App {
    // ---- finding

    /// What is typed is looked for at once where parts of values are found; else there is no sense in it before Enter.
    pub(super) fn find(&mut self, text: String) -> Vec<Job> {
        if self.ready().is_none_or(|ready| ready.capabilities.text_search) {
            return self.look_for(text);
        }
        let hint = "This server finds whole values only; press Enter to look.";
        self.stop_finding();
        let hint = (!text.trim().is_empty()).then(|| hint.to_owned());
        self.search = Search { text, hint, ..Search::default() };
        Vec::new()
    }

    fn look_for(&mut self, text: String) -> Vec<Job> {
        let looked_for = text.trim().to_owned();
        let under_way = self.search.under_way;
        self.search = Search { text, asked: !looked_for.is_empty(), under_way, ..Search::default() };
        if looked_for.is_empty() || self.ready().is_none() || under_way {
            return Vec::new();
        }
        self.search.under_way = true;
        vec![Job::Find(self.epoch, looked_for, self.begin_finding())]
    }

    pub(super) fn open_found(&mut self, text: &str) -> Vec<Job> {
        let mut jobs = self.look_for(text.to_owned());
        self.search.open_only = true;
        if let Some(id) = CustomerId::new(text.trim()).ok().filter(|_| self.ready().is_some()) {
            jobs.insert(0, self.load(id, Why::Try));
        }
        jobs
    }

    pub(super) fn found(&mut self, text: &str, result: Result<Vec<Hit>, TargetError>) -> Vec<Job> {
        self.search.under_way = false;
        if self.search.text.trim() != text {
            // The text changed meanwhile: what is wanted now is looked for now.
            let open_only = self.search.open_only;
            let jobs = self.look_for(self.search.text.clone());
            self.search.open_only = open_only;
            return jobs;
        }
        self.search.asked = false;
        match result {
            Err(TargetError::NotOffered(sentence)) => self.search.hint = Some(sentence),
            Err(error) => {
                let only = self.search.open_only;
                let again = if only { Command::OpenFound } else { Command::Find };
                self.failed(&Asked::Read(again(text.to_owned())), &error);
            }
            Ok(hits) => {
                let only = match hits.as_slice() {
                    [hit] if self.search.open_only => Some(hit.id.clone()),
                    _ => None,
                };
                self.named(hits.clone());
                self.search.hits = Some(hits);
                if let Some(id) = only {
                    return self.open(id);
                }
            }
        }
        Vec::new()
    }

    pub(super) fn named(&mut self, hits: Vec<Hit>) -> Vec<Job> {
        let named = hits.into_iter().filter(|hit| !hit.name.is_empty());
        self.names.extend(named.map(|hit| (hit.id, hit.name)));
        Vec::new()
    }

    // ---- opening

    fn is_open(&self, id: &CustomerId) -> bool {
        self.open.as_ref().is_some_and(|open| open.draft.id() == id)
    }

    pub(super) fn open(&mut self, id: CustomerId) -> Vec<Job> {
        if self.is_open(&id) || self.ready().is_none() {
            self.hide_history();
            self.opening = None;
            return Vec::new();
        }
        // Who gets an ID from the target only once sent is in no target yet.
        if self.parked.contains_key(&id) && self.is_nameless(&id) {
            return self.opened_new(id);
        }
        vec![self.load(id, Why::Open)]
    }

    fn load(&mut self, id: CustomerId, why: Why) -> Job {
        let stop = self.begin_opening();
        self.opening = Some(id.clone());
        Job::Load(self.epoch, id, why, stop)
    }

    pub(super) fn new_customer(&mut self, id: &str) -> Vec<Job> {
        // Where the target makes the ID, the draft has one of its own until then.
        let own = id.trim().is_empty() || self.makes_ids();
        let text = if own { (self.around.make_id)() } else { id.trim().to_owned() };
        match CustomerId::new(&text) {
            Err(sentence) => self.refused(sentence),
            Ok(id) if self.is_open(&id) => {
                self.tell(Some(Severity::Warning), format!("Customer {id} is open already."));
            }
            Ok(id) => return self.opened_new(id),
        }
        Vec::new()
    }

    /// A customer who is to be created, with the draft if there is one.
    fn opened_new(&mut self, id: CustomerId) -> Vec<Job> {
        let Some(schemas) = self.ready().map(|ready| ready.schemas.clone()) else { return Vec::new() };
        self.opening = None;
        let draft = self.parked.remove(&id).unwrap_or_else(|| Draft::new(id, None));
        let mut jobs = self.show(draft, schemas);
        jobs.extend(self.keep_anew());
        jobs
    }

    /// A customer was read. Who is not wanted any more, because another one was opened meanwhile, is not shown.
    pub(super) fn loaded(
        &mut self,
        id: &CustomerId,
        why: Why,
        result: Result<(Option<Loaded>, Schemas), TargetError>,
    ) -> Vec<Job> {
        if matches!(why, Why::Reload | Why::Refresh) {
            return self.reloaded(id, why, result);
        }
        if self.opening.as_ref() != Some(id) {
            return Vec::new();
        }
        self.opening = None;
        match result {
            _ if self.is_open(id) => Vec::new(),
            Err(error) => {
                // A text that was looked for is looked for again: it need not be an ID.
                let again = match why {
                    Why::Try => Command::OpenFound(self.search.text.clone()),
                    _ => Command::Open(id.clone()),
                };
                self.failed(&Asked::Read(again), &error);
                Vec::new()
            }
            Ok((None, _)) if why == Why::Try && !self.parked.contains_key(id) => Vec::new(),
            Ok((None, schemas)) => self.opened_without(id, schemas),
            Ok((Some(loaded), schemas)) => self.opened(id, loaded, schemas),
        }
    }

    /// There is no such customer, but perhaps a draft.
    fn opened_without(&mut self, id: &CustomerId, schemas: Schemas) -> Vec<Job> {
        let Some(draft) = self.parked.remove(id) else {
            self.refused(format!("There is no customer {id} here."));
            return Vec::new();
        };
        let jobs = self.show(draft, schemas);
        self.gone_meanwhile(id);
        jobs
    }

    fn opened(&mut self, id: &CustomerId, loaded: Loaded, schemas: Schemas) -> Vec<Job> {
        let name = display_name(&loaded.profile);
        self.named(vec![Hit { id: id.clone(), name }]);
        let parked = self.parked.remove(id);
        let is_old = parked.as_ref().is_some_and(|draft| draft.base() != Some(&loaded.profile));
        let draft = parked.unwrap_or_else(|| Draft::new(id.clone(), Some(loaded.profile.clone())));
        let mut jobs = self.show(draft, schemas.clone());
        if is_old && !self.is_being_sent(id) {
            jobs.extend(self.reread(
                id,
                loaded,
                schemas,
                "Somebody else changed this customer since the draft was typed; both are joined in it.",
            ));
        }
        self.lists_mut().opened(id);
        jobs.push(Job::KeepSettings(self.settings.clone()));
        jobs
    }

    /// Puts a draft on the screen; the one that was there is parked.
    pub(super) fn show(&mut self, draft: Draft, schemas: Schemas) -> Vec<Job> {
        self.hide_history();
        self.leave_import();
        let reading = self.open.as_ref().map_or(self.reading, |open| open.reading) + 1;
        self.reading = reading;
        self.park();
        self.open = Some(Open {
            columns: columns(&draft, &schemas),
            shown: Shown::default(),
            draft,
            schemas,
            review: Review::default(),
            keys: KeyIndex::new(),
            requests: None,
            complete: false,
            read_at: (self.around.clock)(),
            conflict: None,
            reloading: false,
            tried: false,
            reading,
        });
        self.look_through();
        self.adopt_drafts()
    }

    /// Whether a draft belongs to the target that is open.
    pub(super) fn is_here(&self, key: &DraftKey) -> bool {
        self.ready().is_some_and(|ready| ready.place == key.target)
    }
}
