//! Importing into a server that is not ours: an item at a time, each submitted as what its customer should become.
//!
//! Such a server makes the IDs of new customers itself, so an item of an unknown customer is refused.

use super::identify::Identifier;
use super::{Done, Ended, ImportError, OnError, Options, Outcome, Sourced, Tally, Unreadable, Watch};
use crate::app::meant::{Meant, schemas_of};
use crate::model::apply::{Rejection, State};
use crate::model::json::Json;
use crate::model::profile::{CustomerId, Profile};
use crate::model::request::Request;
use crate::model::schema::{Schema, Schemas};
use crate::target::submit::{Submitted, submit};
use crate::target::{Stamp, Target, TargetError};
use crate::transfer::merge;
use crate::transfer::read::Content;
use std::ops::ControlFlow;

pub(super) struct Foreign<'a> {
    target: &'a dyn Target,
    options: &'a Options,
    stamp: &'a dyn Fn() -> Stamp,
    watch: Watch<'a>,
    tally: Tally,
    identifier: Identifier<'a>,
    /// In a dry run the schemas that would be made, and the customers as they would be.
    would_be: State,
}

/// What became of an item, and why it was refused.
type Became = (Outcome, Vec<String>);

/// The same, and whose it is.
type Item = (Option<CustomerId>, Became);

fn refused(reason: impl Into<String>) -> Became {
    (Outcome::Refused, vec![reason.into()])
}

impl<'a> Foreign<'a> {
    pub fn new(
        target: &'a dyn Target,
        options: &'a Options,
        stamp: &'a dyn Fn() -> Stamp,
        watch: Watch<'a>,
    ) -> Self {
        let identifier = Identifier::new(target, options.match_by.as_deref());
        Self {
            target,
            options,
            stamp,
            watch,
            tally: Tally::default(),
            identifier,
            would_be: State::default(),
        }
    }

    pub fn tally(&self) -> Tally {
        self.tally
    }

    pub fn all(
        &mut self,
        items: impl Iterator<Item = Result<Sourced, Unreadable>>,
    ) -> Result<Ended, ImportError> {
        for schema in &self.options.schemas {
            if let (Outcome::Refused, reasons) = self.schema(&schema.json)? {
                return Err(ImportError::Schema(schema.name.clone(), reasons.join("; ")));
            }
        }
        for source in items {
            let source = source?;
            let ((customer, (outcome, reasons)), ends) = settled(self.item(&source))?;
            self.tally.count(outcome);
            let done = Done { source: &source, customer: customer.as_ref(), outcome, reasons: &reasons };
            if (self.watch)(&done, &self.tally) == ControlFlow::Break(()) {
                return ends.map_or(Ok(Ended::Cancelled), |error| Err(error.into()));
            }
            if let Some(error) = ends {
                return Err(error.into());
            }
            if outcome == Outcome::Refused && self.options.on_error == OnError::Stop {
                return Ok(Ended::Stopped);
            }
        }
        Ok(Ended::Finished)
    }

    fn item(&mut self, source: &Sourced) -> Result<Item, TargetError> {
        let (id, json) = match &source.item.content {
            Content::NotJson(_, error) => return Ok((None, refused(error.to_string()))),
            Content::Refused(_, reason) => return Ok((None, refused(reason.clone()))),
            Content::Schema(json) => return Ok((None, self.schema(json)?)),
            Content::Insert(id, body) => (id.clone(), body.clone()),
            Content::Profile(json) => match self.identifier.identify(&source.file, json)? {
                Err(reason) => return Ok((None, refused(reason))),
                Ok(identified) => identified,
            },
        };
        let became = self.customer(&id, &json, matches!(source.item.content, Content::Insert(..)))?;
        Ok((Some(id), became))
    }

    /// Only what the server lacks is made, and only where it tells what it has.
    fn schema(&mut self, json: &Json) -> Result<Became, TargetError> {
        let schema = match Schema::from_json(json) {
            Ok(schema) => schema,
            Err(error) => return Ok(refused(error.to_string())),
        };
        let told = match self.target.schemas() {
            Err(TargetError::NotOffered(sentence)) => return Ok(refused(sentence)),
            told => told?,
        };
        match told.get(&schema.name).or(self.would_be.schemas.get(&schema.name)) {
            Some(known) if same(known, &schema) => Ok((Outcome::Same, Vec::new())),
            Some(known) => {
                Ok(refused(format!("the server has another schema of the extension {}", known.name)))
            }
            None if self.options.dry_run => {
                self.would_be.schemas.push(schema);
                Ok((Outcome::New, Vec::new()))
            }
            None => {
                let answers =
                    self.target.send(&[Request::CreateSchema(json.clone())], None, &(self.stamp)())?;
                let rejection = answers.into_iter().find_map(Result::err);
                Ok(rejection.map_or((Outcome::New, Vec::new()), |r| (Outcome::Refused, sentences(&r))))
            }
        }
    }

