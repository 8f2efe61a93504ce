//! What an operation means, written down once for every target: each test is named by a sentence of docs/API.md and runs
//! against all of them. Where the two readings of insert differ, the test says both.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::expect_used,
    reason = "a test stops at the first surprise"
)]
#![allow(clippy::print_stderr, reason = "a failing test names its target")]

#[path = "support/contract.rs"]
mod contract;
#[path = "contract/customers.rs"]
mod customers;
#[path = "support/memory.rs"]
mod memory;
#[path = "support/profiles.rs"]
mod profiles;
#[path = "support/served.rs"]
mod served;

use contract::{ID, OTHER, On, every};
use profile_desk::model::apply::RejectionKind::{Invalid, UnknownCustomer, UnknownExtension, UnknownRecord};
use profile_desk::model::profile::CustomerId;
use profile_desk::model::request::Request;
use profiles::json;

const TWO: &str = r#""Phone":[{"PhoneType":0,"number":"1","note":"x"},{"PhoneType":1,"number":"2"}]"#;

fn insert(on: &On, members: &str) -> Result<(), contract::Refused> {
    on.ask(&Request::InsertRecords(CustomerId::new(ID).unwrap(), json(&format!("{{{members}}}"))))
}

fn update_record(on: &On, extension: &str, record: &str) -> Result<(), contract::Refused> {
    on.ask(&Request::UpdateRecord(CustomerId::new(ID).unwrap(), extension.into(), json(record)))
}

fn delete_record(on: &On, extension: &str, record: &str) -> Result<(), contract::Refused> {
    on.ask(&Request::DeleteRecord(CustomerId::new(ID).unwrap(), extension.into(), json(record)))
}

// ---- insert

