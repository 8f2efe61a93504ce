//! What happens when somebody else changed the customer meanwhile: both sides' edits are joined, and where they differ
//! about the same thing it is a conflict. Pure; nothing is decided for a person.

use super::compare::{
    By, RecordMeaning, core_shown, key_shown, meaning, record_meaning, same_record, same_shown, shown,
};
use super::finding::Place;
use super::json::{Json, View, folded};
use super::profile::{CoreAttribute, Extension, Profile, Record, Records};
use super::schema::{Schema, Schemas};
use super::value::{UniqueKey, unique_key};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Two sides' edits joined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reconciled {
    /// The profile with the edits of both; where they conflict, mine.
    pub joined: Profile,
    /// What only a person can decide.
    pub conflicts: Vec<Conflict>,
}

/// One thing that both sides changed, in different ways.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// Where. A record's position is that in the joined profile; for a record that mine took away, that in theirs.
    pub place: Place,
    /// What it was: a value, or a record; `None` where there was nothing. For records that nothing tells apart, the array
    /// of the equal ones.
    pub base: Option<Json>,
    /// What I want.
    pub mine: Option<Json>,
    /// What the others made of it.
    pub theirs: Option<Json>,
}

/// Joins what `mine` and `theirs` changed since `base`: core attributes one by one, records by their unique attributes,
/// attribute by attribute inside a record. What a server filled in or nulled is no change; one that is not ours may also
/// have written a value in another form, or made null of `""`.
pub fn reconcile(
    base: &Profile,
    mine: &Profile,
    theirs: &Profile,
    schemas: &Schemas,
    own_store: bool,
) -> Reconciled {
    let sides = Sides { base, mine, theirs };
    let mut conflicts = Vec::new();
    let core = core(sides.map(|profile| profile.core.as_slice()), own_store, &mut conflicts);
    let names = sides.map(|profile| profile.extensions.iter().map(|e| e.name.as_str()).collect::<Vec<_>>());
    let extensions = ordered(names.each_ref(), folded);
    let extensions = extensions.into_iter().filter_map(|name| {
        let found = sides.map(|profile| profile.extension(name));
        let records = extension(name, schemas.get(name), found, own_store, &mut conflicts)?;
        Some(Extension { name: name.to_owned(), records })
    });
    let extensions = extensions.collect();
    Reconciled { joined: Profile { id: mine.id.clone(), core, extensions }, conflicts }
}

/// The same thing as it was, as I want it, as the others made it.
#[derive(Clone, Copy)]
struct Sides<T> {
    base: T,
    mine: T,
    theirs: T,
}

impl<T> Sides<T> {
    fn map<U>(self, mut f: impl FnMut(T) -> U) -> Sides<U> {
        Sides { base: f(self.base), mine: f(self.mine), theirs: f(self.theirs) }
    }

    fn each_ref(&self) -> Sides<&T> {
        Sides { base: &self.base, mine: &self.mine, theirs: &self.theirs }
    }
}

