//! A document `FILE.json` as a target: one pretty file of schemas and profiles that people can edit by hand.
//!
//! It is saved atomically after each batch that is accepted, with the former one kept as `FILE.json.bak` and a lock beside it.
//! What somebody edits in the file is the new state, noticed at the next reading. While the file cannot be read nothing is
//! written, it is left alone, and what was last read is still shown.

mod content;
mod file;

use super::{Accepted, Capabilities, Loaded, Stamp, Target, TargetError, Version};
use crate::model::apply::{Reading, Rejection, RejectionKind, State, apply};
use crate::model::finding::{Finding, Place, Severity};
use crate::model::plan::KnownReading;
use crate::model::profile::{CustomerId, Profile};
use crate::model::request::Request;
use crate::model::schema::Schemas;
use crate::store::{found_in, identified_in, with_id};
use content::{Content, Trouble};
use file::{DocumentFile, MAX_SIZE, Mark, Saved};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How often a save starts again because somebody edited the file meanwhile.
const TRIES: usize = 10;

/// A document. Its versions count the changes that were noticed since it was opened, from the time of that on: what was planned
/// from a version before is older than everybody here.
pub struct DocumentStore {
    /// As it was named.
    place: PathBuf,
    file: DocumentFile,
    inner: Mutex<Inner>,
}

struct Inner {
    mark: Option<Mark>,
    bytes: Vec<u8>,
    content: Content,
    version: u64,
    /// The version at which each customer changed last, and any schema.
    moved: HashMap<CustomerId, u64>,
    schemas_moved: u64,
    /// Why the file cannot be read just now.
    trouble: Option<String>,
}

impl DocumentStore {
    /// Opens a document for what it holds now; changes no byte.
    pub fn open(path: &Path) -> Result<Self, TargetError> {
        let resolved = path.canonicalize().map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => TargetError::Missing(path.to_owned()),
            _ => TargetError::NotReached(format!("{} cannot be read: {error}", path.display())),
        })?;
        let store = Self {
            place: path.to_owned(),
            file: DocumentFile { path: resolved },
            inner: Mutex::new(Inner {
                mark: None,
                bytes: Vec::new(),
                content: Content::empty(),
                version: opened_at(),
                moved: HashMap::new(),
                schemas_moved: 0,
                trouble: None,
            }),
        };
        let trouble = store.current().trouble.take();
        match trouble {
            Some(trouble) => Err(TargetError::NotReached(trouble)),
            None => Ok(store),
        }
    }

    /// Makes a new document where no file is, durable before it returns.
    pub fn create(path: &Path) -> Result<Self, TargetError> {
        let file = DocumentFile { path: path.to_owned() };
        let held = file.lock()?;
        file.make(&Content::empty().text())?;
        drop(held);
        Self::open(path)
    }

    /// What the file holds now; where it cannot be read, what it held.
    fn current(&self) -> MutexGuard<'_, Inner> {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.refresh(&self.file);
        inner
    }
}

/// The clock in microseconds: changes are never that quick.
fn opened_at() -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(now.as_micros()).unwrap_or_default()
}

impl Inner {
    fn refresh(&mut self, file: &DocumentFile) {
        let read = match file.mark() {
            Ok(mark) if Some(mark) == self.mark => return,
            Ok(_) => file.read(),
            Err(error) => Err(error),
        };
        let path = file.path.display();
        let (mark, bytes) = match read {
            Ok(read) => read,
            Err(error) => {
                self.mark = None;
                self.trouble = Some(format!("{path} cannot be read: {error}; nothing is written to it"));
                return;
            }
        };
        self.mark = Some(mark).filter(Mark::is_settled);
        if bytes == self.bytes {
            self.trouble = None;
            return;
        }
        match Content::parse(&bytes) {
            Ok(content) => self.take(content, bytes),
            Err(Trouble { place, sentence }) => {
                let place = place.map_or(String::new(), |(line, column)| format!(":{line}:{column}"));
                self.trouble = Some(format!(
                    "{path}{place}: {sentence}; the file is left alone, and nothing is written to it until it can be read"
                ));
            }
        }
    }

    /// The new content, and who changed by it.
    fn take(&mut self, content: Content, bytes: Vec<u8>) {
        self.version += 1;
        let (old, new) = (&self.content.state, &content.state);
        if old.schemas != new.schemas {
            self.schemas_moved = self.version;
        }
        for id in old.profiles.keys().chain(new.profiles.keys()) {
            if old.profiles.get(id) != new.profiles.get(id) {
                self.moved.insert(id.clone(), self.version);
            }
        }
        (self.content, self.bytes, self.trouble) = (content, bytes, None);
    }

