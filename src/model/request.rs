//! The API's requests: method, path and exact body (docs/API.md, "Operations").

use super::json::Json;
use super::profile::CustomerId;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use std::borrow::Cow;

/// What a path segment keeps as it is: RFC 3986 unreserved characters.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The HTTP method of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// `POST`
    Post,
    /// `PUT`
    Put,
    /// `DELETE`
    Delete,
}

impl Method {
    /// As on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }
}

/// A request that changes something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// `POST /profiles`
    CreateProfile(Json),
    /// `PUT /profiles/{id}`
    UpdateProfile(CustomerId, Json),
    /// `DELETE /profiles/{id}`
    DeleteProfile(CustomerId),
    /// `PUT /profiles/{dst}/merge/{src}`
    MergeProfiles {
        /// Who remains.
        dst: CustomerId,
        /// Who goes.
        src: CustomerId,
        /// The options.
        body: Json,
    },
    /// `POST /profiles/{id}/extensions`: Insert Extension Records.
    InsertRecords(CustomerId, Json),
    /// `PUT /profiles/{id}/extensions/{extension}/by/unique`
    UpdateRecord(CustomerId, String, Json),
    /// `PUT /profiles/{id}/extensions/{extension}/delete/by/unique`
    DeleteRecord(CustomerId, String, Json),
    /// `POST /metadata/profiles/extensions`
    CreateSchema(Json),
    /// `DELETE /metadata/profiles/extensions/{extension}`
    DeleteSchema(String),
    /// `PUT /x/checkpoint/{id}`: a store's own line, the profile as of here; never sent anywhere.
    Checkpoint(CustomerId, Json),
}

impl Request {
    /// The method.
    pub fn method(&self) -> Method {
        match self {
            Self::CreateProfile(_) | Self::InsertRecords(..) | Self::CreateSchema(_) => Method::Post,
            Self::DeleteProfile(_) | Self::DeleteSchema(_) => Method::Delete,
            _ => Method::Put,
        }
    }

    /// The path as on the wire, below the base URL, percent-encoded.
    pub fn path(&self) -> String {
        let id = |id: &CustomerId| encode(id.as_str());
        match self {
            Self::CreateProfile(_) => "/profiles".into(),
            Self::UpdateProfile(customer, _) | Self::DeleteProfile(customer) => {
                format!("/profiles/{}", id(customer))
            }
            Self::MergeProfiles { dst, src, .. } => format!("/profiles/{}/merge/{}", id(dst), id(src)),
            Self::InsertRecords(customer, _) => format!("/profiles/{}/extensions", id(customer)),
            Self::UpdateRecord(customer, ext, _) => {
                format!("/profiles/{}/extensions/{}/by/unique", id(customer), encode(ext))
            }
            Self::DeleteRecord(customer, ext, _) => {
                format!("/profiles/{}/extensions/{}/delete/by/unique", id(customer), encode(ext))
            }
            Self::CreateSchema(_) => "/metadata/profiles/extensions".into(),
            Self::DeleteSchema(ext) => format!("/metadata/profiles/extensions/{}", encode(ext)),
            Self::Checkpoint(customer, _) => format!("/x/checkpoint/{}", id(customer)),
        }
    }

    /// The body, where the request has one.
    pub fn body(&self) -> Option<&Json> {
        match self {
            Self::CreateProfile(body)
            | Self::UpdateProfile(_, body)
            | Self::MergeProfiles { body, .. }
            | Self::InsertRecords(_, body)
            | Self::UpdateRecord(_, _, body)
            | Self::DeleteRecord(_, _, body)
            | Self::CreateSchema(body)
            | Self::Checkpoint(_, body) => Some(body),
            Self::DeleteProfile(_) | Self::DeleteSchema(_) => None,
        }
    }

    /// The customer whom it changes; for a create, the `customer_id` of the body where there is one.
    pub fn customer(&self) -> Option<CustomerId> {
        match self {
            Self::CreateProfile(body) => {
                body.view().get("customer_id")?.text().and_then(|id| CustomerId::new(&id).ok())
            }
            _ => self.named().next().cloned(),
        }
    }

