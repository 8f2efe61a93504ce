//! `history`: the requests that a customer had, as data or as a script that replays them; the customer as it was after one of
//! them, and the way back there.

use super::args::{History, Past as Format};
use super::submitting::{carry_out, print};
use super::verbs::customer_id;
use super::{Failure, Surroundings, replay};
use crate::app::draft::Draft;
use crate::app::review::{KeyIndex, Told, review};
use crate::model::finding::{Finding, Severity};
use crate::model::json::pretty;
use crate::model::labels;
use crate::model::past::as_of;
use crate::model::profile::{CustomerId, Profile};
use crate::model::put_back::put_back;
use crate::target::submit::{Wanted, preview};
use crate::target::{Past, Target, read, wire};
use jiff::tz::TimeZone;

type Done = Result<(), Failure>;

pub fn history(asked: &History, with: &mut Surroundings<'_>) -> Done {
    let id = customer_id(&asked.id)?;
    let store = asked.target.open()?;
    let requests = store.history(&id)?;
    if let Some(damage) = store.damage() {
        writeln!(with.err, "Note: {damage}")?;
    }
    if requests.is_empty() {
        return Err(Failure::refused(format!("{} knows no request of a customer {id}", store.place())));
    }
    if let Some(seq) = asked.at {
        let profile = profile_at(&id, &requests, seq)?;
        writeln!(with.out, "{}", pretty(profile.to_json().view()))?;
        return Ok(());
    }
    if let Some(seq) = asked.put_back {
        let then = profile_at(&id, &requests, seq)?;
        return back(store.as_ref(), &then, (seq, asked.dry_run), with);
    }
    match asked.format {
        Format::Json => {
            let mut lines = requests.iter().map(wire::past);
            lines.try_for_each(|line| writeln!(with.out, "{line}"))?;
        }
        Format::Curl => with.out.write_all(replay::script(&id, &requests).as_bytes())?,
    }
    Ok(())
}

/// The profile as it was after the request of this number.
fn profile_at(id: &CustomerId, requests: &[Past], seq: u64) -> Result<Profile, Failure> {
    let Some(at) = requests.iter().position(|past| past.seq == seq) else {
        let sentence = format!("the history of customer {id} has no request {seq}");
        return Err(
            Failure::refused(sentence).with("`history` without --at prints the requests that it has.")
        );
    };
    let then = as_of(id, requests.iter().take(at + 1).map(|past| &past.request)).ok_or_else(|| {
        let sentence = format!("what customer {id} was after request {seq} is not known");
        Failure::refused(sentence).with("Earlier requests were not kept, or are damaged.")
    })?;
    then.profile.ok_or_else(|| Failure::refused(format!("after request {seq} there was no customer {id}")))
}

/// Puts the customer back, as a draft that wants it would; what cannot be as it was is said first.
fn back(
    store: &dyn Target,
    then: &Profile,
    (seq, dry_run): (u64, bool),
    with: &mut Surroundings<'_>,
) -> Done {
    let id = &then.id;
    let (now, schemas) = read(store, id, &[])?;
    let now = now.map(|loaded| loaded.profile);
    let back = put_back(then, now.as_ref(), &schemas);
    let mut draft = Draft::new(id.clone(), now.clone());
    draft.want(&back.wanted, &schemas);
    let told = Told { labels: labels::none(), zone: &TimeZone::UTC };
    let review = review(&draft, &schemas, told, &mut KeyIndex::new());
    let refused = review.findings.iter().map(|found| &found.finding);
    let refused: Vec<&Finding> = refused.filter(|finding| finding.severity == Severity::Error).collect();
    for finding in back.left.iter().chain(refused.iter().copied()) {
        writeln!(with.err, "Note: not put back: {finding}.")?;
    }
    let (rows, core) = review.held_back();
    // A draft may put attributes in another order: it counts where something is held back.
    let mine = if review.bad() == 0 { back.wanted } else { draft.wanted(&schemas, &rows, &core) };
    let wanted = Wanted { base: now.as_ref(), mine: Some(&mine) };
    if dry_run {
        let requests = preview(&store.capabilities(), &schemas, &wanted);
        let requests = requests.map_err(|cannot| Failure::refused(cannot.to_string()))?;
        return print(&requests, with);
    }
    let but = if back.left.is_empty() && refused.is_empty() { "" } else { ", but for what is noted above" };
    let done = format!("Customer {id} is as it was after request {seq}{but}.");
    let nothing =
        format!("Nothing had to be sent: customer {id} is as it was after request {seq} already{but}.");
    carry_out(store, &wanted, id, (&done, &nothing), with)
}
