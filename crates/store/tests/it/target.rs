//! Which target deliveries are about: what another instance, another key or other groups mean for everybody, and what a policy
//! that concerns everybody leaves behind.

use crate::deliveries::{A, aim, deliver_all, finished, names, take_for};
use crate::fixture::*;
use crate::support::{Place, on_both_engines};
use tenure_identity::event::Subject;
use tenure_identity::id::SysId;
use tenure_store::deliveries::{Aim, Finished, Met, Missed, State, Taken};
use tenure_store::error::CommitError;
use tenure_store::handovers::{HandoverState, HandoverTotals, Leaving, StepState, TakeHandovers};
use tenure_store::policies::StoredPolicy;

on_both_engines!(
    another_instance_begins_anew_and_the_one_before_is_gone_on_with,
    whoever_delivers_to_an_instance_that_is_not_the_target_any_more_is_stopped,
    another_key_is_reason_to_doubt_and_other_groups_to_look_again,
    two_who_meet_another_target_at_once_change_it_once,
    a_policy_that_concerns_everybody_is_not_forgotten,
    hand_overs_wait_for_the_instance_that_they_were_begun_in,
    whoever_leaves_in_another_instance_is_handed_over_there,
);

const B: &str = "https://b";

async fn another_instance_begins_anew_and_the_one_before_is_gone_on_with(place: Place) {
    let store = place.open_with_target().await;
    commit_all(&store, [joiner(1), new_group(group(1), &["p000001"])]).await;
    store.meet_target(&aim(A), at(3)).await.unwrap();
    assert_eq!(deliver_all(&store, A, "a", 5).await.len(), 2);

    assert_eq!(store.meet_target(&aim(B), at(10)).await.unwrap(), Met::OtherInstance(A.to_owned()));
    let delivery = store.delivery("p000001").await.unwrap().unwrap();
    assert_eq!((delivery.state, delivery.record, delivery.delivered), (State::Waiting, None, None));
    assert!(store.had_record_elsewhere("p000001").await.unwrap());
    store.commit(&joiner(2)).await.unwrap();
    let taken = deliver_all(&store, B, "b", 11).await;
    assert_eq!(names(&taken), ["g000001", "p000002", "p000001"]);
    assert!(taken.iter().all(|it| it.record.is_none() && it.known.is_none() && !it.unfinished), "{taken:?}");

    store.meet_target(&aim(A), at(20)).await.unwrap();
    assert!(!store.had_record_elsewhere("p000003").await.unwrap());
    let mut taken = deliver_all(&store, A, "a", 21).await;
    taken.sort_by(|a, b| a.subject.as_str().cmp(b.subject.as_str()));
    let shown = |it: &Taken| (it.record.clone(), it.unfinished, it.known.is_some());
    let back = |id: &str| (Some(SysId::new(format!("a-{id}"))), true, true);
    let shown: Vec<_> = taken.iter().map(shown).collect();
    assert_eq!(shown, [back("g000001"), back("p000001"), (None, false, false)]);
    assert_eq!(
        taken[1].known.as_ref().unwrap().written,
        ["a".into()].into(),
        "not what was written in the other"
    );
    assert_eq!(place.number("select count(*) from other_links where target = 'https://b'").await, 3);
    assert_eq!(place.number("select count(*) from other_links").await, 3);
}

async fn whoever_delivers_to_an_instance_that_is_not_the_target_any_more_is_stopped(place: Place) {
    let store = place.open_with_target().await;
    commit_all(&store, [joiner(1), joiner(2)]).await;
    store.meet_target(&aim(A), at(3)).await.unwrap();
    let begun = take_for(&store, A, "a", 5, 1).await;
    store.meet_target(&aim(B), at(6)).await.unwrap();
    let late = Finished { record: Some(SysId::new("a1")), ..finished(&begun[0], "a", 7) };
    assert!(matches!(store.finish_delivery(&late).await, Err(CommitError::Moved)));
    assert_eq!(take_for(&store, A, "again", 8, 10).await, []);
    assert_eq!(store.mark_what_was_missed(A, at(8)).await.unwrap(), Missed::Displaced(B.to_owned()));
    assert_eq!(take_for(&store, B, "b", 9, 10).await.len(), 2);
}

async fn another_key_is_reason_to_doubt_and_other_groups_to_look_again(place: Place) {
    let store = place.open_with_target().await;
    store.commit(&joiner(1)).await.unwrap();
    store.meet_target(&Aim { groups: "none".to_owned(), ..aim(A) }, at(3)).await.unwrap();
    deliver_all(&store, A, "a", 5).await;
    assert_eq!(store.meet_target(&aim(A), at(6)).await.unwrap(), Met::OtherGroups);
    let taken = deliver_all(&store, A, "a", 7).await;
    assert!(taken[0].record.is_some() && !taken[0].unfinished);
    let other = Aim { key: "other".to_owned(), ..aim(A) };
    assert_eq!(store.meet_target(&other, at(8)).await.unwrap(), Met::OtherKey);
    let taken = deliver_all(&store, A, "a", 9).await;
    assert!(taken[0].record.is_some() && taken[0].unfinished);
    assert_eq!(store.meet_target(&other, at(10)).await.unwrap(), Met::AsBefore);
}

