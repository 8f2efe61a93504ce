//! Import and export: text in, profiles and schemas with their places out, and back. Opens no files.

pub mod generate;
pub mod lines;
pub mod merge;
pub mod read;
mod text;
mod values;
