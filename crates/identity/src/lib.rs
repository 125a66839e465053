//! Who a claim is about, what is true of them, and why.
//!
//! A source never writes a record: it *claims*. [`correlate`] decides which person a claim is about, [`resolve`] makes
//! the record that all claims and the policy imply, and [`receive`] and [`group`] put both together into a
//! [`change::Change`]: everything that one request changes, as data, with the versions that it was decided on and a
//! reason for each step. Nothing here reads a clock, a database or a request; time and fresh ids are parameters.

pub mod case;
pub mod change;
pub mod claim;
pub mod correlate;
pub mod decision;
pub mod event;
pub mod group;
pub mod handover;
pub mod id;
pub mod impact;
pub mod keys;
pub mod limit;
pub mod onboard;
pub mod person;
pub mod policy;
pub mod receive;
pub mod reconcile;
pub mod record;
pub mod resolve;
pub mod similarity;

#[cfg(test)]
mod testing;
