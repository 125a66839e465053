//! What holds for any work, policy and company.

use super::*;
use std::collections::BTreeSet;

/// Records of people, the leaver's among them.
const PEOPLE: &str = "ada|p[0-3]";

fn any_work() -> impl Strategy<Value = Vec<Work>> {
    let one = (prop::sample::select(Kind::ALL.to_vec()), prop::option::of("g[0-2]"));
    prop::collection::vec(one, 0..12).prop_map(|all| {
        let numbered = all.into_iter().enumerate();
        let one = |(n, (kind, group)): (usize, (Kind, Option<String>))| {
            let assignment_group = group.filter(|_| kind == Kind::Task).map(SysId::new);
            // Somebody who reports to the leaver may be the one who is to take over.
            let record = if n == 0 && kind == Kind::Report { "p1".to_owned() } else { format!("w{n}") };
            Work { assignment_group, ..work(kind, &record) }
        };
        numbered.map(one).collect()
    })
}

fn any_receivers() -> impl Strategy<Value = Vec<Receiver>> {
    let one = prop_oneof![
        Just(Receiver::Manager),
        Just(Receiver::AssignmentGroup),
        "n[0-3]".prop_map(Receiver::Group),
        "n[0-3]".prop_map(Receiver::Person),
    ];
    prop::collection::vec(one, 0..4)
}

fn any_candidate(records: &'static str) -> impl Strategy<Value = Candidate> {
    (records, any::<bool>()).prop_map(|(record, active)| candidate(&record, active))
}

fn any_names(records: &'static str) -> impl Strategy<Value = BTreeMap<String, Lookup>> {
    let lookup = prop_oneof![
        any_candidate(records).prop_map(Lookup::One),
        Just(Lookup::Nobody),
        Just(Lookup::Several(2)),
    ];
    prop::collection::btree_map("n[0-3]", lookup, 0..4)
}

fn any_candidates() -> impl Strategy<Value = Candidates> {
    (prop::collection::vec(any_candidate(PEOPLE), 0..4), any_names(PEOPLE), any_names("g[0-2]"))
        .prop_map(|(managers, people, groups)| Candidates { managers, people, groups })
}

/// What still lies with the leaver when the plan has been carried out.
fn carried_out(work: &[Work], plan: &Plan) -> Vec<Work> {
    let is_done = |it: &&Work| {
        let step = plan.steps.iter().find(|step| step.record == it.record);
        step.is_none_or(|step| match it.kind {
            Kind::Delegation => step.fields["ends"].as_str() > ENDED,
            kind => step.fields[kind.column()] == "ada",
        })
    };
    work.iter().filter(is_done).cloned().collect()
}

proptest! {
    #[test]
    fn everything_is_in_a_step_or_left_and_nothing_goes_to_the_leaver(
        work in any_work(), receivers in any_receivers(), candidates in any_candidates()
    ) {
        let plan = plan(&leaver(), work.clone(), &receivers, &candidates, ENDED);
        let steps = plan.steps.iter().map(|step| &step.record);
        let seen: BTreeSet<_> = steps.chain(plan.left.iter().map(|left| &left.work.record)).collect();
        prop_assert_eq!(seen.len(), work.len());
        prop_assert_eq!(plan.steps.len() + plan.left.len(), work.len());
        for step in &plan.steps {
            prop_assert!(step.fields.values().all(|value| value != "ada"));
            prop_assert!(step.fields.keys().eq(step.former.keys()));
            prop_assert!(step.fields.values().all(|value| *value != step.record.to_string()));
        }
    }

    #[test]
    fn what_was_carried_out_is_not_planned_again(
        work in any_work(), receivers in any_receivers(), candidates in any_candidates()
    ) {
        let first = plan(&leaver(), work.clone(), &receivers, &candidates, ENDED);
        let again = plan(&leaver(), carried_out(&work, &first), &receivers, &candidates, ENDED);
        prop_assert!(again.steps.is_empty());
        prop_assert_eq!(again.left, first.left);
    }

    #[test]
    fn a_step_is_ready_until_it_is_reached_and_can_be_taken_back(
        work in any_work(), receivers in any_receivers(), candidates in any_candidates()
    ) {
        for step in plan(&leaver(), work, &receivers, &candidates, ENDED).steps {
            let open = step.kind.open().map(|(column, value)| (column.into(), value.to_owned()));
            let row = |columns: &Columns| -> Columns { columns.clone().into_iter().chain(open.clone()).collect() };
            let stands = |from: &Columns, to: &Columns, at: &Columns| standing(step.kind, from, to, Some(&row(at)));
            prop_assert_eq!(stands(&step.former, &step.fields, &step.former), Standing::Ready);
            prop_assert_eq!(stands(&step.former, &step.fields, &step.fields), Standing::Reached);
            let back = step.back(&step.fields);
            prop_assert_eq!(stands(&back.former, &back.fields, &step.fields), Standing::Ready);
            prop_assert_eq!(stands(&back.former, &back.fields, &step.former), Standing::Reached);
        }
    }
}
