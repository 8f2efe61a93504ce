//! `inbox.jsonl`: requests that people put into a store's folder by hand. The next writer carries them out, before its own, and moves
//! the file to `aside/` with the reasons for what was refused.
//!
//! Never twice: before anything is written the file gets the name `inbox-<seq>.taking`, by the `seq` that its first line will have. A
//! writer that finds such a file compares its lines with the journal from that `seq` on, and so knows which were carried out before
//! somebody was interrupted.

use super::StoreError;
use super::aside::Aside;
use super::disk::{Access, Disk};
use super::journal::{Journal, is_absent};
use super::line::Line;
use super::position::Position;
use crate::model::json::{Json, NameToken, View, quoted, text_of};
use crate::model::profile::CUSTOMER_ID;
use crate::model::request::Request;
use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The file's name.
const INBOX: &str = "inbox.jsonl";
/// Who is said to have sent what stood there.
pub const BY: &str = "inbox";
/// A longer file is for an import. In bytes.
const MOST: u64 = 64 << 20;
/// A last line without its newline may still be written by somebody whose last change is not so long ago.
const STILL: Duration = Duration::from_secs(1);
/// Why a line of a file that was interrupted did not count.
const NOT_KEPT: &str = "it was refused when the others were carried out; why was not kept";

/// A file that is being taken; nothing where none waits.
#[derive(Debug, Default)]
pub struct Inbox {
    taking: Option<PathBuf>,
    entries: Vec<Entry>,
}

/// A line of it.
#[derive(Debug)]
struct Entry {
    /// From 1; 0 for the file as a whole.
    line: u64,
    text: String,
    request: Option<Request>,
    /// What became of it; nothing yet where it is still to be judged.
    outcome: Option<Result<(), String>>,
}

impl Inbox {
    /// Takes what waits in a store's folder. The caller holds the lock and has read all lines; `next` is the `seq` of the next
    /// one, and `since` gives the requests from a `seq` on.
    pub fn take(
        disk: &dyn Disk,
        folder: &Path,
        next: u64,
        since: impl FnOnce(u64) -> io::Result<Vec<Request>>,
    ) -> io::Result<Self> {
        let names = disk.list(folder)?;
        let mut begun = names.iter().filter_map(|name| seq_of(name.to_str()?));
        let (seq, taking) = match begun.next() {
            Some(seq) => (seq, folder.join(taking(seq))),
            None if names.iter().any(|name| name == INBOX) && is_ended(disk, &folder.join(INBOX))? => {
                let taking = folder.join(taking(next));
                disk.rename(&folder.join(INBOX), &taking)?;
                disk.sync_folder(folder)?;
                (next, taking)
            }
            None => return Ok(Self::default()),
        };
        let mut entries = read(disk, &taking)?;
        if seq < next {
            settle(&mut entries, &since(seq)?);
        }
        Ok(Self { taking: Some(taking), entries })
    }

    /// The requests that are to be judged, in order.
    pub fn requests(&self) -> impl Iterator<Item = &Request> {
        self.entries.iter().filter(|entry| entry.outcome.is_none()).filter_map(|entry| entry.request.as_ref())
    }

    /// What was accepted of them is durable; the file goes to `aside/`, with the reasons for the rest beside it.
    pub fn finish(
        mut self,
        disk: &dyn Disk,
        folder: &Path,
        answers: Vec<Result<(), String>>,
    ) -> io::Result<()> {
        let Some(taking) = self.taking else { return Ok(()) };
        let open = self.entries.iter_mut().filter(|entry| entry.outcome.is_none());
        open.zip(answers).for_each(|(entry, answer)| entry.outcome = Some(answer));
        let mut aside = Aside::new(disk, folder);
        let to = aside.free("inbox", "jsonl")?;
        let refused: Vec<String> = self.entries.iter().filter_map(Entry::refused).collect();
        if !refused.is_empty() {
            let mut file = disk.open(&to.with_extension("refused.jsonl"), Access::Make)?;
            file.truncate(0)?;
            file.write_at(0, (refused.join("\n") + "\n").as_bytes())?;
            file.sync_data()?;
        }
        aside.take_as(&taking, &to)
    }
}

