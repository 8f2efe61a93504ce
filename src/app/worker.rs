//! The worker: does what takes time on threads of its own, and wakes the window when something came of it.
//!
//! Jobs run beside each other; drafts and settings are written one after the other by one thread, and of several edits of a
//! draft that wait only the last is written. Nothing here decides anything.

mod keeper;

use super::command::Make;
use super::history::{Chronicle, look};
use super::import::{Done, Ended, OnError, Options, Sourced, Survey, Tally, Unreadable, run, survey};
use super::jobs::{Epoch, Hit, ImportReport, Job, Opened, Outcome, Wish};
use super::labels::{LabelFiles, Written};
use super::state::display_name;
use crate::model::profile::CustomerId;
use crate::model::schema::{Schema, Schemas};
use crate::target::probe::{Probed, probe};
use crate::target::submit::{Wanted, submit};
use crate::target::{
    Address, Connection, Loaded, Password, Stamp, Stop, Target, TargetError, Tried, read, schemas_for,
};
use std::future::Future;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

pub use keeper::Keeper;
use keeper::{ToKeep, keep};

/// How many jobs may be under way.
const LIMIT: usize = 64;
/// How many customers a search shows.
const HITS: usize = 200;
/// How many refused items a report lists.
const REFUSED: usize = 200;

/// What a dialog gives back some time: files, or none.
pub type Picked = Pin<Box<dyn Future<Output = Vec<PathBuf>> + Send>>;
/// A target, and its address.
pub type Found = (Address, Arc<dyn Target>);
/// Opens a target, or makes a store, and says at which address it is; `Ok(None)`: there is none.
pub type Opener =
    dyn Fn(&Address, Make, Option<&Password>) -> Result<Option<Found>, TargetError> + Send + Sync;

/// Tests a connection step by step.
pub type Tester = dyn Fn(&Connection, Option<&Password>) -> Vec<Tried> + Send + Sync;

/// The items of files, one after the other.
pub type Items = Box<dyn Iterator<Item = Result<Sourced, Unreadable>>>;
/// Reads files for import; the error is a sentence.
pub type Reader = dyn Fn(&[PathBuf]) -> Result<Items, String> + Send + Sync;

/// What the worker works with; tests pass their own.
pub struct Hands {
    /// Opens targets.
    pub open: Box<Opener>,
    /// Tests connections.
    pub test: Box<Tester>,
    /// Keeps drafts and settings.
    pub keeper: Box<dyn Keeper>,
    /// Files of labels that are handed on.
    pub labels: Box<dyn LabelFiles>,
    /// The items of files for import.
    pub items: Box<Reader>,
    /// Shows a dialog for files.
    pub pick: Box<dyn Fn() -> Picked + Send + Sync>,
    /// The time as RFC 3339 in UTC with milliseconds.
    pub now: Box<dyn Fn() -> String + Send + Sync>,
    /// The time of day on this computer, `HH:MM:SS`.
    pub clock: Box<dyn Fn() -> String + Send + Sync>,
    /// The login name.
    pub user: String,
    /// Wakes the window.
    pub wake: Box<dyn Fn() + Send + Sync>,
}

/// The target that is open, of which epoch, at which address.
type Current = (Epoch, Address, Arc<dyn Target>);

struct Shared {
    open: Box<Opener>,
    test: Box<Tester>,
    items: Box<Reader>,
    labels: Box<dyn LabelFiles>,
    pick: Box<dyn Fn() -> Picked + Send + Sync>,
    now: Box<dyn Fn() -> String + Send + Sync>,
    wake: Box<dyn Fn() + Send + Sync>,
    user: String,
    target: Mutex<Option<Current>>,
    outcomes: Sender<Outcome>,
    running: AtomicUsize,
    /// What was looked for last: an earlier search that has not begun need not.
    wanted: Mutex<String>,
}

/// The worker. Dropping it waits until what was typed is on the disk.
pub struct Worker {
    shared: Arc<Shared>,
    runtime: Option<tokio::runtime::Runtime>,
    outcomes: Receiver<Outcome>,
    keeping: Option<Sender<ToKeep>>,
    keeper: Option<JoinHandle<()>>,
}

