//! Finding people: by what an administrator types, and by the keys of a new claim.

use crate::fixture::*;
use crate::support::{Place, on_both_engines};
use serde_json::json;
use std::sync::Arc;
use tenure_identity::keys::Keys;
use tenure_scim::schema::ENTERPRISE_USER;
use tenure_store::Store;

on_both_engines!(
    people_are_found_by_what_is_typed,
    whoever_shares_a_key_is_a_candidate,
    common_names_are_cut_and_exact_keys_are_not,
    text_that_no_value_has_finds_nobody,
);

async fn with(store: &Store, n: usize, more: serde_json::Value) {
    let mut attributes = attributes(n);
    attributes.extend(object(more));
    store.commit(&joiner_with(&person_id(n), claim(attributes))).await.unwrap();
}

async fn people_are_found_by_what_is_typed(place: Place) {
    let store = place.open().await;
    with(
        &store,
        1,
        json!({ ENTERPRISE_USER: { "employeeNumber": "E-77" }, "emails": [{ "value": "Ada@x.com" }] }),
    )
    .await;
    with(&store, 2, json!({})).await;
    change(&store, &person_id(1), |claim| {
        drop(Arc::make_mut(&mut claim.attributes).insert("externalId".into(), "new".into()));
    })
    .await;
    for who in ["p000001", " p000001 ", "USER1@example.com", "x1", "new ", "e-77", "ada@X.com"] {
        assert_eq!(store.find_people(who).await.unwrap(), [person_id(1)], "{who}");
    }
    for who in ["", "nobody", "X1"] {
        assert_eq!(store.find_people(who).await.unwrap(), [], "{who}");
    }
}

async fn whoever_shares_a_key_is_a_candidate(place: Place) {
    let store = place.open().await;
    with(&store, 1, json!({ ENTERPRISE_USER: { "employeeNumber": "E1" } })).await;
    with(&store, 2, json!({ "emails": [{ "value": "grace@old.com" }] })).await;
    with(&store, 3, json!({ "name": { "givenName": "Alan", "familyName": "Turing" } })).await;
    with(&store, 4, json!({})).await;
    for (attributes, expected) in [
        (json!({ "userName": "USER4@EXAMPLE.COM" }), vec![4]),
        (json!({ "userName": "n", "externalId": "x4" }), vec![4]),
        (json!({ "userName": "n", ENTERPRISE_USER: { "employeeNumber": "e1" } }), vec![1]),
        (json!({ "userName": "n", "emails": [{ "value": "g.race+x@new.com" }] }), vec![2]),
        (json!({ "userName": "n", "name": { "givenName": "Turing", "familyName": "Alan" } }), vec![3]),
        (json!({ "userName": "user4@example.com", "externalId": "x1" }), vec![1, 4]),
        (json!({ "userName": "n" }), vec![]),
    ] {
        let facts = store.identity_facts(&okta(), &Keys::of(&object(attributes.clone()))).await.unwrap();
        let found: Vec<_> = facts.candidates.iter().map(|person| person.id.clone()).collect();
        assert_eq!(found, expected.into_iter().map(person_id).collect::<Vec<_>>(), "{attributes}");
        for candidate in facts.candidates {
            assert_eq!(store.person(&candidate.id).await.unwrap(), Some(candidate));
        }
    }
}

async fn common_names_are_cut_and_exact_keys_are_not(place: Place) {
    let store = place.open().await;
    let everybody =
        json!({ "name": { "givenName": "Ada", "familyName": "L" }, "emails": [{ "value": "all@x.com" }] });
    for n in 0..20 {
        with(&store, n, everybody.clone()).await;
    }
    let mut keys = Keys::of(&object(everybody));
    let found = store.identity_facts(&okta(), &keys).await.unwrap().candidates;
    assert_eq!(found.len(), 20);
    keys.emails.clear();
    assert_eq!(store.identity_facts(&okta(), &keys).await.unwrap().candidates.len(), 8);
}

async fn text_that_no_value_has_finds_nobody(place: Place) {
    let store = place.open().await;
    with(&store, 1, json!({})).await;
    assert_eq!(store.find_people("a\0b").await.unwrap(), []);
    assert_eq!(store.person(&tenure_identity::id::PersonId::new("a\0b")).await.unwrap(), None);
    assert_eq!(store.group(&tenure_identity::id::GroupId::new("\0")).await.unwrap(), None);
    assert_eq!(store.token_by_hash("\0").await.unwrap(), None);
}
