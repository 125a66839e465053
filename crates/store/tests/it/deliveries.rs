//! Who waits for delivery, who works on whom, and which record is whose.

use crate::fixture::*;
use crate::support::{Place, on_both_engines};
use jiff::Timestamp;
use std::sync::Arc;
use tenure_identity::change::{Change, Expect, GroupChange};
use tenure_identity::event::{EventKind, Subject};
use tenure_identity::group::Group;
use tenure_identity::id::SysId;
use tenure_identity::reconcile::{Known, Parked};
use tenure_store::Store;
use tenure_store::deliveries::{Aim, Finished, Met, Paused, State, Take, Taken};
use tenure_store::error::{CommitError, Constraint};

on_both_engines!(
    who_changed_is_due_and_leavers_go_first,
    nobody_is_taken_twice,
    a_lease_that_runs_out_is_anybodys_and_says_so,
    a_change_meanwhile_makes_them_due_again,
    what_is_known_reads_back,
    a_parked_value_that_does_not_say_how_often_it_failed_reads_back,
    how_the_last_try_went_and_that_another_was_asked_for_is_told_to_whoever_delivers,
    one_record_is_one_persons,
    a_group_that_is_tried_again_is_not_believed_to_be_there,
    a_user_name_that_is_to_be_given_up_is_told_to_whoever_delivers,
    members_are_marked_as_they_come_and_go,
    without_a_target_nobody_is_marked_and_a_later_one_hears_of_it,
    work_belongs_to_one_node_at_a_time,
    a_doubt_that_comes_meanwhile_stays,
    whoever_was_written_by_somebody_else_is_read_again,
    who_changes_again_and_again_is_not_overtaken,
    a_change_ends_a_wait,
    another_try_that_is_asked_for_meanwhile_is_not_lost,
    what_was_refused_is_pending_when_it_is_due,
    a_pause_is_told_until_it_is_over,
);

/// The target of most tests.
pub(crate) const A: &str = "https://a";

pub(crate) fn aim(url: &str) -> Aim {
    Aim { url: url.to_owned(), key: "key".to_owned(), groups: "create".to_owned() }
}

fn who(n: usize) -> Subject {
    Subject::Person(person_id(n))
}

pub(crate) async fn take(store: &Store, lease: &str, second: i64) -> Vec<Taken> {
    take_for(store, A, lease, second, 10).await
}

pub(crate) async fn take_for(
    store: &Store,
    target: &str,
    lease: &str,
    second: i64,
    limit: u32,
) -> Vec<Taken> {
    let (now, until) = (at(second), at(second + 30));
    let take = Take { lease, now, until, leavers_only: false, limit, target };
    store.take_deliveries(take).await.unwrap()
}

/// Delivers everybody who is due, each with a record named after them.
pub(crate) async fn deliver_all(store: &Store, target: &str, prefix: &str, second: i64) -> Vec<Taken> {
    let lease = format!("{target} {second}");
    let all = take_for(store, target, &lease, second, 100).await;
    for taken in &all {
        let record = SysId::new(format!("{prefix}-{}", taken.subject.as_str()));
        let known = Known { written: [prefix.into()].into(), ..Known::default() };
        let done = Finished { record: Some(record), known: Some(known), ..finished(taken, &lease, second) };
        store.finish_delivery(&done).await.unwrap();
    }
    all
}

pub(crate) fn names(taken: &[Taken]) -> Vec<&str> {
    taken.iter().map(|taken| taken.subject.as_str()).collect()
}

pub(crate) fn finished(taken: &Taken, lease: &str, second: i64) -> Finished {
    Finished {
        subject: taken.subject.clone(),
        lease: lease.to_owned(),
        mark: taken.mark,
        at: at(second),
        state: State::Delivered,
        reason: None,
        again: None,
        attempts: 0,
        record: taken.record.clone(),
        former: taken.record.clone(),
        known: None,
        in_doubt: false,
        waits_for: Vec::new(),
        refers_to: Vec::new(),
        leaves: None,
        events: Vec::new(),
    }
}

