//! How commands and outcomes change the editor. An arm calls one function of the same name.

use super::command::{Command, Make};
use super::draft::Draft;
use super::entry::Entry;
use super::jobs::{DraftKey, Hit, Job, Keep, KeptDraft, Opened, Outcome, Why, Wish};
use super::keep;
use super::review::{KeyIndex, Review, Spot, review};
use super::settings::Settings;
use super::state::{App, Keeping, Open, Search, TargetState, columns, display_name};
use crate::model::finding::Severity;
use crate::model::json::Json;
use crate::model::profile::{CustomerId, Profile};
use crate::model::schema::Schemas;
use crate::target::submit::{Wanted, preview};
use crate::target::{Loaded, TargetError};
use std::collections::HashSet;
use std::path::PathBuf;

impl App {
    /// Carries a command out; what takes time comes back as jobs for the worker.
    pub fn handle(&mut self, command: Command) -> Vec<Job> {
        match command {
            Command::Find(text) => self.find(text),
            Command::OpenFound(text) => self.open_found(&text),
            Command::Open(id) => self.open(id),
            Command::NewCustomer(id) => self.new_customer(&id),
            Command::DeleteCustomer => self.delete_customer(),
            Command::Reload => self.reload(),
            Command::Edit(extension, key, attribute, entry) => {
                self.edit(|draft| draft.set(&extension, key, &attribute, entry))
            }
            Command::Settle => self.settle(),
            Command::Add(extension) => self.add(extension),
            Command::Duplicate(extension, key) => self.duplicate(extension, key),
            Command::Remove(extension, key) => self.edit(|draft| draft.remove(&extension, key)),
            Command::Revert(extension, key, attribute) => {
                self.edit(|draft| draft.revert(&extension, key, attribute.as_deref()))
            }
            Command::SetCore(name, values, typing) => {
                self.edit(|draft| draft.set_core(&name, values, typing))
            }
            Command::RevertCore(name) => self.edit(|draft| draft.revert_core(&name)),
            Command::Undo => self.edit(Draft::undo),
            Command::Redo => self.edit(Draft::redo),
            Command::RevertAll => self.edit(Draft::revert_all),
            Command::Submit => self.submit(),
            Command::ShowRequests(show) => self.show_requests(show),
            Command::KeepMine => self.keep_mine(),
            Command::TakeTheirs => self.take_theirs(),
            Command::SwitchStore(path, make) => self.switch_store(path, make),
            Command::PickImport => vec![Job::PickFiles],
            Command::Survey(files) => self.survey(files),
            Command::Import { schemas } => self.import(schemas),
            Command::StopImport => self.stop_import(),
            Command::Pin => self.pin(),
            Command::SetTheme(theme) => self.set(|settings| settings.theme = theme),
            Command::SetZone(zone) => self.set_zone(zone),
            Command::SetView(extension, view) => {
                self.set(|settings| settings.views.extend([(extension, view)]))
            }
            Command::Dismiss => {
                self.notice = None;
                Vec::new()
            }
        }
    }

    /// Takes in what came of a job.
    pub fn absorb(&mut self, outcome: Outcome) -> Vec<Job> {
        match outcome {
            Outcome::TargetOpened(epoch, path, result) if epoch == self.epoch => {
                self.target_opened(path, result)
            }
            Outcome::Found(epoch, text, result) if epoch == self.epoch => self.found(&text, result),
            Outcome::Named(epoch, hits) if epoch == self.epoch => self.named(hits),
            Outcome::Loaded(epoch, id, why, result) if epoch == self.epoch => self.loaded(&id, why, result),
            Outcome::Submitted(epoch, id, wish, result) if epoch == self.epoch => {
                self.submitted(&id, &wish, result)
            }
            Outcome::Restored(drafts, settings, notes) => self.restored(drafts, *settings, &notes),
            Outcome::Kept(key, revision, at) => self.kept(&key, revision, at),
            Outcome::NotKept(_, sentence) => {
                self.keeping = Keeping::Failed(sentence);
                Vec::new()
            }
            Outcome::Picked(files) if !files.is_empty() => self.handle(Command::Survey(files)),
            Outcome::Surveyed(epoch, result) if epoch == self.epoch => self.surveyed(result),
            Outcome::ImportGoesOn(epoch, tally) if epoch == self.epoch => self.import_goes_on(tally),
            Outcome::Imported(epoch, report) if epoch == self.epoch => self.imported(report),
            Outcome::Busy(what) => {
                self.tell(
                    Some(Severity::Warning),
                    format!("{what} was not begun: too much is under way. Try again."),
                );
                Vec::new()
            }
            // Of a target that was left meanwhile, or nothing was chosen.
            _ => Vec::new(),
        }
    }

