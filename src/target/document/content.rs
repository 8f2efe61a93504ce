//! What a document holds, and its text again. Pure; everything that no request changes keeps its tokens and its place.

use crate::model::apply::State;
use crate::model::json::{Json, Kind, MAX_DEPTH, View, pretty, same_name, text_of};
use crate::model::profile::{CUSTOMER_ID, CustomerId, Profile};
use crate::model::schema::{Schema, Schemas};
use std::collections::{BTreeMap, HashMap};

const SCHEMAS: &str = "schemas";
const PROFILES: &str = "profiles";
/// A request's body may be nested [`MAX_DEPTH`] deep; in the document it stands a few levels deeper.
const DEPTH: usize = MAX_DEPTH + 8;

/// A document as it was read.
#[derive(Clone)]
pub struct Content {
    /// The whole document: the foreign keys and the order of all keys.
    whole: Json,
    /// The customers in the order of the file, and their objects as they stand there.
    profiles: Vec<(CustomerId, Json)>,
    pub state: State,
}

/// Why bytes are no document: line and column where the text is not JSON, and a sentence.
#[derive(Debug, PartialEq, Eq)]
pub struct Trouble {
    pub place: Option<(usize, usize)>,
    pub sentence: String,
}

impl Trouble {
    fn new(sentence: impl Into<String>) -> Self {
        Self { place: None, sentence: sentence.into() }
    }
}

impl Content {
    /// A document without schemas and profiles.
    pub fn empty() -> Self {
        let none = Json::array([]);
        let whole = Json::object([("\"schemas\"", none.view()), ("\"profiles\"", none.view())]);
        Self { whole, profiles: Vec::new(), state: State::default() }
    }

    pub fn parse(bytes: &[u8]) -> Result<Self, Trouble> {
        let json = text_of(bytes).and_then(|text| Json::parse_with_depth(text, DEPTH));
        let whole = json.map_err(|error| Trouble {
            place: Some((error.line, error.column)),
            sentence: error.to_string(),
        })?;
        let view = whole.view();
        if view.kind() != Kind::Array && !is_document(view) {
            return Err(Trouble::new(
                "this is no document: an object with \"schemas\" and \"profiles\", or an array of profiles, is wanted",
            ));
        }
        let schemas = schemas(view)?;
        let profiles = if view.kind() == Kind::Array { whole.clone() } else { member(view, PROFILES)? };
        let (profiles, by_id) = read_profiles(profiles.view(), &schemas)?;
        Ok(Self { profiles, state: State { schemas, profiles: by_id }, whole })
    }

    /// Whether it is a plain array of profiles, which has no room for schemas.
    pub fn is_array(&self) -> bool {
        self.whole.view().kind() == Kind::Array
    }

    /// The document with another state. Profiles that are equal keep their text, new ones go last.
    #[must_use]
    pub fn with(&self, state: State) -> Self {
        let known: HashMap<&CustomerId, &Json> = self.profiles.iter().map(|(id, json)| (id, json)).collect();
        let stay = self.profiles.iter().filter_map(|(id, json)| {
            let profile = state.profiles.get(id)?;
            let same = self.state.profiles.get(id) == Some(profile);
            Some((id.clone(), if same { json.clone() } else { rewritten(json.view(), profile) }))
        });
        let new = state.profiles.iter().filter(|(id, _)| !known.contains_key(id));
        let new = new.map(|(id, profile)| (id.clone(), profile.to_json()));
        let profiles = stay.chain(new).collect();
        Self { whole: self.whole.clone(), profiles, state }
    }

    /// The text of the file, a record a line.
    pub fn text(&self) -> String {
        let profiles = Json::array(self.profiles.iter().map(|(_, json)| json.view()));
        if self.is_array() {
            return format!("{}\n", pretty(profiles.view()));
        }
        let schemas = Json::array(self.state.schemas.iter().map(|schema| schema.json.view()));
        let mut members: Vec<(&str, View<'_>)> = Vec::new();
        for (name, value) in self.whole.view().members() {
            let decoded = name.decoded();
            let ours = [(SCHEMAS, &schemas), (PROFILES, &profiles)];
            let ours = ours.into_iter().find(|(own, _)| same_name(own, &decoded));
            members.push((name.as_str(), ours.map_or(value, |(_, json)| json.view())));
        }
        for (name, token, json) in [(SCHEMAS, "\"schemas\"", &schemas), (PROFILES, "\"profiles\"", &profiles)]
        {
            if self.whole.view().get(name).is_none() && json.view().elements().next().is_some() {
                members.push((token, json.view()));
            }
        }
        format!("{}\n", pretty(Json::object(members).view()))
    }
}

fn is_document(view: View<'_>) -> bool {
    let has = |name| view.get(name).is_some_and(|value| value.kind() == Kind::Array);
    view.get(CUSTOMER_ID).is_none() && (has(SCHEMAS) || has(PROFILES))
}

/// An array of the document; an absent one is empty.
fn member(whole: View<'_>, name: &str) -> Result<Json, Trouble> {
    match whole.get(name) {
        Some(value) if value.kind() != Kind::Array => {
            Err(Trouble::new(format!("\"{name}\" must be an array")))
        }
        value => Ok(value.map_or_else(|| Json::array([]), View::to_json)),
    }
}

fn schemas(whole: View<'_>) -> Result<Schemas, Trouble> {
    let mut schemas = Schemas::default();
    for (number, json) in (1..).zip(member(whole, SCHEMAS)?.view().elements()) {
        let schema = Schema::from_json(&json.to_json())
            .map_err(|error| Trouble::new(format!("schema {number}: {error}")))?;
        if schemas.get(&schema.name).is_some() {
            return Err(Trouble::new(format!("schema {number}: {} stands twice", schema.name)));
        }
        schemas.push(schema);
    }
    Ok(schemas)
}

type Read = (Vec<(CustomerId, Json)>, BTreeMap<CustomerId, Profile>);

fn read_profiles(array: View<'_>, schemas: &Schemas) -> Result<Read, Trouble> {
    let (mut order, mut by_id) = (Vec::new(), BTreeMap::new());
    for (number, json) in (1..).zip(array.elements()) {
        let json = json.to_json();
        let profile = Profile::from_json(&json, |name| schemas.get(name).is_some())
            .map_err(|sentence| Trouble::new(format!("profile {number}: {sentence}")))?;
        let id = profile.id.clone();
        if by_id.insert(id.clone(), profile).is_some() {
            return Err(Trouble::new(format!("profile {number}: customer {id} stands twice")));
        }
        order.push((id, json));
    }
    Ok((order, by_id))
}

/// A changed profile: what is still there stays where it stood, in its own spelling; the rest goes last.
fn rewritten(old: View<'_>, profile: &Profile) -> Json {
    let new = profile.to_json();
    let mut members: Vec<(&str, View<'_>)> = Vec::new();
    for (name, _) in old.members() {
        if let Some(value) = new.view().get(&name.decoded()) {
            members.push((name.as_str(), value));
        }
    }
    let added = new.view().members().filter(|(name, _)| old.get(&name.decoded()).is_none());
    members.extend(added.map(|(name, value)| (name.as_str(), value)));
    Json::object(members)
}
