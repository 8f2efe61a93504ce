//! Asking what waits for an answer to stop waiting.

use std::sync::Arc;
use tokio::sync::watch;

/// Raised by somebody who does not want to wait any longer; clones are the same.
#[derive(Clone, Debug)]
pub struct Stop(Arc<watch::Sender<bool>>);

impl Default for Stop {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }
}

impl Stop {
    /// Asks for an end.
    pub fn raise(&self) {
        self.0.send_replace(true);
    }

    /// Whether somebody asked.
    pub fn is_raised(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until somebody asks.
    pub async fn raised(&self) {
        let mut watching = self.0.subscribe();
        // The sender lives as long as `self`: it cannot be gone.
        let _ = watching.wait_for(|raised| *raised).await;
    }
}
