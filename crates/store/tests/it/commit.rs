//! A commit is all or nothing, durable when it is acknowledged, and says precisely why it was refused.

use crate::fixture::*;
use crate::support::{Place, on_both_engines};
use futures_util::future::join_all;
use serde_json::json;
use std::sync::Arc;
use std::task::Poll;
use tenure_identity::case::CaseKind;
use tenure_identity::change::{Change, Expect, GroupChange};
use tenure_identity::claim::Claim;
use tenure_identity::event::{EventKind, Subject};
use tenure_identity::group::Group;
use tenure_identity::id::SourceName;
use tenure_identity::person::Held;
use tenure_scim::schema::ENTERPRISE_USER;
use tenure_store::error::{CommitError, Constraint};
use tenure_store::query::Kind;

on_both_engines!(
    a_moved_person_is_refused_and_nothing_written,
    a_moved_group_is_refused,
    the_last_statement_decides_for_all,
    person_constraints_are_named,
    claim_constraints_are_named,
    group_constraints_are_named,
    one_open_case_per_identity,
    one_refusal_leaves_the_batch_alone,
    an_acknowledged_commit_is_seen_by_others,
    close_keeps_what_was_taken_and_refuses_the_rest,
    an_abandoned_commit_is_carried_out,
    an_empty_change_is_no_commit,
);

#[track_caller]
fn is_constraint(result: Result<(), CommitError>, expected: Constraint) {
    match result {
        Err(CommitError::Constraint(found)) => assert_eq!(found, expected),
        other => panic!("{other:?} where {expected:?} was expected"),
    }
}

#[track_caller]
fn is_moved(result: &Result<(), CommitError>) {
    assert!(matches!(result, Err(CommitError::Moved)), "{result:?}");
}

async fn rows(place: &Place) -> i64 {
    let tables = ["persons", "claims", "claim_keys", "former_links", "groups", "members", "events", "cases"];
    let counts: Vec<_> = tables.iter().map(|table| format!("(select count(*) from {table})")).collect();
    place.number(&format!("select {}", counts.join(" + "))).await
}

async fn a_moved_person_is_refused_and_nothing_written(place: Place) {
    let store = place.open().await;
    store.commit(&joiner(1)).await.unwrap();
    let late = changed(&store, &person_id(1), |claim| {
        Arc::make_mut(&mut claim.attributes).insert("externalId".into(), "late".into());
    })
    .await;
    change(&store, &person_id(1), |claim| {
        drop(Arc::make_mut(&mut claim.attributes).insert("title".into(), "CTO".into()));
    })
    .await;
    let (before, rows_before) = (store.person(&person_id(1)).await.unwrap(), rows(&place).await);
    is_moved(&store.commit(&late).await);
    assert_eq!(store.person(&person_id(1)).await.unwrap(), before);
    assert_eq!(rows(&place).await, rows_before);
}

async fn a_moved_group_is_refused(place: Place) {
    let store = place.open().await;
    store.commit(&new_group(group(1), &[])).await.unwrap();
    store.commit(&crowd(&group(1), 5, &["p1"], &[])).await.unwrap();
    let rename =
        GroupChange { group: Group { version: 2, ..group(1) }, expect: Expect::Version(1), returns: false };
    is_moved(&store.commit(&Change { group: Some(rename), ..Change::default() }).await);
    is_moved(&store.commit(&crowd(&group(2), 5, &["p1"], &[])).await);
    assert_eq!(place.number("select count(*) from members").await, 1);
}

async fn the_last_statement_decides_for_all(place: Place) {
    let store = place.open().await;
    let open = |id| Change { opened: Some(case(id, CaseKind::EmailMatch, "x9", 0)), ..Change::default() };
    store.commit(&open("c1")).await.unwrap();
    let rows_before = rows(&place).await;
    let with_group = Change { opened: open("c2").opened, ..new_group(group(1), &["p1", "p2"]) };
    is_constraint(store.commit(&with_group).await, Constraint::OpenCase);
    let with_person = Change { opened: open("c3").opened, ..joiner(1) };
    is_constraint(store.commit(&with_person).await, Constraint::OpenCase);
    let decided = (case("no", CaseKind::EmailMatch, "x", 0).id, crate::cases::decided(0));
    is_moved(&store.commit(&Change { decided: Some(decided), ..joiner(1) }).await);
    assert_eq!(rows(&place).await, rows_before);
    assert_eq!(store.total(Kind::Users, &okta()).await.unwrap(), 0);
    assert_eq!(store.total(Kind::Groups, &okta()).await.unwrap(), 0);
}

async fn person_constraints_are_named(place: Place) {
    let store = place.open().await;
    let number = |n: usize, number: &str| {
        let mut attributes = attributes(n);
        attributes.insert(ENTERPRISE_USER.into(), json!({ "employeeNumber": number }));
        claim(attributes)
    };
    store.commit(&joiner_with(&person_id(1), number(1, "A1"))).await.unwrap();
    is_constraint(
        store.commit(&joiner_with(&person_id(2), number(2, "a1"))).await,
        Constraint::EmployeeNumber,
    );
    let other_source = Claim { source: SourceName::new("entra"), ..claim(attributes(1)) };
    is_constraint(store.commit(&joiner_with(&person_id(3), other_source.clone())).await, Constraint::Login);
    let mut shared = joiner_with(&person_id(3), other_source);
    shared.person.as_mut().unwrap().person.login = Held::Shared;
    store.commit(&shared).await.unwrap();
    assert_eq!(store.person(&person_id(3)).await.unwrap().unwrap().login, Held::Shared);
}

