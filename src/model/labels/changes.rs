//! In what two sets of labels differ, for a person who decides about it.

use super::{AttributeLabels, Labels};
use crate::model::json::same_name;

/// One difference; texts are those before and after, `None` where nothing is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The extension; `None` for a core attribute.
    pub extension: Option<String>,
    /// The attribute; `None` for the extension itself.
    pub attribute: Option<String>,
    /// What is said otherwise.
    pub what: What,
    /// As it was.
    pub before: Option<String>,
    /// As it is to be.
    pub after: Option<String>,
}

/// What labels say of something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// What it is called.
    Label,
    /// Where it stands.
    Order,
    /// The name of this value.
    Value(String),
    /// Whether it is hidden: there is a text if it is.
    Hidden,
    /// What a person should know about it.
    Help,
}

impl Labels {
    /// What becomes of these labels with others in their place.
    pub fn changes(&self, to: &Self) -> Vec<Change> {
        let mut changes = Vec::new();
        for name in names(&self.extensions, &to.extensions) {
            let label = |labels: &Self| labels.of(name).and_then(|found| found.label.clone());
            push(&mut changes, (Some(name), None), What::Label, label(self), label(to));
            let of =
                |labels: &Self| labels.of(name).map(|found| found.attributes.clone()).unwrap_or_default();
            attributes(Some(name), &of(self), &of(to), &mut changes);
        }
        attributes(None, &self.core, &to.core, &mut changes);
        changes
    }
}

/// The names of two lists, each once.
fn names<'a, T>(former: &'a [(String, T)], later: &'a [(String, T)]) -> Vec<&'a str> {
    let mut names: Vec<&str> = Vec::new();
    for (name, _) in former.iter().chain(later) {
        if !names.iter().any(|known| same_name(known, name)) {
            names.push(name);
        }
    }
    names
}

fn attributes(
    of: Option<&str>,
    former: &[(String, AttributeLabels)],
    later: &[(String, AttributeLabels)],
    changes: &mut Vec<Change>,
) {
    for name in names(former, later) {
        let says = |list| super::found(list, name).cloned().unwrap_or_default();
        let (before, after): (AttributeLabels, AttributeLabels) = (says(former), says(later));
        let place = (of, Some(name));
        let order = |labels: &AttributeLabels| labels.order.map(|order| order.to_string());
        let hidden = |labels: &AttributeLabels| labels.hidden.then(String::new);
        push(changes, place, What::Label, before.label.clone(), after.label.clone());
        push(changes, place, What::Order, order(&before), order(&after));
        values(changes, place, &before, &after);
        push(changes, place, What::Hidden, hidden(&before), hidden(&after));
        push(changes, place, What::Help, before.help, after.help);
    }
}

type At<'a> = (Option<&'a str>, Option<&'a str>);

fn values(changes: &mut Vec<Change>, place: At<'_>, before: &AttributeLabels, after: &AttributeLabels) {
    let name = |labels: &AttributeLabels, value: &str| {
        labels.values.iter().find(|(known, _)| known == value).map(|(_, name)| name.clone())
    };
    let added = after.values.iter().filter(|(value, _)| name(before, value).is_none());
    for (value, _) in before.values.iter().chain(added) {
        push(changes, place, What::Value(value.clone()), name(before, value), name(after, value));
    }
}

fn push(
    changes: &mut Vec<Change>,
    (extension, attribute): At<'_>,
    what: What,
    before: Option<String>,
    after: Option<String>,
) {
    if before != after {
        let (extension, attribute) = (extension.map(str::to_owned), attribute.map(str::to_owned));
        changes.push(Change { extension, attribute, what, before, after });
    }
}
