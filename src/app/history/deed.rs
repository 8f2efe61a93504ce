//! What the requests of a history did, in short: enough for a list of them, without carrying any out.

use crate::model::json::{Json, Kind, View, same_name};
use crate::model::profile::{CUSTOMER_ID, CustomerId};
use crate::model::request::Request;
use crate::target::Past;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// One request of a history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number in the store.
    pub seq: u64,
    /// When it was accepted, RFC 3339 in UTC.
    pub at: String,
    /// Who sent it.
    pub by: String,
    /// What it did.
    pub deed: Deed,
    /// To whom, where that is somebody else: who was merged into the customer later, or before.
    pub of: Option<CustomerId>,
}

impl Entry {
    /// When it was accepted, in this zone.
    pub fn local(&self, zone: &TimeZone) -> String {
        let instant = self.at.parse::<Timestamp>();
        instant.map_or_else(
            |_| self.at.clone(),
            |at| zone.to_datetime(at).strftime("%Y-%m-%d %H:%M:%S").to_string(),
        )
    }
}

/// What a request did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// The customer was created.
    Created,
    /// The core attributes were set, and these extensions replaced.
    Updated(Vec<String>),
    /// The customer was deleted.
    Deleted,
    /// The customer got what that one had.
    MergedWith(CustomerId),
    /// The customer went, and that one got what it had.
    MergedInto(CustomerId),
    /// Records were inserted: so many of each extension.
    Inserted(Vec<(String, usize)>),
    /// A record was replaced.
    RecordUpdated(String),
    /// A record was deleted.
    RecordDeleted(String),
    /// The schema of an extension was created.
    SchemaCreated(String),
    /// The schema of an extension was deleted, and with it all records.
    SchemaDeleted(String),
    /// What came before was not kept; this is the customer as of then.
    Checkpoint,
}

/// The entries of a customer's history, newest first.
pub fn entries(id: &CustomerId, past: &[Past]) -> Vec<Entry> {
    let entry = |Past { seq, stamp, request }: &Past| Entry {
        seq: *seq,
        at: stamp.at.clone(),
        by: stamp.by.clone(),
        deed: deed(id, request),
        of: request.customer().filter(|_| !request.customers().contains(id)),
    };
    past.iter().rev().map(entry).collect()
}

fn deed(id: &CustomerId, request: &Request) -> Deed {
    match request {
        Request::CreateProfile(_) => Deed::Created,
        Request::UpdateProfile(_, body) => Deed::Updated(extensions(body).map(|(name, _)| name).collect()),
        Request::DeleteProfile(_) => Deed::Deleted,
        Request::MergeProfiles { dst, src, .. } if src == id => Deed::MergedInto(dst.clone()),
        Request::MergeProfiles { src, .. } => Deed::MergedWith(src.clone()),
        Request::InsertRecords(_, body) => {
            Deed::Inserted(extensions(body).map(|(name, value)| (name, count(value))).collect())
        }
        Request::UpdateRecord(_, name, _) => Deed::RecordUpdated(name.clone()),
        Request::DeleteRecord(_, name, _) => Deed::RecordDeleted(name.clone()),
        Request::CreateSchema(body) => {
            let name = body.view().get("name").and_then(View::text);
            Deed::SchemaCreated(name.unwrap_or_default().into_owned())
        }
        Request::DeleteSchema(name) => Deed::SchemaDeleted(name.clone()),
        Request::Checkpoint(..) => Deed::Checkpoint,
    }
}

/// The members of a body that hold records, by their shape.
fn extensions(body: &Json) -> impl Iterator<Item = (String, View<'_>)> {
    let of_records = |value: View<'_>| match value.kind() {
        Kind::Object => true,
        Kind::Array => value.elements().next().is_some_and(|first| first.kind() == Kind::Object),
        _ => false,
    };
    let members = body.view().members().map(|(name, value)| (name.decoded().into_owned(), value));
    members.filter(move |(name, value)| !same_name(name, CUSTOMER_ID) && of_records(*value))
}

fn count(value: View<'_>) -> usize {
    if value.kind() == Kind::Array { value.elements().count() } else { 1 }
}
