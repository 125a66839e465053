//! What is known of a target's record, as text.
//!
//! `{"columns": {"title": "Boss"}, "groups": {"g": "row"}, "roles": {}, "written": ["title"], "parked": {"zip": ["1", "why", 17, 2]}}`.
//! Of a group or role with several rows, they are a list.

use super::{corrupt, micros, object, time};
use crate::error::StoreError;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use tenure_identity::id::{FieldName, SysId};
use tenure_identity::reconcile::{Known, Parked, Ties};

const WHAT: &str = "knowledge of a record";

/// What is known, as text.
pub(crate) fn known_text(known: &Known) -> String {
    let ties = |ties: &Ties| -> Map<String, Value> {
        ties.iter().map(|(other, rows)| (other.to_string(), rows_value(rows))).collect()
    };
    let columns: Map<String, Value> =
        known.columns.iter().map(|(name, value)| (name.to_string(), value.as_str().into())).collect();
    let parked: Map<String, Value> = known
        .parked
        .iter()
        .map(|(name, it)| (name.to_string(), json!([it.asked, it.reason, micros(it.until), it.attempts])))
        .collect();
    let written: Vec<_> = known.written.iter().map(FieldName::as_str).collect();
    let mut out = json!({ "columns": columns, "written": written });
    let mut add = |name: &str, value: Option<Map<String, Value>>| {
        if let Some(value) = value {
            out[name] = Value::Object(value);
        }
    };
    add("groups", known.groups.as_ref().map(ties));
    add("roles", known.roles.as_ref().map(ties));
    add("parked", Some(parked).filter(|parked| !parked.is_empty()));
    out.to_string()
}

/// What is known, from its text.
pub(crate) fn known(text: &str) -> Result<Known, StoreError> {
    let mut stored = object(text, WHAT)?;
    let mut map = |name: &str| match stored.remove(name) {
        Some(Value::Object(map)) => Some(map),
        _ => None,
    };
    let (columns, groups, roles, parked) = (map("columns"), map("groups"), map("roles"), map("parked"));
    let written = match stored.remove("written") {
        Some(Value::Array(names)) => names,
        _ => Vec::new(),
    };
    let parked = parked.into_iter().flatten().map(|(name, value)| Ok((name.into(), one_parked(&value)?)));
    Ok(Known {
        columns: texts(columns.unwrap_or_default())?.map(|(name, value)| (name.into(), value)).collect(),
        groups: groups.map(ties).transpose()?,
        roles: roles.map(ties).transpose()?,
        written: written.iter().filter_map(Value::as_str).map(FieldName::from).collect(),
        parked: parked.collect::<Result<_, StoreError>>()?,
    })
}

fn texts(map: Map<String, Value>) -> Result<impl Iterator<Item = (String, String)>, StoreError> {
    let texts = map.into_iter().map(|(name, value)| match value {
        Value::String(value) => Ok((name, value)),
        _ => Err(corrupt(WHAT)),
    });
    Ok(texts.collect::<Result<Vec<_>, _>>()?.into_iter())
}

fn rows_value(rows: &BTreeSet<SysId>) -> Value {
    let mut values: Vec<_> = rows.iter().map(|row| Value::from(row.as_str())).collect();
    match values.len() {
        1 => values.remove(0),
        _ => Value::Array(values),
    }
}

fn ties(map: Map<String, Value>) -> Result<Ties, StoreError> {
    map.into_iter().map(|(other, rows)| Ok((SysId::new(other), rows_of(rows)?))).collect()
}

fn rows_of(value: Value) -> Result<BTreeSet<SysId>, StoreError> {
    let rows = match value {
        Value::Array(rows) => rows,
        one => vec![one],
    };
    let row = |row: &Value| row.as_str().map(SysId::new).ok_or_else(|| corrupt(WHAT));
    rows.iter().map(row).collect()
}

fn one_parked(value: &Value) -> Result<Parked, StoreError> {
    let part = |index: usize| value.get(index).and_then(Value::as_str).map(str::to_owned);
    let until = value.get(2).and_then(Value::as_i64);
    // Rows of earlier versions do not say how often.
    let attempts = value.get(3).and_then(Value::as_u64).map_or(0, |it| u32::try_from(it).unwrap_or(u32::MAX));
    match (part(0), part(1), until) {
        (Some(asked), Some(reason), Some(until)) => {
            Ok(Parked { asked, reason, until: time(until)?, attempts })
        }
        _ => Err(corrupt(WHAT)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_row_is_a_text_as_it_ever_was_and_several_are_a_list() {
        let text = r#"{"columns":{},"groups":{"g":"m1","h":["m2","m3"]},"written":[]}"#;
        let read = known(text).unwrap();
        let rows = |rows: &[&str]| -> BTreeSet<SysId> { rows.iter().map(|row| SysId::new(*row)).collect() };
        let expected = [(SysId::new("g"), rows(&["m1"])), (SysId::new("h"), rows(&["m2", "m3"]))];
        assert_eq!(read.groups, Some(Ties::from(expected)));
        assert_eq!(known(&known_text(&read)).unwrap(), read);
        assert_eq!(
            serde_json::from_str::<Value>(&known_text(&read)).unwrap(),
            serde_json::from_str::<Value>(text).unwrap()
        );
        assert!(known(r#"{"groups":{"g":7}}"#).is_err());
    }
}
