//! `serve`: a local store for a team, or a server that is not ours simulated.

use super::args::{Serve, Target};
use super::{Failure, Status, Surroundings, now};
use crate::server::{self, Options, Simulated, Simulation, Tls, Users};
use crate::target::{self, TargetError};
use std::future::Future;
use std::io;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Serves until somebody asks for an end, and answers what is under way.
pub fn serve(asked: &Serve, with: &mut Surroundings<'_>) -> Result<(), Failure> {
    let path = Target { store: asked.store.clone(), ..Target::default() }.path("serve")?;
    let addresses = addresses(&asked.listen)?;
    let beyond = addresses.iter().any(|address| !address.ip().is_loopback());
    if beyond {
        may_listen_beyond(asked, with)?;
    }
    let options = options(asked, with)?;
    let listener =
        TcpListener::bind(addresses.as_slice()).map_err(|error| not_free(&asked.listen, &error))?;
    let served = Served::open(&path, asked.simulate.clone())?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(not_started)?;
    let done = runtime.block_on(async {
        listener.set_nonblocking(true).map_err(not_started)?;
        let at = listener.local_addr().map_err(not_started)?;
        let listener = tokio::net::TcpListener::from_std(listener).map_err(not_started)?;
        let ended = end().map_err(not_started)?;
        if let Some(damage) = served.damage() {
            writeln!(with.err, "Warning: {damage}")?;
        }
        let scheme = if options.tls.is_some() { "https" } else { "http" };
        writeln!(with.err, "Serving {} on {scheme}://{at}", served.name(&path))?;
        with.err.flush()?;
        match served {
            Served::Own(target) => server::run(listener, target, options, ended).await,
            Served::Simulated(simulated) => server::simulated(listener, simulated, options, ended).await,
        }
        Ok(())
    });
    // A read that hangs on a lost disk does not keep the process.
    runtime.shutdown_timeout(Duration::from_secs(1));
    done
}

/// What is behind the port.
enum Served {
    Own(Arc<dyn target::Target>),
    Simulated(Arc<Simulated>),
}

impl Served {
    /// The store at a path, made where it is missing; a simulation only reads it.
    fn open(path: &Path, simulation: Option<Simulation>) -> Result<Self, Failure> {
        match (target::open(path), simulation) {
            (Err(TargetError::Missing(_)), None) => Ok(Self::Own(target::create(path)?.into())),
            (opened, None) => Ok(Self::Own(opened?.into())),
            (Err(TargetError::Missing(_)), Some(simulation)) => {
                let empty = crate::model::apply::State::default();
                Ok(Self::Simulated(Arc::new(Simulated::new(empty, simulation))))
            }
            (opened, Some(simulation)) => {
                Ok(Self::Simulated(Arc::new(Simulated::from_target(opened?.as_ref(), simulation)?)))
            }
        }
    }

    fn damage(&self) -> Option<String> {
        match self {
            Self::Own(target) => target.damage(),
            Self::Simulated(_) => None,
        }
    }

    fn name(&self, path: &Path) -> String {
        match self {
            Self::Own(target) => target.place(),
            Self::Simulated(_) => {
                format!("what {} holds, from memory, as a server that is not ours", path.display())
            }
        }
    }
}

fn addresses(listen: &str) -> Result<Vec<SocketAddr>, Failure> {
    let sentence = |why: &dyn std::fmt::Display| {
        let sentence = format!("--listen {listen} is no address: {why}");
        let details = vec!["Write it as 127.0.0.1:8080.".into()];
        Failure { status: Status::Usage, sentence, details }
    };
    let found: Vec<SocketAddr> = listen.to_socket_addrs().map_err(|error| sentence(&error))?.collect();
    if found.is_empty() { Err(sentence(&"it leads nowhere")) } else { Ok(found) }
}

/// Beyond this computer nothing is simulated, and only users are let in.
fn may_listen_beyond(asked: &Serve, with: &mut Surroundings<'_>) -> Result<(), Failure> {
    let listen = &asked.listen;
    if asked.simulate.is_some() {
        let sentence = format!("a simulation listens on this computer alone, and {listen} is beyond it");
        return Err(Failure::refused(sentence).with("Listen on 127.0.0.1, or leave --simulate out."));
    }
    if asked.users.is_none() {
        let sentence =
            format!("{listen} can be reached from other computers, and nobody would have to sign in");
        let advice = "Name the users with --users FILE (lines of name:password), or listen on 127.0.0.1.";
        return Err(Failure::refused(sentence).with(advice));
    }
    if asked.tls_cert.is_none() {
        let warning = "passwords and customers can be read on the way; give --tls-cert and --tls-key";
        writeln!(with.err, "Warning: {listen} is plain http beyond this computer: {warning}.")?;
    }
    Ok(())
}

fn options(asked: &Serve, with: &Surroundings<'_>) -> Result<Options, Failure> {
    // A file that can be read and does not serve is bad input.
    let unfit = |paths: &[&Path], sentence: String| {
        let readable = paths.iter().all(|path| std::fs::read(path).is_ok());
        let status = if readable { Status::Refused } else { Status::NotReached };
        Failure { status, sentence, details: Vec::new() }
    };
    let mut options = Options::new(&with.user, now);
    if let Some(users) = &asked.users {
        options.users = Some(Users::read(users).map_err(|sentence| unfit(&[users], sentence))?);
    }
    if let (Some(certificate), Some(key)) = (&asked.tls_cert, &asked.tls_key) {
        options.tls =
            Some(Tls::read(certificate, key).map_err(|sentence| unfit(&[certificate, key], sentence))?);
    }
    Ok(options)
}

fn not_free(listen: &str, error: &io::Error) -> Failure {
    let sentence = match error.kind() {
        io::ErrorKind::AddrInUse => format!("{listen} is in use by another program"),
        _ => format!("{listen} cannot be listened on: {error}"),
    };
    let details = vec!["Nothing was changed. Name another address or port with --listen.".into()];
    Failure { status: Status::NotReached, sentence, details }
}

#[allow(clippy::needless_pass_by_value, reason = "the form that map_err wants")]
fn not_started(error: io::Error) -> Failure {
    let sentence = format!("the server cannot be started: {error}");
    Failure { status: Status::NotReached, sentence, details: vec!["Nothing was changed.".into()] }
}

/// Done once the process is asked to end. The asking is heard from now on.
#[cfg(unix)]
fn end() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

#[cfg(not(unix))]
#[allow(clippy::unnecessary_wraps, reason = "as on other systems")]
fn end() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        // Where it cannot be heard, the process ends the hard way.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}