async fn leave(store: &Store, n: usize) {
    change(store, &person_id(n), |claim| {
        claim.active = false;
        drop(Arc::make_mut(&mut claim.attributes).insert("active".into(), false.into()));
    })
    .await;
}

async fn who_changed_is_due_and_leavers_go_first(place: Place) {
    let store = place.open_with_target().await;
    for n in 1..=3 {
        store.commit(&joiner(n)).await.unwrap();
    }
    leave(&store, 3).await;
    let taken = take(&store, "a", 5).await;
    assert_eq!(names(&taken), ["p000003", "p000001", "p000002"]);
    assert_eq!((taken[0].mark, taken[1].mark), (2, 1));
    for one in &taken {
        store.finish_delivery(&finished(one, "a", 6)).await.unwrap();
    }
    assert_eq!(take(&store, "b", 7).await, []);
    let delivery = store.delivery("p000003").await.unwrap().unwrap();
    assert_eq!(
        (delivery.state, delivery.pending, delivery.delivered),
        (State::Delivered, false, Some(at(6)))
    );
    let totals = store.delivery_totals(at(7)).await.unwrap();
    assert_eq!((totals.pending, totals.states, totals.oldest), (0, vec![(State::Delivered, 3)], None));
}

async fn nobody_is_taken_twice(place: Place) {
    let store = place.open_with_target().await;
    commit_all(&store, (1..=40).map(joiner)).await;
    let leases: Vec<_> = (0..8).map(|n| format!("lease-{n}")).collect();
    let takes = leases.iter().map(|lease| take(&store, lease, 5));
    let all = futures_util::future::join_all(takes).await;
    let mut names: Vec<_> = all.iter().flat_map(|taken| names(taken)).collect();
    let taken = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), taken, "somebody was taken by two");
    assert!(taken >= 10);
}

async fn a_lease_that_runs_out_is_anybodys_and_says_so(place: Place) {
    let store = place.open_with_target().await;
    store.commit(&joiner(1)).await.unwrap();
    let first = take(&store, "a", 5).await;
    assert!(!first[0].unfinished);
    assert_eq!(take(&store, "b", 34).await, [], "the lease still holds");
    store.extend_leases(&["a".into()], at(60)).await.unwrap();
    assert_eq!(take(&store, "b", 40).await, [], "the lease was extended");
    let second = take(&store, "b", 61).await;
    assert!(second[0].unfinished);
    let late = store.finish_delivery(&finished(&first[0], "a", 62)).await;
    assert!(matches!(late, Err(CommitError::Moved)));
    store.finish_delivery(&finished(&second[0], "b", 63)).await.unwrap();
    store.mark_delivery(&who(1), at(64)).await.unwrap();
    assert!(!take(&store, "c", 64).await[0].unfinished, "the end of the second is known");
    store.break_leases(at(65), at(68)).await.unwrap();
    assert!(take(&store, "d", 65).await[0].unfinished);
}

async fn a_change_meanwhile_makes_them_due_again(place: Place) {
    let store = place.open_with_target().await;
    store.commit(&joiner(1)).await.unwrap();
    let taken = take(&store, "a", 5).await;
    change(&store, &person_id(1), |claim| claim.version += 1).await;
    assert_eq!(take(&store, "b", 6).await, [], "nobody else begins meanwhile");
    let later = Finished { again: Some(at(900)), ..finished(&taken[0], "a", 7) };
    store.finish_delivery(&later).await.unwrap();
    let again = take(&store, "c", 8).await;
    assert_eq!((again.len(), again[0].unfinished), (1, false), "not only at 900");
    let later = Finished {
        again: Some(at(900)),
        state: State::Retrying,
        attempts: 3,
        reason: Some("busy".into()),
        ..finished(&again[0], "c", 9)
    };
    store.finish_delivery(&later).await.unwrap();
    assert_eq!(take(&store, "d", 899).await, []);
    let last = take(&store, "d", 900).await;
    assert_eq!((last.len(), last[0].attempts), (1, 3));
    let retrying = store.deliveries(State::Retrying, "", 5).await.unwrap();
    assert_eq!(retrying[0].reason.as_deref(), Some("busy"));
}

