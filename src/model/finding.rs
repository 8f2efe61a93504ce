//! What is wrong, or odd, with a request: a place, how bad it is, and a sentence for a person.

use std::fmt;

/// Where in a request something stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// The extension; `None` for a core attribute or the request as a whole.
    pub extension: Option<String>,
    /// The record's position, counted from 1; `None` where single-valued.
    pub record: Option<usize>,
    /// The attribute.
    pub attribute: Option<String>,
}

impl fmt::Display for Place {
    /// `Phone 2 number`, the name that the window gives to the field.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [self.extension.clone(), self.record.map(|n| n.to_string()), self.attribute.clone()];
        f.write_str(&parts.into_iter().flatten().collect::<Vec<_>>().join(" "))
    }
}

/// Whether a finding stops a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// It is stored all the same; a person should look.
    Warning,
    /// The request cannot be sent.
    Error,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Where.
    pub place: Place,
    /// How bad.
    pub severity: Severity,
    /// What, in a sentence without the place: `17 characters, the schema allows 15`.
    pub sentence: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.place.to_string();
        if place.is_empty() { f.write_str(&self.sentence) } else { write!(f, "{place}: {}", self.sentence) }
    }
}
