//! Finding out the reading of a server on a scratch customer.
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "support/foreign.rs"]
mod foreign;
#[path = "support/profiles.rs"]
mod support;

use foreign::{Answer, Foreign, MADE};
use profile_desk::model::apply::Reading;
use profile_desk::model::plan::KnownReading;
use profile_desk::model::request::Request;
use profile_desk::model::schema::Schemas;
use profile_desk::target::probe::{Probed, SCRATCH, probe};
use profile_desk::target::{Stamp, TargetError};

fn probed(target: &Foreign) -> Result<Probed, TargetError> {
    probe(target, &Stamp { by: "tester".into(), at: "2026-11-24T09:30:00.000Z".into() })
}

fn server(reading: Reading) -> Foreign {
    Foreign::new(reading, KnownReading::Unknown, support::schemas(), None)
}

#[test]
fn the_reading_is_seen_and_the_scratch_customer_is_gone_again() {
    for (reading, known, word) in [
        (Reading::Upsert, KnownReading::Upsert, "upserts"),
        (Reading::Replace, KnownReading::Replace, "replaces"),
    ] {
        let target = server(reading);
        let Probed { reading, seen, left } = probed(&target).unwrap();
        assert_eq!((reading, left), (known, None));
        assert!(seen.ends_with(word), "{seen}");
        assert!(target.state().profiles.is_empty());
        assert!(target.asked()[0].body().unwrap().as_str().contains(SCRATCH));
        assert_eq!(target.asked().len(), 4);
    }
}

#[test]
fn whatever_goes_wrong_the_scratch_customer_is_deleted() {
    for answer in [Answer::NotThere, Answer::Ignored, Answer::Lost, Answer::DoneAndLost, Answer::NotOffered] {
        for at in [1, 2] {
            let target = server(Reading::Upsert).before(
                move |number, _, _| {
                    if number == at { answer } else { Answer::Honest }
                },
            );
            let Probed { reading, seen, left } = probed(&target).unwrap();
            assert_eq!((reading, left), (KnownReading::Unknown, None), "{seen}");
            assert!(seen.len() > 20 && target.state().profiles.is_empty(), "{seen}");
        }
    }
}

#[test]
fn a_scratch_customer_that_stays_is_named() {
    for answer in [Answer::NotThere, Answer::Lost, Answer::NotOffered] {
        let target = server(Reading::Replace).before(move |_, request, _| {
            if matches!(request, Request::DeleteProfile(_)) { answer } else { Answer::Honest }
        });
        let Probed { reading, seen, left } = probed(&target).unwrap();
        assert_eq!((reading, left.unwrap().as_str()), (KnownReading::Replace, MADE));
        assert!(seen.contains(MADE) && seen.contains("by hand"), "{seen}");
    }
}

#[test]
fn a_lost_answer_to_the_last_request_is_settled_by_looking() {
    let target = server(Reading::Replace).before(|_, request, _| {
        if matches!(request, Request::DeleteProfile(_)) { Answer::DoneAndLost } else { Answer::Honest }
    });
    assert_eq!(probed(&target).unwrap().left, None);
}

#[test]
fn without_an_id_or_an_answer_it_says_that_a_customer_may_be_left() {
    for answer in [Answer::WithoutId, Answer::Lost, Answer::DoneAndLost] {
        let error = probed(&server(Reading::Upsert).before(move |_, _, _| answer)).unwrap_err();
        assert!(matches!(&error, TargetError::Unclear(sentence) if sentence.contains(SCRATCH)), "{error}");
    }
}

#[test]
fn where_nothing_can_be_tried_nothing_is_sent() {
    let bare = Foreign::new(Reading::Upsert, KnownReading::Unknown, Schemas::default(), None);
    let blind = server(Reading::Upsert).without_schemas(&[("Notes", &[])]);
    for target in [bare, blind] {
        assert_eq!(probed(&target).unwrap().reading, KnownReading::Unknown);
        assert!(target.asked().is_empty());
    }
    // What a person declared is enough where the record needs nothing else.
    let declared = server(Reading::Replace).without_schemas(&[("Notes", &["text"])]);
    assert_eq!(probed(&declared).unwrap().reading, KnownReading::Replace);
}
