//! Judging requests that are written together: each by what the store holds and what those before it in the batch made of that.

use super::chain::Chain;
use super::line::Line;
use super::position::Position;
use super::timeline::changed;
use super::view::View as Known;
use super::{Accepted, StoreError, held, with_id};
use crate::model::apply::{Reading, Rejection, RejectionKind, accepts, core_attribute};
use crate::model::fold::Fold;
use crate::model::json::{View, folded};
use crate::model::profile::{CustomerId, Profile};
use crate::model::request::Request;
use crate::model::schema::Schemas;
use std::collections::{BTreeSet, HashMap, HashSet};

/// A customer who had so many lines since the index was last written is looked at for a checkpoint.
const MANY: usize = 1024;

/// The requests of one write.
pub struct Batch<'a> {
    view: &'a Known,
    /// Customers whose lines weigh more than their profile: they get a checkpoint with their next line.
    due: &'a HashSet<CustomerId>,
    schemas: Schemas,
    customers: HashMap<CustomerId, Pending>,
    /// The changes of schemas in this batch, each with the schemas before it.
    changes: Vec<(Request, Schemas)>,
    seq: u64,
    text: String,
    damaged: Vec<(CustomerId, Position, String)>,
    written: HashSet<CustomerId>,
}

/// What came of a batch.
pub struct Outcome {
    /// The lines to write.
    pub text: String,
    /// Damage that judging met: the customer, the line, and why.
    pub damaged: Vec<(CustomerId, Position, String)>,
    /// Who got a checkpoint.
    pub checkpoints: HashSet<CustomerId>,
}

/// A customer whom the batch names.
struct Pending {
    exists: bool,
    touched: bool,
    /// Accepted and not carried out yet, with no change of schemas between them.
    requests: Vec<Request>,
    fold: Option<Fold>,
}

/// What became of a request, or why the disk did not let it be judged.
pub type Judged = Result<Result<Accepted, Rejection>, StoreError>;

impl<'a> Batch<'a> {
    pub fn new(view: &'a Known, due: &'a HashSet<CustomerId>) -> Self {
        Self {
            view,
            due,
            schemas: view.timeline().now().clone(),
            customers: HashMap::new(),
            changes: Vec::new(),
            seq: view.seq(),
            text: String::new(),
            damaged: Vec::new(),
            written: HashSet::new(),
        }
    }

    /// What came of it.
    pub fn finish(self) -> Outcome {
        Outcome { text: self.text, damaged: self.damaged, checkpoints: self.written }
    }

    /// Refuses where a customer whom the requests name, or any schema, was touched after `seq`, or `seq` is not there yet: it is
    /// of another journal then.
    pub fn refuse_since(&self, seq: u64, requests: &[Request]) -> Result<(), StoreError> {
        let mut named = requests.iter().flat_map(Request::customers);
        if seq > self.view.seq() || self.view.timeline().last() > seq || !self.changes.is_empty() {
            return Err(StoreError::Moved(named.next()));
        }
        for id in named {
            let pending = self.customers.get(&id).is_some_and(|pending| pending.touched);
            if pending || self.view.touched_since(&id, seq).map_err(|error| self.failed(error))? {
                return Err(StoreError::Moved(Some(id)));
            }
        }
        Ok(())
    }

    /// Judges a request, and adds its line if it is accepted.
    pub fn accept(&mut self, request: &Request, by: &str, at: &str) -> Judged {
        let request = with_id(request);
        for step in [Self::judge, Self::carry_out] {
            if let Err(rejection) = step(self, &request)? {
                return Ok(Err(rejection));
            }
        }
        self.write(&request, by, at);
        let accepted = Accepted { seq: self.seq, customer: request.customer() };
        if let Some(checkpoint) = self.checkpoint_after(&request)? {
            self.write(&checkpoint, by, at);
        }
        Ok(Ok(accepted))
    }

