//! What onboarding says of an instance with a history, beside how it really is.

use crate::facts::{existing, identities};
use crate::measure::Measure;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use tenure_identity::id::SourceName;
use tenure_identity::onboard::{
    AccountKind, Existing, FindingKind, Lengths, MatchedBy, adopt, survey, suspects,
};
use tenure_identity::policy::Policy;
use tenure_lab::brownfield::Brownfield;

fn policy() -> Policy {
    Policy::built_in(&[SourceName::new("okta")])
}

/// Pairs of records that one cluster holds, by id.
fn suspected(rows: &[Existing]) -> BTreeSet<(String, String)> {
    let mut pairs = BTreeSet::new();
    for cluster in suspects(rows) {
        let mut ids: Vec<_> = cluster.records.iter().map(ToString::to_string).collect();
        ids.sort();
        for (at, one) in ids.iter().enumerate() {
            pairs.extend(ids[at + 1..].iter().map(|other| (one.clone(), other.clone())));
        }
    }
    pairs
}

fn measured(seed: u64, users: usize) -> Measure {
    let instance = Brownfield::generate(seed, users);
    let found = suspected(&existing(&instance));
    let pairs = instance.truth.pairs();
    let real = pairs.iter().map(|(one, other)| ((*one).to_owned(), (*other).to_owned())).collect();
    Measure::of(&found, &real)
}

#[test]
fn suspects_are_doubles_and_doubles_are_suspects() {
    for (seed, users) in [(1, 20_000), (2, 20_000), (3, 5_000)] {
        let measure = measured(seed, users);
        println!("{users} users, seed {seed}: {measure}");
        assert!(measure.recall() >= 0.95 && measure.precision() >= 0.90, "seed {seed}: {measure}");
    }
}

#[test]
fn every_way_in_which_doubles_are_made_is_found() {
    let instance = Brownfield::generate(4, 20_000);
    let found: BTreeSet<_> = suspected(&existing(&instance)).into_iter().flat_map(|(a, b)| [a, b]).collect();
    let mut shares: BTreeMap<_, (u32, u32)> = BTreeMap::new();
    for (record, kind) in &instance.truth.doubles {
        let share = shares.entry(kind).or_default();
        share.0 += u32::from(found.contains(record));
        share.1 += 1;
    }
    for (kind, (found, all)) in shares {
        println!("{kind:?}: {found} of {all}");
        assert!(f64::from(found) >= 0.85 * f64::from(all), "{kind:?}: {found} of {all}");
    }
}

#[test]
fn accounts_that_are_nobodys_own_are_recognised() {
    let instance = Brownfield::generate(5, 5_000);
    let rows = existing(&instance);
    let survey = survey(
        &rows,
        &Lengths::of(&policy(), &"u_okta_user_id".into()),
        "2026-03-02T00:00:00Z".parse::<Timestamp>().unwrap(),
    );
    let kinds = [FindingKind::SharedAccount, FindingKind::ServiceAccount];
    let found = survey.findings.iter().filter(|finding| kinds.contains(&finding.kind));
    let found: BTreeSet<_> = found.map(|finding| finding.records[0].to_string()).collect();
    assert_eq!(found, instance.truth.nobodys);
    let second = survey.findings.iter().filter(|finding| finding.kind == FindingKind::PrivilegedAccount);
    let second: BTreeSet<_> = second.map(|finding| finding.records[0].to_string()).collect();
    assert_eq!(second, instance.truth.second_accounts.keys().cloned().collect());
    for kind in [
        FindingKind::NoStableKey,
        FindingKind::LockedButActive,
        FindingKind::InactiveButUnlocked,
        FindingKind::PerhapsCut,
        FindingKind::EmailForm,
    ] {
        assert!(survey.count(kind) > 0, "{kind:?}");
    }
    assert_eq!(survey.figures.accounts[&AccountKind::Person] + found.len() + second.len(), rows.len());
}

#[test]
fn no_link_is_wrong_and_most_people_are_linked() {
    let instance = Brownfield::generate(6, 20_000);
    let rows = existing(&instance);
    let adoption = adopt(&policy(), &rows, &identities(&instance));
    let truth = &instance.truth;
    let right = |link: &&tenure_identity::onboard::Link| {
        truth.human_of.get(link.record.as_str()) == truth.human_of_identity.get(&link.known)
    };
    let wrong: Vec<_> = adoption.links.iter().filter(|link| !right(link)).collect();
    assert_eq!(wrong, Vec::<&tenure_identity::onboard::Link>::new());
    let with_row: HashSet<_> = truth.human_of.values().collect();
    let people = truth.human_of_identity.values().filter(|human| with_row.contains(human)).count();
    let by: HashMap<MatchedBy, usize> = adoption.links.iter().fold(HashMap::new(), |mut by, link| {
        *by.entry(link.by).or_default() += 1;
        by
    });
    println!(
        "{people} people: {} linked {by:?}, {} cases, {} conflicts, {} new; {} records unclaimed",
        adoption.links.len(),
        adoption.cases.len(),
        adoption.conflicts.len(),
        adoption.newcomers.len(),
        adoption.unclaimed.len()
    );
    assert!(adoption.links.len() * 100 >= people * 95);
    assert!(by[&MatchedBy::Key] > by[&MatchedBy::EmployeeNumber]);
}

#[test]
fn no_newcomer_has_a_record_and_most_who_have_none_are_newcomers() {
    for seed in [6, 7, 22] {
        let instance = Brownfield::generate(seed, 20_000);
        let adoption = adopt(&policy(), &existing(&instance), &identities(&instance));
        let truth = &instance.truth;
        let with_row: HashSet<_> = truth.human_of.values().collect();
        let has_row = |id: &String| with_row.contains(&truth.human_of_identity[id]);
        let duplicates: Vec<_> = adoption.newcomers.iter().filter(|id| has_row(id)).collect();
        assert_eq!(duplicates, Vec::<&String>::new(), "the first push would make a second record");
        let new = truth.human_of_identity.keys().filter(|id| !has_row(id)).count();
        println!("seed {seed}: {} of {new} without a record are told to be new", adoption.newcomers.len());
        assert!(adoption.newcomers.len() * 100 >= new * 60, "{} of {new}", adoption.newcomers.len());
    }
}
