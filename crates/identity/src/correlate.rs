//! Correlate: which person a new claim is about. The existing link first, then the policy's rules over stable keys;
//! e-mail alone never links. Doubt becomes a case for a human, never a duplicate and never a guess.
//!
//! The caller brings every person who shares any key with the claim; what they share is worked out here.

mod compare;

use crate::case::CaseKind;
use crate::id::{PersonId, SourceName};
use crate::keys::Keys;
use crate::person::Person;
use crate::policy::{CorrelationRule, Policy};
use crate::similarity::{likeness, names_contradict};
use compare::{Side, shares_email, shares_employee_number, shares_user_name};

/// Whom a claim is about.
#[derive(Debug, Clone, PartialEq)]
pub enum Correlation<'a> {
    /// Somebody active holds this identity already: 409.
    Taken {
        /// Who.
        person: &'a Person,
        /// By which attribute, in SCIM's spelling.
        by: &'static str,
    },
    /// Somebody who is known.
    Known {
        /// Who.
        person: &'a Person,
        /// How they were recognised.
        by: Recognised,
    },
    /// Somebody new.
    New {
        /// People who look alike.
        alike: Vec<Alike>,
    },
    /// It takes a human to say.
    Doubt {
        /// What the question is.
        kind: CaseKind,
        /// Who could be meant.
        candidates: Vec<PersonId>,
        /// What speaks for and against.
        evidence: Vec<String>,
    },
}

/// How somebody was recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recognised {
    /// The source used this external id for them before.
    ExternalId,
    /// The employee number.
    EmployeeNumber,
    /// The login, and nobody claims them any more.
    UserName,
}

/// Somebody who looks like the subject of the claim, and is known or taken to be another.
#[derive(Debug, Clone, PartialEq)]
pub struct Alike {
    /// Who.
    pub person: PersonId,
    /// A name to show.
    pub display: String,
    /// What is alike.
    pub evidence: Vec<String>,
    /// Whether a human should look: what is alike is strong, and no source has said that they are two.
    pub ask: bool,
}

/// Decides whom a new claim of this source is about.
pub fn correlate<'a>(
    policy: &Policy,
    source: &'a SourceName,
    keys: &'a Keys,
    candidates: &'a [Person],
) -> Correlation<'a> {
    let sides: Vec<_> = candidates.iter().map(|person| Side::new(person, source, keys)).collect();
    if let Some(known) = by_link(&sides) {
        return known;
    }
    if let Some(side) = sides.iter().find(|side| side.is_active_namesake()) {
        return Correlation::Taken { person: side.person, by: "userName" };
    }
    for rule in &policy.correlation.rules {
        let found = match rule {
            CorrelationRule::EmployeeNumber => by_employee_number(&sides),
            CorrelationRule::UnlinkedUserName => by_user_name(&sides),
            CorrelationRule::EmailForReview => by_email(&sides),
        };
        if let Some(found) = found {
            return found;
        }
    }
    Correlation::New { alike: alike(policy, &sides) }
}

fn by_link<'a>(sides: &[Side<'a>]) -> Option<Correlation<'a>> {
    let side = sides.iter().find(|side| side.has_external_id())?;
    let person = side.person;
    Some(match side.own.is_some_and(|claim| claim.gives_access()) {
        true => Correlation::Taken { person, by: "externalId" },
        false => Correlation::Known { person, by: Recognised::ExternalId },
    })
}

fn by_employee_number<'a>(sides: &[Side<'a>]) -> Option<Correlation<'a>> {
    // Two live external ids of one source are two people, by that source's own word: an administrator's second account
    // carries the same employee number.
    let all: Vec<_> = sides.iter().filter(|s| shares_employee_number(s) && !s.is_another_by_own_word()).collect();
    match all.as_slice() {
        [] => None,
        [side] if side.own.is_some_and(|claim| claim.gives_access()) => Some(doubt(
            CaseKind::AmbiguousMatch,
            &all,
            "an active person of this source has the same employee number under another login",
        )),
        [side] => Some(Correlation::Known { person: side.person, by: Recognised::EmployeeNumber }),
        _ => Some(doubt(CaseKind::AmbiguousMatch, &all, "several people have this employee number")),
    }
}

fn by_user_name<'a>(sides: &[Side<'a>]) -> Option<Correlation<'a>> {
    let all: Vec<_> = sides.iter().filter(|s| shares_user_name(s) && !s.is_another_by_own_word()).collect();
    let (linked, unlinked): (Vec<&Side<'a>>, Vec<_>) = all.into_iter().partition(|side| side.is_owned_elsewhere());
    match (unlinked.as_slice(), linked.as_slice()) {
        ([], []) => None,
        ([side], _) if side.contradicts() => {
            Some(doubt(CaseKind::RecycledLogin, &unlinked, "the login belonged to somebody with other stable keys"))
        }
        ([side], []) => Some(Correlation::Known { person: side.person, by: Recognised::UserName }),
        ([], owned) => Some(doubt(CaseKind::AmbiguousMatch, owned, "another source claims the person with this login")),
        _ => {
            let all: Vec<_> = unlinked.iter().chain(&linked).copied().collect();
            Some(doubt(CaseKind::AmbiguousMatch, &all, "several people have this login"))
        }
    }
}

fn by_email<'a>(sides: &[Side<'a>]) -> Option<Correlation<'a>> {
    let unclear: Vec<_> =
        sides.iter().filter(|side| shares_email(side) && !side.is_another_by_own_word() && !side.contradicts()).collect();
    if unclear.is_empty() {
        return None;
    }
    Some(doubt(CaseKind::EmailMatch, &unclear, "only the e-mail address speaks for a match"))
}

fn doubt<'a>(kind: CaseKind, sides: &[&Side<'a>], first: &str) -> Correlation<'a> {
    let mut evidence = vec![first.to_owned()];
    evidence.extend(sides.iter().flat_map(|side| side.evidence()));
    Correlation::Doubt { kind, candidates: sides.iter().map(|side| side.person.id.clone()).collect(), evidence }
}

fn alike(policy: &Policy, sides: &[Side<'_>]) -> Vec<Alike> {
    sides.iter().filter_map(|side| alike_one(policy, side)).collect()
}

fn alike_one(policy: &Policy, side: &Side<'_>) -> Option<Alike> {
    let likeness = side.person.keys().map(|keys| likeness(side.keys, &keys)).max_by(|a, b| a.score.total_cmp(&b.score))?;
    let same_number = shares_employee_number(side);
    let strong = likeness.score >= policy.correlation.near_duplicate && !side.names_differ();
    if !(strong || same_number || shares_email(side) || shares_user_name(side)) {
        return None;
    }
    let mut evidence = likeness.evidence;
    if same_number {
        evidence.push("both have the same employee number".to_owned());
    }
    let ask = !side.is_another_by_own_word();
    if !ask {
        evidence.push(format!("`{}` knows both under live external ids of their own", side.source));
    }
    Some(Alike { person: side.person.id.clone(), display: side.person.display(), evidence, ask })
}

impl Side<'_> {
    fn names_differ(&self) -> bool {
        self.person.keys().all(|keys| names_contradict(self.keys, &keys))
    }
}

#[cfg(test)]
mod tests;
