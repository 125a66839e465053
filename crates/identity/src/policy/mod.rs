//! The policy: what gets in, where, and by whose word.
//!
//! A policy is written as a document ([`document`]), checked with every error at its place ([`Policy::parse`]), and
//! carried out in this form, with all expressions compiled. [`Policy::built_in`] is the document that applies when nobody
//! wrote another.

mod built_in;
mod check;
pub mod columns;
pub mod document;
mod problem;
pub mod profile;
mod span;

pub use built_in::BUILT_IN;
pub use check::Surroundings;
pub use problem::{Problem, Problems, Severity};

use crate::id::{FieldName, SourceName};
use std::collections::{BTreeMap, BTreeSet};
use tenure_el::{Program, Settings};

/// A whole policy.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// Which version of the document this is; 0 is the built-in one.
    pub version: i64,
    /// How people are recognised.
    pub correlation: Correlation,
    /// Which sources may bring a person into being; all of them without a list.
    pub joiners: Option<Vec<SourceName>>,
    /// How claims become record fields, for sources without a mapping of their own. Sorted by field.
    pub mapping: Vec<Mapping>,
    /// Mappings of single sources, instead of the general one. Each sorted by field.
    pub mapping_of: BTreeMap<SourceName, Vec<Mapping>>,
    /// Who decides which field.
    pub authority: Authority,
    /// Fields that follow from groups and other facts, before any source is asked. In the order in which they are tried:
    /// what another rule reads comes before it, and of one field the first precedence first.
    pub fields: Vec<FieldRule>,
    /// Roles, sorted by role and precedence.
    pub roles: Vec<RoleRule>,
    /// Who is provisioned at all; everybody without it.
    pub scope: Option<Program>,
    /// Joiners, leavers, rehires.
    pub lifecycle: Lifecycle,
    /// When a membership or a field counts as flapping.
    pub flapping: Flapping,
    /// How much may happen before a human is asked.
    pub limits: Limits,
    /// How expressions treat what Okta's reference leaves open. The time in it is not used.
    pub expressions: Settings,
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
    /// Refuse the claim.
    Reject,
}

/// How one record field is made from a claim.
#[derive(Debug, Clone, PartialEq)]
pub struct Mapping {
    /// The target's field.
    pub field: FieldName,
    /// Its value, from the claim.
    pub value: Program,
    /// What it is when the expression gives nothing.
    pub default: Option<String>,
    /// Written once and then left alone.
    pub create_only: bool,
    /// What the value stands for, if it names something else.
    pub reference: Option<Reference>,
    /// The most characters that the target's column holds.
    pub max_length: Option<usize>,
    /// What becomes of a longer value.
    pub too_long: TooLong,
    /// The SCIM attributes that the expression reads, by their names in a claim; the enterprise extension's included.
    pub reads: Vec<String>,
}

/// A value that names a row of another table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The table: `sys_user`, `sys_user_group`, `cmn_department`, …
    pub table: String,
    /// The column by which the row is found.
    pub by: String,
    /// For people and groups of ours: what they are looked up by. Rows of other tables are found at the target.
    pub key: Option<ReferenceKey>,
    /// What to do where there is no such row.
    pub missing: Missing,
}

/// What is looked up among our own people and groups, and by what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReferenceKey {
    /// A person.
    Person(PersonKey),
    /// A live group.
    Group(GroupKey),
}

/// What a group can be referred to by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GroupKey {
    /// Its display name.
    Name,
    /// A source's own id; compared exactly.
    ExternalId,
}

/// What a person can be referred to by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PersonKey {
    /// A source's own id; compared exactly.
    ExternalId,
    /// Employee number.
    EmployeeNumber,
    /// Login.
    UserName,
    /// E-mail address.
    Email,
}

/// What to do about a reference to something that is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// Make it in the target. For departments and their like; never for people and groups, which sources bring.
    Create,
    /// Leave the field empty, and fill it the moment it arrives.
    Defer,
    /// Use the mapping's default.
    Default,
    /// Leave the field as it is.
    Skip,
}

/// What becomes of a value that the column cannot hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TooLong {
    /// It is rejected; the old value stays.
    #[default]
    Refuse,
    /// The characters that fit are kept.
    Cut,
    /// The words that fit are kept; a first word that does not fit is cut.
    CutAtWord,
}

/// Who decides which field: the first source in order that has a value.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Authority {
    /// The order for fields without one of their own. Sources that it does not name come after it, by name.
    pub default: Vec<Voice>,
    /// The order for single fields. Sources that it does not name do not decide.
    pub fields: BTreeMap<FieldName, Vec<Voice>>,
}

