//! Adopt: which existing record is which person, by the policy's correlation rules in their order. The stable key first; then
//! employee number and login, each only where nothing speaks against it; e-mail only ever asks.
//!
//! What a human has said of somebody counts after the stable key, and before every rule. Whoever is left is held against the
//! records that are left: who only looks like the owner of one is asked about, and is no newcomer.
//!
//! No record is linked to two people and no person to two records. Records that look like one human being are a case unless
//! the stable key decides, and a program's account is never linked by its name alone.

mod alike;
mod components;
mod desk;
mod held;
mod sentences;

use super::account::AccountKind;
use super::existing::{Existing, Known};
use super::suspects::{Cluster, suspects};
use crate::id::SysId;
use crate::policy::{CorrelationRule, OnDoubt, OnRotation, Policy};
use desk::{Desk, Group};
use std::collections::BTreeMap;

/// What becomes of the records that exist, and of the people who are known.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Adoption {
    /// Links to make.
    pub links: Vec<Link>,
    /// Questions that take a human to answer. Whoever is in one is in no link.
    pub cases: Vec<Question>,
    /// Records that nobody claims.
    pub unclaimed: Vec<Unclaimed>,
    /// What contradicts itself and has to be mended before it can be linked.
    pub conflicts: Vec<Conflict>,
    /// People without a record, by id: the first push will make one for each.
    pub newcomers: Vec<String>,
    /// Newcomers whose user name a record has that is nobody's: it has to be changed there before one can be made.
    pub names_taken: BTreeMap<String, SysId>,
}

/// A record that is a person's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The record.
    pub record: SysId,
    /// The person, by [`Known::id`].
    pub known: String,
    /// What says so.
    pub by: MatchedBy,
    /// The stable key to write into the record; none where it carries the right one, or where the person has none.
    pub seed: Option<String>,
    /// The stable key that the record carries and that would be replaced.
    pub replaces: Option<String>,
}

/// By what a record was recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MatchedBy {
    /// The stable key that it carries.
    Key,
    /// The employee number.
    EmployeeNumber,
    /// The login.
    UserName,
    /// A human's word.
    Answer,
}

/// A question for a human.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// What the question is.
    pub kind: QuestionKind,
    /// The people it is about, by [`Known::id`].
    pub known: Vec<String>,
    /// The records that could be theirs.
    pub records: Vec<SysId>,
    /// The record that looks like the one to keep, where several look like one human being.
    pub suggested: Option<SysId>,
    /// Both sides, one sentence each.
    pub evidence: Vec<String>,
}

/// What a question is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum QuestionKind {
    /// Several records look like this one person.
    SeveralRecords,
    /// Several people could be meant.
    SeveralPeople,
    /// A key is equal, and the name or a firmer key says that it is another human being.
    Contradicted,
    /// The record carries another stable key, and the policy asks before it is replaced.
    RotatedKey,
    /// The login is equal, and the record is no single person's account.
    NotAPerson,
    /// The login is equal, and the record is inactive: logins are given out again.
    FormerOwner,
    /// Only the e-mail address speaks for a match.
    EmailMatch,
    /// No key is equal; the name, the address or the number looks alike.
    LooksAlike,
}

/// A record that nobody claims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unclaimed {
    /// The record.
    pub record: SysId,
    /// What kind of account it is.
    pub account: AccountKind,
    /// Why nobody claims it, or what it may be.
    pub why: String,
}

/// Something that contradicts itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// What it is.
    pub kind: ConflictKind,
    /// The people in it, by [`Known::id`].
    pub known: Vec<String>,
    /// The records in it.
    pub records: Vec<SysId>,
    /// Both sides, one sentence each.
    pub evidence: Vec<String>,
}

/// What contradicts itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConflictKind {
    /// Several known people have one id or one external id.
    PeopleShareKey,
    /// Several records carry one person's stable key.
    RecordsShareKey,
    /// The stable key is equal; employee number and name both say that it is another human being.
    KeyContradicted,
    /// The policy refuses what it could have asked about.
    Refused,
}

impl MatchedBy {
    /// The word for it, on every surface.
    pub fn label(self) -> &'static str {
        match self {
            Self::Key => "stable-key",
            Self::EmployeeNumber => "employee-number",
            Self::UserName => "user-name",
            Self::Answer => "answer",
        }
    }
}

impl QuestionKind {
    /// The word for it, on every surface.
    pub fn label(self) -> &'static str {
        match self {
            Self::SeveralRecords => "several-records",
            Self::SeveralPeople => "several-people",
            Self::Contradicted => "contradicted",
            Self::RotatedKey => "rotated-key",
            Self::NotAPerson => "not-a-person",
            Self::FormerOwner => "former-owner",
            Self::EmailMatch => "email-match",
            Self::LooksAlike => "looks-alike",
        }
    }

    fn sentence(self) -> &'static str {
        match self {
            Self::SeveralRecords => "several records look like this person",
            Self::SeveralPeople => "several people could be meant",
            Self::Contradicted => {
                "a key is equal, and the name or a firmer key says that it is another human being"
            }
            Self::RotatedKey => "the record carries another stable key",
            Self::NotAPerson => "the login is equal, and the record is no single person's account",
            Self::FormerOwner => {
                "the login is equal, and the record is inactive: it may be a former owner's, whose login was given out again; if it is, change its user name before theirs can be made"
            }
            Self::EmailMatch => "only the e-mail address speaks for a match",
            Self::LooksAlike => "no key is equal, and the record may be theirs all the same",
        }
    }
}

