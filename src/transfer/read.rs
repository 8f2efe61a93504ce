//! What a file for import holds: schemas, profiles and inserts, each with the line on which it stands.

use super::lines::ReadError;
use super::text::Place;
use super::values::Values;
use crate::model::json::{Json, JsonError, JsonProblem, Kind, View};
use crate::model::profile::{CUSTOMER_ID, CustomerId};
use crate::model::request::Request;
use std::io::Cursor;

/// Something from a file, and the line (from 1) on which it begins.
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
    /// An insert request, written as `{"method","path","body"}`; a line of a journal is one too.
    Insert(CustomerId, Json),
    /// A request that an import does not carry out: the object, and the reason in a sentence.
    Refused(Json, String),
    /// A line of JSON Lines that is not JSON: its bytes, and what is wrong at which place of the file.
    NotJson(Vec<u8>, JsonError),
}

impl Item {
    /// Where it stands, after the name of its file: `9: profile 3`, or line and column of what is wrong.
    pub fn place(&self) -> String {
        let (line, number) = (self.line, self.number);
        match &self.content {
            Content::Schema(_) => format!("{line}: schema {number}"),
            Content::Profile(_) => format!("{line}: profile {number}"),
            Content::Insert(..) | Content::Refused(..) => format!("{line}: request {number}"),
            Content::NotJson(_, error) => format!("{}:{}", error.line, error.column),
        }
    }

    /// The item as a line that can be imported again, or mended first.
    pub fn to_line(&self) -> Vec<u8> {
        match &self.content {
            Content::Profile(json) | Content::Refused(json, _) => json.as_str().as_bytes().to_vec(),
            Content::Schema(json) => format!("{{\"schemas\":[{json}]}}").into_bytes(),
            Content::Insert(id, body) => {
                let path = Json::string(&Request::InsertRecords(id.clone(), body.clone()).path());
                format!("{{\"method\":\"POST\",\"path\":{path},\"body\":{body}}}").into_bytes()
            }
            Content::NotJson(bytes, _) => bytes.clone(),
        }
    }
}

/// Reads a text whole: one object, an array of profiles, a document of `schemas` and `profiles`, or values one after the other.
/// Nothing is returned of a text with an error in it.
pub fn read(text: &str) -> Result<Vec<Item>, ReadError> {
    let mut values = Values::new(Cursor::new(text), Place::START, usize::MAX)?;
    let mut items = Vec::new();
    while let Some(item) = values.next()? {
        items.push(item);
    }
    Ok(items)
}

pub(super) const WHITE: [char; 4] = [' ', '\t', '\n', '\r'];

/// How many items of each kind a file had so far.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    schemas: usize,
    profiles: usize,
    requests: usize,
}

impl Counts {
    /// The items of one value of a file.
    pub(super) fn items(&mut self, json: Json, line: usize) -> Vec<Item> {
        let contents = contents(json).into_iter();
        contents.map(|content| Item { line, number: self.number(&content), content }).collect()
    }

    pub(super) fn number(&mut self, content: &Content) -> usize {
        let count = match content {
            Content::Schema(_) => &mut self.schemas,
            Content::Profile(_) | Content::NotJson(..) => &mut self.profiles,
            Content::Insert(..) | Content::Refused(..) => &mut self.requests,
        };
        *count += 1;
        *count
    }
}

fn contents(json: Json) -> Vec<Content> {
    let view = json.view();
    if view.kind() == Kind::Array {
        return view.elements().map(View::to_json).map(one).collect();
    }
    if view.get(CUSTOMER_ID).is_some() {
        return vec![Content::Profile(json)];
    }
    let list = |name: &str| view.get(name).filter(|value| value.kind() == Kind::Array);
    let of = |name: &str| list(name).into_iter().flat_map(View::elements).map(View::to_json);
    if list("schemas").is_some() || list("profiles").is_some() {
        of("schemas").map(Content::Schema).chain(of("profiles").map(one)).collect()
    } else {
        vec![one(json)]
    }
}

/// A profile where there is a customer's ID, else a request where `method` and `path` are text, else a profile.
pub(super) fn one(json: Json) -> Content {
    if json.view().get(CUSTOMER_ID).is_some() {
        return Content::Profile(json);
    }
    let text = |name: &str| json.view().get(name).and_then(View::text).map(std::borrow::Cow::into_owned);
    if ["format", "first_seq", "crc"].iter().all(|name| json.view().get(name).is_some()) {
        return Content::Refused(json, "this is the header line of a journal".into());
    }
    let (Some(method), Some(path)) = (text("method"), text("path")) else {
        return Content::Profile(json);
    };
    match Request::from_parts(&method, &path, json.view().get("body").map(View::to_json)) {
        Ok(Request::InsertRecords(id, body)) => Content::Insert(id, body),
        Ok(_) => {
            let text = format!("{method} {path}: an import carries out inserts (POST …/extensions) only");
            Content::Refused(json, text)
        }
        Err(reason) => Content::Refused(json, reason),
    }
}

/// The same error, of a text that begins behind `lines` lines and `bytes` bytes of its file.
pub(super) fn below(mut error: JsonError, lines: usize, bytes: usize) -> JsonError {
    error.line += lines;
    error.offset += bytes;
    if let JsonProblem::DuplicateName { first_line, first_offset, .. } = &mut error.problem {
        *first_line += lines;
        *first_offset += bytes;
    }
    error
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
        assert!(error.to_string().starts_with("2:16: "), "{error}");
        let error = read("{\"customer_id\":\"A\"} x").unwrap_err();
        assert!(error.to_string().starts_with("1:21: "), "{error}");
        let error = read("{\"a\":1}\n{\"b\":1,\"B\":2}").unwrap_err();
        assert!(error.to_string().starts_with("2:8: "), "{error}");
        assert!(error.to_string().contains("line 2, column 2"), "{error}");
    }

    #[test]
    fn inserts_are_carried_out_and_other_requests_refused() {
        let insert =
            r#"{"seq":7,"method":"POST","path":"/profiles/A%20b/extensions","body":{"Phone":[]},"crc":"0"}"#;
        let other = r#"{"method":"DELETE","path":"/profiles/A"}"#;
        let items = read(&format!("[{insert},{other}]")).unwrap();
        assert!(matches!(&items[0].content, Content::Insert(id, _) if id.as_str() == "A b"));
        assert!(matches!(&items[1].content, Content::Refused(_, reason) if reason.contains("inserts")));
        assert_eq!(items[1].place(), "1: request 2");
        let again = String::from_utf8(items[0].to_line()).unwrap();
        assert_eq!(read(&again).unwrap()[0].content, items[0].content);
    }
}
