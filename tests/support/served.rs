//! A real server on port 0, in a thread with a runtime of its own, so that a test may block beside it.

#![allow(dead_code, reason = "each test uses its part")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

use profile_desk::model::apply::State;
use profile_desk::server::{self, Options, Simulated, Simulation};
use profile_desk::target::Target;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::JoinHandle;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

pub struct Served {
    /// `http://127.0.0.1:…`
    pub url: String,
    pub address: SocketAddr,
    simulated: Option<Arc<Simulated>>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Whom an unsigned change is from, and when every change is made.
pub const BY: &str = "server";
pub const AT: &str = "2026-11-24T09:30:00.000Z";

pub fn options() -> Options {
    Options::new(BY, || AT.into())
}

impl Served {
    /// A target as our own server serves it.
    pub fn own(target: Arc<dyn Target>) -> Self {
        Self::with(target, options())
    }

    /// The same with other options.
    pub fn with(target: Arc<dyn Target>, options: Options) -> Self {
        Self::started("127.0.0.1:0", None, move |listener, stop| server::run(listener, target, options, stop))
    }

    /// A server that is not ours and holds `state` at first, such as `replace,no-unique`.
    pub fn simulated(state: State, switches: &str) -> Self {
        Self::simulated_with(state, switches, options())
    }

    /// The same with other options.
    pub fn simulated_with(state: State, switches: &str, options: Options) -> Self {
        let simulated = Arc::new(Simulated::new(state, Simulation::parse(switches).unwrap()));
        Self::simulated_at("127.0.0.1:0", simulated, options)
    }

    /// The same at a given address: a server that comes back with what it held.
    pub fn simulated_at(address: &str, simulated: Arc<Simulated>, options: Options) -> Self {
        let held = Arc::clone(&simulated);
        Self::started(address, Some(held), move |listener, stop| {
            server::simulated(listener, simulated, options, stop)
        })
    }

    /// A target at a given address.
    pub fn own_at(address: &str, target: Arc<dyn Target>) -> Self {
        let options = options();
        Self::started(address, None, move |listener, stop| server::run(listener, target, options, stop))
    }

    fn started<F: Future<Output = ()>>(
        address: &str,
        simulated: Option<Arc<Simulated>>,
        serve: impl FnOnce(TcpListener, Stopped) -> F + Send + 'static,
    ) -> Self {
        let listener = std::net::TcpListener::bind(address).unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
            runtime.unwrap().block_on(async move {
                let listener = TcpListener::from_std(listener).unwrap();
                let stopped: Stopped = Box::pin(async move {
                    let _ = stopped.await;
                });
                serve(listener, stopped).await;
            });
        });
        let url = format!("http://{address}");
        Self { url, address, simulated, stop: Some(stop), thread: Some(thread) }
    }

    /// What a simulated server holds now.
    pub fn state(&self) -> State {
        self.held().state()
    }

    /// What a simulated server is, to be served again.
    pub fn held(&self) -> Arc<Simulated> {
        Arc::clone(self.simulated.as_ref().expect("only a simulated server tells what it holds"))
    }

    /// Asks it to stop, without waiting.
    pub fn ask_to_stop(&mut self) {
        drop(self.stop.take());
    }

    /// Stops it, and waits until it has stopped.
    pub fn stop(&mut self) {
        self.ask_to_stop();
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

type Stopped = std::pin::Pin<Box<dyn Future<Output = ()> + Send>>;

impl Drop for Served {
    fn drop(&mut self) {
        self.ask_to_stop();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join(); // its panic has been printed
        }
    }
}
