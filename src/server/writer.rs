//! One thread that writes for all: what waits goes to the target together and shares its sync.

use super::answer::Answer;
use crate::model::apply::Rejection;
use crate::model::request::Request;
use crate::target::{Accepted, Stamp, Target, TargetError, Version};
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};

/// How many that wait are taken together, at most.
const TOGETHER: usize = 1024;
/// And with how many bytes of bodies.
const TOGETHER_BYTES: usize = 16 << 20;

/// What the target answered: one answer a request, or the error that all of them share.
type Answers = Result<Vec<Result<Accepted, Rejection>>, Answer>;

/// Requests of one client, and where their answers go.
struct Job {
    requests: Vec<Request>,
    planned_from: Option<Version>,
    by: String,
    answer: oneshot::Sender<Answers>,
}

/// The way to the thread that writes. It ends when the last of these is gone, and what was asked for is written.
pub struct Writer(mpsc::Sender<Job>);

/// Starts it; what is given back beside it is done once the thread has ended.
pub fn start(target: Arc<dyn Target>, now: fn() -> String) -> (Writer, oneshot::Receiver<()>) {
    let (jobs, waiting) = mpsc::channel(TOGETHER);
    let (ended, written) = oneshot::channel();
    std::thread::spawn(move || {
        run(target.as_ref(), now, waiting);
        let _ = ended.send(()); // where nobody waits for it, nobody has to know
    });
    (Writer(jobs), written)
}

impl Writer {
    /// Carries requests out in this order, durable before it is done.
    pub async fn write(&self, requests: Vec<Request>, planned_from: Option<Version>, by: String) -> Answers {
        let (answer, answered) = oneshot::channel();
        let fault = "writing has ended with a fault, and the server must be started again";
        let job = Job { requests, planned_from, by, answer };
        self.0
            .send(job)
            .await
            .map_err(|_| TargetError::NotReached(format!("{fault}; nothing was changed")))?;
        answered.await.map_err(|_| {
            TargetError::Unclear(format!("{fault}; it is unclear whether this change was kept"))
        })?
    }
}

fn run(target: &dyn Target, now: fn() -> String, mut waiting: mpsc::Receiver<Job>) {
    while let Some(first) = waiting.blocking_recv() {
        let mut bytes = first.bytes();
        let mut jobs = vec![first];
        while jobs.len() < TOGETHER && bytes < TOGETHER_BYTES {
            let Ok(job) = waiting.try_recv() else { break };
            bytes += job.bytes();
            jobs.push(job);
        }
        for batch in batches(jobs) {
            write(target, now(), batch);
        }
    }
}

impl Job {
    fn bytes(&self) -> usize {
        self.requests.iter().filter_map(Request::body).map(|body| body.as_str().len()).sum()
    }
}

/// Jobs that can be sent together: of one user, and planned ones alone. The order of what one client sent stays, because a
/// client waits for an answer before it sends more.
fn batches(jobs: Vec<Job>) -> Vec<Vec<Job>> {
    let mut batches: Vec<Vec<Job>> = Vec::new();
    for job in jobs {
        let fits = |batch: &&mut Vec<Job>| {
            job.planned_from.is_none()
                && batch.first().is_some_and(|other| other.planned_from.is_none() && other.by == job.by)
        };
        match batches.iter_mut().find(fits) {
            Some(batch) => batch.push(job),
            None => batches.push(vec![job]),
        }
    }
    batches
}

fn write(target: &dyn Target, at: String, batch: Vec<Job>) {
    let Some(first) = batch.first() else { return };
    let (planned_from, stamp) = (first.planned_from, Stamp { by: first.by.clone(), at });
    let counts: Vec<usize> = batch.iter().map(|job| job.requests.len()).collect();
    let (requests, waiting): (Vec<_>, Vec<_>) =
        batch.into_iter().map(|job| (job.requests, job.answer)).unzip();
    let requests: Vec<Request> = requests.into_iter().flatten().collect();
    // Who does not wait any longer has gone; the change stands all the same.
    match target.send(&requests, planned_from, &stamp) {
        // Nothing was changed. What is too much together may not be each for itself.
        Err(TargetError::NotOffered(_)) if waiting.len() > 1 => {
            let mut requests = requests.into_iter();
            for (answer, count) in waiting.into_iter().zip(counts) {
                let alone: Vec<Request> = requests.by_ref().take(count).collect();
                let _ = answer.send(target.send(&alone, planned_from, &stamp).map_err(Answer::from));
            }
        }
        Ok(answers) => {
            let mut answers = answers.into_iter();
            for (answer, count) in waiting.into_iter().zip(counts) {
                let _ = answer.send(Ok(answers.by_ref().take(count).collect()));
            }
        }
        Err(error) => {
            let error = Answer::from(error);
            for answer in waiting {
                let _ = answer.send(Err(error.clone()));
            }
        }
    }
}
