//! Marks for delivery, made in the commit that changes what the target should say. Somebody who is marked again while their
//! delivery is under way is delivered once more after it.

use crate::driver::{Dialect, Statement, Transaction, Value};
use crate::encode::{micros, texts};
use crate::handovers::mark_reports_of;
use std::sync::LazyLock;
use tenure_identity::change::{Access, Change, Expect, GroupChange, MembersChange};

/// Leavers.
const FIRST: i64 = 0;
/// Groups: whoever is in one waits for it.
const GROUPS: i64 = 1;
/// Everybody else.
const LAST: i64 = 2;

const PERSON: i64 = 0;
const GROUP: i64 = 1;

/// Counts changes that were made while there was no target, so that one that is set up later hears of them.
pub(crate) const NOT_MARKED: &str = "changes without a target";

/// Whoever is due already keeps their place, or somebody who changes more often than the queue is long would be overtaken for
/// ever. A change ends a wait for another try.
const AGAIN: &str = " on conflict (subject) do update set mark = deliveries.mark + 1, \
     attempts = 0, \
     rank = case when deliveries.mark = 0 or excluded.rank < deliveries.rank then excluded.rank else deliveries.rank end, \
     marked_at = case when deliveries.mark = 0 then excluded.marked_at else deliveries.marked_at end, \
     due_at = case when deliveries.lease is not null or (deliveries.mark > 0 and deliveries.due_at < excluded.due_at) \
     then deliveries.due_at else excluded.due_at end";

/// One subject: its id, kind, rank, and the time twice.
pub(crate) static MARK: LazyLock<String> = LazyLock::new(|| {
    format!(
        "insert into deliveries (subject, kind, mark, rank, marked_at, due_at) values ($1, $2, 1, $3, $4, $5){AGAIN}"
    )
});

/// Everybody who is delivered at all: the time twice.
pub(crate) static EVERYBODY: LazyLock<String> = LazyLock::new(|| people("true"));

/// Every live group: the time twice.
pub(crate) static EVERY_GROUP: LazyLock<String> = LazyLock::new(|| {
    format!(
        "insert into deliveries (subject, kind, mark, rank, marked_at, due_at) \
         select id, {GROUP}, 1, {GROUPS}, cast($1 as bigint), cast($2 as bigint) from groups where live = 1{AGAIN}"
    )
});

/// In an update that marks: due at this time, a parameter by its number, or since before it.
pub(crate) fn due_now(parameter: usize) -> String {
    format!(
        "due_at = case when lease is not null or (mark > 0 and due_at < ${parameter}) then due_at \
         else cast(${parameter} as bigint) end"
    )
}

fn people(which: &str) -> String {
    format!(
        "insert into deliveries (subject, kind, mark, rank, marked_at, due_at) \
         select id, {PERSON}, 1, {LAST}, cast($1 as bigint), cast($2 as bigint) from persons \
         where provisioned = 1 and {which}{AGAIN}"
    )
}

/// Under what it is kept who refers to somebody whose record is there, among those who wait for one that is not. No id
/// begins so, and every id comes before it.
pub(crate) const REFERRED: char = '~';

/// Marks everybody who is in this group or refers to it, or refers to this person: its record is another one now, or none.
pub(crate) fn mark_who_refers(dialect: Dialect, id: &str, now: i64) -> Statement {
    let who = "select member_id from members where group_id = $3 and present + 0 = 1 \
         union all select subject from delivery_waits where awaited = $4";
    let params = vec![now.into(), now.into(), id.into(), format!("{REFERRED}{id}").into()];
    Statement::built(people(&dialect.is_one_of("id", who)), params)
}

/// Marks everybody whom the target should hear of because of the change.
pub(super) fn mark(dialect: Dialect, delivers: bool, change: &Change, out: &mut Transaction) {
    let marks = marks(dialect, change);
    if delivers {
        out.statements.extend(marks);
    } else if !marks.is_empty() {
        *out.counters.entry(NOT_MARKED.to_owned()).or_default() += 1;
    }
}

fn marks(dialect: Dialect, change: &Change) -> Vec<Statement> {
    let mut marks = Vec::new();
    if let Some(person) = change.person.as_ref().filter(|change| change.dirty) {
        let moment = change.events.iter().map(|event| event.at).max().unwrap_or(person.person.created);
        // Somebody who was never there has no access to lose.
        let leaves = !person.person.active && person.expect.is_some();
        let rank = if leaves { FIRST } else { LAST };
        marks.push(one(person.person.id.as_str(), PERSON, rank, micros(moment)));
        if person.access == Some(Access::Begins) && person.expect.is_some() {
            marks.push(mark_reports_of(dialect, &person.person.id, micros(moment)));
        }
    }
    if let Some(group) = &change.group {
        marks.extend(group_marks(dialect, group, change.members.as_ref()));
    }
    marks
}

fn group_marks(dialect: Dialect, group: &GroupChange, members: Option<&MembersChange>) -> Vec<Statement> {
    let now = micros(group.group.modified);
    let mut marks = Vec::new();
    if group.expect != Expect::Live && group.group.ended.is_none() {
        marks.push(one(group.id().as_str(), GROUP, GROUPS, now));
    }
    // Whoever is in a group that ends or returns is out of it or in it; whoever was in one that is cleared may be out.
    if group.group.ended.is_some() || group.returns || members.is_some_and(|members| members.clear) {
        let all = "select member_id from members where group_id = $3";
        let sql = people(&dialect.is_one_of("id", all));
        marks.push(Statement::built(sql, vec![now.into(), now.into(), group.id().as_str().into()]));
    }
    let moved = members.into_iter().flat_map(|members| {
        members.add.iter().map(|member| member.value.clone()).chain(members.remove.iter().cloned())
    });
    let moved: Vec<_> = moved.collect();
    if !moved.is_empty() {
        let sql = people(&format!("id in {}", dialect.array_elements(3)));
        marks.push(Statement::built(sql, vec![now.into(), now.into(), texts(&moved).into()]));
    }
    marks
}

fn one(subject: &str, kind: i64, rank: i64, now: i64) -> Statement {
    let params: Vec<Value> = vec![subject.into(), kind.into(), rank.into(), now.into(), now.into()];
    Statement { sql: MARK.as_str().into(), params, must_touch: None }
}
