//! The edits that lead to a profile: the way back from [`Draft::wanted`].

use super::super::edits::{CoreEdit, CoreValue, Edits, ExtensionEdits, NewRow, RowEdit};
use super::super::entry::{Entry, typed_as};
use super::{Draft, loaded_values};
use crate::model::json::{Json, Kind, View, folded, same_name};
use crate::model::profile::{Profile, Record, Records};
use crate::model::schema::{Arity, Schemas};
use crate::model::value::{UniqueKey, unique_key};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

impl Draft {
    /// Makes this profile the wanted one, in the place of all other edits, as one step. Records are the same by their unique
    /// attributes, else by all they say; those that the profile does not have are marked to be removed, others are added.
    pub fn want(&mut self, profile: &Profile, schemas: &Schemas) {
        let mut edits = Edits { core: self.core_towards(profile), ..Edits::default() };
        let mut names = self.extensions(&Schemas::default());
        names.extend(profile.extensions.iter().map(|extension| extension.name.clone()));
        for name in names {
            if edits.extensions.keys().any(|known| same_name(known, &name)) {
                continue;
            }
            let towards = self.records_towards(&name, profile, schemas);
            edits.extensions.insert(name.clone(), Arc::new(towards));
            edits.tidy(&name);
        }
        if edits != self.edits {
            self.step(None);
            self.edits = edits;
            self.generation += 1;
        }
    }

    fn core_towards(&self, profile: &Profile) -> BTreeMap<String, CoreEdit> {
        let base = self.base.iter().flat_map(|base| &base.core);
        let gone = base.filter(|core| profile.core(&core.name).is_none());
        let gone = gone.map(|core| (core.name.clone(), CoreEdit { values: Vec::new(), list: Some(false) }));
        let wanted = profile.core.iter().filter_map(|core| {
            let loaded = self.base.as_ref().and_then(|base| base.core(&core.name));
            (loaded != Some(&core.value)).then(|| (core.name.clone(), core_edit(loaded, &core.value)))
        });
        gone.chain(wanted).collect()
    }

    fn records_towards(&mut self, name: &str, profile: &Profile, schemas: &Schemas) -> ExtensionEdits {
        let (old, new) = (self.stored(name).to_vec(), profile.records(name));
        let schema = schemas.get(name);
        let single = schema.map_or_else(
            || profile.extension(name).is_some_and(|ext| matches!(ext.records, Records::Single(_))),
            |schema| schema.arity != Arity::Multi,
        );
        let key = |record: &Record| schema.and_then(|schema| unique_key(schema, record));
        let identities = |records: &[Record]| identities(records, single, key);
        let keyed = identities(&old).zip(identities(new));
        let (was, is) = keyed.unwrap_or_else(|| (told(&old), told(new)));
        let mut edits = ExtensionEdits::default();
        let mut places: HashMap<&Identity, Vec<usize>> = HashMap::new();
        for (at, identity) in was.iter().enumerate().rev() {
            places.entry(identity).or_default().push(at);
        }
        for (record, identity) in new.iter().zip(&is) {
            match places.get_mut(identity).and_then(Vec::pop) {
                Some(at) => {
                    let row = RowEdit { entries: entries(&old[at], record), removed: false };
                    edits.rows.insert(at, row);
                }
                None => edits.new.push(self.new_row(record)),
            }
        }
        let gone = places.into_values().flatten();
        edits.rows.extend(gone.map(|at| (at, RowEdit { removed: true, ..RowEdit::default() })));
        edits
    }

    fn new_row(&mut self, record: &Record) -> NewRow {
        let key = self.next_key;
        self.next_key += 1;
        NewRow { key, start: record.clone(), entries: BTreeMap::new() }
    }
}

/// The values of a core attribute as edits of those that were loaded.
fn core_edit(loaded: Option<&Json>, wanted: &Json) -> CoreEdit {
    let list = |value: &Json| value.view().kind() == Kind::Array;
    let known: Vec<View<'_>> = loaded.map(loaded_values).unwrap_or_default();
    let mut taken = HashSet::new();
    let values = loaded_values(wanted).into_iter().map(|value| {
        let from = (0..known.len()).find(|at| known[*at] == value && !taken.contains(at));
        taken.extend(from);
        CoreValue { from, entry: from.is_none().then(|| typed_as(value)) }
    });
    let values = values.collect();
    CoreEdit { values, list: (list(wanted) != loaded.is_some_and(list)).then_some(list(wanted)) }
}

/// What tells a record from others.
#[derive(PartialEq, Eq, Hash)]
enum Identity {
    /// It is the only one there can be.
    Only,
    /// Its unique attributes.
    Key(UniqueKey),
    /// All that it says, whatever the order of its attributes.
    Text(Vec<String>),
}

/// What identifies each record; `None` where unique attributes do not tell them apart.
fn identities(
    records: &[Record],
    single: bool,
    key: impl Fn(&Record) -> Option<UniqueKey>,
) -> Option<Vec<Identity>> {
    let of = |record| if single { Some(Identity::Only) } else { key(record).map(Identity::Key) };
    let all: Vec<Identity> = records.iter().map(of).collect::<Option<_>>()?;
    (all.iter().collect::<HashSet<_>>().len() == all.len()).then_some(all)
}

fn told(records: &[Record]) -> Vec<Identity> {
    let said = |record: &Record| {
        let members = record.attributes().map(|(name, value)| format!("{}:{value}", folded(&name.decoded())));
        let mut members: Vec<String> = members.collect();
        members.sort();
        Identity::Text(members)
    };
    records.iter().map(said).collect()
}

/// The entries that make one record say what the other says.
fn entries(old: &Record, new: &Record) -> BTreeMap<String, Entry> {
    let gone = old.attributes().map(|(name, _)| name.decoded().into_owned());
    let gone = gone.filter(|name| new.get(name).is_none()).map(|name| (name, Entry::Absent));
    let set = new.attributes().filter_map(|(name, value)| {
        let name = name.decoded().into_owned();
        (old.get(&name) != Some(value)).then(|| (name, typed_as(value)))
    });
    gone.chain(set).collect()
}
