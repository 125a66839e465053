//! One request and its answer as bytes: in bounded time, of bounded size, and with what is known if none comes. What the
//! bytes mean is not decided here.

use super::error::{Call, CallError, Oversize};
use super::obstacle::NoConnection;
use http::HeaderMap;
use reqwest::{RequestBuilder, Response};
use std::sync::Arc;
use std::time::Duration;

/// An answer, whole.
pub(super) struct Received {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

/// No answer in the time that one call may take.
#[derive(Debug, thiserror::Error)]
#[error("no answer within {} s", .0.as_secs())]
pub(super) struct TooLate(pub(super) Duration);

/// Sends a request and reads the answer, unpacked up to `limit` bytes.
///
/// # Errors
/// `Unreachable` if certainly nothing was sent, `Unknown` if something was and no whole answer came, `TooLarge`.
pub(super) async fn exchange(
    call: &Call,
    request: RequestBuilder,
    timeout: Duration,
    limit: usize,
) -> Result<Received, CallError> {
    let answer = tokio::time::timeout(timeout, receive(call, request, limit)).await;
    answer.unwrap_or_else(|_| {
        Err(CallError::Unknown { call: call.clone(), source: Arc::new(TooLate(timeout)) })
    })
}

async fn receive(call: &Call, request: RequestBuilder, limit: usize) -> Result<Received, CallError> {
    let mut response = request.send().await.map_err(|error| lost(call, error))?;
    let status = response.status().as_u16();
    let headers = std::mem::take(response.headers_mut());
    let body = read(call, response, limit).await?;
    Ok(Received { status, headers, body })
}

async fn read(call: &Call, mut response: Response, limit: usize) -> Result<Vec<u8>, CallError> {
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(|error| lost(call, error))? {
        if body.len() + piece.len() > limit {
            return Err(CallError::TooLarge { call: call.clone(), what: Oversize::Answer, limit });
        }
        body.extend_from_slice(&piece);
    }
    Ok(body)
}

/// The address holds what was asked for, so the cause goes without it.
fn lost(call: &Call, error: reqwest::Error) -> CallError {
    let (call, error) = (call.clone(), error.without_url());
    if error.is_connect() || error.is_builder() {
        CallError::Unreachable { call, source: Arc::new(NoConnection::of(&error)) }
    } else {
        CallError::Unknown { call, source: Arc::new(error) }
    }
}
