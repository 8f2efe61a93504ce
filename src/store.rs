#![doc = include_str!("store/FORMAT.md")]

mod check;
pub mod connections;
mod create;
pub mod disk;
pub mod drafts;
#[allow(dead_code, reason = "the engine that asks it is being built")]
mod glance;
mod header;
mod held;
mod history;
#[allow(dead_code, unused_imports, reason = "the engine that asks it is being built")]
mod index;
mod journal;
pub mod labels;
pub mod line;
pub mod places;
pub mod position;
mod recover;
mod scan;
mod segments;
pub mod settings;
mod synced;
mod whose;
mod writer;

use crate::model::apply::{Reading, Rejection, State, apply};
use crate::model::json::{Json, Kind, NameToken, View};
use crate::model::profile::{CustomerId, Profile};
use crate::model::request::Request;
use crate::model::schema::Schemas;
use disk::{Disk, OsDisk};
use held::Held;
use journal::Journal;
pub use journal::Options;
use position::Position;
pub use segments::Trouble;
use std::collections::{BTreeMap, HashMap};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use writer::Writer;

pub use check::{Report, Spot, check};

/// A local store, open for reading and writing. Several may be open on one folder, in one process or many.
pub struct Store {
    inner: Mutex<Inner>,
}

struct Inner {
    writer: Writer,
    /// Behind the line read last.
    read: Position,
    /// The damaged line behind which nothing counts.
    stopped: Option<Damage>,
    fold: Fold,
}

struct Damage {
    path: PathBuf,
    line: u64,
    reason: String,
}

/// What the lines read so far made.
#[derive(Default)]
struct Fold {
    state: State,
    /// The last line read, and so the `seq` of the state.
    seq: u64,
    moves: Moves,
    held: Held,
    /// The numbers of damaged lines, and their customers.
    lost: BTreeMap<u64, Vec<CustomerId>>,
}

/// The last line that touched each customer, and the last that touched the schemas.
#[derive(Default)]
struct Moves {
    customers: HashMap<CustomerId, u64>,
    schemas: u64,
}

impl Moves {
    fn note(&mut self, request: &Request, seq: u64) {
        if matches!(request, Request::CreateSchema(_) | Request::DeleteSchema(_)) {
            self.schemas = seq;
        }
        self.customers.extend(request.customers().into_iter().map(|id| (id, seq)));
    }

    /// Refuses where a customer whom the requests name, or any schema, was touched after `seq`, or `seq` is not there yet: it is
    /// of another journal then. `last` is the line read last.
    fn refuse_since(&self, seq: u64, last: u64, requests: &[Request]) -> Result<(), StoreError> {
        let named: Vec<CustomerId> = requests.iter().flat_map(Request::customers).collect();
        let moved = named.iter().find(|id| self.customers.get(id).is_some_and(|touched| *touched > seq));
        if moved.is_none() && self.schemas <= seq && seq <= last {
            return Ok(());
        }
        Err(StoreError::Moved(moved.or(named.first()).cloned()))
    }
}

/// What an accepted request became.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// Its number in the journal.
    pub seq: u64,
    /// The customer whom it changed, if it changed one.
    pub customer: Option<CustomerId>,
}

/// Why a store cannot do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The folder holds no store.
    #[error("{0} holds no store; `import` and `schema create` make one")]
    Missing(PathBuf),
    /// There is something there already.
    #[error("{0} is there already and not empty; a new store needs a folder of its own")]
    NotEmpty(PathBuf),
    /// Somebody else is writing.
    #[error("the store {0} is being written by somebody else; nothing was changed, try again")]
    Locked(PathBuf),
    /// The customer, or a schema, was touched after the line that the requests were planned from.
    #[error("the customer or a schema was changed by somebody else meanwhile; nothing was changed")]
    Moved(Option<CustomerId>),
    /// A line is damaged.
    #[error(
        "{path}:{line}: this line is damaged: {reason}; what stands before it can be read, nothing can be written"
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// Why.
        reason: String,
    },
    /// A file of the journal is missing or wrong.
    #[error("{}: {}; what stands before it can be read, nothing can be written", .0.path.display(), .0.reason)]
    Broken(Trouble),
    /// The store can be read only.
    #[error("{path} can only be read here: {reason}; nothing was changed")]
    ReadOnly {
        /// The file.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// The disk refused; nothing was written.
    #[error("{path}: {source}; nothing was changed")]
    Disk {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A write or its sync failed: it may or may not be on the disk.
    #[error(
        "{path} could not be written whole ({reason}): it is unclear whether the last change was kept; open the store again and look"
    )]
    Unclear {
        /// The file.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
}

