//! `import`: the files, the options and the reports of an import; [`crate::app::import`] does it.

mod input;
mod kept;
mod report;

use super::address::{create, open, open_if_there};
use super::args::{Import, OnError};
use super::{Failure, Status, Surroundings};
use crate::app::import::{Done, Ended, ImportError, Options, Survey, Tally, Unreadable, run, survey};
use crate::app::worker::Items;
use crate::model::schema::{Schema, Schemas};
use crate::target::{Stamp, TargetError};
use crate::transfer::lines::ReadError;
use input::Input;
use report::Reports;
use std::ops::ControlFlow;
use std::path::PathBuf;

pub fn import(asked: &Import, with: &mut Surroundings<'_>) -> Result<(), Failure> {
    let inputs: Vec<Input> = asked.files.iter().map(|file| Input::open(file)).collect::<Result<_, _>>()?;
    let address = asked.target.address()?;
    let opened = if asked.dry_run { Some(open(&address)?) } else { open_if_there(&address)? };
    let known = match opened.as_ref().map(|target| target.schemas()) {
        None => Some(Schemas::default()),
        Some(Err(TargetError::NotOffered(_))) => None, // then those of each customer are inferred
        Some(schemas) => Some(schemas?),
    };
    let surveyed = survey(input::items(&inputs), &known.clone().unwrap_or_default());
    let surveyed = surveyed.map_err(|error| unreadable(&error).with("Nothing was changed."))?;
    let schemas = judge(asked, &surveyed, known.as_ref(), with)?;
    let mut reports = Reports::begin(asked)?;
    let target = match opened {
        Some(target) => target,
        None => create(&address)?,
    };
    let options = Options {
        dry_run: asked.dry_run,
        on_error: asked.on_error.into(),
        match_by: asked.match_by.clone(),
        schemas,
    };
    let (user, now) = (with.user.clone(), with.now);
    let stamp = || Stamp { by: user.clone(), at: now() };
    let err = &mut *with.err;
    let mut watch = |done: &Done<'_>, _: &Tally| {
        for reason in done.reasons {
            // A closed standard error does not end an import: its exit status still tells.
            let _ = writeln!(err, "{}: refused: {reason}", done.source.place());
        }
        reports.take(done);
        ControlFlow::Continue(())
    };
    let (tally, ended) = run(target.as_ref(), input::items(&inputs), &options, &stamp, &mut watch);
    let written = reports.end();
    outcome(asked, tally, ended, with)?;
    written
}

/// The items of files for the window; the error is a sentence.
pub fn read_files(files: &[PathBuf]) -> Result<Items, String> {
    let inputs = files.iter().map(|file| Input::open(file)).collect::<Result<Vec<_>, _>>();
    Ok(Box::new(input::into_items(inputs.map_err(|failure| failure.sentence)?)))
}

/// What the survey says before anything is changed, and the schemas to make. `known` are those that the target tells.
fn judge(
    asked: &Import,
    survey: &Survey,
    known: Option<&Schemas>,
    with: &mut Surroundings<'_>,
) -> Result<Vec<Schema>, Failure> {
    let syntax = survey.problems.iter().find(|problem| problem.not_json);
    if let (Some(problem), OnError::Stop) = (syntax, asked.on_error) {
        let sentence = format!("{}: {}", problem.place, problem.reason);
        return Err(Failure::refused(sentence).with("Nothing was changed."));
    }
    if !asked.infer_schemas {
        return match known.and_then(|known| survey.lacks_schemas(known)) {
            Some(sentence) => Err(Failure::refused(sentence).with("Nothing was changed.")),
            None => Ok(Vec::new()),
        };
    }
    for schema in &survey.missing_schemas {
        writeln!(with.err, "Derived schema: {}", schema.json)?;
    }
    let problems = survey.problems.iter().filter(|problem| problem.place.is_empty());
    for sentence in problems.map(|problem| &problem.reason).chain(&survey.notes) {
        writeln!(with.err, "Note: {sentence}")?;
    }
    Ok(survey.missing_schemas.clone())
}

fn outcome(
    asked: &Import,
    tally: Tally,
    ended: Result<Ended, ImportError>,
    with: &mut Surroundings<'_>,
) -> Result<(), Failure> {
    let tense = if asked.dry_run { "Would import" } else { "Imported" };
    let line = format!("{tense}: {tally}.");
    let refused = format!("{} of {} were refused", tally.refused, tally.read);
    match ended {
        Ok(Ended::Stopped) => {
            let rest = "The rest was not imported. Mend the item and import again: what is there already stays as it is. \
                        With --on-error skip the rest goes on.";
            Err(Failure::refused(format!("{refused}, and the import stopped there")).with(line).with(rest))
        }
        Ok(_) if tally.refused > 0 => Err(Failure::refused(refused).with(line)),
        Ok(_) => Ok(writeln!(with.err, "{line}")?),
        Err(ImportError::Target(error)) => Err(Failure::from(error).with(line)),
        Err(ImportError::Unreadable(error)) => Err(unreadable(&error).with(line)),
        Err(error) => Err(Failure::refused(error.to_string()).with(line)),
    }
}

fn unreadable(error: &Unreadable) -> Failure {
    let status = if matches!(error.error, ReadError::Io(_)) { Status::NotReached } else { Status::Refused };
    Failure { status, sentence: error.to_string(), details: Vec::new() }
}
