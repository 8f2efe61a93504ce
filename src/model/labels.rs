//! Labels: what the window calls extensions, attributes and values. They change what is shown, never what is sent.
//!
//! The labels of one target, as they are handed on as a file:
//!
//! ```json
//! {"extensions": {"Phone": {"label": "Telephone", "attributes": {
//!    "PhoneType": {"label": "Kind", "order": 1, "values": {"0": "home", "2": "work"}, "hidden": false, "help": "…"}}}},
//!  "core": {"FirstName": {"label": "First name"}}}
//! ```
//!
//! Every member may be missing or null. Names of extensions and attributes are known in any letter case; a value is the text
//! that its editor shows (`2`, `true`). Attributes with an `order` come first, the lowest before all others, then those without
//! one as the schema has them. Members that this version does not know stay, token for token; one that it knows and cannot read
//! is an error with its place, so that a file is taken whole or not at all.

mod changes;
mod read;

use super::finding::Place;
use super::json::{Json, View, quoted, same_name};
use std::sync::LazyLock;

pub use changes::{Change, What};

/// The owner of an attribute: an extension, or `None` for the core attributes.
pub type Of<'a> = Option<&'a str>;

/// The labels of one target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labels {
    json: Json,
    extensions: Vec<(String, ExtensionLabels)>,
    core: Vec<(String, AttributeLabels)>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct ExtensionLabels {
    label: Option<String>,
    attributes: Vec<(String, AttributeLabels)>,
}

/// What is said of one attribute.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AttributeLabels {
    /// What it is called.
    pub label: Option<String>,
    /// Where it stands among those with an order.
    pub order: Option<i64>,
    /// Values with their names.
    pub values: Vec<(String, String)>,
    /// Whether it is left out unless it is asked for, edited or wrong.
    pub hidden: bool,
    /// What a person should know about it.
    pub help: Option<String>,
}

impl Default for Labels {
    fn default() -> Self {
        Self { json: Json::object([]), extensions: Vec::new(), core: Vec::new() }
    }
}

/// The labels of a target that has none.
pub fn none() -> &'static Labels {
    static NONE: LazyLock<Labels> = LazyLock::new(Labels::default);
    &NONE
}

impl Labels {
    /// Reads labels; the error is a sentence with the place.
    pub fn from_json(json: &Json) -> Result<Self, String> {
        read::labels(json)
    }

    /// Everything, with the members that this version does not know.
    pub fn json(&self) -> &Json {
        &self.json
    }

    /// Whether nothing is said of anything.
    pub fn is_empty(&self) -> bool {
        self.json.view().members().next().is_none()
    }

    // ---- what is shown

    fn of(&self, extension: &str) -> Option<&ExtensionLabels> {
        found(&self.extensions, extension)
    }

    /// What is said of an attribute, if anything.
    pub fn attribute(&self, of: Of<'_>, name: &str) -> Option<&AttributeLabels> {
        match of {
            Some(extension) => found(&self.of(extension)?.attributes, name),
            None => found(&self.core, name),
        }
    }

    /// The attributes of which anything is said.
    pub fn attributes(&self, of: Of<'_>) -> impl Iterator<Item = &str> {
        let list = match of {
            Some(extension) => self.of(extension).map_or(&[][..], |labels| &labels.attributes),
            None => &self.core,
        };
        list.iter().map(|(name, _)| name.as_str())
    }

    /// What an extension is called; its own name where it has no label.
    pub fn extension<'a>(&'a self, name: &'a str) -> &'a str {
        self.extension_label(name).unwrap_or(name)
    }

    /// The label of an extension, where it has one.
    pub fn extension_label(&self, name: &str) -> Option<&str> {
        self.of(name)?.label.as_deref()
    }

