//! Lines come back from many segments, one by its place or all in order, and a journal notices what others do.

use super::*;
use crate::store::create::create;
use crate::store::disk::OsDisk;
use crate::store::header::Header;
use crate::store::line::sealed;
use crate::store::segments::unfinished;
use crate::store::writer::Writer;
use std::fmt::Write;

fn open(folder: &Path, segment: u64) -> Journal {
    Journal::open(Arc::new(OsDisk), folder, Options { segment, ..Options::default() }).unwrap()
}

fn made(folder: &Path, segment: u64) -> Writer {
    create(&OsDisk, folder).unwrap();
    Writer::new(open(folder, segment))
}

fn line(seq: u64, length: usize) -> String {
    sealed(format!("{{\"seq\":{seq},\"body\":\"{}\"", "x".repeat(length)))
}

/// Appends lines of these lengths in one write, and returns their places.
fn append(writer: &mut Writer, first: u64, lengths: &[usize]) -> Vec<Position> {
    let _lock = writer.lock().unwrap();
    writer.settle().unwrap();
    let writing = writer.begin(first).unwrap();
    let mut at = writing.position();
    let (mut text, mut places) = (String::new(), Vec::new());
    for (seq, length) in (first..).zip(lengths) {
        let line = line(seq, *length);
        places.push(at);
        at = Position::new(at.segment(), at.offset() + line.len() as u64 + 1);
        writeln!(text, "{line}").unwrap();
    }
    writing.append(&text).unwrap();
    places
}

fn scanned(journal: &Journal, from: Position) -> Vec<(Position, String)> {
    let (mut lines, mut scan) = (Vec::new(), journal.scan(from));
    while let Some((at, line)) = scan.next().unwrap() {
        lines.push((at, String::from_utf8(line.to_vec()).unwrap()));
    }
    lines
}

#[test]
fn lines_come_back_from_many_segments_by_their_places_and_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = made(folder.path(), 300);
    let (mut written, mut seq) = (Vec::new(), 1);
    for lengths in [&[0][..], &[10, 200, 3], &[5000], &[4000, 70_000, 1], &[2 << 20], &[7], &[], &[1, 1]] {
        let places = append(&mut writer, seq, lengths);
        written.extend((seq..).zip(lengths).zip(places).map(|((seq, length), at)| (at, line(seq, *length))));
        seq += lengths.len() as u64;
    }
    for journal in [writer.journal().clone(), open(folder.path(), 300)] {
        assert!(journal.segments().len() > 4 && journal.trouble().is_none());
        assert_eq!(scanned(&journal, journal.start()), written);
        for (number, (at, line)) in written.iter().enumerate() {
            assert_eq!(journal.line_at(*at).unwrap().as_deref(), Some(line.as_bytes()), "{at:?}");
            assert_eq!(scanned(&journal, *at), written[number..]);
            let (path, number) = journal.place(*at).unwrap();
            let text = std::fs::read_to_string(path).unwrap();
            assert_eq!(text.lines().nth(usize::try_from(number).unwrap() - 1), Some(line.as_str()));
        }
        assert_eq!(journal.line_at(journal.end()).unwrap(), None);
        assert_eq!(journal.line_at(Position::new(99, 0)).unwrap(), None);
        assert_eq!(scanned(&journal, journal.end()), []);
        let seqs: Vec<u64> = journal.segments().iter().map(|segment| segment.first_seq).collect();
        assert!(seqs.is_sorted_by(|a, b| a < b), "{seqs:?}");
    }
}

