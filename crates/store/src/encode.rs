//! How values are kept as text: records, decisions and evidence as JSON, times as microseconds.

use crate::error::StoreError;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use tenure_identity::decision::{Decision, Outcome};
use tenure_identity::id::SourceName;
use tenure_identity::record::{Field, FieldValue, Record};
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

/// `{"user_name": ["ada", "okta"], "active": [true]}`: value, and the source that decided it.
pub(crate) fn record_text(record: &Record) -> String {
    let field = |field: &Field| {
        let value = match &field.value {
            FieldValue::Text(text) => Value::from(text.as_str()),
            FieldValue::Flag(flag) => Value::from(*flag),
        };
        match &field.source {
            Some(source) => json!([value, source.as_str()]),
            None => json!([value]),
        }
    };
    let fields: Map<_, _> = record.fields.iter().map(|(name, value)| (name.clone(), field(value))).collect();
    object_text(&fields)
}

pub(crate) fn record(text: &str) -> Result<Record, StoreError> {
    let fields = object(text, "record")?.into_iter().map(|(name, value)| Ok((name, field(&value)?)));
    Ok(Record { fields: fields.collect::<Result<_, StoreError>>()? })
}

fn field(value: &Value) -> Result<Field, StoreError> {
    let value_of = match &value[0] {
        Value::String(text) => FieldValue::Text(text.clone()),
        Value::Bool(flag) => FieldValue::Flag(*flag),
        _ => return Err(corrupt("record field")),
    };
    Ok(Field { value: value_of, source: value[1].as_str().map(SourceName::new) })
}

/// Unchanged fields as a list of names, everything else in full: most decisions of most requests are "unchanged".
pub(crate) fn decisions_text(decisions: &[Decision]) -> String {
    let is_plain =
        |d: &Decision| d.outcome == Outcome::Unchanged && d.reason.is_none() && d.field != "members";
    let (plain, full): (Vec<_>, Vec<_>) = decisions.iter().partition(|decision| is_plain(decision));
    let plain: Vec<_> = plain.into_iter().map(|decision| decision.field.as_str()).collect();
    let full: Vec<_> = full.into_iter().map(decision_value).collect();
    json!({ "unchanged": plain, "decisions": full }).to_string()
}

fn decision_value(decision: &Decision) -> Value {
    let mut value = Map::new();
    value.insert("field".into(), decision.field.as_str().into());
    value.insert("outcome".into(), decision.outcome.label().into());
    let source = decision.source.as_ref().map(|source| source.as_str().to_owned());
    let optional =
        [("from", &decision.from), ("to", &decision.to), ("source", &source), ("reason", &decision.reason)];
    for (key, text) in optional {
        if let Some(text) = text {
            value.insert(key.into(), text.as_str().into());
        }
    }
    Value::Object(value)
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
        field: text("field").ok_or_else(|| corrupt("decision"))?,
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
        let text = FieldValue::Text("ada \"x\"".into());
        written.fields.insert("user_name".into(), Field { value: text, source: Some(okta.clone()) });
        written.fields.insert("active".into(), Field { value: FieldValue::Flag(true), source: None });
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
