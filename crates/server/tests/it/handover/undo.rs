//! A hand-over is put back exactly, but for what somebody did since.

use super::desk::{Desk, POLICY, fill, open_work};
use crate::support::policy::until;
use crate::support::target::{Scene, value};
use std::collections::BTreeMap;
use tenure_lab::servicenow::{Fault, FaultKind, Faults, Row};
use tenure_store::handovers::{HandoverState, StepState};

/// What every row of the desk says, without what the platform keeps of writes.
fn world(desk: &Desk) -> BTreeMap<String, Vec<(String, String)>> {
    let kept = |name: &str| !name.starts_with("sys_") || name == "sys_id";
    let says = |row: &Row| {
        let values = row.values().filter(|(name, value)| kept(name) && !value.is_empty());
        values.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    };
    let tables = [
        "task",
        "sysapproval_approver",
        "sys_user_group",
        "cmn_department",
        "cmn_cost_center",
        "sys_user_delegate",
    ];
    let rows = tables.into_iter().flat_map(|table| desk.scene.instance.rows(table));
    rows.map(|row| (row.sys_id().to_owned(), says(&row))).collect()
}

async fn undone(desk: &Desk) {
    desk.scene.engine.ask_for_undo(&desk.person(), "grace").await.unwrap();
    desk.scene.handed_over().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_as_it_was_and_the_timeline_says_who_wanted_it() {
    let desk = Desk::new(Scene::new().await, POLICY).await;
    let (before, open) = (world(&desk), open_work(&desk.scene.instance, &desk.record));
    desk.leave().await;
    assert_ne!(world(&desk), before);
    undone(&desk).await;
    assert_eq!(world(&desk), before);
    assert_eq!(open_work(&desk.scene.instance, &desk.record), open);
    assert_eq!(desk.handover().await.handover.state, HandoverState::Undone);
    assert!(desk.notes().iter().all(|note| note.ends_with(": 2")), "each says that it was put back");
    assert!(desk.told().await.contains("hand-over undone"));

    desk.scene.engine.ask_for_handover(&desk.person(), "grace").await.unwrap();
    desk.scene.handed_over().await;
    assert_eq!(open_work(&desk.scene.instance, &desk.record), Vec::<String>::new(), "it can be done again");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_group_that_had_a_task_has_it_again() {
    let policy = POLICY.replace(r#"to = "manager""#, r#"to = { group = "Service Desk" }"#);
    let desk = Desk::new(Scene::new().await, &policy).await;
    let before = world(&desk);
    desk.leave().await;
    undone(&desk).await;
    assert_eq!(world(&desk), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_did_since_is_left_alone_and_said() {
    let desk = Desk::new(Scene::new().await, POLICY).await;
    desk.leave().await;
    let task = |number: &str| desk.scene.instance.find("task", "number", number).remove(0);
    let linus = desk.scene.record("linus").sys_id().to_owned();
    desk.scene.instance.patch("incident", task("INC0").sys_id(), &[("assigned_to", &linus)]).unwrap();
    desk.scene.instance.patch("incident", task("INC1").sys_id(), &[("active", "false")]).unwrap();
    desk.scene.instance.remove("incident", task("INC2").sys_id()).unwrap();
    undone(&desk).await;
    assert_eq!(value(&task("INC0"), "assigned_to"), linus);
    assert_eq!(value(&task("INC1"), "assigned_to"), desk.boss_record);
    assert_eq!(value(&task("TASK0"), "assigned_to"), desk.record);
    let undone = desk.handover().await;
    assert_eq!(undone.handover.state, HandoverState::Undone);
    assert_eq!(undone.steps.iter().filter(|it| it.state == StepState::Kept).count(), 3);
    let reason = undone.handover.reason.unwrap();
    for why in ["somebody has changed it since", "not open any more", "is gone"] {
        assert!(reason.contains(why), "{why} in {reason}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_answers_and_refusals_do_not_keep_it_from_its_end() {
    let desk = Desk::new(Scene::new().await, POLICY).await;
    let before = world(&desk);
    desk.leave().await;
    let cut = Fault { rate: 0.2, ..Fault::new(FaultKind::CutAfter) };
    let rule = "[[abort]]\ntable = \"sc_task\"\nwhen = \"update\"\ncolumn = \"number\"\nvalue = \"TASK1\"\nrule = \"Frozen\"\n";
    desk.scene.instance.set_faults(Faults { seed: 2, ..Faults::parse(rule).unwrap().with(cut) });
    undone(&desk).await;
    let stuck = desk.handover().await.handover;
    assert_eq!(stuck.state, HandoverState::Undoing);
    assert!(stuck.reason.unwrap().contains("Frozen") && stuck.due.is_some());
    desk.scene.instance.set_faults(Faults::default());
    undone(&desk).await;
    assert_eq!(world(&desk), before);
    assert!(desk.notes().iter().all(|note| note.ends_with(": 2")));
}

fn closed(columns: &str) -> Faults {
    Faults::parse(&format!("[[read_only]]\ntable = \"incident\"\ncolumns = [{columns}]\n")).unwrap()
}

/// One task of a network group on the desk.
async fn with_one_task(policy: &str) -> (Desk, String) {
    let desk = Desk::empty(Scene::new().await, policy).await;
    let network = [("name", "Network"), ("active", "true")];
    let network = desk.scene.instance.insert("sys_user_group", &network).unwrap();
    let task =
        [("number", "INC1"), ("assigned_to", desk.record.as_str()), ("assignment_group", network.sys_id())];
    let task = desk.scene.instance.insert("incident", &task).unwrap();
    (desk, task.sys_id().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_put_back_is_tried_again_without_another_note() {
    let (desk, _) = with_one_task(POLICY).await;
    desk.leave().await;
    desk.scene.instance.set_faults(closed("\"assigned_to\""));
    for _ in 0..3 {
        undone(&desk).await;
        let stuck = desk.handover().await.handover;
        assert_eq!(stuck.state, HandoverState::Undoing);
        assert!(stuck.reason.unwrap().contains("kept the old value"));
        assert_eq!(desk.notes(), ["INC1: 2"]);
    }
    desk.scene.instance.set_faults(Faults::default());
    undone(&desk).await;
    assert_eq!(desk.handover().await.handover.state, HandoverState::Undone);
    assert_eq!(desk.lying("task", &desk.record).len(), 1);
    assert_eq!(desk.notes(), ["INC1: 2"], "one that it was handed over, one that it was put back");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_of_which_only_the_group_was_moved_is_back_in_its_group() {
    let policy = POLICY.replace(r#"to = "manager""#, r#"to = { group = "Service Desk" }"#);
    let (desk, _) = with_one_task(&policy).await;
    let before = world(&desk);
    desk.scene.instance.set_faults(closed("\"assigned_to\""));
    desk.leave().await;
    assert_eq!(desk.handover().await.handover.state, HandoverState::Refused);
    assert_ne!(world(&desk), before, "the group has moved");
    // It is tried again, and refused again.
    desk.scene.engine.ask_for_handover(&desk.person(), "grace").await.unwrap();
    desk.scene.handed_over().await;
    assert_eq!(desk.notes(), ["INC1: 1"]);
    undone(&desk).await;
    assert_eq!(world(&desk), before);
    assert_eq!(desk.handover().await.handover.state, HandoverState::Undone);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_was_moved_in_two_parts_is_back_in_its_group() {
    let policy = POLICY.replace(r#"to = "manager""#, r#"to = { group = "Service Desk" }"#);
    let (desk, task) = with_one_task(&policy).await;
    let before = world(&desk);
    desk.scene.instance.set_faults(closed("\"assigned_to\""));
    desk.leave().await;
    desk.scene.instance.set_faults(Faults::default());
    desk.scene.engine.ask_for_handover(&desk.person(), "grace").await.unwrap();
    desk.scene.handed_over().await;
    assert_eq!(desk.handover().await.handover.state, HandoverState::Done);
    assert_eq!(value(&desk.scene.instance.row("incident", &task).unwrap(), "assigned_to"), "");
    undone(&desk).await;
    assert_eq!(world(&desk), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_whose_second_part_was_moved_unheard_is_back_in_its_group() {
    let policy = POLICY.replace(r#"to = "manager""#, r#"to = { group = "Service Desk" }"#);
    let (desk, task) = with_one_task(&policy).await;
    let before = world(&desk);
    desk.scene.instance.set_faults(closed("\"assigned_to\""));
    desk.leave().await;
    // The rest lands and its answer is lost; somebody wants it back before the row is read again.
    let lost = Fault::new(FaultKind::CutAfter).on("PATCH", "incident").times(1);
    desk.scene.instance.set_faults(Faults::parse("[latency]\nms = 1000\n").unwrap().with(lost));
    let calls = desk.scene.instance.calls().count("PATCH", "incident");
    desk.scene.engine.ask_for_handover(&desk.person(), "grace").await.unwrap();
    until(async || desk.scene.instance.calls().count("PATCH", "incident") == calls + 1).await;
    desk.scene.engine.ask_for_undo(&desk.person(), "grace").await.unwrap();
    until(async || value(&desk.scene.instance.row("incident", &task).unwrap(), "assigned_to").is_empty())
        .await;
    desk.scene.instance.set_faults(Faults::default());
    desk.scene.handed_over().await;
    assert_eq!(world(&desk), before);
    assert_eq!(desk.handover().await.handover.state, HandoverState::Undone);
    assert_eq!(desk.notes(), ["INC1: 2"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn work_of_two_leavings_is_put_back() {
    let desk = Desk::new(Scene::new().await, POLICY).await;
    let (before, open) = (world(&desk), open_work(&desk.scene.instance, &desk.record));
    for _ in 0..2 {
        desk.leave().await;
        desk.active(&desk.ada, true).await;
        desk.scene.handed_over().await;
    }
    let all = desk.scene.engine.handovers_of(&desk.person()).await.unwrap();
    assert_eq!((all.last.steps.len(), all.earlier.len()), (0, 1), "the second found nothing");
    assert_eq!(desk.scene.engine.handovers(None, None, 9).await.unwrap().len(), 2);
    undone(&desk).await;
    assert_eq!(world(&desk), before);
    assert_eq!(open_work(&desk.scene.instance, &desk.record), open);
    let all = desk.scene.engine.handovers_of(&desk.person()).await.unwrap();
    assert_eq!(all.earlier[0].handover.state, HandoverState::Undone);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_under_way_stops_and_is_put_back() {
    let desk = Desk::empty(Scene::new().await, POLICY).await;
    fill(&desk.scene.instance, &desk.record, "", 100);
    let (before, open) = (world(&desk), open_work(&desk.scene.instance, &desk.record));
    desk.scene.instance.set_faults(Faults::parse("[latency]\nms = 200\n").unwrap());
    desk.active(&desk.ada, false).await;
    until(async || open_work(&desk.scene.instance, &desk.record).len() < open.len()).await;
    assert!(desk.handover().await.handover.at_work);
    desk.scene.engine.ask_for_undo(&desk.person(), "grace").await.unwrap();
    desk.scene.handed_over().await;
    let undone = desk.handover().await;
    assert_eq!(undone.handover.state, HandoverState::Undone);
    assert_eq!(undone.handover.asked_by.as_deref(), Some("grace"));
    assert_eq!(world(&desk), before);
    let untouched = desk.notes().len();
    assert!(untouched < 200, "it stopped before it had come to its end: {untouched}");
}
