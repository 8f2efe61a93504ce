//! `check`: what is whole in a store, and what is not.

use super::{Failure, Surroundings};
use crate::model::finding::Severity;
use crate::model::request::Request;
use crate::model::validate::validate;
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
        format!("{} is damaged; put the damaged lines back from a copy of the store", path.display())
    };
    Err(findings.into_iter().fold(Failure::refused(sentence), Failure::with))
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