impl<T: PartialEq> Sides<T> {
    /// Whose order counts first: mine, unless I changed nothing.
    fn leaders(self) -> [T; 2] {
        if self.mine == self.base { [self.theirs, self.mine] } else { [self.mine, self.theirs] }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Verdict {
    Mine,
    Theirs,
    Conflict,
}

/// Who changed it: judged by the tokens, then by the meaning; what is theirs by whether a target shows the same.
fn verdict<E: PartialEq, M: PartialEq, S: Copy>(
    exact: &Sides<E>,
    meant: &Sides<M>,
    shown: &Sides<S>,
    same: impl Fn(S, S) -> bool,
) -> Verdict {
    if exact.theirs == exact.base {
        Verdict::Mine
    } else if exact.mine == exact.base {
        Verdict::Theirs
    } else if same(shown.theirs, shown.base) || same(shown.mine, shown.theirs) {
        Verdict::Mine
    } else if meant.mine == meant.base {
        Verdict::Theirs
    } else {
        Verdict::Conflict
    }
}

/// What either of the two sides has, each once, in the leader's order.
fn ordered<T: Copy + PartialEq, K: Eq + std::hash::Hash>(
    lists: Sides<&Vec<T>>,
    key: impl Fn(T) -> K,
) -> Vec<T> {
    let mut met = HashSet::new();
    lists.leaders().into_iter().flatten().copied().filter(|item| met.insert(key(*item))).collect()
}

fn core(
    lists: Sides<&[CoreAttribute]>,
    own_store: bool,
    conflicts: &mut Vec<Conflict>,
) -> Vec<CoreAttribute> {
    let names = lists.map(|list| list.iter().map(|attribute| attribute.name.as_str()).collect::<Vec<_>>());
    let indexed = lists.map(|list| list.iter().map(|a| (folded(&a.name), a)).collect::<HashMap<_, _>>());
    let names = ordered(names.each_ref(), folded);
    let joined = names.into_iter().filter_map(|name| {
        let found = indexed.each_ref().map(|index| index.get(&folded(name)).copied());
        let exact = found.map(|attribute| attribute.map(|attribute| attribute.value.view()));
        let meant = exact.map(|value| value.filter(|value| !value.is_null()));
        let verdict = if own_store {
            let meant_by =
                |value: Option<View<'_>>| value.filter(|value| !value.is_null()).map(View::to_json);
            verdict(&exact, &meant, &exact, |a, b| meant_by(a) == meant_by(b))
        } else {
            verdict(&exact, &meant, &exact, |a, b| core_shown(a) == core_shown(b))
        };
        if verdict == Verdict::Conflict {
            let place = Place { attribute: Some(name.to_owned()), ..Place::default() };
            conflicts.push(conflict(place, exact.map(|value| value.map(View::to_json))));
        }
        if verdict == Verdict::Theirs { found.theirs } else { found.mine }.cloned()
    });
    joined.collect()
}

fn conflict(place: Place, values: Sides<Option<Json>>) -> Conflict {
    Conflict { place, base: values.base, mine: values.mine, theirs: values.theirs }
}

fn extension(
    name: &str,
    schema: Option<&Schema>,
    found: Sides<Option<&Extension>>,
    own_store: bool,
    conflicts: &mut Vec<Conflict>,
) -> Option<Records> {
    let is_single = |extension: Option<&Extension>| {
        extension.is_none_or(|extension| matches!(extension.records, Records::Single(_)))
    };
    let shapes = found.map(is_single);
    let single = shapes.base && shapes.mine && shapes.theirs;
    let lists = found.map(|extension| extension.map_or(&[][..], |extension| extension.records.as_slice()));
    let name = schema.map_or(name, |schema| &schema.name);
    let joining = Joining { name, schema, single, own_store };
    let records = match joining.keys(lists) {
        Some(keys) => joining.keyed(lists, &keys, conflicts),
        None => joining.counted(lists, conflicts),
    };
    if single {
        return records.into_iter().next().map(Records::Single);
    }
    let there = found.map(|extension| extension.is_some());
    let stays = if there.mine == there.base { there.theirs } else { there.mine };
    (stays || !records.is_empty()).then_some(Records::Multi(records))
}

/// A record's identity inside its extension; `None` for the one record of a single-valued extension.
type Key = Option<UniqueKey>;

struct Joining<'a> {
    name: &'a str,
    schema: Option<&'a Schema>,
    single: bool,
    own_store: bool,
}

impl Joining<'_> {
    fn place(&self, record: usize, attribute: Option<&str>) -> Place {
        let record = (!self.single).then_some(record);
        Place { extension: Some(self.name.to_owned()), record, attribute: attribute.map(str::to_owned) }
    }

    /// The key of every record; `None` where nothing tells the records of a side apart.
    fn keys(&self, lists: Sides<&[Record]>) -> Option<Sides<Vec<Key>>> {
        let of = |list: &[Record]| -> Option<Vec<Key>> {
            let key = |record| if self.single { Some(None) } else { Some(Some(self.key(record)?)) };
            let keys: Vec<Key> = list.iter().map(key).collect::<Option<_>>()?;
            let distinct = keys.iter().collect::<HashSet<_>>().len() == keys.len();
            let told = self.single || self.schema.is_some_and(|schema| !schema.unique.is_empty());
            (distinct && told).then_some(keys)
        };
        Some(Sides { base: of(lists.base)?, mine: of(lists.mine)?, theirs: of(lists.theirs)? })
    }

    /// By what a target shows, so that a record keeps its key.
    fn key(&self, record: &Record) -> Option<UniqueKey> {
        let schema = self.schema?;
        if self.own_store { unique_key(schema, record) } else { key_shown(schema, record) }
    }

    /// What a value of theirs is compared by.
    fn shown(&self) -> By {
        if self.own_store { meaning } else { shown }
    }

    fn keyed(
        &self,
        lists: Sides<&[Record]>,
        keys: &Sides<Vec<Key>>,
        conflicts: &mut Vec<Conflict>,
    ) -> Vec<Record> {
        let index = |keys: &'_ [Key]| -> HashMap<Key, usize> { keys.iter().cloned().zip(0..).collect() };
        let indexed = keys.each_ref().map(|keys| index(keys));
        let refs = keys.each_ref().map(|keys| keys.iter().collect::<Vec<_>>());
        let mut joined = Vec::new();
        for key in ordered(refs.each_ref(), |key| key) {
            let at = indexed.each_ref().map(|index| index.get(key).copied());
            let record = |list: &'_ [Record], at: Option<usize>| at.and_then(|at| list.get(at)).cloned();
            let sides = Sides {
                base: record(lists.base, at.base),
                mine: record(lists.mine, at.mine),
                theirs: record(lists.theirs, at.theirs),
            };
            let shown = if at.mine.is_some() { joined.len() } else { at.theirs.unwrap_or_default() };
            joined.extend(self.record(sides.each_ref().map(Option::as_ref), shown + 1, conflicts));
        }
        joined
    }

