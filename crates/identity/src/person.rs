//! A person, as the facts of a decision: the record, the claims of all sources, and the version that a commit expects.

use crate::claim::Claim;
use crate::group::Membership;
use crate::id::{PersonId, SourceName};
use crate::keys::Keys;
use crate::limit::Hold;
use crate::record::Record;
use jiff::Timestamp;

/// One person with everything that is known of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    /// Never changes.
    pub id: PersonId,
    /// Counts the changes; a commit names the version that it was decided on.
    pub version: i64,
    /// What is true of them, in the target's fields.
    pub record: Record,
    /// Whether they are active in the target.
    pub active: bool,
    /// When they were deactivated, while they are inactive.
    pub deactivated_at: Option<Timestamp>,
    /// When they first came.
    pub created: Timestamp,
    /// Claims of all sources, ended ones included.
    pub claims: Vec<Claim>,
    /// The login that is theirs alone while they are active.
    pub login: Held,
    /// The employee number that is theirs alone.
    pub employee_number: Held,
    /// The live groups that they are in.
    pub groups: Vec<Membership>,
    /// Whether they are, or have ever been, in the policy's scope. Nobody else is delivered anywhere.
    pub provisioned: bool,
    /// Whether a field waits for somebody who has not arrived.
    pub waits: bool,
    /// How often something outside their claims changed that their record may depend on, since they were last resolved.
    pub due: i64,
    /// Why they keep access that their claims do not give, if they do.
    pub hold: Option<Hold>,
}

/// Whether a person holds a key that only one person may hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Held {
    /// They hold it, or would if they had one.
    Exclusively(Option<String>),
    /// Somebody else holds the same value, and it is known that the two are different people.
    Shared,
}

impl Held {
    /// The folded key, where it is held exclusively.
    pub fn key(&self) -> Option<&str> {
        match self {
            Self::Exclusively(key) => key.as_deref(),
            Self::Shared => None,
        }
    }
}

impl Person {
    /// The claim of this source, live or ended.
    pub fn claim_of(&self, source: &SourceName) -> Option<&Claim> {
        self.claims.iter().find(|claim| &claim.source == source)
    }

    /// The claim of this source, if it still makes one.
    pub fn live_claim_of(&self, source: &SourceName) -> Option<&Claim> {
        self.claim_of(source).filter(|claim| claim.is_live())
    }

    /// Sources other than this one that still claim the person.
    pub fn other_live_sources<'a>(&'a self, source: &'a SourceName) -> impl Iterator<Item = &'a SourceName> {
        self.claims.iter().filter(move |claim| claim.is_live() && &claim.source != source).map(|c| &c.source)
    }

    /// The keys of all claims.
    pub fn keys(&self) -> impl Iterator<Item = Keys> + '_ {
        self.claims.iter().map(Claim::keys)
    }

    /// A name for people who read a case or an event: the login, be it as a source says it because the record cannot hold it.
    pub fn display(&self) -> String {
        let said = || self.claims.iter().map(Claim::user_name).find(|name| !name.is_empty());
        self.record.text("user_name").or_else(said).unwrap_or(self.id.as_str()).to_owned()
    }
}
