//! A store of several customers and segments to be damaged, and what it must show then.

use crate::faulty_disk::FaultyDisk;
use profile_desk::model::apply::{Reading, State, apply};
use profile_desk::model::json::Json;
use profile_desk::model::request::Request;
use profile_desk::store::Store;
use profile_desk::store::line::{CRC, Line, sealed};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;

/// When everything was done.
pub const AT: &str = "2026-11-24T09:30:00.000Z";
const STORE: &str = "5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f";

/// The customers with their profiles, and the schemas.
pub type Shown = (BTreeMap<String, String>, Vec<String>);

/// A store in a folder of its own, and its lines.
pub struct Made {
    folder: TempDir,
    pub lines: Vec<String>,
    segments: usize,
}

fn request(text: &str) -> Request {
    let json = Json::parse(text).unwrap();
    let member = |name: &str| json.view().get(name).unwrap().text().unwrap().into_owned();
    let body = json.view().get("body").map(profile_desk::model::json::View::to_json);
    Request::from_parts(&member("method"), &member("path"), body).unwrap()
}

/// What was done in the store: several customers, all that can be done to one, and schemas that come and go.
fn requests() -> Vec<Request> {
    let schema = |name: &str| {
        format!(
            r#"{{"method":"POST","path":"/metadata/profiles/extensions","body":{{"name":"{name}","type":"multi-valued","attributes":[{{"name":"PhoneType","type":"integer","mandatory":true}},{{"name":"number","type":"string"}}],"unique":["PhoneType"]}}}}"#
        )
    };
    let create = |id: &str| {
        format!(r#"{{"method":"POST","path":"/profiles","body":{{"customer_id":"{id}","name":"{id}"}}}}"#)
    };
    let insert = |id: &str, kind: u8, number: &str| {
        format!(
            r#"{{"method":"POST","path":"/profiles/{id}/extensions","body":{{"Phone":[{{"PhoneType":{kind},"number":"{number}"}}]}}}}"#
        )
    };
    let keyed = |id: &str, verb: &str, kind: u8| {
        format!(
            r#"{{"method":"PUT","path":"/profiles/{id}/extensions/Phone/{verb}","body":{{"PhoneType":{kind},"number":"9"}}}}"#
        )
    };
    let other = |text: &str| text.to_owned();
    let all = [
        schema("Phone"),
        create("A"),
        create("B"),
        insert("A", 1, "11"),
        insert("B", 1, "21"),
        schema("Mail"),
        insert("A", 2, "12"),
        create("C"),
        insert("C", 3, "33"),
        keyed("A", "by/unique", 2),
        keyed("B", "delete/by/unique", 1),
        insert("B", 2, "22"),
        other(r#"{"method":"PUT","path":"/profiles/B","body":{"name":"Bee","Mail":[{"PhoneType":7}]}}"#),
        other(r#"{"method":"PUT","path":"/profiles/A/merge/C","body":{}}"#),
        create("D"),
        insert("D", 1, "41"),
        other(r#"{"method":"DELETE","path":"/profiles/D"}"#),
        create("D"),
        insert("D", 2, "42"),
        other(r#"{"method":"DELETE","path":"/metadata/profiles/extensions/Mail"}"#),
        insert("A", 4, "14"),
        insert("B", 4, "24"),
    ];
    all.iter().map(|text| request(text)).collect()
}

fn few(most: usize) -> Vec<Request> {
    requests().into_iter().take(most).collect()
}

/// A store in so many segments.
pub fn made(segments: usize) -> Made {
    made_of(segments, usize::MAX)
}

/// The same of the first requests alone.
pub fn made_of(segments: usize, requests: usize) -> Made {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::create(folder.path()).unwrap();
    for answer in store.append(&few(requests), "agent", AT).unwrap() {
        answer.unwrap();
    }
    let journal = folder.path().join("journal-000001.jsonl");
    let lines: Vec<String> =
        std::fs::read_to_string(&journal).unwrap().lines().skip(1).map(str::to_owned).collect();
    let made = Made { folder, lines, segments };
    std::fs::remove_file(made.path().join("lock")).unwrap(); // what was noted is of another file
    for (at, name) in (1..).zip(made.names()) {
        let of_it = made.lines_of(at);
        let text = made.lines[of_it.clone()]
            .iter()
            .fold(header(at, of_it.start + 1) + "\n", |text, line| text + line + "\n");
        std::fs::write(made.path().join(name), text).unwrap();
    }
    made
}

/// The header of a segment as it was written at first.
pub fn header(segment: usize, first_seq: usize) -> String {
    sealed(format!("{{\"format\":1,\"store\":\"{STORE}\",\"segment\":{segment},\"first_seq\":{first_seq}"))
}

impl Made {
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The files of the journal.
    pub fn names(&self) -> Vec<String> {
        (1..=self.segments).map(|at| format!("journal-{at:06}.jsonl")).collect()
    }

    /// Which lines are in a segment.
    pub fn lines_of(&self, segment: usize) -> std::ops::Range<usize> {
        let each = self.lines.len().div_ceil(self.segments);
        (segment - 1) * each..(segment * each).min(self.lines.len())
    }

    /// The file and the line, from 1, where a line stands.
    pub fn place_of(&self, line: usize) -> (String, usize) {
        let segment = (1..=self.segments).find(|at| self.lines_of(*at).contains(&line)).unwrap();
        (format!("journal-{segment:06}.jsonl"), line - self.lines_of(segment).start + 2)
    }

    pub fn bytes(&self) -> Vec<(String, Vec<u8>)> {
        self.names()
            .into_iter()
            .map(|name| (name.clone(), std::fs::read(self.path().join(name)).unwrap()))
            .collect()
    }

    /// A copy in which a file has other bytes.
    pub fn with(&self, name: &str, bytes: &[u8]) -> TempDir {
        let copy = tempfile::tempdir().unwrap();
        for name in self.names() {
            std::fs::copy(self.path().join(&name), copy.path().join(&name)).unwrap();
        }
        std::fs::write(copy.path().join(name), bytes).unwrap();
        copy
    }

    /// A copy in which the text of a file is changed.
    pub fn changed(&self, name: &str, change: impl FnOnce(&str) -> String) -> TempDir {
        self.with(name, change(&std::fs::read_to_string(self.path().join(name)).unwrap()).as_bytes())
    }

    /// A text in which the end of a line, from 1, is no more what it was.
    pub fn garbled(text: &str, line: usize) -> String {
        let garbled = |at: usize, text: &str| {
            if at + 1 != line {
                return format!("{text}\n");
            }
            let crc = text.rfind(CRC).unwrap();
            format!("{}####{}\n", &text[..crc - 4], &text[crc..])
        };
        text.lines().enumerate().map(|(at, text)| garbled(at, text)).collect()
    }

    /// Lines that were changed with right checksums.
    pub fn resealed(lines: &[String], change: impl Fn(usize, String) -> String) -> String {
        let changed = |(at, line): (usize, &String)| {
            let content = change(at, line[..line.rfind(CRC).unwrap()].to_owned());
            sealed(content) + "\n"
        };
        lines.iter().enumerate().map(changed).collect()
    }
}

/// What a store must show whose lines are these, without those that are lost, and those that cannot be carried out then.
pub fn expected(lines: &[String], lost: &[usize]) -> Shown {
    let mut state = State::default();
    for (_, line) in lines.iter().enumerate().filter(|(at, _)| !lost.contains(at)) {
        let request = Line::from_bytes(line.as_bytes()).unwrap().request;
        if let (Request::CreateProfile(_), Some(id)) = (&request, request.customer()) {
            state.profiles.remove(&id);
        }
        let _ = apply(&mut state, &request, Reading::Upsert);
    }
    let profiles = state.profiles.iter().map(|(id, profile)| (id.to_string(), profile.to_json().to_string()));
    (profiles.collect(), state.schemas.iter().map(|schema| schema.name.clone()).collect())
}

/// What a store shows.
pub fn shown(folder: &Path) -> Shown {
    let store = Store::open(folder).unwrap();
    assert_eq!(store.damage(), None);
    let profile = |id| store.load(id).unwrap().unwrap().0.to_json().to_string();
    let profiles = store.customers().unwrap().iter().map(|id| (id.to_string(), profile(id))).collect();
    (profiles, store.schemas().unwrap().iter().map(|schema| schema.name.clone()).collect())
}

/// A damaged store opens, says that it is damaged, and shows what it can.
pub fn open_shows(folder: &Path, why: &str) {
    let store = Store::open(folder).unwrap_or_else(|error| panic!("{why}: {error}"));
    let customers = store.customers().unwrap();
    for id in &customers {
        store.load(id).unwrap();
    }
}

/// The request that makes a customer.
pub fn create(id: &str) -> Request {
    request(&format!(r#"{{"method":"POST","path":"/profiles","body":{{"customer_id":"{id}"}}}}"#))
}

/// Writing goes on: a customer is created, read in another store, and deleted.
pub fn write_one(folder: &Path) {
    let create = create("new");
    let delete = request(r#"{"method":"DELETE","path":"/profiles/new"}"#);
    for request in [create, delete] {
        Store::open_on(Arc::new(FaultyDisk::default()), folder)
            .unwrap()
            .append(&[request], "agent", AT)
            .unwrap()
            .remove(0)
            .unwrap();
    }
}
