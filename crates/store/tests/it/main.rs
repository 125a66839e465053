//! The contract of the store: every test runs on SQLite and on PostgreSQL.

#![expect(clippy::unwrap_used, reason = "a test that fails panics")]

mod cases;
mod claims;
mod commit;
mod concurrency;
mod crash;
mod deliveries;
mod directory;
mod errors;
mod filters;
mod fixture;
mod groups;
mod handovers;
mod limits;
mod list;
mod migrate;
mod onboard;
mod people;
mod reports;
mod support;
mod target;
mod timeline;
mod tokens;
mod waits;
