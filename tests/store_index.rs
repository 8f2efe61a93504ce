//! An index that became damaged while nobody looked: the journal answers.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use profile_desk::model::json::Json;
use profile_desk::model::profile::CustomerId;
use profile_desk::model::request::Request;
use profile_desk::store::disk::OsDisk;
use profile_desk::store::{Options, Store};
use std::path::{Path, PathBuf};
use std::sync::Arc;

const CUSTOMERS: usize = 40;

fn opened(folder: &Path) -> Store {
    let options = Options { segment: 1 << 20, tail: 2_000 };
    Store::open_with(Arc::new(OsDisk), folder, options, &mut |_| {}).unwrap()
}

fn id(number: usize) -> CustomerId {
    CustomerId::new(&format!("C{number}")).unwrap()
}

fn made(folder: &Path) {
    drop(Store::create(folder).unwrap());
    let store = opened(folder);
    for number in 0..CUSTOMERS {
        let body = format!(r#"{{"customer_id":"{}","Mail":"c{number}@example.org"}}"#, id(number));
        let create = Request::CreateProfile(Json::parse(&body).unwrap());
        store.append(&[create], "tester", "2026-11-24T09:30:00.000Z").unwrap()[0].clone().unwrap();
    }
}

fn runs(folder: &Path) -> Vec<PathBuf> {
    let paths = folder.read_dir().unwrap().map(|entry| entry.unwrap().path());
    paths.filter(|path| path.extension().is_some_and(|ending| ending == "run")).collect()
}

#[test]
fn whichever_page_of_the_index_is_damaged_every_answer_is_there() {
    let folder = tempfile::tempdir().unwrap();
    made(folder.path());
    let run = runs(folder.path()).into_iter().next().expect("there is an index");
    let whole = std::fs::read(&run).unwrap();
    for page in 0..whole.len() / 4096 {
        let mut bytes = whole.clone();
        bytes[page * 4096 + 100] ^= 1;
        let asked: [fn(&Store) -> bool; 4] = [
            |store| (0..CUSTOMERS).all(|number| store.load(&id(number)).unwrap().is_some()),
            |store| store.find("c7@example", 10).unwrap().len() == 1,
            |store| !store.identify(&[("Mail".into(), "c7@example.org".into())], 10).unwrap().is_empty(),
            |store| store.history(&id(7)).unwrap().len() == 1,
        ];
        for (number, ask) in asked.iter().enumerate() {
            for old in runs(folder.path()) {
                std::fs::remove_file(old).unwrap(); // also what was made anew
            }
            std::fs::write(&run, &bytes).unwrap();
            assert!(ask(&opened(folder.path())), "page {page}, question {number}");
        }
    }
}
