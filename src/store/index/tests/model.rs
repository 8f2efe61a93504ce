//! A journal, and what it says of what an index is asked for.

use super::super::{Building, Cover, Key, Mark, Needle, Run};
use crate::model::json::{Json, View};
use crate::model::profile::CustomerId;
use crate::model::request::Request;
use crate::store::disk::Disk;
use crate::store::glance::Glance;
use crate::store::line::Line;
use crate::store::position::Position;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;
use std::ops::Range;
use std::path::Path;

pub const STORE: &str = "0123456789abcdef0123456789abcdef";

/// A journal: where its lines begin, and the lines.
#[derive(Clone, Debug)]
pub struct Journal(pub Vec<(Position, Line)>);

impl Journal {
    /// Lines over two segments.
    pub fn new(requests: Vec<Request>) -> Self {
        let (mut at, mut lines) = (Position::new(1, 100), Vec::new());
        let half = requests.len() / 2;
        for (number, request) in requests.into_iter().enumerate() {
            let line =
                Line { seq: number as u64 + 1, at: "2026-11-24".into(), by: "a \"b\"".into(), request };
            if number == half {
                at = Position::new(2, 90);
            }
            let next = Position::new(at.segment(), at.offset() + line.to_text().len() as u64 + 1);
            lines.push((at, line));
            at = next;
        }
        Self(lines)
    }

    fn end(&self, of: usize) -> Position {
        let (at, line) = &self.0[of];
        Position::new(at.segment(), at.offset() + line.to_text().len() as u64 + 1)
    }

    pub fn building(&self, range: Range<usize>) -> Building {
        let mut building = Building::new(Key::new(STORE));
        for (at, line) in &self.0[range] {
            building.add(*at, &Glance::of(line.to_text().as_bytes()).unwrap());
        }
        building
    }

    pub fn cover(&self, range: Range<usize>) -> Cover {
        Cover {
            store: STORE.into(),
            from: self.0[range.start].0,
            to: self.end(range.end - 1),
            first_seq: range.start as u64 + 1,
            last_seq: range.end as u64,
            segments: vec![(1, 7), (2, 8)],
            last: 9,
        }
    }

    pub fn run(&self, disk: &dyn Disk, range: Range<usize>) -> Run {
        self.building(range.clone()).write(disk, Path::new(""), &self.cover(range)).unwrap()
    }
}

/// What an index is asked for, and what it says.
#[derive(Debug, PartialEq, Eq)]
pub struct Answers {
    marks: BTreeMap<String, Vec<Mark>>,
    exact: BTreeMap<String, Vec<Position>>,
    schemas: Vec<Position>,
    names: Option<BTreeSet<String>>,
}

pub const IDS: [&str; 5] = ["A", "b/ü", "王", "gone", "Nobody"];
pub const VALUES: [&str; 4] = ["a@x", "Ü@ß.de", "\"@\\", "no@body"];

impl Answers {
    pub fn model(journal: &Journal) -> Self {
        let (mut marks, mut exact) = (HashMap::<_, Vec<_>>::new(), HashMap::<_, Vec<_>>::new());
        let (mut schemas, mut names) = (Vec::new(), BTreeSet::new());
        for (position, line) in journal.0.iter().rev() {
            let request = &line.request;
            let begins = matches!(request, Request::CreateProfile(_) | Request::Checkpoint(..));
            for (number, id) in request.customers().into_iter().enumerate() {
                let gone = matches!(request, Request::DeleteProfile(_)) || number == 1;
                let mark = Mark { position: *position, begins, gone };
                marks.entry(id.to_string()).or_default().push(mark);
            }
            if matches!(request, Request::CreateSchema(_) | Request::DeleteSchema(_)) {
                schemas.insert(0, *position);
                continue;
            }
            let texts = request.body().map(|body| texts(body.view())).unwrap_or_default();
            for text in texts.into_iter().map(|text| text.to_lowercase()).collect::<BTreeSet<_>>() {
                exact.entry(text).or_default().push(*position);
            }
            if let Request::CreateProfile(body)
            | Request::UpdateProfile(_, body)
            | Request::Checkpoint(_, body) = request
            {
                let is_core = |value: View<'_>| {
                    !value.as_str().starts_with('{')
                        && value.elements().all(|v| !v.as_str().starts_with(['{', '[']))
                };
                let members = body.view().members().filter(|(_, value)| is_core(*value));
                names.extend(members.map(|(name, _)| name.decoded().to_lowercase()));
            }
        }
        names.remove("customer_id");
        let of = |id: &&str| (id.to_string(), marks.remove(*id).unwrap_or_default());
        let marks = IDS.iter().map(of).collect();
        let of = |value: &&str| (value.to_string(), exact.remove(&value.to_lowercase()).unwrap_or_default());
        let exact = VALUES.iter().map(of).collect();
        Self { marks, exact, schemas, names: Some(names) }
    }

    pub fn building(of: &Building) -> Self {
        let marks = |id: &&str| (id.to_string(), of.marks(&CustomerId::new(id).unwrap()).collect::<Vec<_>>());
        let exact = |value: &&str| (value.to_string(), of.exact(value).collect());
        Self {
            marks: IDS.iter().map(marks).collect(),
            exact: VALUES.iter().map(exact).collect(),
            schemas: of.schema_lines().to_vec(),
            names: of.core_names().cloned(),
        }
    }

    pub fn run(of: &Run) -> io::Result<Self> {
        let marks = |id: &&str| {
            Ok((id.to_string(), of.marks(&CustomerId::new(id).unwrap())?.collect::<io::Result<Vec<_>>>()?))
        };
        let exact = |value: &&str| Ok((value.to_string(), of.exact(value)?.collect::<io::Result<Vec<_>>>()?));
        Ok(Self {
            marks: IDS.iter().map(marks).collect::<io::Result<_>>()?,
            exact: VALUES.iter().map(exact).collect::<io::Result<_>>()?,
            schemas: of.schema_lines()?,
            names: of.core_names()?,
        })
    }
}

