//! `check`: what is whole in a store, and what is not.

use super::{Failure, Surroundings};
use crate::model::finding::Severity;
use crate::model::request::Request;
use crate::model::validate::validate;
use crate::store::Repaired;
use crate::{store, target};
use std::path::Path;

/// Checks the store at a path: a journal folder line by line, a document profile by profile.
pub fn check(path: &Path, with: &mut Surroundings<'_>) -> Result<(), Failure> {
    let findings = if target::is_document(path) { of_document(path)? } else { of_folder(path, with)? };
    if findings.is_empty() {
        writeln!(with.err, "{} is whole.", path.display())?;
        return Ok(());
    }
    let sentence = if target::is_document(path) {
        format!("{} holds what its schemas do not allow", path.display())
    } else {
        format!("{} is damaged; `check --repair` rescues all that is whole of it", path.display())
    };
    Err(findings.into_iter().fold(Failure::refused(sentence), Failure::with))
}

/// Puts a journal folder in order. A document is edited by hand.
pub fn repair(path: &Path, with: &mut Surroundings<'_>) -> Result<(), Failure> {
    if target::is_document(path) {
        let sentence = format!("{} is a document: it is put in order by hand", path.display());
        return Err(Failure::refused(sentence).with("`check` names the places."));
    }
    let Repaired { told, aside } = store::repair(path)?;
    for line in &told {
        writeln!(with.err, "{line}")?;
    }
    if !aside.is_empty() {
        writeln!(with.err, "What was there before, and what could not be kept:")?;
    }
    for file in &aside {
        writeln!(with.err, "  {}", file.display())?;
    }
    let left = of_folder(path, with)?;
    if left.is_empty() {
        writeln!(with.err, "{} is whole.", path.display())?;
        return Ok(());
    }
    let sentence = format!("{} is still damaged", path.display());
    Err(left.into_iter().fold(Failure::refused(sentence), Failure::with))
}

fn of_folder(folder: &Path, with: &mut Surroundings<'_>) -> Result<Vec<String>, Failure> {
    let report = store::check(folder)?;
    for note in &report.notes {
        writeln!(with.err, "{note}")?;
    }
    Ok(report.findings.iter().map(ToString::to_string).collect())
}

/// What people wrote by hand is judged by the document's schemas; a document without any says nothing about records.
fn of_document(path: &Path) -> Result<Vec<String>, Failure> {
    let document = target::open(path)?;
    let schemas = document.schemas()?;
    let mut findings = Vec::new();
    for id in if schemas.is_empty() { Vec::new() } else { document.customers()? } {
        let Some(loaded) = document.load(&id)? else { continue };
        let found = validate(&Request::CreateProfile(loaded.profile.to_json()), &schemas);
        let errors = found.iter().filter(|finding| finding.severity == Severity::Error);
        findings.extend(errors.map(|finding| format!("customer {id}: {finding}")));
    }
    Ok(findings)
}