#[test]
fn it_is_stale_as_soon_as_another_appends_and_a_clone_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = made(folder.path(), 200);
    let mut reader = open(folder.path(), 200);
    for seq in 1..20 {
        let before = reader.clone();
        assert!(!reader.is_stale().unwrap() && !reader.refresh().unwrap());
        let places = append(&mut writer, seq, &[50]);
        assert!(reader.is_stale().unwrap() && !writer.journal().is_stale().unwrap(), "{seq}");
        assert!(reader.refresh().unwrap() && reader.continues(&before));
        assert_eq!(scanned(&reader, before.end()), [(places[0], line(seq, 50))]);
        assert_eq!(reader.end(), writer.journal().end());
        assert_eq!(scanned(&before, before.start()).len() as u64, seq - 1);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_lock_that_somebody_removed_is_made_again_and_noted_in() {
    for segment in [1, 1 << 20] {
        let folder = tempfile::tempdir().unwrap();
        let mut writers = [made(folder.path(), segment), Writer::new(open(folder.path(), segment))];
        let mut reader = open(folder.path(), segment);
        for seq in 1..10 {
            std::fs::remove_file(folder.path().join(LOCK)).unwrap();
            append(&mut writers[usize::from(seq % 3 == 0)], seq, &[50]);
            assert!(open(folder.path(), segment).noted, "what is not durable yet would be shown");
            reader.refresh().unwrap();
            assert_eq!(scanned(&reader, reader.start()).len() as u64, seq);
        }
    }
}

#[test]
fn a_line_without_newline_is_given_once_and_what_follows_on_its_line_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = made(folder.path(), 1 << 20);
    append(&mut writer, 1, &[50, 50]);
    let path = writer.journal().path();
    let whole = std::fs::read(&path).unwrap();
    std::fs::write(&path, &whole[..whole.len() - 1]).unwrap();
    std::fs::write(folder.path().join(LOCK), "").unwrap();
    let mut writer = Writer::new(open(folder.path(), 1 << 20));
    let before = writer.journal().clone();
    assert_eq!(scanned(&before, before.start()).len(), 2);
    assert_eq!(scanned(&before, before.end()), []);
    let places = append(&mut writer, 3, &[50]);
    assert_eq!(scanned(writer.journal(), before.end()), [(places[0], line(3, 50))]);
    let glued = [&whole[..whole.len() - 1], line(3, 50).as_bytes(), b"\n"].concat();
    std::fs::write(&path, glued).unwrap();
    let journal = open(folder.path(), 1 << 20);
    let lines = scanned(&journal, before.end());
    assert!(lines.len() == 1 && !is_sealed(lines[0].1.as_bytes()), "{lines:?}");
}

/// Writes a segment by hand, with a line for each `seq`.
fn segment(folder: &Path, number: u32, replaces: Option<u32>, seqs: &[u64]) {
    let header = Header {
        store: "5f".repeat(16),
        segment: number,
        replaces,
        first_seq: seqs.first().copied().unwrap_or(1),
    };
    let lines = seqs.iter().map(|seq| line(*seq, 5));
    let text: Vec<String> = std::iter::once(header.to_text()).chain(lines).collect();
    std::fs::write(folder.join(name(number)), format!("{}\n", text.join("\n"))).unwrap();
}

fn numbers(journal: &Journal) -> Vec<u32> {
    journal.segments().iter().map(|segment| segment.number).collect()
}

#[test]
fn a_segment_that_stands_for_others_counts_in_their_place() {
    let folder = tempfile::tempdir().unwrap();
    for number in 1..=4 {
        segment(folder.path(), number, None, &[u64::from(number) * 10, u64::from(number) * 10 + 1]);
    }
    let before = open(folder.path(), 300);
    assert_eq!(numbers(&before), [1, 2, 3, 4]);
    segment(folder.path(), 3, Some(2), &[20, 31]);
    let journal = open(folder.path(), 300);
    assert_eq!((numbers(&journal), journal.trouble()), (vec![1, 3, 4], None));
    assert!(!journal.continues(&before));
    let found = look(&OsDisk, folder.path()).unwrap().unwrap();
    assert_eq!(found.replaced, [folder.path().join(name(2))]);
    let lines = scanned(&journal, journal.start());
    let place = |seq: u64| lines.iter().find(|(_, text)| *text == line(seq, 5)).unwrap().0;
    assert!(journal.follows(place(11), 10, 11) && !journal.follows(place(11), 9, 11));
    assert!(journal.follows(place(20), 11, 20) && journal.follows(place(31), 20, 31));
    assert!(!journal.follows(place(31), 31, 31));
    assert!(journal.follows(place(40), 31, 40) && !journal.follows(place(40), 31, 39));
    segment(folder.path(), 4, Some(1), &[10]);
    assert_eq!(numbers(&open(folder.path(), 300)), [4]);
    std::fs::write(folder.path().join(name(1)), "").unwrap();
    let journal = open(folder.path(), 300);
    assert_eq!((numbers(&journal), journal.trouble()), (vec![4], None), "what is replaced may be damaged");
}