impl StoreError {
    /// Whether something may have been written.
    pub fn is_unclear(&self) -> bool {
        matches!(self, Self::Unclear { .. })
    }

    /// What the disk said before anything was written: that this place cannot be written at all, or that it failed.
    fn refused(path: PathBuf, source: std::io::Error) -> Self {
        match source.kind() {
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
                Self::ReadOnly { path, reason: source.to_string() }
            }
            ErrorKind::Unsupported => {
                let reason = format!("its file system has no locks to keep two writers apart ({source})");
                Self::ReadOnly { path, reason }
            }
            _ => Self::Disk { path, source },
        }
    }
}

impl From<Trouble> for StoreError {
    fn from(trouble: Trouble) -> Self {
        Self::Broken(trouble)
    }
}

impl Store {
    /// Opens a store for what it holds now; changes no byte.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        Self::open_on(Arc::new(OsDisk), folder)
    }

    /// The same on a disk of the caller's.
    pub fn open_on(disk: Arc<dyn Disk>, folder: &Path) -> Result<Self, StoreError> {
        Self::open_with(disk, folder, Options::default())
    }

    /// The same with options.
    pub fn open_with(disk: Arc<dyn Disk>, folder: &Path, options: Options) -> Result<Self, StoreError> {
        let journal = Journal::open(disk, folder, options)?;
        let read = journal.start();
        let mut inner = Inner { writer: Writer::new(journal), read, stopped: None, fold: Fold::default() };
        inner.catch_up()?;
        Ok(Self { inner: Mutex::new(inner) })
    }

    /// Makes a new store in a folder that is missing or empty, durable before it returns.
    pub fn create(folder: &Path) -> Result<Self, StoreError> {
        Self::create_on(Arc::new(OsDisk), folder)
    }

    /// The same on a disk of the caller's.
    pub fn create_on(disk: Arc<dyn Disk>, folder: &Path) -> Result<Self, StoreError> {
        create::create(disk.as_ref(), folder)?;
        Self::open_on(disk, folder)
    }

    /// The schemas as of now.
    pub fn schemas(&self) -> Result<Schemas, StoreError> {
        Ok(self.current()?.fold.state.schemas.clone())
    }

    /// A customer's profile as of now, and the `seq` of the store.
    pub fn load(&self, id: &CustomerId) -> Result<Option<(Profile, u64)>, StoreError> {
        let inner = self.current()?;
        Ok(inner.fold.state.profiles.get(id).map(|profile| (profile.clone(), inner.fold.seq)))
    }

    /// The IDs of all customers, sorted.
    pub fn customers(&self) -> Result<Vec<CustomerId>, StoreError> {
        Ok(self.current()?.fold.state.profiles.keys().cloned().collect())
    }

    /// The IDs of those whom [`Self::find`] finds.
    pub fn find_text(&self, text: &str, limit: usize) -> Result<Vec<CustomerId>, StoreError> {
        Ok(self.find(text, limit)?.into_iter().map(|profile| profile.id).collect())
    }

    /// At most `limit` customers who have `text` in their ID or a value, letter case ignored. Where the text is a number,
    /// punctuation does not count on either side.
    pub fn find(&self, text: &str, limit: usize) -> Result<Vec<Profile>, StoreError> {
        Ok(found_in(self.current()?.fold.state.profiles.values(), text, limit))
    }

    /// At most `limit` customers of whom every named attribute has its value: see [`Profile::has`].
    pub fn identify(&self, wanted: &[(String, String)], limit: usize) -> Result<Vec<Profile>, StoreError> {
        Ok(identified_in(self.current()?.fold.state.profiles.values(), wanted, limit))
    }

    /// The accepted requests that made a customer what it is, oldest first: see [`history`].
    pub fn history(&self, id: &CustomerId) -> Result<Vec<line::Line>, StoreError> {
        let inner = self.current()?;
        let known = history::Known { seq: inner.fold.seq, lost: inner.fold.lost.clone() };
        let journal = inner.writer.journal().clone();
        drop(inner); // nobody waits for what is read here
        history::history(&journal, &known, id)
    }

    /// Judges the requests in order, writes the accepted ones with one write and one sync, and answers after it.
    pub fn append(
        &self,
        requests: &[Request],
        by: &str,
        at: &str,
    ) -> Result<Vec<Result<Accepted, Rejection>>, StoreError> {
        self.append_planned(requests, None, by, at)
    }

    /// The same for requests that were planned from what the store held at `planned_from`: nothing is written and the
    /// answer is [`StoreError::Moved`] where a customer whom they name, or any schema, was touched after it.
    pub fn append_planned(
        &self,
        requests: &[Request],
        planned_from: Option<u64>,
        by: &str,
        at: &str,
    ) -> Result<Vec<Result<Accepted, Rejection>>, StoreError> {
        let mut inner = self.lock();
        let _held = inner.writer.lock()?;
        inner.writer.settle()?;
        inner.catch_up()?;
        inner.writable()?;
        let Inner { writer, fold, .. } = &mut *inner;
        planned_from.map_or(Ok(()), |seq| fold.moves.refuse_since(seq, fold.seq, requests))?;
        let writing = writer.begin(fold.seq + 1)?;
        let mut text = String::new();
        let answers = requests.iter().map(|request| fold.accept(request, by, at, &mut text)).collect();
        writing.append(&text)?;
        inner.read = inner.writer.journal().end();
        Ok(answers)
    }

    /// The damage that reading met, if any: of the whole store, or of some customers.
    pub fn damage(&self) -> Option<String> {
        let inner = self.lock();
        let of_all = inner.writable().err().map(|error| error.to_string());
        of_all.or_else(|| inner.fold.held.damage())
    }

    /// What the journal holds now, lines of other processes included. After an unclear write it is not known.
    fn current(&self) -> Result<MutexGuard<'_, Inner>, StoreError> {
        let mut inner = self.lock();
        inner.catch_up()?;
        inner.writer.clear()?;
        Ok(inner)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn catch_up(&mut self) -> Result<(), StoreError> {
        self.writer.refresh()?;
        let journal = self.writer.journal().clone();
        if self.stopped.is_some() || self.read == journal.end() {
            return Ok(());
        }
        let mut scan = journal.scan(self.read);
        while let Some((at, bytes)) = scan.next().map_err(|source| journal.failed(source))? {
            if let Err(reason) = self.fold.read(&journal, at, bytes) {
                let (path, line) = journal.place(at).map_err(|source| journal.failed(source))?;
                self.stopped = Some(Damage { path, line, reason });
                break;
            }
        }
        self.read = journal.end();
        Ok(())
    }

    fn writable(&self) -> Result<(), StoreError> {
        self.writer.clear()?;
        if let Some(Damage { path, line, reason }) = &self.stopped {
            return Err(StoreError::Damaged { path: path.clone(), line: *line, reason: reason.clone() });
        }
        self.writer.writable()
    }
}

