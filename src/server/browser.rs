//! Web pages are not let in: a browser would send what any page asks it to, to a server on its own computer as well.

use super::answer::Answer;
use axum::http::header::{HOST, ORIGIN};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use std::net::IpAddr;

/// Refuses what a web page sent. Where nobody signs in, the server is also called by its address alone: a page whose name
/// was made to lead here would have no other sign.
pub fn refuse_pages(headers: &HeaderMap, signs_in: bool) -> Result<(), Answer> {
    let forbidden = |sentence: &str| Err(Answer::error(StatusCode::FORBIDDEN, "forbidden", sentence));
    if headers.contains_key(ORIGIN) {
        return forbidden("web pages may not use this server");
    }
    if !signs_in && headers.get(HOST).is_some_and(|host| !is_address(host)) {
        return forbidden("without users this server is called by its address, or as localhost");
    }
    Ok(())
}

fn is_address(host: &HeaderValue) -> bool {
    let authority = host.to_str().ok().and_then(|host| host.parse::<Authority>().ok());
    authority.is_some_and(|authority| {
        let host = authority.host().trim_start_matches('[').trim_end_matches(']');
        host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_told_from_a_name() {
        for (host, is) in [
            ("127.0.0.1:8080", true),
            ("[::1]:8080", true),
            ("::1", false),
            ("LOCALHOST", true),
            ("10.0.0.1", true),
            ("evil.example:8080", false),
            ("127.0.0.1.evil.example", false),
            ("localhost@evil.example", false),
            ("", false),
        ] {
            let host = HeaderValue::from_static(host);
            assert_eq!(is_address(&host), is, "{host:?}");
        }
    }
}
