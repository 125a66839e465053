//! The language as its users see it: what expressions give, what is said about wrong ones, and what holds for any text.

#![expect(clippy::unwrap_used, reason = "a test that fails panics")]

mod bounds;
mod diagnostics;
mod properties;
mod reference;
mod settings;
mod spel;
mod syntax;
mod vectors;
mod zones;
