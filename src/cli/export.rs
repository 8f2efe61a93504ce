//! `export`: every customer as it is read, never all at once.

use super::args::{Format, Target};
use super::part::Part;
use super::progress::Progress;
use super::{Failure, Surroundings};
use crate::target::Target as Store;
use std::io::{BufWriter, Write};
use std::path::Path;

pub fn export(
    format: Format,
    output: Option<&Path>,
    target: &Target,
    with: &mut Surroundings<'_>,
) -> Result<(), Failure> {
    let store = target.open()?;
    let shows = with.is_terminal && output.is_some();
    let mut progress = Progress::new(&mut *with.err, shows);
    let count = match output {
        None => {
            let mut out = BufWriter::with_capacity(1 << 16, &mut *with.out);
            let count = write(format, store.as_ref(), &mut out, &mut progress)?;
            out.flush()?;
            count
        }
        Some(file) => {
            let failed = |error: &std::io::Error| Failure::file(file, "written", error);
            let mut part = Part::begin(file, false).map_err(|error| failed(&error))?;
            let count = write(format, store.as_ref(), &mut part, &mut progress)?;
            part.end().map_err(|error| failed(&error))?;
            count
        }
    };
    progress.say(format_args!("Exported {count} customers."));
    Ok(())
}

/// How many customers were written.
fn write(
    format: Format,
    store: &dyn Store,
    out: &mut dyn Write,
    progress: &mut Progress<'_>,
) -> Result<usize, Failure> {
    if let Format::Json = format {
        let schemas = store.schemas()?;
        let schemas: Vec<&str> = schemas.iter().map(|schema| schema.json.as_str()).collect();
        write!(out, "{{\"schemas\":[\n{}\n],\"profiles\":[", schemas.join(",\n"))?;
    }
    let customers = store.customers()?;
    let mut count = 0;
    for id in &customers {
        let Some(loaded) = store.load(id)? else { continue }; // deleted meanwhile
        let profile = loaded.profile.to_json();
        match format {
            Format::Jsonl => writeln!(out, "{profile}")?,
            Format::Json => write!(out, "{}{profile}", if count == 0 { "\n" } else { ",\n" })?,
        }
        count += 1;
        progress.at(|| format!("{count} of {} customers", customers.len()));
    }
    if let Format::Json = format {
        writeln!(out, "\n]}}")?;
    }
    Ok(count)
}
