//! What files for import hold, before anything is changed.

use super::{Sourced, Unreadable};
use crate::model::infer::Inference;
use crate::model::schema::{Schema, Schemas};
use crate::transfer::read::Content;

/// How many problems a survey lists; it counts all.
const LISTED: usize = 100;

/// What files for import hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Survey {
    /// How many profiles, or bodies of inserts with `customer_id`.
    pub profiles: usize,
    /// How many schemas.
    pub schemas: usize,
    /// How many insert requests.
    pub inserts: usize,
    /// Derived schemas of the extensions that neither the target nor the files have one of.
    pub missing_schemas: Vec<Schema>,
    /// The first problems, at most a hundred.
    pub problems: Vec<Problem>,
    /// How many problems there are.
    pub problem_count: usize,
    /// What is odd, but refuses nothing.
    pub notes: Vec<String>,
}

/// Something that will be refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// File, line and what stands there; empty where it is about all files.
    pub place: String,
    /// Why.
    pub reason: String,
    /// Whether it is text that is not JSON.
    pub not_json: bool,
}

impl Survey {
    /// The sentence for a target without any schemas, where the files need some and bring none.
    pub fn lacks_schemas(&self, known: &Schemas) -> Option<String> {
        if !known.is_empty() || self.schemas > 0 || self.missing_schemas.is_empty() {
            return None;
        }
        let names: Vec<&str> = self.missing_schemas.iter().map(|schema| schema.name.as_str()).collect();
        let (count, names) = (names.len(), names.join(", "));
        Some(format!(
            "the store has no schemas; --infer-schemas derives {count} of them from the file: {names}"
        ))
    }

    /// How many items.
    pub fn count(&self) -> usize {
        let about_all = self.problems.iter().filter(|problem| problem.place.is_empty()).count();
        self.profiles + self.schemas + self.inserts + self.problem_count - about_all
    }

    fn problem(&mut self, place: String, reason: String, not_json: bool) {
        self.problem_count += 1;
        if self.problems.len() < LISTED {
            self.problems.push(Problem { place, reason, not_json });
        }
    }
}

/// Reads items to their end; what it keeps does not grow with their number. `known` are the target's schemas.
pub fn survey(
    items: impl Iterator<Item = Result<Sourced, Unreadable>>,
    known: &Schemas,
) -> Result<Survey, Unreadable> {
    let mut survey = Survey::default();
    let mut inference = Inference::default();
    let mut known = known.clone();
    for source in items {
        let source = source?;
        match &source.item.content {
            Content::Profile(json) => {
                survey.profiles += 1;
                inference.see_unknown(json.view(), &known);
            }
            Content::Insert(_, body) => {
                survey.inserts += 1;
                inference.see_unknown(body.view(), &known);
            }
            Content::Schema(json) => {
                survey.schemas += 1;
                if let Ok(schema) = Schema::from_json(json) {
                    known.push(schema);
                }
            }
            Content::Refused(_, reason) => survey.problem(source.place(), reason.clone(), false),
            Content::NotJson(_, error) => survey.problem(source.place(), error.to_string(), true),
        }
    }
    let inferred = inference.finish(&known);
    survey.missing_schemas = inferred.schemas;
    survey.notes = inferred.notes;
    for reason in inferred.problems {
        survey.problem(String::new(), reason, false);
    }
    Ok(survey)
}
