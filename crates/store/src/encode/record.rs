//! Records as text. They are written and read with every request, so that both go straight between text and record, with
//! no tree of JSON in between.
//!
//! `{"user_name": ["ada", "okta", 17, ["al", "hr", 3]], "active": [true], "+roles": ["itil"], "+unfit": {"zip": "why"}}`:
//! value, the source that decided it, since when in microseconds, and what it was before. What is not known is left out at the
//! end and null in between.

use super::unreadable;
use super::{micros, push_text};
use crate::error::StoreError;
use jiff::Timestamp;
use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::json;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use tenure_identity::id::{GroupId, PersonId, SourceName};
use tenure_identity::record::{Field, FieldValue, Former, GroupReference, PersonReference, Record};

/// Where a record's roles are among its fields: no column has such a name.
const ROLES: &str = "+roles";
/// Likewise, why fields do not have what was said.
const UNFIT: &str = "+unfit";

/// The record as text.
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
    if !record.unfit.is_empty() {
        out.push(separator);
        separator = ',';
        push_text(&mut out, UNFIT);
        let mut between = ":{";
        for (name, why) in &record.unfit {
            out.push_str(between);
            between = ",";
            push_text(&mut out, name.as_str());
            out.push(':');
            push_text(&mut out, why);
        }
        out.push('}');
    }
    out.push_str(if separator == '{' { "{}" } else { "}" });
    out
}

fn push_field(out: &mut String, field: &Field) {
    match &field.value {
        FieldValue::Text(text) => push_text(out, text),
        FieldValue::Flag(flag) => out.push_str(if *flag { "true" } else { "false" }),
        FieldValue::Person(person) => push_reference(out, "id", person.id.as_str(), &person.said),
        FieldValue::Group(group) => push_reference(out, "group", group.id.as_str(), &group.said),
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

fn push_reference(out: &mut String, what: &str, id: &str, said: &str) {
    out.push('{');
    push_text(out, what);
    out.push(':');
    push_text(out, id);
    out.push_str(",\"said\":");
    push_text(out, said);
    out.push('}');
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

/// The record that was written like this.
pub(crate) fn record(text: &str) -> Result<Record, StoreError> {
    let Stored(record) = serde_json::from_str(text).map_err(|error| unreadable("record", &error))?;
    Ok(record)
}

struct Stored(Record);

impl<'de> Deserialize<'de> for Stored {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Fields).map(Stored)
    }
}

struct Fields;

impl<'de> Visitor<'de> for Fields {
    type Value = Record;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a record")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Record, A::Error> {
        let mut record = Record::default();
        while let Some(Text(name)) = map.next_key()? {
            if name == ROLES {
                record.roles = map.next_value()?;
            } else if name == UNFIT {
                let unfit: BTreeMap<String, String> = map.next_value()?;
                record.unfit = unfit.into_iter().map(|(name, why)| (name.as_str().into(), why)).collect();
            } else {
                let StoredField(field) = map.next_value()?;
                record.fields.insert((&*name).into(), field);
            }
        }
        Ok(record)
    }
}

/// Text that is borrowed where it has no escapes.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

struct StoredField(Field);

impl<'de> Deserialize<'de> for StoredField {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Parts).map(StoredField)
    }
}

struct Parts;

impl<'de> Visitor<'de> for Parts {
    type Value = Field;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a field as a list of its parts")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Field, A::Error> {
        let missing = || A::Error::custom("a field without a value");
        let StoredValue(value) = parts.next_element()?.ok_or_else(missing)?;
        let source = parts.next_element::<Option<Text<'_>>>()?.flatten();
        let since = parts.next_element::<Option<i64>>()?.flatten();
        let former = parts.next_element::<(Text<'_>, Option<Text<'_>>, Option<i64>)>()?;
        let former = former.map(|(value, source, since)| {
            Ok(Box::new(Former {
                value: value.0.into_owned(),
                source: source.map(|Text(name)| SourceName::new(name)),
                since: time::<A::Error>(since)?,
            }))
        });
        Ok(Field {
            value,
            source: source.map(|Text(name)| SourceName::new(name)),
            since: time(since)?,
            former: former.transpose()?,
        })
    }
}

fn time<E: Error>(micros: Option<i64>) -> Result<Option<Timestamp>, E> {
    micros.map(Timestamp::from_microsecond).transpose().map_err(E::custom)
}

struct StoredValue(FieldValue);

impl<'de> Deserialize<'de> for StoredValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue).map(StoredValue)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = FieldValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text, a flag, a person or a group")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<FieldValue, E> {
        Ok(FieldValue::Text(text.to_owned()))
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<FieldValue, E> {
        Ok(FieldValue::Flag(flag))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<FieldValue, A::Error> {
        let (mut person, mut group, mut said) = (None, None, None);
        while let Some(Text(name)) = map.next_key()? {
            let Text(text) = map.next_value()?;
            match &*name {
                "id" => person = Some(PersonId::new(text)),
                "group" => group = Some(GroupId::new(text)),
                "said" => said = Some(text.into_owned()),
                other => return Err(A::Error::custom(format!("a reference with `{other}`"))),
            }
        }
        match (person, group, said) {
            (Some(id), None, Some(said)) => Ok(FieldValue::Person(PersonReference { id, said })),
            (None, Some(id), Some(said)) => Ok(FieldValue::Group(GroupReference { id, said })),
            _ => Err(A::Error::custom("a reference without id or name")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_read_back() {
        let okta = SourceName::new("okta");
        let mut written = Record::default();
        let text = FieldValue::Text("ada \"x\" \\ \n\u{1}é".into());
        let at = |second| Some(Timestamp::from_second(second).unwrap());
        let former = Former { value: "al \"".into(), source: Some(okta.clone()), since: at(3) };
        let by_okta = Field { source: Some(okta.clone()), ..Field::new(text) };
        written.fields.insert("user_name".into(), by_okta.clone());
        written.fields.insert("active".into(), Field::new(FieldValue::Flag(true)));
        written.fields.insert("email".into(), Field { since: at(17), ..by_okta.clone() });
        written.fields.insert("title".into(), Field { former: Some(former.into()), ..by_okta });
        let grace = PersonReference { id: PersonId::new("p1"), said: "00u\"9".into() };
        let manager = Field { since: at(2), ..Field::new(FieldValue::Person(grace)) };
        written.fields.insert("manager".into(), manager);
        let desk = GroupReference { id: GroupId::new("g1"), said: "Service \"Desk\"".into() };
        let desk = Field { source: Some(okta), ..Field::new(FieldValue::Group(desk)) };
        written.fields.insert("u_support_group".into(), desk);
        written.roles = ["itil".to_owned(), "admin".to_owned()].into();
        written.unfit = [("zip".into(), "too \"long\"".to_owned()), ("city".into(), "é".to_owned())].into();
        assert_eq!(record(&record_text(&written)).unwrap(), written);
        assert_eq!(record(&record_text(&Record::default())).unwrap(), Record::default());
        let unfit = Record { unfit: written.unfit, ..Record::default() };
        assert_eq!(record(&record_text(&unfit)).unwrap(), unfit);
    }

    #[test]
    fn what_does_not_read_back_is_an_error() {
        for text in [
            r#"{"a":1}"#,
            "nonsense",
            r#"{"a":[]}"#,
            r#"{"a":[{"id":"p"}]}"#,
            r#"{"a":[{"id":"p","group":"g","said":"x"}]}"#,
            r#"{"a":["x",null,"t"]}"#,
        ] {
            assert!(record(text).is_err(), "{text}");
        }
    }
}
