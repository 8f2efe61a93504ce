//! A customer's profile: core attributes, and extensions with their records.

use super::json::{Json, Kind, NameToken, View, quoted, same_name};
use std::fmt;

/// The ID of a customer: 1 to 16 characters, letter case counts (docs/API.md, "Limits").
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CustomerId(String);

impl CustomerId {
    /// The longest ID, in characters.
    pub const MAX: usize = 16;

    /// Checks an ID; the error is a sentence.
    pub fn new(id: &str) -> Result<Self, String> {
        match id.chars().count() {
            0 => Err("the customer ID is empty".into()),
            count if count > Self::MAX => {
                Err(format!("the customer ID has {count} characters, at most {} are allowed", Self::MAX))
            }
            _ if id.chars().any(char::is_control) => Err("the customer ID holds a control character".into()),
            _ => Ok(Self(id.to_owned())),
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CustomerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One record: an object of attributes, its text kept token for token.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Record(Json);

impl Record {
    /// A record of this object; `None` for anything else.
    pub fn new(json: Json) -> Option<Self> {
        (json.view().kind() == Kind::Object).then_some(Self(json))
    }

    /// The attributes in order.
    pub fn attributes(&self) -> impl Iterator<Item = (NameToken<'_>, View<'_>)> {
        self.0.view().members()
    }

    /// The value of an attribute, letter case ignored; `None` where absent.
    pub fn get(&self, name: &str) -> Option<View<'_>> {
        self.0.view().get(name)
    }

    /// The record with one attribute set (in its place, or last), or taken away with `None`.
    #[must_use]
    pub fn with(&self, name: &str, value: Option<&Json>) -> Self {
        Self(self.0.view().with(name, value.map(Json::view)))
    }

    /// The object.
    pub fn json(&self) -> &Json {
        &self.0
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// The records of one extension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Records {
    /// Of a single-valued extension (or a classifier).
    Single(Record),
    /// Of a multi-valued extension; may be empty.
    Multi(Vec<Record>),
}

impl Records {
    /// The records as a slice, one for a single-valued extension.
    pub fn as_slice(&self) -> &[Record] {
        match self {
            Self::Single(record) => std::slice::from_ref(record),
            Self::Multi(records) => records,
        }
    }

    /// The value as it stands in a profile: an object or an array.
    pub fn to_json(&self) -> Json {
        match self {
            Self::Single(record) => record.json().clone(),
            Self::Multi(records) => Json::array(records.iter().map(|record| record.json().view())),
        }
    }
}

/// A named value of a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoreAttribute {
    /// The name.
    pub name: String,
    /// A scalar, or an array of scalars whose first is the primary one.
    pub value: Json,
}

/// An extension of a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension {
    /// The name, spelled as the schema does where there is one.
    pub name: String,
    /// The records.
    pub records: Records,
}

/// A customer's profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// The ID.
    pub id: CustomerId,
    /// The core attributes in order, without `customer_id`.
    pub core: Vec<CoreAttribute>,
    /// The extensions in order.
    pub extensions: Vec<Extension>,
}

/// The member that holds the ID.
pub const CUSTOMER_ID: &str = "customer_id";

impl Profile {
    /// A profile with nothing in it.
    pub fn empty(id: CustomerId) -> Self {
        Self { id, core: Vec::new(), extensions: Vec::new() }
    }

    /// Reads a profile object. Extensions are told from core attributes by shape: an object or an array with an object in
    /// it is an extension, and so is an empty array that `is_extension` knows. The error is a sentence.
    pub fn from_json(json: &Json, is_extension: impl Fn(&str) -> bool) -> Result<Self, String> {
        let view = json.view();
        if view.kind() != Kind::Object {
            return Err("a profile must be an object".into());
        }
        let id = view.get(CUSTOMER_ID).and_then(View::text).ok_or("the profile has no customer_id")?;
        let mut profile = Self::empty(CustomerId::new(&id)?);
        for (name, value) in view.members() {
            let name = name.decoded().into_owned();
            if same_name(&name, CUSTOMER_ID) {
                continue;
            }
            match records_of(value, is_extension(&name)) {
                Some(records) => profile.extensions.push(Extension { name, records: records? }),
                None => profile.core.push(CoreAttribute { name, value: value.to_json() }),
            }
        }
        Ok(profile)
    }

    /// The core attribute of this name, letter case ignored.
    pub fn core(&self, name: &str) -> Option<&Json> {
        self.core.iter().find(|attribute| same_name(&attribute.name, name)).map(|attribute| &attribute.value)
    }

    /// The records of this extension, letter case ignored; empty where there are none.
    pub fn records(&self, extension: &str) -> &[Record] {
        self.extension(extension).map_or(&[], |extension| extension.records.as_slice())
    }

    /// This extension, letter case ignored.
    pub fn extension(&self, name: &str) -> Option<&Extension> {
        self.extensions.iter().find(|extension| same_name(&extension.name, name))
    }

    /// Whether a core attribute of this name, or that attribute of any record, has this text as its whole value: letter case
    /// counts in the text and not in the name, a number counts as it is written, one of several values is enough.
    /// `Extension.attribute` asks the records of one extension.
    pub fn has(&self, attribute: &str, text: &str) -> bool {
        let is = |value: View<'_>| match value.kind() {
            Kind::String => value.text().is_some_and(|value| value == text),
            Kind::Number | Kind::Boolean => value.as_str() == text,
            Kind::Null | Kind::Array | Kind::Object => false,
        };
        let core = self.core(attribute).map(Json::view);
        let records = self.extensions.iter().flat_map(|extension| extension.records.as_slice());
        let in_records = records.filter_map(|record| record.get(attribute));
        let named = attribute.split_once('.').map(|(name, attribute)| (self.records(name), attribute));
        let in_named =
            named.into_iter().flat_map(|(records, name)| records.iter().filter_map(move |r| r.get(name)));
        let values = core.into_iter().chain(in_records).chain(in_named);
        let mut values = values.flat_map(|value| std::iter::once(value).chain(value.elements()));
        (same_name(attribute, CUSTOMER_ID) && self.id.as_str() == text) || values.any(is)
    }

    /// The profile as one object: `customer_id`, core attributes, extensions.
    pub fn to_json(&self) -> Json {
        let id = Json::string(self.id.as_str());
        let core = self.core.iter().map(|attribute| (quoted(&attribute.name), attribute.value.clone()));
        let extensions = self.extensions.iter().map(|ext| (quoted(&ext.name), ext.records.to_json()));
        let members: Vec<(String, Json)> = core.chain(extensions).collect();
        let first = std::iter::once(("\"customer_id\"", id.view()));
        Json::object(first.chain(members.iter().map(|(name, value)| (name.as_str(), value.view()))))
    }
}

/// The records in a value, if its shape (or a schema that knows the name) says that it is an extension.
pub fn records_of(value: View<'_>, known: bool) -> Option<Result<Records, String>> {
    match value.kind() {
        Kind::Object => Record::new(value.to_json()).map(|record| Ok(Records::Single(record))),
        Kind::Array if known || value.elements().any(|element| element.kind() == Kind::Object) => {
            let records: Option<Vec<Record>> =
                value.elements().map(|element| Record::new(element.to_json())).collect();
            Some(
                records
                    .map(Records::Multi)
                    .ok_or_else(|| "every record of an array must be an object".into()),
            )
        }
        _ => None,
    }
}
