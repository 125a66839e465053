//! An instance that is slow, refuses, breaks off and lies, and a server that crashes: nothing is handed over twice, nothing
//! is forgotten, and what is refused is said.

use super::desk::{Desk, POLICY, fill, open_work};
use crate::support::Place;
use crate::support::policy::until;
use crate::support::target::Scene;
use std::time::Duration;
use tenure_engine::target::TargetSettings;
use tenure_lab::servicenow::{Fault, FaultKind, Faults, Instance, Settings};
use tenure_store::handovers::{HandoverState, StepState};

fn troubles(seed: u64) -> Faults {
    let fault = |kind, rate| Fault { rate, retry_after: 0, ..Fault::new(kind) };
    let inner = |kind, rate| Fault { inner: true, ..fault(kind, rate) };
    Faults {
        seed,
        fault: vec![
            fault(FaultKind::TooManyRequests, 0.05),
            fault(FaultKind::Unavailable, 0.05),
            fault(FaultKind::CutBefore, 0.05),
            fault(FaultKind::CutAfter, 0.1),
            inner(FaultKind::TooManyRequests, 0.02),
            inner(FaultKind::Unavailable, 0.05),
        ],
        ..Faults::default()
    }
}

/// So many tasks lie on the desk, somebody leaves, and the server crashes again and again.
async fn live_through(desk: &mut Desk, tasks: usize, crashes: usize) {
    fill(&desk.scene.instance, &desk.record, "", tasks);
    desk.active(&desk.ada, false).await;
    let before = open_work(&desk.scene.instance, &desk.record).len();
    for crash in 0..crashes {
        // Each time a little further.
        let further = before - before * crash / crashes;
        until(async || {
            let is_over = desk.scene.engine.handover(&desk.person()).await;
            let is_over = is_over.is_ok_and(|it| it.handover.state == HandoverState::Done);
            is_over || open_work(&desk.scene.instance, &desk.record).len() <= further
        })
        .await;
        desk.scene.crash().await;
        desk.scene.restart();
    }
    desk.scene.handed_over().await;
    assert_eq!(open_work(&desk.scene.instance, &desk.record), Vec::<String>::new());
    assert_eq!(desk.handover().await.handover.state, HandoverState::Done);
    let notes = desk.notes();
    assert_eq!(notes.len(), 2 * tasks);
    let twice: Vec<_> = notes.iter().filter(|note| !note.ends_with(": 1")).collect();
    assert!(twice.is_empty(), "{twice:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn through_troubles_and_crashes_everything_goes_over_once() {
    let mut desk = Desk::empty(Scene::new().await, POLICY).await;
    desk.scene.instance.set_faults(troubles(5));
    live_through(&mut desk, 40, 4).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_postgresql_too() {
    let lease = Duration::from_secs(2);
    let settings = TargetSettings { lease, ..TargetSettings::default() };
    let scene = Scene::of(Place::postgres(), Instance::new(Settings::default()), settings).await;
    let mut desk = Desk::empty(scene, POLICY).await;
    desk.scene.instance.set_faults(troubles(17));
    live_through(&mut desk, 30, 3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_is_looked_into_and_no_note_is_written_twice() {
    let desk = Desk::empty(Scene::new().await, POLICY).await;
    let task = [("number", "INC1"), ("assigned_to", desk.record.as_str())];
    desk.scene.instance.insert("incident", &task).unwrap();
    let lost = Fault::new(FaultKind::CutAfter).on("PATCH", "incident").times(1);
    desk.scene.instance.set_faults(Faults::default().with(lost));
    desk.leave().await;
    assert_eq!(desk.notes(), ["INC1: 1"]);
    assert_eq!(desk.scene.instance.calls().count("PATCH", "incident"), 1);
    assert!(desk.told().await.contains("incident.INC1.assigned_to landed"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_rule_refuses_is_said_once_and_the_rest_goes_over() {
    let rule = "[[abort]]\ntable = \"incident\"\nwhen = \"update\"\ncolumn = \"number\"\nvalue = \"INC1\"\nrule = \"Frozen\"\n";
    let desk = Desk::new(Scene::new().await, POLICY).await;
    desk.scene.instance.set_faults(Faults::parse(rule).unwrap());
    desk.leave().await;
    let handover = desk.handover().await.handover;
    assert_eq!(handover.state, HandoverState::Refused);
    assert!(handover.due.is_some(), "it is tried again");
    let reason = handover.reason.unwrap();
    assert!(reason.contains("task `INC1`") && reason.contains("Frozen"), "{reason}");
    assert_eq!(open_work(&desk.scene.instance, &desk.record).len(), 1);

    let told = desk.told().await;
    assert_eq!(told.matches("rejected").count(), 1, "{told}");
    desk.scene.engine.ask_for_handover(&desk.person(), "grace").await.unwrap();
    desk.scene.handed_over().await;
    assert_eq!(desk.told().await, told, "the same refusal again is no news");

    desk.scene.instance.set_faults(Faults::default());
    desk.scene.engine.ask_for_handover(&desk.person(), "grace").await.unwrap();
    desk.scene.handed_over().await;
    assert_eq!(desk.handover().await.handover.state, HandoverState::Done);
    assert_eq!(open_work(&desk.scene.instance, &desk.record), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_column_that_is_closed_to_us_is_said_and_its_note_is_written_once() {
    let closed = "[[read_only]]\ntable = \"incident\"\ncolumns = [\"assigned_to\"]\n";
    let desk = Desk::empty(Scene::new().await, POLICY).await;
    let task = [("number", "INC1"), ("assigned_to", desk.record.as_str())];
    desk.scene.instance.insert("incident", &task).unwrap();
    desk.scene.instance.set_faults(Faults::parse(closed).unwrap());
    desk.leave().await;
    let reason = desk.handover().await.handover.reason.unwrap();
    assert!(reason.contains("kept the old value"), "{reason}");
    desk.scene.instance.set_faults(Faults::default());
    desk.scene.engine.ask_for_handover(&desk.person(), "grace").await.unwrap();
    desk.scene.handed_over().await;
    assert_eq!(desk.notes(), ["INC1: 1"]);
    assert_eq!(open_work(&desk.scene.instance, &desk.record), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn it_waits_until_the_deactivation_has_landed() {
    let rule = "[[abort]]\ntable = \"sys_user\"\nwhen = \"update\"\ncolumn = \"active\"\nvalue = \"false\"\nrule = \"Never\"\n";
    let desk = Desk::new(Scene::new().await, POLICY).await;
    desk.scene.instance.set_faults(Faults::parse(rule).unwrap());
    let before = open_work(&desk.scene.instance, &desk.record);
    desk.leave().await;
    assert_eq!(open_work(&desk.scene.instance, &desk.record), before);
    desk.scene.instance.set_faults(Faults::default());
    desk.scene.engine.retry_delivery(&desk.ada).await.unwrap();
    desk.scene.handed_over().await;
    assert_eq!(open_work(&desk.scene.instance, &desk.record), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_return_in_the_middle_stops_it_and_what_was_done_can_be_put_back() {
    let mut desk = Desk::empty(Scene::new().await, POLICY).await;
    fill(&desk.scene.instance, &desk.record, "", 60);
    let before = open_work(&desk.scene.instance, &desk.record).len();
    let slow = Faults::parse("[latency]\nms = 30\n").unwrap();
    desk.scene.instance.set_faults(slow);
    desk.active(&desk.ada, false).await;
    until(async || open_work(&desk.scene.instance, &desk.record).len() < before).await;
    desk.scene.crash().await;
    desk.active(&desk.ada, true).await;
    desk.scene.restart();
    desk.scene.handed_over().await;
    let stopped = desk.handover().await;
    assert_eq!(stopped.handover.state, HandoverState::Cancelled);
    let kept = stopped.steps.iter().filter(|it| it.state == StepState::Kept).count();
    assert!(kept > 0, "some steps had not been carried out");
    assert!(!open_work(&desk.scene.instance, &desk.record).is_empty());

    desk.scene.instance.set_faults(Faults::default());
    desk.scene.engine.ask_for_undo(&desk.person(), "grace").await.unwrap();
    desk.scene.handed_over().await;
    assert_eq!(desk.handover().await.handover.state, HandoverState::Undone);
    let theirs = desk.lying("task", &desk.record).iter().filter(|row| row.is("active")).count();
    let lost = desk.lying("task", &desk.boss_record).len();
    assert_eq!((theirs, lost), (120, 0));
}

/// A crash when a batch of writes has landed and before anything of it was noted.
async fn crash_after_the_first_batch(desk: &mut Desk) {
    // Rows are read in one call and written in the next; whatever comes then does not come to its end.
    let lost = Fault { after: 1, ..Fault::new(FaultKind::CutAfter).on("POST", "batch").times(1) };
    let hangs = Fault { after: 2, delay_ms: 60_000, ..Fault::new(FaultKind::Slow).on("POST", "batch") };
    desk.scene.instance.set_faults(Faults::default().with(lost).with(hangs));
    desk.active(&desk.ada, false).await;
    until(async || desk.lying("task", &desk.boss_record).len() == 25).await;
    desk.scene.crash().await;
    desk.scene.instance.set_faults(Faults::default());
    let done = desk.handover().await.steps.iter().filter(|it| it.state == StepState::Done).count();
    assert_eq!(done, 0, "nothing of it was noted");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_had_landed_before_a_crash_can_be_put_back_after_a_return() {
    let mut desk = Desk::empty(Scene::new().await, POLICY).await;
    for n in 0..40 {
        let task = [("number", format!("INC{n}")), ("assigned_to", desk.record.clone())];
        let task = task.each_ref().map(|(column, value)| (*column, value.as_str()));
        desk.scene.instance.insert("incident", &task).unwrap();
    }
    crash_after_the_first_batch(&mut desk).await;
    desk.active(&desk.ada, true).await;
    desk.scene.restart();
    desk.scene.handed_over().await;
    let stopped = desk.handover().await;
    assert_eq!(stopped.handover.state, HandoverState::Cancelled);
    let count = |state| stopped.steps.iter().filter(|it| it.state == state).count();
    assert_eq!((count(StepState::Done), count(StepState::Kept)), (25, 15));
    let told = desk.told().await;
    assert_eq!(told.matches("assigned_to landed").count(), 25, "{told}");

    desk.scene.engine.ask_for_undo(&desk.person(), "grace").await.unwrap();
    desk.scene.handed_over().await;
    assert_eq!(desk.handover().await.handover.state, HandoverState::Undone);
    assert_eq!(desk.lying("task", &desk.record).len(), 40);
}
