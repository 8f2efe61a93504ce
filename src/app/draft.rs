//! A customer's draft: the profile as it was loaded, the edits since, and the steps back and forth between them.

mod want;
mod wanted;

use super::edits::{CoreEdit, CoreValue, Edits, ExtensionEdits, NewRow, with_entries};
use super::entry::{Entry, text_of};
use crate::model::json::{Json, Kind, View, same_name};
use crate::model::profile::{CustomerId, Profile, Record};
use crate::model::schema::{AttributeType, Schemas};
use jiff::tz::TimeZone;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Keys of added rows begin here; a loaded row's key is its position.
pub(super) const FIRST_NEW_KEY: u64 = 1 << 40;
/// How many steps can be undone.
const STEPS: usize = 1_000;

/// A row of an extension: its name and the row's key.
pub type RowAt = (String, u64);

/// What became of a row since it was loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowState {
    /// Nothing.
    Kept,
    /// Some attributes are edited.
    Changed,
    /// It was added.
    New,
    /// It is to go.
    Removed,
}

/// One row of an extension.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    /// What tells it from all other rows of the draft.
    pub key: u64,
    /// What became of it.
    pub state: RowState,
    /// The record that was loaded, or that an added row began as.
    pub record: &'a Record,
    /// What was edited.
    pub entries: Option<&'a BTreeMap<String, Entry>>,
}

impl<'a> Row<'a> {
    /// What was made of an attribute, letter case ignored.
    pub fn entry(&self, attribute: &str) -> Option<&'a Entry> {
        self.entries?.iter().find(|(name, _)| same_name(name, attribute)).map(|(_, entry)| entry)
    }

    /// The record with the edits; where what was typed stands for no value, the attribute is as it was.
    pub fn wanted(&self) -> Record {
        self.entries.map_or_else(|| self.record.clone(), |entries| with_entries(self.record, entries))
    }

    /// Whether something typed stands for no value.
    pub fn is_invalid(&self) -> bool {
        self.entries.into_iter().flatten().any(|(_, entry)| entry.token().is_err())
    }
}

/// What is being edited of one customer.
#[derive(Clone, Debug)]
pub struct Draft {
    id: CustomerId,
    base: Option<Profile>,
    edits: Edits,
    undo: Vec<Edits>,
    redo: Vec<Edits>,
    /// The field being typed into: its keystrokes are one step.
    typing: Option<String>,
    /// Raised by every edit.
    revision: u64,
    /// Raised whenever texts are replaced from outside of their fields: undo, redo, revert.
    generation: u64,
    next_key: u64,
}

impl Draft {
    /// A draft of a customer as loaded; without a base one of a customer who is to be created.
    pub fn new(id: CustomerId, base: Option<Profile>) -> Self {
        Self::restored(id, base, Edits::default())
    }

    /// A draft that was kept.
    pub fn restored(id: CustomerId, base: Option<Profile>, edits: Edits) -> Self {
        let keys =
            edits.extensions.values().flat_map(|edits| edits.new.iter().map(|row| row.key.saturating_add(1)));
        let next_key = keys.max().unwrap_or(FIRST_NEW_KEY).max(FIRST_NEW_KEY);
        let (undo, redo, typing) = (Vec::new(), Vec::new(), None);
        Self { id, base, edits, undo, redo, typing, revision: 0, generation: 0, next_key }
    }

    /// The customer.
    pub fn id(&self) -> &CustomerId {
        &self.id
    }

    /// The profile as loaded; `None` for a customer who is to be created.
    pub fn base(&self) -> Option<&Profile> {
        self.base.as_ref()
    }

    /// The edits.
    pub fn edits(&self) -> &Edits {
        &self.edits
    }

    /// Another number after every edit.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Another number whenever texts changed from outside of their fields.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Whether there is anything to send. A customer who is to be created is.
    pub fn is_changed(&self) -> bool {
        !self.edits.is_empty() || self.base.is_none()
    }

    /// The names of the extensions: those of the schemas in their order, then others that the profile has.
    pub fn extensions(&self, schemas: &Schemas) -> Vec<String> {
        let mut names: Vec<String> = schemas.iter().map(|schema| schema.name.clone()).collect();
        let stored = self.base.iter().flat_map(|base| &base.extensions).map(|extension| &extension.name);
        for name in stored.chain(self.edits.extensions.keys()) {
            if !names.iter().any(|known| same_name(known, name)) {
                names.push(name.clone());
            }
        }
        names
    }

