use super::super::disk::{Access, Disk, DiskFile, Lock};
use super::super::glance::Glance;
use super::super::line::Line;
use super::*;
use crate::model::json::{Json, View};
use crate::model::request::Request;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ffi::OsString;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

const STORE: &str = "0123456789abcdef0123456789abcdef";

type Content = Arc<Mutex<Vec<u8>>>;

/// Files in memory, of which the operation after so many fails.
#[derive(Default)]
struct Memory {
    files: Mutex<BTreeMap<PathBuf, Content>>,
    left: Arc<Mutex<Option<usize>>>,
}

impl Memory {
    fn count(left: &Mutex<Option<usize>>) -> io::Result<()> {
        match left.lock().unwrap().as_mut() {
            Some(0) => Err(io::Error::other("full")),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn bytes(&self, name: &str) -> Vec<u8> {
        self.files.lock().unwrap()[Path::new(name)].lock().unwrap().clone()
    }

    fn put(&self, name: &str, bytes: Vec<u8>) {
        self.files.lock().unwrap().insert(name.into(), Arc::new(Mutex::new(bytes)));
    }

    fn names(&self) -> Vec<OsString> {
        self.files.lock().unwrap().keys().map(|path| path.file_name().unwrap().to_owned()).collect()
    }
}

struct MemoryFile(Content, Arc<Mutex<Option<usize>>>);

impl Disk for Memory {
    fn open(&self, path: &Path, access: Access) -> io::Result<Box<dyn DiskFile>> {
        Self::count(&self.left)?;
        let mut files = self.files.lock().unwrap();
        if access == Access::Make {
            files.entry(path.to_owned()).or_default();
        }
        let file = files.get(path).ok_or(io::ErrorKind::NotFound)?;
        Ok(Box::new(MemoryFile(Arc::clone(file), Arc::clone(&self.left))))
    }

    fn list(&self, _: &Path) -> io::Result<Vec<OsString>> {
        Ok(self.names())
    }

    fn create_folder(&self, _: &Path) -> io::Result<()> {
        Ok(())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        Self::count(&self.left)?;
        let mut files = self.files.lock().unwrap();
        let file = files.remove(from).ok_or(io::ErrorKind::NotFound)?;
        files.insert(to.to_owned(), file);
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.files.lock().unwrap().remove(path).map(drop).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn sync_folder(&self, _: &Path) -> io::Result<()> {
        Ok(())
    }

    fn try_lock(&self, _: &Path) -> io::Result<Option<Lock>> {
        Ok(None)
    }
}

impl DiskFile for MemoryFile {
    fn size(&self) -> io::Result<u64> {
        Ok(self.0.lock().unwrap().len() as u64)
    }

    fn read_at(&self, offset: u64, most: usize) -> io::Result<Vec<u8>> {
        let bytes = self.0.lock().unwrap();
        let from = bytes.len().min(bytes::size(offset));
        Ok(bytes[from..bytes.len().min(from + most)].to_vec())
    }

    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        Memory::count(&self.1)?;
        let mut to = self.0.lock().unwrap();
        let start = bytes::size(offset);
        let end = start + bytes.len();
        if to.len() < end {
            to.resize(end, 0);
        }
        to[start..end].copy_from_slice(bytes);
        Ok(())
    }

    fn truncate(&mut self, size: u64) -> io::Result<()> {
        self.0.lock().unwrap().truncate(bytes::size(size));
        Ok(())
    }

    fn sync_data(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn is_linked(&self) -> io::Result<bool> {
        Ok(true)
    }
}

/// A journal: where its lines begin, and the lines.
#[derive(Clone, Debug)]
struct Journal(Vec<(Position, Line)>);

impl Journal {
    /// Lines over two segments.
    fn new(requests: Vec<Request>) -> Self {
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

    fn building(&self, range: Range<usize>) -> Building {
        let mut building = Building::new(Key::new(STORE));
        for (at, line) in &self.0[range] {
            building.add(*at, &Glance::of(line.to_text().as_bytes()).unwrap());
        }
        building
    }

    fn cover(&self, range: Range<usize>) -> Cover {
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

    fn run(&self, disk: &dyn Disk, range: Range<usize>) -> Run {
        self.building(range.clone()).write(disk, Path::new(""), &self.cover(range)).unwrap()
    }
}

/// What an index is asked for, and what it says.
#[derive(Debug, PartialEq, Eq)]
struct Answers {
    marks: BTreeMap<String, Vec<Mark>>,
    exact: BTreeMap<String, Vec<Position>>,
    schemas: Vec<Position>,
    names: Option<BTreeSet<String>>,
}

const IDS: [&str; 4] = ["A", "b/ü", "王", "Nobody"];
const VALUES: [&str; 4] = ["a@x", "Ü@ß.de", "\"@\\", "no@body"];

impl Answers {
    fn model(journal: &Journal) -> Self {
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

    fn building(of: &Building) -> Self {
        let marks = |id: &&str| (id.to_string(), of.marks(&CustomerId::new(id).unwrap()).collect::<Vec<_>>());
        let exact = |value: &&str| (value.to_string(), of.exact(value).collect());
        Self {
            marks: IDS.iter().map(marks).collect(),
            exact: VALUES.iter().map(exact).collect(),
            schemas: of.schema_lines().to_vec(),
            names: of.core_names().cloned(),
        }
    }

    fn run(of: &Run) -> io::Result<Self> {
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
fn texts(view: View<'_>) -> Vec<String> {
    let inside = view.members().map(|(_, value)| value).chain(view.elements());
    let mut all: Vec<String> = inside.flat_map(texts).collect();
    match view.text() {
        Some(text) => all.push(text.into_owned()),
        None if !view.as_str().starts_with(['{', '[', 'n']) => all.push(view.as_str().to_owned()),
        None => {}
    }
    all
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// A number is looked for by its digits.
fn needle(text: &str) -> (Needle, Option<String>) {
    let is_number = text.chars().all(|c| c.is_ascii_digit() || " +-./()".contains(c));
    let digits = Some(digits(text)).filter(|digits| is_number && !digits.is_empty());
    (Needle::new(text, digits.as_deref()), digits)
}

fn holds(line: &Line, text: &str, of: Option<&str>) -> bool {
    let texts = line.request.body().map(|body| texts(body.view())).unwrap_or_default();
    texts.iter().any(|value| match of {
        Some(number) => digits(value).contains(number),
        None => value.to_lowercase().contains(&text.to_lowercase()),
    })
}

fn value() -> impl Strategy<Value = String> {
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

fn body(id: Option<&'static str>) -> impl Strategy<Value = Json> {
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

fn request() -> impl Strategy<Value = Request> {
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

fn journal() -> impl Strategy<Value = Journal> {
    prop::collection::vec(request(), 1..40).prop_map(Journal::new)
}

proptest! {
    #[test]
    fn a_glance_sees_what_the_request_says(request in request()) {
        let line = Line { seq: u64::MAX, at: "\"\\".into(), by: "\u{1}\"body\":".into(), request };
        let text = line.to_text();
        let glance = Glance::of(text.as_bytes()).unwrap();
        let request = &line.request;
        prop_assert_eq!(glance.seq, line.seq);
        prop_assert_eq!((glance.method, glance.path.to_owned()), (request.method().as_str(), request.path()));
        prop_assert_eq!(glance.body, request.body().map(Json::as_str));
        prop_assert_eq!(glance.customers().cloned().collect::<Vec<_>>(), request.customers());
    }

    #[test]
    fn any_line_is_glanced_at_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200), cut in 0..200_usize) {
        let body = String::from_utf8_lossy(&bytes);
        let text = super::super::line::sealed(format!("{{\"seq\":1,\"at\":\"\",\"by\":\"\",\"method\":\"POST\",\"path\":\"/profiles\",\"body\":{body}"));
        for line in [text.as_bytes(), &bytes, &text.as_bytes()[cut.min(text.len())..]] {
            if let Some(glance) = Glance::of(line) {
                Building::new(Key::new(STORE)).add(Position::new(1, 0), &glance);
            }
        }
    }

    #[test]
    fn memory_and_runs_and_joined_runs_say_the_same(journal in journal(), cuts in prop::collection::btree_set(1..40_usize, 0..4)) {
        let all = journal.0.len();
        let model = Answers::model(&journal);
        let whole = journal.building(0..all);
        prop_assert_eq!(&Answers::building(&whole), &model);
        let disk = Memory::default();
        prop_assert_eq!(&Answers::run(&journal.run(&disk, 0..all)).unwrap(), &model);
        let ends: Vec<usize> = cuts.into_iter().filter(|cut| *cut < all).chain([all]).collect();
        let starts = std::iter::once(0).chain(ends.iter().copied());
        let mut runs: Vec<Run> = starts.zip(&ends).map(|(from, to)| journal.run(&disk, from..*to)).collect();
        let at_once = join(&disk, Path::new(""), &runs.iter().collect::<Vec<_>>()).unwrap();
        prop_assert_eq!(&Answers::run(&at_once).unwrap(), &model);
        while runs.len() > 1 {
            let (newer, older) = (runs.pop().unwrap(), runs.pop().unwrap());
            runs.push(join(&disk, Path::new(""), &[&older, &newer]).unwrap());
        }
        prop_assert_eq!(&Answers::run(&runs[0]).unwrap(), &model);
        prop_assert_eq!(at_once.lines(), all as u64);
        prop_assert_eq!(at_once.cover(), &journal.cover(0..all));
    }

    #[test]
    fn no_line_with_the_text_is_missed(journal in journal(), text in any::<String>(), from in 0..30_usize, length in 1..9_usize) {
        let disk = Memory::default();
        let all = journal.0.len();
        let building = journal.building(0..all);
        let half = all.div_ceil(2);
        let run = if half == all { journal.run(&disk, 0..all) } else {
            join(&disk, Path::new(""), &[&journal.run(&disk, 0..half), &journal.run(&disk, half..all)]).unwrap()
        };
        let part = |text: String| text.chars().skip(from % text.chars().count().max(1)).take(length).collect();
        let texts = journal.0.iter().flat_map(|(_, line)| texts(line.request.body().unwrap_or(&Json::null()).view()));
        let parts: Vec<String> = texts.flat_map(|text| [digits(&text), text.to_uppercase(), text]).map(part).chain([text]).collect();
        for text in parts {
            let (needle, number) = needle(&text);
            for ranges in [building.candidates(&needle), run.candidates(&needle).unwrap()] {
                for (at, line) in &journal.0 {
                    let there = ranges.iter().any(|range| range.contains(at));
                    let is_schema = matches!(line.request, Request::CreateSchema(_));
                    prop_assert!(there || is_schema || !holds(line, &text, number.as_deref()), "{:?} in {:?}", text, line);
                }
            }
        }
    }
}
