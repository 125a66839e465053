//! What limits rest on: the count that a commit names, who is held and by which case, and what an answer does to all of them.

use crate::fixture::*;
use crate::support::{Place, on_both_engines};
use tenure_identity::case::{Case, CaseKind, Decided, Ruling};
use tenure_identity::change::{Access, Answer, Change, Ending, Sweep, Unclaimed};
use tenure_identity::event::{EventKind, Subject};
use tenure_identity::id::CaseId;
use tenure_identity::limit::{Hold, HoldState, Losses};
use tenure_store::Store;
use tenure_store::error::{CommitError, Constraint};

on_both_engines!(
    of_commits_decided_on_one_count_so_many_go_through_as_may,
    losses_are_counted,
    what_no_limit_looks_back_to_is_forgotten,
    one_mass_change_is_open,
    nobody_is_held_by_an_answered_case,
    an_answer_reaches_everybody_whom_the_case_holds,
    an_answer_that_ended_access_stays,
    a_case_that_holds_nobody_is_closed,
    of_two_who_are_the_last_one_closes_the_case,
    nobody_is_kept_whom_no_source_claims,
);

fn with_access(mut change: Change, access: Access) -> Change {
    change.person.as_mut().unwrap().access = Some(access);
    change
}

async fn joined(store: &Store, n: usize) {
    store.commit(&with_access(joiner(n), Access::Begins)).await.unwrap();
}

async fn leaving(store: &Store, n: usize, ending: Ending) -> Change {
    let change = changed(store, &person_id(n), |claim| claim.active = false).await;
    with_access(change, Access::Ends(ending))
}

fn below(below: i64) -> Ending {
    Ending { below: Some(below), by: None }
}

fn hold(case: &str, state: HoldState, second: i64) -> Hold {
    Hold { case: CaseId::new(case), state, since: at(second), source: okta() }
}

async fn holding(store: &Store, n: usize, hold: Hold) -> Change {
    let mut change = changed(store, &person_id(n), |_| ()).await;
    let person = change.person.as_mut().unwrap();
    (person.person.hold, person.hold_changed) = (Some(hold), true);
    change
}

fn mass_change(id: &str) -> Case {
    Case { candidates: Vec::new(), ..case(id, CaseKind::MassChange, "deactivations", 0) }
}

async fn open(store: &Store, id: &str) -> Result<(), CommitError> {
    store.commit(&Change { opened: Some(mass_change(id)), ..Change::default() }).await
}

fn answered(ruling: Ruling, to: HoldState, found: Case) -> Change {
    let decided = Decided { ruling, by: "ada".into(), at: at(5), note: None, used: None };
    let sweep = Sweep {
        case: found.id.clone(),
        from: HoldState::Held,
        to,
        unclaimed: Unclaimed::Swept,
        event: event(Subject::Person(person_id(0)), EventKind::CaseDecided, 5),
        found: Some(found.clone()),
    };
    Change { decided: Some((found.id, decided)), sweep: Some(sweep), ..Change::default() }
}

async fn of_commits_decided_on_one_count_so_many_go_through_as_may(place: Place) {
    let store = place.open().await;
    let mut changes = Vec::new();
    for n in 0..12 {
        joined(&store, n).await;
        changes.push(leaving(&store, n, below(3)).await);
    }
    let commits = changes.iter().map(|change| store.commit(change));
    let results = futures_util::future::join_all(commits).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 3);
    assert!(results.iter().all(|result| matches!(result, Ok(()) | Err(CommitError::Moved))), "{results:?}");
    let losses = store.losses(at(0)).await.unwrap();
    assert_eq!((losses.ever, losses.recent, losses.active), (3, 3, 9), "nothing of a refused commit is left");
}

async fn losses_are_counted(place: Place) {
    let store = place.open().await;
    assert_eq!(store.losses(at(0)).await.unwrap(), Losses::default());
    joined(&store, 1).await;
    joined(&store, 2).await;
    let change = leaving(&store, 1, Ending::default()).await;
    store.commit(&change).await.unwrap();
    let losses = store.losses(at(0)).await.unwrap();
    assert_eq!(losses, Losses { ever: 1, recent: 1, active: 1, open: None });
    assert_eq!(store.losses(at(1)).await.unwrap().recent, 0, "the change happened a second after the hour");
    // Somebody who comes back and leaves again has lost access twice, and is one person.
    let back = changed(&store, &person_id(1), |claim| claim.active = true).await;
    store.commit(&with_access(back, Access::Begins)).await.unwrap();
    let mut again = leaving(&store, 1, Ending::default()).await;
    again.events = vec![event(Subject::Person(person_id(1)), EventKind::Changed, 3)];
    store.commit(&again).await.unwrap();
    let losses = store.losses(at(0)).await.unwrap();
    assert_eq!((losses.ever, losses.recent, losses.active), (2, 1, 1));
    open(&store, "c1").await.unwrap();
    assert_eq!(store.losses(at(0)).await.unwrap().open, Some(CaseId::new("c1")));
}

