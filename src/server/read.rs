//! What is asked of profiles, schemas and the server itself.

use super::answer::Answer;
use super::desk::Desk;
use super::query::{self, Query};
use super::simulate::shape;
use crate::model::apply::{Rejection, RejectionKind};
use crate::model::json::{Json, View, quoted, same_name};
use crate::model::profile::{CustomerId, Profile};
use crate::model::schema::{Arity, Schemas};
use crate::target::wire::{self, OwnStatus, Status};
use crate::target::{Target, TargetError, Version};
use axum::extract::State;
use axum::http::header::ETAG;
use axum::http::{StatusCode, Uri};
use std::sync::Arc;

type Told = Result<Answer, Answer>;
type Shared = State<Arc<Desk>>;

/// `GET /profiles/{id}`
pub async fn profile(State(desk): Shared, uri: Uri) -> Told {
    let id = query::customer(&uri)?;
    let asked = Query::of(&uri)?.take_names("extensions");
    let (wanted, at) = (id.clone(), Arc::clone(&desk));
    let (profile, version) = desk
        .ask(move |target| {
            let (loaded, schemas) = (target.load(&wanted)?, target.schemas()?);
            Ok(loaded.map(|loaded| (told(&at, &loaded.profile, &asked, &schemas), loaded.version)))
        })
        .await?
        .ok_or_else(|| unknown_customer(&id))?;
    let answer = Answer::json(profile);
    Ok(match version {
        Some(Version(version)) => answer.header(ETAG, &format!("\"{version}\"")),
        None => answer,
    })
}

/// `GET /profiles?attribute=value`
pub async fn identify(State(desk): Shared, uri: Uri) -> Told {
    let mut query = Query::of(&uri)?;
    let _ = query.take("id_key"); // it only says where a server should look first
    let whole = query.take_choice("include_profile", ["no", "yes"])?;
    let only_one = query.take_choice("include_extensions", ["always", "unique"])?;
    let mut asked = query.take_names("extensions");
    let wanted = query.rest();
    if wanted.is_empty() {
        return Err(Answer::invalid("no attribute says who is looked for: ?attribute=value is wanted"));
    }
    let at = Arc::clone(&desk);
    desk.ask(move |target| {
        let (mut found, schemas) = (target.identify(&wanted, usize::MAX)?, target.schemas()?);
        if only_one && found.len() != 1 {
            asked.clear();
        }
        if !whole {
            for profile in &mut found {
                profile.core.clear();
            }
        }
        let told: Vec<Json> = found.iter().map(|profile| told(&at, profile, &asked, &schemas)).collect();
        Ok(Answer::json(Json::array(told.iter().map(Json::view))))
    })
    .await
}

/// The profile with the extensions that were asked for. One of them without records is `[]`; where it is single-valued,
/// absent.
fn told(desk: &Desk, profile: &Profile, asked: &[String], schemas: &Schemas) -> Json {
    let is_asked = |name: &str| asked.iter().any(|asked| same_name(asked, name));
    let mut profile = profile.clone();
    profile.extensions.retain(|extension| is_asked(&extension.name));
    let simulation = desk.simulation();
    let empty = |arity: Arity| match simulation.and_then(|simulation| simulation.empty) {
        Some(empty) => empty.token(),
        None => (arity == Arity::Multi).then_some("[]"),
    };
    let without = schemas
        .iter()
        .filter(|schema| is_asked(&schema.name) && profile.extension(&schema.name).is_none())
        .filter_map(|schema| Some((quoted(&schema.name), Json::parse(empty(schema.arity)?).ok()?)));
    let without: Vec<(String, Json)> = without.collect();
    let stored = profile.to_json();
    let members = stored.view().members().map(|(name, value)| (name.as_str(), value));
    let whole =
        Json::object(members.chain(without.iter().map(|(name, value)| (name.as_str(), value.view()))));
    simulation.map_or(whole.clone(), |simulation| shape::profile(&whole, simulation, schemas))
}

fn unknown_customer(id: &CustomerId) -> Answer {
    Rejection::new(RejectionKind::UnknownCustomer, format!("there is no customer {id}")).into()
}

/// `GET /metadata/profiles/extensions`
pub async fn schemas(State(desk): Shared) -> Told {
    permitted(&desk)?;
    let schemas = desk.ask(Target::schemas).await?;
    let all = wire::schemas(&schemas);
    Ok(Answer::json(desk.simulation().map_or(all.clone(), |simulation| shape::schemas(&all, simulation))))
}

/// `GET /metadata/profiles/extensions/{extension}`
pub async fn schema(State(desk): Shared, uri: Uri) -> Told {
    permitted(&desk)?;
    let name = query::last_segment(&uri)?;
    let schemas = desk.ask(Target::schemas).await?;
    let Some(schema) = schemas.get(&name) else {
        let sentence = format!("there is no schema of an extension {name}");
        return Err(Rejection::new(RejectionKind::UnknownExtension, sentence).into());
    };
    let one = &schema.json;
    Ok(Answer::json(desk.simulation().map_or(one.clone(), |simulation| shape::schema(one, simulation))))
}

/// `GET /metadata/profiles`: any name may be a core attribute, so none is declared.
pub async fn core_schema(State(desk): Shared) -> Told {
    permitted(&desk)?;
    Ok(Answer::json(Json::array(std::iter::empty::<View<'_>>())))
}

/// `GET /metadata/identification-keys`: customers are found by any attribute, so there are none.
pub async fn identification_keys(state: Shared) -> Told {
    core_schema(state).await
}

/// Whether this server tells anybody its schemas.
pub fn permitted(desk: &Desk) -> Result<(), Answer> {
    if desk.simulation().is_some_and(|simulation| simulation.no_metadata) {
        let sentence = "the role of this user does not allow this";
        return Err(Answer::error(StatusCode::FORBIDDEN, "forbidden", sentence));
    }
    Ok(())
}

/// `GET /server/status`
pub async fn status(State(desk): Shared) -> Told {
    let own = match desk.simulation() {
        Some(_) => None,
        None => Some(desk.ask(|target| Ok(own_status(target))).await?),
    };
    let maintained = desk.simulation().is_some_and(|simulation| simulation.maintenance);
    let mode = if maintained { "maintenance" } else { "production" };
    let version = env!("CARGO_PKG_VERSION").to_owned();
    Ok(Answer::json(wire::status(&Status { version, mode: Some(mode.into()), own })))
}

fn own_status(target: &dyn Target) -> OwnStatus {
    let can = target.capabilities();
    let customers = target.customers();
    let unreadable = customers.as_ref().err().map(TargetError::to_string);
    OwnStatus {
        customers: customers.ok().map(|customers| customers.len()),
        history: can.history,
        text_search: can.text_search,
        damage: target.damage().or(unreadable),
    }
}
