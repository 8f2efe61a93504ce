//! The commands, one function each.

use super::address::open_or_create;
use super::args::{Criterion, SchemaVerb, Target, Verb};
use super::check::{check, repair};
use super::compact::{backup, compact};
use super::export::export;
use super::history::history;
use super::insert::insert;
use super::serve::serve;
use super::{Failure, Surroundings, import};
use crate::model::json::{Json, pretty, same_name, text_of};
use crate::model::profile::CustomerId;
use crate::model::request::Request;
use crate::model::schema::Schema;
use crate::target::{Accepted, Stamp, Target as Store};
use crate::transfer::generate::{SCHEMAS, customer};
use std::io::{BufWriter, ErrorKind, Read, Write};
use std::path::Path;

type Done = Result<(), Failure>;

/// The largest file that is read whole, in bytes (setting: request size).
const MAX_REQUEST: u64 = 64 << 20;

pub fn run(verb: Verb, with: &mut Surroundings<'_>) -> Done {
    match verb {
        Verb::Show { id, extensions, target } => show(&id, &extensions, &target, with),
        Verb::Find { criteria, text, target } => find(&criteria, text.as_deref(), &target, with),
        Verb::Insert(asked) => insert(&asked, with),
        Verb::Import(asked) => import::import(&asked, with),
        Verb::Export { format, output, target } => export(format, output.as_deref(), &target, with),
        Verb::History(asked) => history(&asked, with),
        Verb::Schema { what } => schema(what, with),
        Verb::Serve(asked) => serve(&asked, with),
        Verb::Generate { count, seed } => generate(count, seed, with),
        Verb::Check { repair: true, target } => repair(&target.path("check")?, with),
        Verb::Check { repair: false, target } => check(&target.path("check")?, with),
        Verb::Compact { keeping, target } => compact(keeping, &target.path("compact")?, with),
        Verb::Backup { file, keeping, target } => backup(&file, keeping, &target.path("backup")?, with),
    }
}

/// Who sends, and when.
pub fn stamp(with: &Surroundings<'_>) -> Stamp {
    Stamp { by: with.user.clone(), at: (with.now)() }
}

/// A whole file, or standard input for `-`, as text.
pub fn read_text(file: &Path) -> Result<String, Failure> {
    let bytes = read_bytes(file)?;
    let text = text_of(&bytes).map_err(|error| Failure::json(&file.display().to_string(), &error))?;
    Ok(text.to_owned())
}

/// The same as bytes.
pub fn read_bytes(file: &Path) -> Result<Vec<u8>, Failure> {
    let fail = |error: &std::io::Error| Failure::file(file, "read", error);
    let mut bytes = Vec::new();
    if file.as_os_str() == "-" {
        std::io::stdin()
            .lock()
            .take(MAX_REQUEST + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| fail(&error))?;
    } else {
        let opened = std::fs::File::open(file).map_err(|error| fail(&error))?;
        opened.take(MAX_REQUEST + 1).read_to_end(&mut bytes).map_err(|error| fail(&error))?;
    }
    if bytes.len() as u64 > MAX_REQUEST {
        let sentence = format!("{} is larger than 64 MiB (setting: request size)", file.display());
        return Err(Failure::refused(sentence).with("Nothing was changed."));
    }
    Ok(bytes)
}

pub fn customer_id(id: &str) -> Result<CustomerId, Failure> {
    CustomerId::new(id).map_err(Failure::refused)
}

fn show(id: &str, extensions: &str, target: &Target, with: &mut Surroundings<'_>) -> Done {
    let id = customer_id(id)?;
    let named: Vec<&str> = extensions.split(',').filter(|_| extensions != "all").collect();
    let store = target.open_for(named.iter().copied())?;
    let unknown = || Failure::refused(format!("there is no customer {id} in {}", store.place()));
    let mut profile = store.load(&id)?.ok_or_else(unknown)?.profile;
    if named.is_empty() && !store.capabilities().schemas {
        let place = store.place();
        writeln!(
            with.err,
            "Note: {place} does not tell its extensions; name those to show with --extensions."
        )?;
    }
    if !named.is_empty() {
        profile.extensions.retain(|ext| named.iter().any(|name| same_name(name, &ext.name)));
    }
    writeln!(with.out, "{}", pretty(profile.to_json().view()))?;
    Ok(())
}

fn find(criteria: &[Criterion], text: Option<&str>, target: &Target, with: &mut Surroundings<'_>) -> Done {
    let store = target.open()?;
    if let Some(text) = text {
        let mut found = store.find(text, usize::MAX)?.into_iter();
        found.try_for_each(|profile| writeln!(with.out, "{}", profile.to_json()))?;
        if !store.capabilities().text_search {
            writeln!(with.err, "Note: {} finds whole values alone, not parts of them.", store.place())?;
        }
        return Ok(());
    }
    let wanted: Vec<(String, String)> =
        criteria.iter().map(|wanted| (wanted.attribute.clone(), wanted.value.clone())).collect();
    let mut found = store.identify(&wanted, usize::MAX)?.into_iter();
    found.try_for_each(|profile| Ok(writeln!(with.out, "{}", profile.to_json())?))
}

/// Sends one request as it is.
pub fn send(store: &dyn Store, request: &Request, with: &Surroundings<'_>) -> Result<Accepted, Failure> {
    let mut answers = store.send(std::slice::from_ref(request), None, &stamp(with))?;
    let missing = || Failure::refused("the store gave no answer");
    Ok(answers.pop().ok_or_else(missing)??)
}

/// The schemas first, then a customer a line, until a reader has enough.
fn generate(count: u64, seed: u64, with: &mut Surroundings<'_>) -> Done {
    let mut out = BufWriter::with_capacity(1 << 16, &mut *with.out);
    let mut customers = (0..count).map(|number| customer(seed, number));
    let written = writeln!(out, "{SCHEMAS}")
        .and_then(|()| customers.try_for_each(|customer| writeln!(out, "{customer}")))
        .and_then(|()| out.flush());
    match written {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}

fn schema(what: SchemaVerb, with: &mut Surroundings<'_>) -> Done {
    match what {
        SchemaVerb::List { target } => {
            for schema in &target.open()?.schemas()? {
                writeln!(with.out, "{}", schema.name)?;
            }
            Ok(())
        }
        SchemaVerb::Show { name, target } => {
            let schemas = target.open()?.schemas()?;
            let unknown = || Failure::refused(format!("there is no schema of an extension {name}"));
            writeln!(with.out, "{}", schemas.get(&name).ok_or_else(unknown)?.json)?;
            Ok(())
        }
        SchemaVerb::Create { file, target } => {
            let text = read_text(&file)?;
            let name = file.display().to_string();
            let json = Json::parse(&text).map_err(|error| Failure::json(&name, &error))?;
            Schema::from_json(&json).map_err(|error| Failure::refused(format!("{name}: {error}")))?;
            let store = open_or_create(&target.address()?)?;
            send(store.as_ref(), &Request::CreateSchema(json), with).map(|_| ())
        }
        SchemaVerb::Delete { name, target } => {
            send(target.open()?.as_ref(), &Request::DeleteSchema(name), with).map(|_| ())
        }
    }
}
