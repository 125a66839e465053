//! A leaver's desk is cleared, by policy, once the deactivation has landed; a returner's is left alone.

use super::desk::{Desk, POLICY, fill, open_work};
use crate::support::target::{Scene, value};
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
    assert_eq!(desk.scene.engine.handovers(None, "", 9).await.unwrap(), []);
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
    let calls = desk.scene.instance.calls().total;
    desk.scene.engine.retry_delivery(&desk.ada).await.unwrap();
    desk.scene.handed_over().await;
    assert_eq!(desk.scene.instance.calls().total, calls, "the same leaving is handed over once");
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
