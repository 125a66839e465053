//! What administrators read, as JSON: the answers of the admin API and the command line's `--format json` are these
//! types and no others, so that both say the same.
//!
//! Fields are in snake case, times are RFC 3339, and what is missing is `null`.

pub mod case;
pub mod delivery;
pub mod event;
pub mod group;
pub mod handover;
pub mod person;
pub mod policy;
pub mod token;

pub use case::{Candidate, Case, CaseSummary, Decided, Evidence};
pub use delivery::{Delivery, DeliverySummary};
pub use event::{Decision, Event, EventCount, FeedEvent};
pub use group::{Group, GroupSummary, Member};
pub use handover::{EarlierHandover, Handover, HandoverPreview, HandoverStep, HandoverSummary};
pub use person::{Claim, ExplainedField, Explanation, Field, Link, Person, PersonSummary};
pub use policy::{Policy, PolicyCheck, PolicyPlan, PolicyProblem, Preview};
pub use token::{NewToken, Token};
