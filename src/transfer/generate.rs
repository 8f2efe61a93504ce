//! Synthetic customers for trials, tests and benches: the same for a seed on every machine, and nobody's.
//!
//! Common first and last names are combined at random, mail goes to the domains that are kept for examples, and telephone
//! numbers are of ranges kept for fiction where a country has such. Customer `n` of a seed depends on nothing but both, so the
//! first customers of a long list are those of a short one.

mod chance;
mod countries;

use chance::Chance;
use countries::{COUNTRIES, Country};
use std::fmt::{Arguments, Write};

/// The schemas that the customers need, as a line that can be imported.
pub const SCHEMAS: &str = concat!(
    r#"{"schemas":["#,
    r#"{"name":"Phone","type":"multi-valued","attributes":["#,
    r#"{"name":"PhoneType","type":"integer","default":0,"mandatory":true},"#,
    r#"{"name":"prefix","type":"string","length":5},"#,
    r#"{"name":"number","type":"string","length":15,"mandatory":true},"#,
    r#"{"name":"description","type":"string","length":32},"#,
    r#"{"name":"start_availabilty","type":"datetime"},"#,
    r#"{"name":"end_availabilty","type":"datetime"}],"unique":["PhoneType"]},"#,
    r#"{"name":"Address","type":"single-valued","attributes":["#,
    r#"{"name":"AddressType","type":"integer","default":0},"#,
    r#"{"name":"Address","type":"string","length":256},"#,
    r#"{"name":"City","type":"string","length":32},"#,
    r#"{"name":"County","type":"string","length":32},"#,
    r#"{"name":"PostCode","type":"string","length":10},"#,
    r#"{"name":"Country","type":"string","length":32}]}"#,
    "]}"
);

const DOMAINS: [&str; 3] = ["example.com", "example.org", "example.net"];

/// The customers of a seed, a JSON object each, without end.
pub fn customers(seed: u64) -> impl Iterator<Item = String> {
    (0..).map(move |number| customer(seed, number))
}

