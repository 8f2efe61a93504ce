//! The grammar of the command line.

use crate::model::plan::KnownReading;
use crate::server::Simulation;
use clap::{Args as Group, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Profile Desk: customer profiles and their extension records, on a local JSON store or a server.
#[derive(Debug, Parser)]
#[command(name = "profile-desk", version, args_conflicts_with_subcommands = true)]
pub struct Args {
    /// What to do; without a command the window opens.
    #[command(subcommand)]
    pub command: Option<Verb>,
    /// The window's target.
    #[command(flatten)]
    pub target: Target,
    /// Open this customer in the window
    #[arg(long, value_name = "ID", conflicts_with = "find")]
    pub customer: Option<String>,
    /// Look for this text in the window
    #[arg(long, value_name = "TEXT")]
    pub find: Option<String>,
}

/// The target of a command: a local store, or a server.
#[derive(Clone, Debug, Default, Group)]
pub struct Target {
    /// A local store: a folder, or a document FILE.json (default: the user's own store)
    #[arg(long, value_name = "DIR|FILE.json", conflicts_with = "server")]
    pub store: Option<PathBuf>,
    /// A server: scheme, host, port and any prefix; with what the window keeps of a connection to it
    #[arg(long, value_name = "URL")]
    pub server: Option<String>,
    /// Who signs in; the password comes from PROFILE_DESK_PASSWORD (empty is unset) or a prompt
    #[arg(long, value_name = "NAME", requires = "server", conflicts_with = "store")]
    pub user: Option<String>,
    /// What the server does with an insert: the records one by one, or the extension whole (default: not known)
    #[arg(long, value_enum, requires = "server", conflicts_with = "store")]
    pub reading: Option<Reading>,
    /// Send credentials over plain http beyond this computer
    #[arg(long, requires = "server", conflicts_with = "store")]
    pub plain_http: bool,
}

/// What a server does with an insert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Reading {
    /// Records with equal unique attributes are replaced, all others stay
    Upsert,
    /// The records of the extension are replaced by those of the request
    Replace,
}

impl From<Reading> for KnownReading {
    fn from(asked: Reading) -> Self {
        match asked {
            Reading::Upsert => Self::Upsert,
            Reading::Replace => Self::Replace,
        }
    }
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
        /// An attribute of the profile or of any record, or Extension.attribute, and its whole value; of several all must hold
        #[arg(value_name = "ATTR=VALUE", required_unless_present = "text", conflicts_with = "text")]
        criteria: Vec<Criterion>,
        /// Part of any value; punctuation in numbers does not count
        #[arg(long)]
        text: Option<String>,
        #[command(flatten)]
        target: Target,
    },
    /// Insert extension records: those with equal unique attributes are replaced, all others stay
    Insert(Insert),
    /// Import profiles, inserts and schemas: JSON, an array, JSON Lines; makes the store if it is missing
    Import(Import),
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
    /// Print the requests that made a customer what it is, those about its schemas included; or go back to one of them
    History(History),
    /// List, show, create or delete extension schemas
    Schema {
        #[command(subcommand)]
        what: SchemaVerb,
    },
    /// Serve a local store over the API, so that a team shares it; makes the store if it is missing
    Serve(Serve),
    /// Print the schemas and so many synthetic customers as JSON Lines, ready for `import -`; nobody is real
    Generate {
        /// How many customers
        count: u64,
        /// Other customers; the same number gives the same ones on every machine
        #[arg(long, value_name = "N", default_value_t = 1)]
        seed: u64,
    },
    /// Write a store's journal anew without the requests that are older than is to be kept, while others use it
    Compact {
        #[command(flatten)]
        keeping: Keeping,
        #[command(flatten)]
        target: Target,
    },
    /// Write all that a store holds as of now into one file, from which it can be made again
    Backup {
        /// The file, which must not be there yet
        file: PathBuf,
        #[command(flatten)]
        keeping: Keeping,
        #[command(flatten)]
        target: Target,
    },
    /// Read a store's files and say what is whole and what is not
    Check {
        /// Rescue all that is whole; the original of every file that is changed is kept in aside/
        #[arg(long)]
        repair: bool,
        #[command(flatten)]
        target: Target,
    },
}

