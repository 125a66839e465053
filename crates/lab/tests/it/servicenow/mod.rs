//! The simulated ServiceNow over real HTTP.

mod client;
mod table;
