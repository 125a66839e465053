use super::*;
use crate::id::PersonId;
use proptest::prelude::*;

mod properties;
mod receivers;
mod stand_in;
mod summary;

const ENDED: &str = "2026-03-01 09:00:00";

fn id(text: &str) -> SysId {
    SysId::new(text)
}

fn leaver() -> Leaver {
    Leaver { record: id("ada"), name: "Ada".to_owned() }
}

fn work(kind: Kind, record: &str) -> Work {
    let former = if kind == Kind::Delegation { "2027-01-01 00:00:00" } else { "ada" };
    Work {
        kind,
        table: "table".to_owned(),
        record: id(record),
        label: record.to_uppercase(),
        former: former.to_owned(),
        assignment_group: None,
    }
}

fn task_of(group: &str) -> Work {
    Work { assignment_group: Some(id(group)), ..work(Kind::Task, "t1") }
}

fn candidate(record: &str, active: bool) -> Candidate {
    Candidate { record: id(record), name: record.to_owned(), active }
}

fn managers(people: &[(&str, bool)]) -> Candidates {
    let managers = people.iter().map(|(record, active)| candidate(record, *active)).collect();
    Candidates { managers, ..Candidates::default() }
}

/// The desk is there, `old` is not active, `twins` are two, and so it is with people.
fn known() -> Candidates {
    let names = |one: &str| {
        BTreeMap::from([
            (one.to_owned(), Lookup::One(candidate(one, true))),
            ("old".to_owned(), Lookup::One(candidate("old", false))),
            ("twins".to_owned(), Lookup::Several(2)),
        ])
    };
    Candidates { groups: names("desk"), people: names("grace"), ..managers(&[("boss", true)]) }
}

fn group(name: &str) -> Receiver {
    Receiver::Group(name.to_owned())
}

fn person(login: &str) -> Receiver {
    Receiver::Person(login.to_owned())
}

#[test]
fn words_read_back() {
    assert!(Kind::ALL.into_iter().all(|kind| Kind::from_label(kind.label()) == Some(kind)));
}

#[test]
fn only_tasks_have_a_note_and_it_says_what_was_done_and_why() {
    let found = Kind::ALL.map(|kind| work(kind, "w")).to_vec();
    let plan = plan(&leaver(), found, &[Receiver::Manager], &known(), ENDED);
    let notes: Vec<_> = plan.steps.iter().filter_map(|step| step.note.as_deref()).collect();
    assert_eq!(notes, ["Ada has left. Handed over by Tenure: boss takes it, as manager of Ada."]);
}

#[test]
fn a_row_is_written_only_as_long_as_it_is_as_it_was() {
    let columns = |pairs: &[(&str, &str)]| -> Columns {
        pairs.iter().map(|(column, value)| ((*column).into(), (*value).to_owned())).collect()
    };
    let (from, to) = (columns(&[("assigned_to", "ada")]), columns(&[("assigned_to", "boss")]));
    let check = |row: Option<&[(&str, &str)]>, expected: Standing| {
        let row = row.map(columns);
        assert_eq!(standing(Kind::Task, &from, &to, row.as_ref()), expected, "{row:?}");
    };
    check(Some(&[("assigned_to", "ada"), ("active", "true")]), Standing::Ready);
    check(Some(&[("assigned_to", "boss"), ("active", "true")]), Standing::Reached);
    check(Some(&[("assigned_to", "boss"), ("active", "false")]), Standing::Reached);
    check(
        Some(&[("assigned_to", "eve"), ("active", "true")]),
        Standing::Changed("somebody has changed it since"),
    );
    check(Some(&[("assigned_to", "ada"), ("active", "false")]), Standing::Changed("it is not open any more"));
    check(None, Standing::Changed("it is gone, or hidden from our account"));
}

/// A task of a network group that the desk takes.
fn given_to_the_desk() -> Step {
    plan(&leaver(), vec![task_of("net")], &[group("desk")], &known(), ENDED).steps.remove(0)
}

fn columns(assigned_to: &str, group: &str) -> Columns {
    [("assigned_to", assigned_to), ("assignment_group", group)]
        .map(|(column, value)| (column.into(), value.to_owned()))
        .into()
}

#[test]
fn a_row_that_was_written_in_part_is_gone_on_with_both_ways() {
    let step = given_to_the_desk();
    let open = |columns: Columns| -> Columns {
        columns.into_iter().chain([("active".into(), "true".to_owned())]).collect()
    };
    let stands = |from: &Columns, to: &Columns, row: Columns| standing(Kind::Task, from, to, Some(&row));
    let half = open(columns("ada", "desk"));
    assert_eq!(stands(&step.former, &step.fields, half.clone()), Standing::Partly);
    assert_eq!(stands(&step.fields, &step.former, half.clone()), Standing::Partly);
    let moved = Standing::Changed("somebody has changed it since");
    assert_eq!(stands(&step.former, &step.fields, open(columns("eve", "desk"))), moved);
    let closed = Columns::from([("active".into(), "false".to_owned())]);
    let closed = half.into_iter().chain(closed).collect();
    let over = Standing::Changed("it is not open any more");
    assert_eq!(stands(&step.former, &step.fields, closed), over);
}

#[test]
fn what_was_there_before_the_first_try_is_what_is_put_back() {
    let (first, shown) = (given_to_the_desk(), columns("ada", "desk"));
    let again = |receiver: Receiver, group: &str| {
        plan(&leaver(), vec![task_of(group)], &[receiver], &known(), ENDED).steps.remove(0)
    };
    let (step, now) = again(group("desk"), "desk").in_place_of(&first, &shown);
    assert_eq!((step.former, step.fields, now), (columns("ada", "net"), columns("", "desk"), shown.clone()));

    let (step, now) = again(Receiver::Manager, "desk").in_place_of(&first, &shown);
    assert_eq!((&step.former, &step.fields), (&columns("ada", "net"), &columns("boss", "net")));
    assert_eq!(step.back(&step.fields).fields, columns("ada", "net"));
    assert_eq!(now, shown);

    let (step, now) = again(group("desk"), "other").in_place_of(&first, &shown);
    assert_eq!(step.former, columns("ada", "other"), "somebody has moved it since");
    assert_eq!(now, Columns::from([("assigned_to".into(), "ada".to_owned())]));
}

#[test]
fn only_a_person_is_a_taker() {
    let found = Kind::ALL.map(|kind| work(kind, "w")).to_vec();
    let steps = plan(&leaver(), found, &[Receiver::Manager], &known(), ENDED).steps;
    let takers: Vec<_> = steps.iter().filter_map(Step::taker).collect();
    assert_eq!(takers, vec![id("boss"); 6], "nobody takes a delegation");
    assert_eq!(given_to_the_desk().taker(), None);
}
