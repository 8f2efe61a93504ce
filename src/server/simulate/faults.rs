//! What goes wrong a number of times.

use super::Simulation;
use crate::server::answer::Answer;
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use std::sync::atomic::{AtomicU64, Ordering};

/// How many times each is still to go wrong.
pub struct Faults {
    maintenance: bool,
    busy: AtomicU64,
    cut_before: AtomicU64,
    cut_after: AtomicU64,
}

impl Faults {
    /// Those of a simulation.
    pub fn of(simulation: &Simulation) -> Self {
        Self {
            maintenance: simulation.maintenance,
            busy: simulation.busy.into(),
            cut_before: simulation.cut_before.into(),
            cut_after: simulation.cut_after_commit.into(),
        }
    }

    /// Whether a change is looked at in the first place.
    pub(in crate::server) fn before(&self, is_schema: bool) -> Result<(), Answer> {
        if self.maintenance && !is_schema {
            let sentence =
                "the server is in maintenance mode; profiles can be changed in production mode only";
            return Err(Answer::error(StatusCode::SERVICE_UNAVAILABLE, "maintenance", sentence));
        }
        if once(&self.busy) {
            let sentence = "the server is busy; nothing was changed";
            let answer = Answer::error(StatusCode::SERVICE_UNAVAILABLE, "busy", sentence);
            return Err(answer.header(RETRY_AFTER, "0"));
        }
        Ok(())
    }

    /// Whether the connection is cut before a change is made.
    pub fn cuts_before(&self) -> bool {
        once(&self.cut_before)
    }

    /// Whether it is cut after one was made.
    pub fn cuts_after(&self) -> bool {
        once(&self.cut_after)
    }
}

/// One less to go, if there is one.
fn once(left: &AtomicU64) -> bool {
    left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok()
}
