//! Onboarding: what to know, and what to decide, about a target that already has users, before the first push.
//!
//! [`survey`] reports what is wrong with the records that exist, [`suspects`] finds those that look like one human being,
//! and [`adopt`] says which record is which person of ours, by the policy's own rules. Nothing is written here, nobody is
//! merged, and a guess is never a link: doubt becomes a case. Reading the records is for a shell.

mod account;
mod adopt;
mod blocks;
mod existing;
mod finding;
mod keep;
mod lengths;
mod population;
mod portrait;
mod study;
mod subject;
mod survey;
mod suspects;
mod weigh;

pub use account::{Account, AccountKind};
pub use adopt::{
    Adoption, Conflict, ConflictKind, Link, MatchedBy, Question, QuestionKind, Unclaimed, adopt,
};
pub use existing::{Answer, Existing, Known, Name};
pub use finding::{Finding, FindingKind};
pub use lengths::Lengths;
pub use study::study;
pub use survey::{Figures, LoginAge, Survey, survey};
pub use suspects::{Cluster, suspects};

#[cfg(test)]
mod tests;
