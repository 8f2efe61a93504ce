//! A text that is looked for.

use crate::model::json::{Kind, View};

/// See the module.
pub struct Wanted {
    folded: String,
    digits: Option<String>,
}

impl Wanted {
    pub fn new(text: &str) -> Self {
        let is_number = text.chars().all(|c| c.is_ascii_digit() || " +-./()".contains(c));
        let digits = Some(digits_of(text)).filter(|digits| is_number && !digits.is_empty());
        Self { folded: text.to_lowercase(), digits }
    }

    /// The digits of a number; punctuation does not count in one.
    pub fn digits(&self) -> Option<&str> {
        self.digits.as_deref()
    }

    /// Whether it may be in a line as it stands in the journal.
    #[allow(clippy::unused_self, reason = "every line is looked at so far")]
    pub fn may_be_in_line(&self, _line: &[u8]) -> bool {
        true
    }

    pub fn is_in(&self, view: View<'_>) -> bool {
        let inside =
            view.members().any(|(_, value)| self.is_in(value)) || view.elements().any(|v| self.is_in(v));
        inside || self.matches(&view.text().unwrap_or_else(|| scalar(view).into()))
    }

    fn matches(&self, text: &str) -> bool {
        let by_digits = self.digits.as_ref().is_some_and(|digits| digits_of(text).contains(digits));
        by_digits || (!self.folded.is_empty() && text.to_lowercase().contains(&self.folded))
    }
}

fn scalar(view: View<'_>) -> &str {
    if matches!(view.kind(), Kind::Array | Kind::Object | Kind::Null) { "" } else { view.as_str() }
}

fn digits_of(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}
