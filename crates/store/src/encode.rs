//! How values are kept as text: records, decisions and evidence as JSON, times as microseconds.

use crate::error::StoreError;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use tenure_identity::decision::{Decision, Outcome};
use tenure_identity::id::{PersonId, SourceName};
use tenure_identity::record::{Field, FieldValue, Former, PersonReference, Record};
use tenure_scim::Object;

pub(crate) fn corrupt(what: &'static str) -> StoreError {
    StoreError::Corrupt { what, why: "it has an unexpected shape".to_owned() }
}

pub(crate) fn micros(time: Timestamp) -> i64 {
    time.as_microsecond()
}

pub(crate) fn time(micros: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_microsecond(micros).map_err(|_| corrupt("time"))
}

pub(crate) fn opt_time(micros: Option<i64>) -> Result<Option<Timestamp>, StoreError> {
    micros.map(time).transpose()
}

pub(crate) fn object(text: &str, what: &'static str) -> Result<Object, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Corrupt { what, why: error.to_string() })
}

pub(crate) fn object_text(object: &Object) -> String {
    serde_json::to_string(object).expect("a JSON object can be written")
}

/// Where a record's roles are among its fields: no column has such a name.
const ROLES: &str = "+roles";

/// `{"user_name": ["ada", "okta", 17, ["al", "hr", 3]], "active": [true], "+roles": ["itil"]}`: value, the source that
/// decided it, since when, and what it was before. What is not known is left out at the end and null in between.
pub(crate) fn record_text(record: &Record) -> String {
    let mut out = String::with_capacity(1_536);
    let mut separator = '{';
    for (name, field) in &record.fields {
        out.push(separator);
        separator = ',';
        push_text(&mut out, name.as_str());
        out.push_str(":[");
        push_field(&mut out, field);
        out.push(']');
    }
    if !record.roles.is_empty() {
        out.push(separator);
        separator = ',';
        push_text(&mut out, ROLES);
        out.push(':');
        out.push_str(&json!(record.roles).to_string());
    }
    out.push_str(if separator == '{' { "{}" } else { "}" });
    out
}

fn push_field(out: &mut String, field: &Field) {
    match &field.value {
        FieldValue::Text(text) => push_text(out, text),
        FieldValue::Flag(flag) => out.push_str(if *flag { "true" } else { "false" }),
        FieldValue::Person(person) => {
            out.push_str("{\"id\":");
            push_text(out, person.id.as_str());
            out.push_str(",\"said\":");
            push_text(out, &person.said);
            out.push('}');
        }
    }
    let former = field.former.as_deref();
    let known = match (former, field.since, &field.source) {
        (Some(_), _, _) => 3,
        (None, Some(_), _) => 2,
        (None, None, Some(_)) => 1,
        (None, None, None) => 0,
    };
    if known >= 1 {
        push_source(out, field.source.as_ref());
    }
    if known >= 2 {
        push_since(out, field.since);
    }
    if let Some(former) = former {
        out.push_str(",[");
        push_text(out, &former.value);
        push_source(out, former.source.as_ref());
        push_since(out, former.since);
        out.push(']');
    }
}

fn push_source(out: &mut String, source: Option<&SourceName>) {
    out.push(',');
    match source {
        Some(source) => push_text(out, source.as_str()),
        None => out.push_str("null"),
    }
}

fn push_since(out: &mut String, since: Option<Timestamp>) {
    match since {
        Some(since) => {
            out.push(',');
            out.push_str(&micros(since).to_string());
        }
        None => out.push_str(",null"),
    }
}

/// The text as JSON, quotes and all. Records and decisions are written with every request, so they are written straight
/// to text, without a tree in between.
fn push_text(out: &mut String, text: &str) {
    if text.bytes().any(|byte| byte < b' ' || matches!(byte, b'"' | b'\\')) {
        out.push_str(&serde_json::to_string(text).expect("text can be written as JSON"));
        return;
    }
    out.push('"');
    out.push_str(text);
    out.push('"');
}

pub(crate) fn record(text: &str) -> Result<Record, StoreError> {
    let mut stored = object(text, "record")?;
    let roles = match stored.shift_remove(ROLES) {
        Some(roles) => serde_json::from_value(roles).map_err(|_| corrupt("roles"))?,
        None => BTreeSet::new(),
    };
    let fields = stored.into_iter().map(|(name, value)| Ok((name.into(), field(&value)?)));
    Ok(Record { fields: fields.collect::<Result<_, StoreError>>()?, roles })
}

fn field(value: &Value) -> Result<Field, StoreError> {
    let value_of = match &value[0] {
        Value::String(text) => FieldValue::Text(text.clone()),
        Value::Bool(flag) => FieldValue::Flag(*flag),
        Value::Object(person) => {
            let part =
                |name: &str| person.get(name).and_then(Value::as_str).ok_or_else(|| corrupt("record field"));
            FieldValue::Person(PersonReference {
                id: PersonId::new(part("id")?),
                said: part("said")?.to_owned(),
            })
        }
        _ => return Err(corrupt("record field")),
    };
    let former = value[3].as_array().map(|former| former_of(former)).transpose()?;
    Ok(Field {
        value: value_of,
        source: value[1].as_str().map(SourceName::new),
        since: opt_time(value[2].as_i64())?,
        former: former.map(Box::new),
    })
}

