//! More than fits into a page or a block.

use super::super::join;
use super::Memory;
use super::model::{Journal, needle};
use crate::model::json::Json;
use crate::model::profile::CustomerId;
use crate::model::request::Request;
use std::io;
use std::path::Path;

/// Customers in turn, every other line of one of them.
fn journal(lines: usize) -> Journal {
    let request = |number: usize| {
        let id = if number.is_multiple_of(2) { "often".into() } else { format!("C{number}") };
        let body =
            format!(r#"{{"Phone":[{{"number":"0{:07}","text":"{}"}}]}}"#, number * 7919, "x".repeat(60));
        Request::InsertRecords(CustomerId::new(&id).unwrap(), Json::parse(&body).unwrap())
    };
    Journal::new((0..lines).map(request).collect())
}

#[test]
fn a_customer_of_many_pages_and_those_beside_are_found() {
    let (disk, journal) = (Memory::default(), journal(4000));
    let parts = [journal.run(&disk, 0..1500), journal.run(&disk, 1500..4000)];
    let joined = join(&disk, Path::new(""), &[&parts[0], &parts[1]]).unwrap();
    for run in [joined, journal.run(&disk, 0..4000)] {
        for id in ["often", "C1", "C1999", "C3999", "C2"] {
            let id = CustomerId::new(id).unwrap();
            let lines =
                journal.0.iter().rev().filter(|(_, line)| line.request.customer() == Some(id.clone()));
            let wanted: Vec<_> = lines.map(|(position, _)| *position).collect();
            let marks = run.marks(&id).unwrap().map(|mark| mark.map(|mark| mark.position));
            assert_eq!(marks.collect::<io::Result<Vec<_>>>().unwrap(), wanted, "{id}");
        }
    }
}

#[test]
fn a_rare_number_leads_to_few_blocks() {
    let (disk, journal) = (Memory::default(), journal(1200));
    let building = journal.building(0..1200);
    let parts = [0..300, 300..500, 500..1200].map(|range| journal.run(&disk, range));
    let run = join(&disk, Path::new(""), &[&parts[0], &parts[1], &parts[2]]).unwrap();
    let everywhere = building.candidates(&needle("x").0);
    assert_eq!(everywhere.len(), 2, "one for each segment");
    for number in [1, 299, 300, 750, 1199] {
        let (needle, _) = needle(&format!("{:07}", number * 7919));
        for ranges in [building.candidates(&needle), run.candidates(&needle).unwrap()] {
            assert_eq!(ranges.len(), 1, "{number}: {ranges:?}");
            let inside = journal.0.iter().filter(|(at, _)| ranges[0].contains(at)).count();
            assert!(inside < 300, "{number}: {inside} lines");
            assert!(ranges[0].contains(&journal.0[number].0));
        }
    }
}
