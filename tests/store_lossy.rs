//! The store on a disk in memory that fails and forgets: every operation of a script fails in every way, and at every moment
//! the processes are killed or the power is lost, with any choice of what was not synced. Then the store is opened again,
//! compared with a model, and written again.
//!
//! `PROFILE_DESK_STATES=20 cargo test --test store_lossy` tries so many times as many states as usual.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]
#![allow(clippy::print_stdout, reason = "how much was tried is part of the result")]

#[path = "support/lossy_disk.rs"]
mod lossy_disk;
#[path = "support/platter.rs"]
mod platter;
#[path = "support/random.rs"]
mod random;
#[path = "support/script.rs"]
mod script;

use lossy_disk::{Failure, Fault, LossyDisk, Moment, Operation};
use platter::{Loss, Platter};
use profile_desk::store::{Spot, check_on, repair_on};
use random::Random;
use script::Step::{Compact, Create, Elsewhere, Reopen, Repair, Send};
use script::{Actors, FOLDER, Model, Step, request};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

const PHONE: &str = r#"POST /metadata/profiles/extensions {"name":"Phone","type":"multi-valued","attributes":[{"name":"PhoneType","type":"integer","mandatory":true},{"name":"number","type":"string","length":15}],"unique":["PhoneType"]}"#;
const NOTES: &str = r#"POST /metadata/profiles/extensions {"name":"Notes","type":"multi-valued","attributes":[{"name":"text","type":"string","length":900}]}"#;

