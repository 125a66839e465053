//! The whole directory in pages: nobody twice, nobody missed, whatever the size of a page.

use crate::fixture::*;
use crate::support::{Place, on_both_engines};
use tenure_identity::id::SourceName;

on_both_engines!(people_come_by_id, claims_come_by_source, groups_come_by_age, members_come_by_id);

async fn people_come_by_id(place: Place) {
    let store = place.open().await;
    for n in [3, 1, 2] {
        store.commit(&joiner(n)).await.unwrap();
    }
    let (mut after, mut seen) = (String::new(), Vec::new());
    while let Some(person) = store.people_after(&after, 1).await.unwrap().pop() {
        after = person.id.to_string();
        seen.push(person.id);
    }
    assert_eq!(seen, [person_id(1), person_id(2), person_id(3)]);
    let whole = store.person(&person_id(1)).await.unwrap().unwrap();
    let listed = store.people_after("", 1).await.unwrap().remove(0);
    assert_eq!((listed.record, listed.claims.len()), (whole.record, 0));
}

async fn claims_come_by_source(place: Place) {
    let store = place.open().await;
    for n in 1..=3 {
        store.commit(&joiner(n)).await.unwrap();
    }
    let first = store.claims_after(&okta(), 0, 2).await.unwrap();
    let rest = store.claims_after(&okta(), first[1].seq, 2).await.unwrap();
    let people: Vec<_> = first.iter().chain(&rest).map(|placed| placed.value.person.clone()).collect();
    assert_eq!(people, [person_id(1), person_id(2), person_id(3)]);
    assert_eq!(store.claims_after(&SourceName::new("hr"), 0, 9).await.unwrap(), []);
    let named = store.claim_named(&okta(), "x2").await.unwrap().unwrap().value;
    let whole = store.person(&person_id(2)).await.unwrap().unwrap();
    assert_eq!((named.person, &named.claim), (person_id(2), &whole.claims[0]));
    assert_eq!(store.claim_named(&okta(), "X2").await.unwrap(), None);
}

async fn groups_come_by_age(place: Place) {
    let store = place.open().await;
    for n in [2, 1] {
        store.commit(&new_group(group(n), &[])).await.unwrap();
    }
    let all = store.groups_after(None, false, 0, 9).await.unwrap();
    assert_eq!(all.iter().map(|it| &it.value.id).collect::<Vec<_>>(), [&group_id(2), &group_id(1)]);
    let source = okta();
    let rest = store.groups_after(Some(&source), true, all[0].seq, 9).await.unwrap();
    assert_eq!(rest, all[1..]);
    assert_eq!(store.groups_after(Some(&SourceName::new("hr")), false, 0, 9).await.unwrap(), []);
}

async fn members_come_by_id(place: Place) {
    let store = place.open().await;
    store.commit(&new_group(group(1), &["b", "a", "c"])).await.unwrap();
    let ids = async |after: &str, limit| {
        let members = store.members_after(&group_id(1), after, limit).await.unwrap();
        members.into_iter().map(|member| member.value).collect::<Vec<_>>()
    };
    assert_eq!(ids("", 2).await, ["a", "b"]);
    assert_eq!(ids("b", 2).await, ["c"]);
}
