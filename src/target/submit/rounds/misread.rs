//! Noticing that a server has the other reading than its connection says, and putting right what came of it.

use super::{Rounds, Start};
use crate::model::apply::{Reading, inserted};
use crate::model::compare::same_records;
use crate::model::finding::{Finding, Place, Severity};
use crate::model::plan::{KnownReading, Rules};
use crate::model::profile::{Extension, Profile, Records};
use crate::model::request::Request;
use crate::model::schema::Schemas;

const REPLACES: &str = "the connection says that this server upserts, but it replaces: records that were not sent were gone after an insert, and were sent again; set the reading of the connection to replace";
const UPSERTS: &str = "the connection says that this server replaces, but it upserts: records were added by an insert that was to replace them; set the reading of the connection to upsert";

impl Rounds<'_> {
    /// What an insert meets, where its meaning is taken for known: the next reading shows whether it is.
    pub(super) fn note_insert(&mut self, start: &Start, requests: &[Request]) {
        let inserts = requests.iter().any(|request| matches!(request, Request::InsertRecords(..)));
        let relied = inserts && start.rules.reading != KnownReading::Unknown;
        self.met = start.seen.clone().filter(|_| relied);
    }

    /// Where a server shows after an insert what only the other reading explains, that one counts from here on. What others
    /// did is then judged as if the insert had done what it was to do: that profile.
    pub(super) fn read_again(
        &mut self,
        seen: Option<&Profile>,
        schemas: &Schemas,
        rules: &mut Rules,
    ) -> Option<Profile> {
        let as_meant =
            self.met.take().zip(seen).and_then(|(met, now)| self.as_meant(&met, now, schemas, rules.reading));
        if as_meant.is_some() {
            self.misread = Some(if rules.reading == KnownReading::Upsert { REPLACES } else { UPSERTS });
        }
        match self.misread {
            Some(REPLACES) => rules.reading = KnownReading::Replace,
            Some(_) => rules.reading = KnownReading::Upsert,
            None => {}
        }
        as_meant
    }

    fn as_meant(
        &self,
        met: &Profile,
        now: &Profile,
        schemas: &Schemas,
        known: KnownReading,
    ) -> Option<Profile> {
        let (meant, other) = match known {
            KnownReading::Upsert => (Reading::Upsert, Reading::Replace),
            KnownReading::Replace => (Reading::Replace, Reading::Upsert),
            KnownReading::Unknown => return None,
        };
        let body =
            self.latest.iter().find(|request| matches!(request, Request::InsertRecords(..)))?.body()?;
        let [meant, other] = [meant, other].map(|reading| inserted(met, body, schemas, reading));
        let mut judged = now.clone();
        let mut is_wrong = false;
        for schema in schemas {
            let records = |profile: &'_ Profile| profile.records(&schema.name).to_vec();
            let shows = |profile| same_records(Some(schema), &records(profile), &records(now));
            if !shows(&meant) && shows(&other) {
                is_wrong = true;
                judged.extensions.retain(|extension| !extension.name.eq_ignore_ascii_case(&schema.name));
                let records = Records::Multi(records(&meant));
                judged.extensions.push(Extension { name: schema.name.clone(), records });
            }
        }
        is_wrong.then_some(judged)
    }

    /// What a person must hear of it.
    pub(super) fn misread_finding(&self) -> Option<Finding> {
        let sentence = self.misread?.to_owned();
        Some(Finding { place: Place::default(), severity: Severity::Error, sentence })
    }
}
