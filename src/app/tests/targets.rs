//! Targets that are slow, gone, or want a password; and customers who get their ID only there.

use super::*;
use crate::app::connections::{Ask, Connection, Password};
use crate::app::state::TargetState;
use crate::app::telling::Way;
use crate::app::waiting::Doing;
use crate::model::apply::{Rejection, RejectionKind};
use crate::model::request::Request;
use crate::target::TargetError;
use crate::target::submit::Submitted;

fn server(name: &str) -> Address {
    let mut connection = Connection::to(&format!("http://127.0.0.1/{name}"));
    connection.name = name.into();
    Address::Server(Box::new(connection))
}

/// A server that is not ours, and can be stopped.
fn foreign(address: &Address) -> Opened {
    let mut opened = opened(&address.place());
    opened.address = address.clone();
    opened.can_stop = true;
    opened.capabilities.own = false;
    opened.capabilities.text_search = false;
    opened
}

/// An editor with a foreign server open.
fn on_server() -> App {
    let mut app = app();
    let address = server("paris");
    app.handle(Command::SwitchTarget(address.clone(), Make::Nothing));
    app.absorb(Outcome::TargetOpened(1, address.clone(), Ok(Some(foreign(&address)))));
    app
}

fn gone() -> TargetError {
    TargetError::NotReached("nothing listens there".into())
}

fn notice(app: &App) -> &str {
    app.notice.as_ref().map_or("", |notice| notice.text.as_str())
}

