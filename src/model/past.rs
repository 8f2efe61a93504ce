//! A customer as it was at any point of its history: the requests up to there, carried out one after the other.
//!
//! A history may begin later than the customer: what came before was not kept, or is damaged. Then the first request that says
//! all there is of the customer (a create, a checkpoint, a delete) begins it; before that one nothing is known.

use super::apply::{Reading, Rejection, accepts};
use super::fold::Fold;
use super::profile::{CustomerId, Profile};
use super::request::Request;
use super::schema::{Schema, Schemas};
use std::collections::{BTreeMap, BTreeSet};

/// A customer, and the schemas, as of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Then {
    /// The profile; `None`: there was no such customer.
    pub profile: Option<Profile>,
    /// The schemas that the history tells of.
    pub schemas: Schemas,
}

/// The requests of a history, carried out one after the other, oldest first.
#[derive(Default)]
pub struct Replay {
    schemas: Schemas,
    folds: BTreeMap<CustomerId, Fold>,
    /// Customers of whom too little was kept to say what they were.
    unknown: BTreeSet<CustomerId>,
}

/// The customer as of the last of these requests; `None` where that is not known.
pub fn as_of<'a>(id: &CustomerId, requests: impl IntoIterator<Item = &'a Request>) -> Option<Then> {
    let mut replay = Replay::default();
    requests.into_iter().for_each(|request| replay.take(request));
    replay.then(id)
}

impl Replay {
    /// Carries the next request out.
    pub fn take(&mut self, request: &Request) {
        if let Some(id) = begun_by(request).filter(|id| self.unknown.remove(id)) {
            self.folds.remove(&id);
        }
        let known = request.customers().iter().all(|id| !self.unknown.contains(id));
        let done = self.carry_out(request).is_ok() || self.is_taken_as_it_is(request);
        if !done || !known {
            self.lose(request);
        }
    }

    /// The customer as of the last request; `None` where that is not known.
    pub fn then(&mut self, id: &CustomerId) -> Option<Then> {
        let profile = self.folds.get_mut(id).and_then(Fold::profile).cloned();
        (!self.unknown.contains(id)).then(|| Then { profile, schemas: self.schemas.clone() })
    }

    fn carry_out(&mut self, request: &Request) -> Result<(), Rejection> {
        let Self { schemas, folds, .. } = self;
        let known = |id: &CustomerId| folds.get(id).is_some_and(Fold::is_there);
        accepts(schemas, &known, request)?;
        match request {
            Request::CreateSchema(body) => Schema::from_json(body).into_iter().for_each(|s| schemas.push(s)),
            Request::DeleteSchema(name) => {
                for fold in folds.values_mut() {
                    fold.carry_out(request, schemas, Reading::Upsert)?;
                }
                schemas.remove(name);
            }
            Request::MergeProfiles { dst, src, .. } => {
                let source = folds.remove(src).and_then(Fold::into_profile);
                if let Some((fold, source)) = folds.get_mut(dst).zip(source) {
                    fold.merge(source, schemas)?;
                }
            }
            _ => {
                for id in request.customers() {
                    let fold = folds.entry(id.clone()).or_insert_with(|| Fold::new(id));
                    fold.carry_out(request, schemas, Reading::Upsert)?;
                }
            }
        }
        Ok(())
    }

    /// A checkpoint says what the customer was, whether or not the schemas are told.
    fn is_taken_as_it_is(&mut self, request: &Request) -> bool {
        let Request::Checkpoint(id, body) = request else { return false };
        let profile = Profile::from_json(body, |name| self.schemas.get(name).is_some());
        profile.is_ok_and(|profile| {
            self.folds.insert(id.clone(), Fold::begin(profile));
            true
        })
    }

    /// The store carried the request out, so what it met is not all that there was.
    fn lose(&mut self, request: &Request) {
        if !matches!(request, Request::DeleteProfile(_)) {
            self.unknown.extend(request.customers());
        }
        if let Request::MergeProfiles { src, .. } = request {
            self.unknown.remove(src);
            self.folds.remove(src);
        }
    }
}