    // ---- target

    fn switch_store(&mut self, path: PathBuf, make: Make) -> Vec<Job> {
        self.park();
        let parked = std::mem::take(&mut self.parked);
        let place = self.ready().map(|ready| ready.place.clone()).unwrap_or_default();
        self.elsewhere.extend(parked.into_values().map(|draft| kept_draft(&place, &draft)));
        self.epoch += 1;
        self.search = Search::default();
        self.names.clear();
        self.stop_import();
        self.import = None;
        self.opening = None;
        self.notice = None;
        self.target = TargetState::Opening(path.clone(), make);
        vec![Job::OpenTarget(self.epoch, path, make)]
    }

    fn target_opened(&mut self, path: PathBuf, result: Result<Option<Opened>, String>) -> Vec<Job> {
        match result {
            Err(sentence) => self.target = TargetState::Failed(path, sentence),
            Ok(None) => self.target = TargetState::Missing(path),
            Ok(Some(opened)) => {
                self.settings.store = Some(opened.path.clone());
                self.target = TargetState::Ready(opened);
                self.adopt_drafts();
                // Before the settings of an earlier start are here there is nothing to keep.
                let keep = self.has_drafts.then(|| Job::KeepSettings(self.settings.clone()));
                return [self.names_of_lists()].into_iter().chain(keep).collect();
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

    /// Drafts found on disk that belong to this target.
    fn adopt_drafts(&mut self) {
        let Some(ready) = self.ready() else { return };
        let (place, schemas) = (ready.place.clone(), ready.schemas.clone());
        let found = std::mem::take(&mut self.elsewhere);
        let (mine, others): (Vec<_>, Vec<_>) = found.into_iter().partition(|kept| kept.key.target == place);
        self.elsewhere = others;
        let mut count = 0;
        for kept in mine {
            match restore(&kept, &schemas) {
                Some(draft) => {
                    count += 1;
                    self.parked.insert(draft.id().clone(), draft);
                }
                None => self.elsewhere.push(kept),
            }
        }
        if count > 0 {
            let what = if count == 1 { "1 draft was".to_owned() } else { format!("{count} drafts were") };
            self.tell(None, format!("{what} not sent yet and stand under Drafts, as they were typed."));
        }
    }

    fn restored(&mut self, drafts: Vec<KeptDraft>, settings: Settings, notes: &[String]) -> Vec<Job> {
        self.settings = settings;
        self.has_drafts = true;
        self.elsewhere.extend(drafts);
        if !notes.is_empty() {
            self.tell(Some(Severity::Warning), notes.join(" "));
        }
        if self.ready().is_none() {
            return Vec::new();
        }
        self.settings.store = self.ready().map(|ready| ready.path.clone());
        self.adopt_drafts();
        let opening = self.opening.clone().map(|id| Job::Load(self.epoch, id, Why::Open));
        [self.names_of_lists()].into_iter().chain(opening).collect()
    }

    // ---- finding and opening

    fn find(&mut self, text: String) -> Vec<Job> {
        let looked_for = text.trim().to_owned();
        self.search = Search { text, hits: None, asked: !looked_for.is_empty(), open_only: false };
        if looked_for.is_empty() || self.ready().is_none() {
            return Vec::new();
        }
        vec![Job::Find(self.epoch, looked_for)]
    }

    fn open_found(&mut self, text: &str) -> Vec<Job> {
        if let Ok(id) = CustomerId::new(text.trim()) {
            let mut jobs = self.find(text.to_owned());
            self.search.open_only = true;
            jobs.insert(0, Job::Load(self.epoch, id, Why::Try));
            return jobs;
        }
        let jobs = self.find(text.to_owned());
        self.search.open_only = true;
        jobs
    }

    fn found(&mut self, text: &str, result: Result<Vec<Hit>, TargetError>) -> Vec<Job> {
        if self.search.text.trim() != text {
            return Vec::new();
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
                if let Some(id) =
                    only.filter(|id| self.open.as_ref().is_none_or(|open| open.draft.id() != id))
                {
                    return self.open(id);
                }
            }
        }
        Vec::new()
    }

    fn named(&mut self, hits: Vec<Hit>) -> Vec<Job> {
        let named = hits.into_iter().filter(|hit| !hit.name.is_empty());
        self.names.extend(named.map(|hit| (hit.id, hit.name)));
        Vec::new()
    }

    fn open(&mut self, id: CustomerId) -> Vec<Job> {
        if self.open.as_ref().is_some_and(|open| *open.draft.id() == id) {
            return Vec::new();
        }
        self.opening = Some(id.clone());
        if !self.has_drafts {
            return Vec::new();
        }
        vec![Job::Load(self.epoch, id, Why::Open)]
    }

    fn new_customer(&mut self, id: &str) -> Vec<Job> {
        if !self.has_drafts {
            self.tell(Some(Severity::Warning), "The drafts are still being read. Try again in a moment.");
            return Vec::new();
        }
        let text = if id.trim().is_empty() { (self.around.make_id)() } else { id.trim().to_owned() };
        let (id, schemas) = match (CustomerId::new(&text), self.ready()) {
            (Ok(id), Some(ready)) => (id, ready.schemas.clone()),
            (Err(sentence), _) => {
                self.tell(Some(Severity::Error), sentence);
                return Vec::new();
            }
            (_, None) => return Vec::new(),
        };
        let draft = self.parked.remove(&id).unwrap_or_else(|| Draft::new(id, None));
        self.show(draft, schemas);
        self.keep_anew()
    }

    fn loaded(
        &mut self,
        id: &CustomerId,
        why: Why,
        result: Result<(Option<Loaded>, Schemas), TargetError>,
    ) -> Vec<Job> {
        if matches!((&result, why), (Ok((Some(_), _)), Why::Try)) && !self.has_drafts {
            return self.open(id.clone());
        }
        if self.opening.as_ref() == Some(id) {
            self.opening = None;
        }
        match (result, why) {
            (Err(error), _) => self.tell(Some(Severity::Error), error.to_string()),
            (Ok((None, _)), Why::Try) => {}
            (Ok((None, schemas)), Why::Open) => match self.parked.remove(id) {
                Some(draft) => self.show(draft, schemas),
                None => self.tell(Some(Severity::Error), format!("Customer {id} is not in this store.")),
            },
            (Ok((None, _)), Why::Reload | Why::Refresh) => {
                let text = format!(
                    "Customer {id} is not in this store any more. What is shown is as it was read before."
                );
                self.tell(Some(Severity::Error), text);
            }
            (Ok((Some(loaded), schemas)), Why::Reload) => return self.reread(id, loaded, schemas, true),
            (Ok((Some(loaded), schemas)), Why::Refresh) => return self.reread(id, loaded, schemas, false),
            (Ok((Some(loaded), schemas)), _) => {
                let name = display_name(&loaded.profile);
                self.named(vec![Hit { id: id.clone(), name }]);
                let draft =
                    self.parked.remove(id).unwrap_or_else(|| Draft::new(id.clone(), Some(loaded.profile)));
                self.show(draft, schemas);
                self.lists_mut().opened(id);
                return vec![Job::KeepSettings(self.settings.clone())];
            }
        }
        Vec::new()
    }

    /// Puts a draft on the screen; the one that was there is parked.
    fn show(&mut self, draft: Draft, schemas: Schemas) {
        self.leave_import();
        let reading = self.open.as_ref().map_or(0, |open| open.reading) + 1;
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
            tried: false,
            reading,
        });
        self.look_through();
    }