impl Worker {
    /// Starts the worker. The error is a sentence.
    pub fn start(hands: Hands) -> Result<Self, String> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .build()
            .map_err(|error| format!("no threads can be started: {error}"))?;
        let (to_window, outcomes) = channel();
        let (keeping, to_keep) = channel();
        let Hands { open, test, keeper, items, labels, pick, now, clock, user, wake } = hands;
        let shared = Shared {
            open,
            test,
            items,
            labels,
            pick,
            now,
            wake,
            user,
            target: Mutex::new(None),
            outcomes: to_window,
            running: AtomicUsize::new(0),
            wanted: Mutex::new(String::new()),
        };
        let shared = Arc::new(shared);
        let with = shared.clone();
        let keeper = std::thread::spawn(move || keep(keeper, &to_keep, &with, &*clock));
        Ok(Self { shared, runtime: Some(runtime), outcomes, keeping: Some(keeping), keeper: Some(keeper) })
    }

    /// Begins a job. Its outcome comes with [`Self::drain`] some time.
    pub fn send(&self, job: Job) {
        match job {
            Job::Keep(key, what) => self.keep(ToKeep::Draft(key, what)),
            Job::KeepSettings(settings) => self.keep(ToKeep::Settings(settings)),
            Job::KeepConnections(change) => self.keep(ToKeep::Connections(change)),
            Job::KeepLabels(place, labels) => self.keep(ToKeep::Labels(place, labels)),
            job => self.run(job),
        }
    }

    fn keep(&self, what: ToKeep) {
        if let Some(keeping) = &self.keeping {
            // The thread lives as long as this sender; if it died, the drop tells nobody more than this.
            let _ = keeping.send(what);
        }
    }

    fn run(&self, job: Job) {
        let Some(runtime) = &self.runtime else { return };
        let shared = self.shared.clone();
        if shared.running.fetch_add(1, Ordering::SeqCst) >= LIMIT {
            shared.running.fetch_sub(1, Ordering::SeqCst);
            return shared.tell(refused(job));
        }
        if let Job::Find(_, text, _) = &job {
            shared.wanted.lock().unwrap_or_else(PoisonError::into_inner).clone_from(text);
        }
        if matches!(job, Job::PickFiles) {
            let picked = (shared.pick)();
            runtime.spawn(async move {
                let files = picked.await;
                shared.ended(Some(Outcome::Picked(files)));
            });
            return;
        }
        runtime.spawn_blocking(move || {
            let outcome = shared.carry_out(job);
            shared.ended(outcome);
        });
    }

    /// What came of the jobs since the last call.
    pub fn drain(&self) -> Vec<Outcome> {
        self.outcomes.try_iter().collect()
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.keeping = None;
        if let Some(keeper) = self.keeper.take() {
            let _ = keeper.join(); // it cannot be told from here
        }
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(Duration::from_secs(5));
        }
    }
}

/// What comes of a job that was not begun: nobody waits for it in vain.
fn refused(job: Job) -> Outcome {
    const SENTENCE: &str = "Too much is under way, so nothing was done. Try again in a moment.";
    let error = || TargetError::NotReached(SENTENCE.into());
    match job {
        Job::OpenTarget(epoch, address, ..) => Outcome::TargetOpened(epoch, address, Err(error())),
        Job::TestConnection(connection, _) => Outcome::Tested(connection, Vec::new()),
        Job::FindOutReading(connection, _) => Outcome::ReadingFoundOut(connection, Err(SENTENCE.into())),
        Job::Find(epoch, text, _) => Outcome::Found(epoch, text, Err(error())),
        Job::Load(epoch, id, why, _) => Outcome::Loaded(epoch, id, why, Err(error())),
        Job::History(epoch, number, ..) => Outcome::HistoryRead(epoch, number, Err(error())),
        Job::Look(epoch, number, _) => Outcome::Looked(epoch, number, None),
        Job::Submit(epoch, id, wish, _) => Outcome::Submitted(epoch, id, wish, Err(error())),
        Job::Survey(epoch, files) => Outcome::Surveyed(epoch, files, Err(SENTENCE.into())),
        Job::Import(epoch, ..) => {
            let (tally, refused) = (Tally::default(), Vec::new());
            Outcome::Imported(epoch, ImportReport { tally, refused, ended: Err(SENTENCE.into()) })
        }
        Job::Names(epoch, _) => Outcome::Named(epoch, Vec::new()),
        Job::Keep(..) | Job::KeepSettings(_) | Job::KeepConnections(_) => Outcome::Busy("Keeping the draft"),
        Job::KeepLabels(..) => Outcome::LabelsNotKept(SENTENCE.into()),
        Job::ReadLabels(path) => Outcome::LabelsRead(path, Err(SENTENCE.into())),
        Job::WriteLabels(path, ..) => Outcome::LabelsWritten(path, Written::Failed(SENTENCE.into())),
        Job::PickFiles => Outcome::Busy("The dialog"),
        Job::Describe(_) => Outcome::Busy("Looking at the store"),
    }
}

