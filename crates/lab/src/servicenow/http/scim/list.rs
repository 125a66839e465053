//! Lists: filter, order, page.

use std::sync::Arc;

use serde_json::{Value, json};

use super::attribute::Attribute;
use super::failure::Failure;
use super::filter::Filter;
use super::project::Projection;
use super::record::Reader;
use super::{Call, json as answer_of};
use crate::servicenow::http::answer::Answer;
use crate::servicenow::http::asked::Asked;
use crate::servicenow::row::Row;
use crate::servicenow::store::fold;

/// How many resources a page has without a word from the caller.
const COUNT: usize = 10;

/// How many resources a page can have.
pub(super) const MAX_COUNT: i64 = 500;

struct Page {
    /// From one.
    start: usize,
    count: usize,
}

pub(super) fn answer(call: &Call<'_>) -> Result<Answer, Failure> {
    let projection = Projection::of(call.asked)?;
    let page = Page::of(call.asked)?;
    let terms = call.instance.terms(call.faults, call.caller);
    let data = call.instance.data();
    let reader = call.reader(terms.view(&data.store));
    let rows = found(call.asked, &reader)?;
    let shown: Vec<Value> = rows
        .iter()
        .skip(page.start - 1)
        .take(page.count)
        .map(|row| Value::Object(call.shown(&reader, &reader.record(row), &projection)))
        .collect();
    let body = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": rows.len(),
        "startIndex": page.start,
        "itemsPerPage": shown.len(),
        "Resources": shown,
    });
    Ok(answer_of(200, &body))
}

/// The rows of a list in their order.
fn found<'a>(asked: &Asked, reader: &Reader<'a>) -> Result<Vec<&'a Arc<Row>>, Failure> {
    let filter = asked.parameter("filter").filter(|text| !text.trim().is_empty());
    let filter = filter.map(|text| Filter::parse(text, &reader.attributes)).transpose()?;
    let order = order(asked, &reader.attributes)?;
    let narrowed = filter.as_ref().and_then(|filter| filter.narrow(reader));
    let mut rows = narrowed.unwrap_or_else(|| reader.view.store.rows(reader.kind.table).iter().collect());
    if let Some(filter) = &filter {
        rows.retain(|row| filter.matches(reader, &reader.record(row)));
    }
    if let Some((attribute, descending)) = order {
        // The empty text comes first, as nulls do.
        rows.sort_by_cached_key(|row| fold(reader.text(&reader.record(row), &attribute)));
        if descending {
            rows.reverse();
        }
    }
    Ok(rows)
}

/// What a list is sorted by, and whether downwards.
fn order<'a>(asked: &Asked, attributes: &[Attribute<'a>]) -> Result<Option<(Attribute<'a>, bool)>, Failure> {
    let (by, order) = match (asked.parameter("sortBy"), asked.parameter("sortOrder")) {
        (None, None) => return Ok(None),
        (Some(by), Some(order)) => (by, order),
        _ => return Err(Failure::value("sortBy and sortOrder must be used together")),
    };
    let descending = match order.to_ascii_lowercase().as_str() {
        "ascending" => false,
        "descending" => true,
        _ => return Err(Failure::value(format!("sortOrder {order} is not supported"))),
    };
    let attribute = attributes.iter().find(|it| it.sortable && it.is_called(by));
    match attribute {
        Some(attribute) => Ok(Some((*attribute, descending))),
        None => Err(Failure::value(format!("Resources cannot be sorted by {by}"))),
    }
}

impl Page {
    fn of(asked: &Asked) -> Result<Self, Failure> {
        let number = |name: &str| match asked.parameter(name) {
            None => Ok(None),
            Some(text) => match text.trim().parse::<i64>() {
                Ok(number) => Ok(Some(number)),
                Err(_) => Err(Failure::value(format!("{name} must be a number"))),
            },
        };
        let count = match number("count")? {
            None => COUNT,
            Some(count) if count > MAX_COUNT => {
                return Err(Failure::value(format!("count must not be more than {MAX_COUNT}")));
            }
            Some(count) => usize::try_from(count).unwrap_or(0),
        };
        let start = number("startIndex")?.and_then(|start| usize::try_from(start).ok());
        Ok(Self { start: start.unwrap_or(1).max(1), count })
    }
}
