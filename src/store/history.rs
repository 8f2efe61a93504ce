//! The requests that made a customer what it is: its own lines, those of customers who were merged into it, and those about the
//! schemas of all extensions that these name. Of a merge both customers' lines count, whoever remained: the merge cannot be
//! replayed without them.
//!
//! The journal is read twice, a line at a time: first for the merges, which tell whose lines count and how long, then for the
//! lines. A line counts where the store carried it out; damaged ones, and those passed over behind them, do not.

use super::StoreError;
use super::held::Held;
use super::journal::Journal;
use super::line::{Line, LineError};
use crate::model::json::folded;
use crate::model::profile::{CUSTOMER_ID, CustomerId};
use crate::model::request::Request;
use std::collections::{BTreeMap, HashMap, HashSet};

/// What a store knows of its journal.
pub struct Known {
    /// The last line that it took.
    pub seq: u64,
    /// The numbers of damaged lines, and their customers.
    pub lost: BTreeMap<u64, Vec<CustomerId>>,
}

/// The history of a customer, oldest first.
pub fn history(journal: &Journal, known: &Known, id: &CustomerId) -> Result<Vec<Line>, StoreError> {
    let mut merges = Vec::new();
    each(journal, known, |line| {
        if let Request::MergeProfiles { dst, src, .. } = line.request {
            merges.push((line.seq, dst, src));
        }
    })?;
    let whose = whose(id, merges);
    let counts = |line: &Line| {
        let until = |id: &CustomerId| whose.get(id).is_some_and(|until| line.seq <= *until);
        line.request.customers().iter().any(until)
    };
    let (mut lines, mut names) = (Vec::new(), HashSet::new());
    each(journal, known, |line| {
        if schema_of(&line.request).is_some() {
            lines.push(line);
        } else if counts(&line) {
            names.extend(named(&line.request));
            lines.push(line);
        }
    })?;
    lines.retain(|line| schema_of(&line.request).is_none_or(|name| names.contains(&name)));
    Ok(lines)
}

/// Whose lines count, and up to which: whoever was merged with somebody who counts, up to that merge.
fn whose(id: &CustomerId, merges: Vec<(u64, CustomerId, CustomerId)>) -> HashMap<CustomerId, u64> {
    let mut whose = HashMap::from([(id.clone(), u64::MAX)]);
    for (seq, dst, src) in merges.into_iter().rev() {
        let counts = |id: &CustomerId| whose.get(id).is_some_and(|until| seq <= *until);
        if counts(&dst) || counts(&src) {
            whose.entry(dst).or_insert(seq);
            whose.entry(src).or_insert(seq);
        }
    }
    whose
}

/// Gives the lines that the store carried out, checkpoints left out.
fn each(journal: &Journal, known: &Known, mut give: impl FnMut(Line)) -> Result<(), StoreError> {
    let mut held = Held::default();
    let mut scan = journal.scan(journal.start());
    let mut seq = 0;
    while seq < known.seq {
        let Some((_, bytes)) = scan.next().map_err(|source| journal.failed(source))? else { break };
        let line = match Line::from_bytes(bytes) {
            Ok(line) => line,
            Err(LineError::Checksum) => {
                seq += 1;
                held.hold(known.lost.get(&seq).map_or(&[], Vec::as_slice), "");
                continue;
            }
            Err(LineError::Content(_)) => break,
        };
        seq = line.seq;
        if held.holds(&line.request) {
            held.pass_over(&line.request);
            if matches!(line.request, Request::DeleteProfile(_)) {
                give(line);
            }
        } else if !matches!(line.request, Request::Checkpoint(..)) {
            give(line);
        }
    }
    Ok(())
}

/// The extension whose schema a request makes or deletes, folded.
fn schema_of(request: &Request) -> Option<String> {
    match request {
        Request::CreateSchema(json) => json.view().get("name")?.text().map(|name| folded(&name)),
        Request::DeleteSchema(name) => Some(folded(name)),
        _ => None,
    }
}

/// The names that a customer's request gives to what may be extensions, folded.
fn named(request: &Request) -> Vec<String> {
    match request {
        Request::UpdateRecord(_, name, _) | Request::DeleteRecord(_, name, _) => vec![folded(name)],
        Request::CreateProfile(body) | Request::UpdateProfile(_, body) | Request::InsertRecords(_, body) => {
            let names = body.view().members().map(|(name, _)| folded(&name.decoded()));
            names.filter(|name| name != CUSTOMER_ID).collect()
        }
        _ => Vec::new(),
    }
}
