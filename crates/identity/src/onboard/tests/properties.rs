//! What holds whatever the records are.

use super::{DAY, row};
use crate::id::SysId;
use crate::onboard::{Adoption, Existing, Known, Lengths, Name, adopt, survey, suspects};
use crate::testing::{at, policy};
use proptest::prelude::*;
use std::collections::BTreeSet;

const FIRST: [&str; 3] = ["Ada", "Grace", "Adda"];
const LAST: [&str; 4] = ["Lovelace", "Hopper", "King-Lovelace", ""];

/// Few values, so that records and people collide in every way.
fn keys() -> impl Strategy<Value = (Option<String>, Option<String>, String, Option<String>, Name)> {
    let few = |prefix: &'static str| proptest::option::of((0..6u8).prop_map(move |n| format!("{prefix}{n}")));
    let name = (0..FIRST.len(), 0..LAST.len()).prop_map(|(first, last)| Name::of(FIRST[first], LAST[last]));
    let email = proptest::option::of(
        (0..6u8, any::<bool>())
            .prop_map(|(n, tag)| format!("mail.box{n}{}@x.com", if tag { "+t" } else { "" })),
    );
    (few("00u"), few("E"), "[a-c](svc)?[0-9]", email, name)
}

fn record() -> impl Strategy<Value = Existing> {
    let life = (
        any::<bool>(),
        any::<bool>(),
        0..1000i64,
        proptest::option::of(0..2000i64),
        proptest::bool::weighted(0.1),
    );
    (keys(), life, 0..3u32).prop_map(|((key, employee_number, user_name, email, name), life, open_work)| {
        let (active, locked_out, created, login, web_service_access_only) = life;
        Existing {
            key,
            employee_number,
            email,
            name,
            active,
            locked_out,
            open_work,
            web_service_access_only,
            created: Some(at(created * DAY)),
            last_login: login.map(|day| at(day * DAY)),
            ..Existing::new(SysId::new(""), user_name)
        }
    })
}

fn records() -> impl Strategy<Value = Vec<Existing>> {
    proptest::collection::vec(record(), 0..14).prop_map(|mut rows| {
        rows.iter_mut().enumerate().for_each(|(at, row)| row.sys_id = SysId::new(format!("r{at:02}")));
        rows
    })
}

fn people() -> impl Strategy<Value = Vec<Known>> {
    let person = keys().prop_map(|(external_id, employee_number, user_name, email, name)| Known {
        external_id,
        employee_number,
        emails: email.into_iter().collect(),
        name,
        ..Known::new("", user_name)
    });
    proptest::collection::vec(person, 0..10).prop_map(|mut people| {
        people.iter_mut().enumerate().for_each(|(at, person)| person.id = format!("p{at:02}"));
        people
    })
}

fn each_once<'a>(ids: impl Iterator<Item = &'a str>) -> Result<BTreeSet<&'a str>, TestCaseError> {
    let mut seen = BTreeSet::new();
    for id in ids {
        prop_assert!(seen.insert(id), "{id} is in two places");
    }
    Ok(seen)
}

fn records_of(adoption: &Adoption) -> impl Iterator<Item = &SysId> {
    let linked = adoption.links.iter().map(|it| &it.record);
    let asked = adoption.cases.iter().flat_map(|it| &it.records);
    let refused = adoption.conflicts.iter().flat_map(|it| &it.records);
    linked.chain(asked).chain(refused).chain(adoption.unclaimed.iter().map(|it| &it.record))
}

fn people_of(adoption: &Adoption) -> impl Iterator<Item = &String> {
    let linked = adoption.links.iter().map(|it| &it.known);
    let asked = adoption.cases.iter().flat_map(|it| &it.known);
    let refused = adoption.conflicts.iter().flat_map(|it| &it.known);
    linked.chain(asked).chain(refused).chain(&adoption.newcomers)
}

proptest! {
    #[test]
    fn everybody_ends_in_exactly_one_place(rows in records(), people in people()) {
        let adoption = adopt(&policy(), &rows, &people);
        let records = each_once(records_of(&adoption).map(SysId::as_str))?;
        let known = each_once(people_of(&adoption).map(String::as_str))?;
        prop_assert_eq!((records.len(), known.len()), (rows.len(), people.len()));
    }

    #[test]
    fn the_order_of_input_does_not_matter(rows in records(), people in people(), turn in 0..14usize) {
        let (mut turned, mut others) = (rows.clone(), people.clone());
        turned.rotate_left(turn.min(rows.len()));
        turned.reverse();
        others.reverse();
        prop_assert_eq!(adopt(&policy(), &rows, &people), adopt(&policy(), &turned, &others));
        let surveyed = |rows: &[Existing]| survey(rows, &Lengths::of(&policy(), &"u_okta_user_id".into()), at(1500 * DAY));
        prop_assert_eq!(surveyed(&rows), surveyed(&turned));
    }

    #[test]
    fn an_unrelated_record_changes_nothing_for_others(rows in records(), people in people()) {
        let stranger = row("zz", "quite.unrelated", "Zdzisław", "Błaszczykowski");
        let more: Vec<_> = rows.iter().cloned().chain([stranger.clone()]).collect();
        prop_assert_eq!(suspects(&rows), suspects(&more));
        let mut adoption = adopt(&policy(), &more, &people);
        prop_assert_eq!(adoption.unclaimed.pop().map(|it| it.record), Some(stranger.sys_id));
        prop_assert_eq!(adopt(&policy(), &rows, &people), adoption);
    }

    #[test]
    fn a_link_is_never_against_a_stable_key_of_another(rows in records(), people in people()) {
        for link in adopt(&policy(), &rows, &people).links {
            let row = rows.iter().find(|row| row.sys_id == link.record).unwrap();
            let owner = people.iter().find(|person| person.external_id.is_some() && person.external_id == row.key);
            prop_assert!(owner.is_none_or(|owner| owner.id == link.known), "{link:?}");
            prop_assert!(!row.web_service_access_only || link.by != crate::onboard::MatchedBy::UserName);
        }
    }

    #[test]
    fn clusters_are_disjoint_and_have_two_records_or_more(rows in records()) {
        let clusters = suspects(&rows);
        each_once(clusters.iter().flat_map(|it| &it.records).map(SysId::as_str))?;
        prop_assert!(clusters.iter().all(|it| it.records.len() > 1 && (0.5..1.0).contains(&it.certainty)));
    }
}
