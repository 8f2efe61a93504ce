//! Forms of answers that public documents show or leave open.

use super::*;

fn json(text: &str) -> Json {
    Json::parse(text).unwrap()
}

fn phone() -> Schemas {
    let schema = r#"{"name":"Phone","type":"multi-valued","attributes":[{"name":"PhoneType","type":"integer"}],"unique":["PhoneType"]}"#;
    [Schema::from_json(&json(schema)).unwrap()].into_iter().collect()
}

#[test]
fn an_error_is_understood_in_every_form() {
    for (body, text, code) in [
        (
            r#"{"error":{"http_method":"POST","code":"missing","description":"no number"}}"#,
            "no number",
            Some("missing"),
        ),
        (r#"error = {"http_method":"POST","code":17,"description":"no number"}"#, "no number", Some("17")),
        (r#"{"message":"Invalid tenant","exception":"com.example"}"#, "Invalid tenant", None),
        (r#"{"error":"no number"}"#, "no number", None),
        (r#""no number""#, "no number", None),
        ("<html>Bad gateway</html>", "<html>Bad gateway</html>", None),
        ("error = { broken", "error = { broken", None),
    ] {
        let said = read_error(body.as_bytes());
        assert_eq!((said.text.as_deref(), said.code.as_deref()), (Some(text), code), "{body}");
    }
    assert_eq!(read_error(b"  ").text, None);
    assert_eq!(read_error(&[b'x'; 10_000]).text.unwrap().len(), 10_000);
}

#[test]
fn our_own_refusal_comes_back_with_its_places() {
    let place = Place { extension: Some("Phone".into()), record: Some(2), attribute: Some("number".into()) };
    let findings = vec![Finding { place, severity: Severity::Error, sentence: "17 characters".into() }];
    let request = Request::DeleteProfile(CustomerId::new("A").unwrap());
    for (kind, status, code) in REFUSALS {
        let body = error("POST", "/profiles/A", status, code, "refused", &findings, None);
        let read = read_refusal(status, &request, &read_error(body.as_str().as_bytes()));
        assert_eq!(read, Some(Rejection { kind, findings: findings.clone() }));
    }
}

#[test]
fn no_records_are_told_in_four_ways() {
    for value in ["", r#","phone":[]"#, r#","PHONE":{}"#, r#","Phone":null"#] {
        let body = json(&format!("{{\"Customer_ID\":\"A\"{value}}}"));
        let profile = read_profile(body.view(), &phone(), &[]).unwrap();
        assert_eq!(profile.records("Phone").len(), 0, "{value}");
        assert!(profile.core.is_empty() && profile.extensions.is_empty(), "{value}");
    }
    let body = json(r#"{"customer_id":"A","pHONE":[{"phonetype":"0"}]}"#);
    let profile = read_profile(body.view(), &phone(), &[]).unwrap();
    assert_eq!((profile.extensions[0].name.as_str(), profile.records("Phone").len()), ("Phone", 1));
}

#[test]
fn records_come_in_the_shape_that_the_schema_wants() {
    let read = |value: &str| {
        let body = json(&format!("{{\"customer_id\":7,\"Phone\":{value}}}"));
        read_profile(body.view(), &phone(), &[]).unwrap()
    };
    assert_eq!(read("{\"PhoneType\":0}"), read("[{\"PhoneType\":0}]"));
    assert_eq!(read("[]").id.as_str(), "7");
    let single = r#"{"name":"Home","type":"single-valued","attributes":[]}"#;
    let single: Schemas = [Schema::from_json(&json(single)).unwrap()].into_iter().collect();
    let of = |text: &str| read_profile(json(text).view(), &single, &[]).unwrap();
    assert_eq!(of(r#"{"customer_id":"A","home":[{"a":1}]}"#), of(r#"{"customer_id":"A","Home":{"a":1}}"#));
    assert!(of(r#"{"customer_id":"A","Home":[]}"#).extensions.is_empty());
}

#[test]
fn a_classifier_is_told_in_many_ways_and_is_never_a_core_attribute() {
    let schema = r#"{"name":"Vip","type":"classifier"}"#;
    let schemas: Schemas = [Schema::from_json(&json(schema)).unwrap()].into_iter().collect();
    let of = |value: &str| {
        let body = json(&format!("{{\"customer_id\":\"A\",\"VIP\":{value}}}"));
        read_profile(body.view(), &schemas, &[])
    };
    for (value, records) in [
        ("true", 1),
        (r#""true""#, 1),
        ("{}", 1),
        ("[{}]", 1),
        ("false", 0),
        (r#""false""#, 0),
        (r#""""#, 0),
        ("null", 0),
        ("[]", 0),
    ] {
        let profile = of(value).unwrap();
        assert_eq!((profile.core.len(), profile.records("Vip").len()), (0, records), "{value}");
    }
    for value in ["7", r#""gold""#, r#"["gold"]"#] {
        assert!(of(value).unwrap_err().len() > 20, "{value}");
    }
    let body = json(r#"{"customer_id":"A","Phone":true}"#);
    assert!(read_profile(body.view(), &phone(), &[]).unwrap_err().contains("Phone"));
    let body = json(r#"{"customer_id":"A","vip":true}"#);
    let profile = read_profile(body.view(), &Schemas::default(), &["Vip".to_owned()]).unwrap();
    assert_eq!((profile.core.len(), profile.records("Vip").len()), (0, 1));
}

#[test]
fn an_extension_without_a_schema_is_told_by_having_been_asked_for() {
    let asked = ["Phone".to_owned()];
    for value in ["[]", "{}", "null"] {
        let body = json(&format!("{{\"customer_id\":\"A\",\"phone\":{value}}}"));
        let profile = read_profile(body.view(), &Schemas::default(), &asked).unwrap();
        assert!(profile.core.is_empty() && profile.extensions.is_empty(), "{value}");
    }
    let body = json(r#"{"customer_id":"A","phone":[{"a":1}]}"#);
    let profile = read_profile(body.view(), &Schemas::default(), &asked).unwrap();
    assert_eq!(profile.extensions[0].name, "Phone");
}

#[test]
fn keys_of_one_attribute_are_found_in_every_form() {
    let keys = r#"[{"name":"a","attributes":["EmailAddress"]},
        {"name":"b","source":"contacts","attributes":["phone_number"],"unique":true},
        {"name":"c","source":"profile","attributes":["LastName"]},
        {"name":"d","source":"ext","attributes":["ext.code"]},
        {"name":"e","attributes":["LastName","FirstName"]},"odd",{"attributes":7}]"#;
    let names = ["EmailAddress", "contacts.phone_number", "LastName", "ext.code"];
    assert_eq!(read_keys(keys.as_bytes()), names);
    assert_eq!(read_keys(format!("{{\"keys\":{keys}}}").as_bytes()), names);
    assert!(read_keys(b"<html>").is_empty());
}

#[test]
fn schemas_are_read_from_an_array_or_one_object() {
    let one = r#"{"name":"Phone","type":"multi-valued","attributes":[{"name":"a","type":"String","length":"3","mandatory":"true"}]}"#;
    for body in [one.to_owned(), format!("[{one}]"), format!("{{\"extensions\":[{one}]}}")] {
        let read = read_schemas(body.as_bytes()).unwrap();
        assert!(read.schemas.get("phone").unwrap().attributes[0].mandatory, "{body}");
    }
    let read =
        read_schemas(br#"[{"name":"Odd","type":"multi-valued","attributes":[{"name":"a","type":"blob"}]}]"#);
    assert_eq!(read.unwrap().unread[0].0, "Odd");
    assert!(read_schemas(b"<html>").is_err() && read_schemas(b"7").is_err());
}

#[test]
fn what_our_own_server_writes_comes_back() {
    let id = CustomerId::new("A b").unwrap();
    assert_eq!(read_created(created(&id).as_str().as_bytes()), Some(id.clone()));
    let own =
        OwnStatus { customers: Some(3), history: true, text_search: true, damage: Some("\"x\"".into()) };
    let said = Status { version: "1".into(), mode: Some("production".into()), own: Some(own) };
    assert_eq!(read_status(status(&said).as_str().as_bytes()), Some(said));
    let requests = vec![
        Request::InsertRecords(id.clone(), json(r#"{"Phone":[1E0]}"#)),
        Request::DeleteProfile(id.clone()),
    ];
    let body = batch(&requests, Some(Version(7)));
    assert_eq!(read_batch(body.view()), Ok((requests.clone(), Some(Version(7)))));
    let told = vec![
        Ok(Accepted { customer: Some(id.clone()) }),
        Ok(Accepted { customer: None }),
        Err(Rejection::new(RejectionKind::ReadOnly, "damaged")),
    ];
    assert_eq!(read_answers(answers(&told).as_str().as_bytes()), Some(told));
    assert_eq!(read_customers(customers(std::slice::from_ref(&id)).as_str().as_bytes()), Some(vec![id]));
    let entry =
        Past { seq: 7, stamp: Stamp { by: "x".into(), at: "y".into() }, request: requests[0].clone() };
    assert_eq!(read_history(format!("[{}]", past(&entry)).as_bytes()), Ok(vec![entry]));
}
