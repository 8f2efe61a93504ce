#![doc = include_str!("store/FORMAT.md")]

mod aside;
mod chain;
mod check;
mod commit;
mod compact;
pub mod connections;
mod create;
pub mod disk;
pub mod drafts;
mod error;
mod find;
mod glance;
mod header;
mod held;
mod history;
mod inbox;
#[allow(dead_code, unused_imports, reason = "more than is used")]
mod index;
mod journal;
mod judge;
pub mod labels;
pub mod line;
mod mend;
pub mod places;
pub mod position;
mod progress;
mod recover;
mod repair;
mod scan;
mod segments;
pub mod settings;
mod synced;
mod timeline;
mod view;
mod whose;
mod writer;

use crate::model::apply::Rejection;
use crate::model::json::{Json, Kind, NameToken, View as JsonView};
use crate::model::profile::{CustomerId, Profile};
use crate::model::request::Request;
use crate::model::schema::Schemas;
use crate::model::search::Wanted;
use commit::{Asked, Commit};
use disk::{Disk, OsDisk};
use header::Header;
use position::Position;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;
use view::{PIECE, View};

pub use check::{Report, Spot, check, check_on};
pub use compact::Compacted;
pub use error::StoreError;
pub use journal::Options;
pub use progress::{Progress, Watch};
pub use repair::{RepairError, Repaired, repair, repair_on};
pub use segments::Trouble;

/// So long a file stays for which another stands.
const REPLACED: Duration = Duration::from_hours(1);

/// A local store, open for reading and writing. Several may be open on one folder, in one process or many; many threads may share
/// one. Readers never wait for a writer.
pub struct Store {
    view: RwLock<View>,
    commit: Commit,
    /// Why it is not known what was kept: a write or its sync failed.
    unclear: Mutex<Option<StoreError>>,
    /// One at a time writes the index.
    indexing: Mutex<()>,
    disk: Arc<dyn Disk>,
    folder: PathBuf,
    options: Options,
}

/// What an accepted request became.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// Its number in the journal.
    pub seq: u64,
    /// The customer whom it changed, if it changed one.
    pub customer: Option<CustomerId>,
}

