//! The server as its clients meet it: the real router over a real store, on both engines where they could differ.

#![expect(clippy::unwrap_used, reason = "a test that fails panics")]

mod absurd;
mod api;
mod auth;
mod bulk;
mod cases;
mod deliver;
mod dialects;
mod discovery;
mod doctor;
mod entra;
mod etag;
mod events;
mod fuzz;
mod groups;
mod handover;
mod identity;
mod lessons;
mod log;
mod malformed;
mod okta;
mod onboard;
mod onboard_answers;
mod onboard_gaps;
mod paging;
mod policy;
mod projection;
mod protocol;
mod race;
mod search;
mod support;
mod tour;
mod wire;
