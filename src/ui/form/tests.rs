use eframe::egui;
use egui::{Key, Modifiers, Role};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use jiff::civil::Date;

use super::*;

/// A record's form, edited as the application would.
struct Form {
    generation: u64,
    fields: Vec<Field<'static>>,
    log: Vec<(usize, FieldEvent)>,
}

fn named(label: &'static str, kind: AttributeType, text: &'static str) -> Field<'static> {
    Field {
        key: label.into(),
        name: format!("Phone 2 {label}").into(),
        label: label.into(),
        kind: Some(kind),
        text: text.into(),
        ..Field::default()
    }
}

impl Form {
    fn new() -> Self {
        let mut number = named("number", AttributeType::String, "6543211");
        number.length = Some(15);
        number.was = Some("6543210".into());
        number.error = Some("Too short.".into());
        let mut absent = named("description", AttributeType::String, "");
        absent.presence = Presence::Absent;
        let mut fixed = named("id", AttributeType::Long, "7");
        fixed.locked = true;
        let fields = vec![
            named("PhoneType", AttributeType::Integer, "2"),
            number,
            absent,
            named("main", AttributeType::Boolean, "true"),
            named("since", AttributeType::Date, "2009-12-18"),
            named("start", AttributeType::Datetime, "2009-12-18T10:30:00.000Z"),
            fixed,
        ];
        Self { generation: 1, fields, log: Vec::new() }
    }

    fn draw(&mut self, ui: &mut Ui) {
        for (index, event) in fields(ui, (self.generation, 2_u64), &self.fields) {
            let field = &mut self.fields[index];
            let (text, presence) = match &event {
                FieldEvent::Changed(text) => (text.clone(), Presence::Value),
                FieldEvent::Cleared => (String::new(), Presence::Absent),
                FieldEvent::Nulled => (String::new(), Presence::Null),
                FieldEvent::PutBack => (field.was.take().unwrap().into_owned(), Presence::Value),
                FieldEvent::Committed => (field.text.to_string(), field.presence),
            };
            (field.text, field.presence) = (text.into(), presence);
            self.log.push((index, event));
        }
        let _ = ui.button("After");
    }

    fn text(&self, label: &str) -> (&str, Presence) {
        let field = self.fields.iter().find(|field| field.label == label).unwrap();
        (&field.text, field.presence)
    }
}

type Window = Harness<'static, Form>;

fn window(width: f32) -> Window {
    let draw = |ui: &mut Ui, form: &mut Form| form.draw(ui);
    let setup = |ctx: &egui::Context| {
        theme::install(ctx);
        set_today(ctx, "2026-11-24".parse::<Date>().unwrap());
    };
    let builder = Harness::builder().with_size(vec2(width, 700.0)).with_context_setup(setup);
    builder.build_ui_state(draw, Form::new())
}

fn focus(window: &mut Window, name: &str) {
    window.get_by_label(name).focus();
    window.run();
}

fn press(window: &mut Window, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    window.run();
    window.run();
}

fn click(window: &mut Window, name: &str) {
    window.get_by_label(name).click();
    window.run();
    window.run();
}

fn type_text(window: &mut Window, text: &str) {
    window.event(egui::Event::Text(text.to_owned()));
    window.run();
}

fn focused(window: &Window) -> String {
    let node = window.root().children_recursive().find(egui_kittest::Node::is_focused);
    node.and_then(|node| node.accesskit_node().label()).unwrap_or_default()
}

#[test]
fn every_change_is_reported_and_leaving_commits() {
    let mut window = window(700.0);
    focus(&mut window, "Phone 2 number");
    press(&mut window, Modifiers::NONE, Key::End);
    type_text(&mut window, "9");
    type_text(&mut window, "8");
    press(&mut window, Modifiers::NONE, Key::Tab);
    let changed = |text: &str| (1, FieldEvent::Changed(text.to_owned()));
    assert_eq!(window.state().log, [changed("65432119"), changed("654321198"), (1, FieldEvent::Committed)]);
}

#[test]
fn a_field_tells_its_name_value_and_what_is_wrong() {
    let window = window(700.0);
    let node = window.get_by_role_and_label(Role::TextInput, "Phone 2 number");
    let node = node.accesskit_node();
    assert_eq!(node.value().as_deref(), Some("6543211"));
    assert_eq!(node.data().description(), Some("Too short. was 6543210. 7 of 15"));
    assert_eq!(node.data().invalid(), Some(egui::accesskit::Invalid::True));
    let absent = window.get_by_label("Phone 2 description");
    assert_eq!(absent.accesskit_node().data().placeholder(), Some("not set"));
    assert!(window.get_by_label("Phone 2 id").accesskit_node().data().is_read_only());
}

