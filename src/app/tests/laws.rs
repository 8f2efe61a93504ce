//! No sequence of switching, cancelling, failing and trying again loses what was typed last.

use super::*;
use crate::app::connections::Connection;
use crate::app::telling::Way;
use crate::target::TargetError;
use crate::target::submit::Submitted;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// What a person, or the world, does.
#[derive(Clone, Copy, Debug)]
enum Step {
    Switch(usize),
    Open(usize),
    Type,
    Settle,
    Submit,
    Reload,
    Cancel,
    Way,
    /// A job that is under way ends.
    End(usize, End),
}

#[derive(Clone, Copy, Debug)]
enum End {
    Well,
    NotReached,
    /// It arrived, and the answer is lost.
    Lost,
}

fn step() -> impl Strategy<Value = Step> {
    let end = prop_oneof![3 => Just(End::Well), 1 => Just(End::NotReached), 1 => Just(End::Lost)];
    prop_oneof![
        1 => (0..3_usize).prop_map(Step::Switch),
        3 => (0..3_usize).prop_map(Step::Open),
        4 => Just(Step::Type),
        1 => Just(Step::Settle),
        2 => Just(Step::Submit),
        1 => Just(Step::Reload),
        1 => Just(Step::Cancel),
        2 => Just(Step::Way),
        8 => (0..4_usize, end).prop_map(|(at, end)| Step::End(at, end)),
    ]
}

const PLACES: [&str; 3] = ["a", "http://127.0.0.1/b", "http://127.0.0.1/c"];

fn address(place: &str) -> Address {
    if place == "a" { store("a") } else { Address::Server(Box::new(Connection::to(place))) }
}

/// The editor, and the world around it.
struct World {
    app: App,
    jobs: Vec<Job>,
    places: Vec<(u64, String)>,
    stored: BTreeMap<(String, String), Profile>,
    typed: BTreeMap<(String, String), String>,
    count: usize,
}

impl World {
    fn new() -> Self {
        let mut world = Self {
            app: app(),
            jobs: Vec::new(),
            places: vec![(0, "a".into())],
            stored: BTreeMap::new(),
            typed: BTreeMap::new(),
            count: 0,
        };
        for place in PLACES {
            for customer in ["A1", "B2", "C3"] {
                let stored = profile(customer, r#""Phone":[{"number":"1"}]"#);
                world.stored.insert((place.into(), customer.into()), stored);
            }
        }
        world
    }

    fn command(&mut self, command: Command) {
        let jobs = self.app.handle(command);
        self.take(jobs);
    }

    fn outcome(&mut self, outcome: Outcome) {
        let jobs = self.app.absorb(outcome);
        self.take(jobs);
    }

    fn take(&mut self, jobs: Vec<Job>) {
        for job in jobs {
            if let Job::OpenTarget(epoch, address, ..) = &job {
                self.places.push((*epoch, address.place()));
            }
            let counts = matches!(job, Job::OpenTarget(..) | Job::Load(..) | Job::Submit(..));
            self.jobs.extend(counts.then_some(job));
        }
    }

    fn place_of(&self, epoch: u64) -> String {
        self.places.iter().rev().find(|(of, _)| *of == epoch).unwrap().1.clone()
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Switch(at) => self.command(Command::SwitchTarget(address(PLACES[at]), Make::Nothing)),
            Step::Open(at) => self.command(Command::Open(id(["A1", "B2", "C3"][at]))),
            Step::Type => self.type_one(),
            Step::Settle => self.command(Command::Settle),
            Step::Submit => self.command(Command::Submit),
            Step::Reload => self.command(Command::Reload),
            Step::Cancel => self.command(Command::Cancel),
            Step::Way => self.go_on(),
            Step::End(at, end) => {
                if !self.jobs.is_empty() {
                    let job = self.jobs.remove(at % self.jobs.len());
                    self.end(job, end);
                }
            }
        }
    }

    fn type_one(&mut self) {
        let Some(open) = &self.app.open else { return };
        if open.draft.row_count("Phone") == 0 {
            return;
        }
        let key = open.draft.row("Phone", 0).unwrap().key;
        let of = (self.app.ready().unwrap().place.clone(), open.draft.id().as_str().to_owned());
        self.count += 1;
        let text = format!("typed {} ", self.count);
        let entry = self.app.entry("Phone", key, "comment", &text);
        self.command(Command::Edit("Phone".into(), key, "comment".into(), entry));
        self.typed.insert(of, text);
    }

    fn go_on(&mut self) {
        let Some(notice) = self.app.notice.clone() else { return };
        match self.app.ways(&notice).into_iter().next() {
            Some(Way::TryAgain(command)) => self.command(command),
            Some(Way::ReadAgain) => self.command(Command::Reload),
            Some(Way::Show(id)) => self.command(Command::Open(id)),
            None => {}
        }
    }

    fn end(&mut self, job: Job, end: End) {
        let gone = || TargetError::NotReached("nothing listens there".into());
        match job {
            Job::OpenTarget(epoch, address, ..) => {
                let mut there = opened(&address.place());
                there.address = address.clone();
                there.can_stop = true;
                let result = if matches!(end, End::Well) { Ok(Some(there)) } else { Err(gone()) };
                self.outcome(Outcome::TargetOpened(epoch, address, result));
            }
            Job::Load(epoch, id, why, stop) if !stop.is_raised() => {
                let stored = self.stored[&(self.place_of(epoch), id.as_str().to_owned())].clone();
                let read = (Some(loaded(stored)), schemas());
                let result = if matches!(end, End::Well) { Ok(read) } else { Err(gone()) };
                self.outcome(Outcome::Loaded(epoch, id, why, result));
            }
            Job::Submit(epoch, id, wish, _) => {
                let mine = wish.mine.clone().unwrap();
                if !matches!(end, End::NotReached) {
                    self.stored.insert((self.place_of(epoch), id.as_str().to_owned()), mine.clone());
                }
                let done = Submitted::Done { sent: Vec::new(), now: Some(loaded(mine)), joined: false };
                let result = match end {
                    End::Well => Ok(done),
                    End::NotReached => Err(gone()),
                    End::Lost => Err(TargetError::Unclear("the answer was lost".into())),
                };
                self.outcome(Outcome::Submitted(epoch, id, wish, result));
            }
            _ => {}
        }
    }

    /// Everything that is kept of a customer, as text: what is stored, and what is in drafts.
    fn kept(&self, (place, customer): &(String, String)) -> String {
        let mut all = self.stored[&(place.clone(), customer.clone())].to_json().to_string();
        let here = self.app.ready().is_some_and(|ready| ready.place == *place);
        let open = self.app.open.as_ref().map(|open| &open.draft);
        for draft in self.app.parked.values().chain(open).filter(|_| here) {
            if draft.id().as_str() == customer {
                all += &super::super::keep::to_json(draft.edits()).to_string();
            }
        }
        let elsewhere = self.app.elsewhere.iter().filter(|kept| kept.key.target == *place);
        for kept in elsewhere.filter(|kept| kept.customer == *customer) {
            all += &kept.edits.to_string();
        }
        all
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_was_typed_last_is_in_a_draft_or_on_the_target(steps in prop::collection::vec(step(), 1..60)) {
        let mut world = World::new();
        for step in steps {
            world.step(step);
            for (of, text) in &world.typed {
                prop_assert!(world.kept(of).contains(text.as_str()), "{text} of {of:?} is gone after {step:?}: {}", world.kept(of));
            }
        }
    }
}
