//! What a request makes of a customer's profile: the one place that changes one (docs/API.md, "Insert and its doubt").
//!
//! A [`Fold`] is one customer under a series of requests. Each costs what it holds, and not what the profile holds. Whether a
//! request may be carried out is for [`accepts`] to say; here only that is refused which cannot be.

mod open;
mod parts;
mod places;

use super::apply::{
    Reading, Rejection, RejectionKind, accepts, already_there, unknown_customer, unknown_extension,
};
use super::json::Json;
use super::profile::{CustomerId, Profile, Record};
use super::request::Request;
use super::schema::Schemas;
use super::stored::stored;
use super::value::unique_key;
use open::Open;
use parts::Parts;

/// The profile of one customer, or none, under a series of requests.
pub struct Fold {
    id: CustomerId,
    open: Option<Open>,
}

impl Fold {
    /// A customer who is not there yet.
    pub fn new(id: CustomerId) -> Self {
        Self { id, open: None }
    }

    /// A customer with this profile.
    pub fn begin(profile: Profile) -> Self {
        Self { id: profile.id.clone(), open: Some(Open::new(profile)) }
    }

    /// Whether the customer is there.
    pub fn is_there(&self) -> bool {
        self.open.is_some()
    }

    /// The profile as of now, if the customer is there.
    pub fn profile(&mut self) -> Option<&Profile> {
        self.open.as_mut().map(Open::profile)
    }

    /// The profile as of now, if the customer is there.
    pub fn into_profile(self) -> Option<Profile> {
        self.open.map(Open::into_profile)
    }

    /// Judges a request by the schemas as of before it, and carries it out. Refused, it leaves the profile as it was. See
    /// [`Self::carry_out`] for what a merge needs besides.
    pub fn apply(&mut self, request: &Request, schemas: &Schemas) -> Result<(), Rejection> {
        let known = |id: &CustomerId| *id != self.id || self.is_there(); // of others nothing is known here
        accepts(schemas, &known, request)?;
        self.carry_out(request, schemas, Reading::Upsert)
    }

    /// Carries out a request that was judged before, by the schemas as of before it. Refuses, and leaves the profile as it was,
    /// where nothing can be made of it. What concerns another customer changes nothing. After a merge [`Self::merge`], or the
    /// checkpoint that follows in a journal, tells what the one who remains has got.
    pub fn carry_out(
        &mut self,
        request: &Request,
        schemas: &Schemas,
        reading: Reading,
    ) -> Result<(), Rejection> {
        match request {
            Request::CreateSchema(_) => {}
            Request::DeleteSchema(name) => self.open.iter_mut().for_each(|open| open.forget(name)),
            _ if !request.is_of(&self.id) => {}
            Request::CreateProfile(body) => self.create(body, schemas)?,
            Request::UpdateProfile(_, body) => {
                let open = self.known()?;
                let mut parts = Parts::of(body, schemas, true)?;
                open.set_core(&mut parts);
                open.set_extensions(parts, Reading::Replace);
            }
            Request::InsertRecords(_, body) => {
                let open = self.known()?;
                open.set_extensions(Parts::of(body, schemas, false)?, reading);
            }
            Request::UpdateRecord(_, name, body) => self.keyed(name, body, schemas, true)?,
            Request::DeleteRecord(_, name, body) => self.keyed(name, body, schemas, false)?,
            Request::MergeProfiles { dst, .. } if *dst == self.id => {
                self.known()?;
            }
            Request::DeleteProfile(_) | Request::MergeProfiles { .. } => {
                self.known()?;
                self.open = None;
            }
            Request::Checkpoint(_, body) => self.restart(body, schemas)?,
        }
        Ok(())
    }

    /// Adds the profile of a customer who is merged into this one. What this one has wins: its scalars, single-valued
    /// extensions and records with the same key. The rest is added.
    pub fn merge(&mut self, source: Profile, schemas: &Schemas) -> Result<(), Rejection> {
        self.known()?.merge(source, schemas);
        Ok(())
    }

    fn known(&mut self) -> Result<&mut Open, Rejection> {
        self.open.as_mut().ok_or_else(|| unknown_customer(&self.id))
    }

    fn create(&mut self, body: &Json, schemas: &Schemas) -> Result<(), Rejection> {
        if self.is_there() {
            return Err(already_there(&self.id));
        }
        let mut parts = Parts::of(body, schemas, true)?;
        let mut open = Open::new(Profile::empty(self.id.clone()));
        open.set_core(&mut parts);
        open.set_extensions(parts, Reading::Replace);
        self.open = Some(open);
        Ok(())
    }

    fn restart(&mut self, body: &Json, schemas: &Schemas) -> Result<(), Rejection> {
        let invalid = |sentence| Rejection::new(RejectionKind::Invalid, sentence);
        let mut profile = Profile::from_json(body, |name| schemas.get(name).is_some()).map_err(invalid)?;
        if profile.id != self.id {
            let sentence =
                format!("the body is of customer {}, the request of customer {}", profile.id, self.id);
            return Err(invalid(sentence));
        }
        // Null says that an extension has no record; it makes no core attribute of its name.
        profile.core.retain(|core| !core.value.view().is_null() || schemas.get(&core.name).is_none());
        self.open = Some(Open::new(profile));
        Ok(())
    }

    /// Replaces (`whole`) or takes away the record with the body's unique attributes.
    fn keyed(&mut self, name: &str, body: &Json, schemas: &Schemas, whole: bool) -> Result<(), Rejection> {
        let schema = schemas.get(name).ok_or_else(|| unknown_extension(name))?;
        let open = self.known()?;
        let key = Record::new(body.clone()).and_then(|record| unique_key(schema, &record));
        let record = stored(schema, body.view()).filter(|_| whole);
        if key.is_some_and(|key| open.change(schema, &key, record)) {
            return Ok(());
        }
        let sentence =
            format!("customer {} has no {} record with these unique attributes", self.id, schema.name);
        Err(Rejection::new(RejectionKind::UnknownRecord, sentence))
    }
}