impl Fold {
    /// Takes a line; an error says why nothing behind it counts.
    fn read(&mut self, journal: &Journal, at: Position, bytes: &[u8]) -> Result<(), String> {
        match line::Line::from_bytes(bytes) {
            Ok(line) if !journal.follows(at, self.seq, line.seq) => {
                Err(format!("its seq is {}, it follows {}", line.seq, self.seq))
            }
            Ok(line) => self.take(&line),
            Err(line::LineError::Checksum) => self.take_damaged(journal, at, bytes),
            Err(error) => Err(error.to_string()),
        }
    }

    fn take(&mut self, line: &line::Line) -> Result<(), String> {
        if self.held.holds(&line.request) {
            if let Some(gone) = self.held.pass_over(&line.request) {
                self.state.profiles.remove(&gone);
            }
        } else if let Err(rejection) = apply(&mut self.state, &line.request, Reading::Upsert) {
            return Err(format!("it cannot be carried out: {rejection}"));
        }
        self.seq = line.seq;
        self.moves.note(&line.request, line.seq);
        Ok(())
    }

    /// A damaged line holds its customers; where nothing tells whose it was, nothing behind it counts.
    fn take_damaged(&mut self, journal: &Journal, at: Position, bytes: &[u8]) -> Result<(), String> {
        let customers = whose::whose(bytes, self.seq + 1, |id| self.moves.customers.contains_key(id));
        if customers.is_empty() {
            return Err(format!("{}; nothing tells whose it was", line::LineError::Checksum));
        }
        self.seq += 1;
        let place = journal.place(at).map(|(path, line)| format!("{}:{line}", path.display()));
        self.held.hold(&customers, &place.unwrap_or_default());
        self.moves.customers.extend(customers.iter().map(|id| (id.clone(), self.seq)));
        self.lost.insert(self.seq, customers);
        Ok(())
    }

