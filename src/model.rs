//! Profile, extension, record, schema and request, and everything that they mean. Pure: no clock, no input or output.

pub mod apply;
pub mod compare;
pub mod finding;
pub mod fold;
pub mod infer;
pub mod json;
pub mod labels;
pub mod past;
pub mod plan;
pub mod probe;
pub mod profile;
pub mod put_back;
pub mod read_back;
pub mod reconcile;
pub mod request;
pub mod schema;
pub mod search;
pub mod stored;
pub mod validate;
pub mod value;
