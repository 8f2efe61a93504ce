//! redb, a B-tree in Rust: customers by ID and IDs by e-mail address, every commit durable.

use crate::data::mails;
use profile_desk::model::json::Json;
use redb::{Database, ReadOnlyDatabase, ReadableDatabase, TableDefinition};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

const CUSTOMERS: TableDefinition<'_, &str, &str> = TableDefinition::new("customers");
const MAILS: TableDefinition<'_, &str, &str> = TableDefinition::new("mails");

/// Makes a database from a file of JSON Lines, in one transaction.
pub fn import(file: &Path, database: &Path) -> Database {
    let made = Database::create(database).unwrap();
    let transaction = made.begin_write().unwrap();
    {
        let mut customers = transaction.open_table(CUSTOMERS).unwrap();
        let mut addresses = transaction.open_table(MAILS).unwrap();
        for line in BufReader::new(File::open(file).unwrap()).lines() {
            let line = line.unwrap();
            let json = Json::parse(&line).unwrap();
            let id = json.view().get("customer_id").unwrap().text().unwrap();
            customers.insert(&*id, &*line).unwrap();
            for mail in mails(json.view()) {
                addresses.insert(&*mail, &*id).unwrap();
            }
        }
    }
    transaction.commit().unwrap();
    made
}

/// A database that is read.
pub struct Tree(ReadOnlyDatabase);

impl Tree {
    pub fn open(database: &Path) -> Self {
        Self(ReadOnlyDatabase::open(database).unwrap())
    }

    /// A customer as of now, given to `with` as JSON.
    pub fn load<T>(&self, id: &str, with: impl FnOnce(&str) -> T) -> Option<T> {
        let table = self.0.begin_read().unwrap().open_table(CUSTOMERS).unwrap();
        let found = table.get(id).unwrap();
        found.map(|json| with(json.value()))
    }
}
