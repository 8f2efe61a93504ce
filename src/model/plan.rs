//! The gentlest requests that turn one profile into another (docs/API.md, "Insert and its doubt").
//!
//! Law: applied to `before` the plan gives `after`, records compared as a multiset, defaults of missing mandatory attributes
//! filled in, a delete that finds nothing counting as done. A plan made for an unknown reading gives it under both.

mod extension;
mod outgoing;

use super::compare::{RecordMeaning, meaning, record_meaning};
use super::json::{Json, View, folded, quoted, same_name};
use super::profile::{CUSTOMER_ID, CoreAttribute, CustomerId, Profile, Record};
use super::request::Request;
use super::schema::{Schema, Schemas};
use super::stored::stored;
use std::collections::BTreeMap;

/// What is known of a server's reading of insert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KnownReading {
    /// Record by record.
    Upsert,
    /// The named extension is replaced whole.
    Replace,
    /// Not found out: the plan must be right under both.
    Unknown,
}

/// What a plan may count on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// The reading of insert. Stores of our own upsert, whatever stands here.
    pub reading: KnownReading,
    /// Whether the target is a store or team server of our own.
    pub own_store: bool,
    /// Whether the list of all extensions was read, and the profile with all of them: only then may a complete profile be sent.
    pub schemas_known: bool,
}

/// Why no safe requests lead from one profile to the other; each is a sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CannotExpress {
    /// A single-valued extension would have to be cleared on a foreign server.
    #[error(
        "{extension} cannot be cleared on this server: no request deletes the record of a single-valued extension"
    )]
    ClearSingle {
        /// The extension.
        extension: String,
    },
    /// Nothing tells the stored records apart, and the complete profile is not known either.
    #[error(
        "{extension} cannot be changed on this server: its stored records have no unique attributes that tell them apart, and an insert could lose or double them"
    )]
    NoUnique {
        /// The extension.
        extension: String,
    },
    /// The schema could not be read, so it is not known what identifies a record.
    #[error(
        "{extension} cannot be changed on this server: it does not tell what identifies a record of it, and an insert over stored records could lose or double them; declare the unique attributes of {extension} with the connection"
    )]
    SchemaNotRead {
        /// The extension.
        extension: String,
    },
    /// The extension was not asked for, so what is stored of it is not known.
    #[error(
        "{extension} cannot be added on this server: it does not tell its extensions, and {extension} is not among those that are read from it, so an insert could replace what is there; name it among the extensions of the connection"
    )]
    NotRead {
        /// The extension.
        extension: String,
    },
    /// A new record lacks a unique attribute, and no schema tells what counts instead.
    #[error(
        "{extension} cannot be changed on this server: a new record has no {attribute}, and it is not known what the server takes instead"
    )]
    KeyNotWhole {
        /// The extension.
        extension: String,
        /// The unique attribute.
        attribute: String,
    },
    /// The schemas are known, and none is of this extension.
    #[error("{extension} cannot be saved: there is no schema of this extension")]
    UnknownExtension {
        /// The extension.
        extension: String,
    },
    /// Two of the wanted records are the same one to a server.
    #[error("{extension} cannot be saved: two of its records have the same {unique}")]
    SharedKey {
        /// The extension.
        extension: String,
        /// The unique attributes, joined with "and".
        unique: String,
    },
    /// Several records are wanted where one has room.
    #[error("{extension} is single-valued: it cannot hold {count} records")]
    TooMany {
        /// The extension.
        extension: String,
        /// How many are wanted.
        count: usize,
    },
    /// The two profiles are of different customers.
    #[error("customer {before} cannot be turned into customer {after}")]
    OtherCustomer {
        /// Who it was.
        before: CustomerId,
        /// Who it should be.
        after: CustomerId,
    },
}

/// The requests that turn `before` into `after`, to be sent in this order; `None` is a customer who does not exist. The plan
/// for no change is empty. On a foreign server an update of the profile that names extensions overrides all it knows of the
/// customer: the caller warns first.
pub fn plan(
    before: Option<&Profile>,
    after: Option<&Profile>,
    schemas: &Schemas,
    rules: &Rules,
) -> Result<Vec<Request>, CannotExpress> {
    plan_with_sets(before, after, schemas, rules, &[])
}

/// The same, where changed records of these extensions go with the complete set instead of one by one.
pub fn plan_with_sets(
    before: Option<&Profile>,
    after: Option<&Profile>,
    schemas: &Schemas,
    rules: &Rules,
    sets: &[String],
) -> Result<Vec<Request>, CannotExpress> {
    match (before, after) {
        (None, None) => Ok(Vec::new()),
        (Some(before), None) => Ok(vec![Request::DeleteProfile(before.id.clone())]),
        (None, Some(after)) => {
            let before = Profile::empty(after.id.clone());
            let planner = Planner { before: &before, after, schemas, rules, sets, is_new: true };
            Ok(vec![Request::CreateProfile(planner.body(true, planner.steps()?.inserts))])
        }
        (Some(before), Some(after)) if before.id != after.id => {
            Err(CannotExpress::OtherCustomer { before: before.id.clone(), after: after.id.clone() })
        }
        (Some(before), Some(after)) => {
            Planner { before, after, schemas, rules, sets, is_new: false }.requests()
        }
    }
}

/// Extensions of a body with their values.
type Named = Vec<(String, Json)>;

