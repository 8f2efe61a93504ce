//! What stands in an address: query parameters, and the last segment of a path.

use super::answer::Answer;
use crate::model::profile::CustomerId;
use axum::http::Uri;
use percent_encoding::percent_decode_str;

/// The parameters of an address, in order, decoded as a form is.
pub struct Query(Vec<(String, String)>);

impl Query {
    /// Those of `uri`.
    pub fn of(uri: &Uri) -> Result<Self, Answer> {
        let pairs = uri.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
        let pairs = pairs.map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((decoded(&name.replace('+', " "))?, decoded(&value.replace('+', " "))?))
        });
        Ok(Self(pairs.collect::<Result<_, Answer>>()?))
    }

    /// Takes a parameter out; `None` where it is not there. Letter case does not count.
    pub fn take(&mut self, name: &str) -> Option<String> {
        let at = self.0.iter().position(|(known, _)| known.eq_ignore_ascii_case(name))?;
        Some(self.0.remove(at).1)
    }

    /// Takes a list of names out; empty where it is not there.
    pub fn take_names(&mut self, name: &str) -> Vec<String> {
        let list = self.take(name).unwrap_or_default();
        list.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
    }

    /// Takes one of two words out, the first where it is not there; says whether it is the second.
    pub fn take_choice(&mut self, name: &str, words: [&str; 2]) -> Result<bool, Answer> {
        match self.take(name) {
            None => Ok(false),
            Some(word) if word.eq_ignore_ascii_case(words[0]) => Ok(false),
            Some(word) if word.eq_ignore_ascii_case(words[1]) => Ok(true),
            Some(_) => Err(Answer::invalid(format!("{name} is {} or {}", words[0], words[1]))),
        }
    }

    /// What is left.
    pub fn rest(self) -> Vec<(String, String)> {
        self.0
    }
}

/// The last segment of a path, decoded.
pub fn last_segment(uri: &Uri) -> Result<String, Answer> {
    decoded(uri.path().rsplit('/').next().unwrap_or_default())
}

/// The customer whom a path ends with.
pub fn customer(uri: &Uri) -> Result<CustomerId, Answer> {
    CustomerId::new(&last_segment(uri)?).map_err(Answer::invalid)
}

fn decoded(text: &str) -> Result<String, Answer> {
    let decoded = percent_decode_str(text).decode_utf8();
    decoded.map(std::borrow::Cow::into_owned).map_err(|_| Answer::invalid("the address is not UTF-8"))
}
