//! Where requests go and what goes along with each: judged before anything is sent. Errors are sentences.

use crate::target::connection::{Connection, Password};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Url;
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use std::net::IpAddr;

/// The headers that a connection cannot set: they belong to the request and its transport.
const OURS: [&str; 9] = [
    "accept",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "expect",
    "host",
    "transfer-encoding",
    "upgrade",
];

/// What the name of a header has in it whose value lets somebody in.
const SECRET: [&str; 8] = ["auth", "cookie", "cred", "key", "pass", "secret", "session", "token"];
/// What is shorter is no secret, and hiding it would make words unreadable: the `1` of a tenant. In bytes.
const SHORTEST: usize = 4;

/// The address of a server, with any prefix of its paths.
#[derive(Clone, Debug)]
pub struct Base(Url);

impl Base {
    /// Reads the address of a connection.
    pub fn of(connection: &Connection) -> Result<Self, String> {
        let text = connection.url.trim();
        let lower = text.to_lowercase();
        if !lower.starts_with("http://") && !lower.starts_with("https://") {
            return Err("the address of a server begins with http:// or https://".into());
        }
        let url = Url::parse(text).map_err(|error| format!("the address cannot be read: {error}"))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err("the address holds a user or a password: give the user by itself".into());
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err("the address holds a `?` or a `#`: it ends with the prefix of the paths".into());
        }
        Ok(Self(url))
    }

    /// The address of a path below this one; `path` begins with `/`, is percent-encoded, and may have a query.
    pub fn join(&self, path: &str) -> Result<Url, String> {
        let url = Url::parse(&format!("{}{path}", self.text())).map_err(|error| error.to_string())?;
        let asked = path.split('?').next().unwrap_or_default();
        // `.` and `..` as a name would lead to another path, however they are encoded.
        if url.path() != format!("{}{asked}", self.prefix()) {
            return Err("a name that is `.` or `..` has no address on a server".into());
        }
        Ok(url)
    }

    /// The address without a slash at its end.
    pub fn text(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }

    /// The path of the address, without a slash at its end.
    fn prefix(&self) -> &str {
        self.0.path().trim_end_matches('/')
    }

    /// The host's name or number.
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default().trim_matches(['[', ']'])
    }

    /// Host and port.
    pub fn host_and_port(&self) -> String {
        let host = self.0.host_str().unwrap_or_default();
        format!("{host}:{}", self.0.port_or_known_default().unwrap_or_default())
    }

    /// Whether the host is a number.
    pub fn is_number(&self) -> bool {
        self.host().parse::<IpAddr>().is_ok()
    }

    /// Whether what is sent cannot be read on the way.
    pub fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// Whether it is this computer itself. Other names may lead anywhere, `a.localhost` too.
    pub fn is_loopback(&self) -> bool {
        let host = self.host().trim_end_matches('.');
        host == "localhost" || host.parse::<IpAddr>().is_ok_and(|number| number.to_canonical().is_loopback())
    }

    /// Where an answer of this server points: without query, fragment and credentials.
    pub fn pointed_to(&self, location: &str) -> Option<String> {
        let mut url = self.0.join(location).ok()?;
        url.set_query(None);
        url.set_fragment(None);
        let _ = url.set_username("");
        let _ = url.set_password(None);
        Some(url.into())
    }
}

/// Whether a connection sends credentials over plain http beyond this computer, where others can read them. Somebody has to
/// agree once.
pub fn exposes_credentials(connection: &Connection) -> bool {
    let secret = |(name, _): &(String, String)| SECRET.iter().any(|part| name.to_lowercase().contains(part));
    let sends = connection.user.is_some() || connection.headers.iter().any(secret);
    sends && Base::of(connection).is_ok_and(|base| !base.is_https() && !base.is_loopback())
}

/// The headers of every request.
pub fn headers(connection: &Connection, password: Option<&Password>) -> Result<HeaderMap, String> {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    for (name, value) in &connection.headers {
        let (name, value) = header(name, value)?;
        headers.append(name, value);
    }
    if let (Some(user), Some(password)) = (&connection.user, password) {
        if headers.contains_key(AUTHORIZATION) {
            return Err(
                "the connection has both a user and a header Authorization: only one can be sent".into()
            );
        }
        if user.contains(':') {
            return Err("a user's name cannot hold a colon".into());
        }
        headers.insert(AUTHORIZATION, basic(user, password)?);
    }
    Ok(headers)
}

/// What is sent and must not be shown, the longest first: the password, as it is and as it is sent, and the values of headers,
/// whole and without the word that says their kind.
pub fn secrets(connection: &Connection, password: Option<&Password>) -> Vec<Password> {
    let of_headers = connection.headers.iter().map(|(_, value)| value.trim());
    let values = of_headers.flat_map(|value| [Some(value), value.split_whitespace().next_back()]);
    let values = values.flatten().filter(|value| value.len() >= SHORTEST).map(str::to_owned);
    let mut secrets: Vec<String> = values.collect();
    if let Some(password) = password.filter(|password| !password.reveal().is_empty()) {
        let sent = encoded(connection.user.as_deref().unwrap_or_default(), password);
        secrets.extend([password.reveal().to_owned(), sent.trim_end_matches('=').to_owned(), sent]);
    }
    secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    secrets.into_iter().map(Password::new).collect()
}