async fn what_is_known_reads_back(place: Place) {
    let store = place.open_with_target().await;
    store.commit(&joiner(1)).await.unwrap();
    let taken = take(&store, "a", 5).await;
    let parked = Parked { asked: "x".into(), reason: "dropped \"\n".into(), until: at(70), attempts: 3 };
    let known = Known {
        columns: [("title".into(), "Bøss \"1\"".into()), ("zip".into(), String::new())].into(),
        groups: Some([(SysId::new("g"), [SysId::new("row")].into())].into()),
        roles: None,
        written: ["title".into()].into(),
        parked: [("zip".into(), parked)].into(),
    };
    store.begin_delivery(&who(1), "a", &known).await.unwrap();
    let foreign = store.begin_delivery(&who(1), "b", &Known::default()).await;
    assert!(matches!(foreign, Err(CommitError::Moved)));
    store
        .finish_delivery(&Finished { known: Some(known.clone()), ..finished(&taken[0], "a", 6) })
        .await
        .unwrap();
    store.mark_delivery(&who(1), at(7)).await.unwrap();
    assert_eq!(take(&store, "b", 8).await[0].known, Some(known));
}

async fn a_parked_value_that_does_not_say_how_often_it_failed_reads_back(place: Place) {
    let store = place.open_with_target().await;
    store.commit(&joiner(1)).await.unwrap();
    place.sql(r#"update deliveries set known = '{"columns":{},"parked":{"zip":["1","why",17]}}'"#).await;
    let known = take(&store, "a", 5).await.remove(0).known.unwrap();
    let parked = &known.parked["zip"];
    assert_eq!((parked.asked.as_str(), parked.until.as_microsecond(), parked.attempts), ("1", 17, 0));
}

async fn how_the_last_try_went_and_that_another_was_asked_for_is_told_to_whoever_delivers(place: Place) {
    let store = place.open_with_target().await;
    store.commit(&joiner(1)).await.unwrap();
    let taken = take(&store, "a", 5).await.remove(0);
    assert_eq!((taken.state, &taken.reason, taken.anew), (State::Waiting, &None, false));
    let refused = |taken: &Taken, lease: &str, second| Finished {
        state: State::Refused,
        reason: Some("no kings".into()),
        attempts: 2,
        again: Some(at(900)),
        known: Some(Known::default()),
        ..finished(taken, lease, second)
    };
    store.finish_delivery(&refused(&taken, "a", 6)).await.unwrap();
    let taken = take(&store, "b", 900).await.remove(0);
    let expected = (State::Refused, Some("no kings".to_owned()), 2, false);
    assert_eq!((taken.state, taken.reason.clone(), taken.attempts, taken.anew), expected);
    store.finish_delivery(&refused(&taken, "b", 901)).await.unwrap();
    change(&store, &person_id(1), |claim| claim.version += 1).await;
    let taken = take(&store, "c", 902).await.remove(0);
    assert_eq!((taken.attempts, taken.anew), (0, false), "whoever changed begins anew");
    store.finish_delivery(&refused(&taken, "c", 903)).await.unwrap();
    store.retry_deliveries(Some(&who(1)), None, at(904)).await.unwrap();
    let taken = take(&store, "d", 905).await.remove(0);
    assert_eq!((taken.attempts, taken.anew), (0, true));
    store
        .finish_delivery(&Finished { known: taken.known.clone(), ..finished(&taken, "d", 906) })
        .await
        .unwrap();
    store.retry_deliveries(None, Some(State::Delivered), at(907)).await.unwrap();
    assert!(take(&store, "e", 908).await[0].anew);
}

async fn one_record_is_one_persons(place: Place) {
    let store = place.open_with_target().await;
    commit_all(&store, [joiner(1), joiner(2)]).await;
    let taken = take(&store, "a", 5).await;
    let linked = |taken: &Taken, id: &str| Finished {
        record: Some(SysId::new(id)),
        events: vec![event(taken.subject.clone(), EventKind::TargetLinked, 6)],
        ..finished(taken, "a", 6)
    };
    store.finish_delivery(&linked(&taken[0], "s1")).await.unwrap();
    let twice = store.finish_delivery(&linked(&taken[1], "s1")).await;
    assert!(matches!(twice, Err(CommitError::Constraint(Constraint::TargetRecord))));
    let holders = store.holders_of(&["s1".into(), "s2".into()]).await.unwrap();
    assert_eq!(holders, [(SysId::new("s1"), taken[0].subject.clone())].into());
    let records = store.records_of(&["p000001".into(), "p000002".into()]).await.unwrap();
    assert_eq!(records, [(taken[0].subject.as_str().to_owned(), SysId::new("s1"))].into());
    // The same under another id, as after a clone of the instance.
    let id = taken[0].subject.clone();
    store.mark_delivery(&id, at(7)).await.unwrap();
    let again = take(&store, "b", 8).await;
    let moved = Finished { record: Some(SysId::new("s9")), ..finished(&again[0], "b", 9) };
    store.finish_delivery(&moved).await.unwrap();
    assert_eq!(store.former_records(&id).await.unwrap(), [SysId::new("s1")]);
    let delivery = store.delivery_of_record("s9").await.unwrap().unwrap();
    assert_eq!((delivery.subject, delivery.linked), (id, Some(at(9))));
}

async fn a_group_that_is_tried_again_is_not_believed_to_be_there(place: Place) {
    let store = place.open_with_target().await;
    commit_all(&store, [joiner(1)]).await;
    store.commit(&new_group(group(1), &[])).await.unwrap();
    let known = Known { columns: [("name".into(), "Team".into())].into(), ..Known::default() };
    for one in &take(&store, "a", 5).await {
        let done = Finished { known: Some(known.clone()), ..finished(one, "a", 6) };
        store.finish_delivery(&done).await.unwrap();
    }
    store.retry_deliveries(None, Some(State::Delivered), at(7)).await.unwrap();
    let taken = take(&store, "b", 8).await;
    assert_eq!(names(&taken), ["g000001", "p000001"]);
    assert_eq!([&taken[0].known, &taken[1].known], [&Some(Known::default()), &Some(known)]);
}

async fn a_user_name_that_is_to_be_given_up_is_told_to_whoever_delivers(place: Place) {
    let store = place.open_with_target().await;
    store.commit(&joiner(1)).await.unwrap();
    let taken = take(&store, "a", 5).await;
    assert_eq!(taken[0].yields, None);
    store.yield_user_name(&who(1), "ada", at(6)).await.unwrap();
    store.finish_delivery(&finished(&taken[0], "a", 7)).await.unwrap();
    for (lease, second) in [("b", 8), ("c", 10)] {
        let taken = take(&store, lease, second).await;
        assert_eq!(taken[0].yields.as_deref(), Some("ada"));
        store.finish_delivery(&finished(&taken[0], lease, second)).await.unwrap();
        store.mark_delivery(&who(1), at(second + 1)).await.unwrap();
    }
}

async fn members_are_marked_as_they_come_and_go(place: Place) {
    let store = place.open_with_target().await;
    commit_all(&store, (1..=3).map(joiner)).await;
    let done = |taken: Vec<Taken>, lease: &'static str| {
        let store = &store;
        async move {
            for one in &taken {
                store.finish_delivery(&finished(one, lease, 6)).await.unwrap();
            }
            taken.iter().map(|one| one.subject.as_str().to_owned()).collect::<Vec<_>>()
        }
    };
    done(take(&store, "a", 5).await, "a").await;
    store.commit(&new_group(group(1), &["p000001", "stranger"])).await.unwrap();
    assert_eq!(done(take(&store, "b", 7).await, "b").await, ["g000001", "p000001"], "groups before members");
    store.commit(&crowd(&group(1), 8, &["p000002"], &["p000001"])).await.unwrap();
    assert_eq!(done(take(&store, "c", 9).await, "c").await, ["p000001", "p000002"]);
    let ended = Group { ended: Some(at(10)), modified: at(10), version: 2, ..group(1) };
    let version = store.group(&group_id(1)).await.unwrap().unwrap().version;
    let ends = GroupChange { group: ended, expect: Expect::Version(version), returns: false };
    store.commit(&Change { group: Some(ends), ..Change::default() }).await.unwrap();
    assert_eq!(done(take(&store, "d", 11).await, "d").await, ["p000001", "p000002"], "who was or is in it");
}

