//! The server as its clients meet it: the real router over a real store, on both engines where they could differ.

#![expect(clippy::unwrap_used, reason = "a test that fails panics")]

mod cases;
mod dialects;
mod entra;
mod etag;
mod events;
mod groups;
mod identity;
mod lessons;
mod okta;
mod paging;
mod projection;
mod search;
mod support;
