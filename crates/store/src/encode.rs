//! How values are kept as text: records, decisions and evidence as JSON, times as microseconds.

mod known;
mod record;

pub(crate) use known::{known, known_text};
pub(crate) use record::{record, record_text};

use crate::error::StoreError;
use jiff::Timestamp;
use serde_json::error::Category;
use serde_json::{Value, json};
use tenure_identity::decision::{Decision, Outcome};
use tenure_identity::id::SourceName;
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
    serde_json::from_str(text).map_err(|error| unreadable(what, &error))
}

/// JSON that does not read back. The parser's own words quote what it found, which is about a person.
pub(crate) fn unreadable(what: &'static str, error: &serde_json::Error) -> StoreError {
    let kind = match error.classify() {
        Category::Data => "a value of another type",
        Category::Syntax => "no JSON",
        Category::Eof | Category::Io => "an end too early",
    };
    StoreError::Corrupt { what, why: format!("{kind} at line {}, column {}", error.line(), error.column()) }
}

pub(crate) fn object_text(object: &Object) -> String {
    serde_json::to_string(object).expect("a JSON object can be written")
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
    fn decisions_read_back() {
        let okta = SourceName::new("okta");
        let full = Decision::new("title", Outcome::SkippedNotAuthoritative).by(&okta).because("`hr` decides");
        let given = [full.clone(), Decision::new("email", Outcome::Unchanged)];
        assert_eq!(decisions(&decisions_text(&given)).unwrap(), given);
        assert!(decisions("{\"decisions\": [{\"field\": \"a\"}]}").is_err());
    }
}
