//! What is waited for, and not waiting any longer.

use super::jobs::Job;
use super::state::{App, Lack, Lacking, TargetState};
use crate::model::profile::CustomerId;
use crate::target::Stop;

/// What the target is busy with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doing {
    /// It is being opened.
    Opening,
    /// It carries out what is wanted of the open customer; whether it was asked to stop.
    Submitting(bool),
    /// It reads a customer, to be opened.
    Loading(CustomerId),
    /// It reads the open customer again.
    Reloading,
    /// It looks for customers.
    Finding,
}

/// What asks a target to stop reading. One that was raised has no outcome.
#[derive(Debug, Default)]
pub(super) struct Stops {
    open: Stop,
    reload: Stop,
    find: Stop,
}

impl App {
    /// What the target is busy with, what matters most first.
    pub fn doing(&self) -> Option<Doing> {
        if matches!(self.target, TargetState::Opening(..)) {
            return Some(Doing::Opening);
        }
        if let Some(stopping) = self.open_sending().map(|sending| sending.stop.is_raised()) {
            return Some(Doing::Submitting(stopping));
        }
        if let Some(id) = &self.opening {
            return Some(Doing::Loading(id.clone()));
        }
        if self.open.as_ref().is_some_and(|open| open.reloading) {
            return Some(Doing::Reloading);
        }
        self.search.asked.then_some(Doing::Finding)
    }

    /// Whether what the target is busy with can be cancelled.
    pub fn can_cancel(&self) -> bool {
        match self.doing() {
            Some(Doing::Opening) => true,
            None | Some(Doing::Submitting(true)) => false,
            Some(_) => self.ready().is_some_and(|ready| ready.can_stop),
        }
    }

    pub(super) fn cancel(&mut self) -> Vec<Job> {
        if !self.can_cancel() {
            return Vec::new();
        }
        match self.doing() {
            Some(Doing::Opening) => self.cancel_opening(),
            // What came of it is told by its outcome: something may have been sent.
            Some(Doing::Submitting(_)) => {
                self.open_sending().into_iter().for_each(|sending| sending.stop.raise());
            }
            _ => {
                self.stop_reading();
                self.tell(None, "Cancelled; nothing was changed.");
            }
        }
        Vec::new()
    }

    fn cancel_opening(&mut self) {
        // A late outcome belongs to an epoch that is over.
        self.epoch += 1;
        let sentence = "You did not wait for it; nothing was changed.".to_owned();
        let lack = Lack { sentence, kind: Lacking::Contact };
        self.target = TargetState::Failed(self.address().clone(), lack);
    }

    /// Nobody waits any longer for what is being read. Also when the window goes.
    pub fn stop_reading(&mut self) {
        self.stops.open.raise();
        self.stops.reload.raise();
        self.opening = None;
        self.open.iter_mut().for_each(|open| open.reloading = false);
        self.stop_finding();
    }

    pub(super) fn stop_finding(&mut self) {
        self.stops.find.raise();
        (self.search.asked, self.search.under_way) = (false, false);
    }

    /// For a customer who begins to be read, to be opened; another one is not waited for any longer.
    pub(super) fn begin_opening(&mut self) -> Stop {
        renewed(&mut self.stops.open)
    }

    /// The same for the open customer, to be read again.
    pub(super) fn begin_reloading(&mut self) -> Stop {
        renewed(&mut self.stops.reload)
    }

    /// The same for a search.
    pub(super) fn begin_finding(&mut self) -> Stop {
        renewed(&mut self.stops.find)
    }
}

fn renewed(stop: &mut Stop) -> Stop {
    stop.raise();
    *stop = Stop::default();
    stop.clone()
}