impl ConflictKind {
    /// The word for it, on every surface.
    pub fn label(self) -> &'static str {
        match self {
            Self::PeopleShareKey => "people-share-key",
            Self::RecordsShareKey => "records-share-key",
            Self::KeyContradicted => "key-contradicted",
            Self::Refused => "refused",
        }
    }
}

/// Says which record is whose. The order of either list does not matter.
///
/// [`Known::id`] names one human being each; people who share an id are a conflict.
pub fn adopt(policy: &Policy, rows: &[Existing], known: &[Known]) -> Adoption {
    adopt_among(policy, rows, suspects(rows), known)
}

/// The same where the suspects are known.
pub(super) fn adopt_among(
    policy: &Policy,
    rows: &[Existing],
    clusters: Vec<Cluster>,
    known: &[Known],
) -> Adoption {
    let mut desk = Desk::new(rows, clusters, known);
    set_aside_people_who_share_a_key(&mut desk);
    by_key(&mut desk);
    by_answer(&mut desk);
    for rule in &policy.correlation.rules {
        for group in desk.groups(*rule) {
            let verdict = judge(policy, &desk, *rule, &group);
            desk.settle(&group, verdict);
        }
    }
    for group in alike::groups(&desk) {
        desk.ask(group, QuestionKind::LooksAlike);
    }
    desk.finish()
}

/// What becomes of a group of people and records.
#[derive(Debug, Clone, Copy)]
enum Verdict {
    Linked(MatchedBy),
    Asked(QuestionKind),
    Refused(ConflictKind),
}

fn set_aside_people_who_share_a_key(desk: &mut Desk<'_>) {
    for group in desk.people_who_share_a_key() {
        desk.settle(&group, Verdict::Refused(ConflictKind::PeopleShareKey));
    }
}

/// The stable key decides, whatever looks alike; but not against number and name together.
fn by_key(desk: &mut Desk<'_>) {
    for group in desk.groups_by_key() {
        let verdict = match group.records.as_slice() {
            [record]
                if desk.numbers_differ(group.known[0], *record)
                    && names_contradict(desk, &group, *record) =>
            {
                Verdict::Refused(ConflictKind::KeyContradicted)
            }
            [_] => Verdict::Linked(MatchedBy::Key),
            _ => Verdict::Refused(ConflictKind::RecordsShareKey),
        };
        desk.settle(&group, verdict);
    }
}

/// What a human has said, as far as they have said it of one person only.
fn by_answer(desk: &mut Desk<'_>) {
    desk.settle_who_is_new();
    for group in desk.groups_by_answer() {
        let verdict = match group.known.as_slice() {
            [_] => Verdict::Linked(MatchedBy::Answer),
            _ => Verdict::Asked(QuestionKind::SeveralPeople),
        };
        desk.settle(&group, verdict);
    }
}

fn judge(policy: &Policy, desk: &Desk<'_>, rule: CorrelationRule, group: &Group) -> Verdict {
    let ambiguous = |kind| match policy.correlation.ambiguous {
        OnDoubt::Review => Verdict::Asked(kind),
        OnDoubt::Reject => Verdict::Refused(ConflictKind::Refused),
    };
    let by = match rule {
        CorrelationRule::EmployeeNumber => MatchedBy::EmployeeNumber,
        CorrelationRule::UnlinkedUserName => MatchedBy::UserName,
        CorrelationRule::EmailForReview => return Verdict::Asked(QuestionKind::EmailMatch),
    };
    match (group.known.as_slice(), group.records.as_slice()) {
        ([_], [record]) if group.siblings.is_empty() => one_and_one(policy, desk, by, group, *record),
        ([_], _) => ambiguous(QuestionKind::SeveralRecords),
        _ => ambiguous(QuestionKind::SeveralPeople),
    }
}

/// One person and one record with an equal key: a link, unless something speaks against it.
fn one_and_one(policy: &Policy, desk: &Desk<'_>, by: MatchedBy, group: &Group, record: usize) -> Verdict {
    let by_login = by == MatchedBy::UserName;
    if !desk.is_person(record) && (by_login || desk.account(record) == AccountKind::Privileged) {
        return Verdict::Asked(QuestionKind::NotAPerson);
    }
    let known = group.known[0];
    if names_contradict(desk, group, record) || (by_login && desk.numbers_differ(known, record)) {
        return Verdict::Asked(QuestionKind::Contradicted);
    }
    let came_after = desk.person(known).active && !desk.row(record).active;
    if by_login && came_after && !desk.numbers_agree(known, record) && !desk.keys_differ(known, record) {
        return Verdict::Asked(QuestionKind::FormerOwner);
    }
    if !desk.keys_differ(known, record) {
        return Verdict::Linked(by);
    }
    match policy.correlation.rotated_external_id {
        _ if by_login => Verdict::Asked(QuestionKind::Contradicted),
        OnRotation::Relink => Verdict::Linked(by),
        OnRotation::Review => Verdict::Asked(QuestionKind::RotatedKey),
        OnRotation::Reject => Verdict::Refused(ConflictKind::Refused),
    }
}

fn names_contradict(desk: &Desk<'_>, group: &Group, record: usize) -> bool {
    desk.name_of_record(record).contradicts(&desk.name_of(group.known[0]))
}

fn differ(one: Option<String>, other: Option<String>) -> bool {
    matches!((one, other), (Some(one), Some(other)) if one != other)
}
