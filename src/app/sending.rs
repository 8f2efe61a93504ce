//! Submit and delete, and what came of them.

use super::command::Command;
use super::connections::{Address, Ask};
use super::draft::Draft;
use super::edits::Edits;
use super::jobs::{DraftKey, Epoch, Hit, Job, Wish};
use super::keeping::{kept_draft, restore};
use super::rebase::{rebase, unsent};
use super::state::{App, Clash, Sending, columns, display_name, done};
use super::telling::Asked;
use super::update::wish;
use crate::model::finding::Severity;
use crate::model::profile::{CustomerId, Profile};
use crate::model::schema::Schemas;
use crate::target::submit::{Submitted, standing};
use crate::target::{Loaded, Stop, TargetError};

impl App {
    /// `agreed`: the complete profile may be sent to a server that is not ours.
    pub(super) fn submit(&mut self, agreed: bool) -> Vec<Job> {
        let Some(key) = self.open.as_ref().and_then(|open| self.key_of(open.draft.id())) else {
            return Vec::new();
        };
        if self.sending.contains_key(&key) {
            self.tell(None, "This customer is being sent already.");
            return Vec::new();
        }
        let Some(open) = self.open.as_mut() else { return Vec::new() };
        open.tried = true;
        if !open.draft.is_changed() {
            self.tell(None, "There is nothing to send: nothing was changed.");
            return Vec::new();
        }
        if open.review.good() == 0 && open.review.bad() > 0 {
            return self.go_to_first_problem();
        }
        if open.complete && !agreed {
            self.asks = Some(Ask::Complete);
            return Vec::new();
        }
        let (id, wish, schemas) = (open.draft.id().clone(), wish(open), open.schemas.clone());
        let edits = without(open.draft.edits(), open.review.held_back());
        open.conflict = None;
        open.reloading = false;
        self.notice = None;
        let stop = Stop::default();
        self.sending.insert(key, Sending { epoch: self.epoch, edits, schemas, stop: stop.clone() });
        vec![Job::Submit(self.epoch, id, Box::new(wish), stop)]
    }

    fn go_to_first_problem(&mut self) -> Vec<Job> {
        let mut findings = self.open.iter().flat_map(|open| &open.review.findings);
        let first = findings.find(|found| found.finding.severity == Severity::Error).cloned();
        let text = first.as_ref().map(|found| found.finding.to_string()).unwrap_or_default();
        self.attention = first.map(|found| (found.spot, found.finding.place.attribute));
        self.refused(format!("Nothing was sent. {text}"));
        Vec::new()
    }

    pub(super) fn delete_customer(&mut self) -> Vec<Job> {
        let Some(open) = self.open.as_ref() else { return Vec::new() };
        let (id, base) = (open.draft.id().clone(), open.draft.base().cloned());
        let Some(key) = self.key_of(&id) else { return Vec::new() };
        if self.sending.contains_key(&key) {
            self.tell(Some(Severity::Warning), "This customer is being sent; delete it once that is done.");
            return Vec::new();
        }
        if base.is_none() {
            return self.closed(&id, "The draft was thrown away; the customer had never been sent.");
        }
        let (stop, schemas) = (Stop::default(), open.schemas.clone());
        let sending = Sending { epoch: self.epoch, edits: Edits::default(), schemas, stop: stop.clone() };
        self.sending.insert(key, sending);
        self.notice = None;
        vec![Job::Submit(self.epoch, id, Box::new(Wish { base, mine: None }), stop)]
    }

    /// The customer is gone, and with it what was kept of it.
    pub(super) fn closed(&mut self, id: &CustomerId, text: &str) -> Vec<Job> {
        let key = self.key_of(id);
        if self.open.as_ref().is_some_and(|open| open.draft.id() == id) {
            self.open = None;
        }
        self.parked.remove(id);
        self.lists_mut().gone(id);
        if let Some(hits) = self.search.hits.as_mut() {
            hits.retain(|hit| hit.id != *id);
        }
        let mut jobs = key.map_or_else(Vec::new, |key| self.keep_done(key));
        jobs.extend(self.adopt_drafts());
        self.tell(None, text);
        jobs.push(Job::KeepSettings(self.settings.clone()));
        jobs
    }