    fn judge(&mut self, request: &Request) -> Result<Result<(), Rejection>, StoreError> {
        if let Err(rejection) = self.view.held().refuse(request) {
            return Ok(Err(rejection));
        }
        for id in request.customers() {
            if let Err(rejection) = self.meet(&id)? {
                return Ok(Err(rejection));
            }
        }
        let known = |id: &CustomerId| self.customers.get(id).is_some_and(|pending| pending.exists);
        if let Err(rejection) = accepts(&self.schemas, &known, request) {
            return Ok(Err(rejection));
        }
        match request {
            Request::CreateSchema(body) => {
                self.is_free(body.view().get("name").and_then(View::text).as_deref())
            }
            Request::MergeProfiles { dst, src, .. } => {
                let folds = [self.fold(dst)?.map(|_| ()), self.fold(src)?.map(|_| ())];
                Ok(folds.into_iter().collect())
            }
            _ => Ok(Ok(())),
        }
    }

    /// Looks a customer up whom the batch did not name yet.
    fn meet(&mut self, id: &CustomerId) -> Result<Result<(), Rejection>, StoreError> {
        if self.customers.contains_key(id) {
            return Ok(Ok(()));
        }
        let newest = self.view.newest(id).map_err(|error| self.failed(error))?;
        let exists = match newest {
            None => false,
            Some(Ok(is_gone)) => !is_gone,
            Some(Err((position, reason))) => return Ok(Err(self.hold(id, position, reason))),
        };
        let pending = Pending { exists, touched: false, requests: Vec::new(), fold: None };
        self.customers.insert(id.clone(), pending);
        Ok(Ok(()))
    }

    fn hold(&mut self, id: &CustomerId, position: Position, reason: String) -> Rejection {
        let sentence = held::read_only(id, &self.view.place(position));
        self.damaged.push((id.clone(), position, reason));
        Rejection::new(RejectionKind::ReadOnly, sentence)
    }

    /// A customer's profile with all that the batch did to it so far.
    fn fold(&mut self, id: &CustomerId) -> Result<Result<&mut Fold, Rejection>, StoreError> {
        let known = self.customers.get(id).is_some_and(|pending| pending.fold.is_some());
        if !known {
            let chain = self.view.chain(id).map_err(|error| self.failed(error))?;
            if let Some((position, reason)) = chain.damaged {
                return Ok(Err(self.hold(id, position, reason)));
            }
            let mut fold = begun(id, chain);
            for (change, before) in &self.changes {
                let _ = fold.carry_out(change, before, Reading::Upsert); // a schema that is not there takes nothing away
            }
            if let Some(pending) = self.customers.get_mut(id) {
                for request in pending.requests.drain(..) {
                    // It was accepted, and so it can be carried out.
                    let _ = fold.carry_out(&request, &self.schemas, Reading::Upsert);
                }
                pending.fold = Some(fold);
            }
        }
        let unknown = || Rejection::new(RejectionKind::UnknownCustomer, format!("there is no customer {id}"));
        Ok(self.customers.get_mut(id).and_then(|pending| pending.fold.as_mut()).ok_or_else(unknown))
    }

    /// Carries a judged request out as far as later ones need it. Only what asks for a single record can be refused here.
    fn carry_out(&mut self, request: &Request) -> Result<Result<(), Rejection>, StoreError> {
        match request {
            Request::CreateSchema(_) | Request::DeleteSchema(_) => self.change_schemas(request)?,
            Request::MergeProfiles { dst, src, .. } => self.merge(dst, src)?,
            Request::UpdateRecord(id, ..) | Request::DeleteRecord(id, ..) => {
                let schemas = self.schemas.clone();
                let fold = self.fold(id)?;
                if let Err(rejection) =
                    fold.and_then(|fold| fold.carry_out(request, &schemas, Reading::Upsert))
                {
                    return Ok(Err(rejection));
                }
            }
            _ => self.carry_out_later(request),
        }
        for id in request.customers() {
            if let Some(pending) = self.customers.get_mut(&id) {
                pending.touched = true;
            }
        }
        Ok(Ok(()))
    }

    /// A judged request that needs no look at the profile is kept until somebody looks at it.
    fn carry_out_later(&mut self, request: &Request) {
        let Some(pending) = request.customer().and_then(|id| self.customers.get_mut(&id)) else { return };
        pending.exists = !matches!(request, Request::DeleteProfile(_));
        match &mut pending.fold {
            // It was judged, so it can be done.
            Some(fold) => drop(fold.carry_out(request, &self.schemas, Reading::Upsert)),
            None => pending.requests.push(request.clone()),
        }
    }

