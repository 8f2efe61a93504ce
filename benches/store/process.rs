//! Whole processes: how long they take, and how much memory at most.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// The program.
pub fn program(args: &[&str], store: Option<&Path>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_profile-desk"));
    command.args(args);
    if let Some(store) = store {
        command.arg("--store").arg(store);
    }
    quiet(command)
}

/// This program as a reader of a peer's database.
pub fn reader(args: &[&str]) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(args);
    quiet(command)
}

fn quiet(mut command: Command) -> Command {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// From start to end, in seconds.
pub fn run(mut command: Command) -> f64 {
    crate::timed(|| assert!(command.status().unwrap().success(), "{command:?}"))
}

/// The most memory that a process had, in MiB: what the system notes as its peak, read until it ends.
pub fn peak(mut command: Command) -> f64 {
    let mut child = command.spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    let ended = loop {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|line| line.trim_end_matches("kB").trim().parse::<u64>().ok());
        peak = peak.max(kib.unwrap_or(0));
        if let Some(ended) = child.try_wait().unwrap() {
            break ended;
        }
        std::thread::sleep(Duration::from_millis(1));
    };
    assert!(ended.success(), "{command:?}");
    peak as f64 / 1024.0
}
