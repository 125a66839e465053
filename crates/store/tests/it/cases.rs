//! Cases: opened, listed, decided once.

use crate::fixture::*;
use crate::support::{Place, on_both_engines};
use tenure_identity::case::{Case, CaseKind, Decided, Ruling};
use tenure_identity::change::{Answer, Change};
use tenure_identity::keys::Keys;
use tenure_store::Store;
use tenure_store::error::CommitError;

on_both_engines!(
    every_kind_and_ruling_reads_back,
    a_case_is_decided_once,
    lists_are_newest_first,
    an_answer_is_taken_back_until_it_is_used,
    facts_carry_the_newest
);

pub(crate) fn decided(second: i64) -> Decided {
    Decided { ruling: Ruling::Create, by: "ada".into(), at: at(second), note: None, used: None }
}

async fn open(store: &Store, case: &Case) {
    store.commit(&Change { opened: Some(case.clone()), ..Change::default() }).await.unwrap();
}

async fn decide(store: &Store, case: &Case, decided: Decided) -> Result<(), CommitError> {
    store.commit(&Change { decided: Some((case.id.clone(), decided)), ..Change::default() }).await
}

async fn every_kind_and_ruling_reads_back(place: Place) {
    let store = place.open().await;
    let rulings = [
        Ruling::Link(person_id(7)),
        Ruling::Create,
        Ruling::Reject,
        Ruling::Merge(person_id(8)),
        Ruling::Release,
        Ruling::Keep,
    ];
    // Whom an open mass change holds is counted whenever it is read.
    let kinds = CaseKind::ALL.into_iter().filter(|kind| *kind != CaseKind::MassChange);
    for (n, kind) in kinds.enumerate() {
        let mut case = case(&format!("c{n}"), kind, &format!("x{n}"), 0);
        open(&store, &case).await;
        assert_eq!(store.case(&case.id).await.unwrap().as_ref(), Some(&case));
        let ruling = Decided { ruling: rulings[n].clone(), note: Some("because".into()), ..decided(9) };
        decide(&store, &case, ruling.clone()).await.unwrap();
        case.decided = Some(ruling);
        assert_eq!(store.case(&case.id).await.unwrap(), Some(case));
    }
}

async fn a_case_is_decided_once(place: Place) {
    let store = place.open().await;
    let case = case("c1", CaseKind::EmailMatch, "x1", 0);
    open(&store, &case).await;
    decide(&store, &case, decided(1)).await.unwrap();
    let again = decide(&store, &case, Decided { ruling: Ruling::Reject, ..decided(2) }).await;
    assert!(matches!(again, Err(CommitError::Moved)), "{again:?}");
    assert_eq!(store.case(&case.id).await.unwrap().unwrap().decided, Some(decided(1)));
    open(&store, &Case { id: tenure_identity::id::CaseId::new("c2"), ..case }).await;
}

async fn lists_are_newest_first(place: Place) {
    let store = place.open().await;
    for n in 0..5 {
        open(&store, &case(&format!("c{n}"), CaseKind::EmailMatch, &format!("x{n}"), n)).await;
    }
    decide(&store, &case("c3", CaseKind::EmailMatch, "x3", 3), decided(9)).await.unwrap();
    let ids = |cases: Vec<Case>| cases.iter().map(|case| case.id.to_string()).collect::<Vec<_>>();
    assert_eq!(ids(store.cases(false, None, 10).await.unwrap()), ["c4", "c2", "c1", "c0"]);
    assert_eq!(ids(store.cases(true, None, 3).await.unwrap()), ["c4", "c3", "c2"]);
    let c3 = tenure_identity::id::CaseId::new("c3");
    assert_eq!(ids(store.cases(true, Some((at(3), &c3)), 2).await.unwrap()), ["c2", "c1"]);
}

async fn an_answer_is_taken_back_until_it_is_used(place: Place) {
    let store = place.open().await;
    let case = case("c1", CaseKind::EmailMatch, "x1", 0);
    open(&store, &case).await;
    let answer = |second| Answer { case: case.id.clone(), decided: at(second) };
    let commit = async |change: Change| store.commit(&change).await;
    let reopen = |second| Change { reopened: Some(answer(second)), ..Change::default() };
    let follow = |second| Change { follows: Some(answer(second)), ..Change::default() };
    assert!(matches!(commit(reopen(1)).await, Err(CommitError::Moved)), "nobody has answered");
    decide(&store, &case, Decided { note: Some("why".into()), ..decided(1) }).await.unwrap();
    assert!(matches!(commit(reopen(2)).await, Err(CommitError::Moved)), "that is another answer");
    commit(reopen(1)).await.unwrap();
    assert_eq!(store.case(&case.id).await.unwrap().as_ref(), Some(&case));
    assert!(matches!(commit(follow(1)).await, Err(CommitError::Moved)), "it does not stand any more");
    decide(&store, &case, decided(3)).await.unwrap();
    commit(follow(3)).await.unwrap();
    commit(follow(3)).await.unwrap();
    assert!(matches!(commit(reopen(3)).await, Err(CommitError::Moved)), "it has been used");
    let used = store.case(&case.id).await.unwrap().unwrap().decided.unwrap().used;
    assert_eq!(used, Some(at(3)));
    assert_eq!(store.newest_case(&okta(), "x1").await.unwrap().unwrap().id, case.id);
}

async fn facts_carry_the_newest(place: Place) {
    let store = place.open().await;
    for n in 0..3 {
        let case = case(&format!("c{n}"), CaseKind::EmailMatch, "x1", 5);
        open(&store, &case).await;
        let ruling = Decided { ruling: Ruling::Link(person_id(7)), ..decided(9) };
        decide(&store, &case, ruling).await.unwrap();
    }
    open(&store, &case("near", CaseKind::NearDuplicate, "x1", 9)).await;
    store.commit(&joiner(7)).await.unwrap();
    let facts = store.identity_facts(&okta(), &Keys::of(&attributes(1))).await.unwrap();
    assert_eq!(facts.case.unwrap().id.as_str(), "c2", "of several at one time the last id counts");
    let found: Vec<_> = facts.candidates.iter().map(|person| &person.id).collect();
    assert_eq!(found, [&person_id(7)], "whom a ruling names is looked at without a common key");
}