fn one() -> Profile {
    profile("A1", r#""Phone":[{"number":"1"}]"#)
}

#[test]
fn a_target_that_was_not_waited_for_is_not_shown_when_it_comes() {
    let mut app = app();
    open(&mut app, one());
    type_into(&mut app, "Phone", 0, "comment", "x");
    let address = server("paris");
    app.handle(Command::SwitchTarget(address.clone(), Make::Nothing));
    assert_eq!(app.doing(), Some(Doing::Opening));
    app.handle(Command::Cancel);
    assert!(matches!(app.target, TargetState::Failed(..)));
    app.absorb(Outcome::TargetOpened(1, address.clone(), Ok(Some(foreign(&address)))));
    assert!(matches!(app.target, TargetState::Failed(..)), "{:?}", app.target);
    assert_eq!(app.way_back(), Some(&store("a")));
    app.handle(Command::SwitchTarget(store("a"), Make::Nothing));
    app.absorb(Outcome::TargetOpened(app.epoch, store("a"), Ok(Some(opened("a")))));
    open(&mut app, one());
    assert!(wanted(&app).contains(r#""comment":"x""#));
}

#[test]
fn a_reading_that_was_not_waited_for_is_not_shown_and_a_new_one_is() {
    let mut app = on_server();
    open(&mut app, one());
    let jobs = app.handle(Command::Open(id("B2")));
    let Some(Job::Load(.., stop)) = jobs.first() else { panic!("{jobs:?}") };
    assert_eq!(app.doing(), Some(Doing::Loading(id("B2"))));
    app.handle(Command::Cancel);
    assert!(stop.is_raised() && app.doing().is_none());
    read(&mut app, profile("B2", ""), Why::Open);
    assert_eq!(customer(&app), "A1", "it came all the same");
    app.handle(Command::Open(id("B2")));
    read(&mut app, profile("B2", ""), Why::Open);
    assert_eq!(customer(&app), "B2");
}

#[test]
fn a_submit_that_is_cancelled_is_under_way_until_it_is_known_what_came_of_it() {
    let mut app = on_server();
    open(&mut app, one());
    type_into(&mut app, "Phone", 0, "comment", "x");
    let jobs = app.handle(Command::Submit);
    let Some(Job::Submit(epoch, id, wish, stop)) = jobs.into_iter().next() else { panic!() };
    app.handle(Command::Cancel);
    assert!(stop.is_raised());
    assert_eq!(app.doing(), Some(Doing::Submitting(true)));
    assert!(!app.can_cancel());
    app.absorb(Outcome::Submitted(epoch, id, wish, Err(TargetError::Unclear("it was sent".into()))));
    assert!(notice(&app).contains("Your draft is kept"));
    let told = app.notice.clone().unwrap();
    assert!(matches!(app.ways(&told)[..], [Way::ReadAgain]));
    assert!(is_changed(&app));
}

#[test]
fn what_cannot_be_stopped_is_not_offered_to_be_cancelled() {
    let mut app = app();
    open(&mut app, one());
    app.handle(Command::Open(id("B2")));
    assert!(!app.can_cancel());
    app.handle(Command::Cancel);
    read(&mut app, profile("B2", ""), Why::Open);
    assert_eq!(customer(&app), "B2");
}

#[test]
fn a_server_that_takes_nothing_now_says_itself_how_sure_it_is_that_nothing_was_changed() {
    let mut app = on_server();
    open(&mut app, one());
    type_into(&mut app, "Phone", 0, "comment", "x");
    let (id_, wish) = submit(&mut app);
    let busy = TargetError::Unavailable("it said that it takes nothing now".into());
    app.absorb(Outcome::Submitted(app.epoch, id_, wish, Err(busy)));
    assert_eq!(notice(&app), "it said that it takes nothing now. Your draft is kept.");
}

#[test]
fn trying_again_is_the_same_again_and_never_for_another_customer() {
    let mut app = on_server();
    open(&mut app, one());
    type_into(&mut app, "Phone", 0, "comment", "x");
    let (id_, wish) = submit(&mut app);
    app.absorb(Outcome::Submitted(app.epoch, id_, wish, Err(gone())));
    let told = app.notice.clone().unwrap();
    assert!(told.text.contains("Nothing was changed. Your draft is kept."), "{}", told.text);
    assert!(matches!(app.ways(&told)[..], [Way::TryAgain(Command::Submit)]));
    open(&mut app, profile("B2", ""));
    let told = app.notice.clone().unwrap();
    assert!(matches!(&app.ways(&told)[..], [Way::Show(id)] if id.as_str() == "A1"));
    assert!(app.about(&id("A1")).contains("A1"));
}

#[test]
fn a_password_that_ran_out_is_asked_for_and_then_the_same_is_done() {
    let mut app = on_server();
    open(&mut app, one());
    type_into(&mut app, "Phone", 0, "comment", "x");
    let (id_, wish) = submit(&mut app);
    app.absorb(Outcome::Submitted(app.epoch, id_, wish, Err(TargetError::Credentials("who are you".into()))));
    assert!(matches!(app.asks.take(), Some(Ask::SignIn(_))));
    let jobs = app.handle(Command::SignIn("kent".into(), Password::new("superman")));
    let Some(Job::OpenTarget(epoch, address, _, Some(password))) = jobs.into_iter().next() else { panic!() };
    assert_eq!((epoch, password.reveal()), (app.epoch, "superman"));
    assert_eq!(customer(&app), "A1", "the customer stays before one's eyes");
    let jobs = app.absorb(Outcome::TargetOpened(epoch, address.clone(), Ok(Some(foreign(&address)))));
    assert!(jobs.iter().any(|job| matches!(job, Job::Submit(..))), "{jobs:?}");
    assert_eq!(app.user(), "kent");
}

#[test]
fn after_signing_in_nothing_is_sent_of_another_customer() {
    let mut app = on_server();
    open(&mut app, one());
    type_into(&mut app, "Phone", 0, "comment", "x");
    let (id_, wish) = submit(&mut app);
    app.absorb(Outcome::Submitted(app.epoch, id_, wish, Err(TargetError::Credentials("who are you".into()))));
    let jobs = app.handle(Command::SignIn("kent".into(), Password::new("superman")));
    let Some(Job::OpenTarget(epoch, address, ..)) = jobs.into_iter().next() else { panic!() };
    open(&mut app, profile("B2", r#""Phone":[{"number":"2"}]"#));
    type_into(&mut app, "Phone", 0, "comment", "not yet");
    let jobs = app.absorb(Outcome::TargetOpened(epoch, address.clone(), Ok(Some(foreign(&address)))));
    assert!(!jobs.iter().any(|job| matches!(job, Job::Submit(..))), "{jobs:?}");
}

#[test]
fn credentials_go_over_plain_http_to_another_computer_only_once_somebody_agreed() {
    let mut app = app();
    open(&mut app, one());
    let mut connection = Connection::to("http://ucs.example");
    (connection.name, connection.user) = ("Paris".into(), Some("kent".into()));
    app.handle(Command::KeepConnection(None, Box::new(connection.clone()), None));
    let address = Address::Server(Box::new(connection));
    let jobs = app.handle(Command::SwitchTarget(address, Make::Nothing));
    assert!(jobs.is_empty() && customer(&app) == "A1", "nothing is left before it is clear");
    let Some(Ask::PlainHttp(connection, make)) = app.asks.take() else { panic!() };
    let jobs = app.handle(Command::AllowPlainHttp(connection, make));
    assert!(jobs.iter().any(|job| matches!(job, Job::KeepConnections(_))), "it is asked once");
    assert!(jobs.iter().any(|job| matches!(job, Job::OpenTarget(..))));
    assert!(app.connections[0].plain_http);
}

/// A new customer of a server that makes the IDs, with a record that can be sent and one that cannot.
fn new_one(app: &mut App) -> CustomerId {
    app.handle(Command::NewCustomer("mine".into()));
    app.handle(Command::Add("Phone".into()));
    type_into(app, "Phone", FIRST_NEW_KEY, "number", "7");
    app.handle(Command::Add("Line".into()));
    type_into(app, "Line", FIRST_NEW_KEY + 1, "type", "abc");
    app.handle(Command::Settle);
    id(customer(app))
}

/// The server accepts it under an ID of its own.
fn accept_as(app: &mut App, epoch: u64, (id, wish): (CustomerId, Box<Wish>), is: &str) -> Vec<Job> {
    let mut now = wish.mine.clone().unwrap();
    now.id = CustomerId::new(is).unwrap();
    let done = Submitted::Done { sent: Vec::new(), now: Some(loaded(now)), joined: false };
    app.absorb(Outcome::Submitted(epoch, id, wish, Ok(done)))
}

/// Whether a draft was kept on disk under this ID.
fn is_kept(jobs: &[Job], target: &str, customer: &str) -> bool {
    let of = |key: &DraftKey| key.target == target && key.customer == customer;
    jobs.iter().any(|job| matches!(job, Job::Keep(key, Keep::Whole(..)) if of(key)))
}

#[test]
fn the_id_that_a_server_gives_takes_the_draft_along() {
    let place = server("paris").place();
    for way in ["open", "parked", "elsewhere"] {
        let mut app = on_server();
        let made = new_one(&mut app);
        assert_eq!(made.as_str(), "MADE", "what was typed as ID is the server's to say");
        let sent = submit(&mut app);
        match way {
            "parked" => drop(open(&mut app, one())),
            "elsewhere" => drop(app.handle(Command::SwitchTarget(store("a"), Make::Nothing))),
            _ => {}
        }
        if way == "elsewhere" {
            app.absorb(Outcome::TargetOpened(2, store("a"), Ok(Some(opened("a")))));
        }
        let jobs = accept_as(&mut app, 1, sent, "S1");
        assert!(is_done_with(&jobs, &place, "MADE"), "{way}: {jobs:?}");
        assert!(is_kept(&jobs, &place, "S1"), "{way}: what was held back stays: {jobs:?}");
        if way == "elsewhere" {
            let kept: Vec<&str> = app.elsewhere.iter().map(|kept| kept.customer.as_str()).collect();
            assert_eq!(kept, ["S1"]);
            continue;
        }
        assert_eq!(app.drafts(), [id("S1")], "{way}");
        assert!(app.lists().recent.contains(&id("S1")) && !app.lists().recent.contains(&id("MADE")));
        if way == "open" {
            assert_eq!(customer(&app), "S1");
            let open = app.open.as_ref().unwrap();
            assert_eq!((open.draft.row_count("Phone"), open.review.bad()), (1, 1));
        }
    }
}

/// A server made the customer under the ID `S1` and did not take the rest.
fn stopped_as_made(how: &str, mine: &Profile) -> Result<Submitted, TargetError> {
    let now = Some(loaded(Profile::empty(id("S1"))));
    let (made, sent) = (Some(id("S1")), vec![Request::CreateProfile(mine.to_json())]);
    match how {
        "error" => Err(TargetError::Made(id("S1"), "the server made the customer as S1".into())),
        "conflict" => Ok(Submitted::Conflict { now, joined: None, conflicts: Vec::new(), sent, made }),
        _ => {
            let rejection = Rejection::new(RejectionKind::Invalid, "no");
            Ok(Submitted::Refused { rejection, sent, made, now })
        }
    }
}

#[test]
fn a_customer_who_was_made_and_then_refused_is_not_made_again() {
    let place = server("paris").place();
    for how in ["refused", "conflict", "error"] {
        for way in ["open", "parked", "elsewhere"] {
            let mut app = on_server();
            new_one(&mut app);
            let (made, wish) = submit(&mut app);
            match way {
                "parked" => drop(open(&mut app, one())),
                "elsewhere" => {
                    app.handle(Command::SwitchTarget(store("a"), Make::Nothing));
                    app.absorb(Outcome::TargetOpened(2, store("a"), Ok(Some(opened("a")))));
                }
                _ => {}
            }
            let end = stopped_as_made(how, wish.mine.as_ref().unwrap());
            let jobs = app.absorb(Outcome::Submitted(1, made, wish, end));
            assert!(is_done_with(&jobs, &place, "MADE"), "{how}, {way}: {jobs:?}");
            assert!(is_kept(&jobs, &place, "S1"), "{how}, {way}: {jobs:?}");
            assert!(notice(&app).contains("S1"), "{how}, {way}: {}", notice(&app));
            if way == "elsewhere" {
                let kept: Vec<&str> = app.elsewhere.iter().map(|kept| kept.customer.as_str()).collect();
                assert_eq!(kept, ["S1"]);
                continue;
            }
            assert_eq!(app.drafts(), [id("S1")], "{how}, {way}");
            if way == "open" {
                if how == "conflict" {
                    app.handle(Command::KeepMine);
                }
                let (sent, wish) = submit(&mut app);
                assert_eq!((&sent, &wish.base.as_ref().unwrap().id), (&id("S1"), &id("S1")));
                let mine = wish.mine.unwrap();
                assert_eq!((&mine.id, mine.records("Phone").len()), (&id("S1"), 1));
            }
        }
    }
}

#[test]
fn a_customer_without_an_id_is_asked_for_nowhere() {
    let mut app = on_server();
    let made = new_one(&mut app);
    assert!(app.handle(Command::Reload).is_empty());
    open(&mut app, one());
    let jobs = app.handle(Command::Open(made));
    assert!(!jobs.iter().any(|job| matches!(job, Job::Load(..))), "{jobs:?}");
    assert_eq!(customer(&app), "MADE");
    let (id, wish) = submit(&mut app);
    app.absorb(Outcome::Submitted(1, id, wish, Err(TargetError::Unclear("the answer was lost".into()))));
    assert!(notice(&app).contains("look for it before you submit again"), "{}", notice(&app));
    assert!(is_changed(&app));
}

#[test]
fn a_target_that_is_not_there_still_tells_its_drafts() {
    let mut app = on_server();
    open(&mut app, one());
    type_into(&mut app, "Phone", 0, "comment", "x");
    let address = server("paris");
    app.handle(Command::SwitchTarget(address.clone(), Make::Nothing));
    app.absorb(Outcome::TargetOpened(2, address, Err(gone())));
    assert_eq!(app.drafts(), [id("A1")]);
    assert!(app.lists().recent.contains(&id("A1")));
}

#[test]
fn typing_looks_for_parts_only_where_parts_are_found() {
    let mut app = on_server();
    assert!(app.handle(Command::Find("Ban".into())).is_empty());
    assert!(app.search.hint.is_some());
    let jobs = app.handle(Command::OpenFound("Banner, Bruce or so".into()));
    assert!(matches!(&jobs[..], [Job::Find(..)]), "{jobs:?}");
    app.absorb(Outcome::Found(1, "Banner, Bruce or so".into(), Err(TargetError::NotOffered("no".into()))));
    assert_eq!((app.search.hint.as_deref(), app.notice.is_none()), (Some("no"), true));
}

#[test]
fn the_password_of_the_environment_is_for_the_user_of_the_first_target_until_another_one_was_typed() {
    let with = |url: &str, user: &str| {
        let mut connection = Connection::to(url);
        connection.user = Some(user.into());
        Address::Server(Box::new(connection))
    };
    let of = |jobs: &[Job]| match jobs.last() {
        Some(Job::OpenTarget(.., password)) => password.clone().map(|one| one.reveal().to_owned()),
        job => panic!("{job:?}"),
    };
    let paris = with("http://127.0.0.1/paris", "kent");
    let around = Surroundings { password: Some(Password::new("from outside")), ..surroundings() };
    let mut app = App::new(around, paris.clone());
    let mut switch = |address: &Address| {
        let jobs = app.handle(Command::SwitchTarget(address.clone(), Make::Nothing));
        of(&jobs)
    };
    assert_eq!(switch(&with("http://127.0.0.1/london", "kent")), None, "another server");
    assert_eq!(switch(&with("http://127.0.0.1/paris", "lois")), None, "another user");
    assert_eq!(switch(&store("a")), None, "a store gets no password");
    assert_eq!(switch(&paris).as_deref(), Some("from outside"));
    let jobs = app.handle(Command::SignIn("kent".into(), Password::new("typed")));
    assert_eq!(of(&jobs).as_deref(), Some("typed"));
    assert!(!format!("{:?}", app.connections).contains("typed"));
}
