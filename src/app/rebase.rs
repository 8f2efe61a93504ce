//! Edits carried over to another reading of the same profile: after a submit, after a reload. Nothing typed is lost.

use super::edits::{CoreEdit, CoreValue, Edits, ExtensionEdits, NewRow, RowEdit, with_entries};
use super::entry::{Entry, typed_as};
use crate::model::json::{Json, Kind, View, folded, same_name};
use crate::model::profile::{Profile, Record, Records};
use crate::model::schema::{Arity, Schema, Schemas};
use crate::model::value::{UniqueKey, unique_key};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// The edits of `old` as edits of `new`. The edits of a record that is gone become an added record; an added record that
/// stands in `new` by now, and did not in `old`, becomes an edit of that one, or nothing where it is the same.
pub fn rebase(edits: &Edits, old: Option<&Profile>, new: &Profile, schemas: &Schemas) -> Edits {
    carried(edits, &Edits::default(), old, new, schemas)
}

/// What is left of `now` once `sent` was accepted and read back as `new`: what was typed since, what was held back, and,
/// where an edit was sent and taken back since, the way back. Both are edits of `old`.
pub fn unsent(now: &Edits, sent: &Edits, old: Option<&Profile>, new: &Profile, schemas: &Schemas) -> Edits {
    carried(now, sent, old, new, schemas)
}

fn carried(now: &Edits, sent: &Edits, old: Option<&Profile>, new: &Profile, schemas: &Schemas) -> Edits {
    let mut left = Edits::default();
    let names: BTreeSet<&String> = now.core.keys().chain(sent.core.keys()).collect();
    for name in names {
        let edit = match (now.core.get(name), sent.core.get(name)) {
            (now, sent) if now == sent => None,
            (Some(edit), _) => rebased_core(name, edit, old, new),
            (None, _) => rebased_core(name, &as_loaded(name, old), old, new),
        };
        left.core.extend(edit.map(|edit| (name.clone(), edit)));
    }
    let names: BTreeSet<&String> = now.extensions.keys().chain(sent.extensions.keys()).collect();
    for name in names {
        let none = Arc::default();
        let of = |edits: &Edits| edits.extensions.get(name).unwrap_or(&none).clone();
        let mut carrying = Carrying::new(name, old, new, schemas.get(name));
        carrying.all(&of(now), &of(sent));
        left.extensions.insert(name.clone(), Arc::new(carrying.left));
        left.tidy(name);
    }
    left
}

/// What tells a record from others: its unique attributes, else its text.
type Identity = Result<UniqueKey, String>;

/// One extension on its way from one reading to the other.
struct Carrying<'a> {
    old: &'a [Record],
    new: &'a [Record],
    schema: Option<&'a Schema>,
    single: bool,
    /// The positions in `new` of each identity, and how many there were in `old`.
    today: HashMap<Identity, Vec<usize>>,
    before: HashMap<Identity, usize>,
    /// The records of `new` that an edit was carried to: each takes one.
    taken: HashSet<usize>,
    left: ExtensionEdits,
}

impl<'a> Carrying<'a> {
    fn new(name: &str, old: Option<&'a Profile>, new: &'a Profile, schema: Option<&'a Schema>) -> Self {
        let shape = new.extension(name).or_else(|| old.and_then(|old| old.extension(name)));
        let single = match schema {
            Some(schema) => schema.arity != Arity::Multi,
            None => shape.is_some_and(|extension| matches!(extension.records, Records::Single(_))),
        };
        let mut carrying = Self {
            old: old.map_or(&[][..], |old| old.records(name)),
            new: new.records(name),
            schema,
            single,
            today: HashMap::new(),
            before: HashMap::new(),
            taken: HashSet::new(),
            left: ExtensionEdits::default(),
        };
        for (at, record) in carrying.new.iter().enumerate() {
            carrying.today.entry(carrying.identity(record)).or_default().push(at);
        }
        for record in carrying.old {
            *carrying.before.entry(carrying.identity(record)).or_default() += 1;
        }
        carrying
    }