impl Store {
    /// Opens a store for what it holds now; changes nothing but its index.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        Self::open_on(Arc::new(OsDisk), folder)
    }

    /// The same on a disk of the caller's.
    pub fn open_on(disk: Arc<dyn Disk>, folder: &Path) -> Result<Self, StoreError> {
        Self::open_with(disk, folder, Options::default(), &mut |_| {})
    }

    /// The same with options; `watch` is told how far a scan of the journal is, where the index does not cover it.
    pub fn open_with(
        disk: Arc<dyn Disk>,
        folder: &Path,
        options: Options,
        watch: Watch<'_>,
    ) -> Result<Self, StoreError> {
        let mut view = View::open(disk.clone(), folder, options, watch)?;
        view.index_tail(options.tail);
        Ok(Self {
            view: RwLock::new(view),
            commit: Commit::new(disk.clone(), folder, options),
            unclear: Mutex::default(),
            indexing: Mutex::default(),
            disk,
            folder: folder.to_owned(),
            options,
        })
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
        Ok(self.current()?.timeline().now().clone())
    }

    /// A customer's profile as of now, and the `seq` of the store.
    pub fn load(&self, id: &CustomerId) -> Result<Option<(Profile, u64)>, StoreError> {
        let (chain, seq) = self.read(|view| {
            let chain = view.chain(id).map_err(|source| view.journal().failed(source))?;
            Ok((chain, view.seq()))
        })?;
        if chain.is_heavy() {
            self.commit.is_due(id);
        }
        if let Some((position, reason)) = chain.damaged {
            self.view.write().unwrap_or_else(PoisonError::into_inner).hold(id, position, &reason);
        }
        Ok(chain.profile.map(|profile| (profile, seq)))
    }

    /// The IDs of all customers, sorted.
    pub fn customers(&self) -> Result<Vec<CustomerId>, StoreError> {
        self.current()?.customers()
    }

    /// The IDs of those whom [`Self::find`] finds.
    pub fn find_text(&self, text: &str, limit: usize) -> Result<Vec<CustomerId>, StoreError> {
        Ok(self.find(text, limit)?.into_iter().map(|profile| profile.id).collect())
    }

    /// At most `limit` customers who have `text` in their ID or a value, letter case ignored. Where the text is a number,
    /// punctuation does not count on either side.
    pub fn find(&self, text: &str, limit: usize) -> Result<Vec<Profile>, StoreError> {
        self.read(|view| view.find(text, limit))
    }

    /// At most `limit` customers of whom every named attribute has its value: see [`Profile::has`].
    pub fn identify(&self, wanted: &[(String, String)], limit: usize) -> Result<Vec<Profile>, StoreError> {
        self.read(|view| view.identify(wanted, limit))
    }

    /// The accepted requests that made a customer what it is, oldest first, with those of whom was merged into it and those about
    /// the schemas of its extensions.
    pub fn history(&self, id: &CustomerId) -> Result<Vec<line::Line>, StoreError> {
        self.read(|view| view.history(id))
    }

    /// Judges the requests in order, writes the accepted ones with one write and one sync, and answers after it. What other threads
    /// ask meanwhile shares the next write.
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
        let asked = Asked { requests: requests.to_vec(), planned_from, by: by.into(), at: at.into() };
        let answer = self.commit.write(&self.view, asked);
        if let Err(error) = &answer
            && error.is_unclear()
        {
            *self.unclear.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.again());
        }
        self.index(PIECE / 4 * self.options.tail);
        answer
    }

    /// Writes the journal anew while others go on reading and writing: of requests before `since` (an `at` as lines have it) only
    /// what they made is kept, all others stay; without `since` all stay. The former files are replaced by one rename; they stay in
    /// the folder, without meaning, for a copy that is just being taken, and a compaction an hour later removes them.
    pub fn compact(&self, since: Option<&str>) -> Result<Compacted, StoreError> {
        let mut removed = self.remove_replaced()?;
        let number = self.commit.seal(&self.view)?;
        if number == 0 {
            return Ok(Compacted { removed, ..Compacted::default() });
        }
        let view = View::open(self.disk.clone(), &self.folder, self.options, &mut |_| {})?;
        self.refuse_damage(&view)?;
        let header = Header {
            store: view.journal().store_id().to_owned(),
            segment: number,
            replaces: Some(1),
            first_seq: 1,
        };
        let finished = self.folder.join(format!("compact-{}", random_hex(8)));
        let until = Position::end_of(number);
        let made =
            compact::write(self.disk.as_ref(), &finished, &view, &header, until, since).and_then(|made| {
                self.commit.replace(&self.view, view.journal(), number, &finished).map(|()| made)
            });
        if made.is_err() {
            let _ = self.disk.remove(&finished); // what is left of it has no meaning
        }
        let made = made?;
        drop(self.current()?); // the index is made anew
        removed += self.remove_replaced()?;
        Ok(Compacted { removed, ..made })
    }

    /// Writes what the store holds as of now into one file, which is the first segment of a store when it is put into a folder under
    /// that name: see FORMAT.md. Of requests before `since` only what they made is kept.
    pub fn backup(&self, file: &Path, since: Option<&str>) -> Result<Compacted, StoreError> {
        let view = View::open(self.disk.clone(), &self.folder, self.options, &mut |_| {})?;
        self.refuse_damage(&view)?;
        let store = view.journal().store_id().to_owned();
        let header = Header { store, segment: 1, replaces: Some(1), first_seq: 1 };
        let mut unfinished = file.as_os_str().to_owned();
        unfinished.push(".new");
        let (unfinished, end) = (PathBuf::from(unfinished), view.journal().end());
        let made = compact::write(self.disk.as_ref(), &unfinished, &view, &header, end, since)?;
        let above = file.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let named = self.disk.rename(&unfinished, file).and_then(|()| self.disk.sync_folder(above));
        named.map_err(|source| StoreError::Disk { path: file.to_owned(), source })?;
        Ok(made)
    }

    /// What stands for damage would be left out with it.
    fn refuse_damage(&self, view: &View) -> Result<(), StoreError> {
        view.writable()?;
        match view.held().damage() {
            Some(reason) => Err(StoreError::ReadOnly { path: self.folder.clone(), reason }),
            None => Ok(()),
        }
    }

    /// Removes files for which another has stood for an hour; so many bytes.
    fn remove_replaced(&self) -> Result<u64, StoreError> {
        let failed = |source| StoreError::Disk { path: self.folder.clone(), source };
        let found = segments::look(self.disk.as_ref(), &self.folder).map_err(failed)?;
        let Some(found) = found.filter(|found| found.trouble.is_none()) else { return Ok(0) };
        let mut removed = 0;
        for segment in found.segments.iter().filter(|segment| segment.replaces.is_some()) {
            if self.disk.age(&segment.path).map_err(failed)? < REPLACED {
                return Ok(removed);
            }
        }
        let names = self.disk.list(&self.folder).map_err(failed)?;
        let names = names.iter().filter_map(|name| name.to_str());
        let in_use: Vec<String> = self.current()?.run_names().collect();
        let is_left = |name: &&str| {
            name.starts_with("compact-")
                || (name.starts_with("index-") && !in_use.iter().any(|used| used == name))
        };
        for path in names.filter(is_left).map(|name| self.folder.join(name)) {
            if self.disk.age(&path).is_ok_and(|age| age >= REPLACED) {
                self.disk.remove(&path).map_err(failed)?; // its owner died, or others stand for it
            }
        }
        for path in found.replaced {
            let size =
                self.disk.open(&path, disk::Access::Read).and_then(|file| file.size()).map_err(failed)?;
            self.disk.remove(&path).map_err(failed)?;
            removed += size;
        }
        Ok(removed)
    }

    /// The damage that reading met, if any: of the whole store, or of some customers.
    pub fn damage(&self) -> Option<String> {
        let view = self.view.read().unwrap_or_else(PoisonError::into_inner);
        let of_all = view.writable().err().map(|error| error.to_string());
        let of_all = of_all.or_else(|| view.journal().refusal().map(|error| error.to_string()));
        of_all.or_else(|| view.held().damage())
    }

    /// What the journal holds now, lines of other processes included. After an unclear write it is not known.
    fn current(&self) -> Result<RwLockReadGuard<'_, View>, StoreError> {
        if let Some(error) = &*self.unclear.lock().unwrap_or_else(PoisonError::into_inner) {
            return Err(error.again());
        }
        let view = self.view.read().unwrap_or_else(PoisonError::into_inner);
        if !view.is_stale()? {
            return Ok(view);
        }
        drop(view);
        self.view.write().unwrap_or_else(PoisonError::into_inner).catch_up()?;
        Ok(self.view.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Asks what the journal holds now. Where the index turns out to be damaged it is made anew.
    fn read<T>(&self, ask: impl Fn(&View) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let answer = ask(&*self.current()?); // no lock is held from here on
        match answer {
            Err(error) if error.is_of_index() => {
                let mut view = self.view.write().unwrap_or_else(PoisonError::into_inner);
                view.begin_anew(false);
                view.catch_up()?;
                ask(&view)
            }
            answer => answer,
        }
    }

    /// Writes the tail to the index once it is so long, in bytes. Readers go on meanwhile.
    fn index(&self, from: u64) {
        let Ok(_alone) = self.indexing.try_lock() else { return };
        let shared = || self.view.read().unwrap_or_else(PoisonError::into_inner);
        let change = || self.view.write().unwrap_or_else(PoisonError::into_inner);
        let Some(run) = shared().tail_as_run(from) else { return };
        change().use_run(run);
        loop {
            let Some(joined) = shared().joined() else { return };
            if !change().use_joined(joined) {
                return;
            }
        }
    }
}

/// What was written last is in the index when the program ends, so that the next start need not read it.
impl Drop for Store {
    fn drop(&mut self) {
        self.index(self.options.tail);
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
            let members = body
                .view()
                .members()
                .map(|(name, value): (NameToken<'_>, JsonView<'_>)| (name.as_str(), value));
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