/// A source in an order of authority.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Voice {
    /// The source.
    pub source: SourceName,
    /// It may fill the field while it is empty, and changes nothing after.
    pub only_if_empty: bool,
}

/// A field that does not come from a source's attribute but from a condition, such as a group.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldRule {
    /// The target's field.
    pub field: FieldName,
    /// For whom.
    pub when: Program,
    /// What it is then.
    pub value: Program,
    /// What the value stands for, if it names something else: as the rule says, or else as the mappings of the field do.
    pub reference: Option<Reference>,
    /// Which rule of the same field is tried first; lower is first.
    pub precedence: i64,
    /// The most characters that the target's column holds.
    pub max_length: Option<usize>,
}

/// Who has a role.
#[derive(Debug, Clone, PartialEq)]
pub struct RoleRule {
    /// The target's role.
    pub role: String,
    /// For whom the rule speaks.
    pub when: Program,
    /// Whether they have it or must not have it.
    pub grant: bool,
    /// Which rule of the same role is tried first; lower is first.
    pub precedence: i64,
}

/// Joiners, leavers, rehires.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lifecycle {
    /// Whether a leaver is also locked out.
    pub lock_out: bool,
    /// Whether a leaver's record gives up a user name that somebody else has now and the target lets nobody share.
    pub free_user_name: bool,
    /// Whose word ends access.
    pub deactivate_when: DeactivateWhen,
    /// Who takes over a leaver's open work, in order of preference.
    pub hand_over: Vec<Receiver>,
}

/// Whose word ends a person's access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeactivateWhen {
    /// Any source that claims the person.
    Any,
    /// The first source in the authority order of `active`.
    Authoritative,
}

/// Who takes over a leaver's open work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Receiver {
    /// The leaver's manager.
    Manager,
    /// A group of the target, by name.
    Group(String),
    /// Somebody by login.
    Person(String),
    /// The group that each task is assigned to.
    AssignmentGroup,
}

/// When something counts as flapping.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flapping {
    /// Changes further apart than this many seconds do not count.
    pub window_seconds: i64,
}

/// How much may happen before a human is asked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Limits {
    /// People who lose access.
    pub deactivations: Option<Limit>,
}

/// A bound on how much may happen within a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit {
    /// So many.
    pub count: Option<u32>,
    /// So many of a hundred active people.
    pub percent: Option<u32>,
    /// Within so many seconds.
    pub window_seconds: i64,
    /// What happens beyond.
    pub then: Beyond,
}

/// What happens beyond a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beyond {
    /// It waits for a human.
    Hold,
    /// It happens, and a finding says so.
    Warn,
}

impl Policy {
    /// The mapping of this source.
    pub fn mapping_for(&self, source: &SourceName) -> &[Mapping] {
        self.mapping_of.get(source).unwrap_or(&self.mapping)
    }

    /// How this source fills this field.
    pub fn mapping_of_field(&self, source: &SourceName, field: &str) -> Option<&Mapping> {
        let mapping = self.mapping_for(source);
        let index = mapping.binary_search_by(|mapping| mapping.field.as_str().cmp(field)).ok()?;
        Some(&mapping[index])
    }

    /// Whether records that are the same under both are the same in the target, too: what values refer to, what is written
    /// once, and which roles are ours to give and take.
    pub fn delivers_like(&self, other: &Self) -> bool {
        fn terms(mappings: &[Mapping]) -> impl Iterator<Item = (&FieldName, Option<&Reference>, bool)> {
            mappings.iter().map(|it| (&it.field, it.reference.as_ref(), it.create_only))
        }
        fn rules(policy: &Policy) -> impl Iterator<Item = (&FieldName, Option<&Reference>)> {
            policy.fields.iter().map(|it| (&it.field, it.reference.as_ref()))
        }
        let roles = |policy: &Self| -> BTreeSet<String> {
            policy.roles.iter().map(|rule| rule.role.clone()).collect()
        };
        terms(&self.mapping).eq(terms(&other.mapping))
            && self.mapping_of.len() == other.mapping_of.len()
            && self.mapping_of.iter().zip(&other.mapping_of).all(|((source, one), (other_source, other))| {
                source == other_source && terms(one).eq(terms(other))
            })
            && rules(self).eq(rules(other))
            && roles(self) == roles(other)
    }