    /// A profile or the body of an insert, joined into the customer.
    fn customer(&mut self, id: &CustomerId, json: &Json, is_insert: bool) -> Result<Became, TargetError> {
        let known = match self.would_be.profiles.get(id) {
            Some(profile) => Some(profile.clone()),
            None => self.target.load(id)?.map(|loaded| loaded.profile),
        };
        let Some(known) = known else {
            return Ok(refused(format!(
                "there is no customer {id} on the server; it makes its own IDs, and this program does not yet import new customers into it"
            )));
        };
        let mut schemas = schemas_of(self.target, &known, json)?;
        for made in &self.would_be.schemas {
            schemas.push(made.clone());
        }
        let meant = match meant(known, json, is_insert, &schemas) {
            Err(reasons) => return Ok((Outcome::Refused, reasons)),
            Ok(meant) => meant,
        };
        match meant.requests(self.target, &schemas) {
            Err(reason) => Ok(refused(reason)),
            Ok(requests) if requests.is_empty() => Ok((Outcome::Same, Vec::new())),
            Ok(_) if self.options.dry_run => {
                if self.options.keeps(id) {
                    self.would_be.profiles.insert(id.clone(), meant.mine);
                }
                Ok((Outcome::Changed, Vec::new()))
            }
            Ok(_) => Ok(ended(submit(self.target, &meant.wanted(), &(self.stamp)())?)),
        }
    }
}

/// What became of an item and its customer, and the error that ends the import. An error about this one alone refuses it. What
/// was not reached may be the server or an answer about this one, so that ends the import and refuses the item.
fn settled(item: Result<Item, TargetError>) -> Result<(Item, Option<TargetError>), TargetError> {
    let because = |error: &TargetError| (None, refused(error.to_string()));
    match item {
        Ok(item) => Ok((item, None)),
        Err(error @ (TargetError::Moved(_) | TargetError::SchemasMoved | TargetError::NotOffered(_))) => {
            Ok((because(&error), None))
        }
        Err(error @ TargetError::NotReached(_)) => Ok((because(&error), Some(error))),
        Err(error) => Err(error),
    }
}

/// What an item means for its customer; else the reasons that refuse it.
fn meant(known: Profile, json: &Json, is_insert: bool, schemas: &Schemas) -> Result<Meant, Vec<String>> {
    let requests = if is_insert {
        vec![Request::InsertRecords(known.id.clone(), json.clone())]
    } else {
        let file = Profile::from_json(json, |name| schemas.get(name).is_some());
        merge::requests(&known, &file.map_err(|reason| vec![reason])?, schemas)
    };
    Meant::by(&requests, known, schemas).map_err(|rejection| sentences(&rejection))
}

fn ended(submitted: Submitted) -> Became {
    match submitted {
        Submitted::NothingToSend { .. } => (Outcome::Same, Vec::new()),
        Submitted::Done { .. } => (Outcome::Changed, Vec::new()),
        Submitted::Cannot(cannot) => refused(cannot.to_string()),
        Submitted::Conflict { conflicts, sent, made, .. } => {
            let places: Vec<String> = conflicts.iter().map(|conflict| conflict.place.to_string()).collect();
            let reason = format!("somebody else changed the same meanwhile: {}", places.join(", "));
            stopped(vec![reason], &sent, made)
        }
        Submitted::Refused { rejection, sent, made, .. } => stopped(sentences(&rejection), &sent, made),
    }
}

/// Refused for these reasons, after these requests were accepted, and this customer made.
fn stopped(mut reasons: Vec<String>, sent: &[Request], made: Option<CustomerId>) -> Became {
    reasons.extend(sent.iter().map(|request| {
        format!("accepted before, and stands: {} {}", request.method().as_str(), request.path())
    }));
    reasons.extend(made.map(|id| format!("the server made the customer as {id}")));
    (Outcome::Refused, reasons)
}

/// Whether two schemas mean the same; a server may leave out what tells records apart.
fn same(told: &Schema, wanted: &Schema) -> bool {
    let Schema { arity, attributes, unique, .. } = told;
    *arity == wanted.arity
        && *attributes == wanted.attributes
        && (unique.is_empty() || *unique == wanted.unique)
}

fn sentences(rejection: &Rejection) -> Vec<String> {
    rejection.findings.iter().map(ToString::to_string).collect()
}