impl Entry {
    fn new(line: u64, text: &str) -> Self {
        match request(text) {
            Ok(request) => Self { line, text: text.into(), request: Some(request), outcome: None },
            Err(reason) => Self { line, text: text.into(), request: None, outcome: Some(Err(reason)) },
        }
    }

    /// A line that can be mended and put into an inbox again, with the reason for its refusal.
    fn refused(&self) -> Option<String> {
        let reason = self.outcome.as_ref()?.as_ref().err()?;
        let (line, reason) = (Json::parse(&self.line.to_string()).ok()?, Json::string(reason));
        let ours = [("\"line\"", line.view()), ("\"reason\"", reason.view())];
        let (json, text) = (Json::parse(&self.text), Json::string(&self.text));
        let theirs: Vec<(&str, View<'_>)> = match &json {
            Ok(json) => {
                json.view().members().filter(is_theirs).map(|(name, value)| (name.as_str(), value)).collect()
            }
            Err(_) => vec![("\"text\"", text.view())],
        };
        Some(Json::object(ours.into_iter().chain(theirs)).to_string())
    }
}

/// What this program adds to a refused line is left out when the line comes back.
fn is_theirs((name, _): &(NameToken<'_>, View<'_>)) -> bool {
    !["line", "reason", "text"].contains(&name.decoded().as_ref())
}

/// Refuses where a file is being taken: what was carried out of it must be found in the journal as it was written.
pub fn refuse_begun(disk: &dyn Disk, folder: &Path) -> Result<(), StoreError> {
    let failed = |source| StoreError::Disk { path: folder.to_owned(), source };
    let names = disk.list(folder).map_err(failed)?;
    match names.iter().find(|name| name.to_str().and_then(seq_of).is_some()) {
        None => Ok(()),
        Some(name) => {
            let source =
                io::Error::other("whoever took it was interrupted, and the next change goes on with it");
            Err(StoreError::Disk { path: folder.join(name), source })
        }
    }
}

fn taking(seq: u64) -> String {
    format!("inbox-{seq}.taking")
}

/// The `seq` in the name of a file that is being taken.
pub fn seq_of(name: &str) -> Option<u64> {
    name.strip_prefix("inbox-")?.strip_suffix(".taking")?.parse().ok()
}

/// Whether nobody is still writing the last line.
fn is_ended(disk: &dyn Disk, path: &Path) -> io::Result<bool> {
    let file = match disk.open(path, Access::Read) {
        Err(error) if is_absent(&error) => return Ok(false),
        file => file?,
    };
    let Some(last) = file.size()?.checked_sub(1) else { return Ok(false) };
    if file.read_at(last, 1)? == b"\n" { Ok(true) } else { Ok(disk.age(path)? >= STILL) }
}

fn read(disk: &dyn Disk, path: &Path) -> io::Result<Vec<Entry>> {
    let file = disk.open(path, Access::Read)?;
    let size = file.size()?;
    if size > MOST {
        let reason = Some(Err(format!("it has {size} bytes; import it instead")));
        return Ok(vec![Entry { line: 0, text: "{}".into(), request: None, outcome: reason }]);
    }
    let bytes = file.read_at(0, usize::try_from(size).unwrap_or(usize::MAX))?;
    let text = String::from_utf8_lossy(bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes));
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    Ok(lines.map(|(number, line)| Entry::new(number, line)).collect())
}

/// The request on a line: its method, path and body; what else stands there is nobody's business.
fn request(text: &str) -> Result<Request, String> {
    let json = text_of(text.as_bytes()).and_then(Json::parse).map_err(|error| error.to_string())?;
    let view = json.view();
    let member = |name: &str| {
        let text = view.get(name).and_then(View::text);
        text.ok_or_else(|| format!("it has no {}", quoted(name)))
    };
    match Request::from_parts(&member("method")?, &member("path")?, view.get("body").map(View::to_json))? {
        Request::Checkpoint(..) => Err("a checkpoint is written by the store alone".into()),
        request => Ok(request),
    }
}