#[test]
fn a_record_with_the_same_unique_attributes_is_replaced_whole_where_it_stands() {
    every(|on| {
        on.holds(TWO);
        insert(on, r#""Phone":[{"PhoneType":0,"number":"9"}]"#).unwrap();
        on.shows_either(
            r#""Phone":[{"PhoneType":0,"number":"9"},{"PhoneType":1,"number":"2"}]"#,
            r#""Phone":[{"PhoneType":0,"number":"9"}]"#,
        );
    });
}

#[test]
fn new_records_go_last() {
    every(|on| {
        on.holds(TWO);
        insert(on, r#""Phone":[{"PhoneType":2,"number":"3"},{"PhoneType":1,"number":"2"}]"#).unwrap();
        on.shows_either(
            r#""Phone":[{"PhoneType":0,"number":"1","note":"x"},{"PhoneType":1,"number":"2"},{"PhoneType":2,"number":"3"}]"#,
            r#""Phone":[{"PhoneType":2,"number":"3"},{"PhoneType":1,"number":"2"}]"#,
        );
    });
}

#[test]
fn records_without_unique_are_all_added_repeats_too() {
    every(|on| {
        on.holds(r#""Notes":[{"text":"a"}]"#);
        insert(on, r#""Notes":[{"text":"a"},{"text":"b"}]"#).unwrap();
        on.shows_either(
            r#""Notes":[{"text":"a"},{"text":"a"},{"text":"b"}]"#,
            r#""Notes":[{"text":"a"},{"text":"b"}]"#,
        );
    });
}

#[test]
fn the_record_of_a_single_valued_extension_is_replaced() {
    every(|on| {
        on.holds(r#""Address":{"City":"Paris","Zip":"1"}"#);
        insert(on, r#""Address":{"City":"Rome"}"#).unwrap();
        on.shows(r#""Address":{"City":"Rome"}"#);
    });
}

#[test]
fn an_empty_array_changes_nothing_or_empties_the_extension() {
    every(|on| {
        on.holds(TWO);
        insert(on, r#""Phone":[]"#).unwrap();
        on.shows_either(TWO, "");
    });
}

#[test]
fn extensions_that_are_not_named_are_untouched_and_core_attributes_too() {
    every(|on| {
        on.holds(&format!(r#""FirstName":"Ann",{TWO}"#));
        insert(on, r#""Notes":[{"text":"a"}]"#).unwrap();
        on.shows(&format!(r#""FirstName":"Ann",{TWO},"Notes":[{{"text":"a"}}]"#));
    });
}

#[test]
fn a_body_without_an_extension_is_legal_and_changes_nothing() {
    every(|on| {
        on.holds(TWO);
        insert(on, "").unwrap();
        insert(on, &format!("\"customer_id\":\"{ID}\"")).unwrap();
        on.shows(TWO);
    });
}

#[test]
fn two_records_of_one_request_with_equal_unique_attributes_are_an_error() {
    every(|on| {
        on.holds(TWO);
        let equal = r#""Phone":[{"PhoneType":2,"number":"3"},{"number":"4","phonetype":2,"prefix":"555"}]"#;
        let refused = insert(on, equal).unwrap_err();
        refused.is(Invalid, &["Phone 2: it has the same PhoneType and prefix as record 1"]);
        on.shows(TWO);
    });
}

#[test]
fn a_body_of_another_customer_is_an_error() {
    every(|on| {
        on.holds(TWO);
        let refused = insert(on, &format!(r#""customer_id":"{OTHER}","Phone":[]"#)).unwrap_err();
        refused.is(
            Invalid,
            &[&format!("customer_id: the body is of customer {OTHER}, the request of customer {ID}")],
        );
        on.shows(TWO);
    });
}

#[test]
fn a_request_is_applied_whole_or_refused() {
    every(|on| {
        on.holds(TWO);
        let refused = insert(on, r#""Address":{"City":"Rome"},"Phone":[{"PhoneType":"two","number":"3"}]"#);
        refused.unwrap_err().is(Invalid, &["Phone 1 PhoneType: this is text, the schema wants an integer"]);
        on.shows(TWO);
    });
}

#[test]
fn checks_come_in_the_order_customer_extension_records() {
    every(|on| {
        let wrong = r#""Fax":[{"no":1}],"Phone":[{"PhoneType":"two"}]"#;
        insert(on, wrong).unwrap_err().is_of(UnknownCustomer);
        insert(on, r#""Phone":[]"#)
            .unwrap_err()
            .is(UnknownCustomer, &[&format!("there is no customer {ID}")]);
        on.holds("");
        insert(on, wrong).unwrap_err().is_of(UnknownExtension);
        insert(on, r#""Phone":[{"PhoneType":"two","number":"1"}]"#).unwrap_err().is_of(Invalid);
    });
}

#[test]
fn a_name_that_has_no_extension_schema_is_refused_in_an_insert() {
    every(|on| {
        on.holds(r#""FirstName":"Ann""#);
        let refused = insert(on, r#""FirstName":"Eve""#).unwrap_err();
        refused.is(UnknownExtension, &["FirstName: there is no schema of this extension; create it first"]);
        on.shows(r#""FirstName":"Ann""#);
    });
}

#[test]
fn an_absent_attribute_counts_as_its_default_when_keys_are_compared() {
    every(|on| {
        on.holds(r#""Phone":[{"PhoneType":0,"prefix":"555","number":"1"}]"#);
        insert(on, r#""Phone":[{"number":"2"}]"#).unwrap();
        on.shows(r#""Phone":[{"number":"2","PhoneType":0}]"#);
    });
}

#[test]
fn an_absent_attribute_without_a_default_counts_as_null_and_all_unique_attributes_are_one_key() {
    every(|on| {
        let fax = r#"{"name":"Fax","type":"multi-valued","attributes":[{"name":"no","type":"integer"},{"name":"ext","type":"string"}],"unique":["no",["ext"]]}"#;
        on.ask(&Request::CreateSchema(json(fax))).unwrap();
        on.holds(r#""Fax":[{"no":1,"ext":"a"},{"no":1},{"no":2,"ext":"a"}]"#);
        update_record(on, "Fax", r#"{"ext":null,"no":1,"new":true}"#).unwrap();
        on.shows(r#""Fax":[{"no":1,"ext":"a"},{"ext":null,"no":1,"new":true},{"no":2,"ext":"a"}]"#);
    });
}

#[test]
fn only_a_missing_mandatory_attribute_is_filled_in_and_in_the_profile_alone() {
    every(|on| {
        on.holds("");
        insert(on, r#""Phone":[{"number":"1"}],"Address":{"City":null}"#).unwrap();
        on.shows(r#""Phone":[{"number":"1","PhoneType":0}],"Address":{"City":null}"#);
    });
}

#[test]
fn a_record_without_attributes_is_one_and_cannot_be_told_from_none_on_a_server_that_is_not_ours() {
    every(|on| {
        on.holds("");
        insert(on, r#""Address":{}"#).unwrap();
        on.shows(if on.is_own() { r#""Address":{}"# } else { "" });
    });
}

#[test]
fn a_mandatory_attribute_without_a_default_is_wanted() {
    every(|on| {
        on.holds("");
        let refused = insert(on, r#""Phone":[{"PhoneType":0},{"PhoneType":1,"number":null}]"#).unwrap_err();
        let sentence = "this attribute is mandatory";
        refused
            .is(Invalid, &[&format!("Phone 1 number: {sentence}"), &format!("Phone 2 number: {sentence}")]);
    });
}

#[test]
fn an_extension_has_the_shape_that_its_schema_says() {
    every(|on| {
        on.holds("");
        let refused = insert(on, r#""Phone":{"number":"1"},"Address":[{"City":"Rome"}]"#).unwrap_err();
        refused.is(
            Invalid,
            &[
                "Phone: this extension is multi-valued: an array of records is wanted, not one",
                "Address: this extension is single-valued: one record is wanted, not an array",
            ],
        );
    });
}

#[test]
fn a_refusal_names_extension_record_and_attribute() {
    every(|on| {
        on.holds("");
        let refused = insert(on, r#""Phone":[{"number":"1"},{"PhoneType":1,"number":"1234567890123456"}]"#)
            .unwrap_err();
        refused.is(Invalid, &["Phone 2 number: 16 characters, the schema allows 15"]);
    });
}

#[test]
fn an_attribute_that_the_schema_does_not_know_is_kept() {
    every(|on| {
        on.holds("");
        insert(on, r#""Phone":[{"PhoneType":0,"number":"1","car type":[1,{"a":null}]}]"#).unwrap();
        on.shows(r#""Phone":[{"PhoneType":0,"number":"1","car type":[1,{"a":null}]}]"#);
    });
}

#[test]
fn every_token_is_kept_as_it_came() {
    every(|on| {
        on.holds(r#""Balance":10.10,"Big":9223372036854775808,"Text":"caf\u00e9 \/ \"x\"""#);
        insert(on, r#""Phone":[{"number":"\u0031","PhoneType":0,"w":1E5,"z":1e400,"end_availabilty":"x"}]"#)
            .unwrap();
        on.shows(
            r#""Balance":10.10,"Big":9223372036854775808,"Text":"caf\u00e9 \/ \"x\"","Phone":[{"number":"\u0031","PhoneType":0,"w":1E5,"z":1e400,"end_availabilty":"x"}]"#,
        );
    });
}

#[test]
fn names_match_the_schema_without_letter_case_and_are_shown_as_it_spells_them() {
    every(|on| {
        on.holds(r#""phone":[{"phonetype":0,"NUMBER":"1","Odd":1}]"#);
        on.shows(r#""Phone":[{"PhoneType":0,"number":"1","Odd":1}]"#);
        insert(on, r#""PHONE":[{"PHONETYPE":0,"number":"2"}]"#).unwrap();
        on.shows(r#""Phone":[{"PhoneType":0,"number":"2"}]"#);
    });
}

// ---- update and delete a record

#[test]
fn an_updated_record_is_replaced_whole_where_it_stands() {
    every(|on| {
        on.holds(TWO);
        update_record(on, "phone", r#"{"number":"9","PhoneType":0}"#).unwrap();
        on.shows(r#""Phone":[{"number":"9","PhoneType":0},{"PhoneType":1,"number":"2"}]"#);
    });
}

#[test]
fn a_record_that_is_not_there_is_refused() {
    every(|on| {
        on.holds(TWO);
        let sentence = format!("customer {ID} has no Phone record with these unique attributes");
        let record = r#"{"PhoneType":7,"prefix":"555","number":"1"}"#;
        update_record(on, "Phone", record).unwrap_err().is(UnknownRecord, &[&sentence]);
        delete_record(on, "Phone", record).unwrap_err().is(UnknownRecord, &[&sentence]);
        on.shows(TWO);
    });
}

#[test]
fn a_deleted_record_is_selected_by_its_unique_attributes_alone() {
    every(|on| {
        on.holds(TWO);
        delete_record(on, "Phone", r#"{"PhoneType":1,"prefix":"555","number":"any"}"#).unwrap();
        on.shows(r#""Phone":[{"PhoneType":0,"number":"1","note":"x"}]"#);
        delete_record(on, "Phone", r#"{"prefix":"555","PhoneType":0}"#).unwrap();
        on.shows("");
    });
}

#[test]
fn a_delete_names_every_unique_attribute() {
    every(|on| {
        on.holds(TWO);
        let refused = delete_record(on, "Phone", r#"{"PhoneType":1}"#).unwrap_err();
        refused.is(Invalid, &["Phone prefix: a delete must name every unique attribute of the record"]);
        on.shows(TWO);
    });
}

#[test]
fn records_without_unique_are_neither_updated_nor_deleted_one_by_one() {
    every(|on| {
        on.holds(r#""Address":{"City":"Rome"},"Notes":[{"text":"a"}]"#);
        let sentence = "its records cannot be addressed: no unique attributes identify them";
        for (extension, record) in [("Notes", r#"{"text":"a"}"#), ("Address", r#"{"City":"Rome"}"#)] {
            let wanted = format!("{extension}: {sentence}");
            update_record(on, extension, record).unwrap_err().is(Invalid, &[&wanted]);
            delete_record(on, extension, record).unwrap_err().is(Invalid, &[&wanted]);
        }
        on.shows(r#""Address":{"City":"Rome"},"Notes":[{"text":"a"}]"#);
    });
}

#[test]
fn a_record_of_an_unknown_extension_is_refused_after_the_customer() {
    every(|on| {
        update_record(on, "Fax", "{}").unwrap_err().is_of(UnknownCustomer);
        on.holds("");
        update_record(on, "Fax", "{}").unwrap_err().is_of(UnknownExtension);
        delete_record(on, "Fax", "{}").unwrap_err().is_of(UnknownExtension);
    });
}
