//! The admin API: who may call what, what it shows, and what it refuses.

mod access;
mod directory;
mod document;
mod explain;
mod refusals;
mod review;
mod tokens;
