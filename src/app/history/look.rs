//! One request of a history looked at: what it changed, what the customer was after it, and the ways back. Pure; done by the
//! worker, since all requests before it are carried out for it.

use super::super::draft::Draft;
use super::Chronicle;
use crate::model::finding::Finding;
use crate::model::json::{Json, pretty};
use crate::model::past::{Replay, Then};
use crate::model::profile::{CustomerId, Profile};
use crate::model::put_back::{PutBack, TakenBack, put_back, take_back};
use crate::model::schema::Schemas;
use std::sync::Arc;

/// Which request, and what is to be known for the ways back.
#[derive(Clone, Debug)]
pub struct Question {
    /// Whose history.
    pub id: CustomerId,
    /// The history.
    pub chronicle: Arc<Chronicle>,
    /// The entry; 0 is the newest.
    pub at: usize,
    /// The customer as the draft wants it, or as it is.
    pub now: Option<Profile>,
    /// Whether the target is a store or server of our own.
    pub own: bool,
}

/// What there is to know of a request.
#[derive(Clone, Debug)]
pub struct Look {
    /// The entry; 0 is the newest.
    pub at: usize,
    /// The customer after it; `None` where that is not known.
    pub then: Option<Then>,
    /// What it changed: a draft of the customer before it that wants the customer after it. `None` where that is not known.
    pub changes: Option<(Draft, Schemas)>,
    /// The profile after it, line by line.
    pub profile: Vec<String>,
    /// The request itself, line by line.
    pub request: Vec<String>,
    /// The way back to after it, where there was a customer then.
    pub put_back: Option<PutBack>,
    /// The way to take it back, where the customer was there before, after, and is now, and that would change something.
    pub take_back: Option<TakenBack>,
    /// What neither of them can bring back, place by place.
    pub left: Vec<Finding>,
}

/// Looks at a request.
pub fn look(question: &Question) -> Look {
    let Question { id, chronicle, at, now, own } = question;
    let (now, schemas) = (now.as_ref(), &chronicle.schemas);
    let count = chronicle.past.len().saturating_sub(*at);
    let mut replay = Replay::default();
    let (mut before, mut request) = (replay.then(id), Vec::new());
    if let Some((last, earlier)) = chronicle.past[..count].split_last() {
        for past in earlier {
            replay.take(&past.request);
        }
        before = replay.then(id);
        replay.take(&last.request);
        request.push(format!("{} {}", last.request.method().as_str(), last.request.path()));
        request.extend(last.request.body().into_iter().flat_map(lines));
    }
    let then = replay.then(id);
    let was = then.as_ref().and_then(|then| then.profile.as_ref());
    let put_back = was.map(|was| put_back(was, now, schemas));
    let earlier = before.as_ref().and_then(|before| before.profile.as_ref());
    let sides = earlier.zip(was).zip(now).filter(|((before, after), _)| before != after);
    let taken = sides.map(|((before, after), now)| take_back(before, after, now, schemas, *own));
    let backs = put_back.iter().chain(taken.as_ref().map(|taken| &taken.all));
    let mut left: Vec<Finding> = backs.flat_map(|back| &back.left).cloned().collect();
    left.sort_by(|a, b| a.place.cmp(&b.place));
    left.dedup();
    let take_back = taken.filter(|taken| now.is_some_and(|now| leads_away(now, taken, schemas)));
    let changes = before.as_ref().zip(then.as_ref()).map(|(before, after)| changes(id, before, after));
    let profile = was.map(|was| lines(&was.to_json())).unwrap_or_default();
    Look { at: *at, then, changes, profile, request, put_back, take_back, left }
}

/// Whether anything is to be done to take a request back.
fn leads_away(now: &Profile, taken: &TakenBack, schemas: &Schemas) -> bool {
    let mut draft = Draft::new(now.id.clone(), Some(now.clone()));
    draft.want(&taken.all.wanted, schemas);
    draft.is_changed()
}

fn changes(id: &CustomerId, before: &Then, after: &Then) -> (Draft, Schemas) {
    let mut schemas = after.schemas.clone();
    for schema in before.schemas.iter().filter(|schema| after.schemas.get(&schema.name).is_none()) {
        schemas.push(schema.clone());
    }
    let mut draft = Draft::new(id.clone(), before.profile.clone());
    let empty = Profile::empty(id.clone());
    draft.want(after.profile.as_ref().unwrap_or(&empty), &schemas);
    (draft, schemas)
}

fn lines(json: &Json) -> Vec<String> {
    pretty(json.view()).lines().map(str::to_owned).collect()
}
