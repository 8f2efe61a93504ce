//! Numbers that look random (xorshift), from a seed that is printed.
#![allow(clippy::print_stdout, reason = "a random test says its seed")]
#![allow(dead_code, reason = "not every test needs all of it")]

use std::time::{SystemTime, UNIX_EPOCH};

#[derive(Clone, Copy, Debug)]
pub struct Random(u64);

impl Random {
    /// The seed of `PROFILE_DESK_SEED`, else one of the clock; printed.
    pub fn seeded() -> Self {
        let given = std::env::var("PROFILE_DESK_SEED").ok().and_then(|seed| seed.parse().ok());
        let clock = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |now| now.as_micros());
        let seed = given.unwrap_or_else(|| u64::try_from(clock()).unwrap_or(1));
        println!("seed {seed} (PROFILE_DESK_SEED={seed} tries the same again)");
        Self::of(seed)
    }

    pub fn of(seed: u64) -> Self {
        // Seeds that are close to each other must not begin alike.
        let mut random = Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        random.next();
        random
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number from 0 up to but not including `end`, which is not 0.
    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from((self.next() >> 16) % u64::try_from(end).unwrap_or(1)).unwrap_or(0)
    }

    /// True once in so many times.
    pub fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// The same things in another order.
    pub fn shuffled<T>(&mut self, mut things: Vec<T>) -> Vec<T> {
        for at in (1..things.len()).rev() {
            things.swap(at, self.below(at + 1));
        }
        things
    }
}
