//! Which target a command works on: what its options say, what the window keeps of a server, else the user's own store.

use super::args::Target;
use super::{Failure, Status, connections, password};
use crate::model::json::same_name;
use crate::model::schema::Declared;
use crate::store::places::Places;
use crate::target::{self, Address, Connection, Password, Target as Opened, TargetError};
use std::path::PathBuf;

impl Target {
    /// The target that was named; `None` where none was.
    pub fn named(&self) -> Result<Option<Address>, Failure> {
        match (&self.store, &self.server) {
            (Some(path), _) => Ok(Some(Address::Store(path.clone()))),
            (None, Some(url)) => Ok(Some(Address::Server(Box::new(self.connection(url)?)))),
            (None, None) => Ok(None),
        }
    }

    /// The same, or the user's own store.
    pub fn address(&self) -> Result<Address, Failure> {
        if let Some(address) = self.named()? {
            return Ok(address);
        }
        let places = Places::of_user().ok_or_else(|| {
            let sentence = "this system names no folder for a user's data";
            Failure::refused(sentence).with("Name a store with --store, or a server with --server.")
        })?;
        Ok(Address::Store(places.store()))
    }

    /// Opens it for a command that makes no store.
    pub fn open(&self) -> Result<Box<dyn Opened>, Failure> {
        open(&self.address()?)
    }

    /// The same for a command that names extensions: a server that does not tell its own is asked for these too.
    pub fn open_for<'a>(
        &self,
        extensions: impl IntoIterator<Item = &'a str>,
    ) -> Result<Box<dyn Opened>, Failure> {
        let mut address = self.address()?;
        if let Address::Server(connection) = &mut address {
            for name in extensions {
                let known = &mut connection.extensions;
                if !known.iter().any(|declared| same_name(&declared.name, name)) {
                    known.push(Declared { name: name.to_owned(), unique: Vec::new() });
                }
            }
        }
        open(&address)
    }

    /// The path of the store, for a command that reads a store's files: `what` it does.
    pub fn path(&self, what: &str) -> Result<PathBuf, Failure> {
        match self.address()? {
            Address::Store(path) => Ok(path),
            Address::Server(connection) => {
                let sentence =
                    format!("{what} reads the files of a local store; {} is a server", connection.url);
                Err(Failure { status: Status::Usage, sentence, details: Vec::new() })
            }
        }
    }

    /// The window's connection to this URL, else a new one, with the options on top.
    fn connection(&self, url: &str) -> Result<Connection, Failure> {
        let wanted = Connection::to(url);
        if wanted.url.split('/').nth(2).is_some_and(|host| host.contains('@')) {
            let sentence =
                "the server's URL holds a user or a password, which other users of this computer can see";
            let advice =
                "Name the user with --user; the password comes from PROFILE_DESK_PASSWORD or a prompt.";
            return Err(Failure {
                status: Status::Usage,
                sentence: sentence.into(),
                details: vec![advice.into()],
            });
        }
        let mut connection = kept(&wanted, self.user.as_deref())?.unwrap_or(wanted);
        connection.user = self.user.clone().or(connection.user);
        connection.reading = self.reading.map_or(connection.reading, Into::into);
        connection.plain_http |= self.plain_http;
        Ok(connection)
    }
}

/// Opens a target, with the password of its user where it has one.
pub fn open(address: &Address) -> Result<Box<dyn Opened>, Failure> {
    Ok(target::open_address(address, password_for(address)?.as_ref())?)
}

/// The same; a local store that is not there is made.
pub fn open_or_create(address: &Address) -> Result<Box<dyn Opened>, Failure> {
    match open_if_there(address)? {
        Some(opened) => Ok(opened),
        None => create(address),
    }
}

/// The same; `None`: there is no such store.
pub fn open_if_there(address: &Address) -> Result<Option<Box<dyn Opened>>, Failure> {
    match target::open_address(address, password_for(address)?.as_ref()) {
        Err(TargetError::Missing(_)) => Ok(None),
        opened => Ok(Some(opened?)),
    }
}

/// Makes a local store; a server is there, or it is not.
pub fn create(address: &Address) -> Result<Box<dyn Opened>, Failure> {
    match address {
        Address::Store(path) => Ok(target::create(path)?),
        Address::Server(_) => open(address),
    }
}

