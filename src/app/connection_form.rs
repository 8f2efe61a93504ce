//! What a person types of a connection, and the connection that it makes.

use super::connections::{Colour, Connection, Declared, KnownReading, Password, TIMEOUT_SECS};
use crate::target::exposes_credentials;
use std::fmt;
use std::path::PathBuf;

/// A text that is neither shown nor logged.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Secret {
    /// The password, if one was typed.
    pub fn password(&self) -> Option<Password> {
        (!self.0.is_empty()).then(|| Password::new(self.0.clone()))
    }
}

/// The texts of a connection, as typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Texts {
    /// Its name in the window.
    pub name: String,
    /// Its address.
    pub url: String,
    /// Who signs in.
    pub user: String,
    /// The password, for this run alone.
    pub password: Secret,
    /// Further headers: names and values.
    pub headers: Vec<(String, String)>,
    /// What is known of its reading of insert.
    pub reading: KnownReading,
    /// Its colour.
    pub colour: Colour,
    /// The file of trusted certificates.
    pub ca_file: String,
    /// How long an answer is waited for, in seconds.
    pub timeout: String,
    /// Extensions, and their unique attributes separated by commas.
    pub extensions: Vec<(String, String)>,
    /// Attributes to find customers by, separated by commas.
    pub find_by: String,
    /// The address for which somebody agreed that credentials go over plain http.
    pub plain_http: Option<String>,
}

/// A connection that is being made or changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionForm {
    /// The title of the one that is changed; `None`: a new one.
    pub former: Option<String>,
    /// What is typed.
    pub texts: Texts,
    /// What it began as.
    began: Texts,
}

impl ConnectionForm {
    /// For a new connection.
    pub fn new() -> Self {
        Self::of(None, &Connection::to(""))
    }

    /// For a change of a connection.
    pub fn edit(connection: &Connection) -> Self {
        Self::of(Some(connection.title().to_owned()), connection)
    }

    /// For a new connection like this one; `titles` are those that are taken.
    pub fn copy(connection: &Connection, titles: &[String]) -> Self {
        let mut form = Self::of(None, connection);
        let title = connection.title();
        let mut names = (1_u32..).map(|number| match number {
            1 => format!("{title} (copy)"),
            number => format!("{title} (copy {number})"),
        });
        form.texts.name = names.find(|name| !titles.contains(name)).unwrap_or_default();
        form
    }

    fn of(former: Option<String>, connection: &Connection) -> Self {
        let texts = Texts {
            name: connection.name.clone(),
            url: connection.url.clone(),
            user: connection.user.clone().unwrap_or_default(),
            password: Secret::default(),
            headers: connection.headers.clone(),
            reading: connection.reading,
            colour: connection.colour,
            ca_file: connection.ca_file.as_ref().map(|file| file.display().to_string()).unwrap_or_default(),
            timeout: connection.timeout_secs.to_string(),
            extensions: connection
                .extensions
                .iter()
                .map(|declared| (declared.name.clone(), declared.unique.join(", ")))
                .collect(),
            find_by: connection.find_by.join(", "),
            plain_http: connection.plain_http.then(|| connection.url.clone()),
        };
        Self { former, began: texts.clone(), texts }
    }

    /// Whether something was typed that is not kept yet.
    pub fn is_changed(&self) -> bool {
        self.texts != self.began
    }

    /// Whether what is typed sends credentials where others can read them.
    pub fn exposes_credentials(&self) -> bool {
        self.connection(&[]).is_ok_and(|connection| exposes_credentials(&connection))
    }

    /// Whether somebody agreed to that, for this address.
    pub fn agrees(&self) -> bool {
        self.texts.plain_http.is_some() && self.texts.plain_http == Some(Connection::to(&self.texts.url).url)
    }

    /// Agrees to that, or no longer.
    pub fn agree(&mut self, agreed: bool) {
        self.texts.plain_http = agreed.then(|| Connection::to(&self.texts.url).url);
    }

    /// The connection. The error is a sentence about the first field that stands for none; `titles` are those of the kept ones.
    pub fn connection(&self, titles: &[String]) -> Result<Connection, String> {
        let texts = &self.texts;
        let mut connection = Connection::to(&texts.url);
        texts.name.trim().clone_into(&mut connection.name);
        if !["http://", "https://"].iter().any(|scheme| connection.url.to_lowercase().starts_with(scheme)) {
            return Err("The address begins with http:// or https://.".into());
        }
        connection.user = Some(texts.user.trim().to_owned()).filter(|user| !user.is_empty());
        connection.headers = headers(&texts.headers)?;
        connection.reading = texts.reading;
        connection.colour = texts.colour;
        connection.ca_file = Some(texts.ca_file.trim()).filter(|file| !file.is_empty()).map(PathBuf::from);
        connection.timeout_secs = timeout(&texts.timeout)?;
        connection.extensions = extensions(&texts.extensions)?;
        connection.find_by = names(&texts.find_by);
        connection.plain_http = self.agrees();
        let title = connection.title().to_owned();
        let is_taken = titles.contains(&title) && self.former.as_ref() != Some(&title);
        if is_taken { Err(format!("There is a connection {title} already.")) } else { Ok(connection) }
    }
}

