//! The client of ServiceNow over real HTTP, against answers as an instance gives them.

#![expect(clippy::unwrap_used, reason = "a test that fails panics")]

mod batch;
mod dictionary;
mod pages;
mod proxy;
mod secrets;
mod set_up;
mod sign_in;
mod signing;
mod simulated;
mod support;
mod table;
mod trouble;
