//! The steps for one extension that changed, by what identifies its records and by what the server does.

use super::outgoing::{key_attributes, outgoing};
use super::{CannotExpress, Change, KnownReading, Planner, Steps};
use crate::model::json::{Json, View, same_name};
use crate::model::profile::{Record, Records};
use crate::model::request::Request;
use crate::model::schema::{Arity, Schema};
use crate::model::value::{UniqueKey, unique_key};
use std::collections::{HashMap, HashSet};

impl<'a> Planner<'a> {
    pub(super) fn extension(&self, change: &Change<'a>, steps: &mut Steps) -> Result<(), CannotExpress> {
        self.savable(change)?;
        if !(self.rules.own_store || self.is_new || self.is_read(change)) {
            return Err(CannotExpress::NotRead { extension: change.name.to_owned() });
        }
        self.key_is_whole(change)?;
        if self.is_single(change) {
            return self.single(change, steps);
        }
        if change.old.is_empty() {
            steps.inserts.push((change.name.into(), self.array(change, change.new)));
            return Ok(());
        }
        match keys(change.schema, change.old).filter(|_| self.own_keys(change)) {
            Some(keys) => self.keyed(change, &keys, steps),
            None => return self.unkeyed(change, steps),
        }
        Ok(())
    }

    /// Whether the wanted records can be held at all.
    pub(super) fn savable(&self, change: &Change<'a>) -> Result<(), CannotExpress> {
        let extension = change.name.to_owned();
        let (count, schema) = (change.new.len(), change.schema);
        if schema.is_none() && (self.rules.own_store || self.rules.schemas_known) {
            return Err(CannotExpress::UnknownExtension { extension });
        }
        if self.is_single(change) && count > 1 {
            return Err(CannotExpress::TooMany { extension, count });
        }
        match schema.filter(|schema| !self.is_single(change) && !schema.unique.is_empty()) {
            Some(schema) if keys(Some(schema), change.new).is_none() => {
                Err(CannotExpress::SharedKey { extension, unique: schema.unique.join(" and ") })
            }
            _ => Ok(()),
        }
    }

    /// Whether every key is one on a foreign server too: where a unique attribute is null that has a default, or may have one,
    /// some servers mean the default, others nothing.
    fn own_keys(&self, change: &Change<'a>) -> bool {
        let Some(schema) = change.schema.filter(|_| !self.rules.own_store) else { return true };
        let with_default =
            |name: &&String| schema.attribute(name).is_some_and(|known| known.default.is_some());
        let is_null = |name: &String| {
            let mut records = change.old.iter().chain(change.new);
            records.any(|record| record.get(name).is_some_and(View::is_null))
        };
        !schema.unique.iter().filter(with_default).any(is_null)
    }

    /// Without a schema that was told nobody knows the default of a unique attribute: a new record must have it.
    fn key_is_whole(&self, change: &Change<'a>) -> Result<(), CannotExpress> {
        let Some(schema) = change.schema.filter(|_| self.schemas.is_inferred()) else { return Ok(()) };
        let news = change.new.iter().filter(|record| !change.old.contains(record));
        for record in news {
            if let Some(attribute) = schema.unique.iter().find(|name| record.get(name).is_none()) {
                let (extension, attribute) = (change.name.to_owned(), attribute.clone());
                return Err(CannotExpress::KeyNotWhole { extension, attribute });
            }
        }
        Ok(())
    }

    /// Whether what is stored was seen.
    fn is_read(&self, change: &Change<'a>) -> bool {
        self.before.extension(change.name).is_some() || self.schemas.was_read(change.name)
    }

    /// By the schema; without one, by the shape.
    pub(super) fn is_single(&self, change: &Change<'a>) -> bool {
        let shape = || self.after.extension(change.name).or_else(|| self.before.extension(change.name));
        change.schema.map_or_else(
            || shape().is_some_and(|extension| matches!(extension.records, Records::Single(_))),
            |schema| schema.arity != Arity::Multi,
        )
    }

    fn single(&self, change: &Change<'a>, steps: &mut Steps) -> Result<(), CannotExpress> {
        let name = change.name.to_owned();
        match change.new.first() {
            Some(record) => {
                steps.inserts.push((name, self.sent(change, change.old.first(), record).json().clone()));
            }
            None if self.rules.own_store => steps.replaced.push((name, Json::null())),
            None => return Err(CannotExpress::ClearSingle { extension: name }),
        }
        Ok(())
    }

