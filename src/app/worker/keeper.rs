//! The thread that keeps drafts, settings, connections and labels on disk, one after the other.

use super::Shared;
use crate::app::connections::Change;
use crate::app::jobs::{DraftKey, Keep, Outcome, Restored};
use crate::app::settings::Settings;
use crate::model::json::Json;
use crate::model::labels::Labels;
use std::sync::mpsc::Receiver;

/// Where drafts and settings are kept on disk.
pub trait Keeper: Send {
    /// What was kept earlier.
    fn restore(&mut self) -> Restored;
    /// A draft starts from this base, with these edits.
    fn whole(&mut self, key: &DraftKey, base: &Json, edits: &Json, at: &str) -> Result<(), String>;
    /// Its edits now.
    fn edits(&mut self, key: &DraftKey, edits: &Json, at: &str) -> Result<(), String>;
    /// It was sent or thrown away.
    fn done(&mut self, key: &DraftKey, at: &str) -> Result<(), String>;
    /// All of it is on the disk when this returns.
    fn sync(&mut self) -> Result<(), String>;
    /// The settings now.
    fn settings(&mut self, settings: &Settings) -> Result<(), String>;
    /// The labels of the target at this place now. The error is a sentence.
    fn labels(&mut self, place: &str, labels: &Labels) -> Result<(), String>;
    /// Makes a change of the connections that are kept. The error is a sentence.
    fn connections(&mut self, change: &Change) -> Result<(), String>;
}

/// What is to be kept.
pub(super) enum ToKeep {
    Draft(DraftKey, Keep),
    Settings(Settings),
    Connections(Change),
    Labels(String, Labels),
}

/// Keeps what comes until nothing more can.
pub(super) fn keep(
    mut keeper: Box<dyn Keeper>,
    jobs: &Receiver<ToKeep>,
    shared: &Shared,
    clock: &dyn Fn() -> String,
) {
    shared.tell(Outcome::Restored(Box::new(keeper.restore())));
    while let Ok(first) = jobs.recv() {
        let mut waiting = vec![first];
        waiting.extend(jobs.try_iter());
        let mut written: Vec<(DraftKey, Result<Option<u64>, String>)> = Vec::new();
        for (at, job) in waiting.iter().enumerate() {
            match job {
                ToKeep::Settings(settings)
                    if !waiting[at + 1..].iter().any(|job| matches!(job, ToKeep::Settings(_))) =>
                {
                    // Settings are a convenience: a full disk is told with the first draft.
                    let _ = keeper.settings(settings);
                }
                ToKeep::Connections(change) => {
                    if let Err(sentence) = keeper.connections(change) {
                        shared.tell(Outcome::ConnectionsNotKept(sentence));
                    }
                }
                ToKeep::Labels(place, labels) => {
                    if let Err(sentence) = keeper.labels(place, labels) {
                        shared.tell(Outcome::LabelsNotKept(sentence));
                    }
                }
                ToKeep::Draft(key, Keep::Edits(..)) if is_overtaken(key, &waiting[at + 1..]) => {}
                ToKeep::Draft(key, what) => {
                    let result = keep_draft(keeper.as_mut(), key, what, &(shared.now)());
                    written.retain(|(other, earlier)| other != key || earlier.is_err());
                    written.push((key.clone(), result));
                }
                ToKeep::Settings(_) => {}
            }
        }
        if written.is_empty() {
            continue;
        }
        let synced = keeper.sync();
        for (key, result) in written {
            shared.tell(match result.and_then(|revision| synced.clone().map(|()| revision)) {
                Ok(revision) => Outcome::Kept(key, revision, clock()),
                Err(sentence) => Outcome::NotKept(key, sentence),
            });
        }
    }
}

fn is_overtaken(key: &DraftKey, later: &[ToKeep]) -> bool {
    later.iter().any(|job| matches!(job, ToKeep::Draft(other, _) if other == key))
}

fn keep_draft(keeper: &mut dyn Keeper, key: &DraftKey, what: &Keep, at: &str) -> Result<Option<u64>, String> {
    match what {
        Keep::Whole(base, edits, revision) => keeper.whole(key, base, edits, at).map(|()| Some(*revision)),
        Keep::Edits(edits, revision) => keeper.edits(key, edits, at).map(|()| Some(*revision)),
        Keep::Done => keeper.done(key, at).map(|()| None),
    }
}
