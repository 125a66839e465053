//! People and their claims read back as they were written, with their keys, totals and former links.

use crate::fixture::*;
use crate::support::{Place, on_both_engines};
use serde_json::json;
use std::sync::Arc;
use tenure_identity::change::{Change, ClaimChange};
use tenure_identity::claim::Claim;
use tenure_identity::id::SourceName;
use tenure_identity::person::Held;
use tenure_scim::schema::ENTERPRISE_USER;
use tenure_store::query::Kind;

on_both_engines!(
    a_person_reads_back,
    a_claim_changes_ends_and_returns,
    claims_of_several_sources_read_back,
    keys_follow_the_claim,
    many_keys_are_kept,
    a_lost_external_id_is_remembered,
    a_user_has_groups,
);

async fn a_person_reads_back(place: Place) {
    let store = place.open().await;
    let mut attributes = attributes(1);
    attributes.insert("displayName".into(), "Zoë \"Ada\" 👩‍👩‍👧 'x'".into());
    attributes.insert(ENTERPRISE_USER.into(), json!({ "employeeNumber": "A1", "manager": { "value": "m" } }));
    let mut claim = claim(attributes);
    (claim.active_since, claim.modified, claim.version) = (at(-3), at(7), 4);
    let mut written = person(&person_id(1), &claim);
    (written.version, written.employee_number) = (9, Held::Shared);
    let mut change = joiner_with(&person_id(1), claim);
    change.person.as_mut().unwrap().person = written.clone();
    store.commit(&change).await.unwrap();
    assert_eq!(store.person(&person_id(1)).await.unwrap(), Some(written));
    assert_eq!(store.person(&person_id(2)).await.unwrap(), None);
}

async fn a_claim_changes_ends_and_returns(place: Place) {
    let store = place.open().await;
    let id = person_id(1);
    store.commit(&joiner(1)).await.unwrap();
    assert_eq!(store.total(Kind::Users, &okta()).await.unwrap(), 1);
    change(&store, &id, |claim| (claim.active, claim.active_since) = (false, at(5))).await;
    let person = store.person(&id).await.unwrap().unwrap();
    assert_eq!((person.version, person.active, person.claims[0].active_since), (2, false, at(5)));
    change(&store, &id, |claim| claim.ended = Some(at(6))).await;
    assert_eq!(store.person(&id).await.unwrap().unwrap().claims[0].ended, Some(at(6)));
    assert_eq!(store.user(&okta(), &id).await.unwrap(), None);
    assert_eq!(store.total(Kind::Users, &okta()).await.unwrap(), 0);
    change(&store, &id, |claim| (claim.ended, claim.active) = (None, true)).await;
    let (stored, _) = store.user(&okta(), &id).await.unwrap().unwrap();
    assert_eq!((stored.version, stored.created), (4, at(0)));
    assert_eq!(store.total(Kind::Users, &okta()).await.unwrap(), 1);
}

async fn claims_of_several_sources_read_back(place: Place) {
    let store = place.open().await;
    store.commit(&joiner(1)).await.unwrap();
    let workday = Claim { source: SourceName::new("workday"), ..claim(attributes(1)) };
    let second = ClaimChange::new(&person_id(1), workday.clone());
    store.commit(&Change { claims: vec![second], ..Change::default() }).await.unwrap();
    let person = store.person(&person_id(1)).await.unwrap().unwrap();
    assert_eq!(person.claims, [claim(attributes(1)), workday.clone()]);
    assert_eq!(store.total(Kind::Users, &workday.source).await.unwrap(), 1);
    assert_eq!(store.user(&workday.source, &person_id(1)).await.unwrap().unwrap().0.id, "p000001");
}

async fn keys_follow_the_claim(place: Place) {
    let store = place.open().await;
    let id = person_id(1);
    let keys = "select kind, key from claim_keys order by kind, key";
    store.commit(&joiner(1)).await.unwrap();
    change(&store, &id, |claim| {
        Arc::make_mut(&mut claim.attributes).insert("displayName".into(), " Ada L ".into());
        Arc::make_mut(&mut claim.attributes)
            .insert("emails".into(), json!([{ "value": "Ada.L@x.com" }, { "value": "b@x.com" }]));
        Arc::make_mut(&mut claim.attributes)
            .insert("name".into(), json!({ "givenName": "Ada", "familyName": "L" }));
    })
    .await;
    let expected = ["1 user1@example.com", "3 ada.l@x.com", "3 b@x.com", "4 adal", "5 ada l", "6 ada l"];
    assert_eq!(place.sql(keys).await.iter().map(|row| row.join(" ")).collect::<Vec<_>>(), expected);
    for name in ["", "  ", "Ada"] {
        change(&store, &id, |claim| {
            drop(Arc::make_mut(&mut claim.attributes).insert("displayName".into(), name.into()));
        })
        .await;
    }
    change(&store, &id, |claim| claim.attributes = attributes(1).into()).await;
    assert_eq!(place.sql(keys).await, [["1", "user1@example.com"]]);
}

async fn many_keys_are_kept(place: Place) {
    let store = place.open().await;
    let emails: Vec<_> = (0..50).map(|n| json!({ "value": format!("e{n}@x.com") })).collect();
    let mut attributes = attributes(1);
    attributes.insert("emails".into(), emails.into());
    store.commit(&joiner_with(&person_id(1), claim(attributes))).await.unwrap();
    assert_eq!(place.number("select count(*) from claim_keys where kind = 3").await, 50);
}

async fn a_lost_external_id_is_remembered(place: Place) {
    let store = place.open().await;
    store.commit(&joiner(1)).await.unwrap();
    for (second, external_id) in [(1, "new"), (2, "newer")] {
        change(&store, &person_id(1), |claim| {
            claim.modified = at(second);
            Arc::make_mut(&mut claim.attributes).insert("externalId".into(), external_id.into());
        })
        .await;
    }
    let expected = [(okta(), "new".to_owned()), (okta(), "x1".to_owned())];
    assert_eq!(store.former_links(&person_id(1)).await.unwrap(), expected);
}

async fn a_user_has_groups(place: Place) {
    let store = place.open().await;
    store.commit(&joiner(1)).await.unwrap();
    for n in 1..=3 {
        store.commit(&new_group(group(n), &["p000001", "p000002"])).await.unwrap();
    }
    store.commit(&crowd(&group(2), 5, &[], &["p000001"])).await.unwrap();
    let (_, groups) = store.user(&okta(), &person_id(1)).await.unwrap().unwrap();
    let names: Vec<_> = groups.iter().map(|group| group.display_name.as_str()).collect();
    assert_eq!(names, ["Team 1", "Team 3"]);
    assert_eq!(store.groups_of(&person_id(1)).await.unwrap(), groups);
}
