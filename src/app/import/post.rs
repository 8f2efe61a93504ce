//! Sends a batch on a thread of its own, so that the next one is planned meanwhile.

use crate::model::apply::Rejection;
use crate::model::request::Request;
use crate::target::{Accepted, Stamp, Target, TargetError, Version};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

/// One answer a request.
pub(super) type Answer = Result<Vec<Result<Accepted, Rejection>>, TargetError>;

/// What is sent at once.
pub(super) struct Parcel {
    pub requests: Vec<Request>,
    pub planned_from: Option<Version>,
    pub stamp: Stamp,
}

/// Takes a parcel at a time; the former's answer is fetched before.
pub(super) struct Post {
    to: SyncSender<Parcel>,
    from: Receiver<Answer>,
}

impl Post {
    /// Does `work` with a post that ends with it.
    pub fn during<T>(target: &dyn Target, work: impl FnOnce(&Self) -> T) -> Result<T, TargetError> {
        thread::scope(|scope| {
            let (to, parcels) = sync_channel::<Parcel>(1);
            let (answers, from) = sync_channel(1);
            let carry = move || {
                for Parcel { requests, planned_from, stamp } in parcels {
                    if answers.send(target.send(&requests, planned_from, &stamp)).is_err() {
                        return;
                    }
                }
            };
            let started = thread::Builder::new().name("import".into()).spawn_scoped(scope, carry);
            started.map_err(|error| {
                TargetError::NotReached(format!("no thread can be started for the import: {error}"))
            })?;
            Ok(work(&Self { to, from }))
        })
    }

    pub fn send(&self, parcel: Parcel) {
        let _ = self.to.send(parcel); // if nobody takes it, the answer says so
    }

    /// Waits for the answer to what was sent.
    pub fn answer(&self) -> Answer {
        let lost = || TargetError::Unclear("the import ended early: look at what was imported".into());
        self.from.recv().unwrap_or_else(|_| Err(lost()))
    }
}