/// The person's own keys give way, so that the constraints of the claim speak.
fn keyless(mut change: Change) -> Change {
    change.person.as_mut().unwrap().person.login = Held::Shared;
    change
}

async fn claim_constraints_are_named(place: Place) {
    let store = place.open().await;
    store.commit(&joiner(1)).await.unwrap();
    let same = |key: &str| {
        let mut attributes = attributes(2);
        attributes.insert(key.into(), self::attributes(1)[key].clone());
        keyless(joiner_with(&person_id(2), claim(attributes)))
    };
    is_constraint(store.commit(&same("externalId")).await, Constraint::ExternalId);
    is_constraint(store.commit(&same("userName")).await, Constraint::UserName);
    let again = Change { claims: vec![joiner(2).claims.remove(0)], ..Change::default() };
    let mut again = again;
    again.claims[0].person = person_id(1);
    is_constraint(store.commit(&again).await, Constraint::ClaimOfPerson);
    change(&store, &person_id(1), |claim| claim.active = false).await;
    store.commit(&same("userName")).await.unwrap();
}

async fn group_constraints_are_named(place: Place) {
    let store = place.open().await;
    store.commit(&new_group(group(1), &[])).await.unwrap();
    let other = |id: usize, external_id: usize, name: &str| {
        let attributes = json!({ "externalId": format!("gx{external_id}"), "displayName": name });
        new_group(Group { id: group_id(id), attributes: object(attributes), ..group(id) }, &[])
    };
    is_constraint(store.commit(&other(1, 2, "b")).await, Constraint::GroupId);
    is_constraint(store.commit(&other(2, 1, "b")).await, Constraint::GroupExternalId);
    is_constraint(store.commit(&other(2, 2, "TEAM 1")).await, Constraint::GroupName);
    store.commit(&other(2, 2, "team 2")).await.unwrap();
    assert_eq!(store.total(Kind::Groups, &okta()).await.unwrap(), 2);
}

async fn one_open_case_per_identity(place: Place) {
    let store = place.open().await;
    let open = |id, kind| Change { opened: Some(case(id, kind, "x1", 0)), ..Change::default() };
    store.commit(&open("c1", CaseKind::EmailMatch)).await.unwrap();
    is_constraint(store.commit(&open("c2", CaseKind::AmbiguousMatch)).await, Constraint::OpenCase);
    store.commit(&open("c3", CaseKind::NearDuplicate)).await.unwrap();
    store.commit(&open("c4", CaseKind::NearDuplicate)).await.unwrap();
}

async fn one_refusal_leaves_the_batch_alone(place: Place) {
    let store = place.open().await;
    store.commit(&joiner(0)).await.unwrap();
    let duplicate = keyless(joiner_with(&person_id(999), claim(attributes(0))));
    let changes: Vec<_> = (1..=40).map(|n| if n == 20 { duplicate.clone() } else { joiner(n) }).collect();
    let results = join_all(changes.iter().map(|change| store.commit(change))).await;
    for (n, result) in (1..).zip(results) {
        match n {
            20 => assert!(matches!(result, Err(CommitError::Constraint(_))), "{result:?}"),
            _ => result.unwrap(),
        }
    }
    assert_eq!(place.number("select count(*) from persons").await, 40);
    assert_eq!(store.total(Kind::Users, &okta()).await.unwrap(), 40);
}

async fn an_acknowledged_commit_is_seen_by_others(place: Place) {
    let store = place.open().await;
    for n in 1..=20 {
        store.commit(&joiner(n)).await.unwrap();
        let seen =
            place.number(&format!("select count(*) from claims where person_id = '{}'", person_id(n))).await;
        assert_eq!(seen, 1);
    }
}

async fn close_keeps_what_was_taken_and_refuses_the_rest(place: Place) {
    let store = place.open().await;
    let changes: Vec<_> = (0..200).map(joiner).collect();
    let all = join_all(changes.iter().map(|change| store.commit(change)));
    let (results, ()) = futures_util::future::join(all, store.close()).await;
    let taken = results.iter().filter(|result| result.is_ok()).count();
    assert!(taken > 0, "what was handed over before the close is written");
    assert!(matches!(store.commit(&joiner(777)).await, Err(CommitError::Store(_))));
    assert_eq!(place.number("select count(*) from persons").await, taken as i64);
    store.close().await;
}

async fn an_abandoned_commit_is_carried_out(place: Place) {
    let store = place.open().await;
    let change = joiner(1);
    let mut commit = Box::pin(store.commit(&change));
    let once = std::future::poll_fn(|context| Poll::Ready(commit.as_mut().poll(context).is_pending()));
    assert!(once.await);
    drop(commit);
    // Commits are carried out in the order in which they were handed over.
    store.commit(&joiner(2)).await.unwrap();
    assert!(store.person(&person_id(1)).await.unwrap().is_some());
}

async fn an_empty_change_is_no_commit(place: Place) {
    let store = place.open().await;
    store.commit(&Change::default()).await.unwrap();
    let only_an_event = event(Subject::Group(group_id(1)), EventKind::Skipped, 0);
    store.commit(&Change { events: vec![only_an_event], ..Change::default() }).await.unwrap();
    assert_eq!(rows(&place).await, 1);
}
