//! Why no answer was had: the layer that failed, in words, and whether the request may have arrived.

use super::address::Base;
use rustls::CertificateError;
use std::error::Error;
use std::io;
use std::time::Duration;

/// What failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    /// The request has no address.
    Address,
    /// The host's name is not known.
    Name,
    /// Nothing listens there, or it cannot be reached.
    Connect,
    /// TLS, most often the certificate.
    Tls,
    /// The answer took too long.
    Time,
    /// The connection was cut.
    Cut,
    /// The answer is not HTTP.
    NotHttp,
    /// The answer is longer than allowed.
    TooLong,
    /// Somebody did not want to wait any longer.
    Stopped,
}

/// Why no answer was had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// What failed.
    pub layer: Layer,
    /// Whether the request may have arrived.
    pub sent: bool,
    /// Why, in words that follow a colon.
    pub reason: String,
}

impl Trouble {
    /// Trouble before anything was sent.
    pub fn before(layer: Layer, reason: impl Into<String>) -> Self {
        Self { layer, sent: false, reason: reason.into() }
    }

    /// Trouble with a request that may have arrived.
    pub fn after(layer: Layer, reason: impl Into<String>) -> Self {
        Self { layer, sent: true, reason: reason.into() }
    }

    /// Reads an error of the client; `patience` is how long an answer is waited for.
    pub fn of(error: &reqwest::Error, base: &Base, patience: Duration) -> Self {
        if error.is_builder() {
            return Self::before(Layer::Address, "the address cannot be used");
        }
        if error.is_connect() {
            return connecting(error, base);
        }
        if error.is_timeout() {
            let secs = patience.as_secs();
            let reason = format!("there was no whole answer within {secs} seconds (setting: timeout)");
            return Self::after(Layer::Time, reason);
        }
        if let Some(tls) = find::<rustls::Error>(error) {
            return Self::after(Layer::Tls, tls_reason(tls, base));
        }
        if find::<hyper::Error>(error).is_some_and(hyper::Error::is_parse) {
            let hint = if base.is_https() { "" } else { "; perhaps its address begins with https://" };
            let reason = format!("what answers at {} does not speak HTTP{hint}", base.host_and_port());
            return Self::after(Layer::NotHttp, reason);
        }
        Self::after(Layer::Cut, "the connection was cut before the answer was whole")
    }
}

/// Trouble before a connection stood.
fn connecting(error: &reqwest::Error, base: &Base) -> Trouble {
    let (host, place) = (base.host(), base.host_and_port());
    if error.is_dns() {
        let reason = format!("the name {host} is not known; look at its spelling and at the network");
        return Trouble::before(Layer::Name, reason);
    }
    if let Some(tls) = find::<rustls::Error>(error) {
        return Trouble::before(Layer::Tls, tls_reason(tls, base));
    }
    if error.is_timeout() {
        let reason =
            format!("{place} did not take a connection in time; look at the port and at the network");
        return Trouble::before(Layer::Connect, reason);
    }
    let Some(io) = find::<io::Error>(error) else {
        let reason =
            format!("no connection to {place} came about; look at the proxy's settings, if there is one");
        return Trouble::before(Layer::Connect, reason);
    };
    match io.kind() {
        io::ErrorKind::ConnectionRefused => {
            let reason = format!("nothing listens at {place}; look at the port, and whether the server runs");
            Trouble::before(Layer::Connect, reason)
        }
        io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => {
            let reason = format!("{place} hung up while the connection was being set up");
            Trouble::before(if base.is_https() { Layer::Tls } else { Layer::Connect }, reason)
        }
        _ => Trouble::before(Layer::Connect, format!("{place} cannot be reached ({io})")),
    }
}

fn tls_reason(error: &rustls::Error, base: &Base) -> String {
    let host = base.host();
    match error {
        rustls::Error::InvalidCertificate(certificate) => {
            format!("the certificate of {host} does not fit: {}", certificate_reason(certificate, host))
        }
        rustls::Error::InvalidMessage(_) => {
            format!(
                "what answers at {} does not speak TLS; perhaps its address begins with http://",
                base.host_and_port()
            )
        }
        rustls::Error::PeerIncompatible(_)
        | rustls::Error::AlertReceived(rustls::AlertDescription::ProtocolVersion) => {
            format!("{host} and this program share no version of TLS (1.2 or 1.3 is needed)")
        }
        rustls::Error::AlertReceived(
            rustls::AlertDescription::CertificateRequired | rustls::AlertDescription::BadCertificate,
        ) => format!("{host} wants a certificate of this computer, which this program does not send"),
        other => format!("TLS with {host} failed ({other})"),
    }
}

fn certificate_reason(error: &CertificateError, host: &str) -> String {
    match error {
        CertificateError::UnknownIssuer => {
            "nobody whom this computer trusts has signed it; if it is right, name its issuer's certificate (ca_file)".into()
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            format!("it is not made out for the name {host}")
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "it has run out; look at this computer's clock too".into()
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "it is not valid yet; look at this computer's clock too".into()
        }
        CertificateError::Revoked => "it was called back by its issuer".into(),
        other => other.to_string(),
    }
}

/// The first error of this type in the chain; what an [`io::Error`] wraps counts too.
fn find<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    if let Some(found) = error.downcast_ref() {
        return Some(found);
    }
    let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    let wrapped = wrapped.and_then(|inner| find(inner as &(dyn Error + 'static)));
    wrapped.or_else(|| find(error.source()?))
}
