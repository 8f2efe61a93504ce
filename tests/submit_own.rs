//! Submit to stores of our own, while somebody else writes: nothing of either side is lost unless it is reported.
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "support/profiles.rs"]
mod support;

use profile_desk::model::apply::Rejection;
use profile_desk::model::finding::Place;
use profile_desk::model::profile::{CustomerId, Profile};
use profile_desk::model::request::Request;
use profile_desk::model::schema::Schemas;
use profile_desk::model::{compare::same_record, value::unique_key};
use profile_desk::target::submit::{Submitted, Wanted, preview, submit};
use profile_desk::target::{self, Accepted, Capabilities, Loaded, Stamp, Target, TargetError, Version};
use proptest::prelude::*;
use std::sync::atomic::{AtomicBool, Ordering};
use support::{json, profile, profiles, schemas};

fn stamp() -> Stamp {
    Stamp { by: "tester".into(), at: "2026-11-24T09:30:00.000Z".into() }
}

/// A folder, or a document of this name.
fn store_named(folder: &tempfile::TempDir, name: &str, profile: Option<&Profile>) -> Box<dyn Target> {
    let store = target::create(&folder.path().join(name)).unwrap();
    let schemas = schemas();
    let mut requests: Vec<Request> = schemas.iter().map(|s| Request::CreateSchema(s.json.clone())).collect();
    requests.extend(profile.map(|profile| Request::CreateProfile(profile.to_json())));
    store.send(&requests, None, &stamp()).unwrap().into_iter().for_each(|answer| drop(answer.unwrap()));
    store
}

fn store(folder: &tempfile::TempDir, profile: Option<&Profile>) -> Box<dyn Target> {
    store_named(folder, "store", profile)
}

/// A target that somebody else changes between the first reading and the first sending.
struct Raced<'a> {
    store: &'a dyn Target,
    theirs: Vec<Request>,
    done: AtomicBool,
}

impl Target for Raced<'_> {
    fn place(&self) -> String {
        self.store.place()
    }
    fn capabilities(&self) -> Capabilities {
        self.store.capabilities()
    }
    fn schemas(&self) -> Result<Schemas, TargetError> {
        self.store.schemas()
    }
    fn load(&self, id: &CustomerId) -> Result<Option<Loaded>, TargetError> {
        self.store.load(id)
    }
    fn customers(&self) -> Result<Vec<CustomerId>, TargetError> {
        self.store.customers()
    }
    fn find(&self, text: &str, limit: usize) -> Result<Vec<Profile>, TargetError> {
        self.store.find(text, limit)
    }
    fn send(
        &self,
        requests: &[Request],
        planned_from: Option<Version>,
        stamp: &Stamp,
    ) -> Result<Vec<Result<Accepted, Rejection>>, TargetError> {
        if !self.done.swap(true, Ordering::Relaxed) {
            for answer in self.store.send(&self.theirs, None, stamp)? {
                answer.unwrap();
            }
        }
        self.store.send(requests, planned_from, stamp)
    }
    fn damage(&self) -> Option<String> {
        self.store.damage()
    }
}

fn raced<'a>(store: &'a dyn Target, base: Option<&Profile>, theirs: Option<&Profile>) -> Raced<'a> {
    let theirs = preview(&store.capabilities(), &schemas(), &Wanted { base, mine: theirs }).unwrap();
    Raced { store, theirs, done: AtomicBool::new(false) }
}

fn same(a: &Profile, b: &Profile, store: &dyn Target) -> bool {
    let wanted = Wanted { base: Some(a), mine: Some(b) };
    preview(&store.capabilities(), &schemas(), &wanted).unwrap().is_empty()
}

