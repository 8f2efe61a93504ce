//! `insert`: the same on every target, records with equal unique attributes replaced and all others kept.
//!
//! A store or team server of our own does that by itself. What another server does with an insert may not be known, so there
//! the records are what the customer should have, and [`submit`] finds the requests.

use super::args::Insert;
use super::submitting::{carry_out, print};
use super::verbs::{customer_id, read_text, send};
use super::{Failure, Status, Surroundings};
use crate::app::meant::{Meant, schemas_of};
use crate::model::json::{Json, View, same_name};
use crate::model::profile::{CUSTOMER_ID, CustomerId, Profile};
use crate::model::request::Request;
use crate::model::schema::Schemas;
use crate::target::Target;

type Done = Result<(), Failure>;

pub fn insert(asked: &Insert, with: &mut Surroundings<'_>) -> Done {
    let name = asked.file.display().to_string();
    let body = Json::parse(&read_text(&asked.file)?).map_err(|error| Failure::json(&name, &error))?;
    let id = whose(asked, &body)?;
    let spelled: Vec<String> = body.view().members().map(|(name, _)| name.decoded().into_owned()).collect();
    let extensions = spelled.iter().map(String::as_str).filter(|name| !same_name(name, CUSTOMER_ID));
    let store = asked.target.open_for(extensions)?;
    let request = Request::InsertRecords(id, body);
    match (asked.raw, store.capabilities().own) {
        (true, _) => raw(asked, store.as_ref(), &request, with),
        (false, true) => directly(asked, store.as_ref(), &request, with),
        (false, false) => through_submit(asked, store.as_ref(), &request, with),
    }
}

/// The customer that the body names, or `--customer`.
fn whose(asked: &Insert, body: &Json) -> Result<CustomerId, Failure> {
    let in_body = body.view().get(CUSTOMER_ID).and_then(View::text).map(std::borrow::Cow::into_owned);
    match (&asked.customer, in_body) {
        (Some(asked), Some(body)) if *asked != body => {
            let sentence = format!("the body is of customer {body}, but --customer says {asked}");
            Err(Failure::refused(sentence).with("Nothing was changed."))
        }
        (Some(id), _) => customer_id(id),
        (None, Some(id)) => customer_id(&id),
        (None, None) => {
            let sentence = "neither the body's customer_id nor --customer says whose records these are";
            Err(Failure::refused(sentence))
        }
    }
}

fn raw(asked: &Insert, store: &dyn Target, request: &Request, with: &mut Surroundings<'_>) -> Done {
    if asked.dry_run {
        return print(std::slice::from_ref(request), with);
    }
    send(store, request, with)?;
    writeln!(with.err, "{} accepted the request as it was.", store.place())?;
    Ok(())
}

fn directly(asked: &Insert, store: &dyn Target, request: &Request, with: &mut Surroundings<'_>) -> Done {
    if asked.dry_run {
        let (known, schemas) = known(store, request)?;
        Meant::by(std::slice::from_ref(request), known, &schemas)?;
        return print(std::slice::from_ref(request), with);
    }
    match send(store, request, with) {
        // A server's answer was lost: reading back may show what it was.
        Err(lost)
            if lost.status == Status::Unclear
                && asked.target.server.is_some()
                && is_there(store, request) => {}
        sent => drop(sent?),
    }
    inserted(request, with)
}

/// Whether the customer is as the request makes it: to carry it out again would change nothing.
fn is_there(store: &dyn Target, request: &Request) -> bool {
    let again = |(known, schemas)| Meant::by(std::slice::from_ref(request), known, &schemas).ok();
    known(store, request).ok().and_then(again).is_some_and(|meant| meant.base == meant.mine)
}

fn through_submit(
    asked: &Insert,
    store: &dyn Target,
    request: &Request,
    with: &mut Surroundings<'_>,
) -> Done {
    let (known, schemas) = known(store, request)?;
    let inferred = schemas.is_inferred().then(|| {
        format!("Note: {} does not tell its schemas; types are those of the values.", store.place())
    });
    let done = wanted(asked, store, (request, known, &schemas), with);
    match (done, inferred) {
        (Ok(()), Some(note)) => Ok(writeln!(with.err, "{note}")?),
        (Err(failure), Some(note)) => Err(failure.with(note)),
        (done, None) => done,
    }
}

fn wanted(
    asked: &Insert,
    store: &dyn Target,
    (request, known, schemas): (&Request, Profile, &Schemas),
    with: &mut Surroundings<'_>,
) -> Done {
    let meant = Meant::by(std::slice::from_ref(request), known, schemas)?;
    let id = &meant.base.id;
    let requests = meant.requests(store, schemas);
    let requests = requests.map_err(|sentence| Failure::refused(sentence).with("Nothing was changed."))?;
    if asked.dry_run {
        return print(&requests, with);
    }
    let done = format!("Inserted into customer {id}.");
    let nothing = format!("Nothing had to be sent: customer {id} has these records already.");
    carry_out(store, &meant.wanted(), id, (&done, &nothing), with)
}

/// The customer of the request, and the schemas.
fn known(store: &dyn Target, request: &Request) -> Result<(Profile, Schemas), Failure> {
    let Request::InsertRecords(id, body) = request else { return Err(Failure::refused("this is no insert")) };
    let unknown = || Failure::refused(format!("there is no customer {id} in {}", store.place()));
    let known = store.load(id)?.ok_or_else(unknown)?.profile;
    let schemas = schemas_of(store, &known, body)?;
    Ok((known, schemas))
}

fn inserted(request: &Request, with: &mut Surroundings<'_>) -> Done {
    let id = request.customer().map(|id| id.to_string()).unwrap_or_default();
    writeln!(with.err, "Inserted into customer {id}.")?;
    Ok(())
}
