//! The whole window over a real store in a temporary folder, driven by accessible names without a display.
//! The worker is the real one, so outcomes come from threads: [`Desk::wait`] draws until they are there.
#![allow(dead_code, reason = "each test file uses a part of it")]

use eframe::egui::{self, Key, Modifiers, Role};
use egui_kittest::kittest::NodeT;
use egui_kittest::{Harness, Node};
use profile_desk::app::connections::Change;
use profile_desk::app::jobs::{DraftKey, KeptDraft, Restored};
use profile_desk::app::settings::Settings;
use profile_desk::app::state::TargetState;
use profile_desk::app::worker::Keeper;
use profile_desk::cli::window::{Start, shell};
use profile_desk::model::json::Json;
use profile_desk::model::labels::Labels;
use profile_desk::model::profile::{CustomerId, Profile};
use profile_desk::model::request::Request;
use profile_desk::target::{self, Address, Connection, Stamp, Target};
use profile_desk::transfer::read::{Content, read};
use profile_desk::ui::shell::Shell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

pub const BRUCE: &str = "0004Va58A92T0017";
pub const ZELIE: &str = "0004Va58A92T00F0";
pub const EMPTY: &str = "0004Va58A92T0177";
pub const ZANETA: &str = "0004Va58A92T00B2";

/// Drafts, labels and connections that outlive a window.
#[derive(Clone, Default)]
pub struct Kept(
    pub Arc<Mutex<BTreeMap<DraftKey, KeptDraft>>>,
    pub Arc<Mutex<BTreeMap<String, Labels>>>,
    pub Arc<Mutex<Vec<Connection>>>,
);

impl Keeper for Kept {
    fn restore(&mut self) -> Restored {
        let drafts = self.0.lock().unwrap().values().cloned().collect();
        let (labels, connections) = (self.1.lock().unwrap().clone(), self.2.lock().unwrap().clone());
        Restored { drafts, labels, connections, ..Restored::default() }
    }
    fn whole(&mut self, key: &DraftKey, base: &Json, edits: &Json, at: &str) -> Result<(), String> {
        let kept = KeptDraft {
            key: key.clone(),
            customer: key.customer.clone(),
            at: at.to_owned(),
            base: base.clone(),
            edits: edits.clone(),
        };
        self.0.lock().unwrap().insert(key.clone(), kept);
        Ok(())
    }
    fn edits(&mut self, key: &DraftKey, edits: &Json, _: &str) -> Result<(), String> {
        self.0.lock().unwrap().get_mut(key).ok_or("edits of no draft")?.edits = edits.clone();
        Ok(())
    }
    fn done(&mut self, key: &DraftKey, _: &str) -> Result<(), String> {
        self.0.lock().unwrap().remove(key);
        Ok(())
    }
    fn sync(&mut self) -> Result<(), String> {
        Ok(())
    }
    fn settings(&mut self, _: &Settings) -> Result<(), String> {
        Ok(())
    }
    fn connections(&mut self, change: &Change) -> Result<(), String> {
        change.apply(&mut self.2.lock().unwrap());
        Ok(())
    }
    fn labels(&mut self, place: &str, labels: &Labels) -> Result<(), String> {
        self.1.lock().unwrap().insert(place.to_owned(), labels.clone());
        Ok(())
    }
}

/// A folder with the sample store in it.
pub fn sample() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let store = target::create(&folder.path().join("store")).unwrap();
    fill(store.as_ref(), include_str!("../../assets/samples/store.json"));
    folder
}

/// Creates what a document holds.
pub fn fill(store: &dyn Target, document: &str) {
    let requests: Vec<Request> = read(document)
        .unwrap()
        .into_iter()
        .map(|item| match item.content {
            Content::Schema(json) => Request::CreateSchema(json),
            Content::Profile(json) => Request::CreateProfile(json),
            _ => panic!("neither a schema nor a profile"),
        })
        .collect();
    send(store, &requests);
}

/// Somebody else sends requests.
pub fn send(store: &dyn Target, requests: &[Request]) {
    let stamp = Stamp { by: "somebody".into(), at: "2026-11-24T09:30:00.000Z".into() };
    for answer in store.send(requests, None, &stamp).unwrap() {
        answer.unwrap();
    }
}

