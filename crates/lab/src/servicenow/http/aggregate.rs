//! The Aggregate API: how many rows, altogether or by the values of columns. Counts come before row access rules.

use std::collections::BTreeMap;

use axum::http::Method;
use serde_json::{Value, json};

use super::answer::Answer;
use super::asked::Asked;
use super::table::query;
use crate::servicenow::caller::Caller;
use crate::servicenow::faults::Faults;
use crate::servicenow::instance::Instance;

/// Answers a call to the Aggregate API.
pub(super) fn answer(
    instance: &Instance,
    faults: &Faults,
    asked: &Asked,
    caller: &Caller,
    table: &str,
) -> Answer {
    if asked.method != Method::GET {
        return Answer::no_method();
    }
    let terms = instance.terms(faults, caller);
    let table = match terms.table(table) {
        Ok(table) => table,
        Err(refused) => return Answer::refusal(&refused),
    };
    let data = instance.data();
    let view = terms.view(&data.store);
    let mut rows = view.search(table, &query(asked), faults.invalid_query_returns_no_rows);
    rows.retain(|row| !terms.is_filtered(table, row));
    let stats = |count: usize| match asked.is("sysparm_count") {
        true => json!({ "count": count.to_string() }),
        false => json!({}),
    };
    let by: Vec<&str> = asked
        .parameter("sysparm_group_by")
        .map(|list| list.split(',').map(str::trim).filter(|path| view.kind(table, path).is_some()).collect())
        .unwrap_or_default();
    if by.is_empty() {
        return Answer::result(200, json!({ "stats": stats(rows.len()) }));
    }
    let mut groups: BTreeMap<Vec<&str>, usize> = BTreeMap::new();
    for row in &rows {
        *groups.entry(by.iter().map(|path| view.read(table, row, path)).collect()).or_default() += 1;
    }
    let group = |(values, count): (&Vec<&str>, &usize)| {
        let fields = by.iter().zip(values).map(|(field, value)| json!({ "field": field, "value": value }));
        json!({ "stats": stats(*count), "groupby_fields": fields.collect::<Value>() })
    };
    Answer::result(200, groups.iter().map(group).collect())
}
