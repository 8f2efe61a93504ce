//! What is wanted of a customer when it is put back as it was, or when one request is taken back. Only what is wanted: the
//! requests that lead there are planned like any others.

use super::finding::{Finding, Place, Severity};
use super::profile::{Extension, Profile, Records};
use super::reconcile::{Conflict, reconcile};
use super::schema::{Arity, Schemas};

/// A customer as it is to be again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PutBack {
    /// The profile that is wanted.
    pub wanted: Profile,
    /// What cannot be as it was, place by place, and stays as it is now.
    pub left: Vec<Finding>,
}

/// A customer with one request taken back, and all that came after it kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenBack {
    /// The profile that is wanted where the request is taken back even from what was changed again since.
    pub all: PutBack,
    /// The same where what was changed again since stays as it is.
    pub rest: PutBack,
    /// What was changed again since: as the request made it, as it was before, as it is now.
    pub conflicts: Vec<Conflict>,
}

/// The profile as it was, as far as the schemas of today have a place for it; `now` is the customer as it is.
pub fn put_back(then: &Profile, now: Option<&Profile>, schemas: &Schemas) -> PutBack {
    let mut back = PutBack { wanted: Profile::empty(then.id.clone()), left: Vec::new() };
    for core in &then.core {
        match schemas.get(&core.name) {
            None => back.wanted.core.push(core.clone()),
            Some(_) => back.leave(None, Some(&core.name), "an extension has this name by now"),
        }
    }
    for extension in &then.extensions {
        match placed(extension, schemas) {
            Ok(records) => {
                back.wanted.extensions.push(Extension { name: extension.name.clone(), records });
            }
            Err(sentence) => {
                back.leave(Some(&extension.name), None, &sentence);
                back.wanted.extensions.extend(now.and_then(|now| now.extension(&extension.name)).cloned());
            }
        }
    }
    back
}

/// The customer with the change from `before` to `after` taken back from what it is now.
pub fn take_back(
    before: &Profile,
    after: &Profile,
    now: &Profile,
    schemas: &Schemas,
    own_store: bool,
) -> TakenBack {
    let back = reconcile(after, before, now, schemas, own_store);
    let rest = reconcile(after, now, before, schemas, own_store).joined;
    TakenBack {
        all: put_back(&back.joined, Some(now), schemas),
        rest: put_back(&rest, Some(now), schemas),
        conflicts: back.conflicts,
    }
}

impl PutBack {
    fn leave(&mut self, extension: Option<&str>, attribute: Option<&str>, sentence: &str) {
        let place = Place {
            extension: extension.map(str::to_owned),
            record: None,
            attribute: attribute.map(str::to_owned),
        };
        self.left.push(Finding { place, severity: Severity::Warning, sentence: sentence.to_owned() });
    }
}

/// The records of an extension in the shape that its schema has today; the error says why they have no place.
fn placed(extension: &Extension, schemas: &Schemas) -> Result<Records, String> {
    let records = extension.records.as_slice();
    let Some(schema) = schemas.get(&extension.name) else {
        return Err("there is no schema of this extension any more".into());
    };
    match (schema.arity == Arity::Multi, records) {
        (true, records) => Ok(Records::Multi(records.to_vec())),
        (false, [one]) => Ok(Records::Single(one.clone())),
        (false, many) => Err(format!("it had {} records, and has room for one by now", many.len())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::json::Json;
    use crate::model::schema::Schema;

    fn profile(members: &str) -> Profile {
        let json = Json::parse(&format!("{{\"customer_id\":\"A\"{members}}}")).unwrap();
        Profile::from_json(&json, |_| false).unwrap()
    }

    fn schemas(texts: &[&str]) -> Schemas {
        texts.iter().map(|text| Schema::from_json(&Json::parse(text).unwrap()).unwrap()).collect()
    }

    const PHONE: &str = r#"{"name":"Phone","type":"multi-valued","attributes":[{"name":"t","type":"integer"},{"name":"n","type":"string"}],"unique":["t"]}"#;
    const CARD: &str =
        r#"{"name":"Card","type":"single-valued","attributes":[{"name":"t","type":"integer"}]}"#;

    #[test]
    fn what_the_schemas_of_today_have_no_place_for_stays_as_it_is_and_is_named() {
        let then = profile(r#","Name":"x","Phone":"no","Card":[{"t":1},{"t":2}],"Gone":[{"t":1}]"#);
        let now = profile(r#","Card":{"t":3}"#);
        let back = put_back(&then, Some(&now), &schemas(&[PHONE, CARD]));
        assert_eq!(back.wanted, profile(r#","Name":"x","Card":{"t":3}"#));
        let said: Vec<String> = back.left.iter().map(ToString::to_string).collect();
        assert_eq!(
            said,
            [
                "Phone: an extension has this name by now",
                "Card: it had 2 records, and has room for one by now",
                "Gone: there is no schema of this extension any more",
            ]
        );
    }

    #[test]
    fn one_request_is_taken_back_and_what_came_after_it_stays() {
        let before = profile(r#","Phone":[{"t":1,"n":"1"}]"#);
        let after = profile(r#","Phone":[{"t":1,"n":"2"},{"t":2}]"#);
        let now = profile(r#","Name":"x","Phone":[{"t":1,"n":"2"},{"t":2},{"t":3}]"#);
        let taken = take_back(&before, &after, &now, &schemas(&[PHONE]), true);
        assert_eq!(taken.conflicts, []);
        assert_eq!(taken.all, taken.rest);
        assert_eq!(taken.all.wanted, profile(r#","Name":"x","Phone":[{"t":1,"n":"1"},{"t":3}]"#));
    }

    #[test]
    fn what_was_changed_again_since_is_a_conflict_with_two_ways_on() {
        let before = profile(r#","Name":"x","Phone":[{"t":1,"n":"1"}]"#);
        let after = profile(r#","Name":"y","Phone":[{"t":1,"n":"2"}]"#);
        let now = profile(r#","Name":"y","Phone":[{"t":1,"n":"3"}]"#);
        let taken = take_back(&before, &after, &now, &schemas(&[PHONE]), true);
        assert_eq!(taken.conflicts.len(), 1);
        assert_eq!(taken.conflicts[0].place.to_string(), "Phone 1 n");
        assert_eq!(taken.all.wanted, before);
        assert_eq!(taken.rest.wanted, profile(r#","Name":"x","Phone":[{"t":1,"n":"3"}]"#));
    }
}
