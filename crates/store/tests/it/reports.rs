//! Whose report became whose: asked for by the report's record, and told to whoever delivers the report.

use crate::deliveries::{A, aim, deliver_all, names};
use crate::fixture::*;
use crate::handovers::{finished, step};
use crate::support::{Place, on_both_engines};
use std::collections::BTreeMap;
use std::sync::Arc;
use tenure_identity::change::Access;
use tenure_identity::handover::{Kind, Step, Takeover};
use tenure_identity::id::SysId;
use tenure_store::Store;
use tenure_store::handovers::{HandoverState, HandoverStep, Leaving, StepState, TakeHandovers};

on_both_engines!(
    whoever_took_over_is_known_for_as_long_as_the_leaver_is_away,
    what_the_target_made_of_it_counts,
    only_the_last_hand_over_counts_and_only_in_its_instance,
);

fn report() -> SysId {
    SysId::new("a-p000002")
}

/// A leaver, whose report is the second person, both with a record.
async fn office(place: &Place) -> Store {
    let store = place.open_with_target().await;
    store.meet_target(&aim(A), at(1)).await.unwrap();
    commit_all(&store, [joiner(1), joiner(2), joiner(3)]).await;
    deliver_all(&store, A, "a", 5).await;
    active(&store, false).await;
    deliver_all(&store, A, "a", 6).await;
    store
}

async fn active(store: &Store, active: bool) {
    let mut change = changed(store, &person_id(1), |claim| {
        claim.active = active;
        drop(Arc::make_mut(&mut claim.attributes).insert("active".into(), active.into()));
    })
    .await;
    change.person.as_mut().unwrap().access = active.then_some(Access::Begins);
    store.commit(&change).await.unwrap();
}

fn of_report(to: &str, state: StepState) -> HandoverStep {
    let columns = |value: &str| BTreeMap::from([("manager".into(), value.to_owned())]);
    let it = step(0, state);
    let (fields, former) = (columns(to), columns("a-p000001"));
    HandoverStep { step: Step { kind: Kind::Report, record: report(), fields, former, ..it.step }, ..it }
}

/// A hand-over of the leaving at this second, with this step, which is noted so a second later.
async fn handed_over(store: &Store, second: i64, planned: &HandoverStep, noted: &HandoverStep) {
    let leaving = Leaving { person: person_id(1), at: at(second) };
    store.ask_for_handover(&leaving, &SysId::new("a-p000001"), "grace", at(second)).await.unwrap();
    let lease = format!("lease {second}");
    let take = TakeHandovers { lease: &lease, now: at(second), until: at(second + 30) };
    store.take_this_handover(&leaving, take).await.unwrap().unwrap();
    let planned = std::slice::from_ref(planned);
    store.plan_handover(&leaving, &lease, &SysId::new("a-p000001"), &[], planned).await.unwrap();
    let noted = std::slice::from_ref(noted);
    store.note_handover_steps(&leaving, &lease, at(second + 1), noted).await.unwrap();
    store.finish_handover(&finished(&leaving, &lease, HandoverState::Done)).await.unwrap();
}

fn takeover(to: &str, second: i64) -> Takeover {
    let (from, to) = (SysId::new("a-p000001"), SysId::new(to));
    Takeover { leaver: person_id(1), from, to, at: at(second), why: "because".to_owned() }
}

async fn whoever_took_over_is_known_for_as_long_as_the_leaver_is_away(place: Place) {
    let store = office(&place).await;
    let found = async || store.report_handovers(&report()).await.unwrap();
    assert_eq!(found().await, <_>::default());
    let waiting = of_report("boss", StepState::Waiting);
    handed_over(&store, 10, &waiting, &waiting).await;
    assert_eq!(found().await, <_>::default(), "nothing was written");
    assert_eq!(deliver_all(&store, A, "a", 11).await, []);

    let done = of_report("boss", StepState::Done);
    handed_over(&store, 20, &waiting, &done).await;
    let moved = found().await;
    assert_eq!((moved.takeovers, moved.written), (vec![takeover("boss", 21)], Some(at(21))));
    let taken = deliver_all(&store, A, "a", 22).await;
    assert_eq!(names(&taken), ["p000002"], "the report, and nobody else");
    assert_eq!(taken[0].delivered, Some(at(5)));

    active(&store, true).await;
    let back = found().await;
    assert_eq!((back.takeovers, back.written), (vec![], Some(at(21))));
    assert_eq!(names(&deliver_all(&store, A, "a", 30).await), ["p000001", "p000002"]);
    active(&store, false).await;
    assert_eq!(found().await.takeovers, [takeover("boss", 21)], "nobody has handed anything over since");

    let leaving = Leaving { person: person_id(1), at: at(20) };
    store.ask_for_undo(&person_id(1), "grace", at(60)).await.unwrap();
    let take = TakeHandovers { lease: "undo", now: at(60), until: at(90) };
    store.take_this_handover(&leaving, take).await.unwrap().unwrap();
    let undone = [of_report("boss", StepState::Undone)];
    store.note_handover_steps(&leaving, "undo", at(61), &undone).await.unwrap();
    let back = found().await;
    assert_eq!((back.takeovers, back.written), (vec![], Some(at(61))));
    assert_eq!(names(&deliver_all(&store, A, "a", 62).await), ["p000001", "p000002"]);
    store.note_handover_steps(&leaving, "undo", at(70), &undone).await.unwrap();
    assert_eq!(found().await.written, Some(at(61)), "it stands so since then");
}

async fn what_the_target_made_of_it_counts(place: Place) {
    let store = office(&place).await;
    let mut done = of_report("boss", StepState::Done);
    done.after = Some([("manager".into(), "chief".to_owned())].into());
    handed_over(&store, 20, &of_report("boss", StepState::Waiting), &done).await;
    assert_eq!(store.report_handovers(&report()).await.unwrap().takeovers, [takeover("chief", 21)]);
}

async fn only_the_last_hand_over_counts_and_only_in_its_instance(place: Place) {
    let store = office(&place).await;
    let takeovers = async || store.report_handovers(&report()).await.unwrap().takeovers;
    let (waiting, done) = (of_report("boss", StepState::Waiting), of_report("boss", StepState::Done));
    handed_over(&store, 20, &waiting, &done).await;
    let [again, taken] = [StepState::Waiting, StepState::Done].map(|state| of_report("chief", state));
    handed_over(&store, 30, &again, &taken).await;
    assert_eq!(takeovers().await, [takeover("chief", 31)]);
    assert_eq!(store.report_handovers(&SysId::new("a-p000003")).await.unwrap(), <_>::default());

    store.meet_target(&aim("https://b"), at(40)).await.unwrap();
    assert_eq!(takeovers().await, []);
    store.meet_target(&aim(A), at(41)).await.unwrap();
    handed_over(&store, 50, &waiting, &of_report("boss", StepState::Refused)).await;
    assert_eq!(takeovers().await, [], "the report was with the leaver again");
}
