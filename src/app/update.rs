//! How commands and outcomes change the editor. An arm calls one function of the same name.

use super::command::Command;
use super::connections::Change;
use super::draft::Draft;
use super::entry::Entry;
use super::jobs::{Job, Outcome, Why, Wish};
use super::labels::labels_of;
use super::review::{Spot, Told, review};
use super::settings::Settings;
use super::state::{App, Keeping, Open};
use crate::model::finding::Severity;
use crate::model::profile::{CustomerId, Profile};
use crate::model::request::Request;
use crate::model::schema::Schemas;
use crate::target::submit::{Wanted, preview};
use std::collections::HashSet;

impl App {
    /// Carries a command out; what takes time comes back as jobs for the worker.
    pub fn handle(&mut self, command: Command) -> Vec<Job> {
        let jobs = self.carry_out(command);
        jobs.into_iter().chain(self.release()).collect()
    }

    fn carry_out(&mut self, command: Command) -> Vec<Job> {
        match command {
            Command::Find(text) => self.find(text),
            Command::OpenFound(text) => self.open_found(&text),
            Command::Open(id) => self.open(id),
            Command::NewCustomer(id) => self.new_customer(&id),
            Command::DeleteCustomer => self.delete_customer(),
            Command::History(id) => self.history(id),
            Command::HideHistory => {
                self.hide_history();
                Vec::new()
            }
            Command::ChoosePast(at) => self.choose_past(at),
            Command::PutBack => self.put_back(),
            Command::TakeBack(all) => self.take_back(all),
            Command::Reload => self.reload(Why::Reload),
            Command::Edit(extension, key, attribute, entry) => {
                self.edit(|draft| draft.set(&extension, key, &attribute, entry))
            }
            Command::Settle => self.settle(),
            Command::Commit(extension, key, attribute) => self.commit(&extension, key, &attribute),
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
            Command::Submit => {
                // What was held back from somebody who types comes first.
                let jobs = self.settle();
                jobs.into_iter().chain(self.submit(false)).collect()
            }
            Command::SubmitComplete => self.submit(true),
            Command::KeepConnection(former, connection, password) => {
                self.keep_connection(former, connection, password)
            }
            Command::RemoveConnection(title) => self.change_connections(Change::Remove(title)),
            Command::TestConnection(connection, password) => self.test_connection(connection, password),
            Command::FindOutReading(connection, password) => self.find_out_reading(connection, password),
            Command::SignIn(user, password) => self.sign_in(&user, password),
            Command::AllowPlainHttp(connection, make) => self.agree(connection, make),
            Command::Cancel => self.cancel(),
            Command::ShowRequests(show) => self.show_requests(show),
            Command::KeepMine => self.keep_mine(),
            Command::TakeTheirs => self.take_theirs(),
            Command::SwitchTarget(address, make) => self.switch_target(address, make),
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
            Command::SetLabels(labels) => self.set_labels(labels),
            Command::ReadLabels(path) => self.read_labels(path),
            Command::WriteLabels(path, labels, replace) => self.write_labels(path, labels, replace),
            Command::ForgetHanded => self.forget_handed(),
            Command::ShowHidden(show) => self.show_hidden(show),
            Command::Dismiss => {
                self.notice = None;
                Vec::new()
            }
        }
    }

    /// Takes in what came of a job.
    pub fn absorb(&mut self, outcome: Outcome) -> Vec<Job> {
        let jobs = self.take_in(outcome);
        jobs.into_iter().chain(self.release()).collect()
    }

    /// What would take the text from under the hands of somebody who types waits until they are done.
    fn release(&mut self) -> Vec<Job> {
        if self.held.is_empty() || self.open.as_ref().is_some_and(|open| open.draft.is_typing()) {
            return Vec::new();
        }
        let held = std::mem::take(&mut self.held);
        held.into_iter().flat_map(|outcome| self.take_in(outcome)).collect()
    }

    fn is_typed_into(&self, id: &CustomerId) -> bool {
        self.open.as_ref().is_some_and(|open| open.draft.id() == id && open.draft.is_typing())
    }