    pub(super) fn submitted(
        &mut self,
        epoch: Epoch,
        id: &CustomerId,
        wish: &Wish,
        result: Result<Submitted, TargetError>,
    ) -> Vec<Job> {
        let mut sent =
            self.sending.iter().filter(|(key, sent)| sent.epoch == epoch && key.customer == id.as_str());
        let Some(key) = sent.next().map(|(key, _)| key.clone()) else { return Vec::new() };
        let Some(sent) = self.sending.remove(&key) else { return Vec::new() };
        if !self.is_here(&key) {
            return self.submitted_elsewhere(&key, wish, &sent, result);
        }
        let about = self.about(id);
        match result {
            Err(TargetError::Made(is, sentence)) => {
                let jobs = self.made_as(id, &key, Profile::empty(is.clone()));
                self.failed(&Asked::Submit(is, Command::Submit), &TargetError::Unclear(sentence));
                return jobs;
            }
            Err(error) => {
                let again = if wish.mine.is_some() { Command::Submit } else { Command::DeleteCustomer };
                self.failed(&Asked::Submit(id.clone(), again), &error);
            }
            Ok(Submitted::Cannot(reason)) => self.refused(format!("{about}Nothing was sent. {reason}.")),
            Ok(Submitted::Done { now: None, .. } | Submitted::NothingToSend { now: None })
                if wish.mine.is_none() =>
            {
                return self.closed(id, &format!("Customer {id} was deleted."));
            }
            Ok(Submitted::Done { sent: requests, now: Some(now), joined }) => {
                self.tell(None, format!("{about}{}", done(&requests, joined)));
                return self.settled(id, &key, &sent, &now);
            }
            Ok(Submitted::NothingToSend { now: Some(now) }) => {
                let text = "There was nothing to send: the customer is as you want it already.";
                self.tell(None, format!("{about}{text}"));
                return self.settled(id, &key, &sent, &now);
            }
            Ok(Submitted::Conflict { now, conflicts, sent: requests, made, .. }) => {
                let changed = "omebody else changed the same customer meanwhile. Your draft is kept.";
                let text = standing(&requests, made.as_ref()).map_or_else(
                    || format!("Nothing was sent: s{changed}"),
                    |stand| format!("S{changed} {stand}"),
                );
                self.tell(Some(Severity::Warning), format!("{about}{text}"));
                let is = made.clone().unwrap_or_else(|| id.clone());
                let jobs = made.map(|is| self.made_as(id, &key, Profile::empty(is)));
                self.clash(&is, Clash { conflicts, theirs: now });
                if let Some(jobs) = jobs {
                    return jobs;
                }
            }
            Ok(Submitted::Refused { rejection, sent: requests, made, now }) => {
                let stand =
                    standing(&requests, made.as_ref()).unwrap_or_else(|| "Nothing was changed.".into());
                let who = words_of(self.address());
                self.refused(format!("{about}{who} refused it. {stand} Your draft is kept. {rejection}"));
                if let Some(is) = made {
                    let base = now.map_or_else(|| Profile::empty(is), |now| now.profile);
                    return self.made_as(id, &key, base);
                }
            }
            Ok(Submitted::Done { now: None, .. } | Submitted::NothingToSend { now: None }) => {
                self.refused(format!("{about}The customer is not there any more; your draft is kept."));
            }
        }
        // It was held only while it was on its way.
        if self.parked.get(id).is_some_and(|draft| !draft.is_changed()) {
            self.parked.remove(id);
        }
        Vec::new()
    }

    pub(super) fn clash(&mut self, id: &CustomerId, clash: Clash) {
        if let Some(open) = self.open.as_mut().filter(|open| open.draft.id() == id) {
            open.conflict = Some(clash);
        }
    }

