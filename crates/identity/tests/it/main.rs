//! Decisions about whole populations that the lab invents.

mod brownfield;
mod facts;
mod measure;
