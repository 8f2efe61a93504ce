//! Typed values: what a type accepts, and when two values or records are the same (docs/API.md, "Values and dates").

use super::json::{Json, Kind, View};
use super::profile::Record;
use super::schema::{AttributeSchema, AttributeType, Schema};
use jiff::Timestamp;
use jiff::civil::Date;

/// Checks a value against its attribute; the error is a sentence without the place. `null` is accepted here.
pub fn check(attribute: &AttributeSchema, value: View<'_>) -> Result<(), String> {
    let wanted = attribute.kind;
    match (wanted, value.kind()) {
        (_, Kind::Null)
        | (AttributeType::Boolean, Kind::Boolean)
        | (AttributeType::Currency, Kind::Number) => Ok(()),
        (AttributeType::String, Kind::String) => check_length(attribute, value),
        (AttributeType::Integer, Kind::Number) => {
            let is_long = attribute.length.is_some_and(|length| length > 9);
            whole(value, if is_long { i64::MIN..=i64::MAX } else { i32::MIN.into()..=i32::MAX.into() })
        }
        (AttributeType::Long, Kind::Number) => whole(value, i64::MIN..=i64::MAX),
        (AttributeType::Double, Kind::Number) => {
            let finite = value.as_str().parse::<f64>().is_ok_and(f64::is_finite);
            finite.then_some(()).ok_or_else(|| format!("{value} is out of the range of a double"))
        }
        (AttributeType::Date, Kind::String) => day(&value.text().unwrap_or_default()),
        (AttributeType::Datetime, Kind::String) => instant(&value.text().unwrap_or_default()),
        (_, found) => Err(format!("this is {}, the schema wants {}", described(found), with_article(wanted))),
    }
}

/// The form under which a value is compared once it is coerced to its type: `"0"` and `0` are the same integer, `1.0` and
/// `1` the same currency. What cannot be coerced is compared by its text.
pub fn canonical(kind: AttributeType, value: View<'_>) -> String {
    let raw = value.text().unwrap_or(value.as_str().into());
    let coerced = match (kind, value.kind()) {
        (_, Kind::Null) => return "null".into(),
        (AttributeType::String, _) => return ["s", &raw].concat(),
        (AttributeType::Boolean, _) => {
            ["true", "false"].into_iter().find(|w| raw.eq_ignore_ascii_case(w)).map(Into::into)
        }
        (AttributeType::Date, _) => calendar_day(&raw),
        (AttributeType::Datetime, _) => {
            raw.parse::<Timestamp>().ok().map(|at| at.as_nanosecond().to_string())
        }
        _ => decimal(raw.trim()),
    };
    coerced.map_or_else(|| format!("?{value}"), |coerced| ["v", &coerced].concat())
}

/// The values that identify a record, compared after coercion.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UniqueKey(Vec<String>);

/// The key of a record; `None` where the schema has no `unique`. An absent attribute counts as its default, else null.
pub fn unique_key(schema: &Schema, record: &Record) -> Option<UniqueKey> {
    key_of(schema, record.json().view())
}

/// The same of an object that is no record yet.
pub(super) fn key_of(schema: &Schema, object: View<'_>) -> Option<UniqueKey> {
    let part = |name: &String| {
        let attribute = schema.attribute(name)?;
        let value = object.get(name).or(attribute.default.as_ref().map(Json::view));
        Some(value.map_or_else(|| "null".into(), |value| canonical(attribute.kind, value)))
    };
    (!schema.unique.is_empty()).then(|| UniqueKey(schema.unique.iter().filter_map(part).collect()))
}

/// What a person typed into a field, as the token to send; the error is a sentence.
pub fn parse_typed(attribute: &AttributeSchema, typed: &str) -> Result<Json, String> {
    let token = match attribute.kind {
        AttributeType::String => Json::string(typed),
        AttributeType::Date => Json::string(typed.trim()),
        AttributeType::Datetime => Json::string(&in_utc(typed.trim())),
        _ => {
            let token = Json::parse(typed.trim()).ok().filter(|token| !token.view().is_null());
            token.ok_or_else(|| format!("this is not {}", with_article(attribute.kind)))?
        }
    };
    check(attribute, token.view()).map(|()| token)
}

/// A value in the form of its type, as it is sent: a number or a flag that came as text, an instant in another form. `None`
/// where it has that form, or cannot have it, as an array or an object.
pub fn coerced(attribute: &AttributeSchema, value: View<'_>) -> Option<Json> {
    if matches!(value.kind(), Kind::Array | Kind::Object) {
        return None;
    }
    check(attribute, value).is_err().then(|| parse_typed(attribute, &shown(value)).ok()).flatten()
}

/// An instant with an offset, or with fewer fraction digits, as the API writes it; other text as it is.
fn in_utc(typed: &str) -> String {
    let whole = typed.parse::<Timestamp>().ok().filter(|at| at.subsec_nanosecond() % 1_000_000 == 0);
    whole.map_or_else(|| typed.to_owned(), written)
}

