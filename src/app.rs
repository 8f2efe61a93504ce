//! The editor without a window: what is open, what was typed, what a key means, and the worker that does what takes time.
//!
//! Nothing here draws. The window hands in [`command::Command`]s and shows what [`state::App`] says.

pub mod command;
mod conflicts;
pub mod connection_form;
pub mod connections;
pub mod draft;
pub mod edits;
pub mod entry;
pub mod history;
pub mod import;
pub mod importing;
pub mod jobs;
pub mod keep;
mod keeping;
pub mod labels;
pub mod meant;
mod opening;
pub mod probing;
pub mod rebase;
pub mod review;
pub mod sending;
pub mod settings;
pub mod state;
mod switching;
pub mod telling;
pub mod update;
pub mod waiting;
pub mod worker;

#[cfg(test)]
mod tests;
