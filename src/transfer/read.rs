//! What a file for import holds: schemas and profiles, each with the line on which it stands.

use crate::model::json::{Json, JsonError, Kind, View};

/// Something from a file, and the line (from 1) on which it begins. In an array that is the line of the file's first value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The line.
    pub line: usize,
    /// Its position among its kind in the file, from 1.
    pub number: usize,
    /// What it is.
    pub content: Content,
}

/// What an item is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// An extension schema.
    Schema(Json),
    /// A profile, or the body of an insert request: both are one object with `customer_id`.
    Profile(Json),
}

/// Reads a file: one object, an array of profiles, a document of `schemas` and `profiles`, or JSON Lines of profiles.
/// Nothing is returned of a file with an error in it.
pub fn read(text: &str) -> Result<Vec<Item>, JsonError> {
    let mut items = Vec::new();
    let mut offset = 0;
    let mut line = 1;
    while !text[offset..].trim_start_matches(WHITE).is_empty() {
        let rest = &text[offset..];
        let start = rest.len() - rest.trim_start_matches(WHITE).len();
        line += newlines(&rest[..start]);
        let (json, taken) = Json::parse_prefix(rest).map_err(|error| error.moved(text, offset))?;
        collect(&json, line, &mut items);
        line += newlines(&rest[start..taken]);
        offset += taken;
        between(text, offset)?;
    }
    Ok(items)
}

const WHITE: [char; 4] = [' ', '\t', '\n', '\r'];

fn newlines(text: &str) -> usize {
    memchr::memchr_iter(b'\n', text.as_bytes()).count()
}

/// Values of JSON Lines are apart by a line break; anything else after a value is an error at its place.
fn between(text: &str, offset: usize) -> Result<(), JsonError> {
    let rest = &text[offset..];
    let white = rest.len() - rest.trim_start_matches(WHITE).len();
    if white == rest.len() || rest[..white].contains('\n') {
        return Ok(());
    }
    Json::parse(text).map(|_| ())
}

fn collect(json: &Json, line: usize, items: &mut Vec<Item>) {
    let view = json.view();
    let add = |content: Content, items: &mut Vec<Item>| {
        let same = |item: &&Item| std::mem::discriminant(&item.content) == std::mem::discriminant(&content);
        let number = items.iter().rev().find(same).map_or(1, |item| item.number + 1);
        items.push(Item { line, number, content });
    };
    let is_document = view.get("customer_id").is_none()
        && ["schemas", "profiles"].iter().any(|name| view.get(name).is_some_and(|v| v.kind() == Kind::Array));
    if is_document {
        for schema in view.get("schemas").into_iter().flat_map(View::elements) {
            add(Content::Schema(schema.to_json()), items);
        }
        for profile in view.get("profiles").into_iter().flat_map(View::elements) {
            add(Content::Profile(profile.to_json()), items);
        }
    } else if view.kind() == Kind::Array {
        for profile in view.elements() {
            add(Content::Profile(profile.to_json()), items);
        }
    } else {
        add(Content::Profile(json.clone()), items);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<usize> {
        read(text).unwrap().into_iter().map(|item| item.line).collect()
    }

    #[test]
    fn every_form_of_file_is_read() {
        assert_eq!(lines("{\"customer_id\":\"A\"}"), [1]);
        assert_eq!(lines("\n[{\"customer_id\":\"A\"},{\"customer_id\":\"B\"}]"), [2, 2]);
        assert_eq!(lines("{\"customer_id\":\"A\"}\n\n{\"customer_id\":\"B\"}\r\n"), [1, 3]);
        let document =
            read("{\"schemas\":[{\"name\":\"S\"}],\"profiles\":[{\"customer_id\":\"A\"}]}").unwrap();
        assert!(matches!(document[0].content, Content::Schema(_)));
        assert!(matches!(document[1].content, Content::Profile(_)));
        assert!(read("").unwrap().is_empty());
    }

    #[test]
    fn an_error_has_its_line_in_the_file() {
        let error = read("{\"customer_id\":\"A\"}\n{\"customer_id\":}\n").unwrap_err();
        assert_eq!((error.line, error.column), (2, 16));
        let error = read("{\"customer_id\":\"A\"} x").unwrap_err();
        assert_eq!((error.line, error.column), (1, 21));
        let error = read("{\"a\":1}\n{\"b\":1,\"B\":2}").unwrap_err();
        assert_eq!(error.line, 2);
        assert!(error.to_string().contains("line 2, column 2"), "{error}");
    }
}
