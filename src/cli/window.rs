//! The window's command: puts editor, worker and targets together.

use super::{Failure, Status};
use crate::app::command::{Command, Make};
use crate::app::state::{App, Surroundings};
use crate::app::worker::{Found, Hands, Keeper, Picked, Worker};
use crate::model::request::Request;
use crate::target::{self, Address, Password, Stamp, Target, TargetError};
use crate::transfer::read::{Content, read};
use crate::ui::shell::Shell;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// What the sample store begins with.
const SAMPLE: &str = include_str!("../../assets/samples/store.json");

/// What the window starts with.
pub struct Start {
    /// The target.
    pub target: Address,
    /// The user's own store.
    pub own: PathBuf,
    /// Where the sample store is, or will be.
    pub sample: PathBuf,
    /// The password that the environment names.
    pub password: Option<Password>,
    /// A customer to open, or a text to look for.
    pub first: Option<Command>,
    /// Where drafts and settings are kept.
    pub keeper: Box<dyn Keeper>,
}

/// Opens the window and returns when it is closed.
pub fn run(start: Start, user: String) -> Result<(), Failure> {
    display()?;
    let there = Arc::new(AtomicBool::new(false));
    let begun = there.clone();
    let make = move |context: &eframe::egui::Context| {
        begun.store(true, Ordering::Relaxed);
        shell(context, start, user)
    };
    starting(&there, || Shell::run(make)).map_err(|error| not_shown(&error))
}

/// A library that is missing makes the window's toolkit panic before the window is there. That panic is an error like others.
fn starting(there: &Arc<AtomicBool>, run: impl FnOnce() -> Result<(), String>) -> Result<(), String> {
    let before = Arc::new(std::panic::take_hook());
    let (said, seen, after) = (Arc::new(Mutex::new(String::new())), there.clone(), before.clone());
    let heard = said.clone();
    std::panic::set_hook(Box::new(move |panic| match (seen.load(Ordering::Relaxed), heard.lock()) {
        (false, Ok(mut heard)) => {
            let text = panic.payload_as_str().unwrap_or("its toolkit failed");
            text.clone_into(&mut heard);
        }
        _ => after(panic),
    }));
    let done = std::panic::catch_unwind(AssertUnwindSafe(run));
    std::panic::set_hook(Box::new(move |panic| before(panic)));
    match done {
        Ok(done) => done,
        Err(panic) if there.load(Ordering::Relaxed) => std::panic::resume_unwind(panic),
        Err(_) => Err(said.lock().map(|said| said.clone()).unwrap_or_default()),
    }
}

/// The shell over everything it needs, woken through `context`.
pub fn shell(context: &eframe::egui::Context, start: Start, user: String) -> Result<Shell, String> {
    let Start { target, own, sample, password, first, keeper } = start;
    let waker = context.clone();
    let by = user.clone();
    let sample_store = sample.clone();
    let hands = Hands {
        test: Box::new(target::http::test),
        items: Box::new(super::import::read_files),
        labels: Box::new(super::labels::Files),
        open: Box::new(move |address, make, password| open(address, make, password, &sample_store, &by)),
        keeper,
        pick: Box::new(pick),
        now: Box::new(now),
        clock: Box::new(|| local("%H:%M:%S")),
        user,
        wake: Box::new(move || waker.request_repaint()),
    };
    let around = Surroundings {
        zone: TimeZone::system(),
        make_id: Box::new(crate::store::random_id),
        clock: Box::new(|| local("%H:%M")),
        own_store: own,
        sample,
        password,
    };
    let mut app = App::new(around, target);
    let jobs = app.start();
    Ok(Shell::new(context, app, Worker::start(hands)?, jobs, first))
}

fn local(format: &str) -> String {
    TimeZone::system().to_datetime(Timestamp::now()).strftime(format).to_string()
}

