//! The history of a customer: which requests there were, what one of them changed, and the ways back. A way back is a wanted
//! state like any other: it becomes one step of the draft, and is sent as the draft is.

mod deed;
mod look;

use super::command::Command;
use super::draft::Draft;
use super::jobs::Job;
use super::labels::labels_of;
use super::review::{KeyIndex, Review, Told, review};
use super::state::App;
use super::telling::Asked;
use super::update::whole;
use crate::model::finding::Severity;
use crate::model::profile::{CustomerId, Profile};
use crate::model::put_back::PutBack;
use crate::model::schema::Schemas;
use crate::target::{Loaded, Past, Stop, Target, TargetError, read};
use std::sync::Arc;

pub use deed::{Deed, Entry, entries};
pub use look::{Look, Question, look};

/// The history of a customer, as it is shown.
#[derive(Debug)]
pub struct History {
    /// Whose.
    pub id: CustomerId,
    /// How far it is read.
    pub phase: Phase,
    /// The entry that is looked at; 0 is the newest.
    pub chosen: usize,
    /// What that entry did, once it is known.
    look: Option<Look>,
    /// What that entry changed, as it is told.
    changes: Review,
    /// Raised with every asking: what comes of an earlier one is out of date.
    number: u64,
    /// Whether an entry is being looked at: one at a time.
    looking: bool,
    stop: Stop,
}

/// How far a history is read.
#[derive(Clone, Debug)]
pub enum Phase {
    /// It is being read.
    UnderWay,
    /// There is none, and that is how it is; a sentence.
    NotKept(String),
    /// It could not be read; a sentence.
    Failed(String),
    /// It is there.
    There(Arc<Chronicle>),
}

/// A history as it was read, and what the customer was right after that.
#[derive(Debug)]
pub struct Chronicle {
    /// What each request did, the newest first.
    pub entries: Vec<Entry>,
    /// The requests, oldest first.
    pub past: Vec<Past>,
    /// The customer.
    pub now: Option<Loaded>,
    /// The schemas.
    pub schemas: Schemas,
}

impl Chronicle {
    /// Reads it, and the customer after it.
    pub fn read(target: &dyn Target, id: &CustomerId) -> Result<Self, TargetError> {
        let past = target.history(id)?;
        let (now, schemas) = read(target, id, &[])?;
        Ok(Self { entries: entries(id, &past), past, now, schemas })
    }
}

impl History {
    /// The entries, newest first; none before they are read.
    pub fn entries(&self) -> &[Entry] {
        match &self.phase {
            Phase::There(chronicle) => &chronicle.entries,
            _ => &[],
        }
    }

    /// What the chosen entry did; `None` while it is being found out.
    pub fn look(&self) -> Option<&Look> {
        self.look.as_ref()
    }

    /// What the chosen entry changed.
    pub fn changes(&self) -> &Review {
        &self.changes
    }
}

impl App {
    /// Shows a customer's history, read anew.
    pub(super) fn history(&mut self, id: CustomerId) -> Vec<Job> {
        let jobs = self.settle();
        let Some(ready) = self.ready() else { return jobs };
        let (kept, place) = (ready.capabilities.history, ready.place.clone());
        self.hide_history();
        self.asked_history += 1;
        let (number, stop) = (self.asked_history, Stop::default());
        let never_sent = self.is_shown(&id) && self.is_new(&id);
        let phase = match (kept, never_sent) {
            (false, _) => Phase::NotKept(format!("{place} keeps no history of its customers.")),
            (true, true) => Phase::NotKept("This customer was not sent yet.".into()),
            (true, false) => Phase::UnderWay,
        };
        let asked = matches!(phase, Phase::UnderWay);
        let job = asked.then(|| Job::History(self.epoch, number, id.clone(), stop.clone()));
        let (look, changes) = (None, Review::default());
        self.history = Some(History { id, phase, chosen: 0, look, changes, number, looking: false, stop });
        jobs.into_iter().chain(job).collect()
    }

