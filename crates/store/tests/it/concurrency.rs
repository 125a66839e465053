//! Many at once, on one node and on two: one wins, totals stay right, and a cursor misses nobody.

use crate::fixture::*;
use crate::support::{Place, on_both_engines};
use futures_util::future::join_all;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tenure_identity::change::Change;
use tenure_identity::person::Held;
use tenure_store::Store;
use tenure_store::error::CommitError;
use tenure_store::query::{From, Kind};

on_both_engines!(
    one_of_many_gets_the_external_id,
    one_of_many_on_two_nodes_gets_the_external_id,
    one_of_many_changes_wins,
    totals_survive_refusals_on_two_nodes,
    a_cursor_misses_nobody_whom_two_nodes_add,
    a_lost_connection_is_made_again,
);

/// The same external id for another person and login.
fn rival(n: usize) -> Change {
    let mut attributes = attributes(n);
    attributes.insert("externalId".into(), "contested".into());
    joiner_with(&person_id(n), claim(attributes))
}

fn winners(results: &[Result<(), CommitError>]) -> usize {
    let refused = |result: &&Result<(), CommitError>| {
        matches!(result, Err(CommitError::Constraint(_) | CommitError::Moved))
    };
    let won = results.iter().filter(|result| result.is_ok()).count();
    assert_eq!(won + results.iter().filter(refused).count(), results.len(), "{results:?}");
    won
}

async fn all_at_once(nodes: &[&Store], changes: &[Change]) -> Vec<Result<(), CommitError>> {
    join_all(changes.iter().enumerate().map(|(n, change)| nodes[n % nodes.len()].commit(change))).await
}

async fn one_of_many_gets_the_external_id(place: Place) {
    let store = place.open().await;
    let results = all_at_once(&[&store], &(0..64).map(rival).collect::<Vec<_>>()).await;
    assert_eq!(winners(&results), 1);
    assert_eq!(place.number("select count(*) from persons").await, 1);
    assert_eq!(store.total(Kind::Users, &okta()).await.unwrap(), 1);
}

async fn one_of_many_on_two_nodes_gets_the_external_id(place: Place) {
    let (left, right) = (place.open().await, place.open().await);
    let results = all_at_once(&[&left, &right], &(0..64).map(rival).collect::<Vec<_>>()).await;
    assert_eq!(winners(&results), 1);
    assert_eq!(place.number("select count(*) from persons").await, 1);
    assert_eq!(left.total(Kind::Users, &okta()).await.unwrap(), 1);
}

async fn one_of_many_changes_wins(place: Place) {
    let (left, right) = (place.open().await, place.open().await);
    left.commit(&joiner(1)).await.unwrap();
    let mut changes = Vec::new();
    for n in 0..16 {
        let title = format!("title {n}");
        changes.push(
            changed(&left, &person_id(1), |claim| {
                drop(Arc::make_mut(&mut claim.attributes).insert("title".into(), title.into()));
            })
            .await,
        );
    }
    assert_eq!(winners(&all_at_once(&[&left, &right], &changes).await), 1);
    assert_eq!(left.person(&person_id(1)).await.unwrap().unwrap().version, 2);
    assert_eq!(place.number("select count(*) from events").await, 2);
}

async fn totals_survive_refusals_on_two_nodes(place: Place) {
    let (left, right) = (place.open().await, place.open().await);
    let changes: Vec<_> = (0..300).map(|n| if n % 3 == 0 { rival(n) } else { joiner(n) }).collect();
    let won = winners(&all_at_once(&[&left, &right], &changes).await);
    let live = place.number("select count(*) from claims where live = 1").await;
    assert_eq!(won as i64, live);
    assert_eq!(left.total(Kind::Users, &okta()).await.unwrap() as i64, live);
    assert!(live > 1);
}

async fn a_cursor_misses_nobody_whom_two_nodes_add(place: Place) {
    const CROWD: usize = 300;
    let (left, right) = (place.open().await, place.open().await);
    let done = AtomicBool::new(false);
    let writer = async |store: &Store, parity: usize| {
        for n in (0..CROWD).filter(|n| n % 2 == parity) {
            let mut joiner = joiner(n);
            joiner.person.as_mut().unwrap().person.login = Held::Shared;
            while let Err(error) = store.commit(&joiner).await {
                assert!(matches!(error, CommitError::Moved), "{error}");
            }
        }
    };
    let write = async {
        tokio::join!(writer(&left, 0), writer(&right, 1));
        done.store(true, Ordering::Release);
    };
    let read = async {
        let reader = place.open().await;
        let (mut last, mut seen) = (0, 0);
        loop {
            let over = done.load(Ordering::Acquire);
            let page = page(&reader, Kind::Users, From::After(last), 100).await;
            last = page.resources.last().map_or(last, |resource| resource.seq);
            seen += page.resources.len();
            if over && page.resources.is_empty() {
                return seen;
            }
            tokio::task::yield_now().await;
        }
    };
    let ((), seen) = tokio::join!(write, read);
    assert_eq!(seen, CROWD);
}

async fn a_lost_connection_is_made_again(place: Place) {
    let store = place.open().await;
    store.commit(&joiner(0)).await.unwrap();
    if !place.is_sqlite() {
        let others = "select count(pg_terminate_backend(pid)) from pg_stat_activity \
             where datname = current_database() and pid <> pg_backend_pid()";
        assert!(place.number(others).await >= 1);
    }
    // The first commits may find the connection gone; nobody is told that one happened which did not.
    let mut acknowledged = Vec::new();
    for n in 1..=10_000 {
        match store.commit(&joiner(n)).await {
            Ok(()) => acknowledged.push(n),
            Err(CommitError::Store(_)) => tokio::task::yield_now().await,
            Err(other) => panic!("{other}"),
        }
        if acknowledged.len() == 10 {
            break;
        }
    }
    assert_eq!(acknowledged.len(), 10);
    for n in acknowledged {
        assert!(store.person(&person_id(n)).await.unwrap().is_some());
    }
}