fn written(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// A day, or an instant at midnight UTC, which stands for its day; other instants keep their time.
fn calendar_day(raw: &str) -> Option<String> {
    if raw.len() == 10 {
        return raw.parse::<Date>().ok().map(|day| day.to_string());
    }
    let text = written(raw.parse().ok()?);
    Some(text.strip_suffix("T00:00:00.000Z").unwrap_or(&text).to_owned())
}

/// The text of a value for an editor.
pub fn shown(value: View<'_>) -> String {
    value.text().map_or_else(|| if value.is_null() { String::new() } else { value.to_string() }, Into::into)
}

fn check_length(attribute: &AttributeSchema, value: View<'_>) -> Result<(), String> {
    let text = value.text().unwrap_or_default();
    let Some(length) = attribute.length.filter(|length| text.len() > *length as usize) else {
        return Ok(()); // a character takes a byte at least
    };
    let count = text.chars().count();
    let fits = count <= length as usize;
    fits.then_some(()).ok_or_else(|| format!("{count} characters, the schema allows {length}"))
}

fn whole(value: View<'_>, range: std::ops::RangeInclusive<i64>) -> Result<(), String> {
    if value.as_str().contains(['.', 'e', 'E']) {
        return Err(format!("{value} is not a whole number"));
    }
    let inside = value.as_str().parse::<i64>().is_ok_and(|number| range.contains(&number));
    inside
        .then_some(())
        .ok_or_else(|| format!("{value} is not between {} and {}", range.start(), range.end()))
}

fn day(text: &str) -> Result<(), String> {
    let written = text.len() == 10 && text.parse::<Date>().is_ok();
    if written || instant(text).is_ok() {
        return Ok(());
    }
    Err(format!("\"{text}\" is no day of the calendar written as 2026-11-24"))
}

fn instant(text: &str) -> Result<(), String> {
    is_canonical(text)
        .then_some(())
        .ok_or_else(|| format!("\"{text}\" is no instant written as 2026-11-24T09:30:00.000Z"))
}

/// Whether it is an instant as [`written`]; a leap second is not written.
fn is_canonical(text: &str) -> bool {
    const FORM: &str = "0000-00-00T00:00:00.000Z";
    let fits = |(byte, form): (u8, u8)| if form == b'0' { byte.is_ascii_digit() } else { byte == form };
    text.len() == FORM.len()
        && text.bytes().zip(FORM.bytes()).all(fits)
        && !text[17..].starts_with("60")
        && text.parse::<Timestamp>().is_ok()
}

fn described(kind: Kind) -> &'static str {
    match kind {
        Kind::Null => "null",
        Kind::Boolean => "true or false",
        Kind::Number => "a number",
        Kind::String => "text",
        Kind::Array => "an array",
        Kind::Object => "an object",
    }
}

fn with_article(kind: AttributeType) -> String {
    let article = if kind == AttributeType::Integer { "an" } else { "a" };
    format!("{article} {}", kind.name())
}

