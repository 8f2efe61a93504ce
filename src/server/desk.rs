//! What every handler works with.

use super::answer::Answer;
use super::simulate::{Simulated, Simulation};
use super::writer::Writer;
use super::{Limits, Options};
use crate::target::{Target, TargetError};
use std::sync::Arc;

/// One served target.
pub struct Desk {
    pub(super) target: Arc<dyn Target>,
    pub(super) writer: Writer,
    pub(super) simulated: Option<Arc<Simulated>>,
    pub(super) options: Options,
}

/// Who signed in, or the login name of the server.
#[derive(Clone, Debug)]
pub struct By(pub String);

impl Desk {
    /// Asks the target, away from the threads that serve connections.
    pub async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&(dyn Target + 'static)) -> Result<T, TargetError> + Send + 'static,
    ) -> Result<T, Answer> {
        let target = Arc::clone(&self.target);
        let asked = tokio::task::spawn_blocking(move || question(target.as_ref())).await;
        Ok(asked.map_err(|_| Answer::broken())??)
    }

    /// How it differs from a server of our own, if it does.
    pub fn simulation(&self) -> Option<&Simulation> {
        self.simulated.as_deref().map(Simulated::simulation)
    }

    /// What a client may take.
    pub fn limits(&self) -> &Limits {
        &self.options.limits
    }
}
