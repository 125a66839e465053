//! Decisions about whole populations that the lab invents.

mod brownfield;
mod measure;
