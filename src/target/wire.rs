//! The JSON of answers, written by the team server and read by the client, so that they cannot drift apart.
//!
//! Reading is tolerant, because other servers answer in forms that no document settles (docs/API.md, "Errors", "Schemas",
//! "Profiles"); writing has one form. Requests have theirs in [`crate::model::request`].

use super::{Accepted, Past, Stamp, Version};
use crate::model::apply::{Rejection, RejectionKind};
use crate::model::finding::{Finding, Place, Severity};
use crate::model::json::{Json, JsonError, Kind, MAX_DEPTH, View, quoted, same_name, text_of};
use crate::model::profile::{CUSTOMER_ID, CustomerId, Profile};
use crate::model::request::Request;
use crate::model::schema::{Arity, Schema, Schemas};

/// The paths of our own team server that other servers do not have (docs/API.md, "Local additions").
pub mod own {
    /// `GET`: the IDs of all customers.
    pub const CUSTOMERS: &str = "/x/customers";
    /// `GET ?text=…&limit=…`: profiles that have a text.
    pub const FIND: &str = "/x/find";
    /// `POST`: several requests, planned from a version.
    pub const SEND: &str = "/x/send";
    /// `GET /x/history/{id}`: the requests of a customer.
    pub const HISTORY: &str = "/x/history";
}

/// How deep the body of [`own::SEND`] may be nested: that of each of its requests [`MAX_DEPTH`].
pub const BATCH_DEPTH: usize = MAX_DEPTH + 3;
/// How deep what is read here may be nested: what a customer took from a body stands a few levels deeper.
const DEPTH: usize = MAX_DEPTH + 8;

/// Reads the JSON of an answer.
pub fn parse(bytes: &[u8]) -> Result<Json, JsonError> {
    text_of(bytes).and_then(|text| Json::parse_with_depth(text, DEPTH))
}

/// What a server says in an error.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// An application's own code.
    pub code: Option<String>,
    /// A sentence.
    pub text: Option<String>,
    /// Findings with their places, as our own server sends them.
    pub findings: Vec<Finding>,
    /// Who was changed by somebody else, as our own server says with the code `moved`.
    pub customer: Option<CustomerId>,
}

/// What an error body says, in whatever form and whole; never fails (docs/API.md, "Errors").
pub fn read_error(bytes: &[u8]) -> Said {
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim();
    let body = text.strip_prefix("error").map_or(text, |rest| {
        rest.trim_start().strip_prefix('=').map_or(text, |body| body.trim().trim_end_matches(';'))
    });
    let Ok(json) = Json::parse(body) else {
        let text = (!text.is_empty()).then(|| text.to_owned());
        return Said { text, ..Said::default() };
    };
    let view = json.view();
    if let Some(text) = view.text() {
        return Said { text: Some(text.into_owned()), ..Said::default() };
    }
    let view = view.get("error").filter(|error| error.kind() == Kind::Object).unwrap_or(view);
    let first = |names: &[&str]| {
        names.iter().find_map(|name| {
            let value = view.get(name).filter(|value| !value.is_null())?;
            Some(value.text().map_or_else(|| value.to_string(), std::borrow::Cow::into_owned))
        })
    };
    let text = first(&["description", "message", "error_description", "app_error_desc", "error"]);
    Said {
        code: first(&["code", "error_code", "app_error_code"]),
        text: text.or_else(|| Some(view.as_str().to_owned())),
        findings: view
            .get("findings")
            .into_iter()
            .flat_map(View::elements)
            .filter_map(read_finding)
            .collect(),
        customer: view.get("customer").and_then(View::text).and_then(|id| CustomerId::new(&id).ok()),
    }
}

/// The body of an error in our own form; `customer` is who was changed by somebody else.
pub fn error(
    method: &str,
    uri: &str,
    status: u16,
    code: &str,
    description: &str,
    findings: &[Finding],
    customer: Option<&CustomerId>,
) -> Json {
    let findings: Vec<String> = findings.iter().map(finding).collect();
    let customer = customer.map_or(String::new(), |id| format!(",\"customer\":{}", quoted(id.as_str())));
    built(&format!(
        "{{\"error\":{{\"http_method\":{},\"uri\":{},\"http_code\":{status},\"code\":{},\"description\":{},\"findings\":[{}]{customer}}}}}",
        quoted(method),
        quoted(uri),
        quoted(code),
        quoted(description),
        findings.join(",")
    ))
}

