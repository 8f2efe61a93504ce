//! The journal written anew without what no one needs: of the requests before a moment only what they made is kept, a checkpoint a
//! customer; those behind it stay as they are. Into segments that are replaced by one rename, or into one file as a backup.

use super::StoreError;
use super::disk::{Access, Disk, DiskFile};
use super::glance::Glance;
use super::header::Header;
use super::line::{Line, LineError, is_sealed};
use super::position::Position;
use super::view::View;
use crate::model::profile::Profile;
use crate::model::request::Request;
use std::io;
use std::path::Path;

/// How many bytes are written at once.
const CHUNK: usize = 1 << 20;

/// What a compaction or a backup did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Compacted {
    /// The size of the journal before, in bytes.
    pub before: u64,
    /// And after: the former files stay for a later compaction to remove, see [`super::Store::compact`].
    pub after: u64,
    /// How many lines were kept as they are.
    pub kept: u64,
    /// How many became, each, the whole profile of a customer as of then.
    pub folded: u64,
    /// How many were left out.
    pub dropped: u64,
    /// How many bytes of files that an earlier compaction replaced were removed.
    pub removed: u64,
}

/// Writes what a view holds up to `until` into a new file, durable when it returns. Requests before `since` (as `at` of a line is
/// written) are not kept one by one. Nothing is written where a line is damaged.
pub fn write(
    disk: &dyn Disk,
    path: &Path,
    view: &View,
    header: &Header,
    until: Position,
    since: Option<&str>,
) -> Result<Compacted, StoreError> {
    view.writable()?;
    let cut = since.map_or(Ok(view.journal().start()), |since| cut(view, until, since));
    let failed = |source| StoreError::Disk { path: path.to_owned(), source };
    let file = disk.open(path, Access::Make).map_err(failed)?;
    let sink = Sink { file, at: 0, buffer: Vec::new() };
    let mut rewrite = Rewrite { view, cut: cut?, sink, done: Compacted::default() };
    rewrite.sink.file.truncate(0).map_err(failed)?;
    rewrite.sink.line(header.to_text().as_bytes()).map_err(failed)?;
    let mut scan = view.journal().scan_part(view.journal().start()..until);
    while let Some((position, bytes)) = scan.next().map_err(|source| view.journal().failed(source))? {
        rewrite.done.before += bytes.len() as u64 + 1;
        rewrite.line(position, bytes)?;
    }
    rewrite.done.after = rewrite.sink.finish().map_err(failed)?;
    Ok(rewrite.done)
}

/// Where the first line begins that is not before a moment. Of a clock that went backwards all is kept.
fn cut(view: &View, until: Position, since: &str) -> Result<Position, StoreError> {
    let mut scan = view.journal().scan_part(view.journal().start()..until);
    while let Some((position, bytes)) = scan.next().map_err(|source| view.journal().failed(source))? {
        let mut spare = String::new();
        if Glance::read(bytes, &mut spare).is_none_or(|glance| glance.at >= since) {
            return Ok(position);
        }
    }
    Ok(until)
}

struct Rewrite<'a> {
    view: &'a View,
    /// Lines from here on stay as they are.
    cut: Position,
    sink: Sink,
    done: Compacted,
}

impl Rewrite<'_> {
    fn line(&mut self, position: Position, bytes: &[u8]) -> Result<(), StoreError> {
        let mut spare = String::new();
        let glance = Glance::read(bytes, &mut spare).filter(|_| is_sealed(bytes));
        let Some(glance) = glance else { return Err(self.damaged(position)) };
        if position >= self.cut || glance.is_schema() {
            return self.keep(bytes);
        }
        for touch in glance.touches() {
            let last =
                self.view.last_before(&touch.customer, self.cut).map_err(|error| self.failed(error))?;
            if last == Some(position) && !touch.gone {
                return if touch.begins { self.keep(bytes) } else { self.fold(position, bytes) };
            }
        }
        self.done.dropped += 1;
        Ok(())
    }

    fn keep(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        self.done.kept += 1;
        self.sink.line(bytes).map_err(|error| self.failed(error))
    }

    /// The last line of a customer before the cut: the profile as of behind it stands for all of them, under its number.
    fn fold(&mut self, position: Position, bytes: &[u8]) -> Result<(), StoreError> {
        let line = Line::from_bytes(bytes).map_err(|_| self.damaged(position))?;
        let Some(id) = line.request.customer() else { return self.keep(bytes) };
        let behind = Position::new(position.segment(), position.offset() + 1);
        let chain = self.view.chain_before(&id, Some((behind, line.seq.saturating_add(1))));
        let chain = chain.map_err(|error| self.failed(error))?;
        if let Some((position, _)) = chain.damaged {
            return Err(self.damaged(position));
        }
        let Some(profile) = chain.profile.as_ref().map(Profile::to_json) else { return self.keep(bytes) };
        self.done.folded += 1;
        let line = Line { request: Request::Checkpoint(id, profile), ..line };
        self.sink.line(line.to_text().as_bytes()).map_err(|error| self.failed(error))
    }

    fn damaged(&self, position: Position) -> StoreError {
        match self.view.journal().place(position) {
            Ok((path, line)) => StoreError::Damaged { path, line, reason: LineError::Checksum.to_string() },
            Err(source) => self.failed(source),
        }
    }

    fn failed(&self, source: io::Error) -> StoreError {
        self.view.journal().failed(source)
    }
}

/// A file that is written from its beginning.
struct Sink {
    file: Box<dyn DiskFile>,
    at: u64,
    buffer: Vec<u8>,
}

impl Sink {
    fn line(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.buffer.extend_from_slice(bytes);
        self.buffer.push(b'\n');
        if self.buffer.len() < CHUNK { Ok(()) } else { self.flush() }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.write_at(self.at, &self.buffer)?;
        self.at += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(())
    }

    /// Durable, and so long in bytes.
    fn finish(mut self) -> io::Result<u64> {
        self.flush()?;
        self.file.sync_data()?;
        Ok(self.at)
    }
}
