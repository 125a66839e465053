//! Reads: the facts that decisions rest on, and what the surfaces show.

pub mod cases;
pub mod directory;
pub mod feed;
pub mod groups;
pub mod limits;
pub mod people;
mod references;
pub mod resources;
pub mod timeline;
pub mod unclaimed;