    /// Records that their unique attributes tell apart.
    fn keyed(&self, change: &Change<'a>, old: &Keys<'a>, steps: &mut Steps) {
        let key = |record: &Record| change.schema.and_then(|schema| unique_key(schema, record));
        let kept: HashSet<_> = change.new.iter().filter_map(key).collect();
        let stored = |record: &Record| key(record).and_then(|key| old.get(&key).copied());
        let differs = |record: &&Record| {
            stored(record).is_none_or(|old| self.face(change.schema, old) != self.face(change.schema, record))
        };
        let news: Vec<&Record> = change.new.iter().filter(differs).collect();
        let as_set = self.sets.iter().any(|name| same_name(name, change.name)) && !news.is_empty();
        let adds = as_set || news.iter().any(|record| stored(record).is_none());
        if self.upserts() && !news.is_empty() {
            steps.inserts.push((change.name.into(), self.array(change, news)));
        } else if adds {
            steps.inserts.push((change.name.into(), self.array(change, change.new)));
        } else {
            let update = |record: &Record| {
                let body = self.sent(change, stored(record), record).json().clone();
                Request::UpdateRecord(self.after.id.clone(), change.name.into(), body)
            };
            steps.updates.extend(news.into_iter().map(update));
        }
        let gone = change.old.iter().filter(|record| key(record).is_some_and(|key| !kept.contains(&key)));
        let remove = |body| Request::DeleteRecord(self.after.id.clone(), change.name.into(), body);
        let bodies = gone.filter_map(|record| Some(key_attributes(change.schema?, record)));
        steps.removals.extend(bodies.map(remove));
    }

    /// Stored records that nothing tells apart. An empty array is sent only where the last record was taken away.
    fn unkeyed(&self, change: &Change<'a>, steps: &mut Steps) -> Result<(), CannotExpress> {
        let extension = change.name.to_owned();
        let whole = || (extension.clone(), self.array(change, change.new));
        if self.rules.own_store {
            match self.only_additions(change) {
                Some(news) => steps.inserts.push((extension, self.array(change, news))),
                None => steps.replaced.push(whole()),
            }
        } else if self.rules.reading == KnownReading::Replace {
            steps.inserts.push(whole());
        } else if self.rules.schemas_known {
            steps.complete = true;
        } else if change.schema.is_none() || self.schemas.is_inferred() {
            return Err(CannotExpress::SchemaNotRead { extension });
        } else {
            return Err(CannotExpress::NoUnique { extension });
        }
        Ok(())
    }

    /// What the wanted records have beyond the stored ones; `None` if a stored one is not among them.
    fn only_additions(&self, change: &Change<'a>) -> Option<Vec<&'a Record>> {
        let mut left = self.counts(change.schema, change.old);
        let mut news = Vec::new();
        for record in change.new {
            match left.get_mut(&self.face(change.schema, record)).filter(|count| **count > 0) {
                Some(count) => *count -= 1,
                None => news.push(record),
            }
        }
        left.values().all(|count| *count == 0).then_some(news)
    }

    pub(super) fn array(&self, change: &Change<'a>, records: impl IntoIterator<Item = &'a Record>) -> Json {
        let old = keys(change.schema, change.old).unwrap_or_default();
        let stored = |record| old.get(&unique_key(change.schema?, record)?).copied();
        let sent: Vec<Record> =
            records.into_iter().map(|record| self.sent(change, stored(record), record)).collect();
        Json::array(sent.iter().map(|record| record.json().view()))
    }

    /// A record as it goes into a body: as it stands on our own stores.
    pub(super) fn sent(&self, change: &Change<'a>, old: Option<&Record>, new: &Record) -> Record {
        if self.rules.own_store { new.clone() } else { outgoing(change.schema, old, new) }
    }

    fn upserts(&self) -> bool {
        self.rules.own_store || self.rules.reading == KnownReading::Upsert
    }
}

/// Records by their unique attributes.
type Keys<'a> = HashMap<UniqueKey, &'a Record>;

/// `None` where nothing tells the records apart.
fn keys<'a>(schema: Option<&Schema>, records: &'a [Record]) -> Option<Keys<'a>> {
    let schema = schema?;
    let keys: Option<Keys<'a>> =
        records.iter().map(|record| Some((unique_key(schema, record)?, record))).collect();
    keys.filter(|keys| keys.len() == records.len() && !schema.unique.is_empty())
}