    fn record(
        &self,
        sides: Sides<Option<&Record>>,
        number: usize,
        conflicts: &mut Vec<Conflict>,
    ) -> Option<Record> {
        if let (Some(mine), Some(theirs)) = (sides.mine, sides.theirs) {
            return Some(self.attributes(sides.base, mine, theirs, number, conflicts));
        }
        let meant =
            |record: Option<&Record>| record.map(|record| record_meaning(self.schema, record, meaning));
        let same = |a: Option<&Record>, b: Option<&Record>| match (a, b) {
            (Some(a), Some(b)) if !self.own_store => same_record(self.schema, a, b),
            (a, b) => meant(a) == meant(b),
        };
        let verdict = verdict(&sides, &sides.map(meant), &sides, same);
        if verdict == Verdict::Conflict {
            let values = sides.map(|record| record.map(|record| record.json().clone()));
            conflicts.push(conflict(self.place(number, None), values));
        }
        if verdict == Verdict::Theirs { sides.theirs } else { sides.mine }.cloned()
    }

    fn attributes(
        &self,
        base: Option<&Record>,
        mine: &Record,
        theirs: &Record,
        number: usize,
        conflicts: &mut Vec<Conflict>,
    ) -> Record {
        let sides = Sides { base, mine: Some(mine), theirs: Some(theirs) };
        let mut members: Vec<(&str, View<'_>)> = Vec::new();
        let mut met = HashSet::new();
        let tokens = sides.leaders().into_iter().flatten().flat_map(Record::attributes);
        for (token, _) in tokens {
            let name = token.decoded();
            if !met.insert(folded(&name)) {
                continue;
            }
            let attribute = self.schema.and_then(|schema| schema.attribute(&name));
            let exact = sides.map(|record| record.and_then(|record| record.get(&name)));
            // A record that is not there says nothing, not even a default.
            let said = sides.map(|record| record.map(|record| record.get(&name)));
            let by = |by: By| move |said: Option<Option<View<'_>>>| said.and_then(|said| by(attribute, said));
            let same = |a, b| match (a, b) {
                (Some(a), Some(b)) if !self.own_store => same_shown(attribute, a, b),
                (a, b) => by(self.shown())(a) == by(self.shown())(b),
            };
            let verdict = verdict(&exact, &said.map(by(meaning)), &said, same);
            if verdict == Verdict::Conflict {
                let shown = attribute.map_or(name.as_ref(), |attribute| &attribute.name);
                let values = exact.map(|value| value.map(View::to_json));
                conflicts.push(conflict(self.place(number, Some(shown)), values));
            }
            let value = if verdict == Verdict::Theirs { exact.theirs } else { exact.mine };
            members.extend(value.map(|value| (token.as_str(), value)));
        }
        Record::new(Json::object(members)).unwrap_or_else(|| mine.clone())
    }

    /// Records that nothing tells apart: equal ones are counted.
    fn counted(&self, lists: Sides<&[Record]>, conflicts: &mut Vec<Conflict>) -> Vec<Record> {
        let meant = lists.map(|list| -> Vec<(RecordMeaning, &Record)> {
            list.iter().map(|record| (record_meaning(self.schema, record, self.shown()), record)).collect()
        });
        let groups = meant.each_ref().map(|side| grouped(side));
        let copies = |meaning: &RecordMeaning| {
            groups.each_ref().map(|group| group.get(meaning).map_or(&[][..], |g| g))
        };
        let leaders = if lists.mine == lists.base {
            [&meant.theirs, &meant.mine]
        } else {
            [&meant.mine, &meant.theirs]
        };
        let mut given: HashMap<&RecordMeaning, usize> = HashMap::new();
        let mut joined = Vec::new();
        for (meaning, record) in leaders.into_iter().flatten() {
            let counts = copies(meaning).map(<[_]>::len);
            let given = given.entry(meaning).or_default();
            if *given < wanted(counts).unwrap_or(counts.mine) {
                *given += 1;
                joined.push((*record).clone());
            }
        }
        for meaning in groups.base.keys() {
            let equal = copies(meaning);
            if wanted(equal.map(<[_]>::len)).is_none() {
                let (mine, theirs) = (equal.mine.first(), equal.theirs.first());
                let at = |list: &[Record], record: &Record| list.iter().position(|other| other == record);
                let at = mine.map_or_else(|| theirs.and_then(|r| at(lists.theirs, r)), |r| at(&joined, r));
                let values = equal.map(|copies| (!copies.is_empty()).then(|| array(copies)));
                conflicts.push(conflict(self.place(at.unwrap_or_default() + 1, None), values));
            }
        }
        joined
    }
}

fn grouped<'a>(side: &'a [(RecordMeaning, &'a Record)]) -> BTreeMap<&'a RecordMeaning, Vec<&'a Record>> {
    let mut groups: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (meaning, record) in side {
        groups.entry(meaning).or_default().push(*record);
    }
    groups
}

fn array(records: &[&Record]) -> Json {
    Json::array(records.iter().map(|record| record.json().view()))
}

/// How many equal records both sides together want; `None` where one took some away and the other added some.
fn wanted(counts: Sides<usize>) -> Option<usize> {
    let Sides { base, mine, theirs } = counts;
    if mine >= base && theirs >= base {
        Some(mine.max(theirs))
    } else if mine <= base && theirs <= base {
        Some(mine.min(theirs))
    } else {
        None
    }
}