    pub(super) fn hide_history(&mut self) {
        if let Some(history) = self.history.take() {
            history.stop.raise();
        }
    }

    /// A history was read, and the customer after it: the draft goes on from there.
    pub(super) fn history_read(&mut self, number: u64, result: Result<Chronicle, TargetError>) -> Vec<Job> {
        let Some(history) = self.history.as_mut().filter(|history| history.number == number) else {
            return Vec::new();
        };
        let id = history.id.clone();
        let chronicle = match result {
            Ok(chronicle) => Arc::new(chronicle),
            Err(error) => {
                history.phase = match &error {
                    TargetError::NotOffered(sentence) => Phase::NotKept(sentence.clone()),
                    error => Phase::Failed(error.to_string()),
                };
                if matches!(error, TargetError::Credentials(_)) {
                    self.failed(&Asked::Read(Command::History(id)), &error);
                }
                return Vec::new();
            }
        };
        history.phase = Phase::There(chronicle.clone());
        let mut jobs = self.caught_up(&id, &chronicle);
        jobs.extend(self.choose_past(0));
        jobs
    }

    /// The open customer as it was read with its history.
    fn caught_up(&mut self, id: &CustomerId, chronicle: &Chronicle) -> Vec<Job> {
        let Some(open) = self.open.as_ref().filter(|open| open.draft.id() == id) else { return Vec::new() };
        if self.is_being_sent(id) {
            return Vec::new();
        }
        match &chronicle.now {
            Some(now) if open.draft.base() != Some(&now.profile) => {
                self.reread(id, now.clone(), chronicle.schemas.clone(), "")
            }
            Some(_) => Vec::new(),
            None => {
                self.gone_meanwhile(id);
                Vec::new()
            }
        }
    }

    /// Looks at an entry; 0 is the newest.
    pub(super) fn choose_past(&mut self, at: usize) -> Vec<Job> {
        let Some(history) = &mut self.history else { return Vec::new() };
        let Phase::There(chronicle) = &history.phase else { return Vec::new() };
        history.chosen = at;
        history.look = history.look.take().filter(|look| look.at == at);
        if history.looking || history.look.is_some() || at >= chronicle.entries.len() {
            return Vec::new();
        }
        history.looking = true;
        let (id, chronicle, number) = (history.id.clone(), chronicle.clone(), history.number);
        let own = self.ready().is_some_and(|ready| ready.capabilities.own);
        let now = self.now_of_history(&id, &chronicle);
        vec![Job::Look(self.epoch, number, Box::new(Question { id, chronicle, at, now, own }))]
    }

    /// The customer as the draft wants it, or else as it was read.
    fn now_of_history(&self, id: &CustomerId, chronicle: &Chronicle) -> Option<Profile> {
        let now = &chronicle.now.as_ref()?.profile;
        let open = self.open.as_ref().filter(|open| open.draft.id() == id);
        Some(open.map_or_else(|| now.clone(), |open| whole(&open.draft, &open.schemas)))
    }

    /// What an entry did is known. If another one was chosen meanwhile, that one is looked at now.
    pub(super) fn looked(&mut self, number: u64, look: Option<Look>) -> Vec<Job> {
        let Some(history) = self.history.as_mut().filter(|history| history.number == number) else {
            return Vec::new();
        };
        history.looking = false;
        let Some(look) = look else {
            self.tell(
                Some(Severity::Warning),
                "Too much is under way; choose the request again in a moment.",
            );
            return Vec::new();
        };
        if history.chosen != look.at {
            let chosen = history.chosen;
            return self.choose_past(chosen);
        }
        history.look = Some(look);
        self.tell_look();
        Vec::new()
    }