fn finding(finding: &Finding) -> String {
    let Finding { place, severity, sentence } = finding;
    let text = |name: &str, value: &Option<String>| {
        value.as_ref().map_or(String::new(), |value| format!("\"{name}\":{},", quoted(value)))
    };
    let record = place.record.map_or(String::new(), |record| format!("\"record\":{record},"));
    let severity = if *severity == Severity::Error { "error" } else { "warning" };
    format!(
        "{{{}{record}{}\"severity\":\"{severity}\",\"sentence\":{}}}",
        text("extension", &place.extension),
        text("attribute", &place.attribute),
        quoted(sentence)
    )
}

fn read_finding(view: View<'_>) -> Option<Finding> {
    let place = Place {
        extension: text(view, "extension"),
        record: view.get("record").and_then(|record| record.as_str().parse().ok()),
        attribute: text(view, "attribute"),
    };
    let warning = text(view, "severity").is_some_and(|severity| severity == "warning");
    let severity = if warning { Severity::Warning } else { Severity::Error };
    Some(Finding { place, severity, sentence: text(view, "sentence")? })
}

/// The status and the code with which our own server refuses (docs/API.md, "Errors").
pub const REFUSALS: [(RejectionKind, u16, &str); 6] = [
    (RejectionKind::Invalid, 400, "invalid"),
    (RejectionKind::UnknownCustomer, 404, "unknown_customer"),
    (RejectionKind::UnknownExtension, 404, "unknown_extension"),
    (RejectionKind::UnknownRecord, 404, "unknown_record"),
    (RejectionKind::AlreadyExists, 409, "already_exists"),
    (RejectionKind::ReadOnly, 409, "read_only"),
];

/// Status and code of a refusal.
pub fn refusal(kind: RejectionKind) -> (u16, &'static str) {
    REFUSALS.into_iter().find(|(known, ..)| *known == kind).map_or((400, "invalid"), |(_, s, code)| (s, code))
}

/// The refusal that an error answer stands for: by its code, else by its status. `None` where it is none.
pub fn read_refusal(status: u16, request: &Request, said: &Said) -> Option<Rejection> {
    let by_code =
        REFUSALS.into_iter().find(|(_, of, code)| *of == status && said.code.as_deref() == Some(*code));
    let about_record = matches!(request, Request::UpdateRecord(..) | Request::DeleteRecord(..));
    let kind = match (by_code, status) {
        (Some((kind, ..)), _) => kind,
        (None, 404) if matches!(request, Request::DeleteSchema(_)) => RejectionKind::UnknownExtension,
        (None, 404) if about_record => RejectionKind::UnknownRecord,
        (None, 404) => RejectionKind::UnknownCustomer,
        (None, 409) => RejectionKind::AlreadyExists,
        (None, 400..=499) => RejectionKind::Invalid,
        _ => return None,
    };
    if !said.findings.is_empty() {
        return Some(Rejection { kind, findings: said.findings.clone() });
    }
    let text = said.text.clone().unwrap_or_else(|| format!("the server answered {status} without a reason"));
    Some(Rejection::new(kind, text))
}

/// The answer to a create.
pub fn created(id: &CustomerId) -> Json {
    built(&format!("{{\"customer_id\":{}}}", quoted(id.as_str())))
}

/// The ID in the answer to a create; `None` where it says none.
pub fn read_created(bytes: &[u8]) -> Option<CustomerId> {
    let json = parse(bytes).ok()?;
    let value = json.view().get(CUSTOMER_ID)?;
    CustomerId::new(&value.text().unwrap_or(value.as_str().into())).ok()
}

/// What a server says of its schemas.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadSchemas {
    /// Those that could be read.
    pub schemas: Schemas,
    /// The names of the others, and why.
    pub unread: Vec<(String, String)>,
}

/// Reads schemas from an array, one object, or an object that holds the array. The error is a sentence.
pub fn read_schemas(bytes: &[u8]) -> Result<ReadSchemas, String> {
    let json = parse(bytes).map_err(|error| error.to_string())?;
    let view = json.view();
    let mut read = ReadSchemas::default();
    let listed: Vec<View<'_>> = match view.kind() {
        Kind::Array => view.elements().collect(),
        Kind::Object if view.get("name").is_some() => vec![view],
        Kind::Object => view.members().flat_map(|(_, value)| value.elements()).collect(),
        _ => return Err("neither a schema nor an array of schemas".into()),
    };
    for view in listed {
        match Schema::from_json(&view.to_json()) {
            Ok(schema) if read.schemas.get(&schema.name).is_none() => read.schemas.push(schema),
            Ok(_) => {}
            Err(error) => read.unread.push((text(view, "name").unwrap_or_default(), error.to_string())),
        }
    }
    Ok(read)
}