async fn without_a_target_nobody_is_marked_and_a_later_one_hears_of_it(place: Place) {
    let store = place.open().await;
    commit_all(&store, [joiner(1), new_group(group(1), &["p000001"])]).await;
    assert_eq!(place.number("select count(*) from deliveries").await, 0);
    store.close().await;
    let store = place.open_with_target().await;
    assert_eq!(store.meet_target(&aim(A), at(3)).await.unwrap(), Met::OtherInstance(String::new()));
    assert_eq!(names(&take(&store, "a", 5).await), ["g000001", "p000001"]);
    assert_eq!(store.meet_target(&aim(A), at(6)).await.unwrap(), Met::AsBefore, "nothing happened since");
}

async fn work_belongs_to_one_node_at_a_time(place: Place) {
    let store = place.open().await;
    let lease = |holder: &'static str, now: i64| {
        let store = &store;
        let until: Timestamp = at(now + 10);
        async move { store.take_lease("make:x", holder, at(now), until).await.unwrap() }
    };
    assert!(lease("a", 0).await);
    assert!(!lease("b", 5).await);
    assert!(lease("a", 6).await, "its holder may go on");
    assert!(lease("b", 16).await, "it ran out");
    store.release_lease("make:x", "a").await.unwrap();
    assert!(!lease("a", 17).await, "only its holder gives it back");
    store.release_lease("make:x", "b").await.unwrap();
    assert!(lease("a", 18).await);
    store.break_leases(at(20), at(23)).await.unwrap();
    assert!(!lease("b", 22).await, "what was sent before the crash may still arrive");
    assert!(lease("b", 23).await, "long before the lease of the dead runs out");
}

