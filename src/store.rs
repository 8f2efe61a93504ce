#![doc = include_str!("store/FORMAT.md")]

mod check;
pub mod connections;
mod create;
pub mod disk;
pub mod drafts;
mod held;
mod history;
mod journal;
pub mod labels;
pub mod line;
pub mod places;
pub mod position;
mod recover;
pub mod settings;
mod synced;
mod whose;

use crate::model::apply::{Reading, Rejection, State, apply};
use crate::model::json::{Json, Kind, NameToken, View};
use crate::model::profile::{CustomerId, Profile};
use crate::model::request::Request;
use crate::model::schema::Schemas;
use disk::{Disk, OsDisk};
use held::Held;
use journal::{Journal, Next};
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use check::{Report, Spot, check};

/// A local store, open for reading and writing. Several may be open on one folder, in one process or many.
pub struct Store {
    inner: Mutex<Inner>,
}

struct Inner {
    journal: Journal,
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
}

impl Store {
    /// Opens a store for what it holds now; changes no byte.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        Self::open_on(Arc::new(OsDisk), folder)
    }

    /// The same on a disk of the caller's.
    pub fn open_on(disk: Arc<dyn Disk>, folder: &Path) -> Result<Self, StoreError> {
        let mut inner = Inner {
            journal: Journal::open(disk, folder)?,
            state: State::default(),
            seq: 0,
            moves: Moves::default(),
            held: Held::default(),
            lost: BTreeMap::new(),
        };
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
        Ok(self.current()?.state.schemas.clone())
    }

    /// A customer's profile as of now, and the `seq` of the store.
    pub fn load(&self, id: &CustomerId) -> Result<Option<(Profile, u64)>, StoreError> {
        let inner = self.current()?;
        Ok(inner.state.profiles.get(id).map(|profile| (profile.clone(), inner.seq)))
    }

    /// The IDs of all customers, sorted.
    pub fn customers(&self) -> Result<Vec<CustomerId>, StoreError> {
        Ok(self.current()?.state.profiles.keys().cloned().collect())
    }

    /// The IDs of those whom [`Self::find`] finds.
    pub fn find_text(&self, text: &str, limit: usize) -> Result<Vec<CustomerId>, StoreError> {
        Ok(self.find(text, limit)?.into_iter().map(|profile| profile.id).collect())
    }

    /// At most `limit` customers who have `text` in their ID or a value, letter case ignored. Where the text is a number,
    /// punctuation does not count on either side.
    pub fn find(&self, text: &str, limit: usize) -> Result<Vec<Profile>, StoreError> {
        Ok(found_in(self.current()?.state.profiles.values(), text, limit))
    }

    /// At most `limit` customers of whom every named attribute has its value: see [`Profile::has`].
    pub fn identify(&self, wanted: &[(String, String)], limit: usize) -> Result<Vec<Profile>, StoreError> {
        Ok(identified_in(self.current()?.state.profiles.values(), wanted, limit))
    }

    /// The accepted requests that made a customer what it is, oldest first: see [`history`].
    pub fn history(&self, id: &CustomerId) -> Result<Vec<line::Line>, StoreError> {
        let inner = self.current()?;
        let known = history::Known { seq: inner.seq, lost: inner.lost.clone() };
        let journals = [inner.journal.again()?, inner.journal.again()?];
        drop(inner); // nobody waits for what is read here
        history::history(journals, &known, id)
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
        let _held = inner.journal.lock()?;
        inner.journal.settle()?;
        inner.catch_up()?;
        inner.journal.writable()?;
        planned_from.map_or(Ok(()), |seq| inner.moves.refuse_since(seq, inner.seq, requests))?;
        let writing = inner.journal.begin()?;
        let mut text = String::new();
        let answers = requests.iter().map(|request| inner.accept(request, by, at, &mut text)).collect();
        inner.journal.append(writing, &text)?;
        Ok(answers)
    }

    /// The damage that reading met, if any: of the whole store, or of some customers.
    pub fn damage(&self) -> Option<String> {
        let inner = self.lock();
        let of_all = inner.journal.writable().err().map(|error| error.to_string());
        of_all.or_else(|| inner.held.damage())
    }

    /// What the journal holds now, lines of other processes included. After an unclear write it is not known.
    fn current(&self) -> Result<MutexGuard<'_, Inner>, StoreError> {
        let mut inner = self.lock();
        inner.catch_up()?;
        inner.journal.clear()?;
        Ok(inner)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn catch_up(&mut self) -> Result<(), StoreError> {
        while let Some(next) = self.journal.next_line()? {
            match next {
                Next::Line(line) => self.take(&line),
                Next::Damaged(bytes) => self.take_damaged(&bytes),
            }
        }
        Ok(())
    }

    fn take(&mut self, line: &line::Line) {
        if line.seq != self.seq + 1 {
            self.journal.damaged(format!("its seq is {}, {} should follow", line.seq, self.seq + 1));
            return;
        }
        if self.held.holds(&line.request) {
            if let Some(gone) = self.held.pass_over(&line.request) {
                self.state.profiles.remove(&gone);
            }
        } else if let Err(rejection) = apply(&mut self.state, &line.request, Reading::Upsert) {
            self.journal.damaged(format!("it cannot be carried out: {rejection}"));
            return;
        }
        self.seq = line.seq;
        self.moves.note(&line.request, line.seq);
    }

    /// A damaged line holds its customers; where nothing tells whose it was, nothing behind it counts.
    fn take_damaged(&mut self, bytes: &[u8]) {
        let customers = whose::whose(bytes, self.seq + 1, |id| self.moves.customers.contains_key(id));
        if customers.is_empty() {
            return self
                .journal
                .damaged(format!("{}; nothing tells whose it was", line::LineError::Checksum));
        }
        self.seq += 1;
        self.held.hold(&customers, &self.journal.place());
        self.moves.customers.extend(customers.iter().map(|id| (id.clone(), self.seq)));
        self.lost.insert(self.seq, customers);
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
