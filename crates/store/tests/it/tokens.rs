//! Tokens: kept by their hash, replaced with an overlap, taken back once.

use crate::fixture::{at, okta};
use crate::support::{Place, on_both_engines};
use tenure_identity::id::AdminName;
use tenure_store::error::{CommitError, Constraint};
use tenure_store::tokens::{Holder, StoredToken};

on_both_engines!(a_token_is_found_by_its_hash, a_replaced_token_expires, a_token_is_taken_back_once);

fn token(n: i64) -> StoredToken {
    StoredToken {
        id: format!("t{n}"),
        holder: if n % 2 == 0 { Holder::Admin(AdminName::new("grace")) } else { Holder::Source(okta()) },
        hash: format!("hash{n}"),
        scopes: "users groups".into(),
        created: at(n),
        expires: None,
        made_until: None,
        revoked: None,
    }
}

async fn a_token_is_found_by_its_hash(place: Place) {
    let store = place.open().await;
    let expiring = StoredToken { expires: Some(at(99)), ..token(2) };
    store.add_token(&token(1), None).await.unwrap();
    store.add_token(&expiring, None).await.unwrap();
    assert_eq!(store.token_by_hash("hash2").await.unwrap(), Some(expiring.clone()));
    assert_eq!(store.token_by_hash("nope").await.unwrap(), None);
    assert_eq!(store.tokens().await.unwrap(), [token(1), expiring]);
    let same = store.add_token(&StoredToken { id: "t3".into(), ..token(1) }, None).await;
    assert!(matches!(same, Err(CommitError::Constraint(Constraint::TokenHash))), "{same:?}");
}

async fn a_replaced_token_expires(place: Place) {
    let store = place.open().await;
    store.add_token(&token(1), None).await.unwrap();
    store.add_token(&token(2), Some(("t1", at(50)))).await.unwrap();
    store.add_token(&token(3), Some(("t1", at(90)))).await.unwrap();
    let first = store.token_by_hash("hash1").await.unwrap().unwrap();
    assert_eq!(first.expires, Some(at(50)), "an overlap never makes a token live longer");
    let missing = store.add_token(&token(4), Some(("nope", at(50)))).await;
    assert!(matches!(missing, Err(CommitError::Moved)), "{missing:?}");
    assert_eq!(store.tokens().await.unwrap().len(), 3);
}

async fn a_token_is_taken_back_once(place: Place) {
    let store = place.open().await;
    store.add_token(&token(1), None).await.unwrap();
    store.revoke_token("t1", at(7)).await.unwrap();
    assert_eq!(store.token_by_hash("hash1").await.unwrap().unwrap().revoked, Some(at(7)));
    for id in ["t1", "nope"] {
        assert!(matches!(store.revoke_token(id, at(8)).await, Err(CommitError::Moved)));
    }
}
