//! `import`: profiles and schemas from files, checked, counted, and sent a batch at a time.

use super::args::Target;
use super::verbs::{open, place, read_text, stamp};
use super::{Failure, Surroundings};
use crate::model::apply::Rejection;
use crate::model::finding::Severity;
use crate::model::json::{Json, View};
use crate::model::profile::{CustomerId, Profile};
use crate::model::request::Request;
use crate::model::schema::{Schema, Schemas};
use crate::model::validate::validate;
use crate::target::{self, Target as Store, TargetError};
use crate::transfer::merge;
use crate::transfer::read::{Content, Item, read};
use std::collections::HashSet;
use std::path::PathBuf;

/// How many requests are written and synced together.
const BATCH: usize = 1_000;

/// What became of the items; `read` is the sum of the others.
#[derive(Default)]
struct Tally {
    read: usize,
    new: usize,
    changed: usize,
    same: usize,
    refused: usize,
}

/// An item on its way: its requests, and where it stood.
struct Pending {
    place: String,
    requests: Vec<Request>,
    is_new: bool,
}

pub fn import(
    files: &[PathBuf],
    dry_run: bool,
    target: &Target,
    with: &mut Surroundings<'_>,
) -> Result<(), Failure> {
    let mut inputs = Vec::new();
    for file in files {
        let name = file.display().to_string();
        let items = read(&read_text(file)?).map_err(|error| Failure::json(&name, &error))?;
        inputs.push((name, items));
    }
    let store = if dry_run { open(target)? } else { open_or_create(target)? };
    let mut run = Importer {
        store: store.as_ref(),
        dry_run,
        tally: Tally::default(),
        pending: Vec::new(),
        held: HashSet::new(),
        would_make: Vec::new(),
    };
    for (name, items) in &inputs {
        for item in items {
            run.take(name, item, with)?;
        }
    }
    run.flush(with)?;
    run.report(with)
}

/// The store, made now if it is missing.
pub fn open_or_create(target: &Target) -> Result<Box<dyn Store>, Failure> {
    let path = place(target)?;
    match target::open(&path) {
        Err(TargetError::Missing(_)) => Ok(target::create(&path)?),
        opened => Ok(opened?),
    }
}

struct Importer<'a> {
    store: &'a dyn Store,
    dry_run: bool,
    tally: Tally,
    pending: Vec<Pending>,
    /// Customers with a pending request: the next one of the same customer needs the outcome first.
    held: HashSet<CustomerId>,
    would_make: Vec<Schema>,
}

