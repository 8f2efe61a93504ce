use super::*;

const FILE: &str = r#"{"note":1E0,"extensions":{"Phone":{"label":"Telephone","x":[1.0],"attributes":{
    "PhoneType":{"values":{"0":"home","2":"work","3":"\u0066ax"},"label":"Kind","order":2,"unit":"\u0061"},
    "description":{"hidden":true,"help":"What it is for.","order":null},"number":{"order":1}}}},
    "core":{"FirstName":{"label":"First name"}}}"#;

fn labels() -> Labels {
    Labels::from_json(&Json::parse(FILE).unwrap()).unwrap()
}

#[test]
fn names_are_known_in_any_letter_case_and_what_has_no_label_is_called_by_its_name() {
    let labels = labels();
    let phone = Some("PHONE");
    assert_eq!((labels.extension("phone"), labels.extension("Notes")), ("Telephone", "Notes"));
    assert_eq!((labels.label(phone, "phonetype"), labels.label(phone, "number")), ("Kind", "number"));
    assert_eq!(
        (labels.label(None, "firstname"), labels.label(None, "PhoneType")),
        ("First name", "PhoneType")
    );
    assert_eq!(labels.help(phone, "description"), Some("What it is for."));
    assert!(labels.is_hidden(phone, "Description") && !labels.is_hidden(phone, "number"));
    let place =
        Place { extension: Some("Phone".into()), record: Some(2), attribute: Some("PhoneType".into()) };
    assert_eq!(labels.place(&place), "Telephone 2 Kind");
}

#[test]
fn those_with_an_order_come_first_and_the_others_stay_as_they_were() {
    let mut names = ["a", "PHONETYPE", "b", "Number", "c"].map(str::to_owned);
    labels().arrange(Some("Phone"), &mut names);
    assert_eq!(names, ["Number", "PHONETYPE", "a", "b", "c"]);
}

#[test]
fn a_value_is_found_by_its_name_unless_several_have_it() {
    let labels = labels();
    let phone = Some("Phone");
    assert_eq!(labels.value(phone, "phonetype", "3"), Some("fax"));
    assert_eq!(labels.value(phone, "PhoneType", "4"), None);
    for typed in ["work", " Work ", "2 work"] {
        assert_eq!(labels.value_named(phone, "PhoneType", typed), Some("2"));
    }
    assert_eq!(labels.value_named(phone, "PhoneType", "3 work"), None);
    let twice = vec![("1".to_owned(), "x".to_owned()), ("2".to_owned(), "X".to_owned())];
    let said = AttributeLabels { values: twice, ..AttributeLabels::default() };
    let labels = labels.with_attribute(phone, "PhoneType", &said);
    assert_eq!(labels.value_named(phone, "PhoneType", "x"), None);
    assert_eq!(labels.value_named(phone, "PhoneType", "1 x"), Some("1"));
}

#[test]
fn only_what_is_changed_is_written_anew() {
    let labels = labels();
    let phone = Some("phone");
    let same = labels.attribute(phone, "PhoneType").unwrap().clone();
    assert_eq!(labels.with_attribute(phone, "PHONETYPE", &same).json(), labels.json());
    assert_eq!(labels.with_extension("phone", Some("Telephone")).json(), labels.json());
    let kind = AttributeLabels { label: Some("Type".into()), order: None, ..same };
    let changed = labels.with_attribute(phone, "phonetype", &kind).with_extension("Phone", None);
    let wanted =
        FILE.replace("\"label\":\"Telephone\",", "").replace("Kind", "Type").replace("\"order\":2,", "");
    assert_eq!(changed.json(), &Json::parse(&wanted).unwrap());
}

#[test]
fn what_says_nothing_any_more_goes_and_what_is_unknown_stays() {
    let nothing = AttributeLabels::default();
    let labels = labels();
    let without = labels.with_attribute(None, "FirstName", &nothing);
    assert!(without.json().view().get("core").is_none());
    let without = without.with_attribute(Some("Phone"), "PhoneType", &nothing);
    let phone = without.json().view().get("extensions").unwrap().get("Phone").unwrap();
    assert_eq!(phone.get("attributes").unwrap().get("PhoneType").unwrap().as_str(), r#"{"unit":"\u0061"}"#);
    let made = Labels::default().with_extension("Phone", Some("T")).with_extension("Phone", None);
    assert!(made.is_empty());
}

#[test]
fn what_a_file_says_stands_and_what_it_does_not_say_stays() {
    let file = r#"{"extensions":{"PHONE":{"attributes":{"phonetype":{"values":{"2":"office"},"label":"Sort"}}},
        "Notes":{"label":"Remarks"}}}"#;
    let file = Labels::from_json(&Json::parse(file).unwrap()).unwrap();
    let labels = labels();
    let joined = labels.joined(&file);
    let kind = joined.attribute(Some("Phone"), "PhoneType").unwrap();
    assert_eq!((kind.label.as_deref(), kind.order, kind.values.len()), (Some("Sort"), Some(2), 3));
    assert_eq!(joined.extension("Phone"), "Telephone");
    let changes: Vec<_> = labels.changes(&joined).into_iter().map(|c| (c.what, c.before, c.after)).collect();
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(
        changes,
        [
            (What::Label, text("Kind"), text("Sort")),
            (What::Value("2".into()), text("work"), text("office")),
            (What::Label, None, text("Remarks")),
        ]
    );
    assert!(joined.changes(&joined).is_empty() && joined.joined(&file) == joined);
}

#[test]
fn what_cannot_be_read_is_named_with_its_place() {
    let error = |text: &str| Labels::from_json(&Json::parse(text).unwrap()).unwrap_err();
    assert_eq!(error("[]"), "the labels: an object is wanted");
    assert_eq!(error(r#"{"extensions":{"Phone":5}}"#), "extensions.Phone: an object is wanted");
    let of_kind = |said: &str| {
        error(&format!(r#"{{"extensions":{{"Phone":{{"attributes":{{"PhoneType":{said}}}}}}}}}"#))
    };
    let place = "extensions.Phone.attributes.PhoneType";
    assert_eq!(of_kind("[]"), format!("{place}: an object is wanted"));
    assert_eq!(of_kind(r#"{"order":"1"}"#), format!("{place}.order: a whole number is wanted"));
    assert_eq!(of_kind(r#"{"hidden":0}"#), format!("{place}.hidden: true or false is wanted"));
    assert_eq!(of_kind(r#"{"values":{"2":7}}"#), format!("{place}.values.2: a text is wanted"));
    assert_eq!(error(r#"{"core":{"A":{"label":1}}}"#), "core.A.label: a text is wanted");
}
