//! Who waits for whose record, who refers to it, and that both hear when it comes or is another one.

use crate::deliveries::{finished, names, take};
use crate::fixture::*;
use crate::support::{Place, on_both_engines};
use tenure_identity::event::{EventKind, Subject};
use tenure_identity::id::SysId;
use tenure_store::deliveries::{Finished, State, Taken};

on_both_engines!(
    whoever_waits_for_a_record_is_woken,
    whoever_refers_to_a_record_hears_that_it_is_another_one,
    members_hear_that_their_group_is_another_one,
    whoever_waits_for_a_record_that_came_meanwhile_is_due_again,
    who_waited_in_vain_is_found_later,
);

async fn whoever_waits_for_a_record_is_woken(place: Place) {
    let store = place.open_with_target().await;
    commit_all(&store, [joiner(1), joiner(2)]).await;
    let taken = take(&store, "a", 5).await;
    let (one, other) = (&taken[0], &taken[1]);
    let waits = Finished {
        waits_for: vec![other.subject.as_str().to_owned()],
        state: State::Partly,
        ..finished(one, "a", 6)
    };
    store.finish_delivery(&waits).await.unwrap();
    assert_eq!(take(&store, "b", 7).await, []);
    let linked = Finished { record: Some(SysId::new("s2")), ..finished(other, "a", 8) };
    store.finish_delivery(&linked).await.unwrap();
    let woken = take(&store, "b", 9).await;
    assert_eq!(names(&woken), [one.subject.as_str()]);
    assert_eq!(place.number("select count(*) from delivery_waits").await, 0);
}

async fn whoever_refers_to_a_record_hears_that_it_is_another_one(place: Place) {
    let store = place.open_with_target().await;
    commit_all(&store, [joiner(1), joiner(2)]).await;
    let taken = take(&store, "a", 5).await;
    let (report, manager) = (&taken[0], &taken[1]);
    let record = |id: &str| Some(SysId::new(id));
    let refers = vec![manager.subject.as_str().to_owned()];
    let refers = Finished { record: record("s1"), refers_to: refers.clone(), ..finished(report, "a", 6) };
    store.finish_delivery(&refers).await.unwrap();
    store.finish_delivery(&Finished { record: record("s2"), ..finished(manager, "a", 6) }).await.unwrap();
    store.wake_waiting(at(7)).await.unwrap();
    assert_eq!(take(&store, "b", 7).await, [], "the first record is no other one");

    let mut lease = "b";
    for (next, second, new) in [("c", 8, record("s3")), ("d", 12, None)] {
        store.mark_delivery(&manager.subject, at(second)).await.unwrap();
        let again = take(&store, lease, second).await;
        assert_eq!(names(&again), [manager.subject.as_str()]);
        let moved = Finished { record: new, ..finished(&again[0], lease, second + 1) };
        store.finish_delivery(&moved).await.unwrap();
        let due = take(&store, next, second + 2).await;
        assert_eq!(names(&due), [report.subject.as_str()]);
        let done = Finished { refers_to: refers.refers_to.clone(), ..finished(&due[0], next, second + 3) };
        store.finish_delivery(&done).await.unwrap();
        lease = "x";
    }
    let said = event(manager.subject.clone(), EventKind::TargetLinked, 20);
    store.link_record(&manager.subject, &SysId::new("s9"), &said, at(20)).await.unwrap();
    assert_eq!(take(&store, "e", 21).await.len(), 2, "the manager, and the report");
}

async fn members_hear_that_their_group_is_another_one(place: Place) {
    let store = place.open_with_target().await;
    commit_all(&store, (1..=2).map(joiner)).await;
    store.commit(&new_group(group(1), &["p000001"])).await.unwrap();
    let record = |taken: &Taken| Some(SysId::new(format!("s-{}", taken.subject.as_str())));
    for one in &take(&store, "a", 5).await {
        store.finish_delivery(&Finished { record: record(one), ..finished(one, "a", 6) }).await.unwrap();
    }
    store.mark_delivery(&Subject::Group(group_id(1)), at(7)).await.unwrap();
    let taken = take(&store, "b", 8).await;
    let moved = Finished { record: Some(SysId::new("other")), ..finished(&taken[0], "b", 9) };
    store.finish_delivery(&moved).await.unwrap();
    assert_eq!(names(&take(&store, "c", 10).await), ["p000001"]);
}

async fn whoever_waits_for_a_record_that_came_meanwhile_is_due_again(place: Place) {
    let store = place.open_with_target().await;
    commit_all(&store, [joiner(1), joiner(2)]).await;
    let taken = take(&store, "a", 5).await;
    let (one, other) = (&taken[0], &taken[1]);
    let linked = Finished { record: Some(SysId::new("s2")), ..finished(other, "a", 6) };
    store.finish_delivery(&linked).await.unwrap();
    let waits = Finished { waits_for: vec![other.subject.as_str().to_owned()], ..finished(one, "a", 7) };
    store.finish_delivery(&waits).await.unwrap();
    assert_eq!(names(&take(&store, "b", 8).await), [one.subject.as_str()]);
}

async fn who_waited_in_vain_is_found_later(place: Place) {
    let store = place.open_with_target().await;
    commit_all(&store, [joiner(1), joiner(2)]).await;
    for one in &take(&store, "a", 5).await {
        let record = (one.subject.as_str() == "p000002").then(|| SysId::new("s2"));
        store.finish_delivery(&Finished { record, ..finished(one, "a", 6) }).await.unwrap();
    }
    place.sql("insert into delivery_waits (awaited, subject) values ('p000002', 'p000001')").await;
    place.sql("insert into delivery_waits (awaited, subject) values ('p000001', 'p000002')").await;
    assert_eq!(take(&store, "b", 7).await, []);
    store.wake_waiting(at(8)).await.unwrap();
    assert_eq!(names(&take(&store, "c", 9).await), ["p000001"]);
}
