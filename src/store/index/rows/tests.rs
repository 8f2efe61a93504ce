use super::super::pages::{Pages, Section};
use super::super::tests::Memory;
use super::*;
use crate::store::disk::{Access, Disk};
use proptest::prelude::*;
use std::path::Path;

/// A row that is random, all ones, all zeroes, or clustered, by how often it turns.
fn row(len: usize) -> impl Strategy<Value = Bits> {
    let turns = prop::collection::vec((0..5_usize, any::<bool>()), 0..200);
    (turns, any::<bool>(), 0..4_u32).prop_map(move |(turns, first, scale)| {
        let mut bits = if first { Bits::all(len) } else { Bits::new(len) };
        let mut at = 0;
        for (skip, is_one) in turns {
            at += skip * 7_usize.pow(scale);
            bits.put(at, is_one);
            at += 1;
        }
        bits
    })
}

fn rows() -> impl Strategy<Value = Vec<(u32, Bits)>> {
    let len = prop_oneof![1..70_usize, 1000..40_000_usize, Just(300_000_usize)];
    len.prop_flat_map(|len| prop::collection::btree_map(any::<u16>(), row(len), 1..30))
        .prop_map(|rows| rows.into_iter().map(|(number, bits)| (u32::from(number), bits)).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn rows_come_back_over_pages(rows in rows()) {
        let disk = Memory::default();
        let mut pages = PageWriter::new(disk.open(Path::new("rows"), Access::Make).unwrap(), 1, 0);
        let firsts = write(&mut pages, rows.iter().cloned().map(Ok)).unwrap();
        let section = Section { first: 0, pages: pages.next() };
        let pages = Pages::new(pages.finish().unwrap(), 1);
        prop_assert_eq!(firsts.len(), section.pages as usize);
        let len = rows[0].1.len();
        for (number, bits) in &rows {
            let (from, to) = super::super::table::pages_of(&firsts, *number);
            let mut read = Bits::new(len);
            for room in pages.scan(section.part(from, to)) {
                for record in Records::of(&room.unwrap()).unwrap() {
                    let record = record.unwrap();
                    if record.row == *number {
                        record.put_into(&mut read);
                    }
                }
            }
            prop_assert!(&read == bits, "row {}", number);
        }
    }

    #[test]
    fn any_page_is_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300), end in 0..300_u16) {
        let mut room = vec![0; 4];
        room.extend(end.to_le_bytes());
        room.extend(bytes);
        for record in Records::of(&room).into_iter().flatten().flatten() {
            record.put_into(&mut Bits::new(1000));
        }
    }

    #[test]
    fn bits_are_moved_on(bits in row(200), shift in 0..300_usize) {
        let mut moved = Bits::new(500);
        moved.or_at(&bits, shift);
        let places: Vec<usize> = bits.places(true, 0).map(|at| at + shift).collect();
        prop_assert_eq!(moved.places(true, 0).collect::<Vec<_>>(), places);
        let zeroes = bits.places(false, 100).count();
        prop_assert_eq!(bits.places(true, 100).count() + zeroes, 100);
    }
}