    /// What an attribute is called; its own name where it has no label.
    pub fn label<'a>(&'a self, of: Of<'_>, name: &'a str) -> &'a str {
        self.attribute(of, name).and_then(|labels| labels.label.as_deref()).unwrap_or(name)
    }

    /// What a person should know about an attribute.
    pub fn help(&self, of: Of<'_>, name: &str) -> Option<&str> {
        self.attribute(of, name)?.help.as_deref()
    }

    /// Whether an attribute is left out unless there is a reason to show it.
    pub fn is_hidden(&self, of: Of<'_>, name: &str) -> bool {
        self.attribute(of, name).is_some_and(|labels| labels.hidden)
    }

    /// Puts attributes in their order; those without one keep theirs.
    pub fn arrange(&self, of: Of<'_>, names: &mut [String]) {
        let order = |name: &String| self.attribute(of, name).and_then(|labels| labels.order);
        names.sort_by_cached_key(|name| order(name).map_or((true, 0), |order| (false, order)));
    }

    /// The name of a value, which is told by the text in its editor.
    pub fn value(&self, of: Of<'_>, attribute: &str, value: &str) -> Option<&str> {
        let values = &self.attribute(of, attribute)?.values;
        values.iter().find(|(known, _)| known == value).map(|(_, name)| name.as_str())
    }

    /// The value that has this name, also if the value stands before it: `work` and `2 work` are `2`. None where several have it.
    pub fn value_named(&self, of: Of<'_>, attribute: &str, typed: &str) -> Option<&str> {
        let typed = typed.trim();
        let is_it =
            |value: &str, name: &str| same_name(name, typed) || same_name(&with_name(value, name), typed);
        let mut named = self.attribute(of, attribute)?.values.iter().filter(|(v, name)| is_it(v, name));
        let (value, _) = named.next()?;
        named.next().is_none().then_some(value)
    }

    /// A place in labels: `Telephone 2 Kind`.
    pub fn place(&self, place: &Place) -> String {
        let of = place.extension.as_deref();
        let extension = of.map(|name| self.extension(name).to_owned());
        let attribute = place.attribute.as_deref().map(|name| self.label(of, name).to_owned());
        Place { extension, attribute, ..place.clone() }.to_string()
    }

    // ---- changing

    /// With another label for an extension, or none.
    #[must_use]
    pub fn with_extension(&self, extension: &str, label: Option<&str>) -> Self {
        if self.extension_label(extension) == label {
            return self.clone();
        }
        let label = label.map(Json::string);
        self.with(&["extensions", extension, "label"], label.as_ref())
    }

    /// With this said of an attribute. What is the same stays as it is written.
    #[must_use]
    pub fn with_attribute(&self, of: Of<'_>, name: &str, wanted: &AttributeLabels) -> Self {
        let path = match of {
            Some(extension) => vec!["extensions", extension, "attributes", name],
            None => vec!["core", name],
        };
        let now = self.attribute(of, name).cloned().unwrap_or_default();
        let text = |text: &Option<String>| text.as_deref().map(Json::string);
        let changed = [
            ("label", now.label == wanted.label, text(&wanted.label)),
            ("order", now.order == wanted.order, wanted.order.and_then(number)),
            ("values", now.values == wanted.values, values(&wanted.values)),
            ("hidden", now.hidden == wanted.hidden, wanted.hidden.then(yes)),
            ("help", now.help == wanted.help, text(&wanted.help)),
        ];
        let changed = changed.into_iter().filter(|(_, same, _)| !same);
        changed.fold(self.clone(), |labels, (member, _, value)| {
            let path: Vec<&str> = path.iter().copied().chain([member]).collect();
            labels.with(&path, value.as_ref())
        })
    }

    /// With everything that another file says; what it does not say stays.
    #[must_use]
    pub fn joined(&self, other: &Self) -> Self {
        Self::from_json(&joined(self.json.view(), other.json.view())).unwrap_or_else(|_| self.clone())
    }

    fn with(&self, path: &[&str], value: Option<&Json>) -> Self {
        let json = set(self.json.view(), path, value).unwrap_or_else(|| Json::object([]));
        Self::from_json(&json).unwrap_or_else(|_| self.clone())
    }
}

/// `2 work`.
pub fn with_name(value: &str, name: &str) -> String {
    format!("{value} {name}")
}

fn found<'a, T>(list: &'a [(String, T)], name: &str) -> Option<&'a T> {
    list.iter().find(|(known, _)| same_name(known, name)).map(|(_, found)| found)
}

fn yes() -> Json {
    Json::parse("true").unwrap_or_else(|_| Json::null())
}

fn number(number: i64) -> Option<Json> {
    Json::parse(&number.to_string()).ok()
}

fn values(values: &[(String, String)]) -> Option<Json> {
    let members: Vec<(String, Json)> =
        values.iter().map(|(value, name)| (quoted(value), Json::string(name))).collect();
    let object = Json::object(members.iter().map(|(value, name)| (value.as_str(), name.view())));
    (!values.is_empty()).then_some(object)
}

/// An object with the value at a path of names set or taken away; objects on the way that are left empty go.
fn set(object: View<'_>, path: &[&str], value: Option<&Json>) -> Option<Json> {
    let Some((name, rest)) = path.split_first() else { return value.cloned() };
    let empty = Json::object([]);
    let inner = set(object.get(name).unwrap_or(empty.view()), rest, value);
    let outer = object.with(name, inner.as_ref().map(Json::view));
    outer.view().members().next().is_some().then_some(outer)
}

/// Objects are joined member by member; of anything else the later stands.
fn joined(former: View<'_>, later: View<'_>) -> Json {
    if former.members().next().is_none() || later.kind() != super::json::Kind::Object {
        return later.to_json();
    }
    later.members().fold(former.to_json(), |out, (name, value)| {
        let name = name.decoded();
        let value = out.view().get(&name).map_or_else(|| value.to_json(), |old| joined(old, value));
        out.view().with(&name, Some(value.view()))
    })
}

#[cfg(test)]
mod tests;
