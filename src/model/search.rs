//! A text that is looked for in customers' values: a part of one, letter case ignored, or a telephone number however it is
//! written ([`Number`]). What is raw can be asked first whether it may hold it.

mod number;
mod raw;
mod text;

use super::json::{Kind, View};
use number::Number;
use text::Text;

/// What a person looks for.
pub struct Wanted(What);

enum What {
    Number(Number),
    Text(Text),
}

impl Wanted {
    /// This text.
    pub fn new(text: &str) -> Self {
        Self(Number::new(text).map_or_else(|| What::Text(Text::new(text)), What::Number))
    }

    /// Of a number the digits that stand in one value of everything that holds it, punctuation left out.
    pub fn digits(&self) -> Option<&str> {
        match &self.0 {
            What::Number(number) => Some(number.surely()),
            What::Text(_) => None,
        }
    }

    /// Whether a value, or one inside it, holds it.
    pub fn is_in(&self, view: View<'_>) -> bool {
        match view.kind() {
            Kind::Object => view.members().any(|(_, value)| self.is_in(value)) || self.is_apart_in(view),
            Kind::Array => view.elements().any(|value| self.is_in(value)),
            Kind::Null => false,
            Kind::String => self.matches(&view.text().unwrap_or_default()),
            Kind::Boolean | Kind::Number => self.matches(view.as_str()),
        }
    }

    /// Whether a line of JSON may hold it in one of its values; says yes too often, but never no where [`Self::is_in`] says yes.
    pub fn may_be_in_line(&self, line: &[u8]) -> bool {
        raw::plain(line).is_none_or(|plain| match &self.0 {
            What::Number(number) => number.may_be_in(&plain),
            What::Text(text) => text.may_be_in(&plain),
        })
    }

    fn matches(&self, value: &str) -> bool {
        match &self.0 {
            What::Number(number) => number.is_in(value),
            What::Text(text) => text.is_in(value),
        }
    }

    fn is_apart_in(&self, record: View<'_>) -> bool {
        matches!(&self.0, What::Number(number) if number.is_apart_in(record))
    }
}

#[cfg(test)]
mod tests;
