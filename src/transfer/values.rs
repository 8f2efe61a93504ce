//! Reads a file for import whose values go over several lines: item by item all the same, so that no array and no document is
//! too long. Where an error stands, nothing behind it is read.

use super::lines::ReadError;
use super::read::{Content, Counts, Item, one};
use super::text::{PIECE, Place, Text, Unlike, behind, prefix};
use crate::model::json::{Json, JsonProblem, folded, same_name};
use crate::model::profile::CUSTOMER_ID;
use std::io::{Read, Seek};

/// The items of values that are apart by a line break: an array or a document gives many, any other value is one.
pub(super) struct Values<R> {
    text: Text<R>,
    counts: Counts,
    inside: Inside,
    /// Whether nothing was read of what it is inside of, or of the file.
    first: bool,
    document: Document,
}

/// What stands next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Inside {
    /// A value of the file.
    File,
    /// A value of an array.
    Array,
    /// A member of a document.
    Document,
    /// A value of one of its lists.
    List(List),
    /// Nothing.
    Ended,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum List {
    Schemas,
    Profiles,
}

/// The document that is being read. Its profiles need its schemas: where they stand first, it is read twice.
#[derive(Default)]
struct Document {
    /// The names so far, folded, and where they stand.
    names: Vec<(String, Place)>,
    read: Reading,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Reading {
    #[default]
    Once,
    /// For its schemas; its profiles are passed over and begin there.
    Schemas(Place),
    /// Again for its profiles; its schemas are passed over.
    Profiles,
}

impl<R: Read + Seek> Values<R> {
    /// The items of `reader` from `at` on, none larger than `limit` bytes.
    pub fn new(reader: R, at: Place, limit: usize) -> Result<Self, ReadError> {
        Self::by_pieces(reader, at, limit, PIECE)
    }

    fn by_pieces(reader: R, at: Place, limit: usize, piece: usize) -> Result<Self, ReadError> {
        let text = Text::new(reader, at, limit, piece)?;
        let (counts, document) = (Counts::default(), Document::default());
        Ok(Self { text, counts, inside: Inside::File, first: true, document })
    }

    /// The next item; `None` at the end.
    pub fn next(&mut self) -> Result<Option<Item>, ReadError> {
        while self.inside != Inside::Ended {
            let item = match self.inside {
                Inside::File => self.file()?,
                Inside::Array => self.element(Inside::File, None)?,
                Inside::List(list) => self.element(Inside::Document, Some(list))?,
                Inside::Document => self.member()?,
                Inside::Ended => None,
            };
            if item.is_some() {
                return Ok(item);
            }
        }
        Ok(None)
    }

    fn enter(&mut self, inside: Inside) {
        self.text.take_one();
        (self.inside, self.first) = (inside, true);
    }

    /// Back behind what ends here.
    fn leave(&mut self, outer: Inside) {
        self.text.take_one();
        (self.inside, self.first) = (outer, false);
    }

    fn file(&mut self) -> Result<Option<Item>, ReadError> {
        let (next, broken) = self.text.peek()?;
        let Some(next) = next else {
            self.inside = Inside::Ended;
            return Ok(None);
        };
        if !self.first && !broken {
            return Err(self.text.expected("the end of the text"));
        }
        self.first = false;
        if next == '[' {
            self.enter(Inside::Array);
        } else if self.text.ahead(is_document)? == Some(true) {
            self.document = Document::default();
            self.enter(Inside::Document);
        } else {
            return self.item(one).map(Some);
        }
        Ok(None)
    }

    fn item(&mut self, content: impl Fn(Json) -> Content) -> Result<Item, ReadError> {
        self.text.peek()?;
        let line = self.text.place().line;
        let content = content(self.text.value()?);
        Ok(Item { line, number: self.counts.number(&content), content })
    }

    /// A value of the list that it is inside of, or its end.
    fn element(&mut self, outer: Inside, list: Option<List>) -> Result<Option<Item>, ReadError> {
        if !self.goes_on(']', "`,` or `]`")? {
            self.leave(outer);
            return Ok(None);
        }
        let passed_over = match self.document.read {
            Reading::Once => false,
            Reading::Schemas(_) => list == Some(List::Profiles),
            Reading::Profiles => list == Some(List::Schemas),
        };
        if passed_over {
            self.text.value()?;
            return Ok(None);
        }
        match list {
            Some(List::Schemas) => self.item(Content::Schema).map(Some),
            _ => self.item(one).map(Some),
        }
    }

