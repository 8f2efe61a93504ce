//! What a person made of one attribute: text that was typed, valid or not, or null, or nothing.

use crate::model::json::{Json, Kind, View};
use crate::model::schema::{AttributeSchema, AttributeType};
use crate::model::value::{parse_typed, shown};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// What an attribute is to become.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// What was typed, and the token that it stands for or, in a sentence, why it stands for none.
    Typed {
        /// As typed.
        text: String,
        /// As it would be sent.
        token: Result<Json, String>,
    },
    /// JSON null.
    Null,
    /// The record is to have no such attribute.
    Absent,
}

impl Entry {
    /// What typing `text` means for an attribute; without a schema the value there is (`like`) says what is wanted.
    pub fn typed(
        attribute: Option<&AttributeSchema>,
        like: Option<Kind>,
        text: &str,
        zone: &TimeZone,
    ) -> Self {
        let token = match attribute {
            Some(attribute) if attribute.kind == AttributeType::Datetime => {
                let wanted = "this is no date and time of the calendar; it is written as 2026-11-24 09:30";
                parse_typed(attribute, &instant_in(text, zone)).map_err(|_| wanted.to_owned())
            }
            Some(attribute) => parse_typed(attribute, text),
            None => parse_like(like, text),
        };
        Self::Typed { text: text.to_owned(), token }
    }

    /// The token to send; `None` where there is none to send. The error says why what was typed stands for none.
    pub fn token(&self) -> Result<Option<Json>, &str> {
        match self {
            Self::Typed { token: Ok(token), .. } => Ok(Some(token.clone())),
            Self::Typed { token: Err(sentence), .. } => Err(sentence),
            Self::Null => Ok(Some(Json::null())),
            Self::Absent => Ok(None),
        }
    }
}

/// What would have to be typed for a token.
pub fn typed_as(token: View<'_>) -> Entry {
    if token.is_null() {
        return Entry::Null;
    }
    Entry::Typed { text: shown(token), token: Ok(token.to_json()) }
}

/// The text of a value in an editor: date-times in `zone`, without seconds where they are zero.
pub fn text_of(kind: Option<AttributeType>, value: View<'_>, zone: &TimeZone) -> String {
    let text = shown(value);
    let instant = (kind == Some(AttributeType::Datetime)).then(|| text.parse::<Timestamp>().ok()).flatten();
    instant.and_then(|at| in_zone(at, zone)).unwrap_or(text)
}

/// The text of an instant in a zone; `None` where that text would not lead back to it: a repeated hour, finer than milliseconds.
fn in_zone(at: Timestamp, zone: &TimeZone) -> Option<String> {
    let local = zone.to_datetime(at);
    let format = match (local.second(), local.subsec_nanosecond()) {
        (0, 0) => "%Y-%m-%d %H:%M",
        (_, 0) => "%Y-%m-%d %H:%M:%S",
        _ => "%Y-%m-%d %H:%M:%S.%3f",
    };
    let text = local.strftime(format).to_string();
    let back = text.parse::<DateTime>().ok()?;
    (zone.to_ambiguous_timestamp(back).unambiguous().ok()? == at).then_some(text)
}

/// A date-time without an offset stands for an instant in the zone; any other text stays as it is.
fn instant_in(text: &str, zone: &TimeZone) -> String {
    let typed = text.trim();
    let has_time = typed.len() > 10 && typed.parse::<Timestamp>().is_err();
    let local = has_time.then(|| typed.parse::<DateTime>().ok()).flatten();
    let instant = local.and_then(|local| zone.to_ambiguous_timestamp(local).unambiguous().ok());
    instant.map_or_else(|| typed.to_owned(), |instant| instant.to_string())
}

fn parse_like(like: Option<Kind>, text: &str) -> Result<Json, String> {
    let wanted = match like {
        Some(kind @ (Kind::Number | Kind::Boolean)) => kind,
        Some(Kind::Object | Kind::Array) => {
            return Err("this value is a structure; it can only be read here".into());
        }
        _ => return Ok(Json::string(text)),
    };
    let token = Json::parse(text.trim()).ok().filter(|token| token.view().kind() == wanted);
    let name = if wanted == Kind::Number { "a number" } else { "true or false" };
    token.ok_or_else(|| format!("this is not {name}, as the value before it was"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn datetime() -> AttributeSchema {
        AttributeSchema {
            name: "at".into(),
            kind: AttributeType::Datetime,
            length: None,
            mandatory: false,
            default: None,
        }
    }

    fn paris() -> TimeZone {
        TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap()
    }

    fn token(text: &str, zone: &TimeZone) -> Result<String, String> {
        match Entry::typed(Some(&datetime()), None, text, zone) {
            Entry::Typed { token, .. } => token.map(|token| token.to_string()),
            _ => unreachable!(),
        }
    }

    #[test]
    fn a_date_time_is_shown_and_typed_in_the_zone_and_sent_in_utc() {
        let stored = Json::parse("\"2009-12-18T18:30:00.000Z\"").unwrap();
        let kind = Some(AttributeType::Datetime);
        assert_eq!(text_of(kind, stored.view(), &paris()), "2009-12-18 19:30");
        assert_eq!(text_of(kind, stored.view(), &TimeZone::UTC), "2009-12-18 18:30");
        assert_eq!(token("2009-12-18 19:30", &paris()).unwrap(), "\"2009-12-18T18:30:00.000Z\"");
        assert_eq!(token("2009-07-18 19:30:05", &paris()).unwrap(), "\"2009-07-18T17:30:05.000Z\"");
        assert_eq!(token("2009-12-18T19:30+05:00", &paris()).unwrap(), "\"2009-12-18T14:30:00.000Z\"");
    }

    #[test]
    fn an_hour_that_comes_twice_or_never_is_not_guessed() {
        token("2026-10-25 02:30", &paris()).unwrap_err();
        token("2026-03-29 02:30", &paris()).unwrap_err();
        let twice = Json::parse("\"2026-10-25T00:30:00.000Z\"").unwrap();
        let text = text_of(Some(AttributeType::Datetime), twice.view(), &paris());
        assert_eq!(token(&text, &paris()).unwrap(), twice.to_string(), "{text} leads back");
    }

    #[test]
    fn without_a_schema_the_value_there_says_what_is_wanted() {
        let typed = |like, text| {
            Entry::typed(None, like, text, &TimeZone::UTC)
                .token()
                .map(|t| t.unwrap().to_string())
                .map_err(str::to_owned)
        };
        assert_eq!(typed(Some(Kind::Number), "1E5").unwrap(), "1E5");
        typed(Some(Kind::Number), "x").unwrap_err();
        assert_eq!(typed(Some(Kind::String), "5").unwrap(), "\"5\"");
        assert_eq!(typed(None, "5").unwrap(), "\"5\"");
    }
}
