//! Durable inserts: one writer, many writers, small profiles and large ones.

use crate::data::{Data, mixed};
use crate::raw::Appended;
use crate::sqlite::Sqlite;
use crate::table::{ROUNDS, Table, Target, grouped};
use crate::{Places, in_turn, raw, timed};
use profile_desk::model::json::Json;
use profile_desk::model::profile::CustomerId;
use profile_desk::model::request::Request;
use profile_desk::store::Store;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Inserts in each round.
const INSERTS: usize = 40;
/// How long threads insert, in each round.
const LASTS: Duration = Duration::from_secs(1);
/// Records in the profiles that are inserted into.
const RECORDS: [u64; 3] = [10, 1_000, 100_000];
const AT: &str = "2026-11-24T09:30:00.000Z";

pub fn measure(data: &Data, places: &Places, table: &mut Table) {
    let store = Store::open(&places.store).unwrap();
    raw::settle();
    one_writer(data, places, &store, table);
    profiles(data, places, &store, table);
    threads(data, &store, table);
}

/// A phone that replaces the one of its type.
fn insert(id: &str, number: usize) -> Request {
    let body = format!(
        r#"{{"Phone":[{{"PhoneType":{},"prefix":"+33","number":"{:09}","description":"family phone","start_availabilty":"2009-12-18T18:30:00.000Z"}}]}}"#,
        number % 3,
        mixed(number as u64) % 1_000_000_000
    );
    Request::InsertRecords(CustomerId::new(id).unwrap(), Json::parse(&body).unwrap())
}

fn append(store: &Store, request: Request) {
    let answers = store.append(&[request], "bench", AT).unwrap();
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
}

/// As many bytes as the line of an insert has.
fn line(request: &Request) -> Vec<u8> {
    let line = profile_desk::store::line::Line {
        seq: 1_000_000,
        at: AT.into(),
        by: "bench".into(),
        request: request.clone(),
    };
    format!("{}\n", line.to_text()).into_bytes()
}

fn one_writer(data: &Data, places: &Places, store: &Store, table: &mut Table) {
    let mut raw = Appended::at(&places.folder.join("appended"));
    let line = line(&insert(&data.sample(0).id, 0));
    let mut sqlite = Sqlite::open_to_write(&places.sqlite);
    let [ours, floor, peer] = in_turn(
        INSERTS,
        [
            &mut |at| timed(|| append(store, insert(&data.sample(at).id, at))),
            &mut |_| raw.append(&line),
            &mut |at| timed(|| replace(&mut sqlite, &data.sample(at).id, at)),
        ],
    );
    let told = [
        ("here", &ours),
        ("one append and fdatasync", &floor),
        ("SQLite, the customer's JSON replaced", &peer),
    ];
    table.times(data.customers, "durable insert", told);
    let what = "durable insert, one writer, time to that of one append and fdatasync";
    table.ratio(data.customers, what, (Target::AtMost(|_| 1.05), "≤ 1.05 ×"), (&ours, &floor));
    let what = "… to that of SQLite, which replaces the customer's JSON";
    table.ratio(data.customers, what, (Target::None, ""), (&ours, &peer));
}

/// What SQLite does for an insert: the customer's JSON is read, changed and written.
fn replace(sqlite: &mut Sqlite, id: &str, number: usize) {
    let json = Json::parse(&sqlite.load(id).unwrap()).unwrap();
    let Request::InsertRecords(_, body) = insert(id, number) else { return };
    let phone = body.view().get("Phone").unwrap().elements().next().unwrap();
    let kind = phone.get("PhoneType").unwrap().as_str();
    let same = |record: &profile_desk::model::json::View<'_>| {
        record.get("PhoneType").is_some_and(|value| value.as_str() == kind)
    };
    let others = json.view().get("Phone").into_iter().flat_map(profile_desk::model::json::View::elements);
    let phones = Json::array(others.filter(|record| !same(record)).chain([phone]));
    sqlite.replace(id, &json.view().with("Phone", Some(phones.view())));
}

fn journal_size(places: &Places) -> u64 {
    raw::journal(&places.store).iter().map(|file| file.metadata().unwrap().len()).sum()
}

/// Customers with many orders, of which one after the other is replaced. They are told apart by shop and number.
fn profiles(data: &Data, places: &Places, store: &Store, table: &mut Table) {
    for records in RECORDS {
        let id = format!("BENCH{records}");
        append(store, Request::CreateProfile(customer(&id, records)));
        let order = |at: usize| {
            let body = format!(r#"{{"Orders":[{}]}}"#, order(at as u64 % records));
            Request::InsertRecords(CustomerId::new(&id).unwrap(), Json::parse(&body).unwrap())
        };
        let mut raw = Appended::at(&places.folder.join("appended"));
        let line = line(&order(0));
        raw::settle();
        let before = journal_size(places);
        let [ours, floor] =
            in_turn(INSERTS, [&mut |at| timed(|| append(store, order(at))), &mut |_| raw.append(&line)]);
        let into = format!("into a profile of {} records", grouped(records));
        table.seconds(data.customers, &format!("durable insert {into}"), &ours);
        let target = (Target::AtMost(|_| 1.05), "≤ 1.05 ×");
        table.ratio(data.customers, &format!("the same {into}"), target, (&ours, &floor));
        let written = (journal_size(places) - before) as f64 / (ROUNDS * INSERTS * line.len()) as f64;
        let what = format!("… bytes written {into}, checkpoints included, to those of the requests' lines");
        table.figure(data.customers, &what, (Target::None, ""), "×", &[written]);
    }
}

fn order(number: u64) -> String {
    format!(
        r#"{{"shop":"web","order":{number},"total":10.10,"weight":1E0,"paid":true,"placed":"2026-10-31"}}"#
    )
}

fn customer(id: &str, records: u64) -> Json {
    let mut text = format!(r#"{{"customer_id":"{id}","LastName":"Bench","Orders":["#);
    for number in 0..records {
        let _ = write!(text, "{}{}", if number == 0 { "" } else { "," }, order(number));
    }
    text.push_str("]}");
    Json::parse(&text).unwrap()
}

fn threads(data: &Data, store: &Store, table: &mut Table) {
    let (mut one, mut eight, mut many) = (vec![], vec![], vec![]);
    for _ in 0..ROUNDS {
        one.push(rate(data, store, 1));
        eight.push(rate(data, store, 8));
        many.push(rate(data, store, 32));
    }
    let inverse = |rates: &[f64]| rates.iter().map(|rate| 1.0 / rate).collect::<Vec<_>>();
    for (what, rates) in [("1 thread", &one), ("8 threads", &eight), ("32 threads", &many)] {
        table.seconds(data.customers, &format!("durable inserts by {what}: an insert"), &inverse(rates));
    }
    let targets = [
        ("8", &eight, (Target::AtLeast(|_| 3.0), "≥ 3 ×")),
        ("32", &many, (Target::AtLeast(|_| 8.0), "≥ 8 ×")),
    ];
    for (threads, rates, target) in targets {
        let what = format!("durable inserts by {threads} threads, speed to that of one");
        table.ratio(data.customers, &what, target, (rates, &one));
    }
}

/// Inserts a second by so many threads.
fn rate(data: &Data, store: &Store, threads: usize) -> f64 {
    let (done, began) = (AtomicUsize::new(0), Instant::now());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while began.elapsed() < LASTS {
                    let at = done.fetch_add(1, Ordering::Relaxed);
                    append(store, insert(&data.sample(at).id, at));
                }
            });
        }
    });
    done.load(Ordering::Relaxed) as f64 / began.elapsed().as_secs_f64()
}
