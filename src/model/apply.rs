//! Whether a request is accepted, and what it makes of a state. What it makes of one profile: [`Fold`].

use super::finding::{Finding, Place, Severity};
use super::fold::Fold;
use super::json::{Json, same_name};
use super::profile::{CUSTOMER_ID, CustomerId, Profile};
use super::request::Request;
use super::schema::{Schema, Schemas};
use super::validate::validate;
use std::collections::BTreeMap;

/// The schemas, and the profiles that a request names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// The schemas.
    pub schemas: Schemas,
    /// The profiles by customer.
    pub profiles: BTreeMap<CustomerId, Profile>,
}

/// What insert does to the records that are there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Record by record: equal unique attributes replace, all others stay.
    Upsert,
    /// The named extension is replaced whole.
    Replace,
}

/// Why a request was refused. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// The kind.
    pub kind: RejectionKind,
    /// The reasons, at least one.
    pub findings: Vec<Finding>,
}

/// The kinds of refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RejectionKind {
    /// The body breaks a rule that its schema or the API sets.
    Invalid,
    /// There is no such customer.
    UnknownCustomer,
    /// There is no schema of such an extension.
    UnknownExtension,
    /// The customer has no record with these unique attributes.
    UnknownRecord,
    /// The customer or the schema is there already.
    AlreadyExists,
    /// What the store holds of the customer is damaged, so it takes no changes.
    ReadOnly,
}

impl std::fmt::Display for Rejection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sentences: Vec<String> = self.findings.iter().map(ToString::to_string).collect();
        f.write_str(&sentences.join("; "))
    }
}

impl std::error::Error for Rejection {}

impl Rejection {
    /// A refusal of a request as a whole, with its reason.
    pub fn new(kind: RejectionKind, sentence: impl Into<String>) -> Self {
        let finding =
            Finding { place: Place::default(), severity: Severity::Error, sentence: sentence.into() };
        Self { kind, findings: vec![finding] }
    }
}

/// Refuses what the schemas and the knowledge of who is there tell already; [`needs`] says what else must be asked.
pub fn accepts(
    schemas: &Schemas,
    known: &dyn Fn(&CustomerId) -> bool,
    request: &Request,
) -> Result<(), Rejection> {
    known_customers(known, request)?;
    let mut errors = validate(request, schemas);
    errors.retain(|finding| finding.severity == Severity::Error);
    if !errors.is_empty() {
        return Err(Rejection { kind: kind_of(schemas, request, &errors), findings: errors });
    }
    let invalid = |sentence: &str| Err(Rejection::new(RejectionKind::Invalid, sentence));
    match request {
        Request::CreateProfile(_) => match request.customer() {
            None => invalid("the profile has no customer_id"),
            Some(id) if known(&id) => Err(already_there(&id)),
            Some(_) => Ok(()),
        },
        Request::Checkpoint(_, body) if body.view().get(CUSTOMER_ID).is_none() => {
            invalid("the profile has no customer_id")
        }
        Request::MergeProfiles { dst, src, .. } if dst == src => {
            invalid("a customer cannot be merged with itself")
        }
        Request::CreateSchema(body) => name_is_free(schemas, body),
        Request::DeleteSchema(name) if schemas.get(name).is_none() => Err(unknown_extension(name)),
        _ => Ok(()),
    }
}

/// What must be looked at to judge or carry out a request that [`accepts`] lets pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Nothing: it is accepted.
    Nothing,
    /// The profiles of the customers whom it names: a record may not be there, and a merge joins two of them.
    Profiles,
    /// All profiles: none may have a core attribute of a new extension's name ([`core_attribute`]).
    Everybody,
}

/// What a request needs besides [`accepts`].
pub fn needs(request: &Request) -> Needs {
    match request {
        Request::UpdateRecord(..) | Request::DeleteRecord(..) | Request::MergeProfiles { .. } => {
            Needs::Profiles
        }
        Request::CreateSchema(_) => Needs::Everybody,
        _ => Needs::Nothing,
    }
}

/// Carries a request out. Refused, it leaves the state as it was.
pub fn apply(state: &mut State, request: &Request, reading: Reading) -> Result<(), Rejection> {
    accepts(&state.schemas, &|id| state.profiles.contains_key(id), request)?;
    match request {
        Request::CreateSchema(body) => create_schema(state, body),
        Request::DeleteSchema(name) => {
            delete_schema(state, name);
            Ok(())
        }
        Request::MergeProfiles { dst, src, .. } => merge(state, dst, src),
        _ => request.customer().map_or(Ok(()), |id| {
            folded(state, &id, |fold, schemas| fold.carry_out(request, schemas, reading))
        }),
    }
}

