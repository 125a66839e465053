//! Open work: whether any lies with somebody who has left, and whether any was handed over more than once.

use std::collections::{BTreeMap, BTreeSet};

use super::USERS;
use crate::servicenow::{Instance, Row, SERVICE_DESK};

const TASKS: &str = "task";
const NOTES: &str = "sys_journal_field";

/// A kind of work: what it is called, its table, and the column that names whom it lies with.
const KINDS: [(&str, &str, &str); 6] = [
    ("task", TASKS, "assigned_to"),
    ("approval", "sysapproval_approver", "approver"),
    ("group", "sys_user_group", "manager"),
    ("department", "cmn_department", "dept_head"),
    ("cost centre", "cmn_cost_center", "manager"),
    ("delegation", "sys_user_delegate", "delegate"),
];

/// One sentence for each piece of open work that lies with somebody inactive or, of a task, with nobody at all.
pub(super) fn with_leavers(instance: &Instance) -> Vec<String> {
    let people: BTreeMap<String, Row> =
        instance.rows(USERS).into_iter().map(|row| (row.sys_id().to_owned(), row)).collect();
    let queue = instance.find("sys_user_group", "name", SERVICE_DESK).pop();
    let queue = queue.as_ref().map_or("", Row::sys_id);
    let mut found = Vec::new();
    for (what, table, column) in KINDS {
        for row in instance.rows(table).iter().filter(|row| is_open(instance, table, row)) {
            let holder = people.get(row.get(column));
            let lies = match holder {
                Some(holder) if holder.is("active") => continue,
                Some(holder) => format!("lies with `{}`, who has left", holder.get("user_name")),
                None if table == TASKS && row.get("assignment_group") != queue => {
                    format!("lies with nobody, and not with the {SERVICE_DESK}")
                }
                None => continue,
            };
            found.push(format!("the {what} `{}` {lies}", name(row)));
        }
    }
    found
}

fn is_open(instance: &Instance, table: &str, row: &Row) -> bool {
    match table {
        TASKS => row.is("active"),
        "sysapproval_approver" => row.get("state") == "requested",
        "sys_user_delegate" => {
            let now = instance.now().strftime("%Y-%m-%d %H:%M:%S").to_string();
            row.get("ends").is_empty() || row.get("ends") > now.as_str()
        }
        _ => true,
    }
}

fn name(row: &Row) -> &str {
    let names = ["number", "name"].map(|column| row.get(column));
    names.into_iter().find(|name| !name.is_empty()).unwrap_or(row.sys_id())
}

/// How many tasks were given to somebody else over the API, and one sentence for each that has not one work note for each
/// time, or has the same note twice.
pub(super) fn handed_over(instance: &Instance) -> (usize, Vec<String>) {
    let tasks: BTreeMap<String, Row> =
        instance.rows(TASKS).into_iter().map(|row| (row.sys_id().to_owned(), row)).collect();
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    let writes = instance.writes();
    let reassigned = |columns: &[String]| columns.iter().any(|column| column == "assigned_to");
    for write in writes.iter().filter(|it| tasks.contains_key(&it.sys_id) && reassigned(&it.columns)) {
        *times.entry(&write.sys_id).or_default() += 1;
    }
    let mut notes: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let journal = instance.rows(NOTES);
    for note in journal.iter().filter(|note| note.get("element") == "work_notes") {
        notes.entry(note.get("element_id")).or_default().push(note.get("value"));
    }
    let mut wrong = Vec::new();
    for id in times.keys().chain(notes.keys()).copied().collect::<BTreeSet<_>>() {
        let (times, notes) =
            (times.get(id).copied().unwrap_or(0), notes.get(id).map_or(&[][..], Vec::as_slice));
        let distinct = notes.iter().collect::<BTreeSet<_>>().len();
        if (notes.len(), distinct) != (times, times) {
            let task = tasks.get(id).map_or(id, name);
            let kept = notes.len();
            wrong.push(format!(
                "the task `{task}` was handed over {times} times and has {kept} work notes: {notes:?}"
            ));
        }
    }
    (times.len(), wrong)
}