    /// What the field refers to where no source's mapping decided it: by its rules, which agree, or else by anybody's
    /// mapping.
    pub fn reference_of(&self, field: &FieldName) -> Option<&Reference> {
        let ruled = self.fields.iter().map(|rule| (&rule.field, &rule.reference));
        let mapped = self.mapping_of.values().flatten().chain(&self.mapping);
        let mut all = ruled.chain(mapped.map(|mapping| (&mapping.field, &mapping.reference)));
        all.find_map(|(name, reference)| reference.as_ref().filter(|_| name == field))
    }

    /// Everything that a mapping or a rule refers to.
    pub fn references(&self) -> impl Iterator<Item = &Reference> {
        let mapped = self.mapping.iter().chain(self.mapping_of.values().flatten());
        let ruled = self.fields.iter().filter_map(|rule| rule.reference.as_ref());
        mapped.filter_map(|mapping| mapping.reference.as_ref()).chain(ruled)
    }

    /// Whether a rule refers to people or groups of ours: to whom is only known once it has been asked.
    pub fn rules_refer(&self) -> bool {
        self.fields.iter().any(|rule| rule.reference.as_ref().is_some_and(|it| it.key.is_some()))
    }

    /// Whether this source may bring a person into being.
    pub fn may_create(&self, source: &SourceName) -> bool {
        self.joiners.as_ref().is_none_or(|joiners| joiners.contains(source))
    }

    /// Whether any field may be decided by this source. It is in the general order, or in that of a field that it maps.
    pub fn decides_anything(&self, source: &SourceName) -> bool {
        let decides = |mapping: &Mapping| self.authority.rank(mapping.field.as_str(), source).is_some();
        self.authority.default.iter().any(|voice| voice.source == *source)
            || self.mapping_for(source).iter().any(decides)
    }

    /// Whether what somebody's record says may depend on the groups they are in.
    pub fn reads_groups(&self) -> bool {
        let mapped = self.mapping.iter().chain(self.mapping_of.values().flatten()).map(|it| &it.value);
        let ruled = self.fields.iter().flat_map(|rule| [&rule.when, &rule.value]);
        let roles = self.roles.iter().map(|rule| &rule.when);
        mapped.chain(ruled).chain(roles).chain(&self.scope).any(|program| program.reads().groups)
    }

    /// Whether a field refers to people or groups of ours.
    pub fn refers(&self) -> bool {
        self.looked_up().next().is_some()
    }

    /// Whether a field refers to groups of ours.
    pub fn refers_to_groups(&self) -> bool {
        self.looked_up().any(|key| matches!(key, ReferenceKey::Group(_)))
    }

    fn looked_up(&self) -> impl Iterator<Item = ReferenceKey> {
        self.references().filter_map(|reference| reference.key)
    }
}

impl Reference {
    /// Whether both look for the same rows by the same column.
    pub(crate) fn looks_up_like(&self, other: &Self) -> bool {
        (&self.table, &self.by, self.key) == (&other.table, &other.by, other.key)
    }
}

impl Mapping {
    /// Whether this mapping reads the attribute of a claim.
    pub fn reads(&self, attribute: &str) -> bool {
        self.reads.iter().any(|name| name == attribute || name == "*")
    }
}

impl Authority {
    /// The order of authority for this field, and whether sources that it does not name come after it.
    pub fn order(&self, field: &str) -> (&[Voice], bool) {
        match self.fields.get(field) {
            Some(order) => (order, false),
            None => (&self.default, true),
        }
    }

    /// The source's place in the order for this field; lower decides first, `None` never.
    pub fn rank<'a>(&self, field: &str, source: &'a SourceName) -> Option<(usize, &'a SourceName)> {
        let (order, open) = self.order(field);
        match order.iter().position(|voice| voice.source == *source) {
            Some(place) => Some((place, source)),
            None if open => Some((usize::MAX, source)),
            None => None,
        }
    }
}

impl Voice {
    /// A source that decides whenever it has a value.
    pub fn of(source: SourceName) -> Self {
        Self { source, only_if_empty: false }
    }
}

impl PersonKey {
    /// Every key.
    pub const ALL: [Self; 4] = [Self::ExternalId, Self::EmployeeNumber, Self::UserName, Self::Email];

    /// The attribute of a claim that it comes from.
    pub fn attribute(self) -> &'static str {
        match self {
            Self::ExternalId => "externalId",
            Self::EmployeeNumber => "employeeNumber",
            Self::UserName => "userName",
            Self::Email => "emails",
        }
    }
}

#[cfg(test)]
mod tests;
