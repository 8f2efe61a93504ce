//! Profile, extension, record, schema and request, and everything that they mean. Pure: no clock, no input or output.

pub mod json;
