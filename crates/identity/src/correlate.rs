//! Correlate: which person a new claim is about. The existing link first, then the policy's rules over stable keys;
//! e-mail alone never links. Doubt becomes a case for a human, never a duplicate and never a guess.
//!
//! The caller brings every person who shares any key with the claim; what they share is worked out here.

mod compare;

pub use compare::{Comparison, Key};

use crate::case::CaseKind;
use crate::id::{PersonId, SourceName};
use crate::keys::Keys;
use crate::person::Person;
use crate::policy::{CorrelationRule, Policy};
use crate::similarity::{Likeness, likeness};
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
    /// Whether a human should look: the source has not said that they are two, or they have one e-mail address.
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
    // Where a source gives no external ids, the login is what it calls people by.
    if let Some(side) = sides.iter().find(|side| side.is_link_by_login()) {
        return Correlation::Known { person: side.person, by: Recognised::UserName };
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

/// Whether the source knows the person, active, under another external id than the claim's: two people, by its own word.
pub(crate) fn is_another_by_own_word(person: &Person, source: &SourceName, keys: &Keys) -> bool {
    Side::new(person, source, keys).is_another_by_own_word()
}

/// What the person and the claim have and do not have in common, one sentence per key.
pub(crate) fn both_sides(person: &Person, source: &SourceName, keys: &Keys) -> Vec<String> {
    Side::new(person, source, keys).evidence()
}

/// A claim beside somebody whom it could be about.
#[derive(Debug, Clone, PartialEq)]
pub struct Beside {
    /// Key by key, what each of the two has.
    pub comparisons: Vec<Comparison>,
    /// How alike they look: 0 (nothing in common) to 1 (the same but for form).
    pub similarity: f64,
    /// What looks alike, one sentence each.
    pub alike: Vec<String>,
}

/// Puts a claim of this source beside a person, for a human to look at.
pub fn beside(person: &Person, source: &SourceName, keys: &Keys) -> Beside {
    let comparisons = Side::new(person, source, keys).comparisons();
    let best = best_likeness(person, keys);
    let (similarity, alike) = best.map_or_else(Default::default, |best| (best.score, best.evidence));
    Beside { comparisons, similarity, alike }
}

fn best_likeness(person: &Person, keys: &Keys) -> Option<Likeness> {
    person.keys().map(|theirs| likeness(keys, &theirs)).max_by(|a, b| a.score.total_cmp(&b.score))
}

fn by_link<'a>(sides: &[Side<'a>]) -> Option<Correlation<'a>> {
    let side = sides.iter().find(|side| side.has_external_id())?;
    let person = side.person;
    Some(if side.is_active_here() {
        Correlation::Taken { person, by: "externalId" }
    } else {
        Correlation::Known { person, by: Recognised::ExternalId }
    })
}

fn by_employee_number<'a>(sides: &[Side<'a>]) -> Option<Correlation<'a>> {
    // Two active external ids of one source are two people, by that source's own word: an administrator's second
    // account carries the same employee number.
    let all: Vec<_> =
        sides.iter().filter(|s| shares_employee_number(s) && !s.is_another_by_own_word()).collect();
    match all.as_slice() {
        [] => None,
        [side] if side.is_active_here() => Some(doubt(
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
    let (claimed, unlinked): (Vec<&Side<'a>>, Vec<_>) = all.into_iter().partition(|side| side.is_claimed());
    match (unlinked.as_slice(), claimed.as_slice()) {
        ([], []) => None,
        ([side], _) if side.contradicts() => Some(doubt(
            CaseKind::RecycledLogin,
            &unlinked,
            "the login belonged to somebody with other stable keys",
        )),
        ([side], []) => Some(Correlation::Known { person: side.person, by: Recognised::UserName }),
        ([], owned) => {
            Some(doubt(CaseKind::AmbiguousMatch, owned, "the person with this login has a live account"))
        }
        _ => {
            let all: Vec<_> = unlinked.iter().chain(&claimed).copied().collect();
            Some(doubt(CaseKind::AmbiguousMatch, &all, "several people have this login"))
        }
    }
}

fn by_email<'a>(sides: &[Side<'a>]) -> Option<Correlation<'a>> {
    let unclear: Vec<_> = sides.iter().filter(|s| shares_email(s) && !s.stable_keys_contradict()).collect();
    if unclear.is_empty() {
        return None;
    }
    Some(doubt(CaseKind::EmailMatch, &unclear, "only the e-mail address speaks for a match"))
}

fn doubt<'a>(kind: CaseKind, sides: &[&Side<'a>], first: &str) -> Correlation<'a> {
    let mut evidence = vec![first.to_owned()];
    evidence.extend(sides.iter().flat_map(|side| side.evidence()));
    Correlation::Doubt {
        kind,
        candidates: sides.iter().map(|side| side.person.id.clone()).collect(),
        evidence,
    }
}

fn alike(policy: &Policy, sides: &[Side<'_>]) -> Vec<Alike> {
    sides.iter().filter_map(|side| alike_one(policy, side)).collect()
}

fn alike_one(policy: &Policy, side: &Side<'_>) -> Option<Alike> {
    let likeness = best_likeness(side.person, side.keys)?;
    let same_number = shares_employee_number(side);
    let strong = likeness.score >= policy.correlation.near_duplicate && !side.names_contradict();
    if !(strong || same_number || shares_email(side) || shares_user_name(side)) {
        return None;
    }
    let mut evidence = likeness.evidence;
    if same_number {
        evidence.push("both have the same employee number".to_owned());
    }
    let two_by_own_word = side.is_another_by_own_word();
    if two_by_own_word {
        evidence.push(format!("`{}` knows both under live external ids of their own", side.source));
    }
    Some(Alike {
        person: side.person.id.clone(),
        display: side.person.display(),
        evidence,
        ask: !two_by_own_word || shares_email(side),
    })
}

#[cfg(test)]
mod tests;