impl Default for ConnectionForm {
    fn default() -> Self {
        Self::new()
    }
}

/// Lines without a name and a value do not count.
fn headers(typed: &[(String, String)]) -> Result<Vec<(String, String)>, String> {
    let trimmed = typed.iter().map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()));
    let headers: Vec<_> = trimmed.filter(|(name, value)| !(name.is_empty() && value.is_empty())).collect();
    match headers.iter().find(|(name, _)| name.is_empty()) {
        Some((_, value)) => Err(format!("The header with the value {value} has no name.")),
        None => Ok(headers),
    }
}

fn timeout(text: &str) -> Result<u64, String> {
    if text.trim().is_empty() {
        return Ok(TIMEOUT_SECS);
    }
    let seconds = text.trim().parse().ok().filter(|seconds| (1..=3600).contains(seconds));
    seconds.ok_or_else(|| "The time-out is a number of seconds from 1 to 3600.".into())
}

fn extensions(typed: &[(String, String)]) -> Result<Vec<Declared>, String> {
    let declared =
        typed.iter().map(|(name, unique)| Declared { name: name.trim().to_owned(), unique: names(unique) });
    let declared: Vec<_> = declared.filter(|one| !(one.name.is_empty() && one.unique.is_empty())).collect();
    match declared.iter().find(|one| one.name.is_empty()) {
        Some(one) => {
            Err(format!("The extension whose unique attributes are {} has no name.", one.unique.join(", ")))
        }
        None => Ok(declared),
    }
}

/// Names that are separated by commas.
fn names(text: &str) -> Vec<String> {
    let names = text.split(',').map(str::trim).filter(|name| !name.is_empty());
    names.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paris() -> Connection {
        let mut connection = Connection::to("http://127.0.0.1:8080/cv");
        connection.name = "Paris".into();
        connection.user = Some("kent".into());
        connection.headers = vec![("ContactCenterId".into(), "7".into())];
        connection.reading = KnownReading::Replace;
        connection.colour = Colour::Red;
        connection.plain_http = true;
        connection.ca_file = Some("own.pem".into());
        connection.extensions =
            vec![Declared { name: "Phone".into(), unique: vec!["PhoneType".into(), "prefix".into()] }];
        connection.find_by = vec!["EmailAddress".into(), "Phone.number".into()];
        connection
    }

    #[test]
    fn a_connection_that_is_looked_at_is_the_same_afterwards() {
        let form = ConnectionForm::edit(&paris());
        assert_eq!(form.connection(&["Paris".into()]), Ok(paris()));
        assert!(!form.is_changed());
    }

    #[test]
    fn what_cannot_be_meant_is_a_sentence_and_stays_typed() {
        let wrong: [fn(&mut Texts); 5] = [
            |texts| texts.url = "ucs.example".into(),
            |texts| texts.timeout = "soon".into(),
            |texts| texts.headers.push((" ".into(), "7".into())),
            |texts| texts.extensions.push((String::new(), "a".into())),
            |texts| texts.name = "Lyon".into(),
        ];
        for change in wrong {
            let mut form = ConnectionForm::edit(&paris());
            change(&mut form.texts);
            let typed = form.texts.clone();
            let sentence = form.connection(&["Paris".into(), "Lyon".into()]).unwrap_err();
            assert!(sentence.ends_with('.'), "{sentence}");
            assert!(form.is_changed() && form.texts == typed);
        }
    }

    #[test]
    fn a_copy_has_a_name_of_its_own() {
        let titles = ["Paris".to_owned(), "Paris (copy)".to_owned()];
        let form = ConnectionForm::copy(&paris(), &titles);
        assert_eq!(form.connection(&titles).unwrap().name, "Paris (copy 2)");
        assert!(form.is_changed(), "it is not kept yet");
    }

    #[test]
    fn who_agreed_to_plain_http_agreed_for_that_address() {
        let mut form = ConnectionForm::edit(&paris());
        form.texts.url = "http://ucs.example".into();
        assert!(!form.connection(&[]).unwrap().plain_http);
    }

    #[test]
    fn empty_lines_do_not_count_and_a_password_is_not_shown() {
        let mut form = ConnectionForm::edit(&paris());
        form.texts.headers.push((String::new(), " ".into()));
        form.texts.extensions.push((String::new(), String::new()));
        form.texts.password = Secret("superman".into());
        assert_eq!(form.connection(&[]), Ok(paris()));
        assert!(!format!("{form:?}").contains("superman"));
    }
}