    /// Puts the open draft aside if there is something in it.
    fn park(&mut self) {
        if let Some(open) = self.open.take().filter(|open| open.draft.is_changed()) {
            self.parked.insert(open.draft.id().clone(), open.draft);
        }
    }

    // ---- editing

    fn edit(&mut self, change: impl FnOnce(&mut Draft)) -> Vec<Job> {
        let Some(open) = self.open.as_mut() else { return Vec::new() };
        let begun = open.draft.is_changed();
        change(&mut open.draft);
        self.look_through();
        if begun { self.keep_edits() } else { self.keep_anew() }
    }

    fn add(&mut self, extension: String) -> Vec<Job> {
        let mut key = None;
        let jobs = self.edit(|draft| key = Some(draft.add(&extension)));
        self.attention = key.map(|key| (Spot::Row((extension, key)), None));
        jobs
    }

    fn duplicate(&mut self, extension: String, key: u64) -> Vec<Job> {
        let mut copy = None;
        let jobs = self.edit(|draft| copy = draft.duplicate(&extension, key));
        self.attention = copy.map(|copy| (Spot::Row((extension, copy)), None));
        jobs
    }

    fn settle(&mut self) -> Vec<Job> {
        self.open.iter_mut().for_each(|open| open.draft.settle());
        Vec::new()
    }

    /// Makes the review of the open draft anew, and the requests where they are shown.
    pub(super) fn look_through(&mut self) {
        let zone = self.zone();
        let capabilities = self.ready().map(|ready| ready.capabilities);
        let Some(open) = self.open.as_mut() else { return };
        open.review = review(&open.draft, &open.schemas, &zone, &mut open.keys);
        if open.requests.is_some() {
            open.requests = capabilities.map(|capabilities| {
                let (rows, core) = open.review.held_back();
                let mine = open.draft.wanted(&open.schemas, &rows, &core);
                let wanted = Wanted { base: open.draft.base(), mine: Some(&mine) };
                preview(&capabilities, &open.schemas, &wanted).map_err(|error| error.to_string())
            });
        }
    }