/// Finds out what was carried out of a file that somebody began to take: these requests stand in the journal from there on, those of
/// others among them. The lines were judged in order, so each that was accepted stands there in order, and those between were
/// refused.
fn settle(entries: &mut [Entry], done: &[Request]) {
    let ours: HashSet<String> =
        entries.iter().filter_map(|entry| entry.request.as_ref()).map(likeness).collect();
    let mut done = done.iter().filter(|request| ours.contains(&likeness(request))).peekable();
    let mut behind = 0;
    for (at, entry) in entries.iter_mut().enumerate() {
        let is_next = |done: &&Request| entry.request.as_ref().is_some_and(|asked| is_same(asked, done));
        if done.next_if(is_next).is_some() {
            entry.outcome = Some(Ok(()));
            behind = at;
        }
    }
    for entry in entries.iter_mut().take(behind).filter(|entry| entry.outcome.is_none()) {
        entry.outcome = Some(Err(NOT_KEPT.into()));
    }
}

/// What two requests share that may be the same; a create may have got an ID.
fn likeness(request: &Request) -> String {
    let body = match request {
        Request::CreateProfile(_) => None,
        other => other.body(),
    };
    format!("{} {} {}", request.method().as_str(), request.path(), body.map_or("", Json::as_str))
}

/// Whether a request of the journal is the one that was asked for: a create without an ID got one.
fn is_same(asked: &Request, done: &Request) -> bool {
    match (asked, done) {
        (Request::CreateProfile(asked), Request::CreateProfile(done))
            if asked.view().get(CUSTOMER_ID).is_none() =>
        {
            let rest = done.view().members().skip(1).map(|(name, value)| (name.as_str(), value));
            *asked == Json::object(rest)
        }
        _ => asked == done,
    }
}

