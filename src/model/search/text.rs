//! A part of a value, letter case ignored.

use super::raw::letters;
use memchr::memmem::Finder;

/// A text that is looked for.
pub struct Text {
    folded: String,
    /// The forms of its first letter in which a value may begin it; `None` where they are not known.
    begins: Option<Vec<Finder<'static>>>,
}

impl Text {
    pub fn new(text: &str) -> Self {
        let folded = text.to_lowercase();
        let finder = |letter: char| Finder::new(letter.encode_utf8(&mut [0; 4]).as_bytes()).into_owned();
        let begins = folded.chars().next().and_then(forms);
        Self { begins: begins.map(|forms| forms.into_iter().map(finder).collect()), folded }
    }

    /// Nothing is in no value.
    pub fn is_in(&self, value: &str) -> bool {
        !self.folded.is_empty() && value.to_lowercase().contains(&self.folded)
    }

    /// Whether values without escapes, and whatever stands between them, may hold it.
    pub fn may_be_in(&self, plain: &[u8]) -> bool {
        let stands = |first: &Finder<'_>| first.find_iter(plain).any(|at| self.stands_in(&plain[at..]));
        self.begins.as_ref().is_none_or(|forms| forms.iter().any(stands))
    }

    /// Whether bytes begin with it. Most differ soon, and in a letter that has no other form.
    fn stands_in(&self, bytes: &[u8]) -> bool {
        let mut pairs = bytes.iter().zip(self.folded.bytes());
        match pairs.find(|(byte, wanted)| byte.to_ascii_lowercase() != *wanted) {
            Some((byte, wanted)) if byte.is_ascii() && wanted.is_ascii() => false,
            Some(_) => self.is_spelled_by(bytes),
            None => bytes.len() >= self.folded.len(),
        }
    }

    /// The same letter by letter.
    fn is_spelled_by(&self, bytes: &[u8]) -> bool {
        let mut wanted = self.folded.chars();
        for letter in letters(bytes) {
            for lower in letter.to_lowercase() {
                match wanted.next() {
                    None => return true,
                    Some(wanted) if wanted == lower || (letter == 'Σ' && wanted == 'ς') => {}
                    Some(_) => return false,
                }
            }
        }
        wanted.next().is_none()
    }
}

/// The letters whose lower case begins with this one. `None` for a letter whose upper case is two, as that of `ß`, and for the
/// dot, which follows `i` in the lower case of `İ`.
fn forms(folded: char) -> Option<Vec<char>> {
    let rare = match folded {
        '\u{307}' => return None,
        'i' => Some('İ'),
        'k' => Some('\u{212A}'),
        'å' => Some('\u{212B}'),
        'ω' => Some('\u{2126}'),
        'θ' => Some('ϴ'),
        'ǆ' => Some('ǅ'),
        'ǉ' => Some('ǈ'),
        'ǌ' => Some('ǋ'),
        'ǳ' => Some('ǲ'),
        _ => None,
    };
    let mut upper = folded.to_uppercase();
    let one = upper.next().filter(|_| upper.next().is_none())?;
    Some([folded].into_iter().chain(Some(one).filter(|one| *one != folded)).chain(rare).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_is_a_form_of_its_lower_case() {
        for letter in '\0'..=char::MAX {
            let lower: Vec<char> = letter.to_lowercase().collect();
            assert!(forms(lower[0]).is_none_or(|forms| forms.contains(&letter)), "{letter:?}");
            assert!(lower.len() == 1 || lower == ['i', '\u{307}'], "{letter:?}");
        }
    }
}
