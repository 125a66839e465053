//! Who takes what: a case for every kind and every receiver.

use super::*;

/// What is written, or in brackets why nothing is.
#[track_caller]
fn check(work: Work, receivers: &[Receiver], candidates: &Candidates, expected: &str) {
    let plan = plan(&leaver(), vec![work], receivers, candidates, ENDED);
    let shown = match (plan.steps.as_slice(), plan.left.as_slice()) {
        ([step], []) => {
            let fields: Vec<_> =
                step.fields.iter().map(|(column, value)| format!("{column}={value}")).collect();
            fields.join(" ")
        }
        ([], [left]) => format!("({})", left.why),
        other => panic!("{other:?}"),
    };
    assert_eq!(shown, expected);
}

#[test]
fn a_manager_takes_everything() {
    for (kind, column) in [
        (Kind::Task, "assigned_to"),
        (Kind::Approval, "approver"),
        (Kind::ManagedGroup, "manager"),
        (Kind::Report, "manager"),
        (Kind::Department, "dept_head"),
        (Kind::CostCentre, "manager"),
    ] {
        check(work(kind, "w"), &[Receiver::Manager], &known(), &format!("{column}=boss"));
    }
}

#[test]
fn a_manager_who_has_left_is_passed_over() {
    let task = || work(Kind::Task, "t1");
    let only = [Receiver::Manager];
    check(task(), &only, &managers(&[("boss", false), ("chief", true)]), "assigned_to=chief");
    check(task(), &only, &managers(&[("ada", true), ("chief", true)]), "assigned_to=chief");
    check(
        task(),
        &only,
        &managers(&[("boss", false)]),
        "(the manager, boss, is not active, and nobody above is)",
    );
    check(task(), &only, &managers(&[]), "(Ada has no manager)");
}

#[test]
fn a_group_takes_tasks_and_nothing_else() {
    check(task_of("net"), &[group("desk")], &known(), "assigned_to= assignment_group=desk");
    check(work(Kind::Task, "t1"), &[group("desk")], &known(), "assigned_to= assignment_group=desk");
    let refused = "(a group, `desk`, cannot take it)";
    check(work(Kind::Approval, "a"), &[group("desk")], &known(), refused);
    check(work(Kind::Report, "r"), &[group("desk"), person("grace")], &known(), "manager=grace");
}

#[test]
fn a_queue_is_only_where_a_task_has_one() {
    check(task_of("net"), &[Receiver::AssignmentGroup], &known(), "assigned_to=");
    let otherwise = [Receiver::AssignmentGroup, Receiver::Manager];
    check(work(Kind::Task, "t1"), &otherwise, &known(), "assigned_to=boss");
    check(work(Kind::Approval, "a"), &otherwise, &known(), "approver=boss");
}

#[test]
fn names_have_to_be_clear_and_active() {
    let task = || work(Kind::Task, "t1");
    check(task(), &[person("nobody"), person("grace")], &known(), "assigned_to=grace");
    check(
        task(),
        &[person("old"), group("twins"), group("none")],
        &known(),
        "(the person old is not active; `twins` could be any group of 2; there is no group `none`)",
    );
    check(task(), &[], &known(), "(the policy names nobody who takes over (`[lifecycle] hand_over`))");
}

#[test]
fn nobody_takes_from_themselves_or_reports_to_themselves() {
    let circle = managers(&[("boss", true)]);
    check(work(Kind::Report, "boss"), &[Receiver::Manager], &circle, "(boss cannot report to themselves)");
    let mut own = known();
    own.people.insert("ada".to_owned(), Lookup::One(candidate("ada", true)));
    check(work(Kind::Task, "t1"), &[person("ada")], &own, "(ada is the one who leaves)");
}

#[test]
fn a_delegation_ends_whoever_takes_the_rest() {
    check(work(Kind::Delegation, "d"), &[group("desk")], &known(), "ends=2026-03-01 09:00:00");
    check(work(Kind::Delegation, "d"), &[], &known(), "ends=2026-03-01 09:00:00");
}

#[test]
fn what_was_there_before_is_kept_for_every_column_that_is_written() {
    let plan = plan(&leaver(), vec![task_of("net")], &[group("desk")], &known(), ENDED);
    let former: Vec<_> =
        plan.steps[0].former.iter().map(|(column, value)| format!("{column}={value}")).collect();
    assert_eq!(former, ["assigned_to=ada", "assignment_group=net"]);
}
