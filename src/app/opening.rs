//! Which store and which customer is open: finding, opening, leaving.

use super::command::Make;
use super::draft::Draft;
use super::jobs::{DraftKey, Hit, Job, Opened, Why};
use super::keeping::kept_draft;
use super::review::{KeyIndex, Review};
use super::state::{App, Lack, Open, Search, TargetState, columns, display_name};
use crate::model::finding::Severity;
use crate::model::profile::CustomerId;
use crate::model::schema::Schemas;
use crate::target::{Address, Loaded, TargetError};

impl App {
    // ---- target

    pub(super) fn switch_target(&mut self, address: Address, make: Make) -> Vec<Job> {
        self.park();
        let parked = std::mem::take(&mut self.parked);
        for draft in parked.into_values() {
            let key = self.key_of(draft.id());
            self.elsewhere.extend(key.map(|key| kept_draft(key, &draft)));
        }
        self.epoch += 1;
        self.search = Search::default();
        self.names.clear();
        self.stop_import();
        self.import = None;
        self.opening = None;
        self.notice = None;
        self.target = TargetState::Opening(address.clone(), make);
        vec![Job::OpenTarget(self.epoch, address, make, None)]
    }

    pub(super) fn target_opened(
        &mut self,
        address: Address,
        result: Result<Option<Opened>, TargetError>,
    ) -> Vec<Job> {
        match result {
            // It is open, and was only looked at again.
            Err(error) if self.ready().is_some() => self.tell(Some(Severity::Error), error.to_string()),
            Err(error) => {
                let signed_out = matches!(error, TargetError::Credentials(_));
                self.target = TargetState::Failed(address, Lack { sentence: error.to_string(), signed_out });
            }
            Ok(None) => self.target = TargetState::Missing(address),
            Ok(Some(opened)) => {
                self.settings.target = Some(opened.address.clone());
                self.target = TargetState::Ready(opened);
                let mut jobs = self.adopt_drafts();
                jobs.extend([self.names_of_lists(), Job::KeepSettings(self.settings.clone())]);
                return jobs;
            }
        }
        Vec::new()
    }

    /// The names of those who stand in the rail.
    fn names_of_lists(&self) -> Job {
        let lists = self.lists();
        let ids = lists.recent.iter().chain(&lists.pinned).chain(self.parked.keys());
        Job::Names(self.epoch, ids.cloned().collect())
    }

    // ---- finding

    pub(super) fn find(&mut self, text: String) -> Vec<Job> {
        let looked_for = text.trim().to_owned();
        let under_way = self.search.under_way;
        self.search = Search { text, asked: !looked_for.is_empty(), under_way, ..Search::default() };
        if looked_for.is_empty() || self.ready().is_none() || under_way {
            return Vec::new();
        }
        self.search.under_way = true;
        vec![Job::Find(self.epoch, looked_for)]
    }

    pub(super) fn open_found(&mut self, text: &str) -> Vec<Job> {
        let mut jobs = self.find(text.to_owned());
        self.search.open_only = true;
        if let Ok(id) = CustomerId::new(text.trim()) {
            self.opening = Some(id.clone());
            jobs.insert(0, Job::Load(self.epoch, id, Why::Try));
        }
        jobs
    }

    pub(super) fn found(&mut self, text: &str, result: Result<Vec<Hit>, TargetError>) -> Vec<Job> {
        self.search.under_way = false;
        if self.search.text.trim() != text {
            // The text changed meanwhile: what is wanted now is looked for now.
            let open_only = self.search.open_only;
            let jobs = self.find(self.search.text.clone());
            self.search.open_only = open_only;
            return jobs;
        }
        self.search.asked = false;
        match result {
            Err(error) => self.tell(Some(Severity::Error), error.to_string()),
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
        if self.is_open(&id) {
            self.opening = None;
            return Vec::new();
        }
        self.opening = Some(id.clone());
        vec![Job::Load(self.epoch, id, Why::Open)]
    }

    pub(super) fn new_customer(&mut self, id: &str) -> Vec<Job> {
        let text = if id.trim().is_empty() { (self.around.make_id)() } else { id.trim().to_owned() };
        let (id, schemas) = match (CustomerId::new(&text), self.ready()) {
            (Ok(id), Some(ready)) => (id, ready.schemas.clone()),
            (Err(sentence), _) => {
                self.tell(Some(Severity::Error), sentence);
                return Vec::new();
            }
            (_, None) => return Vec::new(),
        };
        if self.is_open(&id) {
            self.tell(Some(Severity::Warning), format!("Customer {id} is open already."));
            return Vec::new();
        }
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
                self.tell(Some(Severity::Error), error.to_string());
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
            self.tell(Some(Severity::Error), format!("Customer {id} is not in this store."));
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
    fn show(&mut self, draft: Draft, schemas: Schemas) -> Vec<Job> {
        self.leave_import();
        let reading = self.open.as_ref().map_or(self.reading, |open| open.reading) + 1;
        self.reading = reading;
        self.park();
        self.open = Some(Open {
            columns: columns(&draft, &schemas),
            draft,
            schemas,
            review: Review::default(),
            keys: KeyIndex::new(),
            requests: None,
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
