//! Loading and finding in a process that has the store open.

use crate::data::Data;
use crate::sqlite::Sqlite;
use crate::table::{Table, Target, median};
use crate::tree::Tree;
use crate::{Places, ROUNDS, in_turn, raw, timed};
use memchr::memmem;
use profile_desk::model::json::Json;
use profile_desk::model::profile::{CustomerId, Profile};
use profile_desk::model::schema::Schemas;
use profile_desk::store::Store;

/// Loads in each round.
const LOADS: usize = 1_000;
/// Searches in each round.
const SEARCHES: usize = 8;
/// As many as the window asks for.
const HITS: usize = 200;
/// So much of a phone number is known.
const DIGITS: usize = 6;

struct Open {
    store: Store,
    schemas: Schemas,
    sqlite: Sqlite,
    redb: Tree,
}

impl Open {
    fn profile(&self, json: &str) -> Profile {
        let json = Json::parse(json).unwrap();
        Profile::from_json(&json, |name| self.schemas.get(name).is_some()).unwrap()
    }
}

pub fn measure(data: &Data, places: &Places, table: &mut Table) {
    let store = Store::open(&places.store).unwrap();
    let schemas = store.schemas().unwrap();
    let open = Open { store, schemas, sqlite: Sqlite::open(&places.sqlite), redb: Tree::open(&places.redb) };
    loads(data, &open, table);
    mails(data, &open, table);
    phones(data, places, &open, table);
    keystrokes(data, &open, table);
}

/// Everybody ends with the profile in the program's own form.
fn loads(data: &Data, open: &Open, table: &mut Table) {
    let id = |at: usize| &data.sample(at).id;
    let ids: Vec<CustomerId> =
        data.samples.iter().map(|sample| CustomerId::new(&sample.id).unwrap()).collect();
    let [ours, sqlite, redb, sqlite_text, redb_text] = in_turn(
        LOADS,
        [
            &mut |at| timed(|| open.store.load(&ids[at % ids.len()]).unwrap().unwrap()),
            &mut |at| timed(|| open.profile(&open.sqlite.load(id(at)).unwrap())),
            &mut |at| timed(|| open.redb.load(id(at), |json| open.profile(json)).unwrap()),
            &mut |at| timed(|| open.sqlite.load(id(at)).unwrap()),
            &mut |at| timed(|| open.redb.load(id(at), str::to_owned).unwrap()),
        ],
    );
    let told = [
        ("here", &ours),
        ("SQLite", &sqlite),
        ("redb", &redb),
        ("SQLite, its text alone", &sqlite_text),
        ("redb, its text alone", &redb_text),
    ];
    table.times(data.customers, "warm load", told);
    for (peer, values, target) in [
        ("SQLite", &sqlite, (Target::AtLeast(|_| 2.0), "≥ 2 ×")),
        ("redb", &redb, (Target::AtLeast(|_| 1.4), "≥ 1.4 ×")),
    ] {
        table.ratio(
            data.customers,
            &format!("warm load of a customer, speed to that of {peer}"),
            target,
            (values, &ours),
        );
    }
}

fn mails(data: &Data, open: &Open, table: &mut Table) {
    let wanted = |at: usize| vec![("EmailAddress".to_owned(), data.sample(at).mail.clone())];
    let [ours, sqlite] = in_turn(
        SEARCHES * 4,
        [
            &mut |at| {
                let wanted = wanted(at);
                timed(|| assert!(!open.store.identify(&wanted, HITS).unwrap().is_empty()))
            },
            &mut |at| {
                let mail = &data.sample(at).mail;
                let profiles =
                    || open.sqlite.identify(mail).iter().map(|json| open.profile(json)).collect::<Vec<_>>();
                timed(|| assert!(!profiles().is_empty()))
            },
        ],
    );
    let told = [("here", &ours), ("SQLite", &sqlite)];
    table.times(data.customers, "find by exact e-mail", told);
    let what = "find by exact e-mail, time to that of SQLite's index";
    table.ratio(data.customers, what, (Target::AtMost(|_| 1.0), "≤ 1 ×"), (&ours, &sqlite));
}

