//! The forms in which a simulated server tells profiles and schemas.

use super::{Case, Simulation};
use crate::model::json::{Json, Kind, View, quoted, same_name};
use crate::model::profile::Record;
use crate::model::schema::{Schema, Schemas};

/// A profile.
pub fn profile(whole: &Json, simulation: &Simulation, schemas: &Schemas) -> Json {
    let members = whole.view().members().map(|(name, value)| {
        let schema = schemas.get(&name.decoded()).filter(|_| simulation.null_absent);
        (name.as_str(), schema.map_or_else(|| value.to_json(), |schema| filled(schema, value)))
    });
    let members: Vec<(&str, Json)> = members.collect();
    let whole = Json::object(members.iter().map(|(name, value)| (*name, value.view())));
    let name = |name: &str| match simulation.keys {
        None => name.to_owned(),
        Some(Case::Lower) => name.to_lowercase(),
        Some(Case::Upper) => name.to_uppercase(),
    };
    let scalar = |value: View<'_>| match value.kind() {
        Kind::Number | Kind::Boolean if simulation.string_values => quoted(value.as_str()),
        Kind::String if simulation.null_strings && value.as_str() == "\"\"" => "null".into(),
        _ => value.to_string(),
    };
    rewritten(&whole, &name, &scalar)
}

/// All schemas.
pub fn schemas(all: &Json, simulation: &Simulation) -> Json {
    let told: Vec<Json> = all.view().elements().map(|one| schema(&one.to_json(), simulation)).collect();
    match told.as_slice() {
        [one] if simulation.one_schema_object => one.clone(),
        _ => Json::array(told.iter().map(Json::view)),
    }
}

/// One schema.
pub fn schema(one: &Json, simulation: &Simulation) -> Json {
    let hidden = |name: &str| simulation.no_unique && same_name(name, "unique");
    let members = one.view().members().filter(|(name, _)| !hidden(&name.decoded()));
    let one = Json::object(members.map(|(name, value)| (name.as_str(), value)));
    let scalar = |value: View<'_>| match value.kind() {
        Kind::Number | Kind::Boolean if simulation.string_flags => quoted(value.as_str()),
        _ => value.to_string(),
    };
    rewritten(&one, &str::to_owned, &scalar)
}

/// The records with every attribute of their schema.
fn filled(schema: &Schema, value: View<'_>) -> Json {
    if value.kind() == Kind::Array {
        let records: Vec<Json> = value.elements().map(|element| filled(schema, element)).collect();
        return Json::array(records.iter().map(Json::view));
    }
    // `{}` may stand for no record at all.
    let Some(record) = Record::new(value.to_json()).filter(|_| value.as_str() != "{}") else {
        return value.to_json();
    };
    let filled = schema.attributes.iter().fold(record, |record, attribute| {
        let is_there = record.get(&attribute.name).is_some();
        if is_there { record } else { record.with(&attribute.name, Some(&Json::null())) }
    });
    filled.json().clone()
}

/// The value with every name and scalar put through a function. A name that it leaves alone keeps its token.
fn rewritten(json: &Json, name: &dyn Fn(&str) -> String, scalar: &dyn Fn(View<'_>) -> String) -> Json {
    let mut text = String::new();
    write(json.view(), name, scalar, &mut text);
    Json::parse(&text).unwrap_or_else(|_| json.clone())
}

fn write(
    view: View<'_>,
    name: &dyn Fn(&str) -> String,
    scalar: &dyn Fn(View<'_>) -> String,
    out: &mut String,
) {
    match view.kind() {
        Kind::Object => {
            out.push('{');
            for (number, (token, value)) in view.members().enumerate() {
                out.push_str(if number == 0 { "" } else { "," });
                let (old, new) = (token.decoded(), name(&token.decoded()));
                out.push_str(&if old == new.as_str() { token.as_str().to_owned() } else { quoted(&new) });
                out.push(':');
                write(value, name, scalar, out);
            }
            out.push('}');
        }
        Kind::Array => {
            out.push('[');
            for (number, value) in view.elements().enumerate() {
                out.push_str(if number == 0 { "" } else { "," });
                write(value, name, scalar, out);
            }
            out.push(']');
        }
        _ => out.push_str(&scalar(view)),
    }
}