/// The answer with all schemas.
pub fn schemas(schemas: &Schemas) -> Json {
    Json::array(schemas.iter().map(|schema| schema.json.view()))
}

/// Reads a profile as our own team server tells it: what has no record is `[]` or absent, and `{}` is a record. The error is a
/// sentence.
pub fn read_own_profile(view: View<'_>, schemas: &Schemas) -> Result<Profile, String> {
    let mut profile = Profile::from_json(&view.to_json(), |name| schemas.get(name).is_some())?;
    profile.extensions.retain(|extension| !extension.records.as_slice().is_empty());
    Ok(profile)
}

/// Reads a profile as any server tells it; `asked` are the names of the extensions that were asked for. One of them may be
/// absent, `[]`, `{}` or null where there is no record; names have any letter case and come out as the schema has them, or as
/// they were asked for. What has a schema is never a core attribute. The error is a sentence.
pub fn read_profile(view: View<'_>, schemas: &Schemas, asked: &[String]) -> Result<Profile, String> {
    if view.kind() != Kind::Object {
        return Err("the answer is no profile".into());
    }
    let asked_as = |name: &str| asked.iter().find(|asked| same_name(asked, name));
    let mut said: Vec<(String, Json)> = Vec::new();
    for (name, value) in view.members() {
        let name = name.decoded().into_owned();
        if same_name(&name, CUSTOMER_ID) {
            let id =
                if value.kind() == Kind::Number { Json::string(value.as_str()) } else { value.to_json() };
            said.push((quoted(CUSTOMER_ID), id));
        } else if let Some(schema) = schemas.get(&name) {
            let value = records_said(schema, value)?;
            said.extend(value.map(|value| (quoted(&schema.name), value)));
        } else if let Some(asked) = asked_as(&name).filter(|_| flag(value) == Some(true)) {
            said.push((quoted(asked), Json::object([])));
        } else if asked_as(&name).is_none() || !matches!(value.as_str(), "null" | "[]" | "{}") {
            said.push((quoted(asked_as(&name).unwrap_or(&name)), value.to_json()));
        }
    }
    let json = Json::object(said.iter().map(|(name, value)| (name.as_str(), value.view())));
    Profile::from_json(&json, |name| schemas.get(name).is_some())
}

/// The records of an extension in the shape that its schema wants: one record may come as an array of one, and several may
/// come as the only one; a classifier may come as a flag. `None` where the answer says that there is none.
fn records_said(schema: &Schema, value: View<'_>) -> Result<Option<Json>, String> {
    let mut elements = value.elements();
    Ok(match (schema.arity, value.kind()) {
        (_, Kind::Null) => None,
        (Arity::Single | Arity::Multi, Kind::Object) if value.as_str() == "{}" => None,
        (Arity::Multi, Kind::Object) => Some(Json::array([value])),
        (_, Kind::Array) => match (elements.next(), elements.next()) {
            (None, _) => None,
            (Some(only), None) if schema.arity != Arity::Multi => return records_said(schema, only),
            _ => Some(value.to_json()),
        },
        (_, Kind::Object) => Some(value.to_json()),
        (_, Kind::Boolean | Kind::Number | Kind::String) => match flag(value) {
            Some(true) if schema.arity == Arity::Classifier => Some(Json::object([])),
            Some(false) => None,
            _ => return Err(format!("it shows a value for {} where a record should be", schema.name)),
        },
    })
}

/// What a flag says; `""` says no.
fn flag(value: View<'_>) -> Option<bool> {
    let text = value.text().unwrap_or(value.as_str().into()).to_ascii_lowercase();
    match text.as_str() {
        "true" => Some(true),
        "false" | "" => Some(false),
        _ => None,
    }
}

