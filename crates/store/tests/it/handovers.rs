//! When a hand-over begins, who works on it, and that its steps read back.

use crate::fixture::*;
use crate::support::{Place, on_both_engines};
use std::collections::BTreeMap;
use tenure_identity::event::{EventKind, Subject};
use tenure_identity::handover::{Kind, Step};
use tenure_identity::id::SysId;
use tenure_store::Store;
use tenure_store::deliveries::{Finished, State, Take};
use tenure_store::error::CommitError;
use tenure_store::handovers::{
    FinishedHandover, Handover, HandoverState, HandoverStep, Leaving, StepState, TakeHandovers,
};

on_both_engines!(
    it_begins_with_the_end_of_the_delivery_and_only_once,
    without_the_delivery_it_does_not_begin,
    one_works_on_it_at_a_time,
    steps_read_back_and_what_was_refused_is_planned_anew,
    whoever_lost_the_lease_notes_nothing,
    it_is_asked_for_and_taken_back,
    the_last_of_everybody_is_listed,
);

fn leaving(n: usize, second: i64) -> Leaving {
    Leaving { person: person_id(n), at: at(second) }
}

fn record() -> SysId {
    SysId::new("ada")
}

async fn asked(store: &Store, n: usize, second: i64) -> Leaving {
    let leaving = leaving(n, second);
    store.ask_for_handover(&leaving, &record(), "grace", at(second)).await.unwrap();
    leaving
}

async fn take(store: &Store, lease: &str, second: i64) -> Option<Handover> {
    let take = TakeHandovers { lease, now: at(second), until: at(second + 30) };
    store.take_handover(take).await.unwrap()
}

fn step(ordinal: u32, state: StepState) -> HandoverStep {
    let columns = |value: &str| BTreeMap::from([("assigned_to".into(), value.to_owned())]);
    let step = Step {
        kind: Kind::Task,
        table: "incident".to_owned(),
        record: SysId::new(format!("t{ordinal}")),
        label: "INC\"1".to_owned(),
        fields: columns("boss"),
        former: columns("ada"),
        note: Some("why".to_owned()),
        why: "because".to_owned(),
    };
    HandoverStep { ordinal, step, state, after: None, reason: None, told: false }
}

fn finished(leaving: &Leaving, lease: &str, state: HandoverState) -> FinishedHandover {
    FinishedHandover {
        leaving: leaving.clone(),
        lease: lease.to_owned(),
        at: at(50),
        state,
        reason: None,
        attempts: 0,
        again: None,
        events: Vec::new(),
    }
}

/// Delivers the person, who leaves by it.
async fn delivered(store: &Store, lease: &str, second: i64) -> Result<(), CommitError> {
    let take = Take { lease, now: at(second), until: at(second + 30), leavers_only: false, limit: 10 };
    let taken = store.take_deliveries(take).await.unwrap().remove(0);
    let finished = Finished {
        subject: taken.subject.clone(),
        lease: if lease == "lost" { "another".to_owned() } else { lease.to_owned() },
        mark: taken.mark,
        at: at(second),
        state: State::Delivered,
        reason: None,
        again: None,
        attempts: 0,
        record: Some(record()),
        former: taken.record.clone(),
        known: None,
        in_doubt: false,
        waits_for: Vec::new(),
        refers_to: Vec::new(),
        leaves: Some(leaving(1, 3)),
        events: Vec::new(),
    };
    store.finish_delivery(&finished).await
}

async fn it_begins_with_the_end_of_the_delivery_and_only_once(place: Place) {
    let store = place.open_with_target().await;
    store.commit(&joiner(1)).await.unwrap();
    delivered(&store, "a", 5).await.unwrap();
    let begun = take(&store, "b", 6).await.unwrap();
    assert_eq!((begun.leaving.clone(), begun.state), (leaving(1, 3), HandoverState::Planned));
    assert_eq!((begun.record, begun.asked_by, begun.at_work), (record(), None, true));
    store.finish_handover(&finished(&begun.leaving, "b", HandoverState::Done)).await.unwrap();
    store.mark_delivery(&Subject::Person(person_id(1)), at(60)).await.unwrap();
    delivered(&store, "c", 61).await.unwrap();
    assert_eq!(take(&store, "d", 62).await, None, "the same leaving is not handed over again");
}

async fn without_the_delivery_it_does_not_begin(place: Place) {
    let store = place.open_with_target().await;
    store.commit(&joiner(1)).await.unwrap();
    assert!(matches!(delivered(&store, "lost", 5).await, Err(CommitError::Moved)));
    assert_eq!(store.handover(&leaving(1, 3)).await.unwrap(), None);
}

async fn one_works_on_it_at_a_time(place: Place) {
    let store = place.open_with_target().await;
    asked(&store, 1, 1).await;
    let leases: Vec<_> = (0..6).map(|n| format!("lease-{n}")).collect();
    let takes = leases.iter().map(|lease| take(&store, lease, 5));
    let taken: Vec<_> = futures_util::future::join_all(takes).await.into_iter().flatten().collect();
    assert_eq!(taken.len(), 1);
    let lease = {
        let mut held = Vec::new();
        for lease in &leases {
            if store.extend_handover(lease, at(60)).await.is_ok() {
                held.push(lease.clone());
            }
        }
        assert_eq!(held.len(), 1);
        held.remove(0)
    };
    assert_eq!(take(&store, "late", 40).await, None, "the lease was extended");
    assert!(take(&store, "late", 60).await.is_some(), "it has run out");
    assert!(matches!(store.extend_handover(&lease, at(90)).await, Err(CommitError::Moved)));
    store.break_handover_leases(at(61)).await.unwrap();
    assert!(take(&store, "again", 61).await.is_some());
}

