//! The client of a server against answers that are given byte for byte: good ones, bad ones, and none.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

#[path = "support/scripted.rs"]
mod scripted;

use profile_desk::model::apply::RejectionKind;
use profile_desk::model::json::Json;
use profile_desk::model::plan::KnownReading;
use profile_desk::model::profile::CustomerId;
use profile_desk::model::request::Request;
use profile_desk::target::connection::Declared;
use profile_desk::target::{Accepted, Connection, HttpTarget, Password, Stamp, Stop, Target, TargetError};
use scripted::{Act, Scripted, answer, json};

const STATUS: &str = r#"{"version":"8.5.1","mode":"production"}"#;
const PHONE: &str = r#"[{"name":"Phone","type":"multi-valued","attributes":[{"name":"PhoneType","type":"integer"},{"name":"number","type":"string"}]}]"#;
const PROFILE: &str = r#"{"customer_id":"A","FirstName":"Bruce","phone":[{"PhoneType":"0","number":"3145926535"}],"Amount":1.50E0}"#;
const PASSWORD: &str = "superman-77";

fn id(text: &str) -> CustomerId {
    CustomerId::new(text).unwrap()
}

fn stamp() -> Stamp {
    Stamp { by: "me".into(), at: "2026-11-24T09:30:00.000Z".into() }
}

fn connection(server: &Scripted) -> Connection {
    let mut connection = Connection::to(&format!("http://127.0.0.1:{}/cv/", server.port));
    connection.user = Some("kent".into());
    connection.timeout_secs = 20;
    connection
}

/// A server that tells its status and one schema.
fn server() -> Scripted {
    let server = Scripted::http();
    server.on("GET /cv/server/status", [json("200 OK", STATUS)]);
    server.on("GET /cv/metadata/profiles/extensions", [json("200 OK", PHONE)]);
    server
}

fn open(connection: &Connection) -> Result<HttpTarget, TargetError> {
    HttpTarget::open(connection, Some(&Password::new(PASSWORD)))
}

fn target(server: &Scripted) -> HttpTarget {
    open(&connection(server)).unwrap()
}

fn kind(error: &TargetError) -> &'static str {
    match error {
        TargetError::NotReached(_) => "not reached",
        TargetError::Unavailable(_) => "unavailable",
        TargetError::NotOffered(_) => "not offered",
        TargetError::Credentials(_) => "credentials",
        TargetError::Forbidden(_) => "forbidden",
        TargetError::Unclear(_) => "unclear",
        _ => "other",
    }
}