    fn take_in(&mut self, outcome: Outcome) -> Vec<Job> {
        match outcome {
            Outcome::Submitted(_, ref id, ..) | Outcome::Loaded(_, ref id, Why::Reload | Why::Refresh, _)
                if self.is_typed_into(id) =>
            {
                self.held.push(outcome);
                Vec::new()
            }
            Outcome::TargetOpened(epoch, ..) if epoch == self.epoch && !self.restored => {
                // Drafts and settings of an earlier start come first, so that nothing is typed over them.
                self.waiting = Some(outcome);
                Vec::new()
            }
            Outcome::TargetOpened(epoch, address, result) if epoch == self.epoch => {
                self.target_opened(address, result)
            }
            Outcome::Found(epoch, text, result) if epoch == self.epoch => self.found(&text, result),
            Outcome::Named(epoch, hits) if epoch == self.epoch => self.named(hits),
            Outcome::Loaded(epoch, id, why, result) if epoch == self.epoch => self.loaded(&id, why, result),
            Outcome::HistoryRead(epoch, number, result) if epoch == self.epoch => {
                self.history_read(number, result)
            }
            Outcome::Looked(epoch, number, look) if epoch == self.epoch => {
                self.looked(number, look.map(|look| *look))
            }
            Outcome::Submitted(epoch, id, wish, result) => self.submitted(epoch, &id, &wish, result),
            Outcome::Restored(restored) => self.restore_all(*restored),
            Outcome::Tested(connection, steps) => self.connection_tested(&connection, steps),
            Outcome::ReadingFoundOut(connection, result) => self.reading_found_out(&connection, result),
            Outcome::ConnectionsNotKept(sentence) => {
                self.tell(Some(Severity::Warning), sentence);
                Vec::new()
            }
            Outcome::Kept(key, revision, at) => self.kept(key, revision, at),
            Outcome::NotKept(_, sentence) => {
                self.keeping = Keeping::Failed(sentence);
                Vec::new()
            }
            Outcome::LabelsNotKept(sentence) => self.labels_not_kept(&sentence),
            Outcome::LabelsRead(path, result) => self.labels_read(path, result),
            Outcome::LabelsWritten(path, written) => self.labels_written(path, written),
            Outcome::Picked(files) if !files.is_empty() => self.handle(Command::Survey(files)),
            Outcome::Surveyed(epoch, files, result) if epoch == self.epoch => self.surveyed(&files, result),
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

    // ---- editing

    pub(super) fn edit(&mut self, change: impl FnOnce(&mut Draft)) -> Vec<Job> {
        let Some(open) = self.open.as_mut() else { return Vec::new() };
        let begun = open.draft.is_changed();
        // What went well before says nothing about what is typed now.
        self.notice = self.notice.take().filter(|notice| notice.severity.is_some());
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

    pub(super) fn settle(&mut self) -> Vec<Job> {
        self.open.iter_mut().for_each(|open| open.draft.settle());
        self.arrange();
        self.release()
    }

    /// Makes the review of the open draft anew, and the requests where they are shown.
    pub(super) fn look_through(&mut self) {
        self.tell_look();
        let zone = self.zone();
        let capabilities = self.ready().map(|ready| ready.capabilities);
        let labels = labels_of(&self.target, &self.labelled);
        let Some(open) = self.open.as_mut() else { return };
        let told = Told { labels, zone: &zone };
        open.review = review(&open.draft, &open.schemas, told, &mut open.keys);
        open.complete = false;
        let Some(capabilities) = capabilities else { return };
        // Where a submit can undo what others wrote, that is told before it is sent.
        if open.requests.is_some() || !capabilities.own {
            let (rows, core) = open.review.held_back();
            let mine = open.draft.wanted(&open.schemas, &rows, &core);
            let wanted = Wanted { base: open.draft.base(), mine: Some(&mine) };
            let requests = preview(&capabilities, &open.schemas, &wanted).map_err(|error| error.to_string());
            let has_complete = |requests: &Vec<Request>| requests.iter().any(|one| is_complete(open, one));
            open.complete = !capabilities.own && requests.as_ref().is_ok_and(has_complete);
            open.requests = open.requests.is_some().then_some(requests);
        }
        self.arrange();
    }

    fn show_requests(&mut self, show: bool) -> Vec<Job> {
        self.open.iter_mut().for_each(|open| open.requests = show.then(|| Ok(Vec::new())));
        self.look_through();
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

/// What is wanted of the open customer, without what cannot be sent.
pub(super) fn wish(open: &Open) -> Wish {
    let (rows, core) = open.review.held_back();
    Wish { base: open.draft.base().cloned(), mine: Some(open.draft.wanted(&open.schemas, &rows, &core)) }
}

/// Whether a request carries a profile with its extensions to one who is there.
fn is_complete(open: &Open, request: &Request) -> bool {
    let Request::UpdateProfile(_, body) = request else { return false };
    let extensions = open.draft.extensions(&open.schemas);
    extensions.iter().any(|name| body.view().get(name).is_some())
}

/// Everything that is wanted, what cannot be sent as it was.
pub(super) fn whole(draft: &Draft, schemas: &Schemas) -> Profile {
    draft.wanted(schemas, &HashSet::new(), &HashSet::new())
}

/// Whether an entry stands for a value or for none, so that it can be sent.
pub fn can_be_sent(entry: &Entry) -> bool {
    entry.token().is_ok()
}
