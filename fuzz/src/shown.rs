//! What a target shows of itself, to be compared.

use profile_desk::model::json::{Json, Kind, View};
use profile_desk::model::profile::CustomerId;
use profile_desk::model::request::Request;
use profile_desk::target::{Stamp, Target, TargetError};
use std::collections::BTreeMap;

/// All customers and schemas as they are shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    pub customers: BTreeMap<String, String>,
    pub schemas: Vec<String>,
}

impl Shown {
    /// Everything that can be asked for is; an error says that the target shows nothing.
    pub fn of(target: &dyn Target) -> Result<Self, TargetError> {
        let mut customers = BTreeMap::new();
        for id in target.customers()? {
            // Whose only line turns out to be damaged when it is read is still listed.
            let Some(loaded) = target.load(&id)? else { continue };
            assert_eq!(loaded.profile.id, id, "a customer under another's ID");
            customers.insert(id.to_string(), loaded.profile.to_json().to_string());
        }
        let schemas = target.schemas()?.iter().map(|schema| schema.json.to_string()).collect();
        Ok(Self { customers, schemas })
    }

    /// Whether every customer found is one who is shown, as shown.
    pub fn assert_finds(&self, target: &dyn Target) {
        for text in ["a", "33", "Жа", "nobody at all"] {
            for profile in target.find(text, 1_000).unwrap_or_default() {
                let shown = self.customers.get(&profile.id.to_string());
                assert_eq!(shown, Some(&profile.to_json().to_string()), "found by {text:?}");
            }
        }
        let wanted = [("EmailAddress".to_owned(), "ada@example.org".to_owned())];
        for profile in target.identify(&wanted, 1_000).unwrap_or_default() {
            assert_eq!(self.customers.get(&profile.id.to_string()), Some(&profile.to_json().to_string()));
        }
    }

    /// The tokens of all values that are shown.
    pub fn tokens(&self) -> Vec<String> {
        let mut tokens = Vec::new();
        for json in self.customers.values().map(|text| Json::parse(text).unwrap()) {
            let members = json.view().members().filter(|(name, _)| name.decoded() != "customer_id");
            members.for_each(|(_, value)| collect(value, &mut tokens));
        }
        tokens
    }
}

fn collect(view: View<'_>, out: &mut Vec<String>) {
    match view.kind() {
        Kind::Array | Kind::Object => {
            view.members().map(|(_, value)| value).chain(view.elements()).for_each(|part| collect(part, out));
        }
        _ => out.push(view.as_str().to_owned()),
    }
}

/// The ID of somebody whom no case holds.
pub const NEWCOMER: &str = "NEWCOMER0000001";

/// Makes a new customer; `true` where it was accepted, `None` where it is not known.
pub fn create(target: &dyn Target) -> Option<bool> {
    let body = format!(r#"{{"customer_id":"{NEWCOMER}","LastName":"New"}}"#);
    send(target, &Request::CreateProfile(Json::parse(&body).unwrap()))
}

/// Inserts a phone into a customer.
pub fn insert(target: &dyn Target, id: &str) -> Option<bool> {
    let body = Json::parse(r#"{"Phone":[{"PhoneType":77,"number":"77"}]}"#).unwrap();
    send(target, &Request::InsertRecords(CustomerId::new(id).unwrap(), body))
}

fn send(target: &dyn Target, request: &Request) -> Option<bool> {
    let stamp = Stamp { by: "fuzz".into(), at: "2026-11-24T09:30:00.000Z".into() };
    match target.send(std::slice::from_ref(request), None, &stamp) {
        Ok(answers) => Some(answers.iter().all(Result::is_ok)),
        Err(TargetError::Unclear(_)) => None,
        Err(_) => Some(false),
    }
}
