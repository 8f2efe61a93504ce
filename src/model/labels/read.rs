//! Labels from JSON: what is known must be right, what is not known is left alone.

use super::{AttributeLabels, ExtensionLabels, Labels};
use crate::model::json::{Json, Kind, View};

pub(super) fn labels(json: &Json) -> Result<Labels, String> {
    let view = object(json.view(), "the labels")?;
    let extensions = members(view, "extensions", "")?
        .map(|(name, value)| Ok((name.clone(), extension(value, &format!("extensions.{name}"))?)));
    let extensions = extensions.collect::<Result<Vec<_>, String>>()?;
    Ok(Labels { json: json.clone(), extensions, core: attributes(view, "core", "")? })
}

fn extension(view: View<'_>, place: &str) -> Result<ExtensionLabels, String> {
    let view = object(view, place)?;
    Ok(ExtensionLabels {
        label: text(view, "label", place)?,
        attributes: attributes(view, "attributes", place)?,
    })
}

fn attributes(view: View<'_>, name: &str, place: &str) -> Result<Vec<(String, AttributeLabels)>, String> {
    let place = within(place, name);
    let all = members(view, name, "")?;
    all.map(|(name, value)| Ok((name.clone(), attribute(value, &within(&place, &name))?))).collect()
}

fn attribute(view: View<'_>, place: &str) -> Result<AttributeLabels, String> {
    let view = object(view, place)?;
    let order = member(view, "order")
        .map(|value| value.as_str().parse().map_err(|_| wrong(place, "order", "a whole number")));
    let hidden = match member(view, "hidden").map(View::as_str) {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => return Err(wrong(place, "hidden", "true or false")),
    };
    let mut values = Vec::new();
    for (value, name) in members(view, "values", place)? {
        let named = name.text().ok_or_else(|| wrong(&within(place, "values"), &value, "a text"))?;
        values.push((value, named.into_owned()));
    }
    Ok(AttributeLabels {
        label: text(view, "label", place)?,
        order: order.transpose()?,
        values,
        hidden,
        help: text(view, "help", place)?,
    })
}

/// A text; an empty one says nothing.
fn text(view: View<'_>, name: &str, place: &str) -> Result<Option<String>, String> {
    let Some(value) = member(view, name) else { return Ok(None) };
    let text = value.text().ok_or_else(|| wrong(place, name, "a text"))?;
    Ok(Some(text.into_owned()).filter(|text| !text.trim().is_empty()))
}

/// The members of a member, with their names; null ones say nothing.
fn members<'a>(
    view: View<'a>,
    name: &str,
    place: &str,
) -> Result<impl Iterator<Item = (String, View<'a>)>, String> {
    let inner = member(view, name).map(|value| object(value, &within(place, name))).transpose()?;
    let members = inner.into_iter().flat_map(View::members);
    Ok(members
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| (name.decoded().into_owned(), value)))
}

fn member<'a>(view: View<'a>, name: &str) -> Option<View<'a>> {
    view.get(name).filter(|value| !value.is_null())
}

fn object<'a>(view: View<'a>, place: &str) -> Result<View<'a>, String> {
    (view.kind() == Kind::Object).then_some(view).ok_or_else(|| format!("{place}: an object is wanted"))
}

fn within(place: &str, name: &str) -> String {
    if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") }
}

fn wrong(place: &str, name: &str, wanted: &str) -> String {
    format!("{}: {wanted} is wanted", within(place, name))
}