fn now() -> String {
    Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// Opens a target; where there is no store, makes what was asked for. The sample has a store of its own.
fn open(
    address: &Address,
    make: Make,
    password: Option<&Password>,
    sample: &Path,
    by: &str,
) -> Result<Option<Found>, TargetError> {
    let address = match (address, make) {
        (_, Make::Sample) => absolute(sample),
        (Address::Store(path), _) => absolute(path),
        (Address::Server(_), _) => address.clone(),
    };
    match (target::open_address(&address, password), &address, make) {
        (Ok(opened), ..) => Ok(Some((address, opened.into()))),
        (Err(TargetError::Missing(_)), _, Make::Nothing) => Ok(None),
        (Err(TargetError::Missing(_)), Address::Store(path), _) => {
            let created = target::create(path)?;
            if make == Make::Sample {
                fill(created.as_ref(), by)?;
            }
            Ok(Some((address, created.into())))
        }
        (Err(error), ..) => Err(error),
    }
}

/// One store has one place, from whatever folder the window was started: drafts belong to it.
fn absolute(path: &Path) -> Address {
    Address::Store(std::path::absolute(path).unwrap_or_else(|_| path.to_owned()))
}

/// The sample's schemas and customers, in one write.
fn fill(target: &dyn Target, by: &str) -> Result<(), TargetError> {
    let sentence = |sentence: String| TargetError::NotReached(sentence);
    let items = read(SAMPLE).map_err(|error| sentence(error.to_string()))?;
    let requests: Vec<Request> = items
        .into_iter()
        .filter_map(|item| match item.content {
            Content::Schema(json) => Some(Request::CreateSchema(json)),
            Content::Profile(json) => Some(Request::CreateProfile(json)),
            Content::Insert(id, body) => Some(Request::InsertRecords(id, body)),
            Content::Refused(..) | Content::NotJson(..) => None,
        })
        .collect();
    let stamp = Stamp { by: by.to_owned(), at: now() };
    let answers = target.send(&requests, None, &stamp)?;
    let refused = answers.into_iter().find_map(Result::err);
    refused.map_or(Ok(()), |rejection| Err(sentence(rejection.to_string())))
}

/// The desktop's dialog. Without a file portal it gives nothing, silently; the window has a field for a path as well.
fn pick() -> Picked {
    let dialog = rfd::AsyncFileDialog::new()
        .set_title("Import")
        .add_filter("JSON", &["json", "jsonl"])
        .add_filter("All files", &["*"]);
    Box::pin(async move {
        let files = dialog.pick_files().await.unwrap_or_default();
        files.iter().map(|file| file.path().to_path_buf()).collect()
    })
}

const WITHOUT: &str = "These work without a window: show, find, insert, import, export, history, schema, serve, check (see --help).";

/// Says so early where there is plainly no display.
fn display() -> Result<(), Failure> {
    let named = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if cfg!(not(all(unix, not(target_os = "macos"))))
        || ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"].iter().any(|name| named(name))
    {
        return Ok(());
    }
    let sentence =
        "the window cannot be shown: there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set)";
    Err(Failure { status: Status::NotReached, sentence: sentence.into(), details: vec![WITHOUT.into()] })
}

/// What the toolkit says, without the place in its source.
fn reason(error: &str) -> &str {
    let after_place = error.split_once("os error at ").and_then(|(_, rest)| rest.split_once(": "));
    after_place.map_or(error, |(_, reason)| reason).trim_end_matches('.')
}

fn not_shown(error: &str) -> Failure {
    let sentence = format!("the window cannot be shown: {}", reason(error));
    let packages = "On Debian and Ubuntu it needs libx11-6 libx11-xcb1 libxcursor1 libxi6 libxkbcommon-x11-0 libgl1 libgl1-mesa-dri (X11) \
                    or libwayland-client0 libwayland-egl1 libxkbcommon0 libegl1 libgl1-mesa-dri (Wayland).";
    Failure { status: Status::NotReached, sentence, details: vec![packages.into(), WITHOUT.into()] }
}

#[cfg(test)]
mod tests {
    use super::{reason, starting};
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;

    #[test]
    fn a_panic_before_the_window_is_there_is_a_sentence() {
        let there = Arc::new(AtomicBool::new(false));
        let failed =
            starting(&there, || std::panic::panic_any("Library libxkbcommon-x11.so could not be loaded."));
        assert_eq!(
            failed.map_err(|error| reason(&error).to_owned()),
            Err("Library libxkbcommon-x11.so could not be loaded".to_owned())
        );
    }

    #[test]
    fn the_place_in_the_toolkit_is_left_out() {
        let error =
            "winit EventLoopError: os error at /src/linux/mod.rs:788: Failed to open connection to X server";
        assert_eq!(reason(error), "Failed to open connection to X server");
        assert_eq!(reason("no worker"), "no worker");
    }
}
