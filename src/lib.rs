//! Profile Desk: a desktop editor for customer profiles and their extension records.

pub mod model;
pub mod transfer;
