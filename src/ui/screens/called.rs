//! What things are called: by their labels where they have some; then the wire name is in the tooltip and the description.

use super::cells::Attribute;
use crate::model::finding::Place;
use crate::model::labels::{Labels, Of};
use crate::ui::words;

/// What an extension, or the core attributes, and their attributes are called.
#[derive(Clone, Copy)]
pub struct Called<'a> {
    labels: &'a Labels,
    of: Of<'a>,
}

impl<'a> Called<'a> {
    /// In these labels.
    pub fn new(labels: &'a Labels, of: Of<'a>) -> Self {
        Self { labels, of }
    }

    /// The extension: `Telephone`.
    pub fn extension(&self) -> String {
        words::plain(self.of.map_or("", |name| self.labels.extension(name))).into_owned()
    }

    /// What a tab or a list has to tell of its extension: the wire name, where that is another.
    pub fn about_extension(&self) -> Option<String> {
        self.of.filter(|name| self.labels.extension(name) != *name).map(str::to_owned)
    }

    /// An attribute: `Kind`.
    pub fn label(&self, attribute: &str) -> String {
        words::plain(self.labels.label(self.of, attribute)).into_owned()
    }

    /// The accessible name of a cell or field: `Telephone 2 Kind`.
    pub fn field(&self, record: Option<usize>, attribute: &str) -> String {
        words::plain(&self.labels.place(&self.place(record, attribute))).into_owned()
    }

    /// What else there is to know of a cell or field: `Phone 2 PhoneType`, and the help.
    pub fn about(&self, record: Option<usize>, attribute: &str) -> Option<String> {
        let place = self.place(record, attribute);
        let wire = (self.labels.place(&place) != place.to_string()).then(|| place.to_string());
        self.with_help(wire, attribute)
    }

    /// The same for the attribute as a whole: `PhoneType`, and the help.
    pub fn about_attribute(&self, attribute: &str) -> Option<String> {
        let wire = (self.labels.label(self.of, attribute) != attribute).then(|| attribute.to_owned());
        self.with_help(wire, attribute)
    }

    fn with_help(&self, wire: Option<String>, attribute: &str) -> Option<String> {
        let help = self.labels.help(self.of, attribute).map(str::to_owned);
        let parts: Vec<String> = wire.into_iter().chain(help).collect();
        (!parts.is_empty()).then(|| words::plain(&parts.join(". ")).into_owned())
    }

    /// Values that have names.
    pub fn names(&self, attribute: &str) -> &'a [(String, String)] {
        self.labels.attribute(self.of, attribute).map_or(&[], |labels| &labels.values)
    }

    /// The value that a text stands for, where a name was typed.
    pub fn stands_for(&self, attribute: &str, found: &Attribute<'_>) -> Option<String> {
        let named = self.labels.value_named(self.of, attribute, &found.text)?;
        (named != found.text && found.value.as_deref() == Some(named)).then(|| named.to_owned())
    }

    fn place(&self, record: Option<usize>, attribute: &str) -> Place {
        Place { extension: self.of.map(str::to_owned), record, attribute: Some(attribute.to_owned()) }
    }
}
