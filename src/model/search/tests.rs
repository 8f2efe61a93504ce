use super::*;
use crate::model::json::{Json, quoted};
use proptest::prelude::*;
use std::fmt::Write;

fn is_in(wanted: &str, json: &str) -> bool {
    let json = Json::parse(json).unwrap();
    let (wanted, found) = (Wanted::new(wanted), Wanted::new(wanted).is_in(json.view()));
    assert!(wanted.may_be_in_line(json.as_str().as_bytes()) || !found);
    found
}

#[test]
fn a_part_of_a_value_is_found_in_any_letter_case() {
    let json =
        r#"{"customer_id":"A1","name":"\u00c9lodie MÜLLER","Phone":[{"number":"1"}],"vip":true,"gone":null}"#;
    for wanted in ["élodie", "Müller", "ODIE mü", "a1", "RUE"] {
        assert!(is_in(wanted, json), "{wanted}");
    }
    for wanted in ["name", "null", "", "Elodie", "1\",\"name"] {
        assert!(!is_in(wanted, json), "{wanted}");
    }
}

#[test]
fn a_number_is_found_however_it_is_written() {
    let written =
        ["+33 6 12 34 56 78", "0033612345678", "06.12.34.56.78", "(+33) 612-345-678", "+33 (0)6 12 34 56 78"];
    let apart = [
        r#"{"prefix":"+33","number":"0612345678"}"#,
        r#"{"number":"6 12 34 56 78","type":0,"prefix":"0033"}"#,
    ];
    let stored =
        written.iter().map(|number| format!(r#"{{"number":"{number}"}}"#)).chain(apart.map(str::to_owned));
    let national = ["06 12 34 56 78", "612345678", "12 34/56", "06\u{a0}12", "0612 34"];
    let abroad = ["+33 6 12 34 56 78", "+33612", "0033 (0)6 12 34", "33612345678", "(+33) 6", "+33"];
    for stored in stored {
        let knows_country = stored.contains("33");
        for wanted in national.iter().chain(abroad.iter().filter(|_| knows_country)) {
            assert!(is_in(wanted, &stored), "{wanted} in {stored}");
        }
        for wanted in ["+34 6 12 34 56 78", "+33 12 34", "06 12 34 56 79", "0034 612", "34612345678"] {
            assert!(!is_in(wanted, &stored), "{wanted} in {stored}");
        }
    }
}

#[test]
fn digits_are_found_in_what_is_no_telephone_number_too() {
    assert!(is_in("2026-11-24", r#"{"day":"2026-11-24"}"#) && is_in("75001", r#"{"zip":75001}"#));
    assert!(
        is_in("0", r#"{"zip":"01"}"#)
            && !is_in("00", r#"{"zip":"01"}"#)
            && !is_in("12", r#"{"a":"1","b":"2"}"#)
    );
}

/// The token of a text, each letter now and then as an escape.
fn token(text: &str, escapes: &[bool]) -> String {
    let token = |(letter, escaped): (char, &bool)| {
        let mut units = String::new();
        for unit in letter.encode_utf16(&mut [0; 2]) {
            let _ = write!(units, "\\u{unit:04x}");
        }
        let plain = quoted(&letter.to_string());
        if *escaped { units } else { plain[1..plain.len() - 1].to_owned() }
    };
    format!("\"{}\"", text.chars().zip(escapes.iter().cycle()).map(token).collect::<String>())
}

/// Texts that hold a number, and others, with letters whose case is unusual.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[+0]{0,2}33? ?\\(?0?\\)?[612 .-]{0,9}",
        "[0-9 ./+-]{0,6}",
        "[a-cikAIKſK\u{130}ıéÉσςΣΑάßẞǆǅω\u{2126}å\u{212b}王\u{307}😀\"\\\\/ ]{0,8}",
    ]
}

fn record() -> impl Strategy<Value = String> {
    let value = (text(), prop::collection::vec(prop::bool::weighted(0.1), 1..9))
        .prop_map(|(text, escapes)| token(&text, &escapes));
    let value = prop_oneof![6 => value, 1 => prop::sample::select(vec!["12.5", "-3e1", "true", "null", "[33,\"6\"]"]).prop_map(str::to_owned)];
    prop::collection::vec(value, 1..5).prop_map(|values| {
        let members: Vec<String> =
            values.iter().enumerate().map(|(at, value)| format!("\"n{at}\":{value}")).collect();
        format!("{{\"Phone\":[{{{}}}]}}", members.join(","))
    })
}

/// A part of one of the texts of a record, or another text.
fn wanted(record: &str, other: &str, from: usize, length: usize) -> String {
    let json = Json::parse(record).unwrap();
    let mut texts = Vec::new();
    for element in json.view().get("Phone").unwrap().elements() {
        texts.extend(
            element.members().filter_map(|(_, value)| value.text()).map(std::borrow::Cow::into_owned),
        );
    }
    let all: Vec<char> = texts.concat().chars().collect();
    let part: String = all.iter().skip(from % all.len().max(1)).take(length).collect();
    if part.is_empty() { other.to_owned() } else { part }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn what_is_in_a_record_may_be_in_its_line(record in record(), other in text(), from in 0_usize..40, length in 0_usize..14, form in 0..3) {
        let part = wanted(&record, &other, from, length);
        let wanted = Wanted::new(&match form { 0 => part, 1 => part.to_uppercase(), _ => format!("+{part}") });
        let json = Json::parse(&record).unwrap();
        if wanted.is_in(json.view()) {
            prop_assert!(wanted.may_be_in_line(record.as_bytes()));
            if let Some(digits) = wanted.digits() {
                let one = json.view().get("Phone").unwrap().elements().any(|record| record.members().any(|(_, value)| holds(value, digits)));
                prop_assert!(one, "{}", digits);
            }
        }
    }

    #[test]
    fn a_part_of_a_value_is_found(text in text(), from in 0_usize..8, length in 1_usize..9, escapes in prop::collection::vec(any::<bool>(), 1..9)) {
        let json = Json::parse(&format!("[{}]", token(&text, &escapes))).unwrap();
        let part: String = text.chars().skip(from).take(length).collect();
        let is_sigma = part.contains(['Σ', 'σ', 'ς']); // its lower case depends on what stands around it
        if !part.is_empty() && !is_sigma {
            prop_assert!(Wanted::new(&part).is_in(json.view()), "{:?}", part);
        }
    }

    #[test]
    fn any_bytes_are_looked_at(bytes in prop::collection::vec(prop_oneof![any::<u8>(), Just(b'\\'), Just(b'u'), Just(b'd'), Just(b'8')], 0..40), text in text()) {
        Wanted::new(&text).may_be_in_line(&bytes);
    }
}

fn holds(value: View<'_>, digits: &str) -> bool {
    let own: String = value.as_str().chars().filter(char::is_ascii_digit).collect();
    let text: String = value.text().unwrap_or_default().chars().filter(char::is_ascii_digit).collect();
    text.contains(digits) || (value.kind() != Kind::String && own.contains(digits))
}