#[test]
fn a_replaced_segment_stays_readable_and_is_noticed_with_the_next_note() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = made(folder.path(), 1);
    append(&mut writer, 1, &[50]);
    append(&mut writer, 2, &[50]);
    let mut reader = open(folder.path(), 1);
    let places: Vec<Position> = scanned(&reader, reader.start()).into_iter().map(|(at, _)| at).collect();
    let header = Header { store: reader.store_id().to_owned(), segment: 1, replaces: Some(1), first_seq: 1 };
    std::fs::write(folder.path().join(unfinished(1)), format!("{}\n{}\n", header.to_text(), line(1, 9)))
        .unwrap();
    let lock = writer.lock().unwrap();
    writer.settle().unwrap();
    writer.replace(1, &folder.path().join("journal-000001.new")).unwrap();
    drop(lock);
    assert_eq!(reader.line_at(places[0]).unwrap().unwrap(), line(1, 50).into_bytes());
    let before = reader.clone();
    assert!(reader.refresh().unwrap() && !reader.continues(&before));
    assert_eq!(scanned(&reader, reader.start())[0].1, line(1, 9));
    append(&mut writer, 3, &[50]);
    assert_eq!(scanned(writer.journal(), writer.journal().start()).len(), 3);
}

#[test]
fn a_segment_that_expects_another_seq_takes_no_line() {
    let folder = tempfile::tempdir().unwrap();
    segment(folder.path(), 1, None, &[1, 2]);
    let header = Header { store: "5f".repeat(16), segment: 2, replaces: None, first_seq: 9 };
    std::fs::write(folder.path().join(name(2)), format!("{}\n", header.to_text())).unwrap();
    let mut writer = Writer::new(open(folder.path(), 300));
    let _lock = writer.lock().unwrap();
    writer.settle().unwrap();
    let error = writer.begin(3).err().unwrap().to_string();
    assert!(error.contains("journal-000002.jsonl: its first seq is 9, 3 should follow;"), "{error}");
}

/// A disk without locks.
struct Lockless;

impl Disk for Lockless {
    fn open(&self, path: &Path, access: Access) -> io::Result<Box<dyn DiskFile>> {
        OsDisk.open(path, access)
    }
    fn list(&self, folder: &Path) -> io::Result<Vec<std::ffi::OsString>> {
        OsDisk.list(folder)
    }
    fn create_folder(&self, folder: &Path) -> io::Result<()> {
        OsDisk.create_folder(folder)
    }
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        OsDisk.rename(from, to)
    }
    fn remove(&self, path: &Path) -> io::Result<()> {
        OsDisk.remove(path)
    }
    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        OsDisk.sync_folder(folder)
    }
    fn try_lock(&self, _: &Path) -> io::Result<Option<crate::store::disk::Lock>> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

#[test]
fn where_nothing_can_be_written_it_is_known_before() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = made(folder.path(), 300);
    append(&mut writer, 1, &[50]);
    assert!(writer.journal().refusal().is_none());
    let journal = Journal::open(Arc::new(Lockless), folder.path(), Options::default()).unwrap();
    assert_eq!(scanned(&journal, journal.start()).len(), 1);
    let refusal = journal.refusal().unwrap().to_string();
    assert!(refusal.contains("can only be read here: its file system has no locks"), "{refusal}");
}