async fn what_no_limit_looks_back_to_is_forgotten(place: Place) {
    let store = place.open().await;
    for n in 1..=3 {
        joined(&store, n).await;
        let mut change = leaving(&store, n, Ending::default()).await;
        change.events = vec![event(Subject::Person(person_id(n)), EventKind::Changed, 10 * n as i64)];
        store.commit(&change).await.unwrap();
    }
    let recent = async || store.losses(at(0)).await.unwrap().recent;
    store.forget_departures(at(30), 1).await.unwrap();
    assert_eq!(recent().await, 2, "so many at a time");
    store.forget_departures(at(30), 9).await.unwrap();
    assert_eq!((recent().await, store.losses(at(0)).await.unwrap().ever), (1, 3));
}

async fn one_mass_change_is_open(place: Place) {
    let store = place.open().await;
    open(&store, "c1").await.unwrap();
    let second = open(&store, "c2").await;
    assert!(matches!(second, Err(CommitError::Constraint(Constraint::MassChange))), "{second:?}");
    store.commit(&answered(Ruling::Keep, HoldState::Kept, mass_change("c1"))).await.unwrap();
    open(&store, "c2").await.unwrap();
    assert_eq!(store.open_mass_change().await.unwrap(), Some(CaseId::new("c2")));
}

async fn nobody_is_held_by_an_answered_case(place: Place) {
    let store = place.open().await;
    open(&store, "c1").await.unwrap();
    joined(&store, 1).await;
    let change = holding(&store, 1, hold("c1", HoldState::Held, 2)).await;
    store.commit(&answered(Ruling::Release, HoldState::Released, mass_change("c1"))).await.unwrap();
    assert!(matches!(store.commit(&change).await, Err(CommitError::Moved)));
    assert_eq!(store.person(&person_id(1)).await.unwrap().unwrap().hold, None);
}

async fn an_answer_reaches_everybody_whom_the_case_holds(place: Place) {
    let store = place.open().await;
    open(&store, "c1").await.unwrap();
    for n in 0..25 {
        joined(&store, n).await;
        let change = holding(&store, n, hold("c1", HoldState::Held, 2)).await;
        store.commit(&change).await.unwrap();
    }
    joined(&store, 99).await;
    let seen = store.case(&CaseId::new("c1")).await.unwrap().unwrap();
    assert_eq!(seen.candidates, (0..20).map(person_id).collect::<Vec<_>>(), "the first of them");
    assert_eq!(seen.evidence.last().unwrap(), "25 people held: 25 by `okta`");
    let late = changed(&store, &person_id(3), |claim| claim.active = false).await;
    store.commit(&answered(Ruling::Release, HoldState::Released, seen.clone())).await.unwrap();
    assert!(
        matches!(store.commit(&late).await, Err(CommitError::Moved)),
        "who read them before decides anew"
    );
    let person = store.person(&person_id(3)).await.unwrap().unwrap();
    assert_eq!((person.hold, person.due), (Some(hold("c1", HoldState::Released, 5)), 1));
    assert_eq!(store.due_people(100).await.unwrap().len(), 25);
    let timeline = store.timeline(&Subject::Person(person_id(24)), 10).await.unwrap();
    let expected = event(Subject::Person(person_id(24)), EventKind::CaseDecided, 5);
    assert_eq!(timeline.last(), Some(&expected));
    let stored = store.case(&seen.id).await.unwrap().unwrap();
    assert_eq!((&stored.candidates, &stored.evidence), (&seen.candidates, &seen.evidence));
    assert_eq!(stored.decided.unwrap().ruling, Ruling::Release);
}

