//! The command line: arguments in, data on standard output, messages on standard error, an exit status.
//!
//! Exit status: 0 done; 1 refused (bad input, validation, a server's refusal: 4xx or 503); 2 usage; 3 not reached (network, TLS,
//! lock, disk, unreadable file): nothing changed; 4 unclear: something may have been written.

mod address;
mod args;
mod check;
mod compact;
pub mod connections;
mod export;
mod failure;
mod history;
mod import;
mod insert;
mod keeper;
mod labels;
mod part;
mod password;
mod progress;
mod replay;
mod serve;
mod submitting;
mod verbs;
pub mod window;

use crate::app::command::Command;
use crate::model::profile::CustomerId;
use crate::store::places::Places;
use crate::store::settings::SettingsFile;
use crate::target::Address;
use clap::Parser;
use std::ffi::OsString;
use std::io::{IsTerminal, Write};
use std::process::ExitCode;

pub use failure::{Failure, Status};

/// What a command works with: where data and messages go, and who and when it is. Tests pass their own.
pub struct Surroundings<'a> {
    /// Standard output: data only.
    pub out: &'a mut dyn Write,
    /// Standard error: messages.
    pub err: &'a mut dyn Write,
    /// Whether messages go to a terminal: then what takes long says how far it is.
    pub is_terminal: bool,
    /// The time as RFC 3339 in UTC with milliseconds.
    pub now: &'a dyn Fn() -> String,
    /// The login name.
    pub user: String,
}

/// Runs the command line with the process's own surroundings.
pub fn run() -> ExitCode {
    let user = whoami::username().unwrap_or_else(|_| "unknown".into());
    let (mut out, mut err) = (std::io::stdout().lock(), std::io::stderr().lock());
    let is_terminal = err.is_terminal();
    let mut surroundings = Surroundings { out: &mut out, err: &mut err, is_terminal, now: &now, user };
    ExitCode::from(run_with(std::env::args_os(), &mut surroundings) as u8)
}

fn now() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// The same with given arguments (the program's name first) and surroundings.
pub fn run_with(args: impl IntoIterator<Item = OsString>, with: &mut Surroundings<'_>) -> Status {
    let args = match args::Args::try_parse_from(args) {
        Ok(args) => args,
        Err(error) => return usage(&error, with),
    };
    let done = match args.command {
        Some(verb) => verbs::run(verb, with),
        None => open_window(&args, with),
    };
    match done {
        Ok(()) => Status::Done,
        Err(failure) => {
            // A closed standard error leaves only the exit status to tell; there is nobody else to tell it to.
            let _ = write!(with.err, "{failure}");
            failure.status
        }
    }
}

/// Help and version are data and end well; anything else is a usage error.
fn usage(error: &clap::Error, with: &mut Surroundings<'_>) -> Status {
    let text = error.render();
    if error.use_stderr() {
        let _ = write!(with.err, "{text}");
        return Status::Usage;
    }
    let _ = write!(with.out, "{text}");
    Status::Done
}

fn open_window(args: &args::Args, with: &Surroundings<'_>) -> Result<(), Failure> {
    let first = match (&args.customer, &args.find) {
        (Some(id), _) => Some(Command::Open(CustomerId::new(id).map_err(Failure::refused)?)),
        (None, Some(text)) => Some(Command::OpenFound(text.clone())),
        (None, None) => None,
    };
    let Some(places) = Places::of_user() else {
        let sentence = "this system names no folder for a user's data, so drafts cannot be kept";
        return Err(
            Failure::refused(sentence).with("Name one in PROFILE_DESK_DATA and one in PROFILE_DESK_CONFIG.")
        );
    };
    let target = args.target.named()?.unwrap_or_else(|| last_target(&places));
    let (own, sample) = (places.store(), places.data.join("sample"));
    let password = password::from_environment()?;
    let keeper = Box::new(keeper::Kept::new(places));
    window::run(window::Start { target, own, sample, password, first, keeper }, with.user.clone())
}

/// The target that the window had open last, unless it is a store that is not there any more; else the user's own store.
fn last_target(places: &Places) -> Address {
    // What is wrong with the settings is told by the window.
    let last = SettingsFile::new(&places.config).read().ok().and_then(|(settings, _)| settings.last_target());
    let kept = connections::read(&places.config).unwrap_or_default();
    let last = last.map(|place| keeper::address(&place, &kept));
    let is_there = |last: &Address| !matches!(last, Address::Store(path) if !path.exists());
    last.filter(is_there).unwrap_or_else(|| Address::Store(places.store()))
}
