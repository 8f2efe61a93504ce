//! The team server: a local store served over the API, so that a small team shares it, and the peer that tests talk to.
//!
//! [`run`] takes a bound listener and a shutdown signal, so tests use port 0 and the real code. Calls of the target block
//! and therefore never run on the threads that serve connections; all writes go through one [`writer`], which shares syncs.

mod answer;
mod body;
mod browser;
mod connections;
mod desk;
mod gate;
mod own;
mod query;
mod read;
mod routes;
pub mod simulate;
mod stalled;
pub mod tls;
pub mod users;
mod write;
mod writer;

use crate::target::Target;
use desk::Desk;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;

pub use simulate::{Simulated, Simulation};
pub use tls::Tls;
pub use users::Users;

/// How a server is to be.
pub struct Options {
    /// Who is said to have made a change where nobody signs in: the login name.
    pub by: String,
    /// The time as RFC 3339 in UTC with milliseconds.
    pub now: fn() -> String,
    /// Who may sign in; `None`: nobody is asked.
    pub users: Option<Users>,
    /// The certificate; `None`: plain http.
    pub tls: Option<Tls>,
    /// What stands before every path, such as `/cv`; empty for nothing.
    pub prefix: String,
    /// What a client may take.
    pub limits: Limits,
}

impl Options {
    /// Plain http without users.
    pub fn new(by: impl Into<String>, now: fn() -> String) -> Self {
        Self { by: by.into(), now, users: None, tls: None, prefix: String::new(), limits: Limits::default() }
    }
}

/// What a client may take of time and room, so that a slow or hostile one holds nothing for ever.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How long the head of a request may take, and a connection may rest between two: longer than a client keeps one.
    pub head: Duration,
    /// How long a body may pause.
    pub pause: Duration,
    /// How long a whole body may take.
    pub body: Duration,
    /// How long a client may leave an answer unread.
    pub unread: Duration,
    /// How long a TLS handshake may take.
    pub handshake: Duration,
    /// How long requests under way are waited for at the end.
    pub stop: Duration,
    /// The largest body, in bytes (setting: request size).
    pub request_bytes: usize,
    /// The largest head, in bytes.
    pub head_bytes: usize,
    /// How many connections are open at once; others wait.
    pub connections: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(100),
            pause: Duration::from_secs(30),
            body: Duration::from_mins(5),
            unread: Duration::from_mins(1),
            handshake: Duration::from_secs(10),
            stop: Duration::from_secs(10),
            request_bytes: 64 << 20,
            head_bytes: 64 << 10,
            connections: 512,
        }
    }
}

/// Serves a target of our own until `shutdown` is done. Requests under way are answered before it returns.
pub async fn run(
    listener: TcpListener,
    target: Arc<dyn Target>,
    options: Options,
    shutdown: impl Future<Output = ()>,
) {
    serve(listener, target, None, options, shutdown).await;
}

/// Serves as a server that is not ours would, from memory.
pub async fn simulated(
    listener: TcpListener,
    simulated: Arc<Simulated>,
    options: Options,
    shutdown: impl Future<Output = ()>,
) {
    serve(listener, Arc::clone(&simulated) as Arc<dyn Target>, Some(simulated), options, shutdown).await;
}

async fn serve(
    listener: TcpListener,
    target: Arc<dyn Target>,
    simulated: Option<Arc<Simulated>>,
    mut options: Options,
    shutdown: impl Future<Output = ()>,
) {
    let (limits, tls) = (options.limits, options.tls.take());
    let (writer, written) = writer::start(Arc::clone(&target), options.now);
    let desk = Arc::new(Desk { target, writer, simulated, options });
    connections::serve(listener, routes::routes(desk), tls, limits, shutdown).await;
    // No connection is left, so nobody can ask the writer for more; what it was asked for is durable before the end.
    let _ = tokio::time::timeout(limits.stop, written).await;
}