/// Every request changes something that no other does, so that no two states are alike.
const SCRIPT: &[Step] = &[
    Create,
    Send(&[PHONE]),
    Send(&[r#"POST /profiles {"customer_id":"A","Name":"Ada","Phone":[{"PhoneType":1,"number":"1"}]}"#]),
    Send(&[
        r#"POST /profiles/A/extensions {"Phone":[{"PhoneType":2,"number":"2"},{"PhoneType":3,"number":"3"}]}"#,
    ]),
    Send(&[
        r#"POST /profiles {"customer_id":"B","Name":"Bob","Phone":[{"PhoneType":7,"number":"4"}]}"#,
        r#"POST /profiles/Z/extensions {"Phone":[{"PhoneType":1,"number":"5"}]}"#,
        r#"POST /profiles {"customer_id":"C","Name":"Cleo"}"#,
        r#"POST /profiles/B/extensions {"Phone":[{"PhoneType":1,"number":"6"}]}"#,
    ]),
    Elsewhere(&[r#"POST /profiles/A/extensions {"Phone":[{"PhoneType":2,"number":"7"}]}"#]),
    Send(&[r#"POST /profiles/A/extensions {"Phone":[{"PhoneType":2,"number":"8"}]}"#]),
    Elsewhere(&[r#"PUT /profiles/A {"Name":"Ada 9"}"#]),
    Reopen,
    Send(&[r#"PUT /profiles/A/extensions/Phone/by/unique {"PhoneType":1,"number":"10"}"#]),
    Send(&[r#"PUT /profiles/A/extensions/Phone/delete/by/unique {"PhoneType":3}"#, NOTES]),
    Send(&[
        r#"POST /profiles/A/extensions {"Notes":[{"text":"eleven"},{"text":"eleven"}]}"#,
        r#"POST /profiles/B/extensions {"Notes":[{"text":"twelve"}]}"#,
    ]),
    Send(&["PUT /profiles/A/merge/B {}", r#"POST /profiles/A/extensions {"Notes":[{"text":"thirteen"}]}"#]),
    Elsewhere(&["DELETE /metadata/profiles/extensions/Phone"]),
    Send(&[PHONE, r#"POST /profiles/C/extensions {"Phone":[{"PhoneType":1,"number":"14"}]}"#]),
    Send(&[r#"POST /profiles/A/extensions {"Phone":[{"PhoneType":1,"number":"15"}]}"#]),
    Repair("journal-000002.jsonl"),
    Compact("2026-11-24T09:00:00.000Z"),
    Send(&["DELETE /profiles/C"]),
    Compact("2026-11-24T10:00:00.000Z"),
    Elsewhere(&[r#"POST /profiles/A/extensions {"Phone":[{"PhoneType":4,"number":"16"}]}"#]),
    Send(&[r#"POST /profiles {"customer_id":"C","Name":"Cleo 16"}"#]),
];

/// How often the usual number of states is tried.
fn times() -> usize {
    std::env::var("PROFILE_DESK_STATES").ok().and_then(|times| times.parse().ok()).unwrap_or(1)
}

/// A moment from which work goes on: what is on the disk, what of it counts, and the step that comes next.
#[derive(Clone)]
struct Start {
    platter: Platter,
    model: Model,
    next: usize,
}

/// The whole script without a failure: where each step starts, and every moment on the way.
fn run() -> (Vec<Start>, Vec<Moment>) {
    let disk = LossyDisk::default();
    let (mut actors, mut model) = (Actors::new(disk.clone()), Model::new());
    let mut starts = Vec::new();
    for (next, step) in SCRIPT.iter().enumerate() {
        starts.push(Start { platter: disk.platter(), model: model.clone(), next });
        disk.mark(next);
        actors.step(*step, &mut model).unwrap_or_else(|why| panic!("step {next}: {why}"));
        assert_eq!((model.states.len(), actors.damage(&mut model)), (1, Ok(None)));
    }
    starts.push(Start { platter: disk.platter(), model, next: SCRIPT.len() });
    (starts, disk.moments())
}

/// What counts at a moment in the middle of a step.
fn amid(starts: &[Start], moment: &Moment) -> Model {
    let step = SCRIPT[moment.mark];
    let model = starts[moment.mark].model.unclear(&step.requests());
    Model { damaged: matches!(step, Repair(_)), ..model }
}

/// Opens what is left, compares it, writes to it, and then the power is lost once more. Says whether damage is named, which it
/// may be where zeroes stand before the end of a write that nobody was told of.
fn verify(platter: &Platter, loss: Loss, model: &Model) -> Result<bool, String> {
    let mut model = model.clone();
    let disk = LossyDisk::after(platter, loss);
    if model.damaged {
        repair_on(&disk, Path::new(FOLDER)).map_err(|error| error.to_string())?;
        model.damaged = false;
    }
    let mut actors = Actors::new(disk.clone());
    let damage = actors.damage(&mut model)?;
    if let Some(damage) = &damage {
        let excused = matches!(loss, Loss::Scattered(_));
        return if excused { rescued(&disk, actors, &model).map(|()| true) } else { Err(damage.clone()) };
    }
    actors.look(&mut model)?;
    goes_on(&disk, actors, model).map(|()| false)
}

/// It takes a request, which the power cannot take away again, and there is nothing that `check` finds.
fn goes_on(disk: &LossyDisk, mut actors: Actors, mut model: Model) -> Result<(), String> {
    actors.send(&[request(r#"POST /profiles {"customer_id":"Probe"}"#)], &mut model)?;
    if !actors.is_open() || model.states.len() != 1 {
        return Err(format!("it takes no request: {}", actors.said));
    }
    let report = check_on(disk, Path::new(FOLDER)).map_err(|error| error.to_string())?;
    // The index is not synced: it is made anew.
    let is_leftover = |spot: &Spot| {
        spot.sentence.contains("was left behind") || spot.sentence.contains("of the index cannot be used")
    };
    if !report.findings.is_empty() || !report.notes.iter().all(is_leftover) {
        return Err(format!("{report:?}"));
    }
    Actors::new(LossyDisk::after(&disk.platter(), Loss::All)).look(&mut model)
}

/// Where damage is named, every customer is as of some state that counts, and repaired it goes on: without the damaged line, and with
/// what follows it.
fn rescued(disk: &LossyDisk, mut actors: Actors, model: &Model) -> Result<(), String> {
    actors.look_at_each(model)?;
    drop(actors);
    repair_on(disk, Path::new(FOLDER)).map_err(|error| error.to_string())?;
    let (mut actors, mut model) = (Actors::new(disk.clone()), model.repaired());
    if let Some(damage) = actors.damage(&mut model)? {
        return Err(format!("repaired, and still: {damage}"));
    }
    model.states = vec![actors.look_at_each(&model)?];
    goes_on(disk, actors, model)
}

/// Tries all of these on every processor; at the end of how many something is wrong is said, else of how many damage is named.
fn each<T: Sync>(all: &[T], attempt: impl Fn(&T) -> Result<bool, String> + Sync) -> usize {
    let (next, wrong, damaged) = (AtomicUsize::new(0), Mutex::new(Vec::new()), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                while let Some(one) = all.get(next.fetch_add(1, Relaxed)) {
                    match attempt(one) {
                        Ok(is_damaged) => drop(damaged.fetch_add(usize::from(is_damaged), Relaxed)),
                        Err(why) => wrong.lock().unwrap().push(why),
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    let first: Vec<&String> = wrong.iter().take(5).collect();
    assert!(wrong.is_empty(), "{} of {}, first\n{first:#?}", wrong.len(), all.len());
    damaged.into_inner()
}

/// The losses that are tried at a moment: all of it, nothing, a kill, any choices, and a write cut at bytes: of the journal at
/// many, in thorough runs at every one.
fn losses(moment: &Moment, random: &mut Random) -> Vec<Loss> {
    let mut losses = vec![Loss::Kill, Loss::All, Loss::Nothing];
    losses.extend((0..6 * times()).map(|_| Loss::Any(random.next())));
    losses.extend((0..2 * times()).map(|_| Loss::Scattered(random.next())));
    if moment.operation == Operation::Write {
        let is_journal = moment.path.to_string_lossy().contains("journal");
        let usual = if is_journal { 8 } else { moment.bytes / 4 };
        let every = (usual / times()).max(1);
        let cuts = (random.below(every)..=moment.bytes).step_by(every);
        losses.extend(cuts.flat_map(|bytes| [false, true].map(|zeroes| Loss::Torn { bytes, zeroes })));
    }
    losses
}

#[test]
fn whenever_the_power_is_lost_or_the_processes_die_what_was_acknowledged_is_there() {
    let mut random = Random::seeded();
    let (starts, moments) = run();
    let states: Vec<(&Moment, Loss)> = moments
        .iter()
        .flat_map(|moment| losses(moment, &mut random).into_iter().map(move |loss| (moment, loss)))
        .collect();
    let damaged = each(&states, |(moment, loss)| {
        let Moment { mark, operation, path, .. } = moment;
        verify(&moment.platter, *loss, &amid(&starts, moment))
            .map_err(|why| format!("step {mark}, {operation:?} of {}, {loss:?}: {why}", path.display()))
    });
    println!("{} steps, {} moments, {} states after a loss", SCRIPT.len(), moments.len(), states.len());
    println!("{damaged} of them with a line named as damaged, that nobody was told of");
    assert!(moments.len() > 50, "the script writes more than that");
}

/// An operation that fails, from where, and what happens afterwards.
struct Attempt<'a> {
    start: &'a Start,
    step: Step,
    fault: Fault,
    loss: Loss,
    /// What the operation is.
    what: String,
}

/// The step with the failure, two more, and then the processes end or the power is lost.
fn fail(attempt: &Attempt<'_>) -> Result<bool, String> {
    let Attempt { start, step, fault, loss, what } = attempt;
    let disk = LossyDisk::after(&start.platter, Loss::Kill);
    let (mut actors, mut model) = (Actors::new(disk.clone()), start.model.clone());
    disk.fail(Some(*fault));
    let mut steps = std::iter::once(step).chain(SCRIPT.iter().skip(start.next + 1).take(2));
    let done = steps.try_for_each(|step| actors.step(*step, &mut model));
    let Fault { at, failure, for_ever } = fault;
    let why = |why| {
        format!("from step {}, {step:?}, {at} {what}: {failure:?}, {for_ever}, {loss:?}: {why}", start.next)
    };
    done.map_err(why)?;
    let platter = disk.platter(); // a process that is killed does not finish its index
    let is_later = !disk.failed();
    drop(actors);
    assert!(disk.failed(), "{what} was never met");
    let platter = if is_later { disk.platter() } else { platter };
    verify(&platter, *loss, &model).map_err(why)
}

/// Every operation that a step has from here, and what it is.
fn operations(start: &Start, step: Step) -> Vec<(Operation, String)> {
    let disk = LossyDisk::after(&start.platter, Loss::Kill);
    disk.fail(None);
    Actors::new(disk.clone()).step(step, &mut start.model.clone()).unwrap();
    let named =
        |(operation, path): (Operation, PathBuf)| (operation, format!("{operation:?} {}", path.display()));
    disk.operations().into_iter().map(named).collect()
}

/// Where a writer died in the middle of a step: the next one takes over what it left.
fn left_behind(starts: &[Start], moments: &[Moment]) -> Vec<Start> {
    let amid = moments.iter().map(|moment| {
        let half = Loss::Torn { bytes: moment.bytes / 2, zeroes: false };
        let is_torn = moment.operation == Operation::Write && moment.mark % 2 == 1;
        let platter = moment.platter.after(if is_torn { half } else { Loss::Kill });
        Start { platter, model: amid(starts, moment), next: moment.mark }
    });
    amid.collect()
}

/// Every way in which the operations of a step fail.
fn failures<'a>(start: &'a Start, step: Step, random: &mut Random) -> Vec<Attempt<'a>> {
    let mut attempts = Vec::new();
    for (at, (operation, what)) in operations(start, step).into_iter().enumerate() {
        for (failure, for_ever) in
            Failure::all_of(operation).iter().flat_map(|one| [(*one, false), (*one, true)])
        {
            let loss = [Loss::Kill, Loss::All, Loss::Nothing, Loss::Any(random.next())][random.below(4)];
            attempts.push(Attempt {
                start,
                step,
                fault: Fault { at, failure, for_ever },
                loss,
                what: what.clone(),
            });
        }
    }
    attempts
}

/// Usually each operation of the script fails once, and of all else that can go wrong a share is tried.
fn is_tried(attempt: &Attempt<'_>, from_a_step: bool, random: &mut Random) -> bool {
    let Fault { failure, for_ever, .. } = attempt.fault;
    let is_first = from_a_step && failure == Failure::Refused && !for_ever;
    let share = if from_a_step { 6 } else { 40 };
    is_first || random.one_in((share / times()).max(1))
}

#[test]
fn whatever_operation_fails_what_was_acknowledged_is_there_and_what_was_refused_is_not() {
    let mut random = Random::seeded();
    let (mut starts, moments) = run();
    starts.pop();
    let takeovers = left_behind(&starts, &moments);
    let probe = Send(&[r#"POST /profiles {"customer_id":"Next"}"#]);
    let steps = starts.iter().map(|start| (start, SCRIPT[start.next], true));
    let all = steps.chain(takeovers.iter().map(|start| (start, probe, false)));
    let (mut attempts, mut operations) = (Vec::new(), 0);
    for (start, step, from_a_step) in all {
        let mut failures = failures(start, step, &mut random);
        operations +=
            failures.iter().filter(|one| one.fault.failure == Failure::Refused && one.fault.for_ever).count();
        failures.retain(|attempt| is_tried(attempt, from_a_step, &mut random));
        attempts.extend(failures);
    }
    each(&attempts, fail);
    println!("{operations} operations, {} failures of them tried", attempts.len());
    assert!(attempts.len() > 1_000, "the script has more operations than that");
}