/// Six digits from the middle of a phone number.
fn part(data: &Data, at: usize) -> &str {
    let phone = &data.sample(at).phone;
    &phone[(phone.len() - DIGITS) / 2..][..DIGITS]
}

fn phones(data: &Data, places: &Places, open: &Open, table: &mut Table) {
    let hits: Vec<usize> =
        (0..SEARCHES * ROUNDS).map(|at| open.store.find(part(data, at), HITS).unwrap().len()).collect();
    eprintln!("  customers found by {DIGITS} digits of a phone number: {hits:?}");
    let journal: Vec<Vec<u8>> =
        raw::journal(&places.store).iter().map(|file| std::fs::read(file).unwrap()).collect();
    let [ours, sqlite, memory] = in_turn(
        SEARCHES,
        [
            &mut |at| timed(|| assert!(!open.store.find(part(data, at), HITS).unwrap().is_empty())),
            &mut |at| {
                let found = || open.sqlite.find_digits(part(data, at), HITS);
                let profiles = || found().iter().map(|json| open.profile(json)).collect::<Vec<_>>();
                timed(|| assert!(!profiles().is_empty()))
            },
            &mut |at| {
                let finder = memmem::Finder::new(part(data, at));
                timed(|| journal.iter().map(|segment| finder.find_iter(segment).count()).sum::<usize>())
            },
        ],
    );
    let told = [("here", &ours), ("SQLite's FTS5", &sqlite), ("memmem over the journal", &memory)];
    table.times(data.customers, &format!("find by {DIGITS} digits of a phone number"), told);
    let what = format!(
        "find by {DIGITS} digits of a phone number, time to that of memmem over the journal in memory"
    );
    let target: (Target, &str) = if data.customers < 1_000_000 {
        (Target::None, "≤ 0.07 × at a million")
    } else {
        (Target::AtMost(|_| 0.07), "≤ 0.07 × at a million")
    };
    table.ratio(data.customers, &what, target, (&ours, &memory));
    table.ratio(data.customers, "… to that of SQLite's FTS5", (Target::None, ""), (&ours, &sqlite));
}

/// A text typed letter by letter; told is the slowest of its keystrokes, each as the median over several texts.
fn keystrokes(data: &Data, open: &Open, table: &mut Table) {
    let nobody = ["qxzvjk", "000000q", "Ωω§Ωω§"].map(str::to_owned);
    let of = |text: fn(&crate::data::Sample) -> &String| {
        (0..SEARCHES).map(|at| text(data.sample(at)).clone()).collect::<Vec<_>>()
    };
    for (what, texts) in [
        ("a phone number", of(|sample| &sample.phone)),
        ("a name", of(|sample| &sample.name)),
        ("an e-mail address", of(|sample| &sample.mail)),
        ("what nobody has", nobody.to_vec()),
    ] {
        let slowest: Vec<f64> = (0..ROUNDS).map(|_| slowest(open, &texts) * 1e3).collect();
        let what = format!("find while {what} is typed, the slowest keystroke");
        table.figure(data.customers, &what, (Target::AtMost(|_| 50.0), "< 50 ms"), "ms", &slowest);
    }
}

fn slowest(open: &Open, texts: &[String]) -> f64 {
    let longest = texts.iter().map(|text| text.chars().count()).max().unwrap();
    let typed = |text: &str, letters: usize| text.chars().take(letters).collect::<String>();
    let keystroke = |letters: usize| {
        let long = texts.iter().filter(|text| text.chars().count() >= letters);
        let times: Vec<f64> =
            long.map(|text| timed(|| open.store.find(&typed(text, letters), HITS).unwrap())).collect();
        median(&times)
    };
    (1..=longest).map(keystroke).fold(0.0, f64::max)
}