    fn show_requests(&mut self, show: bool) -> Vec<Job> {
        self.open.iter_mut().for_each(|open| open.requests = show.then(|| Ok(Vec::new())));
        self.look_through();
        Vec::new()
    }

    fn key(&self) -> Option<DraftKey> {
        self.key_of(self.open.as_ref()?.draft.id())
    }

    pub(super) fn key_of(&self, id: &CustomerId) -> Option<DraftKey> {
        Some(DraftKey { target: self.ready()?.place.clone(), customer: id.as_str().to_owned() })
    }

    /// The draft whole, base and edits: at its first edit, and whenever its base is another one.
    pub(super) fn keep_anew(&mut self) -> Vec<Job> {
        let (Some(key), Some(open)) = (self.key(), self.open.as_ref()) else { return Vec::new() };
        if !open.draft.is_changed() {
            return self.keep_edits();
        }
        let base = open.draft.base().map_or_else(Json::null, Profile::to_json);
        let keep = Keep::Whole(base, keep::to_json(open.draft.edits()), open.draft.revision());
        self.keeping = Keeping::Writing;
        vec![Job::Keep(key, keep)]
    }

    pub(super) fn keep_edits(&mut self) -> Vec<Job> {
        let (Some(key), Some(open)) = (self.key(), self.open.as_ref()) else { return Vec::new() };
        self.keeping = Keeping::Writing;
        let keep = if open.draft.is_changed() {
            Keep::Edits(keep::to_json(open.draft.edits()), open.draft.revision())
        } else {
            Keep::Done
        };
        vec![Job::Keep(key, keep)]
    }

    fn kept(&mut self, key: &DraftKey, revision: Option<u64>, at: String) -> Vec<Job> {
        let latest = self.open.as_ref().map(|open| open.draft.revision());
        if self.key().as_ref() == Some(key) && (revision.is_none() || revision == latest) {
            self.keeping = Keeping::Kept(at);
        }
        Vec::new()
    }

    // ---- settings

    fn set(&mut self, change: impl FnOnce(&mut Settings)) -> Vec<Job> {
        change(&mut self.settings);
        vec![Job::KeepSettings(self.settings.clone())]
    }

    fn set_zone(&mut self, zone: super::settings::Zone) -> Vec<Job> {
        let jobs = self.set(|settings| settings.zone = zone);
        let zone = self.zone();
        if let Some(open) = self.open.as_mut() {
            open.draft.retell(&open.schemas, &zone);
        }
        self.look_through();
        jobs
    }

    fn pin(&mut self) -> Vec<Job> {
        let Some(id) = self.open.as_ref().map(|open| open.draft.id().clone()) else { return Vec::new() };
        self.lists_mut().toggle_pin(&id);
        vec![Job::KeepSettings(self.settings.clone())]
    }
}

/// A draft as it would be found on disk.
fn kept_draft(place: &str, draft: &Draft) -> KeptDraft {
    KeptDraft {
        key: DraftKey { target: place.to_owned(), customer: draft.id().as_str().to_owned() },
        at: String::new(),
        base: draft.base().map_or_else(Json::null, Profile::to_json),
        edits: keep::to_json(draft.edits()),
    }
}

/// The draft in what was kept; `None` where it cannot be read whole.
fn restore(kept: &KeptDraft, schemas: &Schemas) -> Option<Draft> {
    let id = CustomerId::new(&kept.key.customer).ok()?;
    let (edits, lost) = keep::from_json(&kept.edits);
    let known = |name: &str| schemas.get(name).is_some();
    let base =
        if kept.base.view().is_null() { None } else { Some(Profile::from_json(&kept.base, known).ok()?) };
    (lost == 0).then(|| Draft::restored(id, base, edits))
}

/// What is wanted of the open customer, without what cannot be sent.
pub(super) fn wish(open: &Open) -> Wish {
    let (rows, core) = open.review.held_back();
    Wish { base: open.draft.base().cloned(), mine: Some(open.draft.wanted(&open.schemas, &rows, &core)) }
}

/// Everything that is wanted, what cannot be sent as it was.
pub(super) fn whole(draft: &Draft, schemas: &Schemas) -> Profile {
    draft.wanted(schemas, &HashSet::new(), &HashSet::new())
}

/// Whether an entry stands for a value or for none, so that it can be sent.
pub fn can_be_sent(entry: &Entry) -> bool {
    entry.token().is_ok()
}