/// Every value of a body, as find sees them.
pub fn texts(view: View<'_>) -> Vec<String> {
    let inside = view.members().map(|(_, value)| value).chain(view.elements());
    let mut all: Vec<String> = inside.flat_map(texts).collect();
    match view.text() {
        Some(text) => all.push(text.into_owned()),
        None if !view.as_str().starts_with(['{', '[', 'n']) => all.push(view.as_str().to_owned()),
        None => {}
    }
    all
}

pub fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// A number is looked for by its digits.
pub fn needle(text: &str) -> (Needle, Option<String>) {
    let is_number = text.chars().all(|c| c.is_ascii_digit() || " +-./()".contains(c));
    let digits = Some(digits(text)).filter(|digits| is_number && !digits.is_empty());
    (Needle::new(text, digits.as_deref()), digits)
}

pub fn holds(line: &Line, text: &str, of: Option<&str>) -> bool {
    let texts = line.request.body().map(|body| texts(body.view())).unwrap_or_default();
    texts.iter().any(|value| match of {
        Some(number) => digits(value).contains(number),
        None => value.to_lowercase().contains(&text.to_lowercase()),
    })
}

pub fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(VALUES.to_vec()).prop_map(crate::model::json::quoted),
        prop::sample::select(vec![
            r#""+49 (30) 1234-567""#,
            r#""\u0041\u0062C\/ \ud83d\ude00 n""#,
            r#""ΟΔΥΣΣΕΥΣ Straße İ""#,
            "12345.678e10",
            "true",
            "null",
            "-1",
            r#""""#,
        ])
        .prop_map(str::to_owned),
        any::<String>().prop_map(|text| crate::model::json::quoted(&text)),
        "[0-9+ ()/-]{0,14}".prop_map(|text| crate::model::json::quoted(&text)),
    ]
}

pub fn body(id: Option<&'static str>) -> impl Strategy<Value = Json> {
    let member =
        (prop::sample::select(vec!["mail", "E\\u006dail", "n ame", "Π", "phone"]), value(), 0..5_usize);
    prop::collection::btree_map(0..5_usize, member, 0..5).prop_map(move |members| {
        let id = id.map(|id| format!("\"Custom\\u0065r_ID\":{}", crate::model::json::quoted(id)));
        let shaped = members.into_values().enumerate().map(|(number, (name, value, shape))| {
            let value = match shape {
                0 => format!("[{value},1]"),
                1 => format!("[{{\"{name}\":{value},\"x\":[{value}]}}]"),
                2 => format!("{{\"customer_id\":{value}}}"),
                _ => value,
            };
            format!("\"{name}{number}\":{value}")
        });
        let members: Vec<String> = shaped.chain(id).collect();
        Json::parse(&format!("{{{}}}", members.join(","))).unwrap()
    })
}

pub fn request() -> impl Strategy<Value = Request> {
    (prop::sample::select(IDS[..3].to_vec()), 0..10_usize).prop_flat_map(|(id, kind)| {
        body((kind < 2).then_some(id)).prop_map(move |body| {
            let customer = CustomerId::new(id).unwrap();
            match kind {
                0 => Request::CreateProfile(body),
                1 => Request::Checkpoint(customer, body),
                2 => Request::UpdateProfile(customer, body),
                3 => Request::DeleteProfile(customer),
                4 => Request::MergeProfiles { dst: customer, src: CustomerId::new("gone").unwrap(), body },
                5 => Request::UpdateRecord(customer, "by/ unique".into(), body),
                6 => Request::DeleteRecord(customer, "Phone".into(), body),
                7 => Request::CreateSchema(body),
                8 => Request::DeleteSchema("extensions".into()),
                _ => Request::InsertRecords(customer, body),
            }
        })
    })
}

pub fn journal() -> impl Strategy<Value = Journal> {
    prop::collection::vec(request(), 1..40).prop_map(Journal::new)
}