/// What the extensions need, sorted by kind of request.
#[derive(Default)]
struct Steps {
    inserts: Named,
    updates: Vec<Request>,
    removals: Vec<Request>,
    /// Replaced by an update of the profile, on our own stores.
    replaced: Named,
    /// Nothing but the complete profile will do.
    complete: bool,
}

struct Planner<'a> {
    before: &'a Profile,
    after: &'a Profile,
    schemas: &'a Schemas,
    rules: &'a Rules,
    sets: &'a [String],
    /// Nothing can be stored of a customer who is not there.
    is_new: bool,
}

/// One extension as it was and as it is wanted.
struct Change<'a> {
    name: &'a str,
    schema: Option<&'a Schema>,
    old: &'a [Record],
    new: &'a [Record],
}

impl<'a> Planner<'a> {
    fn requests(&self) -> Result<Vec<Request>, CannotExpress> {
        let id = &self.after.id;
        let steps = self.steps()?;
        if steps.complete {
            return Ok(vec![Request::UpdateProfile(id.clone(), self.body(true, self.complete()?))]);
        }
        let mut requests = Vec::new();
        if !steps.inserts.is_empty() {
            requests.push(Request::InsertRecords(id.clone(), self.body(false, steps.inserts)));
        }
        requests.extend(steps.updates);
        requests.extend(steps.removals);
        if !steps.replaced.is_empty() || self.core(self.before) != self.core(self.after) {
            requests.push(Request::UpdateProfile(id.clone(), self.body(true, steps.replaced)));
        }
        Ok(requests)
    }

    fn steps(&self) -> Result<Steps, CannotExpress> {
        let mut steps = Steps::default();
        for change in self.changes() {
            if self.counts(change.schema, change.old) != self.counts(change.schema, change.new) {
                self.extension(&change, &mut steps)?;
            }
        }
        Ok(steps)
    }

    /// Every extension of either profile.
    fn changes(&self) -> impl Iterator<Item = Change<'a>> {
        let (before, after, schemas) = (self.before, self.after, self.schemas);
        let gone = before.extensions.iter().filter(|extension| after.extension(&extension.name).is_none());
        after.extensions.iter().chain(gone).map(move |extension| {
            let schema = schemas.get(&extension.name);
            let name = schema.map_or(extension.name.as_str(), |schema| schema.name.as_str());
            Change { name, schema, old: before.records(name), new: after.records(name) }
        })
    }

    /// All extensions of the complete profile, with `[]` for those whose last record was taken away.
    fn complete(&self) -> Result<Named, CannotExpress> {
        let mut named = Named::new();
        for change in self.changes().filter(|change| !(change.old.is_empty() && change.new.is_empty())) {
            self.savable(&change)?;
            let single = change.new.first().filter(|_| self.is_single(&change));
            let value = match single {
                Some(record) => self.sent(&change, change.old.first(), record).json().clone(),
                None => self.array(&change, change.new),
            };
            named.push((change.name.into(), value));
        }
        Ok(named)
    }

    /// `customer_id`, all core attributes if wanted, these extensions. A foreign server makes the ID of a new customer, and is
    /// sent no core attribute by which it might understand an extension.
    fn body(&self, with_core: bool, extensions: Named) -> Json {
        let names_extension = |attribute: &CoreAttribute| {
            let none = |value: &Json| value.as_str() == "[]";
            let was_none = self.before.core(&attribute.name).is_some_and(none);
            self.schemas.get(&attribute.name).is_some() || (none(&attribute.value) && was_none)
        };
        let sent = |attribute: &&CoreAttribute| self.rules.own_store || !names_extension(attribute);
        let core = self.after.core.iter().filter(|attribute| with_core && sent(attribute));
        let core = core.map(|attribute| (attribute.name.clone(), attribute.value.clone()));
        let id = (CUSTOMER_ID.to_owned(), Json::string(self.after.id.as_str()));
        let members: Vec<(String, Json)> = Some(id)
            .filter(|_| self.rules.own_store || !self.is_new)
            .into_iter()
            .chain(core)
            .chain(extensions)
            .map(|(name, value)| (quoted(&name), value))
            .collect();
        Json::object(members.iter().map(|(name, value)| (name.as_str(), value.view())))
    }

    /// The core attributes as they are compared; null counts on our own stores alone.
    fn core(&self, profile: &'a Profile) -> BTreeMap<String, View<'a>> {
        let counts = |value: View<'_>| self.rules.own_store || !value.is_null();
        let core = profile.core.iter().filter(|attribute| !same_name(&attribute.name, CUSTOMER_ID));
        core.map(|attribute| (folded(&attribute.name), attribute.value.view()))
            .filter(|(_, value)| counts(*value))
            .collect()
    }

    fn counts(&self, schema: Option<&Schema>, records: &[Record]) -> BTreeMap<Face, usize> {
        let mut counts = BTreeMap::new();
        for record in records {
            *counts.entry(self.face(schema, record)).or_default() += 1;
        }
        counts
    }

    fn face(&self, schema: Option<&Schema>, record: &Record) -> Face {
        match schema.filter(|_| self.rules.own_store) {
            Some(schema) => Face::Text(
                stored(schema, record.json().view())
                    .unwrap_or_else(|| record.clone())
                    .json()
                    .as_str()
                    .to_owned(),
            ),
            None => Face::Meaning(record_meaning(schema, record, meaning)),
        }
    }
}

/// What two records must share to be the same: every token on our own stores, the meaning elsewhere.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Face {
    Text(String),
    Meaning(RecordMeaning),
}
