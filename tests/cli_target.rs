//! The real binary on both kinds of local store: a folder and a document.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use profile_desk::cli::{Failure, Status};
use profile_desk::model::json::Json;
use profile_desk::model::profile::CustomerId;
use profile_desk::model::request::Request;
use profile_desk::store::disk::{Access, Disk, DiskFile, Lock, OsDisk};
use profile_desk::target::{LocalStore, Stamp, Target};
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;

fn run(args: &[&str], store: &Path) -> Output {
    let binary = env!("CARGO_BIN_EXE_profile-desk");
    Command::new(binary).args(args).arg("--store").arg(store).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The samples in a store of this name.
fn with_samples(name: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join(name);
    let output = run(&["import", "assets/samples/store.json"], &store);
    assert!(output.status.success(), "{}", text(&output.stderr));
    (folder, store)
}

fn out(args: &[&str], store: &Path) -> String {
    let output = run(args, store);
    assert!(output.status.success(), "{args:?}: {}", text(&output.stderr));
    text(&output.stdout)
}

#[test]
fn every_command_says_the_same_of_a_folder_and_of_a_document() {
    let (_one, folder) = with_samples("store");
    let (_two, document) = with_samples("store.json");
    assert!(document.is_file() && folder.is_dir());
    let commands: [&[&str]; 9] = [
        &["insert", "assets/samples/insert-phone.json", "--dry-run"],
        &["insert", "assets/samples/insert-phone.json"],
        &["show", "0004Va58A92T0017"],
        &["find", "--text", "951 357"],
        &["find", "number=951357456"],
        &["export"],
        &["export", "--format", "json"],
        &["schema", "list"],
        &["schema", "show", "phone"],
    ];
    for args in commands {
        assert_eq!(out(args, &folder), out(args, &document), "{args:?}");
    }
    let again = run(&["import", "assets/samples/store.json"], &document);
    assert!(text(&again.stderr).contains("0 changed + 15 same"), "{}", text(&again.stderr));
    for store in [&folder, &document] {
        let unknown = run(&["show", "nobody"], store);
        assert_eq!(unknown.status.code(), Some(1));
        assert!(run(&["schema", "delete", "Phone"], store).status.success());
        assert!(!out(&["export"], store).contains("951357456"));
        assert!(text(&run(&["check"], store).stderr).ends_with("is whole.\n"));
    }
    assert_eq!(run(&["show", "A"], &document.with_file_name("none.json")).status.code(), Some(3));
}

#[test]
fn find_by_attribute_takes_core_attributes_and_those_of_any_record() {
    let (_folder, store) = with_samples("store");
    assert!(run(&["insert", "assets/samples/insert-phone.json"], &store).status.success());
    let count = |args: &[&str]| out(&[&["find"], args].concat(), &store).lines().count();
    assert_eq!(count(&["CUSTOMER_ID=0004Va58A92T0017"]), 1);
    assert_eq!(count(&["number=951357456"]), 1);
    assert_eq!(count(&["NUMBER=951357456", "customer_id=0004Va58A92T0017"]), 1);
    assert_eq!(count(&["number=951357456", "customer_id=nobody"]), 0);
    assert_eq!(count(&["number=95135745"]), 0, "the whole value is compared");
    assert_eq!(count(&["phone.NUMBER=951357456"]), 1);
    assert_eq!(count(&["Orders.number=951357456"]), 0, "of that extension alone");
    assert_eq!(count(&["total=10.10"]), 1);
    assert_eq!(count(&["nothing=at=all"]), 0);
    for wrong in [&["find"][..], &["find", "number"], &["find", "=1"], &["find", "a=b", "--text", "c"]] {
        assert_eq!(run(wrong, &store).status.code(), Some(2), "{wrong:?}");
    }
}

#[test]
fn check_judges_what_was_written_by_hand() {
    let (_folder, store) = with_samples("store.json");
    let whole = std::fs::read_to_string(&store).unwrap();
    std::fs::write(&store, whole.replacen("\"PhoneType\":", "\"PhoneType\":\"x\",\"was\":", 1)).unwrap();
    let output = run(&["check"], &store);
    assert_eq!(output.status.code(), Some(1));
    let message = text(&output.stderr);
    assert!(message.contains("Phone 1 PhoneType: this is text"), "{message}");
    std::fs::write(&store, whole.replacen('{', "{,", 1)).unwrap();
    for args in [&["check"][..], &["export"], &["insert", "assets/samples/insert-phone.json"]] {
        let output = run(args, &store);
        assert_eq!(output.status.code(), Some(3), "{args:?}");
        assert!(text(&output.stderr).contains("store.json:1:2: "), "{}", text(&output.stderr));
    }
}

/// A disk that can be read and not written, for whoever asks.
struct ReadOnly;

fn denied<T>() -> io::Result<T> {
    Err(io::ErrorKind::PermissionDenied.into())
}

impl Disk for ReadOnly {
    fn open(&self, path: &Path, access: Access) -> io::Result<Box<dyn DiskFile>> {
        if access == Access::Read { OsDisk.open(path, access) } else { denied() }
    }
    fn list(&self, folder: &Path) -> io::Result<Vec<OsString>> {
        OsDisk.list(folder)
    }
    fn create_folder(&self, _: &Path) -> io::Result<()> {
        denied()
    }
    fn rename(&self, _: &Path, _: &Path) -> io::Result<()> {
        denied()
    }
    fn remove(&self, _: &Path) -> io::Result<()> {
        denied()
    }
    fn sync_folder(&self, _: &Path) -> io::Result<()> {
        denied()
    }
    fn try_lock(&self, _: &Path) -> io::Result<Option<Lock>> {
        denied()
    }
}

#[test]
fn a_store_that_cannot_be_written_is_read_and_changes_end_with_status_3() {
    let (_folder, folder) = with_samples("store");
    let journal = folder.join("journal-000001.jsonl");
    let before = std::fs::read(&journal).unwrap();
    let store = LocalStore::open_on(Arc::new(ReadOnly), &folder).unwrap();
    assert!(store.load(&CustomerId::new("0004Va58A92T0017").unwrap()).unwrap().is_some());
    let request = Request::CreateProfile(Json::parse(r#"{"customer_id":"A"}"#).unwrap());
    let stamp = Stamp { by: "tester".into(), at: "2026-11-24T09:30:00.000Z".into() };
    let failure = Failure::from(store.send(&[request], None, &stamp).unwrap_err());
    assert_eq!(failure.status, Status::NotReached);
    assert!(failure.sentence.ends_with("nothing was changed"), "{failure}");
    assert_eq!(std::fs::read(&journal).unwrap(), before);
}

/// Modes do not bind root; then the disk above stands for them.
#[cfg(unix)]
#[test]
fn a_read_only_folder_is_said_by_the_real_binary() {
    use std::os::unix::fs::PermissionsExt;
    for name in ["store", "store.json"] {
        let (outer, store) = with_samples(name);
        let locked = if store.is_dir() { store.clone() } else { outer.path().to_owned() };
        let content = if store.is_dir() { store.join("journal-000001.jsonl") } else { store.clone() };
        let before = std::fs::read(&content).unwrap();
        let mode = |mode| std::fs::Permissions::from_mode(mode);
        for file in locked.read_dir().unwrap() {
            std::fs::set_permissions(file.unwrap().path(), mode(0o400)).unwrap();
        }
        std::fs::set_permissions(&locked, mode(0o500)).unwrap();
        let binds = std::fs::write(locked.join("probe"), "").is_err();
        if binds {
            let output = run(&["insert", "assets/samples/insert-phone.json"], &store);
            assert_eq!(output.status.code(), Some(3), "{}", text(&output.stderr));
            assert!(text(&output.stderr).contains("nothing was changed"), "{}", text(&output.stderr));
            assert_eq!(std::fs::read(&content).unwrap(), before);
            assert!(!out(&["show", "0004Va58A92T0017"], &store).is_empty());
        } else {
            eprintln!("modes do not bind this user: the real binary was not tried on a read-only {name}");
        }
        std::fs::set_permissions(&locked, mode(0o700)).unwrap();
    }
}
