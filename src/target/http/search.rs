//! Finding customers on a server that is not ours: only by whole values of attributes.

use super::HttpTarget;
use super::reading::{Told, profile_path, read_json};
use crate::model::json::same_name;
use crate::model::profile::{CUSTOMER_ID, CustomerId, Profile};
use crate::model::request::encode;
use crate::model::schema::Schemas;
use crate::target::{TargetError, wire};
use tokio::task::JoinSet;

/// Where the identification keys are.
const KEYS: &str = "/metadata/identification-keys";
/// How many requests one search may take.
const MOST: usize = 6;
/// The parameters of a search that are no attributes.
const PARAMETERS: [&str; 4] = ["id_key", "include_profile", "extensions", "include_extensions"];

/// Attributes and the values that they must have.
type Values = Vec<(String, String)>;

/// What came of one search.
enum Found {
    Profiles(Vec<Profile>),
    /// The server does not search by this.
    Refused(String),
}

impl HttpTarget {
    /// At most `limit` customers who have these values.
    pub(super) async fn identify_by(
        &self,
        wanted: &[(String, String)],
        limit: usize,
    ) -> Result<Vec<Profile>, TargetError> {
        let told = self.told().await?;
        let (ids, rest): (Vec<_>, Vec<_>) =
            wanted.iter().cloned().partition(|(name, _)| same_name(name, CUSTOMER_ID));
        let mut found = match (ids.first(), rest.is_empty()) {
            (None, true) => Vec::new(),
            (None, false) => match self.look_for(&rest, &told).await? {
                Found::Profiles(profiles) => profiles,
                Found::Refused(why) => return Err(TargetError::NotOffered(self.not_by(&[rest], &why))),
            },
            (Some((_, id)), _) => self.by_id(id).await?.into_iter().collect(),
        };
        if !ids.is_empty() {
            found.retain(|profile| wanted.iter().all(|(name, value)| has(profile, name, value)));
        }
        found.truncate(limit);
        Ok(found)
    }