impl Shared {
    fn tell(&self, outcome: Outcome) {
        let _ = self.outcomes.send(outcome); // a closed window wants no outcome
        (self.wake)();
    }

    fn ended(&self, outcome: Option<Outcome>) {
        self.running.fetch_sub(1, Ordering::SeqCst);
        if let Some(outcome) = outcome {
            self.tell(outcome);
        }
    }

    fn current(&self, epoch: Epoch) -> Option<Found> {
        let held = self.target.lock().unwrap_or_else(PoisonError::into_inner);
        let held = held.as_ref().filter(|(of, ..)| *of == epoch);
        held.map(|(_, address, target)| (address.clone(), target.clone()))
    }

    fn target(&self, epoch: Epoch) -> Result<Arc<dyn Target>, TargetError> {
        let current = self.current(epoch).map(|(_, target)| target);
        current.ok_or_else(|| {
            TargetError::NotReached("The target was left meanwhile; nothing was changed.".into())
        })
    }

    /// The same, of which every call ends early once somebody does not want to wait any longer.
    fn stopped_by(&self, epoch: Epoch, stop: &Stop) -> Result<Arc<dyn Target>, TargetError> {
        let target = self.target(epoch)?;
        Ok(target.stopped_by(stop).unwrap_or(target))
    }

    fn carry_out(&self, job: Job) -> Option<Outcome> {
        Some(match job {
            Job::OpenTarget(epoch, address, make, password) => {
                let opened = self.open_target(epoch, &address, make, password.as_ref());
                Outcome::TargetOpened(epoch, address, opened)
            }
            Job::TestConnection(connection, password) => {
                let steps = (self.test)(&connection, password.as_ref());
                Outcome::Tested(connection, steps)
            }
            Job::FindOutReading(connection, password) => {
                let found = self.find_out_reading(&connection, password.as_ref());
                Outcome::ReadingFoundOut(connection, found.map_err(|error| error.to_string()))
            }
            Job::Find(epoch, text, stop) => {
                if *self.wanted.lock().unwrap_or_else(PoisonError::into_inner) != text {
                    return None;
                }
                let found = self.stopped_by(epoch, &stop).and_then(|target| target.find(&text, HITS));
                let hits = found.map(|profiles| profiles.iter().map(hit).collect());
                return (!stop.is_raised()).then_some(Outcome::Found(epoch, text, hits));
            }
            Job::Names(epoch, ids) => Outcome::Named(epoch, self.names(epoch, &ids)),
            Job::Load(epoch, id, why, stop) => {
                let read = self.stopped_by(epoch, &stop).and_then(|target| load(target.as_ref(), &id));
                return (!stop.is_raised()).then_some(Outcome::Loaded(epoch, id, why, read));
            }
            Job::History(epoch, number, id, stop) => {
                let target = self.stopped_by(epoch, &stop);
                let read = target.and_then(|target| Chronicle::read(target.as_ref(), &id));
                return (!stop.is_raised()).then_some(Outcome::HistoryRead(epoch, number, read));
            }
            Job::Look(epoch, number, question) => {
                Outcome::Looked(epoch, number, Some(Box::new(look(&question))))
            }
            Job::Submit(epoch, id, wish, stop) => {
                let done =
                    self.stopped_by(epoch, &stop).and_then(|target| self.submit(target.as_ref(), &wish));
                Outcome::Submitted(epoch, id, wish, done)
            }
            Job::Survey(epoch, files) => {
                let survey = self.survey(epoch, &files);
                Outcome::Surveyed(epoch, files, survey)
            }
            Job::Import(epoch, files, schemas, stop) => {
                Outcome::Imported(epoch, self.import(epoch, &files, schemas, &stop))
            }
            Job::Describe(epoch) => {
                let (address, target) = self.current(epoch)?;
                let described = describe(address.clone(), target.as_ref());
                Outcome::TargetOpened(epoch, address, described.map(Some))
            }
            Job::ReadLabels(path) => {
                let read = self.labels.read(&path);
                Outcome::LabelsRead(path, read)
            }
            Job::WriteLabels(path, labels, replace) => {
                let written = self.labels.write(&path, &labels, replace);
                Outcome::LabelsWritten(path, written)
            }
            Job::Keep(..)
            | Job::KeepSettings(_)
            | Job::KeepConnections(_)
            | Job::KeepLabels(..)
            | Job::PickFiles => return None,
        })
    }