async fn two_who_meet_another_target_at_once_change_it_once(place: Place) {
    let (store, other) = (place.open_with_target().await, place.open_with_target().await);
    store.commit(&joiner(1)).await.unwrap();
    store.meet_target(&aim(A), at(3)).await.unwrap();
    deliver_all(&store, A, "a", 5).await;
    let here = aim(B);
    let met = tokio::join!(store.meet_target(&here, at(6)), other.meet_target(&here, at(6)));
    let changed = [met.0, met.1].into_iter().filter(|it| matches!(it, Ok(Met::OtherInstance(_)))).count();
    assert_eq!(changed, 1);
    assert_eq!(place.number("select count(*) from other_links where target = 'https://a'").await, 1);
}

async fn a_policy_that_concerns_everybody_is_not_forgotten(place: Place) {
    let store = place.open_with_target().await;
    store.commit(&joiner(1)).await.unwrap();
    store.meet_target(&aim(A), at(3)).await.unwrap();
    deliver_all(&store, A, "a", 5).await;
    let policy = |version| StoredPolicy {
        version,
        document: String::new(),
        author: "grace".to_owned(),
        reason: None,
        restores: None,
        applied: at(6),
    };
    store.apply_policy(&policy(1), false).await.unwrap();
    assert_eq!(store.mark_what_was_missed(A, at(7)).await.unwrap(), Missed::Nothing);
    store.apply_policy(&policy(2), true).await.unwrap();
    // Whoever applied it is gone; the next who delivers finds it.
    assert_eq!(store.mark_what_was_missed(A, at(8)).await.unwrap(), Missed::Marked);
    assert_eq!(names(&take_for(&store, A, "b", 9, 10).await), ["p000001"]);
    store.miss_everybody().await.unwrap();
    assert_eq!(store.meet_target(&aim(A), at(10)).await.unwrap(), Met::Missed);
    assert_eq!(store.mark_what_was_missed(A, at(11)).await.unwrap(), Missed::Nothing);
}

fn leaving() -> Leaving {
    Leaving { person: person_id(1), at: at(1) }
}

async fn hand_overs_wait_for_the_instance_that_they_were_begun_in(place: Place) {
    let store = place.open_with_target().await;
    store.meet_target(&aim(A), at(2)).await.unwrap();
    store.ask_for_handover(&leaving(), &SysId::new("a1"), "grace", at(3)).await.unwrap();
    let take = async |lease, second| {
        let take = TakeHandovers { lease, now: at(second), until: at(second + 30) };
        store.take_handover(take).await.unwrap()
    };
    assert!(take("a", 4).await.is_some());
    let waiting = HandoverTotals { waiting: 1, ..HandoverTotals::default() };
    assert_eq!(store.handover_totals().await.unwrap(), waiting);

    store.meet_target(&aim(B), at(5)).await.unwrap();
    let none = store.plan_handover(&leaving(), "a", &SysId::new("a1"), &[], &[]).await;
    assert!(matches!(none, Err(CommitError::Moved)), "whoever was at work goes no further");
    assert_eq!(take("b", 60).await, None);
    let stands = store.handover(&leaving()).await.unwrap().unwrap();
    assert!(!stands.here && stands.reason.unwrap().contains("another instance"));
    assert_eq!(store.handover_totals().await.unwrap(), HandoverTotals::default());

    store.meet_target(&aim(A), at(61)).await.unwrap();
    let taken = take("c", 62).await.unwrap();
    assert_eq!((taken.state, taken.here), (HandoverState::Planned, true));
}

async fn whoever_leaves_in_another_instance_is_handed_over_there(place: Place) {
    let store = place.open_with_target().await;
    store.commit(&joiner(1)).await.unwrap();
    store.meet_target(&aim(A), at(2)).await.unwrap();
    for (url, second) in [(A, 5), (B, 15), (B, 25)] {
        store.meet_target(&aim(url), at(second)).await.unwrap();
        store.mark_delivery(&Subject::Person(person_id(1)), at(second)).await.unwrap();
        let lease = format!("{url} {second}");
        let taken = take_for(&store, url, &lease, second, 10).await;
        let record = Some(SysId::new(format!("{url}-1")));
        let left = Finished { record, leaves: Some(leaving()), ..finished(&taken[0], &lease, second) };
        store.finish_delivery(&left).await.unwrap();
        let begun = store.handover(&leaving()).await.unwrap().unwrap();
        assert_eq!(begun.record.as_str(), if second < 25 { format!("{url}-1") } else { "x".to_owned() });
        let lease = format!("h {second}");
        let take = TakeHandovers { lease: &lease, now: at(second), until: at(second + 30) };
        let taken = store.take_handover(take).await.unwrap();
        assert_eq!(taken.is_some(), second < 25, "once in each instance");
        if taken.is_some() {
            let steps = store.handover_steps(&leaving()).await.unwrap();
            assert_eq!(steps, [], "no row of the other instance");
            let record = SysId::new("x");
            let steps = [crate::handovers::step(0, StepState::Done)];
            store.plan_handover(&leaving(), &lease, &record, &[], &steps).await.unwrap();
            let done = crate::handovers::finished(&leaving(), &lease, HandoverState::Done);
            store.finish_handover(&done).await.unwrap();
        }
    }
}