    fn identity(&self, record: &Record) -> Identity {
        let key = self.schema.and_then(|schema| unique_key(schema, record));
        key.ok_or_else(|| {
            // The order in which attributes were typed makes no other record.
            let mut members: Vec<String> = record
                .attributes()
                .map(|(name, value)| format!("{}:{value}", folded(&name.decoded())))
                .collect();
            members.sort();
            members.join("\n")
        })
    }

    fn all(&mut self, now: &ExtensionEdits, sent: &ExtensionEdits) {
        let mut homeless = Vec::new();
        let rows: BTreeSet<usize> = now.rows.keys().chain(sent.rows.keys()).copied().collect();
        for at in rows {
            homeless.extend(self.loaded_row(at, now.rows.get(&at), sent.rows.get(&at)));
        }
        for was in &sent.new {
            self.sent_row(was, now.new.iter().find(|row| row.key == was.key));
        }
        let since = now.new.iter().filter(|row| sent.new.iter().all(|was| was.key != row.key));
        let mut key = now.new.iter().map(|row| row.key).max().unwrap_or(0).max(super::draft::FIRST_NEW_KEY);
        for row in since {
            self.added(row.clone());
        }
        for row in homeless {
            key = key.saturating_add(1);
            self.added(NewRow { key, ..row });
        }
    }

    /// A record that was loaded; as an added one where there is no such record any more.
    fn loaded_row(&mut self, at: usize, now: Option<&RowEdit>, sent: Option<&RowEdit>) -> Option<NewRow> {
        let nothing = RowEdit::default();
        let (is, was) = (now.unwrap_or(&nothing), sent.unwrap_or(&nothing));
        let record = self.old.get(at)?;
        if is == was {
            let record = with_entries(record, &was.entries);
            self.taken.extend(self.find(&record, at).filter(|_| !was.removed));
            return None;
        }
        let start = |record: Record, entries| Some(NewRow { key: 0, start: record, entries });
        if was.removed {
            return start(record.clone(), is.entries.clone()).filter(|_| !is.removed);
        }
        let entries = since(record, &is.entries, &was.entries);
        let record = with_entries(record, &was.entries);
        match self.find(&record, at) {
            Some(at) => self.put(at, entries, is.removed),
            None if !is.removed => return start(record, entries),
            None => {}
        }
        None
    }

    /// A record that was added and sent: it is stored by now.
    fn sent_row(&mut self, was: &NewRow, now: Option<&NewRow>) {
        let record = with_entries(&was.start, &was.entries);
        let entries = now.map_or_else(BTreeMap::new, |now| since(&was.start, &now.entries, &was.entries));
        match (self.find(&record, usize::MAX), now) {
            (Some(at), now) => self.put(at, entries, now.is_none()),
            (None, Some(now)) if !entries.is_empty() => {
                self.left.new.push(NewRow { key: now.key, start: record, entries });
            }
            (None, _) => {}
        }
    }

    /// A record that was added and not sent.
    fn added(&mut self, mut row: NewRow) {
        let wanted = with_entries(&row.start, &row.entries);
        let Some(at) = self.came_meanwhile(&wanted) else { return self.left.new.push(row) };
        // The others have it too by now; mine stands where it says something else.
        let start = row.start.attributes().map(|(name, value)| {
            let name = name.decoded().into_owned();
            (name, typed_as(value))
        });
        let start = start.filter(|(name, _)| !row.entries.keys().any(|entry| same_name(entry, name)));
        let start: BTreeMap<String, Entry> = start.collect();
        row.entries.extend(start);
        self.put(at, row.entries, false);
    }