fn former_of(former: &[Value]) -> Result<Former, StoreError> {
    let [value, source, since] = former else { return Err(corrupt("record field")) };
    Ok(Former {
        value: value.as_str().ok_or_else(|| corrupt("record field"))?.to_owned(),
        source: source.as_str().map(SourceName::new),
        since: opt_time(since.as_i64())?,
    })
}

/// Unchanged fields as a list of names, everything else in full: most decisions of most requests are "unchanged".
pub(crate) fn decisions_text(decisions: &[Decision]) -> String {
    let is_plain =
        |d: &&Decision| d.outcome == Outcome::Unchanged && d.reason.is_none() && d.field != "members";
    let mut out = String::with_capacity(80 * decisions.len() + 40);
    out.push_str("{\"unchanged\":[");
    for (index, decision) in decisions.iter().filter(is_plain).enumerate() {
        separate(&mut out, index);
        push_text(&mut out, decision.field.as_str());
    }
    out.push_str("],\"decisions\":[");
    for (index, decision) in decisions.iter().filter(|decision| !is_plain(decision)).enumerate() {
        separate(&mut out, index);
        push_decision(&mut out, decision);
    }
    out.push_str("]}");
    out
}

fn separate(out: &mut String, index: usize) {
    if index > 0 {
        out.push(',');
    }
}

fn push_decision(out: &mut String, decision: &Decision) {
    out.push_str("{\"field\":");
    push_text(out, decision.field.as_str());
    let source = decision.source.as_ref().map(SourceName::as_str);
    let parts = [
        (",\"outcome\":", Some(decision.outcome.label())),
        (",\"from\":", decision.from.as_deref()),
        (",\"to\":", decision.to.as_deref()),
        (",\"source\":", source),
        (",\"reason\":", decision.reason.as_deref()),
    ];
    for (name, text) in parts {
        if let Some(text) = text {
            out.push_str(name);
            push_text(out, text);
        }
    }
    out.push('}');
}

pub(crate) fn decisions(text: &str) -> Result<Vec<Decision>, StoreError> {
    let mut stored = object(text, "decisions")?;
    let mut list = |key: &str| match stored.remove(key) {
        Some(Value::Array(items)) => items,
        _ => Vec::new(),
    };
    let (full, plain) = (list("decisions"), list("unchanged"));
    let plain = plain.iter().map(|name| {
        let name = name.as_str().ok_or_else(|| corrupt("decision"))?;
        Ok(Decision::new(name, Outcome::Unchanged))
    });
    full.iter().map(decision).chain(plain).collect()
}

fn decision(value: &Value) -> Result<Decision, StoreError> {
    let text = |key: &str| value[key].as_str().map(str::to_owned);
    let outcome =
        value["outcome"].as_str().and_then(Outcome::from_label).ok_or_else(|| corrupt("decision"))?;
    Ok(Decision {
        field: text("field").ok_or_else(|| corrupt("decision"))?.into(),
        outcome,
        from: text("from"),
        to: text("to"),
        source: text("source").map(SourceName::new),
        reason: text("reason"),
    })
}

pub(crate) fn texts(items: &[String]) -> String {
    json!(items).to_string()
}

pub(crate) fn text_list(text: &str) -> Result<Vec<String>, StoreError> {
    serde_json::from_str(text).map_err(|_| corrupt("list"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_and_decisions_read_back() {
        let okta = SourceName::new("okta");
        let mut written = Record::default();
        let text = FieldValue::Text("ada \"x\" \\ \n\u{1}é".into());
        let at = |second| Some(Timestamp::from_second(second).unwrap());
        let former = Former { value: "al".into(), source: Some(okta.clone()), since: at(3) };
        let by_okta = Field { source: Some(okta.clone()), ..Field::new(text) };
        written.fields.insert("user_name".into(), by_okta.clone());
        written.fields.insert("active".into(), Field::new(FieldValue::Flag(true)));
        written.fields.insert("email".into(), Field { since: at(17), ..by_okta.clone() });
        written.fields.insert("title".into(), Field { former: Some(former.into()), ..by_okta });
        let grace = PersonReference { id: PersonId::new("p1"), said: "00u\"9".into() };
        written
            .fields
            .insert("manager".into(), Field { since: at(2), ..Field::new(FieldValue::Person(grace)) });
        written.roles = ["itil".to_owned(), "admin".to_owned()].into();
        assert_eq!(record(&record_text(&written)).unwrap(), written);

        let full = Decision::new("title", Outcome::SkippedNotAuthoritative).by(&okta).because("`hr` decides");
        let given = [full.clone(), Decision::new("email", Outcome::Unchanged)];
        assert_eq!(decisions(&decisions_text(&given)).unwrap(), given);
    }

    #[test]
    fn what_does_not_read_back_is_an_error() {
        assert!(record("{\"a\": 1}").is_err());
        assert!(record("nonsense").is_err());
        assert!(decisions("{\"decisions\": [{\"field\": \"a\"}]}").is_err());
    }
}