    /// At most `limit` customers who have `text` as a whole value of what such a server searches by, or as their ID.
    pub(super) async fn find_whole(&self, text: &str, limit: usize) -> Result<Vec<Profile>, TargetError> {
        let text = text.trim().to_owned();
        if text.is_empty() {
            return Ok(Vec::new());
        }
        let told = self.told().await?;
        let searches = searches(&text, &self.searched_by().await?, &told.schemas);
        let mut asked = JoinSet::new();
        for (at, search) in searches.iter().cloned().enumerate() {
            let (target, told) = (self.clone(), told.clone());
            asked.spawn(async move { (at, target.look_for(&search, &told).await) });
        }
        let by_id = self.perhaps_by_id(&text).await;
        let mut answers = asked.join_all().await;
        answers.sort_by_key(|(at, _)| *at);
        let answers = std::iter::once(by_id).chain(answers.into_iter().map(|(_, answer)| answer));
        let (mut found, mut refused, mut failed) = (Vec::new(), Vec::new(), None);
        for answer in answers {
            match answer {
                Ok(Found::Profiles(profiles)) => found.extend(profiles),
                Ok(Found::Refused(why)) => refused.push(why),
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        // What failed does not hide what was found; where nothing was, nobody knows whether there is something.
        if let Some(error) = failed.filter(|_| found.is_empty()) {
            return Err(error);
        }
        if found.is_empty() && refused.len() == searches.len() {
            return Err(TargetError::NotOffered(
                self.not_by(&searches, refused.first().map_or("", String::as_str)),
            ));
        }
        let mut seen: Vec<CustomerId> = Vec::new();
        found.retain(|profile| {
            !seen.contains(&profile.id) && {
                seen.push(profile.id.clone());
                true
            }
        });
        found.truncate(limit);
        Ok(found)
    }

    /// The attributes that the server's identification keys or the connection name; none where neither does.
    async fn searched_by(&self) -> Result<Vec<String>, TargetError> {
        let answer = self.calls.get(KEYS).await?;
        let keys = match answer.status {
            200..=299 => wire::read_keys(&answer.body),
            401 => return Err(self.calls.error(&format!("GET {KEYS}"), &answer).await),
            _ => Vec::new(),
        };
        Ok(if keys.is_empty() { self.connection.find_by.clone() } else { keys })
    }

    /// The customer of an ID; a text that can be none finds nobody.
    async fn by_id(&self, id: &str) -> Result<Option<Profile>, TargetError> {
        match CustomerId::new(id) {
            Ok(id) => Ok(self.read_profile(&id).await?.map(|loaded| loaded.profile)),
            Err(_) => Ok(None),
        }
    }

    /// The customer of a text that is an ID, perhaps; one that the server takes for none, as it does with `/`, finds nobody.
    async fn perhaps_by_id(&self, text: &str) -> Result<Found, TargetError> {
        let nobody = Ok(Found::Profiles(Vec::new()));
        let Ok(id) = CustomerId::new(text) else { return nobody };
        if self.calls.client.base().join(&profile_path(&id)).is_err() {
            return nobody;
        }
        let (told, answer) = self.ask_profile(&id).await?;
        if refuses(answer.status) {
            return nobody;
        }
        let loaded = self.loaded(&id, &told, &answer).await?;
        Ok(Found::Profiles(loaded.into_iter().map(|loaded| loaded.profile).collect()))
    }

    /// One search.
    async fn look_for(&self, values: &[(String, String)], told: &Told) -> Result<Found, TargetError> {
        if let Some((name, _)) =
            values.iter().find(|(name, _)| PARAMETERS.iter().any(|of| same_name(of, name)))
        {
            return Ok(Found::Refused(format!("{name} is a parameter of the search itself")));
        }
        let wanted: Vec<String> =
            values.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
        let path = format!("/profiles?{}&include_profile=yes", wanted.join("&"));
        // Sentences name the search without the values.
        let doing = "GET /profiles (a search)";
        let answer = self.ask_with(doing, &path, &told.names).await?;
        match answer.status {
            204 => Ok(Found::Profiles(Vec::new())),
            404 => self.is_its_own_404(doing, &answer).map(|()| Found::Profiles(Vec::new())),
            200..=299 => {
                let read =
                    read_json(&answer, |bytes| wire::read_profiles(bytes, |view| self.profile(view, told)));
                read.map(Found::Profiles).map_err(|why| self.cannot_mean(doing, &why))
            }
            status if refuses(status) => Ok(Found::Refused(self.calls.seen(&answer))),
            _ => Err(self.calls.error(doing, &answer).await),
        }
    }

    fn not_by(&self, searches: &[Values], why: &str) -> String {
        let names: Vec<String> = searches
            .iter()
            .map(|values| values.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(" with "))
            .collect();
        let place = self.calls.place();
        format!(
            "{place} finds customers by whole values alone, and not by {} ({why}); name what it searches by in the connection (find_by)",
            names.join(", ")
        )
    }
}

/// Whether a status says that the server does not look for this.
fn refuses(status: u16) -> bool {
    matches!(status, 400 | 403 | 405 | 409 | 414 | 422 | 501)
}

/// Whether a customer has a value, given as [`crate::target::Target::identify`] wants it.
fn has(profile: &Profile, name: &str, value: &str) -> bool {
    let attribute = name.split_once('.').map_or(name, |(_, attribute)| attribute);
    profile.has(name, value) || profile.has(attribute, value)
}

/// The searches for a text: by the attributes that are searched by, else by those that such a text may be the value of.
fn searches(text: &str, by: &[String], schemas: &Schemas) -> Vec<Values> {
    let value = |name: &str| vec![(name.to_owned(), text.to_owned())];
    let mut searches: Vec<Values> = by.iter().map(|name| value(name)).collect();
    if searches.is_empty() {
        searches = guessed(text, schemas);
    }
    searches.truncate(MOST);
    searches
}

/// By the shape of the text: an e-mail address, a number, else a name.
fn guessed(text: &str, schemas: &Schemas) -> Vec<Values> {
    let value = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    if text.contains('@') {
        return vec![vec![value("EmailAddress", text)]];
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    if !digits.is_empty() && !text.chars().any(char::is_alphabetic) {
        let mut searches: Vec<Values> = Vec::new();
        for attribute in numbers(schemas) {
            searches.push(vec![value(&attribute, text)]);
            if digits != text {
                searches.push(vec![value(&attribute, &digits)]);
            }
        }
        return searches;
    }
    let mut searches = vec![vec![value("LastName", text)], vec![value("FirstName", text)]];
    if let Some((first, last)) = text.split_once(' ') {
        searches.push(vec![value("FirstName", first.trim()), value("LastName", last.trim())]);
    }
    searches
}

/// The attributes that hold telephone numbers, going by their names.
fn numbers(schemas: &Schemas) -> Vec<String> {
    let is_number = |name: &str| name.to_lowercase().contains("number");
    let of_phones = schemas.iter().filter(|schema| schema.name.to_lowercase().contains("phone"));
    let of_others = schemas.iter().filter(|schema| !schema.name.to_lowercase().contains("phone"));
    let mut names = Vec::new();
    for schema in of_phones.chain(of_others) {
        let attributes = schema.attributes.iter().filter(|attribute| is_number(&attribute.name));
        names.extend(attributes.map(|attribute| format!("{}.{}", schema.name, attribute.name)));
    }
    names.push("PhoneNumber".into());
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::json::Json;
    use crate::model::schema::Schema;

    fn phones() -> Schemas {
        let schema = |text: &str| Schema::from_json(&Json::parse(text).unwrap()).unwrap();
        [
            schema(r#"{"name":"Order","type":"multi-valued","attributes":[{"name":"OrderNumber","type":"string"}]}"#),
            schema(r#"{"name":"Phone","type":"multi-valued","attributes":[{"name":"prefix","type":"string"},{"name":"number","type":"string"}]}"#),
        ]
        .into_iter()
        .collect()
    }

    fn tried(text: &str, by: &[&str]) -> Vec<String> {
        let by: Vec<String> = by.iter().map(|name| (*name).to_owned()).collect();
        let one = |values: Values| {
            values.into_iter().map(|(n, v)| format!("{n}={v}")).collect::<Vec<_>>().join("&")
        };
        searches(text, &by, &phones()).into_iter().map(one).collect()
    }

    #[test]
    fn what_is_searched_by_is_said_or_guessed_by_the_text() {
        assert_eq!(tried("x@y.z", &[]), ["EmailAddress=x@y.z"]);
        assert_eq!(tried("x@y.z", &["Mail", "Phone.number"]), ["Mail=x@y.z", "Phone.number=x@y.z"]);
        assert_eq!(tried("951 357", &[])[..2], ["Phone.number=951 357", "Phone.number=951357"]);
        assert_eq!(
            tried("951357", &[]),
            ["Phone.number=951357", "Order.OrderNumber=951357", "PhoneNumber=951357"]
        );
        assert_eq!(tried("Banner", &[]), ["LastName=Banner", "FirstName=Banner"]);
        assert_eq!(tried("Bruce Banner", &[])[2], "FirstName=Bruce&LastName=Banner");
        assert_eq!(tried("x", &["a", "b", "c", "d", "e", "f", "g"]).len(), MOST);
    }
}
