//! Finding out a server's reading of insert, with the consent of whoever asks: on a scratch customer that is made for it and
//! deleted at the end.

use super::{Stamp, Target, TargetError, read, schemas_for};
use crate::model::apply::Rejection;
use crate::model::json::{Json, quoted};
use crate::model::plan::KnownReading;
use crate::model::probe::Trial;
use crate::model::profile::{CUSTOMER_ID, CustomerId};
use crate::model::request::Request;

/// The last name of the scratch customer.
pub const SCRATCH: &str = "Profile Desk probe";

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probed {
    /// The reading.
    pub reading: KnownReading,
    /// What was seen, or why it could not be found out: a sentence.
    pub seen: String,
    /// The scratch customer, if it could not be deleted; the sentence says so too.
    pub left: Option<CustomerId>,
}

/// Finds the reading out. An error says that no scratch customer was made; after [`TargetError::Unclear`] there may be one.
pub fn probe(target: &dyn Target, stamp: &Stamp) -> Result<Probed, TargetError> {
    let ended = |reading, seen: &str| Ok(Probed { reading, seen: seen.into(), left: None });
    if target.capabilities().own {
        return ended(KnownReading::Upsert, "it is a store or a team server of ours, which upserts");
    }
    let Some(trial) = Trial::of(&schemas_for(target, [])?) else {
        let seen = "no extension is known that has several records and unique attributes, so there is nothing to try it with; nothing was sent";
        return ended(KnownReading::Unknown, seen);
    };
    let body = Json::object([("\"LastName\"", Json::string(SCRATCH).view())]);
    let id = match ask(target, &Request::CreateProfile(body), stamp).map_err(perhaps_left)? {
        Ok(Some(id)) => id,
        Ok(None) => return Err(perhaps_left(TargetError::Unclear("the server did not say the ID".into()))),
        Err(rejection) => {
            let seen = format!("the server refused to make a scratch customer: {rejection}");
            return ended(KnownReading::Unknown, &seen);
        }
    };
    let (reading, seen) = match tried(target, &trial, &id, stamp) {
        Ok(reading) => (reading, sentence(reading, &trial)),
        Err(reason) => (KnownReading::Unknown, reason),
    };
    Ok(match ask(target, &Request::DeleteProfile(id.clone()), stamp) {
        Ok(Ok(_)) => Probed { reading, seen, left: None },
        Ok(Err(rejection)) => left(reading, &seen, id, &rejection.to_string()),
        // The answer was lost, the customer is gone all the same.
        Err(TargetError::Unclear(_)) if matches!(target.load(&id), Ok(None)) => {
            Probed { reading, seen, left: None }
        }
        Err(error) => left(reading, &seen, id, &error.to_string()),
    })
}

/// Inserts the one record, then the other alone, and looks. The error is a sentence.
fn tried(target: &dyn Target, trial: &Trial, id: &CustomerId, stamp: &Stamp) -> Result<KnownReading, String> {
    let name = &trial.schema.name;
    let mut shown = Vec::new();
    for record in &trial.records {
        let (own, records) = (Json::string(id.as_str()), Json::array([record.json().view()]));
        let members = [(quoted(CUSTOMER_ID), own), (quoted(name), records)];
        let body = Json::object(members.iter().map(|(name, value)| (name.as_str(), value.view())));
        let answer = ask(target, &Request::InsertRecords(id.clone(), body), stamp);
        answer
            .map_err(|error| format!("a record of {name} could not be tried: {error}"))?
            .map_err(|rejection| format!("the server refused a record of {name}: {rejection}"))?;
        let (now, _) = read(target, id, &[]).map_err(|error| error.to_string())?;
        let now = now.ok_or("the server does not show the scratch customer that it made")?;
        shown = now.profile.records(name).to_vec();
        if shown.is_empty() {
            return Err(format!("the server accepted a record of {name} and does not show it"));
        }
    }
    Ok(trial.reading(&shown))
}

fn ask(
    target: &dyn Target,
    request: &Request,
    stamp: &Stamp,
) -> Result<Result<Option<CustomerId>, Rejection>, TargetError> {
    let answer = target.send(std::slice::from_ref(request), None, stamp)?.pop();
    let answer = answer.ok_or_else(|| TargetError::Unclear("the server gave no answer".into()))?;
    Ok(answer.map(|accepted| accepted.customer))
}

fn sentence(reading: KnownReading, trial: &Trial) -> String {
    let name = &trial.schema.name;
    match reading {
        KnownReading::Upsert => {
            format!("a second record of {name} was added to the first: the server upserts")
        }
        KnownReading::Replace => format!("a second record of {name} replaced the first: the server replaces"),
        KnownReading::Unknown => {
            format!("what the server showed of {name} after two inserts fits neither reading")
        }
    }
}

fn left(reading: KnownReading, seen: &str, id: CustomerId, reason: &str) -> Probed {
    let seen = format!(
        "{seen}; the scratch customer {id} ({SCRATCH}) could not be deleted, delete it by hand: {reason}"
    );
    Probed { reading, seen, left: Some(id) }
}

fn perhaps_left(error: TargetError) -> TargetError {
    match error {
        TargetError::Unclear(sentence) => TargetError::Unclear(format!(
            "{sentence}; there may be a customer with the last name \"{SCRATCH}\" now: look for it, and delete it"
        )),
        error => error,
    }
}