#[test]
fn tab_and_enter_go_from_label_to_label_without_dead_stops() {
    let stops = ["number", "description", "main", "since", "start", "id"];
    for key in [Key::Tab, Key::Enter] {
        let mut window = window(700.0);
        focus(&mut window, "Phone 2 PhoneType");
        for stop in stops {
            if key == Key::Enter && focused(&window).starts_with("true") {
                break; // Enter presses a choice
            }
            press(&mut window, Modifiers::NONE, key);
            assert!(focused(&window).ends_with(stop), "{key:?}: {} is not {stop}", focused(&window));
        }
    }
}

#[test]
fn two_columns_where_there_is_room() {
    for (width, columns) in [(700.0, 2), (400.0, 1)] {
        let window = window(width);
        let [first, second] =
            ["Phone 2 PhoneType", "Phone 2 number"].map(|name| window.get_by_label(name).rect());
        assert_eq!((first.top() - second.top()).abs() < 1.0, columns == 2, "{first:?} {second:?}");
        assert!(second.right() <= width, "{second:?}");
    }
}

#[test]
fn keys_and_menu_leave_no_value() {
    let mut window = window(700.0);
    focus(&mut window, "Phone 2 number");
    press(&mut window, Modifiers::COMMAND, Key::Delete);
    assert_eq!(window.state().text("number"), ("", Presence::Absent));
    press(&mut window, Modifiers::COMMAND, Key::Num0);
    assert_eq!(window.state().text("number"), ("", Presence::Null));
    type_text(&mut window, "5");
    assert_eq!(window.state().text("number"), ("5", Presence::Value));
    click(&mut window, "More Phone 2 number");
    click(&mut window, "Null");
    assert_eq!(window.state().text("number"), ("", Presence::Null));
    assert_eq!(focused(&window), "Phone 2 number");
    focus(&mut window, "Phone 2 id");
    press(&mut window, Modifiers::COMMAND, Key::Delete);
    assert_eq!(window.state().text("id"), ("7", Presence::Value));
}

#[test]
fn the_menu_is_walked_with_the_keyboard_and_gives_it_back() {
    let mut window = window(700.0);
    focus(&mut window, "Phone 2 number");
    press(&mut window, Modifiers::SHIFT, Key::F10);
    assert_eq!(focused(&window), "Not set");
    press(&mut window, Modifiers::NONE, Key::ArrowDown);
    press(&mut window, Modifiers::NONE, Key::ArrowDown);
    assert_eq!(focused(&window), "Put back 6543210");
    press(&mut window, Modifiers::NONE, Key::Escape);
    assert_eq!(focused(&window), "Phone 2 number");
    assert!(window.query_by_label("Not set").is_none());
    press(&mut window, Modifiers::SHIFT, Key::F10);
    press(&mut window, Modifiers::NONE, Key::ArrowUp);
    press(&mut window, Modifiers::NONE, Key::Enter);
    assert_eq!(window.state().text("number"), ("6543210", Presence::Value));
    assert_eq!(focused(&window), "Phone 2 number");
}

#[test]
fn what_was_loaded_can_be_put_back() {
    let mut window = window(700.0);
    click(&mut window, "Put back Phone 2 number");
    assert_eq!(window.state().log, [(1, FieldEvent::PutBack)]);
    assert!(window.query_by_label("Put back Phone 2 number").is_none());
}

#[test]
fn a_boolean_is_one_stop_and_moved_by_arrows() {
    let mut window = window(700.0);
    focus(&mut window, "true, Phone 2 main");
    press(&mut window, Modifiers::NONE, Key::ArrowRight);
    assert_eq!(window.state().text("main"), ("false", Presence::Value));
    assert_eq!(focused(&window), "false, Phone 2 main");
    press(&mut window, Modifiers::NONE, Key::ArrowRight);
    assert_eq!(window.state().text("main"), ("", Presence::Absent));
    press(&mut window, Modifiers::COMMAND, Key::Num0);
    assert_eq!(window.state().text("main"), ("", Presence::Null));
    click(&mut window, "false, Phone 2 main");
    assert_eq!(window.state().text("main"), ("false", Presence::Value));
    window.get_by_role_and_label(Role::RadioGroup, "Phone 2 main");
}

