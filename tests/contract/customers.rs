//! The contract about customers and schemas.

use crate::contract::{ID, OTHER, On, Refused, every};
use crate::profiles::json;
use crate::{TWO, delete_record, insert, update_record};
use profile_desk::model::apply::RejectionKind::{AlreadyExists, Invalid, UnknownCustomer, UnknownExtension};
use profile_desk::model::profile::CustomerId;
use profile_desk::model::request::Request;

fn update(on: &On, members: &str) -> Result<(), Refused> {
    let body = json(&format!("{{\"customer_id\":\"{ID}\",{members}}}"));
    on.ask(&Request::UpdateProfile(CustomerId::new(ID).unwrap(), body))
}

#[test]
fn a_customer_is_read_as_it_was_created_core_attributes_and_extensions_side_by_side() {
    every(|on| {
        assert_eq!(on.load(ID), None);
        let members = r#""FirstName":"Ann","EmailAddress":["a@example.com","b@example.com"],"Address":{"City":"Rome"},"Notes":[{"text":"a"},{"text":"a"}]"#;
        on.holds(members);
        on.shows(members);
    });
}

#[test]
fn a_profile_without_an_id_gets_one() {
    every(|on| {
        let made = on.made(r#"{"FirstName":"Ann"}"#);
        assert!((1..=16).contains(&made.as_str().chars().count()), "{made}");
        assert_eq!(
            on.load(made.as_str()).unwrap(),
            format!(r#"{{"customer_id":"{made}","FirstName":"Ann"}}"#)
        );
        assert_ne!(on.made(r#"{"FirstName":"Ann"}"#), made);
    });
}

#[test]
fn a_customer_who_is_there_already_is_not_created_again() {
    every(|on| {
        on.holds(r#""FirstName":"Ann""#);
        let again = Request::CreateProfile(json(&format!("{{\"customer_id\":\"{ID}\"}}")));
        on.ask(&again).unwrap_err().is(AlreadyExists, &[&format!("customer {ID} is there already")]);
        on.shows(r#""FirstName":"Ann""#);
    });
}

#[test]
fn an_update_sets_all_core_attributes_and_leaves_extensions_that_it_does_not_name() {
    every(|on| {
        on.holds(&format!(r#""FirstName":"Ann","LastName":"Lee",{TWO}"#));
        update(on, r#""LastName":"Low""#).unwrap();
        on.shows(&format!(r#""LastName":"Low",{TWO}"#));
    });
}

#[test]
fn an_update_replaces_the_extensions_that_it_names_and_clears_them() {
    every(|on| {
        on.holds(&format!(r#"{TWO},"Address":{{"City":"Rome"}},"Notes":[{{"text":"a"}}]"#));
        update(on, r#""Notes":[{"text":"b"}],"Phone":[],"Address":null"#).unwrap();
        on.shows(r#""Notes":[{"text":"b"}]"#);
    });
}

#[test]
fn a_deleted_customer_is_gone_with_all_records() {
    every(|on| {
        on.holds(TWO);
        let delete = Request::DeleteProfile(CustomerId::new(ID).unwrap());
        on.ask(&delete).unwrap();
        assert_eq!(on.load(ID), None);
        on.ask(&delete).unwrap_err().is(UnknownCustomer, &[&format!("there is no customer {ID}")]);
        on.holds("");
        on.shows("");
    });
}

#[test]
fn a_customer_who_is_not_there_is_neither_changed_nor_merged() {
    every(|on| {
        update(on, r#""LastName":"Low""#).unwrap_err().is_of(UnknownCustomer);
        update_record(on, "Phone", "{}").unwrap_err().is_of(UnknownCustomer);
        delete_record(on, "Phone", "{}").unwrap_err().is_of(UnknownCustomer);
        on.holds("");
        for (dst, src) in [(ID, OTHER), (OTHER, ID)] {
            let refused = on.ask(&merge(dst, src)).unwrap_err();
            refused.is(UnknownCustomer, &[&format!("there is no customer {OTHER}")]);
        }
        on.shows("");
    });
}

fn merge(dst: &str, src: &str) -> Request {
    Request::MergeProfiles {
        dst: CustomerId::new(dst).unwrap(),
        src: CustomerId::new(src).unwrap(),
        body: json("{}"),
    }
}

#[test]
fn a_merge_keeps_what_dst_has_adds_the_rest_and_deletes_src() {
    every(|on| {
        on.holds(&format!(r#""FirstName":"Ann","Mail":["a","b"],"Address":{{"City":"Rome"}},{TWO}"#));
        on.holds_as(
            OTHER,
            r#""FirstName":"Eve","LastName":"Low","Mail":["b","c"],"Address":{"City":"Paris"},"Phone":[{"PhoneType":1,"number":"9"},{"PhoneType":2,"number":"3"}],"Notes":[{"text":"n"}]"#,
        );
        on.ask(&merge(ID, OTHER)).unwrap();
        on.shows(
            r#""FirstName":"Ann","Mail":["a","b","c"],"LastName":"Low","Address":{"City":"Rome"},"Phone":[{"PhoneType":0,"number":"1","note":"x"},{"PhoneType":1,"number":"2"},{"PhoneType":2,"number":"3"}],"Notes":[{"text":"n"}]"#,
        );
        assert_eq!(on.load(OTHER), None);
        on.ask(&merge(ID, ID)).unwrap_err().is_of(Invalid);
    });
}

#[test]
fn customers_are_identified_by_the_exact_values_of_attributes() {
    every(|on| {
        on.holds(&format!(r#""LastName":"Lee","Mail":["a@example.com","b@example.com"],{TWO}"#));
        on.holds_as(OTHER, r#""LastName":"Lee""#);
        let all = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
        assert_eq!(on.identified(&[("LastName", "Lee")]), all(&[ID, OTHER]));
        assert_eq!(on.identified(&[("lastname", "Lee"), ("Mail", "b@example.com")]), all(&[ID]));
        assert_eq!(on.identified(&[("Phone.number", "2")]), all(&[ID]));
        assert_eq!(on.identified(&[("LastName", "lee")]), all(&[]));
    });
}

// ---- schemas

#[test]
fn schemas_are_told_in_the_order_in_which_they_were_made_and_word_for_word() {
    every(|on| {
        let odd = r#"{"type":"multi-valued","name":"Fax","attributes":[{"name":"no","type":"STRING","length":"3","mandatory":"true"}],"unique":[["no"]],"odd":1.0}"#;
        on.ask(&Request::CreateSchema(json(odd))).unwrap();
        let told = on.schemas();
        let names: Vec<&str> = told.iter().map(|schema| schema.name.as_str()).collect();
        assert_eq!(names, ["Phone", "Address", "Notes", "Fax"]);
        assert_eq!(told.get("fax").unwrap().json.as_str(), odd);
    });
}

#[test]
fn a_second_schema_of_a_name_is_refused() {
    every(|on| {
        let again = r#"{"name":"PHONE","type":"single-valued","attributes":[]}"#;
        let refused = on.ask(&Request::CreateSchema(json(again))).unwrap_err();
        refused.is(AlreadyExists, &["there is a schema of the extension PHONE already"]);
    });
}

#[test]
fn what_is_no_schema_is_refused() {
    every(|on| {
        let none = r#"{"name":"Fax","type":"many","attributes":[]}"#;
        on.ask(&Request::CreateSchema(json(none))).unwrap_err().is_of(Invalid);
        assert!(on.schemas().get("Fax").is_none());
    });
}

#[test]
fn a_schema_of_a_name_that_a_customer_holds_as_a_core_attribute_is_refused() {
    every(|on| {
        on.holds(r#""Fax":"1""#);
        let fax = r#"{"name":"Fax","type":"single-valued","attributes":[]}"#;
        on.ask(&Request::CreateSchema(json(fax))).unwrap_err().is_of(AlreadyExists);
        on.shows(r#""Fax":"1""#);
    });
}

#[test]
fn deleting_a_schema_drops_all_records_of_the_extension_of_every_customer() {
    every(|on| {
        on.holds(&format!(r#"{TWO},"Notes":[{{"text":"a"}}]"#));
        on.holds_as(OTHER, TWO);
        on.ask(&Request::DeleteSchema("phone".into())).unwrap();
        on.shows(r#""Notes":[{"text":"a"}]"#);
        assert_eq!(on.load(OTHER).unwrap(), format!("{{\"customer_id\":\"{OTHER}\"}}"));
        let refused = on.ask(&Request::DeleteSchema("Phone".into())).unwrap_err();
        refused.is(UnknownExtension, &["there is no schema of an extension Phone"]);
        insert(on, r#""Phone":[]"#).unwrap_err().is_of(UnknownExtension);
    });
}
