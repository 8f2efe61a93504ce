//! Profile Desk: a desktop editor for customer profiles and their extension records.

pub mod app;
pub mod cli;
pub mod model;
pub mod server;
pub mod store;
pub mod target;
pub mod transfer;
pub mod ui;