impl Importer<'_> {
    fn take(&mut self, file: &str, item: &Item, with: &mut Surroundings<'_>) -> Result<(), Failure> {
        self.tally.read += 1;
        let kind = if matches!(item.content, Content::Schema(_)) { "schema" } else { "profile" };
        let place = format!("{file}:{}: {kind} {}", item.line, item.number);
        let made = match &item.content {
            Content::Schema(json) => self.schema_requests(json, with)?,
            Content::Profile(json) => self.profile_requests(json, with)?,
        };
        match made {
            Err(reason) => self.refuse(&place, &[reason], with)?,
            Ok((requests, _)) if requests.is_empty() => self.tally.same += 1,
            Ok((requests, is_new)) => {
                // An item goes whole or not at all, so all its requests are judged before the first is sent.
                let reasons = self.errors(&requests)?;
                if reasons.is_empty() {
                    self.note_schemas(&requests);
                    self.pending.push(Pending { place, requests, is_new });
                } else {
                    self.refuse(&place, &reasons, with)?;
                }
            }
        }
        if self.pending.len() >= BATCH { self.flush(with) } else { Ok(()) }
    }

    fn errors(&self, requests: &[Request]) -> Result<Vec<String>, Failure> {
        let schemas = self.schemas()?;
        let findings = requests.iter().flat_map(|request| validate(request, &schemas));
        Ok(findings.filter(|f| f.severity == Severity::Error).map(|f| f.to_string()).collect())
    }

    /// The store's schemas, and in a dry run those that the files would have made.
    fn schemas(&self) -> Result<Schemas, Failure> {
        Ok(self.store.schemas()?.iter().chain(&self.would_make).cloned().collect())
    }

    fn note_schemas(&mut self, requests: &[Request]) {
        for request in requests {
            if let (true, Request::CreateSchema(json)) = (self.dry_run, request) {
                self.would_make.extend(Schema::from_json(json));
            }
        }
    }

    /// A schema that is there already in the same words changes nothing; in other words it is refused.
    fn schema_requests(
        &mut self,
        json: &Json,
        with: &mut Surroundings<'_>,
    ) -> Result<Result<(Vec<Request>, bool), String>, Failure> {
        self.flush(with)?;
        let schema = match Schema::from_json(json) {
            Ok(schema) => schema,
            Err(error) => return Ok(Err(error.to_string())),
        };
        Ok(match self.schemas()?.get(&schema.name) {
            None => Ok((vec![Request::CreateSchema(json.clone())], true)),
            Some(known) if Schema { json: json.clone(), ..known.clone() } == schema => {
                Ok((Vec::new(), false))
            }
            Some(known) => Err(format!("the store has another schema of the extension {}", known.name)),
        })
    }

    fn profile_requests(
        &mut self,
        json: &Json,
        with: &mut Surroundings<'_>,
    ) -> Result<Result<(Vec<Request>, bool), String>, Failure> {
        if self.pending.iter().any(|pending| matches!(pending.requests[..], [Request::CreateSchema(_)])) {
            self.flush(with)?;
        }
        let schemas = self.schemas()?;
        let Some(id) = json.view().get("customer_id").and_then(View::text) else {
            return Ok(Err("the profile has no customer_id".into()));
        };
        let id = match CustomerId::new(&id) {
            Ok(id) => id,
            Err(reason) => return Ok(Err(reason)),
        };
        if !self.held.insert(id.clone()) {
            self.flush(with)?;
            self.held.insert(id.clone());
        }
        let Some(known) = self.store.load(&id)?.map(|loaded| loaded.profile) else {
            return Ok(Ok((vec![Request::CreateProfile(json.clone())], true)));
        };
        let file = match Profile::from_json(json, |name| schemas.get(name).is_some()) {
            Ok(profile) => profile,
            Err(reason) => return Ok(Err(reason)),
        };
        Ok(Ok((merge::requests(&known, &file, &schemas), false)))
    }

    fn flush(&mut self, with: &mut Surroundings<'_>) -> Result<(), Failure> {
        let pending = std::mem::take(&mut self.pending);
        self.held.clear();
        if self.dry_run {
            for item in &pending {
                self.count(item);
            }
            return Ok(());
        }
        let requests: Vec<Request> = pending.iter().flat_map(|item| item.requests.iter().cloned()).collect();
        if requests.is_empty() {
            return Ok(());
        }
        let mut answers = self.store.send(&requests, None, &stamp(with))?.into_iter();
        for item in &pending {
            let own = answers.by_ref().take(item.requests.len());
            let refused: Vec<Rejection> = own.filter_map(Result::err).collect();
            if refused.is_empty() {
                self.count(item);
            } else {
                let reasons: Vec<String> = refused.iter().map(ToString::to_string).collect();
                self.refuse(&item.place, &reasons, with)?;
            }
        }
        Ok(())
    }

    fn count(&mut self, item: &Pending) {
        if item.is_new { self.tally.new += 1 } else { self.tally.changed += 1 }
    }

    fn refuse(
        &mut self,
        place: &str,
        reasons: &[String],
        with: &mut Surroundings<'_>,
    ) -> Result<(), Failure> {
        self.tally.refused += 1;
        reasons.iter().try_for_each(|reason| writeln!(with.err, "{place}: refused: {reason}"))?;
        Ok(())
    }

    fn report(&self, with: &mut Surroundings<'_>) -> Result<(), Failure> {
        let Tally { read, new, changed, same, refused } = self.tally;
        let tense = if self.dry_run { "Would import" } else { "Imported" };
        let line = format!(
            "{tense}: {read} read = {new} new + {changed} changed + {same} same + {refused} refused."
        );
        if refused > 0 {
            return Err(Failure::refused(format!("{refused} of {read} were refused")).with(line));
        }
        writeln!(with.err, "{line}")?;
        Ok(())
    }
}