    fn refuse_since(&self, Version(from): Version, requests: &[Request]) -> Result<(), TargetError> {
        let named: Vec<CustomerId> = requests.iter().flat_map(Request::customers).collect();
        let moved = named.iter().find(|id| self.moved.get(id).is_some_and(|at| *at > from));
        if moved.is_none() && self.schemas_moved <= from && from <= self.version {
            return Ok(());
        }
        Err(moved.or(named.first()).map_or(TargetError::SchemasMoved, |id| TargetError::Moved(id.clone())))
    }

    /// Each request judged for itself, on a copy of the state.
    fn judged(&self, requests: &[Request]) -> (State, Vec<Result<Accepted, Rejection>>) {
        let mut state = self.content.state.clone();
        let answers = requests.iter().map(|request| {
            if self.content.is_array() && matches!(request, Request::CreateSchema(_)) {
                return Err(no_room());
            }
            let request = with_id(request);
            apply(&mut state, &request, Reading::Upsert)?;
            Ok(Accepted { customer: request.customer() })
        });
        let answers = answers.collect();
        (state, answers)
    }
}

fn no_room() -> Rejection {
    let sentence = "this document is a plain array of profiles and has no room for schemas: make it {\"schemas\":[],\"profiles\":[…]} first";
    let finding = Finding { place: Place::default(), severity: Severity::Error, sentence: sentence.into() };
    Rejection { kind: RejectionKind::Invalid, findings: vec![finding] }
}

impl Target for DocumentStore {
    fn place(&self) -> String {
        self.place.display().to_string()
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            reading: KnownReading::Upsert,
            own: true,
            text_search: true,
            listing: true,
            history: false,
            schemas: true,
        }
    }

    fn schemas(&self) -> Result<Schemas, TargetError> {
        Ok(self.current().content.state.schemas.clone())
    }

    fn load(&self, id: &CustomerId) -> Result<Option<Loaded>, TargetError> {
        let inner = self.current();
        let profile = inner.content.state.profiles.get(id);
        let version = Some(Version(inner.version));
        Ok(profile.map(|profile| Loaded { profile: profile.clone(), version }))
    }

    fn customers(&self) -> Result<Vec<CustomerId>, TargetError> {
        Ok(self.current().content.state.profiles.keys().cloned().collect())
    }

    fn find(&self, text: &str, limit: usize) -> Result<Vec<Profile>, TargetError> {
        Ok(found_in(self.current().content.state.profiles.values(), text, limit))
    }

    fn identify(&self, wanted: &[(String, String)], limit: usize) -> Result<Vec<Profile>, TargetError> {
        Ok(identified_in(self.current().content.state.profiles.values(), wanted, limit))
    }

    fn send(
        &self,
        requests: &[Request],
        planned_from: Option<Version>,
        _: &Stamp,
    ) -> Result<Vec<Result<Accepted, Rejection>>, TargetError> {
        let _held = self.file.lock()?;
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        for _ in 0..TRIES {
            inner.refresh(&self.file);
            if let Some(trouble) = &inner.trouble {
                return Err(TargetError::NotReached(trouble.clone()));
            }
            planned_from.map_or(Ok(()), |from| inner.refuse_since(from, requests))?;
            let (state, answers) = inner.judged(requests);
            let content = inner.content.with(state);
            if content.state == inner.content.state {
                return Ok(answers);
            }
            let text = content.text();
            if text.len() as u64 > MAX_SIZE {
                let sentence =
                    "would become larger than 64 MiB; nothing was changed; a folder has room for more";
                return Err(TargetError::NotOffered(format!("{} {sentence}", self.place())));
            }
            if self.file.save(&text, &inner.bytes)? == Saved::Done {
                inner.mark = None; // the next reading takes the mark of the new file
                inner.take(content, text.into_bytes());
                return Ok(answers);
            }
            inner.mark = None;
        }
        let sentence = "is being changed all the time by somebody else; nothing was changed, try again";
        Err(TargetError::NotReached(format!("{} {sentence}", self.place())))
    }

    fn batch(&self) -> usize {
        100_000
    }

    fn damage(&self) -> Option<String> {
        self.current().trouble.clone()
    }
}