/// Reads the answer to a search: an array of profiles, or one, each as `read` reads it.
pub fn read_profiles(
    bytes: &[u8],
    read: impl Fn(View<'_>) -> Result<Profile, String>,
) -> Result<Vec<Profile>, String> {
    let json = parse(bytes).map_err(|error| error.to_string())?;
    match json.view().kind() {
        Kind::Array => json.view().elements().map(read).collect(),
        Kind::Object => Ok(vec![read(json.view())?]),
        Kind::Null => Ok(Vec::new()),
        _ => Err("the answer is no list of profiles".into()),
    }
}

/// Reads identification keys: the names of those of one attribute, as a search wants them, `Extension.attribute` where the key
/// is built on an extension (docs/API.md, "Servers"). What is no key is passed over.
pub fn read_keys(bytes: &[u8]) -> Vec<String> {
    let Ok(json) = parse(bytes) else { return Vec::new() };
    let key = |view: View<'_>| {
        let mut attributes = view.get("attributes")?.elements();
        let name = attributes.next()?.text()?.into_owned();
        let source =
            text(view, "source").filter(|source| !same_name(source, "profile") && !name.contains('.'));
        attributes.next().is_none().then(|| source.map_or(name.clone(), |source| format!("{source}.{name}")))
    };
    let view = json.view();
    let listed = view.elements().chain(view.members().flat_map(|(_, value)| value.elements()));
    listed.filter_map(key).collect()
}

/// What a server says of itself (docs/API.md, "Servers").
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// Its version.
    pub version: String,
    /// `production` or `maintenance`, where it says.
    pub mode: Option<String>,
    /// Set by our own team server alone: it has the additions under `/x/`.
    pub own: Option<OwnStatus>,
}

/// What our own team server says beyond that.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnStatus {
    /// How many customers it has.
    pub customers: Option<usize>,
    /// Whether its store keeps a history.
    pub history: bool,
    /// Whether it finds a text anywhere.
    pub text_search: bool,
    /// What is wrong with its store.
    pub damage: Option<String>,
}

/// Reads a status. `None` where it is none.
pub fn read_status(bytes: &[u8]) -> Option<Status> {
    let json = parse(bytes).ok()?;
    let view = Some(json.view()).filter(|view| view.kind() == Kind::Object)?;
    let flag = |view: View<'_>, name: &str| view.get(name).is_some_and(|value| value.as_str() == "true");
    let own = view.get("profile_desk").filter(|own| own.kind() == Kind::Object).map(|own| OwnStatus {
        customers: own.get("customers").and_then(|count| count.as_str().parse().ok()),
        history: flag(own, "history"),
        text_search: flag(own, "text_search"),
        damage: text(own, "damage"),
    });
    Some(Status { version: text(view, "version").unwrap_or_default(), mode: text(view, "mode"), own })
}

/// A status. Dates and counts that the API has beside them are not told.
pub fn status(status: &Status) -> Json {
    let own = status.own.as_ref().map_or(String::new(), |own| {
        let customers = own.customers.map_or(String::new(), |count| format!("\"customers\":{count},"));
        let damage =
            own.damage.as_ref().map_or(String::new(), |text| format!(",\"damage\":{}", quoted(text)));
        format!(
            ",\"profile_desk\":{{{customers}\"history\":{},\"text_search\":{}{damage}}}",
            own.history, own.text_search
        )
    });
    let mode = status.mode.as_ref().map_or(String::new(), |mode| format!(",\"mode\":{}", quoted(mode)));
    built(&format!("{{\"version\":{}{mode}{own}}}", quoted(&status.version)))
}

/// The body of [`own::SEND`].
pub fn batch(requests: &[Request], planned_from: Option<Version>) -> Json {
    let requests: Vec<String> = requests.iter().map(request).collect();
    let from = planned_from.map_or(String::new(), |Version(from)| format!("\"planned_from\":{from},"));
    built(&format!("{{{from}\"requests\":[{}]}}", requests.join(",")))
}

/// A request as `{"method","path","body"}`.
pub fn request(request: &Request) -> String {
    let body = request.body().map_or(String::new(), |body| format!(",\"body\":{body}"));
    format!("{{\"method\":\"{}\",\"path\":{}{body}}}", request.method().as_str(), quoted(&request.path()))
}

/// Reads such a request. The error is a sentence.
pub fn read_request(view: View<'_>) -> Result<Request, String> {
    let part = |name: &str| text(view, name).ok_or_else(|| format!("the request has no {name}"));
    Request::from_parts(&part("method")?, &part("path")?, view.get("body").map(View::to_json))
}

