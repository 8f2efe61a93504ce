//! Which target is open: a store or a server, and the way from one to another. Nothing typed is lost on the way.

use super::command::Make;
use super::connections::{Address, Ask, must_agree};
use super::jobs::{Job, Opened};
use super::keeping::kept_draft;
use super::settings::RECENT_STORES;
use super::state::{App, Lack, Lacking, Search, TargetState};
use super::telling::Asked;
use crate::target::TargetError;
use std::path::PathBuf;

impl App {
    /// The job that opens the target of the start.
    pub fn start(&mut self) -> Vec<Job> {
        let address = self.address().clone();
        let Some(connection) = must_agree(&address) else {
            return vec![self.open_target(Make::Nothing)];
        };
        self.asks = Some(Ask::PlainHttp(connection, Make::Nothing));
        let sentence = "Credentials would go over plain http, where others can read them; nothing was sent.";
        self.target =
            TargetState::Failed(address, Lack { sentence: sentence.into(), kind: Lacking::Contact });
        Vec::new()
    }

    pub(super) fn switch_target(&mut self, address: Address, make: Make) -> Vec<Job> {
        if let Some(connection) = must_agree(&address) {
            self.asks = Some(Ask::PlainHttp(connection, make));
            return Vec::new();
        }
        self.park();
        let parked = std::mem::take(&mut self.parked);
        for draft in parked.into_values() {
            let key = self.key_of(draft.id());
            self.elsewhere.extend(key.map(|key| kept_draft(key, &draft)));
        }
        self.stop_reading();
        self.hide_history();
        self.epoch += 1;
        self.search = Search::default();
        self.names.clear();
        self.stop_import();
        self.import = None;
        self.notice = None;
        self.asks = None;
        self.after_signing = None;
        self.target = TargetState::Opening(address, make);
        vec![self.open_target(make)]
    }

    pub(super) fn target_opened(
        &mut self,
        address: Address,
        result: Result<Option<Opened>, TargetError>,
    ) -> Vec<Job> {
        match result {
            // It is open, and was only looked at again.
            Err(error) if self.ready().is_some() => self.not_looked_at(&error),
            Err(error) => self.not_opened(address, &error),
            Ok(None) => self.target = TargetState::Missing(address),
            Ok(Some(opened)) => return self.is_there(opened),
        }
        Vec::new()
    }

    /// What was to be done once somebody signed in waits for the next try.
    fn not_looked_at(&mut self, error: &TargetError) {
        let asked = match self.after_signing.take() {
            Some((Some(id), command)) => Asked::Submit(id, command),
            Some((None, command)) => Asked::Read(command),
            None => Asked::Look,
        };
        self.failed(&asked, error);
    }

    fn not_opened(&mut self, address: Address, error: &TargetError) {
        let lack = Lack::of(error);
        if lack.kind == Lacking::Credentials {
            self.wants_credentials(&lack.sentence, None);
        }
        self.target = TargetState::Failed(address, lack);
    }

    fn is_there(&mut self, opened: Opened) -> Vec<Job> {
        self.settings.target = Some(opened.address.clone());
        if let Address::Store(path) = &opened.address {
            self.used(path.clone());
        }
        self.former = Some(opened.address.clone());
        self.target = TargetState::Ready(opened);
        let mut jobs = self.adopt_drafts();
        jobs.extend([self.names_of_lists(), Job::KeepSettings(self.settings.clone())]);
        let then = self.after_signing.take();
        if let Some((_, then)) = then.filter(|(id, _)| id.as_ref().is_none_or(|id| self.is_shown(id))) {
            self.notice = None;
            jobs.extend(self.handle(then));
        }
        jobs
    }

    fn used(&mut self, path: PathBuf) {
        let stores = &mut self.settings.stores;
        stores.retain(|known| *known != path);
        stores.insert(0, path);
        stores.truncate(RECENT_STORES);
    }

    /// The names of those who stand in the rail.
    fn names_of_lists(&self) -> Job {
        let lists = self.lists();
        let ids = lists.recent.iter().chain(&lists.pinned).chain(self.parked.keys());
        let ids = ids.filter(|id| !self.is_nameless(id));
        Job::Names(self.epoch, ids.cloned().collect())
    }

    /// The target that was open before this one, to go back to where this one cannot be opened.
    pub fn way_back(&self) -> Option<&Address> {
        self.former.as_ref().filter(|former| *former != self.address())
    }

    /// The stores on this computer that are known: the user's own, the sample, those that were open.
    pub fn stores(&self) -> Vec<PathBuf> {
        let mut stores = vec![self.around.own_store.clone(), self.around.sample.clone()];
        for path in &self.settings.stores {
            if !stores.contains(path) {
                stores.push(path.clone());
            }
        }
        stores
    }

    /// Whether new customers get their ID from the target.
    pub fn makes_ids(&self) -> bool {
        self.ready().is_some_and(|ready| !ready.capabilities.own)
    }
}
