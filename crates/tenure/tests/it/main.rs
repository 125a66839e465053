//! The binary as its users meet it: every test runs the real one in a folder of its own.

#![expect(clippy::unwrap_used, reason = "a test that fails panics")]

mod bench;
mod book;
mod commands;
mod configuration;
mod crash;
mod demo;
mod doctor;
mod el;
mod explain;
mod handover;
mod lab;
mod lists;
mod mass_change;
mod nodes;
mod onboard;
mod policy;
mod review;
mod serve;
mod shell;
mod support;
mod target_year;
mod tls;
mod token;
mod year;
