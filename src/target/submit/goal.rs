//! What the customer should become, given what the customer is now. Pure.

use super::Wanted;
use crate::model::compare::same_profile;
use crate::model::finding::Place;
use crate::model::plan::{Rules, plan};
use crate::model::profile::Profile;
use crate::model::reconcile::{Conflict, reconcile};
use crate::model::schema::Schemas;

/// What the customer should become.
pub enum Goal {
    /// This profile, or none.
    Reach(Option<Profile>),
    /// A person must decide.
    Decide { joined: Option<Profile>, conflicts: Vec<Conflict> },
}

/// Joins what is wanted with what is there now.
pub fn goal(wanted: &Wanted<'_>, now: Option<&Profile>, schemas: &Schemas, rules: Rules) -> Goal {
    let same = |a: &Profile, b: &Profile| same(a, b, schemas, rules);
    match (wanted.base, wanted.mine, now) {
        (None, mine, None) => Goal::Reach(mine.cloned()),
        (_, None, None) => Goal::Reach(None),
        (Some(base), Some(mine), None) if same(base, mine) => Goal::Reach(None),
        (Some(base), None, Some(now)) if same(base, now) => Goal::Reach(None),
        (None, Some(mine), Some(now)) if same(mine, now) => Goal::Reach(Some(now.clone())),
        (Some(base), Some(mine), Some(now)) if base == now => Goal::Reach(Some(mine.clone())),
        (Some(base), Some(mine), Some(now)) => {
            let joined = reconcile(base, mine, now, schemas, rules.own_store);
            if joined.conflicts.is_empty() {
                return Goal::Reach(Some(joined.joined));
            }
            Goal::Decide { joined: Some(joined.joined), conflicts: joined.conflicts }
        }
        (None, Some(mine), Some(now)) => {
            let joined = reconcile(&Profile::empty(mine.id.clone()), mine, now, schemas, rules.own_store);
            let mut conflicts = vec![whole(wanted, Some(now))];
            conflicts.extend(joined.conflicts);
            Goal::Decide { joined: Some(joined.joined), conflicts }
        }
        (_, _, now) => Goal::Decide { joined: None, conflicts: vec![whole(wanted, now)] },
    }
}

/// Whether nobody changed anything between the two: on our own stores no request leads from one to the other, elsewhere the
/// server may have written the same in another form.
pub fn same(a: &Profile, b: &Profile, schemas: &Schemas, rules: Rules) -> bool {
    let needs_none = || plan(Some(a), Some(b), schemas, &rules).is_ok_and(|requests| requests.is_empty());
    a == b || if rules.own_store { needs_none() } else { same_profile(a, b, schemas) }
}

/// The customer itself is at stake.
fn whole(wanted: &Wanted<'_>, now: Option<&Profile>) -> Conflict {
    Conflict {
        place: Place::default(),
        base: wanted.base.map(Profile::to_json),
        mine: wanted.mine.map(Profile::to_json),
        theirs: now.map(Profile::to_json),
    }
}
