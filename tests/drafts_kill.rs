//! A window that is killed while somebody types: every edit that was kept is there when the next one starts.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use profile_desk::model::json::Json;
use profile_desk::store::drafts::{DraftKey, Drafts, Opened};
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const KILLS: u32 = 50;
const CUSTOMERS: u64 = 3;
/// Where the child process finds the folder; without it that test has nothing to do.
const FOLDER: &str = "PROFILE_DESK_TEST_DRAFTS";

fn key(number: u64) -> DraftKey {
    DraftKey { target: "store".into(), customer: format!("C{}", number % CUSTOMERS) }
}

fn number(edits: &Json) -> u64 {
    edits.view().get("n").unwrap().as_str().parse().unwrap()
}

/// The highest number that was typed for each customer.
fn highest(opened: &Opened) -> Vec<u64> {
    let of = |customer: u64| {
        let drafts = opened.kept.iter().filter(|kept| kept.key == key(customer));
        drafts.map(|kept| number(&kept.edits)).max().unwrap_or(0)
    };
    (0..CUSTOMERS).map(of).collect()
}

/// Not a test by itself: the process that is killed. It types numbers, and says each one that was kept.
#[test]
fn the_window_that_is_killed() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let (mut drafts, opened) = Drafts::open(Path::new(&folder)).unwrap();
    let padding = "x".repeat(30_000);
    for number in highest(&opened).into_iter().max().unwrap() + 1.. {
        let at = format!("{number:020}");
        let edits = Json::parse(&format!("{{\"n\":{number},\"typed\":\"{padding}\"}}")).unwrap();
        drafts.begin(&key(number), &Json::null(), &at).unwrap();
        drafts.edits(&key(number), &edits, &at).unwrap();
        println!("kept {number}");
        std::io::stdout().flush().unwrap();
    }
}

/// Starts the window, kills it after `wait`, and returns the numbers that it had kept.
fn killed(folder: &Path, wait: Duration) -> Vec<u64> {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["the_window_that_is_killed", "--exact", "--nocapture"]).env(FOLDER, folder);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut output = child.stdout.take().unwrap();
    let reader = std::thread::spawn(move || {
        let mut text = String::new();
        output.read_to_string(&mut text).map(|_| text)
    });
    std::thread::sleep(wait);
    child.kill().unwrap();
    child.wait().unwrap();
    let text = reader.join().unwrap().unwrap();
    let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
    whole.lines().filter_map(|line| line.split_once("kept ")?.1.parse().ok()).collect()
}

#[test]
fn what_was_kept_survives_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let seed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros();
    println!("seed {seed}");
    let mut random = u64::try_from(seed).unwrap() | 1;
    let mut kept = vec![0; usize::try_from(CUSTOMERS).unwrap()];
    let mut total = 0;
    for kill in 0..KILLS {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let numbers = killed(folder.path(), Duration::from_micros(random % 60_000));
        total += numbers.len();
        for number in numbers {
            let place = usize::try_from(number % CUSTOMERS).unwrap();
            kept[place] = number.max(kept[place]);
        }
        // Every other time a window takes the drafts over, else the next one that will be killed does.
        if kill % 2 == 1 {
            let (_, opened) = Drafts::open(folder.path()).unwrap();
            let found = highest(&opened);
            assert!(found.iter().zip(&kept).all(|(found, kept)| found >= kept), "{found:?} of {kept:?}");
            assert_eq!(opened.kept.len(), found.iter().filter(|found| **found > 0).count());
            assert!(opened.notes.iter().all(|note| note.contains("was not finished")), "{:?}", opened.notes);
        }
    }
    println!("{KILLS} kills, {total} edits kept, none lost");
    assert!(total > 50, "only {total} edits were kept before the kills");
}