/// The requests of a journal from a `seq` on.
pub fn since(journal: &Journal, seq: u64) -> io::Result<Vec<Request>> {
    let begins = journal.segments().iter().rev().find(|segment| segment.first_seq <= seq);
    let from = begins.map_or_else(|| journal.start(), |segment| Position::new(segment.number, segment.start));
    let (mut scan, mut requests) = (journal.scan(from), Vec::new());
    while let Some((_, bytes)) = scan.next()? {
        requests.extend(Line::from_bytes(bytes).ok().filter(|line| line.seq >= seq).map(|line| line.request));
    }
    Ok(requests)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::disk::OsDisk;

    fn line(id: &str) -> String {
        format!(r#"{{"method":"DELETE","path":"/profiles/{id}"}}"#)
    }

    fn asked(id: &str) -> Request {
        request(&line(id)).unwrap()
    }

    fn taken(folder: &Path, next: u64, done: &[Request]) -> Inbox {
        Inbox::take(&OsDisk, folder, next, |_| Ok(done.to_vec())).unwrap()
    }

    fn waiting(inbox: &Inbox) -> Vec<String> {
        inbox.requests().map(|request| request.path().replace("/profiles/", "")).collect()
    }

    fn files(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = folder
            .read_dir()
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn each_line_is_asked_for_once_and_the_file_goes_aside_with_the_reasons() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        assert_eq!(waiting(&taken(folder, 7, &[])), [""; 0]);
        let bad = r#"{"method":"POST","path":"/profiles/C/extensions","body":{"a":1.10},"why":"x"}"#;
        let text = format!("{}\r\n\nno\n{bad}\n{}\n", line("A"), line("B"));
        std::fs::write(folder.join(INBOX), &text).unwrap();
        let inbox = taken(folder, 7, &[]);
        assert_eq!(files(folder), ["inbox-7.taking"]);
        assert_eq!(waiting(&inbox), ["A", "C/extensions", "B"]);
        inbox.finish(&OsDisk, folder, vec![Ok(()), Err("bad".into()), Ok(())]).unwrap();
        assert_eq!(files(&folder.join("aside")), ["inbox-1.jsonl", "inbox-1.refused.jsonl"]);
        assert_eq!(std::fs::read_to_string(folder.join("aside/inbox-1.jsonl")).unwrap(), text);
        let refused = std::fs::read_to_string(folder.join("aside/inbox-1.refused.jsonl")).unwrap();
        let (first, second) = refused.split_once('\n').unwrap();
        assert!(
            first.starts_with(r#"{"line":3,"reason":""#) && first.ends_with(r#""text":"no"}"#),
            "{first}"
        );
        assert_eq!(second, format!("{{\"line\":4,\"reason\":\"bad\",{}\n", &bad[1..]));
        // Mended it can be put there again.
        std::fs::write(folder.join(INBOX), second).unwrap();
        assert_eq!(waiting(&taken(folder, 9, &[])), ["C/extensions"]);
    }

    #[test]
    fn what_was_carried_out_before_an_interruption_is_known() {
        let create = |id: &str| {
            let body = format!(r#"{{"method":"POST","path":"/profiles","body":{{{id}"name":"x"}}}}"#);
            request(&body).unwrap()
        };
        let checkpoint =
            Request::from_parts("PUT", "/x/checkpoint/A", Some(Json::parse("{}").unwrap())).unwrap();
        let made = create(r#""customer_id":"5","#);
        let text = [
            line("A"),
            r#"{"method":"POST","path":"/profiles","body":{"name":"x"}}"#.into(),
            line("B"),
            line("A"),
        ];
        for (done, left, refused) in [
            (vec![], vec!["A", "", "B", "A"], 0),
            (vec![asked("A")], vec!["", "B", "A"], 0),
            (vec![asked("A"), checkpoint.clone(), made.clone()], vec!["B", "A"], 0),
            (vec![made.clone(), asked("B")], vec!["A"], 1),
            (vec![asked("A"), asked("X"), made.clone(), asked("A")], vec![], 1),
        ] {
            let folder = tempfile::tempdir().unwrap();
            std::fs::write(folder.path().join("inbox-7.taking"), text.join("\n")).unwrap();
            let next = 7 + done.len() as u64;
            let inbox = taken(folder.path(), next, &done);
            let left: Vec<String> = left
                .iter()
                .map(|id| if id.is_empty() { "/profiles".into() } else { (*id).to_owned() })
                .collect();
            assert_eq!(waiting(&inbox), left, "{done:?}");
            let kept =
                inbox.entries.iter().filter(|entry| entry.outcome == Some(Err(NOT_KEPT.into()))).count();
            assert_eq!(kept, refused, "{done:?}");
        }
    }

    #[test]
    fn a_line_that_somebody_still_writes_is_not_taken_half() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(INBOX);
        std::fs::write(&path, line("A")).unwrap();
        assert!(taken(folder.path(), 7, &[]).taking.is_none() && path.exists());
        let file = std::fs::File::options().write(true).open(&path).unwrap();
        file.set_modified(std::time::SystemTime::now() - 2 * STILL).unwrap();
        assert_eq!(waiting(&taken(folder.path(), 7, &[])), ["A"]);
    }

    #[test]
    fn a_checkpoint_and_a_file_without_end_are_refused() {
        assert!(request(r#"{"method":"PUT","path":"/x/checkpoint/A","body":{"customer_id":"A"}}"#).is_err());
        let folder = tempfile::tempdir().unwrap();
        std::fs::File::create(folder.path().join("inbox-1.taking")).unwrap().set_len(MOST + 1).unwrap();
        let inbox = taken(folder.path(), 1, &[]);
        inbox.finish(&OsDisk, folder.path(), Vec::new()).unwrap();
        let reason = std::fs::read_to_string(folder.path().join("aside/inbox-1.refused.jsonl")).unwrap();
        assert!(reason.contains("import it instead"), "{reason}");
    }
}
