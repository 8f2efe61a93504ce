//! What requests mean in a store that need not fit into memory: the schemas are kept, of each customer only whether he is there, and
//! of some the whole profile.
//!
//! Whether a record is there that a request names is told by the profile alone. So the customers of whom single records were
//! changed or deleted are noted, and followed in shares of a bounded weight when the journal is read again.

use crate::model::apply::{Reading, State, accepts, apply};
use crate::model::profile::CustomerId;
use crate::model::request::Request;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};

/// So many bytes of lines may the customers have who are followed at once.
const SHARE: u64 = 1 << 26;

/// A customer, by a number that stands for the ID as long as the program runs.
type Who = u64;

#[derive(Default)]
struct Customer {
    there: bool,
    /// Single records were changed.
    keyed: bool,
    /// The bytes of the lines.
    weight: u64,
}

/// The fold of requests so far.
#[derive(Default)]
pub struct Fold {
    names: RandomState,
    /// The schemas, and the profiles of those who are followed.
    state: State,
    customers: HashMap<Who, Customer>,
    /// Who went, and into whom.
    merges: Vec<[Who; 2]>,
    followed: HashSet<Who>,
}

impl Fold {
    /// An empty fold that follows a share of the customers.
    pub fn following(&self, share: &Share) -> Self {
        Self { names: self.names.clone(), followed: share.0.clone(), ..Self::default() }
    }

    /// Whether there was a line of this customer.
    pub fn met(&self, id: &CustomerId) -> bool {
        self.customers.contains_key(&self.who(id))
    }

    /// Carries a request out, or says why it cannot be.
    pub fn take(&mut self, request: &Request, weight: usize) -> Result<(), String> {
        let begins = matches!(request, Request::CreateProfile(_));
        let known = |id: &CustomerId| !begins && self.is_there(self.who(id));
        accepts(&self.state.schemas, &known, request).map_err(|refusal| refusal.to_string())?;
        let named: Vec<Who> = request.customers().iter().map(|id| self.who(id)).collect();
        if named.iter().all(|who| self.followed.contains(who)) {
            self.carry_out(request)?;
        } else if let Request::MergeProfiles { src, .. } = request {
            self.state.profiles.remove(src);
        }
        self.note(request, &named, weight);
        Ok(())
    }

    /// A line of these customers was damaged.
    pub fn meet(&mut self, customers: &[CustomerId]) {
        for id in customers {
            let who = self.who(id);
            self.customers.entry(who).or_default();
        }
    }

    /// Whether a request creates a customer who is there.
    pub fn creates_again(&self, request: &Request) -> bool {
        let created = || request.customer().is_some_and(|id| self.is_there(self.who(&id)));
        matches!(request, Request::CreateProfile(_)) && created()
    }

    /// Whether a request can only be judged where its customer is followed.
    pub fn needs_profile(request: &Request) -> bool {
        matches!(request, Request::UpdateRecord(..) | Request::DeleteRecord(..))
    }

    fn who(&self, id: &CustomerId) -> Who {
        self.names.hash_one(id)
    }

    fn is_there(&self, who: Who) -> bool {
        self.customers.get(&who).is_some_and(|customer| customer.there)
    }

    /// A create begins a customer anew: where one was there, what took him away is lost. Whether a schema may be made was judged
    /// by all customers, so it is not judged again by some.
    fn carry_out(&mut self, request: &Request) -> Result<(), String> {
        let mut before = match request {
            Request::CreateProfile(_) => {
                request.customer().and_then(|id| self.state.profiles.remove_entry(&id)).into_iter().collect()
            }
            Request::CreateSchema(_) => std::mem::take(&mut self.state.profiles),
            _ => BTreeMap::new(),
        };
        let done = apply(&mut self.state, request, Reading::Upsert).map_err(|refusal| refusal.to_string());
        if done.is_err() || matches!(request, Request::CreateSchema(_)) {
            self.state.profiles.append(&mut before);
        }
        done
    }

    fn note(&mut self, request: &Request, named: &[Who], weight: usize) {
        for who in named {
            let customer = self.customers.entry(*who).or_default();
            customer.there = true;
            customer.keyed |= Self::needs_profile(request);
            customer.weight += weight as u64;
        }
        let gone = match (request, named) {
            (Request::MergeProfiles { .. }, [dst, src]) => {
                self.merges.push([*src, *dst]);
                Some(src)
            }
            (Request::DeleteProfile(_), [who]) => Some(who),
            _ => None,
        };
        if let Some(customer) = gone.and_then(|who| self.customers.get_mut(who)) {
            customer.there = false;
        }
    }

    /// The customers who must be followed, in shares; whoever was merged into one of them is with him.
    pub fn shares(&self) -> Vec<Share> {
        let (mut shares, mut share, mut weight) = (Vec::new(), Share::default(), 0);
        for (who, customer) in self.customers.iter().filter(|(_, customer)| customer.keyed) {
            share.0.insert(*who);
            weight += customer.weight;
            if weight >= SHARE {
                shares.push(std::mem::take(&mut share));
                weight = 0;
            }
        }
        shares.extend(Some(share).filter(|share| !share.0.is_empty()));
        for share in &mut shares {
            self.with_merged(share);
        }
        shares
    }

    fn with_merged(&self, Share(share): &mut Share) {
        for [src, dst] in self.merges.iter().rev() {
            if share.contains(dst) {
                share.insert(*src);
            }
        }
    }
}

/// Some of the customers.
#[derive(Default)]
pub struct Share(HashSet<Who>);