    fn open_target(
        &self,
        epoch: Epoch,
        address: &Address,
        make: Make,
        password: Option<&Password>,
    ) -> Result<Option<Opened>, TargetError> {
        let Some((address, target)) = (self.open)(address, make, password)? else { return Ok(None) };
        let opened = describe(address.clone(), target.as_ref())?;
        let mut held = self.target.lock().unwrap_or_else(PoisonError::into_inner);
        // Of two that are being opened the later was asked for, whichever is there first.
        if held.as_ref().is_none_or(|(of, ..)| *of <= epoch) {
            *held = Some((epoch, address, target));
        }
        Ok(Some(opened))
    }

    /// On the server itself, whichever target is open.
    fn find_out_reading(
        &self,
        connection: &Connection,
        password: Option<&Password>,
    ) -> Result<Probed, TargetError> {
        let address = Address::Server(Box::new(connection.clone()));
        let opened = (self.open)(&address, Make::Nothing, password)?;
        let (_, target) = opened.ok_or_else(|| TargetError::NotReached("there is no server".into()))?;
        probe(target.as_ref(), &Stamp { by: self.user.clone(), at: (self.now)() })
    }

    fn survey(&self, epoch: Epoch, files: &[PathBuf]) -> Result<Survey, String> {
        let target = self.target(epoch).map_err(|error| error.to_string())?;
        let known = target.schemas().map_err(|error| error.to_string())?;
        survey((self.items)(files)?, &known).map_err(|error| error.to_string())
    }

    fn import(
        &self,
        epoch: Epoch,
        files: &[PathBuf],
        schemas: Vec<Schema>,
        stop: &AtomicBool,
    ) -> ImportReport {
        let mut report =
            ImportReport { tally: Tally::default(), refused: Vec::new(), ended: Ok(Ended::Finished) };
        let begun = self.target(epoch).map_err(|error| error.to_string());
        let begun = begun.and_then(|target| Ok((target, (self.items)(files)?)));
        let (target, items) = match begun {
            Ok(begun) => begun,
            Err(sentence) => return ImportReport { ended: Err(sentence), ..report },
        };
        let options = Options { on_error: OnError::Skip, schemas, ..Options::default() };
        let stamp = || Stamp { by: self.user.clone(), at: (self.now)() };
        let mut told = Instant::now();
        let mut watch = |done: &Done<'_>, tally: &Tally| {
            if !done.reasons.is_empty() && report.refused.len() < REFUSED {
                report.refused.push((done.source.place(), done.reasons.join("; ")));
            }
            if told.elapsed() > Duration::from_millis(100) {
                told = Instant::now();
                self.tell(Outcome::ImportGoesOn(epoch, *tally));
            }
            if stop.load(Ordering::SeqCst) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let (tally, ended) = run(target.as_ref(), items, &options, &stamp, &mut watch);
        report.tally = tally;
        report.ended = ended.map_err(|error| error.to_string());
        report
    }

    fn names(&self, epoch: Epoch, ids: &[CustomerId]) -> Vec<Hit> {
        let Ok(target) = self.target(epoch) else { return Vec::new() };
        // A target that does not answer once is not asked for the others.
        let read = ids.iter().map_while(|id| target.load(id).ok()).flatten();
        read.map(|loaded| hit(&loaded.profile)).collect()
    }

    fn submit(
        &self,
        target: &dyn Target,
        wish: &Wish,
    ) -> Result<crate::target::submit::Submitted, TargetError> {
        let stamp = Stamp { by: self.user.clone(), at: (self.now)() };
        submit(target, &Wanted { base: wish.base.as_ref(), mine: wish.mine.as_ref() }, &stamp)
    }
}

fn describe(address: Address, target: &dyn Target) -> Result<Opened, TargetError> {
    let capabilities = target.capabilities();
    let customers = if capabilities.listing { Some(target.customers()?.len()) } else { None };
    Ok(Opened {
        address,
        place: target.place(),
        capabilities,
        schemas: schemas_for(target, [])?,
        can_stop: target.stopped_by(&Stop::default()).is_some(),
        customers,
        damage: target.damage(),
    })
}

fn hit(profile: &crate::model::profile::Profile) -> Hit {
    Hit { id: profile.id.clone(), name: display_name(profile) }
}

fn load(target: &dyn Target, id: &CustomerId) -> Result<(Option<Loaded>, Schemas), TargetError> {
    read(target, id, &[])
}