fn password_for(address: &Address) -> Result<Option<Password>, Failure> {
    match address {
        Address::Server(connection) => password::of(connection),
        Address::Store(_) => Ok(None),
    }
}

/// What the window keeps of a connection to the same URL; of several, that of the same user. Of another user's only what is
/// said of the server counts: headers may hold secrets, and nobody agreed for this user to plain http.
fn kept(wanted: &Connection, user: Option<&str>) -> Result<Option<Connection>, Failure> {
    let Some(places) = Places::of_user() else { return Ok(None) };
    let read = connections::read(&places.config);
    let mut same =
        read.map_err(|sentence| Failure { status: Status::NotReached, sentence, details: Vec::new() })?;
    same.retain(|connection| connection.url == wanted.url);
    Ok(chosen(same, wanted, user))
}

fn chosen(mut same: Vec<Connection>, wanted: &Connection, user: Option<&str>) -> Option<Connection> {
    let of_user = same.iter().position(|connection| connection.user.as_deref() == user);
    let kept = (!same.is_empty()).then(|| same.swap_remove(of_user.unwrap_or(0)))?;
    if of_user.is_some() || user.is_none() {
        return Some(kept);
    }
    let Connection { reading, ca_file, timeout_secs, extensions, find_by, .. } = kept;
    Some(Connection { reading, ca_file, timeout_secs, extensions, find_by, ..wanted.clone() })
}

#[cfg(test)]
mod tests {
    use super::super::args::Args;
    use super::*;
    use crate::model::plan::KnownReading;
    use clap::Parser;

    fn target(args: &[&str]) -> Option<Target> {
        Some(Args::try_parse_from([&["profile-desk"], args].concat()).ok()?.target)
    }

    #[test]
    fn options_that_contradict_each_other_or_need_a_server_are_a_usage_error() {
        for wrong in [
            &["--store", "a", "--server", "http://b"][..],
            &["--user", "kent"],
            &["--reading", "upsert"],
            &["--plain-http"],
            &["--server", "http://b", "--reading", "sometimes"],
            &["--store", "a", "--user", "kent"],
        ] {
            assert!(target(wrong).is_none(), "{wrong:?}");
        }
    }

    #[test]
    fn the_options_make_the_connection() {
        let named = |args: &[&str]| target(args).unwrap().named().unwrap();
        assert_eq!(named(&[]), None);
        assert_eq!(named(&["--store", "a"]), Some(Address::Store("a".into())));
        let args =
            ["--server", "http://b.invalid/cv/", "--user", "kent", "--reading", "replace", "--plain-http"];
        let Some(Address::Server(connection)) = named(&args) else { panic!("a server was named") };
        assert_eq!(
            (connection.url.as_str(), connection.user.as_deref()),
            ("http://b.invalid/cv", Some("kent"))
        );
        assert_eq!((connection.reading, connection.plain_http), (KnownReading::Replace, true));
    }

    #[test]
    fn another_user_takes_what_is_said_of_the_server_and_nothing_of_the_person() {
        let mut kents = Connection::to("http://b.invalid");
        kents.user = Some("kent".into());
        kents.headers = vec![("Authorization".into(), "kent's".into())];
        (kents.plain_http, kents.reading, kents.timeout_secs) = (true, KnownReading::Replace, 7);
        let wanted = Connection::to("http://b.invalid");
        let chosen = |user| chosen(vec![kents.clone()], &wanted, user).unwrap();
        assert_eq!((chosen(Some("kent")), chosen(None)), (kents.clone(), kents.clone()));
        let lois = chosen(Some("lois"));
        assert!(lois.headers.is_empty() && !lois.plain_http && lois.user.is_none());
        assert_eq!((lois.reading, lois.timeout_secs), (KnownReading::Replace, 7));
    }

    #[test]
    fn a_password_in_the_url_is_refused_and_not_repeated() {
        let failure = target(&["--server", "http://kent:superman@b"]).unwrap().named().unwrap_err();
        assert_eq!(failure.status, Status::Usage);
        assert!(!failure.to_string().contains("superman"));
    }
}