fn header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), String> {
    let parsed = HeaderName::from_bytes(name.trim().as_bytes());
    let parsed = parsed.map_err(|_| format!("\"{name}\" is no name of a header: letters, digits and -"))?;
    if OURS.contains(&parsed.as_str()) {
        return Err(format!("the header {name} belongs to each request: a connection cannot set it"));
    }
    let value = HeaderValue::from_bytes(value.trim().as_bytes());
    let mut value = value.map_err(|_| format!("the value of the header {name} holds a control character"))?;
    value.set_sensitive(true);
    Ok((parsed, value))
}

/// Basic credentials, the text as UTF-8.
fn basic(user: &str, password: &Password) -> Result<HeaderValue, String> {
    let value = format!("Basic {}", encoded(user, password));
    let mut value = HeaderValue::from_str(&value).map_err(|error| error.to_string())?;
    value.set_sensitive(true);
    Ok(value)
}

fn encoded(user: &str, password: &Password) -> String {
    STANDARD.encode(format!("{user}:{}", password.reveal()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(url: &str) -> Base {
        Base::of(&Connection::to(url)).unwrap()
    }

    #[test]
    fn any_prefix_stays_in_front() {
        for (url, joined) in [
            ("http://ucs.example", "http://ucs.example/profiles/A%20b"),
            ("http://ucs.example:8080/cv/", "http://ucs.example:8080/cv/profiles/A%20b"),
            ("HTTPS://UCS.example/genesys/1/cs", "https://ucs.example/genesys/1/cs/profiles/A%20b"),
            ("http://[::1]:8080/a b", "http://[::1]:8080/a%20b/profiles/A%20b"),
        ] {
            assert_eq!(base(url).join("/profiles/A%20b").unwrap().as_str(), joined);
        }
        let query = base("http://h/cv").join("/profiles/A?extensions=A,B%26").unwrap();
        assert_eq!(query.as_str(), "http://h/cv/profiles/A?extensions=A,B%26");
    }

    #[test]
    fn a_customer_called_dot_dot_leads_nowhere() {
        for path in ["/profiles/..", "/profiles/.", "/profiles/../extensions"] {
            assert!(base("http://h/cv").join(path).is_err(), "{path}");
        }
    }

    #[test]
    fn an_address_that_cannot_be_used_is_a_sentence_without_the_password() {
        for url in [
            "",
            "ucs.example:8080",
            "ftp://h",
            "http://",
            "http://kent:superman@h/",
            "http://h/?a=1",
            "http://h/#a",
        ] {
            let sentence = Base::of(&Connection::to(url)).unwrap_err();
            assert!(sentence.contains("address") && !sentence.contains("superman"), "{url}: {sentence}");
        }
    }

    #[test]
    fn this_computer_is_known_by_all_its_names() {
        for url in ["http://localhost:1", "http://127.8.9.1", "http://[::1]", "http://[::ffff:127.0.0.1]"] {
            assert!(base(url).is_loopback(), "{url}");
        }
        for url in
            ["http://localhost.example", "http://a.localhost", "http://10.0.0.1", "http://127.0.0.1.example"]
        {
            assert!(!base(url).is_loopback(), "{url}");
        }
    }

    #[test]
    fn credentials_in_the_open_are_noticed() {
        let mut connection = Connection::to("http://ucs.example");
        assert!(!exposes_credentials(&connection));
        connection.headers = vec![("X-Genesys-TenantId".into(), "1".into())];
        assert!(!exposes_credentials(&connection));
        for name in ["X-Api-Key", "X-Password", "SessionId", "X-Credentials"] {
            connection.headers = vec![(name.into(), "1".into())];
            assert!(exposes_credentials(&connection), "{name}");
        }
        connection.url = "https://ucs.example".into();
        assert!(!exposes_credentials(&connection));
        connection.url = "http://127.0.0.1:8080".into();
        assert!(!exposes_credentials(&connection));
    }

    #[test]
    fn headers_are_checked_and_credentials_are_utf_8() {
        let mut connection = Connection::to("http://h");
        connection.user = Some("kent".into());
        let sent = headers(&connection, Some(&Password::new("superman"))).unwrap();
        assert_eq!(sent[AUTHORIZATION], "Basic a2VudDpzdXBlcm1hbg==");
        let sent = headers(&connection, Some(&Password::new("é"))).unwrap();
        assert_eq!(sent[AUTHORIZATION], "Basic a2VudDrDqQ==");
        for (name, value) in
            [("a b", "1"), ("", "1"), ("X-A", "1\r\nX-B: 2"), ("Content-Length", "3"), ("Authorization", "x")]
        {
            connection.headers = vec![(name.into(), value.into())];
            assert!(headers(&connection, Some(&Password::new("x"))).is_err(), "{name}");
        }
        connection.headers = vec![("ContactCenterId".into(), "Zürich".into())];
        assert!(headers(&connection, None).is_ok());
    }

    #[test]
    fn where_an_answer_points_is_told_without_its_query() {
        let pointed = |location| base("http://h:8080/cv").pointed_to(location);
        assert_eq!(pointed("/login?user=x#y").as_deref(), Some("http://h:8080/login"));
        assert_eq!(pointed("https://a:b@h/cv?c=d").as_deref(), Some("https://h/cv"));
    }
}