async fn a_doubt_that_comes_meanwhile_stays(place: Place) {
    let store = place.open_with_target().await;
    store.commit(&joiner(1)).await.unwrap();
    deliver_all(&store, A, "a", 5).await;
    store.mark_delivery(&who(1), at(6)).await.unwrap();
    let taken = take(&store, "b", 7).await;
    store.doubt_records(None, at(8)).await.unwrap();
    store.finish_delivery(&finished(&taken[0], "b", 9)).await.unwrap();
    assert!(store.records_of(&["p000001".into()]).await.unwrap().is_empty(), "nobody is told of it");
    let again = take(&store, "c", 10).await;
    assert!(again[0].unfinished);
    store.finish_delivery(&finished(&again[0], "c", 11)).await.unwrap();
    assert_eq!(store.records_of(&["p000001".into()]).await.unwrap().len(), 1);
}

async fn whoever_was_written_by_somebody_else_is_read_again(place: Place) {
    let store = place.open_with_target().await;
    commit_all(&store, [joiner(1), joiner(2)]).await;
    let first = deliver_all(&store, A, "a", 5).await;
    store.doubt_delivery(&first[0].subject, at(6)).await.unwrap();
    let again = take(&store, "b", 7).await;
    assert_eq!((names(&again), again[0].unfinished), (vec![first[0].subject.as_str()], true));
    // Also while somebody is at it.
    store.doubt_delivery(&first[0].subject, at(8)).await.unwrap();
    store.finish_delivery(&finished(&again[0], "b", 9)).await.unwrap();
    assert!(take(&store, "c", 10).await[0].unfinished);
}

async fn who_changes_again_and_again_is_not_overtaken(place: Place) {
    let store = place.open_with_target().await;
    commit_all(&store, (1..=3).map(joiner)).await;
    deliver_all(&store, A, "a", 5).await;
    for n in 1..=3 {
        store.mark_delivery(&who(n), at(5 + n as i64)).await.unwrap();
    }
    store.mark_delivery(&who(1), at(10)).await.unwrap();
    store.retry_deliveries(Some(&who(1)), None, at(11)).await.unwrap();
    change(&store, &person_id(1), |claim| claim.version += 1).await;
    assert_eq!(names(&take_for(&store, A, "b", 20, 1).await), ["p000001"]);
}