/// How much history to keep.
#[derive(Clone, Copy, Debug, Group)]
pub struct Keeping {
    /// Requests of so many days stay one by one; of older ones only what they made (default: `kept_history_days` of the settings, else all stay)
    #[arg(long, value_name = "N")]
    pub keep_days: Option<u32>,
}

/// What to serve, where, and to whom.
#[derive(Debug, Group)]
pub struct Serve {
    /// A local store: a folder, or a document FILE.json (default: the user's own store)
    #[arg(long, value_name = "DIR|FILE.json")]
    pub store: Option<PathBuf>,
    /// Address and port; port 0 takes one that is free
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub listen: String,
    /// Who may sign in: lines of name:password in a file that is yours alone (chmod 600); # begins a comment
    #[arg(long, value_name = "FILE")]
    pub users: Option<PathBuf>,
    /// The certificate chain (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,
    /// Its private key (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
    /// Be a server that is not ours, from memory: switches separated by commas (see --help)
    #[arg(long, value_name = "A,B", long_help = Simulation::help())]
    pub simulate: Option<Simulation>,
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

/// What to insert, and how.
#[derive(Debug, Group)]
pub struct Insert {
    /// The request's body, `-` for standard input
    pub file: PathBuf,
    /// The customer, if the body does not say
    #[arg(long, value_name = "ID")]
    pub customer: Option<String>,
    /// Print the requests instead of carrying them out, a JSON line each
    #[arg(long)]
    pub dry_run: bool,
    /// Send the body as it is, whatever the schemas say and the server makes of an insert
    #[arg(long)]
    pub raw: bool,
    /// Where to
    #[command(flatten)]
    pub target: Target,
}

/// Which history, and what of it.
#[derive(Debug, Group)]
pub struct History {
    /// The customer's ID
    pub id: String,
    /// A JSON line each, or a script for bash and curl that replays them on an empty server
    #[arg(long, value_enum, default_value_t = Past::Json)]
    pub format: Past,
    /// Print the profile as it was after the request of this number instead
    #[arg(long, value_name = "SEQ", conflicts_with = "format")]
    pub at: Option<u64>,
    /// Put the customer back as it was after the request of this number
    #[arg(long, value_name = "SEQ", conflicts_with_all = ["format", "at"])]
    pub put_back: Option<u64>,
    /// Print the requests that would put it back instead of carrying them out, a JSON line each
    #[arg(long, requires = "put_back")]
    pub dry_run: bool,
    /// Where from
    #[command(flatten)]
    pub target: Target,
}

/// What to import, and how.
#[derive(Debug, Group)]
pub struct Import {
    /// The files, `-` for standard input
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// Check and count, but change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Write what became of each item, a JSON line each
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
    /// Write the refused items, a line each, to be mended and imported again
    #[arg(long, value_name = "FILE")]
    pub refused: Option<PathBuf>,
    /// What a refused item does to the rest
    #[arg(long, value_enum, default_value_t = OnError::Stop)]
    pub on_error: OnError,
    /// The core attribute that finds the customer of an item without customer_id
    #[arg(long = "match", value_name = "KEY")]
    pub match_by: Option<String>,
    /// Make schemas of the extensions that have none, derived from the files
    #[arg(long)]
    pub infer_schemas: bool,
    /// Where to
    #[command(flatten)]
    pub target: Target,
}

/// What a refused item does to the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OnError {
    /// The import ends there, and text that is not JSON refuses all before anything is changed
    Stop,
    /// The rest goes on
    Skip,
}

impl From<OnError> for crate::app::import::OnError {
    fn from(asked: OnError) -> Self {
        match asked {
            OnError::Stop => Self::Stop,
            OnError::Skip => Self::Skip,
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

/// The form of a history.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Past {
    /// A request a line.
    Json,
    /// A script.
    Curl,
}

/// The form of an export.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Format {
    /// A profile a line.
    Jsonl,
    /// One document of schemas and profiles.
    Json,
}
