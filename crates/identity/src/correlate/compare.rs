//! One candidate seen beside the claim: what they share, what contradicts, and who has a say in it.

use crate::claim::Claim;
use crate::id::SourceName;
use crate::keys::Keys;
use crate::person::Person;
use crate::similarity::names_contradict;

/// A key by which a claim and a candidate are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Key {
    /// The source's own id.
    ExternalId,
    /// Employee number.
    EmployeeNumber,
    /// Login.
    Login,
    /// E-mail address.
    Email,
    /// Given and family name.
    Name,
}

/// What a claim and a candidate have under one key, folded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// Which key.
    pub key: Key,
    /// What the claim has.
    pub claim: Option<String>,
    /// What the candidate has.
    pub person: Option<String>,
    /// Whether they have it in common.
    pub agrees: bool,
}

impl Key {
    /// Every key, the firmest first.
    pub const ALL: [Self; 5] = [Self::ExternalId, Self::EmployeeNumber, Self::Login, Self::Email, Self::Name];

    /// The words for it.
    pub fn label(self) -> &'static str {
        match self {
            Self::ExternalId => "external id",
            Self::EmployeeNumber => "employee number",
            Self::Login => "login",
            Self::Email => "e-mail",
            Self::Name => "name",
        }
    }

    fn of(self, keys: &Keys) -> Vec<&String> {
        match self {
            Self::ExternalId => keys.external_id.iter().collect(),
            Self::EmployeeNumber => keys.employee_number.iter().collect(),
            Self::Login => vec![&keys.user_name],
            Self::Email => keys.emails.iter().collect(),
            Self::Name => keys.name.iter().collect(),
        }
    }
}

impl Comparison {
    fn new(key: Key, ours: Vec<&String>, theirs: Vec<&String>) -> Self {
        let shared = ours.iter().find(|value| theirs.contains(value)).copied();
        let show = |values: Vec<&String>| shared.or(values.first().copied()).cloned();
        Self { key, agrees: shared.is_some(), claim: show(ours), person: show(theirs) }
    }
}

/// One candidate beside the claim.
#[derive(Debug, Clone, Copy)]
pub(super) struct Side<'a> {
    pub(super) person: &'a Person,
    pub(super) source: &'a SourceName,
    /// The claim's keys.
    pub(super) keys: &'a Keys,
    /// What the same source says of the candidate already, live or ended.
    pub(super) own: Option<&'a Claim>,
}

impl<'a> Side<'a> {
    pub(super) fn new(person: &'a Person, source: &'a SourceName, keys: &'a Keys) -> Self {
        Self { person, source, keys, own: person.claim_of(source) }
    }

    /// The source knows the candidate by the claim's external id.
    pub(super) fn has_external_id(&self) -> bool {
        let own = self.own.and_then(Claim::external_id);
        own.is_some() && own == self.keys.external_id.as_deref()
    }

    /// The source, which gives no external ids, knows the candidate by this login, and nothing says that they are two.
    pub(super) fn is_link_by_login(&self) -> bool {
        let named = |claim: &Claim| {
            claim.is_live() && claim.external_id().is_none() && claim.keys().user_name == self.keys.user_name
        };
        self.keys.external_id.is_none() && self.own.is_some_and(named) && !self.contradicts()
    }

    /// The source has an active person with the claim's login.
    pub(super) fn is_active_namesake(&self) -> bool {
        self.own.is_some_and(|claim| claim.gives_access() && claim.keys().user_name == self.keys.user_name)
    }

    /// The source knows the candidate, active, under another external id than the claim's.
    pub(super) fn is_another_by_own_word(&self) -> bool {
        self.is_active_here() && self.external_ids_differ()
    }

    /// A source other than the claim's still claims the candidate.
    fn is_owned_elsewhere(&self) -> bool {
        self.person.other_live_sources(self.source).next().is_some()
    }

    /// The person is somebody's account now: another source's, or an active one of the same source.
    pub(super) fn is_claimed(&self) -> bool {
        self.is_owned_elsewhere() || self.is_active_here()
    }

    /// The source knows the candidate, active.
    pub(super) fn is_active_here(&self) -> bool {
        self.own.is_some_and(Claim::gives_access)
    }

    /// A stable key, or the whole name, says that the candidate is another human being.
    pub(super) fn contradicts(&self) -> bool {
        self.stable_keys_contradict() || self.names_contradict()
    }

    /// The same source's external id, or the employee number, says that the candidate is another human being.
    pub(super) fn stable_keys_contradict(&self) -> bool {
        self.external_ids_differ() || self.employee_numbers_differ()
    }

    fn external_ids_differ(&self) -> bool {
        differ(self.own.and_then(Claim::external_id), self.keys.external_id.as_deref())
    }

    fn employee_numbers_differ(&self) -> bool {
        let theirs: Vec<_> = self.person.keys().filter_map(|keys| keys.employee_number).collect();
        let ours = self.keys.employee_number.as_ref();
        ours.is_some_and(|ours| !theirs.is_empty() && !theirs.contains(ours))
    }

    /// No source knows the candidate under a name that is like the claim's.
    pub(super) fn names_contradict(&self) -> bool {
        let mut named = self.person.keys().filter(|keys| keys.name.is_some()).peekable();
        named.peek().is_some() && named.all(|keys| names_contradict(self.keys, &keys))
    }

    /// Both sides, one sentence per key that either has.
    pub(super) fn evidence(&self) -> Vec<String> {
        let name = self.person.display();
        let state = if self.person.active { "active" } else { "inactive" };
        let mut evidence = vec![format!("`{name}` ({}) is {state}", self.person.id)];
        let show =
            |value: &Option<String>| value.as_ref().map_or("none".to_owned(), |value| format!("`{value}`"));
        evidence.extend(self.comparisons().iter().map(|it| {
            let verdict = if it.agrees { "equal" } else { "different" };
            format!("{}: claim {}, `{name}` {}: {verdict}", it.key.label(), show(&it.claim), show(&it.person))
        }));
        evidence
    }

    /// Both sides, key by key, where either has it. A key that several sources say differently is equal if one of them
    /// says it like the claim; else the claim's own source is shown.
    pub(super) fn comparisons(&self) -> Vec<Comparison> {
        let own: Vec<_> = self.own.map(Claim::keys).into_iter().collect();
        let all: Vec<_> = own.iter().cloned().chain(self.person.keys()).collect();
        let compared = Key::ALL.map(|key| {
            // An external id means something to its own source only.
            let theirs = if key == Key::ExternalId { &own } else { &all };
            Comparison::new(key, key.of(self.keys), theirs.iter().flat_map(|keys| key.of(keys)).collect())
        });
        compared.into_iter().filter(|it| it.claim.is_some() || it.person.is_some()).collect()
    }
}

pub(super) fn differ(one: Option<&str>, other: Option<&str>) -> bool {
    matches!((one, other), (Some(one), Some(other)) if one != other)
}

pub(super) fn shares_employee_number(side: &Side<'_>) -> bool {
    let ours = side.keys.employee_number.as_ref();
    ours.is_some() && side.person.keys().any(|keys| keys.employee_number.as_ref() == ours)
}

pub(super) fn shares_user_name(side: &Side<'_>) -> bool {
    side.person.keys().any(|keys| keys.user_name == side.keys.user_name)
}

pub(super) fn shares_email(side: &Side<'_>) -> bool {
    side.person.keys().any(|keys| keys.emails.iter().any(|email| side.keys.emails.contains(email)))
}
