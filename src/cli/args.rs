//! The grammar of the command line.

use clap::{Args as Group, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Profile Desk: customer profiles and their extension records, on a local JSON store.
#[derive(Debug, Parser)]
#[command(name = "profile-desk", version, args_conflicts_with_subcommands = true)]
pub struct Args {
    /// What to do; without a command the window opens.
    #[command(subcommand)]
    pub command: Option<Verb>,
    /// The window's store.
    #[command(flatten)]
    pub target: Target,
    /// Open this customer in the window
    #[arg(long, value_name = "ID", conflicts_with = "find")]
    pub customer: Option<String>,
    /// Look for this text in the window
    #[arg(long, value_name = "TEXT")]
    pub find: Option<String>,
}

/// The target of a command.
#[derive(Debug, Group)]
pub struct Target {
    /// A local store: a folder, or a document FILE.json (default: the user's own store)
    #[arg(long, value_name = "DIR|FILE.json")]
    pub store: Option<PathBuf>,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Print a profile as JSON, with all its extensions unless some are named
    Show {
        /// The customer's ID
        id: String,
        /// Names of extensions, separated by commas, or `all`
        #[arg(long, default_value = "all")]
        extensions: String,
        #[command(flatten)]
        target: Target,
    },
    /// Print the matching profiles, a JSON line each; none is no error
    Find {
        /// An attribute of the profile or of any record, and its whole value; of several all must hold
        #[arg(value_name = "ATTR=VALUE", required_unless_present = "text", conflicts_with = "text")]
        criteria: Vec<Criterion>,
        /// Part of any value; punctuation in numbers does not count
        #[arg(long)]
        text: Option<String>,
        #[command(flatten)]
        target: Target,
    },
    /// Insert extension records: those with equal unique attributes are replaced, all others stay
    Insert {
        /// The request's body, `-` for standard input
        file: PathBuf,
        /// The customer, if the body does not say
        #[arg(long, value_name = "ID")]
        customer: Option<String>,
        /// Print the request instead of carrying it out
        #[arg(long)]
        dry_run: bool,
        #[command(flatten)]
        target: Target,
    },
    /// Import profiles and schemas: JSON, an array, JSON Lines; makes the store if it is missing
    Import {
        /// The files, `-` for standard input
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Check and count, but change nothing
        #[arg(long)]
        dry_run: bool,
        #[command(flatten)]
        target: Target,
    },
    /// Print all profiles (and, as one JSON document, the schemas)
    Export {
        /// One document that can be imported again, or a profile a line
        #[arg(long, value_enum, default_value_t = Format::Jsonl)]
        format: Format,
        /// Where to write it (default: standard output)
        #[arg(long, value_name = "FILE")]
        output: Option<PathBuf>,
        #[command(flatten)]
        target: Target,
    },
    /// List, show, create or delete extension schemas
    Schema {
        #[command(subcommand)]
        what: SchemaVerb,
    },
    /// Read a store's files and say what is whole and what is not
    Check {
        #[command(flatten)]
        target: Target,
    },
}

/// `ATTR=VALUE`
#[derive(Clone, Debug)]
pub struct Criterion {
    /// The attribute's name, letter case ignored.
    pub attribute: String,
    /// Its whole value as text.
    pub value: String,
}

impl std::str::FromStr for Criterion {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('=') {
            Some((attribute, value)) if !attribute.is_empty() => {
                Ok(Self { attribute: attribute.into(), value: value.into() })
            }
            _ => Err("ATTR=VALUE is wanted, such as EmailAddress=ada@example.com"),
        }
    }
}

/// What to do with schemas.
#[derive(Debug, Subcommand)]
pub enum SchemaVerb {
    /// Print their names
    List {
        #[command(flatten)]
        target: Target,
    },
    /// Print one
    Show {
        /// The extension
        name: String,
        #[command(flatten)]
        target: Target,
    },
    /// Create one from a file; makes the store if it is missing
    Create {
        /// The file, `-` for standard input
        file: PathBuf,
        #[command(flatten)]
        target: Target,
    },
    /// Delete one, and with it every customer's records of that extension
    Delete {
        /// The extension
        name: String,
        #[command(flatten)]
        target: Target,
    },
}

/// The form of an export.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Format {
    /// A profile a line.
    Jsonl,
    /// One document of schemas and profiles.
    Json,
}