fn insert() -> Request {
    Request::InsertRecords(id("A"), Json::parse(r#"{"Phone":[{"number":"3145926535","x":1E0}]}"#).unwrap())
}

fn sent(
    target: &HttpTarget,
    request: &Request,
) -> Result<Result<Accepted, (RejectionKind, String)>, TargetError> {
    let mut answers = target.send(std::slice::from_ref(request), None, &stamp())?;
    assert_eq!(answers.len(), 1);
    Ok(answers.remove(0).map_err(|rejection| (rejection.kind, rejection.to_string())))
}

/// What a load and a send come to, as kind and sentence, where the server answers both in the same way.
fn both(act: &Act) -> [(&'static str, String); 2] {
    let server = server();
    server.on("GET /cv/profiles/A", [act.clone()]).on("POST /cv/profiles/A/extensions", [act.clone()]);
    let mut connection = connection(&server);
    connection.timeout_secs = if matches!(act, Act::Slowly(_) | Act::Wait) { 2 } else { 20 };
    let target = open(&connection).unwrap();
    let load = match target.load(&id("A")) {
        Ok(None) => ("none", String::new()),
        Ok(Some(_)) => ("loaded", String::new()),
        Err(error) => (kind(&error), error.to_string()),
    };
    let send = match sent(&target, &insert()) {
        Ok(Ok(_)) => ("accepted", String::new()),
        Ok(Err((_, sentence))) => ("refused", sentence),
        Err(error) => (kind(&error), error.to_string()),
    };
    for (_, sentence) in [&load, &send] {
        for secret in ["Bruce", "3145926535", PASSWORD, "a2VudDpz"] {
            assert!(!sentence.contains(secret), "{sentence}");
        }
    }
    [load, send]
}

#[test]
fn every_bad_answer_is_a_sentence_of_the_right_kind() {
    let of = |status: &str, headers: &str, body: &str| Act::Send(answer(status, headers, body));
    let page = "<!DOCTYPE html><html><title>Bruce's\nintranet</title>";
    let said = r#"{"error":{"code":"x","description":"no\u0007 superman-77 a2VudDpzdXBlcm1hbi03Nw== \u202eprivilege"}}"#;
    let mut long = String::from("HTTP/1.1 200 OK\r\nContent-Length: 10000000\r\n\r\n");
    long.push_str(&" ".repeat(10_000_000));
    let cut = Act::Cut(format!("HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{}", &PROFILE[..60]).into());
    let page_200 = page.replace("Bruce's", "our");
    let cases: Vec<(&str, Act, [&str; 2], &str)> = vec![
        ("html", of("200 OK", "Content-Type: text/html\r\n", page), ["not reached", "unclear"], "web page"),
        ("html 404", of("404 Not Found", "", &page_200), ["none", "refused"], "web page, our intranet"),
        ("garbage", of("200 OK", "", "Bruce 3145926535"), ["not reached", "accepted"], "no JSON"),
        ("half", of("200 OK", "", &PROFILE[..60]), ["not reached", "accepted"], "no JSON"),
        (
            "twice",
            of("200 OK", "", r#"{"customer_id":"A","a":1,"A":2}"#),
            ["not reached", "accepted"],
            "stands twice",
        ),
        (
            "surrogate",
            of("200 OK", "", r#"{"customer_id":"A","a":"\ud800"}"#),
            ["not reached", "accepted"],
            "surrogate",
        ),
        ("deep", of("200 OK", "", &"[".repeat(5000)), ["not reached", "accepted"], "nested"),
        (
            "other",
            of("200 OK", "", r#"{"customer_id":"B"}"#),
            ["not reached", "accepted"],
            "another customer",
        ),
        ("empty object", of("200 OK", "", "{}"), ["not reached", "accepted"], "no profile"),
        ("list", of("200 OK", "", "[1]"), ["not reached", "accepted"], "no profile"),
        ("spaces", Act::Send(long.into_bytes()), ["not reached", "accepted"], "empty"),
        ("none", of("204 No Content", "", ""), ["not reached", "accepted"], "empty"),
        ("type", of("200 OK", "Content-Type: text/plain\r\n", PROFILE), ["loaded", "accepted"], ""),
        ("odd 2xx", of("299 Fine", "", PROFILE), ["loaded", "accepted"], ""),
        ("cut", cut, ["not reached", "unclear"], "connection was cut"),
        ("hung up", Act::Cut(Vec::new()), ["not reached", "unclear"], "connection was cut"),
        (
            "no http",
            Act::Cut(b"220 mail.example ESMTP\r\n".to_vec()),
            ["not reached", "unclear"],
            "does not speak HTTP",
        ),
        ("slow", Act::Slowly(answer("200 OK", "", PROFILE)), ["not reached", "unclear"], "within 2 seconds"),
        ("silent", Act::Wait, ["not reached", "unclear"], "within 2 seconds"),
        (
            "301",
            of("301 Moved", "Location: https://u:p@other.example/cv/login?Bruce=1\r\n", ""),
            ["not reached"; 2],
            "https://other.example/cv/login (301)",
        ),
        ("302", of("302 Found", "", ""), ["not reached"; 2], "no place to go"),
        ("400", of("400 Bad Request", "", said), ["not reached", "refused"], "(400: no ••• ••• privilege)"),
        ("401", of("401 Unauthorized", "", said), ["credentials"; 2], "refuses the user kent"),
        ("403", of("403 Forbidden", "", said), ["forbidden"; 2], "(403: no ••• ••• privilege)"),
        ("404", of("404 Not Found", "", said), ["none", "refused"], "(404: no ••• ••• privilege)"),
        ("405", of("405 Method Not Allowed", "", ""), ["not offered"; 2], "does not offer"),
        ("407", of("407 Proxy", "", ""), ["not reached"; 2], "proxy"),
        ("409", of("409 Conflict", "", said), ["not reached", "refused"], "(409: no ••• ••• privilege)"),
        ("429", of("429 Too Many", "", ""), ["not reached", "refused"], "(429)"),
        ("500", of("500 Oops", "", said), ["not reached", "unclear"], "(500: no ••• ••• privilege)"),
        ("501", of("501 Never", "", ""), ["not offered"; 2], "does not offer"),
        ("502", of("502 Bad Gateway", "", &page_200), ["not reached", "unclear"], "web page, our intranet"),
        ("503", of("503 Later", "Retry-After: 120\r\n", said), ["unavailable"; 2], "in 120 seconds"),
        (
            "503 date",
            of("503 Later", "Retry-After: Wed, 25 Nov 2026\r\n", ""),
            ["unavailable"; 2],
            "after Wed, 25 Nov 2026",
        ),
    ];
    let check = |(name, act, kinds, words): &(&str, Act, [&str; 2], &str)| {
        let [load, send] = both(act);
        assert_eq!([load.0, send.0], *kinds, "{name}: {} / {}", load.1, send.1);
        for (kind, sentence) in [load, send] {
            let silent = ["none", "loaded", "accepted"].contains(&kind);
            assert!(silent || sentence.contains(words), "{name}: {sentence}");
            assert!(silent || sentence.contains("http://127.0.0.1:"), "{name}: {sentence}");
        }
    };
    // Together, because some take their time.
    std::thread::scope(|scope| {
        for case in &cases {
            scope.spawn(|| check(case));
        }
    });
}

#[test]
fn an_answer_that_never_ends_is_left() {
    let server = server();
    let mut endless = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
    endless.resize(65 << 20, b' ');
    let announced = b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n".to_vec();
    server.on("GET /cv/profiles/A?", [Act::Cut(endless), Act::Cut(announced)]);
    let target = target(&server);
    for _ in 0..2 {
        let error = target.load(&id("A")).unwrap_err();
        assert_eq!(kind(&error), "not reached");
        assert!(error.to_string().contains("longer than 64 MiB (setting: answer size)"), "{error}");
    }
}

#[test]
fn nobody_there_is_told_by_its_layer() {
    let unused = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    for (url, words) in [
        (format!("http://127.0.0.1:{unused}"), "nothing listens"),
        (format!("https://127.0.0.1:{unused}"), "nothing listens"),
        ("https://ucs.invalid".into(), "the name ucs.invalid is not known"),
    ] {
        let error = HttpTarget::open(&Connection::to(&url), None).err().unwrap();
        assert_eq!(kind(&error), "not reached", "{error}");
        assert!(error.to_string().contains(words), "{error}");
    }
}

#[test]
fn a_write_to_a_server_that_is_gone_changed_nothing() {
    let server = Scripted::http();
    let last = |body| Act::Cut(answer("200 OK", "Connection: close\r\n", body));
    server.on("GET /cv/server/status", [last(STATUS)]);
    server.on("GET /cv/metadata/profiles/extensions", [last(PHONE)]);
    let target = target(&server);
    server.leave();
    let error = sent(&target, &insert()).unwrap_err();
    assert_eq!(kind(&error), "not reached", "{error}");
    assert!(error.to_string().contains("nothing listens"), "{error}");
    assert!(error.to_string().contains("nothing was changed"), "{error}");
}

#[test]
fn what_changes_something_is_sent_once() {
    let server = server();
    server.on("POST /cv/profiles/A/extensions", [Act::Cut(Vec::new())]);
    assert_eq!(kind(&sent(&target(&server), &insert()).unwrap_err()), "unclear");
    assert_eq!(server.asked("POST"), 1);
}

#[test]
fn a_read_is_tried_again_where_the_connection_was_cut() {
    let server = server();
    server.on("GET /cv/profiles/A?", [Act::Cut(Vec::new()), json("200 OK", PROFILE)]);
    assert!(target(&server).load(&id("A")).unwrap().is_some());
    assert_eq!(server.asked("GET /cv/profiles/A"), 2);
}

#[test]
fn an_unavailable_server_is_asked_again_where_that_cannot_do_a_thing_twice() {
    let server = server();
    let busy = json("503 Busy", "");
    let later = [busy.clone(), busy.clone(), busy.clone(), json("200 OK", "")];
    server.on("PUT /cv/profiles/A", later.clone()).on("DELETE /cv/profiles/A", later);
    let target = target(&server);
    let update = Request::UpdateProfile(id("A"), Json::parse("{}").unwrap());
    for request in [update.clone(), Request::DeleteProfile(id("A"))] {
        assert!(sent(&target, &request).unwrap().is_ok());
    }
    assert_eq!((server.asked("PUT"), server.asked("DELETE")), (4, 4));
    server.on("PUT /cv/profiles/A", [busy]);
    server.on("GET /cv/server/status", [json("200 OK", r#"{"mode":"Maintenance"}"#)]);
    let error = sent(&target, &update).unwrap_err().to_string();
    assert!(
        error.contains("is in maintenance mode (503)") && error.contains("nothing was changed"),
        "{error}"
    );
}

/// A gateway may say 503 after it passed the request on.
#[test]
fn an_insert_is_repeated_only_where_our_own_server_says_that_it_did_nothing() {
    let server = server();
    let busy = |body| Act::Send(answer("503 Busy", "Retry-After: 0\r\n", body));
    server.on("POST /cv/profiles/A/extensions", [busy("")]);
    let target = target(&server);
    let error = sent(&target, &insert()).unwrap_err();
    assert_eq!((kind(&error), server.asked("POST")), ("unavailable", 1), "{error}");
    assert!(error.to_string().contains("it said that it takes nothing now"), "{error}");
    assert!(!error.to_string().contains("nothing was changed"), "{error}");
    let own = r#"{"error":{"code":"not_reached","description":"somebody else writes"}}"#;
    server.on("POST /cv/profiles/A/extensions", [busy(own), busy(own), json("200 OK", "")]);
    assert!(sent(&target, &insert()).unwrap().is_ok());
    assert_eq!(server.asked("POST"), 4);
    server.on("POST /cv/profiles/A/extensions", [busy(own)]);
    let error = sent(&target, &insert()).unwrap_err().to_string();
    assert!(error.contains("somebody else writes") && error.contains("nothing was changed"), "{error}");
}

#[test]
fn an_extension_that_the_server_does_not_have_makes_no_customer_vanish() {
    for status in ["404 Not Found", "400 Bad Request"] {
        let (server, refused) = (Scripted::http(), json(status, "{}"));
        server.on("GET /cv/server/status", [json("404 Not Found", "{}")]);
        server.on("GET /cv/metadata/profiles/extensions", [json("404 Not Found", "{}")]);
        server.on("GET /cv/profiles/A", [json("200 OK", PROFILE)]);
        server.on("GET /cv/profiles/A?extensions=Phone,Fax", [refused.clone()]);
        server.on("GET /cv/profiles?LastName=Banner&include_profile=yes", [json("200 OK", "[]")]);
        server.on("GET /cv/profiles?LastName=Banner&include_profile=yes&extensions=Phone,Fax", [refused]);
        server.on("GET /cv/profiles/B", [json("404 Not Found", "{}")]);
        let mut connection = connection(&server);
        connection.extensions =
            ["Phone", "Fax"].map(|name| Declared { name: name.into(), unique: vec![] }).into();
        let target = open(&connection).unwrap();
        let found = target.identify(&[("LastName".into(), "Banner".into())], 9);
        for error in [target.load(&id("A")).map(|_| ()), found.map(|_| ())].map(Result::unwrap_err) {
            assert_eq!(kind(&error), "not reached");
            assert!(error.to_string().contains("(Phone, Fax)"), "{error}");
            assert!(error.to_string().contains("that the connection declares"), "{error}");
            assert!(!error.to_string().contains("Banner"), "{error}");
        }
        assert!(target.load(&id("B")).unwrap().is_none());
    }
}

#[test]
fn what_lets_somebody_in_is_not_shown_whatever_the_server_says() {
    let server = server();
    let mut connection = connection(&server);
    connection.headers = vec![
        ("X-Api-Key".into(), "k3y-of-kent".into()),
        ("X-Auth".into(), "Bearer t0k3n".into()),
        ("X-Genesys-TenantId".into(), "1".into()),
    ];
    let target = open(&connection).unwrap();
    let cut = format!("{} {PASSWORD}", "x".repeat(194));
    for (body, words) in [
        ("no k3y-of-kent, no t0k3n 17", "(400: no •••, no ••• 17)"),
        (cut.as_str(), "x •••)"),
        (&format!("{{\"a\":\"{cut}\"}}"), "x •••"),
        (&format!("{} {PASSWORD}", "x".repeat(294)), "x •••)"),
    ] {
        server.on("POST /cv/profiles/A/extensions", [json("400 No", body)]);
        let (_, sentence) = sent(&target, &insert()).unwrap().unwrap_err();
        assert!(sentence.contains(words), "{sentence}");
        assert!(!sentence.contains("super"), "{sentence}");
    }
}

#[test]
fn what_goes_over_the_wire() {
    let server = server();
    server.on("GET /cv/profiles/A%20b%2F%C3%A9?extensions=Phone", [json("200 OK", r#"{"FirstName":"x"}"#)]);
    server.on("POST /cv/profiles/A/extensions", [json("200 OK", "")]);
    server.on("DELETE /cv/profiles/A", [json("200 OK", "")]);
    let mut connection = connection(&server);
    connection.headers =
        vec![("X-Genesys-TenantId".into(), "1".into()), ("ContactCenterId".into(), "é".into())];
    let target = open(&connection).unwrap();
    let loaded = target.load(&id("A b/é")).unwrap().unwrap();
    assert_eq!((loaded.profile.id, loaded.version), (id("A b/é"), None));
    assert_eq!(sent(&target, &insert()).unwrap().unwrap().customer, Some(id("A")));
    assert!(sent(&target, &Request::DeleteProfile(id("A"))).unwrap().is_ok());
    let seen = server.seen();
    let lines: Vec<&str> = seen.iter().map(scripted::Seen::line).collect();
    assert_eq!(
        lines,
        [
            "GET /cv/server/status",
            "GET /cv/metadata/profiles/extensions",
            "GET /cv/metadata/profiles/extensions",
            "GET /cv/profiles/A%20b%2F%C3%A9?extensions=Phone",
            "POST /cv/profiles/A/extensions",
            "DELETE /cv/profiles/A",
        ]
    );
    for request in &seen {
        assert_eq!(request.header("accept"), Some("application/json"));
        assert_eq!(request.header("authorization"), Some("Basic a2VudDpzdXBlcm1hbi03Nw=="));
        assert_eq!(request.header("x-genesys-tenantid"), Some("1"));
        assert_eq!(request.header("contactcenterid"), Some("é"));
        assert_eq!(request.header("host"), Some(format!("127.0.0.1:{}", server.port).as_str()));
        assert_eq!(request.header("transfer-encoding"), None);
        assert_eq!(request.header("cookie"), None);
    }
    assert_eq!(seen[4].body, r#"{"Phone":[{"number":"3145926535","x":1E0}]}"#);
    assert_eq!(seen[4].header("content-type"), Some("application/json"));
    assert_eq!(seen[4].header("content-length"), Some("43"));
    assert_eq!((seen[5].body.as_str(), seen[5].header("content-type")), ("", None));
}

#[test]
fn a_profile_keeps_its_tokens_and_has_the_spelling_of_the_schema() {
    let server = server();
    server.on("GET /cv/profiles/A?", [json("200 OK", PROFILE)]);
    let profile = target(&server).load(&id("A")).unwrap().unwrap().profile;
    let told = r#"{"customer_id":"A","FirstName":"Bruce","Amount":1.50E0,"Phone":[{"PhoneType":"0","number":"3145926535"}]}"#;
    assert_eq!(profile.to_json().as_str(), told);
}

#[test]
fn a_create_takes_the_id_from_where_the_server_tells_it() {
    let create = Request::CreateProfile(Json::parse(r#"{"FirstName":"x"}"#).unwrap());
    for (headers, body, made) in [
        ("", r#"{"customer_id":"NEW"}"#, Some("NEW")),
        ("", r#"{"customer_id":77}"#, Some("77")),
        ("Location: /profiles/N%20W\r\n", "", Some("N W")),
        ("Location: http://127.0.0.1/cv/profiles/NEW/?a=b\r\n", "created", Some("NEW")),
        ("Location: /elsewhere\r\n", "{}", None),
    ] {
        let server = server();
        server.on("POST /cv/profiles", [Act::Send(answer("201 Created", headers, body))]);
        let accepted = sent(&target(&server), &create).unwrap().unwrap();
        assert_eq!(accepted.customer.as_ref().map(CustomerId::as_str), made, "{headers}{body}");
    }
}

#[test]
fn a_refusal_says_what_was_not_there() {
    let server = server();
    let update = Request::UpdateRecord(id("A"), "Phone".into(), Json::parse("{}").unwrap());
    server.on("PUT /cv/profiles/A/extensions/Phone/by/unique", [json("404 Not Found", "")]);
    server.on("DELETE /cv/metadata/profiles/extensions/Phone", [json("404 Not Found", "")]);
    server.on("POST /cv/profiles", [json("409 Conflict", "")]);
    let target = target(&server);
    let kind = |request: &Request| sent(&target, request).unwrap().unwrap_err().0;
    assert_eq!(kind(&update), RejectionKind::UnknownRecord);
    assert_eq!(kind(&Request::DeleteSchema("Phone".into())), RejectionKind::UnknownExtension);
    assert_eq!(kind(&Request::CreateProfile(Json::parse("{}").unwrap())), RejectionKind::AlreadyExists);
}

#[test]
fn what_no_server_takes_is_not_sent() {
    let server = server();
    let target = target(&server);
    let checkpoint = Request::Checkpoint(id("A"), Json::parse("{}").unwrap());
    for request in [checkpoint, Request::DeleteProfile(id(".."))] {
        assert!(sent(&target, &request).is_err());
    }
    assert_eq!(kind(&target.customers().unwrap_err()), "not offered");
    assert_eq!(kind(&target.history(&id("A")).unwrap_err()), "not offered");
    assert_eq!(server.seen().len(), 2, "nothing was asked beyond opening");
}

#[test]
fn several_requests_go_one_by_one_and_say_where_they_stopped() {
    let server = server();
    server
        .on("POST /cv/profiles/A/extensions", [json("400 No", ""), json("200 OK", ""), json("500 Oops", "")]);
    let target = target(&server);
    let answers = target.send(&[insert(), insert()], None, &stamp()).unwrap();
    assert_eq!(answers.iter().map(Result::is_ok).collect::<Vec<_>>(), [false, true]);
    server.on("POST /cv/profiles/A/extensions", [json("200 OK", ""), json("403 No", "")]);
    let error = target.send(&[insert(), insert()], None, &stamp()).unwrap_err();
    assert_eq!(kind(&error), "unclear");
    assert!(error.to_string().contains("of 2 requests the first 1"), "{error}");
}

#[test]
fn a_server_may_tell_nothing_of_itself() {
    for (status, schemas) in [
        (json("404 Not Found", ""), json("403 Forbidden", "")),
        (json("405 No", ""), json("404 Not Found", "")),
        (json("403 No", ""), json("200 OK", "[broken")),
        (json("200 OK", "<html>"), json("501 No", "")),
        (json("200 OK", STATUS), json("503 Not in production", "")),
        (json("404 Not Found", ""), json("503 Not in production", "")),
        (json("200 OK", r#"{"mode":"maintenance"}"#), json("503 Not in production", "")),
    ] {
        let server = Scripted::http();
        server.on("GET /cv/server/status", [status]).on("GET /cv/metadata/profiles/extensions", [schemas]);
        server.on("GET /cv/profiles/A?extensions=Phone,a%26b", [json("200 OK", r#"{"phone":[],"A&B":{}}"#)]);
        server.on("GET /cv/profiles/B", [json("404 Not Found", "{}")]);
        let mut connection = connection(&server);
        connection.reading = KnownReading::Replace;
        connection.extensions =
            ["Phone", "a&b"].map(|name| Declared { name: name.into(), unique: vec![] }).into();
        let target = open(&connection).unwrap();
        assert!(!target.capabilities().schemas && !target.capabilities().own);
        assert_eq!(target.capabilities().reading, KnownReading::Replace);
        assert_eq!(kind(&target.schemas().unwrap_err()), "not offered");
        let profile = target.load(&id("A")).unwrap().unwrap().profile;
        assert_eq!(profile.to_json().as_str(), r#"{"customer_id":"A"}"#);
        assert!(target.load(&id("B")).unwrap().is_none());
        let asked = server.asked("GET /cv/metadata/profiles/extensions");
        assert_eq!(asked, 4, "once each time: opening, schemas, and two loads");
    }
}

#[test]
fn opening_fails_where_it_must() {
    for (status, schemas, expected) in [
        (json("401 No", ""), None, "credentials"),
        (json("302 Found", ""), None, "not reached"),
        (json("500 Oops", ""), None, "not reached"),
        (json("200 OK", STATUS), Some(json("401 No", "")), "credentials"),
        (json("200 OK", STATUS), Some(json("500 Oops", "")), "not reached"),
        (json("200 OK", "<html>"), Some(json("200 OK", "<html>")), "not reached"),
    ] {
        let server = Scripted::http();
        server.on("GET /cv/server/status", [status]);
        if let Some(schemas) = schemas {
            server.on("GET /cv/metadata/profiles/extensions", [schemas]);
        }
        assert_eq!(kind(&open(&connection(&server)).err().unwrap()), expected);
    }
}

#[test]
fn a_wrong_address_is_not_an_unknown_customer() {
    let server = Scripted::http();
    let page = Act::Send(answer("404 Not Found", "", "<html>nothing here</html>"));
    server.on("GET /cv/", [page.clone()]).on("POST /cv/", [page]);
    let target = target(&server);
    let error = target.load(&id("A")).unwrap_err();
    assert!(error.to_string().contains("does not look like the address"), "{error}");
    assert_eq!(kind(&sent(&target, &insert()).unwrap_err()), "not reached");
}

#[test]
fn a_server_that_told_its_schemas_does_not_lose_them() {
    let server = server();
    server.on(
        "GET /cv/metadata/profiles/extensions",
        [json("200 OK", PHONE), json("503 No", ""), json("403 No", "")],
    );
    let target = target(&server);
    assert!(target.capabilities().schemas);
    assert_eq!(kind(&target.load(&id("A")).unwrap_err()), "unavailable");
    assert_eq!(kind(&target.load(&id("A")).unwrap_err()), "not reached");
    assert_eq!(kind(&target.schemas().unwrap_err()), "not reached");
}

#[test]
fn schemas_get_what_the_connection_declares_and_unreadable_ones_are_asked_for() {
    let server = server();
    let told = format!("{},{}]", PHONE.trim_end_matches(']'), r#"{"name":"Odd","type":"blob"}"#);
    server.on("GET /cv/metadata/profiles/extensions", [json("200 OK", &told)]);
    server.on("GET /cv/profiles/A?extensions=Phone,Odd", [json("200 OK", PROFILE)]);
    let mut connection = connection(&server);
    connection.extensions = vec![Declared { name: "phone".into(), unique: vec!["phonetype".into()] }];
    let target = open(&connection).unwrap();
    assert_eq!(target.schemas().unwrap().get("Phone").unwrap().unique, ["PhoneType"]);
    assert!(!target.capabilities().schemas, "not all of them are known");
    assert!(target.load(&id("A")).unwrap().is_some());
}

#[test]
fn customers_are_found_by_whole_values() {
    let server = server();
    server.on("GET /cv/metadata/identification-keys", [json("404 Not Found", "")]);
    server.on("GET /cv/profiles/Banner", [json("404 Not Found", "")]);
    server.on(
        "GET /cv/profiles?LastName=Banner&include_profile=yes&extensions=Phone",
        [json("200 OK", &format!("[{PROFILE}]"))],
    );
    server.on(
        "GET /cv/profiles?FirstName=Banner&",
        [json("200 OK", &format!("[{PROFILE},{{\"customer_id\":\"B\"}}]"))],
    );
    let target = target(&server);
    let found = |limit| {
        target.find(" Banner ", limit).unwrap().into_iter().map(|p| p.id.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(found(9), ["A", "B"]);
    assert_eq!(found(1), ["A"]);
    let wanted =
        |pairs: &[(&str, &str)]| pairs.iter().map(|(n, v)| ((*n).into(), (*v).into())).collect::<Vec<_>>();
    server.on(
        "GET /cv/profiles?Phone.number=%2B33%201&LastName=B%26c&include_profile=yes",
        [json("404 Not Found", "")],
    );
    assert!(
        target.identify(&wanted(&[("Phone.number", "+33 1"), ("LastName", "B&c")]), 9).unwrap().is_empty()
    );
    server.on("GET /cv/profiles/A?", [json("200 OK", PROFILE)]);
    assert_eq!(
        target.identify(&wanted(&[("customer_id", "A"), ("Phone.number", "3145926535")]), 9).unwrap().len(),
        1
    );
    assert_eq!(target.identify(&wanted(&[("customer_id", "A"), ("FirstName", "x")]), 9).unwrap().len(), 0);
    assert_eq!(kind(&target.identify(&wanted(&[("extensions", "A")]), 9).unwrap_err()), "not offered");
}

#[test]
fn a_search_that_the_server_refuses_says_what_it_tried() {
    let server = server();
    let keys =
        r#"[{"name":"m","attributes":["Mail"]},{"name":"p","source":"Phone","attributes":["number"]}]"#;
    server.on("GET /cv/metadata/identification-keys", [json("200 OK", keys)]);
    server.on("GET /cv/profiles/", [json("404 Not Found", "")]);
    server.on("GET /cv/profiles?", [json("400 No", "")]);
    let target = target(&server);
    let error = target.find("Bruce Banner", 9).unwrap_err();
    assert_eq!(kind(&error), "not offered");
    assert!(error.to_string().contains("not by Mail, Phone.number (400)"), "{error}");
    assert!(!error.to_string().contains("Bruce"), "{error}");
    server.on("GET /cv/profiles?Mail=", [json("200 OK", "[]")]);
    assert!(target.find("x", 9).unwrap().is_empty());
    server.on("GET /cv/profiles?Mail=", [json("500 Oops", "")]);
    assert_eq!(kind(&target.find("x", 9).unwrap_err()), "not reached");
}

#[test]
fn a_text_that_can_be_no_id_is_searched_for_all_the_same() {
    let server = server();
    let keys = r#"[{"name":"p","source":"Phone","attributes":["number"]}]"#;
    server.on("GET /cv/metadata/identification-keys", [json("200 OK", keys)]);
    server.on("GET /cv/profiles/030%2F123456", [json("400 Bad Request", "<html>")]);
    server.on("GET /cv/profiles?Phone.number=", [json("200 OK", &format!("[{PROFILE}]"))]);
    let target = target(&server);
    for text in ["030/123456", ".."] {
        assert_eq!(target.find(text, 9).unwrap().len(), 1, "{text}");
    }
    server.on("GET /cv/profiles?Phone.number=", [json("200 OK", "[]")]);
    for text in ["030/123456", ".."] {
        assert!(target.find(text, 9).unwrap().is_empty(), "{text}");
    }
}

#[test]
fn one_search_that_fails_does_not_hide_what_others_find() {
    let server = server();
    let keys =
        r#"[{"name":"m","attributes":["Mail"]},{"name":"p","source":"Phone","attributes":["number"]}]"#;
    server.on("GET /cv/metadata/identification-keys", [json("200 OK", keys)]);
    server.on("GET /cv/profiles/x", [json("500 Oops", "")]);
    server.on("GET /cv/profiles?Mail=", [json("500 Oops", "")]);
    server.on(
        "GET /cv/profiles?Phone.number=",
        [json("200 OK", &format!("[{PROFILE}]")), json("200 OK", "[]")],
    );
    let target = target(&server);
    assert_eq!(target.find("x", 9).unwrap().len(), 1);
    assert_eq!(kind(&target.find("x", 9).unwrap_err()), "not reached", "whether there is one is not known");
}

#[test]
fn no_content_finds_nobody() {
    let server = Scripted::http();
    server.on("GET /cv/", [json("404 Not Found", "{}")]);
    server.on("GET /cv/profiles?", [Act::Send(answer("204 No Content", "", ""))]);
    assert!(target(&server).find("Banner", 9).unwrap().is_empty());
}

#[test]
fn credentials_do_not_go_over_plain_http() {
    let mut connection = Connection::to("http://ucs.example:8080");
    connection.user = Some("kent".into());
    let error = open(&connection).err().unwrap();
    assert!(error.to_string().contains("everybody could read the credentials"), "{error}");
    assert!(!error.to_string().contains(PASSWORD));
    let error = HttpTarget::open(&Connection { url: "https://ucs.example".into(), ..connection }, None)
        .err()
        .unwrap();
    assert_eq!(kind(&error), "credentials");
}

#[test]
fn a_raised_stop_ends_a_call() {
    let server = server();
    server.on("GET /cv/profiles/A?", [Act::Wait]).on("POST /cv/profiles/A/extensions", [Act::Wait]);
    let stop = Stop::default();
    let stopped = target(&server).stopped_by(&stop).unwrap();
    let ended = |call: &(dyn Fn() -> TargetError + Sync), asked: &str, stop: &Stop| {
        std::thread::scope(|scope| {
            let waiting = scope.spawn(call);
            while server.asked(asked) == 0 {
                std::thread::yield_now();
            }
            stop.raise();
            waiting.join().unwrap()
        })
    };
    let error = ended(&|| stopped.load(&id("A")).unwrap_err(), "GET /cv/profiles/A", &stop);
    assert_eq!(kind(&error), "not reached");
    let error = stopped.send(&[insert()], None, &stamp()).unwrap_err();
    assert_eq!(kind(&error), "not reached", "nothing is sent any more");
    let stop = Stop::default();
    let stopped = target(&server).stopped_by(&stop).unwrap();
    let send = || stopped.send(&[insert()], None, &stamp()).unwrap_err();
    assert_eq!(kind(&ended(&send, "POST", &stop)), "unclear");
}

#[test]
fn many_threads_call_one_target_which_is_dropped_in_a_runtime() {
    let server = server();
    server.on("GET /cv/profiles/A?", [json("200 OK", PROFILE)]);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let connection = connection(&server);
    runtime.block_on(async {
        let target = tokio::task::spawn_blocking(move || open(&connection).unwrap()).await.unwrap();
        let loads: Vec<_> = (0..8)
            .map(|_| {
                let target = target.clone();
                tokio::task::spawn_blocking(move || target.load(&id("A")).unwrap().is_some())
            })
            .collect();
        for load in loads {
            assert!(load.await.unwrap());
        }
        drop(target);
    });
}

#[test]
fn a_connection_that_the_server_closed_is_not_used_for_a_write() {
    let server = server();
    server.on("GET /cv/profiles/A?", [Act::Cut(answer("200 OK", "", PROFILE))]);
    server.on("POST /cv/profiles/A/extensions", [json("200 OK", "")]);
    let target = target(&server);
    for _ in 0..3 {
        assert!(target.load(&id("A")).unwrap().is_some());
        std::thread::sleep(std::time::Duration::from_millis(200)); // so that the end of the connection arrives
        assert!(sent(&target, &insert()).unwrap().is_ok());
    }
    assert_eq!(server.asked("POST"), 3);
}
