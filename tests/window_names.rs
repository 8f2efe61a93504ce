//! What assistive technologies get: every control has a name on every screen, cells say where they are, and at every size
//! of the window everything can be reached.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

#[path = "support/window.rs"]
mod support;

use eframe::egui::{self, Key, Modifiers, Role};
use egui_kittest::kittest::NodeT;
use support::{BRUCE, Desk, Kept, ZELIE, sample};

const CONTROLS: [Role; 12] = [
    Role::Button,
    Role::TextInput,
    Role::MultilineTextInput,
    Role::CheckBox,
    Role::RadioButton,
    Role::Tab,
    Role::GridCell,
    Role::ListBoxOption,
    Role::MenuItem,
    Role::Link,
    Role::ComboBox,
    Role::Slider,
];

/// Every control has a name, and those of the window itself stand inside it.
fn look(desk: &mut Desk, screen: &str) {
    desk.ui.run_steps(3);
    let size = desk.ui.ctx.content_rect();
    let mut count = 0;
    for node in desk.ui.root().children_recursive() {
        let inner = node.accesskit_node();
        let clickable = inner.data().supports_action(egui::accesskit::Action::Click);
        // A scroll bar's role says all there is to say, and it is no stop for Tab.
        if inner.role() == Role::ScrollBar || (!CONTROLS.contains(&inner.role()) && !clickable) {
            continue;
        }
        let name = inner.label().unwrap_or_default();
        assert!(
            !name.trim().is_empty(),
            "{screen}: a {:?} without a name at {:?}",
            inner.role(),
            node.rect()
        );
        count += 1;
        if matches!(inner.role(), Role::Button | Role::RadioButton | Role::Tab) && !name.starts_with("More ")
        {
            let rect = node.rect();
            let across = rect.left() >= -0.5 && rect.right() <= size.right() + 0.5;
            assert!(across, "{screen}: {name} at {rect:?} is outside of the window");
        }
    }
    assert!(count > 0, "{screen} has no control");
}

#[test]
fn no_control_is_without_a_name_and_none_is_outside_at_any_size() {
    for (width, height) in [(1600.0, 900.0), (1440.0, 860.0), (1100.0, 700.0), (800.0, 600.0), (640.0, 420.0)]
    {
        let folder = sample();
        let mut desk = Desk::sized(folder.path(), Kept::default(), egui::vec2(width, height));
        let at = |screen: &str| format!("{width} x {height}, {screen}");
        look(&mut desk, &at("nobody"));
        desk.find("33");
        desk.wait("hits", |desk| desk.app().search.hits.is_some());
        look(&mut desk, &at("results"));
        desk.open(BRUCE);
        for tab in [
            "Profile",
            "Phone, 3 records",
            "Address, 1 record",
            "Consents, 2 records",
            "Notes, 0 records",
            "Orders, 2 records",
        ] {
            desk.click(tab);
            look(&mut desk, &at(tab));
            // At the least height the choice of views is below the edge; the command `>` has it then.
            if height > 500.0 && tab != "Profile" && !tab.starts_with("Address") {
                for view in ["Table", "Form"] {
                    desk.show(view);
                    look(&mut desk, &at(&format!("{tab} {view}")));
                }
            }
        }
        desk.press_with(Modifiers::COMMAND | Modifiers::SHIFT, Key::A);
        look(&mut desk, &at("a new record"));
        desk.submit();
        look(&mut desk, &at("findings"));
        if width < 1400.0 {
            desk.press(Key::F8);
        }
        look(&mut desk, &at("review"));
        desk.click("Show the requests");
        look(&mut desk, &at("requests"));
        for (key, modifiers) in [(Key::F1, Modifiers::NONE), (Key::N, Modifiers::COMMAND)] {
            desk.press_with(modifiers, key);
            look(&mut desk, &at(&format!("dialog {key:?}")));
            desk.press(Key::Escape);
        }
        desk.press_with(Modifiers::COMMAND, Key::K);
        desk.press_with(Modifiers::COMMAND, Key::A);
        desk.type_text(">");
        look(&mut desk, &at("commands"));
        desk.press_with(Modifiers::COMMAND, Key::H);
        let looked = |desk: &Desk| desk.app().history.as_ref().is_some_and(|past| past.look().is_some());
        desk.wait("the history", looked);
        for part in ["What it changed", "The profile then", "The request"] {
            desk.click(part);
            look(&mut desk, &at(part));
        }
    }
}

#[test]
fn dialogs_have_names_and_esc_leaves_them() {
    let folder = sample();
    let mut desk = Desk::with(folder.path(), ZELIE);
    desk.click("Profile");
    for button in
        ["New customer", "Import…", "Delete customer", "Add attribute", "Target: Local store · store", "Keys"]
    {
        desk.click(button);
        look(&mut desk, button);
        assert!(desk.ui.state().view.dialog.is_some(), "{button} opens a dialog");
        desk.press(Key::Escape);
        desk.ui.run_steps(2);
        assert!(desk.ui.state().view.dialog.is_none(), "Esc leaves {button}");
    }
}

#[test]
fn the_first_start_and_a_store_that_cannot_be_opened_have_names_too() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = Desk::on(folder.path());
    look(&mut desk, "first start");
    std::fs::create_dir(folder.path().join("store")).unwrap();
    std::fs::write(folder.path().join("store/journal-000001.jsonl"), "no journal\n").unwrap();
    let mut desk = Desk::on(folder.path());
    assert!(
        desk.says("The store cannot be opened") || desk.says("journal-000001.jsonl"),
        "{:#?}",
        desk.names()
    );
    look(&mut desk, "a store that cannot be opened");
}

#[test]
fn cells_say_their_row_and_column_and_the_table_its_counts() {
    let folder = sample();
    let desk = Desk::with(folder.path(), BRUCE);
    let cell = desk.get("Phone 2 number");
    let cell = cell.accesskit_node();
    assert_eq!(cell.role(), Role::GridCell);
    assert_eq!((cell.data().row_index(), cell.data().column_index()), (Some(2), Some(3)));
    assert_eq!(cell.value().as_deref(), Some("6543210"));
    let nodes = desk.ui.root().children_recursive();
    let table = nodes.into_iter().find(|node| node.accesskit_node().role() == Role::Grid).unwrap();
    let table = table.accesskit_node();
    assert_eq!(table.label().as_deref(), Some("Phone"));
    assert_eq!((table.data().row_count(), table.data().column_count()), (Some(4), Some(7)));
}