/// For each core attribute and each phone that only one side changed: what that side made of it.
fn keeps_both(base: &Profile, mine: &Profile, theirs: &Profile, end: &Profile) {
    // Null and absent are the same: a server may have made one of the other.
    let core = |profile: &Profile, name| profile.core(name).filter(|value| !value.view().is_null()).cloned();
    for name in ["FirstName", "EmailAddress"] {
        let (was, my, their) = (core(base, name), core(mine, name), core(theirs, name));
        assert_eq!(core(end, name), if my == was { their } else { my }, "{name}");
    }
    let schemas = schemas();
    let schema = schemas.get("Phone").unwrap();
    let everybody = [base, mine, theirs].into_iter().flat_map(|profile| profile.records("Phone"));
    for key in everybody.map(|record| unique_key(schema, record)) {
        let of = |profile: &'_ Profile| {
            profile.records("Phone").iter().find(|record| unique_key(schema, record) == key).cloned()
        };
        let equal = |a: &Profile, b: &Profile| match (of(a), of(b)) {
            (Some(a), Some(b)) => same_record(Some(schema), &a, &b),
            (a, b) => a.is_none() && b.is_none(),
        };
        if equal(theirs, base) {
            assert!(equal(end, mine), "mine of {key:?}");
        } else if equal(mine, base) {
            assert!(equal(end, theirs), "theirs of {key:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn with_a_second_writer_nothing_is_lost_unless_it_is_reported(
        base in profiles(), mine in profiles(), theirs in profiles(), document in any::<bool>()
    ) {
        let folder = tempfile::tempdir().unwrap();
        let name = if document { "store.json" } else { "store" };
        let store = store_named(&folder, name, Some(&base));
        let base = store.load(&base.id).unwrap().unwrap().profile;
        let target = raced(store.as_ref(), Some(&base), Some(&theirs));
        let end = submit(&target, &Wanted { base: Some(&base), mine: Some(&mine) }, &stamp()).unwrap();
        let now = store.load(&base.id).unwrap().unwrap().profile;
        match end {
            Submitted::Done { now: read, joined, .. } => {
                prop_assert_eq!(read.unwrap().profile, now.clone());
                keeps_both(&base, &mine, &theirs, &now);
                prop_assert_eq!(joined, !same(&mine, &now, store.as_ref()));
            }
            Submitted::Conflict { conflicts, now: read, .. } => {
                prop_assert!(!conflicts.is_empty());
                prop_assert_eq!(read.unwrap().profile, now.clone());
                prop_assert!(same(&now, &theirs, store.as_ref()), "theirs alone is there");
            }
            // Either nothing was wanted and so nothing was sent, or both wanted the same.
            Submitted::NothingToSend { .. } => {
                let raced = target.done.load(Ordering::Relaxed);
                prop_assert!(same(&base, &mine, store.as_ref()) || (raced && same(&now, &theirs, store.as_ref())));
                if raced { keeps_both(&base, &mine, &theirs, &now); }
            }
            other => prop_assert!(false, "{:?}", other),
        }
    }
}

#[test]
fn a_delete_of_a_customer_whom_somebody_changed_is_a_conflict() {
    let (base, theirs) = (profile(r#""FirstName":"Ann""#), profile(r#""FirstName":"Eve""#));
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder, Some(&base));
    let target = raced(store.as_ref(), Some(&base), Some(&theirs));
    let delete = Wanted { base: Some(&base), mine: None };
    let Submitted::Conflict { now, joined, conflicts, .. } = submit(&target, &delete, &stamp()).unwrap()
    else {
        panic!()
    };
    assert_eq!((now.clone().unwrap().profile, joined), (theirs, None));
    assert_eq!((conflicts.len(), &conflicts[0].place, &conflicts[0].mine), (1, &Place::default(), &None));
    let now = now.unwrap().profile;
    let delete = Wanted { base: Some(&now), mine: None };
    assert!(matches!(submit(store.as_ref(), &delete, &stamp()).unwrap(), Submitted::Done { now: None, .. }));
    assert_eq!(submit(store.as_ref(), &delete, &stamp()).unwrap(), Submitted::NothingToSend { now: None });
}

#[test]
fn an_edit_of_a_customer_who_was_deleted_is_a_conflict() {
    let (base, mine) = (profile(r#""FirstName":"Ann""#), profile(r#""FirstName":"Eve""#));
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder, Some(&base));
    let target = raced(store.as_ref(), Some(&base), None);
    let end = submit(&target, &Wanted { base: Some(&base), mine: Some(&mine) }, &stamp()).unwrap();
    assert!(matches!(end, Submitted::Conflict { now: None, .. }), "{end:?}");
    assert_eq!(store.load(&base.id).unwrap(), None);
}

#[test]
fn a_new_customer_who_exists_by_now_is_a_conflict_unless_it_is_the_same() {
    let (mine, theirs) = (profile(r#""FirstName":"Ann""#), profile(r#""LastName":"Lee""#));
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder, None);
    let target = raced(store.as_ref(), None, Some(&theirs));
    let create = Wanted { base: None, mine: Some(&mine) };
    let Submitted::Conflict { joined, conflicts, .. } = submit(&target, &create, &stamp()).unwrap() else {
        panic!()
    };
    assert!(joined.unwrap().core("LastName").is_some());
    assert_eq!(conflicts[0].place, Place::default());
    let create = Wanted { base: None, mine: Some(&theirs) };
    assert!(matches!(
        submit(store.as_ref(), &create, &stamp()).unwrap(),
        Submitted::NothingToSend { now: Some(_) }
    ));
}

#[test]
fn a_plan_goes_whole_or_not_at_all() {
    let base = profile(r#""Phone":[{"PhoneType":1,"number":"1"}]"#);
    let mine = profile(r#""FirstName":"Ann","Phone":[{"PhoneType":1,"number":7}]"#);
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder, Some(&base));
    let before = std::fs::read(folder.path().join("store/journal-000001.jsonl")).unwrap();
    let end = submit(store.as_ref(), &Wanted { base: Some(&base), mine: Some(&mine) }, &stamp()).unwrap();
    let Submitted::Refused { rejection, sent, .. } = end else { panic!() };
    assert!(rejection.to_string().contains("wants a string") && sent.is_empty(), "{rejection}");
    assert_eq!(std::fs::read(folder.path().join("store/journal-000001.jsonl")).unwrap(), before);
}

#[test]
fn nobody_wants_nothing_and_nobody_becomes_somebody_else() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder, None);
    let nothing = Wanted { base: None, mine: None };
    assert_eq!(submit(store.as_ref(), &nothing, &stamp()).unwrap(), Submitted::NothingToSend { now: None });
    let other = Profile::from_json(&json(r#"{"customer_id":"B"}"#), |_| false).unwrap();
    let wanted = Wanted { base: Some(&profile("")), mine: Some(&other) };
    assert!(matches!(submit(store.as_ref(), &wanted, &stamp()).unwrap(), Submitted::Cannot(_)));
}