    fn stored(&self, extension: &str) -> &[Record] {
        self.base.as_ref().map_or(&[], |base| base.records(extension))
    }

    fn edited(&self, extension: &str) -> Option<&ExtensionEdits> {
        let found = self.edits.extensions.iter().find(|(name, _)| same_name(name, extension));
        found.map(|(_, edits)| edits.as_ref())
    }

    /// How many rows an extension has, removed ones included.
    pub fn row_count(&self, extension: &str) -> usize {
        self.stored(extension).len() + self.edited(extension).map_or(0, |edits| edits.new.len())
    }

    /// How many records an extension will have.
    pub fn record_count(&self, extension: &str) -> usize {
        let removed = |edits: &ExtensionEdits| edits.rows.values().filter(|row| row.removed).count();
        self.row_count(extension) - self.edited(extension).map_or(0, removed)
    }

    /// Whether anything in an extension is edited.
    pub fn is_extension_changed(&self, extension: &str) -> bool {
        self.edited(extension).is_some()
    }

    /// The row at a position from 0: loaded ones first, then added ones.
    pub fn row(&self, extension: &str, at: usize) -> Option<Row<'_>> {
        let (stored, edited) = (self.stored(extension), self.edited(extension));
        let Some(record) = stored.get(at) else {
            let new = edited?.new.get(at - stored.len())?;
            return Some(Row {
                key: new.key,
                state: RowState::New,
                record: &new.start,
                entries: Some(&new.entries),
            });
        };
        let edit = edited.and_then(|edits| edits.rows.get(&at));
        let state = match edit {
            None => RowState::Kept,
            Some(edit) if edit.removed => RowState::Removed,
            Some(_) => RowState::Changed,
        };
        Some(Row { key: at as u64, state, record, entries: edit.map(|edit| &edit.entries) })
    }

    /// The position of a row by its key.
    pub fn position(&self, extension: &str, key: u64) -> Option<usize> {
        let stored = self.stored(extension).len();
        if key < FIRST_NEW_KEY {
            return usize::try_from(key).ok().filter(|at| *at < stored);
        }
        let at = self.edited(extension)?.new.iter().position(|row| row.key == key)?;
        Some(stored + at)
    }

    /// The row of a key.
    pub fn row_by_key(&self, extension: &str, key: u64) -> Option<Row<'_>> {
        self.row(extension, self.position(extension, key)?)
    }

    /// All rows with edits, in order.
    pub fn touched(&self, extension: &str) -> impl Iterator<Item = (usize, Row<'_>)> {
        let loaded = self.edited(extension).into_iter().flat_map(|edits| edits.rows.keys().copied());
        let added = self.stored(extension).len()..self.row_count(extension);
        let rows: Vec<usize> = loaded.chain(added).collect();
        let name = extension.to_owned();
        rows.into_iter().filter_map(move |at| Some((at, self.row(&name, at)?)))
    }

    // ---- edits, each one step of undo

    /// Sets what an attribute is to become. Keystrokes in one field are one step until [`Self::settle`].
    pub fn set(&mut self, extension: &str, key: u64, attribute: &str, entry: Entry) {
        if self.position(extension, key).is_none() {
            return;
        }
        self.step(Some(format!("{extension}/{key}/{attribute}")));
        let unchanged =
            self.row_by_key(extension, key).is_some_and(|row| is_as_loaded(row, attribute, &entry));
        let name = self.spelled(extension);
        let edits = self.edits.extension_mut(&name);
        let entries = if key >= FIRST_NEW_KEY {
            edits.new.iter_mut().find(|row| row.key == key).map(|row| &mut row.entries)
        } else {
            usize::try_from(key).ok().map(|at| &mut edits.rows.entry(at).or_default().entries)
        };
        if let Some(entries) = entries {
            entries.retain(|name, _| !same_name(name, attribute));
            if !unchanged {
                entries.insert(attribute.to_owned(), entry);
            }
        }
        self.edits.tidy(&name);
    }

    /// Ends the step of what is being typed.
    pub fn settle(&mut self) {
        self.typing = None;
    }

    /// Whether somebody is typing into a field: from a keystroke until [`Self::settle`], or another edit.
    pub fn is_typing(&self) -> bool {
        self.typing.is_some()
    }

    /// Adds an empty record; its key.
    pub fn add(&mut self, extension: &str) -> u64 {
        self.step(None);
        let empty = Record::new(Json::object([]));
        empty.map_or(FIRST_NEW_KEY, |start| self.push(extension, start, BTreeMap::new()))
    }

    /// Adds a copy of a record, edits included; the copy's key.
    pub fn duplicate(&mut self, extension: &str, key: u64) -> Option<u64> {
        let row = self.row_by_key(extension, key)?;
        let (start, entries) = (row.record.clone(), row.entries.cloned().unwrap_or_default());
        self.step(None);
        Some(self.push(extension, start, entries))
    }

    fn push(&mut self, extension: &str, start: Record, entries: BTreeMap<String, Entry>) -> u64 {
        let key = self.next_key;
        self.next_key += 1;
        let name = self.spelled(extension);
        self.edits.extension_mut(&name).new.push(NewRow { key, start, entries });
        key
    }

    /// Marks a loaded record as to be removed, or no longer so; an added one goes.
    pub fn remove(&mut self, extension: &str, key: u64) {
        if self.position(extension, key).is_none() {
            return;
        }
        self.step(None);
        let name = self.spelled(extension);
        let edits = self.edits.extension_mut(&name);
        if key >= FIRST_NEW_KEY {
            edits.new.retain(|row| row.key != key);
        } else if let Ok(at) = usize::try_from(key) {
            let row = edits.rows.entry(at).or_default();
            row.removed = !row.removed;
        }
        self.edits.tidy(&name);
        self.generation += 1;
    }

    /// Takes back the edits of a row, or of one of its attributes. An added row goes.
    pub fn revert(&mut self, extension: &str, key: u64, attribute: Option<&str>) {
        self.step(None);
        let name = self.spelled(extension);
        let edits = self.edits.extension_mut(&name);
        match (attribute, usize::try_from(key).ok().filter(|_| key < FIRST_NEW_KEY)) {
            (None, Some(at)) => drop(edits.rows.remove(&at)),
            (None, None) => edits.new.retain(|row| row.key != key),
            (Some(attribute), at) => {
                let loaded = at.and_then(|at| edits.rows.get_mut(&at)).map(|row| &mut row.entries);
                let added = edits.new.iter_mut().find(|row| row.key == key).map(|row| &mut row.entries);
                loaded
                    .or(added)
                    .into_iter()
                    .for_each(|entries| entries.retain(|name, _| !same_name(name, attribute)));
            }
        }
        self.edits.tidy(&name);
        self.generation += 1;
    }

    /// The name as the edits spell it already, else as given.
    fn spelled(&self, extension: &str) -> String {
        let known = self.edits.extensions.keys().find(|name| same_name(name, extension));
        known.cloned().unwrap_or_else(|| extension.to_owned())
    }

    // ---- core attributes

    /// The names of the core attributes, loaded ones first.
    pub fn core_names(&self) -> Vec<String> {
        let mut names: Vec<String> =
            self.base.iter().flat_map(|base| &base.core).map(|core| core.name.clone()).collect();
        let added = self.edits.core.keys().filter(|name| !names.iter().any(|known| same_name(known, name)));
        let added: Vec<String> = added.cloned().collect();
        names.extend(added);
        names
    }

    fn core_edit(&self, name: &str) -> Option<&CoreEdit> {
        self.edits.core.iter().find(|(known, _)| same_name(known, name)).map(|(_, edit)| edit)
    }

    /// The wanted values of a core attribute; those that were loaded where it is not edited.
    pub fn core_values(&self, name: &str) -> Vec<CoreValue> {
        if let Some(edit) = self.core_edit(name) {
            return edit.values.clone();
        }
        let count =
            self.base.as_ref().and_then(|base| base.core(name)).map_or(0, |value| loaded_values(value).len());
        (0..count).map(|at| CoreValue { from: Some(at), entry: None }).collect()
    }

    /// The token that was loaded for a value.
    pub fn core_loaded(&self, name: &str, from: Option<usize>) -> Option<View<'_>> {
        let value = self.base.as_ref()?.core(name)?;
        loaded_values(value).get(from?).copied()
    }

    /// Whether a core attribute is to be a list, however many values it has.
    pub fn is_core_list(&self, name: &str) -> bool {
        let loaded = self.base.as_ref().and_then(|base| base.core(name));
        let was = loaded.is_some_and(|value| value.view().kind() == Kind::Array);
        self.core_edit(name).and_then(|edit| edit.list).unwrap_or(was)
    }

    /// Whether a core attribute is edited.
    pub fn is_core_changed(&self, name: &str) -> bool {
        self.core_edit(name).is_some()
    }

    /// Sets the wanted values of a core attribute; `typing` names the field if it comes from typing.
    pub fn set_core(&mut self, name: &str, values: Vec<CoreValue>, typing: Option<usize>) {
        self.step(typing.map(|at| format!("/{name}/{at}")));
        let loaded: Vec<CoreValue> = {
            let value = self.base.as_ref().and_then(|base| base.core(name));
            let count = value.map_or(0, |value| loaded_values(value).len());
            (0..count).map(|at| CoreValue { from: Some(at), entry: None }).collect()
        };
        let known = self.base.as_ref().is_some_and(|base| base.core(name).is_some());
        let list = self.core_edit(name).and_then(|edit| edit.list);
        let spelled = self.edits.core.keys().find(|known| same_name(known, name)).cloned();
        let spelled = spelled.unwrap_or_else(|| name.to_owned());
        if list.is_none() && ((known && values == loaded) || (!known && values.is_empty())) {
            self.edits.core.remove(&spelled);
        } else {
            self.edits.core.insert(spelled, CoreEdit { values, list });
        }
        if typing.is_none() {
            self.generation += 1;
        }
    }

    /// Takes back the edits of a core attribute.
    pub fn revert_core(&mut self, name: &str) {
        self.step(None);
        self.edits.core.retain(|known, _| !same_name(known, name));
        self.generation += 1;
    }

    // ---- undo and redo

    fn step(&mut self, typing: Option<String>) {
        self.revision += 1;
        let goes_on = typing.is_some() && typing == self.typing;
        self.typing = typing;
        self.redo.clear();
        if !goes_on {
            self.undo.push(self.edits.clone());
            if self.undo.len() > STEPS {
                self.undo.remove(0);
            }
        }
    }

    /// Whether there is a step to undo.
    pub fn can_undo(&self) -> bool {
        self.undo.iter().any(|edits| *edits != self.edits)
    }

    /// Whether there is a step to redo.
    pub fn can_redo(&self) -> bool {
        !self.redo.is_empty()
    }

    /// Takes the last step back.
    pub fn undo(&mut self) {
        // What is typed next is a step of its own, even where there was nothing to take back.
        self.typing = None;
        // A step that changed nothing, such as a letter typed and deleted, is no step to a person.
        while let Some(before) = self.undo.pop() {
            if before != self.edits {
                self.redo.push(std::mem::replace(&mut self.edits, before));
                return self.moved();
            }
        }
    }

    /// Takes the last undone step again.
    pub fn redo(&mut self) {
        if let Some(after) = self.redo.pop() {
            self.undo.push(std::mem::replace(&mut self.edits, after));
            self.moved();
        }
    }

    fn moved(&mut self) {
        self.typing = None;
        self.revision += 1;
        self.generation += 1;
    }

    /// Takes all edits back, as one step.
    pub fn revert_all(&mut self) {
        self.step(None);
        self.edits = Edits::default();
        self.generation += 1;
    }

    /// Tells every date-time that was typed in another zone.
    pub fn retell(&mut self, schemas: &Schemas, zone: &TimeZone) {
        self.generation += 1;
        for edits in self.undo.iter_mut().chain(&mut self.redo).chain([&mut self.edits]) {
            for (name, extension) in &mut edits.extensions {
                let Some(schema) = schemas.get(name) else { continue };
                let extension = Arc::make_mut(extension);
                let loaded = extension.rows.values_mut().map(|row| &mut row.entries);
                for (name, entry) in
                    loaded.chain(extension.new.iter_mut().map(|row| &mut row.entries)).flatten()
                {
                    let kind = schema.attribute(name).map(|attribute| attribute.kind);
                    if let Entry::Typed { text, token: Ok(token) } = entry
                        && kind == Some(AttributeType::Datetime)
                    {
                        *text = text_of(kind, token.view(), zone);
                    }
                }
            }
        }
    }
}

/// Whether an entry says of a loaded attribute what it is already; for an added row: whether it says nothing.
fn is_as_loaded(row: Row<'_>, attribute: &str, entry: &Entry) -> bool {
    match (row.record.get(attribute), entry.token()) {
        (Some(loaded), Ok(Some(token))) => loaded.as_str() == token.as_str(),
        (None, Ok(None)) => true,
        _ => false,
    }
}

/// The values of a core attribute: those of a list, or the one.
fn loaded_values(value: &Json) -> Vec<View<'_>> {
    let view = value.view();
    if view.kind() == Kind::Array { view.elements().collect() } else { vec![view] }
}
