//! Writes of the table `persons`.

use crate::driver::{Statement, Value};
use crate::encode::{micros, record_text};
use jiff::Timestamp;
use tenure_identity::change::PersonChange;
use tenure_identity::person::Held;

const INSERT: &str = "insert into persons (id, version, active, deactivated_at, created_at, record, \
     login_key, login_shared, employee_key, employee_shared, dirty_at) \
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";

const UPDATE: &str = "update persons set version = $1, active = $2, deactivated_at = $3, record = $4, \
     login_key = $5, login_shared = $6, employee_key = $7, employee_shared = $8, \
     dirty_at = coalesce(dirty_at, $9) where id = $10 and version = $11";

/// `moment` is when the change happens: since then the record waits for delivery, unless it waits already.
pub(super) fn write(change: &PersonChange, moment: Timestamp) -> Statement {
    let person = &change.person;
    let shared = |held: &Held| Value::from(*held == Held::Shared);
    let dirty = Value::from(change.dirty.then(|| micros(moment)));
    let common = [
        Value::from(person.version),
        person.active.into(),
        person.deactivated_at.map(micros).into(),
        record_text(&person.record).into(),
        person.login.key().into(),
        shared(&person.login),
        person.employee_number.key().into(),
        shared(&person.employee_number),
        dirty,
    ];
    let [version, active, deactivated, record, login, login_shared, number, number_shared, dirty] = common;
    let id = Value::from(person.id.as_str());
    match change.expect {
        None => {
            let created = Value::from(micros(person.created));
            let params = [
                id,
                version,
                active,
                deactivated,
                created,
                record,
                login,
                login_shared,
                number,
                number_shared,
                dirty,
            ];
            Statement::new(INSERT, params)
        }
        Some(expected) => {
            let params = [
                version,
                active,
                deactivated,
                record,
                login,
                login_shared,
                number,
                number_shared,
                dirty,
                id,
                expected.into(),
            ];
            Statement::new(UPDATE, params).must_touch_one()
        }
    }
}