/// Every file below a folder with its bytes; the lock aside, which readers may touch.
pub fn bytes(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(bytes(&path));
        } else {
            files.insert(path.clone(), std::fs::read(&path).unwrap());
        }
    }
    files
}

/// The window.
pub struct Desk {
    pub ui: Harness<'static, Shell>,
    pub folder: PathBuf,
    pub kept: Kept,
}

impl Desk {
    /// The window over `folder/store`, wide enough for the review beside the records.
    pub fn on(folder: &Path) -> Self {
        Self::sized(folder, Kept::default(), egui::vec2(1600.0, 900.0))
    }

    pub fn sized(folder: &Path, kept: Kept, size: egui::Vec2) -> Self {
        let store = Address::Store(folder.join("store"));
        let mut desk = Self::at(folder, store, kept, size);
        desk.settled();
        desk
    }

    /// Waits until the target is there, or is not.
    pub fn settled(&mut self) {
        self.wait("the target", |desk| !matches!(desk.app().target, TargetState::Opening(..)));
    }

    /// The window over any target; it may still be on its way.
    pub fn at(folder: &Path, target: Address, kept: Kept, size: egui::Vec2) -> Self {
        let (own, sample) = (folder.join("store"), folder.join("sample"));
        let keeper = Box::new(kept.clone());
        let start = Start { target, own, sample, password: None, first: None, keeper };
        let builder = Harness::builder().with_size(size).allow_missing_glyphs().with_max_steps(20);
        let ui = builder.build_eframe(|cc| shell(&cc.egui_ctx, start, "agent7".into()).unwrap());
        Self { ui, folder: folder.to_owned(), kept }
    }

    /// The sample store with this customer open.
    pub fn with(folder: &Path, id: &str) -> Self {
        let mut desk = Self::on(folder);
        desk.open(id);
        desk
    }

    pub fn app(&self) -> &profile_desk::app::state::App {
        &self.ui.state().app
    }

