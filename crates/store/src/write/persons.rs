//! Writes of the tables `persons` and `waiting`.

use crate::driver::{Dialect, Statement, Transaction, Value};
use crate::encode::{micros, record_text, texts};
use crate::keys::{GROUP, GROUP_EXTERNAL_ID, GROUP_NAME, kind_of};
use tenure_identity::change::{Depends, PersonChange};
use tenure_identity::group::Group;
use tenure_identity::id::{FieldName, GroupId};
use tenure_identity::person::Held;

const INSERT: &str = "insert into persons (version, active, deactivated_at, record, login_key, login_shared, \
     employee_key, employee_shared, provisioned, waits, policy, id, created_at) \
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";

const UPDATE: &str = "update persons set version = $1, active = $2, deactivated_at = $3, record = $4, \
     login_key = $5, login_shared = $6, employee_key = $7, employee_shared = $8, provisioned = $9, waits = $10, \
     policy = $11 where id = $12 and version = $13";

const SETTLE: &str = "update persons set version = $1, active = $2, deactivated_at = $3, record = $4, \
     login_key = $5, login_shared = $6, employee_key = $7, employee_shared = $8, provisioned = $9, waits = $10, \
     policy = $11, due = 0 where id = $12 and version = $13 and due = $14";

const WAIT: &str =
    "insert into waiting (kind, key, person_id, field) values ($1, $2, $3, $4) on conflict do nothing";

const WAIT_NO_MORE: &str = "delete from waiting where person_id = $1";

pub(super) fn write(change: &PersonChange, out: &mut Transaction) {
    let person = &change.person;
    let mut params = values(change);
    params.push(person.id.as_str().into());
    let statement = match (change.expect, change.settles) {
        (None, _) => {
            params.push(micros(person.created).into());
            Statement { sql: INSERT.into(), params, must_touch: None }
        }
        (Some(expected), None) => {
            params.push(expected.into());
            Statement { sql: UPDATE.into(), params, must_touch: None }.must_touch_one()
        }
        (Some(expected), Some(due)) => {
            params.extend([expected.into(), due.into()]);
            Statement { sql: SETTLE.into(), params, must_touch: None }.must_touch_one()
        }
    };
    out.statements.push(statement);
    wait(change, out);
}

fn values(change: &PersonChange) -> Vec<Value> {
    let person = &change.person;
    let shared = |held: &Held| Value::from(*held == Held::Shared);
    let mut params = Vec::with_capacity(14);
    params.extend([
        person.version.into(),
        person.active.into(),
        person.deactivated_at.map(micros).into(),
        record_text(&person.record).into(),
        person.login.key().into(),
        shared(&person.login),
        person.employee_number.key().into(),
        shared(&person.employee_number),
        person.provisioned.into(),
        person.waits.into(),
        change.policy.into(),
    ]);
    params
}

fn wait(change: &PersonChange, out: &mut Transaction) {
    let Some(Depends { waits_for, refers_to }) = &change.depends else { return };
    let id = change.person.id.as_str();
    if change.expect.is_some() {
        out.statements.push(Statement::new(WAIT_NO_MORE, [id.into()]));
    }
    let row = |kind: i64, key: &str, field: &FieldName| {
        Statement::new(WAIT, [kind.into(), key.into(), id.into(), field.as_str().into()])
    };
    out.statements.extend(waits_for.iter().map(|it| row(kind_of(it.key), &it.text, &it.field)));
    out.statements.extend(refers_to.iter().map(|it| row(GROUP, it.group.as_str(), &it.wanted.field)));
}

/// Whoever waits for a group with this name or id is due, and whoever refers to this one: it is new, called differently,
/// ended or back.
pub(super) fn group_named(dialect: Dialect, group: &Group, out: &mut Transaction) {
    let (name, id) = (group.display_key(), group.id.as_str());
    let mut keys = vec![(GROUP, id), (GROUP_NAME, name.as_str()), (GROUP_NAME, id), (GROUP_EXTERNAL_ID, id)];
    keys.extend(group.external_id().map(|id| (GROUP_EXTERNAL_ID, id)));
    arrived(dialect, &keys, out);
}

/// Whoever waits for somebody or something with one of these keys is due to be resolved anew.
pub(super) fn arrived(dialect: Dialect, keys: &[(i64, &str)], out: &mut Transaction) {
    if keys.is_empty() {
        return;
    }
    let mut params = Vec::with_capacity(keys.len());
    let waits = keys.iter().map(|(kind, key)| {
        params.push(Value::from(*key));
        format!("select person_id from waiting where kind = {kind} and key = ${}", params.len())
    });
    let waits = waits.collect::<Vec<_>>().join(" union all ");
    let sql = format!("update persons set due = due + 1 where {}", dialect.is_one_of("id", &waits));
    out.statements.push(Statement::built(sql, params));
}

/// Everybody who waits for somebody or something is due. (Kind 10 is what is referred to and there.)
pub(crate) const MARK_WAITING: &str = "update persons set due = due + 1 where id in (select person_id from waiting where kind < 10) and due = 0";

/// Everybody who is or was in the group is due.
pub(crate) const MARK_MEMBERS: &str =
    "update persons set due = due + 1 where id in (select member_id from members where group_id = $1)";

/// These people are due, because they came into a group or left it. Ids of anybody else are passed over.
pub(super) fn regrouped(dialect: Dialect, ids: &[String], out: &mut Transaction) {
    if ids.is_empty() {
        return;
    }
    let sql = format!("update persons set due = due + 1 where id in {}", dialect.array_elements(1));
    out.statements.push(Statement::built(sql, vec![texts(ids).into()]));
}

/// Everybody in the group is due.
pub(super) fn group_changed(dialect: Dialect, group: &GroupId, out: &mut Transaction) {
    let members = "select member_id from members where group_id = $1 and present + 0 = 1";
    let sql = format!("update persons set due = due + 1 where {}", dialect.is_one_of("id", members));
    out.statements.push(Statement::built(sql, vec![group.as_str().into()]));
}
