//! Many who write at once, a target in trouble, and the end of the server.

use super::{PHONE, code, refused};
use crate::raw::{Line, ask};
use crate::served::{self, Served};
use profile_desk::model::apply::{Reading, Rejection, State, apply};
use profile_desk::model::json::Json;
use profile_desk::model::plan::KnownReading;
use profile_desk::model::profile::{CustomerId, Profile};
use profile_desk::model::request::Request;
use profile_desk::model::schema::{Schema, Schemas};
use profile_desk::target::{Accepted, Capabilities, Loaded, Stamp, Target, TargetError, Version};
use std::net::TcpStream;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// A target in memory that does with each call of `send` what a test says, and remembers the calls.
struct Slow {
    state: Mutex<State>,
    calls: Mutex<Vec<usize>>,
    before: Box<dyn Fn() -> Result<(), TargetError> + Send + Sync>,
    /// How many requests it takes at once.
    most: usize,
}

impl Slow {
    fn new(before: impl Fn() -> Result<(), TargetError> + Send + Sync + 'static) -> Arc<Self> {
        let mut state = State::default();
        state.schemas.push(Schema::from_json(&Json::parse(PHONE).unwrap()).unwrap());
        let id = CustomerId::new("A").unwrap();
        state.profiles.insert(id.clone(), Profile::empty(id));
        Arc::new(Self {
            state: Mutex::new(state),
            calls: Mutex::default(),
            before: Box::new(before),
            most: usize::MAX,
        })
    }

    fn count(&self) -> usize {
        let id = CustomerId::new("A").unwrap();
        self.state.lock().unwrap().profiles[&id].records("Phone").len()
    }
}

impl Target for Slow {
    fn place(&self) -> String {
        "memory".into()
    }
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            reading: KnownReading::Upsert,
            own: true,
            text_search: false,
            listing: true,
            history: false,
            schemas: true,
        }
    }
    fn schemas(&self) -> Result<Schemas, TargetError> {
        Ok(self.state.lock().unwrap().schemas.clone())
    }
    fn load(&self, id: &CustomerId) -> Result<Option<Loaded>, TargetError> {
        let profile = self.state.lock().unwrap().profiles.get(id).cloned();
        Ok(profile.map(|profile| Loaded { profile, version: None }))
    }
    fn customers(&self) -> Result<Vec<CustomerId>, TargetError> {
        Err(TargetError::Unclear("the disk is gone".into()))
    }
    fn find(&self, _: &str, _: usize) -> Result<Vec<Profile>, TargetError> {
        Err(TargetError::NotOffered("no search".into()))
    }
    fn send(
        &self,
        requests: &[Request],
        _: Option<Version>,
        _: &Stamp,
    ) -> Result<Vec<Result<Accepted, Rejection>>, TargetError> {
        self.calls.lock().unwrap().push(requests.len());
        (self.before)()?;
        if requests.len() > self.most {
            return Err(TargetError::NotOffered("too much at once".into()));
        }
        let mut state = self.state.lock().unwrap();
        let mut done = |request: &Request| {
            apply(&mut state, request, Reading::Upsert).map(|()| Accepted { customer: request.customer() })
        };
        Ok(requests.iter().map(&mut done).collect())
    }
    fn damage(&self) -> Option<String> {
        Some("line 7 is damaged".into())
    }
}

fn insert(number: usize) -> String {
    format!("{{\"Phone\":[{{\"PhoneType\":{number}}}]}}")
}

