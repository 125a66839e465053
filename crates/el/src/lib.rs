//! Okta Expression Language as values: text to a tree, to a checked [`Program`], to a [`Value`].
//!
//! Follows Okta's reference pages "Okta Expression Language overview" (the classic dialect of profile mappings and group
//! rules, <https://developer.okta.com/docs/reference/okta-expression-language/>) and "Okta Expression Language in
//! Identity Engine" (<https://developer.okta.com/docs/reference/okta-expression-language-in-identity-engine/>), and for
//! operators Spring's own expression language, on which both stand. What the pages leave open is a switch in
//! [`Settings`] with a documented default.
//!
//! This crate does no I/O and has no clock: who is meant is a [`Context`], the time is a setting. Depth, steps, output
//! and the cost of regular expressions are bounded, so that an expression from anybody can be evaluated.
//!
//! ```
//! use tenure_el::{JsonContext, Options, Program, Settings, Vocabulary};
//!
//! let program = Program::compile("user.title ?: 'none'", &Vocabulary::open(), &Options::default()).unwrap();
//! let document = serde_json::json!({ "user": { "title": "Countess" } });
//! let (context, settings) = (JsonContext::new(&document), Settings::at(jiff::Timestamp::UNIX_EPOCH));
//! assert_eq!(program.evaluate(&context, &settings).unwrap().as_text(), Some("Countess"));
//! ```

pub mod context;
pub mod diagnostic;
mod functions;
mod iso3166;
mod machine;
mod operate;
mod pattern;
pub mod program;
pub mod reference;
pub mod settings;
mod suggest;
pub mod syntax;
mod time;
pub mod types;
pub mod value;
pub mod vocabulary;

pub use context::{Attribute, Context, Group, JsonContext, Relation};
pub use diagnostic::{Diagnostic, Severity};
pub use iso3166::Country;
pub use program::{EvalError, Program, Reads, check};
pub use settings::{Dialect, Expect, Nulls, Options, Purpose, Settings};
pub use syntax::Ast;
pub use time::Moment;
pub use types::{Fields, Type};
pub use value::Value;
pub use vocabulary::Vocabulary;