/// Customer `number` of a seed, counted from 0.
pub fn customer(seed: u64, number: u64) -> String {
    let mut out = String::with_capacity(1024);
    let mut chance = Chance::of(seed, number);
    let id = chance.begin();
    let at = chance.below(u32::try_from(COUNTRIES.len()).unwrap_or(u32::MAX));
    if let Some(country) = COUNTRIES.get(at as usize) {
        push(&mut out, format_args!(r#"{{"customer_id":"{id:016X}""#));
        names(&mut out, &mut chance, country, number);
        birth(&mut out, &mut chance);
        push(&mut out, format_args!(r#","Language":"{}""#, country.language));
        phones(&mut out, &mut chance, country);
        address(&mut out, &mut chance, country);
        out.push('}');
    }
    out
}

/// Text never refuses to be written into.
fn push(out: &mut String, text: Arguments<'_>) {
    let _ = out.write_fmt(text);
}

fn names(out: &mut String, chance: &mut Chance, country: &Country, number: u64) {
    let (first, first_in_mail) = name(chance.word(&country.first));
    let (last, last_in_mail) = name(chance.word(&country.last));
    push(out, format_args!(r#","FirstName":"{first}","LastName":"{last}""#));
    mails(out, chance, (&first_in_mail, &last_in_mail), number);
}

/// A name and its form in mail.
fn name(written: &'static str) -> (&'static str, String) {
    let (name, mail) = written.split_once('/').unwrap_or((written, written));
    (name, mail.to_ascii_lowercase().replace(' ', ""))
}

/// Absent, empty, one, or several; the customer's number makes them unlike all others.
fn mails(out: &mut String, chance: &mut Chance, (first, last): (&str, &str), number: u64) {
    let count = match chance.below(100) {
        0..5 => return,
        5..7 => 0,
        7..85 => 1,
        85..97 => 2,
        _ => 3,
    };
    let initial = first.get(..1).unwrap_or_default();
    out.push_str(r#","EmailAddress":["#);
    for at in 0..count {
        let (form, domain) = (chance.below(3), chance.word(&DOMAINS));
        let comma = if at == 0 { "" } else { "," };
        match (at, form) {
            (0, 0) => push(out, format_args!(r#"{comma}"{first}.{last}{number}@{domain}""#)),
            (0, 1) => push(out, format_args!(r#"{comma}"{initial}.{last}{number}@{domain}""#)),
            (0, _) => push(out, format_args!(r#"{comma}"{last}.{first}{number}@{domain}""#)),
            (1, _) => push(out, format_args!(r#"{comma}"{first}{number}@work.{domain}""#)),
            _ => push(out, format_args!(r#"{comma}"{last}{number}@family.{domain}""#)),
        }
    }
    out.push(']');
}

fn birth(out: &mut String, chance: &mut Chance) {
    match chance.below(100) {
        0..12 => {}
        12..15 => out.push_str(r#","birthdate":null"#),
        _ => {
            let (year, month, day) = (1935 + chance.below(72), 1 + chance.below(12), 1 + chance.below(28));
            push(out, format_args!(r#","birthdate":"{year}-{month:02}-{day:02}""#));
        }
    }
}

/// Mostly three: a mobile one, at home, at work.
fn phones(out: &mut String, chance: &mut Chance, country: &Country) {
    let count = match chance.below(100) {
        0 => return,
        1..3 => 1,
        3..8 => 2,
        _ => 3,
    };
    let (mobiles, landlines) = (&country.mobiles, &country.landlines);
    let kinds = [(6, 2, mobiles), (0, 0, landlines), (2, 1, landlines)];
    out.push_str(r#","Phone":["#);
    for (at, (kind, word, patterns)) in kinds.into_iter().take(count).enumerate() {
        out.push_str(if at == 0 { "{" } else { ",{" });
        push(out, format_args!(r#""PhoneType":{kind},"prefix":"{}","#, country.prefix));
        number(out, chance, patterns);
        description(out, chance, country.words.get(word).copied().unwrap_or_default());
        if chance.percent(80) {
            hours(out, chance);
        }
        out.push('}');
    }
    out.push(']');
}

/// As people write it: digits alone, or with spaces, dashes or dots.
fn number(out: &mut String, chance: &mut Chance, patterns: &[&str]) {
    let (pattern, space) = (chance.word(patterns), chance.word(&["", "", "", " ", " ", "-", "."]));
    out.push_str(r#""number":""#);
    chance.fill(out, pattern, space);
    out.push('"');
}

fn description(out: &mut String, chance: &mut Chance, word: &str) {
    match chance.below(100) {
        0..10 => {}
        10..15 => out.push_str(r#","description":"""#),
        15..18 => out.push_str(r#","description":null"#),
        _ => push(out, format_args!(r#","description":"{word}""#)),
    }
}

fn hours(out: &mut String, chance: &mut Chance) {
    let (month, day) = (1 + chance.below(12), 1 + chance.below(28));
    let (start, end) = (7 + chance.below(4), 15 + chance.below(5));
    let half = chance.word(&["00", "30"]);
    push(out, format_args!(r#","start_availabilty":"2026-{month:02}-{day:02}T{start:02}:{half}:00.000Z""#));
    push(out, format_args!(r#","end_availabilty":"2026-{month:02}-{day:02}T{end}:00:00.000Z""#));
}

fn address(out: &mut String, chance: &mut Chance, country: &Country) {
    if chance.percent(3) {
        return;
    }
    let (street, city) = (chance.word(&country.streets), chance.word(&country.cities));
    let mut parts = city.split('/');
    let [city, code, region] = [(); 3].map(|()| parts.next().unwrap_or_default());
    out.push_str(r#","Address":{"AddressType":0,"Address":""#);
    chance.fill(out, street, " ");
    push(out, format_args!(r#"","City":"{city}""#));
    if !region.is_empty() && chance.percent(90) {
        push(out, format_args!(r#","County":"{region}""#));
    }
    if chance.percent(97) {
        out.push_str(r#","PostCode":""#);
        chance.fill(out, code, " ");
        out.push('"');
    }
    push(out, format_args!(r#","Country":"{}"}}"#, country.name));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::json::Json;
    use crate::model::request::Request;
    use crate::model::schema::{Schema, Schemas};
    use crate::model::validate::validate;
    use crate::transfer::read::{Content, read};
    use std::collections::HashSet;

    fn schemas() -> Schemas {
        let mut schemas = Schemas::default();
        for item in read(SCHEMAS).unwrap() {
            let Content::Schema(json) = item.content else { panic!("{item:?}") };
            schemas.push(Schema::from_json(&json).unwrap());
        }
        schemas
    }

    #[test]
    fn the_schemas_take_every_customer_without_a_warning() {
        let schemas = schemas();
        for (number, text) in customers(7).take(2_000).enumerate() {
            let json = Json::parse(&text).unwrap();
            assert_eq!(json.as_str(), text, "no white space between tokens");
            let findings = validate(&Request::CreateProfile(json), &schemas);
            assert!(findings.is_empty(), "customer {number} of seed 7: {findings:?} {text}");
        }
    }

    #[test]
    fn no_two_have_an_id_or_a_mail_in_common_and_they_are_of_the_usual_size() {
        let all: Vec<String> = customers(1).take(5_000).collect();
        let ids: HashSet<&str> = all.iter().filter_map(|text| text.get(..33)).collect();
        assert_eq!(ids.len(), 5_000);
        let mails: Vec<&str> =
            all.iter().flat_map(|text| text.split('"').filter(|part| part.contains('@'))).collect();
        let distinct: HashSet<&&str> = mails.iter().collect();
        assert!(
            mails.len() > 5_000 && distinct.len() == mails.len() && mails.iter().all(|mail| mail.is_ascii())
        );
        let size = all.iter().map(String::len).sum::<usize>() / all.len();
        assert!((700..800).contains(&size), "{size} bytes");
    }

    #[test]
    fn a_seed_gives_the_same_bytes_for_ever() {
        let text: String = customers(1).take(1_000).collect();
        assert_eq!(format!("{:08x}", crc32fast::hash(text.as_bytes())), "570f4015");
        assert_eq!(customers(1).nth(999), Some(customer(1, 999)));
        assert_ne!(customer(1, 0), customer(2, 0));
    }
}
