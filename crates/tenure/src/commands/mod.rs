//! The commands, one file each.

pub(crate) mod bench;
pub(crate) mod deliver;
pub(crate) mod demo;
pub(crate) mod doctor;
pub(crate) mod el;
pub(crate) mod explain;
pub(crate) mod handover;
pub(crate) mod lab;
mod list;
pub(crate) mod onboard;
pub(crate) mod policy;
pub(crate) mod review;
pub(crate) mod serve;
pub(crate) mod shell;
pub(crate) mod token;
