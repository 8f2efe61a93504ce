//! A customer's profile from the lines that made it: newest first back to one with which it begins, then carried out in order
//! together with the changes of schemas between them.

use super::glance::Glance;
use super::line::{Line, LineError, is_sealed};
use super::position::Position;
use super::view::View;
use crate::model::apply::Reading;
use crate::model::fold::Fold;
use crate::model::profile::{CustomerId, Profile};
use crate::model::request::Request;
use std::io;

/// Why a place in the journal is damage where the index says that a line begins.
const NOT_WHOLE: &str = "there is no whole line any more";
/// Fewer bytes behind the line that begins a profile are never too many to fold.
const LIGHT: usize = 16 << 10;

/// What a customer's lines make.
#[derive(Debug, Default)]
pub struct Chain {
    /// The profile; none where there is no such customer.
    pub profile: Option<Profile>,
    /// The line that is damaged or cannot be carried out, and why: the profile is as of before it.
    pub damaged: Option<(Position, String)>,
    /// How many lines were carried out behind the first.
    pub lines: usize,
    /// How long these are together, in bytes.
    pub bytes: usize,
    /// How long the first line is, in bytes.
    pub first: usize,
}

impl Chain {
    /// Whether a checkpoint pays: the lines since the last one weigh half as much as it, or more.
    pub fn is_heavy(&self) -> bool {
        self.damaged.is_none() && self.bytes > LIGHT.max(self.first / 2)
    }
}

/// A line that counts, where it stands and how long it is.
struct Link {
    position: Position,
    bytes: usize,
    line: Line,
}

impl View {
    /// A customer as of the end of what was read.
    pub fn chain(&self, id: &CustomerId) -> io::Result<Chain> {
        self.chain_before(id, None)
    }

    /// The same as of before a line, or of behind all.
    pub fn chain_before(&self, id: &CustomerId, before: Option<(Position, u64)>) -> io::Result<Chain> {
        let mut chain = Chain::default();
        let links = self.links(id, before.map(|(position, _)| position), &mut chain)?;
        let mut fold = Fold::new(id.clone());
        let mut last = links.last().map_or(0, |link| link.line.seq);
        for link in links.iter().rev() {
            if let Err(reason) = self.carry_out(&mut fold, last, link) {
                chain.damaged = Some((link.position, reason));
                break;
            }
            last = link.line.seq;
            chain.lines += 1;
            chain.bytes += link.bytes;
        }
        let until = before.map_or(u64::MAX, |(_, seq)| seq);
        self.schemas_changed(&mut fold, last, until);
        chain.first = links.last().map_or(0, |link| link.bytes);
        chain.bytes = chain.bytes.saturating_sub(chain.first);
        chain.lines = chain.lines.saturating_sub(1);
        chain.profile = fold.into_profile();
        Ok(chain)
    }

    /// The lines of a customer, newest first, down to the one with which it begins. Behind damage nothing counts.
    fn links(&self, id: &CustomerId, before: Option<Position>, chain: &mut Chain) -> io::Result<Vec<Link>> {
        let mut links = Vec::new();
        for mark in self.marks(id) {
            let mark = mark?;
            let position = mark.position;
            if before.is_some_and(|before| position >= before) {
                continue;
            }
            let Some(bytes) = self.line_at(position)? else {
                chain.damaged = Some((position, NOT_WHOLE.into()));
                links.clear();
                continue;
            };
            match Line::from_bytes(&bytes) {
                Ok(line) if !line.request.customers().contains(id) => {} // another one's, with the same hash
                Ok(line) if is_gone_by(&line.request, id) => break,
                Ok(line) => {
                    let begins = matches!(line.request, Request::CreateProfile(_) | Request::Checkpoint(..));
                    links.push(Link { position, bytes: bytes.len(), line });
                    if begins {
                        break;
                    }
                }
                Err(error) => {
                    chain.damaged = Some((position, error.to_string()));
                    links.clear();
                }
            }
        }
        Ok(links)
    }

    fn carry_out(&self, fold: &mut Fold, last: u64, link: &Link) -> Result<(), String> {
        self.schemas_changed(fold, last, link.line.seq);
        let schemas = self.timeline().at(link.line.seq);
        let done = match &link.line.request {
            // The one who goes is as of before the merge.
            Request::MergeProfiles { src, .. } => {
                let source = self
                    .chain_before(src, Some((link.position, link.line.seq)))
                    .map_err(|error| error.to_string())?;
                let source = source.profile.ok_or_else(|| format!("there is no customer {src}"))?;
                fold.merge(source, schemas)
            }
            request => fold.carry_out(request, schemas, Reading::Upsert),
        };
        done.map_err(|rejection| format!("it cannot be carried out: {rejection}"))
    }

    /// What the changes of schemas behind one `seq` and before another do to a profile.
    fn schemas_changed(&self, fold: &mut Fold, from: u64, to: u64) {
        for (request, before) in self.timeline().between(from, to) {
            let _ = fold.carry_out(request, before, Reading::Upsert); // a schema that is not there took nothing away
        }
    }

    /// Where the last line of a customer before a place begins.
    pub fn last_before(&self, id: &CustomerId, before: Position) -> io::Result<Option<Position>> {
        for mark in self.marks(id) {
            let position = mark?.position;
            if position >= before {
                continue;
            }
            let Some(bytes) = self.line_at(position)? else { continue };
            let mut spare = String::new();
            if Glance::read(&bytes, &mut spare)
                .is_some_and(|glance| glance.customers().any(|other| other == id))
            {
                return Ok(Some(position));
            }
        }
        Ok(None)
    }

    /// Whether a line behind `seq` touched a customer, checkpoints left out.
    pub fn touched_since(&self, id: &CustomerId, seq: u64) -> io::Result<bool> {
        for mark in self.marks_since(id, seq) {
            let Some(bytes) = self.line_at(mark?.position)? else { return Ok(true) };
            match Line::from_bytes(&bytes) {
                Ok(line) if line.seq <= seq => return Ok(false),
                Ok(Line { request: Request::Checkpoint(..), .. }) => {}
                Ok(line) if !line.request.customers().contains(id) => {}
                Ok(_) | Err(LineError::Checksum | LineError::Content(_)) => return Ok(true),
            }
        }
        Ok(false)
    }

    /// What the newest line of a customer says: whether the customer is gone by it, or where and why it is damaged. `None` where
    /// there is no line.
    pub fn newest(&self, id: &CustomerId) -> io::Result<Option<Result<bool, (Position, String)>>> {
        for mark in self.marks(id) {
            let position = mark?.position;
            let Some(bytes) = self.line_at(position)? else {
                return Ok(Some(Err((position, NOT_WHOLE.into()))));
            };
            let mut spare = String::new();
            let glance = Glance::read(&bytes, &mut spare).filter(|_| is_sealed(&bytes));
            let Some(glance) = glance else {
                return Ok(Some(Err((position, LineError::Checksum.to_string()))));
            };
            if let Some(touch) = glance.touches().find(|touch| touch.customer == *id) {
                return Ok(Some(Ok(touch.gone)));
            }
        }
        Ok(None)
    }
}

/// Whether a customer is no more after a request.
pub fn is_gone_by(request: &Request, id: &CustomerId) -> bool {
    match request {
        Request::DeleteProfile(gone) => gone == id,
        Request::MergeProfiles { dst, src, .. } => src == id && dst != id,
        _ => false,
    }
}
