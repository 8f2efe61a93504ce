//! What is wanted of a customer, carried out from the command line, and what is said of it.

use super::verbs::stamp;
use super::{Failure, Surroundings};
use crate::model::profile::CustomerId;
use crate::model::request::Request;
use crate::target::submit::{Submitted, Wanted, submit};
use crate::target::{Target, wire};

type Done = Result<(), Failure>;

/// Submits it. `done` and `nothing` are what is said once it was accepted, and where nothing had to be sent.
pub fn carry_out(
    store: &dyn Target,
    wanted: &Wanted<'_>,
    id: &CustomerId,
    (done, nothing): (&str, &str),
    with: &mut Surroundings<'_>,
) -> Done {
    match submit(store, wanted, &stamp(with))? {
        Submitted::NothingToSend { .. } => writeln!(with.err, "{nothing}")?,
        Submitted::Done { joined, .. } => {
            writeln!(with.err, "{done}")?;
            if joined {
                writeln!(with.err, "What somebody else changed meanwhile was kept.")?;
            }
        }
        Submitted::Conflict { conflicts, sent, .. } => {
            return Err(Failure::conflict(id, &conflicts, &sent));
        }
        Submitted::Refused { rejection, sent, .. } => return Err(Failure::stopped(rejection, &sent)),
        Submitted::Cannot(cannot) => {
            return Err(Failure::refused(cannot.to_string()).with("Nothing was changed."));
        }
    }
    Ok(())
}

/// A `{"method","path","body"}` line each.
pub fn print(requests: &[Request], with: &mut Surroundings<'_>) -> Done {
    requests.iter().try_for_each(|request| Ok(writeln!(with.out, "{}", wire::request(request))?))
}
