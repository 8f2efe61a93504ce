//! Profile, extension, record, schema and request, and everything that they mean. Pure: no clock, no input or output.

pub mod apply;
pub mod finding;
pub mod json;
pub mod profile;
pub mod request;
pub mod schema;
pub mod validate;
pub mod value;
