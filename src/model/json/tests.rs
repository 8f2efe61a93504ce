use super::scan::special;
use super::*;
use proptest::prelude::*;

fn problem(text: &str) -> (JsonProblem, usize, usize) {
    let error = Json::parse(text).unwrap_err();
    (error.problem, error.line, error.column)
}

#[test]
fn only_white_space_goes() {
    let text = " { \"a\" : [ 10.10 , 1E5 , -0 , 9223372036854775808 , 1e400 ] , \"\\u0062\" : \"\\/ \\ud83d\\ude00\" } ";
    let json = Json::parse(text).unwrap();
    assert_eq!(json.as_str(), r#"{"a":[10.10,1E5,-0,9223372036854775808,1e400],"\u0062":"\/ \ud83d\ude00"}"#);
    assert_eq!(json.view().get("B").unwrap().text().unwrap(), "/ 😀");
    assert_eq!(
        json.view().get("a").unwrap().elements().map(View::as_str).collect::<Vec<_>>().join(" "),
        "10.10 1E5 -0 9223372036854775808 1e400"
    );
}

#[test]
fn trouble_has_a_place() {
    assert!(matches!(
        problem("{\"a\":1,\n \"A\":2}"),
        (JsonProblem::DuplicateName { first_line: 1, first_column: 2, .. }, 2, 2)
    ));
    assert_eq!(problem(r#"["\ud800"]"#).0, JsonProblem::LoneSurrogate);
    assert_eq!(problem(r#"["\ud800\u0041"]"#).0, JsonProblem::LoneSurrogate);
    assert!(matches!(problem("[1,]"), (JsonProblem::Expected { expected: "a value", .. }, 1, 4)));
    assert!(matches!(problem("[01]"), (JsonProblem::Expected { .. }, 1, 3)));
    assert_eq!(problem("[\"a\tb\"]").0, JsonProblem::ControlCharacter);
    assert!(matches!(
        problem("{\"a\":1} x").0,
        JsonProblem::Expected { expected: "the end of the text", .. }
    ));
    assert_eq!(problem(&"[".repeat(100_000)).0, JsonProblem::TooDeep(MAX_DEPTH));
    assert!(matches!(Json::parse_bytes(b"\xff\xfe{\0").unwrap_err().problem, JsonProblem::NotUtf8(_)));
    assert!(matches!(Json::parse_bytes(b"[\"\xe9\"]").unwrap_err().problem, JsonProblem::NotUtf8("")));
}

#[test]
fn many_names_in_one_object_are_compared_too() {
    let mut text: String = (0..40).fold("{".to_owned(), |text, n| format!("{text}\"n{n}\":{n},"));
    text.push_str("\"N7\":0}");
    assert!(matches!(problem(&text).0, JsonProblem::DuplicateName { .. }));
}

/// Pieces of JSON, right and wrong, put together at random.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        " ",
        "\n",
        "\"a\"",
        "\"B\"",
        "\"long name\"",
        "\"\\u00e9\\n\"",
        "\"é\\ud83d\\ude00\"",
        "1",
        "-0.5e+7",
        "0",
        "01",
        "true",
        "nul",
        "null",
        "\"",
        "\\",
        "\u{1}",
        "[1,2]",
        "{\"x\":{}}",
        "{\"y\" : [ ] }",
        "[[",
        "]]",
    ]);
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

/// Without the white space that stands outside strings.
fn stripped(text: &str) -> String {
    let (mut inside, mut escaped) = (false, false);
    let keep = |c: &char| {
        let kept = inside || !c.is_ascii_whitespace();
        inside ^= *c == '"' && !escaped;
        escaped = *c == '\\' && !escaped && inside;
        kept
    };
    text.chars().filter(keep).collect()
}

#[test]
fn a_name_may_stand_in_several_objects() {
    let text = r#"{"a":{"b":[{"c":1},{"c":1}]},"b":{"c":1},"c":2}"#;
    assert_eq!(Json::parse(text).unwrap().as_str(), text);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn what_another_reader_takes_is_taken_token_for_token(text in pieces()) {
        let other = serde_json::from_str::<serde_json::Value>(&text);
        match Json::parse(&text) {
            Ok(json) => {
                let out_of_range = other.as_ref().is_err_and(|error| error.to_string().contains("out of range"));
                prop_assert!(other.is_ok() || out_of_range, "{:?}", other);
                prop_assert_eq!(json.as_str(), stripped(&text));
            }
            Err(error) => {
                let is_ours = matches!(error.problem, JsonProblem::DuplicateName { .. });
                prop_assert!(other.is_err() || is_ours, "{:?}", error);
            }
        }
    }

    #[test]
    fn the_first_special_byte_is_found(bytes in prop::collection::vec(prop_oneof![any::<u8>(), Just(b'a')], 0..40), at in 0_usize..40) {
        let from = at.min(bytes.len());
        let plainly = bytes[from..].iter().position(|byte| matches!(byte, b'"' | b'\\' | ..0x20));
        prop_assert_eq!(special(&bytes, from), plainly.map_or(bytes.len(), |found| from + found));
    }

    #[test]
    fn names_are_the_same_when_their_lower_case_is(a in "[aAkKſK\u{130}iı\u{307}éÉσςΣ_]{0,3}", b in "[aAkKſK\u{130}iı\u{307}éÉσςΣ_]{0,3}") {
        prop_assert_eq!(same_name(&a, &b), a.to_lowercase() == b.to_lowercase());
    }
}
