//! Writing for all who wait: one thread at a time takes what every other one asked for, judges it, and writes it with one sync.

use super::disk::{Disk, Lock};
use super::inbox::{self, Inbox};
use super::journal::{Journal, Options};
use super::judge::{Batch, Outcome};
use super::view::View;
use super::writer::Writer;
use super::{Accepted, StoreError};
use crate::model::apply::Rejection;
use crate::model::profile::CustomerId;
use crate::model::request::Request;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

/// What became of the requests of one caller.
pub type Answer = Result<Vec<Result<Accepted, Rejection>>, StoreError>;

/// The requests of one caller.
pub struct Asked {
    pub requests: Vec<Request>,
    pub planned_from: Option<u64>,
    pub by: String,
    pub at: String,
}

struct Job {
    asked: Asked,
    answer: Arc<Mutex<Option<Answer>>>,
}

/// The writer of a store in this process.
pub struct Commit {
    disk: Arc<dyn Disk>,
    folder: PathBuf,
    options: Options,
    waiting: Mutex<Vec<Job>>,
    turn: Mutex<Turn>,
}

/// What the one has who writes.
#[derive(Default)]
struct Turn {
    /// Opened when something is written for the first time.
    writer: Option<Writer>,
    /// Customers whose lines weigh more than their profile.
    due: HashSet<CustomerId>,
}

impl Commit {
    pub fn new(disk: Arc<dyn Disk>, folder: &Path, options: Options) -> Self {
        let (waiting, turn) = (Mutex::default(), Mutex::default());
        Self { disk, folder: folder.to_owned(), options, waiting, turn }
    }

    /// Writes what is asked, together with what others asked meanwhile.
    pub fn write(&self, view: &RwLock<View>, asked: Asked) -> Answer {
        let answer = Arc::default();
        held(&self.waiting).push(Job { asked, answer: Arc::clone(&answer) });
        let mut turn = held(&self.turn);
        if let Some(answered) = held(&answer).take() {
            return answered; // somebody did it whose turn was before
        }
        let jobs = std::mem::take(&mut *held(&self.waiting));
        let answers = self.together(&mut turn, view, &jobs);
        for (job, answered) in jobs.iter().zip(answers) {
            *held(&job.answer) = Some(answered);
        }
        held(&answer).take().unwrap_or_else(|| Err(StoreError::Locked(self.folder.clone())))
    }

    /// Seals the last segment, and gives its number; 0 where no segment has lines.
    pub fn seal(&self, view: &RwLock<View>) -> Result<u32, StoreError> {
        self.alone(view, |writer, seq| {
            inbox::refuse_begun(self.disk.as_ref(), &self.folder)?;
            writer.seal(seq + 1)
        })
    }

    /// Puts a finished file in the place of a sealed segment and of those before it, if these are still what `view` made it of.
    pub fn replace(
        &self,
        view: &RwLock<View>,
        made_of: &Journal,
        number: u32,
        finished: &Path,
    ) -> Result<(), StoreError> {
        self.alone(view, |writer, _| {
            if !writer.journal().continues(made_of) {
                return Err(StoreError::Locked(self.folder.clone()));
            }
            writer.replace(number, finished)
        })
    }

    /// Does something to the files while nobody writes.
    fn alone<T>(
        &self,
        view: &RwLock<View>,
        act: impl FnOnce(&mut Writer, u64) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut turn = held(&self.turn);
        let writer = self.writer(&mut turn.writer)?;
        let _lock = ready(writer, view)?;
        let seq = view.read().unwrap_or_else(PoisonError::into_inner).seq();
        act(writer, seq)
    }