async fn a_change_ends_a_wait(place: Place) {
    let store = place.open_with_target().await;
    store.commit(&joiner(1)).await.unwrap();
    let taken = take(&store, "a", 5).await;
    let waits = Finished { again: Some(at(900)), ..finished(&taken[0], "a", 6) };
    store.finish_delivery(&waits).await.unwrap();
    assert_eq!(take(&store, "b", 7).await, []);
    store.mark_delivery(&who(1), at(8)).await.unwrap();
    assert_eq!(take(&store, "c", 8).await.len(), 1);
}

async fn another_try_that_is_asked_for_meanwhile_is_not_lost(place: Place) {
    let store = place.open_with_target().await;
    store.commit(&joiner(1)).await.unwrap();
    let parked = Parked { asked: "x".into(), reason: "dropped".into(), until: at(9_000), attempts: 1 };
    let known = |title: &str| Known {
        columns: [("title".into(), title.to_owned())].into(),
        parked: [("zip".into(), parked.clone())].into(),
        ..Known::default()
    };
    let end = async |taken: &Taken, lease: &str, title: &str, second| {
        let done = Finished { known: Some(known(title)), ..finished(taken, lease, second) };
        store.finish_delivery(&done).await.unwrap();
    };
    end(&take(&store, "a", 5).await[0], "a", "Old", 6).await;
    store.mark_delivery(&who(1), at(7)).await.unwrap();
    let under_way = take(&store, "b", 8).await;
    assert_eq!(under_way[0].known.as_ref().unwrap().parked.len(), 1);
    store.retry_deliveries(Some(&who(1)), None, at(9)).await.unwrap();
    end(&under_way[0], "b", "New", 10).await;
    let again = take(&store, "c", 11).await;
    let shown = again[0].known.as_ref().unwrap();
    assert_eq!(
        (shown.value(&"title".into()), shown.parked.len()),
        ("New", 0),
        "tried again, with what is known now"
    );
    end(&again[0], "c", "New", 12).await;
    store.retry_deliveries(None, Some(State::Refused), at(13)).await.unwrap();
    assert_eq!(take(&store, "d", 13).await, []);
    store.retry_deliveries(None, Some(State::Delivered), at(13)).await.unwrap();
    let last = take(&store, "e", 14).await;
    assert_eq!(last[0].known.as_ref().unwrap().parked.len(), 0);
    end(&last[0], "e", "New", 15).await;
    store.mark_delivery(&who(1), at(16)).await.unwrap();
    assert_eq!(take(&store, "f", 17).await[0].known.as_ref().unwrap().parked.len(), 1, "asked for once");
}

async fn what_was_refused_is_pending_when_it_is_due(place: Place) {
    let store = place.open_with_target().await;
    store.commit(&joiner(1)).await.unwrap();
    let taken = take(&store, "a", 5).await;
    let refused = Finished { again: Some(at(900)), state: State::Refused, ..finished(&taken[0], "a", 6) };
    store.finish_delivery(&refused).await.unwrap();
    let pending = async |second| store.delivery_totals(at(second)).await.unwrap().pending;
    assert_eq!((pending(899).await, pending(900).await), (0, 1));
    assert_eq!(take(&store, "b", 900).await.len(), 1);
    assert_eq!(pending(901).await, 1, "it is being tried");
}

async fn a_pause_is_told_until_it_is_over(place: Place) {
    let store = place.open().await;
    let paused = |second| Paused { reason: format!("until {second}"), until: at(second) };
    assert_eq!(store.pause_of(A, at(0)).await.unwrap(), None);
    store.note_pause(A, &paused(10)).await.unwrap();
    store.note_pause(A, &paused(20)).await.unwrap();
    assert_eq!(store.pause_of(A, at(19)).await.unwrap(), Some(paused(20)));
    assert_eq!(store.pause_of("https://b", at(19)).await.unwrap(), None);
    assert_eq!(store.pause_of(A, at(20)).await.unwrap(), None, "it has passed");
    store.note_pause(A, &paused(40)).await.unwrap();
    store.end_pause(A).await.unwrap();
    assert_eq!(store.pause_of(A, at(30)).await.unwrap(), None);
}
