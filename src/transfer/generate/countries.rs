//! The countries of synthetic customers, as `countries.txt` lists them.

use std::sync::LazyLock;

/// Several to choose from.
type Words = Vec<&'static str>;

/// What customers of a country are made of; `countries.txt` says what each list holds.
#[derive(Debug, Default)]
pub struct Country {
    pub name: &'static str,
    pub language: &'static str,
    pub prefix: &'static str,
    /// The words for a number at home, at work, and a mobile one.
    pub words: Words,
    pub first: Words,
    pub last: Words,
    pub streets: Words,
    pub cities: Words,
    pub landlines: Words,
    pub mobiles: Words,
}

/// All of them.
pub static COUNTRIES: LazyLock<Vec<Country>> = LazyLock::new(|| read(include_str!("countries.txt")));

fn read(text: &'static str) -> Vec<Country> {
    let mut countries: Vec<Country> = Vec::new();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    for (key, values) in lines.filter_map(|line| line.split_once(": ")) {
        let values: Words = values.split("; ").collect();
        if let ("country", [name, language, prefix]) = (key, values.as_slice()) {
            countries.push(Country { name, language, prefix, ..Country::default() });
        } else if let Some(country) = countries.last_mut() {
            country.set(key, values);
        }
    }
    countries
}

impl Country {
    fn set(&mut self, key: &str, values: Words) {
        match key {
            "words" => self.words = values,
            "first" => self.first = values,
            "last" => self.last = values,
            "streets" => self.streets = values,
            "cities" => self.cities = values,
            "landlines" => self.landlines = values,
            "mobiles" => self.mobiles = values,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_country_has_all_its_lists_and_nothing_that_json_would_escape() {
        assert_eq!(COUNTRIES.len(), 16);
        for country in COUNTRIES.iter() {
            assert_eq!(country.words.len(), 3, "{}", country.name);
            for list in [&country.first, &country.last, &country.streets, &country.cities] {
                assert!(list.len() >= 7, "{}: {list:?}", country.name);
            }
            assert!(!country.landlines.is_empty() && !country.mobiles.is_empty(), "{}", country.name);
        }
        assert!(!include_str!("countries.txt").contains(['"', '\\', '\t', '\r']));
    }
}