async fn steps_read_back_and_what_was_refused_is_planned_anew(place: Place) {
    let store = place.open_with_target().await;
    let leaving = asked(&store, 1, 1).await;
    take(&store, "a", 5).await.unwrap();
    let moved = SysId::new("moved");
    let mut steps = vec![step(0, StepState::Waiting), step(1, StepState::Waiting), step(2, StepState::Left)];
    store.plan_handover(&leaving, "a", &moved, &[], &steps).await.unwrap();
    assert_eq!(store.handover_steps(&leaving).await.unwrap(), steps);
    steps[0].state = StepState::Done;
    steps[0].after = Some(steps[0].step.fields.clone());
    steps[1].state = StepState::Refused;
    steps[1].reason = Some("a rule".to_owned());
    steps[1].step.note = None;
    store.note_handover_steps(&leaving, "a", &steps[..2]).await.unwrap();
    assert_eq!(store.handover_steps(&leaving).await.unwrap(), steps);
    let anew = step(3, StepState::Waiting);
    store.plan_handover(&leaving, "a", &moved, &[0, 1, 2], std::slice::from_ref(&anew)).await.unwrap();
    let kept = store.handover_steps(&leaving).await.unwrap();
    assert_eq!(kept, [steps[0].clone(), anew]);
    let stands = store.handover(&leaving).await.unwrap().unwrap();
    assert_eq!((stands.state, stands.record), (HandoverState::Running, moved));

    let said = vec![event(Subject::Person(person_id(1)), EventKind::HandedOver, 50)];
    let end = FinishedHandover { events: said, ..finished(&leaving, "a", HandoverState::Refused) };
    store.finish_handover(&end).await.unwrap();
    let told: Vec<_> = store.handover_steps(&leaving).await.unwrap().iter().map(|it| it.told).collect();
    assert_eq!(told, [true, false], "what waits is not told yet");
    assert_eq!(store.timeline(&Subject::Person(person_id(1)), 9).await.unwrap().len(), 1);
}

async fn whoever_lost_the_lease_notes_nothing(place: Place) {
    let store = place.open_with_target().await;
    let leaving = asked(&store, 1, 1).await;
    take(&store, "a", 5).await.unwrap();
    let steps = [step(0, StepState::Waiting)];
    store.plan_handover(&leaving, "a", &record(), &[], &steps).await.unwrap();
    take(&store, "b", 40).await.unwrap();
    let done = [step(0, StepState::Done)];
    assert!(matches!(store.note_handover_steps(&leaving, "a", &done).await, Err(CommitError::Moved)));
    assert!(matches!(
        store.plan_handover(&leaving, "a", &record(), &[], &[step(1, StepState::Waiting)]).await,
        Err(CommitError::Moved)
    ));
    let end = store.finish_handover(&finished(&leaving, "a", HandoverState::Done)).await;
    assert!(matches!(end, Err(CommitError::Moved)));
    assert_eq!(store.handover_steps(&leaving).await.unwrap(), steps);
}

async fn it_is_asked_for_and_taken_back(place: Place) {
    let store = place.open_with_target().await;
    let leaving = asked(&store, 1, 1).await;
    take(&store, "a", 5).await.unwrap();
    assert!(matches!(store.ask_for_undo(&leaving, "grace", at(6)).await, Err(CommitError::Moved)));
    let again = store.ask_for_handover(&leaving, &record(), "grace", at(6)).await;
    assert!(matches!(again, Err(CommitError::Moved)), "somebody is at work");
    store.finish_handover(&finished(&leaving, "a", HandoverState::Done)).await.unwrap();
    assert_eq!(take(&store, "b", 60).await, None);
    store.ask_for_undo(&leaving, "grace", at(61)).await.unwrap();
    let taken = take(&store, "c", 61).await.unwrap();
    assert_eq!((taken.state, taken.asked_by.as_deref()), (HandoverState::Undoing, Some("grace")));
    let unknown = store.ask_for_undo(&self::leaving(2, 1), "grace", at(6)).await;
    assert!(matches!(unknown, Err(CommitError::Moved)));
}

async fn the_last_of_everybody_is_listed(place: Place) {
    let store = place.open_with_target().await;
    asked(&store, 1, 1).await;
    asked(&store, 1, 9).await;
    let second = asked(&store, 2, 4).await;
    take(&store, "a", 4).await.unwrap();
    take(&store, "b", 4).await.unwrap();
    store.finish_handover(&finished(&second, "b", HandoverState::Done)).await.unwrap();
    let listed = async |state, after: &str| -> Vec<_> {
        let found = store.handovers(state, after, 10).await.unwrap();
        found.into_iter().map(|it| it.leaving).collect()
    };
    assert_eq!(listed(None, "").await, [leaving(1, 9), leaving(2, 4)]);
    assert_eq!(listed(None, "p000001").await, [leaving(2, 4)]);
    assert_eq!(listed(Some(HandoverState::Done), "").await, [leaving(2, 4)]);
    assert_eq!(store.last_handover(&person_id(1)).await.unwrap().unwrap().leaving, leaving(1, 9));
    assert_eq!(store.last_handover(&person_id(3)).await.unwrap(), None);
}