async fn an_answer_that_ended_access_stays(place: Place) {
    let store = place.open().await;
    open(&store, "c1").await.unwrap();
    joined(&store, 1).await;
    store.commit(&answered(Ruling::Release, HoldState::Released, mass_change("c1"))).await.unwrap();
    let answer = Answer { case: CaseId::new("c1"), decided: at(5) };
    let change = leaving(&store, 1, Ending { below: None, by: Some(answer.clone()) }).await;
    store.commit(&change).await.unwrap();
    assert_eq!(store.case(&answer.case).await.unwrap().unwrap().decided.unwrap().used, Some(at(1)));
    let undone = store.commit(&Change { reopened: Some(answer), ..Change::default() }).await;
    assert!(matches!(undone, Err(CommitError::Moved)), "{undone:?}");
}

async fn held(store: &Store, people: std::ops::Range<usize>) {
    open(store, "c1").await.unwrap();
    for n in people {
        joined(store, n).await;
        let change = holding(store, n, hold("c1", HoldState::Held, 2)).await;
        store.commit(&change).await.unwrap();
    }
}

/// Their claims give access again.
async fn lifted(store: &Store, n: usize) -> Change {
    let mut change = changed(store, &person_id(n), |_| ()).await;
    let person = change.person.as_mut().unwrap();
    (person.person.hold, person.hold_changed) = (None, true);
    let (ruling, by, note) = (Ruling::Keep, "tenure".to_owned(), Some("nobody".to_owned()));
    change.vacates = Some((CaseId::new("c1"), Decided { ruling, by, at: at(7), note, used: Some(at(7)) }));
    change
}

async fn a_case_that_holds_nobody_is_closed(place: Place) {
    let store = place.open().await;
    held(&store, 1..3).await;
    let change = lifted(&store, 1).await;
    store.commit(&change).await.unwrap();
    assert_eq!(store.open_mass_change().await.unwrap(), Some(CaseId::new("c1")), "it holds another");
    let change = lifted(&store, 2).await;
    store.commit(&change).await.unwrap();
    let closed = store.case(&CaseId::new("c1")).await.unwrap().unwrap().decided;
    assert_eq!(closed, change.vacates.map(|(_, decided)| decided));
    assert_eq!(store.open_mass_change().await.unwrap(), None);
}

async fn of_two_who_are_the_last_one_closes_the_case(place: Place) {
    let store = place.open().await;
    held(&store, 0..8).await;
    let mut changes = Vec::new();
    for n in 0..8 {
        changes.push(lifted(&store, n).await);
    }
    let results = futures_util::future::join_all(changes.iter().map(|change| store.commit(change))).await;
    assert!(results.iter().all(Result::is_ok), "{results:?}");
    assert_eq!(store.open_mass_change().await.unwrap(), None);
}

fn kept(found: Case, unclaimed: Unclaimed) -> Change {
    let mut change = answered(Ruling::Keep, HoldState::Kept, found);
    change.sweep.as_mut().unwrap().unclaimed = unclaimed;
    change
}

async fn nobody_is_kept_whom_no_source_claims(place: Place) {
    let store = place.open().await;
    held(&store, 1..4).await;
    let ended = changed(&store, &person_id(3), |claim| claim.ended = Some(at(3))).await;
    store.commit(&ended).await.unwrap();
    let people = store.held(&CaseId::new("c1")).await.unwrap();
    assert_eq!((people.count(), people.unclaimed), (3, 1));
    assert_eq!(people.first, [3, 1, 2].map(person_id), "who needs a look comes first");
    let all = store.commit(&kept(mass_change("c1"), Unclaimed::Absent)).await;
    assert!(matches!(all, Err(CommitError::Moved)), "{all:?}");
    let rest = Change { decided: None, ..kept(mass_change("c1"), Unclaimed::LeftOut) };
    store.commit(&rest).await.unwrap();
    let mut states = Vec::new();
    for n in 1..4 {
        states.push(store.person(&person_id(n)).await.unwrap().unwrap().hold.unwrap().state);
    }
    assert_eq!(states, [HoldState::Kept, HoldState::Kept, HoldState::Held]);
    assert_eq!(
        store.timeline(&Subject::Person(person_id(3)), 10).await.unwrap().last().unwrap().kind,
        EventKind::Changed
    );
    store.commit(&answered(Ruling::Release, HoldState::Released, mass_change("c1"))).await.unwrap();
    let late = store.commit(&rest).await;
    assert!(matches!(late, Err(CommitError::Moved)), "the case is answered: {late:?}");
}
