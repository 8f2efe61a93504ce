//! `import`: the files, the options and the reports of an import; [`crate::app::import`] does it.

mod input;
mod kept;
mod report;

use super::address::{create, open, open_if_there};
use super::args::{Import, OnError};
use super::progress::Progress;
use super::{Failure, Status, Surroundings};
use crate::app::import::{
    Done, Ended, ImportError, Options, Survey, Tally, Unreadable, repeated, run, survey,
};
use crate::app::worker::Items;
use crate::model::schema::{Schema, Schemas};
use crate::target::{Stamp, Target, TargetError};
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
    let mut progress = Progress::new(&mut *with.err, with.is_terminal);
    let looked = input::items(&inputs).zip(1..).map(|(item, count)| {
        progress.at(|| format!("Looking through: {count} items"));
        item
    });
    let surveyed = survey(looked, &known.clone().unwrap_or_default());
    drop(progress);
    let surveyed = surveyed.map_err(|error| unreadable(&error).with("Nothing was changed."))?;
    let schemas = judge(asked, &surveyed, known.as_ref(), with)?;
    let mut reports = Reports::begin(asked)?;
    let target = match opened {
        Some(target) => target,
        None => create(&address)?,
    };
    let options = options(asked, schemas, target.as_ref(), &inputs)?;
    let (user, now) = (with.user.clone(), with.now);
    let stamp = || Stamp { by: user.clone(), at: now() };
    let mut progress = Progress::new(&mut *with.err, with.is_terminal);
    let mut watch = |done: &Done<'_>, tally: &Tally| {
        for reason in done.reasons {
            progress.say(format_args!("{}: refused: {reason}", done.source.place()));
        }
        progress.at(|| format!("{} of {} items", tally.read, surveyed.count()));
        reports.take(done);
        ControlFlow::Continue(())
    };
    let (tally, ended) = run(target.as_ref(), input::items(&inputs), &options, &stamp, &mut watch);
    drop(progress);
    let written = reports.end();
    outcome(asked, tally, ended, with)?;
    written
}

fn options(
    asked: &Import,
    schemas: Vec<Schema>,
    target: &dyn Target,
    inputs: &[Input],
) -> Result<Options, Failure> {
    let match_by = asked.match_by.clone();
    let again = || repeated(target, input::items(inputs), match_by.as_deref());
    let again = asked.dry_run.then(again).transpose().map_err(failed)?;
    let (dry_run, on_error) = (asked.dry_run, asked.on_error.into());
    Ok(Options { dry_run, on_error, match_by, schemas, again })
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
        Err(error) => Err(failed(error).with(line)),
    }
}

fn failed(error: ImportError) -> Failure {
    match error {
        ImportError::Target(error) => Failure::from(error),
        ImportError::Unreadable(error) => unreadable(&error),
        ImportError::Schema(..) => Failure::refused(error.to_string()),
    }
}

fn unreadable(error: &Unreadable) -> Failure {
    let status = if matches!(error.error, ReadError::Io(_)) { Status::NotReached } else { Status::Refused };
    Failure { status, sentence: error.to_string(), details: Vec::new() }
}
