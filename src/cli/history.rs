//! `history`: the requests that a customer had, as data or as a script that replays them.

use super::args::{Past as Format, Target};
use super::verbs::customer_id;
use super::{Failure, Surroundings, replay};
use crate::target::wire;

pub fn history(
    id: &str,
    format: Format,
    target: &Target,
    with: &mut Surroundings<'_>,
) -> Result<(), Failure> {
    let id = customer_id(id)?;
    let store = target.open()?;
    let requests = store.history(&id)?;
    if let Some(damage) = store.damage() {
        writeln!(with.err, "Note: {damage}")?;
    }
    if requests.is_empty() {
        return Err(Failure::refused(format!("{} knows no request of a customer {id}", store.place())));
    }
    match format {
        Format::Json => {
            let mut lines = requests.iter().map(wire::past);
            lines.try_for_each(|line| writeln!(with.out, "{line}"))?;
        }
        Format::Curl => with.out.write_all(replay::script(&id, &requests).as_bytes())?,
    }
    Ok(())
}