    /// Takes the comma before another value; `false` at the end.
    fn goes_on(&mut self, end: char, expected: &'static str) -> Result<bool, ReadError> {
        match self.text.peek()?.0 {
            Some(next) if next == end && self.first => return Ok(false),
            _ if self.first => self.first = false,
            Some(next) if next == end => return Ok(false),
            Some(',') => self.text.take_one(),
            _ => return Err(self.text.expected(expected)),
        }
        Ok(true)
    }

    /// A member of a document, or its end.
    fn member(&mut self) -> Result<Option<Item>, ReadError> {
        if !self.goes_on('}', "`,` or `}`")? {
            self.end_of_document()?;
            return Ok(None);
        }
        let name = self.name()?;
        let opens = self.text.peek()?.0 == Some('[');
        if opens && same_name(&name, "schemas") {
            self.enter(Inside::List(List::Schemas));
        } else if opens && same_name(&name, "profiles") {
            if self.document.read == Reading::Once && !self.document.has("schemas") {
                self.document.read = Reading::Schemas(self.text.place());
            }
            self.enter(Inside::List(List::Profiles));
        } else {
            self.text.value()?; // somebody else's
        }
        Ok(None)
    }

    fn name(&mut self) -> Result<String, ReadError> {
        if self.text.peek()?.0 != Some('"') {
            return Err(self.text.expected("a name in double quotes"));
        }
        let at = self.text.place();
        let name = self.text.value()?.view().text().unwrap_or_default().into_owned();
        self.document.meet(&name, at)?;
        if self.text.peek()?.0 != Some(':') {
            return Err(self.text.expected("`:`"));
        }
        self.text.take_one();
        Ok(name)
    }

    fn end_of_document(&mut self) -> Result<(), ReadError> {
        if let Reading::Schemas(profiles) = self.document.read {
            self.text.go_to(profiles)?;
            self.text.peek()?;
            self.document = Document { names: Vec::new(), read: Reading::Profiles };
            self.enter(Inside::List(List::Profiles));
        } else {
            self.document = Document::default();
            self.leave(Inside::File);
        }
        Ok(())
    }
}

impl Document {
    fn has(&self, name: &str) -> bool {
        self.names.iter().any(|(met, _)| met == name)
    }

