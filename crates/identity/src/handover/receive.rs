//! Which of the policy's receivers takes something: the first that fits what it is. What only a person can do goes to no
//! group, nobody inactive takes anything, and nothing goes back to the leaver.

use super::{ASSIGNMENT_GROUP, Candidate, Candidates, Kind, Leaver, Lookup, Taker, Work};
use crate::policy::Receiver;
use crate::reconcile::Columns;
use std::collections::BTreeMap;

/// Who takes it, or why nobody does.
pub(super) fn taker(
    leaver: &Leaver,
    work: &Work,
    receivers: &[Receiver],
    candidates: &Candidates,
) -> Result<Taker, String> {
    let mut reasons = Vec::new();
    for receiver in receivers {
        let fits = match receiver {
            Receiver::Manager => manager(leaver, work, candidates),
            Receiver::Person(login) => person(leaver, work, candidates, login),
            Receiver::Group(name) => group(work, candidates, name),
            Receiver::AssignmentGroup => queue(work),
        };
        match fits {
            Ok(taker) => return Ok(taker),
            Err(why) => reasons.push(why),
        }
    }
    Err(match reasons.is_empty() {
        true => "the policy names nobody who takes over (`[lifecycle] hand_over`)".to_owned(),
        false => reasons.join("; "),
    })
}

/// The manager or, where they have left too, theirs.
fn manager(leaver: &Leaver, work: &Work, candidates: &Candidates) -> Result<Taker, String> {
    let managers = &candidates.managers;
    let [first, ..] = managers.as_slice() else { return Err(format!("{} has no manager", leaver.name)) };
    let active = managers.iter().find(|it| it.active && it.record != leaver.record);
    let Some(manager) = active else {
        return Err(format!("the manager, {}, is not active, and nobody above is", first.name));
    };
    let why = match manager == first {
        true => format!("{} takes it, as manager of {}", manager.name, leaver.name),
        false => format!("{} takes it, because the manager, {}, has left too", manager.name, first.name),
    };
    to_person(leaver, work, manager, why)
}

fn person(leaver: &Leaver, work: &Work, candidates: &Candidates, login: &str) -> Result<Taker, String> {
    let person = one(&candidates.people, login, "person")?;
    to_person(leaver, work, person, format!("{} takes it, as the policy says", person.name))
}

fn to_person(leaver: &Leaver, work: &Work, person: &Candidate, why: String) -> Result<Taker, String> {
    if person.record == leaver.record {
        return Err(format!("{} is the one who leaves", person.name));
    }
    if person.record == work.record {
        return Err(format!("{} cannot report to themselves", person.name));
    }
    let fields = Columns::from([(work.kind.column().into(), person.record.to_string())]);
    Ok(Taker { fields, why })
}

fn group(work: &Work, candidates: &Candidates, name: &str) -> Result<Taker, String> {
    if work.kind != Kind::Task {
        return Err(format!("a group, `{name}`, cannot take it"));
    }
    let group = one(&candidates.groups, name, "group")?;
    let fields = Columns::from([
        (ASSIGNMENT_GROUP.into(), group.record.to_string()),
        (work.kind.column().into(), String::new()),
    ]);
    Ok(Taker { fields, why: format!("the group {} takes it, as the policy says", group.name) })
}

/// The queue of the group that has the task already.
fn queue(work: &Work) -> Result<Taker, String> {
    match (&work.assignment_group, work.kind) {
        (Some(_), Kind::Task) => {
            let fields = Columns::from([(work.kind.column().into(), String::new())]);
            Ok(Taker { fields, why: "it is back in the queue of its assignment group".to_owned() })
        }
        _ => Err("it has no assignment group".to_owned()),
    }
}

fn one<'a>(found: &'a BTreeMap<String, Lookup>, name: &str, what: &str) -> Result<&'a Candidate, String> {
    match found.get(name) {
        Some(Lookup::One(it)) if it.active => Ok(it),
        Some(Lookup::One(it)) => Err(format!("the {what} {} is not active", it.name)),
        Some(Lookup::Several(count)) => Err(format!("`{name}` could be any {what} of {count}")),
        Some(Lookup::Nobody) | None => Err(format!("there is no {what} `{name}`")),
    }
}