#[test]
fn many_that_wait_are_written_together_and_judged_alone() {
    let slow = Slow::new(|| {
        thread::sleep(Duration::from_millis(20));
        Ok(())
    });
    let served = Served::own(slow.clone());
    thread::scope(|scope| {
        for client in 0..32 {
            let address = served.address;
            scope.spawn(move || {
                let mut line = Line::to(address);
                for number in 0..5 {
                    let good = line.ask("POST", "/profiles/A/extensions", &insert(client * 5 + number));
                    assert_eq!(good.said(), (200, "{}"));
                    let bad = line.ask("POST", "/profiles/A/extensions", r#"{"Phone":[{}]}"#);
                    assert_eq!(refused(&bad), code(400, "invalid"));
                }
            });
        }
    });
    let calls = slow.calls.lock().unwrap();
    assert_eq!((slow.count(), calls.iter().sum::<usize>()), (160, 320));
    assert!(calls.len() < 160, "{} calls for 320 requests", calls.len());
}

#[test]
fn what_is_too_much_together_is_written_one_by_one() {
    let mut slow = Slow::new(|| {
        thread::sleep(Duration::from_millis(20));
        Ok(())
    });
    Arc::get_mut(&mut slow).unwrap().most = 1;
    let served = Served::own(slow.clone());
    thread::scope(|scope| {
        for client in 0..16 {
            let address = served.address;
            scope.spawn(move || {
                let answer = ask(address, "POST", "/profiles/A/extensions", &insert(client));
                assert_eq!(answer.said(), (200, "{}"));
            });
        }
    });
    assert_eq!(slow.count(), 16);
    assert!(slow.calls.lock().unwrap().iter().any(|count| *count > 1), "some were tried together");
}

/// A target of which each call waits: it tells that it was called, and goes on when told.
fn held_up() -> (Arc<Slow>, Receiver<()>, Sender<()>) {
    let ((called, calls), (go, goes)) = (channel(), channel());
    let goes = Mutex::new(goes);
    let slow = Slow::new(move || {
        let _ = called.send(());
        let _ = goes.lock().unwrap().recv();
        Ok(())
    });
    (slow, calls, go)
}

#[test]
fn a_write_under_way_is_answered_before_the_end() {
    let (slow, calls, go) = held_up();
    let mut served = Served::own(slow.clone());
    let address = served.address;
    let (mut resting, mut line) = (Line::to(address), Line::to(address));
    assert_eq!(resting.ask("GET", "/profiles/A", "").status, 200);
    let writing = thread::spawn(move || line.ask("POST", "/profiles/A/extensions", &insert(1)).status);
    calls.recv().unwrap();
    served.ask_to_stop();
    assert!(resting.is_closed(), "who asks for nothing is let go at once");
    assert!(TcpStream::connect(address).is_err(), "nobody new is let in");
    go.send(()).unwrap();
    assert_eq!(writing.join().unwrap(), 200);
    served.stop();
    assert_eq!(slow.count(), 1);
}

#[test]
fn a_change_whose_client_has_gone_is_made_all_the_same() {
    let (slow, calls, go) = held_up();
    let mut served = Served::own(slow.clone());
    let mut line = Line::to(served.address);
    line.send(crate::raw::request("POST", "/profiles/A/extensions", &[], &insert(1)).as_bytes());
    calls.recv().unwrap();
    drop(line);
    let later = thread::spawn(move || {
        thread::sleep(Duration::from_millis(200));
        go.send(()).unwrap();
    });
    served.stop();
    assert_eq!(slow.count(), 1, "the server ends after what it writes");
    later.join().unwrap();
}

#[test]
fn trouble_of_the_target_is_told_as_what_it_is() {
    for (error, expected, retry) in [
        (TargetError::NotReached as fn(String) -> TargetError, code(503, "not_reached"), Some("1")),
        (TargetError::Unclear, code(500, "unclear"), None),
        (TargetError::NotOffered, code(501, "not_offered"), None),
    ] {
        let served = Served::own(Slow::new(move || Err(error("the store is being written".into()))));
        let answer = ask(served.address, "POST", "/profiles/A/extensions", &insert(1));
        assert_eq!((refused(&answer), answer.header("retry-after")), (expected, retry));
        assert_eq!(answer.error("description"), "the store is being written");
    }
    let served = Served::own(Slow::new(|| Ok(())));
    assert_eq!(refused(&ask(served.address, "GET", "/x/find?text=a", "")), code(501, "not_offered"));
    assert_eq!(refused(&ask(served.address, "GET", "/x/history/A", "")), code(501, "not_offered"));
    let status = ask(served.address, "GET", "/server/status", "").body;
    assert!(
        status
            .contains(r#""profile_desk":{"history":false,"text_search":false,"damage":"line 7 is damaged"}"#)
    );
}

#[test]
fn a_fault_in_the_target_is_unclear_and_then_nothing_more_is_written() {
    let served = Served::own(Slow::new(|| panic!("a fault that this test makes")));
    let told = |number| refused(&ask(served.address, "POST", "/profiles/A/extensions", &insert(number)));
    assert_eq!(told(1), code(500, "unclear"));
    // One that arrives while the writer falls is unclear as well.
    assert!((0..100).any(|_| told(2) == code(503, "not_reached")));
    assert_eq!(ask(served.address, "GET", "/profiles/A", "").status, 200);
}

#[test]
fn the_journal_is_written_in_the_order_of_each_client() {
    let folder = tempfile::tempdir().unwrap();
    let store = profile_desk::target::LocalStore::create(&folder.path().join("store")).unwrap();
    let store: Arc<dyn Target> = Arc::new(store);
    let mut served = Served::own(Arc::clone(&store));
    assert_eq!(ask(served.address, "POST", "/metadata/profiles/extensions", PHONE).status, 201);
    thread::scope(|scope| {
        for client in 0..8 {
            let address = served.address;
            scope.spawn(move || {
                let mut line = Line::to(address);
                let body = format!("{{\"customer_id\":\"C{client}\"}}");
                assert_eq!(line.ask("POST", "/profiles", &body).status, 201);
                for number in 0..10 {
                    let path = format!("/profiles/C{client}/extensions");
                    assert_eq!(line.ask("POST", &path, &insert(number)).status, 200);
                }
            });
        }
    });
    served.stop();
    for client in 0..8 {
        let id = CustomerId::new(&format!("C{client}")).unwrap();
        let profile = store.load(&id).unwrap().unwrap().profile;
        let numbers: Vec<String> = profile.records("Phone").iter().map(|r| r.json().to_string()).collect();
        let expected: Vec<String> = (0..10).map(|number| format!("{{\"PhoneType\":{number}}}")).collect();
        assert_eq!(numbers, expected);
    }
    assert_eq!(served::BY, store.history(&CustomerId::new("C0").unwrap()).unwrap().pop().unwrap().stamp.by);
}

#[test]
fn a_body_as_deep_as_any_comes_and_goes_whole() {
    let folder = tempfile::tempdir().unwrap();
    let store = profile_desk::target::LocalStore::create(&folder.path().join("store")).unwrap();
    let served = Served::own(Arc::new(store));
    let sent = |deep: usize| {
        let value = format!("[{{\"PhoneType\":1,\"odd\":{}{}}}]", "[".repeat(deep - 3), "]".repeat(deep - 3));
        let body = format!("{{\"customer_id\":\"A{deep}\",\"Phone\":{value}}}");
        let batch =
            format!("{{\"requests\":[{{\"method\":\"POST\",\"path\":\"/profiles\",\"body\":{body}}}]}}");
        (body, ask(served.address, "POST", "/x/send", &batch))
    };
    assert_eq!(ask(served.address, "POST", "/metadata/profiles/extensions", PHONE).status, 201);
    let (body, answer) = sent(100);
    assert_eq!(answer.said(), (200, r#"{"answers":[{"customer":"A100"}]}"#));
    assert!(ask(served.address, "GET", "/x/history/A100", "").body.contains(&body));
    assert_eq!(ask(served.address, "GET", "/x/find?text=A100", "").body, format!("[{body}]"));
    assert_eq!(refused(&sent(101).1), code(400, "not_json"));
}