    /// Notes a name. One that stands there already is an error, and so is that of a customer: it is no document then.
    fn meet(&mut self, name: &str, at: Place) -> Result<(), ReadError> {
        let folded = folded(name);
        if let Some((_, first)) = self.names.iter().find(|(met, _)| *met == folded) {
            return Err(ReadError::Json(at.error(JsonProblem::DuplicateName {
                name: name.to_owned(),
                first_offset: first.offset,
                first_line: first.line,
                first_column: first.column,
            })));
        }
        if folded == CUSTOMER_ID {
            return Err(ReadError::Document(at.line, at.column));
        }
        self.names.push((folded, at));
        Ok(())
    }
}

/// Whether a text begins with a document: an object with a list of schemas or profiles, and no customer's ID before it. `None`
/// where the text ends too early to tell.
pub(super) fn is_document(text: &str) -> Option<bool> {
    match has_list(text) {
        Ok(has) => Some(has),
        Err(Unlike::Wrong) => Some(false),
        Err(Unlike::Cut) => None,
    }
}

fn has_list(text: &str) -> Result<bool, Unlike> {
    let mut rest = behind('{', text)?;
    loop {
        let (name, after_name) = prefix(rest)?;
        let name = name.view().text().ok_or(Unlike::Wrong)?.into_owned();
        rest = behind(':', after_name)?;
        if same_name(&name, CUSTOMER_ID) {
            return Ok(false);
        }
        if ["schemas", "profiles"].iter().any(|list| same_name(&name, list)) {
            match behind('[', rest) {
                Err(Unlike::Wrong) => {}
                opens => return opens.map(|_| true),
            }
        }
        rest = behind(',', prefix(rest)?.1)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transfer::read::read;
    use proptest::prelude::*;
    use std::io::Cursor;

    fn places(text: &str) -> Vec<String> {
        read(text).unwrap().iter().map(Item::place).collect()
    }

    fn error(text: &str) -> String {
        read(text).unwrap_err().to_string()
    }

    #[test]
    fn a_document_gives_its_schemas_first_wherever_they_stand() {
        let document = r#"{"a":[{}],
 "profiles":[{"customer_id":"A"},
  {"method":"x","path":"y"}], "b":{"profiles":[1]},
 "Schemas":[{"name":"S"}] , "c":1}
{"customer_id":"B","profiles":[{}]}"#;
        assert_eq!(places(document), ["4: schema 1", "2: profile 1", "3: request 1", "5: profile 2"]);
        assert_eq!(places("{\"profiles\":[{}]}\n[{},{}]"), ["1: profile 1", "2: profile 2", "2: profile 3"]);
        assert_eq!(places("{\"schemas\":[],\"profiles\":[ ]}"), [""; 0]);
    }

    #[test]
    fn what_is_wrong_in_a_document_has_its_place() {
        let place = |text: &str| error(text).split(": ").next().unwrap().to_owned();
        for (text, at) in [
            ("{\"schemas\":[],\n \"profiles\":[{}\n{}]}", "3:1"),
            ("{\"schemas\":[],\n \"SCHEMAS\":[]}", "2:2"),
            ("{\"profiles\":[\n {\"é\":\"ü\", x}]}", "2:12"),
            ("{\"profiles\":[],}", "1:16"),
            ("[{},]", "1:5"),
            ("[{}] {}", "1:6"),
            ("[{\"a\":1,\n\"A\":2}]", "2:1"),
            ("{\"profiles\":[{}],\n\"customer_id\":\"A\"}", "2:1"),
            ("[\n{},", "2:4"),
        ] {
            assert_eq!(place(text), at, "{text}: {}", error(text));
        }
        assert!(error("{\"schemas\":[],\n \"SCHEMAS\":[]}").contains("line 1, column 2"));
        assert!(error("[{\"a\":1,\n\"A\":2}]").contains("line 1, column 3"));
    }

    /// All items up to the end or an error, which is told last.
    fn told(text: &str, piece: usize) -> Vec<String> {
        let mut values = Values::by_pieces(Cursor::new(text), Place::START, 1 << 20, piece).unwrap();
        let mut told = Vec::new();
        loop {
            match values.next() {
                Ok(Some(item)) => told.push(format!("{item:?}")),
                Ok(None) => return told,
                Err(error) => {
                    told.push(error.to_string());
                    return told;
                }
            }
        }
    }

    const TEXT: &str = r#"[ {"customer_id":"Ä","é":[-0.5E+10,true,null,"\ud83d\ude00\n"]},
 {} , "x", false,[1,[]]
,{"profiles":[{}]}]
{"note": 1.5 , "profiles" : [ {"a":"ü\u00e9"},
{"method":"GET","path":"/"}],"schemas":[{"name":"S"}]}
{"customer_id":"B","schemas":[1]}
12
"#;

    proptest! {
        /// Wherever a text is cut into pieces, the same comes of it, be it right or wrong.
        #[test]
        fn pieces_do_not_matter(
            at in 0..TEXT.chars().count(),
            instead in prop::option::of(prop::sample::select(vec!["", "\"", "{", "}", "]", ",", ":", "\\", "\n", "é", "1", "e", " "])),
            piece in 1..60_usize,
        ) {
            let mut characters: Vec<String> = TEXT.chars().map(String::from).collect();
            if let Some(instead) = instead {
                characters[at] = instead.into();
            }
            let text = characters.concat();
            prop_assert_eq!(told(&text, piece), told(&text, PIECE));
            if let (Err(whole), array) = (Json::parse(&text[..text.find("\n{\"note").unwrap_or(0)]), told(&text, PIECE)) {
                let place = format!("{}:{}: ", whole.line, whole.column);
                let is_at_end = whole.to_string().contains("the end of the text");
                prop_assert!(is_at_end || array.last().unwrap().starts_with(&place), "{} {:?}", whole, array);
            }
        }
    }
}