    /// Draws until something holds; at most ten seconds.
    pub fn wait(&mut self, what: &str, holds: impl Fn(&Self) -> bool) {
        let end = Instant::now() + Duration::from_secs(10);
        loop {
            self.ui.step();
            if holds(self) {
                self.ui.run_steps(2);
                return;
            }
            let notice = self.app().notice.as_ref().map(|notice| notice.text.clone());
            assert!(
                Instant::now() < end,
                "waited for {what}; the window says {notice:?}; {:#?}",
                self.names()
            );
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// All accessible names on the screen.
    pub fn names(&self) -> Vec<String> {
        let nodes = self.ui.root().children_recursive();
        nodes
            .filter_map(|node| node.accesskit_node().label().or_else(|| node.accesskit_node().value()))
            .collect()
    }

    /// Whether a name or text on the screen contains this.
    pub fn says(&self, text: &str) -> bool {
        self.ui.root().children_recursive().any(|node| {
            let node = node.accesskit_node();
            [node.label(), node.value()].into_iter().flatten().any(|said| said.contains(text))
        })
    }

    /// Waits until a name or text on the screen contains this.
    pub fn sees(&mut self, text: &str) {
        self.wait(text, |desk| desk.says(text));
    }

    /// The only control of this name.
    pub fn get<'a>(&'a self, name: &'a str) -> Node<'a> {
        let found: Vec<_> = self.all(name).collect();
        assert_eq!(found.len(), 1, "{name} among {:#?}", self.names());
        found.into_iter().next().unwrap()
    }

    pub fn has(&self, name: &str) -> bool {
        self.all(name).next().is_some()
    }

    fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = Node<'a>> {
        self.ui.root().children_recursive().filter(move |node| {
            let node = node.accesskit_node();
            // A button's text is a node of its own in some widgets.
            node.role() != Role::Label && node.label().as_deref() == Some(name)
        })
    }

    pub fn click(&mut self, name: &str) {
        self.get(name).click();
        self.ui.run_ok();
    }

    /// Shows the extension's records as table or form.
    pub fn show(&mut self, view: &str) {
        self.click(view);
        self.ui.run_steps(2);
        let list =
            self.ui.root().children_recursive().any(|node| node.accesskit_node().role() == Role::ListBox);
        assert_eq!(list, view == "Form", "{view} is not shown");
    }

    pub fn click_if(&mut self, name: &str, is: bool) {
        if is {
            self.click(name);
        }
    }

    /// Clicks the first of several of this name.
    pub fn click_first(&mut self, name: &str) {
        self.all(name).next().unwrap_or_else(|| panic!("{name}")).click();
        self.ui.run_ok();
    }

    pub fn focus(&mut self, name: &str) {
        self.get(name).focus();
        self.ui.run_ok();
    }

    /// Types where the keyboard is, letter by letter.
    pub fn type_text(&mut self, text: &str) {
        for letter in text.chars() {
            self.ui.event(egui::Event::Text(letter.to_string()));
        }
        self.ui.run_ok();
    }

    pub fn press(&mut self, key: Key) {
        self.ui.key_press(key);
        self.ui.run_ok();
    }

    pub fn press_with(&mut self, modifiers: Modifiers, key: Key) {
        self.ui.key_press_modifiers(modifiers, key);
        self.ui.run_ok();
    }

    pub fn undo(&mut self) {
        self.press_with(Modifiers::COMMAND, Key::Z);
    }

    pub fn redo(&mut self) {
        self.press_with(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    }

    /// Replaces the text of a table cell.
    pub fn set_cell(&mut self, name: &str, text: &str) {
        self.focus(name);
        self.type_text(text);
        self.press(Key::Enter);
    }

    /// Replaces the text of a field.
    pub fn set_field(&mut self, name: &str, text: &str) {
        self.focus(name);
        self.press_with(Modifiers::COMMAND, Key::A);
        if text.is_empty() {
            self.press(Key::Backspace);
        }
        self.type_text(text);
    }

    /// What a control shows.
    pub fn value(&self, name: &str) -> String {
        self.get(name).accesskit_node().value().unwrap_or_default()
    }

    /// What is said of a control beside its name: what is wrong with it.
    pub fn about(&self, name: &str) -> String {
        self.get(name).accesskit_node().data().description().unwrap_or_default().to_owned()
    }

    /// The name of what has the keyboard.
    pub fn focused(&self) -> Option<String> {
        let node = self.ui.root().children_recursive().find(Node::is_focused)?;
        node.accesskit_node().label()
    }

    /// Types into the one box and presses Enter.
    pub fn find(&mut self, text: &str) {
        self.press_with(Modifiers::COMMAND, Key::K);
        self.press_with(Modifiers::COMMAND, Key::A);
        self.type_text(text);
        self.press(Key::Enter);
    }

    /// Opens a customer by ID.
    pub fn open(&mut self, id: &str) {
        self.find(id);
        let id = id.to_owned();
        self.wait(&id, |desk| desk.app().open.as_ref().is_some_and(|open| open.draft.id().as_str() == id));
    }

    pub fn submit(&mut self) {
        self.press_with(Modifiers::COMMAND, Key::Enter);
    }

    /// Submits, and waits for the message about it.
    pub fn submitted(&mut self, says: &str) {
        self.submit();
        self.wait(says, |desk| {
            desk.app().notice.as_ref().is_some_and(|notice| notice.text.contains(says))
                && !desk.app().is_sending()
        });
    }

    /// The store as somebody else sees it.
    pub fn store(&self) -> Box<dyn Target> {
        target::open(&self.folder.join("store")).unwrap()
    }

    /// A customer as it is on disk.
    pub fn stored(&self, id: &str) -> Option<Profile> {
        self.store().load(&CustomerId::new(id).unwrap()).unwrap().map(|loaded| loaded.profile)
    }

    /// The records of an extension on disk, as text.
    pub fn records(&self, id: &str, extension: &str) -> Vec<String> {
        let profile = self.stored(id).unwrap();
        profile.records(extension).iter().map(|record| record.json().to_string()).collect()
    }

    /// A core attribute on disk, as text.
    pub fn core(&self, id: &str, name: &str) -> Option<String> {
        self.stored(id).unwrap().core(name).map(ToString::to_string)
    }
}
