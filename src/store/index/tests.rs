mod damage;
mod large;
mod memory;
mod model;

pub use memory::Memory;

use super::super::glance::Glance;
use super::super::line::{Line, sealed};
use super::super::position::Position;
use super::{Building, Key, Needle, Run, join};
use crate::model::json::Json;
use crate::model::request::Request;
use model::{Answers, STORE, digits, holds, journal, needle, request, texts};
use proptest::prelude::*;
use std::path::Path;

proptest! {
    #[test]
    fn a_glance_sees_what_the_request_says(request in request()) {
        let line = Line { seq: u64::MAX, at: "\"\\".into(), by: "\u{1}\"body\":".into(), request };
        let text = line.to_text();
        let glance = Glance::of(text.as_bytes()).unwrap();
        let request = &line.request;
        prop_assert_eq!(glance.seq, line.seq);
        prop_assert_eq!((glance.method, glance.path.to_owned()), (request.method().as_str(), request.path()));
        prop_assert_eq!(glance.body, request.body().map(Json::as_str));
        prop_assert_eq!(glance.customers().cloned().collect::<Vec<_>>(), request.customers());
    }

    #[test]
    fn any_line_is_glanced_at_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200), cut in 0..200_usize) {
        let body = String::from_utf8_lossy(&bytes);
        let text = sealed(format!("{{\"seq\":1,\"at\":\"\",\"by\":\"\",\"method\":\"POST\",\"path\":\"/profiles\",\"body\":{body}"));
        for line in [text.as_bytes(), &bytes, &text.as_bytes()[cut.min(text.len())..]] {
            if let Some(glance) = Glance::of(line) {
                Building::new(Key::new(STORE)).add(Position::new(1, 0), &glance);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn memory_and_runs_and_joined_runs_say_the_same(journal in journal(), cuts in prop::collection::btree_set(1..40_usize, 0..4)) {
        let all = journal.0.len();
        let model = Answers::model(&journal);
        let whole = journal.building(0..all);
        prop_assert_eq!(&Answers::building(&whole), &model);
        let disk = Memory::default();
        prop_assert_eq!(&Answers::run(&journal.run(&disk, 0..all)).unwrap(), &model);
        let ends: Vec<usize> = cuts.into_iter().filter(|cut| *cut < all).chain([all]).collect();
        let starts = std::iter::once(0).chain(ends.iter().copied());
        let mut runs: Vec<Run> = starts.zip(&ends).map(|(from, to)| journal.run(&disk, from..*to)).collect();
        let at_once = join(&disk, Path::new(""), &runs.iter().collect::<Vec<_>>()).unwrap();
        prop_assert_eq!(&Answers::run(&at_once).unwrap(), &model);
        while runs.len() > 1 {
            let (newer, older) = (runs.pop().unwrap(), runs.pop().unwrap());
            runs.push(join(&disk, Path::new(""), &[&older, &newer]).unwrap());
        }
        prop_assert_eq!(&Answers::run(&runs[0]).unwrap(), &model);
        prop_assert_eq!(at_once.lines(), all as u64);
        prop_assert_eq!(at_once.cover(), &journal.cover(0..all));
    }

    #[test]
    fn no_line_with_the_text_is_missed(journal in journal(), text in any::<String>(), from in 0..30_usize, length in 1..9_usize) {
        let disk = Memory::default();
        let all = journal.0.len();
        let building = journal.building(0..all);
        let half = all.div_ceil(2);
        let run = if half == all { journal.run(&disk, 0..all) } else {
            join(&disk, Path::new(""), &[&journal.run(&disk, 0..half), &journal.run(&disk, half..all)]).unwrap()
        };
        let part = |text: String| text.chars().skip(from % text.chars().count().max(1)).take(length).collect();
        let texts = journal.0.iter().flat_map(|(_, line)| texts(line.request.body().unwrap_or(&Json::null()).view()));
        let parts: Vec<String> = texts.flat_map(|text| [digits(&text), text.to_uppercase(), text]).map(part).chain([text]).collect();
        for text in parts {
            let (needle, number) = needle(&text);
            for ranges in [building.candidates(&needle), run.candidates(&needle).unwrap()] {
                for (at, line) in &journal.0 {
                    let there = ranges.iter().any(|range| range.contains(at));
                    let is_schema = matches!(line.request, Request::CreateSchema(_));
                    prop_assert!(there || is_schema || !holds(line, &text, number.as_deref()), "{:?} in {:?}", text, line);
                }
            }
        }
    }
}
