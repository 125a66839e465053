//! Decisions about whole populations that the lab invents.

#![expect(clippy::unwrap_used, reason = "a test that fails panics")]

mod brownfield;
mod measure;
