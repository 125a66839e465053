//! A filter bound to the attributes that can be filtered, and the rows that it finds.

use std::sync::Arc;

use serde_json::Value;

use super::parse::{Expression, Operator};
use crate::servicenow::http::scim::attribute::{Attribute, Filters, Shape};
use crate::servicenow::http::scim::failure::Failure;
use crate::servicenow::http::scim::record::{Reader, Record};
use crate::servicenow::query::dates;
use crate::servicenow::row::Row;
use crate::servicenow::store::fold;

/// A filter that can be asked.
#[derive(Debug)]
pub(in crate::servicenow::http::scim) enum Filter<'a> {
    And(Box<Self>, Box<Self>),
    Or(Box<Self>, Box<Self>),
    Test { attribute: Attribute<'a>, operator: Operator, operand: String },
}

impl<'a> Filter<'a> {
    /// Reads a filter for the attributes of a kind.
    pub(in crate::servicenow::http::scim) fn parse(
        text: &str,
        attributes: &[Attribute<'a>],
    ) -> Result<Self, Failure> {
        let bound = Expression::parse(text).and_then(|expression| bind(&expression, attributes));
        bound.map_err(|reason| Failure::filter(text, &reason))
    }

    /// Whether a record is meant.
    pub(in crate::servicenow::http::scim) fn matches(
        &self,
        reader: &Reader<'a>,
        record: &Record<'_>,
    ) -> bool {
        match self {
            Self::And(left, right) => left.matches(reader, record) && right.matches(reader, record),
            Self::Or(left, right) => left.matches(reader, record) || right.matches(reader, record),
            Self::Test { attribute, operator, operand } => {
                let texts = reader.texts(record, attribute);
                texts.iter().any(|text| operator.holds(&comparable(attribute, text), operand))
            }
        }
    }

    /// Rows among which all those are that match; nothing if no index helps.
    pub(in crate::servicenow::http::scim) fn narrow(&self, reader: &Reader<'a>) -> Option<Vec<&'a Arc<Row>>> {
        match self {
            Self::And(left, right) => left.narrow(reader).or_else(|| right.narrow(reader)),
            Self::Or(..) => None,
            Self::Test { attribute, operator: Operator::Equals, operand } => {
                by_index(reader, attribute, operand)
            }
            Self::Test { .. } => None,
        }
    }
}

fn by_index<'a>(reader: &Reader<'a>, attribute: &Attribute<'_>, operand: &str) -> Option<Vec<&'a Arc<Row>>> {
    let rows = reader.view.store.rows(reader.kind.table);
    if attribute.column == "sys_id" {
        return Some(rows.get(operand).into_iter().collect());
    }
    if attribute.in_companion {
        let (table, back) = reader.kind.companion?;
        let companions = reader.view.store.rows(table);
        let ids =
            companions.has_index(attribute.column).then(|| companions.with(attribute.column, operand))?;
        let mut found: Vec<_> = ids.iter().filter_map(|id| rows.get(companions.get(id)?.get(back))).collect();
        found.sort_unstable_by_key(|row| row.sys_id());
        found.dedup_by_key(|row| row.sys_id().to_owned());
        return Some(found);
    }
    let is_plain = attribute.shape == Shape::Text && rows.has_index(attribute.column);
    is_plain.then(|| rows.with(attribute.column, operand).iter().filter_map(|id| rows.get(id)).collect())
}

fn bind<'a>(expression: &Expression, attributes: &[Attribute<'a>]) -> Result<Filter<'a>, String> {
    let both = |left, right| {
        Ok::<_, String>((Box::new(bind(left, attributes)?), Box::new(bind(right, attributes)?)))
    };
    match expression {
        Expression::And(left, right) => both(left, right).map(|(left, right)| Filter::And(left, right)),
        Expression::Or(left, right) => both(left, right).map(|(left, right)| Filter::Or(left, right)),
        Expression::Test { name, operator, value } => {
            let found = attributes.iter().find(|it| it.of_type.is_none() && it.is_called(name));
            test(found, name, *operator, value)
        }
        Expression::Within { name, inner } => {
            let (of_type, part, value) = exact_shape(inner)
                .ok_or_else(|| format!("Only {name}[type eq \"…\" and … eq \"…\"] is supported"))?;
            let found = attributes.iter().find(|it| {
                it.name.eq_ignore_ascii_case(name)
                    && it.of_type.is_some_and(|own| own.eq_ignore_ascii_case(of_type))
                    && it.part.is_some_and(|own| own.eq_ignore_ascii_case(part))
            });
            test(found, name, Operator::Equals, value)
        }
    }
}

/// `type eq "work" and value eq "x"`, in this order and no other.
fn exact_shape(inner: &Expression) -> Option<(&str, &str, &Value)> {
    let equals = |expression| match expression {
        &Expression::Test { ref name, operator: Operator::Equals, ref value } => Some((name.as_str(), value)),
        _ => None,
    };
    let Expression::And(left, right) = inner else { return None };
    let (kind, of_type) = equals(left)?;
    let (part, value) = equals(right)?;
    kind.eq_ignore_ascii_case("type").then_some((of_type.as_str()?, part, value))
}

fn test<'a>(
    found: Option<&Attribute<'a>>,
    name: &str,
    operator: Operator,
    value: &Value,
) -> Result<Filter<'a>, String> {
    let Some(attribute) = found.filter(|it| it.filters != Filters::None) else {
        return Err(format!("The attribute {name} cannot be filtered"));
    };
    if attribute.filters == Filters::EqualsOnly && operator != Operator::Equals {
        return Err(format!("The attribute {name} supports the operator eq only"));
    }
    let operand = match (operator, attribute.shape, value) {
        (Operator::Present, _, _) => String::new(),
        (Operator::Equals | Operator::Differs, Shape::Truth, Value::Bool(truth)) => truth.to_string(),
        (_, Shape::Time, Value::String(text)) => {
            database_time(text).ok_or_else(|| format!("{text} is not a date and time"))?
        }
        (_, Shape::Text | Shape::Reference(_) | Shape::Display, Value::String(text)) => {
            comparable(attribute, text)
        }
        _ => return Err(format!("The attribute {name} cannot be compared so")),
    };
    Ok(Filter::Test { attribute: *attribute, operator, operand })
}

/// The form in which values are compared: as the database's collation does, ids by their bytes.
fn comparable(attribute: &Attribute<'_>, text: &str) -> String {
    match attribute.column {
        "sys_id" => text.to_owned(),
        _ => fold(text),
    }
}

fn database_time(text: &str) -> Option<String> {
    let at: jiff::Timestamp = text.parse().ok()?;
    Some(dates::text(at.to_zoned(jiff::tz::TimeZone::UTC).datetime()))
}

impl Attribute<'_> {
    /// Whether a client means this attribute; extensions may be left out, and the core schema named.
    pub(in crate::servicenow::http::scim) fn is_called(&self, name: &str) -> bool {
        let own = self.path();
        let bare = |text: &str| match text.starts_with("urn:") {
            true => text.rsplit(':').next().unwrap_or_default().to_owned(),
            false => text.to_owned(),
        };
        let is_core =
            |name: &str| name.to_ascii_lowercase().starts_with("urn:ietf:params:scim:schemas:core:");
        own.eq_ignore_ascii_case(name)
            || (!name.starts_with("urn:") && bare(&own).eq_ignore_ascii_case(name))
            || (self.schema.is_none() && is_core(name) && bare(name).eq_ignore_ascii_case(&own))
    }
}
