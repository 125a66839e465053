//! The policy: what gets in, where, and by whose word.
//!
//! This is the form in which a policy is carried out. [`Policy::built_in`] makes the one that applies when nobody wrote another:
//! SCIM core and enterprise attributes to the columns of ServiceNow's `sys_user`.

mod built_in;
mod selector;

pub use selector::{Preference, Selector};

use crate::id::SourceName;
use std::collections::BTreeMap;

/// A whole policy.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// How people are recognised.
    pub correlation: Correlation,
    /// How claims become record fields, for sources without a mapping of their own.
    pub mapping: Vec<Mapping>,
    /// Mappings of single sources, instead of the general one.
    pub mapping_of: BTreeMap<SourceName, Vec<Mapping>>,
    /// Who decides which field.
    pub authority: Authority,
    /// Joiners, leavers, rehires.
    pub lifecycle: Lifecycle,
    /// When a membership counts as flapping.
    pub flapping: Flapping,
}

/// How people are recognised.
#[derive(Debug, Clone, PartialEq)]
pub struct Correlation {
    /// What to try after the existing link, in order.
    pub rules: Vec<CorrelationRule>,
    /// What to do where a rule finds more than one person.
    pub ambiguous: OnDoubt,
    /// What to do where an external id changes and a stable key says that the person is the same.
    pub rotated_external_id: OnRotation,
    /// From which similarity on two people count as near-duplicates, 0 to 1.
    pub near_duplicate: f64,
}

/// A way to recognise somebody who has no link yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CorrelationRule {
    /// The employee number is equal.
    EmployeeNumber,
    /// The login is equal, and no source claims the person any more.
    UnlinkedUserName,
    /// An e-mail address is equal: never enough, a human decides.
    EmailForReview,
}

/// What to do where it is not clear who is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnDoubt {
    /// Ask a human; the claim waits.
    Review,
    /// Refuse the claim.
    Reject,
}

/// What to do where an external id rotates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnRotation {
    /// Link the new id to the person that the stable key names.
    Relink,
    /// Ask a human.
    Review,
}

/// How one record field is made from a claim.
#[derive(Debug, Clone, PartialEq)]
pub struct Mapping {
    /// The target's field.
    pub field: String,
    /// Where in the claim the value is.
    pub value: Expression,
    /// The most characters that the target's column holds.
    pub max_length: Option<usize>,
}

/// How a value is computed from a claim.
#[derive(Debug, Clone, PartialEq)]
pub enum Expression {
    /// An attribute, as it is.
    Select(Selector),
    /// The primary language subtag of a language tag: `en` of `en-US` (RFC 5646 §2.2.1).
    PrimaryLanguage(Selector),
}

/// Who decides which field: the first source in order that has a value.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Authority {
    /// The order for fields without one of their own. Sources that it does not name come after it, by name.
    pub default: Vec<SourceName>,
    /// The order for single fields. Sources that it does not name do not decide.
    pub fields: BTreeMap<String, Vec<SourceName>>,
}

/// Joiners, leavers, rehires.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lifecycle {
    /// Whether a leaver is also locked out.
    pub lock_out: bool,
    /// Whose word ends access.
    pub deactivate_when: DeactivateWhen,
}

/// Whose word ends a person's access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeactivateWhen {
    /// Any source that claims the person.
    Any,
    /// The first source in the authority order of `active`.
    Authoritative,
}

/// When adding and removing the same member counts as flapping.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flapping {
    /// Changes further apart than this many seconds do not count.
    pub window_seconds: i64,
}

impl Policy {
    /// The mapping of this source.
    pub fn mapping_for(&self, source: &SourceName) -> &[Mapping] {
        self.mapping_of.get(source).unwrap_or(&self.mapping)
    }

    /// The longest value that the field's column holds.
    pub fn max_length(&self, source: &SourceName, field: &str) -> Option<usize> {
        self.mapping_for(source).iter().find(|mapping| mapping.field == field)?.max_length
    }
}

impl Mapping {
    /// Whether this mapping reads the attribute.
    pub fn reads(&self, schema: Option<&str>, attribute: &str) -> bool {
        let (Expression::Select(selector) | Expression::PrimaryLanguage(selector)) = &self.value;
        selector.schema.as_deref() == schema && selector.attribute == attribute
    }
}

impl Authority {
    /// The source's place in the order for this field; lower decides first, `None` never.
    pub fn rank<'a>(&self, field: &str, source: &'a SourceName) -> Option<(usize, &'a SourceName)> {
        let place = |order: &[SourceName]| order.iter().position(|name| name == source);
        match self.fields.get(field) {
            Some(order) => Some((place(order)?, source)),
            None => Some((place(&self.default).unwrap_or(usize::MAX), source)),
        }
    }
}
