//! A record as a profile keeps it.

use super::json::{Json, Kind, NameToken, View, quoted};
use super::profile::Record;
use super::schema::{AttributeSchema, Schema};
use std::borrow::Cow;

/// A record as the profile keeps it: names spelled as the schema does, defaults of missing mandatory attributes filled in.
/// `None` for what is no object.
pub fn stored(schema: &Schema, value: View<'_>) -> Option<Record> {
    let members: Vec<Member<'_>> = members(schema, value).collect();
    let is_given = |wanted: &AttributeSchema| {
        members.iter().any(|member| member.attribute.is_some_and(|given| given.name == wanted.name))
    };
    let missing = schema.attributes.iter().filter(|attribute| attribute.mandatory && !is_given(attribute));
    let filled: Vec<(Cow<'_, str>, View<'_>)> = missing
        .filter_map(|attribute| Some((quoted(&attribute.name).into(), attribute.default.as_ref()?.view())))
        .collect();
    if value.kind() == Kind::Object && filled.is_empty() && members.iter().all(Member::is_spelled) {
        return Record::new(value.to_json());
    }
    object(value, members.iter().map(Member::spelled).chain(filled))
}

/// With the names spelled as the schema does.
pub fn spelled(schema: &Schema, record: &Record) -> Record {
    let value = record.json().view();
    let members: Vec<Member<'_>> = members(schema, value).collect();
    object(value, members.iter().map(Member::spelled)).unwrap_or_else(|| record.clone())
}

/// A member of a record, and the attribute that its name means.
struct Member<'a> {
    token: NameToken<'a>,
    value: View<'a>,
    attribute: Option<&'a AttributeSchema>,
}

impl<'a> Member<'a> {
    fn is_spelled(&self) -> bool {
        self.attribute.is_none_or(|attribute| attribute.name == self.token.decoded())
    }

    fn spelled(&self) -> (Cow<'a, str>, View<'a>) {
        let name = self.attribute.map(|attribute| quoted(&attribute.name).into());
        (name.unwrap_or(self.token.as_str().into()), self.value)
    }
}

fn members<'a>(schema: &'a Schema, value: View<'a>) -> impl Iterator<Item = Member<'a>> {
    value.members().map(|(token, value)| Member {
        token,
        value,
        attribute: schema.attribute(&token.decoded()),
    })
}

/// An object of these members in the place of another; `None` where that was none.
fn object<'a>(value: View<'_>, members: impl Iterator<Item = (Cow<'a, str>, View<'a>)>) -> Option<Record> {
    let members: Vec<_> = (value.kind() == Kind::Object).then(|| members.collect())?;
    Record::new(Json::object(
        members.iter().map(|(name, value): &(Cow<'_, str>, View<'_>)| (name.as_ref(), *value)),
    ))
}
