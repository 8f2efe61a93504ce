//! Runs that follow one another as one: all of them are read once, in order, and a page of each is in memory.

use super::super::disk::Disk;
use super::Run;
use super::rows::{Bits, Records};
use super::table;
use super::write::{Content, write};
use std::io;
use std::iter::Peekable;
use std::path::Path;

/// Writes one run for what these are for, oldest first. They stay: whoever uses the new one removes them.
pub fn join(disk: &dyn Disk, folder: &Path, runs: &[&Run]) -> io::Result<Run> {
    let content = content(runs)?;
    let customers =
        runs.iter().map(|run| table::entries(run.pages(), run.head().customers.section, run.head().packing));
    let values =
        runs.iter().map(|run| table::entries(run.pages(), run.head().values.section, run.head().packing));
    let (customers, values) = (customers.collect(), values.collect());
    let customers = merged(customers, |entry| entry.hash);
    let values = merged(values, |entry| entry.hash);
    write(disk, folder, content, customers, values, rows(runs)?)
}

fn content(runs: &[&Run]) -> io::Result<Content> {
    let mut covers = runs.iter().map(|run| run.cover());
    let first = covers.next().cloned();
    let cover = first.and_then(|first| covers.try_fold(first, |cover, newer| cover.joined(newer)));
    let apart = || io::Error::new(io::ErrorKind::InvalidInput, "these runs do not follow one another");
    let (mut blocks, mut schemas, mut names) =
        (Vec::new(), Vec::new(), Some(std::collections::BTreeSet::new()));
    for run in runs {
        blocks.extend(run.blocks()?);
        schemas.extend(run.schema_lines()?);
        names = names.zip(run.core_names()?).map(|(names, more)| names.into_iter().chain(more).collect());
    }
    Ok(Content {
        cover: cover.ok_or_else(apart)?,
        lines: runs.iter().map(|run| run.lines()).sum(),
        offset_bits: runs.iter().map(|run| run.head().packing.offset_bits).max().unwrap_or(0),
        blocks,
        schemas,
        names,
    })
}

/// Items of several sources, each in order, in order; of equal ones those of the earlier source first.
fn merged<T>(
    sources: Vec<impl Iterator<Item = io::Result<T>>>,
    key: impl Fn(&T) -> u32,
) -> impl Iterator<Item = io::Result<T>> {
    let mut sources: Vec<_> = sources.into_iter().map(Iterator::peekable).collect();
    std::iter::from_fn(move || {
        let keys = sources.iter_mut().enumerate().filter_map(|(at, source)| {
            let key = match source.peek()? {
                Ok(item) => Some(key(item)),
                Err(_) => None, // comes first
            };
            Some((key, at))
        });
        let (_, at) = keys.min()?;
        sources[at].next()
    })
}

/// The rows of all, each over the blocks of all.
fn rows(runs: &[&Run]) -> io::Result<impl Iterator<Item = io::Result<(u32, Bits)>>> {
    let mut shift = 0;
    let mut sources = Vec::new();
    for run in runs {
        let blocks = run.blocks()?.len();
        sources.push(rows_of(run, blocks).map(move |row| row.map(|(row, bits)| (row, (bits, shift)))));
        shift += blocks;
    }
    let blocks = shift;
    let widened = merged(sources, |(row, _)| *row).map(move |row| {
        let (row, (bits, shift)) = row?;
        let mut all = Bits::new(blocks);
        all.or_at(&bits, shift);
        Ok((row, all))
    });
    Ok(gathered(widened.peekable()))
}

/// The rows of one run.
fn rows_of(run: &Run, blocks: usize) -> impl Iterator<Item = io::Result<(u32, Bits)>> {
    let pages = run.pages().scan(run.head().rows.section);
    let stretches = pages.flat_map(move |room| {
        let decoded = room.and_then(|room| {
            let records = Records::of(&room)?;
            records
                .map(|record| {
                    let (record, mut bits) = (record?, Bits::new(blocks));
                    record.put_into(&mut bits);
                    Ok((record.row, bits))
                })
                .collect::<io::Result<Vec<_>>>()
        });
        let (rows, error) = match decoded {
            Ok(rows) => (rows, None),
            Err(error) => (Vec::new(), Some(Err(error))),
        };
        rows.into_iter().map(Ok).chain(error)
    });
    gathered(stretches.peekable())
}

/// Stretches of the same row as one.
fn gathered<I: Iterator<Item = io::Result<(u32, Bits)>>>(
    mut stretches: Peekable<I>,
) -> impl Iterator<Item = io::Result<(u32, Bits)>> {
    std::iter::from_fn(move || {
        let (row, mut bits) = match stretches.next()? {
            Ok(first) => first,
            error => return Some(error),
        };
        while let Some(Ok((_, more))) =
            stretches.next_if(|next| next.as_ref().is_ok_and(|(other, _)| *other == row))
        {
            bits.or_at(&more, 0);
        }
        Some(Ok((row, bits)))
    })
}
