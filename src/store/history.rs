//! The requests that made a customer what it is: its own lines, those of customers who were merged into it, and those about the
//! schemas of all extensions that these name. Of a merge both customers' lines count, whoever remained: the merge cannot be
//! replayed without them.
//!
//! A line counts where the store carried it out; damaged ones, and those passed over behind them, do not. A checkpoint counts
//! only where it is the first: compaction left out what is before it.

use super::StoreError;
use super::line::Line;
use super::position::Position;
use super::view::View;
use crate::model::json::folded;
use crate::model::profile::{CUSTOMER_ID, CustomerId};
use crate::model::request::Request;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::io;

impl View {
    /// The history of a customer, oldest first.
    pub fn history(&self, id: &CustomerId) -> Result<Vec<Line>, StoreError> {
        let mut lines = BTreeMap::new();
        let mut open = vec![(id.clone(), u64::MAX)];
        let mut whose: HashMap<CustomerId, u64> = HashMap::new();
        while let Some((id, until)) = open.pop() {
            if whose.get(&id).is_some_and(|known| *known >= until) {
                continue;
            }
            whose.insert(id.clone(), until);
            for (position, line) in
                self.lines_of(&id, until).map_err(|source| self.journal().failed(source))?
            {
                if let Request::MergeProfiles { dst, src, .. } = &line.request {
                    open.extend([(dst.clone(), line.seq), (src.clone(), line.seq)]);
                }
                lines.insert(position, line);
            }
        }
        let names: HashSet<String> = lines.values().flat_map(|line| named(&line.request)).collect();
        let schemas = self.schema_lines().map_err(|source| self.journal().failed(source))?;
        lines.extend(
            schemas
                .into_iter()
                .filter(|(_, line)| schema_of(&line.request).is_some_and(|name| names.contains(&name))),
        );
        Ok(lines.into_values().collect())
    }

    /// A customer's own lines up to a `seq`, checkpoints behind others left out.
    fn lines_of(&self, id: &CustomerId, until: u64) -> io::Result<Vec<(Position, Line)>> {
        let mut lines = Vec::new();
        for mark in self.marks(id) {
            let position = mark?.position;
            let Some(bytes) = self.line_at(position)? else { continue };
            match Line::from_bytes(&bytes) {
                Ok(line) if line.seq <= until && line.request.customers().contains(id) => {
                    lines.push((position, line));
                }
                _ => {}
            }
        }
        lines.sort_by_key(|(position, _)| *position);
        let mut first = true;
        lines.retain(|(_, line)| {
            std::mem::take(&mut first) || !matches!(line.request, Request::Checkpoint(..))
        });
        Ok(lines)
    }

    fn schema_lines(&self) -> io::Result<Vec<(Position, Line)>> {
        let mut lines = Vec::new();
        for position in self.schema_positions()? {
            let bytes = self.line_at(position)?;
            lines.extend(bytes.and_then(|bytes| Line::from_bytes(&bytes).ok()).map(|line| (position, line)));
        }
        Ok(lines)
    }
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
        Request::CreateProfile(body)
        | Request::UpdateProfile(_, body)
        | Request::InsertRecords(_, body)
        | Request::Checkpoint(_, body) => {
            let names = body.view().members().map(|(name, _)| folded(&name.decoded()));
            names.filter(|name| name != CUSTOMER_ID).collect()
        }
        _ => Vec::new(),
    }
}
