//! The body of a request, bounded in size and time.

use super::Limits;
use super::answer::Answer;
use crate::model::json::{Json, text_of};
use axum::body::{Body, HttpBody};
use axum::http::StatusCode;
use hyper::body::Frame;
use std::pin::Pin;
use std::time::Duration;
use tokio::time::{Instant, timeout, timeout_at};

/// How much of a body that nobody wants is read and forgotten, so that its sender comes to read the answer.
const FORGOTTEN_BYTES: usize = 1 << 20;
/// And for how long.
const FORGOTTEN_FOR: Duration = Duration::from_secs(2);

/// A larger body is read as JSON away from the threads that serve connections. In bytes.
const SMALL: usize = 256 << 10;

/// The JSON in a body, nested at most `depth` deep; `None` where it is empty.
pub async fn json(mut body: Body, limits: &Limits, depth: usize) -> Result<Option<Json>, Answer> {
    let bytes = bytes(&mut body, limits).await?;
    if bytes.len() <= SMALL {
        return parsed(&bytes, depth);
    }
    tokio::task::spawn_blocking(move || parsed(&bytes, depth)).await.map_err(|_| Answer::broken())?
}

fn parsed(bytes: &[u8], depth: usize) -> Result<Option<Json>, Answer> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Ok(None);
    }
    let not_json = |error: crate::model::json::JsonError| {
        let place = format!("line {}, column {}", error.line, error.column);
        let sentence = format!("the body is not JSON that can be kept: {place}: {error}");
        Answer::error(StatusCode::BAD_REQUEST, "not_json", sentence)
    };
    text_of(bytes).and_then(|text| Json::parse_with_depth(text, depth)).map(Some).map_err(not_json)
}

async fn bytes(body: &mut Body, limits: &Limits) -> Result<Vec<u8>, Answer> {
    let most = limits.request_bytes;
    let too_large = || {
        let sentence = format!("the body is larger than {most} bytes (setting: request size)");
        Answer::error(StatusCode::PAYLOAD_TOO_LARGE, "too_large", sentence)
    };
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if announced > most {
        return Err(too_large());
    }
    let (mut bytes, end) = (Vec::with_capacity(announced.min(FORGOTTEN_BYTES)), Instant::now() + limits.body);
    loop {
        let chunk = timeout_at(end, timeout(limits.pause, chunk(body))).await;
        match chunk {
            Ok(Ok(Some(Ok(chunk)))) if bytes.len() + chunk.len() > most => return Err(too_large()),
            Ok(Ok(Some(Ok(chunk)))) => bytes.extend_from_slice(&chunk),
            Ok(Ok(Some(Err(())))) => return Err(Answer::invalid("the body ends before it is whole")),
            Ok(Ok(None)) => return Ok(bytes),
            Err(_) | Ok(Err(_)) => {
                let sentence = "the body did not come in time; nothing was changed";
                return Err(Answer::error(StatusCode::REQUEST_TIMEOUT, "too_slow", sentence));
            }
        }
    }
}

/// The next bytes of a body; `None` at its end, an error where it is cut.
async fn chunk(body: &mut Body) -> Option<Result<axum::body::Bytes, ()>> {
    loop {
        let frame = std::future::poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await?;
        match frame.map(Frame::into_data) {
            Ok(Ok(bytes)) => return Some(Ok(bytes)),
            Ok(Err(_trailers)) => {}
            Err(_) => return Some(Err(())),
        }
    }
}

/// Reads a body that nobody wants, within bounds: a client that is still sending would not see the answer.
pub async fn forget(mut body: Body) {
    let reading = async {
        let mut read = 0;
        while let Some(Ok(bytes)) = chunk(&mut body).await {
            read += bytes.len();
            if read > FORGOTTEN_BYTES {
                break;
            }
        }
    };
    let _ = timeout(FORGOTTEN_FOR, reading).await;
}
