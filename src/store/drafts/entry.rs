//! One line of a drafts file, to bytes and back.

use super::DraftKey;
use crate::model::json::{Json, View};
use crate::model::request::encode;
use crate::store::line::{Frame, LineError, sealed};
use percent_encoding::percent_decode_str;

/// Who the lines say wrote them: the folder is one person's, so no name is needed.
const BY: &str = "window";

/// What a line says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// `PUT /x/drafts/<customer>`: a draft starts from this base, or stands at these edits of it.
    Begin { key: DraftKey, base: Json, edits: Option<Json> },
    /// `POST /x/drafts/<customer>/edits`: the whole edits as of now.
    Edits { key: DraftKey, edits: Json },
    /// `DELETE /x/drafts/<customer>?target=…`: sent or thrown away.
    Done { key: DraftKey },
}

/// The header line of a drafts file, without its newline.
pub fn header(name: &str) -> String {
    sealed(format!("{{\"format\":1,\"drafts\":\"{name}\""))
}

impl Entry {
    /// The line without its newline.
    pub fn to_text(&self, seq: u64, at: &str) -> String {
        let (method, path, body) = match self {
            Self::Begin { key, base, edits } => ("PUT", path(key), Some(begun(key, base, edits.as_ref()))),
            Self::Edits { key, edits } => {
                ("POST", format!("{}/edits", path(key)), Some(object(key, [("\"edits\"", edits.view())])))
            }
            Self::Done { key } => ("DELETE", format!("{}?target={}", path(key), encode(&key.target)), None),
        };
        Frame { seq, at: at.into(), by: BY.into(), method: method.into(), path, body }.to_text()
    }

    /// Reads a line without its newline: what it says, and when it was written.
    pub fn from_bytes(bytes: &[u8]) -> Result<(Self, String), LineError> {
        let Frame { at, method, path, body, .. } = Frame::from_bytes(bytes)?;
        let entry = Self::from_parts(&method, &path, body.as_ref());
        entry.map(|entry| (entry, at)).ok_or_else(|| {
            LineError::Content(format!("it is a {method} that this program does not know in a drafts file"))
        })
    }

    fn from_parts(method: &str, path: &str, body: Option<&Json>) -> Option<Self> {
        let rest = path.strip_prefix("/x/drafts/")?;
        let member = |name: &str| body.and_then(|body| body.view().get(name)).map(View::to_json);
        let key = |customer: &str| {
            let target = body?.view().get("target")?.text()?.into_owned();
            Some(DraftKey { target, customer: decoded(customer)? })
        };
        match method {
            "PUT" => Some(Self::Begin { key: key(rest)?, base: member("base")?, edits: member("edits") }),
            "POST" => Some(Self::Edits { key: key(rest.strip_suffix("/edits")?)?, edits: member("edits")? }),
            "DELETE" => {
                let (customer, target) = rest.split_once("?target=")?;
                Some(Self::Done { key: DraftKey { target: decoded(target)?, customer: decoded(customer)? } })
            }
            _ => None,
        }
    }
}

fn path(key: &DraftKey) -> String {
    format!("/x/drafts/{}", encode(&key.customer))
}

fn decoded(segment: &str) -> Option<String> {
    percent_decode_str(segment).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

fn begun(key: &DraftKey, base: &Json, edits: Option<&Json>) -> Json {
    let edits = edits.map(|edits| ("\"edits\"", edits.view()));
    object(key, std::iter::once(("\"base\"", base.view())).chain(edits))
}

fn object<'m>(key: &DraftKey, members: impl IntoIterator<Item = (&'m str, View<'m>)>) -> Json {
    let target = Json::string(&key.target);
    let members: Vec<(&str, View<'_>)> = members.into_iter().collect();
    Json::object(std::iter::once(("\"target\"", target.view())).chain(members))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::json::MAX_DEPTH;
    use proptest::prelude::*;

    fn entries(target: &str, customer: &str, base: &Json, edits: &Json) -> [Entry; 4] {
        let key = DraftKey { target: target.into(), customer: customer.into() };
        [
            Entry::Begin { key: key.clone(), base: base.clone(), edits: None },
            Entry::Begin { key: key.clone(), base: base.clone(), edits: Some(edits.clone()) },
            Entry::Edits { key: key.clone(), edits: edits.clone() },
            Entry::Done { key },
        ]
    }

    #[test]
    fn the_lines_look_as_the_format_says() {
        let json = Json::parse(r#"{"n":10.10}"#).unwrap();
        let texts = entries("/a b", "A/1", &json, &json).map(|entry| entry.to_text(2, "now"));
        assert!(texts[0].starts_with(r#"{"seq":2,"at":"now","by":"window","method":"PUT","path":"/x/drafts/A%2F1","body":{"target":"/a b","base":{"n":10.10}},"crc":""#));
        assert!(texts[2].contains(
            r#""method":"POST","path":"/x/drafts/A%2F1/edits","body":{"target":"/a b","edits":{"n":10.10}}"#
        ));
        assert!(texts[3].contains(r#""method":"DELETE","path":"/x/drafts/A%2F1?target=%2Fa%20b","crc":""#));
    }

    #[test]
    fn the_deepest_draft_comes_back() {
        let deep = format!("{}{}", "[".repeat(MAX_DEPTH), "]".repeat(MAX_DEPTH));
        let deep = Json::parse(&deep).unwrap();
        for entry in entries("t", "c", &deep, &deep) {
            assert_eq!(Entry::from_bytes(entry.to_text(1, "").as_bytes()).unwrap().0, entry);
        }
    }

    proptest! {
        #[test]
        fn any_entry_comes_back_on_one_line(target: String, customer: String, typed: String, at: String) {
            let typed = Json::string(&typed);
            for entry in entries(&target, &customer, &Json::null(), &typed) {
                let text = entry.to_text(7, &at);
                prop_assert!(!text.contains('\n'));
                prop_assert_eq!(Entry::from_bytes(text.as_bytes()).unwrap(), (entry, at.clone()));
            }
        }
    }
}