    fn accept(
        &mut self,
        request: &Request,
        by: &str,
        at: &str,
        out: &mut String,
    ) -> Result<Accepted, Rejection> {
        let request = with_id(request);
        self.held.refuse(&request)?;
        apply(&mut self.state, &request, Reading::Upsert)?;
        self.seq += 1;
        self.moves.note(&request, self.seq);
        let (customer, seq, checkpoint) = (request.customer(), self.seq, self.checkpoint_after(&request));
        for (seq, request) in (seq..).zip([Some(request), checkpoint].into_iter().flatten()) {
            self.seq = seq;
            out.push_str(&line::Line { seq, at: at.into(), by: by.into(), request }.to_text());
            out.push('\n');
        }
        Ok(Accepted { seq, customer })
    }

    /// After a merge, in the same write, the whole profile of the customer who remains: whoever folds it need not know the
    /// other one.
    fn checkpoint_after(&self, request: &Request) -> Option<Request> {
        let Request::MergeProfiles { dst, .. } = request else { return None };
        Some(Request::Checkpoint(dst.clone(), self.state.profiles.get(dst)?.to_json()))
    }
}

/// At most `limit` of the profiles that have `text` in their ID or a value, letter case and the punctuation of numbers
/// ignored.
pub fn found_in<'a>(profiles: impl Iterator<Item = &'a Profile>, text: &str, limit: usize) -> Vec<Profile> {
    let wanted = Wanted::new(text);
    profiles.filter(|profile| wanted.is_in(profile.to_json().view())).take(limit).cloned().collect()
}

/// At most `limit` of the profiles of which every named attribute has its value.
pub fn identified_in<'a>(
    profiles: impl Iterator<Item = &'a Profile>,
    wanted: &[(String, String)],
    limit: usize,
) -> Vec<Profile> {
    let has = |profile: &&Profile| wanted.iter().all(|(name, value)| profile.has(name, value));
    profiles.filter(has).take(limit).cloned().collect()
}

/// A create without an ID gets one, as the first member of its body.
pub fn with_id(request: &Request) -> Request {
    match request {
        Request::CreateProfile(body)
            if body.view().kind() == Kind::Object && body.view().get("customer_id").is_none() =>
        {
            let id = Json::string(&random_hex(8));
            let members =
                body.view().members().map(|(name, value): (NameToken<'_>, View<'_>)| (name.as_str(), value));
            Request::CreateProfile(Json::object(
                std::iter::once(("\"customer_id\"", id.view())).chain(members),
            ))
        }
        other => other.clone(),
    }
}

/// An ID for a new customer: 16 upper-case hexadecimal digits.
pub fn random_id() -> String {
    random_hex(8)
}

/// That many random bytes as upper-case hex; from the clock where the system gives no randomness.
fn random_hex(bytes: usize) -> String {
    let mut random = vec![0; bytes];
    if getrandom::fill(&mut random).is_err() {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        random.iter_mut().zip(now.as_nanos().to_le_bytes()).for_each(|(to, from)| *to = from);
    }
    random.iter().fold(String::new(), |text, byte| format!("{text}{byte:02X}"))
}

/// A text that is looked for.
struct Wanted {
    folded: String,
    digits: Option<String>,
}

impl Wanted {
    fn new(text: &str) -> Self {
        let is_number = text.chars().all(|c| c.is_ascii_digit() || " +-./()".contains(c));
        let digits = Some(digits_of(text)).filter(|digits| is_number && !digits.is_empty());
        Self { folded: text.to_lowercase(), digits }
    }

    fn is_in(&self, view: View<'_>) -> bool {
        let inside =
            view.members().any(|(_, value)| self.is_in(value)) || view.elements().any(|v| self.is_in(v));
        inside || self.matches(&view.text().unwrap_or_else(|| scalar(view).into()))
    }

    fn matches(&self, text: &str) -> bool {
        let by_digits = self.digits.as_ref().is_some_and(|digits| digits_of(text).contains(digits));
        by_digits || (!self.folded.is_empty() && text.to_lowercase().contains(&self.folded))
    }
}

fn scalar(view: View<'_>) -> &str {
    if matches!(view.kind(), Kind::Array | Kind::Object | Kind::Null) { "" } else { view.as_str() }
}

fn digits_of(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}
