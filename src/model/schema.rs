//! Extension schemas: which attributes a record has, and which of them identify it (docs/API.md, "Schemas").

use super::json::{Json, Kind, View, same_name};
use std::sync::Arc;

/// The type of an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AttributeType {
    /// Text.
    String,
    /// A whole number of 32 bits, unless the schema's `length` says more.
    Integer,
    /// A whole number of 64 bits.
    Long,
    /// A floating-point number.
    Double,
    /// A decimal number of any scale, never a float.
    Currency,
    /// `true` or `false`.
    Boolean,
    /// A day.
    Date,
    /// An instant in UTC with milliseconds.
    Datetime,
}

impl AttributeType {
    /// All types with their names in JSON.
    pub const ALL: [(Self, &'static str); 8] = [
        (Self::String, "string"),
        (Self::Integer, "integer"),
        (Self::Long, "long"),
        (Self::Double, "double"),
        (Self::Currency, "currency"),
        (Self::Boolean, "boolean"),
        (Self::Date, "date"),
        (Self::Datetime, "datetime"),
    ];

    /// The type of this name, letter case ignored.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, known)| known.eq_ignore_ascii_case(name)).map(|(kind, _)| kind)
    }

    /// The name in JSON.
    pub fn name(self) -> &'static str {
        Self::ALL.into_iter().find(|(kind, _)| *kind == self).map_or("string", |(_, name)| name)
    }
}

/// One attribute of an extension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttributeSchema {
    /// The name, spelled as the schema does.
    pub name: String,
    /// The type.
    pub kind: AttributeType,
    /// The longest text in characters, where limited.
    pub length: Option<u32>,
    /// Whether a record must have it.
    pub mandatory: bool,
    /// What a record gets that lacks it although it is mandatory; also what counts when records are compared.
    pub default: Option<Json>,
}

/// Whether a customer has one record of an extension or many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arity {
    /// One object.
    Single,
    /// An array of objects.
    Multi,
    /// One object without attributes.
    Classifier,
}

/// The schema of one extension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schema {
    /// The extension's name.
    pub name: String,
    /// One record or many.
    pub arity: Arity,
    /// The attributes in order.
    pub attributes: Vec<AttributeSchema>,
    /// The attributes whose combination identifies a record; empty: records cannot be told apart.
    pub unique: Vec<String>,
    /// The schema as it came.
    pub json: Json,
}

/// Why a text is no extension schema: one sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SchemaError(pub String);

impl Schema {
    /// Reads a schema in any of the forms that servers print: numbers and flags as strings, `unique` nested or absent.
    pub fn from_json(json: &Json) -> Result<Self, SchemaError> {
        let view = json.view();
        if view.kind() != Kind::Object {
            return Err(SchemaError("an extension schema must be an object".into()));
        }
        let name = text_member(view, "name").ok_or_else(|| SchemaError("the schema has no `name`".into()))?;
        check_name(&name)?;
        let arity = match text_member(view, "type").unwrap_or_default().to_lowercase().as_str() {
            "single-valued" => Arity::Single,
            "multi-valued" => Arity::Multi,
            "classifier" => Arity::Classifier,
            other => {
                let text = format!(
                    "schema {name}: type \"{other}\" is neither single-valued, multi-valued nor classifier"
                );
                return Err(SchemaError(text));
            }
        };
        let mut attributes: Vec<AttributeSchema> = Vec::new();
        for element in view.get("attributes").into_iter().flat_map(View::elements) {
            let attribute = attribute_schema(&name, element)?;
            if attributes.iter().any(|known| same_name(&known.name, &attribute.name)) {
                return Err(SchemaError(format!(
                    "schema {name}: the attribute {} stands twice",
                    attribute.name
                )));
            }
            attributes.push(attribute);
        }
        let mut schema = Self { name, arity, attributes, unique: Vec::new(), json: json.clone() };
        for listed in view.get("unique").into_iter().flat_map(flat_texts) {
            let Some(attribute) = schema.attribute(&listed) else {
                let text =
                    format!("schema {}: unique names {listed}, which is no attribute of it", schema.name);
                return Err(SchemaError(text));
            };
            let name = attribute.name.clone();
            schema.unique.push(name);
        }
        Ok(schema)
    }

    /// The attribute of this name, letter case ignored.
    pub fn attribute(&self, name: &str) -> Option<&AttributeSchema> {
        let exact = self.attributes.iter().find(|attribute| attribute.name == name); // as nearly always
        exact.or_else(|| self.attributes.iter().find(|attribute| same_name(&attribute.name, name)))
    }

    /// Whether this attribute is one of those that identify a record.
    pub fn is_unique(&self, name: &str) -> bool {
        self.unique.iter().any(|unique| same_name(unique, name))
    }
}

/// What a person knows of an extension where the server does not tell it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// Its name.
    pub name: String,
    /// The attributes whose combination identifies a record; empty: not known.
    pub unique: Vec<String>,
}

