//! The random choices of one customer: SplitMix64, which gives the same numbers everywhere and for ever.

/// The golden ratio, by which the state moves on.
const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

/// The letters of `@` in a pattern.
const LETTERS: [&str; 20] =
    ["A", "B", "D", "E", "F", "G", "H", "J", "L", "N", "P", "Q", "R", "S", "T", "U", "W", "X", "Y", "Z"];

/// A sequence of choices.
#[derive(Clone, Debug)]
pub struct Chance(u64);

impl Chance {
    /// The choices of customer `number`; they begin where the seed's own sequence is at that number.
    pub fn of(seed: u64, number: u64) -> Self {
        Self(mixed(seed.wrapping_add(number.wrapping_add(1).wrapping_mul(STEP))))
    }

    /// Where the choices began: no other customer of the seed has it.
    pub fn begin(&self) -> u64 {
        self.0
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        mixed(self.0)
    }

    /// From 0 to below `limit`.
    pub fn below(&mut self, limit: u32) -> u32 {
        let high = ((self.next() >> 32) * u64::from(limit)) >> 32;
        u32::try_from(high).unwrap_or_default() // it is below `limit`
    }

    /// Whether a chance of so many in a hundred came true.
    pub fn percent(&mut self, chance: u32) -> bool {
        self.below(100) < chance
    }

    /// One of several.
    pub fn word<'a>(&mut self, words: &[&'a str]) -> &'a str {
        let at = self.below(u32::try_from(words.len()).unwrap_or(u32::MAX));
        words.get(at as usize).copied().unwrap_or_default()
    }

    /// Writes a pattern: a digit for `#`, a letter for `@`, a number up to 199 for `*`, `space` for a space.
    pub fn fill(&mut self, out: &mut String, pattern: &str, space: &str) {
        for character in pattern.chars() {
            match character {
                '#' => out.push(digit(self.below(10))),
                '@' => out.push_str(self.word(&LETTERS)),
                '*' => {
                    let number = 1 + self.below(199);
                    [100, 10, 1]
                        .iter()
                        .filter(|unit| number >= **unit)
                        .for_each(|unit| out.push(digit(number / unit % 10)));
                }
                ' ' => out.push_str(space),
                other => out.push(other),
            }
        }
    }
}

fn digit(value: u32) -> char {
    char::from_digit(value, 10).unwrap_or('0')
}

fn mixed(state: u64) -> u64 {
    let state = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let state = (state ^ (state >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    state ^ (state >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_published_sequence() {
        let mut chance = Chance(1_234_567);
        let numbers = [(); 3].map(|()| chance.next());
        assert_eq!(
            numbers,
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]
        );
    }
}
