//! A leaver's desk is cleared, by policy, once the deactivation has landed; a returner's is left alone.

use super::desk::{Desk, POLICY, fill, open_work, with_chief};
use crate::support::bodies::{ENTERPRISE_USER, user};
use crate::support::operations;
use crate::support::policy::until;
use crate::support::target::{Scene, value};
use serde_json::json;
use std::sync::Arc;
use tenure_engine::deliver;
use tenure_identity::id::PersonId;
use tenure_lab::servicenow::{Fault, FaultKind, Faults};
use tenure_store::handovers::{HandoverState, StepState};

#[tokio::test(flavor = "multi_thread")]
async fn everything_goes_to_the_manager_and_each_row_is_told_of() {
    let desk = Desk::new(Scene::new().await, POLICY).await;
    desk.leave().await;
    let done = desk.handover().await;
    assert_eq!((done.handover.state, done.handover.reason), (HandoverState::Done, None));
    assert_eq!(open_work(&desk.scene.instance, &desk.record), Vec::<String>::new());
    assert_eq!(desk.lying("task", &desk.boss_record).len(), 6);
    assert_eq!(desk.lying("task", &desk.record).len(), 1, "what is closed stays");
    assert_eq!(desk.notes(), ["INC0: 1", "INC1: 1", "INC2: 1", "TASK0: 1", "TASK1: 1", "TASK2: 1"]);
    let note = desk.scene.instance.rows("sys_journal_field").remove(0);
    assert_eq!(
        value(&note, "value"),
        "ada has left. Handed over by Tenure: boss takes it, as manager of ada."
    );
    assert_eq!(done.steps.len(), 13);
    assert!(done.steps.iter().all(|it| it.state == StepState::Done && it.told));
    let told = desk.told().await;
    for row in
        ["incident.INC0.assigned_to landed", "cmn_department.Research.dept_head landed", ".ends landed"]
    {
        assert!(told.contains(row), "{row} in {told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_group_cannot_take_stays_and_is_found() {
    let policy = POLICY.replace(
        r#"to = "manager", otherwise = { group = "Service Desk" }"#,
        r#"to = { group = "Service Desk" }"#,
    );
    let desk = Desk::new(Scene::new().await, &policy).await;
    desk.leave().await;
    let group = desk.scene.instance.find("sys_user_group", "name", "Service Desk").remove(0);
    let given = desk.scene.instance.find("task", "assignment_group", group.sys_id());
    assert_eq!(given.len(), 6);
    assert!(given.iter().all(|row| value(row, "assigned_to").is_empty()));
    let done = desk.handover().await;
    assert_eq!(done.handover.state, HandoverState::Done);
    let left = done.steps.iter().filter(|it| it.state == StepState::Left).count();
    assert_eq!(left, 5, "an approval, a group, a report, a department and a cost centre");
    assert!(done.handover.reason.unwrap().contains("a group, `Service Desk`, cannot take it"));
    assert!(desk.told().await.contains("finding: work stays with somebody who has left"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manager_who_leaves_too_is_passed_over() {
    let desk = Desk::new(Scene::new().await, POLICY).await;
    let chief =
        desk.scene.instance.insert("sys_user", &[("user_name", "chief"), ("active", "true")]).unwrap();
    desk.scene.instance.patch("sys_user", &desk.boss_record, &[("manager", chief.sys_id())]).unwrap();
    desk.active(&desk.boss, false).await;
    desk.leave().await;
    assert_eq!(open_work(&desk.scene.instance, &desk.record), Vec::<String>::new());
    assert_eq!(desk.lying("task", chief.sys_id()).len(), 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_word_of_the_policy_nothing_is_touched() {
    let policy = POLICY.split("[lifecycle]").next().unwrap();
    let desk = Desk::new(Scene::new().await, policy).await;
    let before = open_work(&desk.scene.instance, &desk.record);
    desk.leave().await;
    assert_eq!(open_work(&desk.scene.instance, &desk.record), before);
    assert_eq!(desk.scene.engine.handovers(None, None, 9).await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_never_active_in_the_target_hands_nothing_over() {
    let desk = Desk::new(Scene::new().await, POLICY).await;
    desk.scene.instance.patch("sys_user", &desk.record, &[("active", "false")]).unwrap();
    desk.scene.app.engine.store().doubt_records(None, desk.scene.engine.clock().now()).await.unwrap();
    // The next look at the record sees that somebody ended it by hand, and brings it back before anybody leaves.
    desk.scene.settled().await;
    assert!(desk.scene.record("ada").is("active"));
    desk.leave().await;
    let writes = desk.scene.instance.writes().len();
    desk.scene.engine.retry_delivery(&desk.ada).await.unwrap();
    desk.scene.handed_over().await;
    assert_eq!(desk.scene.instance.writes().len(), writes, "the same leaving is handed over once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_leaving_is_handed_over_again() {
    let desk = Desk::new(Scene::new().await, POLICY).await;
    desk.leave().await;
    desk.active(&desk.ada, true).await;
    desk.scene.handed_over().await;
    fill(&desk.scene.instance, &desk.record, "-b", 2);
    assert_ne!(open_work(&desk.scene.instance, &desk.record), Vec::<String>::new());
    desk.leave().await;
    assert_eq!(open_work(&desk.scene.instance, &desk.record), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_goes_to_a_manager_who_leaves_while_it_waits() {
    let (mut desk, chief) = with_chief(Desk::empty(Scene::new().await, POLICY).await).await;
    fill(&desk.scene.instance, &desk.record, "", 60);
    let before = open_work(&desk.scene.instance, &desk.record).len();
    desk.scene.instance.set_faults(Faults::parse("[latency]\nms = 30\n").unwrap());
    desk.active(&desk.ada, false).await;
    until(async || open_work(&desk.scene.instance, &desk.record).len() < before).await;
    desk.scene.crash().await;
    desk.scene.instance.set_faults(Faults::default());
    assert!(!open_work(&desk.scene.instance, &desk.record).is_empty(), "most of it waits");

    // The manager leaves, and their hand-over comes to its end first.
    let delivering = tokio::spawn(deliver::run(Arc::clone(&desk.scene.engine)));
    desk.active(&desk.boss, false).await;
    desk.scene.settled().await;
    let of_boss = desk.scene.engine.await_handover(&PersonId::new(&desk.boss)).await.unwrap();
    assert_eq!(of_boss.last.handover.state, HandoverState::Done);
    delivering.abort();

    desk.scene.restart();
    desk.scene.handed_over().await;
    for record in [&desk.record, &desk.boss_record] {
        assert_eq!(open_work(&desk.scene.instance, record), Vec::<String>::new());
    }
    assert_eq!(desk.lying("task", &chief).len(), 120);
    assert_eq!(desk.handover().await.handover.state, HandoverState::Done);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_reaches_a_manager_after_their_own_hand_over_is_looked_for_again() {
    let (desk, chief) = with_chief(Desk::empty(Scene::new().await, POLICY).await).await;
    fill(&desk.scene.instance, &desk.record, "", 5);
    // Rows are read in one call and written in the next, which takes its time before it has any effect.
    let late =
        Fault { delay_ms: 4_000, after: 1, ..Fault::new(FaultKind::Slow).on("POST", "batch").times(1) };
    desk.scene.instance.set_faults(Faults::default().with(late));
    let calls = desk.scene.instance.calls().count("POST", "batch");
    desk.active(&desk.ada, false).await;
    until(async || desk.scene.instance.calls().count("POST", "batch") == calls + 2).await;
    desk.active(&desk.boss, false).await;
    let boss = PersonId::new(&desk.boss);
    until(async || {
        let of_boss = desk.scene.engine.handover(&boss).await;
        of_boss.is_ok_and(|it| it.handover.state == HandoverState::Done)
    })
    .await;
    assert!(!open_work(&desk.scene.instance, &desk.record).is_empty(), "theirs is still on its way");
    desk.scene.handed_over().await;
    for record in [&desk.record, &desk.boss_record] {
        assert_eq!(open_work(&desk.scene.instance, record), Vec::<String>::new());
    }
    assert_eq!(desk.lying("task", &chief).len(), 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_hidden_when_inactive_is_known_by_our_own_record() {
    let mut desk = Desk::empty(Scene::new().await, POLICY).await;
    desk.scene.create(user("chief")).await;
    let manager = format!("{ENTERPRISE_USER}:manager");
    let managed =
        operations(json!([{ "op": "replace", "path": manager, "value": { "value": "ext-chief" } }]));
    desk.scene.patch(&format!("/Users/{}", desk.boss), managed).await.expect(200);
    desk.scene.settled().await;
    fill(&desk.scene.instance, &desk.record, "", 3);
    desk.scene.crash().await;
    let delivering = tokio::spawn(deliver::run(Arc::clone(&desk.scene.engine)));
    desk.active(&desk.boss, false).await;
    desk.active(&desk.ada, false).await;
    desk.scene.settled().await;
    delivering.abort();

    desk.scene.instance.set_faults(Faults { hide_inactive: true, ..Faults::default() });
    desk.scene.restart();
    desk.scene.handed_over().await;
    assert_eq!(open_work(&desk.scene.instance, &desk.record), Vec::<String>::new());
    assert_eq!(desk.lying("task", desk.scene.record("chief").sys_id()).len(), 6);
    let done = desk.handover().await.handover;
    assert_eq!(done.state, HandoverState::Done);
    assert!(done.reason.unwrap().contains("give the account a role"));
    let told = desk.told().await;
    assert_eq!(told.matches("hides the leaver").count(), 1, "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_is_in_doubt_is_told_of_once_and_waited_for() {
    let mut desk = Desk::new(Scene::new().await, POLICY).await;
    let before = open_work(&desk.scene.instance, &desk.record);
    desk.scene.crash().await;
    let delivering = tokio::spawn(deliver::run(Arc::clone(&desk.scene.engine)));
    desk.active(&desk.ada, false).await;
    desk.scene.settled().await;
    // It is looked at again, and not shown any more.
    desk.scene.instance.set_faults(Faults { hide_inactive: true, ..Faults::default() });
    desk.scene.engine.store().doubt_records(None, desk.scene.engine.clock().now()).await.unwrap();
    desk.scene.settled().await;
    delivering.abort();

    desk.scene.restart();
    desk.scene.handed_over().await;
    assert_eq!(open_work(&desk.scene.instance, &desk.record), before);
    let refused = desk.handover().await.handover;
    assert_eq!(refused.state, HandoverState::Refused);
    assert!(refused.due.is_some(), "it is tried again");
    let told = desk.told().await;
    assert_eq!(told.matches("finding: their record in the target is gone, or hidden").count(), 1, "{told}");

    desk.scene.instance.set_faults(Faults::default());
    desk.scene.engine.retry_delivery(&desk.ada).await.unwrap();
    desk.scene.settled().await;
    desk.scene.engine.ask_for_handover(&desk.person(), "grace").await.unwrap();
    desk.scene.handed_over().await;
    assert_eq!(open_work(&desk.scene.instance, &desk.record), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_returns_and_leaves_again_before_the_return_has_landed_keeps_nothing() {
    let mut desk = Desk::new(Scene::new().await, POLICY).await;
    let down = Fault::new(FaultKind::Unavailable).on("GET", "task");
    desk.scene.instance.set_faults(Faults::default().with(down));
    desk.active(&desk.ada, false).await;
    desk.scene.settled().await;
    desk.scene.crash().await;
    desk.active(&desk.ada, true).await;
    desk.active(&desk.ada, false).await;
    assert!(!open_work(&desk.scene.instance, &desk.record).is_empty());
    desk.scene.instance.set_faults(Faults::default());
    desk.scene.restart();
    desk.scene.handed_over().await;
    assert_eq!(open_work(&desk.scene.instance, &desk.record), Vec::<String>::new());
    assert!(desk.notes().iter().all(|note| note.ends_with(": 1")), "{:?}", desk.notes());
}