    fn writer<'a>(&self, writer: &'a mut Option<Writer>) -> Result<&'a mut Writer, StoreError> {
        if let Some(writer) = writer {
            return Ok(writer);
        }
        let journal = Journal::open(self.disk.clone(), &self.folder, self.options)?;
        Ok(writer.insert(Writer::new(journal)))
    }

    /// This customer gets a checkpoint with its next line.
    pub fn is_due(&self, id: &CustomerId) {
        if let Ok(mut turn) = self.turn.try_lock() {
            turn.due.insert(id.clone());
        }
    }

    /// One answer a job, in order.
    fn together(&self, turn: &mut Turn, view: &RwLock<View>, jobs: &[Job]) -> Vec<Answer> {
        let mut written = self.write_all(turn, view, jobs);
        if written.as_ref().is_err_and(StoreError::is_of_index) {
            view.write().unwrap_or_else(PoisonError::into_inner).begin_anew(false);
            written = self.write_all(turn, view, jobs);
        }
        match written {
            Ok(answers) => answers,
            Err(error) => jobs.iter().map(|_| Err(error.again())).collect(),
        }
    }

    fn write_all(
        &self,
        turn: &mut Turn,
        view: &RwLock<View>,
        jobs: &[Job],
    ) -> Result<Vec<Answer>, StoreError> {
        let Turn { writer, due } = turn;
        let writer = self.writer(writer)?;
        let _lock = ready(writer, view)?;
        let shared = view.read().unwrap_or_else(PoisonError::into_inner);
        // What cannot be read of it waits.
        let inbox = Inbox::take(self.disk.as_ref(), &self.folder, shared.seq() + 1, |seq| {
            inbox::since(shared.journal(), seq)
        });
        let inbox = inbox.unwrap_or_default();
        let writing = writer.begin(shared.seq() + 1)?;
        let mut batch = Batch::new(&shared, due);
        let at = jobs.first().map(|job| job.asked.at.as_str()).unwrap_or_default();
        let taken = inbox.requests().map(|request| batch.accept(request, inbox::BY, at));
        let taken = taken.collect::<Result<Vec<_>, _>>()?;
        let answers = jobs.iter().map(|job| judged(&mut batch, &job.asked)).collect::<Result<Vec<_>, _>>()?;
        let Outcome { text, damaged, checkpoints } = batch.finish();
        drop(shared); // readers go on while this is written
        writing.append(&text)?;
        let taken = taken.into_iter().map(|answer| answer.map(drop).map_err(|refusal| refusal.to_string()));
        // Where that fails the next writer does it: what was carried out stands in the journal.
        let _ = inbox.finish(self.disk.as_ref(), &self.folder, taken.collect());
        due.retain(|id| !checkpoints.contains(id));
        let mut view = view.write().unwrap_or_else(PoisonError::into_inner);
        for (id, position, reason) in damaged {
            view.hold(&id, position, &reason);
        }
        // What is written is written, whether or not it can be read again just now: the next reader tries.
        let _ = view.take_from(writer.journal().clone());
        Ok(answers)
    }
}

/// Waits for this writer's turn; then it and the view know all lines, and what a former writer left is settled.
fn ready(writer: &mut Writer, view: &RwLock<View>) -> Result<Lock, StoreError> {
    writer.clear()?;
    let lock = writer.lock()?;
    writer.settle()?;
    let mut view = view.write().unwrap_or_else(PoisonError::into_inner);
    view.take_from(writer.journal().clone())?;
    view.writable()?;
    Ok(lock)
}

/// The answer of one job; an error is one of the disk, and then nothing of any job is written.
fn judged(batch: &mut Batch<'_>, asked: &Asked) -> Result<Answer, StoreError> {
    let fresh = asked.planned_from.map_or(Ok(()), |seq| batch.refuse_since(seq, &asked.requests));
    match fresh {
        Err(moved @ StoreError::Moved(_)) => Ok(Err(moved)),
        Err(error) => Err(error),
        Ok(()) => {
            let judged = asked.requests.iter().map(|request| batch.accept(request, &asked.by, &asked.at));
            judged.collect::<Result<_, _>>().map(Ok)
        }
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