    /// Tells what the chosen entry changed, in the labels and the zone of now.
    pub(super) fn tell_look(&mut self) {
        let zone = self.zone();
        let told = Told { labels: labels_of(&self.target, &self.labelled), zone: &zone };
        let Some(history) = &mut self.history else { return };
        let changes = history.look.as_ref().and_then(|look| look.changes.as_ref());
        history.changes = changes.map_or_else(Review::default, |(draft, schemas)| {
            review(draft, schemas, told, &mut KeyIndex::new())
        });
        // It was accepted as it was.
        history.changes.changes.iter_mut().for_each(|change| change.problems.clear());
    }

    // ---- the ways back

    pub(super) fn put_back(&mut self) -> Vec<Job> {
        let back = self.history.as_ref().and_then(|history| history.look()?.put_back.clone());
        back.map_or_else(Vec::new, |back| {
            self.want(&back, "The draft is the customer as it was then. Nothing was sent yet.")
        })
    }

    /// `all`: also from what was changed again since.
    pub(super) fn take_back(&mut self, all: bool) -> Vec<Job> {
        let taken = self.history.as_ref().and_then(|history| history.look()?.take_back.clone());
        taken.map_or_else(Vec::new, |taken| {
            let back = if all { taken.all } else { taken.rest };
            self.want(&back, "The change is taken back in the draft. Nothing was sent yet.")
        })
    }

    /// Makes a profile the wanted one, as one step of the draft, which is begun where there is none.
    fn want(&mut self, back: &PutBack, done: &str) -> Vec<Job> {
        let Some(History { id, phase: Phase::There(chronicle), .. }) = self.history.take() else {
            return Vec::new();
        };
        let mut jobs = self.draft_of(&id, &chronicle);
        let Some(schemas) = self.open.as_ref().map(|open| open.schemas.clone()) else { return jobs };
        let zone = self.zone();
        let before = self.open.as_ref().map(|open| open.draft.edits().clone());
        jobs.extend(self.edit(|draft| {
            draft.want(&back.wanted, &schemas);
            draft.retell(&schemas, &zone);
        }));
        self.say_wanted(back, before.as_ref(), done);
        jobs
    }

    fn say_wanted(&mut self, back: &PutBack, before: Option<&super::edits::Edits>, done: &str) {
        let Some(open) = self.open.as_ref() else { return };
        let first = open.review.changes.first().map(|change| {
            let line = change.lines.first();
            (change.spot.clone(), line.map(|line| line.attribute.clone()))
        });
        let nothing = before == Some(open.draft.edits());
        self.attention = first;
        let text =
            if nothing { "There is nothing to do: that is what the draft wants already." } else { done };
        if back.left.is_empty() {
            return self.tell(None, text);
        }
        let labels = self.labels();
        let left = back.left.iter().map(|left| format!("{}: {}.", labels.place(&left.place), left.sentence));
        let left: Vec<String> = left.collect();
        let text = format!("{text} This stays as it is: {}", left.join(" "));
        self.tell(Some(Severity::Warning), text);
    }

    /// Opens the customer's draft, if it is not open. Of one who is not there any more, it is one of a customer to be created;
    /// what was typed before stays a step of it.
    fn draft_of(&mut self, id: &CustomerId, chronicle: &Chronicle) -> Vec<Job> {
        let schemas = &chronicle.schemas;
        let is_open = self.is_shown(id);
        let known = if is_open { self.open.as_ref().map(|open| &open.draft) } else { self.parked.get(id) };
        let stays = known.filter(|draft| chronicle.now.is_some() || draft.base().is_none());
        if is_open && stays.is_some() {
            return Vec::new();
        }
        let draft = stays.cloned().unwrap_or_else(|| {
            let mut draft = Draft::new(id.clone(), chronicle.now.as_ref().map(|now| now.profile.clone()));
            if let Some(known) = known.filter(|known| known.is_changed()) {
                draft.want(&whole(known, schemas), schemas);
            }
            draft
        });
        self.parked.remove(id);
        let mut jobs = Vec::new();
        if is_open {
            self.replace(draft, schemas.clone());
        } else {
            jobs.extend(self.show(draft, schemas.clone()));
        }
        jobs.extend(self.keep_anew());
        jobs
    }
}
