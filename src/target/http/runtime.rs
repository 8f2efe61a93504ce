//! The small runtime that carries the calls of one server.

use std::future::Future;
use tokio::runtime::{Builder, Handle, Runtime};

/// A runtime with one thread, which looks after connections while nobody calls. It may be dropped anywhere.
pub struct Engine {
    handle: Handle,
    runtime: Option<Runtime>,
}

impl Engine {
    /// Starts one; the error is a sentence.
    pub fn start() -> Result<Self, String> {
        let runtime = Builder::new_multi_thread().worker_threads(1).thread_name("http").enable_all().build();
        let runtime = runtime.map_err(|error| format!("no thread can be started for the calls ({error})"))?;
        Ok(Self { handle: runtime.handle().clone(), runtime: Some(runtime) })
    }

    /// Waits for a future; not from asynchronous code.
    pub fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        self.handle.block_on(future)
    }
}

impl Drop for Engine {
    /// Waits for nothing: what is still under way was given up by its caller.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
