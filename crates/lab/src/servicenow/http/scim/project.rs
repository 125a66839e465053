//! `attributes` and `excludedAttributes` (RFC 7644 section 3.9): what of a resource is answered.

use serde_json::Value;

use super::document::Document;
use super::failure::Failure;
use crate::servicenow::http::asked::Asked;

/// What always is.
const ALWAYS: [&str; 2] = ["schemas", "id"];

/// What of a resource is answered. The default is everything.
#[derive(Debug, Default)]
pub(super) struct Projection<'a> {
    only: Option<Vec<&'a str>>,
    without: Vec<&'a str>,
}

impl<'a> Projection<'a> {
    pub(super) fn of(asked: &'a Asked) -> Result<Self, Failure> {
        let names = |parameter| {
            let text = asked.parameter(parameter).filter(|text| !text.trim().is_empty());
            text.map(|text| text.split(',').map(str::trim).collect::<Vec<_>>())
        };
        match (names("attributes"), names("excludedAttributes")) {
            (Some(_), Some(_)) => {
                Err(Failure::value("attributes and excludedAttributes cannot be used together"))
            }
            (only, without) => Ok(Self { only, without: without.unwrap_or_default() }),
        }
    }

    /// Whether anything of an attribute is answered.
    pub(super) fn wants(&self, name: &str) -> bool {
        let excluded = self.without.iter().any(|it| it.eq_ignore_ascii_case(name));
        let chosen =
            self.only.as_ref().is_none_or(|only| named(only, name) || !within(only, name, '.').is_empty());
        chosen && !excluded
    }

    pub(super) fn apply(&self, document: Document) -> Document {
        match &self.only {
            Some(only) => keep(document, only),
            None if self.without.is_empty() => document,
            None => leave_out(document, &self.without),
        }
    }
}

fn named(names: &[&str], name: &str) -> bool {
    names.iter().any(|it| it.eq_ignore_ascii_case(name))
}

/// The names that lie within another, without it.
fn within<'n>(names: &[&'n str], outer: &str, separator: char) -> Vec<&'n str> {
    let inner = |name: &&'n str| {
        let (head, rest) = name.split_at_checked(outer.len())?;
        let rest = rest.strip_prefix(separator)?;
        head.eq_ignore_ascii_case(outer).then_some(rest)
    };
    names.iter().filter_map(inner).collect()
}

fn separator(name: &str) -> char {
    if name.starts_with("urn:") { ':' } else { '.' }
}

fn keep(document: Document, only: &[&str]) -> Document {
    let mut kept = Document::new();
    for (name, value) in document {
        let inner = within(only, &name, separator(&name));
        if named(only, &name) || named(&ALWAYS, &name) {
            kept.insert(name, value);
        } else if !inner.is_empty() {
            kept.insert(name, keep_within(value, &inner));
        }
    }
    kept
}

fn keep_within(value: Value, only: &[&str]) -> Value {
    match value {
        Value::Object(object) => Value::Object(keep(object, only)),
        Value::Array(list) => list.into_iter().map(|element| keep_within(element, only)).collect(),
        other => other,
    }
}

fn leave_out(document: Document, without: &[&str]) -> Document {
    let mut kept = Document::new();
    for (name, value) in document {
        if named(without, &name) && !named(&ALWAYS, &name) {
            continue;
        }
        let inner = within(without, &name, separator(&name));
        kept.insert(name, if inner.is_empty() { value } else { leave_out_within(value, &inner) });
    }
    kept
}

fn leave_out_within(value: Value, without: &[&str]) -> Value {
    match value {
        Value::Object(object) => Value::Object(leave_out(object, without)),
        Value::Array(list) => list.into_iter().map(|element| leave_out_within(element, without)).collect(),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(projection: &Projection<'_>, expected: &Value) {
        let document = json!({
            "schemas": ["s"], "id": "1", "name": { "familyName": "L", "givenName": "A" },
            "emails": [{ "type": "work", "value": "a@x" }], "urn:x:2.0:User": { "gender": "f", "company": { "value": "c" } }
        });
        let Value::Object(document) = document else { unreachable!("an object") };
        assert_eq!(&Value::Object(projection.apply(document)), expected);
    }

    #[test]
    fn what_is_asked_for_is_answered() {
        let only =
            |names: &'static [&'static str]| Projection { only: Some(names.to_vec()), without: vec![] };
        check(
            &only(&["NAME.givenname"]),
            &json!({ "schemas": ["s"], "id": "1", "name": { "givenName": "A" } }),
        );
        check(
            &only(&["emails.value"]),
            &json!({ "schemas": ["s"], "id": "1", "emails": [{ "value": "a@x" }] }),
        );
        check(
            &only(&["urn:x:2.0:User:company"]),
            &json!({ "schemas": ["s"], "id": "1", "urn:x:2.0:User": { "company": { "value": "c" } } }),
        );
        assert!(only(&["members.value"]).wants("members") && !only(&["id"]).wants("members"));
    }

    #[test]
    fn what_is_excluded_is_not() {
        let without = |names: &'static [&'static str]| Projection { only: None, without: names.to_vec() };
        check(
            &without(&["id", "name", "urn:x:2.0:User", "emails.type"]),
            &json!({ "schemas": ["s"], "id": "1", "emails": [{ "value": "a@x" }] }),
        );
        assert!(!without(&["Members"]).wants("members"));
    }
}