#[test]
fn a_day_is_picked_with_the_keyboard() {
    let mut window = window(700.0);
    focus(&mut window, "Phone 2 start");
    press(&mut window, Modifiers::ALT, Key::ArrowDown);
    assert_eq!(focused(&window), "18 December 2009");
    for key in [Key::ArrowRight, Key::ArrowDown, Key::PageDown] {
        press(&mut window, Modifiers::NONE, key);
    }
    assert_eq!(focused(&window), "26 January 2010");
    press(&mut window, Modifiers::NONE, Key::Enter);
    assert_eq!(window.state().text("start").0, "2010-01-26T10:30:00.000Z");
    assert_eq!(focused(&window), "Phone 2 start");
    assert!(window.query_by_label("Next month").is_none());
    assert_eq!(window.state().log.last(), Some(&(5, FieldEvent::Committed)));
}

#[test]
fn the_calendar_closes_by_esc_and_tab_and_picks_by_click() {
    let mut window = window(700.0);
    for key in [Key::Escape, Key::Tab] {
        click(&mut window, "Pick Phone 2 since");
        assert_eq!(focused(&window), "18 December 2009");
        press(&mut window, Modifiers::NONE, key);
        assert_eq!(focused(&window), "Phone 2 since");
        assert!(window.query_by_label("Next month").is_none());
    }
    click(&mut window, "Pick Phone 2 since");
    click(&mut window, "Previous month");
    click(&mut window, "30 November 2009");
    assert_eq!(window.state().text("since").0, "2009-11-30");
    assert!(window.query_by_label("Next month").is_none());
}

#[test]
fn an_empty_date_starts_at_today() {
    let mut window = window(700.0);
    window.state_mut().fields[4].text = "".into();
    click(&mut window, "Pick Phone 2 since");
    let today = window.get_by_label("24 November 2026");
    assert_eq!(today.accesskit_node().data().description(), Some("today"));
}

#[test]
fn a_picked_day_keeps_the_time_as_typed() {
    let day = "2010-01-26".parse().unwrap();
    let with = |text, kind| calendar::with_day(text, day, Some(kind));
    assert_eq!(with("2009-12-18 10:30", AttributeType::Datetime), "2010-01-26 10:30");
    assert_eq!(with("2009-12-18", AttributeType::Datetime), "2010-01-26T00:00:00.000Z");
    assert_eq!(with("soon é and later", AttributeType::Datetime), "2010-01-26T00:00:00.000Z");
    assert_eq!(with("2009-12-18T00:00:00.000Z", AttributeType::Date), "2010-01-26");
}

#[test]
fn undo_brings_no_text_that_was_replaced_from_outside() {
    let mut window = window(700.0);
    focus(&mut window, "Phone 2 number");
    for text in ["A", "B", "C"] {
        type_text(&mut window, text);
        window.run_steps(8); // long enough for an undo step
    }
    window.state_mut().fields[1].text = "other".into();
    window.run();
    for _ in 0..5 {
        press(&mut window, Modifiers::COMMAND, Key::Z);
    }
    assert_eq!(window.state().text("number").0, "other");
    type_text(&mut window, "!");
    assert_eq!(window.state().text("number").0, "other!");
}

#[test]
fn long_texts_take_lines_and_the_whole_width() {
    let mut window = window(700.0);
    window.state_mut().fields[1].text = "two\nlines".into();
    window.run();
    let rect = window.get_by_role_and_label(Role::MultilineTextInput, "Phone 2 number").rect();
    assert!(rect.height() > 50.0 && rect.width() > 500.0, "{rect:?}");
    focus(&mut window, "Phone 2 number");
    press(&mut window, Modifiers::COMMAND, Key::End);
    press(&mut window, Modifiers::NONE, Key::Enter);
    assert_eq!(window.state().text("number").0, "two\nlines\n");
}

#[test]
fn assistive_technology_sets_a_value() {
    let mut window = window(700.0);
    window.get_by_label("Phone 2 description").set_text_value_accesskit("family");
    window.run();
    assert_eq!(window.state().text("description"), ("family", Presence::Value));
    assert_eq!(window.state().log.last(), Some(&(2, FieldEvent::Committed)));
}

#[test]
fn typing_goes_on_when_the_width_or_the_type_of_editor_changes() {
    let mut window = window(700.0);
    focus(&mut window, "Phone 2 description");
    type_text(&mut window, &"a".repeat(200));
    type_text(&mut window, "b");
    window.set_size(vec2(400.0, 900.0));
    window.run();
    type_text(&mut window, "c");
    assert!(window.state().text("description").0.ends_with("abc"));
}
