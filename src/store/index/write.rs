//! Writing a run: its sections one after the other, then its head, then its name.

use super::super::disk::{Access, Disk, DiskFile};
use super::super::position::Position;
use super::bytes::Bytes;
use super::cover::Cover;
use super::pages::{PageWriter, ROOM};
use super::rows::{self, Bits};
use super::run::{Head, Run, Sorted, Stretch};
use super::table::{self, Entry, Packing};
use std::collections::BTreeSet;
use std::io;
use std::path::Path;

/// What is small in a run.
pub struct Content {
    pub cover: Cover,
    pub lines: u64,
    /// The bits of the highest offset of a line.
    pub offset_bits: u32,
    /// Where blocks begin.
    pub blocks: Vec<Position>,
    pub schemas: Vec<Position>,
    /// The folded names of core attributes; `None` for any.
    pub names: Option<BTreeSet<String>>,
}

/// Writes a run under a name of its own, and renames it. Nothing is synced: what a loss of power takes is noticed, and made anew
/// from the journal.
pub fn write(
    disk: &dyn Disk,
    folder: &Path,
    content: Content,
    customers: impl Iterator<Item = io::Result<Entry>>,
    values: impl Iterator<Item = io::Result<Entry>>,
    rows: impl Iterator<Item = io::Result<(u32, Bits)>>,
) -> io::Result<Run> {
    let path = folder.join(content.cover.file_name());
    let new = path.with_extension(format!("{}.new", crate::store::random_id()));
    let file = disk.open(&new, Access::Make)?;
    let written = written(file, content, customers, values, rows);
    let renamed = written.and_then(|(file, head)| {
        disk.rename(&new, &path)?;
        Ok(Run::new(file, head))
    });
    renamed.inspect_err(|_| {
        let _ = disk.remove(&new); // whoever cleans up finds it by its name
    })
}

fn written(
    file: Box<dyn DiskFile>,
    content: Content,
    customers: impl Iterator<Item = io::Result<Entry>>,
    values: impl Iterator<Item = io::Result<Entry>>,
    rows: impl Iterator<Item = io::Result<(u32, Bits)>>,
) -> io::Result<(Box<dyn DiskFile>, Head)> {
    let salt = content.cover.salt();
    let packing = Packing::new(content.cover.from, content.cover.to, content.offset_bits);
    let mut head = Head::new(content.cover, content.lines, packing, content.names.is_none());
    let mut pages = PageWriter::new(file, salt, head.pages());
    let mut aside = Aside::default();
    let first = pages.next();
    let firsts = table::write(&mut pages, packing, customers)?;
    head.customers =
        Sorted { section: pages.since(first), firsts: aside.put(firsts.into_iter().map(u32::to_le_bytes)) };
    let first = pages.next();
    let firsts = table::write(&mut pages, packing, values)?;
    head.values =
        Sorted { section: pages.since(first), firsts: aside.put(firsts.into_iter().map(u32::to_le_bytes)) };
    let first = pages.next();
    let firsts = rows::write(&mut pages, rows)?;
    head.rows =
        Sorted { section: pages.since(first), firsts: aside.put(firsts.into_iter().map(u32::to_le_bytes)) };
    let place = |at: Position| at.packed().to_le_bytes();
    head.blocks = aside.put(content.blocks.into_iter().map(place));
    head.schemas = aside.put(content.schemas.into_iter().map(place));
    let mut names = Bytes::default();
    content.names.iter().flatten().for_each(|name| names.text(name));
    head.names = aside.put(names.0.into_iter().map(|byte| [byte]));
    head.aside = pages.stream(&aside.0)?;
    head.end = pages.next();
    let mut first = PageWriter::new(pages.finish()?, 0, 0);
    head.to_bytes().chunks(ROOM).try_for_each(|room| first.put(room))?;
    Ok((first.finish()?, head))
}

/// What is kept aside: lists, one behind the other.
#[derive(Default)]
struct Aside(Vec<u8>);

impl Aside {
    fn put<const N: usize>(&mut self, items: impl Iterator<Item = [u8; N]>) -> Stretch {
        let start = self.0.len();
        self.0.extend(items.flatten());
        Stretch { start: start as u64, bytes: (self.0.len() - start) as u64 }
    }
}