    /// The target made the customer under an ID of its own and did not take the rest: the draft is one of that customer.
    fn made_as(&mut self, id: &CustomerId, former: &DraftKey, base: Profile) -> Vec<Job> {
        let is = base.id.clone();
        let name = self.names.get(id).cloned().unwrap_or_default();
        self.named(vec![Hit { id: is.clone(), name }]);
        self.lists_mut().opened(&is);
        let mut jobs = vec![Job::KeepSettings(self.settings.clone())];
        if let Some(draft) = self.parked.remove(id) {
            let schemas = self.ready().map(|ready| ready.schemas.clone()).unwrap_or_default();
            let draft = on(&draft, base, &schemas);
            jobs.extend(self.key_of(&is).map_or_else(Vec::new, |key| self.keep_whole(key, &draft)));
            self.parked.insert(is.clone(), draft);
        } else if let Some(open) = self.open.as_ref().filter(|open| open.draft.id() == id) {
            let (draft, schemas) = (on(&open.draft, base, &open.schemas), open.schemas.clone());
            self.replace(draft, schemas);
            jobs.extend(self.keep_anew());
        }
        jobs.extend(self.renamed(id, &is, former.clone()));
        jobs
    }

    /// What was sent stands; what was held back, or typed since, is a draft of what stands now.
    fn settled(&mut self, id: &CustomerId, key: &DraftKey, sent: &Sending, now: &Loaded) -> Vec<Job> {
        let (name, is) = (display_name(&now.profile), now.profile.id.clone());
        let mut jobs = Vec::new();
        let former = (*id != is).then(|| key.clone());
        let key = DraftKey { customer: is.as_str().to_owned(), ..key.clone() };
        self.named(vec![Hit { id: is.clone(), name }]);
        self.lists_mut().opened(&is);
        jobs.push(Job::KeepSettings(self.settings.clone()));
        if let Some(draft) = self.parked.remove(id) {
            let draft = left(&draft, sent, now);
            jobs.extend(self.keep_whole(key, &draft));
            if draft.is_changed() {
                self.parked.insert(is.clone(), draft);
            }
        } else if let Some(open) = self.open.as_ref().filter(|open| open.draft.id() == id) {
            let (draft, schemas) = (left(&open.draft, sent, now), open.schemas.clone());
            self.replace(draft, schemas);
            jobs.extend(self.keep_anew());
        }
        jobs.extend(former.map_or_else(Vec::new, |former| self.renamed(id, &is, former)));
        jobs
    }

    /// The target gave a new customer an ID of its own: nothing stays under the other one.
    fn renamed(&mut self, id: &CustomerId, is: &CustomerId, former: DraftKey) -> Vec<Job> {
        self.names.remove(id);
        self.lists_mut().renamed(id, is);
        let mut jobs = self.keep_done(former);
        if self.opening.as_ref() == Some(id) {
            jobs.extend(self.open(is.clone()));
        }
        jobs
    }

