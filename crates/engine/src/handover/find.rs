//! Finding what lies with somebody: a query for each kind of work, and every row that comes is held against it.

use super::{APPROVALS, COST_CENTRES, DELEGATIONS, DEPARTMENTS, TASKS};
use crate::deliver::trouble::{Trouble, in_words};
use crate::deliver::{GROUPS, USERS};
use tenure_connect::servicenow::{Condition, Lane, Query, Row, ServiceNow};
use tenure_identity::handover::{Kind, Work};
use tenure_identity::id::SysId;

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) work: Vec<Work>,
    /// Kinds that could not be looked at, in sentences.
    pub(super) unseen: Vec<String>,
}

/// Everything that lies with them, as the target says it `now`.
pub(super) async fn find(client: &ServiceNow, leaver: &SysId, now: &str) -> Result<Found, Trouble> {
    let mut found = Found::default();
    for kind in Kind::ALL {
        let columns = columns(kind);
        match client.list(Lane::Normal, table(kind), &query(kind, leaver, now), &columns).await {
            Ok(rows) => {
                let theirs = rows.iter().filter(|row| is_theirs(kind, row, leaver, now));
                found.work.extend(theirs.map(|row| work(kind, row)));
            }
            // One table that we may not read is no reason to leave the rest lying.
            Err(error) if error.is_permanent() => {
                found.unseen.push(format!("{} could not be looked for: {}", kind.plural(), in_words(&error)));
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(found)
}

fn table(kind: Kind) -> &'static str {
    match kind {
        Kind::Task => TASKS,
        Kind::Approval => APPROVALS,
        Kind::ManagedGroup => GROUPS,
        Kind::Report => USERS,
        Kind::Department => DEPARTMENTS,
        Kind::CostCentre => COST_CENTRES,
        Kind::Delegation => DELEGATIONS,
    }
}

/// The column that names whom it lies with.
fn holder(kind: Kind) -> &'static str {
    match kind {
        Kind::Delegation => "delegate",
        other => other.column(),
    }
}

fn query(kind: Kind, leaver: &SysId, now: &str) -> Query {
    let query = Query::all().is(holder(kind), leaver.as_str());
    match (kind, kind.open()) {
        // One that never ends is open, too.
        (Kind::Delegation, _) => {
            query.and_either([Condition::after("ends", now), Condition::is_empty("ends")])
        }
        (_, Some((column, value))) => query.is(column, value),
        _ => query,
    }
}

fn columns(kind: Kind) -> Vec<&'static str> {
    let label: &[&str] = match kind {
        Kind::Task => &["number", "sys_class_name", "assignment_group"],
        Kind::Approval => &["sysapproval.number"],
        Kind::ManagedGroup | Kind::Department | Kind::CostCentre => &["name"],
        Kind::Report => &["user_name"],
        Kind::Delegation => &["user.user_name", "ends"],
    };
    let open = kind.open().map(|(column, _)| column);
    ["sys_id", holder(kind)].into_iter().chain(open).chain(label.iter().copied()).collect()
}

/// ServiceNow ignores conditions that it does not understand, and compares ids without regard to case.
fn is_theirs(kind: Kind, row: &Row, leaver: &SysId, now: &str) -> bool {
    let open = kind.open().is_none_or(|(column, value)| row.get(column) == value);
    let lasts = kind != Kind::Delegation || row.get("ends").is_empty() || row.get("ends") > now;
    row.get(holder(kind)) == leaver.as_str() && open && lasts
}

fn work(kind: Kind, row: &Row) -> Work {
    let class = Some(row.get("sys_class_name")).filter(|class| kind == Kind::Task && !class.is_empty());
    let group = Some(row.get("assignment_group")).filter(|group| kind == Kind::Task && !group.is_empty());
    Work {
        kind,
        // Rules of a class run on writes to its own table.
        table: class.unwrap_or(table(kind)).to_owned(),
        record: row.sys_id.clone(),
        label: label(kind, row),
        former: row.get(kind.column()).to_owned(),
        assignment_group: group.map(SysId::new),
    }
}

fn label(kind: Kind, row: &Row) -> String {
    let column = match kind {
        Kind::Task => "number",
        Kind::Approval => "sysapproval.number",
        Kind::ManagedGroup | Kind::Department | Kind::CostCentre => "name",
        Kind::Report => "user_name",
        Kind::Delegation => "user.user_name",
    };
    match row.get(column) {
        "" => row.sys_id.to_string(),
        label => label.to_owned(),
    }
}