    /// Every customer whom it touches: for a merge both, for a request about schemas none.
    pub fn customers(&self) -> Vec<CustomerId> {
        match self {
            Self::CreateProfile(_) => self.customer().into_iter().collect(),
            _ => self.named().cloned().collect(),
        }
    }

    /// The customers whom its path names: for a merge both, for a create and for a request about schemas none.
    pub fn named(&self) -> impl Iterator<Item = &CustomerId> {
        let (one, other) = match self {
            Self::UpdateProfile(id, _)
            | Self::DeleteProfile(id)
            | Self::InsertRecords(id, _)
            | Self::UpdateRecord(id, ..)
            | Self::DeleteRecord(id, ..)
            | Self::Checkpoint(id, _) => (Some(id), None),
            Self::MergeProfiles { dst, src, .. } => (Some(dst), Some(src)),
            Self::CreateProfile(_) | Self::CreateSchema(_) | Self::DeleteSchema(_) => (None, None),
        };
        one.into_iter().chain(other)
    }

    /// Whether it touches this customer.
    pub fn is_of(&self, id: &CustomerId) -> bool {
        match self {
            Self::CreateProfile(_) => self.customer().as_ref() == Some(id),
            _ => self.named().any(|named| named == id),
        }
    }

    /// Reads a request from its parts, as a journal line or a request file has them. The error is a sentence.
    pub fn from_parts(method: &str, path: &str, body: Option<Json>) -> Result<Self, String> {
        let segments = decode_path(path)?;
        let segments: Vec<&str> = segments.iter().map(AsRef::as_ref).collect();
        let need = |body: Option<Json>| body.ok_or_else(|| format!("{method} {path} needs a body"));
        match (method, segments.as_slice()) {
            ("POST", ["profiles"]) => Ok(Self::CreateProfile(need(body)?)),
            ("PUT", ["profiles", id]) => Ok(Self::UpdateProfile(CustomerId::new(id)?, need(body)?)),
            ("DELETE", ["profiles", id]) => Ok(Self::DeleteProfile(CustomerId::new(id)?)),
            ("PUT", ["profiles", dst, "merge", src]) => {
                let (dst, src) = (CustomerId::new(dst)?, CustomerId::new(src)?);
                Ok(Self::MergeProfiles { dst, src, body: need(body)? })
            }
            ("POST", ["profiles", id, "extensions"]) => {
                Ok(Self::InsertRecords(CustomerId::new(id)?, need(body)?))
            }
            ("PUT", ["profiles", id, "extensions", ext, "by", "unique"]) => {
                Ok(Self::UpdateRecord(CustomerId::new(id)?, (*ext).into(), need(body)?))
            }
            ("PUT", ["profiles", id, "extensions", ext, "delete", "by", "unique"]) => {
                Ok(Self::DeleteRecord(CustomerId::new(id)?, (*ext).into(), need(body)?))
            }
            ("POST", ["metadata", "profiles", "extensions"]) => Ok(Self::CreateSchema(need(body)?)),
            ("DELETE", ["metadata", "profiles", "extensions", ext]) => Ok(Self::DeleteSchema((*ext).into())),
            ("PUT", ["x", "checkpoint", id]) => Ok(Self::Checkpoint(CustomerId::new(id)?, need(body)?)),
            _ => Err(format!("{method} {path} is no request that this program knows")),
        }
    }
}

/// One path segment, percent-encoded.
pub fn encode(segment: &str) -> String {
    utf8_percent_encode(segment, SEGMENT).to_string()
}

fn decode_path(path: &str) -> Result<Vec<Cow<'_, str>>, String> {
    let rest = path.strip_prefix('/').ok_or_else(|| format!("the path {path} does not begin with /"))?;
    let segments = rest.split('/').map(|segment| percent_decode_str(segment).decode_utf8());
    segments.collect::<Result<_, _>>().map_err(|_| format!("the path {path} is not UTF-8"))
}
