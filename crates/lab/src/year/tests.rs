//! A year is the same for the same seed, has everything in it, and ends in a truth that makes sense.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::company::{ExternalId, Idp};

fn year(people: usize) -> Year {
    Year::plan(&Company::generate(11, people), 5)
}

fn kinds(year: &Year) -> BTreeMap<&'static str, usize> {
    let mut kinds = BTreeMap::new();
    for dated in &year.events {
        *kinds.entry(dated.event.kind()).or_default() += 1;
    }
    kinds
}

#[test]
fn a_seed_gives_the_same_year() {
    assert_eq!(year(200), year(200));
    let company = Company::generate(11, 200);
    assert_ne!(Year::plan(&company, 5), Year::plan(&company, 6));
}

#[test]
fn everything_happens_in_a_company_of_some_size() {
    let kinds = kinds(&year(400));
    let expected = [
        "founder",
        "joiner",
        "joiner with a leaver's login",
        "joiner with a near-duplicate name",
        "joiner posted twice",
        "mover",
        "new family name",
        "new mail domain",
        "login replaced by deactivate and create",
        "leaver",
        "rehire",
        "rehire under another external id",
        "unassigned",
        "reassigned",
        "second identity provider",
        "deleted for good",
        "group pushed",
        "members changed",
        "group renamed",
    ];
    let missing: Vec<_> = expected.into_iter().filter(|kind| !kinds.contains_key(kind)).collect();
    assert!(missing.is_empty(), "missing {missing:?} in {kinds:?}");
}

#[test]
fn days_come_in_order_and_groups_around_people() {
    let year = year(300);
    assert!(year.events.is_sorted_by_key(|dated| dated.day));
    assert!(year.events.iter().all(|dated| dated.day <= DAYS));
    let phase = |event: &Event| match event {
        Event::MembersChanged { joined, .. } if joined.is_empty() => 0,
        event if event.account().is_some() => 1,
        _ => 2,
    };
    assert!(year.days().all(|day| day.is_sorted_by_key(|dated| phase(&dated.event))));
}

#[test]
fn each_active_human_is_there_once() {
    let truth = year(500).truth();
    let mut ids: BTreeMap<&ExternalId, usize> = BTreeMap::new();
    let mut logins = BTreeSet::new();
    for person in truth.active() {
        assert!(person.employed, "{} is active and gone", person.human.number);
        assert!(logins.insert(&person.human.login), "{} is somebody else's login", person.human.login);
        assert!(person.accounts.values().all(|holding| holding.active), "one provider says no");
    }
    for holding in truth.people.values().flat_map(|person| person.accounts.values()) {
        *ids.entry(&holding.external_id).or_default() += 1;
    }
    assert!(ids.values().all(|count| *count == 1));
}

#[test]
fn a_login_is_shared_only_with_a_leaver_and_that_is_a_doubt() {
    let truth = year(800).truth();
    let mut holders: BTreeMap<&str, Vec<&PersonTruth>> = BTreeMap::new();
    for person in truth.people.values() {
        holders.entry(&person.human.login).or_default().push(person);
    }
    let shared: Vec<_> = holders.values().filter(|people| people.len() > 1).collect();
    assert!(!shared.is_empty());
    for people in shared {
        assert!(
            people.iter().filter(|person| person.doubt != Some(Doubt::RecycledLogin)).all(|p| !p.employed)
        );
    }
}

#[test]
fn members_of_groups_are_active_people_of_that_provider() {
    let truth = year(500).truth();
    for group in truth.groups.values() {
        for number in &group.members {
            let holding = truth.people[number].accounts.get(&group.idp);
            assert!(holding.is_some_and(|holding| holding.active), "{number} in {}", group.name);
        }
    }
    let names: BTreeSet<_> = truth.groups.values().map(|group| &group.name).collect();
    assert_eq!(names.len(), truth.groups.len());
}

#[test]
fn active_people_report_to_active_people() {
    let truth = year(500).truth();
    for person in truth.active() {
        if let Some(manager) = &person.human.manager {
            assert!(truth.people[manager].active(), "{} reports to a leaver", person.human.number);
        }
    }
}

#[test]
fn a_rehire_keeps_the_employee_number_and_says_whether_the_id_is_new() {
    let mut known: BTreeMap<(String, Idp), ExternalId> = BTreeMap::new();
    for dated in &year(800).events {
        let Some(account) = dated.event.account() else { continue };
        let key = (account.human.number.0.clone(), account.idp);
        let before = known.insert(key, account.external_id.clone());
        let changed = before.is_some_and(|before| before != account.external_id);
        let rotated = matches!(dated.event, Event::Rehired { rotated: true, .. });
        assert_eq!(changed, rotated, "{:?}", dated.event);
    }
}

#[test]
fn one_person_has_one_thing_a_day_in_each_provider() {
    for day in year(500).days() {
        let mut seen = BTreeSet::new();
        for event in day.iter().map(|dated| &dated.event) {
            if let Some(account) = event.account() {
                assert!(seen.insert((account.idp, &account.human.number)), "day {}: {event:?}", day[0].day);
            }
        }
    }
}

#[test]
fn tiny_companies_have_a_year_too() {
    for people in 0..10 {
        let company = Company::generate(2, people);
        assert!(Year::plan(&company, 2).truth().people.len() >= people);
    }
}

#[test]
fn any_seed_and_size_ends_in_one_word_about_everybody() {
    for seed in 0..12 {
        let people = 20 + 30 * seed as usize;
        let truth = Year::plan(&Company::generate(seed, people), seed).truth();
        for person in truth.active() {
            let agreed = person.accounts.values().all(|holding| holding.active);
            assert!(person.employed && agreed, "seed {seed}: {}", person.human.number);
        }
        let assigned = |number, idp| truth.people[number].accounts.get(idp).is_some_and(|held| held.active);
        for group in truth.groups.values() {
            assert!(group.members.iter().all(|number| assigned(number, &group.idp)), "seed {seed}");
        }
    }
}

#[test]
fn nobody_gets_an_external_id_that_somebody_else_has() {
    let company = Company::generate(42, 120);
    let mut owners = BTreeMap::new();
    for dated in &Year::plan(&company, 42).events {
        let Some(account) = dated.event.account() else { continue };
        let owner = owners.entry(account.external_id.clone()).or_insert_with(|| account.human.number.clone());
        assert_eq!(*owner, account.human.number);
    }
}