/// Reads the body of [`own::SEND`]. The error is a sentence.
pub fn read_batch(view: View<'_>) -> Result<(Vec<Request>, Option<Version>), String> {
    let from = match view.get("planned_from") {
        Some(from) => Some(Version(from.as_str().parse().map_err(|_| "planned_from is no version")?)),
        None => None,
    };
    let listed = view.get("requests").filter(|listed| listed.kind() == Kind::Array);
    let listed = listed.ok_or("there are no requests")?;
    Ok((listed.elements().map(read_request).collect::<Result<_, _>>()?, from))
}

/// The answers to [`own::SEND`], one a request.
pub fn answers(answers: &[Result<Accepted, Rejection>]) -> Json {
    let answer = |answer: &Result<Accepted, Rejection>| match answer {
        Ok(accepted) => accepted
            .customer
            .as_ref()
            .map_or("{}".into(), |id| format!("{{\"customer\":{}}}", quoted(id.as_str()))),
        Err(rejection) => {
            let (_, code) = refusal(rejection.kind);
            let findings: Vec<String> = rejection.findings.iter().map(finding).collect();
            format!("{{\"refused\":{},\"findings\":[{}]}}", quoted(code), findings.join(","))
        }
    };
    built(&format!("{{\"answers\":[{}]}}", answers.iter().map(answer).collect::<Vec<_>>().join(",")))
}

/// Reads the answers to [`own::SEND`]; `None` where they are none.
pub fn read_answers(bytes: &[u8]) -> Option<Vec<Result<Accepted, Rejection>>> {
    let json = parse(bytes).ok()?;
    let answers = json.view().get("answers").filter(|answers| answers.kind() == Kind::Array)?;
    let answer = |view: View<'_>| match text(view, "refused") {
        None => Ok(Accepted { customer: text(view, "customer").and_then(|id| CustomerId::new(&id).ok()) }),
        Some(code) => {
            let kind = REFUSALS.into_iter().find(|(.., known)| *known == code);
            let kind = kind.map_or(RejectionKind::Invalid, |(kind, ..)| kind);
            let findings = view.get("findings").into_iter().flat_map(View::elements);
            Err(Rejection { kind, findings: findings.filter_map(read_finding).collect() })
        }
    };
    Some(answers.elements().map(answer).collect())
}

/// The IDs of all customers.
pub fn customers(ids: &[CustomerId]) -> Json {
    let ids: Vec<String> = ids.iter().map(|id| quoted(id.as_str())).collect();
    built(&format!("{{\"customers\":[{}]}}", ids.join(",")))
}

/// Reads them; `None` where they are none.
pub fn read_customers(bytes: &[u8]) -> Option<Vec<CustomerId>> {
    let json = parse(bytes).ok()?;
    let ids = json.view().get("customers").filter(|ids| ids.kind() == Kind::Array)?;
    ids.elements().map(|id| CustomerId::new(&id.text()?).ok()).collect()
}

/// A request that a customer had, as `{"seq","at","by","method","path","body"}`.
pub fn past(past: &Past) -> Json {
    let Past { seq, stamp: Stamp { by, at }, request: of } = past;
    let request = request(of);
    built(&format!("{{\"seq\":{seq},\"at\":{},\"by\":{},{}", quoted(at), quoted(by), &request[1..]))
}

/// Reads a history: an array of these. The error is a sentence.
pub fn read_history(bytes: &[u8]) -> Result<Vec<Past>, String> {
    let json = parse(bytes).map_err(|error| error.to_string())?;
    let entry = |view: View<'_>| {
        let seq = view.get("seq").and_then(|seq| seq.as_str().parse().ok()).ok_or("an entry has no seq")?;
        let part = |name: &str| text(view, name).ok_or_else(|| format!("an entry has no {name}"));
        Ok(Past { seq, stamp: Stamp { by: part("by")?, at: part("at")? }, request: read_request(view)? })
    };
    json.view().elements().map(entry).collect()
}

fn text(view: View<'_>, name: &str) -> Option<String> {
    view.get(name)?.text().map(std::borrow::Cow::into_owned)
}

/// JSON from parts that are JSON each.
fn built(text: &str) -> Json {
    parse(text.as_bytes()).unwrap_or_else(|_| Json::null()) // its parts parsed already, every text is quoted
}

#[cfg(test)]
mod tests;
