//! The schemas to work with for a customer: those that the target tells, else what the customer's own values show.

use super::{Target, TargetError};
use crate::model::infer;
use crate::model::profile::Profile;
use crate::model::schema::Schemas;

/// The schemas to work with for a customer, with what a person declared of them. Where a foreign server does not tell its
/// schemas, or shows none at all, they are inferred from these profiles of the customer ([`Schemas::is_inferred`]).
pub fn schemas_for<'a>(
    target: &dyn Target,
    profiles: impl IntoIterator<Item = &'a Profile>,
) -> Result<Schemas, TargetError> {
    let capabilities = target.capabilities();
    if capabilities.own {
        return target.schemas();
    }
    match target.schemas() {
        Ok(told) if capabilities.schemas && !told.is_empty() => Ok(told.completed(target.declared())),
        Ok(_) | Err(TargetError::NotOffered(_) | TargetError::Forbidden(_)) => {
            Ok(infer::of_customer(profiles, target.declared()))
        }
        Err(error) => Err(error),
    }
}