    /// The store was left meanwhile: its draft is settled where it lies, so that it does not come back.
    fn submitted_elsewhere(
        &mut self,
        key: &DraftKey,
        wish: &Wish,
        sent: &Sending,
        result: Result<Submitted, TargetError>,
    ) -> Vec<Job> {
        let about = format!("Customer {} in {}: ", key.customer, key.target);
        let now = match result {
            Ok(Submitted::Done { now, .. } | Submitted::NothingToSend { now })
                if now.is_some() == wish.mine.is_some() =>
            {
                now
            }
            Err(TargetError::Made(is, sentence)) => {
                self.refused(format!("{about}{sentence}"));
                return self.made_elsewhere(key, Profile::empty(is), &sent.schemas);
            }
            Err(error) => {
                self.refused(format!("{about}{error}"));
                return Vec::new();
            }
            Ok(Submitted::Conflict { made: Some(is), .. } | Submitted::Refused { made: Some(is), .. }) => {
                self.refused(format!(
                    "{about}the server made the customer as {is}, and not all of the rest could be sent; open it there to see why. The draft is kept."
                ));
                return self.made_elsewhere(key, Profile::empty(is), &sent.schemas);
            }
            Ok(_) => {
                self.refused(format!(
                    "{about}it could not be sent; open it there to see why. The draft is kept."
                ));
                return Vec::new();
            }
        };
        self.tell(None, format!("{about}what was sent was accepted."));
        let at = self.elsewhere.iter().position(|kept| kept.key == *key);
        let kept = at.map(|at| self.elsewhere.remove(at));
        let draft = kept.as_ref().and_then(|kept| restore(kept, &sent.schemas));
        match (now, draft, kept) {
            (Some(now), Some(draft), _) => {
                let draft = left(&draft, sent, &now);
                let own = DraftKey { customer: draft.id().as_str().to_owned(), ..key.clone() };
                if draft.is_changed() {
                    self.elsewhere.push(kept_draft(own.clone(), &draft));
                }
                let mut jobs = self.keep_whole(own.clone(), &draft);
                if own != *key {
                    jobs.extend(self.keep_done(key.clone()));
                }
                jobs
            }
            (Some(_), None, Some(unreadable)) => {
                self.elsewhere.push(unreadable);
                Vec::new()
            }
            _ => self.keep_done(key.clone()),
        }
    }

    /// The same for a customer who was made under an ID of the target's own: the draft is one of that customer.
    fn made_elsewhere(&mut self, key: &DraftKey, base: Profile, schemas: &Schemas) -> Vec<Job> {
        let at = self.elsewhere.iter().position(|kept| kept.key == *key);
        let Some(draft) = at.and_then(|at| restore(self.elsewhere.get(at)?, schemas)) else {
            return Vec::new();
        };
        let draft = on(&draft, base, schemas);
        let own = DraftKey { customer: draft.id().as_str().to_owned(), ..key.clone() };
        self.elsewhere.retain(|kept| kept.key != *key);
        self.elsewhere.push(kept_draft(own.clone(), &draft));
        let mut jobs = self.keep_whole(own, &draft);
        jobs.extend(self.keep_done(key.clone()));
        jobs
    }

    /// The open customer on another base; the widgets forget what they remember of the former texts.
    pub(super) fn replace(&mut self, draft: Draft, schemas: Schemas) {
        let read_at = (self.around.clock)();
        self.reading += 1;
        if let Some(open) = self.open.as_mut() {
            open.columns = columns(&draft, &schemas);
            open.draft = draft;
            open.schemas = schemas;
            open.keys.clear();
            open.reading = self.reading;
            open.read_at = read_at;
            open.conflict = None;
            open.reloading = false;
            open.tried = false;
        }
        self.look_through();
    }
}

fn words_of(address: &Address) -> &'static str {
    match address {
        Address::Store(_) => "The store",
        Address::Server(_) => "The server",
    }
}

/// A new customer's draft as one of the customer who was made.
fn on(draft: &Draft, base: Profile, schemas: &Schemas) -> Draft {
    let edits = rebase(draft.edits(), draft.base(), &base, schemas);
    Draft::restored(base.id.clone(), Some(base), edits)
}

/// What a draft is once its submit was accepted; the customer may have another ID by now.
fn left(draft: &Draft, sent: &Sending, now: &Loaded) -> Draft {
    let edits = unsent(draft.edits(), &sent.edits, draft.base(), &now.profile, &sent.schemas);
    Draft::restored(now.profile.id.clone(), Some(now.profile.clone()), edits)
}

/// The edits without those of the rows and core attributes that are held back.
fn without(
    edits: &Edits,
    (rows, core): (std::collections::HashSet<super::draft::RowAt>, std::collections::HashSet<String>),
) -> Edits {
    let mut sent = edits.clone();
    for (extension, key) in rows {
        let edits = sent.extension_mut(&extension);
        edits.rows.retain(|at, _| *at as u64 != key);
        edits.new.retain(|row| row.key != key);
        sent.tidy(&extension);
    }
    sent.core.retain(|name, _| !core.contains(name));
    sent
}
