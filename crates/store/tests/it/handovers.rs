//! When a hand-over begins, who works on it, and that its steps read back.

use crate::fixture::*;
use crate::support::{Place, on_both_engines};
use std::collections::BTreeMap;
use tenure_identity::event::{EventKind, Subject};
use tenure_identity::handover::{Kind, Step};
use tenure_identity::id::SysId;
use tenure_store::Store;
use tenure_store::deliveries::{Finished, State, Take, Taken};
use tenure_store::error::CommitError;
use tenure_store::handovers::{
    FinishedHandover, Handover, HandoverState, HandoverStep, HandoverWish, Leaving, StepState, TakeHandovers,
};

on_both_engines!(
    it_begins_with_the_end_of_the_delivery_and_only_once,
    without_the_delivery_it_does_not_begin,
    it_begins_although_the_record_is_in_doubt,
    one_works_on_it_at_a_time,
    steps_read_back_and_what_was_refused_is_planned_anew,
    whoever_lost_the_lease_notes_nothing,
    only_what_an_event_speaks_of_is_told,
    it_is_asked_for_and_taken_back,
    who_is_at_work_learns_what_is_wanted,
    every_leaving_is_taken_back_the_last_one_first,
    nobody_works_on_two_leavings_of_one_person,
    whoever_was_given_work_too_late_looks_again,
    every_leaving_is_listed,
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

pub(crate) fn step(ordinal: u32, state: StepState) -> HandoverStep {
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
    HandoverStep { ordinal, step, state, after: None, reason: None, told: false, back_noted: false }
}

pub(crate) fn finished(leaving: &Leaving, lease: &str, state: HandoverState) -> FinishedHandover {
    FinishedHandover {
        leaving: leaving.clone(),
        lease: lease.to_owned(),
        at: at(50),
        state,
        reason: None,
        attempts: 0,
        again: None,
        events: Vec::new(),
        told: Vec::new(),
        look_again: Vec::new(),
    }
}

/// Delivers the person, who leaves by it.
async fn delivered(store: &Store, lease: &str, second: i64) -> Result<(), CommitError> {
    let (now, until) = (at(second), at(second + 30));
    let take = Take { lease, now, until, leavers_only: false, limit: 10, target: "" };
    let taken = store.take_deliveries(take).await.unwrap().remove(0);
    store.finish_delivery(&finished_delivery(&taken, lease, second)).await
}

/// The end of a delivery by which they leave.
fn finished_delivery(taken: &Taken, lease: &str, second: i64) -> Finished {
    Finished {
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
    }
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

async fn it_begins_although_the_record_is_in_doubt(place: Place) {
    let store = place.open_with_target().await;
    store.commit(&joiner(1)).await.unwrap();
    let take = Take { lease: "a", now: at(5), until: at(35), leavers_only: false, limit: 10, target: "" };
    let taken = store.take_deliveries(take).await.unwrap().remove(0);
    let finished = finished_delivery(&taken, "a", 5);
    store.finish_delivery(&Finished { leaves: None, ..finished }).await.unwrap();
    store.mark_delivery(&Subject::Person(person_id(1)), at(6)).await.unwrap();
    let take = Take { lease: "b", now: at(6), until: at(36), leavers_only: false, limit: 10, target: "" };
    let taken = store.take_deliveries(take).await.unwrap().remove(0);
    let finished = finished_delivery(&taken, "b", 6);
    store.finish_delivery(&Finished { record: None, in_doubt: true, ..finished }).await.unwrap();
    assert_eq!(store.handover(&leaving(1, 3)).await.unwrap().unwrap().record, record());
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
    steps[1].back_noted = true;
    store.note_handover_steps(&leaving, "a", at(6), &steps[..2]).await.unwrap();
    assert_eq!(store.handover_steps(&leaving).await.unwrap(), steps);
    let waits = step(3, StepState::Waiting);
    store.plan_handover(&leaving, "a", &moved, &[], &[waits]).await.unwrap();
    let mut anew = step(4, StepState::Waiting);
    anew.after = Some(anew.step.former.clone());
    store.plan_handover(&leaving, "a", &moved, &[0, 1, 2, 3], std::slice::from_ref(&anew)).await.unwrap();
    let kept = store.handover_steps(&leaving).await.unwrap();
    assert_eq!(kept, [steps[0].clone(), anew]);
    let stands = store.handover(&leaving).await.unwrap().unwrap();
    assert_eq!((stands.state, stands.record), (HandoverState::Running, moved));
}

async fn only_what_an_event_speaks_of_is_told(place: Place) {
    let store = place.open_with_target().await;
    let leaving = asked(&store, 1, 1).await;
    let told = async || -> Vec<_> {
        let steps = store.handover_steps(&leaving).await.unwrap();
        steps.into_iter().filter(|it| it.told).map(|it| it.ordinal).collect()
    };
    take(&store, "a", 5).await.unwrap();
    let done: Vec<_> = (0..12).map(|n| step(n, StepState::Done)).collect();
    store.plan_handover(&leaving, "a", &record(), &[], &done).await.unwrap();
    // The store failed in the middle, and nothing is said yet.
    let failed = FinishedHandover { again: Some(at(51)), ..finished(&leaving, "a", HandoverState::Running) };
    store.finish_handover(&failed).await.unwrap();
    assert_eq!(told().await, Vec::<u32>::new());

    take(&store, "b", 51).await.unwrap();
    let events = vec![event(Subject::Person(person_id(1)), EventKind::HandedOver, 50)];
    let end = FinishedHandover { events, told: vec![1, 11], ..finished(&leaving, "b", HandoverState::Done) };
    store.finish_handover(&end).await.unwrap();
    assert_eq!(told().await, [1, 11]);
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
    assert!(matches!(store.note_handover_steps(&leaving, "a", at(41), &done).await, Err(CommitError::Moved)));
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
    store.finish_handover(&finished(&leaving, "a", HandoverState::Done)).await.unwrap();
    assert_eq!(take(&store, "b", 60).await, None);
    store.ask_for_undo(&person_id(1), "grace", at(61)).await.unwrap();
    let taken = take(&store, "c", 61).await.unwrap();
    assert_eq!((taken.state, taken.asked_by.as_deref()), (HandoverState::Undoing, Some("grace")));
    store.ask_for_undo(&person_id(2), "grace", at(6)).await.unwrap();
    assert_eq!(store.last_handover(&person_id(2)).await.unwrap(), None, "nothing is made by it");
}

async fn who_is_at_work_learns_what_is_wanted(place: Place) {
    let store = place.open_with_target().await;
    let leaving = asked(&store, 1, 1).await;
    let stands = async || store.handover(&leaving).await.unwrap().unwrap();
    take(&store, "a", 5).await.unwrap();
    store.ask_for_undo(&person_id(1), "linus", at(6)).await.unwrap();
    let at_work = stands().await;
    assert_eq!((at_work.state, at_work.wish), (HandoverState::Planned, Some(HandoverWish::Undo)));
    assert_eq!(take(&store, "b", 7).await, None, "the turn ends first");
    store.finish_handover(&finished(&leaving, "a", HandoverState::Done)).await.unwrap();
    let taken = take(&store, "b", 50).await.unwrap();
    assert_eq!((taken.state, taken.asked_by.as_deref()), (HandoverState::Undoing, Some("linus")));
    assert_eq!(taken.wish, None);

    store.ask_for_handover(&leaving, &record(), "grace", at(51)).await.unwrap();
    assert_eq!(stands().await.wish, Some(HandoverWish::Again));
    store.finish_handover(&finished(&leaving, "b", HandoverState::Undone)).await.unwrap();
    let again = stands().await;
    assert_eq!((again.state, again.due), (HandoverState::Planned, Some(at(50))));
    assert_eq!((again.asked_by.as_deref(), again.attempts), (Some("grace"), 0));

    take(&store, "c", 60).await.unwrap();
    store.ask_for_undo(&person_id(1), "grace", at(200)).await.unwrap();
    let gone = stands().await;
    assert_eq!((gone.state, gone.wish), (HandoverState::Undoing, None), "whoever was at work is gone");
}

async fn every_leaving_is_taken_back_the_last_one_first(place: Place) {
    let store = place.open_with_target().await;
    for (second, state) in [
        (1, StepState::Done),
        (2, StepState::Undone),
        (3, StepState::Refused),
        (4, StepState::Waiting),
        (5, StepState::Left),
    ] {
        let leaving = asked(&store, 1, second).await;
        take(&store, "a", 5).await.unwrap();
        let mut one = step(0, state);
        one.after = (second == 3).then(|| one.step.former.clone());
        store.plan_handover(&leaving, "a", &record(), &[], &[one]).await.unwrap();
        store.finish_handover(&finished(&leaving, "a", HandoverState::Done)).await.unwrap();
    }
    store.ask_for_undo(&person_id(1), "grace", at(60)).await.unwrap();
    for (n, second) in [5, 4, 3, 1].into_iter().enumerate() {
        let lease = format!("b{n}");
        assert_eq!(take(&store, &lease, 61).await.unwrap().leaving, leaving(1, second));
        assert_eq!(take(&store, "early", 61).await, None, "the later one comes first");
        store.finish_handover(&finished(&leaving(1, second), &lease, HandoverState::Undone)).await.unwrap();
    }
    assert_eq!(take(&store, "c", 61).await, None, "where nothing was done there is nothing to put back");
}

async fn nobody_works_on_two_leavings_of_one_person(place: Place) {
    let store = place.open_with_target().await;
    let (first, second) = (asked(&store, 1, 1).await, asked(&store, 1, 2).await);
    let take_this = async |leaving: &Leaving, lease: &str, second: i64| {
        let take = TakeHandovers { lease, now: at(second), until: at(second + 30) };
        store.take_this_handover(leaving, take).await.unwrap()
    };
    take_this(&first, "a", 5).await.unwrap();
    assert_eq!(take_this(&second, "b", 6).await, None, "somebody is at work on the first");
    assert!(take_this(&second, "b", 40).await.is_some(), "they are gone");
    assert_eq!(take_this(&first, "c", 41).await, None, "somebody is at work on the second");
    // Both have run out: one of them can be taken, and then the other.
    assert_eq!(take(&store, "d", 90).await.unwrap().leaving, second);
    store.finish_handover(&finished(&second, "d", HandoverState::Done)).await.unwrap();
    assert_eq!(take(&store, "e", 91).await.unwrap().leaving, first);
}

async fn whoever_was_given_work_too_late_looks_again(place: Place) {
    let store = place.open_with_target().await;
    let (ada, boss) = (asked(&store, 1, 1).await, asked(&store, 2, 2).await);
    for (who, lease) in [(&ada, "a"), (&boss, "b")] {
        let take = TakeHandovers { lease, now: at(5), until: at(35) };
        store.take_this_handover(who, take).await.unwrap().unwrap();
    }
    let gives = |lease: &str| FinishedHandover {
        look_again: vec![boss.clone(), leaving(3, 3)],
        ..finished(&ada, lease, HandoverState::Done)
    };
    let boss_stands = async || store.handover(&boss).await.unwrap().unwrap();
    store.finish_handover(&gives("a")).await.unwrap();
    assert_eq!(boss_stands().await.wish, Some(HandoverWish::Again), "they are at work, and look again then");
    store.finish_handover(&finished(&boss, "b", HandoverState::Done)).await.unwrap();
    assert_eq!(take(&store, "c", 60).await.unwrap().leaving, boss);
    store.finish_handover(&finished(&boss, "c", HandoverState::Done)).await.unwrap();

    store.ask_for_handover(&ada, &record(), "grace", at(61)).await.unwrap();
    take(&store, "d", 61).await.unwrap();
    store.finish_handover(&gives("d")).await.unwrap();
    let again = boss_stands().await;
    assert_eq!((again.state, again.due), (HandoverState::Planned, Some(at(50))));
    assert_eq!(
        store.handover(&leaving(3, 3)).await.unwrap(),
        None,
        "one that has not begun finds everything"
    );

    take(&store, "e", 61).await.unwrap();
    store.finish_handover(&finished(&boss, "e", HandoverState::Undone)).await.unwrap();
    store.ask_for_handover(&ada, &record(), "grace", at(62)).await.unwrap();
    take(&store, "f", 62).await.unwrap();
    store.finish_handover(&gives("f")).await.unwrap();
    assert_eq!(boss_stands().await.state, HandoverState::Undone, "what was put back stays so");
}

async fn every_leaving_is_listed(place: Place) {
    let store = place.open_with_target().await;
    asked(&store, 1, 1).await;
    asked(&store, 1, 9).await;
    let second = asked(&store, 2, 4).await;
    let take = TakeHandovers { lease: "a", now: at(4), until: at(34) };
    store.take_this_handover(&second, take).await.unwrap().unwrap();
    store.finish_handover(&finished(&second, "a", HandoverState::Done)).await.unwrap();
    let listed = async |state, after: Option<&Leaving>| -> Vec<_> {
        let found = store.handovers(state, after, 10).await.unwrap();
        found.into_iter().map(|it| it.leaving).collect()
    };
    assert_eq!(listed(None, None).await, [leaving(1, 9), leaving(1, 1), leaving(2, 4)]);
    assert_eq!(listed(None, Some(&leaving(1, 9))).await, [leaving(1, 1), leaving(2, 4)]);
    assert_eq!(listed(None, Some(&leaving(1, 1))).await, [leaving(2, 4)]);
    assert_eq!(listed(Some(HandoverState::Done), None).await, [leaving(2, 4)]);
    assert_eq!(listed(Some(HandoverState::Done), Some(&leaving(2, 4))).await, []);
    assert_eq!(store.last_handover(&person_id(1)).await.unwrap().unwrap().leaving, leaving(1, 9));
    let of_one: Vec<_> = store.handovers_of(&person_id(1), 9).await.unwrap();
    assert_eq!(of_one.iter().map(|it| it.leaving.at).collect::<Vec<_>>(), [at(9), at(1)]);
    assert_eq!(store.last_handover(&person_id(3)).await.unwrap(), None);
}
