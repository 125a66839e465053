//! The simulated ServiceNow over real HTTP.

mod audit;
mod batch;
mod client;
mod faults;
mod lists;
mod outside;
mod query;
mod roles;
mod rules;
mod scim;
mod seed;
mod sign_in;
mod table;
