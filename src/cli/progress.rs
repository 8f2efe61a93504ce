//! How far a command is, on a line of the terminal that is written over and over, between messages that stay.

use std::fmt::Display;
use std::io::Write;
use std::time::{Duration, Instant};

/// Nobody reads faster.
const PAUSE: Duration = Duration::from_millis(100);

/// Begins the line anew.
const ANEW: &str = "\r\x1b[K";

/// What is said while a command goes on. A closed standard error does not end it: its exit status still tells.
pub struct Progress<'a> {
    out: &'a mut dyn Write,
    is_terminal: bool,
    told: Option<Instant>,
}

impl<'a> Progress<'a> {
    /// On a terminal it says how far it is; elsewhere only messages are written.
    pub fn new(out: &'a mut dyn Write, is_terminal: bool) -> Self {
        Self { out, is_terminal, told: None }
    }

    /// Says how far it is, unless it was said just now.
    pub fn at(&mut self, so_far: impl FnOnce() -> String) {
        if self.is_terminal && self.told.is_none_or(|told| told.elapsed() > PAUSE) {
            self.told = Some(Instant::now());
            let _ = write!(self.out, "{ANEW}{}", so_far());
            let _ = self.out.flush();
        }
    }

    /// A message that stays.
    pub fn say(&mut self, message: impl Display) {
        self.clear();
        let _ = writeln!(self.out, "{message}");
    }

    fn clear(&mut self) {
        if self.told.take().is_some() {
            let _ = write!(self.out, "{ANEW}");
        }
    }
}

impl Drop for Progress<'_> {
    fn drop(&mut self) {
        self.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(is_terminal: bool) -> String {
        let mut out = Vec::new();
        let mut progress = Progress::new(&mut out, is_terminal);
        progress.at(|| "1 of 9".into());
        progress.at(|| "said too soon".into());
        progress.say("refused");
        progress.at(|| "2 of 9".into());
        drop(progress);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn messages_stay_and_nothing_else_does() {
        assert_eq!(written(true), format!("{ANEW}1 of 9{ANEW}refused\n{ANEW}2 of 9{ANEW}"));
        assert_eq!(written(false), "refused\n");
    }
}
