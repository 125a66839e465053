//! Writes of the tables `groups` and `members`. One member more costs one row, whatever the size of the group.

use crate::driver::{Statement, Transaction};
use crate::encode::{micros, object_text};
use std::borrow::Cow;
use std::sync::LazyLock;
use tenure_identity::change::{Expect, GroupChange, MembersChange};
use tenure_identity::group::Group;
use tenure_identity::id::GroupId;
use tenure_scim::patch::Member;

const INSERT: &str = "insert into groups (id, source, external_id, display_key, display_name, live, ended_at, version, \
     created_at, modified_at, doc) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";

const UPDATE: &str = "update groups set external_id = $1, display_key = $2, display_name = $3, live = $4, \
     ended_at = $5, version = $6, modified_at = $7, doc = $8 where id = $9 and version = $10";

const TOUCH: &str = "update groups set version = version + 1, modified_at = $1 where id = $2 and live = 1";

/// How many members one statement adds: a few sizes, so that each is prepared once.
const MEMBERS_AT_ONCE: [usize; 4] = [128, 16, 4, 1];

static ADD_MEMBERS: LazyLock<[String; 4]> = LazyLock::new(|| MEMBERS_AT_ONCE.map(add_members_sql));

const REMOVE_MEMBER: &str = "update members set present = 0, \
     cycles = case when changed_at >= $1 then cycles + 1 else 0 end, changed_at = $2, writer = $3 \
     where group_id = $4 and member_id = $5 and present = 1";

const CLEAR: &str = "update members set present = 0, \
     cycles = case when changed_at >= $1 then cycles + 1 else 0 end, changed_at = $2, writer = $3 \
     where group_id = $4 and present + 0 = 1";

pub(super) fn write(change: &GroupChange, out: &mut Transaction) {
    let group = &change.group;
    let now = micros(group.modified);
    let statement = match change.expect {
        Expect::New => insert(group, now),
        Expect::Version(version) => update(group, now, version),
        Expect::Live => Statement::new(TOUCH, [now.into(), group.id.as_str().into()]).must_touch_one(),
    };
    out.statements.push(statement);
    count(change, out);
}

fn insert(group: &Group, now: i64) -> Statement {
    Statement::new(
        INSERT,
        [
            group.id.as_str().into(),
            group.source.as_str().into(),
            group.external_id().into(),
            group.display_key().into(),
            group.display_name().into(),
            group.ended.is_none().into(),
            group.ended.map(micros).into(),
            group.version.into(),
            micros(group.created).into(),
            now.into(),
            object_text(&group.attributes).into(),
        ],
    )
}

fn update(group: &Group, now: i64, expected: i64) -> Statement {
    let params = [
        group.external_id().into(),
        group.display_key().into(),
        group.display_name().into(),
        group.ended.is_none().into(),
        group.ended.map(micros).into(),
        group.version.into(),
        now.into(),
        object_text(&group.attributes).into(),
        group.id.as_str().into(),
        expected.into(),
    ];
    Statement::new(UPDATE, params).must_touch_one()
}

fn count(change: &GroupChange, out: &mut Transaction) {
    let (total, reordered) = super::listing_counters("groups", &change.group.source);
    let mut add = |name: String, delta: i64| *out.counters.entry(name).or_default() += delta;
    match (change.expect, change.group.ended.is_some()) {
        (Expect::New, _) => add(total, 1),
        (_, true) => {
            add(total, -1);
            add(reordered, 1);
        }
        (Expect::Version(_), false) if change.returns => {
            add(total, 1);
            add(reordered, 1);
        }
        (Expect::Version(_) | Expect::Live, false) => {}
    }
}

pub(super) fn write_members(group: &GroupId, change: &MembersChange, out: &mut Transaction) {
    let (now, since) = (micros(change.at), micros(change.cycle_since));
    if change.clear {
        let params = [since.into(), now.into(), change.writer.as_str().into(), group.as_str().into()];
        out.statements.push(Statement::new(CLEAR, params));
    }
    for id in &change.remove {
        let params = [
            since.into(),
            now.into(),
            change.writer.as_str().into(),
            group.as_str().into(),
            id.as_str().into(),
        ];
        out.statements.push(Statement::new(REMOVE_MEMBER, params));
    }
    let mut rest = change.add.as_slice();
    for (size, sql) in MEMBERS_AT_ONCE.into_iter().zip(&*ADD_MEMBERS) {
        let whole = rest.chunks_exact(size);
        rest = whole.remainder();
        out.statements.extend(whole.map(|members| add_members(sql, group, members, change)));
    }
}

fn add_members(sql: &'static str, group: &GroupId, members: &[Member], change: &MembersChange) -> Statement {
    let mut params = Vec::with_capacity(4 + 3 * members.len());
    params.extend([group.as_str().into(), micros(change.at).into(), change.writer.as_str().into()]);
    for member in members {
        let (kind, display) = (member.kind.as_deref(), member.display.as_deref());
        params.extend([member.value.as_str().into(), kind.into(), display.into()]);
    }
    params.push(micros(change.cycle_since).into());
    Statement { sql: Cow::Borrowed(sql), params, must_touch: None }
}

/// A membership that last changed within the window goes through a quick cycle; otherwise the count starts again.
fn add_members_sql(count: usize) -> String {
    let row = |index: usize| {
        let first = 4 + 3 * index;
        format!("($1, $2, $3, ${first}, ${}, ${}, 1, 0)", first + 1, first + 2)
    };
    let (rows, since) = ((0..count).map(row).collect::<Vec<_>>().join(", "), 4 + 3 * count);
    format!(
        "insert into members (group_id, changed_at, writer, member_id, kind, display, present, cycles) \
         values {rows} on conflict (group_id, member_id) do update set \
         kind = coalesce(excluded.kind, members.kind), display = coalesce(excluded.display, members.display), \
         present = 1, \
         cycles = case when members.present = 1 or members.changed_at >= ${since} then members.cycles else 0 end, \
         changed_at = case when members.present = 1 then members.changed_at else excluded.changed_at end, \
         writer = case when members.present = 1 then members.writer else excluded.writer end"
    )
}
