//! A customer with the schemas to work with: those that the target tells, else what the customer's own values show.

use super::{Loaded, Target, TargetError};
use crate::model::infer;
use crate::model::profile::{CustomerId, Profile};
use crate::model::read_back::by_schema;
use crate::model::schema::Schemas;

/// A customer as of now, with the schemas to work with; `others` are further profiles of the same customer. What a server
/// that is not ours shows comes in the forms that its schemas want.
pub fn read(
    target: &dyn Target,
    id: &CustomerId,
    others: &[&Profile],
) -> Result<(Option<Loaded>, Schemas), TargetError> {
    let loaded = target.load(id)?;
    let mut profiles: Vec<&Profile> = loaded.iter().map(|loaded| &loaded.profile).collect();
    profiles.extend(others);
    // After the profile: a store of ours refuses a plan if they moved after the profile was read.
    let schemas = schemas_for(target, profiles)?;
    let own = target.capabilities().own;
    let in_form = |loaded: Loaded| Loaded { profile: by_schema(loaded.profile, &schemas), ..loaded };
    let loaded = if own { loaded } else { loaded.map(in_form) };
    Ok((loaded, schemas))
}

/// The schemas to work with for a customer, with what a person declared of them. Where a foreign server does not tell its
/// schemas, or shows none at all, they are inferred from these profiles of the customer ([`Schemas::is_inferred`]).
pub fn schemas_for<'a>(
    target: &dyn Target,
    profiles: impl IntoIterator<Item = &'a Profile>,
) -> Result<Schemas, TargetError> {
    if target.capabilities().own {
        return target.schemas();
    }
    match target.schemas() {
        Ok(told) if !told.is_empty() => Ok(told.completed(target.declared())),
        Ok(_) | Err(TargetError::NotOffered(_) | TargetError::Forbidden(_)) => {
            Ok(infer::of_customer(profiles, target.declared()))
        }
        Err(error) => Err(error),
    }
}
