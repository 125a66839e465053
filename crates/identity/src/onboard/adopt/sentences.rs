//! What a reviewer is told about people and records: both sides in one sentence each, and why nobody claims a record.

use crate::id::SysId;
use crate::onboard::account::Account;
use crate::onboard::existing::{Existing, Known};
use crate::onboard::keep::day;

/// People, and records, of whom a question tells. Nobody reads more, and an address may be that of thousands.
const TOLD: usize = 20;

/// One sentence for each person and each record, up to a bound.
pub(super) fn about<'a>(
    people: impl ExactSizeIterator<Item = &'a Known>,
    rows: impl ExactSizeIterator<Item = &'a Existing>,
) -> impl Iterator<Item = String> {
    told(people, "people", of_person).chain(told(rows, "records", of_record))
}

fn told<T>(
    all: impl ExactSizeIterator<Item = T>,
    what: &'static str,
    sentence: fn(T) -> String,
) -> impl Iterator<Item = String> {
    let more = all.len().checked_sub(TOLD).filter(|more| *more > 0);
    all.take(TOLD).map(sentence).chain(more.map(|more| format!("and {more} {what} more")))
}

fn of_person(person: &Known) -> String {
    let emails = person.emails.join(", ");
    let facts = facts([
        ("id", Some(&person.id).filter(|id| Some(*id) != person.external_id.as_ref())),
        ("external id", person.external_id.as_ref()),
        ("employee number", person.employee_number.as_ref()),
        ("e-mail", Some(&emails)),
    ]);
    let state = if person.active { "active" } else { "inactive" };
    format!("person {}: {state}{facts}", person.display())
}

fn of_record(row: &Existing) -> String {
    let facts = facts([
        ("stable key", row.key.as_ref()),
        ("employee number", row.employee_number.as_ref()),
        ("e-mail", row.email.as_ref()),
    ]);
    let state = if row.active { "active" } else { "inactive" };
    let login = day(row.last_login);
    let (name, id, tasks) = (row.display(), &row.sys_id, row.open_work);
    format!("record {name}: {id}, {state}{facts}, last login {login}, open tasks {tasks}")
}

fn facts<const N: usize>(facts: [(&str, Option<&String>); N]) -> String {
    let written =
        facts.into_iter().filter_map(|(what, text)| Some((what, text.filter(|text| !text.is_empty())?)));
    written.map(|(what, text)| format!(", {what} `{text}`")).collect()
}

/// Why nobody claims a record, or what it may be.
pub(super) fn why_unclaimed(row: &Existing, account: &Account, linked: Option<(&SysId, &String)>) -> String {
    if let Some((record, person)) = linked {
        return format!("it looks like one human being with record {record}, which is linked to `{person}`");
    }
    if let Some(sentence) = account.evidence.first() {
        return format!("no person's account: {sentence}");
    }
    let login = day(row.last_login);
    match (row.active, row.open_work) {
        (true, 0) => format!("active, and nobody who is known; last login {login}"),
        (true, tasks) => {
            format!("active with {tasks} open tasks, and nobody who is known; last login {login}")
        }
        (false, 0) => "inactive, and nobody who is known".to_owned(),
        (false, tasks) => format!("inactive with {tasks} open tasks, and nobody who is known"),
    }
}
