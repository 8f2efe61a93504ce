//! SQLite as a careful program would use it: WAL, synchronous FULL, JSON text, indexed, FTS5 by trigrams.

use crate::data::{digits, mails, phones, texts};
use profile_desk::model::json::Json;
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

/// A database of customers.
pub struct Sqlite(Connection);

impl Sqlite {
    /// Makes one from a file of JSON Lines, in one transaction; the indexes are built at its end, which is quickest.
    pub fn import(file: &Path, database: &Path, with_search: bool) -> Self {
        let connection = Connection::open(database).unwrap();
        connection.pragma_update(None, "journal_mode", "WAL").unwrap();
        connection.pragma_update(None, "synchronous", "FULL").unwrap();
        connection.pragma_update(None, "cache_size", -65_536).unwrap(); // 64 MiB
        connection.execute_batch("BEGIN; CREATE TABLE customers (id TEXT NOT NULL, json TEXT NOT NULL); CREATE TABLE mails (mail TEXT NOT NULL, customer INTEGER NOT NULL);").unwrap();
        if with_search {
            connection.execute_batch("CREATE VIRTUAL TABLE found USING fts5(text, digits, content='', contentless_delete=1, tokenize='trigram');").unwrap();
        }
        Self::fill(&connection, file, with_search);
        connection
            .execute_batch(
                "CREATE UNIQUE INDEX by_id ON customers (id); CREATE INDEX by_mail ON mails (mail); COMMIT;",
            )
            .unwrap();
        Self(connection)
    }

    fn fill(connection: &Connection, file: &Path, with_search: bool) {
        let mut customers = connection.prepare("INSERT INTO customers (id, json) VALUES (?1, ?2)").unwrap();
        let mut addresses = connection.prepare("INSERT INTO mails (mail, customer) VALUES (?1, ?2)").unwrap();
        let mut found = with_search.then(|| {
            connection.prepare("INSERT INTO found (rowid, text, digits) VALUES (?1, ?2, ?3)").unwrap()
        });
        for line in BufReader::new(File::open(file).unwrap()).lines() {
            let line = line.unwrap();
            let json = Json::parse(&line).unwrap();
            let id = json.view().get("customer_id").unwrap().text().unwrap();
            let row = customers.insert(params![id, line]).unwrap();
            for mail in mails(json.view()) {
                addresses.execute(params![mail, row]).unwrap();
            }
            if let Some(found) = &mut found {
                let (text, digits) = searched(&json);
                found.execute(params![row, text, digits]).unwrap();
            }
        }
    }

    /// Opens one for reading.
    pub fn open(database: &Path) -> Self {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        Self(Connection::open_with_flags(database, flags).unwrap())
    }

    /// Opens one for writing, every commit durable.
    pub fn open_to_write(database: &Path) -> Self {
        let connection = Connection::open(database).unwrap();
        connection.pragma_update(None, "synchronous", "FULL").unwrap();
        Self(connection)
    }

    /// The JSON of a customer.
    pub fn load(&self, id: &str) -> Option<String> {
        let mut statement = self.0.prepare_cached("SELECT json FROM customers WHERE id = ?1").unwrap();
        statement.query_row([id], |row| row.get(0)).optional().unwrap()
    }

    /// The JSON of those who have an e-mail address.
    pub fn identify(&self, mail: &str) -> Vec<String> {
        let query =
            "SELECT json FROM mails JOIN customers ON customers.rowid = mails.customer WHERE mail = ?1";
        self.all(query, mail)
    }

    /// The JSON of those who have these digits in a number, at most so many.
    pub fn find_digits(&self, digits: &str, limit: usize) -> Vec<String> {
        let query = format!(
            "SELECT json FROM found JOIN customers ON customers.rowid = found.rowid WHERE found MATCH ?1 LIMIT {limit}"
        );
        self.all(&query, &format!("digits:\"{digits}\""))
    }

    fn all(&self, query: &str, wanted: &str) -> Vec<String> {
        let mut statement = self.0.prepare_cached(query).unwrap();
        let rows = statement.query_map([wanted], |row| row.get(0)).unwrap();
        rows.map(Result::unwrap).collect()
    }

    /// Puts another profile in the place of a customer's, found by text as before, in one durable commit.
    pub fn replace(&mut self, id: &str, json: &Json) {
        let transaction = self.0.transaction().unwrap();
        let row: i64 = transaction
            .query_row("SELECT rowid FROM customers WHERE id = ?1", [id], |row| row.get(0))
            .unwrap();
        transaction
            .execute("UPDATE customers SET json = ?2 WHERE rowid = ?1", params![row, json.as_str()])
            .unwrap();
        let (text, digits) = searched(json);
        transaction
            .execute("UPDATE found SET text = ?2, digits = ?3 WHERE rowid = ?1", params![row, text, digits])
            .unwrap();
        transaction.commit().unwrap();
    }
}

/// What a customer is found by: texts, and the digits of numbers.
fn searched(json: &Json) -> (String, String) {
    let mut text = String::new();
    texts(json.view(), &mut text);
    let numbers: Vec<String> = phones(json.view()).map(|number| digits(&number)).collect();
    (text, numbers.join(" "))
}

/// The files of a database.
pub fn files(database: &Path) -> Vec<PathBuf> {
    let beside = |suffix: &str| PathBuf::from(format!("{}{suffix}", database.display()));
    [database.to_owned(), beside("-wal"), beside("-shm")].into_iter().filter(|path| path.is_file()).collect()
}
