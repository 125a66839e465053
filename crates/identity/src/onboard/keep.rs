//! Which of several records of one human being to keep: the one that is in use. Active before inactive, then the stable key,
//! the last login, open work, the newest update, memberships and roles, and at last the id, so that there is always one.

use super::existing::Existing;
use jiff::Timestamp;
use std::cmp::Ordering;

/// The record to keep, and why.
#[derive(Debug)]
pub(super) struct Kept<'a> {
    pub(super) row: &'a Existing,
    pub(super) why: String,
}

type Criterion = (fn(&Existing, &Existing) -> Ordering, fn(&Existing, &Existing) -> String);

/// In the order in which they decide; each with the sentence that it decides by.
const CRITERIA: [Criterion; 6] = [
    (|a, b| a.active.cmp(&b.active), |_, other| format!("it is active and `{}` is not", other.user_name)),
    (
        |a, b| a.key.is_some().cmp(&b.key.is_some()),
        |_, other| format!("it carries the stable key and `{}` does not", other.user_name),
    ),
    (
        |a, b| a.last_login.cmp(&b.last_login),
        |kept, other| {
            let (last, theirs) = (day(kept.last_login), day(other.last_login));
            format!("its last login was {last}, that of `{}` {theirs}", other.user_name)
        },
    ),
    (
        |a, b| a.open_work.cmp(&b.open_work),
        |kept, other| {
            format!("it has {} open tasks, `{}` has {}", kept.open_work, other.user_name, other.open_work)
        },
    ),
    (
        |a, b| a.updated.cmp(&b.updated),
        |kept, other| {
            let (last, theirs) = (day(kept.updated), day(other.updated));
            format!("it was updated {last}, `{}` {theirs}", other.user_name)
        },
    ),
    (
        |a, b| holdings(a).cmp(&holdings(b)),
        |kept, other| {
            let (ours, theirs) = (holdings(kept), holdings(other));
            format!("it has {ours} memberships and roles, `{}` has {theirs}", other.user_name)
        },
    ),
];

/// Chooses among records, of which there is at least one.
pub(super) fn choose<'a>(rows: &[&'a Existing]) -> Kept<'a> {
    let mut ranked = rows.to_vec();
    ranked.sort_by(|a, b| rank(b, a).then_with(|| a.sys_id.cmp(&b.sys_id)));
    let row = *ranked.first().expect("a cluster has records");
    let why = ranked.get(1).map_or_else(String::new, |second| reason(row, second));
    Kept { row, why: with_work_to_move(why, &ranked[1..]) }
}

fn rank(one: &Existing, other: &Existing) -> Ordering {
    CRITERIA.iter().fold(Ordering::Equal, |order, (compare, _)| order.then_with(|| compare(one, other)))
}

fn reason(kept: &Existing, second: &Existing) -> String {
    let decides = CRITERIA.iter().find(|(compare, _)| compare(kept, second) != Ordering::Equal);
    decides.map_or_else(
        || "nothing tells them apart; its id comes first".to_owned(),
        |(_, say)| say(kept, second),
    )
}

fn with_work_to_move(why: String, others: &[&Existing]) -> String {
    let left: u32 = others.iter().map(|row| row.open_work).sum();
    if left == 0 { why } else { format!("{why}; {left} open tasks of the other have to move to it") }
}

fn holdings(row: &Existing) -> u32 {
    row.memberships.saturating_add(row.roles)
}

/// The day of a time, or that there was none.
pub(super) fn day(at: Option<Timestamp>) -> String {
    at.map_or_else(|| "never".to_owned(), |at| at.strftime("%Y-%m-%d").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::SysId;
    use crate::testing::at;

    fn row(id: &str) -> Existing {
        Existing::new(SysId::new(id), format!("login.{id}"))
    }

    #[track_caller]
    fn check(one: &Existing, other: &Existing, why: &str) {
        for rows in [[one, other], [other, one]] {
            let kept = choose(&rows);
            assert_eq!((&kept.row.sys_id, kept.why.as_str()), (&one.sys_id, why));
        }
    }

    #[test]
    fn the_record_in_use_is_kept() {
        let used = |id, second| Existing { last_login: Some(at(second)), ..row(id) };
        check(&row("1"), &Existing { active: false, ..used("2", 9) }, "it is active and `login.2` is not");
        check(&used("2", 86_400), &row("1"), "its last login was 1970-01-02, that of `login.1` never");
        check(&Existing { open_work: 2, ..row("2") }, &row("1"), "it has 2 open tasks, `login.1` has 0");
        check(&row("1"), &row("2"), "nothing tells them apart; its id comes first");
    }

    #[test]
    fn work_that_stays_behind_is_told() {
        let busy = Existing { active: false, open_work: 3, ..row("2") };
        check(
            &row("1"),
            &busy,
            "it is active and `login.2` is not; 3 open tasks of the other have to move to it",
        );
    }
}