/// Gives one customer of a state to `work`.
fn folded(
    state: &mut State,
    id: &CustomerId,
    work: impl FnOnce(&mut Fold, &Schemas) -> Result<(), Rejection>,
) -> Result<(), Rejection> {
    let mut fold = state.profiles.remove(id).map_or_else(|| Fold::new(id.clone()), Fold::begin);
    let answer = work(&mut fold, &state.schemas);
    state.profiles.extend(fold.into_profile().map(|profile| (id.clone(), profile)));
    answer
}

/// What an insert makes of a profile, without a judgement of its body.
pub fn inserted(profile: &Profile, body: &Json, schemas: &Schemas, reading: Reading) -> Profile {
    let known = body.view().members().filter(|(name, _)| schemas.get(&name.decoded()).is_some());
    let body = Json::object(known.map(|(name, value)| (name.as_str(), value)));
    let mut fold = Fold::begin(profile.clone());
    let _ = fold.carry_out(&Request::InsertRecords(profile.id.clone(), body), schemas, reading);
    fold.into_profile().unwrap_or_else(|| profile.clone())
}

/// The customers whom a request needs are looked up first, before its body is judged.
fn known_customers(known: &dyn Fn(&CustomerId) -> bool, request: &Request) -> Result<(), Rejection> {
    match request.named().find(|id| !known(id)) {
        Some(id) if !matches!(request, Request::Checkpoint(..)) => Err(unknown_customer(id)),
        _ => Ok(()),
    }
}

/// An extension without a schema counts before what is wrong inside records, where the request is about records.
fn kind_of(schemas: &Schemas, request: &Request, errors: &[Finding]) -> RejectionKind {
    let of_records =
        matches!(request, Request::InsertRecords(..) | Request::UpdateRecord(..) | Request::DeleteRecord(..));
    let mut named = errors.iter().filter_map(|finding| finding.place.extension.as_deref());
    if of_records && named.any(|name| schemas.get(name).is_none()) {
        RejectionKind::UnknownExtension
    } else {
        RejectionKind::Invalid
    }
}

pub(super) fn unknown_customer(id: &CustomerId) -> Rejection {
    Rejection::new(RejectionKind::UnknownCustomer, format!("there is no customer {id}"))
}

pub(super) fn already_there(id: &CustomerId) -> Rejection {
    Rejection::new(RejectionKind::AlreadyExists, format!("customer {id} is there already"))
}

pub(super) fn unknown_extension(name: &str) -> Rejection {
    Rejection::new(RejectionKind::UnknownExtension, format!("there is no schema of an extension {name}"))
}

/// The refusal of a schema whose name is that of a customer's core attribute.
pub fn core_attribute(id: &CustomerId, name: &str) -> Rejection {
    let sentence = format!(
        "customer {id} has a core attribute {name}: as long as a customer has one, there can be no extension of that name"
    );
    Rejection::new(RejectionKind::AlreadyExists, sentence)
}

fn schema_of(body: &Json) -> Result<Schema, Rejection> {
    Schema::from_json(body).map_err(|error| Rejection::new(RejectionKind::Invalid, error.to_string()))
}

fn name_is_free(schemas: &Schemas, body: &Json) -> Result<(), Rejection> {
    let name = schema_of(body)?.name;
    if schemas.get(&name).is_none() {
        return Ok(());
    }
    let sentence = format!("there is a schema of the extension {name} already");
    Err(Rejection::new(RejectionKind::AlreadyExists, sentence))
}

fn create_schema(state: &mut State, body: &Json) -> Result<(), Rejection> {
    let schema = schema_of(body)?;
    if let Some(first) = state.profiles.values().find(|profile| profile.core(&schema.name).is_some()) {
        return Err(core_attribute(&first.id, &schema.name));
    }
    state.schemas.push(schema);
    Ok(())
}

/// Takes the schema away, and with it every customer's records of that extension.
fn delete_schema(state: &mut State, name: &str) {
    state.schemas.remove(name);
    for profile in state.profiles.values_mut() {
        profile.extensions.retain(|extension| !same_name(&extension.name, name));
    }
}

fn merge(state: &mut State, dst: &CustomerId, src: &CustomerId) -> Result<(), Rejection> {
    let source = state.profiles.remove(src).ok_or_else(|| unknown_customer(src))?;
    folded(state, dst, |fold, schemas| fold.merge(source, schemas))
}
