//! Importing from the window: files are looked through first, then imported with progress, and the report stays on the page.

use super::import::{Ended, Survey, Tally};
use super::jobs::{ImportReport, Job, Why};
use super::state::App;
use crate::model::finding::Severity;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// An import on its way.
#[derive(Debug)]
pub struct Importing {
    /// The files.
    pub files: Vec<PathBuf>,
    /// How far it is.
    pub phase: Phase,
    /// Whether a customer was opened meanwhile: then it runs on behind.
    pub behind: bool,
    pub(super) stop: Arc<AtomicBool>,
}

/// How far an import is.
#[derive(Debug)]
pub enum Phase {
    /// The files are being looked through.
    Looking,
    /// They cannot be read; a sentence with file, line and column.
    Unreadable(String),
    /// What they hold.
    Looked(Survey),
    /// It runs; what became of the items so far, of as many as were counted.
    Running(Tally, usize),
    /// It ended.
    Ended(ImportReport),
}

impl App {
    pub(super) fn survey(&mut self, files: Vec<PathBuf>) -> Vec<Job> {
        if self.ready().is_none() {
            self.tell(
                Some(Severity::Warning),
                "There is no store to import into yet. Open or make one first.",
            );
            return Vec::new();
        }
        if self.makes_ids() {
            self.refused("Importing is offered on local stores and team servers of this program only: other servers make IDs of their own. Nothing was changed.");
            return Vec::new();
        }
        if self.import.as_ref().is_some_and(|import| matches!(import.phase, Phase::Running(..))) {
            self.tell(Some(Severity::Warning), "An import is running already.");
            return Vec::new();
        }
        self.import = Some(Importing {
            files: files.clone(),
            phase: Phase::Looking,
            behind: false,
            stop: Arc::default(),
        });
        vec![Job::Survey(self.epoch, files)]
    }

    pub(super) fn surveyed(&mut self, files: &[PathBuf], result: Result<Survey, String>) -> Vec<Job> {
        let awaited =
            |import: &&mut Importing| matches!(import.phase, Phase::Looking) && import.files == files;
        if let Some(import) = self.import.as_mut().filter(awaited) {
            import.phase = match result {
                // Most of it is not JSON: that is no file of customers with a few bad lines.
                Ok(survey) if survey.problem_count > survey.profiles + survey.schemas + survey.inserts => {
                    let first = survey.problems.first();
                    Phase::Unreadable(
                        first.map_or_else(String::new, |first| format!("{}: {}", first.place, first.reason)),
                    )
                }
                Ok(survey) => Phase::Looked(survey),
                Err(sentence) => Phase::Unreadable(sentence),
            };
        }
        Vec::new()
    }

    pub(super) fn import(&mut self, schemas: bool) -> Vec<Job> {
        let Some(import) = self.import.as_mut() else { return Vec::new() };
        let Phase::Looked(survey) = &import.phase else { return Vec::new() };
        let derived = if schemas { survey.missing_schemas.clone() } else { Vec::new() };
        let job = Job::Import(self.epoch, import.files.clone(), derived, import.stop.clone());
        import.phase = Phase::Running(Tally::default(), survey.count());
        vec![job]
    }

    pub(super) fn import_goes_on(&mut self, tally: Tally) -> Vec<Job> {
        if let Some(Importing { phase: Phase::Running(so_far, _), .. }) = self.import.as_mut() {
            *so_far = tally;
        }
        Vec::new()
    }

    pub(super) fn imported(&mut self, report: ImportReport) -> Vec<Job> {
        let severity = match (&report.ended, report.tally.refused) {
            (Ok(Ended::Finished), 0) => None,
            (Ok(_), _) => Some(Severity::Warning),
            (Err(_), _) => Some(Severity::Error),
        };
        self.tell(severity, format!("Import: {}.", report.tally));
        if let Some(import) = self.import.as_mut() {
            import.phase = Phase::Ended(report);
        }
        let mut jobs = vec![Job::Describe(self.epoch)];
        // The customer who is open may be among those imported.
        let again = self
            .open
            .as_ref()
            .is_some_and(|open| open.draft.base().is_some() && !self.is_being_sent(open.draft.id()));
        if again {
            jobs.extend(self.reload(Why::Refresh));
        }
        jobs
    }

    /// A customer is opened: a running import goes on behind, any other page goes.
    pub(super) fn leave_import(&mut self) {
        match self.import.as_mut() {
            Some(import) if matches!(import.phase, Phase::Running(..)) => import.behind = true,
            _ => self.import = None,
        }
    }

    pub(super) fn stop_import(&mut self) -> Vec<Job> {
        match self.import.as_ref().map(|import| &import.phase) {
            Some(Phase::Running(..)) => {
                self.import.iter().for_each(|import| import.stop.store(true, Ordering::SeqCst));
            }
            _ => self.import = None,
        }
        Vec::new()
    }
}