    /// The record of `new` that is this one, if it came since `old`.
    fn came_meanwhile(&self, wanted: &Record) -> Option<usize> {
        if self.single {
            return (!self.new.is_empty()).then_some(0);
        }
        let identity = self.identity(wanted);
        let today = self.today.get(&identity).map_or(0, Vec::len);
        let before = self.before.get(&identity).copied().unwrap_or_default();
        (today > before).then(|| self.find(wanted, usize::MAX)).flatten()
    }

    fn put(&mut self, at: usize, mut entries: BTreeMap<String, Entry>, removed: bool) {
        let Some(record) = self.new.get(at) else { return };
        self.taken.insert(at);
        entries.retain(|name, entry| !says(record, name, entry));
        let row = self.left.rows.entry(at).or_default();
        row.entries.extend(entries);
        row.removed |= removed;
    }

    /// The same record today, at its old place if it still stands there. Of equal ones each is found once.
    fn find(&self, record: &Record, at: usize) -> Option<usize> {
        if self.single {
            return (!self.new.is_empty()).then_some(0);
        }
        let all = self.today.get(&self.identity(record)).into_iter().flatten().copied();
        let mut free = all.filter(|at| !self.taken.contains(at)).peekable();
        let first = free.peek().copied();
        free.find(|other| *other == at).or(first)
    }
}

/// What was made of a record's attributes since `was`: what differs, and what was taken back.
fn since(
    record: &Record,
    now: &BTreeMap<String, Entry>,
    was: &BTreeMap<String, Entry>,
) -> BTreeMap<String, Entry> {
    let mut since: BTreeMap<String, Entry> = now.clone();
    since.retain(|name, entry| was.get(name) != Some(entry));
    for name in was.keys().filter(|name| !now.contains_key(*name)) {
        since.insert(name.clone(), record.get(name).map_or(Entry::Absent, typed_as));
    }
    since
}

/// Whether a record has just what an entry says.
pub fn says(record: &Record, name: &str, entry: &Entry) -> bool {
    match (record.get(name), entry.token()) {
        (Some(value), Ok(Some(token))) => value.as_str() == token.as_str(),
        (None, Ok(None)) => true,
        _ => false,
    }
}

fn values(name: &str, profile: Option<&Profile>) -> Vec<Json> {
    let value = profile.and_then(|profile| profile.core.iter().find(|core| same_name(&core.name, name)));
    value.map_or_else(Vec::new, |core| match core.value.view() {
        view if view.kind() == Kind::Array => view.elements().map(View::to_json).collect(),
        view => vec![view.to_json()],
    })
}

/// The edit that says what was loaded.
fn as_loaded(name: &str, old: Option<&Profile>) -> CoreEdit {
    let all = (0..values(name, old).len()).map(|at| CoreValue { from: Some(at), entry: None });
    CoreEdit { values: all.collect(), list: None }
}

fn rebased_core(name: &str, edit: &CoreEdit, old: Option<&Profile>, new: &Profile) -> Option<CoreEdit> {
    let (was, now) = (values(name, old), values(name, Some(new)));
    if was == now {
        return (*edit != as_loaded(name, old)).then(|| edit.clone());
    }
    let carried = edit.values.iter().map(|value| {
        let token = value.from.and_then(|from| was.get(from));
        let from = token.and_then(|token| now.iter().position(|other| other == token));
        let kept = || token.map(|token| typed_as(token.view()));
        let entry = if from.is_some() { value.entry.clone() } else { value.entry.clone().or_else(kept) };
        CoreValue { from, entry }
    });
    let values: Vec<CoreValue> = carried.collect();
    let unchanged = values.len() == now.len()
        && values.iter().enumerate().all(|(at, value)| match &value.entry {
            None => value.from == Some(at),
            Some(entry) => entry.token().is_ok_and(|token| token.as_ref() == now.get(at)),
        });
    let list = |value: &Json| value.view().kind() == Kind::Array;
    let other = edit.list.is_some_and(|wanted| new.core(name).map_or(wanted, |value| list(value) != wanted));
    (!unchanged || other).then_some(CoreEdit { values, list: edit.list })
}