/// Of whom a request says all there is.
fn begun_by(request: &Request) -> Option<CustomerId> {
    let whole =
        matches!(request, Request::CreateProfile(_) | Request::Checkpoint(..) | Request::DeleteProfile(_));
    request.customer().filter(|_| whole)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::json::Json;

    const PHONE: &str = r#"{"name":"Phone","type":"multi-valued","attributes":[{"name":"t","type":"integer"},{"name":"n","type":"string"}],"unique":["t"]}"#;

    fn id(text: &str) -> CustomerId {
        CustomerId::new(text).unwrap()
    }

    fn requests(lines: &[(&str, &str, &str)]) -> Vec<Request> {
        let body = |text: &str| (!text.is_empty()).then(|| Json::parse(text).unwrap());
        lines
            .iter()
            .map(|(method, path, text)| Request::from_parts(method, path, body(text)).unwrap())
            .collect()
    }

    /// The customer after each of the requests, as text; `-` where there was none, `?` where it is not known.
    fn each(customer: &str, lines: &[(&str, &str, &str)]) -> Vec<String> {
        let mut replay = Replay::default();
        let then = |replay: &mut Replay| match replay.then(&id(customer)) {
            None => "?".to_owned(),
            Some(Then { profile: None, .. }) => "-".to_owned(),
            Some(Then { profile: Some(profile), .. }) => {
                profile.to_json().to_string().replace(&format!("\"customer_id\":\"{customer}\""), "")
            }
        };
        requests(lines)
            .iter()
            .map(|request| {
                replay.take(request);
                then(&mut replay)
            })
            .collect()
    }

    #[test]
    fn a_customer_is_there_from_its_creation_to_its_deletion_as_its_requests_made_it() {
        let lines = [
            ("POST", "/metadata/profiles/extensions", PHONE),
            ("POST", "/profiles", r#"{"customer_id":"A","Name":"x"}"#),
            ("POST", "/profiles/A/extensions", r#"{"Phone":[{"t":1,"n":"1"}]}"#),
            ("PUT", "/profiles/A/extensions/Phone/by/unique", r#"{"t":1,"n":"2"}"#),
            ("DELETE", "/metadata/profiles/extensions/phone", ""),
            ("DELETE", "/profiles/A", ""),
        ];
        let phone = |n: &str| format!(r#"{{,"Name":"x","Phone":[{{"t":1,"n":"{n}"}}]}}"#);
        let bare = r#"{,"Name":"x"}"#.to_owned();
        assert_eq!(each("A", &lines), ["-".into(), bare.clone(), phone("1"), phone("2"), bare, "-".into()]);
        let then = as_of(&id("A"), &requests(&lines[..5])).unwrap();
        assert!(then.schemas.is_empty());
    }

    #[test]
    fn a_history_that_begins_with_a_checkpoint_is_known_from_there() {
        let lines = [
            ("PUT", "/x/checkpoint/A", r#"{"customer_id":"A","Phone":[{"t":1}]}"#),
            ("POST", "/metadata/profiles/extensions", PHONE),
            ("POST", "/profiles/A/extensions", r#"{"Phone":[{"t":2}]}"#),
        ];
        let first = r#"{,"Phone":[{"t":1}]}"#.to_owned();
        assert_eq!(each("A", &lines), [first.clone(), first, r#"{,"Phone":[{"t":1},{"t":2}]}"#.into()]);
    }

    #[test]
    fn what_nothing_kept_tells_is_not_guessed() {
        let lines = [
            ("PUT", "/profiles/A", r#"{"Name":"x"}"#),
            ("PUT", "/x/checkpoint/A", r#"{"customer_id":"A","Name":"y"}"#),
            ("POST", "/profiles/A/extensions", r#"{"Phone":[{"t":2}]}"#),
            ("PUT", "/profiles/A", r#"{"Name":"z"}"#),
            ("DELETE", "/profiles/A", ""),
            ("POST", "/profiles", r#"{"customer_id":"A","Name":"v"}"#),
        ];
        assert_eq!(each("A", &lines), ["?", r#"{,"Name":"y"}"#, "?", "?", "-", r#"{,"Name":"v"}"#]);
    }

    #[test]
    fn of_a_merge_with_somebody_unknown_only_that_is_known_who_went() {
        let lines = [
            ("POST", "/profiles", r#"{"customer_id":"A"}"#),
            ("PUT", "/profiles/B", r#"{"Name":"x"}"#),
            ("PUT", "/profiles/A/merge/B", "{}"),
            ("POST", "/profiles", r#"{"customer_id":"B"}"#),
        ];
        assert_eq!(each("A", &lines), ["{}", "{}", "?", "?"]);
        assert_eq!(each("B", &lines), ["-", "?", "-", "{}"]);
    }
}
