//! A customer on a simulated server, and edits of it.

use crate::profiles::json;
use profile_desk::model::profile::{
    CoreAttribute, CustomerId, Extension, Profile, Record, Records, records_of,
};
use profile_desk::model::request::Request;
use profile_desk::model::schema::{Schema, Schemas};
use profile_desk::model::value::shown;

/// Something that a person does to the customer.
pub struct Edit {
    pub name: &'static str,
    /// Which extension it is about, or `core`.
    pub of: &'static str,
    /// The profile as it is wanted.
    pub mine: fn(&Profile) -> Profile,
    /// Whether it is tried with every pair of switches too.
    pub in_pairs: bool,
    /// What somebody else does meanwhile.
    pub theirs: Option<fn(&CustomerId) -> Vec<Request>>,
}

const fn edit(name: &'static str, of: &'static str, mine: fn(&Profile) -> Profile) -> Edit {
    Edit { name, of, mine, in_pairs: false, theirs: None }
}

/// An edit that shows most of what others show.
const fn telling(name: &'static str, of: &'static str, mine: fn(&Profile) -> Profile) -> Edit {
    Edit { name, of, mine, in_pairs: true, theirs: None }
}

pub const EDITS: [Edit; 16] = [
    edit("change one phone", "Phone", |p| with(p, "Phone", ("PhoneType", "1"), &[("number", "\"9\"")])),
    edit("drop an attribute", "Phone", |p| without(p, "Phone", ("PhoneType", "0"), "note")),
    edit("add a phone", "Phone", |p| and(p, "Phone", r#"{"PhoneType":5,"prefix":"+1","number":"5"}"#)),
    edit("remove a phone", "Phone", |p| but(p, "Phone", ("PhoneType", "1"))),
    telling("change a unique attribute", "Phone", |p| {
        with(p, "Phone", ("PhoneType", "1"), &[("prefix", "\"+2\"")])
    }),
    edit("clear a string", "Phone", |p| {
        with(p, "Phone", ("PhoneType", "0"), &[("note", "\"\""), ("number", "\"\"")])
    }),
    telling("change, add and remove phones, and a name", "Phone", |p| {
        let p = with(p, "Phone", ("PhoneType", "0"), &[("number", "\"8\"")]);
        let p =
            and(&but(&p, "Phone", ("PhoneType", "2")), "Phone", r#"{"PhoneType":6,"prefix":"","number":""}"#);
        core(&p, "FirstName", Some("\"Eve\""))
    }),
    telling("change core attributes", "core", |p| {
        let p = core(&core(p, "FirstName", Some("\"\"")), "Mail", Some(r#"["b@example.com"]"#));
        core(&core(&p, "LastName", None), "Title", Some("\"Dr\""))
    }),
    telling("change the address", "Address", |p| {
        with(p, "Address", ("City", "Rome"), &[("City", "\"Paris\""), ("Zip", "\"\"")])
    }),
    edit("add a note", "Notes", |p| and(p, "Notes", r#"{"text":"a"}"#)),
    telling("change a note and remove another", "Notes", |p| {
        but(&with(p, "Notes", ("text", "b"), &[("text", "\"c\"")]), "Notes", ("text", "z"))
    }),
    telling("change an order", "Orders", |p| {
        with(
            p,
            "Orders",
            ("no", "8589934592"),
            &[("open", "true"), ("sum", "10.20"), ("at", "\"2026-11-24T10:00:00.000Z\"")],
        )
    }),
    telling("add the first visit", "Visits", |p| first(p, "Visits", r#"[{"no":"v1"}]"#)),
    edit("give the first card", "Card", |p| first(p, "Card", r#"{"kind":"gold"}"#)),
    edit("give an instant with an offset", "Orders", |p| {
        with(p, "Orders", ("no", "1"), &[("at", "\"2026-11-24T11:00:00+01:00\"")])
    }),
    Edit {
        name: "change a phone while somebody else adds one and changes a name",
        of: "Phone",
        in_pairs: true,
        mine: |p| with(p, "Phone", ("PhoneType", "1"), &[("number", "\"9\"")]),
        theirs: Some(|id| {
            let record = json(r#"{"PhoneType":2,"prefix":"+1","number":"7","note":"keep"}"#);
            vec![
                Request::UpdateRecord(id.clone(), "Phone".into(), record),
                Request::UpdateProfile(id.clone(), json(r#"{"FirstName":"Zoe"}"#)),
            ]
        }),
    },
];

/// The schemas, or that of Phone alone.
pub fn schemas(only_phone: bool) -> Schemas {
    let orders = r#"{"name":"Orders","type":"multi-valued","attributes":[{"name":"no","type":"long","mandatory":true},
        {"name":"at","type":"datetime"},{"name":"day","type":"date"},{"name":"sum","type":"currency"},{"name":"weight","type":"double"},
        {"name":"open","type":"boolean"}],"unique":["no"]}"#;
    let visits = r#"{"name":"Visits","type":"multi-valued","attributes":[{"name":"no","type":"string"}],"unique":["no"]}"#;
    let card = r#"{"name":"Card","type":"single-valued","attributes":[{"name":"kind","type":"string"}]}"#;
    let all = crate::profiles::schemas();
    let more = [orders, visits, card].map(|text| Schema::from_json(&json(text)).unwrap());
    let all = all.iter().cloned().chain(more);
    all.filter(|schema| !only_phone || schema.name == "Phone").collect()
}

/// A customer as the server holds it at first; nothing is there of some extensions.
pub fn initial(id: &CustomerId, only_phone: bool) -> Profile {
    let members = r#""FirstName":"Ann","LastName":"Lee","DOB":"1962-05-10","Mail":["a@example.com","b@example.com"],"LastCalledAgent_EmployeeID":"7","Middle":"",
        "Phone":[{"PhoneType":0,"prefix":"+1","number":"1","note":"x"},{"PhoneType":1,"prefix":"+1","number":"2"},{"PhoneType":2,"prefix":"+1","number":"","note":"keep"}],
        "Address":{"City":"Rome","Zip":"1","Kind":1},"Notes":[{"text":"a"},{"text":"b","by":"c"},{"text":"a"},{"text":"z"}],
        "Orders":[{"no":8589934592,"at":"2026-11-24T09:30:00.000Z","day":"2026-11-24","sum":10.10,"weight":1.5,"open":false},{"no":1,"open":true}]"#;
    let known = schemas(false);
    let body = json(&format!("{{\"customer_id\":\"{id}\",{members}}}"));
    let mut profile = Profile::from_json(&body, |name| known.get(name).is_some()).unwrap();
    profile.extensions.retain(|extension| !only_phone || extension.name == "Phone");
    profile
}

fn is(record: &Record, (name, text): (&str, &str)) -> bool {
    record.get(name).is_some_and(|value| shown(value) == text)
}

/// The profile with the records of an extension put through a function.
fn records(profile: &Profile, extension: &str, f: impl FnOnce(&mut Vec<Record>)) -> Profile {
    let mut profile = profile.clone();
    let found = profile.extensions.iter_mut().find(|e| e.name.eq_ignore_ascii_case(extension)).unwrap();
    let mut all = found.records.as_slice().to_vec();
    f(&mut all);
    found.records = match &found.records {
        Records::Single(_) => Records::Single(all.remove(0)),
        Records::Multi(_) => Records::Multi(all),
    };
    profile
}

fn with(profile: &Profile, extension: &str, which: (&str, &str), values: &[(&str, &str)]) -> Profile {
    records(profile, extension, |records| {
        for record in records.iter_mut().filter(|record| is(record, which)) {
            for (name, value) in values {
                *record = record.with(name, Some(&json(value)));
            }
        }
    })
}

fn without(profile: &Profile, extension: &str, which: (&str, &str), name: &str) -> Profile {
    records(profile, extension, |records| {
        for record in records.iter_mut().filter(|record| is(record, which)) {
            *record = record.with(name, None);
        }
    })
}

/// The profile with the first of an extension.
fn first(profile: &Profile, extension: &str, value: &str) -> Profile {
    let records = records_of(json(value).view(), true).unwrap().unwrap();
    let mut profile = profile.clone();
    profile.extensions.push(Extension { name: extension.into(), records });
    profile
}

fn and(profile: &Profile, extension: &str, record: &str) -> Profile {
    records(profile, extension, |records| records.push(Record::new(json(record)).unwrap()))
}

fn but(profile: &Profile, extension: &str, which: (&str, &str)) -> Profile {
    records(profile, extension, |records| records.retain(|record| !is(record, which)))
}

fn core(profile: &Profile, name: &str, value: Option<&str>) -> Profile {
    let mut profile = profile.clone();
    let at = profile.core.iter().position(|core| core.name.eq_ignore_ascii_case(name));
    match (at, value) {
        (Some(at), Some(value)) => profile.core[at].value = json(value),
        (Some(at), None) => drop(profile.core.remove(at)),
        (None, Some(value)) => profile.core.push(CoreAttribute { name: name.into(), value: json(value) }),
        (None, None) => {}
    }
    profile
}