    fn merge(&mut self, dst: &CustomerId, src: &CustomerId) -> Result<(), StoreError> {
        let source = self.customers.get_mut(src).and_then(|pending| {
            pending.exists = false;
            pending.fold.replace(Fold::new(src.clone()))?.into_profile()
        });
        let schemas = self.schemas.clone();
        if let (Some(source), Ok(fold)) = (source, self.fold(dst)?) {
            let _ = fold.merge(source, &schemas); // both are there, and that is all that it needs
        }
        Ok(())
    }

    /// Everybody whom the batch touched so far is folded before a change of schemas, and then changed by it.
    fn change_schemas(&mut self, request: &Request) -> Result<(), StoreError> {
        let touched: Vec<CustomerId> =
            self.customers.iter().filter(|(_, pending)| pending.touched).map(|(id, _)| id.clone()).collect();
        for id in &touched {
            let _ = self.fold(id)?; // what is damaged was refused before
        }
        let before = self.schemas.clone();
        if let Ok(schemas) = changed(&before, request) {
            self.schemas = schemas;
        }
        for pending in self.customers.values_mut() {
            if let Some(fold) = &mut pending.fold {
                let _ = fold.carry_out(request, &before, Reading::Upsert);
            }
        }
        self.changes.push((request.clone(), before));
        Ok(())
    }

    /// As long as a customer has a core attribute of that name, there can be no extension of it.
    fn is_free(&mut self, name: Option<&str>) -> Result<Result<(), Rejection>, StoreError> {
        let Some(name) = name else { return Ok(Ok(())) };
        let may_be = self.view.may_be_core(&folded(name)).map_err(|error| self.failed(error))?;
        let stored = if may_be { self.view.customers()? } else { Vec::new() };
        let asked: BTreeSet<CustomerId> = self.customers.keys().cloned().chain(stored).collect();
        for id in asked {
            let profile = if self.customers.contains_key(&id) {
                self.fold(&id)?.ok().and_then(|fold| fold.profile().cloned())
            } else {
                self.view.chain(&id).map_err(|error| self.failed(error))?.profile
            };
            if profile.is_some_and(|profile: Profile| profile.core(name).is_some()) {
                return Ok(Err(core_attribute(&id, name)));
            }
        }
        Ok(Ok(()))
    }

    fn write(&mut self, request: &Request, by: &str, at: &str) {
        self.seq += 1;
        let line = Line { seq: self.seq, at: at.into(), by: by.into(), request: request.clone() };
        self.text.push_str(&line.to_text());
        self.text.push('\n');
    }

    /// The whole profile of a customer, in the same write: after a merge, so that whoever folds it need not know the other one;
    /// and where the lines since the last checkpoint weigh more than the profile, so that a fold never takes long.
    fn checkpoint_after(&mut self, request: &Request) -> Result<Option<Request>, StoreError> {
        let Some(id) = request.customer() else { return Ok(None) };
        let needed = match request {
            Request::MergeProfiles { .. } => true,
            Request::DeleteProfile(_) | Request::CreateProfile(_) => false,
            _ => self.is_due(&id)?,
        };
        if !needed {
            return Ok(None);
        }
        let profile = self.fold(&id)?.ok().and_then(|fold| fold.profile().map(Profile::to_json));
        self.written.insert(id.clone());
        Ok(profile.map(|profile| Request::Checkpoint(id, profile)))
    }

    fn is_due(&self, id: &CustomerId) -> Result<bool, StoreError> {
        if self.written.contains(id) {
            return Ok(false);
        }
        let many = self.view.recent(id) % MANY == MANY - 1;
        if !many && !self.due.contains(id) {
            return Ok(false);
        }
        Ok(self.view.chain(id).map_err(|error| self.failed(error))?.is_heavy())
    }

    fn failed(&self, error: std::io::Error) -> StoreError {
        self.view.journal().failed(error)
    }
}

fn begun(id: &CustomerId, chain: Chain) -> Fold {
    chain.profile.map_or_else(|| Fold::new(id.clone()), Fold::begin)
}
