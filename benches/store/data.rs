//! The customers that everything is measured with, and what is looked for in them.

use profile_desk::model::json::{Json, Kind, View};
use profile_desk::model::schema::Schema;
use profile_desk::transfer::generate;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Of the customers that `generate` makes: some 750 bytes each, most with three phones and an address.
const SEED: u64 = 1;
/// At most so many customers are looked for, spread over all of them.
const SAMPLES: u64 = 4_096;

/// Files of customers, and some of them by name.
pub struct Data {
    pub customers: u64,
    /// JSON Lines.
    pub file: PathBuf,
    pub bytes: u64,
    /// A document of schemas alone.
    pub schemas_file: PathBuf,
    pub schemas: Vec<Schema>,
    /// In an order that looks random.
    pub samples: Vec<Sample>,
}

/// One customer, as it can be looked for.
pub struct Sample {
    pub id: String,
    pub mail: String,
    /// The digits of a phone number.
    pub phone: String,
    pub name: String,
}

impl Data {
    /// Makes so many customers in a folder.
    pub fn make(folder: &Path, customers: u64) -> Self {
        let file = folder.join("customers.jsonl");
        let mut out = BufWriter::new(File::create(&file).unwrap());
        for customer in generate::customers(SEED).zip(0..customers).map(|(customer, _)| customer) {
            writeln!(out, "{customer}").unwrap();
        }
        out.into_inner().unwrap().sync_all().unwrap();
        let schemas_file = folder.join("schemas.json");
        let schemas = schemas();
        let texts: Vec<&str> = schemas.iter().map(|schema| schema.json.as_str()).collect();
        std::fs::write(&schemas_file, format!("{{\"schemas\":[{}],\"profiles\":[]}}", texts.join(",")))
            .unwrap();
        let bytes = file.metadata().unwrap().len();
        let samples = samples(&file, customers);
        Self { customers, file, bytes, schemas_file, schemas, samples }
    }

    pub fn sample(&self, number: usize) -> &Sample {
        &self.samples[number % self.samples.len()]
    }
}

/// The schemas of the samples that the program comes with.
fn schemas() -> Vec<Schema> {
    let document = Json::parse(include_str!("../../assets/samples/store.json")).unwrap();
    let list = document.view().get("schemas").unwrap();
    list.elements().map(|schema| Schema::from_json(&schema.to_json()).unwrap()).collect()
}

fn samples(file: &Path, customers: u64) -> Vec<Sample> {
    let step = customers.div_ceil(SAMPLES).max(1);
    let lines = BufReader::new(File::open(file).unwrap()).lines();
    let every = lines.enumerate().filter(|(number, _)| *number as u64 % step == step / 2);
    let mut samples: Vec<Sample> = every.filter_map(|(_, line)| sample(&line.unwrap())).collect();
    samples.sort_by_key(|sample| mixed(crc32fast::hash(sample.id.as_bytes()).into()));
    samples
}

/// `None` for a customer without e-mail, phone or name.
fn sample(line: &str) -> Option<Sample> {
    let json = Json::parse(line).unwrap();
    let view = json.view();
    let text = |name: &str| Some(view.get(name)?.text()?.into_owned());
    let mail = mails(view).next()?;
    let phone = phones(view).map(|number| digits(&number)).find(|number| number.len() >= 7)?;
    Some(Sample { id: text("customer_id")?, mail, phone, name: text("LastName")? })
}

/// The e-mail addresses of a profile.
pub fn mails(profile: View<'_>) -> impl Iterator<Item = String> {
    let value = profile.get("EmailAddress");
    let one = value.and_then(View::text).map(std::borrow::Cow::into_owned);
    let several = value.filter(|value| value.kind() == Kind::Array).into_iter().flat_map(View::elements);
    one.into_iter().chain(several.filter_map(View::text).map(std::borrow::Cow::into_owned))
}

/// The phone numbers of a profile, without their prefixes.
pub fn phones(profile: View<'_>) -> impl Iterator<Item = String> {
    let records = profile.get("Phone").into_iter().flat_map(View::elements);
    records.filter_map(|record| Some(record.get("number")?.text()?.into_owned()))
}

/// All texts of a profile, a line each.
pub fn texts(view: View<'_>, out: &mut String) {
    match view.text() {
        Some(text) => {
            out.push_str(&text);
            out.push('\n');
        }
        None => {
            view.members().map(|(_, value)| value).chain(view.elements()).for_each(|part| texts(part, out));
        }
    }
}

pub fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// A number that looks random and belongs to this one (splitmix64).
pub fn mixed(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
