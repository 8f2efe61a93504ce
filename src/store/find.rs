//! Finding customers: the index says in which pieces of the journal a text may be, these are searched as they are, and who has a
//! line there is folded and looked at.

use super::StoreError;
use super::glance::Glance;
use super::index::Needle;
use super::line::is_sealed;
use super::position::Position;
use super::view::View;
use crate::model::json::same_name;
use crate::model::profile::{CUSTOMER_ID, CustomerId, Profile};
use crate::model::search::Wanted;
use std::collections::HashSet;
use std::ops::Range;

impl View {
    /// At most `limit` customers who have a text in their ID or a value, in the order of their IDs.
    pub fn find(&self, text: &str, limit: usize) -> Result<Vec<Profile>, StoreError> {
        let wanted = Wanted::new(text);
        let mut search = Search { view: self, limit, met: HashSet::new(), found: Vec::new() };
        search.text(text, &wanted, &|profile| wanted.is_in(profile.to_json().view()))?;
        Ok(search.sorted())
    }

    /// At most `limit` customers of whom every named attribute has its value, in the order of their IDs.
    pub fn identify(&self, wanted: &[(String, String)], limit: usize) -> Result<Vec<Profile>, StoreError> {
        let is_meant = |profile: &Profile| wanted.iter().all(|(name, value)| profile.has(name, value));
        let mut search = Search { view: self, limit, met: HashSet::new(), found: Vec::new() };
        if let Some((_, id)) = wanted.iter().find(|(name, _)| same_name(name, CUSTOMER_ID)) {
            if let Ok(id) = CustomerId::new(id) {
                search.look_at(id, &is_meant)?;
            }
        } else if let Some((_, value)) = wanted.iter().find(|(_, value)| value.contains('@')) {
            for position in self.exact(value).map_err(|source| self.journal().failed(source))? {
                search.line_at(position, &is_meant)?;
            }
        } else if let Some(rarest) = wanted.iter().map(|(_, value)| value).max_by_key(|value| value.len()) {
            search.text(rarest, &Wanted::new(rarest), &is_meant)?;
        }
        Ok(search.sorted())
    }

    /// Whether a text is in a value that profiles have without any line that says so.
    fn is_default(&self, wanted: &Wanted) -> bool {
        let attributes = self.timeline().now().iter().flat_map(|schema| &schema.attributes);
        attributes
            .filter_map(|attribute| attribute.default.as_ref())
            .any(|default| wanted.is_in(default.view()))
    }
}

struct Search<'a> {
    view: &'a View,
    limit: usize,
    /// Customers who were looked at.
    met: HashSet<CustomerId>,
    found: Vec<Profile>,
}

impl Search<'_> {
    /// Looks at everybody who may have a text.
    fn text(
        &mut self,
        text: &str,
        wanted: &Wanted,
        is_meant: &dyn Fn(&Profile) -> bool,
    ) -> Result<(), StoreError> {
        if self.view.is_default(wanted) {
            return self.lines(None, &|_| true, is_meant);
        }
        let needle = Needle::new(text, wanted.digits());
        self.lines(Some(&needle), &|line| wanted.may_be_in_line(line), is_meant)
    }

    /// Looks at everybody who has a line that may be meant: in all of the journal, or where the index says that a text may be.
    fn lines(
        &mut self,
        needle: Option<&Needle>,
        may_be: &dyn Fn(&[u8]) -> bool,
        is_meant: &dyn Fn(&Profile) -> bool,
    ) -> Result<(), StoreError> {
        for piece in self.view.candidates(needle) {
            if self.found.len() >= self.limit {
                break;
            }
            self.piece(piece.map_err(|source| self.failed(source))?, may_be, is_meant)?;
        }
        Ok(())
    }

    fn piece(
        &mut self,
        piece: Range<Position>,
        may_be: &dyn Fn(&[u8]) -> bool,
        is_meant: &dyn Fn(&Profile) -> bool,
    ) -> Result<(), StoreError> {
        let mut scan = self.view.journal().scan_part(piece);
        while self.found.len() < self.limit
            && let Some((_, bytes)) = scan.next().map_err(|source| self.failed(source))?
        {
            if may_be(bytes) {
                self.line(bytes, is_meant)?;
            }
        }
        Ok(())
    }

    fn line_at(&mut self, position: Position, is_meant: &dyn Fn(&Profile) -> bool) -> Result<(), StoreError> {
        match self.view.line_at(position).map_err(|source| self.failed(source))? {
            Some(bytes) if self.found.len() < self.limit => self.line(&bytes, is_meant),
            _ => Ok(()),
        }
    }

    /// Looks at the customers of a line. Damaged ones say nothing.
    fn line(&mut self, bytes: &[u8], is_meant: &dyn Fn(&Profile) -> bool) -> Result<(), StoreError> {
        let mut spare = String::new();
        let Some(glance) = Glance::read(bytes, &mut spare).filter(|_| is_sealed(bytes)) else {
            return Ok(());
        };
        let customers: Vec<CustomerId> = glance.customers().cloned().collect();
        customers.into_iter().try_for_each(|id| self.look_at(id, is_meant))
    }

    fn look_at(&mut self, id: CustomerId, is_meant: &dyn Fn(&Profile) -> bool) -> Result<(), StoreError> {
        if self.met.contains(&id) {
            return Ok(());
        }
        let chain = self.view.chain(&id).map_err(|source| self.failed(source))?;
        self.met.insert(id);
        self.found.extend(chain.profile.filter(|profile| is_meant(profile)));
        Ok(())
    }

    fn sorted(mut self) -> Vec<Profile> {
        self.found.sort_by(|a, b| a.id.cmp(&b.id));
        self.found.truncate(self.limit);
        self.found
    }

    fn failed(&self, source: std::io::Error) -> StoreError {
        self.view.journal().failed(source)
    }
}