/// A JSON number's value as text: sign, digits without outer zeros, exponent of the last digit. Exact at any size.
fn decimal(number: &str) -> Option<String> {
    let (mantissa, exponent) = match number.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
        None => (number, 0),
    };
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |rest| ("-", rest));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = [whole, fraction].concat();
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let kept = digits.trim_end_matches('0');
    let significant = kept.trim_start_matches('0');
    if significant.is_empty() {
        return Some("0".into());
    }
    let dropped = i64::try_from(digits.len() - kept.len()).ok()?;
    let scale = i64::try_from(fraction.len()).ok()?;
    let exponent = exponent.checked_sub(scale)?.checked_add(dropped)?;
    Some([sign, significant, "e", &exponent.to_string()].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attribute(kind: AttributeType, length: Option<u32>) -> AttributeSchema {
        AttributeSchema { name: "a".into(), kind, length, mandatory: false, default: None }
    }

    fn verdict(kind: AttributeType, length: Option<u32>, token: &str) -> Result<(), String> {
        check(&attribute(kind, length), Json::parse(token).unwrap().view())
    }

    #[test]
    fn each_type_accepts_its_values_and_no_others() {
        use AttributeType::{Boolean, Currency, Date, Datetime, Double, Integer, Long, String};
        assert_eq!(verdict(String, Some(2), "\"éé\""), Ok(()));
        assert_eq!(verdict(String, Some(2), "\"abc\"").unwrap_err(), "3 characters, the schema allows 2");
        assert_eq!(verdict(Integer, None, "\"0\"").unwrap_err(), "this is text, the schema wants an integer");
        assert!(
            verdict(Integer, None, "2147483647").is_ok() && verdict(Integer, None, "2147483648").is_err()
        );
        assert!(
            verdict(Integer, Some(15), "999999999999999").is_ok() && verdict(Integer, None, "1.5").is_err()
        );
        assert!(
            verdict(Long, None, "9223372036854775807").is_ok()
                && verdict(Long, None, "9223372036854775808").is_err()
        );
        assert!(verdict(Double, None, "1E5").is_ok() && verdict(Double, None, "1e400").is_err());
        assert!(verdict(Currency, None, "123456789012345678901234567890.10").is_ok());
        assert!(verdict(Boolean, None, "true").is_ok() && verdict(Boolean, None, "1").is_err());
        assert!(
            verdict(Date, None, "\"2026-02-28\"").is_ok() && verdict(Date, None, "\"2026-02-31\"").is_err()
        );
        assert!(verdict(Datetime, None, "\"2009-12-18T18:30:00.000Z\"").is_ok());
        for odd in
            ["\"2009-12-18T18:30:00Z\"", "\"2009-12-18T18:30:00.000+01:00\"", "\"2009-02-31T18:30:00.000Z\""]
        {
            assert!(verdict(Datetime, None, odd).is_err(), "{odd}");
        }
    }

    #[test]
    fn values_are_compared_after_coercion() {
        let same = |kind, a: &str, b: &str| {
            canonical(kind, Json::parse(a).unwrap().view()) == canonical(kind, Json::parse(b).unwrap().view())
        };
        assert!(same(AttributeType::Integer, "0", "\"0\"") && !same(AttributeType::Integer, "1", "10"));
        assert!(
            same(AttributeType::Currency, "10.10", "101e-1")
                && !same(AttributeType::Currency, "10.1", "10.01")
        );
        assert!(same(AttributeType::Currency, "-0.0", "0") && same(AttributeType::Double, "1E5", "100000"));
        assert!(same(
            AttributeType::Datetime,
            "\"2009-12-18T18:30:00.000Z\"",
            "\"2009-12-18T19:30:00+01:00\""
        ));
        assert!(
            !same(AttributeType::String, "\"\"", "null") && !same(AttributeType::String, "\"null\"", "null")
        );
    }

    #[test]
    fn a_day_is_the_same_in_both_of_its_forms() {
        let day = |text: &str| canonical(AttributeType::Date, Json::string(text).view());
        assert_eq!(day("1962-05-10"), day("1962-05-10T00:00:00.000Z"));
        assert_ne!(day("1962-05-10"), day("1962-05-11T00:00:00.000Z"));
        assert_ne!(day("1962-05-10"), day("1962-05-10T09:00:00.000Z"));
    }

    #[test]
    fn an_instant_is_canonical_as_it_is_written() {
        let seconds = ["00", "59", "60", "61"];
        for text in seconds
            .map(|seconds| format!("2016-12-31T23:59:{seconds}.000Z"))
            .iter()
            .map(String::as_str)
            .chain([
                "2016-12-31T23:59:60.999Z",
                "9999-12-31T23:59:59.999Z",
                "0000-02-29T00:00:00.000Z",
                "2023-02-29T00:00:00.000Z",
                "2023-12-31T24:00:00.000Z",
                "2023-12-31t23:00:00.000z",
                "2023-12-31 23:00:00.000Z",
                "2023-12-31T23:00:00,000Z",
            ])
        {
            let as_written = text.parse().is_ok_and(|at| written(at) == text);
            assert_eq!(is_canonical(text), as_written, "{text}");
        }
    }

    #[test]
    fn what_came_in_another_form_is_sent_in_that_of_its_type() {
        let sent = |kind, token: &str| {
            coerced(&attribute(kind, None), Json::parse(token).unwrap().view()).map(|json| json.to_string())
        };
        assert_eq!(sent(AttributeType::Integer, "\"7\""), Some("7".into()));
        assert_eq!(sent(AttributeType::Boolean, "\"true\""), Some("true".into()));
        assert_eq!(sent(AttributeType::String, "7"), Some("\"7\"".into()));
        let instant = "\"2009-12-18T18:30:00.000Z\"";
        assert_eq!(sent(AttributeType::Datetime, "\"2009-12-18T19:30:00+01:00\""), Some(instant.into()));
        for (kind, kept) in [
            (AttributeType::Integer, "7"),
            (AttributeType::Integer, "\"x\""),
            (AttributeType::Date, "null"),
            (AttributeType::String, r#"["x"]"#),
            (AttributeType::String, r#"{"a":1}"#),
        ] {
            assert_eq!(sent(kind, kept), None, "{kept}");
        }
    }

    #[test]
    fn what_is_typed_is_sent_in_the_form_of_the_api() {
        let typed = |kind, text: &str| parse_typed(&attribute(kind, None), text).map(|json| json.to_string());
        let sent = Ok("\"2009-12-18T18:30:00.000Z\"".to_owned());
        assert_eq!(typed(AttributeType::Datetime, "2009-12-18T18:30:00Z"), sent);
        assert_eq!(typed(AttributeType::Datetime, "2009-12-18T19:30:00+01:00"), sent);
        assert!(typed(AttributeType::Datetime, "2009-12-18T18:30:00.0001Z").is_err());
        assert!(typed(AttributeType::Datetime, "18 December").is_err());
        assert_eq!(typed(AttributeType::Currency, "10.10"), Ok("10.10".into()));
        assert_eq!(typed(AttributeType::Integer, "null").unwrap_err(), "this is not an integer");
        assert_eq!(typed(AttributeType::String, "null"), Ok("\"null\"".into()));
    }
}
