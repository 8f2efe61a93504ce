//! Whose profile an item is: by its ID, by a core attribute, or by an ID derived from its content.

use super::{ImportError, Sourced, Unreadable};
use crate::model::json::{Json, Kind, View, same_name};
use crate::model::profile::{CUSTOMER_ID, CustomerId, Profile};
use crate::target::{Target, TargetError};
use crate::transfer::read::Content;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// How many customers with one value are looked at: one is found, of two or more none is.
const SEVERAL: usize = 100;

/// Finds the customers of items. A sentence where it cannot.
pub(super) struct Identifier<'a> {
    target: &'a dyn Target,
    match_by: Option<&'a str>,
    /// Who holds a value of the core attribute `match_by`; read when first needed.
    holders: Option<HashMap<String, BTreeSet<CustomerId>>>,
    /// How often the content with this hash was met in `file`.
    ordinals: HashMap<u64, u64>,
    file: Option<Arc<str>>,
}

impl<'a> Identifier<'a> {
    pub fn new(target: &'a dyn Target, match_by: Option<&'a str>) -> Self {
        Self { target, match_by, holders: None, ordinals: HashMap::new(), file: None }
    }

    /// The customer, and the profile with that `customer_id`.
    pub fn identify(
        &mut self,
        file: &Arc<str>,
        profile: &Json,
    ) -> Result<Result<(CustomerId, Json), String>, TargetError> {
        if profile.view().kind() != Kind::Object {
            return Ok(Err("a profile must be an object".into()));
        }
        if let Some(written) = profile.view().get(CUSTOMER_ID) {
            let Some(text) = written.text() else { return Ok(Err("the customer ID must be text".into())) };
            return Ok(CustomerId::new(&text).map(|id| (id, profile.clone())));
        }
        let id = match self.match_by {
            Some(key) => self.matched(key, profile.view())?,
            None if self.target.capabilities().own => self.derived(file, profile),
            None => Err("it has no customer_id, and this target gives its IDs itself; --match finds a customer by an attribute".into()),
        };
        Ok(id.map(|id| (id.clone(), with_id(&id, profile))))
    }

    fn derived(&mut self, file: &Arc<str>, profile: &Json) -> Result<CustomerId, String> {
        if self.file.as_ref() != Some(file) {
            self.file = Some(file.clone());
            self.ordinals.clear();
        }
        let ordinal = self.ordinals.entry(fnv1a(&[profile.as_str().as_bytes()])).or_default();
        *ordinal += 1;
        derived_id(profile, *ordinal)
    }

    fn matched(&mut self, key: &str, profile: View<'_>) -> Result<Result<CustomerId, String>, TargetError> {
        let wanted = profile.get(key).map(values).unwrap_or_default();
        if wanted.is_empty() {
            return Ok(Err(format!("it has neither customer_id nor a value of {key}")));
        }
        let hits = if self.target.capabilities().listing {
            self.listed(key, &wanted)?
        } else {
            found(self.target, key, &wanted)?
        };
        let mut hits = hits.into_iter();
        Ok(match (hits.next(), hits.next()) {
            (Some(id), None) => Ok(id),
            (None, _) => Err(format!("no customer has this {key}")),
            (Some(a), Some(b)) => Err(format!("several customers have this {key}, among them {a} and {b}")),
        })
    }

    /// Who holds one of these values, of all customers.
    fn listed(&mut self, key: &str, wanted: &[String]) -> Result<BTreeSet<CustomerId>, TargetError> {
        let holders = match &mut self.holders {
            Some(holders) => holders,
            none => none.insert(holders(self.target, key)?),
        };
        Ok(wanted.iter().filter_map(|value| holders.get(value)).flatten().cloned().collect())
    }
}

/// The customers of several items: a dry run must know what an item would have made of them once the next one comes. What is
/// kept of all others is a hash.
pub fn repeated(
    target: &dyn Target,
    items: impl Iterator<Item = Result<Sourced, Unreadable>>,
    match_by: Option<&str>,
) -> Result<HashSet<CustomerId>, ImportError> {
    let mut identifier = Identifier::new(target, match_by);
    let (mut met, mut again) = (HashSet::new(), HashSet::new());
    for source in items {
        let source = source?;
        let id = match &source.item.content {
            Content::Profile(json) => identifier.identify(&source.file, json)?.ok().map(|(id, _)| id),
            Content::Insert(id, _) => Some(id.clone()),
            Content::Schema(_) | Content::Refused(..) | Content::NotJson(..) => None,
        };
        again.extend(id.filter(|id| !met.insert(fnv1a(&[id.as_str().as_bytes()]))));
    }
    Ok(again)
}

/// The ID that our own stores give to a profile without one: 64-bit FNV-1a of its text without white space between tokens, a
/// zero byte, and its ordinal among equal ones of its file in decimal, as 16 upper-case hex digits (docs/API.md).
pub fn derived_id(profile: &Json, ordinal: u64) -> Result<CustomerId, String> {
    let hash = fnv1a(&[profile.as_str().as_bytes(), b"\0", ordinal.to_string().as_bytes()]);
    CustomerId::new(&format!("{hash:016X}"))
}

/// 64-bit FNV-1a.
fn fnv1a(parts: &[&[u8]]) -> u64 {
    let bytes = parts.iter().flat_map(|part| part.iter());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// A profile with this `customer_id`, first, whichever it had.
pub fn with_id(id: &CustomerId, profile: &Json) -> Json {
    let id = Json::string(id.as_str());
    let others = profile.view().members().filter(|(name, _)| !same_name(&name.decoded(), CUSTOMER_ID));
    let members = others.map(|(name, value)| (name.as_str(), value));
    Json::object(std::iter::once(("\"customer_id\"", id.view())).chain(members))
}

/// The values of a core attribute that can be compared: text with its escapes resolved, other scalars as written.
fn values(value: View<'_>) -> Vec<String> {
    match value.kind() {
        Kind::Array => {
            value.elements().filter(|value| value.kind() != Kind::Array).flat_map(values).collect()
        }
        Kind::Null | Kind::Object => Vec::new(),
        Kind::String => value.text().into_iter().filter(|text| !text.is_empty()).map(Into::into).collect(),
        Kind::Number | Kind::Boolean => vec![value.as_str().to_owned()],
    }
}

/// The same where the target does not list its customers; what it finds is looked at, for it may not know the attribute.
fn found(target: &dyn Target, key: &str, wanted: &[String]) -> Result<BTreeSet<CustomerId>, TargetError> {
    let mut found = BTreeSet::new();
    for value in wanted {
        let profiles = target.identify(&[(key.to_owned(), value.clone())], SEVERAL)?;
        let holds =
            |profile: &Profile| profile.core(key).is_some_and(|has| values(has.view()).contains(value));
        found.extend(profiles.into_iter().filter(holds).map(|profile| profile.id));
    }
    Ok(found)
}

fn holders(target: &dyn Target, key: &str) -> Result<HashMap<String, BTreeSet<CustomerId>>, TargetError> {
    let mut holders: HashMap<String, BTreeSet<CustomerId>> = HashMap::new();
    for id in target.customers()? {
        let Some(loaded) = target.load(&id)? else { continue };
        for value in loaded.profile.core(key).map(|value| values(value.view())).unwrap_or_default() {
            holders.entry(value).or_default().insert(id.clone());
        }
    }
    Ok(holders)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fnv1a_is_the_published_one() {
        assert_eq!(fnv1a(&[b""]), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a(&[b"foo", b"bar"]), 0x8594_4171_f739_67e8);
    }
}
