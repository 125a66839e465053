//! A simulated company and simulated identity providers, for `tenure demo`, rehearsals and tests.
//!
//! [`brownfield`] invents a target with a history. [`company`] invents people, [`year`] what happens to them, [`idp`] tells a SCIM server about it in the dialects of
//! the real clients, and [`play`] does all of it in order. The lab knows nothing of Tenure: it speaks SCIM over HTTP,
//! so it can rehearse against any server, and [`year::Year::truth`] says what the server ought to hold afterwards.

pub mod brownfield;
pub mod company;
pub mod http;
pub mod idp;
pub mod play;
pub mod postgres;
pub mod proof;
pub mod rng;
pub mod servicenow;
pub mod year;