/// The schemas of a target, in the order in which they were made. Cloning shares them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schemas {
    all: Arc<Vec<Schema>>,
    source: Source,
}

/// Where schemas come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Source {
    /// The target tells them: there are no other extensions.
    #[default]
    Told,
    /// The values of a customer, of whom only these extensions were asked for.
    Inferred { asked: Vec<String> },
}

impl Schemas {
    /// Schemas that no target told; `asked` are the extensions that were asked for.
    pub fn inferred(schemas: Vec<Schema>, asked: Vec<String>) -> Self {
        Self { all: Arc::new(schemas), source: Source::Inferred { asked } }
    }

    /// Whether no target told them: types are those of the values, and there may be further extensions.
    pub fn is_inferred(&self) -> bool {
        matches!(self.source, Source::Inferred { .. })
    }

    /// Whether a customer who was read without this extension has no record of it.
    pub fn was_read(&self, extension: &str) -> bool {
        match &self.source {
            Source::Told => true,
            Source::Inferred { asked } => asked.iter().any(|asked| same_name(asked, extension)),
        }
    }

    /// The schema of this extension, letter case ignored.
    pub fn get(&self, extension: &str) -> Option<&Schema> {
        self.all.iter().find(|schema| same_name(&schema.name, extension))
    }

    /// All of them.
    pub fn iter(&self) -> std::slice::Iter<'_, Schema> {
        self.all.iter()
    }

    /// Adds a schema at the end. The caller has checked that its name is free.
    pub fn push(&mut self, schema: Schema) {
        Arc::make_mut(&mut self.all).push(schema);
    }

    /// Takes a schema away; says whether it was there.
    pub fn remove(&mut self, extension: &str) -> bool {
        let before = self.all.len();
        Arc::make_mut(&mut self.all).retain(|schema| !same_name(&schema.name, extension));
        self.all.len() < before
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// With the unique attributes that a person declared, where a multi-valued extension has these attributes and no `unique`.
    #[must_use]
    pub fn completed(mut self, declared: &[Declared]) -> Self {
        for Declared { name, unique } in declared {
            let found = Arc::make_mut(&mut self.all).iter_mut().find(|schema| same_name(&schema.name, name));
            if let Some(schema) =
                found.filter(|schema| schema.arity == Arity::Multi && schema.unique.is_empty())
            {
                let spelled = |name: &String| schema.attribute(name).map(|attribute| attribute.name.clone());
                schema.unique = unique.iter().map(spelled).collect::<Option<_>>().unwrap_or_default();
            }
        }
        self
    }
}

impl<'a> IntoIterator for &'a Schemas {
    type Item = &'a Schema;
    type IntoIter = std::slice::Iter<'a, Schema>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl FromIterator<Schema> for Schemas {
    fn from_iter<T: IntoIterator<Item = Schema>>(schemas: T) -> Self {
        Self { all: Arc::new(schemas.into_iter().collect()), source: Source::Told }
    }
}

fn attribute_schema(extension: &str, view: View<'_>) -> Result<AttributeSchema, SchemaError> {
    let fail = |text: String| SchemaError(format!("schema {extension}: {text}"));
    let name = text_member(view, "name").ok_or_else(|| fail("an attribute has no `name`".into()))?;
    let written = text_member(view, "type").unwrap_or_default();
    let kind = AttributeType::from_name(&written)
        .ok_or_else(|| fail(format!("attribute {name}: \"{written}\" is no attribute type")))?;
    let length = match view.get("length").filter(|value| !value.is_null()) {
        None => None,
        Some(value) => {
            let text = value.text().unwrap_or(value.as_str().into());
            Some(
                text.parse()
                    .map_err(|_| fail(format!("attribute {name}: length {value} is no whole number")))?,
            )
        }
    };
    let mandatory = view.get("mandatory").is_some_and(|value| {
        value.as_str() == "true" || value.text().is_some_and(|text| text.eq_ignore_ascii_case("true"))
    });
    let default = view.get("default").filter(|value| !value.is_null()).map(View::to_json);
    Ok(AttributeSchema { name, kind, length, mandatory, default })
}

/// Letter, then letters, digits and `_`; at most 26 characters (docs/API.md, "Limits").
fn check_name(name: &str) -> Result<(), SchemaError> {
    let good = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && name.len() <= 26;
    let text = || {
        format!("\"{name}\" is no extension name: a letter, then letters, digits or _, at most 26 characters")
    };
    good.then_some(()).ok_or_else(|| SchemaError(text()))
}

fn text_member(view: View<'_>, name: &str) -> Option<String> {
    view.get(name)?.text().map(std::borrow::Cow::into_owned)
}

/// The strings of an array, nested arrays flattened.
fn flat_texts(view: View<'_>) -> Vec<String> {
    match view.kind() {
        Kind::Array => view.elements().flat_map(flat_texts).collect(),
        _ => view.text().into_iter().map(std::borrow::Cow::into_owned).collect(),
    }
}
